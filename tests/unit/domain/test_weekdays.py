"""What a chart's week is holds for all that is stored of it; a chart that changes its day says so by an era."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.document_errors import PeriodMisplaced
from chartwatch.domain.charts.chart import Cadence, Chart, Era
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from tests.ingesting import CHART, FIRST, ingest_bytes

SUNDAY = FIRST
WEDNESDAY = SUNDAY + timedelta(days=10)


def take(charts: MemoryCharts, chart: Chart, *periods: date, whole_history: bool = False) -> None:
    """Ingest a document of these periods."""

    def parse(_body: bytes, provenance: Provenance) -> list[Publication]:
        return [
            Publication(chart, period, (Edition("US", (Entry(1, f"#1 of {period}"),)),), provenance)
            for period in periods
        ]

    ingest_bytes(repr((chart, periods)).encode(), parse, charts, whole_history=whole_history)


def stored(charts: MemoryCharts) -> list[date]:
    return [summary.period for summary in charts.summaries(CHART.id)]


def refusal(charts: MemoryCharts, chart: Chart, *periods: date) -> str:
    before = stored(charts)
    with pytest.raises(PeriodMisplaced) as caught:
        take(charts, chart, *periods)
    assert stored(charts) == before
    return str(caught.value)


def test_a_week_on_another_day_than_the_stored_ones_is_refused_and_the_way_out_named() -> None:
    charts = MemoryCharts()
    take(charts, CHART, SUNDAY)
    assert refusal(charts, CHART, WEDNESDAY) == (
        "somewhere: weekly of 2022-01-12 is not a whole number of weeks from 2022-01-02, which is stored; "
        "where the chart changed its day, say so: -o eras=2022-01-02/2022-01-12"
    )
    take(charts, CHART, SUNDAY + timedelta(14))
    assert stored(charts) == [SUNDAY, SUNDAY + timedelta(14)]


@pytest.mark.parametrize("days", [[-3], [3], [17], [14, 24], [-4, 7]])
def test_a_week_is_measured_by_stored_ones_before_and_after_it(days: Sequence[int]) -> None:
    charts = MemoryCharts()
    take(charts, CHART, SUNDAY, SUNDAY + timedelta(700))
    refusal(charts, CHART, *(SUNDAY + timedelta(day) for day in days))


def test_a_declared_era_goes_on_from_its_first_period_and_must_be_declared_from_then_on() -> None:
    charts = MemoryCharts()
    declared = replace(CHART, eras=(Era(WEDNESDAY, SUNDAY),))
    take(charts, CHART, SUNDAY - timedelta(7), SUNDAY)
    take(charts, declared, WEDNESDAY)
    take(charts, declared, WEDNESDAY + timedelta(7))
    assert "is not a whole number of weeks" in refusal(charts, declared, SUNDAY + timedelta(21))
    assert refusal(charts, CHART, WEDNESDAY + timedelta(14)) == (
        "somewhere: weekly has changed its day, as is stored, and the options do not say it: "
        "-o eras=2022-01-02/2022-01-12"
    )


def test_an_era_that_the_stored_periods_contradict_is_refused() -> None:
    charts = MemoryCharts()
    take(charts, CHART, SUNDAY, SUNDAY + timedelta(14))
    refusal(charts, replace(CHART, eras=(Era(WEDNESDAY, SUNDAY),)), WEDNESDAY)


def test_a_chart_of_months_or_of_days_without_eras_has_any_day_or_month() -> None:
    monthly, daily = replace(CHART, cadence=Cadence.MONTH), replace(CHART, cadence=Cadence.DAY)
    for chart, periods in (
        (monthly, [date(2022, 1, 31), date(2022, 2, 28), date(2022, 12, 31)]),
        (daily, [SUNDAY, WEDNESDAY]),
    ):
        charts = MemoryCharts()
        for period in periods:
            take(charts, chart, period)
        assert stored(charts) == periods


@given(st.permutations([-21, -14, 0, 7, 35]), st.integers(-40, 40))
def test_whatever_came_first_only_whole_weeks_are_stored(order: Sequence[int], other: int) -> None:
    charts = MemoryCharts()
    for days in order:
        take(charts, CHART, SUNDAY + timedelta(days))
    if other % 7:
        refusal(charts, CHART, SUNDAY + timedelta(other))
    else:
        take(charts, CHART, SUNDAY + timedelta(other))
    assert {(period - SUNDAY).days % 7 for period in stored(charts)} == {0}


def test_a_chart_of_weeks_does_not_become_one_of_days_or_months() -> None:
    charts = MemoryCharts()
    take(charts, CHART, SUNDAY, SUNDAY + timedelta(7))
    for cadence in (Cadence.DAY, Cadence.MONTH):
        other = replace(CHART, cadence=cadence)
        message = refusal(charts, other, SUNDAY, date(2022, 1, 31))
        assert message == (
            f"somewhere: weekly is stored as a chart of weeks, and this is one of {cadence}s; "
            "another chart has another id"
        )
