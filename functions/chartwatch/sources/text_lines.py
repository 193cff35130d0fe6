"""The lines of a text as rows: bounded, with lines passed over, and with what is done about malformed ones."""

import csv
import io
import re
from collections.abc import Iterator
from enum import StrEnum

from chartwatch.domain import words

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

    def __init__(self, lines: Lines, delimiter: str, malformed: Malformed, width: int) -> None:
        """`width` is how many cells a row has, 0 for as many as the first."""
        self.line_num = 0
        self._width = width
        self._lines = lines
        self._delimiter = delimiter
        self._mends = malformed is Malformed.MEND
        self._end_of_quoted = re.compile(f'"(?={re.escape(delimiter)}|$)')
        self._mended: list[int] = []
        self._skipped: list[int] = []

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the rows that are not blank."""
        width = self._width
        while line := self._lines.read():
            self.line_num += 1
            if not line.strip("\r\n" + self._delimiter):
                continue
            row = strict_cells(line, self._delimiter)
            if not width and not row:
                raise csv.Error("the header has marks inside cells")
            width = width or len(row or ())
            if row is not None and len(row) == width:
                yield row
            elif self._mends:
                mended = self._mend(line.rstrip("\r\n"))
                if len(mended) != width:
                    raise csv.Error(f"{len(mended)} cells, where the header has {width}")
                self._mended.append(self.line_num)
                yield mended
            else:
                self._skipped.append(self.line_num)

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
        """Return the cells of a line; a quoted one ends only where a delimiter follows, or the end of the line."""
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


def opening_of_cells(delimiters: str) -> re.Pattern[str]:
    """Return what opens a quoted cell, where one of `delimiters` stands between cells."""
    return re.compile(f'(?:^|[{re.escape(delimiters)}])"')


def quoted_after(line: str, opening: re.Pattern[str], *, is_quoted: bool) -> tuple[bool, bool]:
    """Return whether a quoted cell goes on behind a line, as one `is_quoted` before it, and whether any opens in it.

    A quotation mark within any other cell opens none; a doubled one within a quoted cell closes none.
    """
    at, opens = 0, False
    while True:
        if is_quoted:
            end = line.find('"', at)
            if end < 0:
                return True, opens
            is_quoted = line.startswith('"', end + 1)
            at = end + (2 if is_quoted else 1)
        else:
            opened = opening.search(line, at)
            if opened is None:
                return False, opens
            is_quoted, opens, at = True, True, opened.end()
