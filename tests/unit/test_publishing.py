"""Take, publish once, settle: no story is lost, and none is sent twice."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from chartwatch.adapters.memory import MemoryCheckpoints, MemoryMilestones, MemoryOutbox
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status, WorkFacts
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import RuleKind
from chartwatch.domain.stories.story import Message
from chartwatch.domain.works.work import Kind
from chartwatch.errors import NotPublished
from chartwatch.services.pacing import Pace
from chartwatch.services.ports import Checkpoint, Delivery, Lease
from chartwatch.services.publish import Completed, Publisher

PERIOD = date(2022, 2, 4)


def change(work_id: str, territory: str) -> Change:
    return Change(
        Milestone(
            slot=f"new-number-one:netflix-daily-overall:{territory}:2022-02-04",
            rule="new-number-one",
            kind=RuleKind.CHANGE,
            chart="netflix-daily-overall",
            territory=territory,
            group=None,
            n=None,
            period=PERIOD,
            status=Status.ANNOUNCED,
            silent=False,
            left_censored=False,
            revision=1,
            holders=(Holder(work_id, work_id.title(), PERIOD, returned=False),),
            reasons=(),
            headline=f"{work_id.title()} is the new #1",
            brief="new #1",
            evidence={
                "records_since": "2020-04-01",
                "periods_expected": 675,
                "periods_seen": 675,
                "gaps": [],
                "metric": [],
                "edition": {"url": "top10.csv", "fetched_at": None, "sha256": "0" * 64},
            },
            told=None,
        )
    )


BULLETIN = Bulletin(
    chart="netflix-daily-overall",
    chart_name="Netflix's daily chart",
    number=675,
    period=PERIOD,
    changes=(change("dead", "US"), change("ozark", "CA"), change("squid", "MX")),
    works={w: WorkFacts(w.title(), Kind.SERIES, None, (), None, "") for w in ("dead", "ozark", "squid")},
)
STORIES = [f"netflix-daily-overall:00000675:{work}" for work in ("dead", "ozark", "squid")]
DIGEST = "netflix-daily-overall:00000675:digest"


class Inbox:
    """A topic that keeps what it was given, and fails when told to."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.refuses: set[str] = set()
        self.loses_the_reply_of: set[str] = set()

    def publish(self, message: Message) -> str:
        if message.id in self.refuses:
            raise NotPublished(message.id, "throttled")
        self.received.append(message.id)
        if message.id in self.loses_the_reply_of:
            raise TimeoutError
        return f"id-{len(self.received)}"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def publisher(inbox: Inbox) -> Publisher:
    return publisher_to(inbox, Pace(1000))


def publisher_to(inbox: Inbox, pace: Pace) -> Publisher:
    return Publisher(MemoryOutbox(), MemoryMilestones(), MemoryCheckpoints(), inbox, inbox, pace=pace)


def test_each_story_and_one_digest_go_out(publisher: Publisher, inbox: Inbox) -> None:
    assert publisher.publish(BULLETIN) == Completed(sent=[*STORIES, DIGEST])
    assert inbox.received == [*STORIES, DIGEST]


def test_a_bulletin_that_is_delivered_again_sends_nothing(publisher: Publisher, inbox: Inbox) -> None:
    publisher.publish(BULLETIN)
    assert publisher.publish(BULLETIN) == Completed()
    assert inbox.received == [*STORIES, DIGEST]


def test_a_refused_story_keeps_back_no_other_and_goes_out_with_the_next_try(publisher: Publisher, inbox: Inbox) -> None:
    inbox.refuses = {STORIES[1]}
    completed = publisher.publish(BULLETIN)
    assert [str(error) for error in completed.refused] == [str(NotPublished(STORIES[1], "throttled"))]
    assert not completed.is_whole
    assert inbox.received == [STORIES[0], STORIES[2], DIGEST]
    inbox.refuses = set()
    assert publisher.publish(BULLETIN) == Completed(sent=[STORIES[1]])
    assert inbox.received == [STORIES[0], STORIES[2], DIGEST, STORIES[1]]


def test_after_a_lost_reply_a_story_is_not_sent_again_and_the_others_are(publisher: Publisher, inbox: Inbox) -> None:
    inbox.loses_the_reply_of = {STORIES[1]}
    with pytest.raises(TimeoutError):
        publisher.publish(BULLETIN)
    assert publisher.publish(BULLETIN) == Completed(sent=[STORIES[2], DIGEST], in_doubt=[STORIES[1]])
    assert publisher.publish(BULLETIN) == Completed(in_doubt=[STORIES[1]])
    assert sorted(inbox.received) == sorted([*STORIES, DIGEST])


def test_a_bulletin_of_silent_changes_sends_nothing(publisher: Publisher, inbox: Inbox) -> None:
    empty = Bulletin("netflix-daily-overall", "Netflix's daily chart", 676, PERIOD, (), {})
    assert publisher.publish(empty) == Completed()
    assert inbox.received == []


def test_a_message_waits_its_turn_and_a_bulletin_that_is_out_waits_for_nothing(inbox: Inbox) -> None:
    now, waits = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    publisher = publisher_to(inbox, Pace(4, clock=lambda: now[0], sleep=sleep))
    publisher.publish(BULLETIN)
    assert waits == [0.25, 0.25, 0.25], "the first goes at once"
    publisher.publish(BULLETIN)
    assert len(waits) == 3


class Meanwhile(MemoryOutbox):
    """An outbox in which something happens between being asked and being written to: it answers what was before."""

    def deliveries(self, stories: Collection[str]) -> Mapping[str, Delivery | Lease]:  # noqa: ARG002
        return {}


def publisher_on(outbox: MemoryOutbox, inbox: Inbox) -> Publisher:
    return Publisher(outbox, MemoryMilestones(), MemoryCheckpoints(), inbox, inbox, pace=Pace(1000))


def test_what_another_sent_meanwhile_is_not_sent_again_nor_said_to_be(inbox: Inbox) -> None:
    outbox = Meanwhile()
    outbox.witness(STORIES[0])
    assert publisher_on(outbox, inbox).publish(BULLETIN) == Completed(sent=[*STORIES[1:], DIGEST])
    assert inbox.received == [*STORIES[1:], DIGEST]


def test_what_another_took_meanwhile_is_in_doubt(inbox: Inbox) -> None:
    outbox = Meanwhile()
    outbox.take(STORIES[0])
    assert publisher_on(outbox, inbox).publish(BULLETIN) == Completed(
        sent=[*STORIES[1:], DIGEST], in_doubt=[STORIES[0]]
    )


def test_what_a_dead_attempt_took_is_sent_again_and_what_another_took_is_not(inbox: Inbox) -> None:
    outbox = MemoryOutbox()
    dead, other = outbox.take(STORIES[0]), outbox.take(STORIES[1])
    asked: list[Lease] = []

    def is_dead(lease: Lease) -> bool:
        asked.append(lease)
        return lease == dead

    publisher = publisher_on(outbox, inbox)
    completed = publisher.publish(BULLETIN, is_dead)
    assert completed == Completed(sent=[STORIES[2], DIGEST], again=[STORIES[0]], in_doubt=[STORIES[1]])
    assert asked == [dead, other]
    assert inbox.received == [STORIES[0], STORIES[2], DIGEST]
    assert outbox.deliveries(STORIES[:2]) == {STORIES[0]: Delivery.SENT, STORIES[1]: other}


def test_a_dead_attempt_that_settles_after_all_is_not_repeated(inbox: Inbox) -> None:
    outbox = MemoryOutbox()
    outbox.take(STORIES[0])

    def is_dead(lease: Lease) -> bool:
        outbox.settle(lease, "late")
        return True

    completed = publisher_on(outbox, inbox).publish(BULLETIN, is_dead)
    assert completed == Completed(sent=[*STORIES[1:], DIGEST], in_doubt=[STORIES[0]])
    assert STORIES[0] not in inbox.received


# What follows up waits until all that came before is out.


class Known:
    """Bulletins by charts."""

    def __init__(self, *bulletins: Bulletin) -> None:
        self._bulletins = bulletins

    def bulletins(self, chart: str, after: int = 0) -> Iterable[Bulletin]:
        return [its for its in self._bulletins if its.chart == chart and its.number > after]


def corrected(found: Change) -> Change:
    return Change(replace(found.milestone, status=Status.CORRECTED, revision=2), found.milestone)


CORRECTING = replace(BULLETIN, number=676, changes=(change("dead", "GB"), corrected(change("squid", "MX"))))
FOLLOWING_UP = ["netflix-daily-overall:00000676:squid", "netflix-daily-overall:00000676:digest"]
NEWS = "netflix-daily-overall:00000676:dead"


class Course:
    """A publisher, with all that it knows of what came before."""

    def __init__(self, inbox: Inbox, *bulletins: Bulletin) -> None:
        self.outbox, self.checkpoints = MemoryOutbox(), MemoryCheckpoints()
        self.publisher = Publisher(self.outbox, Known(*bulletins), self.checkpoints, inbox, inbox, pace=Pace(1000))


def test_a_correction_waits_for_every_earlier_bulletin_and_other_news_does_not(inbox: Inbox) -> None:
    course = Course(inbox, BULLETIN, CORRECTING)
    completed = course.publisher.publish(CORRECTING)
    assert completed == Completed(sent=[NEWS], held=FOLLOWING_UP)
    assert not completed.is_whole
    assert inbox.received == [NEWS]
    course.publisher.publish(BULLETIN)
    assert course.publisher.publish(CORRECTING) == Completed(sent=FOLLOWING_UP)


@pytest.mark.parametrize("left", [*STORIES, DIGEST])
def test_one_message_in_doubt_holds_what_follows_up(inbox: Inbox, left: str) -> None:
    course = Course(inbox, BULLETIN, CORRECTING)
    course.outbox.take(left)
    course.publisher.publish(BULLETIN)
    assert course.publisher.publish(CORRECTING).held == FOLLOWING_UP
    course.outbox.witness(left)
    assert course.publisher.publish(CORRECTING) == Completed(sent=FOLLOWING_UP)


def test_a_correction_does_not_wait_for_itself_nor_for_what_comes_later_nor_for_other_charts(inbox: Inbox) -> None:
    later, elsewhere = replace(BULLETIN, number=677), replace(BULLETIN, chart="another", number=1)
    completed = Course(inbox, elsewhere, CORRECTING, later).publisher.publish(CORRECTING)
    assert sorted(completed.sent) == sorted([NEWS, *FOLLOWING_UP])
    assert completed.is_whole


def test_what_a_checkpoint_says_is_out_is_not_asked_for(inbox: Inbox) -> None:
    course = Course(inbox, BULLETIN, CORRECTING)
    course.checkpoints.advance(BULLETIN.chart, Checkpoint(BULLETIN.number - 1, 0))
    assert course.publisher.publish(CORRECTING).held == FOLLOWING_UP
    course.checkpoints.advance(BULLETIN.chart, Checkpoint(BULLETIN.number, 0))
    assert course.publisher.publish(CORRECTING) == Completed(sent=FOLLOWING_UP)


def test_a_held_correction_is_not_taken(inbox: Inbox) -> None:
    course = Course(inbox, BULLETIN, CORRECTING)
    course.publisher.publish(CORRECTING)
    assert course.outbox.deliveries(FOLLOWING_UP) == {}


def test_stories_and_digests_go_to_their_own_topics() -> None:
    stories, digests = Inbox(), Inbox()
    publisher = Publisher(MemoryOutbox(), MemoryMilestones(), MemoryCheckpoints(), stories, digests, pace=Pace(1000))
    publisher.publish(BULLETIN)
    assert (stories.received, digests.received) == (STORIES, [DIGEST])


def test_a_refused_message_that_was_given_back_spends_its_turn_too(inbox: Inbox) -> None:
    """SNS counts what it refuses."""
    now, waits = [0.0], list[float]()
    publisher = publisher_to(inbox, Pace(4, clock=lambda: now[0], sleep=waits.append))
    inbox.refuses = set(STORIES)
    publisher.publish(BULLETIN)
    assert waits == [0.25, 0.25, 0.25]


def test_at_a_pace_of_five_messages_are_a_fifth_of_a_second_apart_by_the_clock(inbox: Inbox) -> None:
    one = replace(BULLETIN, changes=BULLETIN.changes[:1])
    started = time.monotonic()
    Publisher(MemoryOutbox(), MemoryMilestones(), MemoryCheckpoints(), inbox, inbox, pace=Pace(5)).publish(one)
    assert time.monotonic() - started >= 0.2
    assert len(inbox.received) == 2


def test_a_story_is_settled_with_the_id_that_its_message_was_given(inbox: Inbox) -> None:
    class Remembering(MemoryOutbox):
        def settle(self, lease: Lease, message_id: str) -> None:
            settled[lease.story] = message_id

    settled: dict[str, str] = {}
    publisher_on(Remembering(), inbox).publish(BULLETIN)
    assert settled == {story: f"id-{number}" for number, story in enumerate([*STORIES, DIGEST], start=1)}
