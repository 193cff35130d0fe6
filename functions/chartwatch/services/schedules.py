"""Schedule expressions as EventBridge Scheduler has them, when they are due, and the schedules of a deployment.

The forms are those of https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from chartwatch.domain.charts.chart import end_of_month

_RATE = re.compile(r"rate\((?P<value>[1-9][0-9]*) (?P<unit>minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]+)\)")
_AT = re.compile(r"at\((?P<moment>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)\)")

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_LOOK_BACK = timedelta(days=800)
"""How far back the last time is looked for: a yearly schedule had one within."""

MOST_DAYS = {"minute": 365 * 1440, "hour": 365 * 24, "day": 365}
"""The greatest values of a rate; Scheduler takes a year."""


class Span(NamedTuple):
    """A field of a cron expression: its name, its least and greatest value, and names of values from the least on."""

    name: str
    least: int
    greatest: int
    names: tuple[str, ...] = ()


_MINUTE, _HOUR = Span("minutes", 0, 59), Span("hours", 0, 23)
_DAY, _MONTH = Span("days of the month", 1, 31), Span("months", 1, 12, _MONTHS)
_WEEKDAY, _YEAR = Span("days of the week", 1, 7, _DAYS), Span("years", 1970, 2199)


class Expression(Protocol):
    """When a schedule is due. `after` and `before` are given, and return, times with a time zone."""

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time after a moment, or None where there is none."""

    def before(self, moment: datetime) -> datetime | None:
        """Return the last time up to a moment, or None where there is none, or none that anybody would look for."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so often. When it began is known to Scheduler alone, so both times are the latest and the earliest."""

    every: timedelta

    def after(self, moment: datetime) -> datetime:
        """Return by when it is due."""
        return moment + self.every

    def before(self, moment: datetime) -> datetime:
        """Return since when it was due."""
        return moment - self.every


@dataclass(frozen=True, slots=True)
class Once:
    """At one moment, in the time zone of its schedule."""

    moment: datetime

    def after(self, moment: datetime) -> datetime | None:
        """Return the moment, if it is to come."""
        return self.moment if self.moment > moment else None

    def before(self, moment: datetime) -> datetime | None:
        """Return the moment, if it is over."""
        return self.moment if self.moment <= moment else None


@dataclass(frozen=True, slots=True)
class Cron:
    """At times of days: `is_day` says which days."""

    times: tuple[time, ...]
    months: frozenset[int]
    years: tuple[int, ...]
    is_day: Callable[[date], bool]
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time after a moment."""
        here = moment.astimezone(self.zone)
        days = self._days(here.date(), date(self.years[-1], 12, 31))
        return next((its for its in self._moments(days) if its > moment), None)

    def before(self, moment: datetime) -> datetime | None:
        """Return the last time up to a moment, of the years before it that anybody would look for."""
        here = moment.astimezone(self.zone).date()
        days = list(self._days(here - _LOOK_BACK, here))
        return next((its for its in self._moments(reversed(days), latest_first=True) if its <= moment), None)

    def _days(self, first: date, last: date) -> Iterator[date]:
        day = first
        while day <= last:
            if day.year in self.years and day.month in self.months:
                if self.is_day(day):
                    yield day
                day += timedelta(days=1)
            else:
                day = end_of_month(day) + timedelta(days=1)

    def _moments(self, days: Iterable[date], *, latest_first: bool = False) -> Iterator[datetime]:
        times = self.times[::-1] if latest_first else self.times
        return (datetime.combine(day, at, self.zone).astimezone(UTC) for day in days for at in times)


def read_expression(text: str, zone: str = "UTC") -> Expression:
    """Return what a schedule expression means. Raises `ValueError` with a sentence for one that Scheduler refuses."""
    if found := _RATE.fullmatch(text):
        value, unit = int(found["value"]), found["unit"]
        if value > MOST_DAYS[unit]:
            raise ValueError(f"{text!r} is less than once a year")
        return Rate(timedelta(**{f"{unit}s": value}))
    if found := _CRON.fullmatch(text):
        return _read_cron(found["fields"].split(), ZoneInfo(zone))
    if found := _AT.fullmatch(text):
        return Once(datetime.fromisoformat(found["moment"]).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
    raise ValueError(f"{text!r} is no schedule such as cron(0 20 ? * TUE *) or rate(1 day)")


def _read_cron(fields: Sequence[str], zone: ZoneInfo) -> Cron:
    if len(fields) != 6:
        raise ValueError(f"a cron expression has six fields: minutes hours day month weekday year; not {len(fields)}")
    minutes, hours, day, month, weekday, year = fields
    if (day == "?") is (weekday == "?"):
        raise ValueError("one of the day of the month and the day of the week is `?`, and the other is not")
    is_day = _weekdays(weekday) if day == "?" else _days_of_month(day)
    times = sorted(time(hour, minute) for hour in _values(hours, _HOUR) for minute in _values(minutes, _MINUTE))
    years = tuple(sorted(_values(year, _YEAR)))
    return Cron(tuple(times), frozenset(_values(month, _MONTH)), years, is_day, zone)


def _values(field: str, span: Span) -> set[int]:
    """Return the values of a field: `*`, `5`, `MON-FRI`, `1,15`, `0/10`."""
    return {value for part in field.split(",") for value in _part(part, span)}


def _part(part: str, span: Span) -> range:
    written, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step)):
        raise ValueError(f"{part!r} is no step of the {span.name}, such as 0/15")
    first, dash, last = written.partition("-")
    if written == "*":
        least, greatest = span.least, span.greatest
    else:
        least = _value(first, span)
        greatest = _value(last, span) if dash else (span.greatest if slash else least)
    if greatest < least:
        raise ValueError(f"{part!r} ends before it begins, as {span.name}")
    return range(least, greatest + 1, int(step) if slash else 1)


def _value(text: str, span: Span) -> int:
    if text.upper() in span.names:
        return span.least + span.names.index(text.upper())
    if text.isascii() and text.isdecimal() and span.least <= int(text) <= span.greatest:
        return int(text)
    named = f", or {span.names[0]} to {span.names[-1]}" if span.names else ""
    raise ValueError(f"{text!r} is no value of the {span.name}: {span.least} to {span.greatest}{named}")


def _days_of_month(field: str) -> Callable[[date], bool]:
    """Return which days a field of days of the month means: also the last one (`L`) and weekdays near one (`15W`)."""
    if field == "L":
        return lambda day: day == end_of_month(day)
    if field == "LW":
        return lambda day: day == _nearest_weekday(end_of_month(day))
    if field.endswith("W"):
        near = _value(field[:-1], _DAY)
        return lambda day: near <= end_of_month(day).day and day == _nearest_weekday(day.replace(day=near))
    days = _values(field, _DAY)
    return lambda day: day.day in days


def _nearest_weekday(day: date) -> date:
    """Return the day from Monday to Friday of the same month that is nearest to a day."""
    if day.isoweekday() <= 5:
        return day
    before, after = (day - timedelta(days=day.isoweekday() - 5)), day + timedelta(days=8 - day.isoweekday())
    nearest = before if day.isoweekday() == 6 else after
    return nearest if nearest.month == day.month else (after if nearest is before else before)


def _weekdays(field: str) -> Callable[[date], bool]:
    """Return which days a field of days of the week means: also the last of a month (`6L`) and the n-th (`3#1`)."""
    if "#" in field:
        weekday, _, which = field.partition("#")
        its, nth = _value(weekday, _WEEKDAY), which
        if nth not in ("1", "2", "3", "4", "5"):
            raise ValueError(f"{field!r} is no day of the week of a month, such as 3#1")
        return lambda day: _weekday(day) == its and (day.day - 1) // 7 + 1 == int(nth)
    if field.endswith("L") and field != "L":
        last = _value(field[:-1], _WEEKDAY)
        return lambda day: _weekday(day) == last and day.day + 7 > end_of_month(day).day
    days = {7} if field == "L" else _values(field, _WEEKDAY)
    return lambda day: _weekday(day) in days


def _weekday(day: date) -> int:
    """Return a day of the week as Scheduler counts them: Sunday is 1."""
    return day.isoweekday() % 7 + 1


def asked_of(event: Mapping[str, Any]) -> str:
    """Return what an event asks the fetcher for: the source and its options, the same text for the same."""
    return json.dumps([event["source"], event.get("options", {})], sort_keys=True, ensure_ascii=False)


WATCH = "watch."
"""What the names of schedules begin with that a person made. A stack's own begin with its name, which has no dot."""


@dataclass(frozen=True, slots=True)
class FetchSchedule:
    """A schedule that fetches: the event that it sends names the source and its options.

    `name` is the schedule's own; `created_at` is None where Scheduler does not say it.
    """

    name: str
    event: Mapping[str, Any]
    expression: str
    zone: str = "UTC"
    is_enabled: bool = True
    created_at: datetime | None = None

    @property
    def source(self) -> str:
        """The name of the source."""
        return str(self.event["source"])

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of the source."""
        found: Mapping[str, Any] = self.event.get("options", {})
        return found

    @property
    def live_from(self) -> date | None:
        """Since when what it fetches is sent, where that is later than the deployment's `LiveFrom`."""
        said: str | None = self.event.get("live_from")
        return date.fromisoformat(said) if said else None

    @property
    def is_watch(self) -> bool:
        """Whether a person made it, and no template."""
        return self.name.startswith(WATCH)

    @property
    def label(self) -> str:
        """What a person calls it: the name that one was given, or else its source's."""
        return self.name.removeprefix(WATCH) if self.is_watch else self.source

    def when(self) -> Expression:
        """Return what its expression means. Raises `ValueError`."""
        return read_expression(self.expression, self.zone)
