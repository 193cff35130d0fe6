"""Which stories were sent, on DynamoDB: a story is an item that goes from SENDING to SENT."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.errors import StoryInDoubt

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PENDING, SENDING, SENT = "PENDING", "SENDING", "SENT"
"""What `delivery` says: given back, under way (or cut short), and out."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DynamoOutbox:
    """The stories that were taken and sent; implements `Outbox`."""

    def __init__(self, table: Table, clock: Callable[[], datetime] = _utc_now) -> None:
        """`table` is the stories table; `clock` gives the times that are noted for people."""
        self._table = table
        self._clock = clock

    def take(self, story: str) -> bool:
        """Take a story for sending; False when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled.
        """
        key = keys.story(story)
        attempt = text(uuid.uuid4().hex)
        item = {**key.attributes, "delivery": text(SENDING), "attempt": attempt, "taken_at": self._now()}
        if self._table.put_if(item, "attribute_not_exists(pk) OR delivery = :pending", {":pending": text(PENDING)}):
            return True
        stored = self._table.existing(key)
        if stored["delivery"]["S"] == SENT:
            return False
        # When the answer to a first attempt is lost, the client's second one finds the story taken: by itself.
        if stored["attempt"] != attempt:
            raise StoryInDoubt(story)
        return True

    def settle(self, story: str, message_id: str) -> None:
        """Mark a story that was taken as sent."""
        self._table.update_if(
            keys.story(story),
            "SET delivery = :sent, message_id = :message_id, sent_at = :now",
            "attribute_exists(pk)",
            {":sent": text(SENT), ":message_id": text(message_id), ":now": self._now()},
        )

    def release(self, story: str) -> None:
        """Give back a story that was taken and certainly did not get out."""
        self._table.update_if(
            keys.story(story),
            "SET delivery = :pending",
            "delivery = :sending",
            {":pending": text(PENDING), ":sending": text(SENDING)},
        )

    def _now(self) -> "AttributeValueTypeDef":
        return text(self._clock().isoformat(timespec="milliseconds"))
