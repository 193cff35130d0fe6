"""The wall of firsts: which countries and languages have had a #1, since when, and by which work."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.work import Work
from chartwatch.site.addresses import FIRSTS, milestone_address
from chartwatch.site.drawn import who_had_firsts
from chartwatch.site.recorded import Recorded
from chartwatch.site.views import (
    Link,
    Page,
    chart_link,
    holder_link,
    language_link,
    mark_of_entry,
    origin_link,
)


class First(NamedTuple):
    """The first #1 of a country or a language on a chart, as a milestone has it, and how many works there have been.

    `is_at_the_start`: it was so when the record begins, and nobody knows what was before.
    """

    code: str
    of: Link
    since: date
    works: tuple[Link, ...]
    chart: Link
    mark: str
    is_certain: bool
    is_at_the_start: bool
    milestone: str
    titles: int


def firsts_page(recorded: Recorded) -> Page:
    """Return the wall of firsts."""
    countries = _firsts(recorded, recorded.works_from, origin_link)
    return Page(
        address=FIRSTS,
        template="firsts.html",
        title="The wall of firsts",
        description="Which countries and languages have had a #1, since when, and with which title.",
        values={
            "map": who_had_firsts(
                {its.code: its.titles for its in countries},
                {its.code: f"{its.of.text}: since {words.day(its.since)}" for its in countries},
                FIRSTS,
            ),
            "countries": countries,
            "languages": _firsts(recorded, recorded.works_in, language_link),
            "charts": [(chart_link(record.chart), record.since) for record in recorded.charts.values()],
        },
    )


def _firsts(recorded: Recorded, works: Mapping[str, Iterable[Work]], link: Callable[[str], Link]) -> list[First]:
    """Return the first #1 of each group that has one on some chart, the earliest first."""
    entries = [entry for entry in recorded.held if _is_first_of_group(entry)]
    found: dict[str, LedgerEntry] = {}
    for entry in sorted(entries, key=lambda its: (its.period, not its.is_certain, recorded.chart_of(its).id, its.slot)):
        if entry.group is not None and entry.group in works:
            found.setdefault(entry.group, entry)
    return [
        First(
            code=group,
            of=link(group),
            since=entry.period,
            works=tuple(holder_link(holder) for holder in entry.holders),
            chart=chart_link(recorded.chart_of(entry)),
            mark=mark_of_entry(entry),
            is_certain=entry.is_certain,
            is_at_the_start=entry.period == recorded.charts[recorded.chart_of(entry).id].since,
            milestone=milestone_address(entry.slot),
            titles=len(list(works[group])),
        )
        for group, entry in found.items()
    ]


def _is_first_of_group(entry: LedgerEntry) -> bool:
    return entry.territory == EVERYWHERE and entry.n == 1 and entry.group is not None
