"""A page a territory of a chart: who was at #1 when, for how long, what is recorded of that, and the latest list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import filterfalse
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.publications import Edition, Entry
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.stories.figures import figure_in_words
from chartwatch.domain.stories.wording import during
from chartwatch.site.addresses import FeedKind, chart_address, milestone_address, origin_address
from chartwatch.site.drawn import roll, who_was_at_one
from chartwatch.site.recorded import ChartRecord, Recorded, Run, is_weighty
from chartwatch.site.tables import reigns_table
from chartwatch.site.views import (
    Download,
    Link,
    Page,
    chart_link,
    chart_name,
    covered,
    lines,
    mark_of_entry,
    place_name,
    totals,
    work_link,
)

COUNTERS = ("weeks", "days")
"""Figures that say for how long a work has been in the list."""


MOST_RUNS = 12
"""Runs that are shown at once; the earlier ones are folded away."""


class Listed(NamedTuple):
    """A row of the latest list. `work` is its page, where it has one; `before` its rank in the list before.

    `moved`: by how many ranks it rose; None where it was not in the list before, or there is none.
    """

    rank: int
    title: str
    work: Link | None
    figure: str
    periods: str
    before: int | None
    moved: int | None


def place_page(recorded: Recorded, chart: str, territory: str) -> Page:
    """Return the page of a territory of a chart."""
    record = recorded.charts[chart]
    runs = recorded.runs_at.get((chart, territory), ())
    place, name = place_name(territory), chart_name(record.chart)
    total, address = totals(runs, lambda run: run.work), chart_address(chart, territory)
    held = recorded.held_in.get((chart, territory), ())
    drawn = who_was_at_one(recorded, record, territory, address)
    latest = next(its for its in reversed(record.timeline) if territory in its.number_ones)
    listed = list(_listed(recorded, record, territory, runs))
    begun, others = _begun(held)
    return Page(
        address=address,
        template="place.html",
        title=f"{place}: {name}",
        description=f"Every #1 of {record.chart.name} in {words.territory_name(territory)}, and the history it made.",
        values={
            "place": place,
            "chart": chart_link(record.chart),
            "elsewhere": _elsewhere(recorded, chart, territory),
            "cadence": record.chart.cadence,
            "is_latest": latest.period == record.latest.period,
            "during": during(latest.period, record.chart.cadence),
            "covered": covered(record, territory),
            "now": [(work_link(recorded.works[run.work]), run) for run in runs if run.last == latest.period],
            "listed": listed,
            "counts_periods": any(row.periods for row in listed),
            "strip": drawn.picture,
            "bars": roll(recorded, record, total, address),
            "figure_name": _figure_name(record) if any(row.figure for row in listed) else "",
            "runs": [
                (
                    work_link(recorded.works[run.work]),
                    run,
                    drawn.colours[run.work],
                    begun.get((run.first, run.work), ""),
                )
                for run in reversed(runs)
            ],
            "most": MOST_RUNS,
            "roll": [(work_link(recorded.works[work]), its) for work, its in total.items()],
            "milestones": lines(recorded, filter(is_weighty, held)),
            "changes": lines(recorded, others),
            "unit": words.plural(record.chart.cadence),
        },
        downloads=(
            Download(address.removesuffix(".html"), reigns_table(runs, recorded.titles, "Every run at #1 here")),
        ),
        feed=recorded.topic(FeedKind.CHART, chart),
    )


def _elsewhere(recorded: Recorded, chart: str, territory: str) -> list[Link]:
    """Return the pages of the same territory on other charts, and of the titles that are from there."""
    charts = [its.chart for its in recorded.charts.values() if its.chart.id != chart and territory in its.territories]
    there = [Link(chart_name(its), chart_address(its.id, territory)) for its in charts]
    # What other charts come to changes no page of this one.
    if territory not in recorded.origins_on[chart]:
        return there
    return [*there, Link(f"titles from {words.territory_name(territory)}", origin_address(territory))]


def _begun(held: Iterable[LedgerEntry]) -> tuple[Mapping[tuple[date, str], str], list[LedgerEntry]]:
    """Return the pages that say of works that they came to #1, by when and by work, and the other slots that do.

    What has a mark is among the others, which are shown with it.
    """
    begun: dict[tuple[date, str], str] = {}
    others: list[LedgerEntry] = []
    for slot in filterfalse(is_weighty, held):
        keys = [(slot.period, holder.work_id) for holder in slot.holders]
        if begun.keys().isdisjoint(keys) and not mark_of_entry(slot):
            begun |= dict.fromkeys(keys, milestone_address(slot.slot))
        else:
            others.append(slot)
    return begun, others


def _figure_name(record: ChartRecord) -> str:
    """Return what the figures of the latest list count."""
    metrics = record.chart.metrics(record.latest.period, record.latest.period)
    return words.sentence(metrics[-1].metric) if metrics else ""


def _listed(recorded: Recorded, record: ChartRecord, territory: str, runs: Sequence[Run]) -> Iterator[Listed]:
    """Yield the rows of the latest list of a territory, each with how it moved."""
    published = [its for its in record.timeline if territory in its.number_ones]
    latest, chart = published[-1], record.chart
    entries = record.editions(latest)[territory].entries
    earlier = published[-2] if len(published) > 1 and published[-2].period == chart.before(latest.period) else None
    ranks = _ranks(record.editions(earlier)[territory]) if earlier else {}
    at_one = {run.work for run in runs if run.last == latest.period}
    for entry in entries:
        figures: Mapping[str, str] = dict(entry.figures)
        its = next((figure_in_words(figures.get(name)) for name in chart.identifying if figures.get(name)), None)
        before = ranks.get(_same(entry))
        yield Listed(
            entry.rank,
            entry.season or entry.title,
            _work_of(recorded, entry, at_one),
            its or "",
            next((figures[name] for name in COUNTERS if name in figures), ""),
            before,
            None if before is None else before - entry.rank,
        )


def _work_of(recorded: Recorded, entry: Entry, at_one: set[str]) -> Link | None:
    """Return the page of the work that a row is of, where it has been at #1 of any chart."""
    named = [work for work in recorded.named(entry.title, entry.kind) if entry.rank > 1 or work.id in at_one]
    return work_link(named[0]) if len(named) == 1 else None


def _ranks(edition: Edition) -> Mapping[object, int]:
    return {_same(entry): entry.rank for entry in edition.entries}


def _same(entry: Entry) -> object:
    """Return what tells a row from others of its list, in this period and the one before."""
    return entry.id or (entry.title, entry.season, entry.kind, entry.credit)
