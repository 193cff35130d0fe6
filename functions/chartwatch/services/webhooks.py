"""Delivering a message to a webhook: one attempt, signed, and what is to become of the message after it."""

import base64
import hashlib
import hmac
import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from chartwatch.domain.outside_text import HIDDEN, repeated
from chartwatch.domain.stories.message import id_in_event
from chartwatch.domain.stories.webhooks import WebhookKind, content_type, payload
from chartwatch.errors import DestinationRefused, SourceUnavailable, WebhookUnreadable

PAUSES = (30, 120, 600, 3600, 3 * 3600, 8 * 3600, 11 * 3600)
"""Seconds before each further attempt at most, a day in all. SQS hides a message for twelve hours at most."""

ATTEMPTS = len(PAUSES) + 1
"""How often a message is tried; the queue of a webhook gives it as often, and then gives it up itself."""

LONGEST_PAUSE = max(PAUSES)
"""Seconds of a pause, whatever an answer asks for."""

LONGEST_ID = 200
"""Characters of a `webhook-id`; of what is longer it is a hash."""

SECRET = "whsec_"  # noqa: S105  # what every secret begins with
"""First characters of a secret, by which it is known to be one."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook. Its address lets whoever has it post, so that neither that nor the secret is ever shown."""

    name: str
    kind: WebhookKind
    url: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """Where it is, which may be shown."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def as_text(self) -> str:
        """Return all of it but the name as it is kept."""
        return json.dumps({"kind": self.kind, "url": self.url, "secret": self.secret})

    @classmethod
    def read(cls, name: str, text: str) -> "Webhook":
        """Read what is kept under a name. Raises `WebhookUnreadable`."""
        try:
            match json.loads(text):
                case {"kind": str(kind), "url": str(url), "secret": str(secret)}:
                    return cls(name, WebhookKind(kind), url, secret)
        except ValueError:
            # A cause would repeat what is secret.
            raise WebhookUnreadable(name, "it is no JSON, or of a kind that is not known") from None
        raise WebhookUnreadable(name, "it lacks the kind, the address or the secret")


def new_secret() -> str:
    """Return a secret as Standard Webhooks wants them: 24 random bytes at least, in base64."""
    return f"{SECRET}{base64.b64encode(secrets.token_bytes(32)).decode()}"


def webhook_id(message: str) -> str:
    """Return the `webhook-id` of the message with that id: the same for every attempt, and another for every message.

    It is the id as a header takes it, and without a full stop: with one, two contents could have one signature.
    """
    quoted = quote(message, safe=":").replace(".", "%2E")
    return quoted if len(quoted) <= LONGEST_ID else hashlib.sha256(message.encode()).hexdigest()


def signed(webhook_id: str, timestamp: int, body: bytes, secret: str) -> Mapping[str, str]:
    """Return the headers that Standard Webhooks 1.0.0 asks for; `timestamp` is that of the attempt, in seconds.

    (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.)
    """
    key = base64.b64decode(secret.removeprefix(SECRET))
    signature = hmac.digest(key, f"{webhook_id}.{timestamp}.".encode() + body, "sha256")
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


@dataclass(frozen=True, slots=True)
class Post:
    """A POST request."""

    url: str = field(repr=False)
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What answered: the status with its reason, the seconds that it asks to wait, and the beginning of its body."""

    status: int
    reason: str = ""
    after: float | None = None
    beginning: str = ""


class Poster(Protocol):
    """Makes a POST request, once, and reads secrets."""

    def post(self, post: Post) -> Reply:
        """Return what answers; no redirect is followed.

        Raises `DestinationRefused`, and `SourceUnavailable` when nothing answers, though it may have been delivered.
        """

    def secret(self, name: str) -> str:
        """Return the secret of that name. Raises `SourceUnavailable`."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the queue of a webhook gave, the `attempt`-th time; `receipt` is for that time alone."""

    webhook: str
    queue: str
    body: str
    attempt: int
    receipt: str = field(repr=False)


class WebhookQueues(Protocol):
    """The queues of webhooks, and the one for what could not be delivered."""

    def postpone(self, received: Received, seconds: int) -> None:
        """Let the queue give a message again after so many seconds, and not before."""

    def park(self, received: Received, reason: str) -> None:
        """Keep a message for a person, with the reason why it was not delivered."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The webhook has the message."""

    status: int


@dataclass(frozen=True, slots=True)
class Postponed:
    """The webhook may have the message or not; the queue gives it again after so many seconds."""

    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Parked:
    """The webhook does not take the message, or never answered; a person finds it among what was not delivered."""

    reason: str


Outcome = Delivered | Postponed | Parked


class Deliverer:
    """Delivers messages, one attempt at a time: at least once, and twice only where nobody can know of the first."""

    def __init__(
        self,
        poster: Poster,
        queues: WebhookQueues,
        place: str,
        *,
        clock: Callable[[], float],
        jitter: Callable[[float], float],
    ) -> None:
        """`place` is where webhooks are kept: the beginning of the names of their secrets.

        `clock` gives the seconds since the epoch, and `jitter` makes a pause another one that is no longer.
        """
        self._poster = poster
        self._queues = queues
        self._place = place
        self._clock = clock
        self._jitter = jitter

    def deliver(self, received: Received) -> Outcome:
        """Make one attempt, and see to what comes after it.

        2xx is delivered. What passes (429 and 5xx, 408, no answer) is tried again after a pause, of at least what
        `Retry-After` asks for; whatever else is answered is parked at once, and so is what has been tried `ATTEMPTS`
        times. Raises what the queues raise: the queue gives the message again then.
        """
        outcome = self._attempt(received)
        match outcome:
            case Postponed(reason) if received.attempt >= ATTEMPTS:
                outcome = Parked(f"given up after {received.attempt} attempts: {reason}")
                self._queues.park(received, outcome.reason)
            case Postponed(_, seconds):
                self._queues.postpone(received, seconds)
            case Parked(reason):
                self._queues.park(received, reason)
        return outcome

    def _attempt(self, received: Received) -> Outcome:
        message = id_in_event(received.body)
        if message is None:
            return Parked("it is no message of Chartwatch's")
        try:
            kept = self._poster.secret(f"{self._place}/{received.webhook}")
            webhook = Webhook.read(received.webhook, kept)
            body = payload(webhook.kind, received.body)
            headers = signed(webhook_id(message), int(self._clock()), body, webhook.secret)
            reply = self._poster.post(Post(webhook.url, {"Content-Type": content_type(webhook.kind), **headers}, body))
        except SourceUnavailable as error:
            return self._later(received, error.detail)
        except DestinationRefused as error:
            # Its destination is the address, which is secret.
            return Parked(f"its address is refused: {error.detail}")
        except WebhookUnreadable as error:
            return Parked(str(error))
        if 200 <= reply.status < 300:
            return Delivered(reply.status)
        said = _said(reply, webhook)
        passes = reply.status in (408, 429) or reply.status >= 500
        return self._later(received, said, reply.after or 0.0) if passes else Parked(said)

    def _later(self, received: Received, reason: str, after: float = 0.0) -> Postponed:
        pause = PAUSES[min(received.attempt, len(PAUSES)) - 1]
        return Postponed(reason, math.ceil(min(max(self._jitter(pause), after), LONGEST_PAUSE)))


def _said(reply: Reply, webhook: Webhook) -> str:
    """Return what was answered, without what is secret of the address, which some servers repeat."""
    said = f"answered {reply.status} {repeated(reply.reason)}".strip()
    if 300 <= reply.status < 400:
        return f"{said}, a redirect, which is not followed: give the address that it leads to"
    beginning = reply.beginning
    for secret in _secrets(webhook.url):
        beginning = beginning.replace(secret, HIDDEN)
    return f"{said}: {repeated(beginning)}" if beginning.strip() else said


def _secrets(url: str) -> list[str]:
    """Return the parts of an address that let somebody post: of path and query, as they stand and unquoted."""
    parts = urlsplit(url)
    values = (value for _, value in parse_qsl(parts.query))
    found = {parts.path, parts.query, *parts.path.split("/"), *parts.query.split("&"), *values}
    found |= {unquote(part) for part in found}
    return sorted((part for part in found if len(part) > 5), key=len, reverse=True)
