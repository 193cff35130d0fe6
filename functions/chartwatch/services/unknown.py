"""What is not known of the works that were at #1 of charts, and how often they were."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.works.candidates import Sighting
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.meanings import Meanings
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Work
from chartwatch.services.enrich import sighting_of
from chartwatch.services.ports import ChartStore

MEANING = "meaning"
"""What is not known of a title that may mean one of several works."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A work at #1, how charts showed it first, in which period, and how often: a territory and a period each time.

    A title that may mean one of several works has a work that stands for it, with these as its candidates.
    """

    work: Work
    sighting: Sighting
    period: date
    times: int

    @property
    def lacks(self) -> tuple[str, ...]:
        """The facts that rules ask for and nobody knows."""
        return tuple(lacking(self.work))


def lacking(work: Work) -> Iterator[str]:
    """Yield the facts of a work that rules ask for and nobody knows."""
    if work.candidates:
        yield MEANING
        return
    if work.original_language is None:
        yield ORIGINAL_LANGUAGE
    if not work.origin_countries:
        yield ORIGIN_COUNTRIES
    elif not work.is_main_country_known:
        yield MAIN_COUNTRY


def seen_at_number_one(charts: ChartStore, catalog: Catalog) -> list[Seen]:
    """Return the works that were at #1 of charts, those that were there most often first."""
    shown = [its for chart in charts.charts() for its in _shown(charts.timeline(chart), catalog)]
    found: dict[str, Seen] = {}
    for period, work, sighting in sorted(shown, key=lambda its: its[0]):
        seen = found.get(work.id)
        if seen is None:
            found[work.id] = Seen(work, sighting, period, 1)
        elif seen.period == period:
            found[work.id] = replace(seen, sighting=_together(seen.sighting, sighting), times=seen.times + 1)
        else:
            found[work.id] = replace(seen, times=seen.times + 1)
    return sorted(found.values(), key=lambda seen: (-seen.times, seen.work.id))


def _shown(timeline: Iterable[PublicationSummary], catalog: Catalog) -> Iterator[tuple[date, Work, Sighting]]:
    """Yield each #1 of a chart: its period, the work, and how it is shown."""
    known = Meanings()
    for publication in timeline:
        chart, period = publication.chart, publication.period
        all_ones = [one for its in publication.number_ones.values() for one in its]
        titles = dict.fromkeys((one.title, one.kind, one.id, one.credit) for one in all_ones)
        known = catalog.learned(titles, period, known, chart.not_in_language)
        for territory, ones in publication.number_ones.items():
            for one in ones:
                work = catalog.match(
                    one.title, one.kind, period, known, one.id, not_in=chart.not_in_language, credit=one.credit
                )
                places = frozenset({territory} - {GLOBAL})
                yield period, work, replace(sighting_of(one, chart, period), territories=places)


def _together(one: Sighting, other: Sighting) -> Sighting:
    """Return what two charts of one time, or two territories of one, say of a work."""
    return replace(
        one,
        in_english=other.in_english if one.in_english is None else one.in_english,
        territories=one.territories | other.territories,
        ids=one.ids | other.ids,
        first_charted=min(one.first_charted, other.first_charted),
    )
