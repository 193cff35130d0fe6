"""The publications that a step of a chart's record takes, read after its head."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.services.ports import ChartStore
from chartwatch.services.record import Head

DAY = timedelta(days=1)
FEW = 400
"""Publications that are kept in memory: a year of days, of 90 territories each some 10 MB."""


class Timeline:
    """The publications of one chart as they are stored; those that are asked for one by one stay as they were read."""

    def __init__(self, charts: ChartStore, chart: str, head: Head | None = None) -> None:
        """`head` says from which snapshots a step can begin."""
        self.head = head
        self._charts = charts
        self._chart = chart
        self._read: dict[tuple[date | None, date], Sequence[PublicationSummary]] = {}

    def publication(self, period: date) -> PublicationSummary | None:
        """Return a publication of a period that the head knows; with it are read all that a step from it takes."""
        head = self.head
        if head is None or not head.snapshots:
            return self._charts.summary(self._chart, period)
        earlier = [kept for kept in head.snapshots if kept.period < period]
        number, since = (earlier[-1].number, earlier[-1].period + DAY) if earlier else (-1, None)
        if head.snapshots[-1].number - number > FEW:
            return self._charts.summary(self._chart, period)
        read = tuple(self._charts.timeline(self._chart, since, head.last))
        # What was read before may have changed meanwhile.
        self._read = {(since, head.last): read}
        return next((its for its in read if its.period == period), None)

    def after(self, last: date | None, until: date) -> Iterable[PublicationSummary]:
        """Return the publications after that of a period, from the first on where there is none, up to `until`."""
        since = last + DAY if last else None
        read = self._read.get((since, until))
        return self._charts.timeline(self._chart, since, until) if read is None else read
