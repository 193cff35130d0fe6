"""What SNS takes of one message, by its documentation, and how the parts of a message share that.

This is apart from the client, so that whoever only shows a message as it is sent needs none.
"""

from chartwatch.domain.stories.message import Limits

MAX_MESSAGE = 262_144
"""Bytes of all forms of a message with its attributes (API reference, Publish), unless a topic was made for more."""

MAX_ATTRIBUTES = 10
"""Attributes of a message: with raw delivery SQS gets none that has more (developer guide, Message attributes)."""

LIMITS = Limits(
    # Fewer than 100, without line breaks and control characters (API reference, Publish).
    subject=99,
    # A text is sent twice: within the body, and by itself for email, where escapes at most double it.
    text=30_000,
    # With that email of 60,000 at most, this leaves 22,144 for attributes.
    body=180_000,
    # The text of a digest repeats of each story the subject alone, at most half of what the body has: 225,000 together.
    digest=150_000,
)
