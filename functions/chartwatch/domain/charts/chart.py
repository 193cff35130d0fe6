"""Charts: what is ranked, where, how often and by which metric."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from chartwatch.domain.works.defaults import Defaults
from chartwatch.domain.works.work import Kind

GLOBAL = "GLOBAL"
"""The territory of a chart that ranks the whole world as one."""


class Cadence(StrEnum):
    """How often a chart appears."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def step(self) -> timedelta:
        """The longest time from one period to the next."""
        return _STEPS[self]

    def after(self, period: date, count: int = 1) -> date:
        """Return the period that comes so many steps after another, or before it where `count` is negative."""
        if self is not Cadence.MONTH:
            return period + count * self.step
        year, month = divmod(period.year * 12 + period.month - 1 + count, 12)
        return end_of_month(date(year, month + 1, 1))

    def steps(self, first: date, last: date) -> int:
        """Return how many whole steps there are from one day to a later one."""
        if self is not Cadence.MONTH:
            return (last - first) // self.step
        return (last.year - first.year) * 12 + last.month - first.month

    @property
    def quarter(self) -> int:
        """The periods of a quarter of a year: what a record needs for a first in it to be worth an email."""
        return _QUARTERS[self]


_QUARTERS = {Cadence.DAY: 91, Cadence.WEEK: 13, Cadence.MONTH: 3}

_STEPS = {Cadence.DAY: timedelta(1), Cadence.WEEK: timedelta(7), Cadence.MONTH: timedelta(31)}


def end_of_month(day: date) -> date:
    """Return the last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class MetricPeriod:
    """Since when a chart ranks by which metric ("views since 2023-06-19"). `since` None: from its beginning."""

    metric: str
    since: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Era:
    """Since when a chart's periods are counted anew: its first period, and the last one of the era before.

    The Hot 100 was of Mondays up to 1961-12-25, and of Saturdays from 1962-01-06 on, twelve days later. A chart that
    appeared once between two of its weeks has two eras: one with that edition, and one with the week after it.
    """

    since: date
    after: date

    def __str__(self) -> str:
        """Return it as an option says it: `1961-12-25/1962-01-06`."""
        return f"{self.after}/{self.since}"


@dataclass(frozen=True, slots=True)
class Due:
    """When a publication is there (UTC): so long after the last day of its period is over.

    `weekday` (1 is Monday, 7 Sunday): so long after midnight of the first such day after the period.
    """

    after: timedelta
    weekday: int | None = None

    def of(self, period: date) -> datetime:
        """Return when the publication of a period is there."""
        days = 1 if self.weekday is None else (self.weekday - period.isoweekday() - 1) % 7 + 1
        return datetime.combine(period + timedelta(days), time(), UTC) + self.after


@dataclass(frozen=True, slots=True)
class Chart:
    """One ranking series.

    `id` is `netflix-weekly-tv`; `name` is what a headline calls it; `list_name` is which of the provider's lists it is
    (`tv`); `kind` is what stands on it, where it lists one kind only; `depth` is the number of ranks of an edition;
    `began` is its first period ever, where that is known: of a record that begins with it nothing is missing before.
    `identifying` are the figures that tell works apart, since no two entries are likely to share them: hours, views.
    Counters that every newcomer shares (weeks, days, previous rank) are none. `eras`, oldest first, are where the
    steps between its periods are others than its cadence says; `due` is when a publication is there, where the chart
    says it. `min_periods` is how long the record must be before firsts of the chart are sent, in periods; 0: however
    short. `not_in_language` is the original language (ISO 639-1) that no work on it has, where its list says so.
    `defaults` are facts of works of which nothing else is known. `live_from` is the day when the chart was added to a
    deployment that had others: nothing is sent of periods before it.
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
    eras: tuple[Era, ...] = ()
    due: Due | None = None
    min_periods: int = 0
    not_in_language: str | None = None
    defaults: Defaults | None = None
    live_from: date | None = None

    def after(self, period: date) -> date:
        """Return the period after one."""
        return next((era.since for era in self.eras if era.after == period), None) or self.cadence.after(period)

    def before(self, period: date) -> date:
        """Return the period before one."""
        return next((era.after for era in self.eras if era.since == period), None) or self.cadence.after(period, -1)

    def last_until(self, first: date, day: date) -> date:
        """Return the latest period that is not after a day, from a period on that is not."""
        while (following := self.after(first)) <= day:
            first = following
        return first

    def periods(self, first: date, last: date) -> int:
        """Return how many periods there are from one to another, both included."""
        return sum(max(0, self.cadence.steps(*part) + 1) for part in self._parts(first, last)) if first <= last else 0

    def are_whole_steps(self, first: date, last: date) -> bool:
        """Return whether a later day is a period of the chart where the first one is."""
        if any(era.after < day < era.since for era in self.eras for day in (first, last)):
            return False
        return all(a <= b and self.cadence.after(a, self.cadence.steps(a, b)) == b for a, b in self._parts(first, last))

    def first_since(self, day: date, period: date) -> date:
        """Return the earliest period that is not before a day, given a later period."""
        starts = [era for era in self.eras if era.since <= period]
        while starts and day <= starts[-1].after:
            period = starts.pop().after
        if starts:
            day = max(day, starts[-1].since)
        return self.cadence.after(period, -self.cadence.steps(day, period))

    def missing_between(
        self, before: date, after: date, unpublished: Collection[date] = ()
    ) -> tuple[tuple[date, date], ...]:
        """Return the ranges of periods that the chart skipped between two of its periods, each by its first and last.

        Those that are `unpublished` there never were: a range ends before one.
        """
        ranges: list[tuple[date, date]] = []
        first = self.after(before)
        for end in (*sorted(day for day in unpublished if before < day < after), after):
            if first <= (last := self.before(end)):
                ranges.append((first, last))
            first = self.after(end)
        return tuple(ranges)

    def metrics(self, first: date, last: date) -> tuple[MetricPeriod, ...]:
        """Return by what the chart ranked from one period to another; several where that changed in between."""
        known = [each for each in self.metric_periods if each.since is None or each.since <= last]
        earlier = [each for each in known[1:] if each.since and each.since <= first]
        return tuple(known[len(earlier) :])

    def method_of(self, period: date) -> MetricPeriod | None:
        """Return by what the chart ranks in a period, if it has come to do so; None where it has from its beginning."""
        changes = (each for each in reversed(self.metric_periods[1:]) if each.since and each.since <= period)
        return next(changes, None)

    def first_of_method(self, period: date) -> date | None:
        """Return the first period in which the chart ranked as it does in one; None where it has from its beginning."""
        method = self.method_of(period)
        return self.first_since(method.since, period) if method and method.since else None

    def change_after(self, method: MetricPeriod | None) -> date | None:
        """Return since when the chart ranks otherwise than by a metric, or (None) than it had from its beginning.

        None where it never came to do so.
        """
        since = method.since if method and method.since else date.min
        return next((each.since for each in self.metric_periods[1:] if each.since and each.since > since), None)

    def beginning_with(self, first: date) -> "Chart":
        """Return the chart as if it had begun with a period, or when it did if that is later."""
        return replace(self, began=max(first, self.began or first))

    def _parts(self, first: date, last: date) -> list[tuple[date, date]]:
        """Return the time from one day to another by its eras, each part from a period to the last of its era."""
        within = [era for era in self.eras if first < era.since <= last]
        days = [first, *(day for era in within for day in (era.after, era.since)), last]
        return list(zip(days[::2], days[1::2], strict=True))
