"""What SNS takes of one message and of a filter policy, by its documentation, and how a message's parts share that.

This is apart from the client, so that whoever only shows a message as it is sent needs none.
"""

from math import prod

from chartwatch.domain import words
from chartwatch.domain.stories.filters import Policy
from chartwatch.domain.stories.message import Limits, as_text

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

MAX_KEYS = 5
"""Attributes that a filter policy asks for. This and the following are from the developer guide, Filter policy
constraints: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"""

MAX_COMBINATIONS = 150
"""The product of how many conditions a filter policy has of each attribute."""

MAX_POLICY = 262_144
"""Bytes of a filter policy."""

MAX_POLICIES = 200
"""Filter policies of a topic, unless AWS was asked for more."""


def policy_problem(policy: Policy) -> str | None:
    """Return why SNS would refuse a filter policy, in a sentence about the filter; None when it takes it."""
    if len(policy) > MAX_KEYS:
        return f"it asks for {len(policy)} things, and SNS filters by {MAX_KEYS} at most; leave one out"
    if (combinations := prod(map(len, policy.values()))) > MAX_COMBINATIONS:
        factors = " x ".join(str(len(conditions)) for conditions in policy.values())
        return (
            f"{factors} values make {combinations} combinations, and SNS takes {MAX_COMBINATIONS} at most; "
            "ask for fewer values, or subscribe several endpoints"
        )
    if (size := len(as_text(policy).encode())) > MAX_POLICY:
        return f"it takes {words.counted(size, 'byte')}, and SNS takes {MAX_POLICY} at most"
    return None
