"""The witness: a queue that is subscribed to the topics, with raw delivery, and so holds the bodies of what got out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chartwatch.domain.stories.message import id_in_event
from chartwatch.services.delivery_ports import Receipt

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST = 10
"""Messages that one ReceiveMessage gives (API reference)."""

LONG_POLL = 1
"""Seconds that a receive waits. Only one that waits asks all of SQS's servers; else it may miss what is there."""


class SqsWitness:
    """A queue; implements `reconcile.Witness`."""

    def __init__(
        self, client: "SQSClient", url: str, missed_url: str, failures_url: str, *, long_poll: int = LONG_POLL
    ) -> None:
        """`url` is the queue's; `missed_url` is where messages go that could not get there, or be read.

        `failures_url` is where a person looks.
        """
        self._client = client
        self._url = url
        self._missed_url = missed_url
        self._failures_url = failures_url
        self._long_poll = long_poll

    @property
    def endpoint(self) -> str:
        """The ARN of the queue."""
        answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def receipts(self) -> Sequence[Receipt]:
        """Return some of the messages that are there, or among those missed; none when there are none just now."""
        return self._receipts_in(self._url) or self._receipts_in(self._missed_url)

    def _receipts_in(self, url: str) -> Sequence[Receipt]:
        answer = self._client.receive_message(QueueUrl=url, MaxNumberOfMessages=MOST, WaitTimeSeconds=self._long_poll)
        return [
            Receipt(id_in_event(message["Body"]), f"{url} {message['ReceiptHandle']}", message["Body"])
            for message in answer.get("Messages", [])
        ]

    def forget(self, seen: Sequence[Receipt]) -> None:
        """Delete messages; one that SQS does not delete comes again."""
        for one in seen:
            url, _, handle = one.receipt.partition(" ")
            self._client.delete_message(QueueUrl=url, ReceiptHandle=handle)

    def set_aside(self, unknown: Receipt) -> None:
        """Move what is no message of ours to the queue of failures, as it is."""
        self._client.send_message(QueueUrl=self._failures_url, MessageBody=unknown.body)
        self.forget([unknown])

    def is_empty(self) -> bool:
        """Return whether SQS counts no message, readable, in flight or delayed, here or among those missed."""
        return not any(self._counted(url) for url in (self._url, self._missed_url))

    def _counted(self, url: str) -> int:
        answer = self._client.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ],
        )
        return sum(int(count) for count in answer["Attributes"].values())
