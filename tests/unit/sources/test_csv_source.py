"""Files of any provider: what the options say about them, and what is refused."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from chartwatch.document_errors import (
    RanksDuplicated,
    RanksIncomplete,
    SourceChanged,
    SourceEmpty,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.domain.charts.chart import GLOBAL, Cadence, MetricPeriod
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.errors import OptionError
from chartwatch.services.fetching import Request
from chartwatch.sources import open_source

PROVENANCE = Provenance("https://charts.example/file", None, "0" * 64)
HEADER = "period,territory,rank,title,kind"
DAILY = {"chart": "songs-daily", "cadence": "day"}
WEEKLY = {"chart": "songs-weekly", "cadence": "week"}


def _read(options: Mapping[str, Any], *lines: str) -> list[Publication]:
    return open_source("csv", options).parse("".join(f"{line}\n" for line in lines).encode(), PROVENANCE)


def _refusal(options: Mapping[str, Any], *lines: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        _read(options, *lines)
    return caught.value


def test_options_say_what_a_file_of_number_ones_does_not() -> None:
    options = {"chart": "netflix-daily-overall", "name": "Netflix's daily chart", "cadence": "day", "depth": "1"}
    more = {"metric": "popularity", "min_periods": "365"}
    [publication] = _read(options | more, HEADER, "2020-04-01,US,1,Tiger King,series")
    assert publication.period == date(2020, 4, 1)
    assert publication.editions[0].entries == (Entry(1, "Tiger King", None, Kind.SERIES),)
    assert (publication.chart.id, publication.chart.name) == ("netflix-daily-overall", "Netflix's daily chart")
    assert (publication.chart.cadence, publication.chart.depth) == (Cadence.DAY, 1)
    assert publication.chart.metric_periods == (MetricPeriod("popularity"),)
    assert publication.chart.min_periods == 365


def test_an_event_gives_the_options_as_json_values() -> None:
    as_text = {**DAILY, "depth": "2", "ties": "true", "figure_columns": "a,b"}
    as_json = {**DAILY, "depth": 2, "ties": True, "figure_columns": ["a", "b"]}
    lines = (f"{HEADER},a,b", "2024-01-01,KR,1,A,,7,8", "2024-01-01,KR,1,B,,7,")
    assert _read(as_text, *lines) == _read(as_json, *lines)


def test_the_depth_is_the_lowest_rank_in_the_file_where_no_option_says_it() -> None:
    publications = _read(
        {"cadence": "day"},
        f"chart,{HEADER}",
        "a,2024-01-01,KR,1,A,",
        "a,2024-01-01,KR,2,B,",
        "a,2024-01-01,KR,3,C,",
        "b,2024-01-01,KR,1,A,",
    )
    assert {publication.chart.id: publication.chart.depth for publication in publications} == {"a": 3, "b": 1}


def test_editions_may_be_shorter_than_the_chart_where_an_option_says_so() -> None:
    lines = (HEADER, "2024-01-01,KR,1,A,", "2024-01-01,KR,2,B,", "2024-01-01,US,1,A,", "2024-01-02,KR,1,A,")
    publications = _read({**DAILY, "shortest": "1"}, *lines)
    assert [[len(edition.entries) for edition in p.editions] for p in publications] == [[2, 1], [1]]
    assert isinstance(_refusal(DAILY, *lines), SourceTruncated)


def test_a_kind_for_the_whole_chart_stands_in_for_an_empty_cell() -> None:
    [publication] = _read({**DAILY, "kind": "film"}, HEADER, "2024-01-01,KR,1,A,", "2024-01-01,KR,2,B,series")
    assert [entry.kind for entry in publication.editions[0].entries] == [Kind.FILM, Kind.SERIES]
    assert publication.chart.kind == Kind.FILM


def test_a_title_that_was_decoded_wrongly_is_put_right() -> None:
    [publication] = _read(DAILY, HEADER, "2021-12-26,US,1,Donâ\x80\x99t Look Up,film")
    assert publication.editions[0].entries[0].title == "Don’t Look Up"


def test_a_chart_of_the_whole_world_names_its_territory_global() -> None:
    [publication] = _read({**DAILY, "territory": "GLOBAL"}, "period,rank,title", "2024-01-01,1,A")
    assert [edition.territory for edition in publication.editions] == [GLOBAL]


@pytest.mark.parametrize("ranks", [(1, 1, 2), (1, 1, 3), (1, 2, 2), (1, 2, 2, 4), (1, 1, 1)])
def test_equal_ranks_are_ties_where_an_option_says_so(ranks: tuple[int, ...]) -> None:
    rows = [f"2024-01-01,KR,{rank},{title}," for rank, title in zip(ranks, "DCBA", strict=False)]
    [publication] = _read({**DAILY, "ties": "true"}, HEADER, *rows)
    assert tuple(entry.rank for entry in publication.editions[0].entries) == ranks


def test_tied_entries_have_one_order_whatever_that_of_the_rows() -> None:
    rows = ["2024-01-01,KR,1,B,", "2024-01-01,KR,1,A,", "2024-01-01,KR,2,C,"]
    ties = {**DAILY, "ties": "true"}
    assert _read(ties, HEADER, *rows) == _read(ties, HEADER, *reversed(rows))


def test_equal_ranks_are_refused_where_no_option_says_that_they_are_ties() -> None:
    error = _refusal(DAILY, HEADER, "2024-01-01,KR,1,A,", "2024-01-01,KR,1,B,")
    assert isinstance(error, RanksDuplicated)
    assert str(error) == (
        "csv, line 3: songs-daily of 2024-01-01 in KR has rank 1 twice; "
        "where equal ranks are ties, say so: -o ties=true"
    )


@pytest.mark.parametrize(
    ("ranks", "message"),
    [
        ((2, 3), "csv, line 2: songs-daily of 2024-01-01 in KR has no rank 1"),
        (
            (1, 1, 4),
            "csv, line 4: songs-daily of 2024-01-01 in KR has no rank 2; "
            "to take editions as far as they are whole: -o shortest=2",
        ),
        (
            (1, 2, 4),
            "csv, line 4: songs-daily of 2024-01-01 in KR has no rank 3; "
            "to take editions as far as they are whole: -o shortest=2",
        ),
    ],
)
def test_ranks_with_a_gap_are_refused_even_with_ties(ranks: tuple[int, ...], message: str) -> None:
    error = _refusal(
        {**DAILY, "ties": "true"}, HEADER, *(f"2024-01-01,KR,{rank},T{n}," for n, rank in enumerate(ranks))
    )
    assert isinstance(error, RanksIncomplete)
    assert str(error) == message


def test_ranks_below_the_depth_are_passed_over_and_said(caplog: pytest.LogCaptureFixture) -> None:
    lines = (HEADER, "2024-01-01,KR,2,B,", "2024-01-01,KR,1,A,", "2024-01-01,US,1,C,")
    [publication] = _read({**DAILY, "depth": "1"}, *lines)
    assert [edition.entries for edition in publication.editions] == [(Entry(1, "A"),), (Entry(1, "C"),)]
    assert publication.chart.depth == 1
    assert caplog.messages == ["https://charts.example/file: 1 row below the depth of 1 passed over"]


def test_a_file_with_no_rank_of_the_depth_is_refused() -> None:
    error = _refusal({**DAILY, "depth": "1"}, HEADER, "2024-01-01,KR,2,B,")
    assert str(error) == "csv, line 2: no rank of the 1 is above the depth of 1"


def test_a_weekly_chart_has_its_periods_whole_weeks_apart() -> None:
    rows = ("2024-01-07,KR,1,A,", "2024-01-28,KR,1,A,", "2024-01-15,KR,1,A,")
    assert len(_read(WEEKLY, HEADER, *rows[:2])) == 2
    error = _refusal(WEEKLY, HEADER, *rows)
    assert isinstance(error, SourceValueError)
    assert str(error) == (
        "csv, line 4: 2024-01-15 is not a whole number of weeks from 2024-01-07, and the chart is weekly; "
        "where the chart changed its day, say so: -o eras=2024-01-07/2024-01-15"
    )
    assert (error.column, error.value) == ("period", "2024-01-15")


def test_two_weekly_charts_may_end_their_weeks_on_different_days() -> None:
    lines = (f"chart,{HEADER}", "a,2024-01-07,KR,1,A,", "b,2024-01-05,KR,1,A,")
    assert len(_read({"cadence": "week"}, *lines)) == 2


def test_a_title_or_season_of_more_than_a_thousand_characters_is_none() -> None:
    longest = "x" * 1000
    [publication] = _read(DAILY, f"{HEADER},season", f"2024-01-01,KR,1,{longest},series,{longest}")
    assert publication.editions[0].entries[0][1:3] == (longest, longest)
    for title, season, column in ((f"{longest}x", "1", "title"), ("A", f"{longest}x", "season")):
        message = str(_refusal(DAILY, f"{HEADER},season", f"2024-01-01,KR,1,{title},series,{season}"))
        assert message == f"csv, line 2: {column} '{'x' * 39}…' is no title: it has more than 1000 characters{OF_IT}"


OF_IT = ", in songs-daily of 2024-01-01 in KR"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2024-01-01,KR,1,,film", f"csv, line 2: title '' is not a title{OF_IT}"),
        ("2024-01-01,KR,one,A,film", f"csv, line 2: rank 'one' is not a rank such as 1{OF_IT}"),
        ("2024-01-01,KR,0,A,film", f"csv, line 2: rank '0' is not a rank such as 1{OF_IT}"),
        (
            "2024-01-01,Korea,1,A,film",
            "csv, line 2: territory 'Korea' is not an ISO 3166-1 alpha-2 code such as KR; did you mean KR?; "
            'to say what it means: -o territories="Korea=CODE"',
        ),
        (
            "01/01/2024,KR,1,A,film",
            "csv, line 2: period '01/01/2024' is not a date such as 2022-02-27; "
            "it is one with -o date_format=d/m/Y or m/d/Y",
        ),
        (
            "2024-01-01,KR,1,A,movie",
            "csv, line 2: kind 'movie' is not a kind; did you mean film?; "
            f'to say what it means: -o kinds="movie=film"{OF_IT}',
        ),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_line_and_column(row: str, message: str) -> None:
    error = _refusal(DAILY, HEADER, row)
    assert isinstance(error, SourceValueError)
    assert str(error) == message


def test_a_chart_id_that_is_none_is_named() -> None:
    error = _refusal({"cadence": "day"}, f"chart,{HEADER}", "My Chart,2024-01-01,KR,1,A,")
    assert str(error) == (
        "csv, line 2: chart 'My Chart' is not a chart's id such as netflix-daily-overall; "
        'to say what it means: -o charts="My Chart=ID"'
    )


@pytest.mark.parametrize(
    ("options", "header", "missing"),
    [
        (DAILY, "period,territory,title", "rank"),
        ({"cadence": "day"}, HEADER, "chart"),
        (DAILY, "period,rank,title", "territory"),
        ({**DAILY, "season_column": "part"}, HEADER, "part"),
        ({**DAILY, "kind_column": "what"}, HEADER, "what"),
        ({**DAILY, "figure_columns": "streams"}, HEADER, "streams"),
        ({**DAILY, "depth": "1", "rank_column": "position"}, HEADER, "position"),
    ],
)
def test_a_column_that_the_options_speak_of_must_be_there(
    options: Mapping[str, str], header: str, missing: str
) -> None:
    error = _refusal(options, header, "2024-01-01,KR,1,A,")
    assert isinstance(error, SourceChanged)
    assert (error.where, error.column) == ("line 1", missing)
    assert error.detail.startswith(f"the column {missing} is missing")


@pytest.mark.parametrize(
    ("options", "header", "advice"),
    [
        ({"cadence": "day"}, HEADER, "-o chart=ID"),
        (DAILY, "period,rank,title", "-o territory=US"),
        (DAILY, "period,territory,title", "-o depth=1"),
    ],
)
def test_where_an_option_says_what_a_column_lacks_it_is_named(
    options: Mapping[str, str], header: str, advice: str
) -> None:
    assert advice in str(_refusal(options, header, "2024-01-01,KR,1,A,"))


def test_what_is_no_table_is_refused() -> None:
    assert isinstance(_refusal(DAILY, ""), SourceEmpty)
    assert isinstance(_refusal(DAILY, HEADER), SourceEmpty)
    assert isinstance(_refusal(DAILY, "<!doctype html>"), SourceNotATable)
    assert str(_refusal(DAILY, '{"error": 1}')) == "csv: there is no array of objects in the document itself"
    assert str(_refusal(DAILY, "null")) == (
        "csv, line 1: 'null' is not a header with period, title, territory, rank; the columns are 'null': "
        "options such as period_column=NAME say which is which, "
        "and columns=NAME,NAME names those of a file without a header"
    )


def test_a_file_that_ends_in_its_last_cell_is_truncated() -> None:
    with pytest.raises(SourceTruncated) as caught:
        open_source("csv", DAILY).parse(f"{HEADER}\n2024-01-01,KR,1,A,fi".encode(), PROVENANCE)
    assert str(caught.value).startswith(
        "csv, line 2: the document ends inside a cell: kind 'fi' is not a kind; did you mean film?"
    )


def test_a_file_that_ends_in_an_edition_of_a_given_depth_is_truncated() -> None:
    error = _refusal({**DAILY, "depth": "3"}, HEADER, "2024-01-01,KR,1,A,", "2024-01-01,KR,2,B,")
    assert isinstance(error, SourceTruncated)
    assert str(error) == (
        "csv, line 3: the document ends after rank 2 of 3 of songs-daily of 2024-01-01 in KR; "
        "to take editions as far as they are whole: -o shortest=2"
    )


class _OneFile:
    """A connection that has one file."""

    def get(self, request: Request) -> bytes:
        return request.full_url.encode()

    def secret(self, name: str) -> str:
        raise AssertionError(name)

    def today(self) -> date:
        raise AssertionError


def test_fetching_asks_for_the_url_in_the_options() -> None:
    source = open_source("csv", {**DAILY, "url": "https://charts.example/songs.csv?year=2024"})
    assert source.url == "https://charts.example/songs.csv?year=2024"
    assert source.fetch(_OneFile()) == b"https://charts.example/songs.csv?year=2024"


def test_fetching_without_a_url_says_which_option_is_needed() -> None:
    with pytest.raises(OptionError) as caught:
        open_source("csv", DAILY).fetch(_OneFile())
    assert str(caught.value) == "option url: csv needs it to fetch the file"
