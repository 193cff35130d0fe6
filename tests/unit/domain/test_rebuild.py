"""A record made anew from its bulletins, and what is sent then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.ledger import from_bulletins
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.rule import Rule
from chartwatch.domain.stories.attributes import sent_attributes
from chartwatch.errors import RecordDamaged
from chartwatch.services.detect import Detector, no_earlier_catalog
from chartwatch.services.record import BULLETIN, Files, RecordedBulletins
from tests.chronicle import CHANGE, CHART, NTH, Chronicle, a_run, changed, sent
from tests.courses import Run, run
from tests.recorded import entries
from tests.strategies import PERIODS, START, World, courses, examples, other_facts, worlds
from tests.unit.domain.test_lent_names import AFTER, BEFORE, Charts

LIVE_FROM = st.none() | st.integers(0, 7 * PERIODS).map(lambda days: START + timedelta(days))


def drawn(data: st.DataObject) -> tuple[World, Run, Detector]:
    """Return a world, what became of it in some course, and a detector of its final facts."""
    world, live_from = data.draw(worlds()), data.draw(LIVE_FROM)
    done = run(data.draw(courses(world, other_facts=other_facts())), live_from)
    return world, done, Detector(done.charts, done.store, world.facts.catalog, world.facts.rule_set, live_from)


@examples(50)
@given(st.data())
def test_the_ledger_can_be_made_anew_from_the_bulletins(data: st.DataObject) -> None:
    world, done, _ = drawn(data)
    for chart in world.chart_ids:
        assert from_bulletins(RecordedBulletins(done.store).bulletins(chart), sent_attributes) == entries(
            done.store, chart
        )


@examples(50)
@given(st.data())
def test_a_rebuild_of_a_record_that_is_right_changes_nothing(data: st.DataObject) -> None:
    world, done, detector = drawn(data)
    for chart in world.chart_ids:
        before = entries(done.store, chart)
        assert detector.rebuild(chart, commit=False) is None
        assert detector.rebuild(chart, commit=True) is None
        assert entries(done.store, chart) == before


@examples(50)
@given(st.data())
def test_what_contradicts_what_was_sent_is_sent_when_asked_for(data: st.DataObject) -> None:
    world, _, detector = drawn(data)
    for chart in world.chart_ids:
        audit = detector.audit(chart)
        assert audit is not None
        bulletin = detector.rebuild(chart, commit=True, send=True)
        slots = {change.milestone.slot for change in bulletin.changes} if bulletin else set()
        assert slots == set(audit.contradicted)
        assert bulletin is None or all(change.is_sent for change in bulletin.changes)
        after = detector.audit(chart)
        assert after is not None
        assert after.contradicted == ()


def test_a_ledger_that_is_lost_comes_back_and_nothing_is_sent_again() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    before = entries(chronicle.record, CHART.id)
    head = chronicle.record.head(CHART.id)
    assert head is not None
    assert chronicle.record.swap(head, replace(head, ledgers={}, version=head.version + 1))
    assert entries(chronicle.record, CHART.id) == {}
    assert chronicle.detector.rebuild(CHART.id, commit=True) is None
    assert entries(chronicle.record, CHART.id) == before
    assert sent(chronicle.arrives(2, US="Money Heist")) == []
    assert sent(chronicle.arrives(3, US="Elite")) == [("nth:daily:US:3", Status.ANNOUNCED)]


def test_a_rebuild_without_a_head_goes_on_from_what_was_sent() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    bulletins = list(RecordedBulletins(chronicle.record).bulletins(CHART.id))
    del chronicle.record._heads[CHART.id]
    assert chronicle.detector.rebuild(CHART.id, commit=True) is None
    head = chronicle.record.head(CHART.id)
    assert head is not None
    assert head.version > bulletins[-1].number
    assert Files(chronicle.record, head).ledger(2022).entries.keys() == {"nth:daily:US:1"}


# A record that is not what its publications come to.


def with_another_second_day(*rules: Rule) -> Chronicle:
    """Return a record of three days, of which the second is another by now, and nothing is concluded of that."""
    chronicle = Chronicle(*rules)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    chronicle.stored(1, US="Elite")
    return chronicle


def test_a_rebuild_says_what_it_would_change_and_changes_it_when_it_is_told_to() -> None:
    chronicle = with_another_second_day(NTH)
    head = chronicle.head
    said = chronicle.detector.rebuild(CHART.id, commit=False)
    assert said is not None
    assert changed([said]) == ["nth:daily:US:1", "nth:daily:US:2"], "and who came before"
    assert chronicle.head == head
    done = chronicle.detector.rebuild(CHART.id, commit=True)
    assert done is not None
    assert (changed([done]), sent([done])) == (changed([said]), [])
    assert chronicle.holders("nth:daily:US:1") == [("elite", 1)]
    assert chronicle.detector.rebuild(CHART.id, commit=False) is None


def test_a_rebuild_goes_as_far_as_the_record_and_leaves_news_to_be_sent() -> None:
    chronicle = with_another_second_day(NTH)
    chronicle.stored(3, US="All of Us Are Dead")
    assert chronicle.detector.rebuild(CHART.id, commit=True) is not None
    assert chronicle.head.last == chronicle.period(2)
    bulletins = chronicle.detector.detect(CHART.id, chronicle.period(3))
    assert sent(bulletins) == [("nth:daily:US:3", Status.ANNOUNCED)]


def test_what_a_rule_said_that_is_no_more_is_taken_back_without_a_word() -> None:
    chronicle = with_another_second_day(NTH, CHANGE)
    chronicle.rules = (NTH,)
    bulletin = chronicle.detector.rebuild(CHART.id, commit=True)
    assert bulletin is not None
    assert "new:daily:US:2022-01-03" in changed([bulletin])
    assert sent([bulletin]) == []
    assert chronicle.slots() == {"nth:daily:US:1", "nth:daily:US:2"}


def test_a_rebuild_writes_files_that_the_head_names_and_that_are_lost() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    before = entries(chronicle.record, CHART.id)
    files = chronicle.record._files[CHART.id]  # type: ignore[attr-defined]  # those of a record in memory
    for kind, name in list(files):
        if kind != BULLETIN.name:
            del files[kind, name]
    with pytest.raises(RecordDamaged):
        chronicle.arrives(3, US="Elite")
    assert chronicle.detector.rebuild(CHART.id, commit=True) is None
    assert entries(chronicle.record, CHART.id) == before
    assert sent(chronicle.detector.detect(CHART.id, chronicle.period(3))) == [("nth:daily:US:3", Status.ANNOUNCED)]


def test_where_it_is_lost_since_when_firsts_are_sent_they_are_from_the_next_period_on() -> None:
    chronicle = Chronicle(NTH, chart=replace(CHART, min_periods=2))
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    del chronicle.record._files[CHART.id]["retracted", chronicle.head.retracted]  # type: ignore[attr-defined]
    assert chronicle.detector.rebuild(CHART.id, commit=True) is None
    assert sent(chronicle.arrives(3, US="Elite")) == [("nth:daily:US:3", Status.ANNOUNCED)]


def test_a_rebuild_counts_what_other_charts_have_proved() -> None:
    charts = Charts()
    charts.history(BEFORE)
    charts.history(AFTER, fetched=3)
    charts.proof()
    assert charts.detector_of(charts.catalog).rebuild("countries", commit=False) is None
    assert charts.detector_of(charts.catalog).rebuild("countries", commit=True) is None


def test_of_a_chart_that_is_not_there_nothing_is_made_and_nothing_foreseen() -> None:
    chronicle = Chronicle(NTH)
    assert chronicle.detector.rebuild("another", commit=True) is None
    assert chronicle.detector.foresee("another") is None


@examples(50)
@given(st.data())
def test_what_a_catalog_changes_is_foreseen_without_a_change(data: st.DataObject) -> None:
    world, live_from = data.draw(worlds()), data.draw(LIVE_FROM)
    done = run(data.draw(courses(world)), live_from)
    other = data.draw(worlds()).facts.catalog
    earlier = {world.facts.catalog.version: world.facts.catalog}.get
    detector = Detector(
        done.charts,
        done.store,
        other,
        world.facts.rule_set,
        live_from,
        earlier_catalog=data.draw(st.sampled_from([earlier, no_earlier_catalog])),
    )
    for chart in world.chart_ids:
        before = done.store.head(chart)
        foreseen = detector.foresee(chart)
        assert done.store.head(chart) == before
        assert ([foreseen] if foreseen else []) == detector.reconsider(chart)
        assert detector.foresee(chart) is None
