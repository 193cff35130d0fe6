"""What a file is by its first bytes, where it is no text in UTF-8, and what a person can make of it."""

import codecs
import io
import re
import zipfile
from collections.abc import Collection, Sequence
from typing import NamedTuple

ZIP = b"PK\x03\x04"
"""With which workbooks and other ZIP files begin."""

XLSX = "an Excel workbook (.xlsx)"
"""What the workbooks are called that are read as charts."""

_CONTENTS = "[Content_Types].xml"
"""The file that every workbook has."""

_OFFICE = {
    "xl/workbook.bin": "an Excel workbook of binary form (.xlsb)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
}
"""Other documents that have it, by a file of theirs."""

_NAMED = 40
"""Characters of the name of a file in a ZIP file that an error shows."""


class Form(NamedTuple):
    """A form of files: what a file of it is, and what to do with it."""

    what: str
    advice: str


_UNPACK, _SAVE = "unpack it", "save it as CSV (UTF-8)"

_BY_START: Sequence[tuple[re.Pattern[bytes], Form]] = tuple(
    (re.compile(start), Form(*form))
    for start, *form in (
        (rb"\xd0\xcf\x11\xe0", "an Excel workbook of the form before 2007 (.xls)", _SAVE),
        (rb"\x1f\x8b", "gzip data", _UNPACK),
        (rb"BZh[1-9]1AY&SY", "bzip2 data (.bz2)", _UNPACK),
        (rb"\xfd7zXZ\0", "xz data (.xz)", _UNPACK),
        (rb"\x28\xb5\x2f\xfd", "Zstandard data (.zst)", _UNPACK),
        (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip file (.7z)", _UNPACK),
        (rb"Rar!\x1a\x07", "a RAR file (.rar)", _UNPACK),
        (rb"%PDF", "a PDF, not a table", "give the table as CSV (UTF-8)"),
        (rb"PAR1", "a Parquet file", _SAVE),
        (rb"SQLite format 3", "an SQLite database", "save the table as CSV (UTF-8)"),
    )
)


def binary_form(body: bytes) -> Form | None:
    """Return the form of a file that is known to be no text; None for any other."""
    if body.startswith(ZIP):
        return zip_form(body)
    return next((form for start, form in _BY_START if start.match(body)), None)


def zip_form(body: bytes) -> Form:
    """Return which of the forms that are ZIP files a file has."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return _form_of_parts(parts.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # What is in it cannot be read, but by its first bytes it is one of these.
        return Form("an Excel workbook (.xlsx), or another ZIP file", _SAVE)


def _form_of_parts(names: Collection[str]) -> Form:
    if _CONTENTS in names:
        others = (its for name, its in _OFFICE.items() if name in names)
        return Form(next(others, XLSX), _SAVE)
    if {"mimetype", "content.xml"} <= set(names):
        return Form("an OpenDocument file (.ods)", _SAVE)
    if any(name.endswith(".iwa") for name in names):
        return Form("a spreadsheet of Numbers", _SAVE)
    files = [name for name in names if not name.endswith("/")]
    inside = f", with {files[0][:_NAMED]!r} in it" if files else ""
    return Form(f"a ZIP file{inside}", _UNPACK)


def utf_16_form(body: bytes) -> str | None:
    """Return which form of UTF-16 a text is seen to have: by a mark at its start, or by its first characters."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # The characters of a header are ASCII ones, each with a zero beside it.
    start = body[:8]
    for name, zeros, others in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if len(start) == 8 and not any(zeros) and all(others):
            return name
    return None


def no_text(body: bytes, save: str = _SAVE) -> str | None:
    """Return what is wrong with a person's file that should be UTF-8, if it is seen to be something else.

    `save` is what to do with it where it can be saved in another form.
    """
    if form := binary_form(body):
        return f"is {form.what}, and no text: {_UNPACK if form.advice is _UNPACK else save}"
    return f"is UTF-16, not UTF-8: {save}" if utf_16_form(body) else None
