"""Delimited text, such as CSV, read as columns of values; an error names its line, and its column if there is one."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from chartwatch.errors import (
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.sources.cells import quoted

if TYPE_CHECKING:
    import _csv

T = TypeVar("T")

FigureColumn: TypeAlias = tuple[str, str, Callable[[str], str]]
"""A column that is kept as a figure: its name in the document, the name of the figure, and the reader of its cells."""

BLOCK = 500
"""Rows that are held as rows at a time; everything else is held as columns of shared cells."""

MAX_ROWS = 2_000_000
"""Rows of a document. Netflix's larger file has some 100,000 a year."""

MAX_BLOCK = 16 * 1024 * 1024
"""Characters of a block of rows: held as rows, cells may take many times the space that they take in the document."""


class TextTable:
    """A delimited UTF-8 text with a header, as columns of cells. Equal cells are one object: charts repeat themselves.

    Cells may be quoted as in RFC 4180, lines end with LF or CRLF, and a byte order mark and blank lines are skipped.
    """

    def __init__(
        self,
        source: str,
        body: bytes,
        delimiter: str,
        required: Sequence[str],
        optional: Sequence[str] = (),
        *,
        advice: Mapping[str, str] | None = None,
    ) -> None:
        """Read the columns that are named, and skip the others. `advice` is what to do where one of them is missing.

        Raises `SourceEmpty`, `SourceNotATable`, `SourceEncodingError`, `SourceTruncated` or `SourceChanged`.
        """
        if not body.removeprefix(b"\xef\xbb\xbf").strip():
            raise SourceEmpty(source, "there is nothing in the document")
        self._source, self._body, self._delimiter, self._advice = source, body, delimiter, advice or {}
        self._columns: dict[str, list[str]] = {}
        lines = _Lines(self._text())
        reader = self._reader(iter(lines.read, ""))
        rows = filter(None, reader)
        try:
            header = next(rows, None)
            if header is None:
                body.decode()
                raise SourceEmpty(source, "there is nothing in the document")
            self._read_columns(self._indexes(header, required, optional), len(header), rows, lines)
        except UnicodeDecodeError:
            raise self._encoding_error() from None
        except csv.Error as error:
            where = f"line {reader.line_num}"
            if "unexpected end of data" in str(error):
                raise SourceTruncated(source, "the document ends inside a quoted cell", where) from error
            raise SourceNotATable(source, f"a row cannot be told into cells: {error}", where) from error
        if not len(self):
            raise SourceEmpty(source, "there is a header and nothing below it", "line 1")
        # Where no line end closes the last cell, it may have been cut.
        self._unclosed = None if body.endswith((b"\n", b"\r")) else header[-1]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self._columns.values())))

    def values(self, column: str, read: Callable[[str], T]) -> list[T]:
        """Return a column as values; `read` is called once for each distinct cell.

        Raises `SourceValueError` for the first cell that `read` refuses with a `ValueError` saying what it is not, or
        `SourceTruncated` when that is the cell in which the document ends.
        """
        cells = self._columns[column]
        known: dict[str, T] = {}
        refused: dict[str, str] = {}
        for cell in set(cells):
            try:
                known[cell] = read(cell)
            except ValueError as error:
                refused[cell] = str(error)
        if refused:
            row = next(row for row, cell in enumerate(cells) if cell in refused)
            raise self.cell_error(row, column, refused[cells[row]])
        return [known[cell] for cell in cells]

    def values_or(self, column: str | None, read: Callable[[str], T], default: T) -> list[T]:
        """Return a column as `values` does, or `default` for every row where the document has no such column."""
        return self.values(column, read) if column in self._columns else [default] * len(self)

    def figures(self, columns: Iterable[FigureColumn]) -> Iterable[tuple[tuple[str, str], ...]]:
        """Return the figures of each row: its cells in those of `columns` that the document has, without empty ones."""
        present = [(name, self.values(column, read)) for column, name, read in columns if column in self._columns]
        names = [name for name, _ in present]

        @cache
        def named(*cells: str) -> tuple[tuple[str, str], ...]:
            return tuple((name, cell) for name, cell in zip(names, cells, strict=True) if cell)

        return map(named, *(cells for _, cells in present)) if present else [()] * len(self)

    def cell_error(self, row: int, column: str, reason: str) -> SourceError:
        """Return the error about the cell of that row and column; `reason` says what the cell is not."""
        cell, where = self._columns[column][row], self.place(row)
        detail = f"{column} {quoted(cell)} {reason}"
        if column == self._unclosed and row == len(self) - 1:
            return SourceTruncated(self._source, f"the document ends inside a cell: {detail}", where)
        return SourceValueError(self._source, detail, where, column=column, value=cell)

    def place(self, row: int) -> str:
        """Return where a row stands in the document: "line 7"."""
        # Only an error asks for it, so that reading again is cheaper than remembering a line for each row.
        reader = self._reader(self._text())
        next(islice(filter(None, reader), row + 1, None))
        return f"line {reader.line_num}"

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self._body), encoding="utf-8-sig", newline="")

    def _reader(self, lines: Iterable[str]) -> "_csv.Reader":
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _indexes(self, header: list[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
        """Return where each of the columns that are there stands in a row."""
        if header[0].lstrip().startswith("<"):
            raise SourceNotATable(self._source, f"a page of markup, not a table: {quoted(header[0])}", "line 1")
        if not set(required) & set(header):
            found = quoted("\t".join(header))
            raise SourceNotATable(self._source, f"{found} is not a header with {', '.join(required)}", "line 1")
        for column in required:
            if column not in header:
                advice = f"; {self._advice[column]}" if column in self._advice else ""
                raise SourceChanged(self._source, f"the column {column} is missing{advice}", "line 1", column=column)
        present = {column: header.index(column) for column in (*required, *optional) if column in header}
        for column in present:
            if header.count(column) > 1:
                raise SourceChanged(self._source, f"the column {column} stands there twice", "line 1", column=column)
        return present

    def _read_columns(self, indexes: dict[str, int], width: int, rows: Iterator[list[str]], lines: "_Lines") -> None:
        self._columns = {column: [] for column in indexes}
        shared: dict[str, str] = {}
        while block := list(islice(rows, BLOCK)):
            if any(len(row) != width for row in block):
                raise self._width_error(width, [*block, *islice(rows, 1)])
            cells = list(zip(*block, strict=True))
            for column, index in indexes.items():
                self._columns[column].extend(map(shared.setdefault, cells[index], cells[index]))
            if len(self) > MAX_ROWS:
                raise SourceNotATable(self._source, f"the document has more than {MAX_ROWS} rows")
            lines.room = MAX_BLOCK

    def _width_error(self, width: int, rows: Sequence[list[str]]) -> SourceError:
        index, cells = next((index, len(row)) for index, row in enumerate(rows) if len(row) != width)
        reason, where = f"a row of {cells} cells, where the header has {width}", self.place(len(self) + index)
        if cells < width and index == len(rows) - 1:
            return SourceTruncated(self._source, f"the document ends in {reason}", where)
        return SourceNotATable(self._source, reason, where)

    def _encoding_error(self) -> SourceError:
        """Return the error about the first byte that is not UTF-8."""
        try:
            self._body.decode()
        except UnicodeDecodeError as error:
            where = f"line {self._body.count(10, 0, error.start) + 1}"
            if error.reason == "unexpected end of data":
                return SourceTruncated(self._source, "the document ends inside a character", where)
            return SourceEncodingError(self._source, f"the byte 0x{self._body[error.start]:02x} is not UTF-8", where)
        raise AssertionError("only bytes that are not UTF-8 come here")


class _Lines:
    """The lines of a text. An error ends them after `room` characters, which each block of rows sets anew."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.room = MAX_BLOCK

    def read(self) -> str:
        """Return the next line, empty at the end."""
        line = self._text.readline(self.room + 1)
        self.room -= len(line)
        if self.room < 0:
            raise csv.Error(f"{BLOCK} rows have more than {MAX_BLOCK} characters")
        return line
