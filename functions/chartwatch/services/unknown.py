"""What is not known of the works that were at #1 of charts, and how often they were."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.works.candidates import Sighting
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Work
from chartwatch.services.enrich import sighting_of
from chartwatch.services.ports import ChartStore


@dataclass(frozen=True, slots=True)
class Seen:
    """A work at #1, how charts showed it first, and how often it was there: a territory and a period each time."""

    work: Work
    sighting: Sighting
    times: int

    @property
    def lacks(self) -> tuple[str, ...]:
        """The facts that rules ask for and nobody knows."""
        return tuple(lacking(self.work))


def lacking(work: Work) -> Iterator[str]:
    """Yield the facts of a work that rules ask for and nobody knows."""
    if work.original_language is None:
        yield ORIGINAL_LANGUAGE
    if not work.origin_countries:
        yield ORIGIN_COUNTRIES
    elif not work.is_main_country_known:
        yield MAIN_COUNTRY


def seen_at_number_one(charts: ChartStore, catalog: Catalog, only: Collection[str] | None = None) -> list[Seen]:
    """Return the works that were at #1 of charts, those that were there most often first; of `only` these charts.

    A title that may mean one of several works of the catalog stands for none of them.
    """
    timelines = [charts.timeline(chart) for chart in charts.charts() if only is None or chart in only]
    publications = sorted((its for timeline in timelines for its in timeline), key=attrgetter("period"))
    found: dict[str, Seen] = {}
    for period, its in groupby(publications, key=attrgetter("period")):
        for work, sighting, times in _seen(period, list(its), catalog):
            before = found.get(work.id)
            found[work.id] = Seen(
                work, before.sighting if before else sighting, times + (before.times if before else 0)
            )
    return sorted(found.values(), key=lambda seen: (-seen.times, seen.work.id))


def _seen(
    period: date, publications: Sequence[PublicationSummary], catalog: Catalog
) -> Iterable[tuple[Work, Sighting, int]]:
    """Return the works at #1 of a period, as all charts show them then, each with the number of times."""
    found: dict[str, tuple[Work, Sighting, int]] = {}
    for publication in publications:
        chart = publication.chart
        for territory, ones in publication.number_ones.items():
            for one in ones:
                work = catalog.match(one.title, one.kind, period, provider_id=one.id, not_in=chart.not_in_language)
                if work.candidates:
                    continue
                sighting = sighting_of(one, chart, period)
                _, before, times = found.get(work.id, (work, sighting, 0))
                found[work.id] = work, _together(before, sighting, territory), times + 1
    return found.values()


def _together(one: Sighting, other: Sighting, territory: str) -> Sighting:
    """Return what two charts of one time say of a work, the second of them in a territory."""
    return replace(
        one,
        in_english=other.in_english if one.in_english is None else one.in_english,
        territories=one.territories | ({territory} if territory != GLOBAL else set()),
        ids=one.ids | other.ids,
        first_charted=min(one.first_charted, other.first_charted),
    )
