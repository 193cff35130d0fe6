"""Take, publish once, settle: no story is lost, and none is sent twice."""

from datetime import date

import pytest

from chartwatch.adapters.memory import MemoryCheckpoints, MemoryMilestones, MemoryOutbox
from chartwatch.domain.charts import Kind
from chartwatch.domain.claims import Holder
from chartwatch.domain.milestones import Bulletin, Change, Milestone, Status, WorkFacts
from chartwatch.domain.pacing import Pace
from chartwatch.domain.publishing import Completed, Publisher
from chartwatch.domain.rules import RuleKind
from chartwatch.domain.stories import Message
from chartwatch.errors import NotPublished

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
    now[0] += 0.25
    publisher.publish(BULLETIN)
    assert len(waits) == 3
