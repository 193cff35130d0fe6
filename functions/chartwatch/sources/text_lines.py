"""The lines of a text as rows: bounded, with lines passed over, and with what is done about malformed ones."""

import csv
import io
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain

from chartwatch.domain import words
from chartwatch.domain.quoted_cells import opening_of_cells, quoted_after

BLOCK = 500
"""Rows that are held as rows at a time; everything else is held as columns of shared cells."""

MAX_BLOCK = 16 * 1024 * 1024
"""Characters of a block of rows: held as rows, cells may take many times the space that they take in the document."""

MAX_LINES_NAMED = 10
"""Lines that a notice names."""


class Malformed(StrEnum):
    """What becomes of a row that cannot be told into as many cells as the header has."""

    REFUSE = "refuse"
    """The document is refused."""
    SKIP = "skip"
    """The row is passed over. Each line is a row then."""
    MEND = "mend"
    """A quotation mark within a quoted cell, which is not doubled, is one. Each line is a row then."""


class Lines:
    """The lines of a text. An error ends them after `room` characters, which each block of rows sets anew.

    Lines that are skipped, and comments, are blank. A comment does not begin inside a quoted cell.
    """

    def __init__(self, text: io.TextIOWrapper, skip: int, comment: str, delimiters: str) -> None:
        """So many lines are skipped at the beginning; `comment` is what comments begin with, empty for none.

        `delimiters` are what may stand between cells.
        """
        self.text = text
        self.room = MAX_BLOCK
        self._skip = skip
        self._comment = comment
        self._is_quoted = False
        self._opening = opening_of_cells(delimiters)

    def read(self) -> str:
        """Return the next line, empty at the end."""
        line = self.text.readline(self.room + 1)
        self.room -= len(line)
        if self.room < 0:
            raise csv.Error(f"{BLOCK} rows have more than {MAX_BLOCK} characters")
        if self._skip and line:
            self._skip -= 1
            return "\n"
        if self._comment and line:
            if not self._is_quoted and line.startswith(self._comment):
                return "\n"
            self._is_quoted, _ = quoted_after(line, self._opening, is_quoted=self._is_quoted)
        return line


class LineByLine:
    """Rows, each a line. Those that cannot be told into cells are mended, where that is allowed, or skipped."""

    def __init__(self, lines: Lines, delimiter: str, malformed: Malformed, width: int, behind: int) -> None:
        """`width` is how many cells the header has, 0 for as many as the first row; others have `behind` more."""
        self.line_num = 0
        self._width = width
        self._behind = behind
        self._lines = lines
        self._delimiter = delimiter
        self._mends = malformed is Malformed.MEND
        self._end_of_quoted = re.compile(f'"(?={re.escape(delimiter)}|$)')
        self._mended: list[int] = []
        self._skipped: list[int] = []

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the rows that are not blank."""
        width = self._width and self._width + self._behind
        while line := self._lines.read():
            self.line_num += 1
            if not line.strip("\r\n" + self._delimiter):
                continue
            row = strict_cells(line, self._delimiter)
            if not width:
                if not row:
                    raise csv.Error("the header has marks inside cells")
                width = len(row) + self._behind
                yield row
            elif row is not None and len(row) == width:
                yield row
            elif self._mends:
                yield self._mended_row(line, width)
            else:
                self._skipped.append(self.line_num)

    def _mended_row(self, line: str, width: int) -> list[str]:
        mended = self._mend(line.rstrip("\r\n"))
        if not mended:
            raise csv.Error("a quoted cell is not closed in its line")
        if len(mended) != width:
            reason = f"{words.counted(len(mended), 'cell')}, where the header has {width - self._behind}"
            raise csv.Error(reason)
        self._mended.append(self.line_num)
        return mended

    def notices(self) -> Iterator[str]:
        """Yield what was done about malformed rows."""
        for numbers, done in (
            (self._mended, "with quotation marks inside cells that are not doubled: these are read as such"),
            (self._skipped, "that cannot be told into the cells of the header: passed over"),
        ):
            if numbers:
                more = ["…"] if len(numbers) > MAX_LINES_NAMED else []
                named = ", ".join([*map(str, numbers[:MAX_LINES_NAMED]), *more])
                lines = "line" if len(numbers) == 1 else "lines"
                yield f"{words.counted(len(numbers), 'row')} {done} ({lines} {named})"

    def _mend(self, line: str) -> list[str]:
        """Return the cells of a line; a quoted one ends only where a delimiter follows, or the end of the line.

        None are returned where one does not end.
        """
        cells, at = [], 0
        while at <= len(line):
            if line.startswith('"', at):
                end = self._end_of_quoted.search(line, at + 1)
                if end is None:
                    return []
                cells.append(line[at + 1 : end.start()].replace('""', '"'))
                at = end.end() + 1
            else:
                next_cell = line.find(self._delimiter, at)
                next_cell = len(line) if next_cell < 0 else next_cell
                cells.append(line[at:next_cell])
                at = next_cell + 1
        return cells


def strict_cells(line: str, delimiter: str) -> list[str] | None:
    """Return the cells of a line; None where it cannot be told into cells."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def empty_cells_behind(lines: Lines, delimiter: str, malformed: Malformed, width: int) -> int:
    """Return how many cells every row has behind those of the header, all of them empty; 0 where that is not so.

    `width` is how many cells a row has, 0 for as many as the header, which is the first row then. Where no cell is
    quoted for what it has in it, a comma may stand in a title, before a cell that is empty for good reason.
    """
    try:
        rows = _told(lines, delimiter, malformed)
        width = width or len(next(rows, ()))
        first = next(rows, [])
        behind = len(first) - width
        if behind < 1 or any(first[width:]):
            return 0
        are_quoted = False
        for row in chain([first], rows):
            if len(row) >= width:
                are_quoted |= any(delimiter in cell for cell in row)
                if len(row) != width + behind or any(row[width:]):
                    return 0
    except csv.Error:
        return 0
    return behind if are_quoted else 0


def _told(lines: Lines, delimiter: str, malformed: Malformed) -> Iterator[list[str]]:
    """Yield the rows of a text that are not blank, without those that are passed over or mended."""
    if malformed is Malformed.REFUSE:
        rows: Iterator[list[str] | None] = csv.reader(iter(lines.read, ""), delimiter=delimiter, strict=True)
    else:
        rows = (strict_cells(line, delimiter) for line in iter(lines.read, ""))
    for row in rows:
        lines.room = MAX_BLOCK
        if row and any(row):
            yield row
