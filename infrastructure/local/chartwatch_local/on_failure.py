"""The on-failure destinations of event source mappings: what they get of records that are given up.

"Retain discarded records for a DynamoDB event source in Lambda" has the document; a bucket gets the records too.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chartwatch_local.aws import PATIENT, LocalAws, LocalError
from chartwatch_local.batches import Discard


class UnknownDestination(LocalError):
    """An on-failure destination is of a kind that this cannot send to."""


@dataclass(frozen=True)
class GivenUpBatch:
    """Records that are given up, where they come from, and when, in seconds since the epoch.

    `reply` is what Lambda said to the last invocation, or None.
    """

    discard: Discard
    mapping: str
    function: str
    stream: str
    shard: str
    reply: Mapping[str, Any] | None
    at: float

    def document(self) -> dict[str, Any]:
        """Return what is told of it."""
        first, last = self.discard.entries[0], self.discard.entries[-1]
        reply = self.reply
        response = reply and {
            "statusCode": reply["StatusCode"],
            "executedVersion": reply.get("ExecutedVersion", "$LATEST"),
            "functionError": reply.get("FunctionError"),
        }
        return {
            "requestContext": {
                "requestId": reply["ResponseMetadata"]["RequestId"] if reply else str(uuid.uuid4()),
                "functionArn": self.function,
                "condition": self.discard.reason,
                "approximateInvokeCount": self.discard.invocations,
            },
            **({"responseContext": response} if response else {}),
            "version": "1.0",
            "timestamp": _utc(self.at, "milliseconds"),
            "DDBStreamBatchInfo": {
                "shardId": self.shard,
                "startSequenceNumber": first.number,
                "endSequenceNumber": last.number,
                "approximateArrivalOfFirstRecord": _utc(first.made, "seconds"),
                "approximateArrivalOfLastRecord": _utc(last.made, "seconds"),
                "batchSize": len(self.discard.entries),
                "streamArn": self.stream,
            },
        }

    def whole_document(self) -> dict[str, Any]:
        """Return the same with the records, the event of the function as a string."""
        event = {"Records": [entry.record for entry in self.discard.entries]}
        return {**self.document(), "payload": json.dumps(event)}

    def key(self) -> str:
        """Return a key for it in a bucket."""
        when = datetime.fromtimestamp(self.at, UTC)
        return f"aws/lambda/{self.mapping}/{self.shard}/{when:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"


Destination = Callable[[GivenUpBatch], object]
"""Where records go that are given up. Raises what the client raises when they did not get there."""


def destination(aws: LocalAws, arn: str | None) -> Destination:
    """Return the queue or bucket of an ARN; without one, nobody is told. Raises `UnknownDestination`."""
    match (arn or "").split(":"):
        case [""]:
            return lambda _batch: None
        case [_, _, "sqs", *_, name]:
            sqs = aws.client("sqs", attempts=PATIENT)
            queue = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            return lambda batch: sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(batch.document()))
        case [_, _, "s3", *_, name]:
            s3 = aws.client("s3", attempts=PATIENT)
            return lambda batch: s3.put_object(Bucket=name, Key=batch.key(), Body=json.dumps(batch.whole_document()))
    raise UnknownDestination(f"nothing here sends to {arn}")


def _utc(seconds: float, precision: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
