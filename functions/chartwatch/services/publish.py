"""From a bulletin to sent stories: take, publish once, settle."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Protocol

from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.message import Limits, Message, PageOf
from chartwatch.domain.stories.story import Story, stories
from chartwatch.errors import NotPublished, NotResent, StoryInDoubt
from chartwatch.services.delivery_ports import Checkpoints, Delivery, Lease, Outbox
from chartwatch.services.pacing import Pace


class Topic(Protocol):
    """Where messages are published; it fans them out to its subscribers."""

    def publish(self, message: Message) -> str:
        """Publish a message, in one attempt, and return the id it was given.

        Raises `NotPublished` when it certainly did not get out. After any other error it may have.
        """


class Bulletins(Protocol):
    """The bulletins of charts, as `RecordedBulletins` has them."""

    def bulletins(self, chart: str, after: int = 0) -> Iterable[Bulletin]:
        """Return the chart's bulletins of greater numbers than `after`, in their order."""


@dataclass(slots=True)
class Completed:
    """What publishing a bulletin came to, by the ids of messages: what was sent, sent again, and why others were not.

    `in_doubt` was taken before and may be out or not; `held` must not come before something that is not out; `refused`
    certainly did not get out.
    """

    sent: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    refused: list[NotPublished] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every message of the bulletin is out now."""
        return not (self.in_doubt or self.held or self.refused)


def messages(bulletin: Bulletin, limits: Limits, page_of: PageOf | None = None) -> list[Message]:
    """Return what is sent of a bulletin: its stories, the weightiest first, and its digest; or nothing.

    A publication that is news has a digest even if nothing in it is new, so that silence is not taken for that.
    Stories link to pages where `page_of` says which.
    """
    found = stories(bulletin, limits, page_of)
    return [*found, digest(bulletin, found, limits)] if found or bulletin.is_news else []


class Publisher:
    """Sends the stories of bulletins to one topic, and a digest of each bulletin to another.

    A message that follows up earlier ones goes out when all earlier bulletins of its chart are out.
    """

    def __init__(
        self,
        outbox: Outbox,
        bulletins: Bulletins,
        checkpoints: Checkpoints,
        story_topic: Topic,
        digest_topic: Topic,
        *,
        limits: Limits,
        pace: Pace,
        page_of: PageOf | None = None,
    ) -> None:
        """`outbox` remembers what was sent, and `checkpoints` up to where all was.

        `limits` are what a topic takes of a message, and `pace` is that of messages. `page_of` says where the page of a
        slot is, if there is a site.
        """
        self._outbox = outbox
        self._bulletins = bulletins
        self._checkpoints = checkpoints
        self._story_topic = story_topic
        self._digest_topic = digest_topic
        self._limits = limits
        self._pace = pace
        self._page_of = page_of

    def publish(self, bulletin: Bulletin, is_dead: Callable[[Lease], bool] = lambda _lease: False) -> Completed:
        """Send what was not sent yet, the weightiest stories first, and again what an attempt took that is dead.

        One message that fails does not keep back the others that follow up nothing. Publishing a bulletin again sends
        the rest, and nothing twice; nor is anything sent again unless `is_dead` says so.
        """
        due = self._messages(bulletin)
        known = self._outbox.deliveries([message.id for message in due])
        unsent = [message for message in due if known.get(message.id) is not Delivery.SENT]
        in_turn = not any(message.follows_up for message in unsent) or self._is_next(bulletin)
        completed = Completed()
        for message in unsent:
            if message.follows_up and not in_turn:
                completed.held.append(message.id)
            else:
                self._deliver(message, known.get(message.id), is_dead, completed)
        return completed

    def resend(self, bulletin: Bulletin, story: str) -> Delivery:
        """Send one message of a bulletin because a person asks for it, and return where it stood before.

        One that was sent arrives a second time at whoever has it; one that SNS refused is sent for the first time.
        Raises `NotResent` for any other, `StoryInDoubt` where nobody knows, and `NotPublished`.
        """
        message = next((its for its in self._messages(bulletin) if its.id == story), None)
        if message is None:
            raise NotResent(story, f"the bulletin {bulletin.id} has no such message")
        match self._outbox.deliveries([story]).get(story):
            case Lease():
                raise StoryInDoubt(story)
            case None:
                raise NotResent(story, "it was never taken for sending; `reconcile` sends what is left")
            case Delivery.PENDING if message.follows_up and not self._is_next(bulletin):
                raise NotResent(story, "it follows up messages that are not out yet")
            case Delivery.PENDING:
                self._send(message, lambda: self._outbox.take(story))
                return Delivery.PENDING
            case _:
                self._pace.wait()
                self._pace.spend()
                self._topic_of(message).publish(message)
                return Delivery.SENT

    def _deliver(
        self, message: Message, found: Delivery | Lease | None, is_dead: Callable[[Lease], bool], completed: Completed
    ) -> None:
        """Send a message, unless it may be out, and note what that came to; `found` is what the outbox has of it."""
        try:
            if not isinstance(found, Lease):
                if self._send(message, lambda: self._outbox.take(message.id)):
                    completed.sent.append(message.id)
            elif is_dead(found) and self._send(message, lambda: self._outbox.take_over(found)):
                completed.again.append(message.id)
            else:
                completed.in_doubt.append(message.id)
        except NotPublished as error:
            completed.refused.append(error)
        except StoryInDoubt:
            completed.in_doubt.append(message.id)

    def _messages(self, bulletin: Bulletin) -> list[Message]:
        return messages(bulletin, self._limits, self._page_of)

    def _is_next(self, bulletin: Bulletin) -> bool:
        """Return whether every message of the chart's earlier bulletins is out."""
        sent = self._checkpoints.checkpoint(bulletin.chart).sent
        earlier = takewhile(lambda its: its.number < bulletin.number, self._bulletins.bulletins(bulletin.chart, sent))
        return all(self._is_out(its) for its in earlier)

    def _is_out(self, bulletin: Bulletin) -> bool:
        ids = [message.id for message in self._messages(bulletin)]
        known = self._outbox.deliveries(ids)
        return all(known.get(story) is Delivery.SENT for story in ids)

    def _send(self, message: Message, take: Callable[[], Lease | None]) -> bool:
        # Before the story is taken, so that a lease is not spent on waiting.
        self._pace.wait()
        lease = take()
        if lease is None:
            return False
        self._pace.spend()
        try:
            message_id = self._topic_of(message).publish(message)
        except NotPublished:
            self._outbox.release(lease)
            raise
        self._outbox.settle(lease, message_id)
        return True

    def _topic_of(self, message: Message) -> Topic:
        return self._story_topic if isinstance(message, Story) else self._digest_topic
