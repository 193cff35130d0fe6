"""From a bulletin to sent stories: take, publish once, settle."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from chartwatch.domain.milestones import Bulletin
from chartwatch.domain.pacing import Pace
from chartwatch.domain.stores import Delivery, Lease, Outbox
from chartwatch.domain.stories import Message, digest, stories
from chartwatch.errors import NotPublished, StoriesUnsent, StoryInDoubt

MESSAGES_PER_SECOND = 5.0
"""Half of what SNS lets an email endpoint get in a second, since the publisher and `reconcile` may run at once."""


class Topic(Protocol):
    """Where messages are published; it fans them out to its subscribers."""

    def publish(self, message: Message) -> str:
        """Publish a message, in one attempt, and return the id it was given.

        Raises `NotPublished` when it certainly did not get out. After any other error it may have.
        """


class Addressed(NamedTuple):
    """A message, and the topic that it goes to."""

    topic: Topic
    message: Message


@dataclass(frozen=True, slots=True)
class Completed:
    """What completing a bulletin came to, by the ids of messages: sent, sent again, left in doubt, and refused."""

    sent: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every message of the bulletin is out now."""
        return not (self.in_doubt or self.refused)


class Publisher:
    """Sends the stories of bulletins to one topic, and a digest of each bulletin to another."""

    def __init__(self, outbox: Outbox, story_topic: Topic, digest_topic: Topic, pace: Pace | None = None) -> None:
        """`outbox` remembers what was sent."""
        self._outbox = outbox
        self._story_topic = story_topic
        self._digest_topic = digest_topic
        self._pace = pace or Pace(MESSAGES_PER_SECOND)

    def publish(self, bulletin: Bulletin) -> int:
        """Send what was not sent yet, the weightiest stories first, and return how many messages that was.

        One message that fails does not keep back the others. Raises `StoriesUnsent` when any did: publishing the
        bulletin again sends the rest, and nothing twice.
        """
        sent = 0
        failed: list[str] = []
        for addressed in self._messages(bulletin):
            try:
                sent += self._send_new(addressed)
            except (NotPublished, StoryInDoubt) as error:
                failed.append(str(error))
        if failed:
            raise StoriesUnsent(bulletin.id, tuple(failed))
        return sent

    def complete(self, bulletin: Bulletin, is_dead: Callable[[Lease], bool]) -> Completed:
        """Send what was not sent yet, and again what was taken by an attempt that is dead and sent nothing."""
        addressed = self._messages(bulletin)
        known = self._outbox.deliveries([message.id for _, message in addressed])
        sent: list[str] = []
        again: list[str] = []
        in_doubt: list[str] = []
        refused: list[str] = []
        for one in addressed:
            story = one.message.id
            found = known.get(story)
            if found is Delivery.SENT:
                continue
            try:
                if not isinstance(found, Lease):
                    sent += [story] * self._send_new(one)
                elif is_dead(found) and self._send_again(one, found):
                    again.append(story)
                else:
                    in_doubt.append(story)
            except NotPublished:
                refused.append(story)
            except StoryInDoubt:
                in_doubt.append(story)
        return Completed(tuple(sent), tuple(again), tuple(in_doubt), tuple(refused))

    def _messages(self, bulletin: Bulletin) -> list[Addressed]:
        told = stories(bulletin)
        addressed = [Addressed(self._story_topic, story) for story in told]
        return [*addressed, Addressed(self._digest_topic, digest(bulletin, told))] if told else []

    def _send_new(self, addressed: Addressed) -> bool:
        return self._send(addressed, lambda: self._outbox.take(addressed.message.id))

    def _send_again(self, addressed: Addressed, stale: Lease) -> bool:
        return self._send(addressed, lambda: self._outbox.take_over(stale))

    def _send(self, addressed: Addressed, take: Callable[[], Lease | None]) -> bool:
        # Before the story is taken, so that a lease is not spent on waiting.
        self._pace.wait()
        lease = take()
        if lease is None:
            return False
        self._pace.spend()
        try:
            message_id = addressed.topic.publish(addressed.message)
        except NotPublished:
            self._outbox.release(lease)
            raise
        self._outbox.settle(lease, message_id)
        return True
