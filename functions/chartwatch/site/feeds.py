"""Feeds: which there are, and what is in them, before it is written as Atom or as JSON Feed."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.milestones.milestone import Change, Published, Status
from chartwatch.domain.outside_text import plain
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.text import MAX_REASONS, on_the_record
from chartwatch.domain.stories.wording import (
    CONFIRMED,
    MAX_NAMES,
    SUBJECT_MARKS,
    cadence_of,
    during,
    elsewhen,
    in_places,
    named,
    taken_back,
)
from chartwatch.site.addresses import (
    FRONT,
    FeedFormat,
    FeedKind,
    chart_address,
    creator_address,
    feed_address,
    language_address,
    link,
    milestone_address,
    origin_address,
    work_address,
)
from chartwatch.site.news import EVERYTHING, Became, News, Revision, Topic

MOST = 100
"""Entries of a feed at most. What follows up an entry is newer, and so never left out before it."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was updated."""

_SINCE = {
    Became.CONFIRMED: "Since confirmed",
    Became.DOUBTED: "Since in doubt",
    Became.AGAIN: "Since claimed again",
    Became.CORRECTED: "Since corrected",
    Became.RETRACTED: "Since retracted",
}
"""How an entry is marked of which something became, what is most serious last."""


class Site(NamedTuple):
    """Where a site is, with a slash at the end, and what it is called.

    `base` is empty for one that is looked at from a folder: then all links are relative, and those that have to be
    absolute are left out.
    """

    base: str = ""
    title: str = "Chartwatch"


NOWHERE = Site()
"""A site of which nobody knows where it is."""


class Part(NamedTuple):
    """A part of a text: what it says, and to which address of the site or of another one that leads."""

    said: str
    address: str = ""


class Paragraph(NamedTuple):
    """A sentence in parts, and a list under it, each of its items a part."""

    parts: tuple[Part, ...]
    items: tuple[Part, ...] = ()


class Said(NamedTuple):
    """A milestone of an entry: its revision, what that says, and the address of its page."""

    revision: Revision
    status: Status
    territory: str
    page: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed, before it is written: addresses are those of `addresses`, relative to the site's root.

    `follows` has the id and page of each entry that it follows up, `followed_by` the ids of those that follow it up;
    `deleted` is when all that it says was retracted.
    """

    id: str
    title: str
    page: str
    published: datetime
    updated: datetime
    paragraphs: tuple[Paragraph, ...]
    tags: tuple[str, ...]
    is_certain: bool
    became: Became
    milestones: tuple[Said, ...]
    follows: tuple[tuple[str, str], ...] = ()
    followed_by: tuple[str, ...] = ()
    deleted: datetime | None = None


class Tombstone(NamedTuple):
    """That an entry is deleted (RFC 6721): its id, when, why, and the page that says more."""

    ref: str
    when: datetime
    comment: str
    page: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `address` is that of its Atom form; `page` is what it is about."""

    id: str
    title: str
    description: str
    topic: Topic
    page: str
    updated: datetime
    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...]

    def address(self, form: FeedFormat) -> str:
        """Return where it is, in a form."""
        return feed_address(self.topic.kind, self.topic.value, form)


def topics_of(news: Iterable[News]) -> list[Topic]:
    """Return what there are feeds of, sorted; always one of everything.

    Of the news of one bulletin they are the feeds that it changes: what follows up something is in all feeds of that.
    """
    return sorted({EVERYTHING}.union(*(its.topics for its in news)))


def feed_of(news: Sequence[News], topic: Topic, site: Site) -> Feed:
    """Return the feed of a topic, given all news, the newest first."""
    its = [each for each in news if topic in each.topics][:MOST]
    name = _name(its, topic)
    return Feed(
        id=_urn(site, f"feed:{topic.kind}:{topic.value}"),
        title=f"{site.title}: {name}" if name else site.title,
        description=_description(topic, name),
        topic=topic,
        page=_page_of(topic),
        updated=max((each.updated for each in its), default=NEVER),
        entries=tuple(_entry(each, site) for each in its),
        tombstones=tuple(_tombstones(its, site)),
    )


def address_within(site: Site, page: str, address: str) -> str:
    """Return the link from a file of the site to an address: absolute where it is known where the site is."""
    if "://" in address:
        return address
    return f"{site.base}{address}" if site.base else link(page, address)


def _urn(site: Site, said: str) -> str:
    """Return an id that stays for as long as the site is where it is, and that no other site has (RFC 9562, 5.5)."""
    return uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, site.base), said).urn


def _id(site: Site, key: Revision) -> str:
    return _urn(site, f"{key.slot}:{key.number}")


def _tombstones(news: Sequence[News], site: Site) -> Iterator[Tombstone]:
    """Yield those of entries that news of a feed retracts, also where the feed has not the entry any more."""
    retracted = {old.key: old for each in news if each.became is Became.RETRACTED for old in each.follows}
    for old in retracted.values():
        if old.is_deleted:
            yield Tombstone(_id(site, old.key), old.updated, f"Retracted: {_title(old)}", _page(old))


def _entry(news: News, site: Site) -> Entry:
    return Entry(
        id=_id(site, news.key),
        title=f"{_mark(news)}{_title(news)}",
        page=_page(news),
        published=news.at,
        updated=news.updated,
        paragraphs=tuple(_paragraphs(news)),
        tags=_tags(news),
        is_certain=news.milestone.is_certain,
        became=news.became,
        milestones=tuple(
            Said(Revision(m.slot, m.revision), m.status, m.territory, milestone_address(m.slot))
            for m in (change.milestone for change in news.changes)
        ),
        follows=tuple((_id(site, old.key), _page(old)) for old in news.follows),
        followed_by=tuple(_id(site, its.key) for its in _followers(news)),
        deleted=news.updated if news.is_deleted else None,
    )


def _followers(news: News) -> list[News]:
    """Return what followed, each once, the latest last."""
    return sorted({its.key: its for its in news.followed.values()}.values(), key=lambda its: (its.at, its.key))


# What an entry says.


def _title(news: News) -> str:
    """Return "Squid Game: first title from South Korea in 17 of 94 countries (Netflix's weekly TV chart)"."""
    titles = words.some(list(dict.fromkeys(holder.title for holder in news.holders)), MAX_NAMES)
    what = f"{titles}: " if titles else ""
    return plain(f"{what}{news.milestone.brief}{_where(news)} ({news.bulletin.chart_name})")


def _mark(news: News) -> str:
    """Return what stands before the title: what became of it since, or what it is itself."""
    became = [each.became for each in news.followed.values()]
    own = CONFIRMED if news.became is Became.CONFIRMED else _own_mark(news)
    if not became:
        return own
    last = max(became, key=list(_SINCE).index)
    in_part = " in part" if became.count(last) < len(news.changes) else ""
    # What is confirmed is not provisional any more; of all else both are to be read.
    return f"{_SINCE[last]}{in_part}: {'' if last is Became.CONFIRMED and not in_part else own}"


def _own_mark(news: News) -> str:
    m = news.milestone
    if news.became is Became.CORRECTED:
        return SUBJECT_MARKS[Status.CORRECTED, m.is_certain]
    if news.became is Became.RETRACTED:
        return SUBJECT_MARKS[Status.RETRACTED, True]
    return SUBJECT_MARKS[Status.ANNOUNCED if m.is_certain else Status.PROVISIONAL, m.is_certain]


def _where(news: News) -> str:
    territories = [change.milestone.territory for change in news.changes]
    return in_places(territories, _published(news))


def _published(news: News) -> Published | None:
    return news.bulletin.published if news.milestone.period == news.bulletin.period else None


def _paragraphs(news: News) -> Iterator[Paragraph]:
    m, bulletin = news.milestone, news.bulletin
    yield from _since(news)
    when = named(m.period, cadence_of(bulletin))
    yield _sentence(f"{words.sentence(bulletin.chart_name)}, {when}.")
    yield _claim(news)
    reasons = list(dict.fromkeys(reason for change in news.changes for reason in change.milestone.because))
    for reason in reasons[:MAX_REASONS]:
        yield _sentence(f"Not certain: {words.with_days_in_words(reason)}.")
    if (more := len(reasons) - MAX_REASONS) > 0:
        yield _sentence(f"And {words.counted(more, 'more reason')}.")
    for old in news.follows:
        yield Paragraph((Part(f"This follows up what was told on {words.day(old.at.date())}: "), _named(old)))
    if evidence := m.evidence:
        source = evidence.edition.url
        yield Paragraph(
            (
                Part(plain(f"{on_the_record(evidence, bulletin)}. Source: ")),
                Part(plain(source), source if source.startswith(("https://", "http://")) else ""),
            )
        )


def _since(news: News) -> Iterator[Paragraph]:
    """Yield what became of it since."""
    for later in _followers(news):
        slots = [slot for slot, its in news.followed.items() if its is later]
        places = "" if len(slots) == len(news.changes) else _where(later)
        said = f"{_SINCE[later.became]}{places} ({words.day(later.at.date())}): "
        yield Paragraph((Part(said), _named(later)))


def _named(news: News) -> Part:
    return Part(f"{_own_mark(news)}{_title(news)}", _page(news))


def _claim(news: News) -> Paragraph:
    """Return the claim: as its headline has it, where it is one that stands; what was told and what is so otherwise."""
    m = news.milestone
    if len(news.changes) == 1 and m.is_held and news.became is not Became.CORRECTED:
        return _sentence(f"{words.with_days_in_words(m.headline)}.", milestone_address(m.slot))
    titles = words.some(list(dict.fromkeys(holder.title for holder in news.holders)), MAX_NAMES)
    taken = {_taken_back(news, change) for change in news.changes}
    correction = taken.pop() if len(taken) == 1 else ""
    said = f"{titles}: {m.brief}{_where(news)}{correction}{elsewhen([news.changes[0]], news.bulletin)}"
    items = [change.milestone for change in news.changes if change.milestone.territory != EVERYWHERE]
    listed = sorted(items, key=lambda its: words.alphabetical([its.territory]))
    return Paragraph(
        (Part(plain(f"{said}:" if len(items) > 1 else f"{said}.")),),
        tuple(Part(words.country_name(its.territory), milestone_address(its.slot)) for its in listed),
    )


def _taken_back(news: News, change: Change) -> str:
    if news.became is Became.RETRACTED:
        return f", which we said of it {during(change.milestone.period, cadence_of(news.bulletin))}, is not so"
    return taken_back(change, cadence_of(news.bulletin))


def _sentence(said: str, address: str = "") -> Paragraph:
    return Paragraph((Part(plain(said), address),))


def _page(news: News) -> str:
    """Return the page of the one milestone that it is about; of several, that of its work."""
    holders = news.holders
    is_of_work = len(news.changes) > 1 and holders and not KINDS[news.milestone.kind].is_of_groups
    return work_address(holders[0].work_id) if is_of_work else milestone_address(news.milestone.slot)


def _tags(news: News) -> tuple[str, ...]:
    """Return what it can be filtered by: its topics, its territories and its state, as `origin:KR`."""
    topics = [f"{topic.kind}:{topic.value}" for topic in sorted(news.topics - {EVERYTHING})]
    territories = [f"territory:{t}" for change in news.changes if (t := change.milestone.territory) != EVERYWHERE]
    return (*map(plain, topics), *territories, f"became:{news.became}")


# What a feed is called.


def _name(news: Sequence[News], topic: Topic) -> str:
    match topic.kind:
        case FeedKind.ALL:
            return ""
        case FeedKind.ORIGIN:
            return words.country_name(topic.value)
        case FeedKind.LANGUAGE:
            return words.language_name(topic.value)
        case FeedKind.CHART if news:
            return plain(words.sentence(news[0].bulletin.chart_name))
    return plain(topic.value)


def _description(topic: Topic, name: str) -> str:
    of = {
        FeedKind.ALL: "Firsts, records and runs at #1",
        FeedKind.ORIGIN: f"Firsts, records and runs at #1 of works from {name}",
        FeedKind.LANGUAGE: f"Firsts, records and runs at #1 of works in {name}",
        FeedKind.CREATOR: f"Firsts, records and runs at #1 of works by {name}",
        FeedKind.CHART: f"Firsts, records and runs at #1 of {name}",
        FeedKind.RULE: f"What the rule {name} tells",
    }
    return f"{of[topic.kind]}, with what became of each since."


def _page_of(topic: Topic) -> str:
    match topic.kind:
        case FeedKind.ORIGIN:
            return origin_address(topic.value)
        case FeedKind.LANGUAGE:
            return language_address(topic.value)
        case FeedKind.CREATOR:
            return creator_address(topic.value)
        case FeedKind.CHART:
            return chart_address(topic.value)
    return FRONT
