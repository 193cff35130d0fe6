"""A page a chart: who is at #1 where now, what is recorded over all territories, and how much of it there is."""

from itertools import filterfalse

from chartwatch.domain import words
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories.wording import during
from chartwatch.site.addresses import FRONT, FeedKind, chart_address
from chartwatch.site.drawn import roll, who_is_where
from chartwatch.site.recorded import ChartRecord, Recorded, Run, is_weighty
from chartwatch.site.tables import coverage_table, milestones_table, reigns_table
from chartwatch.site.views import (
    Download,
    Link,
    Page,
    by_weight,
    chart_link,
    chart_name,
    covered,
    lines,
    place_name,
    start_last,
    totals,
    work_link,
)

MOST_WORKS = 20
"""Works of the honour roll of a chart that has many."""


MOST_LEADERS = 8
"""Works at #1 now that are named with in how many places they are."""


def chart_page(recorded: Recorded, chart: str) -> Page:
    """Return the page of a chart."""
    record = recorded.charts[chart]
    name = chart_name(record.chart)
    runs = [run for territory in record.territories for run in recorded.runs_at.get((chart, territory), ())]
    over_all = recorded.held_in.get((chart, EVERYWHERE), ())
    now = [run for run in runs if run.is_on]
    leading = list(totals((run._replace(periods=1) for run in now), lambda run: run.work))
    total, address = totals(runs, lambda run: run.work), chart_address(chart)
    return Page(
        address=address,
        template="chart.html",
        title=name,
        description=f"Who is at #1 of {record.chart.name} now, who was first, and for how long.",
        values={
            "name": name,
            "cadence": record.chart.cadence,
            "during": during(record.latest.period, record.chart.cadence),
            "covered": covered(record),
            "leaders": leaders(recorded, now),
            "map": who_is_where(recorded, record, leading, address),
            "bars": roll(recorded, record, total, address),
            "most": MOST_LEADERS,
            "noun": words.place_noun(record.territories),
            "now": now_by_place(recorded, record, now),
            "milestones": start_last(lines(recorded, by_weight(filter(is_weighty, over_all)))),
            "changes": lines(recorded, filterfalse(is_weighty, over_all)),
            "roll": [(work_link(recorded.works[work]), its) for work, its in list(total.items())[:MOST_WORKS]],
            "unit": words.plural(record.chart.cadence),
        },
        downloads=tuple(
            Download(f"{address.removesuffix(FRONT)}{table.name}", table)
            for table in (
                milestones_table(
                    (its for _, its in sorted(record.entries.items())), chart, "All milestones of the chart"
                ),
                reigns_table(runs, recorded.titles, "Every run at #1"),
                coverage_table(record.timeline, EVERYWHERE, "Which periods were read"),
            )
        ),
        feed=recorded.topic(FeedKind.CHART, chart),
    )


def leaders(recorded: Recorded, now: list[Run]) -> list[tuple[Link, int]]:
    """Return the works that are at #1 now, with in how many territories, the most first."""
    places = {run.work: 0 for run in now}
    for run in now:
        places[run.work] += 1
    ordered = sorted(places, key=lambda work: (-places[work], recorded.works[work].title))
    return [(work_link(recorded.works[work]), places[work]) for work in ordered]


def now_by_place(recorded: Recorded, record: ChartRecord, now: list[Run]) -> list[tuple[Link, list[tuple[Link, Run]]]]:
    """Return each territory, by name, with the works at #1 of it in the latest period; none where that lacks it."""
    found: dict[str, list[tuple[Link, Run]]] = {territory: [] for territory in record.territories}
    for run in now:
        found[run.territory].append((work_link(recorded.works[run.work]), run))
    ordered = sorted(found, key=lambda territory: words.alphabetical([territory]) or [place_name(territory)])
    return [(chart_link(record.chart, territory), found[territory]) for territory in ordered]
