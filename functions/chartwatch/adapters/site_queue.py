"""The queue by which the site is told that it may be old: first in, first out, so that one render runs at a time."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

GROUP = "site"
"""The one group of all messages: of a group nothing is given out while something of it is being processed."""

QUICK = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
"""For a client that tells: stories wait while it does, and `reconcile` tells again."""

AGAIN = 60
"""Seconds after which what failed is tried again."""


class Told(NamedTuple):
    """What a batch of messages comes to: whether every file is to be written anew; and what gives them back."""

    anew: bool
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SqsSiteQueue:
    """A queue that drops, for five minutes, what says the same as a message before it (content-based deduplication)."""

    client: "SQSClient"
    url: str

    def tell(self, bulletin: str | None = None) -> None:
        """Say that a bulletin, by its id, was recorded; or that something else may have changed."""
        body = {"bulletin": bulletin} if bulletin else {}
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(body), MessageGroupId=GROUP)

    def give_back(self, receipts: Iterable[str]) -> None:
        """Have messages given out again after `AGAIN`, and not when the queue would by itself, which is hours."""
        for receipt in receipts:
            self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=AGAIN)


def told_by(event: Mapping[str, Any]) -> Told:
    """Return what the messages of an event of Lambda's say. What is no message of ours says that something changed."""
    records = list(SQSEvent(dict(event)).records)
    return Told(any(_is_anew(its.body) for its in records), tuple(its.receipt_handle for its in records))


def _is_anew(body: str) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("anew") is True
