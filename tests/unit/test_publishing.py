"""Take, publish once, settle: no story is lost, and none is sent twice."""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import pytest

from chartwatch.adapters.dynamodb.outbox import DynamoOutbox
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.milestone import Bulletin, Published
from chartwatch.domain.stories.message import Message
from chartwatch.errors import NotPublished, NotResent, StoryInDoubt
from chartwatch.services.delivery_ports import Checkpoint, Delivery, Lease
from chartwatch.services.pacing import Pace
from chartwatch.services.publish import Completed, Publisher
from tests.chronicle import CHANGE, Chronicle
from tests.stores import Cloud


def bulletins() -> tuple[Bulletin, Bulletin]:
    """Return a bulletin of three stories, and one that corrects one of them and has news of another work."""
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, **dict.fromkeys(("CA", "GB", "MX", "US"), "Elite"))
    (first,) = chronicle.arrives(1, CA="Ozark", GB="Elite", MX="Squid Game", US="All of Us Are Dead")
    (second,) = chronicle.arrives(1, CA="Ozark", GB="Money Heist", MX="Who Killed Sara?", US="All of Us Are Dead")
    return first, second


BULLETIN, CORRECTING = bulletins()
PUBLISHED = BULLETIN.published or Published(Cadence.DAY, ())
STORIES = [f"daily:00000002:{work}" for work in ("dead", "ozark", "squid")]
DIGEST = "daily:00000002:digest"
NEWS = "daily:00000003:heist"
FOLLOWING_UP = [f"daily:00000003:{message}" for message in ("sara", "squid", "digest")]


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


class Known:
    """Bulletins by charts."""

    def __init__(self, *bulletins: Bulletin) -> None:
        self._bulletins = bulletins

    def bulletins(self, chart: str, after: int = 0) -> Iterable[Bulletin]:
        return [its for its in self._bulletins if its.chart == chart and its.number > after]


def publisher_to(
    inbox: Inbox,
    *,
    outbox: DynamoOutbox | None = None,
    pace: Pace | None = None,
    digests: Inbox | None = None,
) -> Publisher:
    """Return a publisher that knows of no earlier bulletins."""
    return Publisher(
        outbox or Cloud().outbox(),
        Known(),
        Cloud().checkpoints(),
        inbox,
        digests or inbox,
        limits=LIMITS,
        pace=pace or Pace(1000),
    )


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def publisher(inbox: Inbox) -> Publisher:
    return publisher_to(inbox)


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


def test_of_a_bulletin_that_is_recorded_only_nothing_is_sent(publisher: Publisher, inbox: Inbox) -> None:
    changes = tuple(replace(change, milestone=replace(change.milestone, silent=True)) for change in BULLETIN.changes)
    recorded_only = replace(BULLETIN, changes=changes, published=replace(PUBLISHED, is_news=False))
    assert publisher.publish(recorded_only) == Completed()
    assert inbox.received == []


def test_a_publication_that_is_news_has_a_digest_although_nothing_in_it_is_new(
    publisher: Publisher, inbox: Inbox
) -> None:
    publisher.publish(replace(BULLETIN, changes=(), published=replace(PUBLISHED, is_news=True)))
    assert inbox.received == [DIGEST]


def test_a_message_waits_its_turn_and_a_bulletin_that_is_out_waits_for_nothing(inbox: Inbox) -> None:
    now, waits = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    publisher = publisher_to(inbox, pace=Pace(4, clock=lambda: now[0], sleep=sleep))
    publisher.publish(BULLETIN)
    assert waits == [0.25, 0.25, 0.25], "the first goes at once"
    publisher.publish(BULLETIN)
    assert len(waits) == 3


class Meanwhile(DynamoOutbox):
    """An outbox in which something happens between being asked and being written to: it answers what was before."""

    def deliveries(self, stories: Collection[str]) -> Mapping[str, Delivery | Lease]:  # noqa: ARG002
        return {}


def test_what_another_sent_meanwhile_is_not_sent_again_nor_said_to_be(inbox: Inbox) -> None:
    outbox = Meanwhile(Cloud().table())
    outbox.witness(STORIES[0])
    assert publisher_to(inbox, outbox=outbox).publish(BULLETIN) == Completed(sent=[*STORIES[1:], DIGEST])
    assert inbox.received == [*STORIES[1:], DIGEST]


def test_what_another_took_meanwhile_is_in_doubt(inbox: Inbox) -> None:
    outbox = Meanwhile(Cloud().table())
    outbox.take(STORIES[0])
    assert publisher_to(inbox, outbox=outbox).publish(BULLETIN) == Completed(
        sent=[*STORIES[1:], DIGEST], in_doubt=[STORIES[0]]
    )


def test_what_a_dead_attempt_took_is_sent_again_and_what_another_took_is_not(inbox: Inbox) -> None:
    outbox = Cloud().outbox()
    dead, other = outbox.take(STORIES[0]), outbox.take(STORIES[1])
    asked: list[Lease] = []

    def is_dead(lease: Lease) -> bool:
        asked.append(lease)
        return lease == dead

    publisher = publisher_to(inbox, outbox=outbox)
    completed = publisher.publish(BULLETIN, is_dead)
    assert completed == Completed(sent=[STORIES[2], DIGEST], again=[STORIES[0]], in_doubt=[STORIES[1]])
    assert asked == [dead, other]
    assert inbox.received == [STORIES[0], STORIES[2], DIGEST]
    assert outbox.deliveries(STORIES[:2]) == {STORIES[0]: Delivery.SENT, STORIES[1]: other}


def test_a_dead_attempt_that_settles_after_all_is_not_repeated(inbox: Inbox) -> None:
    outbox = Cloud().outbox()
    outbox.take(STORIES[0])

    def is_dead(lease: Lease) -> bool:
        outbox.settle(lease, "late")
        return True

    completed = publisher_to(inbox, outbox=outbox).publish(BULLETIN, is_dead)
    assert completed == Completed(sent=[*STORIES[1:], DIGEST], in_doubt=[STORIES[0]])
    assert STORIES[0] not in inbox.received


# What follows up waits until all that came before is out.


class Course:
    """A publisher, with all that it knows of what came before."""

    def __init__(self, inbox: Inbox, *bulletins: Bulletin) -> None:
        cloud = Cloud()
        self.outbox, self.checkpoints = cloud.outbox(), cloud.checkpoints()
        self.publisher = Publisher(
            self.outbox, Known(*bulletins), self.checkpoints, inbox, inbox, limits=LIMITS, pace=Pace(1000)
        )


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


def test_a_correction_waits_for_nothing_later_and_for_no_other_chart(inbox: Inbox) -> None:
    later, elsewhere = replace(BULLETIN, number=4), replace(BULLETIN, chart="another", number=1)
    completed = Course(inbox, elsewhere, CORRECTING, later).publisher.publish(CORRECTING)
    assert sorted(completed.sent) == sorted([NEWS, *FOLLOWING_UP])
    assert completed.is_whole


def test_what_a_checkpoint_says_is_out_is_not_asked_for(inbox: Inbox) -> None:
    course = Course(inbox, BULLETIN, CORRECTING)
    course.checkpoints.advance(BULLETIN.chart, Checkpoint(BULLETIN.number - 1))
    assert course.publisher.publish(CORRECTING).held == FOLLOWING_UP
    course.checkpoints.advance(BULLETIN.chart, Checkpoint(BULLETIN.number))
    assert course.publisher.publish(CORRECTING) == Completed(sent=FOLLOWING_UP)


def test_a_held_correction_is_not_taken(inbox: Inbox) -> None:
    course = Course(inbox, BULLETIN, CORRECTING)
    course.publisher.publish(CORRECTING)
    assert course.outbox.deliveries(FOLLOWING_UP) == {}


def test_stories_and_digests_go_to_their_own_topics() -> None:
    stories, digests = Inbox(), Inbox()
    publisher_to(stories, digests=digests).publish(BULLETIN)
    assert (stories.received, digests.received) == (STORIES, [DIGEST])


def test_a_refused_message_that_was_given_back_spends_its_turn_too(inbox: Inbox) -> None:
    """SNS counts what it refuses."""
    now, waits = [0.0], list[float]()
    publisher = publisher_to(inbox, pace=Pace(4, clock=lambda: now[0], sleep=waits.append))
    inbox.refuses = set(STORIES)
    publisher.publish(BULLETIN)
    assert waits == [0.25, 0.25, 0.25]


def test_at_a_pace_of_five_messages_are_a_fifth_of_a_second_apart_by_the_clock(inbox: Inbox) -> None:
    one = replace(BULLETIN, changes=BULLETIN.changes[:1])
    started = time.monotonic()
    publisher_to(inbox, pace=Pace(5)).publish(one)
    assert time.monotonic() - started >= 0.2
    assert len(inbox.received) == 2


def test_a_story_is_settled_with_the_id_that_its_message_was_given(inbox: Inbox) -> None:
    class Remembering(DynamoOutbox):
        def settle(self, lease: Lease, message_id: str) -> None:
            settled[lease.story] = message_id

    settled: dict[str, str] = {}
    publisher_to(inbox, outbox=Remembering(Cloud().table())).publish(BULLETIN)
    assert settled == {story: f"id-{number}" for number, story in enumerate([*STORIES, DIGEST], start=1)}


# Sent again, because a person asks for it.


def test_what_was_sent_is_sent_again_when_a_person_asks_and_counts_as_sent(publisher: Publisher, inbox: Inbox) -> None:
    publisher.publish(BULLETIN)
    for message in (STORIES[1], DIGEST):
        assert publisher.resend(BULLETIN, message) is Delivery.SENT
    assert inbox.received == [*STORIES, DIGEST, STORIES[1], DIGEST]
    assert publisher.publish(BULLETIN) == Completed()


def test_what_was_refused_is_sent_when_a_person_asks_and_not_once_more(publisher: Publisher, inbox: Inbox) -> None:
    inbox.refuses = {STORIES[1]}
    publisher.publish(BULLETIN)
    with pytest.raises(NotPublished):
        publisher.resend(BULLETIN, STORIES[1])
    inbox.refuses = set()
    assert publisher.resend(BULLETIN, STORIES[1]) is Delivery.PENDING
    assert publisher.publish(BULLETIN) == Completed()
    assert inbox.received.count(STORIES[1]) == 1


def test_what_is_in_doubt_is_not_sent_again_by_asking(publisher: Publisher, inbox: Inbox) -> None:
    inbox.loses_the_reply_of = {STORIES[1]}
    with pytest.raises(TimeoutError):
        publisher.publish(BULLETIN)
    with pytest.raises(StoryInDoubt):
        publisher.resend(BULLETIN, STORIES[1])
    assert inbox.received.count(STORIES[1]) == 1


@pytest.mark.parametrize("message", [STORIES[1], DIGEST, "daily:00000002:nobody"])
def test_what_was_never_sent_is_not_sent_by_asking(publisher: Publisher, inbox: Inbox, message: str) -> None:
    with pytest.raises(NotResent):
        publisher.resend(BULLETIN, message)
    assert inbox.received == []


def test_a_lost_reply_to_what_is_sent_again_leaves_it_sent(publisher: Publisher, inbox: Inbox) -> None:
    publisher.publish(BULLETIN)
    inbox.loses_the_reply_of = {STORIES[0]}
    with pytest.raises(TimeoutError):
        publisher.resend(BULLETIN, STORIES[0])
    assert publisher.publish(BULLETIN) == Completed()
    assert publisher.resend(BULLETIN, STORIES[2]) is Delivery.SENT


def test_a_refused_correction_is_not_sent_before_what_it_corrects(inbox: Inbox) -> None:
    publisher = Publisher(
        outbox := Cloud().outbox(),
        Known(BULLETIN, CORRECTING),
        Cloud().checkpoints(),
        inbox,
        inbox,
        limits=LIMITS,
        pace=Pace(1000),
    )
    correction = FOLLOWING_UP[1]
    lease = outbox.take(correction)
    assert lease
    outbox.release(lease)
    with pytest.raises(NotResent, match="follows up"):
        publisher.resend(CORRECTING, correction)
    publisher.publish(BULLETIN)
    assert publisher.resend(CORRECTING, correction) is Delivery.PENDING
