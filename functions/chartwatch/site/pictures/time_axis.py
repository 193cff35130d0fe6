"""The time axis of a picture: where a period lies on it, and which days are named along it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chartwatch.domain.charts.chart import Cadence

_DAYS, _MOST_DAYS = (7, 14), 4
_MONTHS, _MOST_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200), 5
"""Days, and months, from one name to the next, and as many names as fit side by side on a phone."""

_LAST_NAMED = 0.88
"""The share of the axis after which a name would go beyond its end."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A day on the axis: its share of the length, and its name; empty where there is no room for one."""

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time from the first day of the first period to the last day of the last, both included.

    A week and a month are named by their last day.
    """

    periods: Sequence[date]
    cadence: Cadence

    def __post_init__(self) -> None:
        """Raise `ValueError` where there are no periods, or not each is later than the one before."""
        if not self.periods or any(a >= b for a, b in zip(self.periods, self.periods[1:], strict=False)):
            raise ValueError("an axis has one period or more, oldest first")

    @property
    def begin(self) -> date:
        """The first day."""
        return first_day(self.periods[0], self.cadence)

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.periods[-1] + timedelta(1)

    def share(self, day: date) -> float:
        """Return how far along a day begins: 0 to 1."""
        return (day - self.begin) / (self.end - self.begin)

    def extent(self, first: date, last: date) -> tuple[float, float]:
        """Return where a run from one period to another begins, and how long it is, as shares of the axis."""
        begin = self.share(first_day(first, self.cadence))
        return begin, self.share(last + timedelta(1)) - begin

    def ticks(self) -> list[Tick]:
        """Return the days to be marked, so many days, months or years apart that a phone has room for their names."""
        for step in _DAYS:
            days = [self.begin + timedelta(n) for n in range(0, (self.end - self.begin).days, step)]
            if len(days) <= _MOST_DAYS:
                return self._named(days, _day_name)
        by_step = {months: list(_every(months, self.begin, self.end)) for months in _MONTHS}
        months = next((step for step, days in by_step.items() if len(days) <= _MOST_MONTHS), _MONTHS[-1])
        return self._named(by_step[months], _month_name if months < 12 else _year_name)

    def _named(self, days: Sequence[date], name_of: Callable[[date, bool], str]) -> list[Tick]:
        """Return ticks with names, the first of a year with that year, where they do not go beyond the end."""
        ticks = []
        for before, day in zip((None, *days), days, strict=False):
            at = self.share(day)
            name = name_of(day, before is None or before.year != day.year)
            ticks.append(Tick(at, name if at <= _LAST_NAMED else ""))
        return ticks


def first_day(period: date, cadence: Cadence) -> date:
    """Return the first day of a period."""
    match cadence:
        case Cadence.DAY:
            return period
        case Cadence.WEEK:
            return period - timedelta(6)
        case Cadence.MONTH:
            return period.replace(day=1)


def _every(months: int, begin: date, end: date) -> Iterator[date]:
    """Yield the first days of every so many months, counted from a round year, from one day to before another."""
    number = -(-(begin.year * 12 + begin.month - 1 + (begin.day > 1)) // months) * months
    while (day := date(number // 12, number % 12 + 1, 1)) < end:
        yield day
        number += months


def _day_name(day: date, with_year: bool) -> str:
    return f"{day.day} {_month_name(day, with_year)}"


def _month_name(day: date, with_year: bool) -> str:
    return _MONTH_NAMES[day.month - 1] + (f" {day.year}" if with_year else "")


def _year_name(day: date, _: bool) -> str:
    return str(day.year)


_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
