"""A page a country of origin, a language or a creator: the works that were at #1, and what they made history with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.works.work import Work
from chartwatch.site.addresses import FeedKind, creator_address, language_address, origin_address
from chartwatch.site.drawn import MOST_ROWS, Picture, where_works_were, works_over_time
from chartwatch.site.recorded import Recorded, Run
from chartwatch.site.tables import Topped, titles_table
from chartwatch.site.views import (
    Download,
    Page,
    by_weight,
    chart_link,
    chart_name,
    facts_of,
    lines,
    start_last,
    work_link,
)


class _Group(NamedTuple):
    """What a kind of group is called, where its pages are, which works each has, and what its pages are about."""

    said: str
    name: Callable[[str], str]
    address: Callable[[str], str]
    works: Callable[[Recorded], Mapping[str, Sequence[Work]]]
    description: str


GROUPS: Mapping[FeedKind, _Group] = {
    FeedKind.ORIGIN: _Group(
        "Country of origin",
        words.country_name,
        origin_address,
        lambda recorded: recorded.works_from,
        "Titles from {} at #1: which were first, and how many there have been.",
    ),
    FeedKind.LANGUAGE: _Group(
        "Original language",
        words.language_name,
        language_address,
        lambda recorded: recorded.works_in,
        "Titles in {} at #1: which were first, and how many there have been.",
    ),
    FeedKind.CREATOR: _Group(
        "Creator",
        str,
        creator_address,
        lambda recorded: recorded.works_by,
        "What {} had at #1, and made history with.",
    ),
}
"""The kinds of group that have pages."""


def group_pages(recorded: Recorded) -> Iterator[Page]:
    """Yield the pages of all groups of which something was at #1."""
    for kind, group in GROUPS.items():
        for value in sorted(group.works(recorded)):
            yield group_page(recorded, kind, value)


def group_page(recorded: Recorded, kind: FeedKind, value: str) -> Page:
    """Return the page of a country, a language (by its code) or a creator (by name)."""
    group = GROUPS[kind]
    name, address, works = group.name(value), group.address(value), group.works(recorded)[value]
    ids = [work.id for work in works]
    its = recorded.held_of.get(value, ())
    topped = [_topped(work, recorded.runs_of[work.id]) for work in works]
    charts = sorted({run.chart for work in ids for run in recorded.runs_of[work]})
    return Page(
        address=address,
        template="group.html",
        title=name,
        description=group.description.format(words.territory_name(value) if kind is FeedKind.ORIGIN else name),
        values={
            "name": name,
            "kind": group.said,
            "is_origin": kind is FeedKind.ORIGIN,
            "charts": [(chart_link(recorded.charts[its].chart), recorded.charts[its].since) for its in charts],
            "map": where_works_were(recorded, ids, name),
            "timelines": _timelines(recorded, charts, ids, address),
            "most": MOST_ROWS,
            "firsts": start_last(lines(recorded, by_weight(its))),
            "works": [(work_link(each.work), facts_of(each.work), each) for each in topped],
        },
        downloads=(Download(address.removesuffix(".html"), titles_table(topped, "These titles")),),
        feed=recorded.topic(kind, value),
    )


def _topped(work: Work, runs: Sequence[Run]) -> Topped:
    """Return a work with when it was at #1."""
    first, places = min(run.first for run in runs), {run.territory for run in runs}
    return Topped(work, first, len(places), sum(run.periods for run in runs))


def _timelines(
    recorded: Recorded, charts: Sequence[str], works: Sequence[str], address: str
) -> list[tuple[str, Picture, int]]:
    """Return when works were at #1, chart by chart, with how many of them there are on each."""
    found = []
    for record in (recorded.charts[chart] for chart in charts):
        its = [work for work in works if any(run.chart == record.chart.id for run in recorded.runs_of[work])]
        if its:
            found.append((chart_name(record.chart), works_over_time(recorded, record, its, address), len(its)))
    return found
