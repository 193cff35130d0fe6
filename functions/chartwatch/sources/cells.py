"""Readers of cells: each returns the value of a text, or raises a `ValueError` that says what the text is not."""

import re
from datetime import date

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.codes import COUNTRIES, likely_country
from chartwatch.domain.outside_text import plain
from chartwatch.domain.works.decoding import well_decoded
from chartwatch.domain.works.titles import NO_TITLES, title_key

LONGEST_TITLE = 1000
"""Characters of a title. The longest of a song or an album that was ever charted have some hundreds."""

MAX_QUOTED = 40
"""Characters of a wrong cell that an error shows."""

MAX_RANK = 9999

_BLANK = " \u2800"
"""What shows nothing: beside spaces, the braille pattern without dots."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RANK = re.compile(r"[1-9][0-9]{0,3}")
_LOOSE_RANK = re.compile(r"(?:#|No\.?|Nr\.?|№|=)?\s?0*([1-9][0-9]{0,3})(?:\.0*|=|st|nd|rd|th)?", re.IGNORECASE)
_FIGURE = re.compile(r"([0-9]+(\.[0-9]+)?)?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")


def quoted(cell: str) -> str:
    """Return a cell as an error shows it: in quotation marks, and shortened when it is long."""
    return repr(cell if len(cell) <= MAX_QUOTED else f"{cell[: MAX_QUOTED - 1]}…")


def read_date(cell: str) -> date:
    """Read a date in the one form 2022-02-27 of ISO 8601."""
    if not _DATE.fullmatch(cell):
        raise ValueError("is not a date such as 2022-02-27")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def read_territory(cell: str) -> str:
    """Read an ISO 3166-1 alpha-2 code, or `GLOBAL`."""
    if cell != GLOBAL and cell not in COUNTRIES:
        meant = likely_country(cell)
        raise ValueError(f"is not an ISO 3166-1 alpha-2 code such as KR{f'; did you mean {meant}?' if meant else ''}")
    return cell


_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""Hyphens and dashes, which alone stand for nothing."""

_NOTHING = NO_TITLES | {"NAN", "NONE", "NULL"}
"""What programs write where there is nothing; titles may be called as the last three are."""


def read_title(cell: str) -> str:
    """Read a title of 1 to `LONGEST_TITLE` characters, and repair one that was decoded wrongly."""
    if not title_key(cell) or not plain(cell).strip(_BLANK) or cell.strip().upper() in NO_TITLES:
        raise ValueError("is not a title")
    if len(cell) > LONGEST_TITLE:
        raise ValueError(f"is no title: it has more than {LONGEST_TITLE} characters")
    return well_decoded(cell)


def stands_for_nothing(cell: str) -> bool:
    """Return whether a cell says that there is none: it is empty, a dash, or what programs put there."""
    said = cell.strip()
    return said.upper() in _NOTHING or not said.strip(_DASHES)


def read_season(cell: str) -> str | None:
    """Read the title of a season; None for an empty cell, and for one that says that there is none."""
    return None if stands_for_nothing(cell) else read_title(cell)


def read_credit(cell: str) -> str | None:
    """Read whom a source names as artists, authors or makers; None as of a season."""
    return read_season(cell)


def read_rank(cell: str) -> int:
    """Read a rank from 1 to 9999."""
    if not _RANK.fullmatch(cell):
        raise ValueError("is not a rank such as 1")
    return int(cell)


def read_loose_rank(cell: str) -> int:
    """Read a rank from 1 to 9999 that may be written as `#1`, `01`, `1.0`, `1st`, `No. 1`, or `=1` of a tie."""
    found = _LOOSE_RANK.fullmatch(cell.strip())
    if found is None:
        raise ValueError("is not a rank such as 1")
    return int(found[1])


def read_figure(cell: str) -> str:
    """Read a number or an empty cell, and keep it as it is written."""
    if not _FIGURE.fullmatch(cell):
        raise ValueError("is not a number")
    return cell


def read_count(cell: str) -> str:
    """Read a figure of whole things; one with commas between its thousands is kept without them."""
    return read_figure(cell.replace(",", "") if _THOUSANDS.fullmatch(cell) else cell)
