"""A chart that asks for a minimum length of record: its firsts are recorded, and sent when the record is as long."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.milestone import Status
from chartwatch.services.by_hand import declare_unpublished
from tests.chronicle import CHANGE, CHART, NTH, RACE, Chronicle, sent
from tests.courses import run
from tests.strategies import PERIODS, courses, examples, other_facts, without_withdrawals, worlds

ANNOUNCED = Status.ANNOUNCED


def waiting(min_periods: int, **settings: object) -> Chronicle:
    return Chronicle(NTH, chart=replace(CHART, min_periods=min_periods), **settings)  # type: ignore[arg-type]


def test_a_first_of_a_short_record_is_recorded_and_a_later_one_is_sent() -> None:
    chronicle = waiting(3)
    chronicle.arrives(0, US="Ozark")
    assert sent(chronicle.arrives(1, US="Squid Game")) == []
    assert chronicle.holders("nth:daily:US:1") == [("squid", 1)]
    assert sent(chronicle.arrives(2, US="Money Heist")) == [("nth:daily:US:2", ANNOUNCED)]


def test_missing_periods_count_for_the_length_of_a_record() -> None:
    chronicle = waiting(5)
    chronicle.arrives(0, US="Ozark")
    assert sent(chronicle.arrives(4, US="Squid Game")) == [("nth:daily:US:1", Status.PROVISIONAL)]


def test_a_period_that_was_never_published_does_not_count() -> None:
    for never, expected in ((False, [("nth:daily:US:1", Status.PROVISIONAL)]), (True, [])):
        chronicle = waiting(5)
        chronicle.arrives(0, US="Ozark")
        chronicle.arrives(3, US="Ozark")
        if never:
            said = declare_unpublished(chronicle.charts, CHART.id, chronicle.period(2), None, "the provider")
            chronicle.says(2, said)
        assert sent(chronicle.arrives(4, US="Squid Game")) == expected


def test_what_rests_on_the_last_periods_alone_does_not_wait() -> None:
    chronicle = Chronicle(CHANGE, RACE, chart=replace(CHART, min_periods=9))
    chronicle.arrives(0, US="Ozark")
    assert sent(chronicle.arrives(1, US="Squid Game")) == [("new:daily:US:2022-01-02", ANNOUNCED)]
    assert sent(chronicle.arrives(2, US="All of Us Are Dead")) == [("new:daily:US:2022-01-03", ANNOUNCED)]
    assert chronicle.holders("race:daily:US:2") == [("dead", 2)]


def test_each_territory_waits_for_its_own_record() -> None:
    chronicle = waiting(3)
    chronicle.arrives(0, US="Ozark")
    chronicle.arrives(1, US="Ozark")
    chronicle.arrives(2, US="Ozark", KR="Ozark")
    assert sent(chronicle.arrives(3, US="Squid Game", KR="Squid Game")) == [("nth:daily:US:1", ANNOUNCED)]
    assert sent(chronicle.arrives(4, US="Money Heist", KR="Money Heist")) == [
        ("nth:daily:KR:2", ANNOUNCED),
        ("nth:daily:US:2", ANNOUNCED),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_a_late_back_fill_makes_no_news_of_old_firsts(order: tuple[int, ...]) -> None:
    chronicle = waiting(6)
    chronicle.arrives(4, US="Ozark")
    chronicle.arrives(5, US="Squid Game")
    chronicle.arrives(6, US="Money Heist")
    titles = ("Ozark", "Elite", "All of Us Are Dead", "Ozark")
    assert [sent(chronicle.arrives(number, US=titles[number])) for number in order] == [[], [], [], []]
    assert chronicle.holders("nth:daily:US:3") == [("squid", 5)]
    # Nor of what is learned of those days later.
    assert sent(chronicle.learns(*(work for work in chronicle.works if work.id != "elite"))) == []
    assert sent(chronicle.arrives(7, US="Who Killed Sara?")) == [("nth:daily:US:4", Status.PROVISIONAL)]


def test_what_was_sent_is_corrected_however_short_the_record_was_then() -> None:
    chronicle = waiting(3)
    for number, title in enumerate(("Ozark", "Ozark", "Squid Game")):
        chronicle.arrives(number, US=title)
    assert sent(chronicle.arrives(1, US="Money Heist")) == [
        ("nth:daily:US:1", Status.CORRECTED),
        ("nth:daily:US:2", ANNOUNCED),
    ]


def test_a_record_that_is_made_anew_remembers_since_when_firsts_are_sent() -> None:
    chronicle = waiting(4)
    for number, title in enumerate(("Ozark", "Squid Game", "Ozark", "Money Heist"), 3):
        chronicle.arrives(number, US=title)
    chronicle.arrives(0, US="Ozark")
    assert chronicle.detector.rebuild(CHART.id, commit=True) is None
    # The first moves, and is no news; the second was sent of another.
    assert sent(chronicle.arrives(1, US="Elite")) == [
        ("nth:daily:US:2", Status.CORRECTED),
        ("nth:daily:US:3", Status.PROVISIONAL),
    ]
    assert chronicle.holders("nth:daily:US:1") == [("elite", 1)]


def test_a_chart_that_asks_for_more_later_waits_again() -> None:
    chronicle = waiting(0)
    chronicle.arrives(0, US="Ozark")
    assert sent(chronicle.arrives(1, US="Squid Game")) == [("nth:daily:US:1", ANNOUNCED)]
    chronicle.chart = replace(CHART, min_periods=5)
    assert sent(chronicle.arrives(2, US="Money Heist")) == []
    chronicle.arrives(3, US="Ozark")
    assert sent(chronicle.arrives(4, US="Elite")) == [("nth:daily:US:3", ANNOUNCED)]


@examples(60)
@given(data=st.data(), min_periods=st.integers(1, PERIODS))
def test_in_whatever_order_all_comes_only_firsts_of_long_records_are_sent(
    data: st.DataObject, min_periods: int
) -> None:
    # What is withdrawn may have been told before, of a record that was longer then.
    world = data.draw(worlds().map(without_withdrawals))
    course = data.draw(courses(world, other_facts=other_facts()))
    done, usual = run(course, min_periods=min_periods), run(course)
    assert {slot: replace(m, silent=False) for slot, m in done.record().items()}.keys() == usual.record().keys()
    for slot, milestone in usual.record().items():
        assert done.record()[slot].holders == milestone.holders
        assert done.record()[slot].is_held == milestone.is_held
    told: set[str] = set()
    for bulletin in done.bulletins:
        for change in (change for change in bulletin.changes if change.is_sent):
            m, replaced = change.milestone, change.replaced
            if m.kind in ("nth", "race") and m.evidence and not (replaced and replaced.was_sent):
                assert m.evidence.periods_expected >= min_periods
            told.add(m.slot)
    sent_usually = {c.milestone.slot for b in usual.bulletins for c in b.changes if c.is_sent}
    assert told <= sent_usually
    assert {m.slot for m in usual.record().values() if m.kind not in ("nth", "race")} & sent_usually <= told
