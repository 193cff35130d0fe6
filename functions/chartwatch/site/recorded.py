"""What pages show: of each chart who was at #1 where and when, and what is recorded of it; of all charts the works."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeVar

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, NumberOne, PublicationSummary
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Bulletin, Change
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import name_of
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work
from chartwatch.site.addresses import FeedKind
from chartwatch.site.feed_keys import bulletins_told, shown_in_feeds
from chartwatch.site.news import News, news_of
from chartwatch.site.sourced import Sourced, notes_of, sourced_facts
from chartwatch.site.topics import Topic

Key = TypeVar("Key")
Value = TypeVar("Value")


class Run(NamedTuple):
    """A run of a work at #1 of a territory: its first and last period, and how many there are.

    `label` is what the chart called the season, where it named one. `is_on`: the last period is the chart's latest.
    """

    chart: str
    territory: str
    work: str
    first: date
    last: date
    periods: int
    label: str | None
    is_on: bool


class Revision(NamedTuple):
    """A revision of a slot, and the bulletin that it stands in."""

    bulletin: Bulletin
    change: Change


@dataclass(frozen=True)
class ChartRecord:
    """All that is recorded of one chart.

    `timeline` are its publications, oldest first and at least one; `entries` the last revision of each slot, of those
    that nobody holds, too. `bulletin` returns one by its number, and `editions` those of a publication that count, by
    territory. `lent` are the renamings that other charts of the provider show.
    """

    timeline: Sequence[PublicationSummary]
    entries: Mapping[str, LedgerEntry]
    bulletin: Callable[[int], Bulletin]
    editions: Callable[[PublicationSummary], Mapping[str, Edition]]
    lent: tuple[Renaming, ...] = ()

    @property
    def chart(self) -> Chart:
        """The chart, as its latest publication has it."""
        return self.timeline[-1].chart

    @property
    def latest(self) -> PublicationSummary:
        """The latest publication."""
        return self.timeline[-1]

    @property
    def since(self) -> date:
        """The first period on the record."""
        return self.timeline[0].period

    def revisions(self, slot: str) -> list[Revision]:
        """Return the revisions of a slot, the first one first."""
        bulletins = map(self.bulletin, self.entries[slot].bulletins)
        return [Revision(its, change) for its in bulletins for change in its.changes if change.milestone.slot == slot]

    @cached_property
    def territories(self) -> Sequence[str]:
        """The territories that ever had an edition, sorted."""
        return sorted({territory for publication in self.timeline for territory in publication.number_ones})


@dataclass(frozen=True)
class Recorded:
    """All charts, by id, and the catalog by which their works are known.

    `dossiers` are what each layer of the catalog has, from which pages say who says what.
    """

    charts: Mapping[str, ChartRecord]
    catalog: Catalog
    dossiers: tuple[Dossier, ...] = ()
    _works: dict[str, Work] = field(default_factory=dict)

    @cached_property
    def news(self) -> Sequence[News]:
        """What feeds tell, the newest first."""
        return news_of(
            record.bulletin(number)
            for record in self.charts.values()
            for number in bulletins_told(record.entries.values())
        )

    @cached_property
    def topics(self) -> Mapping[Topic, object]:
        """What there are feeds of, and what each shows: with the same it is the same."""
        return shown_in_feeds({chart: record.entries for chart, record in self.charts.items()}, self.catalog.work)

    def topic(self, kind: FeedKind, value: str) -> Topic | None:
        """Return what a feed is about, if there is that feed."""
        topic = Topic(kind, value)
        return topic if topic in self.topics else None

    @cached_property
    def runs(self) -> Sequence[Run]:
        """All runs at #1, by chart, territory and time."""
        return [run for record in self.charts.values() for run in self._runs_of(record)]

    @cached_property
    def runs_at(self) -> Mapping[tuple[str, str], Sequence[Run]]:
        """The runs by chart and territory, the earliest first."""
        return _gathered(self.runs, lambda run: [(run.chart, run.territory)])

    @cached_property
    def runs_of(self) -> Mapping[str, Sequence[Run]]:
        """The runs by work."""
        return _gathered(self.runs, lambda run: [run.work])

    @cached_property
    def works(self) -> Mapping[str, Work]:
        """The works that were at #1 or hold a slot, by id."""
        for run in self.runs:
            self._work(run.work, "")
        for record in self.charts.values():
            for entry in record.entries.values():
                for holder in (*entry.holders, *(entry.replaces.holders if entry.replaces else ())):
                    self._work(holder.work_id, holder.title)
        return self._works

    @cached_property
    def facts(self) -> Mapping[str, tuple[Sourced, ...]]:
        """Who says what of each work, by its id."""
        return sourced_facts(self._dossiers_of_works)

    @cached_property
    def notes(self) -> Mapping[str, str]:
        """What an own file names as its sources for each work, by its id."""
        return notes_of(self._dossiers_of_works)

    @cached_property
    def _dossiers_of_works(self) -> Sequence[Dossier]:
        """The dossiers that may be of works which pages are about."""
        titles = {title_key(title) for work in self.works.values() for title in (work.title, *work.aliases)}
        return [dossier for dossier in self.dossiers if not titles.isdisjoint(dossier.titles)]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The titles of the works, by id."""
        return {work_id: work.title for work_id, work in self.works.items()}

    @cached_property
    def held(self) -> Sequence[LedgerEntry]:
        """The slots that somebody holds, the latest first; of these those that weigh most."""
        entries = (entry for record in self.charts.values() for entry in record.entries.values() if entry.is_held)
        return sorted(entries, key=lambda its: (its.period, priority_of(its.kind, its.n), its.slot), reverse=True)

    @cached_property
    def held_by(self) -> Mapping[str, Sequence[LedgerEntry]]:
        """The slots that are held by works, by their ids."""
        return _gathered(self.held, lambda entry: {holder.work_id for holder in entry.holders})

    @cached_property
    def held_in(self) -> Mapping[tuple[str, str], Sequence[LedgerEntry]]:
        """The slots that are held, by chart and territory."""
        return _gathered(self.held, lambda entry: [(self.chart_of(entry).id, entry.territory)])

    @cached_property
    def held_of(self) -> Mapping[str, Sequence[LedgerEntry]]:
        """The slots that say more than a new #1 and are of a group, or of a race that it has won, by that group."""
        return _gathered(
            filter(is_weighty, self.held),
            lambda its: {group for group in (its.group, *(holder.group for holder in its.holders)) if group},
        )

    @cached_property
    def works_from(self) -> Mapping[str, Sequence[Work]]:
        """The works that were at #1, by country of origin."""
        return _gathered(self._topped, lambda work: work.origin_countries)

    @cached_property
    def origins_on(self) -> Mapping[str, frozenset[str]]:
        """The countries of origin of the works that were at #1 of each chart."""
        works = {(run.chart, run.work) for run in self.runs}
        found = _gathered(works, lambda its: [its[0]])
        return {
            chart: frozenset(
                country for _, work in found.get(chart, ()) for country in self.works[work].origin_countries
            )
            for chart in self.charts
        }

    @cached_property
    def works_in(self) -> Mapping[str, Sequence[Work]]:
        """The works that were at #1, by original language."""
        return _gathered(self._topped, lambda work: [work.original_language] if work.original_language else [])

    @cached_property
    def works_by(self) -> Mapping[str, Sequence[Work]]:
        """The works that were at #1, by creator."""
        return _gathered(self._topped, lambda work: dict.fromkeys((*work.creators, *work.featured)))

    def named(self, title: str, kind: Kind | None) -> Sequence[Work]:
        """Return the works that were at #1 and that a title may mean, of a kind where one is given."""
        return [its for its in self._by_title.get(title_key(title), ()) if None in (kind, its.kind) or its.kind == kind]

    @cached_property
    def _by_title(self) -> Mapping[str, Sequence[Work]]:
        return _gathered(self._topped, lambda work: {title_key(title) for title in (work.title, *work.aliases)})

    def chart_of(self, entry: LedgerEntry) -> Chart:
        """Return the chart that a slot is of."""
        return self._charts_by_slot[entry.slot].chart

    @cached_property
    def _charts_by_slot(self) -> Mapping[str, ChartRecord]:
        return {slot: record for record in self.charts.values() for slot in record.entries}

    @cached_property
    def _topped(self) -> Sequence[Work]:
        """The works that were at #1, by when that was first."""
        first = {work: min(run.first for run in runs) for work, runs in self.runs_of.items()}
        return [self.works[its] for its in sorted(first, key=lambda its: (first[its], its))]

    def _work(self, work_id: str, title: str) -> None:
        if work_id not in self._works:
            self._works[work_id] = self.catalog.work(work_id) or Work(id=work_id, title=title)

    def _runs_of(self, record: ChartRecord) -> Iterator[Run]:
        """Yield the runs of a chart, each when it has ended."""
        history = ChartHistory(record.timeline, self.catalog, lent=record.lent)
        running: dict[str, dict[str, Run]] = {}
        for publication in record.timeline:
            meant: dict[NumberOne, Work] = {}
            for territory, ones in publication.number_ones.items():
                before, now = running.get(territory, {}), dict[str, Run]()
                for one in ones:
                    if one not in meant:
                        meant[one] = history.work_of(one, publication.period)
                    work = meant[one]
                    self._works.setdefault(work.id, self.catalog.work(work.id) or work)
                    now[work.id] = _continued(before.get(work.id), publication, territory, work.id, one)
                yield from (run for work, run in before.items() if work not in now or now[work].first != run.first)
                running[territory] = now
        for runs in running.values():
            yield from (run._replace(is_on=run.last == record.latest.period) for run in runs.values())


def _continued(run: Run | None, publication: PublicationSummary, territory: str, work: str, one: NumberOne) -> Run:
    """Return the run of a work with one more period: `run` goes on if it was at #1 in the period before."""
    chart, period = publication.chart, publication.period
    if run is not None and chart.before(period) == run.last:
        return run._replace(last=period, periods=run.periods + 1)
    label = one.season and name_of(one.title, one.season)
    return Run(chart.id, territory, work, period, period, 1, label, is_on=False)


def is_weighty(entry: LedgerEntry) -> bool:
    """Return whether a slot says more than that there is a new #1."""
    return priority_of(entry.kind, entry.n) > Priority.CHANGE


def is_over_all(entry: LedgerEntry) -> bool:
    """Return whether a slot is over all territories."""
    return entry.territory == EVERYWHERE


def _gathered(values: Iterable[Value], keys: Callable[[Value], Iterable[Key]]) -> dict[Key, list[Value]]:
    found: dict[Key, list[Value]] = {}
    for value in values:
        for key in keys(value):
            found.setdefault(key, []).append(value)
    return found
