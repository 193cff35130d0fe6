"""A cell of a provider's that cannot be read: its edition is set aside, and ninety others are read as ever."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from chartwatch.document_errors import SourceError, SourceTruncated, SourceValueError
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.sources import Source, open_source
from tests.unit.sources.flixpatrol_documents import FIRST, SECOND, day_of, page_of, record_of
from tests.unit.sources.weekly_files import countries_lines, document, global_lines

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)
WEEKS = ("2022-02-27", "2022-02-20")

COUNTRIES = open_source("netflix-countries", {})
GLOBAL = open_source("netflix-global", {})
FILES: Mapping[str, tuple[Source, Callable[..., list[str]], tuple[str, str, str]]] = {
    "countries": (COUNTRIES, countries_lines, ("netflix-weekly-films", "2022-02-27", "KR")),
    "global": (GLOBAL, global_lines, ("netflix-weekly-films-english", "2022-02-27", "GLOBAL")),
}
CHANGED = 7
"""The line of rank 6 of the first edition."""

LONG = "x" * 1001

CELLS = [
    ("countries", "cumulative_weeks_in_top_10", "-", "'-' is not a number"),
    ("countries", "cumulative_weeks_in_top_10", "", "'' is not a number"),
    ("countries", "cumulative_weeks_in_top_10", "1,234", "'1,234' is not a number"),
    ("countries", "season_title", "\u200b", "'\\u200b' is not a title"),
    ("countries", "season_title", LONG, f"'{'x' * 39}…' is no title: it has more than 1000 characters"),
    ("countries", "show_title", "N/A", "'N/A' is not a title"),
    ("countries", "show_title", LONG, f"'{'x' * 39}…' is no title: it has more than 1000 characters"),
    ("global", "weekly_hours_viewed", "n/a", "'n/a' is not a number"),
    ("global", "weekly_hours_viewed", "12.340.000", "'12.340.000' is not a number"),
    ("global", "weekly_hours_viewed", "12,34,000", "'12,34,000' is not a number"),
    ("global", "season_title", "\u2800", "'\u2800' is not a title"),
    ("global", "cumulative_weeks_in_top_10", "new", "'new' is not a number"),
]


def _with(lines: Sequence[str], column: str, cell: str, rows: Sequence[int]) -> bytes:
    """Return a file in which a column has another cell in some lines, with a line end at its end."""
    index, changed = lines[0].split("\t").index(column), list(lines)
    for row in rows:
        cells = changed[row - 1].split("\t")
        cells[index] = cell
        changed[row - 1] = "\t".join(cells)
    return document([*changed, ""])


def _aside(publications: Sequence[Publication]) -> dict[tuple[str, str, str], SourceError]:
    return {(p.chart.id, str(p.period), its): error for p in publications for its, error in p.set_aside.items()}


def _whole(publications: Sequence[Publication]) -> int:
    return sum(len(publication.editions) for publication in publications)


@pytest.mark.parametrize(("file", "column", "cell", "reason"), CELLS)
def test_a_cell_of_netflix_silences_its_own_edition(file: str, column: str, cell: str, reason: str) -> None:
    source, lines, key = FILES[file]
    whole = _whole(source.parse(document(lines(WEEKS)), PROVENANCE))
    found = source.parse(_with(lines(WEEKS), column, cell, [CHANGED]), PROVENANCE)
    ((its, error),) = _aside(found).items()
    assert (its, _whole(found)) == (key, whole - 1)
    assert (error.where, error.detail.partition(", in ")[0]) == (f"line {CHANGED}", f"{column} {reason}")


@pytest.mark.parametrize("file", FILES)
def test_an_edition_of_netflix_of_which_no_row_can_be_read_is_not_a_cut_file(file: str) -> None:
    source, lines, key = FILES[file]
    found = source.parse(_with(lines(WEEKS), "cumulative_weeks_in_top_10", "-", range(2, 12)), PROVENANCE)
    ((its, error),) = _aside(found).items()
    assert its == key
    assert isinstance(error, SourceValueError)


def test_a_week_that_lacks_a_list_is_cut_also_where_its_other_list_cannot_be_read() -> None:
    lines = countries_lines(WEEKS, ["KR", "US"])
    del lines[11:21]
    found = COUNTRIES.parse(_with(lines, "cumulative_weeks_in_top_10", "-", range(2, 12)), PROVENANCE)
    errors = {key: type(error) for key, error in _aside(found).items()}
    assert errors == {
        ("netflix-weekly-films", WEEKS[0], "KR"): SourceValueError,
        ("netflix-weekly-tv", WEEKS[0], "KR"): SourceTruncated,
    }


@pytest.mark.parametrize(("file", "column", "cell", "reason"), CELLS)
def test_a_column_of_netflix_that_cannot_be_read_anywhere_is_another_format(
    file: str, column: str, cell: str, reason: str
) -> None:
    source, lines, _ = FILES[file]
    whole = lines(WEEKS)
    editions = len(whole) // 10
    with pytest.raises(SourceValueError) as caught:
        source.parse(_with(whole, column, cell, range(2, len(whole) + 1)), PROVENANCE)
    said = str(caught.value)
    assert said.startswith(f"{source.name}, line 2: {column} {reason}, in ")
    assert f"; {editions} of {editions} editions are not whole: where the format has changed, give a copy" in said


@pytest.mark.parametrize(
    ("column", "cell"), [("week", "soon"), ("week", ""), ("category", "Podcasts"), ("country_iso2", "XX")]
)
def test_a_cell_that_names_an_edition_of_netflix_refuses_the_file(column: str, cell: str) -> None:
    with pytest.raises(SourceValueError, match=f"line {CHANGED}: {column} '{cell}' is not "):
        COUNTRIES.parse(_with(countries_lines(WEEKS), column, cell, [CHANGED]), PROVENANCE)


@pytest.mark.parametrize(
    ("written", "read"), [("12,340,000", "12340000"), ("1,000", "1000"), ("12340000", "12340000"), ("0", "0")]
)
def test_hours_may_have_commas_between_their_thousands(written: str, read: str) -> None:
    found = GLOBAL.parse(_with(global_lines(), "weekly_hours_viewed", written, [CHANGED]), PROVENANCE)
    assert not _aside(found)
    assert ("hours", read) in found[0].editions[0].entries[5].figures


# FlixPatrol.


FLIXPATROL = open_source("flixpatrol", {"company": "cmp_n", "countries": "US=cnt_u,KR=cnt_k"})
OVERALL = "netflix-daily-overall"


def _movie(**more: Any) -> dict[str, Any]:
    return {"movie": {"data": {"id": "x", "title": "X"} | more}}


RECORDS: Mapping[str, tuple[Any, str]] = {
    "a title that says there is none": (record_of(FIRST, 7, **_movie(title="N/A")), "movie.data.title 'N/A' is not"),
    "a title that nobody sees": (
        record_of(FIRST, 7, **_movie(title="\u200b")),
        "movie.data.title '\\u200b' is not a title",
    ),
    "a long title": (
        record_of(FIRST, 7, **_movie(title=LONG)),
        f"movie.data.title '{'x' * 39}…' is no title: it has more than 1000 characters",
    ),
    "no title": (record_of(FIRST, 7, **_movie(title=None)), "movie.data.title null is not text"),
    "half a character": (record_of(FIRST, 7, **_movie(id="a\ud83d")), "movie.data.id 'a\\ud83d' has half a character"),
    "a movie without data": (record_of(FIRST, 7, movie={"data": None}), "movie.data null is not an object"),
    "no movie": (record_of(FIRST, 7, movie=None), "movie null is not an object"),
    "a rank as text": (record_of(FIRST, 7, ranking="7"), "ranking '7' is not a whole number"),
    "a rank below the last": (record_of(FIRST, 7, ranking=11), "ranking 11 is not a rank from 1 to 10"),
    "no rank": (record_of(FIRST, 7, ranking=None), "ranking null is not a whole number"),
    "days as text": (record_of(FIRST, 7, daysTotal="-"), "daysTotal '-' is not a whole number"),
    "null": (None, "the record null is not an object"),
    "null within": ({"data": None}, "data null is not an object"),
    "nothing": ({}, "data is missing"),
    "a text": ("error", "the record 'error' is not an object"),
    "a list": ([1], "the record […] is not an object"),
}


def _days(record: Any, number: int = 7) -> bytes:
    """Return two days of two countries in which a record of the first, in the United States, is another."""
    records = [*day_of(FIRST), *day_of(SECOND)]
    records[number - 1] = record
    return page_of(records) + page_of([*day_of(FIRST), *day_of(SECOND)], "cnt_k")


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_of_flixpatrol_silences_its_own_edition(name: str) -> None:
    record, reason = RECORDS[name]
    found = FLIXPATROL.parse(_days(record), PROVENANCE)
    ((its, error),) = _aside(found).items()
    assert (its, _whole(found)) == ((OVERALL, FIRST, "US"), 3)
    assert error.where == "line 1, record 7"
    assert error.detail.startswith(reason)
    assert f"{OVERALL} of {FIRST} in US" in error.detail


def test_the_newest_day_waits_for_no_country_whose_records_cannot_be_read() -> None:
    nameless = [record_of(SECOND, rank, **_movie(title="\u200b")) for rank in range(1, 11)]
    found = FLIXPATROL.parse(
        page_of([*day_of(FIRST), *nameless]) + page_of([*day_of(FIRST), *day_of(SECOND)], "cnt_k"), PROVENANCE
    )
    assert [(str(p.period), len(p.editions), [*p.set_aside]) for p in found] == [(FIRST, 2, []), (SECOND, 1, ["US"])]


def test_ten_records_that_say_nothing_are_of_the_day_that_their_country_lacks() -> None:
    records = [*[None] * 10, *day_of(SECOND)]
    found = FLIXPATROL.parse(page_of(records) + page_of([*day_of(FIRST), *day_of(SECOND)], "cnt_k"), PROVENANCE)
    assert [*_aside(found)] == [(OVERALL, FIRST, "US")]
    assert _whole(found) == 3


def test_a_record_that_says_nothing_beside_whole_editions_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    body = page_of([*day_of(FIRST), None, *day_of(SECOND)]) + page_of([*day_of(FIRST), *day_of(SECOND)], "cnt_k")
    with caplog.at_level(logging.WARNING):
        found = FLIXPATROL.parse(body, PROVENANCE)
    assert (_aside(found), _whole(found)) == ({}, 4)
    assert "1 record of netflix-daily-overall in US passed over, the first for line 1, record 11: " in caplog.text


def test_a_record_that_says_nothing_is_of_no_day_that_is_not_out_yet() -> None:
    body = page_of([*day_of(FIRST), None]) + page_of([*day_of(FIRST), *day_of(SECOND)], "cnt_k")
    found = FLIXPATROL.parse(body, PROVENANCE)
    assert [(str(p.period), len(p.editions), [*p.set_aside]) for p in found] == [(FIRST, 2, [])]


@pytest.mark.parametrize("name", RECORDS)
def test_records_of_flixpatrol_none_of_which_can_be_read_are_another_format(name: str) -> None:
    record, reason = RECORDS[name]
    with pytest.raises(SourceError) as caught:
        FLIXPATROL.parse(page_of([record] * 10) + page_of([record] * 10, "cnt_k"), PROVENANCE)
    assert str(caught.value).startswith(f"flixpatrol, line 1, record 1: {reason}")
    assert "where the format has changed, give a copy of the document that is put right to `replay`" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"date": None}, "date null is not an object"),
        ({"date": {"from": FIRST, "to": "soon"}}, f"date '{FIRST}' to 'soon' is not one day"),
        ({"date": {"from": "N/A", "to": "N/A"}}, "date 'N/A' is not a date such as 2022-02-27"),
        ({"type": "1"}, "type '1' is not a whole number"),
        ({"type": 3}, "type 3 is not the 1 that was asked for"),
    ],
)
def test_a_record_that_names_another_edition_of_flixpatrol_refuses_all(more: dict[str, Any], reason: str) -> None:
    with pytest.raises(SourceValueError) as caught:
        FLIXPATROL.parse(_days(record_of(FIRST, 7, **more)), PROVENANCE)
    assert str(caught.value) == f"flixpatrol, line 1, record 7: {reason}"


@pytest.mark.parametrize("name", RECORDS)
def test_no_error_speaks_of_the_code_that_reads_a_record(name: str) -> None:
    record, _ = RECORDS[name]
    said = json.dumps([str(error) for error in _aside(FLIXPATROL.parse(_days(record), PROVENANCE)).values()])
    assert not any(word in said for word in ("_Movie", "_Wrapped", "instance of", "value error", "valid "))
