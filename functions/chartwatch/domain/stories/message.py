"""Messages: what is published of a bulletin, for machines and for people, and how much of it a channel takes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chartwatch.domain.milestones.attributes import Attributes

FORMAT = 2
"""Version of the JSON bodies, which docs/story.schema.json and docs/digest.schema.json describe."""


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


TEST = "test"
"""The id of every test: no record knows it, and that one got out proves nothing of any story."""


def as_test(attributes: Attributes) -> Message:
    """Return a message that says that it is a test, with the attributes of whom it is to reach."""
    subject = "Test: Chartwatch's messages reach you"
    text = (
        "This is a test. Nothing has happened on any chart.\nWho asked for it wants to see that messages reach you.\n"
    )
    body = {"type": "test", "format": FORMAT, "subject": subject, "text": text}
    return Message(id=TEST, subject=subject, text=text, body=body, attributes=attributes, follows_up=False)


def digest_id(bulletin: str) -> str:
    """Return the id of the digest of a bulletin."""
    return f"{bulletin}:digest"


def id_in_body(text: str) -> str | None:
    """Return the id of the message that has this body, as it is sent; None when it is no body of ours."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    match body:
        case {"type": "story", "story": str(story)}:
            return story
        case {"type": "digest", "bulletin": str(bulletin)}:
            return digest_id(bulletin)
        case {"type": "test"}:
            return TEST
    return None
