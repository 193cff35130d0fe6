"""What a document is by its first bytes, and its text as UTF-8, whichever encoding it came in."""

import codecs
from typing import Literal

from chartwatch.document_errors import SourceEncodingError, SourceNotATable, SourceTruncated

ENCODINGS = (
    *("utf-8", "utf-16", "windows-1252", "windows-1250", "windows-1251", "iso-8859-1", "iso-8859-2", "iso-8859-15"),
    *("shift_jis", "euc-jp", "euc-kr", "cp949", "gb18030", "big5"),
)
"""Encodings that a document may be said to have."""

Form = Literal["text", "json", "xlsx"]

_BINARY = {
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the form before 2007 (.xls); save it as .xlsx or CSV",
    b"\x1f\x8b": "gzip data; a file whose name ends in .gz is unpacked",
    b"%PDF": "a PDF, not a table",
    b"PAR1": "a Parquet file; save it as CSV",
    b"SQLite format 3": "an SQLite database; save the table as CSV",
}
_ZIP = b"PK\x03\x04"


def form_of(body: bytes) -> Form:
    """Return how a document holds its table: as delimited text, unless it begins as JSON or as a workbook does."""
    if body.startswith(_ZIP):
        return "xlsx"
    start = body[:4096].replace(b"\0", b"").lstrip(codecs.BOM_UTF8 + codecs.BOM_UTF16 + b" \t\r\n")
    return "json" if start[:1] in (b"{", b"[") else "text"


def refuse_binary(source: str, body: bytes) -> None:
    """Raise `SourceNotATable` that says what a document is, where it is known to be no text."""
    for start, what in _BINARY.items():
        if body.startswith(start):
            raise SourceNotATable(source, f"this is {what}")
    if body.startswith(_ZIP):
        raise SourceNotATable(source, "this is an Excel workbook (.xlsx), or another ZIP file, and no text")


def utf8_of(source: str, body: bytes, encoding: str | None = None) -> bytes:
    """Return a text in UTF-8, which is not checked where it should be that already. UTF-16 is recognised.

    Raises `SourceEncodingError`, or `SourceTruncated` where the text ends inside a character.
    """
    used = encoding or _recognised(body)
    if used == "utf-8":
        return body
    try:
        return body.decode(used).removeprefix("\ufeff").encode()
    except UnicodeDecodeError as error:
        if error.end == len(body) and error.reason in ("truncated data", "unexpected end of data"):
            raise SourceTruncated(source, f"the document ends inside a character of {used}") from error
        raise SourceEncodingError(source, f"the byte {error.start + 1} of the document is not {used}") from error


def _recognised(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # The characters of a header are ASCII ones, each with a zero beside it.
    start = body[:8]
    for name, zeros, others in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if len(start) == 8 and not any(zeros) and all(others):
            return name
    return "utf-8"
