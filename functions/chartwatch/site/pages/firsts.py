"""The wall of firsts: which countries and languages have had a #1, since when, and by which work."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from chartwatch.domain.works.work import Work
from chartwatch.site.addresses import FIRSTS
from chartwatch.site.recorded import Recorded, Run
from chartwatch.site.views import Link, Page, chart_link, covered, language_link, origin_link, when, work_link


class First(NamedTuple):
    """The first #1 of a country or a language on a chart: the works, where, and how many works there have been."""

    code: str
    of: Link
    since: date
    when: str
    works: list[Link]
    chart: Link
    titles: int


def firsts_page(recorded: Recorded) -> Page:
    """Return the wall of firsts."""
    return Page(
        address=FIRSTS,
        template="firsts.html",
        title="The wall of firsts",
        description="Which countries and languages have had a #1, since when, and with which title.",
        values={
            "countries": sorted(firsts_of_countries(recorded), key=lambda its: (its.since, its.of.text)),
            "languages": sorted(_firsts_of_languages(recorded), key=lambda its: (its.since, its.of.text)),
            "charts": [(chart_link(record.chart), covered(record)) for record in recorded.charts.values()],
        },
    )


def firsts_of_countries(recorded: Recorded) -> Iterator[First]:
    """Yield the first #1 of each country of origin, on whatever chart."""
    for country, works in recorded.works_from.items():
        yield _first(recorded, country, origin_link(country), works)


def _firsts_of_languages(recorded: Recorded) -> Iterator[First]:
    for language, works in recorded.works_in.items():
        yield _first(recorded, language, language_link(language), works)


def _first(recorded: Recorded, code: str, of: Link, works: Sequence[Work]) -> First:
    runs = [run for work in works for run in recorded.runs_of[work.id]]
    since = min(run.first for run in runs)
    first = sorted(
        {run for run in runs if run.first == since}, key=lambda run: (run.chart, recorded.works[run.work].title)
    )
    chart = recorded.charts[first[0].chart].chart
    its: dict[str, Run] = {run.work: run for run in first if run.chart == chart.id}
    return First(
        code,
        of,
        since,
        when(since, chart.cadence),
        [work_link(recorded.works[work]) for work in its],
        chart_link(chart),
        len(works),
    )
