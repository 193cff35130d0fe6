"""A page a country of origin, a language or a creator: the works that were at #1, and what they made history with."""

from collections.abc import Sequence

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


def origin_page(recorded: Recorded, country: str) -> Page:
    """Return the page of a country of origin."""
    name = words.country_name(country)
    return _page(
        recorded,
        origin_address(country),
        name,
        f"Titles from {words.territory_name(country)} at #1: which were first, and how many there have been.",
        recorded.works_from[country],
        topic=FeedKind.ORIGIN,
        group=country,
        kind="Country of origin",
    )


def language_page(recorded: Recorded, language: str) -> Page:
    """Return the page of an original language."""
    name = words.language_name(language)
    return _page(
        recorded,
        language_address(language),
        name,
        f"Titles in {name} at #1: which were first, and how many there have been.",
        recorded.works_in[language],
        topic=FeedKind.LANGUAGE,
        group=language,
        kind="Original language",
    )


def creator_page(recorded: Recorded, creator: str) -> Page:
    """Return the page of a creator."""
    return _page(
        recorded,
        creator_address(creator),
        creator,
        f"What {creator} had at #1, and made history with.",
        recorded.works_by[creator],
        topic=FeedKind.CREATOR,
        group=creator,
        kind="Creator",
    )


def _page(
    recorded: Recorded,
    address: str,
    name: str,
    description: str,
    works: Sequence[Work],
    *,
    topic: FeedKind,
    group: str,
    kind: str,
) -> Page:
    ids = [work.id for work in works]
    its = recorded.held_of.get(group, ())
    topped = [_topped(work, recorded.runs_of[work.id]) for work in works]
    charts = sorted({run.chart for work in ids for run in recorded.runs_of[work]})
    return Page(
        address=address,
        template="group.html",
        title=name,
        description=description,
        values={
            "name": name,
            "kind": kind,
            "charts": [(chart_link(recorded.charts[its].chart), recorded.charts[its].since) for its in charts],
            "map": where_works_were(recorded, ids, name),
            "timelines": _timelines(recorded, charts, ids, address),
            "most": MOST_ROWS,
            "firsts": start_last(lines(recorded, by_weight(its))),
            "works": [(work_link(each.work), facts_of(each.work), each) for each in topped],
        },
        downloads=(Download(address.removesuffix(".html"), titles_table(topped, "These titles")),),
        feed=recorded.topic(topic, group),
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
