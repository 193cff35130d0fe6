"""News: what feeds tell of the record, each thing once, and what became of it since.

All of it is a function of bulletins, so that a rebuild of the site tells the same; the time of each is what the record
says of it, and no clock's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status
from chartwatch.domain.rules.kinds import KINDS, priority_of
from chartwatch.domain.stories.points import said_once
from chartwatch.site.addresses import milestone_address
from chartwatch.site.became import Became
from chartwatch.site.news_text import Said, said_of
from chartwatch.site.topics import Topic, topics_about

RECENT = timedelta(days=31)
"""How long after the day that a period is named for a publication is news. One fetched later is of an archive, and
stands where its period does: nobody gets years of history as of the day when it was loaded."""

QUARTER = timedelta(days=92)
"""For how long what was recorded only is followed up as news. What becomes of it later stands beside it."""


class RevisionKey(NamedTuple):
    """A revision of a slot."""

    slot: str
    number: int


class Told(NamedTuple):
    """A milestone that news tells: the revision, its status, where it is, and the address of its page."""

    revision: RevisionKey
    status: Status
    territory: str
    page: str


@dataclass(slots=True, eq=False)
class News:
    """One thing that a bulletin says: of the same works, in one territory or in many. It is one entry of a feed.

    `milestones` are in the order of their territories. `at` is when it came, `topics` are the feeds that it is in.
    `follows` is the earlier news of the same slots, as far as that is known; `followed` is the later news of them, by
    slot. `turn` is greater for what comes first.
    """

    chart_name: str
    became: Became
    said: Said
    milestones: tuple[Told, ...]
    is_certain: bool
    at: datetime
    topics: frozenset[Topic]
    turn: tuple[Any, ...]
    follows: "tuple[News, ...]" = ()
    followed: "dict[str, News]" = field(default_factory=dict)

    @property
    def key(self) -> RevisionKey:
        """The first of its revisions, which no other news has."""
        return self.milestones[0].revision

    @property
    def updated(self) -> datetime:
        """When something was last said of it."""
        return max([self.at, *(its.at for its in self.followed.values())])

    @property
    def is_deleted(self) -> bool:
        """Whether all that it said was retracted."""
        became = [its.became for its in self.followed.values()]
        return len(became) == len(self.milestones) and {*became} == {Became.RETRACTED}


def news_of(bulletins: Iterable[Bulletin]) -> list[News]:
    """Return what bulletins have for feeds, the newest first. Those of a chart are to be in their order.

    Of a chart whose first bulletins are left out, what corrects these is told, and does not name their news.
    """
    tellers: dict[str, _Teller] = {}
    found: list[News] = []
    for bulletin in bulletins:
        found += tellers.setdefault(bulletin.chart, _Teller()).told(bulletin)
    return sorted(found, key=lambda news: news.turn, reverse=True)


_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class _Before(NamedTuple):
    """What was last told of a slot: whether it is held, is certain, and by which works since when.

    There is no `news` where something else said it as well.
    """

    is_held: bool
    is_certain: bool
    ids: frozenset[str]
    titles: frozenset[str]
    since: frozenset[date]
    topics: frozenset[Topic]
    news: News | None

    @classmethod
    def of(cls, m: Milestone, topics: frozenset[Topic] = frozenset(), news: News | None = None) -> "_Before":
        ids = frozenset(holder.work_id for holder in m.holders)
        titles = frozenset(holder.title for holder in m.holders)
        since = frozenset(holder.since for holder in m.holders)
        return cls(m.is_held, m.is_certain, ids, titles, since, topics, news)


@dataclass(slots=True)
class _Teller:
    """What feeds were told of one chart so far, and when its record was last heard of."""

    slots: dict[str, _Before] = field(default_factory=dict)
    heard: datetime = _NEVER

    def told(self, bulletin: Bulletin) -> Iterator[News]:
        """Yield what a bulletin has for feeds."""
        became: dict[str, Became] = {}
        for change in bulletin.changes:
            self.heard = max(self.heard, _heard(change.milestone) or self.heard)
            self._goes_on(change.milestone)
            if outcome := self._became(change):
                became[change.milestone.slot] = outcome
        told = {slot for slot in became if (before := self.slots.get(slot)) and before.news}
        # What was told is followed up, whatever else says the same.
        others = [change for change in bulletin.changes if change.milestone.slot in became.keys() - told]
        spoken = told | {change.milestone.slot for change in said_once(others)}
        together: dict[tuple[Became, frozenset[Topic], object], list[Change]] = {}
        for change in bulletin.changes:
            slot = change.milestone.slot
            if slot in spoken:
                key = became[slot], self._topics(bulletin, change), _what_is_said(change)
                together.setdefault(key, []).append(change)
            elif slot in became:
                self.slots[slot] = _Before.of(change.milestone)
        for (outcome, topics, _), its in together.items():
            in_order = sorted(its, key=lambda change: (change.milestone.territory, change.milestone.slot))
            yield self._news(bulletin, outcome, topics, in_order)

    def _topics(self, bulletin: Bulletin, change: Change) -> frozenset[Topic]:
        """Return the feeds that a change is in: those of what was told of its slot before, too."""
        before = self.slots.get(change.milestone.slot)
        return _topics(bulletin, change) | (before.topics if before else frozenset())

    def _goes_on(self, m: Milestone) -> None:
        """Let what was told of a work's slot under another id stand for the slot that it has now."""
        if m.replaces and m.replaces.slot != m.slot and m.slot not in self.slots and m.replaces.slot in self.slots:
            self.slots[m.slot] = self.slots[m.replaces.slot]

    def _became(self, change: Change) -> Became | None:
        """Return what a change says became of its slot, or None where feeds do not tell it."""
        m, before = change.milestone, self.slots.get(change.milestone.slot)
        if not _is_another(change):
            return None
        if before is None:
            was_sent = change.replaced is not None and change.replaced.was_sent
            return _outcome(change, None) if was_sent else Became.NEW if _is_worth(m) else None
        if before.news is None:
            return Became.NEW if _is_worth(m) else None
        return _outcome(change, before)

    def _news(self, bulletin: Bulletin, became: Became, topics: frozenset[Topic], changes: Sequence[Change]) -> News:
        slots = [change.milestone.slot for change in changes]
        before = [its.news for slot in slots if (its := self.slots.get(slot)) and its.news]
        follows = tuple({news.key: news for news in before}.values())
        at, told = self._when(became, changes, follows), tuple(map(_told, changes))
        news = News(
            bulletin.chart_name,
            became,
            said_of(bulletin, became, changes),
            told,
            changes[0].milestone.is_certain,
            at,
            topics,
            (at, bulletin.chart, bulletin.number, *_weight(became, changes), told[0].revision),
            follows,
        )
        for change in changes:
            slot = change.milestone.slot
            if (earlier := self.slots.get(slot)) and earlier.news:
                earlier.news.followed[slot] = news
            self.slots[slot] = _Before.of(change.milestone, topics, news)
        return news

    def _when(self, became: Became, changes: Sequence[Change], follows: Sequence[News]) -> datetime:
        if became is Became.NEW:
            return max(_came(change.milestone) for change in changes)
        earlier = max((news.at for news in follows), default=_midnight(changes[0].milestone))
        was_sent = any(change.replaced and change.replaced.was_sent for change in changes)
        return max(self.heard, earlier) if was_sent or self.heard - earlier <= QUARTER else earlier


def _told(change: Change) -> Told:
    m = change.milestone
    return Told(RevisionKey(m.slot, m.revision), m.status, m.territory, milestone_address(m.slot))


def _weight(became: Became, changes: Sequence[Change]) -> tuple[object, ...]:
    """Return what the first news of a bulletin has most of: it takes back, is certain, rare, and weighs more."""
    m = changes[0].milestone
    rarity = min((change.milestone.precedents or 0 for change in changes), default=0)
    takes_back = became in (Became.CORRECTED, Became.RETRACTED)
    return takes_back, m.is_certain, -rarity.bit_length(), priority_of(m.kind, m.n), len(changes)


def _is_another(change: Change) -> bool:
    """Return whether a revision says something else than the one before, and not in other words, or of other names.

    What a rule written yesterday takes back of what was sent is told to nobody, and neither is it here.
    """
    m, before = change.milestone, change.milestone.replaces
    if not m.silent:
        return True
    if m.moved_to is not None or (change.replaced is not None and change.replaced.was_sent):
        return False
    if before is None:
        return True
    return before.revision == m.revision - 1 if before.slot == m.slot else before.status is not m.status


def _outcome(change: Change, before: _Before | None) -> Became | None:
    """Return what became of what was told; None where only the reasons differ for which it is not certain."""
    m, replaced = change.milestone, change.replaced
    if m.status is Status.RETRACTED:
        return None if before is not None and not before.is_held else Became.RETRACTED
    if before is not None and not before.is_held:
        return Became.AGAIN
    is_first_sent = not m.silent and replaced is not None and not replaced.was_sent
    if m.status is Status.CORRECTED or (is_first_sent and before is not None and _is_other(m, before)):
        return Became.CORRECTED
    was_certain = before.is_certain if before else replaced is None or replaced.status is not Status.PROVISIONAL
    if m.is_certain is was_certain:
        return None
    return Became.CONFIRMED if m.is_certain else Became.DOUBTED


def _is_other(m: Milestone, before: _Before) -> bool:
    """Return whether a slot is held by other works, or since another time.

    What has another id and is called the same is no other work.
    """
    now = _Before.of(m)
    return now.since != before.since or (now.ids != before.ids and now.titles != before.titles)


def _is_worth(m: Milestone) -> bool:
    """Return whether a claim of which nothing was told is: nothing that holds since the record begins is a first.

    Nor is what is recorded only while the record is shorter than a quarter of a year: then nearly everything is.
    """
    if not m.is_held or m.left_censored or m.evidence is None:
        return False
    is_short = m.period - m.evidence.records_since < QUARTER
    return not (m.silent and is_short and KINDS[m.kind].is_of_firsts)


def _what_is_said(change: Change) -> tuple[object, ...]:
    """Return what changes have in common that are said together, wherever they hold."""
    m, replaced = change.milestone, change.replaced
    held = tuple((its.work_id, its.season, its.group, its.returned) for its in m.holders)
    lost = tuple((its.work_id, its.season, its.group) for its in replaced.holders) if replaced else ()
    return m.rule, m.group, m.n, m.brief, m.mark, m.period, m.status, m.is_certain, held, lost


def _topics(bulletin: Bulletin, change: Change) -> frozenset[Topic]:
    works = [bulletin.works[work_id] for work_id in change.works() if work_id in bulletin.works]
    sent = change.replaced.attributes if change.replaced else {}
    return topics_about(bulletin.chart, change.milestone, works, sent)


def _midnight(m: Milestone) -> datetime:
    return datetime.combine(m.period, time(), UTC)


def _fetched(m: Milestone) -> datetime | None:
    """Return when the edition was fetched that shows a claim, where that is known."""
    at = m.evidence.edition.fetched_at if m.evidence else None
    return datetime.fromisoformat(at).astimezone(UTC).replace(microsecond=0) if at else None


def _came(m: Milestone) -> datetime:
    """Return when a claim came: when its edition was fetched, or of an archive its period."""
    fetched, period = _fetched(m), _midnight(m)
    return fetched if fetched and fetched - period <= RECENT else period


def _heard(m: Milestone) -> datetime | None:
    return _fetched(m) or (_midnight(m) if m.evidence else None)
