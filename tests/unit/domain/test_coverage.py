"""What is known of a scope: beginning, end, and what is missing between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.charts.chart import Cadence, Chart, Era, MetricPeriod
from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.rules.standing import Coverage

MONTH_END = date(2021, 7, 31)
NOBODY: tuple[NumberOne, ...] = ()
HOT_100 = (
    Era(date(1962, 1, 6), date(1961, 12, 25)),
    Era(date(2018, 1, 3), date(2017, 12, 30)),
    Era(date(2018, 1, 6), date(2018, 1, 3)),
)


def chart_of(cadence: Cadence, *eras: Era) -> Chart:
    return Chart("a", "a", "a", cadence, 1, eras=eras)


def coverage(cadence: Cadence, *numbers: int) -> Coverage:
    """Return the coverage of the periods of these numbers, from `MONTH_END`, period 0, on."""
    known = Coverage(MONTH_END, MONTH_END, 1, (), NOBODY)
    for number in numbers:
        known = known.extended(cadence.after(MONTH_END, number), NOBODY, chart_of(cadence))
    return known


@pytest.mark.parametrize("cadence", list(Cadence))
def test_a_record_without_gaps_has_seen_every_period(cadence: Cadence) -> None:
    known = coverage(cadence, 1, 2, 3)
    assert (known.first, known.last, known.seen, known.gaps) == (MONTH_END, cadence.after(MONTH_END, 3), 4, ())


@pytest.mark.parametrize("cadence", list(Cadence))
def test_gaps_are_ranges_of_the_periods_that_were_due(cadence: Cadence) -> None:
    known = coverage(cadence, 2, 3, 6)
    first, fourth, fifth = (cadence.after(MONTH_END, number) for number in (1, 4, 5))
    assert known.gaps == ((first, first), (fourth, fifth))
    assert known.seen == 4


def test_a_week_after_a_week_leaves_no_gap_and_a_fortnight_does() -> None:
    weekly, sunday = chart_of(Cadence.WEEK), date(2021, 7, 4)
    assert weekly.missing_between(sunday, sunday + timedelta(7)) == ()
    missing = sunday + timedelta(7)
    assert weekly.missing_between(sunday, sunday + timedelta(14)) == ((missing, missing),)


def test_coverage_keeps_the_number_ones_of_its_last_period() -> None:
    ones = (NumberOne("Squid Game"),)
    later = coverage(Cadence.DAY, 1).extended(MONTH_END + timedelta(2), ones, chart_of(Cadence.DAY))
    assert later.number_ones == ones


def test_months_are_named_by_their_last_days_also_in_leap_years() -> None:
    ends = [Cadence.MONTH.after(date(2023, 12, 31), number) for number in (-2, -1, 0, 1, 2, 3)]
    assert ends == [
        date(2023, 10, 31), date(2023, 11, 30), date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29),
        date(2024, 3, 31),
    ]  # fmt: skip
    assert chart_of(Cadence.MONTH).periods(date(2023, 12, 31), date(2024, 3, 31)) == 4


def test_nothing_is_missing_where_an_era_follows_another() -> None:
    hot_100 = chart_of(Cadence.WEEK, *HOT_100)
    assert hot_100.missing_between(date(1961, 12, 25), date(1962, 1, 6)) == ()
    assert hot_100.missing_between(date(1961, 12, 18), date(1962, 1, 6)) == ((date(1961, 12, 25),) * 2,)
    assert hot_100.missing_between(date(1961, 12, 25), date(1962, 1, 13)) == ((date(1962, 1, 6),) * 2,)
    assert hot_100.missing_between(date(2017, 12, 30), date(2018, 1, 6)) == ((date(2018, 1, 3),) * 2,)


def test_periods_are_counted_over_eras_as_they_appeared() -> None:
    hot_100 = chart_of(Cadence.WEEK, *HOT_100)
    assert hot_100.periods(date(1961, 12, 18), date(1962, 1, 13)) == 4
    assert hot_100.periods(date(2017, 12, 30), date(2018, 1, 6)) == 3
    assert hot_100.periods(date(1958, 8, 4), date(2026, 8, 8)) == 3550
    assert hot_100.first_since(date(1961, 12, 19), date(1962, 1, 13)) == date(1961, 12, 25)
    assert hot_100.first_since(date(1961, 12, 28), date(1962, 1, 13)) == date(1962, 1, 6)


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        (date(1961, 12, 25), date(1962, 1, 6), True),
        (date(1961, 12, 25), date(1962, 1, 1), False),
        (date(1962, 1, 1), date(1962, 1, 6), False),
        (date(1961, 12, 18), date(2026, 8, 8), True),
        (date(1961, 12, 19), date(2026, 8, 8), False),
        (date(2018, 1, 3), date(2018, 1, 10), False),
        (date(2018, 1, 3), date(2018, 1, 13), True),
    ],
)
def test_a_day_is_a_period_where_whole_steps_lead_to_it(first: date, last: date, whole: bool) -> None:
    assert chart_of(Cadence.WEEK, *HOT_100).are_whole_steps(first, last) is whole


@given(st.sampled_from(Cadence), st.integers(0, 90), st.integers(0, 90), st.lists(st.integers(1, 60), max_size=4))
def test_counting_periods_is_walking_from_one_to_the_next(
    cadence: Cadence, begin: int, length: int, breaks: list[int]
) -> None:
    eras: list[Era] = []
    day = MONTH_END
    for number in range(1, max(breaks, default=0) + 1):
        following = cadence.after(day)
        if number in breaks:
            following = cadence.after(following, 2) if cadence is Cadence.MONTH else following + timedelta(3)
            eras.append(Era(following, day))
        day = following
    chart = chart_of(cadence, *eras)
    walked = [MONTH_END]
    for _ in range(begin + length):
        walked.append(chart.after(walked[-1]))
    first, last = walked[begin], walked[-1]
    assert chart.periods(first, last) == length + 1
    assert [chart.before(period) for period in walked[1:]] == walked[:-1]
    assert all(chart.are_whole_steps(first, period) for period in walked[begin:])
    for period in walked[begin:]:
        assert chart.first_since(period, last) == period
        assert chart.first_since(period - timedelta(1), last) in (period, chart.before(period))
    if length:
        assert chart.missing_between(first, last) == (((walked[begin + 1], walked[-2]),) if length > 1 else ())


def test_a_chart_says_by_what_it_ranked_in_a_span_of_time() -> None:
    hours, views = MetricPeriod("hours"), MetricPeriod("views", date(2023, 6, 18))
    chart = Chart("a", "a", "a", Cadence.WEEK, 1, metric_periods=(hours, views))
    assert chart.metrics(date(2023, 6, 4), date(2023, 6, 11)) == (hours,)
    assert chart.metrics(date(2023, 6, 11), date(2023, 6, 18)) == (hours, views)
    assert chart.metrics(date(2023, 6, 18), date(2023, 6, 25)) == (views,)
