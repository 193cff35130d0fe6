"""Delimited text, such as CSV, read as columns of values; an error names its line, and its column if there is one."""

import csv
import io
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from chartwatch.document_errors import SourceEmpty, SourceEncodingError, SourceError, SourceNotATable, SourceTruncated
from chartwatch.domain import words
from chartwatch.domain.quoted_cells import last_opening
from chartwatch.sources.cells import quoted
from chartwatch.sources.formats import ENCODINGS, refuse_binary, utf8_of
from chartwatch.sources.table import MAX_ROWS, FigureColumn, Table, found_columns
from chartwatch.sources.text_lines import (
    BLOCK,
    MAX_BLOCK,
    LineByLine,
    Lines,
    Malformed,
    empty_cells_behind,
)

if TYPE_CHECKING:
    import _csv

__all__ = ["FigureColumn", "Reading", "TextTable"]

_SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
DELIMITERS = tuple(_SEPARATORS)
"""What may stand between cells where nobody says it."""

_ANY = "".join(DELIMITERS)

MAX_SKIPPED = 1000
"""Lines that may stand before a header."""

MAX_HEADER = 64 * 1024
"""Characters of a line that are looked at to see whether it is the header."""

MAX_SOUGHT = 50
"""Lines among which a header is looked for, to name it in an error."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is read: lines to `skip` before its header, what a `comment` begins with, the fate of malformed rows.

    `encoding` None: UTF-8, or UTF-16 where the text is seen to be that. `columns` are the names of the columns of a
    text without a header. `advice` is what to do where a column is missing, by its name; with it, errors speak of the
    options of the source `csv`.
    """

    skip: int = 0
    comment: str = ""
    malformed: Malformed = Malformed.REFUSE
    encoding: str | None = None
    columns: Sequence[str] = ()
    advice: Mapping[str, str] | None = None


class TextTable(Table):
    """A delimited text with a header, as columns of cells. Equal cells are one object: charts repeat themselves.

    Cells may be quoted as in RFC 4180, and lines end with LF or CRLF. A byte order mark, blank lines and rows of empty
    cells are skipped. Where options describe a file, cells are skipped that each row has behind those of the header, if
    all of them are empty.
    """

    def __init__(
        self,
        source: str,
        body: bytes,
        delimiter: str | None,
        required: Sequence[str],
        optional: Sequence[str] = (),
        *,
        reading: Reading | None = None,
    ) -> None:
        """Read the columns that are named, and skip the others. Without a `delimiter`, it is found in the header.

        Raises `SourceEmpty`, `SourceNotATable`, `SourceEncodingError`, `SourceTruncated` or `SourceChanged`.
        """
        super().__init__(source)
        self._reading = reading or Reading()
        self._advice = self._reading.advice or {}
        self._numbers = array("L")
        self._behind = 0
        """Empty cells of every row behind those that the header names."""
        refuse_binary(source, body)
        self._body = utf8_of(source, body, self._reading.encoding)
        if not self._body.removeprefix(b"\xef\xbb\xbf").strip():
            raise SourceEmpty(source, "there is nothing in the document")
        try:
            self._delimiter = delimiter or self._found_delimiter((*required, *optional))
            self._read(required, optional)
        except UnicodeDecodeError:
            raise self._encoding_error() from None
        except csv.Error as error:
            raise SourceNotATable(source, f"a row cannot be told into cells: {error}", "line 1") from error
        if not len(self):
            passed_over = f"; {'; '.join(self.notices)}" if self.notices else ""
            raise SourceEmpty(source, f"there is a header and nothing below it{passed_over}", "line 1")

    def place(self, row: int) -> str:
        """Return where a row stands in the document: "line 7"."""
        # Only an error asks for it, so that reading again is cheaper than remembering a line for each row always.
        self._numbers = self._numbers or array("L", self._line_numbers())
        return f"line {self._numbers[row + (0 if self._reading.columns else 1)]}"

    def _line_numbers(self) -> Iterator[int]:
        """Yield in which line each row ends, the header's among them, as far as the text can be told into rows."""
        lines = self._lines(self._delimiter)
        reader, rows = self._rows(lines)
        try:
            for _ in rows:
                lines.room = MAX_BLOCK
                yield reader.line_num
        except (csv.Error, UnicodeDecodeError):
            return

    def _read(self, required: Sequence[str], optional: Sequence[str]) -> None:
        if self._advice:
            self._pass_over_empty_cells_behind()
        lines = self._lines(self._delimiter)
        reader, rows = self._rows(lines)
        try:
            named = self._reading.columns
            header: list[str] | None = list(named) if named else next(rows, None)
            if header is None:
                self._body.decode()
                raise SourceEmpty(self._source, "there is nothing in the document")
            self._refuse_markup(header)
            where = f"line {reader.line_num}"
            try:
                found = found_columns(self._source, header, required, optional, where=where, advice=self._advice)
            except SourceError as error:
                error.detail += self._other_separator(header, required) or self._header_below(required)
                raise
            self._read_columns(found, len(header), rows, lines)
        except csv.Error as error:
            raise self._malformed(error, reader.line_num) from error
        if isinstance(reader, LineByLine):
            self.notices += reader.notices()
        # Where no line end closes the last cell, it may have been cut.
        last = next((column for column, index in found.items() if index == len(header) - 1), None)
        self._unclosed = None if self._behind or self._body.endswith((b"\n", b"\r")) else last

    def _pass_over_empty_cells_behind(self) -> None:
        reading, lines = self._reading, self._lines(self._delimiter)
        self._behind = empty_cells_behind(lines, self._delimiter, reading.malformed, len(reading.columns))
        if self._behind:
            empty = words.counted(self._behind, "empty cell")
            self.notices.append(f"each row has {empty} behind those that the header names: passed over")

    def _lines(self, delimiters: str) -> "Lines":
        text = io.TextIOWrapper(io.BytesIO(self._body), encoding="utf-8-sig", newline="")
        return Lines(text, self._reading.skip, self._reading.comment, delimiters)

    def _rows(self, lines: "Lines") -> tuple["_csv.Reader | LineByLine", Iterator[list[str]]]:
        """Return the reader of lines, which knows the number of the last, and the rows that are not blank."""
        reader = csv.reader(iter(lines.read, ""), delimiter=self._delimiter, strict=True)
        if self._reading.malformed is Malformed.REFUSE:
            return reader, filter(any, reader)
        width = len(self._reading.columns)
        by_line = LineByLine(lines, self._delimiter, self._reading.malformed, width, self._behind)
        return by_line, iter(by_line)

    def _found_delimiter(self, names: Sequence[str]) -> str:
        """Return what stands between the cells of the header: what tells most of the columns apart."""
        lines = self._lines(_ANY)
        header = next((line for line in iter(lines.read, "") if line.strip()), "")
        wanted = {name.strip().casefold() for name in names}

        def tells(delimiter: str) -> tuple[int, int]:
            cells = _cells(header, delimiter)
            if self._reading.columns:
                return len(cells) == len(self._reading.columns), len(cells)
            return len(wanted & {cell.strip().casefold() for cell in cells}), len(cells)

        return max(DELIMITERS, key=tells)

    def _refuse_markup(self, header: Sequence[str]) -> None:
        if header[0].lstrip().startswith("<"):
            raise SourceNotATable(self._source, f"a page of markup, not a table: {quoted(header[0])}", "line 1")

    def _other_separator(self, header: Sequence[str], required: Sequence[str]) -> str:
        """Return what separates the columns of a header that has them all, if another than is expected; empty if none.

        With it comes the way out.
        """
        wanted, line = {name.strip().casefold() for name in required}, self._delimiter.join(header)
        for other in DELIMITERS:
            if other != self._delimiter and wanted <= {cell.strip().casefold() for cell in _cells(line, other)}:
                ways = f"what {self._source} reads is the file as its provider publishes it; --source csv reads others"
                ways = f"say so: -o delimiter='{other}'" if self._advice else ways
                return f"; the columns are separated by {_SEPARATORS[other]}, not by {_named(self._delimiter)}: {ways}"
        return ""

    def _header_below(self, required: Sequence[str]) -> str:
        """Return which later line is seen to be the header, and the option that says so; empty for none."""
        if not self._advice:
            return ""
        wanted = {name.strip().casefold() for name in required}
        lines = Lines(self._lines(_ANY).text, 0, "", _ANY)
        for number, line in enumerate(islice(iter(lines.read, ""), MAX_SOUGHT)):
            cells = (_cells(line, each) for each in DELIMITERS)
            if number and any(wanted <= {cell.strip().casefold() for cell in its} for its in cells):
                return f"; line {number + 1} looks like it: -o skip={number}"
        return ""

    def _malformed(self, error: csv.Error, reached: int) -> SourceError:
        """Return the error about the row that cannot be told into cells."""
        if "field larger" in str(error) or "characters" in str(error):
            return SourceNotATable(self._source, f"a row cannot be told into cells: {error}", f"line {reached}")
        is_line = self._reading.malformed is not Malformed.REFUSE
        opened = reached if is_line else self._opening_of_the_last_cell()
        if "unexpected end of data" in str(error):
            reason = "the document ends inside a quoted cell"
            return SourceTruncated(self._source, reason, f"line {opened}")
        ways = {Malformed.REFUSE: "; to read such rows, or pass them over: -o malformed=mend, or skip"}
        ways[Malformed.MEND] = "; to pass such rows over: -o malformed=skip"
        way_out = ways.get(self._reading.malformed, "") if self._advice else ""
        reason = f"a row cannot be told into cells: {error}{way_out}"
        if opened != reached:
            reason = f"a quoted cell opens here and is not closed before line {reached}, where {reason}"
        return SourceNotATable(self._source, reason, f"line {opened}")

    def _opening_of_the_last_cell(self) -> int:
        """Return in which line the quoted cell opens at which reading ends."""
        lines = self._lines(self._delimiter)
        reader, rows = self._rows(lines)
        before = 0
        try:
            for _ in rows:
                lines.room, before = MAX_BLOCK, reader.line_num
        except csv.Error:
            pass
        row = islice(iter(self._lines(self._delimiter).read, ""), before, reader.line_num)
        return before + 1 + last_opening(row, self._delimiter)

    def _read_columns(self, indexes: Mapping[str, int], width: int, rows: Iterator[list[str]], lines: "Lines") -> None:
        self._columns = {column: [] for column in indexes}
        shared: dict[str, str] = {}
        while block := list(islice(rows, BLOCK)):
            if any(len(row) != width + self._behind for row in block):
                raise self._width_error(width, [*block, *islice(rows, 1)])
            cells = list(zip(*block, strict=True))
            for column, index in indexes.items():
                self._columns[column].extend(map(shared.setdefault, cells[index], cells[index]))
            if len(self) > MAX_ROWS:
                raise SourceNotATable(self._source, f"the document has more than {MAX_ROWS} rows")
            lines.room = MAX_BLOCK

    def _width_error(self, width: int, rows: Sequence[list[str]]) -> SourceError:
        """Return the error about the first row that has not as many cells as the header, and the last are given."""
        whole = width + self._behind
        index, number = next((index, len(row)) for index, row in enumerate(rows) if len(row) != whole)
        reason = f"a row of {words.counted(number, 'cell')}, where the header has {width}"
        is_first, where = len(self) + index == 0, self.place(len(self) + index)
        if number < width and index == len(rows) - 1:
            note = "; where that is no row, but a note below the table, pass it over: -o malformed=skip"
            return SourceTruncated(self._source, f"the document ends in {reason}{note if self._advice else ''}", where)
        ways = "; to pass such rows over: -o malformed=skip"
        if is_first and number > width and not self._reading.columns:
            header = f"-o skip={self._numbers[0]} -o columns=NAME,NAME"
            ways = f"; where all rows have as many, name the column of each, and skip the header: {header}"
        return SourceNotATable(self._source, f"{reason}{ways if self._advice else ''}", where)

    def _encoding_error(self) -> SourceError:
        """Return the error about the first byte that is not UTF-8."""
        try:
            self._body.decode()
        except UnicodeDecodeError as error:
            where = f"line {self._body.count(10, 0, error.start) + 1}"
            if error.reason == "unexpected end of data":
                return SourceTruncated(self._source, "the document ends inside a character", where)
            advice = f"; in another encoding, say so: -o encoding={ENCODINGS[2]}" if self._advice else ""
            reason = f"the byte 0x{self._body[error.start]:02x} is not UTF-8{advice}"
            return SourceEncodingError(self._source, reason, where)
        raise AssertionError("only bytes that are not UTF-8 come here")


def _named(delimiter: str) -> str:
    return _SEPARATORS.get(delimiter, repr(delimiter))


def _cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line as well as they can be told, and no more of it than a header may have."""
    try:
        return next(csv.reader([line[:MAX_HEADER]], delimiter=delimiter), [])
    except csv.Error:
        return []
