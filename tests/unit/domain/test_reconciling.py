"""What reconciling finds and finishes, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chartwatch.domain.charts.calendars import MARGIN, overdue
from chartwatch.domain.charts.chart import Cadence, Chart, Due, Era
from chartwatch.domain.stories.message import TEST, Message, as_test
from chartwatch.services.delivery_ports import Checkpoint, Subscriber
from chartwatch.services.findings import Found
from chartwatch.services.reconcile import GRACE, LEASE, PROOF_KEPT, STREAMED, in_turn
from tests.chronicle import CHANGE
from tests.deliveries import CHART, QUARTER, Ended, World, week
from tests.infrastructure.templates import read
from tests.recorded import entries, rewrite_ledgers, without


@pytest.fixture
def world() -> World:
    return World.whole()


def test_where_everything_went_well_there_is_nothing_to_find(world: World) -> None:
    sent = list(world.topic.received)
    assert len(sent) > 3
    assert world.found() == {}
    assert world.topic.received == sent
    assert world.witness.is_empty()


def test_publications_that_nobody_processed_are_processed_and_sent(world: World) -> None:
    sent = list(world.topic.received)
    world.publish(3)
    found = world.found()
    assert found[Found.PUBLICATION_DETECTED] == 1
    assert found[Found.STORY_SENT] == len(world.topic.received) - len(sent) > 0
    assert world.found() == {}


def test_a_publication_that_may_still_be_looked_up_is_left_alone_until_it_is_ready(world: World) -> None:
    world.fetched(world.now - timedelta(minutes=3))
    world.publish(3)
    assert Found.PUBLICATION_DETECTED not in world.found()
    publication = world.place.charts().summary(CHART.id, week(3))
    assert publication is not None
    world.place.charts().mark_ready(publication)
    assert world.found()[Found.PUBLICATION_DETECTED] == 1


def test_a_revision_of_a_publication_that_was_ready_is_not_ready(world: World) -> None:
    publication = world.place.charts().summary(CHART.id, week(2))
    assert publication is not None
    world.place.charts().mark_ready(publication)
    world.fetched(world.now - timedelta(minutes=3))
    world.chronicle.stored(2, KR="Dark", US="Dark")
    assert Found.PUBLICATION_DETECTED not in world.found()


def test_a_publication_that_nobody_marks_ready_is_processed_all_the_same(world: World) -> None:
    world.fetched(world.now - STREAMED)
    world.publish(3)
    assert world.found()[Found.PUBLICATION_DETECTED] == 1


def test_an_old_period_that_nobody_processed_is_found_by_the_audit() -> None:
    world = World()
    world.detect(0, 2, 3)
    world.publish(1)
    world.now = datetime(2022, 6, 1, 0, 1, tzinfo=UTC)
    assert world.found()[Found.PUBLICATION_DETECTED] == 1


def test_bulletins_that_nobody_published_are_sent_once() -> None:
    world = World()
    world.detect(0, 1, 2)
    assert world.found()[Found.STORY_SENT] == len(world.topic.received) > 0
    sent = list(world.topic.received)
    world.send()
    assert world.topic.received == sent
    assert sorted(set(sent)) == sorted(sent)


def test_bulletins_that_are_known_to_be_sent_are_not_looked_at_again(world: World) -> None:
    world.found()
    read: list[int] = []
    known = world.place.record()
    bulletins = known.bulletins
    known.bulletins = lambda chart, after=0: read.append(after) or bulletins(chart, after)  # type: ignore[method-assign,func-returns-value]
    world.found()
    assert read == [max(ref.number for ref in bulletins(CHART.id))]


def _in_doubt(*, got_out: bool) -> World:
    """Leave a world whose publisher died with its first story in doubt."""
    world = World()
    world.detect(0, 1, 2)
    publish = world.topic.publish

    def publish_and_end(message: Message) -> str:
        if got_out:
            publish(message)
        raise Ended

    world.topic.publish = publish_and_end  # type: ignore[method-assign]
    with pytest.raises(Ended):
        world.send()
    world.topic.publish = publish  # type: ignore[method-assign]
    return world


@pytest.mark.parametrize("got_out", [True, False])
def test_a_story_in_doubt_is_left_alone_while_its_taker_may_live(got_out: bool) -> None:
    world = _in_doubt(got_out=got_out)
    world.later(LEASE + GRACE - timedelta(seconds=1))
    found = world.found()
    assert found.get(Found.STORY_IN_DOUBT, 0) == (0 if got_out else 1)
    assert Found.STORY_SENT_AGAIN not in found
    assert len(set(world.topic.received)) == len(world.topic.received)


def test_a_story_that_the_witness_saw_is_sent() -> None:
    world = _in_doubt(got_out=True)
    world.later()
    assert world.found()[Found.STORY_WITNESSED] == 1
    assert len(set(world.topic.received)) == len(world.topic.received)


def test_a_story_that_the_witness_did_not_see_is_sent_again() -> None:
    world = _in_doubt(got_out=False)
    world.later()
    assert world.found()[Found.STORY_SENT_AGAIN] == 1
    assert len(set(world.topic.received)) == len(world.topic.received)
    world.later()
    assert world.found() == {}


def test_nothing_is_sent_again_while_another_reads_the_witness() -> None:
    world = _in_doubt(got_out=True)
    world.later()
    assert world.witness.receipts()
    found = world.found()
    assert found[Found.STORY_IN_DOUBT] == 1
    assert Found.STORY_SENT_AGAIN not in found
    world.later()
    assert world.found()[Found.STORY_WITNESSED] >= 1
    assert len(set(world.topic.received)) == len(world.topic.received)


def test_nothing_is_sent_again_when_the_witness_is_not_subscribed() -> None:
    world = _in_doubt(got_out=False)
    world.known = world.known[1:]
    world.later()
    found = world.found()
    assert found[Found.WITNESS_MISSING] == 1
    assert Found.STORY_SENT_AGAIN not in found


def test_what_the_witness_may_have_forgotten_is_for_a_person_to_decide_and_not_sent_again() -> None:
    world = _in_doubt(got_out=True)
    world.later(timedelta(days=14, minutes=1))
    world.witness.forget_all()
    sent = list(world.topic.received)
    for _ in range(3):
        found = world.found()
        assert found[Found.STORY_UNDECIDED] == 1
        assert Found.STORY_SENT_AGAIN not in found
        world.later()
    assert world.topic.received.count(sent[0]) == 1


@pytest.mark.parametrize("got_out", [True, False])
def test_the_last_moment_at_which_silence_proves_anything_is_a_day_before_a_queue_forgets(got_out: bool) -> None:
    world = _in_doubt(got_out=got_out)
    world.later(PROOF_KEPT - timedelta(seconds=1))
    assert Found.STORY_UNDECIDED not in world.found()
    assert len(set(world.topic.received)) == len(world.topic.received)
    late = _in_doubt(got_out=False)
    late.later(PROOF_KEPT)
    found = late.found()
    assert found[Found.STORY_UNDECIDED] == 1
    assert Found.STORY_SENT_AGAIN not in found


def test_a_run_that_is_slow_lets_no_proof_grow_old_while_it_runs() -> None:
    world = _in_doubt(got_out=False)
    world.later(PROOF_KEPT - timedelta(minutes=1))
    reconciler = world.reconciler()
    list(reconciler.collect_receipts())
    world.later(timedelta(minutes=1))
    found = {finding.found for finding in reconciler.send_the_rest(CHART.id)}
    assert Found.STORY_UNDECIDED in found
    assert Found.STORY_SENT_AGAIN not in found


def test_a_witness_that_was_subscribed_since_proves_nothing_of_before() -> None:
    world = _in_doubt(got_out=False)
    world.found()
    world.witness.forget_all()
    world.known[0] = world.known[0]._replace(arn="arn:new")
    world.later()
    found = world.found()
    assert found[Found.STORY_UNDECIDED] == 1
    assert Found.STORY_SENT_AGAIN not in found
    world.place.checkpoints().advance(CHART.id, Checkpoint(10**6))
    world.later()
    assert world.found() == {}


def test_what_is_no_message_of_ours_may_be_the_one_that_is_looked_for() -> None:
    world = _in_doubt(got_out=True)
    world.witness.forget_all()
    world.witness.get(None)
    world.later()
    found = world.found()
    assert found[Found.WITNESS_MISLED] == 1
    assert found[Found.STORY_UNDECIDED] == 1
    assert Found.STORY_SENT_AGAIN not in found
    assert len(world.witness.aside) == 1


def test_a_test_that_got_out_is_forgotten_and_proves_nothing() -> None:
    world = _in_doubt(got_out=False)
    world.witness.get(as_test({}, "1").id)
    world.later(timedelta(hours=1))
    found = world.found()
    assert found[Found.STORY_SENT_AGAIN] == 1
    assert not found.keys() & {Found.WITNESS_MISLED, Found.STORY_WITNESSED, Found.STORY_UNDECIDED}
    assert world.witness.aside == []
    assert world.place.outbox().deliveries([f"{TEST}1"]) == {}


def test_after_something_that_is_no_message_of_ours_later_stories_are_sent_again_as_ever(world: World) -> None:
    world.found()
    world.witness.get(None)
    assert world.found() == {Found.WITNESS_MISLED: 1}
    world.later()
    world.detect(3)
    publish = world.topic.publish

    def end(_message: Message) -> str:
        raise Ended

    world.topic.publish = end  # type: ignore[method-assign]
    with pytest.raises(Ended):
        world.send()
    world.topic.publish = publish  # type: ignore[method-assign]
    world.later()
    assert world.found()[Found.STORY_SENT_AGAIN] == 1


def test_the_queues_of_the_witness_keep_a_message_for_longer_than_its_silence_proves_anything() -> None:
    queues = read("template.yaml").properties("AWS::SQS::Queue")
    for name in ("WitnessQueue", "WitnessMissedQueue"):
        assert timedelta(seconds=queues[name]["MessageRetentionPeriod"]) >= PROOF_KEPT + timedelta(days=1)


def test_a_refused_story_waits_for_the_next_run(world: World) -> None:
    world.found()
    world.detect(3)
    world.topic.refuses = True
    refused = world.found()[Found.STORY_REFUSED]
    world.topic.refuses = False
    assert world.found() == {Found.STORY_SENT: refused}


def test_a_lost_reply_is_made_good_by_the_witness(world: World) -> None:
    world.found()
    world.detect(3)
    world.topic.loses_replies = True
    with pytest.raises(TimeoutError):
        world.found()
    world.topic.loses_replies = False
    world.later()
    assert world.found()[Found.STORY_WITNESSED] == 1
    assert len(set(world.topic.received)) == len(world.topic.received)


def test_editions_without_their_publication_are_reported(world: World) -> None:
    charts = world.place.charts()
    charts.has_editions = lambda _, period: period == week(3)  # type: ignore[method-assign]
    assert world.found() == {Found.EDITIONS_UNPUBLISHED: 1}


def test_who_never_confirmed_and_who_vanished_is_reported(world: World) -> None:
    world.found()
    world.known = [world.known[0], Subscriber("topic", "", "email", "you@example.org")]
    assert world.found() == {Found.SUBSCRIBER_UNCONFIRMED: 1, Found.SUBSCRIBER_VANISHED: 1}
    assert world.found() == {Found.SUBSCRIBER_UNCONFIRMED: 1, Found.SUBSCRIBER_VANISHED: 1}


def test_a_record_that_differs_from_its_publications_is_reported_and_left_alone(world: World) -> None:
    world.found()
    record = world.place.record()
    slot = min(world.chronicle.slots())
    rewrite_ledgers(record, CHART.id, without({slot}))
    world.now = datetime(2022, 1, 26, 0, 1, tzinfo=UTC)
    (finding,) = world.reconcile()
    assert finding.found is Found.RECORD_DIFFERS
    assert slot in finding.detail
    assert slot not in world.chronicle.slots()


def test_what_was_sent_otherwise_than_it_is_recorded_is_reported(world: World) -> None:
    world.found()
    its = entries(world.place.record(), CHART.id).values()
    given_up = [entry.slot for entry in its if entry.sent and entry.rule != CHANGE.id]
    # What rules that are gone said is retracted, and that is recorded only.
    world.chronicle.obeys(CHANGE)
    world.now = datetime(2022, 1, 26, 0, 1, tzinfo=UTC)
    assert world.found() == {Found.SENT_CONTRADICTED: len(given_up)}


def test_each_chart_is_audited_once_a_day() -> None:
    charts = ["a", "b", "c"]
    start = datetime(2022, 1, 26, tzinfo=UTC)
    for day in range(3):
        turns = [in_turn(charts, start + timedelta(day) + run * QUARTER) for run in range(96)]
        assert sorted(chart for chart in turns if chart) == charts
    assert in_turn([], start) is None


WEEKLY = Chart("netflix-weekly-tv", "", "netflix", Cadence.WEEK, 10)
DAILY = Chart("mine", "", "me", Cadence.DAY, 10)
OWN_WEEKLY = Chart("mine", "", "me", Cadence.WEEK, 10)


@pytest.mark.parametrize(
    ("chart", "latest", "due"),
    [
        (WEEKLY, date(2026, 1, 4), datetime(2026, 1, 13, 20, tzinfo=UTC)),
        (DAILY, date(2026, 1, 4), datetime(2026, 1, 6, 12, tzinfo=UTC)),
        (OWN_WEEKLY, date(2026, 1, 4), datetime(2026, 1, 14, 0, tzinfo=UTC)),
    ],
)
def test_a_chart_is_late_some_hours_after_its_own_time(chart: Chart, latest: date, due: datetime) -> None:
    late_from = due + MARGIN
    assert overdue(chart, latest, late_from - timedelta(seconds=1)) is None
    assert overdue(chart, latest, late_from) == latest + chart.cadence.step
    assert overdue(chart, latest, late_from + timedelta(days=59)) == latest + chart.cadence.step
    assert overdue(chart, latest, late_from + timedelta(days=61)) is None, "a chart that has ceased is not late"


def test_a_late_chart_is_reported(world: World) -> None:
    world.found()
    world.now = datetime(2022, 1, 26, 6, tzinfo=UTC)
    assert Found.CHART_LATE in world.found()


@pytest.mark.parametrize(
    ("due", "late_from"),
    [
        (Due(timedelta(hours=21), 2), datetime(2026, 1, 13, 21, tzinfo=UTC)),
        (Due(timedelta(hours=45)), datetime(2026, 1, 13, 21, tzinfo=UTC)),
        (Due(timedelta(hours=1), 7), datetime(2026, 1, 18, 1, tzinfo=UTC)),
        (Due(timedelta()), datetime(2026, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_chart_that_says_when_it_is_due_is_late_after_that_and_not_by_any_guess(
    due: Due, late_from: datetime
) -> None:
    for chart in (WEEKLY, OWN_WEEKLY):
        said = replace(chart, due=due)
        assert overdue(said, date(2026, 1, 4), late_from + MARGIN - timedelta(seconds=1)) is None
        assert overdue(said, date(2026, 1, 4), late_from + MARGIN) == date(2026, 1, 11)


def test_the_first_period_of_an_era_is_due_by_its_own_date() -> None:
    hot_100 = replace(OWN_WEEKLY, eras=(Era(date(1962, 1, 6), date(1961, 12, 25)),))
    assert overdue(hot_100, date(1961, 12, 25), datetime(1962, 1, 8, tzinfo=UTC)) is None
    assert overdue(hot_100, date(1961, 12, 25), datetime(1962, 1, 10, tzinfo=UTC)) == date(1962, 1, 6)


def test_a_monthly_chart_is_late_in_the_middle_of_the_next_month() -> None:
    monthly = replace(OWN_WEEKLY, cadence=Cadence.MONTH)
    assert overdue(monthly, date(2026, 1, 31), datetime(2026, 3, 15, tzinfo=UTC)) is None
    assert overdue(monthly, date(2026, 1, 31), datetime(2026, 3, 16, tzinfo=UTC)) == date(2026, 2, 28)
