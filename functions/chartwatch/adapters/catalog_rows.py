"""A catalog file as rows of named cells: what is no CSV file with the columns of a catalog is called what it is."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice

from chartwatch.domain import words
from chartwatch.domain.codes import OWN_FACT_FORM
from chartwatch.domain.file_forms import no_text
from chartwatch.domain.quoted_cells import last_opening
from chartwatch.domain.works.work import OWN_FACT
from chartwatch.errors import CatalogProblem

COLUMNS = (
    "work_id",
    "title",
    "kind",
    "original_language",
    "origin_countries",
    "release_date",
    "aliases",
    "source",
    "confidence",
    "ids",
)
"""Columns of the file; those after the sixth may be left out. Countries and ids are separated by `;`, aliases by `;;`.

An empty cell is an unknown fact. An id is one that a provider has for the work, after the name of its scheme
(`netflix:81040344`). There may be `FURTHER` columns, and those of facts of one's own, `fact:NAME`, with values
separated by `;`.
"""

FURTHER = ("creators", "featured")
"""Columns that only works with creators need: the names of those that lead, and of those that are featured besides,
separated by `;`."""

ASSUMED, UNDECIDED, NEEDS = "assumed", "undecided", "needs"
"""More columns where layers make a catalog: the facts that are assumed, `main_country` where that is open, and `kind`
where only a title of that kind means the work."""

ALL_COLUMNS = (*COLUMNS, *FURTHER, ASSUMED, UNDECIDED, NEEDS)
"""All that are known; others are somebody's own."""

_OTHER_SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars"}


class WrongCell(ValueError):
    """The column that is wrong, empty for the whole row, and what is wrong there."""


def text_of(body: bytes, name: str) -> str:
    """Return the text of a catalog file; `name` is what errors call it. Raises `CatalogProblem`."""
    if problem := no_text(body):
        raise CatalogProblem(name, "", problem)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogProblem(name, f"byte {error.start}", "is not UTF-8") from error
    if not text.strip():
        raise CatalogProblem(name, "", "is empty")
    for start, what in {"<": "a page of markup", "{": "JSON", "[": "JSON"}.items():
        if text.lstrip().startswith(start):
            raise CatalogProblem(name, "line 1", f"is {what}, not a CSV file")
    if not text.endswith(("\n", "\r")):
        raise CatalogProblem(name, f"line {text.count(chr(10)) + 1}", "does not end: the file may have been cut short")
    return text


class CatalogRows:
    """The rows below the header of a catalog file, without those of empty cells."""

    def __init__(self, text: str, name: str) -> None:
        """Read the header; `name` is what errors call the file. Raises `CatalogProblem`."""
        self._text = text
        self._reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._before = 0
        self._filled = self._rows()
        try:
            self.columns = _known(next(self._filled, []))
        except csv.Error as error:
            line, detail = self.quoting_problem(error)
            raise CatalogProblem(name, f"line {line}", detail) from error
        if problem := _problem_of(self.columns):
            raise CatalogProblem(name, f"line {self.line}", problem)

    @property
    def line(self) -> int:
        """The line in which the last row ends that was read."""
        return self._reader.line_num

    def __iter__(self) -> Iterator[Sequence[str]]:
        """Yield the cells of each row. Raises `csv.Error`, of which `quoting_problem` says what is wrong."""
        return self._filled

    def quoting_problem(self, error: csv.Error) -> tuple[int, str]:
        """Return in which line a row that cannot be told into cells goes wrong, and what is wrong there."""
        lines = islice(io.StringIO(self._text, newline=""), self._before, self.line)
        opened = self._before + 1 + last_opening(lines, ",")
        if "unexpected end of data" in str(error):
            return opened, "a quoted cell opens here that nothing closes"
        if opened == self.line:
            return opened, f"the row cannot be told into cells: {error}"
        reason = f"is not closed before line {self.line}, which cannot be told into cells: {error}"
        return opened, f"a quoted cell opens here and {reason}"

    def _rows(self) -> Iterator[Sequence[str]]:
        for row in self._reader:
            self._before = self._reader.line_num
            if any(cell.strip() for cell in row):
                yield row


def cells_by_column(columns: Sequence[str], row: Sequence[str]) -> Mapping[str, str]:
    """Return the cells of a row by their columns. Raises `WrongCell` where there are more of these, or fewer."""
    if len(row) > len(columns):
        raise WrongCell("", f"has {words.counted(len(row) - len(columns), 'cell')} more than there are columns")
    if len(row) < len(columns):
        raise WrongCell("", f"ends before the column {columns[len(row)]}")
    return dict(zip(columns, row, strict=True))


def _known(header: Sequence[str]) -> list[str]:
    """Return the names of the columns as they are known, whatever their case."""
    plain = [(column, column.strip().lower()) for column in header]
    return [known if known in ALL_COLUMNS else column for column, known in plain]


def _problem_of(columns: Sequence[str]) -> str | None:
    """Return what is wrong with the columns of a catalog, or None."""
    if twice := next((column for column in columns if column and columns.count(column) > 1), None):
        return f"the column {twice} stands there twice"
    if missing := [column for column in COLUMNS[:6] if column not in columns]:
        for separator, separated in _OTHER_SEPARATORS.items():
            if set(COLUMNS[:2]) <= {column.strip() for column in ",".join(columns).split(separator)}:
                return f"the columns are separated by {separated}, not by commas"
        return f"the column {missing[0]} is missing{_meant(missing[0], columns)}"
    absent = [column for column in (*COLUMNS, *FURTHER) if column not in columns]
    for column in columns:
        # What is left out without a word would be taken for unknown, and confidence for certain.
        if column not in ALL_COLUMNS and (meant := get_close_matches(column.strip().lower(), absent, 1, 0.8)):
            return f"the column {column!r} is none that is known; did you mean {meant[0]}?"
        if column.startswith(OWN_FACT) and not re.fullmatch(OWN_FACT_FORM, column):
            return f"{column!r} is no name of a fact such as fact:girl group"
    return None


def _meant(column: str, columns: Sequence[str]) -> str:
    alike = get_close_matches(column, [its for its in columns if its not in COLUMNS], 1, 0.75)
    return f"; did you mean it by {alike[0]}?" if alike else ""
