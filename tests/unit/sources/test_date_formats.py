"""Dates as charts write them: what a format reads, and which one an error names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.sources.date_formats import KNOWN, DateFormat

DAYS = st.dates(date(1890, 1, 1), date(2199, 12, 31))

WRITTEN = {
    "d/m/Y": "%d/%m/%Y",
    "m/d/Y": "%m/%d/%Y",
    "YYYYMMDD": "%Y%m%d",
    "DD.MM.YYYY": "%d.%m.%Y",
    "Y/m/d": "%Y/%m/%d",
    "b d, Y": "%B %d, %Y",
    "DD MMM YYYY": "%d %b %Y",
    "d-b-Y": "%d-%b-%Y",
    "*, b d, Y": "%A, %B %d, %Y",
    "* d b Y": "Week ending %d %B %Y",
    "timestamp": "%Y-%m-%dT%H:%M:%SZ",
}


@pytest.mark.parametrize("written", ["d/m/y", "yymmdd", "dd.mm.yy", "b d y"])
@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)))
def test_a_year_of_two_digits_is_one_of_the_hundred_around_2018(written: str, day: date) -> None:
    forms = {"d/m/y": "%d/%m/%y", "yymmdd": "%y%m%d", "dd.mm.yy": "%d.%m.%y", "b d y": "%b %d %y"}
    assert DateFormat.of(written).read(day.strftime(forms[written])) == day


@pytest.mark.parametrize("written", WRITTEN)
@given(DAYS)
def test_a_day_is_read_as_its_format_writes_it(written: str, day: date) -> None:
    its = DateFormat.of(written)
    said = day.strftime(WRITTEN[written])
    assert its.read(said) == its.read(f" {said} ") == day
    assert its.read(day.isoformat()) == day, "a date of ISO 8601 cannot be mistaken"


@pytest.mark.parametrize(
    ("written", "said", "day"),
    [
        ("*--Y-m-d", "2024-06-24--2024-06-30", date(2024, 6, 30)),
        ("* - d/m/Y", "24/06/2024 - 30/06/2024", date(2024, 6, 30)),
        ("d.m.Y*", "30.06.2024 (KW 26)", date(2024, 6, 30)),
        ("*d b Y*", "30 June 2024", date(2024, 6, 30)),
        ("*Y-m-d", "w2024-06-30", date(2024, 6, 30)),
        ("Y-m-d", "2024-06-24--2024-06-30", None),
        ("*d/m/Y", "130/06/2024", None),
        ("d/m/Y*", "30/06/20245", None),
        ("*/m/Y", "30/06/2024", date(2024, 6, 30)),
        ("* d b Y", "x" * 100 + " 30 June 2024", None),
    ],
)
def test_what_else_stands_there_is_passed_over_and_no_number_is_cut(written: str, said: str, day: date | None) -> None:
    def read() -> date | None:
        try:
            return DateFormat.of(written).read(said)
        except ValueError:
            return None

    assert read() == day


@given(DAYS)
def test_a_week_of_iso_8601_is_named_by_its_sunday(day: date) -> None:
    year, week, weekday = day.isocalendar()
    sunday = day + timedelta(7 - weekday)
    for said in (f"{year}-W{week:02}", f"{year}W{week:02}", f"{year}-W{week:02}-{weekday}"):
        assert DateFormat.of("week").read(said) == sunday


@given(DAYS)
def test_a_month_is_named_by_its_last_day(day: date) -> None:
    last = DateFormat.of("Y-m").read(f"{day.year}-{day.month}")
    assert (last.year, last.month, (last + timedelta(1)).day) == (day.year, day.month, 1)


@given(DAYS, st.sampled_from([name for name in WRITTEN if name != "timestamp"]))
def test_the_advice_of_an_error_reads_the_date(day: date, written: str) -> None:
    said = day.strftime(WRITTEN[written])
    with pytest.raises(ValueError, match="is not a date such as 2022-02-27; it is one with -o date_format=") as caught:
        DateFormat.of("Y-m-d").read_or_advise(said)
    advised = str(caught.value).partition("-o date_format=")[2].replace('"', "").split(" or ")
    assert day in {DateFormat.of(name).read(said) for name in advised}


@pytest.mark.parametrize(
    ("said", "advised", "day"),
    [
        ("44562", "excel", date(2022, 1, 1)),
        ("44562.75", "excel", date(2022, 1, 1)),
        ("Jan-22", "b-y", date(2022, 1, 31)),
        ("January 2022", '"b Y"', date(2022, 1, 31)),
        ("202202", "Ym", date(2022, 2, 28)),
        ("2/2022", "m/Y", date(2022, 2, 28)),
        ("1-13-22", "m-d-y", date(2022, 1, 13)),
        ("2022-01-01 - 2022-01-07", '"* Y-m-d"', date(2022, 1, 7)),
        ("2022-01-01 to 2022-01-07", '"* Y-m-d"', date(2022, 1, 7)),
        ("2022-01-01/2022-01-07", '"*/Y-m-d"', date(2022, 1, 7)),
        ("12/24/2022–12/30/2022", '"*–m/d/Y"', date(2022, 12, 30)),
        ("June 24-30, 2024", '"b *-d, Y"', date(2024, 6, 30)),
        ("June 24 – 30, 2024", '"b *– d, Y"', date(2024, 6, 30)),
        ("June 28-July 4, 2024", '"*-b d, Y"', date(2024, 7, 4)),
        ("June 28 - July 4, 2024", '"* b d, Y"', date(2024, 7, 4)),
        ("24-30 June 2024", '"*-d b Y"', date(2024, 6, 30)),
    ],
)
def test_a_date_in_a_form_that_spreadsheets_and_weeks_have_is_advised(said: str, advised: str, day: date) -> None:
    with pytest.raises(ValueError, match="is not a date") as caught:
        DateFormat.of("Y-m-d").read_or_advise(said)
    assert str(caught.value).endswith(f"; it is one with -o date_format={advised}")
    assert DateFormat.of(advised.strip('"')).read(said) == day


@pytest.mark.parametrize("written", ["b *-d, Y", "b *- d, Y"])
def test_a_range_within_a_month_is_none_that_ends_in_another(written: str) -> None:
    for said in ("June 28-July 4, 2024", "June 28 - July 4, 2024"):
        with pytest.raises(ValueError, match="is not a date"):
            DateFormat.of(written).read(said)


@pytest.mark.parametrize("said", ["Source: the 3 lists of 2022-01-07", "7 of 10 of 300", "19999", "70000", "2022"])
def test_what_is_no_range_of_days_and_no_number_of_one_is_advised_no_format(said: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date such as 2022-02-27$"):
        DateFormat.of("Y-m-d").read_or_advise(said)


@pytest.mark.parametrize(
    ("written", "said", "reason"),
    [
        ("d/m/Y", "31/02/2022", "is not a day of the calendar in the form d/m/Y"),
        ("d/m/Y", "2/27/2022", "is not a day of the calendar in the form d/m/Y; it is one with -o date_format=m/d/Y"),
        ("m/d/Y", "27.2.2022",
         "is not a date such as 2022-02-27 in the form m/d/Y; it is one with -o date_format=d.m.Y"),
        ("week", "2021-W54", "is not a day of the calendar in the form week"),
        ("week", "9999-W52", "is not a day of the calendar in the form week"),
        ("b d, Y", "Fob 5, 2022", "is not a day of the calendar in the form b d, Y"),
        ("Ymd", "20220230", "is not a day of the calendar in the form Ymd"),
        ("timestamp", "2022-02-27T25:00", "is not a time of the calendar in the form timestamp"),
        ("Y-m-d", "", "is not a date such as 2022-02-27"),
        ("Y-m-d", "٢٠٢٢-٠٢-٢٧", "is not a date such as 2022-02-27"),
    ],
)  # fmt: skip
def test_what_is_no_date_of_the_format_is_refused(written: str, said: str, reason: str) -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        DateFormat.of(written).read_or_advise(said)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("written", "name", "dates"),
    [
        ("Ymd", "kobis-20260125.json", {date(2026, 1, 25)}),
        ("Ymd", "https://charts.example/20260125", {date(2026, 1, 25)}),
        ("Y-m-d", "hot-100-2020-09-05.json", {date(2020, 9, 5)}),
        ("Y-m-d", "2022-03-01T200000Z.csv", {date(2022, 3, 1)}),
        ("d.m.Y", "chart 5.9.2020 final.csv", {date(2020, 9, 5)}),
        ("week", "chart-2020-W36.csv", {date(2020, 9, 6)}),
        ("Ymd", "120260125.json", set()),
        ("Y-m-d", "latest.csv", set()),
        ("Y-m", "chart_2022-01-15.csv", {date(2022, 1, 15)}),
        ("Y-m", "chart_2022-01.csv", {date(2022, 1, 31)}),
        ("Y-m", "2022-01-15 of 2022-02.csv", {date(2022, 1, 15), date(2022, 2, 28)}),
        ("Y-m-d", "2020-09-05-2020-09-12.csv", {date(2020, 9, 5), date(2020, 9, 12)}),
        ("*--Y-m-d", "regional-global-weekly-2020-12-25--2021-01-01.csv", {date(2021, 1, 1)}),
        ("Y-m-d--*", "regional-global-weekly-2020-12-25--2021-01-01.csv", {date(2020, 12, 25)}),
    ],
)
def test_a_date_is_found_in_a_name(written: str, name: str, dates: set[date]) -> None:
    assert DateFormat.of(written).find(name) == dates


@pytest.mark.parametrize(
    "written", ["", "d/m", "Y", "Y-d", "Y-m-d-m", "Y-m-b", "H:M", "Y" * 41, "Yx-m-d", "(Y", "*", "*Y*m*d"]
)
def test_what_is_no_format_is_refused(written: str) -> None:
    with pytest.raises(
        ValueError, match=r"no form of dates|knows Y, y, m, b, d and|twice|40 characters|more than 2 times"
    ):
        DateFormat.of(written)


def test_every_format_that_an_error_may_name_is_one() -> None:
    assert [DateFormat.of(name).written for name in KNOWN] == list(KNOWN)
