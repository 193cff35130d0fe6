"""Feeds: which there are, and what is in them, before it is written as Atom or as JSON Feed."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.outside_text import plain
from chartwatch.domain.stories.wording import in_places
from chartwatch.site.addresses import (
    FRONT,
    FeedFormat,
    FeedKind,
    chart_address,
    creator_address,
    feed_address,
    language_address,
    link,
    origin_address,
)
from chartwatch.site.became import Became
from chartwatch.site.news import News, RevisionKey
from chartwatch.site.news_text import Paragraph, Part
from chartwatch.site.topics import Topic

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

_NOT_SO = {Became.CORRECTED, Became.RETRACTED}


class Site(NamedTuple):
    """Where a site is, with a slash at the end, and what it is called.

    `base` is empty for one that is looked at from a folder: then all links are relative, and those that have to be
    absolute are left out.
    """

    base: str = ""
    title: str = "Chartwatch"


NOWHERE = Site()
"""A site of which nobody knows where it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed, before it is written: a piece of news with what became of it.

    `follows` has the id and page of each entry that it follows up, `followed_by` the ids of those that follow it up.
    """

    id: str
    title: str
    published: datetime
    updated: datetime
    paragraphs: tuple[Paragraph, ...]
    news: News
    follows: tuple[tuple[str, str], ...]
    followed_by: tuple[str, ...]


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


def _id(site: Site, key: RevisionKey) -> str:
    return _urn(site, f"{key.slot}:{key.number}")


def _tombstones(news: Sequence[News], site: Site) -> Iterator[Tombstone]:
    """Yield those of entries that news of a feed retracts, also where the feed has not the entry any more."""
    retracted = {old.key: old for each in news if each.became is Became.RETRACTED for old in each.follows}
    for old in retracted.values():
        if old.is_deleted:
            yield Tombstone(_id(site, old.key), old.updated, f"Retracted: {old.said.title}", old.said.page)


def _entry(news: News, site: Site) -> Entry:
    return Entry(
        id=_id(site, news.key),
        title=f"{_mark(news)}{news.said.title}",
        published=news.at,
        updated=news.updated,
        paragraphs=(*_since(news), *news.said.paragraphs, *map(_follows, news.follows)),
        news=news,
        follows=tuple((_id(site, old.key), old.said.page) for old in news.follows),
        followed_by=tuple(_id(site, its.key) for its in _followers(news)),
    )


def _followers(news: News) -> list[News]:
    """Return what followed, each once, the latest last."""
    return sorted({its.key: its for its in news.followed.values()}.values(), key=lambda its: its.turn)


def _mark(news: News) -> str:
    """Return what stands before the title: what became of it since, and what it was told as."""
    became = [each.became for each in news.followed.values()]
    if not became:
        return news.said.mark
    alike = [its for its in became if its in _NOT_SO] or became
    last = Became.CORRECTED if {*alike} == _NOT_SO else max(alike, key=list(_SINCE).index)
    how_many = len(alike) if last in _NOT_SO else alike.count(last)
    in_part = " in part" if how_many < len(news.milestones) else ""
    # What is confirmed is not provisional any more; of all else both are to be read.
    return f"{_SINCE[last]}{in_part}: {'' if last is Became.CONFIRMED and not in_part else news.said.mark}"


def _since(news: News) -> Iterator[Paragraph]:
    """Yield what became of it since, and where, if not everywhere."""
    for later in _followers(news):
        slots = {slot for slot, its in news.followed.items() if its is later}
        territories = [its.territory for its in news.milestones if its.revision.slot in slots]
        places = "" if len(slots) == len(news.milestones) else in_places(territories, None)
        yield _linked(f"{_SINCE[later.became]}{places} on {words.day(later.at.date())}: ", later)


def _follows(old: News) -> Paragraph:
    return _linked(f"This follows up what was told on {words.day(old.at.date())}: ", old)


def _linked(said: str, news: News) -> Paragraph:
    return Paragraph((Part(said), Part(f"{news.said.mark}{news.said.title}", news.said.page)))


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
            return plain(words.sentence(news[0].chart_name))
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
