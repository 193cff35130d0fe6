"""What a bulletin says beside its changes: the facts of their works, and of the publication that caused it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry
from chartwatch.domain.milestones.difference import Revised
from chartwatch.domain.milestones.milestone import Change, Listed, Published, Row, WorkFacts
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Work, kind_of_unlisted
from chartwatch.services.ports import ChartStore
from chartwatch.services.step import Folded


def works_of(revised: Iterable[Revised], claims: Iterable[Claim], catalog: Catalog) -> Mapping[str, WorkFacts]:
    """Return the facts of every work that a change is about, also of those that lost a slot.

    Claims of other slots do not count: how many there are depends on where the fold began.
    """
    changes = [change for change, _ in revised]
    slots = {change.milestone.slot for change in changes}
    claimed = {work.id: work for claim in claims if claim.slot in slots for work in claim.works}
    works: dict[str, WorkFacts] = {}
    for change in changes:
        for work_id in change.works():
            if work_id not in works:
                work = claimed.get(work_id) or catalog.work(work_id) or _lost(work_id, change)
                works[work_id] = WorkFacts.of(work)
    return works


def _lost(work_id: str, change: Change) -> Work:
    """Return a work that held a slot before the catalog or a revision took it away, by what was recorded of it then."""
    holders = (*change.milestone.holders, *(change.replaced.holders if change.replaced else ()))
    title = next(holder.title for holder in holders if holder.work_id == work_id)
    return Work(work_id, title, kind_of_unlisted(work_id))


def published_with_rows(
    folded: Folded, works: Mapping[str, WorkFacts], cause: date, charts: ChartStore, *, is_news: bool
) -> Published | None:
    """Return what a bulletin about these works says of the publication that caused it."""
    published = folded.published_of(cause, works)
    if published is None:
        return None
    rows = listed(charts, folded.charts[cause], cause, published.number_ones)
    return replace(published, listed=rows, is_news=is_news)


def listed(
    charts: ChartStore, chart: Chart, period: date, number_ones: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Listed]:
    """Return the rows of the works that are alone at #1 of one territory, and nowhere else, by their ids.

    `number_ones` says where each is at #1. A row of the period before is that of the same id, or else of the same title
    and season: a work whose name another provider would write otherwise has none, rather than somebody else's.
    """
    alone = {work_id: territories[0] for work_id, territories in number_ones.items() if len(territories) == 1}
    if not alone:
        return {}
    periods = (period, chart.before(period))
    editions = charts.editions(chart.id, dict.fromkeys(periods, sorted({*alone.values()})))
    now, before = (editions.get(its, {}) for its in periods)
    found: dict[str, Listed] = {}
    for work_id, territory in sorted(alone.items()):
        at_one = [entry for entry in now[territory].entries if entry.rank == 1] if territory in now else []
        if len(at_one) == 1:
            earlier = _same(at_one[0], before.get(territory))
            found[work_id] = Listed(_row(at_one[0]), earlier and _row(earlier), _shown(chart))
    return found


def _same(entry: Entry, edition: Edition | None) -> Entry | None:
    """Return the one row of an edition that is of the same work, by what the source says itself."""

    def is_same(other: Entry) -> bool:
        if entry.id or other.id:
            return entry.id == other.id
        return (entry.title, entry.season, entry.kind, entry.credit) == (
            other.title,
            other.season,
            other.kind,
            other.credit,
        )

    same = [other for other in edition.entries if is_same(other)] if edition else []
    return same[0] if len(same) == 1 else None


def _row(entry: Entry) -> Row:
    return Row(entry.rank, entry.figures)


def _shown(chart: Chart) -> tuple[tuple[str, str], ...]:
    """Return which figures tell how a work did, and how these read: as the chart's metric has it, where it has one."""
    metrics = [each.metric for each in chart.metric_periods]
    return tuple((name, next((its for its in metrics if its.startswith(name)), name)) for name in chart.identifying)
