"""What a finding names: an operator goes by it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chartwatch.domain.stories.message import Message
from chartwatch.services.delivery_ports import Checkpoint, Subscriber
from chartwatch.services.detect import Detector
from chartwatch.services.findings import Finding, Found
from chartwatch.services.reconcile import LOOK_BACK
from tests.deliveries import ALARMS, CHART, NOW, QUARTER, Ended, World, week
from tests.recorded import rewrite_ledgers, without


@pytest.fixture
def world() -> World:
    """A world in which `reconcile` has found everything in order."""
    its = World.whole()
    its.found()
    return its


def test_the_checks_are_named_for_the_log_in_the_order_in_which_they_run(world: World) -> None:
    world.now = datetime(2022, 1, 26, 0, 1, tzinfo=UTC)
    names = [name for name, _ in world.reconciler().checks()]
    charts = [f"{name} of weekly" for name in ("record", "stories", "publications")]
    assert names == ["witness", *charts, "subscribers", "catalog", "audit of weekly"]


def test_a_publication_is_named_by_chart_and_period_and_a_late_story_by_its_id(world: World) -> None:
    world.publish(3)
    first, *others = world.reconcile()
    assert first == Finding(Found.PUBLICATION_DETECTED, "weekly", "2022-01-23")
    assert others
    assert {finding.where for finding in others} <= set(world.topic.received)


def test_the_witness_is_missed_by_topic_and_a_story_seen_by_its_id() -> None:
    world = World()
    world.detect(0, 1, 2)
    publish = world.topic.publish

    def publish_and_end(message: Message) -> str:
        publish(message)
        raise Ended

    world.topic.publish = publish_and_end  # type: ignore[method-assign]
    with pytest.raises(Ended):
        world.send()
    world.topic.publish = publish  # type: ignore[method-assign]
    world.known = world.known[1:]
    missing, seen, *_ = world.reconcile()
    assert missing == Finding(
        Found.WITNESS_MISSING, "topic", "the witness queue is not subscribed: nothing is sent again"
    )
    assert seen == Finding(Found.STORY_WITNESSED, world.topic.received[0], "it was sent, and nobody had noted it")


def test_files_that_the_record_does_not_name_are_counted_by_its_chart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Detector, "remove_unnamed", lambda _, chart, now: 4 if (chart, now) == ("weekly", NOW) else 0)
    world.now = NOW
    assert list(world.reconciler().audit("weekly")) == [
        Finding(Found.FILE_REMOVED, "weekly", "files that the record does not name", 4)
    ]


def test_a_bulletin_of_other_rules_is_named(world: World) -> None:
    bulletin = next(world.bulletins().bulletins(CHART.id))
    reconciler = world.reconciler()
    reconciler._detector.reconsider = {"weekly": [bulletin]}.get  # type: ignore[assignment,method-assign]
    (finding,) = reconciler.update_the_record("weekly")
    assert finding == Finding(Found.RECORD_UPDATED, "weekly", f"rules or catalog had changed: bulletin {bulletin.id}")


def test_a_refused_story_is_named_with_what_was_said(world: World) -> None:
    world.detect(3)
    world.topic.refuses = True
    refused = [finding for finding in world.reconcile() if finding.found is Found.STORY_REFUSED]
    assert refused
    for finding in refused:
        assert finding.where.startswith("weekly:0000")
        assert finding.where in finding.detail


def test_a_checkpoint_is_written_where_it_moves_and_nowhere_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints: Any = world.place.checkpoints()
    written: list[Checkpoint] = []
    advance = type(checkpoints).advance
    patched: Any = lambda its, chart, to: written.append(to) or advance(its, chart, to)  # noqa: E731
    monkeypatch.setattr(type(checkpoints), "advance", patched)
    world.found()
    assert written == []
    before = checkpoints.checkpoint(CHART.id)
    world.detect(3)
    world.found()
    after = checkpoints.checkpoint(CHART.id)
    assert after.sent > before.sent
    assert after in written


def test_a_late_chart_and_unpublished_editions_are_named_by_chart_and_period(world: World) -> None:
    charts: Any = world.place.charts()
    charts.has_editions = lambda chart, period: (chart, period) == ("weekly", week(4))
    assert world.reconcile() == [Finding(Found.EDITIONS_UNPUBLISHED, "weekly", "2022-01-30")]
    world.now = datetime(2022, 1, 26, 6, tzinfo=UTC)
    assert Finding(Found.CHART_LATE, "weekly", "nothing of 2022-01-23 yet") in world.reconcile()


def test_a_chart_is_late_by_its_latest_publication_however_long_ago_that_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.now = datetime(2022, 3, 1, tzinfo=UTC)
    asked: list[date] = []
    charts: Any = world.place.charts()
    summaries = charts.summaries
    monkeypatch.setattr(charts, "summaries", lambda chart, since: asked.append(since) or summaries(chart, since))
    (late,) = world.reconciler().watch_the_chart("weekly")
    assert late.detail == "nothing of 2022-01-23 yet"
    assert asked == [world.now.date() - LOOK_BACK], "what it costs does not grow with history"


def test_a_chart_of_which_nothing_recent_and_nothing_processed_is_known_is_not_late() -> None:
    world = World(now=datetime(2022, 3, 1, tzinfo=UTC))
    world.publish(0, 1)
    assert list(world.reconciler().watch_the_chart("weekly")) == []


def test_who_never_confirmed_and_who_vanished_is_named_by_topic_and_protocol_without_an_address(world: World) -> None:
    gone, pending = world.known[1], Subscriber("topic", "", "email", "you@example.org")
    world.known = [world.known[0], pending]
    unconfirmed, vanished = world.reconcile()
    assert unconfirmed == Finding(Found.SUBSCRIBER_UNCONFIRMED, pending.name, "email")
    assert (vanished.found, vanished.where) == (Found.SUBSCRIBER_VANISHED, gone.name)
    for finding in (unconfirmed, vanished):
        assert finding.where.startswith("topic:email:")
        assert "example.org" not in f"{finding}"


def test_who_vanished_is_found_by_every_run_until_somebody_is_there_again(world: World) -> None:
    there, mail = world.known
    world.known = [there]
    for _ in range(3):
        assert world.found() == {Found.SUBSCRIBER_VANISHED: 1}
    world.known = [there, mail._replace(arn="arn:3")]
    assert world.found() == {}


def test_who_vanished_and_is_dismissed_is_not_found_any_more(world: World) -> None:
    world.known = world.known[:1]
    assert world.found() == {Found.SUBSCRIBER_VANISHED: 1}
    world.place.checkpoints().note_subscribers(frozenset(who.name for who in world.known))
    assert world.found() == {}


def test_who_never_confirmed_and_is_removed_has_vanished_and_who_confirms_has_not(world: World) -> None:
    there, mail = world.known[:1], Subscriber("topic", "", "email", "you@example.org")
    world.known = [*world.known, mail]
    list(world.reconciler().watch_the_subscribers())
    world.known = [*world.known[:2], mail._replace(arn="arn:3")]
    assert list(world.reconciler().watch_the_subscribers()) == []
    world.known = [*world.known[:2], mail]
    list(world.reconciler().watch_the_subscribers())
    world.known = world.known[:2]
    (gone,) = list(world.reconciler().watch_the_subscribers())
    assert (gone.found, gone.where) == (Found.SUBSCRIBER_VANISHED, mail.name)
    assert there


@pytest.mark.parametrize("arn", ["", "arn:4"])
def test_who_is_to_hear_the_alarms_is_watched_like_who_gets_news(world: World, arn: str) -> None:
    world.has_alarms = True
    who = Subscriber(ALARMS, arn, "email", "me@example.org")
    world.known = [*world.known, who]
    pending = {} if arn else {Found.SUBSCRIBER_UNCONFIRMED: 1}
    assert world.found() == pending, "and the witness need not hear alarms"
    world.known = world.known[:2]
    assert world.found() == {Found.SUBSCRIBER_VANISHED: 1}
    world.has_alarms = False
    assert world.found() == {}, "a topic that is gone has no subscribers to miss"


def test_a_record_that_differs_is_named_by_chart_with_the_first_ten_slots(world: World) -> None:
    wrong = sorted(world.chronicle.slots())[:12]
    rewrite_ledgers(world.place.record(), CHART.id, without(set(wrong)))
    (finding,) = world.reconciler().audit("weekly")
    assert (finding.found, finding.where) == (Found.RECORD_DIFFERS, "weekly")
    count, _, listed = finding.detail.partition(" milestones (")
    slots, _, snapshot = listed.partition("), ")
    assert count == "12"
    assert len(slots.split(", ")) == 10
    assert set(slots.split(", ")) <= set(wrong)
    assert snapshot == "the same last snapshot"


@pytest.mark.parametrize("contradicted", [False, True])
def test_what_an_audit_found_stands_until_the_next_one_finds_it_no_more(world: World, contradicted: bool) -> None:
    if contradicted:
        world.chronicle.obeys(*world.chronicle.rules[:-1])
    else:
        rewrite_ledgers(world.place.record(), CHART.id, without({min(world.chronicle.slots())}))
    world.now = datetime(2022, 1, 26, 0, 1, tzinfo=UTC)
    found = world.reconcile()
    assert [its.found for its in found] == [Found.SENT_CONTRADICTED if contradicted else Found.RECORD_DIFFERS]
    for _ in range(5):
        world.later()
        assert world.reconcile() == found
    if contradicted:
        world.chronicle.detector.rebuild(CHART.id, commit=True, send=True)
    else:
        world.chronicle.detector.rebuild(CHART.id, commit=True)
    world.now = datetime(2022, 1, 27, 0, 1, tzinfo=UTC)
    assert {Found.RECORD_DIFFERS, Found.SENT_CONTRADICTED}.isdisjoint(world.found())
    world.later(QUARTER)
    assert {Found.RECORD_DIFFERS, Found.SENT_CONTRADICTED}.isdisjoint(world.found())


def test_what_was_sent_otherwise_is_named_by_chart_and_slots_with_the_way_out(world: World) -> None:
    world.chronicle.obeys(*world.chronicle.rules[:-1])
    (finding,) = world.reconciler().audit("weekly")
    assert (finding.found, finding.where, finding.count) == (Found.SENT_CONTRADICTED, "weekly", 4)
    slots, _, advice = finding.detail.partition("; ")
    assert slots.split(", ") == [
        f"from-country:weekly:{scope}:{group}:1" for scope in ("KR", "US") for group in ("DE", "KR")
    ]
    assert advice == "`chartwatch rebuild weekly --send` sends what is true"


def test_an_audit_names_what_it_detects() -> None:
    world = World()
    world.detect(0, 2, 3)
    world.publish(1)
    world.now = datetime(2022, 6, 1, 0, 1, tzinfo=UTC)
    assert Finding(Found.PUBLICATION_DETECTED, "weekly", "2022-01-09") in world.reconcile()
