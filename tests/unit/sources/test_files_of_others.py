"""Files as others make them: what options let through, what they say of it, and what a refusal advises."""

import json
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from chartwatch.document_errors import (
    SourceChanged,
    SourceError,
    SourceNotATable,
    SourceTruncated,
)
from chartwatch.domain.charts.chart import Due, Era, MetricPeriod
from chartwatch.errors import OptionError
from chartwatch.sources import open_source
from chartwatch.sources.csv_options import CsvOptions
from chartwatch.sources.options import descriptions
from tests.unit.sources.files_of_others import DAILY, WEEKLY, read, refusal, set_aside, titles, workbook

# Titles.


@pytest.mark.parametrize("title", [date(2022, 9, 11), time(9, 11), timedelta(hours=24), True, False])
def test_a_title_that_a_spreadsheet_has_made_a_date_or_a_truth_is_set_aside(title: Any) -> None:
    rows = [["period", "rank", "title"], [date(2022, 1, 1), 1, 1917], [date(2022, 1, 2), 1, title]]
    body = workbook(("S", rows))
    assert titles(read(DAILY, body))[0] == ["1917"]
    assert "and no text: format it as text, in " in str(set_aside(DAILY, body))


# Options.


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Tuesday 21:00 UTC", Due(timedelta(hours=21), 2)),
        ("sunday 7:05", Due(timedelta(hours=7, minutes=5), 7)),
        ("18:00", Due(timedelta(hours=18))),
        ("45h", Due(timedelta(hours=45))),
        ("0 hours", Due(timedelta())),
    ],
)
def test_a_chart_of_ones_own_says_when_it_is_due(said: str, due: Due) -> None:
    [publication] = read({**DAILY, "due": said}, "period,rank,title\n2022-01-01,1,A\n")
    assert publication.chart.due == due


def test_a_metric_says_since_when_it_counts() -> None:
    metric = "hours viewed; 2023-06-18 views ; 2025-01-05  hours again"
    [publication] = read({**DAILY, "metric": metric}, "period,rank,title\n2022-01-01,1,A\n")
    assert publication.chart.metric_periods == (
        MetricPeriod("hours viewed"),
        MetricPeriod("views", date(2023, 6, 18)),
        MetricPeriod("hours again", date(2025, 1, 5)),
    )


def test_eras_are_put_in_order() -> None:
    eras = "2018-01-03/2018-01-06, 1961-12-25/1962-01-06"
    [publication] = read({**WEEKLY, "eras": eras}, "period,rank,title\n2022-01-01,1,A\n")
    assert publication.chart.eras == (
        Era(date(1962, 1, 6), date(1961, 12, 25)),
        Era(date(2018, 1, 6), date(2018, 1, 3)),
    )


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("due", "Teusday 21:00", "names no day of the week; did you mean Tuesday?"),
        ("due", "soon", "is neither hours after the period's end, such as 45h, nor a time such as Tuesday 21:00 UTC"),
        ("due", "Tuesday 25:00", "is neither hours after the period's end"),
        ("eras", "1962-01-06", "has '1962-01-06', which is not of the form LAST/NEXT: 1961-12-25/1962-01-06"),
        ("eras", "1962-01-06/1961-12-25", "which does not go forward"),
        ("eras", "1962-01-06/1962-01-10,1962-01-08/1962-01-20", "which begins within 1962-01-06/1962-01-10"),
        ("metric", "hours; views", "is not of the form METRIC; DATE METRIC, with later and later dates"),
        ("metric", "2023-01-01 a; 2022-01-01 b", "with later and later dates"),
        ("date_format", "dd/mm", "is no form of dates: it needs Y and m, and d for days"),
        ("kinds", "TV Show", "is not of the form CELL=MEANING;CELL=MEANING"),
        ("kinds", "TV Show=serie", "gives 'TV Show' a meaning, but 'serie' is not a kind; did you mean series?"),
        ("kinds", "a=film;a=series", "gives 'a' two meanings"),
        ("territories", "Korea=Korea", "gives 'Korea' a meaning, but 'Korea' is not an ISO 3166-1 alpha-2 code"),
        ("territories", {"Britain": "UK"}, "did you mean GB?"),
        ("charts", "Films=My Films", "gives 'Films' a meaning, but 'My Films' is not a chart's id"),
        ("malformed", "ignore", "'ignore' is not refuse, skip or mend"),
        ("encoding", "rot13", "'rot13' is not utf-8, utf-16, "),
        ("skip", "-1", "'-1' is less than 0"),
    ],
)  # fmt: skip
def test_a_wrong_option_says_what_is_wrong(option: str, value: Any, reason: str) -> None:
    with pytest.raises(OptionError) as caught:
        open_source("csv", {**WEEKLY, option: value})
    assert caught.value.option == option
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"period": "yesterday"}, "`period` 'yesterday' is not a date such as 2022-02-27, nor `name`"),
        ({"date_format": "Y-m"}, "`date_format` Y-m says no day, and `cadence` is no month"),
    ],
)
def test_options_that_do_not_agree_are_refused(options: Mapping[str, str], reason: str) -> None:
    with pytest.raises(OptionError) as caught:
        open_source("csv", {**DAILY, **options})
    assert reason in str(caught.value)


def test_a_delimiter_that_is_not_the_one_of_the_file_is_answered_with_that() -> None:
    text = "period,rank,title\n2022-01-01,1,A\n"
    error = str(refusal({**DAILY, "delimiter": ";"}, text))
    assert error.endswith("; the columns are separated by commas, not by semicolons: say so: -o delimiter=','")
    assert titles(read({**DAILY, "delimiter": ","}, text)) == [["A"]]


def test_options_of_an_event_are_json_values() -> None:
    text = "period,territory,rank,title,kind\n07/01/2024,,1,A,TV Show\n17/01/2024,Korea,1,B,Movie\n"
    common = {"chart": "a", "cadence": "week", "date_format": "d/m/Y", "due": "45h"}
    as_text = {"eras": "2024-01-07/2024-01-17", "territories": "=GLOBAL;Korea=KR", "kinds": "TV Show=series;movie=film"}
    as_json = {
        "eras": ["2024-01-07/2024-01-17"],
        "territories": {"": "GLOBAL", "Korea": "KR"},
        "kinds": {"TV Show": "series", "movie": "film"},
    }
    assert read({**common, **as_text}, text) == read({**common, **as_json}, text)


def test_an_option_that_is_mistyped_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(OptionError) as caught:
        open_source("csv", {**DAILY, "date_formt": "d/m/Y"})
    assert str(caught.value).startswith("option date_formt: csv has no such option; did you mean date_format?; it has ")


def test_every_option_is_on_the_page_of_charts() -> None:
    page = (Path(__file__).parents[3] / "docs" / "charts.md").read_text()
    assert [name for name in descriptions(CsvOptions) if f"`{name}`" not in page] == []


# Cells.


@pytest.mark.parametrize(
    ("cell", "territory"),
    [
        ("KR", "KR"), ("KOR", "KR"), ("kor", "KR"), ("South Korea", "KR"), ("south korea", "KR"), ("USA", "US"),
        ("Turkey", "TR"), ("Türkiye", "TR"), ("Cote d'Ivoire", "CI"), ("Bosnia and Herzegovina", "BA"),
        ("Global", "GLOBAL"), ("world", "GLOBAL"), ("Worldwide", "GLOBAL"), ("Hong Kong", "HK"),
    ],
)  # fmt: skip
def test_countries_are_understood_by_code_and_name(cell: str, territory: str) -> None:
    options = {"chart": "a", "cadence": "day"}
    [publication] = read(options, f"period;territory;rank;title\n2022-01-01;{cell};1;A\n")
    assert [edition.territory for edition in publication.editions] == [territory]


@pytest.mark.parametrize("cell", ["UK", "us", "XX", "ZZ", "EU", "SUN", "YUG", "Korea", "South Kora", "XKX?", ""])
def test_what_could_mean_several_countries_or_none_is_refused_with_the_option_that_says_it(cell: str) -> None:
    options = {"chart": "a", "cadence": "day"}
    error = refusal(options, f"period;territory;rank;title\n2022-01-01;{cell};1;A\n")
    assert f'; to say what it means: -o territories="{cell}=CODE"' in str(error)
    text = f"period;territory;rank;title\n2022-01-01;{cell};1;A\n"
    [publication] = read({**options, "territories": f"{cell}=KR"}, text)
    assert [edition.territory for edition in publication.editions] == ["KR"]


@pytest.mark.parametrize("cell", ["US", "USA", "United States", "GB"])
@pytest.mark.parametrize("header", ["territory", "Territory", " TERRITORY "])
def test_an_option_does_not_give_the_rows_of_one_territory_to_another(cell: str, header: str) -> None:
    error = refusal({**DAILY, "territory": "KR"}, f"period,{header},rank,title\n2022-01-01,{cell},1,A\n")
    assert "is not KR, which the option `territory` says of the whole file" in str(error)
    assert read({**DAILY, "territory": "KR"}, f"period,{header},rank,title\n2022-01-01,South Korea,1,A\n")


@pytest.mark.parametrize("header", ["country", "Country", "country_iso2", "MARKET"])
@pytest.mark.parametrize("cell", ["US", "USA", "United States"])
def test_a_column_of_countries_by_another_name_is_not_passed_over(header: str, cell: str) -> None:
    text = f"period,{header},rank,title\n2022-01-01,{cell},1,A\n"
    error = refusal({**DAILY, "territory": "KR"}, text)
    assert "is not KR, which the option `territory` says of the whole file" in str(error)
    assert read({**DAILY, "territory": "US"}, text)
    assert read({**DAILY, "territory": "KR", "territory_column": "territory"}, text), "it says where the song is from"
    assert "is not KR" in str(refusal({**DAILY, "territory": "KR", "territory_column": header}, text))


def test_an_option_does_not_give_the_rows_of_one_date_to_another() -> None:
    text = "period,rank,title\n2022-01-01,1,A\n2022-01-02,1,A\n"
    error = refusal({**DAILY, "period": "2022-01-01"}, text)
    assert "is not 2022-01-01, which the option `period` says of the whole file" in str(error)
    assert "which the name of the file says" in str(refusal({**DAILY, "period": "name"}, text, "2022-01-01.csv"))


@pytest.mark.parametrize("rank", ["#1", "1.0", "01", " 1 ", "# 1", "1.", "1st", "No. 1", "no 1", "№1", "=1", "1="])
def test_a_rank_may_be_written_in_several_ways(rank: str) -> None:
    assert titles(read(DAILY, f"period,rank,title\n2022-01-01,{rank},A\n")) == [["A"]]


@pytest.mark.parametrize("rank", ["1.5", "-1", "##1", "1 (2)", "1-2", "0", "1e0", "NEW", "10000", "１"])
def test_what_may_be_another_number_is_no_rank(rank: str) -> None:
    assert f"rank '{rank}' is not a rank such as 1" in str(refusal(DAILY, f"period,rank,title\n2022-01-01,{rank},A\n"))


@pytest.mark.parametrize("title", ["\u200b", "\u200e\u2060", "\ufeff \u00ad", "\u3164", "\u2800", "\u115f\u1160"])
def test_a_title_of_nothing_that_is_seen_is_none(title: str) -> None:
    assert "is not a title" in str(refusal(DAILY, f"period,rank,title\n2022-01-01,1,{title}\n"))


def test_a_kind_means_what_an_option_says_whatever_its_case() -> None:
    text = "period,rank,title,Type\n2022-01-01,1,A,tv SHOW\n2022-01-01,2,B,Film\n2022-01-01,3,C,film\n"
    options = {**DAILY, "kind_column": "type", "kinds": "TV Show=series;FILM=film"}
    [publication] = read(options, text)
    assert [entry.kind for edition in publication.editions for entry in edition.entries] == ["series", "film", "film"]


# Dates that a file does not say.


def test_the_date_is_in_the_name_of_the_file_or_in_an_address() -> None:
    options = {**DAILY, "period": "name", "date_format": "Ymd"}
    for name in ("chart-20220101.csv", "https://charts.example/daily/20220101?x=20230101"):
        assert [p.period for p in read(options, "rank,title\n1,A\n", name)] == [date(2022, 1, 1)]
    for name, what in (("latest.csv", "has no date"), ("20220101-20220102.csv", "has 2 dates")):
        error = refusal(options, "rank,title\n1,A\n", name)
        assert f"the name '{name}' {what}" in str(error)
        assert "-o period=2022-02-27" in str(error)


def test_a_month_is_named_by_its_last_day_whatever_day_a_file_gives() -> None:
    options = {**DAILY, "cadence": "month"}
    publications = read(options, "period,rank,title\n2024-02-01,1,A\n2024-03-31,1,B\n")
    assert [p.period for p in publications] == [date(2024, 2, 29), date(2024, 3, 31)]
    twice = refusal(options, "period,rank,title\n2024-02-01,1,A\n2024-02-29,1,B\n")
    assert "songs-daily of 2024-02-29 in US has rank 1 twice" in str(twice)


# Headers.


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_what_stands_between_cells_is_found(delimiter: str) -> None:
    text = "Period,Rank,Title,Note\n2022-01-01,1,A,x\n".replace(",", delimiter)
    assert titles(read(DAILY, text)) == [["A"]]


def test_a_delimiter_within_titles_is_none() -> None:
    assert titles(read(DAILY, 'period;rank;title\n2022-01-01;1;"A, B, C | D"\n')) == [["A, B, C | D"]]


def test_the_exact_name_of_a_column_goes_before_one_of_another_case() -> None:
    assert titles(read(DAILY, "period,rank,Title,title\n2022-01-01,1,A,B\n")) == [["B"]]
    error = refusal(DAILY, "period,rank,Title,TITLE\n2022-01-01,1,A,B\n")
    assert str(error) == "csv, line 1: the column title stands there twice"


def test_a_missing_column_is_answered_with_those_that_there_are() -> None:
    error = refusal(DAILY, "date,rank,song\n2022-01-01,1,A\n")
    assert isinstance(error, SourceChanged)
    assert str(error) == (
        "csv, line 1: the column period is missing; the columns are 'date', 'rank', 'song'; another is named by "
        "-o period_column=NAME; where the whole file is of one date, give it: -o period=2022-02-27, or period=name "
        "where it is in the file's name"
    )


def test_lines_above_the_header_are_named_and_skipped() -> None:
    text = 'Weekly songs\n\n"Source: x, y"\nperiod,rank,title\n2022-01-01,1,A\n'
    error = refusal(DAILY, text)
    assert str(error).endswith("; line 4 looks like it: -o skip=3")
    assert titles(read({**DAILY, "skip": 3}, text)) == [["A"]]


@pytest.mark.parametrize("malformed", ["refuse", "skip", "mend"])
def test_the_columns_of_a_file_without_a_header_are_named_by_an_option(malformed: str) -> None:
    rows = [["2022-01-01", 1, "x", "A"], ["2022-01-02", "one", "y", "B"]]
    text = "".join(";".join(map(str, row)) + "\n" for row in rows)
    assert "columns=NAME,NAME names those of a file without a header" in str(refusal(DAILY, text))
    options = {**DAILY, "columns": "period,rank,artist,title", "malformed": malformed}
    wrong = "rank 'one' is not a rank such as 1, in songs-daily of 2022-01-02 in US"
    assert str(set_aside(options, text)) == f"csv, line 2: {wrong}"
    assert str(set_aside(options, workbook(("A", rows)))) == f"csv, row 2 of A: {wrong}"
    assert titles(read(options, text.replace("one", "1"))) == [["A"], ["B"]]
    assert titles(read(options, workbook(("A", rows[:1])))) == [["A"]]


@pytest.mark.parametrize("malformed", ["refuse", "skip", "mend"])
def test_rows_of_empty_cells_are_blank(malformed: str) -> None:
    text = ",,\nperiod,rank,title\n,,\n2022-01-01,1,A\n,,\n,,\n"
    assert titles(read({**DAILY, "malformed": malformed}, text)) == [["A"]]


def test_comments_are_skipped_where_an_option_says_how_they_begin() -> None:
    text = '# x\nperiod,rank,title\n#, y\n2022-01-01,1,"#1 Dad\n# 2"\n2022-01-01,two,B\n'
    error = refusal({**DAILY, "comment": "#"}, text)
    assert str(error).startswith("csv, line 6: rank 'two' is not a rank such as 1")
    assert titles(read({**DAILY, "comment": "#"}, text.replace("two", "2"))) == [["#1 Dad\n# 2", "B"]]


def test_a_cadence_that_the_periods_contradict_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    daily = "period,rank,title\n2024-01-07,1,A\n2024-01-08,1,A\n"
    assert "; a chart of days is read with -o cadence=day; " in str(refusal(WEEKLY, daily))
    weekly = "period,rank,title\n2024-01-07,1,A\n2024-01-14,1,A\n2024-01-28,1,A\n"
    assert len(read(WEEKLY, weekly)) == 3
    assert caplog.messages == []
    assert len(read(DAILY, weekly)) == 3
    assert caplog.messages == [
        "chart.csv: all periods are whole weeks apart, and days between are missing: is it -o cadence=week?"
    ]


# Rows that are not right.


MALFORMED = 'period,rank,title,artist\n2022-01-01,1,A,"x "y" z"\n2022-01-01,2,"B "b, c" b",y\n2022-01-01,3,C,z\n'


def test_quotation_marks_within_cells_are_read_where_an_option_says_so(caplog: pytest.LogCaptureFixture) -> None:
    error = refusal(DAILY, MALFORMED)
    assert str(error) == (
        "csv, line 2: a row cannot be told into cells: ',' expected after '\"'; "
        "to read such rows, or pass them over: -o malformed=mend, or skip"
    )
    assert titles(read({**DAILY, "malformed": "mend"}, MALFORMED)) == [["A", 'B "b, c" b', "C"]]
    assert caplog.messages == [
        "chart.csv: 2 rows with quotation marks inside cells that are not doubled: these are read as such (lines 2, 3)"
    ]


def test_rows_are_passed_over_where_an_option_says_so_and_never_silently(caplog: pytest.LogCaptureFixture) -> None:
    text = MALFORMED.replace("2022-01-01,1,A", "2022-01-01,9,A").replace(",3,C", ",1,C")
    assert titles(read({**DAILY, "malformed": "skip"}, text)) == [["C"]]
    assert caplog.messages == [
        "chart.csv: 2 rows that cannot be told into the cells of the header: passed over (lines 2, 3)"
    ]


def test_a_row_with_a_cell_too_many_is_mended_by_nobody() -> None:
    text = "period,rank,title\n2022-01-01,1,A\n2022-01-01,2,B,C\n"
    assert "; to pass such rows over: -o malformed=skip" in str(refusal(DAILY, text))
    assert isinstance(refusal({**DAILY, "malformed": "mend"}, text), SourceNotATable)
    assert titles(read({**DAILY, "malformed": "skip"}, text)) == [["A"]]


def test_a_row_that_cannot_be_mended_may_be_passed_over() -> None:
    text = 'period,rank,title\n2022-01-01,1,A\n2022-01-01,2,"B" ""C" d" e\n'
    assert "-o malformed=mend, or skip" in str(refusal(DAILY, text))
    assert str(refusal({**DAILY, "malformed": "mend"}, text)).endswith("; to pass such rows over: -o malformed=skip")
    assert titles(read({**DAILY, "malformed": "skip"}, text)) == [["A"]]


ROWS = "period,rank,title\n2022-01-01,1,A\n2022-01-02,1,B\n"


@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_note_as_the_last_line_is_refused_with_the_option_for_it(blank: str) -> None:
    text = f"{ROWS}{blank}Source: somebody\n"
    line = text.count("\n")
    assert str(refusal(DAILY, text)) == (
        f"csv, line {line}: the document ends in a row of 1 cell, where the header has 3; "
        "where that is no row, but a note below the table, pass it over: -o malformed=skip"
    )
    assert str(refusal({**DAILY, "malformed": "mend"}, text)) == (
        f"csv, line {line}: a row cannot be told into cells: 1 cell, where the header has 3; "
        "to pass such rows over: -o malformed=skip"
    )
    assert titles(read({**DAILY, "malformed": "skip"}, text)) == [["A"], ["B"]]


def test_mending_speaks_of_a_quoted_cell_only_where_there_is_one() -> None:
    for row, reason in (
        ("2022-01-03,1,C,D", "4 cells, where the header has 3"),
        ('2022-01-03,1,"C', "a quoted cell is not closed in its line"),
    ):
        error = str(refusal({**DAILY, "malformed": "mend"}, f"{ROWS}\n{row}\n2022-01-04,1,E\n"))
        assert error.startswith(f"csv, line 5: a row cannot be told into cells: {reason}; to pass")


@pytest.mark.parametrize("malformed", ["refuse", "mend", "skip"])
@pytest.mark.parametrize(("behind", "cells"), [(",", "1 empty cell"), (",,", "2 empty cells"), (', ""', "")])
def test_cells_behind_the_header_that_are_empty_in_every_row_are_nothing(
    malformed: str, behind: str, cells: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = f'period,rank,title\n2022-01-01,1,A{behind}\n\n2022-01-02,1,"B, C"{behind}\n'
    if not cells:
        assert isinstance(refusal({**DAILY, "malformed": malformed}, text), SourceError)
        return
    assert titles(read({**DAILY, "malformed": malformed}, text)) == [["A"], ["B, C"]]
    assert caplog.messages == [f"chart.csv: each row has {cells} behind those that the header names: passed over"]
    assert titles(read({**DAILY, "malformed": malformed}, text.rstrip())) == [["A"], ["B, C"]]
    no_header = {**DAILY, "malformed": malformed, "columns": "period,rank,title", "skip": 1}
    assert titles(read(no_header, text)) == [["A"], ["B, C"]]


@pytest.mark.parametrize(
    "rows",
    [
        "2022-01-01,1,Hello, Goodbye,\n",
        "2022-01-01,1,Hello,Goodbye,\n2022-01-02,1,B,\n",
        "2022-01-01,1,A,,\n2022-01-02,1,B,,x\n",
        "2022-01-01,1,A,,\n2022-01-02,1,B,,,\n",
    ],
)
def test_an_empty_cell_behind_some_rows_may_show_a_comma_in_a_title(rows: str) -> None:
    header = "period,rank,title,season\n"
    assert isinstance(refusal(DAILY, header + rows), SourceNotATable)


def test_rows_wider_than_their_header_are_read_where_options_name_their_columns() -> None:
    text = "period,rank,title\n1,2022-01-01,1,A\n2,2022-01-02,1,B\n"
    assert str(refusal(DAILY, text)) == (
        "csv, line 2: a row of 4 cells, where the header has 3; where all rows have as many, "
        "name the column of each, and skip the header: -o skip=1 -o columns=NAME,NAME"
    )
    assert titles(read({**DAILY, "skip": 1, "columns": "n,period,rank,title"}, text)) == [["A"], ["B"]]
    error = str(refusal({**DAILY, "malformed": "skip"}, text))
    assert error.endswith("below it; 2 rows that cannot be told into the cells of the header: passed over (lines 2, 3)")


SEVERAL = {"cadence": "week"}

OF_NO_EDITION = [
    ("Source: the chart's own site", "1", "A", "songs", "US", 'period "Source: the chart\'s own site" is not a date'),
    ("2024-02-30", "1", "A", "songs", "US", "period '2024-02-30' is not a day of the calendar"),
    ("", "", "Total", "songs", "US", "period '' is not a date"),
    ("2024-06-30", "1", "A", "songs", "Atlantis", "territory 'Atlantis' is not"),
    ("2024-06-30", "1", "A", "The Songs!", "US", "chart 'The Songs!' is not a chart's id"),
]


@pytest.mark.parametrize("row", OF_NO_EDITION, ids=[row[-1][:20] for row in OF_NO_EDITION])
@pytest.mark.parametrize("form", ["text", "workbook", "json"])
def test_a_row_that_says_no_edition_is_passed_over_where_an_option_says_so(
    row: tuple[str, ...], form: str, caplog: pytest.LogCaptureFixture
) -> None:
    *cells, said = row
    names = ["period", "rank", "title", "chart", "territory"]
    rows = [["2024-06-30", "1", "A", "songs", "US"], cells, ["2024-07-07", "1", "B", "songs", "US"]]
    body: str | bytes = workbook(("S", [names, *rows]))
    if form == "text":
        body = "".join(";".join(its) + "\n" for its in [names, *rows])
    elif form == "json":
        body = json.dumps([dict(zip(names, its, strict=True)) for its in rows])
    place = {"text": "line 3", "workbook": "row 3 of S", "json": "record 2"}[form]
    error = str(refusal(SEVERAL, body))
    assert error.startswith(f"csv, {place}: {said}")
    assert error.endswith("; to pass such rows over: -o malformed=skip")
    assert titles(read({**SEVERAL, "malformed": "skip"}, body)) == [["A"], ["B"]]
    [notice] = caplog.messages
    assert notice.startswith(f"chart.csv: 1 row of no edition passed over ({place}: {said}")


def test_rows_of_no_edition_are_not_repeated_ones(caplog: pytest.LogCaptureFixture) -> None:
    text = "period,rank,title\n2022-01-01,1,A\n2022-01-01,1,A\n" + "".join(f"note {n},1,A\n" for n in range(5))
    assert titles(read({**DAILY, "malformed": "skip"}, text)) == [["A"]]
    repeated, notes = caplog.messages
    assert repeated == "chart.csv: 1 row repeated word for word passed over"
    assert notes.startswith("chart.csv: 5 rows of no edition passed over (line 4: period 'note 0' is not a date")
    assert notes.endswith("; …)")


def test_an_edition_that_lacks_a_row_that_was_passed_over_is_set_aside() -> None:
    text = "period,rank,title\n2022-01-01,1,A\n2022-01-01,2,B\n2022-01-02,1,A\n2022-02-30,2,B\n"
    assert "ends after rank 1 of 2 of songs-daily of 2022-01-02" in str(set_aside({**DAILY, "malformed": "skip"}, text))


def test_a_file_of_no_edition_at_all_is_refused_with_what_is_wrong() -> None:
    text = "period,rank,title\n31/12/2021,1,A\n31/01/2022,1,B\n"
    for malformed in ("refuse", "skip"):
        error = str(refusal({**DAILY, "malformed": malformed}, text))
        assert error.startswith("csv, line 2: period '31/12/2021' is not a date such as 2022-02-27")
        assert error.endswith("; it is one with -o date_format=d/m/Y")


def test_a_place_is_that_of_the_file_also_where_rows_were_passed_over() -> None:
    text = MALFORMED + "2022-01-02,x,D,z\n"
    assert "line 5: rank 'x'" in str(refusal({**DAILY, "malformed": "skip"}, text))
    assert "line 5: rank 'x'" in str(set_aside({**DAILY, "malformed": "mend"}, text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('period,rank,title\n2022-01-01,1,"A\n2022-01-02,1,B\n2022-01-03,1,C\n', 2),
        ('period,rank,title\n2022-01-01,1,"A\nB"\n2022-01-02,1,"B\n2022-01-03,1,C', 4),
        ('period,rank,title\n2022-01-01,1,7" A\n2022-01-02,"1","B\n\n\n', 3),
        ('period,rank,title\n2022-01-01,1,A\n2022-01-02,1,"B ""\n""\n', 3),
    ],
)
def test_a_quotation_mark_that_nothing_closes_is_reported_where_it_stands(text: str, line: int) -> None:
    error = refusal(DAILY, text)
    assert isinstance(error, SourceTruncated)
    assert str(error) == f"csv, line {line}: the document ends inside a quoted cell"


def test_a_quoted_cell_that_goes_on_to_another_row_is_reported_where_it_opens() -> None:
    text = 'period,rank,title\n2022-01-01,1,"A\n2022-01-02,1,"B"\n2022-01-03,1,C\n'
    assert str(refusal(DAILY, text)).startswith(
        "csv, line 2: a quoted cell opens here and is not closed before line 3, where a row cannot be told into cells"
    )


def test_editions_are_taken_as_far_as_they_are_whole_where_an_option_says_so(caplog: pytest.LogCaptureFixture) -> None:
    text = "period,rank,title\n" + "".join(f"2022-01-01,{rank},T{rank}\n" for rank in (1, 2, 3, 5, 6))
    assert str(refusal(DAILY, text)).endswith("; to take editions as far as they are whole: -o shortest=3")
    assert titles(read({**DAILY, "shortest": 3}, text)) == [["T1", "T2", "T3"]]
    assert caplog.messages == [
        "chart.csv: songs-daily of 2022-01-01 in US is taken down to rank 3, after which one is missing"
    ]
    assert isinstance(refusal({**DAILY, "shortest": 4}, text), SourceError)


def test_of_many_notices_the_first_are_said_and_the_others_counted(caplog: pytest.LogCaptureFixture) -> None:
    days = (date(2022, 1, 1) + timedelta(number) for number in range(30))
    text = "period,rank,title\n" + "".join(f"{day},1,A\n{day},3,C\n" for day in days)
    assert len(read({**DAILY, "shortest": 1}, text)) == 30
    assert len(caplog.messages) == 21
    assert caplog.messages[-1] == "chart.csv: and 10 more notices of the kind of the last"


# What a file says beside its options.


def test_a_file_of_several_charts_is_not_made_one_of_them() -> None:
    text = "chart,period,rank,title\nfilms,2022-01-01,1,A\nseries,2022-01-02,1,B\n"
    assert str(refusal(DAILY, text)) == (
        "csv, line 2: chart says 'films' and 'series', and the option `chart` makes one chart of them; "
        "leave that out, or where the column says something else, say so: -o chart_column=none"
    )
    assert len(read({**DAILY, "chart_column": "none"}, text)) == 2
    charts = {publication.chart.id for publication in read({"cadence": "day", "territory": "US"}, text)}
    assert charts == {"films", "series"}
    assert len(read(DAILY, text.replace("films", "series"))) == 2, "it says one thing of all of them"


@pytest.mark.parametrize(
    ("began", "cadence", "said"),
    [
        ("2022-01-02", "day", "2022-01-01 is from before 2022-01-02, which the option `began` says"),
        ("2021-12-30", "week", "2022-01-01 is not a whole number of weeks from 2021-12-30, which the option"),
        ("2021-12-25", "week", ""),
        ("2022-01-01", "day", ""),
    ],
)
def test_a_chart_began_with_none_of_its_later_periods_and_with_one_that_it_can_have_had(
    began: str, cadence: str, said: str
) -> None:
    options = {"chart": "songs", "territory": "US", "cadence": cadence, "began": began}
    text = "period,rank,title\n2022-01-08,1,B\n2022-01-01,1,A\n"
    if said:
        assert str(refusal(options, text)).startswith(f"csv, line 3: {said}")
    else:
        assert len(read(options, text)) == 2


@pytest.mark.parametrize("ties", ["true", "false"])
def test_a_row_that_is_repeated_word_for_word_is_no_tie(ties: str, caplog: pytest.LogCaptureFixture) -> None:
    text = "period,rank,title\n2022-01-01,1,A\n2022-01-01,2,B\n2022-01-01,1,A\n2022-01-01,2,B\n"
    assert titles(read({**DAILY, "ties": ties}, text)) == [["A", "B"]]
    assert caplog.messages == ["chart.csv: 2 rows repeated word for word passed over"]
    other = text.replace("2,B\n2022-01-01,1,A\n", "2,B\n2022-01-01,1,C\n")
    if ties == "true":
        assert titles(read({**DAILY, "ties": ties}, other)) == [["A", "C", "B"]]
    else:
        assert "has rank 1 twice" in str(refusal(DAILY, other))
