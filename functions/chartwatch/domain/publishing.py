"""From a bulletin to sent stories: take, publish once, settle."""

from collections.abc import Iterator
from typing import Protocol

from chartwatch.domain.milestones import Bulletin
from chartwatch.domain.stores import Outbox
from chartwatch.domain.stories import Message, digest, stories
from chartwatch.errors import NotPublished, StoriesUnsent, StoryInDoubt


class Topic(Protocol):
    """Where messages are published; it fans them out to its subscribers."""

    def publish(self, message: Message) -> str:
        """Publish a message, in one attempt, and return the id it was given.

        Raises `NotPublished` when it certainly did not get out. After any other error it may have.
        """


class Publisher:
    """Sends the stories of bulletins to one topic, and a digest of each bulletin to another."""

    def __init__(self, outbox: Outbox, story_topic: Topic, digest_topic: Topic) -> None:
        """`outbox` remembers what was sent."""
        self._outbox = outbox
        self._story_topic = story_topic
        self._digest_topic = digest_topic

    def publish(self, bulletin: Bulletin) -> int:
        """Send what was not sent yet, the weightiest stories first, and return how many messages that was.

        One message that fails does not keep back the others. Raises `StoriesUnsent` when any did: publishing the
        bulletin again sends the rest, and nothing twice.
        """
        sent = 0
        failed: list[str] = []
        for topic, message in self._messages(bulletin):
            try:
                sent += self._send(topic, message)
            except (NotPublished, StoryInDoubt) as error:
                failed.append(str(error))
        if failed:
            raise StoriesUnsent(bulletin.id, tuple(failed))
        return sent

    def _messages(self, bulletin: Bulletin) -> Iterator[tuple[Topic, Message]]:
        told = stories(bulletin)
        yield from ((self._story_topic, story) for story in told)
        if told:
            yield self._digest_topic, digest(bulletin, told)

    def _send(self, topic: Topic, message: Message) -> bool:
        if not self._outbox.take(message.id):
            return False
        try:
            message_id = topic.publish(message)
        except NotPublished:
            self._outbox.release(message.id)
            raise
        self._outbox.settle(message.id, message_id)
        return True
