"""Delimited text read as columns, and cells read as values; every refusal names its line and column."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Self, TypeVar

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.works.decoding import well_decoded
from chartwatch.errors import (
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)

if TYPE_CHECKING:
    import _csv

T = TypeVar("T")

BLOCK = 500
"""Rows that are held as rows at a time; everything else is held as columns of shared cells."""

MAX_ROWS = 2_000_000
"""Rows of a document. Netflix's larger file has some 100,000 a year."""

MAX_BLOCK = 16 * 1024 * 1024
"""Characters of a block of rows: held as rows, cells may take many times the space that they take in the document."""

LONGEST_TITLE = 1000
"""Characters of a title. The longest of a song or an album that was ever charted have some hundreds."""

SHOWN = 40
"""Characters of a wrong cell that an error shows."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TERRITORY = re.compile(r"[A-Z]{2}")
_FIGURE = re.compile(r"([0-9]+(\.[0-9]+)?)?")


@dataclass(frozen=True, slots=True)
class _Document:
    source: str
    body: bytes
    delimiter: str

    def text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self.body), encoding="utf-8-sig", newline="")

    def rows(self, lines: Iterable[str]) -> "_csv.Reader":
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def place(self, row: int) -> str:
        # Only an error asks for it, so that reading again is cheaper than remembering a line for each row.
        rows = self.rows(self.text())
        next(islice(filter(None, rows), row + 1, None))
        return f"line {rows.line_num}"


class _Lines:
    """The lines of a text, of which at most `MAX_BLOCK` characters are given for a block."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._room = MAX_BLOCK

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._room + 1)
        if not line:
            raise StopIteration
        self._room -= len(line)
        if self._room < 0:
            raise csv.Error(f"{BLOCK} rows have more than {MAX_BLOCK} characters")
        return line

    def begin_block(self) -> None:
        """Give as many characters again."""
        self._room = MAX_BLOCK


class Table:
    """A document as columns of cells. Cells that say the same are one object: charts repeat themselves."""

    def __init__(self, document: _Document, columns: dict[str, list[str]], open_column: str | None) -> None:
        """Take `columns` of `document`. `open_column`: its last one, when no line end closes the last cell."""
        self._document = document
        self._columns = columns
        self._open_column = open_column

    def __contains__(self, column: str) -> bool:
        """Return whether the document has that column."""
        return column in self._columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self._columns.values())))

    def cells(self, column: str) -> Sequence[str]:
        """Return a column as text."""
        return self._columns[column]

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
            raise self.wrong_cell(row, column, refused[cells[row]])
        return [known[cell] for cell in cells]

    def wrong_cell(self, row: int, column: str, reason: str) -> SourceError:
        """Return the error that says what the cell of that row and column is not."""
        cell, where = self._columns[column][row], self.place(row)
        if column == self._open_column and row == len(self) - 1:
            return SourceTruncated(
                self._document.source, f"the document ends inside a cell: {column} {shown(cell)} {reason}", where
            )
        return SourceValueError(
            self._document.source, f"{column} {shown(cell)} {reason}", where, column=column, value=cell
        )

    def place(self, row: int) -> str:
        """Return where a row stands in the document: "line 7"."""
        return self._document.place(row)


def read_table(
    source: str, body: bytes, delimiter: str, required: Sequence[str], optional: Sequence[str] = ()
) -> Table:
    """Read the columns of a delimited UTF-8 text with a header; others are passed over.

    Cells may be quoted as RFC 4180 has it; lines end with LF or CRLF; a byte order mark and blank lines are passed
    over. Raises `SourceEmpty`, `SourceNotATable`, `SourceEncodingError`, `SourceTruncated` or `SourceChanged`.
    """
    if not body.removeprefix(b"\xef\xbb\xbf").strip():
        raise SourceEmpty(source, "there is nothing in the document")
    document = _Document(source, body, delimiter)
    lines = _Lines(document.text())
    reader = document.rows(lines)
    rows = filter(None, reader)
    try:
        header = next(rows, None)
        if header is None:
            body.decode()
            raise SourceEmpty(source, "there is nothing in the document")
        columns = _columns(document, _wanted(source, header, required, optional), len(header), rows, lines)
    except UnicodeDecodeError:
        raise _undecodable(source, body) from None
    except csv.Error as error:
        where = f"line {reader.line_num}"
        if "unexpected end of data" in str(error):
            raise SourceTruncated(source, "the document ends inside a quoted cell", where) from error
        raise SourceNotATable(source, f"a row cannot be told into cells: {error}", where) from error
    if not next(iter(columns.values())):
        raise SourceEmpty(source, "there is a header and nothing below it", "line 1")
    return Table(document, columns, None if body.endswith((b"\n", b"\r")) else header[-1])


def _wanted(source: str, header: list[str], required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """Return the index of each column that is there."""
    if header and header[0].lstrip().startswith("<"):
        raise SourceNotATable(source, f"a page of markup, not a table: {shown(header[0])}", "line 1")
    if not set(required) & set(header):
        said = "\t".join(header)
        raise SourceNotATable(source, f"{shown(said)} is not a header with {', '.join(required)}", "line 1")
    for column in required:
        if column not in header:
            raise SourceChanged(source, f"the column {column} is missing", "line 1", column=column)
    wanted = {column: header.index(column) for column in dict.fromkeys((*required, *optional)) if column in header}
    for column in wanted:
        if header.count(column) > 1:
            raise SourceChanged(source, f"the column {column} stands there twice", "line 1", column=column)
    return wanted


def _columns(
    document: _Document, wanted: dict[str, int], width: int, rows: Iterator[list[str]], lines: _Lines
) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {column: [] for column in wanted}
    shared: dict[str, str] = {}
    while block := list(islice(rows, BLOCK)):
        if any(len(row) != width for row in block):
            above = len(next(iter(columns.values())))
            raise _wrong_width(document, width, above, [*block, *islice(rows, 1)])
        cells = list(zip(*block, strict=True))
        for column, index in wanted.items():
            columns[column].extend(map(shared.setdefault, cells[index], cells[index]))
        if len(next(iter(columns.values()))) > MAX_ROWS:
            raise SourceNotATable(document.source, f"the document has more than {MAX_ROWS} rows")
        lines.begin_block()
    return columns


def _wrong_width(document: _Document, width: int, above: int, rows: Sequence[list[str]]) -> SourceError:
    index, cells = next((index, len(row)) for index, row in enumerate(rows) if len(row) != width)
    said, where = f"a row of {cells} cells, where the header has {width}", document.place(above + index)
    if cells < width and index == len(rows) - 1:
        return SourceTruncated(document.source, f"the document ends in {said}", where)
    return SourceNotATable(document.source, said, where)


def _undecodable(source: str, body: bytes) -> SourceError:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        where = f"line {body.count(10, 0, error.start) + 1}"
        if error.reason == "unexpected end of data":
            return SourceTruncated(source, "the document ends inside a character", where)
        return SourceEncodingError(source, f"the byte 0x{body[error.start]:02x} is not UTF-8", where)
    raise AssertionError("only bytes that are not UTF-8 come here")


def shown(cell: str) -> str:
    """Return a cell as an error shows it: quoted, and cut when it is long."""
    return repr(cell if len(cell) <= SHOWN else f"{cell[: SHOWN - 1]}…")


def a_date(cell: str) -> date:
    """Read a date as ISO 8601 writes it, 2022-02-27, and no other of its forms."""
    if not _DATE.fullmatch(cell):
        raise ValueError("is not a date such as 2022-02-27")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def a_territory(cell: str) -> str:
    """Read an ISO 3166-1 alpha-2 code, or `GLOBAL`."""
    if cell != GLOBAL and not _TERRITORY.fullmatch(cell):
        raise ValueError("is not an ISO 3166-1 alpha-2 code such as KR")
    return cell


def a_title(cell: str) -> str:
    """Read a title: anything but nothing and a text, put right where it was decoded wrongly."""
    if not cell.strip():
        raise ValueError("is not a title")
    if len(cell) > LONGEST_TITLE:
        raise ValueError(f"is no title: it has more than {LONGEST_TITLE} characters")
    return well_decoded(cell)


def a_season(cell: str) -> str | None:
    """Read the title of a season, or nothing."""
    return a_title(cell) if cell.strip() else None


def a_figure(cell: str) -> str:
    """Read a number, kept as it is written, or nothing."""
    if not _FIGURE.fullmatch(cell):
        raise ValueError("is not a number")
    return cell
