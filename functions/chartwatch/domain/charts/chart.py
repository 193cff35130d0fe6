"""Charts: what is ranked, where, how often and by which metric."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chartwatch.domain.works.work import Kind

GLOBAL = "GLOBAL"
"""The territory of a chart that ranks the whole world as one."""


class Cadence(StrEnum):
    """How often a chart appears."""

    DAY = "day"
    WEEK = "week"

    @property
    def step(self) -> timedelta:
        """The time from one period to the next."""
        return timedelta(days=7 if self is Cadence.WEEK else 1)


@dataclass(frozen=True, slots=True)
class MetricPeriod:
    """Since when a chart ranks by which metric ("views since 2023-06-19"). `since` None: from its beginning."""

    metric: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One ranking series.

    `id` is `netflix-weekly-tv`; `name` is what a headline calls it; `list_name` is which of the provider's lists it is
    (`tv`); `kind` is what stands on it, where it lists one kind only; `depth` is the number of ranks of an edition;
    `began` is its first period ever, where that is known: of a record that begins with it nothing is missing before.
    `identifying` are the figures that tell works apart, since no two entries are likely to share them: hours, views.
    Counters that every newcomer shares (weeks, days, previous rank) are none.
    """

    id: str
    name: str
    provider: str
    cadence: Cadence
    depth: int
    kind: Kind | None = None
    metric_periods: tuple[MetricPeriod, ...] = ()
    list_name: str = ""
    began: date | None = None
    identifying: tuple[str, ...] = ()

    def periods(self, first: date, last: date) -> int:
        """Return how many periods there are from one to another, both included."""
        return max(0, (last - first) // self.cadence.step + 1)


def missing_between(before: date, after: date, cadence: Cadence) -> tuple[date, date] | None:
    """Return the first and last period that a chart skipped between two of its periods, or None."""
    first, last = before + cadence.step, after - cadence.step
    return (first, last) if first <= last else None
