"""What a step takes is read once, after the head of the record, unless it is very much."""

import pytest

from chartwatch.services import timeline
from chartwatch.services.timeline import DAY, Timeline
from tests.chronicle import NTH, Chronicle, NotedCharts

EVERY = range(5)


@pytest.fixture
def charts() -> NotedCharts:
    return NotedCharts()


@pytest.fixture
def chronicle(charts: NotedCharts) -> Chronicle:
    """Five days, of which the third brings another #1."""
    chronicle = Chronicle(NTH)
    chronicle.charts = charts
    for number in EVERY:
        chronicle.arrives(number, US="Ozark" if number < 2 else "Dark")
    charts.read.clear()
    return chronicle


@pytest.fixture
def found(chronicle: Chronicle) -> Timeline:
    return Timeline(chronicle.charts, chronicle.chart.id, chronicle.head)


@pytest.mark.parametrize("title", ["Squid Game", "Ozark", "Dark"])
@pytest.mark.parametrize("number", EVERY)
def test_what_a_correction_or_a_repetition_takes_is_read_once(
    chronicle: Chronicle, charts: NotedCharts, number: int, title: str
) -> None:
    chronicle.arrives(number, US=title)
    assert len(charts.read) == 1


@pytest.mark.parametrize("number", EVERY)
def test_a_publication_is_found_with_all_that_follow_the_snapshot_before_it(
    chronicle: Chronicle, charts: NotedCharts, found: Timeline, number: int
) -> None:
    period, head = chronicle.period(number), chronicle.head
    assert found.publication(period) == charts.summary(head.chart, period)
    before = max((its.period for its in head.snapshots if its.period < period), default=None)
    assert charts.read == [before and before + DAY]
    every = charts.summaries(head.chart)
    charts.read.clear()
    assert list(found.after(before, head.last)) == [its for its in every if not before or its.period > before]
    assert charts.read == []
    assert list(found.after(period, period + DAY)) == every[number + 1 : number + 2]


@pytest.mark.parametrize("are_kept", [True, False])
def test_only_a_few_publications_are_kept(
    chronicle: Chronicle, charts: NotedCharts, found: Timeline, monkeypatch: pytest.MonkeyPatch, are_kept: bool
) -> None:
    monkeypatch.setattr(timeline, "FEW", len(EVERY) if are_kept else len(EVERY) - 1)
    first = chronicle.period(0)
    assert found.publication(first) == charts.summary(chronicle.chart.id, first)
    assert charts.read == ([None] if are_kept else [])
    assert len(list(found.after(None, chronicle.head.last))) == 5
    assert charts.read == [None]


def test_a_publication_that_is_not_stored_is_none(chronicle: Chronicle, found: Timeline) -> None:
    assert found.publication(chronicle.head.last + DAY) is None


def test_without_a_record_a_publication_is_read_alone(chronicle: Chronicle, charts: NotedCharts) -> None:
    period = chronicle.period(2)
    assert Timeline(charts, chronicle.chart.id).publication(period) == charts.summary(chronicle.chart.id, period)
    assert charts.read == []
