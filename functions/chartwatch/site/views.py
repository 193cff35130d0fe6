"""What several kinds of page show alike: links, lines about milestones, coverage, and facts of works."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.chart import GLOBAL, Cadence, Chart
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Milestone, Status, WorkFacts
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.wording import description, joined, named
from chartwatch.domain.works.claimants import name_of
from chartwatch.domain.works.work import Work
from chartwatch.site.addresses import (
    chart_address,
    creator_address,
    language_address,
    milestone_address,
    origin_address,
    work_address,
)
from chartwatch.site.downloads import Table
from chartwatch.site.recorded import ChartRecord, Recorded, Run
from chartwatch.site.topics import Topic


class Link(NamedTuple):
    """What a link says, and the address that it leads to."""

    text: str
    address: str


class Download(NamedTuple):
    """A table that a page shows, as files: their address without its ending."""

    address: str
    table: Table

    @property
    def schema(self) -> str:
        """The address of the Table Schema, which all tables of that name share."""
        return f"schemas/{self.table.name}.json"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its address, the template that shows it, and what that is given.

    `description` is a sentence for who finds the page by a search, `feed` what a feed of the same is about, and
    `downloads` what it shows as data.
    """

    address: str
    template: str
    title: str
    description: str
    values: dict[str, Any]
    feed: Topic | None = None
    downloads: tuple[Download, ...] = ()


class Where(NamedTuple):
    """Where and when the milestones of a line were; `claims` are their pages, each under what it says.

    `within` is the place as it stands after "in".
    """

    place: str
    period: date
    claims: tuple[Link, ...]
    within: str


@dataclass(frozen=True, slots=True)
class Line:
    """Milestones that say the same of the same works, in one place or in many.

    `said` is what they say, in one breath. `mark` says what is to be known first: that it is provisional, or was
    corrected; `begins` is the first period of the chart's record.
    """

    works: tuple[Link, ...]
    said: str
    mark: str
    is_certain: bool
    is_over_all: bool
    chart: Link
    begins: date
    where: tuple[Where, ...]

    @property
    def is_at_the_start(self) -> bool:
        """Whether it was so when the record of the chart begins: nobody knows what was before."""
        return self.last == self.begins

    @property
    def first(self) -> date:
        """When it was in the first of its places."""
        return min(its.period for its in self.where)

    @property
    def last(self) -> date:
        """When it was in the last."""
        return max(its.period for its in self.where)


class Covered(NamedTuple):
    """What the record has of a territory, or of all: its first and last period, how many of how many, and the gaps."""

    since: date
    until: date
    seen: int
    expected: int
    gaps: tuple[tuple[date, date], ...]


def place_name(territory: str) -> str:
    """Return what a heading calls a territory: "Brazil", "The whole world", "All territories"."""
    if territory == EVERYWHERE:
        return "All territories"
    return "The whole world" if territory == GLOBAL else words.country_name(territory)


def chart_name(chart: Chart) -> str:
    """Return the name of a chart as it begins a sentence."""
    return words.sentence(chart.name)


def chart_link(chart: Chart, territory: str | None = None) -> Link:
    """Return the link to a chart, or to a territory of it."""
    if territory is None or territory == EVERYWHERE:
        return Link(chart_name(chart), chart_address(chart.id))
    return Link(place_name(territory), chart_address(chart.id, territory))


def work_link(work: Work) -> Link:
    """Return the link to a work."""
    return Link(work.title, work_address(work.id))


def holder_link(holder: Holder) -> Link:
    """Return the link to the work that holds a slot, which names the season where it is one."""
    return Link(name_of(holder.title, holder.label or holder.season), work_address(holder.work_id))


def origin_link(country: str) -> Link:
    """Return the link to a country of origin."""
    return Link(words.country_name(country), origin_address(country))


def language_link(language: str) -> Link:
    """Return the link to an original language."""
    return Link(words.language_name(language), language_address(language))


def creator_link(creator: str) -> Link:
    """Return the link to a creator."""
    return Link(creator, creator_address(creator))


def mark_of(status: Status, *, is_certain: bool) -> str:
    """Return what is said of a milestone first: "Provisional", "Corrected, not certain"; nothing if it stands."""
    if status is Status.ANNOUNCED:
        return ""
    said = words.sentence(status.value)
    return said if is_certain or status is Status.PROVISIONAL else f"{said}, not certain"


def mark_of_entry(entry: LedgerEntry) -> str:
    """Return the mark of the last revision of a slot."""
    return mark_of(entry.status, is_certain=entry.is_certain)


def mark_of_milestone(milestone: Milestone) -> str:
    """Return the mark of a revision."""
    return mark_of(milestone.status, is_certain=milestone.is_certain)


def lines(recorded: Recorded, entries: Iterable[LedgerEntry]) -> list[Line]:
    """Return what slots say, the same of the same works once, in the order of the first of each.

    What holds in the same places, at the same time, is said in one breath, and of the steps to a number the last.
    """
    gathered: dict[_Same, dict[str, list[LedgerEntry]]] = {}
    for entry in entries:
        gathered.setdefault(_same(recorded, entry), {}).setdefault(entry.brief, []).append(entry)
    breaths: dict[tuple[_Same, frozenset[tuple[str, date]]], list[Sequence[LedgerEntry]]] = {}
    for same, said in gathered.items():
        for its in said.values():
            last = [max(its, key=lambda entry: entry.n or 0)] if same.is_over_all else its
            breaths.setdefault((same, frozenset((each.territory, each.period) for each in last)), []).append(last)
    return [_line(recorded, same, its) for (same, _), its in breaths.items()]


class _Same(NamedTuple):
    """What slots have in common that stand in one line."""

    chart: str
    holders: tuple[Link, ...]
    mark: str
    is_certain: bool
    is_over_all: bool


def _same(recorded: Recorded, entry: LedgerEntry) -> _Same:
    holders = tuple(holder_link(holder) for holder in entry.holders)
    is_over_all = entry.territory == EVERYWHERE
    return _Same(recorded.chart_of(entry).id, holders, mark_of_entry(entry), entry.is_certain, is_over_all)


def _line(recorded: Recorded, same: _Same, entries: Sequence[Sequence[LedgerEntry]]) -> Line:
    places: dict[tuple[str, date], list[Link]] = {}
    for entry in (each for its in entries for each in its):
        link = Link(words.sentence(entry.brief), milestone_address(entry.slot))
        places.setdefault((entry.territory, entry.period), []).append(link)
    return Line(
        works=same.holders,
        said=words.sentence(joined([its[0].brief for its in entries])),
        mark=same.mark,
        is_certain=same.is_certain,
        is_over_all=same.is_over_all,
        chart=chart_link(recorded.charts[same.chart].chart),
        begins=recorded.charts[same.chart].since,
        where=tuple(
            sorted(
                Where(place_name(place), period, tuple(its), words.territory_name(place))
                for (place, period), its in places.items()
            )
        ),
    )


def start_last(said: Iterable[Line]) -> list[Line]:
    """Return lines in their order, but those last that say what was so as the record begins."""
    return sorted(said, key=lambda line: line.is_at_the_start)


def by_weight(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return slots in the order of what they are worth, over all territories before one; the earliest first."""
    return sorted(
        entries,
        key=lambda its: (
            -priority_of(its.kind, its.n),
            its.territory != EVERYWHERE,
            its.period,
            -(its.n or 0),
            its.slot,
        ),
    )


def covered(record: ChartRecord, territory: str = EVERYWHERE) -> Covered:
    """Return what the record has of a territory, or of any."""
    chart = record.chart
    seen = [its for its in record.timeline if its.number_ones and territory in (EVERYWHERE, *its.number_ones)]
    periods = [its.period for its in seen]
    if not periods:
        since, until = record.since, record.latest.period
        return Covered(since, until, 0, chart.periods(since, until), ((since, until),))
    unpublished = {its.period for its in record.timeline if its.is_unpublished(territory)}
    gaps = tuple(
        gap for before, after in pairwise(periods) for gap in chart.missing_between(before, after, unpublished)
    )
    missing = sum(chart.periods(*gap) for gap in gaps)
    return Covered(periods[0], periods[-1], len(periods), len(periods) + missing, gaps)


def facts_of(work: Work) -> str:
    """Return what a work is, in a sentence; nothing where nothing is known."""
    return description(WorkFacts.of(work))


def totals(runs: Iterable[Run], key: Callable[[Run], str]) -> dict[str, int]:
    """Return for how many periods there was a run, by what `key` says of it, the most first."""
    found: dict[str, int] = {}
    for run in runs:
        found[key(run)] = found.get(key(run), 0) + run.periods
    return dict(sorted(found.items(), key=lambda its: (-its[1], its[0])))


def when(period: date, cadence: Cadence) -> str:
    """Return "the week to Sunday 19 September 2021"."""
    return named(period, cadence)
