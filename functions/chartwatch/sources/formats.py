"""What a document is by its first bytes, and its text as UTF-8, whichever encoding it came in."""

import codecs
from typing import Literal

from chartwatch.document_errors import SourceEncodingError, SourceNotATable, SourceTruncated
from chartwatch.domain.file_forms import XLSX, ZIP, binary_form, utf_16_form

ENCODINGS = (
    *("utf-8", "utf-16", "windows-1252", "windows-1250", "windows-1251", "iso-8859-1", "iso-8859-2", "iso-8859-15"),
    *("shift_jis", "euc-jp", "euc-kr", "cp949", "gb18030", "big5"),
)
"""Encodings that a document may be said to have."""

Form = Literal["text", "json", "xlsx"]


def form_of(body: bytes) -> Form:
    """Return how a document holds its table: as delimited text, unless it begins as JSON or as a workbook does."""
    if body.startswith(ZIP):
        return "xlsx"
    start = body[:4096].replace(b"\0", b"").lstrip(codecs.BOM_UTF8 + codecs.BOM_UTF16 + b" \t\r\n")
    return "json" if start[:1] in (b"{", b"[") else "text"


def refuse_binary(source: str, body: bytes) -> None:
    """Raise `SourceNotATable` that says what a document is, where it is known to be no text."""
    if form := binary_form(body):
        advice = "a file whose name ends in .gz is unpacked" if form.what == "gzip data" else form.advice
        if form.what.startswith(XLSX):
            advice = f"what {source} reads is text, as its provider publishes it; --source csv reads workbooks"
        raise SourceNotATable(source, f"this is {form.what}; {advice}")


def utf8_of(source: str, body: bytes, encoding: str | None = None) -> bytes:
    """Return a text in UTF-8, which is not checked where it should be that already. UTF-16 is recognised.

    Raises `SourceEncodingError`, or `SourceTruncated` where the text ends inside a character.
    """
    used = encoding or utf_16_form(body) or "utf-8"
    if used == "utf-8":
        return body
    try:
        return body.decode(used).removeprefix("\ufeff").encode()
    except UnicodeDecodeError as error:
        if error.end == len(body) and error.reason in ("truncated data", "unexpected end of data"):
            raise SourceTruncated(source, f"the document ends inside a character of {used}") from error
        raise SourceEncodingError(source, f"the byte {error.start + 1} of the document is not {used}") from error
