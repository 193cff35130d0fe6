"""Webhooks on a cloud in memory: queues give messages to the function, which posts them to endpoints of all kinds.

Whatever is done on the way may fail as in `tests.simulation.cloud`: reading the webhook, posting, postponing, parking,
and the deletion that Lambda makes of what the function is done with. Time passes only where something waits.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError, ReadTimeoutError

import deliver_webhook
from chartwatch.adapters import deployment
from chartwatch.adapters.webhook_queues import WEBHOOKS, SqsWebhookQueues, process_each, queue_name
from chartwatch.adapters.webhooks import VISIBILITY
from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.errors import SourceUnavailable
from chartwatch.services import webhooks as delivering
from chartwatch.services.webhooks import Deliverer, Post, Reply, Webhook, new_secret
from tests.simulation.cloud import Fault, Killed, Seam
from tests.simulation.plans import Plan

POST, DELETE, PARK = "Post", "DeleteMessage", "SendMessage"
"""Names of calls."""

STACK = "webhook-webhook"
"""The stack's name, which may be any."""

FAILURES = "failures"
"""The queue of what is parked."""

PATIENCE = 60.0
"""Seconds within which a message that no fault is about is with a webhook that takes it."""

ASKED_FOR = 600.0
"""Seconds that a webhook which is too busy asks to wait."""

Answering = Callable[[int], Reply | None]
"""What an endpoint answers to a message that is posted to it for the so-many-th time; None is no answer."""

ENDPOINTS: Mapping[str, Answering] = {
    "good": lambda _: Reply(200),
    "faulty": lambda times: Reply(500 if times < 2 else 204),
    "busy": lambda times: Reply(429, after=ASKED_FOR) if times < 2 else Reply(202),
    "gone": lambda _: Reply(410, "Gone"),
    "dead": lambda _: None,
}
TAKING = ("good", "faulty", "busy")
"""Those that take a message in the end."""


@dataclass
class Message:
    """A message in the queue of a webhook."""

    id: str
    body: str
    visible_at: float
    received: int = 0
    receipt: str = ""
    is_hit: bool = False


@dataclass(frozen=True)
class Arrival:
    """What an endpoint got, when, and whether it took it."""

    endpoint: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    is_taken: bool


@dataclass(frozen=True)
class Parked:
    """A message among what was not delivered; the reason is missing where SQS itself moved it."""

    endpoint: str
    body: str
    reason: str | None


@dataclass
class World:
    """Webhooks by their names, with the messages that are published to all of them at the beginning."""

    plan: Plan
    published: Mapping[str, Sequence[str]]
    now: float = 1_000_000.0
    arrivals: list[Arrival] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    hit: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.began = self.now
        self.seam = Seam(self.plan)
        self.queues = {
            name: [Message(f"{name} {number}", body, self.now) for number, body in enumerate(bodies)]
            for name, bodies in self.published.items()
        }
        self.webhooks = {
            name: Webhook(name, WebhookKind.WEBHOOK, f"https://{name}.example/", new_secret()) for name in self.queues
        }
        self._under_way: list[tuple[str, Message]] = []

    def run(self) -> "World":
        """Let time pass until no queue has anything."""
        with self._in_place():
            while due := min(self._due(), default=None):
                self.now = max(self.now, due[0])
                self._give(due[1])
        return self

    def call(self, name: str, effect: Callable[[], Any], *, retried: bool = True) -> Any:
        """Make a call, and note which message it is about where a fault hits it."""
        if self.seam.calls in self.plan and self._under_way:
            queue, message = self._under_way[-1]
            self.hit.add((queue, message.body))
        return self.seam.call(name, effect, retried=retried)

    def _due(self) -> Iterator[tuple[float, str]]:
        """Yield when each queue has a message to give."""
        for name, messages in self.queues.items():
            if messages:
                yield min(message.visible_at for message in messages), name

    def _give(self, name: str) -> None:
        """Give the next message of a queue to the function, as Lambda does, and delete it when it is done with."""
        message = min(self.queues[name], key=lambda its: its.visible_at)
        if message.received >= delivering.ATTEMPTS:
            # Given as often as the queue may, it is moved.
            self.queues[name].remove(message)
            self.parked.append(Parked(name, message.body, None))
            return
        message.received += 1
        message.visible_at = self.now + VISIBILITY
        message.receipt = f"{message.id} for the {message.received}th time"
        self._under_way.append((name, message))
        self.seam.meanwhile = lambda _patient: self._others(name)
        try:
            self.invoke(name, message)
        except Killed:
            # The function, or what polls the queue, is gone.
            return
        finally:
            self._under_way.pop()

    def invoke(self, name: str, message: Message) -> None:
        """Run the function, and delete the message unless it is reported as failed."""
        answer = process_each(_event(name, message), STACK, deliver_webhook.deliver)
        if not answer["batchItemFailures"]:
            self.delete(name, message)

    def delete(self, name: str, message: Message) -> None:
        """Delete a message, as whatever polls the queue does; where that fails, it comes again."""
        with suppressed(ClientError):
            self.call(DELETE, lambda: self.queues[name].remove(message) if message in self.queues[name] else None)

    def _others(self, name: str) -> None:
        """Let the other queues give what they have just now."""
        for at, other in sorted(self._due()):
            if other != name and at <= self.now:
                self._give(other)

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        deliverer = Deliverer(
            _Poster(self),
            SqsWebhookQueues(_Sqs(self), FAILURES),  # type: ignore[arg-type]  # as far as it uses one
            WEBHOOKS,
            clock=lambda: self.now,
            jitter=lambda pause: pause,
        )
        with (
            patch.object(deployment, "deliverer", lambda: deliverer),
            patch.multiple(deliver_webhook, metrics=_QUIET, logger=_QUIET),
        ):
            yield


@contextmanager
def suppressed(error: type[Exception]) -> Iterator[None]:
    """Do without what fails."""
    try:
        yield
    except error:
        return


class _Poster:
    """Posts to the endpoints of a world; implements `delivering.Poster` as `HttpConnection` does."""

    def __init__(self, world: World) -> None:
        self._world = world

    def secret(self, name: str) -> str:
        webhook = self._world.webhooks[name.rpartition("/")[2]]
        try:
            return str(self._world.call("GetParameter", webhook.as_text))
        except ClientError as error:
            raise SourceUnavailable(name, str(error)) from error

    def post(self, post: Post) -> Reply:
        try:
            reply = self._world.call(POST, lambda: self._reached(post), retried=False)
        except (ClientError, ReadTimeoutError) as error:
            raise SourceUnavailable(post.url, str(error)) from error
        if not isinstance(reply, Reply):
            raise SourceUnavailable(post.url, "timed out")
        return reply

    def _reached(self, post: Post) -> Reply | None:
        name = post.url.removeprefix("https://").partition(".")[0]
        before = [its for its in self._world.arrivals if (its.endpoint, its.body) == (name, post.body)]
        reply = ENDPOINTS[name](len(before) + 1)
        is_taken = reply is not None and reply.status < 300
        self._world.arrivals.append(Arrival(name, post.headers, post.body, self._world.now, is_taken))
        return reply


class _Sqs:
    """An SQS client, as far as `SqsWebhookQueues` uses one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803
        return {"QueueUrl": str(self._world.call("GetQueueUrl", lambda: QueueName))}

    def change_message_visibility(self, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        def effect() -> None:
            for message in self._world.queues[QueueUrl.removeprefix(queue_name(STACK, ""))]:
                if message.receipt == ReceiptHandle:
                    message.visible_at = self._world.now + VisibilityTimeout

        self._world.call("ChangeMessageVisibility", effect)

    def send_message(self, QueueUrl: str, MessageBody: str, MessageAttributes: Mapping[str, Any]) -> None:  # noqa: N803
        assert QueueUrl == FAILURES
        said = {name: its["StringValue"] for name, its in MessageAttributes.items()}
        self._world.call(PARK, lambda: self._world.parked.append(Parked(said["webhook"], MessageBody, said["reason"])))


def bodies(number: int) -> Sequence[str]:
    """Return so many messages: the first is a story, the second the digest, and then come more stories."""
    story = [_published(f"weekly:00000001:work.{each}", "story") for each in range(number)]
    return [story[0], _published("weekly:00000001:digest", "digest"), *story[2:]][:number]


def _published(message: str, kind: str) -> str:
    return json.dumps({"specversion": "1.0", "id": message, "data": {"type": kind}})


def problems(world: World) -> Iterator[str]:
    """Yield what is wrong after a run."""
    for name, messages in world.published.items():
        arrivals = [its for its in world.arrivals if its.endpoint == name]
        yield from (f"{name} got a message with a wrong signature" for its in arrivals if not _is_signed(world, its))
        if len({(its.headers["webhook-id"], its.body) for its in arrivals}) != len({its.body for its in arrivals}):
            yield f"{name} got a message under two ids"
        if len({its.headers["webhook-id"] for its in arrivals}) != len({its.body for its in arrivals}):
            yield f"{name} got two messages under one id"
        for body in messages:
            yield from _problems_of(world, name, body)


def _problems_of(world: World, name: str, body: str) -> Iterator[str]:
    arrivals = [its for its in world.arrivals if (its.endpoint, its.body) == (name, body.encode())]
    taken, parked = (
        [its for its in arrivals if its.is_taken],
        [its for its in world.parked if (its.endpoint, its.body) == (name, body)],
    )
    in_the_dark = _in_the_dark(world)
    if name in TAKING:
        if not taken:
            yield f"{name} never got {body}"
        if len(taken) > 1 + in_the_dark:
            yield f"{name} got {body} {len(taken)} times"
        if parked:
            yield f"{body} is parked, though {name} takes it"
    else:
        if not parked:
            yield f"{body} is lost: {name} does not take it, and it is not parked"
        if len(parked) > 1 + in_the_dark:
            yield f"{body} is parked {len(parked)} times"
        if any(its.reason is None for its in parked) and not world.plan:
            yield f"{body} is parked without a reason"
    is_untouched = (name, body) not in world.hit
    if name == "good" and is_untouched and taken and taken[0].at - world.began > PATIENCE:
        yield f"{name} waited for {body} {taken[0].at - world.began:.0f} seconds"
    if name == "gone" and len(arrivals) > 1 + len(world.plan):
        yield f"{name} said that it is, and was posted {body} {len(arrivals)} times"
    if name == "dead" and is_untouched and len(arrivals) != delivering.ATTEMPTS:
        yield f"{name} was tried {len(arrivals)} times"
    if name == "busy" and is_untouched and len(arrivals) > 1 and arrivals[1].at - arrivals[0].at < ASKED_FOR:
        yield f"{name} asked for {ASKED_FOR} seconds, and got {arrivals[1].at - arrivals[0].at}"


def _in_the_dark(world: World) -> int:
    """Return how many faults left nobody knowing of something that was done."""
    done_and_unknown = {
        POST: {Fault.REPLY_LOST, Fault.KILLED_AFTER},
        PARK: {Fault.REPLY_LOST, Fault.KILLED_AFTER},
        DELETE: {Fault.KILLED_BEFORE, Fault.REFUSED},
    }
    names = world.seam.names
    return sum(fault in done_and_unknown.get(names[at], ()) for at, fault in world.plan.items() if at < len(names))


def _is_signed(world: World, its: Arrival) -> bool:
    """Return whether a receiver, which has the secret, takes what arrived for what was sent just now."""
    key = base64.b64decode(world.webhooks[its.endpoint].secret.removeprefix("whsec_"))
    stamp = its.headers["webhook-timestamp"]
    content = f"{its.headers['webhook-id']}.{stamp}.".encode() + its.body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return its.headers["webhook-signature"] == f"v1,{expected}" and abs(its.at - int(stamp)) <= 300


def _event(name: str, message: Message) -> dict[str, Any]:
    record = {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.received)},
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue_name(STACK, name)}",
    }
    return {"Records": [record]}


_QUIET: Any = SimpleNamespace(
    **{name: lambda *_args, **_named: None for name in ("info", "warning", "error", "exception", "add_metric")}
)
"""A log and metrics that keep nothing."""
