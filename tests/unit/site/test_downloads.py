"""What is downloaded says the same in both forms, in every program that reads it."""

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.charts.publications import AbsenceKind
from chartwatch.domain.outside_text import plain
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.by_hand import declare_unpublished
from chartwatch.site.downloads import (
    Cell,
    Field,
    Table,
    Type,
    csv_of,
    json_of,
    schema_file_of,
    schema_of,
)
from chartwatch.site.recorded import Run
from chartwatch.site.tables import Topped, coverage_table, milestones_table, reigns_table, titles_table
from tests.chronicle import Chronicle, a_run
from tests.recorded import entries
from tests.strategies import examples
from tests.unit.stories.netflix import FIRST_FROM, NTH, netflix


def unguarded(said: str) -> str:
    """Return a text of CSV without the apostrophe that guards it, as docs/feeds.md has it."""
    return said[1:] if re.match("'+[=+\\-@＝＋－＠]", said) else said


FIELDS = (
    Field("title", Type.STRING, "A title.", required=True),
    Field("n", Type.INTEGER, "A number."),
    Field("certain", Type.BOOLEAN, "Whether."),
    Field("period", Type.DATE, "When."),
    Field("work_ids", Type.ARRAY, "Which."),
)

IN_DUCKDB = {
    Type.STRING: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.BOOLEAN: "BOOLEAN",
    Type.DATE: "DATE",
    Type.DATETIME: "TIMESTAMP",
    Type.ARRAY: "VARCHAR",
}

# What Table Schema (datapackage.org/standard/table-schema) says of the descriptors that we write.
PROFILE = {
    "type": "object",
    "required": ["$schema", "fields"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/tableschema.json"},
        "title": {"type": "string", "minLength": 1},
        "description": {"type": "string", "minLength": 1},
        "missingValues": {"type": "array", "items": {"type": "string"}},
        "primaryKey": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
        "fields": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "type", "description"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                    "type": {"enum": ["string", "integer", "boolean", "date", "datetime", "array"]},
                    "description": {"type": "string", "minLength": 1},
                    "constraints": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {"required": {"const": True}},
                    },
                },
            },
        },
    },
}


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table("songs", "Songs", FIELDS, rows, ("title",))


def with_title(title: str) -> Table:
    return table((title, 1, True, date(2022, 1, 1), ("a",)))


def rows_of(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def in_duckdb(its: Table, folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a table as another program reads its CSV by its schema."""
    file = folder / "table.csv"
    file.write_bytes(csv_of(its))
    columns = {field.name: IN_DUCKDB[field.type] for field in its.fields}
    read = duckdb.read_csv(str(file), columns=columns, header=True, delimiter=",", quotechar='"', escapechar='"')
    return [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]


TITLES = st.one_of(
    st.text(max_size=20),
    st.text("'=+-@＝＋－＠,;\"\r\n\t a한é", max_size=8),
    st.sampled_from(["=LOVE", "-1", "+44", "@home", "'=x", "''", "＝１", '=HYPERLINK("http://x")', "a,b", 'say "x"']),
)


@given(TITLES)
@examples(200)
def test_no_cell_of_a_text_is_a_formula_and_each_can_be_read_back(title: str) -> None:
    (row,) = rows_of(csv_of(with_title(title)))
    assert not re.match(r"[=+\-@\t\r＝＋－＠]", row["title"])
    assert unguarded(row["title"]) == plain(title)
    (written,) = json.loads(json_of(with_title(title)))
    assert written["title"] == plain(title)


def test_numbers_and_dates_are_written_as_they_are() -> None:
    (row,) = rows_of(csv_of(table(("-1", -1, False, date(2022, 1, 1), ("a", "=b")))))
    assert row == {"title": "'-1", "n": "-1", "certain": "false", "period": "2022-01-01", "work_ids": '["a", "=b"]'}


def test_csv_is_as_rfc_4180_says_and_begins_with_the_mark_of_utf_8() -> None:
    written = csv_of(table(('Say "한", twice', None, None, None, None)))
    assert written == b"\xef\xbb\xbf" + 'title,n,certain,period,work_ids\r\n"Say ""한"", twice",,,,\r\n'.encode()


@pytest.mark.parametrize("rows", [[], [("A", None, None, None, ())], [("A", 1, True, None, ("x", "y"))]])
def test_json_is_an_array_of_objects_with_all_columns(rows: list[tuple[Cell, ...]]) -> None:
    written = json.loads(json_of(table(*rows)))
    assert [list(row) for row in written] == [[field.name for field in FIELDS]] * len(rows)


@given(st.lists(st.tuples(TITLES, st.none() | st.integers(-9, 9), st.none() | st.booleans()), max_size=4))
@examples(100)
def test_both_forms_say_the_same(rows: list[tuple[str, int | None, bool | None]]) -> None:
    its = table(*((*row, date(2022, 1, 1), ("한", "b")) for row in rows))
    read = [
        {
            **row,
            "title": unguarded(row["title"]),
            "n": int(row["n"]) if row["n"] else None,
            "certain": {"true": True, "false": False, "": None}[row["certain"]],
            "work_ids": json.loads(row["work_ids"]),
        }
        for row in rows_of(csv_of(its))
    ]
    assert read == json.loads(json_of(its))


# The tables.


def a_chronicle() -> Chronicle:
    chronicle = netflix(FIRST_FROM, NTH)
    a_run(chronicle, "Ozark", "Squid Game", None, "Nobody Knows", "Who Killed Sara?")
    chronicle.arrives(1, US="Ozark")
    return chronicle


def milestones(chronicle: Chronicle) -> Table:
    its = entries(chronicle.record, chronicle.chart.id)
    return milestones_table((its[slot] for slot in sorted(its)), chronicle.chart.id, "Milestones")


def coverage(chronicle: Chronicle, territory: str = "US") -> Table:
    return coverage_table(list(chronicle.charts.timeline(chronicle.chart.id)), territory, "Coverage")


def reigns() -> Table:
    day = date(2022, 1, 1)
    its = [
        Run("songs", "US", "ozark", day, day, 1, None, is_on=False),
        Run("songs", "US", "squid", day, day, 1, "=Squid Game: Season 1", is_on=True),
    ]
    return reigns_table(its, {"ozark": "Ozark", "squid": "Squid Game"}, "Reigns")


def titles() -> Table:
    day = date(2022, 1, 2)
    known = Topped(Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",), date(2021, 9, 17)), day, 94, 460)
    return titles_table([known, Topped(Work("riddle", "=A Riddle"), day, 1, 1)], "Titles")


def test_a_title_of_which_nothing_is_known_has_its_row_too() -> None:
    known, unknown = json.loads(json_of(titles()))
    assert (known["origin_countries"], known["places"], known["periods"]) == (["KR"], 94, 460)
    assert (unknown["kind"], unknown["origin_countries"], unknown["release_date"]) == (None, [], None)


def tables() -> Mapping[str, Table]:
    chronicle = a_chronicle()
    return {its.name: its for its in (milestones(chronicle), coverage(chronicle), reigns(), titles())}


@pytest.mark.parametrize("name", ["milestones", "coverage", "reigns", "titles"])
def test_a_schema_is_a_table_schema_and_each_row_is_as_it_says(name: str, tmp_path: Path) -> None:
    its = tables()[name]
    schema = schema_of(its)
    jsonschema.validate(schema, PROFILE)
    assert json.loads(schema_file_of(its)) == schema
    required = [field.name for field in its.fields if field.required]
    rows = json.loads(json_of(its))
    assert rows
    assert all(row[column] is not None for row in rows for column in required)
    assert set(its.key) <= set(required)
    keys = [tuple(row[column] for column in its.key) for row in rows]
    assert len(set(keys)) == len(keys)
    read = in_duckdb(its, tmp_path)
    assert [[str(row[column]) for column in its.key] for row in read] == [list(map(str, key)) for key in keys]


def test_milestones_are_downloaded_with_those_that_nobody_holds() -> None:
    rows = json.loads(json_of(milestones(a_chronicle())))
    by_status = {row["status"]: row for row in rows}
    assert by_status["retracted"]["holders"] is None
    assert by_status["retracted"]["work_ids"] == []
    assert by_status["provisional"]["certain"] is False
    assert by_status["provisional"]["address"].startswith("milestones/")


def test_coverage_names_each_period_and_what_there_is_of_it() -> None:
    chronicle = netflix(NTH)
    a_run(chronicle, "Ozark", None, "Ozark", "Ozark")
    chronicle.arrives(4, US=None, KR="Squid Game")
    chronicle.says(5, declare_unpublished(chronicle.charts, chronicle.chart.id, chronicle.period(5), "US", "nobody"))
    chronicle.arrives(6, US="Ozark", KR="Squid Game")
    rows = json.loads(json_of(coverage(chronicle)))
    states = [(row["period"], row["state"]) for row in rows]
    assert states == [
        ("2022-01-01", "read"),
        ("2022-01-02", "missing"),
        ("2022-01-03", "read"),
        ("2022-01-04", "read"),
        ("2022-01-05", AbsenceKind.SET_ASIDE.value),
        ("2022-01-06", AbsenceKind.NOT_PUBLISHED.value),
        ("2022-01-07", "read"),
    ]
    assert rows[0]["source"] == "https://example.org/top10.csv"
    assert rows[1]["source"] is None
    everywhere = json.loads(json_of(coverage(chronicle, EVERYWHERE)))
    assert [row["editions"] for row in everywhere] == [1, 0, 1, 1, 1, 0, 2]


def test_coverage_begins_where_a_territory_does() -> None:
    chronicle = netflix(NTH)
    chronicle.arrives(0, US="Ozark")
    chronicle.arrives(1, US="Ozark", KR="Squid Game")
    assert [row["period"] for row in json.loads(json_of(coverage(chronicle, "KR")))] == ["2022-01-02"]


def test_a_reign_is_of_a_work_or_of_its_season() -> None:
    rows = rows_of(csv_of(reigns()))
    assert [row["title"] for row in rows] == ["Ozark", "'=Squid Game: Season 1"]
    assert [row["address"] for row in rows] == ["works/ozark.html", "works/squid.html"]
