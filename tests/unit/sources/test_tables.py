"""A source of one's own reads text, JSON and workbooks in the same way."""

import json
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from chartwatch.document_errors import SourceChanged, SourceNotATable
from chartwatch.sources.cells import read_rank, read_title
from chartwatch.sources.delimited_text import TextTable
from chartwatch.sources.json_records import JsonTable
from chartwatch.sources.workbook import SheetTable

ROWS = [("rank", "play"), ("1", "Harbour Lights"), ("2", "Night Ferry")]


def as_text() -> bytes:
    return "".join(f"{rank},{play}\n" for rank, play in ROWS).encode()


def as_json() -> bytes:
    (header, *rows) = ROWS
    return json.dumps({"week": {"plays": [dict(zip(header, row, strict=True)) for row in rows]}}).encode()


def as_workbook() -> bytes:
    book, saved = Workbook(), BytesIO()
    book.active.title = "Plays"
    for row in ROWS:
        book.active.append(row)
    book.save(saved)
    return saved.getvalue()


DOCUMENTS = pytest.mark.parametrize(
    ("table", "body", "where"),
    [(TextTable, as_text(), ","), (JsonTable, as_json(), "week.plays"), (SheetTable, as_workbook(), "Plays")],
    ids=["text", "json", "workbook"],
)


@DOCUMENTS
def test_a_table_is_made_of_a_document_and_the_columns_that_it_needs(table: Any, body: bytes, where: str) -> None:
    read = table("radio-plays", body, where, required=("rank", "play"))
    assert len(read) == 2
    assert read.values("rank", read_rank) == [1, 2]
    assert read.values("play", read_title) == ["Harbour Lights", "Night Ferry"]


@DOCUMENTS
def test_a_column_that_is_missing_is_named_without_options_of_another_source(
    table: Any, body: bytes, where: str
) -> None:
    with pytest.raises(SourceChanged) as raised:
        table("radio-plays", body, where, required=("rank", "play", "author"))
    assert "the column author is missing" in str(raised.value)
    assert "-o " not in str(raised.value)


def test_nor_is_an_array_that_stands_elsewhere() -> None:
    with pytest.raises(SourceNotATable) as raised:
        JsonTable("radio-plays", as_json(), "month", required=("rank", "play"))
    assert str(raised.value).endswith("there is no array of objects at month; there is one at week.plays")
