"""A page a work: what is known of it, where and when it was at #1, and what it made history with."""

from datetime import date
from itertools import filterfalse

from chartwatch.domain import words
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.wording import during
from chartwatch.domain.works.candidates import Provider
from chartwatch.site.addresses import work_address
from chartwatch.site.drawn import periods_of, when_it_was, where_it_was
from chartwatch.site.recorded import ChartRecord, Recorded, Run, is_weighty
from chartwatch.site.sourced import is_from
from chartwatch.site.tables import reigns_table
from chartwatch.site.views import (
    Download,
    Link,
    Page,
    by_weight,
    chart_link,
    creator_link,
    facts_of,
    language_link,
    lines,
    origin_link,
    place_name,
)

MOST_LACKING = 3
"""Territories that are named since a work was not at #1 there while it was almost everywhere."""


def work_page(recorded: Recorded, work_id: str) -> Page:
    """Return the page of a work."""
    work, runs = recorded.works[work_id], recorded.runs_of.get(work_id, ())
    sourced = recorded.facts.get(work_id, ())
    its_slots = recorded.held_by.get(work_id, ())
    held = by_weight(filter(is_weighty, its_slots))
    by_chart: dict[str, list[Run]] = {}
    for run in runs:
        by_chart.setdefault(run.chart, []).append(run)
    return Page(
        address=work_address(work_id),
        template="work.html",
        title=work.title,
        description=facts_of(work) or f"Where and when {work.title} was at #1.",
        values={
            "work": work,
            "facts": facts_of(work),
            "sourced": sourced,
            "note": recorded.notes.get(work_id, ""),
            "credits_tmdb": is_from(sourced, Provider.TMDB),
            "origins": [origin_link(country) for country in work.origin_countries],
            "language": work.original_language and language_link(work.original_language),
            "creators": [creator_link(name) for name in (*work.creators, *work.featured)],
            "everywhere": lines(recorded, (its for its in held if its.territory == EVERYWHERE)),
            "in_places": lines(recorded, (its for its in held if its.territory != EVERYWHERE)),
            "changes": lines(recorded, filterfalse(is_weighty, its_slots)),
            "charts": [_on_chart(recorded, chart, work_id, its) for chart, its in sorted(by_chart.items())],
        },
        downloads=(
            Download(
                work_address(work_id).removesuffix(".html"), reigns_table(runs, recorded.titles, "Every run at #1")
            ),
        )
        if runs
        else (),
    )


def _on_chart(recorded: Recorded, chart: str, work: str, runs: list[Run]) -> dict[str, object]:
    """Return where and when a work was at #1 of one chart."""
    record = recorded.charts[chart]
    places: dict[str, list[Run]] = {}
    for run in runs:
        places.setdefault(run.territory, []).append(run)
    total = {place: sum(run.periods for run in its) for place, its in places.items()}
    ordered = sorted(places, key=lambda place: (-total[place], place_name(place)))
    return {
        "chart": chart_link(record.chart),
        "chart_id": chart,
        "map": where_it_was(recorded, record, work, runs, work_address(work)),
        "timeline": when_it_was(recorded, record, work, runs, work_address(work)),
        "cadence": record.chart.cadence,
        "since": record.since,
        "count": len(places),
        "of": len(record.territories),
        "noun": words.place_noun(record.territories),
        "unit": record.chart.cadence,
        "first": min(run.first for run in runs),
        "last": max(run.last for run in runs),
        "is_on": any(run.is_on for run in runs),
        "widest": _widest(record, runs),
        "places": [(_place(recorded, chart, place), total[place], places[place]) for place in ordered],
    }


def _widest(record: ChartRecord, runs: list[Run]) -> dict[str, object] | None:
    """Return when a work was at #1 in most territories at once, in how many of how many, and where it was not.

    None for a work that was in one alone at any time.
    """
    at: dict[date, set[str]] = {}
    for run in runs:
        for period in periods_of(record.chart, [run]):
            at.setdefault(period, set()).add(run.territory)
    period = min(at, key=lambda its: (-len(at[its]), its))
    read = next(its for its in record.timeline if its.period == period).number_ones
    if len(at[period]) < 2:
        return None
    lacking = words.in_text(set(read) - at[period])
    return {
        "when": during(period, record.chart.cadence),
        "count": len(at[period]),
        "of": len(read),
        "but": words.listed(lacking) if 0 < len(lacking) <= MOST_LACKING else "",
    }


def _place(recorded: Recorded, chart: str, territory: str) -> Link:
    return chart_link(recorded.charts[chart].chart, territory)
