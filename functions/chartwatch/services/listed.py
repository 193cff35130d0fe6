"""How a work that is at #1 of one territory did there: its row in the edition, and that of the period before."""

from collections.abc import Mapping
from datetime import date

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry
from chartwatch.domain.milestones.milestone import Listed, Row
from chartwatch.services.ports import ChartStore


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
    now, before = _editions(charts, chart, period), _editions(charts, chart, chart.before(period))
    found: dict[str, Listed] = {}
    for work_id, territory in sorted(alone.items()):
        at_one = [entry for entry in now[territory].entries if entry.rank == 1] if territory in now else []
        if len(at_one) == 1:
            earlier = _same(at_one[0], before.get(territory))
            found[work_id] = Listed(_row(at_one[0]), earlier and _row(earlier), _shown(chart))
    return found


def _editions(charts: ChartStore, chart: Chart, period: date) -> Mapping[str, Edition]:
    summary = charts.summary(chart.id, period)
    versions = charts.versions(summary) if summary else {}
    # What is stored of a territory may be withdrawn.
    return {t: its[-1].edition for t, its in versions.items() if summary and t in summary.number_ones}


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
