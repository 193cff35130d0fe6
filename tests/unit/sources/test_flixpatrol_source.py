"""FlixPatrol's answers: which days are published, and what is refused."""

from datetime import date
from typing import Any

import pytest

from chartwatch.document_errors import (
    RanksDuplicated,
    RanksIncomplete,
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.sources import open_source
from tests.unit.sources.flixpatrol_documents import FIRST, SECOND, day_of, page_of, record_of

PROVENANCE = Provenance("https://api.flixpatrol.example/v2/top10s", None, "0" * 64)
SOURCE = open_source(
    "flixpatrol",
    {"key_parameter": "/chartwatch/flixpatrol", "company": "cmp_n", "countries": "US=cnt_u,KR=cnt_k"},
)
TO_REPLAY = "where the format has changed, give a copy of the document that is put right to `replay`"

OF_ALL = f", in netflix-daily-overall of {FIRST} in US; 1 of 1 editions are not whole: {TO_REPLAY}"
"""What is said of a record that cannot be read where its edition is the only one."""


def _periods(publications: list[Publication]) -> list[tuple[str, list[str]]]:
    return [(p.period.isoformat(), [edition.territory for edition in p.editions]) for p in publications]


def _refusal(body: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        SOURCE.parse(body, PROVENANCE)
    return caught.value


def test_a_day_holds_every_territory_that_was_asked_for() -> None:
    body = page_of(day_of(FIRST)) + page_of(day_of(FIRST), "cnt_k")
    assert _periods(SOURCE.parse(body, PROVENANCE)) == [(FIRST, ["KR", "US"])]


def test_the_charts_wait_for_as_many_days_as_an_option_says() -> None:
    options = {"company": "cmp_n", "countries": {"US": "cnt_u"}, "types": ["overall"], "min_periods": 30}
    [publication] = open_source("flixpatrol", options).parse(page_of(day_of(FIRST)), PROVENANCE)
    assert publication.chart.min_periods == 30


def test_a_day_may_be_spread_over_pages() -> None:
    body = page_of(day_of(FIRST, range(1, 6))) + page_of(day_of(FIRST, range(6, 11))) + page_of(day_of(FIRST), "cnt_k")
    assert _periods(SOURCE.parse(body, PROVENANCE)) == [(FIRST, ["KR", "US"])]


def test_the_newest_day_waits_for_the_last_territory() -> None:
    body = page_of(day_of(FIRST) + day_of(SECOND)) + page_of(day_of(FIRST), "cnt_k")
    assert _periods(SOURCE.parse(body, PROVENANCE)) == [(FIRST, ["KR", "US"])]


def test_an_older_day_is_published_without_the_territory_that_has_no_rows_of_it() -> None:
    body = page_of(day_of(FIRST) + day_of(SECOND)) + page_of(day_of(SECOND), "cnt_k")
    assert _periods(SOURCE.parse(body, PROVENANCE)) == [(FIRST, ["US"]), (SECOND, ["KR", "US"])]


def test_each_list_waits_for_itself_only() -> None:
    body = (
        page_of(day_of(FIRST))
        + page_of([], "cnt_k")
        + page_of(day_of(FIRST), type_="2")
        + page_of(day_of(FIRST), "cnt_k", "2")
    )
    assert [p.chart.id for p in SOURCE.parse(body, PROVENANCE)] == ["netflix-daily-films"]


def test_the_lists_of_films_and_tv_give_the_kinds_of_the_overall_list() -> None:
    overall = [
        *day_of(FIRST, range(1, 6), "Film"),
        *day_of(FIRST, range(6, 10), "Show"),
        record_of(FIRST, 10, "Neither"),
    ]
    body = (
        page_of(overall)
        + page_of(day_of(FIRST, prefix="Film"), type_="2")
        + page_of(day_of(FIRST, prefix="Show"), type_="3")
    )
    [publication] = [p for p in SOURCE.parse(body, PROVENANCE) if p.chart.id == "netflix-daily-overall"]
    kinds = [entry.kind for entry in publication.editions[0].entries]
    assert kinds == [Kind.FILM] * 5 + [Kind.SERIES] * 4 + [None]


@pytest.mark.parametrize("movie_id", ["", " ", "\t"])
def test_an_id_that_is_empty_is_none(movie_id: str) -> None:
    records = [record_of(FIRST, rank, f"Title {rank}") for rank in range(1, 11)]
    for record in records[:2]:
        record["data"]["movie"]["data"]["id"] = movie_id
    ids = [entry.id for entry in SOURCE.parse(page_of(records), PROVENANCE)[0].editions[0].entries]
    assert ids[:3] == [None, None, "flixpatrol:Title 3"]


def test_days_and_previous_rank_are_figures_where_there_are_any() -> None:
    records = [record_of(FIRST, rank, daysTotal=rank, rankingLast=None) for rank in range(1, 10)]
    body = page_of([*records, record_of(FIRST, 10, daysTotal=4, rankingLast=7)])
    figures = [entry.figures for entry in SOURCE.parse(body, PROVENANCE)[0].editions[0].entries]
    assert figures[0] == (("days", "1"),)
    assert figures[9] == (("days", "4"), ("previous", "7"))


def test_a_missing_rank_is_refused() -> None:
    error = _refusal(page_of(day_of(FIRST, [1, 2, 4, 5, 6, 7, 8, 9, 10])))
    assert isinstance(error, RanksIncomplete)
    assert str(error) == "flixpatrol, line 1, record 3: netflix-daily-overall of 2022-02-04 in US has no rank 3"


def test_a_short_edition_is_refused() -> None:
    error = _refusal(page_of(day_of(FIRST, range(1, 9))))
    assert isinstance(error, RanksIncomplete)
    assert str(error) == "flixpatrol, line 1, record 8: netflix-daily-overall of 2022-02-04 in US has 8 of 10 ranks"


def test_a_rank_that_stands_twice_is_refused() -> None:
    error = _refusal(page_of(day_of(FIRST)) + page_of([record_of(FIRST, 3, "Another")]))
    assert isinstance(error, RanksDuplicated)
    assert str(error) == "flixpatrol, line 2, record 1: netflix-daily-overall of 2022-02-04 in US has rank 3 twice"


@pytest.mark.parametrize("body", [b"", b"\n\n"])
def test_a_document_without_lines_is_empty(body: bytes) -> None:
    assert str(_refusal(body)) == "flixpatrol: there is nothing in the document"


def test_pages_without_records_are_empty() -> None:
    error = _refusal(page_of([]) + page_of([], "cnt_k"))
    assert isinstance(error, SourceEmpty)
    assert str(error) == "flixpatrol: no page holds a record"


@pytest.mark.parametrize("body", [b"<html></html>", b"rank,title\n1,A\n"])
def test_what_is_not_json_is_not_a_table(body: bytes) -> None:
    error = _refusal(body)
    assert isinstance(error, SourceNotATable)
    assert str(error).startswith("flixpatrol, line 1: is not JSON: ")


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'{"url": "https://x", "page": {"data": null}}', b'{"url": "x", "page": 1}']
)
def test_json_of_another_shape_is_not_a_table(body: bytes) -> None:
    error = _refusal(body)
    assert isinstance(error, SourceNotATable)
    assert str(error) == "flixpatrol, line 1: is not a page of records"


def test_a_document_cut_in_a_page_is_truncated() -> None:
    error = _refusal(page_of(day_of(FIRST)) + page_of(day_of(FIRST), "cnt_k")[:-40])
    assert isinstance(error, SourceTruncated)
    assert str(error) == "flixpatrol, line 2: the document ends inside a page"


def test_a_byte_that_is_not_utf_8_is_named_with_its_line() -> None:
    error = _refusal(page_of(day_of(FIRST)) + page_of(day_of(FIRST), "cnt_k").replace(b"Title 4", b"Titl\xe9"))
    assert isinstance(error, SourceEncodingError)
    assert str(error) == "flixpatrol, line 2: the byte 0xe9 is not UTF-8"


@pytest.mark.parametrize(
    ("path", "column"),
    [(("ranking",), "ranking"), (("date", "to"), "date.to"), (("movie", "data", "title"), "movie.data.title")],
)
def test_a_field_that_is_gone_is_named(path: tuple[str, ...], column: str) -> None:
    record = record_of(FIRST, 1)
    holder = record["data"]
    for part in path[:-1]:
        holder = holder[part]
    del holder[path[-1]]
    error = _refusal(page_of([record_of(FIRST, 2), record]))
    said = f"{column} is missing{'' if column == 'date.to' else OF_ALL}"
    assert error == SourceChanged("flixpatrol", said, "line 1, record 2", column=column)


@pytest.mark.parametrize(
    ("more", "column", "message"),
    [
        ({"ranking": "1"}, "ranking", f"ranking '1' is not a whole number{OF_ALL}"),
        ({"ranking": 4.5}, "ranking", f"ranking 4.5 is not a whole number{OF_ALL}"),
        ({"ranking": True}, "ranking", f"ranking true is not a whole number{OF_ALL}"),
        ({"ranking": 11}, "ranking", f"ranking 11 is not a rank from 1 to 10{OF_ALL}"),
        ({"type": 2}, "type", "type 2 is not the 1 that was asked for"),
        ({"date": {"from": FIRST, "to": SECOND}}, "date", "date '2022-02-04' to '2022-02-05' is not one day"),
        ({"date": {"from": "today", "to": "today"}}, "date", "date 'today' is not a date such as 2022-02-27"),
        (
            {"movie": {"data": {"id": "x", "title": " "}}},
            "movie.data.title",
            f"movie.data.title ' ' is not a title{OF_ALL}",
        ),
        ({"movie": {"data": {"id": 7, "title": "A"}}}, "movie.data.id", f"movie.data.id 7 is not text{OF_ALL}"),
        ({"movie": {"data": [1]}}, "movie.data", f"movie.data […] is not an object{OF_ALL}"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(more: dict[str, Any], column: str, message: str) -> None:
    error = _refusal(page_of([record_of(FIRST, 1, **more)]))
    assert isinstance(error, SourceValueError)
    assert str(error) == f"flixpatrol, line 1, record 1: {message}"
    assert error.column == column


@pytest.mark.parametrize("field", ["id", "title"])
def test_half_a_character_is_refused(field: str) -> None:
    movie = {"id": "x", "title": "Title"} | {field: "a\ud83d"}
    line = page_of([record_of(FIRST, 1, movie={"data": movie})])
    error = _refusal(line)
    assert isinstance(error, SourceValueError)
    assert error.column == f"movie.data.{field}"
    assert str(error).encode()
    as_bytes = _refusal(line.replace(b"\\ud83d", b"\xed\xa0\xbd"))
    assert str(as_bytes) == "flixpatrol, line 1: the byte 0xed is not UTF-8"


def test_a_country_that_the_options_do_not_know_is_refused() -> None:
    error = _refusal(page_of(day_of(FIRST), "cnt_x"))
    assert isinstance(error, SourceValueError)
    assert str(error) == "flixpatrol, line 1: country[eq] 'cnt_x' is not one of cnt_u, cnt_k"


def test_a_page_whose_request_names_no_list_is_refused() -> None:
    error = _refusal(page_of(day_of(FIRST)).replace(b"type", b"kind"))
    assert isinstance(error, SourceValueError)
    assert str(error) == "flixpatrol, line 1: type[eq] '' is not one of 1, 2, 3"


def test_a_page_whose_request_has_no_address_is_refused() -> None:
    error = _refusal(b'{"url": "https://[x", "page": {"data": []}}')
    assert isinstance(error, SourceValueError)
    assert str(error) == "flixpatrol, line 1: url 'https://[x' is not an address"


def test_the_period_is_the_day_of_the_list() -> None:
    assert SOURCE.parse(page_of(day_of(FIRST)), PROVENANCE)[0].period == date(2022, 2, 4)
