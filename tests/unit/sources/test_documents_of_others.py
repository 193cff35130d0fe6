"""Documents of others that are no delimited text: encodings, JSON, workbooks, and what is no table at all."""

import bz2
import io
import json
import lzma
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from chartwatch.document_errors import (
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.domain.charts.publications import Provenance
from chartwatch.sources import open_source
from tests.unit.sources.files_of_others import DAILY, read, refusal, titles, workbook

# What a document is.


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        for name, body in files.items():
            parts.writestr(name, body)
    return packed.getvalue() if files else b"PK\x03\x04" + packed.getvalue()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an Excel workbook of the form before 2007 (.xls)"),
        (b"\x1f\x8b\x08\x00", "gzip data"),
        (b"%PDF-1.7", "a PDF, not a table"),
        (b"PAR1", "a Parquet file"),
        (b"PK\x03\x04" + bytes(100), "no Excel workbook that can be read"),
        (bz2.compress(b"period"), "bzip2 data (.bz2); unpack it"),
        (lzma.compress(b"period"), "xz data (.xz); unpack it"),
        (b"\x28\xb5\x2f\xfd\x04\x00\xff", "Zstandard data (.zst); unpack it"),
        (zipped({"chart.csv": b"period"}), "a ZIP file, with 'chart.csv' in it; unpack it"),
        (zipped({}), "this is a ZIP file; unpack it"),
        (zipped({"mimetype": b"", "content.xml": b""}), "an OpenDocument file (.ods); save it as CSV (UTF-8)"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "workbook of binary form (.xlsb); save it as"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "no Excel workbook that can be read"),
    ],
    # A packed document has the time in it.
    ids=lambda its: its if isinstance(its, str) else "document",
)
def test_what_is_no_table_is_called_what_it_is(body: bytes, what: str) -> None:
    error = refusal(DAILY, body)
    assert isinstance(error, SourceNotATable)
    assert what in str(error)


def test_a_workbook_given_to_a_source_of_text_is_called_what_it_is() -> None:
    source = open_source("netflix-global", {})
    with pytest.raises(SourceNotATable, match=r"this is an Excel workbook \(.xlsx\)"):
        source.parse(b"PK\x03\x04" + bytes(100), Provenance("x", None, "0" * 64))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised(encoding: str) -> None:
    text = "period,rank,title\n2022-01-01,1,지금\n"
    assert titles(read(DAILY, text.encode(encoding))) == [["지금"]]
    assert isinstance(refusal(DAILY, text.encode(encoding)[:-1]), SourceTruncated)
    assert isinstance(
        refusal(DAILY, (text[:40] + "\ud800" + "x").encode(encoding, "surrogatepass")), SourceEncodingError
    )


def test_another_encoding_is_read_where_an_option_says_so() -> None:
    body = "period,rank,title\n2022-01-01,1,Été\n".encode("windows-1252")
    error = refusal(DAILY, body)
    assert str(error) == (
        "csv, line 2: the byte 0xc9 is not UTF-8; in another encoding, say so: -o encoding=windows-1252"
    )
    assert titles(read({**DAILY, "encoding": "windows-1252"}, body)) == [["Été"]]


# JSON.


ROWS = [{"period": "2022-01-01", "rank": 1, "title": "A"}, {"period": "2022-01-01", "rank": 2, "title": "B"}]


@pytest.mark.parametrize(
    ("document", "records"),
    [
        (ROWS, ""),
        ({"a": {"b": ROWS}}, "a.b"),
        ({"a": [{"b": ROWS[:1]}, {"b": ROWS[1:]}]}, "a.b"),
        ([{"b": ROWS}], "b"),
        ({"period": "2022-01-01", "x": [{"rank": 1, "title": "A"}, {"rank": "2", "title": "B"}]}, "x"),
        ({"period": "1999-01-01", "x": ROWS}, "x"),
    ],
)
def test_an_array_of_objects_is_read_wherever_it_stands(document: Any, records: str) -> None:
    [publication] = read({**DAILY, "records": records}, json.dumps(document))
    assert (publication.period, titles([publication])) == (date(2022, 1, 1), [["A", "B"]])


def test_a_path_that_leads_to_no_objects_is_answered_with_those_that_do() -> None:
    document = json.dumps({"meta": {"n": 2}, "result": {"list": ROWS, "names": ["A"]}})
    assert str(refusal(DAILY, document)) == (
        "csv: there is no array of objects in the document itself; there is one with -o records=result.list"
    )
    assert "there is no array of objects at result.names" in str(
        refusal({**DAILY, "records": "result.names"}, document)
    )


def test_a_value_that_is_none_is_named_with_its_place() -> None:
    document = json.dumps([{**ROWS[0], "title": {"en": "A"}}])
    error = refusal(DAILY, document)
    assert str(error) == "csv, record 1: title is not one value; for one inside it: title.KEY"
    assert titles(read({**DAILY, "title_column": "title.en"}, document)) == [["A"]]
    error = refusal(DAILY, json.dumps([ROWS[0], {**ROWS[1], "rank": None}]))
    assert str(error).startswith("csv, record 2: rank '' is not a rank such as 1, in songs-daily of 2022-01-01")


def test_an_object_that_nobody_asked_for_is_passed_over() -> None:
    document = json.dumps([{**ROWS[0], "country": {"code": "US"}, "kind": ["x"], "season": {}}])
    assert titles(read(DAILY, document)) == [["A"]]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"[", SourceTruncated),
        (b'[{"period": "2022', SourceTruncated),
        (b'[{"title": "\xe2\x80', SourceTruncated),
        (b"[{]}", SourceNotATable),
        (b"[]", SourceEmpty),
        (b"{}", SourceNotATable),
        (b"[1, 2]", SourceNotATable),
        (b"[[" * 50_000, SourceNotATable),
        (b"[" + b"0," * 3_000_001 + b"0]", SourceNotATable),
        (b'[{"period": "2022-01-01", "rank": 1, "title": "\\ud800"}]', SourceEncodingError),
        (b'[{"period": "2022-01-01", "rank": 1, "title": "\xff"}]', SourceEncodingError),
        (b'[{"period": "2022-01-01", "rank": ' + b"9" * 9_999 + b', "title": "A"}]', SourceValueError),
        (b'[{"period": "2022-01-01", "rank": NaN, "title": "A"}]', SourceValueError),
    ],
)
def test_json_that_is_none_or_says_something_else_is_refused(body: bytes, error: type[SourceError]) -> None:
    assert isinstance(refusal(DAILY, body), error)


def test_an_object_that_says_a_key_twice_otherwise_is_refused() -> None:
    twice = '[{"period": "2022-01-01", "rank": 1, "title": "A", "title": "%s"}]'
    assert str(refusal(DAILY, twice % "B")) == "csv: an object says 'title' twice, and not the same"
    assert titles(read(DAILY, twice % "A")) == [["A"]]
    lines = '{"period": "2022-01-01", "rank": 1, "title": "A"}\n{"period": "2022-01-02", "rank": 1, "rank": 2}\n'
    assert "says 'rank' twice" in str(refusal(DAILY, lines))


# Workbooks.


CHART = [["Period", "Rank", "Title"], [date(2022, 1, 1), 1, "A"], [date(2022, 1, 1), "#2", 1984]]


def with_part(body: bytes, name: str, part: bytes) -> bytes:
    """Return a workbook with another part in place of one of its own."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, part if entry == name else old.read(entry))
    return changed.getvalue()


def test_the_first_sheet_is_read_and_that_there_are_others_is_said(caplog: pytest.LogCaptureFixture) -> None:
    body = workbook(("Chart", CHART), ("Notes", [["x"]]))
    assert titles(read(DAILY, body, "chart.xlsx")) == [["A", "1984"]]
    assert caplog.messages == ["chart.xlsx: the first sheet of 2 is read, Chart; the others are Notes"]
    assert str(refusal({**DAILY, "sheet": "Charts"}, body)) == "csv: there is no sheet 'Charts'; there are Chart, Notes"
    assert "row 1 of Notes" in str(refusal({**DAILY, "sheet": "Notes"}, body))


def test_a_cell_of_a_sheet_is_named_by_its_row() -> None:
    body = workbook(("Chart", [CHART[0], CHART[1], [], [None, None, None], [date(2022, 1, 1), "two", "B"]]))
    assert str(refusal(DAILY, body)).startswith(
        "csv, row 5 of Chart: rank 'two' is not a rank such as 1, in songs-daily "
    )


def test_a_header_further_below_in_a_sheet_is_named() -> None:
    body = workbook(("Chart", [["The chart of the day"], [None], ["of", "us"], *CHART]))
    assert str(refusal(DAILY, body)).endswith("; row 4 looks like it: -o skip=3")
    assert titles(read({**DAILY, "skip": 3}, body)) == [["A", "1984"]]
    assert "looks like" not in str(refusal({**DAILY, "title_column": "song"}, body))


def test_a_workbook_without_rows_is_empty() -> None:
    assert isinstance(refusal(DAILY, workbook(("Chart", CHART[:1]))), SourceEmpty)
    assert isinstance(refusal(DAILY, workbook(("Chart", []))), SourceEmpty)


FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
    b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "part",
    [
        FAR,
        b"<!DOCTYPE a [<!ENTITY b 'x'>]><worksheet>&b;</worksheet>",
        b"<worksheet>" + b"<row/>" * 4_000_001 + b"</worksheet>",
        b"<worksheet>" + b" " * (65 * 1024 * 1024) + b"</worksheet>",
        b"<worksheet><sheetData><row r='99999999999999999999'/></sheetData></worksheet>",
        b"",
    ],
    ids=["a cell at the end of the sheet", "entities", "four million rows", "65 MiB", "a row of no sheet", "nothing"],
)
def test_a_sheet_that_takes_much_more_than_it_shows_is_refused(part: bytes) -> None:
    assert isinstance(
        refusal(DAILY, with_part(workbook(("Chart", CHART)), "xl/worksheets/sheet1.xml", part)), SourceError
    )
