"""Keeping the catalog: what no publication wakes anybody for, done by the hour.

A new release's starter catalog is taken up, works that stayed unknown are looked up again, and facts that may be kept
for a time alone are asked again before it ends, or deleted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.works.candidates import Provider, Sighting, is_looked_up
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.work import Work
from chartwatch.services.catalog_changes import CatalogChanges, TakenBack, nothing_taken_back
from chartwatch.services.enrich import (
    TURN,
    FactProvider,
    LookedUp,
    Lookups,
    dossier_of,
    is_unknown,
    seen_at,
    titles_of,
    updates_of,
)
from chartwatch.services.ports import CatalogStore, ChartStore

RUN = timedelta(seconds=150)
"""How long one run looks up works; what it leaves, the next one does."""

PORTION = 25
"""Works whose look-ups are put in force together: as many are lost with a process that ends."""

FirstAtOne = Callable[[str], Mapping[Charted, date]]
"""Says since when each title of a chart has been at #1."""

Task = Callable[[], Sequence[LookedUp]]


@dataclass(frozen=True, slots=True)
class Due:
    """A work to be looked up: under which id what is found is kept, as charts saw it first, and who is asked.

    `times` is how often it was looked up before, with an answer or without one.
    """

    work_id: str
    sighting: Sighting
    times: int
    among: frozenset[Provider]


class Upkeep:
    """Keeps the catalog in force up to what can be known."""

    def __init__(
        self,
        charts: ChartStore,
        catalogs: CatalogStore,
        *,
        first_at_one: FirstAtOne,
        providers: Sequence[FactProvider],
        starter: tuple[Dossier, ...],
        clock: Callable[[], datetime],
        taken_back: TakenBack = nothing_taken_back,
    ) -> None:
        """`starter` is the starter catalog of this release; `clock` gives the time, UTC."""
        self._charts = charts
        self._catalogs = catalogs
        self._changes = CatalogChanges(catalogs, taken_back)
        self._first_at_one = first_at_one
        self._lookups = Lookups(providers)
        self._starter = starter
        self._clock = clock

    def tasks(self) -> Iterator[tuple[str, Task]]:
        """Yield all that is to be done, in order; one that fails need not keep back the others."""
        yield "starter", self.take_up_starter
        yield "look-ups", self.look_up_again
        yield "expiry", self.delete_expired

    def take_up_starter(self) -> Sequence[LookedUp]:
        """Put the starter catalog of this release in force."""
        self._changes.take_up_starter(self._starter)
        return ()

    def look_up_again(self) -> Sequence[LookedUp]:
        """Look up the works that it is time for, those first that were looked up least often, while there is time."""
        today, until = self._clock().date(), self._clock() + RUN
        found: list[LookedUp] = []
        portion: dict[str, LookedUp] = {}
        for its in self._due(today):
            if not self._lookups.providers or self._clock() + TURN > until:
                break
            portion[its.work_id] = self._lookups.ask(its.sighting, today, its.among)
            if len(portion) == PORTION:
                found += self._put(portion, today)
                portion = {}
        return [*found, *self._put(portion, today)]

    def delete_expired(self) -> Sequence[LookedUp]:
        """Delete what may not be kept any longer, whatever rests on it."""
        today = self._clock().date()
        before = self._catalogs.layer(Layer.LOOKED_UP)
        after = tuple(replace(its, lookup=its.lookup.kept(today)) for its in before)
        if after != before:
            self._catalogs.replace(Layer.LOOKED_UP, after, before=before)
        for held in self._catalogs.held():
            kept = tuple(replace(its, lookup=its.lookup.kept(today)) for its in held.dossiers)
            if kept != held.dossiers:
                self._catalogs.hold(replace(held, dossiers=kept))
        return ()

    def _put(self, portion: Mapping[str, LookedUp], today: date) -> Sequence[LookedUp]:
        if updates := updates_of(portion, today):
            self._changes.put_looked_up(updates)
        return tuple(portion.values())

    def _due(self, today: date) -> Sequence[Due]:
        """Return the works that it is time to look up, as charts saw each first."""
        if not self._lookups.providers:
            return ()
        known, catalog = self._changes.known(), self._catalogs.current()

        def asked(work: Work) -> frozenset[Provider]:
            return to_be_asked(work, dossier_of(work.id, titles_of(work), work.kind, known), today)

        seen: dict[str, Sighting] = {}
        among: dict[str, frozenset[Provider]] = {}
        for publication in self._first_seen(catalog, asked):
            for work, sighting in seen_at(publication, catalog, asked):
                dossier = dossier_of(work.id, titles_of(work), work.kind, known)
                key = dossier.work.id if dossier else work.id
                seen[key] = first_of(seen[key], sighting) if key in seen else sighting
                among[key] = asked(work)
        times = {work_id: known[work_id].lookup.times if work_id in known else 0 for work_id in seen}
        due = (Due(work_id, its, times[work_id], among[work_id]) for work_id, its in seen.items())
        return sorted(due, key=lambda one: (one.times, -one.sighting.first_charted.toordinal(), one.work_id))

    def _first_seen(self, catalog: Catalog, is_wanted: Callable[[Work], object]) -> Iterator[PublicationSummary]:
        """Yield the publications in which titles were at #1 first that may mean a work that is wanted."""
        for chart in self._charts.charts():
            first = self._first_at_one(chart)
            shown = self._charts.summary(chart, max(first.values())) if first else None
            not_in = shown.chart.not_in_language if shown else None
            periods = {
                since
                for (kind, key, credit), since in first.items()
                if is_looked_up(kind, credit) and any(map(is_wanted, catalog.may_mean(key, kind, not_in)))
            }
            for period in sorted(periods):
                if publication := self._charts.summary(chart, period):
                    yield publication


def to_be_asked(work: Work, dossier: Dossier | None, today: date) -> frozenset[Provider]:
    """Return which providers are asked of a work on a day: all of an unknown one, or those whose facts run out."""
    if is_unknown(work) and (dossier is None or dossier.lookup.is_due(today)):
        return frozenset(Provider)
    return dossier.lookup.due(today) if dossier else frozenset()


def first_of(one: Sighting, other: Sighting) -> Sighting:
    """Return what two charts say of a work, as whichever saw it first."""
    first, later = sorted((one, other), key=lambda its: its.first_charted)
    both = first.territories | later.territories if first.first_charted == later.first_charted else first.territories
    in_english = later.in_english if first.in_english is None else first.in_english
    return replace(first, territories=both, in_english=in_english, ids=first.ids | later.ids)
