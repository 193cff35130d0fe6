"""Messages: what is published of a bulletin, for machines and for people, and how much of it a channel takes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.milestones.milestone import Status

FORMAT = 2
"""Version of the JSON bodies, which docs/story.schema.json and docs/digest.schema.json describe."""


PageOf = Callable[[str], str]
"""Returns the address on the web of the page about a slot."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one message a channel takes: `subject` in characters, the others in bytes.

    `text` is for the text of a story, in UTF-8. `body` is for the JSON body of a story, and `digest` for the stories in
    the body of a digest, both as they are sent (`sent_size`).
    """

    subject: int
    text: int
    body: int
    digest: int


@dataclass(frozen=True, slots=True)
class Message:
    """What is published: a story or a digest. `body` is JSON for machines, `text` the same for a person.

    `follows_up`: it corrects or adds to what earlier messages said, and must not come before them.
    """

    id: str
    subject: str
    text: str
    body: Mapping[str, Any]
    attributes: Attributes
    follows_up: bool


def as_text(body: Any) -> str:
    """Return a body as the JSON text that is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def sent_size(body: Any) -> int:
    """Return how many bytes a body, or a part of one, takes in what is sent: a JSON text within a JSON text."""
    return len(json.dumps(as_text(body), ensure_ascii=False).encode())


def as_event(message: Message, source: str) -> Mapping[str, Any]:
    """Return what machines are sent: an event of CloudEvents 1.0 in its JSON form, whose data is a message's body.

    `source` is the URI of where it is published. With the id, which has the number of the bulletin, it names the event:
    what corrects or retracts something is another event (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/
    spec.md and formats/json-format.md).
    """
    what, status = message.body["type"], message.body.get("status", "")
    return {
        "specversion": "1.0",
        "id": message.id,
        "source": source,
        "type": f"chartwatch.{what}.{_AS_EVENTS.get(status, 'issued')}",
        "datacontenttype": "application/json",
        "data": message.body,
    }


_AS_EVENTS = {Status.CORRECTED.value: "corrected", Status.RETRACTED.value: "retracted"}
"""What becomes of a milestone that is no longer as it was told; all else is issued."""

TEST = "test:"
"""The id of every test: no record knows it, and that one got out proves nothing of any story."""


def as_test(attributes: Attributes, token: str) -> Message:
    """Return a message that says it is a test, with a `token` of its own and the attributes of whom it is to reach."""
    subject = "Test: Chartwatch's messages reach you"
    text = (
        "This is a test. Nothing has happened on any chart.\nWho asked for it wants to see that messages reach you.\n"
    )
    body = {"type": "test", "format": FORMAT, "subject": subject, "text": text}
    return Message(id=f"{TEST}{token}", subject=subject, text=text, body=body, attributes=attributes, follows_up=False)


def digest_id(bulletin: str) -> str:
    """Return the id of the digest of a bulletin."""
    return f"{bulletin}:digest"


def id_in_event(text: str) -> str | None:
    """Return the id of the message that is sent as this event; None when it is no event of ours."""
    try:
        event = json.loads(text)
    except ValueError:
        return None
    match event:
        case {"specversion": "1.0", "id": str(message), "data": {"type": "story" | "digest" | "test"}}:
            return message
    return None
