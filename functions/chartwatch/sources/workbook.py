"""A sheet of an Excel workbook (.xlsx) as a table.

openpyxl reads a sheet row by row. Readers that lay a whole sheet out in memory can be made to take all of it by a file
of a few hundred bytes, whose one cell stands at the end of the sheet.
"""

import io
import warnings
import zipfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from chartwatch.document_errors import SourceEmpty, SourceError, SourceNotATable
from chartwatch.domain.file_forms import XLSX, zip_form
from chartwatch.sources.table import MAX_ROWS, Table, found_columns

MAX_PARTS = 1000
"""Files within a workbook."""

MAX_SHEET, MAX_PART = 64 * 1024 * 1024, 4 * 1024 * 1024
"""Bytes of a sheet, or of the texts that all sheets share; and of any other part that is read: styles, names."""

MAX_ITEMS = 1_048_576
"""Rows of a sheet, as Excel has them, and shared texts."""

MAX_TAGS = 20_000
"""Tags of a row, or of a shared text, which are held together; a cell has up to eight. Each takes some 300 bytes."""

MAX_COLUMNS = 250
"""Columns of a sheet that are looked at."""

MAX_SOUGHT = 50
"""Rows among which a header is looked for, to name it in an error."""

MAX_SHEETS_NAMED = 20
"""Sheets that an error names."""


class SheetTable(Table):
    """The rows of a sheet below its header, as columns of cells; rows without any value are skipped.

    A day is written as ISO 8601 has it, and a whole number without a decimal point. Formulas have the values that were
    stored with them.
    """

    def __init__(
        self,
        source: str,
        body: bytes,
        sheet: str | None,
        required: Sequence[str],
        optional: Sequence[str] = (),
        *,
        advice: Mapping[str, str] | None = None,
        skip: int = 0,
        header: Sequence[str] = (),
    ) -> None:
        """Read the columns of a sheet, the first where none is named; `skip` is how many rows stand above its header.

        `header` are the names of the columns of a sheet that has none. `advice` is what to do where a column is
        missing, by its name; with it, errors speak of the options of `csv`.

        Raises `SourceEmpty`, `SourceNotATable` or `SourceChanged`.
        """
        super().__init__(source)
        self._numbers = array("L")
        try:
            self._read(body, sheet, required, optional, advice=advice or {}, skip=skip, given=header)
        except SourceError:
            raise
        except Exception as error:  # a damaged workbook may make its reader fail anywhere
            what = f"{type(error).__name__}: {' '.join(str(error).split())[:100]}"
            raise SourceNotATable(source, f"this is no Excel workbook that can be read ({what})") from error
        if not len(self):
            raise SourceEmpty(source, "there is a header and nothing below it", self.place(-1))

    def place(self, row: int) -> str:
        """Return where a row stands in the document: "row 7 of Sheet1"."""
        number = self._numbers[row] if row >= 0 else self._header
        return f"row {number} of {self._sheet}"

    def _read(
        self,
        body: bytes,
        sheet: str | None,
        required: Sequence[str],
        optional: Sequence[str],
        *,
        advice: Mapping[str, str],
        skip: int,
        given: Sequence[str],
    ) -> None:
        from openpyxl import load_workbook  # noqa: PLC0415  # few documents are workbooks

        form = zip_form(body)
        if not form.what.startswith(XLSX):
            raise SourceNotATable(self._source, f"this is {form.what}; {form.advice}")
        _refuse_large(self._source, body)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that it does not know
            book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
            names = [each.title for each in book.worksheets]
            there_are, others = (", ".join(its[:MAX_SHEETS_NAMED]) for its in (names, names[1:]))
            if sheet is not None and sheet not in names:
                raise SourceNotATable(self._source, f"there is no sheet {sheet!r}; there are {there_are}")
            if not names:
                raise SourceEmpty(self._source, "there is no sheet in the workbook")
            self._sheet = sheet or names[0]
            opened = book[self._sheet]
            opened.reset_dimensions()  # what a file says of them may be wrong
            rows = opened.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS, values_only=True)
            self._take(enumerate(rows, 1), required, optional, advice=advice, skip=skip, given=given)
            if sheet is None and len(names) > 1:
                self.notices.append(f"the first sheet of {len(names)} is read, {self._sheet}; the others are {others}")

    def _take(
        self,
        numbered: Iterator[tuple[int, Sequence[Any]]],
        required: Sequence[str],
        optional: Sequence[str],
        *,
        advice: Mapping[str, str],
        skip: int,
        given: Sequence[str],
    ) -> None:
        filled = ((number, row) for number, row in numbered if number > skip and any(cell is not None for cell in row))
        self._header, header = (skip + 1, given) if given else next(filled, (skip + 1, ()))
        if not header:
            raise SourceEmpty(self._source, "there is nothing in the sheet", self.place(-1))
        names = [_text(cell) for cell in header]
        while names and not names[-1]:
            names.pop()
        try:
            found = found_columns(self._source, names, required, optional, where=self.place(-1), advice=advice)
        except SourceError as error:
            if advice:
                error.detail += _header_below(filled, required)
            raise
        self._columns = {column: [] for column in found}
        shared: dict[str, str] = {}
        for number, row in filled:
            self._numbers.append(number)
            for column, index in found.items():
                cell = row[index] if index < len(row) else None
                if isinstance(cell, bool | date | time | timedelta):
                    self._no_texts.setdefault(column, []).append(len(self._numbers) - 1)
                text = _text(cell)
                self._columns[column].append(shared.setdefault(text, text))


def _refuse_large(source: str, body: bytes) -> None:
    """Refuse a workbook whose parts take more memory than they should, before anything builds trees of them."""
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        entries = parts.infolist()
        if len(entries) > MAX_PARTS:
            raise SourceNotATable(source, f"the workbook has more than {MAX_PARTS} parts")
        for entry in entries:
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
            is_texts = entry.filename == "xl/sharedStrings.xml"
            most = MAX_SHEET if is_sheet or is_texts else MAX_PART
            if entry.file_size > most:
                raise SourceNotATable(source, f"{entry.filename} in the workbook has more than {most} bytes")
            # No more than `file_size` is unpacked, whatever the part holds.
            part = parts.read(entry)
            if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                raise SourceNotATable(source, f"{entry.filename} in the workbook declares entities")
            items = part.split(b"<row" if is_sheet else b"<si") if is_sheet or is_texts else []
            if len(items) > MAX_ITEMS or any(item.count(b"<") > MAX_TAGS for item in items):
                reason = f"has more than {MAX_ITEMS} rows, or one of more than {MAX_TAGS} tags"
                raise SourceNotATable(source, f"{entry.filename} in the workbook {reason}")


def _header_below(rows: Iterator[tuple[int, Sequence[Any]]], required: Sequence[str]) -> str:
    """Return which of the next rows is seen to be the header, and the option that says so; empty for none."""
    wanted = {name.strip().casefold() for name in required}
    for number, row in islice(rows, MAX_SOUGHT):
        if wanted <= {_text(cell).strip().casefold() for cell in row}:
            return f"; row {number} looks like it: -o skip={number - 1}"
    return ""


def _text(cell: Any) -> str:
    """Return a cell as text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
