"""What the services ask of delivery: the outbox, checkpoints, who subscribes, and the witness of what got out."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class Delivery(StrEnum):
    """What became of a story that was ever taken: given back, under way (or cut short), and out."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"


@dataclass(frozen=True, slots=True)
class Lease:
    """A story that was taken for sending, by which attempt and when (UTC). It is in doubt until it is settled."""

    story: str
    attempt: str
    taken_at: datetime


class Told(NamedTuple):
    """All that is known of the sending of a story: where it stands, when it was taken and sent, and by which message.

    `seen_at` is when the witness saw the message of a story that nobody had noted as sent; times are UTC.
    """

    delivery: Delivery
    taken_at: datetime | None = None
    sent_at: datetime | None = None
    seen_at: datetime | None = None
    message_id: str = ""


class Outbox(Protocol):
    """Which stories were sent. A story is taken before it is published and settled after, so none goes out twice."""

    def take(self, story: str) -> Lease | None:
        """Take a story for sending; None when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled: it may be out or not.
        """

    def take_over(self, stale: Lease) -> Lease | None:
        """Take a story from an attempt that died; None when it is no longer that attempt's."""

    def settle(self, lease: Lease, message_id: str) -> None:
        """Mark a story as sent. That is true whoever has taken it meanwhile."""

    def release(self, lease: Lease) -> None:
        """Give back a story that certainly did not get out, unless another attempt has it, or sent it."""

    def witness(self, story: str) -> bool:
        """Mark a story, whose message was seen, as sent; False when it was marked already."""

    def deliveries(self, stories: Collection[str]) -> Mapping[str, Delivery | Lease]:
        """Return what became of those of the stories that were ever taken: the lease of one that is under way."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to which number the bulletins of a chart are wholly sent."""

    sent: int = 0


@dataclass(frozen=True, slots=True)
class Hearing:
    """By which subscriptions (their ARNs) the witness hears the topics, and since when (UTC).

    `since` None: since before any story was taken.
    """

    subscriptions: frozenset[str]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an audit found, and what stands until the next one: its name, the detail, and how many there are."""

    found: str
    detail: str
    count: int


class Checkpoints(Protocol):
    """How far reconciling has come, so that what it costs does not grow with history; and what stands since."""

    def checkpoint(self, chart: str) -> Checkpoint:
        """Return how far it has come with a chart; at first nowhere."""

    def advance(self, chart: str, reached: Checkpoint) -> None:
        """Note how far it has come. An earlier one costs nothing but looking again."""

    def subscribers(self) -> frozenset[str]:
        """Return the subscriptions that were ever seen, less those that a person has dismissed."""

    def note_subscribers(self, known: frozenset[str]) -> None:
        """Note the subscriptions that are known now."""

    def hearing(self) -> Hearing | None:
        """Return how the witness heard the topics the last time; None at first."""

    def note_hearing(self, hearing: Hearing) -> None:
        """Note how the witness hears the topics."""

    def audited(self, chart: str) -> tuple[Standing, ...]:
        """Return what the last audit of a chart found."""

    def note_audit(self, chart: str, found: tuple[Standing, ...]) -> None:
        """Note what an audit of a chart found."""


class Subscriber(NamedTuple):
    """A subscription to a topic. `arn` is empty until it is confirmed."""

    topic: str
    arn: str
    protocol: str
    endpoint: str

    @property
    def name(self) -> str:
        """What it is known by, confirmed or not and when it is made anew: topic, protocol, and a digest of its address.

        Addresses are kept out of logs.
        """
        digest = hashlib.sha256(self.endpoint.encode()).hexdigest()[:16]
        return f"{self.topic}:{self.protocol}:{digest}"


class Subscribers(Protocol):
    """Who gets what the topics send."""

    def current(self) -> Sequence[Subscriber]:
        """Return the subscriptions there are, of all topics."""

    def topics(self) -> Sequence[str]:
        """Return all topics: those of news, and that of alarms where there is one."""

    def news(self) -> Sequence[str]:
        """Return the topics of news, which the witness hears."""


class Receipt(NamedTuple):
    """A message that got out: the id of its story or digest, and what the witness needs to forget it.

    `story` None: it is no message of ours, and nobody knows what it stands for.
    """

    story: str | None
    receipt: str
    body: str = ""


class Witness(Protocol):
    """A queue that is subscribed to every topic, and so sees whatever got out."""

    @property
    def endpoint(self) -> str:
        """The endpoint of its subscriptions."""

    def receipts(self) -> Sequence[Receipt]:
        """Return some of the messages that were seen and not forgotten; none when there are none at this moment."""

    def forget(self, seen: Sequence[Receipt]) -> None:
        """Forget messages; whatever is not forgotten is seen again."""

    def set_aside(self, unknown: Receipt) -> None:
        """Move what is no message of ours to the queue of failures, where a person finds it."""

    def is_empty(self) -> bool:
        """Return whether it holds nothing at all: no message that can be read, and none that another is reading."""
