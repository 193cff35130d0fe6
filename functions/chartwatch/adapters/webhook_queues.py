"""The queues of webhooks, as the function that delivers sees them: records of SQS, each processed by itself."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent

from chartwatch.adapters.batches import is_processed
from chartwatch.services.webhooks import Received

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

WEBHOOKS = "/chartwatch-webhooks"
"""Below it are the parameters of the webhooks of all stacks, and none that the functions that fetch may read."""

INFIX = "-webhook-"
"""What stands between the name of a stack and of a webhook in the name of its queue."""


def queue_name(stack: str, webhook: str) -> str:
    """Return the name of the queue of a webhook."""
    return f"{stack}{INFIX}{webhook}"


def process_each(event: dict[str, Any], stack: str, process: Callable[[Received], bool]) -> PartialItemFailureResponse:
    """Process the messages of a batch, and report each that is not done with, or fails: the queue gives it again.

    They are of webhooks of the stack of that name.
    """
    failed: list[str] = []
    for record in SQSEvent(event).records:
        queue = record.event_source_arn.rpartition(":")[2]
        received = Received(
            webhook=queue.removeprefix(queue_name(stack, "")),
            queue=queue,
            body=record.body,
            attempt=int(record.attributes.approximate_receive_count),
            receipt=record.receipt_handle,
        )
        if not is_processed(partial(process, received)):
            failed.append(record.message_id)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


class SqsWebhookQueues:
    """Implements `webhooks.WebhookQueues`."""

    def __init__(self, client: "SQSClient", failures_url: str) -> None:
        """`failures_url` is the URL of the queue in which a person looks."""
        self._client = client
        self._failures_url = failures_url

    def postpone(self, received: Received, seconds: int) -> None:
        """Let the queue give a message again after so many seconds, and not before."""
        url = self._client.get_queue_url(QueueName=received.queue)["QueueUrl"]
        self._client.change_message_visibility(QueueUrl=url, ReceiptHandle=received.receipt, VisibilityTimeout=seconds)

    def park(self, received: Received, reason: str) -> None:
        """Keep a message for a person, as it is, with the webhook, the reason and the number of attempts."""
        said = {"webhook": received.webhook, "reason": reason, "attempts": str(received.attempt)}
        self._client.send_message(
            QueueUrl=self._failures_url,
            MessageBody=received.body,
            MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in said.items()},
        )
