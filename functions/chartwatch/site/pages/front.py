"""The front page: who is at #1 now, what is new, and the biggest firsts of late."""

from typing import Any

from chartwatch.domain import words
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.site.addresses import FRONT
from chartwatch.site.pages.chart import leaders
from chartwatch.site.recorded import ChartRecord, Recorded, is_weighty
from chartwatch.site.topics import EVERYTHING
from chartwatch.site.views import Line, Link, Page, by_weight, chart_link, covered, lines, when

MOST_NEW = 12
"""Lines of what is new, on each chart's latest publication."""

MOST_FIRSTS = 12
"""Lines of the biggest firsts of late."""

LATELY = {"day": 91, "week": 13, "month": 3}
"""Periods that are of late: a quarter of a year."""


def front_page(recorded: Recorded) -> Page:
    """Return the front page."""
    charts = list(recorded.charts.values())
    return Page(
        address=FRONT,
        template="front.html",
        title="What made chart history",
        description="Who is at #1 now, what is new, and which countries, languages and titles were first.",
        values={
            "charts": [_now(recorded, record) for record in charts],
            "new": _new(recorded),
            "firsts": _biggest(recorded),
        },
        feed=EVERYTHING,
    )


def _now(recorded: Recorded, record: ChartRecord) -> dict[str, Any]:
    """Return who is at #1 of a chart now."""
    now = [run for run in recorded.runs if run.is_on and run.chart == record.chart.id]
    read = record.latest.number_ones
    return {
        "chart": chart_link(record.chart),
        "when": when(record.latest.period, record.chart.cadence),
        "leaders": leaders(recorded, now)[:4],
        "more": max(0, len({run.work for run in now}) - 4),
        "of": len(read),
        "noun": words.place_noun(read),
        "covered": covered(record),
    }


def _new(recorded: Recorded) -> list[tuple[Link, list[Line], int, str]]:
    """Return what the latest publication of each chart came to, the weightiest first."""
    found = []
    for record in recorded.charts.values():
        latest = record.latest.period
        its = [e for e in recorded.held if e.period == latest and e.slot in record.entries and is_weighty(e)]
        said = sorted(lines(recorded, by_weight(its)), key=lambda line: not line.is_certain)
        found.append(
            (
                chart_link(record.chart),
                said[:MOST_NEW],
                max(0, len(said) - MOST_NEW),
                when(latest, record.chart.cadence),
            )
        )
    return found


def _biggest(recorded: Recorded) -> list[Line]:
    """Return the firsts and races of a quarter of a year that are certain, over all territories, the latest first."""
    found: list[LedgerEntry] = []
    for record in recorded.charts.values():
        cadence = record.chart.cadence
        since = cadence.after(record.latest.period, -LATELY[cadence])
        found += [
            entry
            for entry in recorded.held
            if entry.slot in record.entries and entry.period > since and entry.is_certain and _is_big(entry)
        ]
    ordered = sorted(found, key=lambda its: (its.period, its.slot), reverse=True)
    return lines(recorded, ordered)[:MOST_FIRSTS]


def _is_big(entry: LedgerEntry) -> bool:
    return entry.territory == EVERYWHERE and priority_of(entry.kind, entry.n) is Priority.FIRST
