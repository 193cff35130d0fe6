"""How a milestone came to be: each of its revisions, from the document to the messages, or why nothing was sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Change, Milestone
from chartwatch.domain.milestones.muting import Mute
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import title_of_unlisted
from chartwatch.services.delivery_ports import Told
from chartwatch.services.ports import ChartStore
from chartwatch.services.record import BULLETIN, Files, RecordStore


class Sending(NamedTuple):
    """A message that a revision stands in, and what is known of its sending; None when it was never taken."""

    message: str
    told: Told | None


@dataclass(frozen=True, slots=True)
class Revised:
    """A revision of a milestone: the bulletin that it came by, when that was recorded (UTC), and its messages.

    `why_not` says why nothing was sent of it; it is empty where something was.
    """

    milestone: Milestone
    bulletin: str
    recorded_at: datetime | None
    sendings: tuple[Sending, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """All revisions of a slot, the first one first."""

    slot: str
    revisions: tuple[Revised, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What is looked at. `told` says what became of a message, and `written_at` when a bulletin was recorded.

    Both return None where nothing is known: of files, nothing was ever sent. `live_from` is since when milestones are
    sent, None for since ever, and `muted` until when nothing is sent of works, by id, and of rules.
    """

    charts: ChartStore
    record: RecordStore
    live_from: date | None = None
    muted: Mapping[str, Mute] = field(default_factory=dict)
    told: Callable[[str], Told | None] = lambda _message: None
    written_at: Callable[[str, int], datetime | None] = lambda _chart, _number: None


def of_slot(history: History, chart: str, slot: str) -> Trail | None:
    """Return the trail of a slot of a chart; None when nothing is recorded of it."""
    return next(_trails(history, chart, lambda entry: entry.slot == slot), None)


def of_title(history: History, title: str) -> list[Trail]:
    """Return the trails of all slots that a work held at some time, by its title or its id, in the order of periods."""
    key = title_key(title)

    def is_its(entry: LedgerEntry) -> bool:
        return any(holder.work_id == title or title_key(holder.title) == key for holder in _ever(entry))

    found = [trail for chart in history.charts.charts() for trail in _trails(history, chart, is_its)]
    return sorted(found, key=lambda trail: (trail.revisions[-1].milestone.period, trail.slot))


def at_number_one(history: History, title: str) -> Iterator[tuple[str, str, date]]:
    """Yield where and when a title was at #1 first: a chart, a territory and a period each time."""
    key, seen = title_key(title), set[tuple[str, str]]()
    for chart in history.charts.charts():
        for publication in history.charts.timeline(chart):
            for territory, ones in publication.number_ones.items():
                if (chart, territory) not in seen and any(title_key(one.title) == key for one in ones):
                    seen.add((chart, territory))
                    yield chart, territory, publication.period


def titles_of(history: History) -> set[str]:
    """Return all titles that were at #1 of a chart, and those of the works that held a slot."""
    listed = {
        one.title
        for chart in history.charts.charts()
        for publication in history.charts.timeline(chart)
        for ones in publication.number_ones.values()
        for one in ones
    }
    return listed | {holder.title for holder in _holders(history)}


def works_of(history: History, chart: str | None = None) -> set[str]:
    """Return the ids of the works that held a slot, of a chart or of any."""
    return {holder.work_id for holder in _holders(history, chart)}


def _holders(history: History, chart: str | None = None) -> Iterator[Holder]:
    for its in history.charts.charts() if chart is None else [chart]:
        if head := history.record.head(its):
            files = Files(history.record, head)
            for part in (*files.ledgers().values(), files.retracted()):
                for entry in part.entries.values():
                    yield from _ever(entry)


def _ever(entry: LedgerEntry) -> Iterator[Holder]:
    yield from entry.holders
    yield from entry.replaces.holders if entry.replaces else ()
    yield from entry.sent.holders if entry.sent else ()


def _trails(history: History, chart: str, is_asked: Callable[[LedgerEntry], bool]) -> Iterator[Trail]:
    """Yield the trails of those slots of a chart whose last revision is asked for."""
    head = history.record.head(chart)
    if head is None:
        return
    files = Files(history.record, head)
    retracted = files.retracted()
    parts = (*files.ledgers().values(), retracted)
    named = {number: file for part in parts for number, file in part.bulletins.items()}
    entries = [entry for part in parts for entry in part.entries.values() if is_asked(entry)]
    numbers = sorted({number for entry in entries for number in entry.bulletins})
    changes: dict[str, list[tuple[int, str, Change]]] = {entry.slot: [] for entry in entries}
    for number in numbers:
        bulletin = history.record.get(chart, BULLETIN, named[number])
        for change in bulletin.changes:
            if change.milestone.slot in changes:
                changes[change.milestone.slot].append((number, bulletin.id, change))
    for slot, its in sorted(changes.items()):
        yield Trail(slot, tuple(_revised(history, retracted.firsts_from, chart, its)))


def _revised(
    history: History, firsts_from: Mapping[str, date], chart: str, changes: Iterable[tuple[int, str, Change]]
) -> Iterator[Revised]:
    for number, bulletin, change in changes:
        sendings: tuple[Sending, ...] = ()
        if change.is_sent:
            messages = [f"{bulletin}:{work}" for work in change.concerned()]
            sendings = tuple(Sending(message, history.told(message)) for message in messages)
        why_not = "" if change.is_sent else _why_not(history, change, firsts_from)
        yield Revised(change.milestone, bulletin, history.written_at(chart, number), sendings, why_not)


def _why_not(history: History, change: Change, firsts_from: Mapping[str, date]) -> str:
    """Return why nothing was sent of a revision; what `difference` decides by, as far as the record has it."""
    its = change.milestone
    was_sent = change.replaced is not None and change.replaced.was_sent
    if its.moved_to is not None:
        return f"its work is another by now, under which it goes on as {its.moved_to}"
    if was_sent:
        is_same = change.replaced is not None and change.replaced.holders == its.holders
        return "it says what was sent before, in other words" if is_same else _BY_OTHERS
    if not its.is_held:
        return "nothing had been sent of it, so that there was nothing to take back"
    return _why_no_first(history, its, firsts_from)


def _why_no_first(history: History, its: Milestone, firsts_from: Mapping[str, date]) -> str:
    """Return why nothing was sent of a slot of which nothing had been sent before."""
    if its.left_censored:
        since = f", {its.evidence.records_since}," if its.evidence else ""
        return f"it has held since the record begins{since} so that nobody can say that it was a first"
    publication = history.charts.summary(its.chart, its.period)
    if too_early := _too_early(history, its, publication):
        return too_early
    silenced = {its.rule, *(holder.work_id for holder in its.holders)}
    titles = {title_key(holder.title) for holder in its.holders}
    for name, mute in sorted(history.muted.items()):
        if (name in silenced or title_of_unlisted(name) in titles) and its.period < (until := mute.of(its.chart)):
            return f"{name} is muted: nothing is sent of it of periods before {until}"
    least = publication.chart.min_periods if publication else 0
    if publication and least and KINDS[its.kind].is_of_firsts:
        since_when = firsts_from.get(its.territory)
        if since_when is None or its.period < since_when:
            asked = words.counted(least, str(publication.chart.cadence))
            return f"the chart asks for a record of {asked} before firsts are sent (min_periods), and it was shorter"
    if its.replaces is not None and its.replaces.holders == its.holders:
        return "it says what an earlier revision says, in other words, and that one was recorded only"
    return _BY_OTHERS


def _too_early(history: History, its: Milestone, publication: PublicationSummary | None) -> str:
    """Return that a period lies before all that is sent of the deployment, or of its chart; nothing if it does not."""
    if history.live_from is not None and its.period < history.live_from:
        return f"its period lies before {history.live_from}, from which the deployment sends (LiveFrom)"
    added = publication.chart.live_from if publication else None
    is_early = added is not None and its.period < added
    return f"its period lies before {added}, from which the chart, which was added later, is sent" if is_early else ""


_BY_OTHERS = "it came by other rules or by a rebuild, and what these say of the past is no news"


def sent_first(trails: Sequence[Trail]) -> list[Trail]:
    """Return trails with those first of which something was sent."""
    return sorted(trails, key=lambda trail: not any(revised.sendings for revised in trail.revisions))
