"""When a chart's publications are due, by its provider's own calendar; all times are UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chartwatch.domain.charts.chart import Cadence, Chart

MARGIN = timedelta(hours=6)
"""How much later than usual a publication may be until the chart is late: several fetches."""

CEASED_AFTER = timedelta(days=60)
"""A chart of which nothing came for so long is a history, or has ceased; it is not late any more."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A publication comes `days` after its period, at `at`."""

    days: int
    at: time

    def due(self, period: date) -> datetime:
        """Return when the publication of a period is there."""
        return datetime.combine(period + timedelta(self.days), self.at, UTC)


_USUAL: Mapping[Cadence, Calendar] = {
    Cadence.DAY: Calendar(1, time(12)),
    Cadence.WEEK: Calendar(3, time(0)),
}

_OWN: Mapping[tuple[str, Cadence], Calendar] = {
    # A week ends on a Sunday and is published on the Tuesday after.
    ("netflix", Cadence.WEEK): Calendar(2, time(20)),
}
"""By provider, where its calendar is known."""


def calendar_of(chart: Chart) -> Calendar:
    """Return the calendar of a chart."""
    return _OWN.get((chart.provider, chart.cadence), _USUAL[chart.cadence])


def overdue(chart: Chart, latest: date, now: datetime) -> date | None:
    """Return the first period after the `latest` one whose publication should have come by now, or None."""
    due = latest + chart.cadence.step
    late_from = calendar_of(chart).due(due) + MARGIN
    return due if late_from <= now < late_from + CEASED_AFTER else None
