"""The ways in which charts write dates, as an option names them, and what they mean."""

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from chartwatch.domain.charts.chart import end_of_month
from chartwatch.sources.cells import read_date

MAX_FORMAT = 40
"""Characters of a format."""

MAX_DATE = 100
"""Characters of a cell that is a date, with what stands around it."""

MOST_ANYTHING = 2
"""How often a format may say that something stands there."""

KNOWN = (
    "d/m/Y",
    "m/d/Y",
    "Ymd",
    "d.m.Y",
    "d-m-Y",
    "Y/m/d",
    "Y.m.d",
    "d/m/y",
    "m/d/y",
    "b d, Y",
    "b d Y",
    "d b Y",
    "d-b-Y",
    "d-b-y",
    "*, b d, Y",
    "* d b Y",
    "d-m-y",
    "m-d-y",
    "y-m-d",
    "d.m.y",
    "Y-m",
    "Ym",
    "m/Y",
    "b Y",
    "b-Y",
    "b-y",
    "timestamp",
    "week",
    "excel",
)
"""Formats that an error names where they would read a cell."""

_DAYS = ("Y-m-d", "d/m/Y", "m/d/Y", "d.m.Y", "d-m-Y", "Y/m/d", "Ymd", "d/m/y", "m/d/y", "b d, Y", "d b Y")
_BETWEEN_DAYS = ("* ", "*–", "*--", "*-", "*/")
_OF_RANGES = (
    *(tuple(f"{between}{day}" for between in _BETWEEN_DAYS) for day in _DAYS),
    # No letter may follow the dash: the month would be another.
    ("b *–d, Y", "b *-d, Y", "b *– d, Y", "b *- d, Y"),
)
"""Formats that read the last day of a range of days, such as a week; an error names one of each line."""

LAST_OF_TWO_DIGITS = 68
"""Years of two digits up to this one are of the century of 2000."""

_TOKEN = re.compile(r"YYYY|yyyy|YY|yy|Y|y|MMMM?|mmmm?|B|b|MM|mm|M|m|DD|dd|D|d")
_BETWEEN_NUMBERS = r"(?:(?<![0-9])|(?![0-9]))"
_ANYTHING = f"{_BETWEEN_NUMBERS}.*?{_BETWEEN_NUMBERS}"
"""What `*` stands for: no part of a number."""

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})(?:-?[1-7])?")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,+\-Z ]{2,40}")
_EPOCH = re.compile(r"([0-9]{9,10})([0-9]{3})?(?:\.[0-9]+)?")
_MONTHS = {name.casefold()[:3]: number for number, name in enumerate(month_name) if name}
_BEGINS_AS_DATE = re.compile(rf"\s*(?:[0-9]|{'|'.join(_MONTHS)})", re.IGNORECASE)
_SERIAL = re.compile(r"([2-6][0-9]{4})(?:\.[0-9]+)?")
_FIRST_OF_EXCEL = date(1899, 12, 30)
"""The day 0 of spreadsheets, from 1 March 1900 on."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How dates are written: `written` is what an option says, `pattern` what matches one, with groups y, m, b, d."""

    written: str
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, written: str) -> "DateFormat":
        """Return the format that an option means.

        `Y` stands for the year, `m` and `d` for month and day, `b` for the month in English (`Feb`, `February`), in
        any order and with signs between; `YYYY`, `MM`, `DD` and `MMM` are the same. `y` is a year of two digits,
        from 1969 to 2068 as POSIX has it, and `*` is anything, such as a weekday or the first day of a week. `week` is
        a week of ISO 8601 (2022-W05), `timestamp` a date and time of ISO 8601, or seconds or milliseconds since 1970,
        and `excel` the number by which a spreadsheet knows a day (44562). Raises `ValueError`.
        """
        if written == "week":
            return cls(written, _WEEK)
        if written == "timestamp":
            return cls(written, _TIMESTAMP)
        if written == "excel":
            return cls(written, _SERIAL)
        return cls(written, _compiled(written))

    @property
    def has_days(self) -> bool:
        """Whether it says the day, and not the month alone."""
        return self.pattern in (_WEEK, _TIMESTAMP, _SERIAL) or "d" in self.pattern.groupindex

    def read(self, cell: str) -> date:
        """Read a date of the format, or one of ISO 8601, which cannot be mistaken. A week or a month is its last day.

        Raises `ValueError` that says what the cell is not.
        """
        cell = cell.strip()
        found = self._read(cell) if len(cell) <= MAX_DATE else None
        if found is not None:
            return found
        return read_date(cell)

    def read_or_advise(self, cell: str) -> date:
        """Read a date as `read` does; the error names the formats that read the cell."""
        try:
            return self.read(cell)
        except ValueError as error:
            means = f" in the form {self.written}" if self.written != ISO.written else ""
            others = [name for name in _formats_of(cell) if name != self.written]
            quoted = [f'"{name}"' if " " in name or "*" in name else name for name in others]
            advice = f"; it is one with -o date_format={' or '.join(quoted)}" if others else ""
            raise ValueError(f"{error}{means}{advice}") from None

    def find(self, name: str) -> set[date]:
        """Return the dates of the format that stand in a name, or of ISO 8601 unless it says what else stands there."""
        found: set[date] = set()
        spans: list[tuple[int, int]] = []
        for its in (self,) if "*" in self.written else (ISO, self):
            for match in re.finditer(rf"(?<![0-9])(?:{its.pattern.pattern})(?![0-9])", name):
                # A month within a date is no other date.
                is_part = any(start <= match.start() and match.end() <= end for start, end in spans)
                if not is_part and _reads(its, match[0]):
                    found.add(its.read(match[0]))
                    spans.append(match.span())
        return found

    def _read(self, cell: str) -> date | None:
        """Return the date of a cell, or None where it is not of the format. Raises `ValueError`."""
        if self.pattern is _TIMESTAMP:
            return _read_timestamp(cell)
        match = self.pattern.fullmatch(cell)
        if match is None:
            return None
        try:
            if self.pattern is _SERIAL:
                return _FIRST_OF_EXCEL + timedelta(int(match[1]))
            if self.pattern is _WEEK:
                return date.fromisocalendar(int(match[1]), int(match[2]), 7)
            parts = match.groupdict()
            month = int(parts["m"]) if "m" in parts else _MONTHS[parts["b"].casefold()[:3]]
            year = int(parts["y"])
            if len(parts["y"]) == 2:
                year += 1900 if year > LAST_OF_TWO_DIGITS else 2000
            day = date(year, month, int(parts.get("d", 1)))
        except (ValueError, OverflowError, KeyError):
            raise ValueError("is not a day of the calendar") from None
        return day if "d" in parts else end_of_month(day)


def _compiled(written: str) -> re.Pattern[str]:
    if len(written) > MAX_FORMAT:
        raise ValueError(f"has more than {MAX_FORMAT} characters")
    if written.count("*") > MOST_ANYTHING:
        raise ValueError(f"has * more than {MOST_ANYTHING} times")
    pattern, at, tokens = "", 0, list(_TOKEN.finditer(written))
    for token in tokens:
        pattern += _literal(written[at : token.start()])
        at = token.end()
        touches = any(other.end() == token.start() or other.start() == at for other in tokens if other is not token)
        pattern += _group(token[0], "{2}" if touches else "{1,2}")
    pattern += _literal(written[at:])
    try:
        compiled = re.compile(pattern)
    except re.error:
        raise ValueError("names the year, the month or the day twice") from None
    names = compiled.groupindex.keys()
    if "y" not in names or len(names & {"m", "b"}) != 1:
        words = "`week`, `timestamp` or `excel`"
        raise ValueError(f"is no form of dates: it needs Y and m, and d for days, as d/m/Y; or is {words}")
    return compiled


def _group(token: str, digits: str) -> str:
    if token in ("y", "yy", "YY"):
        return "(?P<y>[0-9]{2})"
    if token[0] in "Yy":
        return "(?P<y>[0-9]{4})"
    if token in ("b", "B") or len(token) > 2:
        return "(?P<b>[A-Za-z]{3,9})[.]?"
    return f"(?P<{token[0].lower()}>[0-9]{digits})"


def _literal(text: str) -> str:
    if re.search(r"[A-Za-z0-9]", text):
        raise ValueError(f"knows Y, y, m, b, d and * (for anything) alone, not {text.strip()!r}")
    return r"\s+".join(_ANYTHING.join(map(re.escape, part.split("*"))) for part in re.split(r"\s+", text))


def _read_timestamp(cell: str) -> date | None:
    if _TIMESTAMP.fullmatch(cell):
        try:
            return datetime.fromisoformat(cell).date()
        except ValueError:
            raise ValueError("is not a time of the calendar") from None
    if epoch := _EPOCH.fullmatch(cell):
        return datetime.fromtimestamp(int(epoch[1]), UTC).date()
    return None


def _formats_of(cell: str) -> list[str]:
    """Return the formats by which a cell is a date, or else the last day of a range of dates."""
    found = [name for name in KNOWN if _reads(_known(name), cell)]
    if found or not _BEGINS_AS_DATE.match(cell) or len(re.findall("[0-9]+", cell[:MAX_DATE])) < 3:
        return found
    of_ranges = (next((name for name in names if _reads(_known(name), cell)), None) for names in _OF_RANGES)
    return [name for name in of_ranges if name]


@cache
def _known(written: str) -> DateFormat:
    return DateFormat.of(written)


def _reads(its: DateFormat, cell: str) -> bool:
    try:
        its.read(cell)
    except ValueError:
        return False
    return True


ISO = DateFormat.of("Y-m-d")
"""2022-02-27."""
