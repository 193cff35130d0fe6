"""When a chart's publications are due: as the chart says, or by its provider's own calendar; all times are UTC."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from chartwatch.domain.charts.chart import Cadence, Chart, Due

MARGIN = timedelta(hours=6)
"""How much later than usual a publication may be until the chart is late: several fetches."""

CEASED_AFTER = timedelta(days=60)
"""A chart of which nothing came for so long is a history, or has ceased; it is not late any more."""

_USUAL: Mapping[Cadence, Due] = {
    Cadence.DAY: Due(timedelta(hours=12)),
    Cadence.WEEK: Due(timedelta(days=2)),
    Cadence.MONTH: Due(timedelta(days=14)),
}

_OWN: Mapping[tuple[str, Cadence], Due] = {
    # A week ends on a Sunday and is published on the Tuesday after.
    ("netflix", Cadence.WEEK): Due(timedelta(days=1, hours=20)),
}
"""By provider, where its calendar is known."""


def due_of(chart: Chart) -> Due:
    """Return when a chart's publications are due."""
    return chart.due or _OWN.get((chart.provider, chart.cadence), _USUAL[chart.cadence])


def overdue(chart: Chart, latest: date, now: datetime) -> date | None:
    """Return the first period after the `latest` one whose publication should have come by now, or None."""
    period = chart.after(latest)
    late_from = due_of(chart).of(period) + MARGIN
    return period if late_from <= now < late_from + CEASED_AFTER else None
