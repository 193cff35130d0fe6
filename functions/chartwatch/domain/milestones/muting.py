"""What a person has muted: works and rules of which nothing is sent of periods before one that is named."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

_DAY = timedelta(days=1)


class Mute(NamedTuple):
    """`until` is the first period of which something is sent of a work or a rule again.

    `charts` has a later one for those charts whose periods had been recorded up to then when the mute was ended early:
    what was recorded without being sent is not sent late.
    """

    until: date
    charts: Mapping[str, date] = MappingProxyType({})

    def of(self, chart: str) -> date:
        """Return the first period of which something is sent again on a chart."""
        return max(self.until, self.charts.get(chart, date.min))

    def with_end(self, until: date, recorded: Mapping[str, date]) -> "Mute":
        """Return the mute with another end; `recorded` has the last period of each chart that is on record."""
        ends = {chart: min(self.of(chart), last + _DAY) for chart, last in recorded.items()}
        return Mute(until, {chart: end for chart, end in sorted(ends.items()) if end > until})
