"""Streams and functions whose failures a test decides, for what a local AWS does not let happen."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/charts/stream/1"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:detect"
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Call")


@dataclass
class FakeShard:
    """Sequence numbers from `oldest` on are still there; the shard continues `parent`."""

    numbers: Sequence[int]
    parent: str | None = None
    closed: bool = False
    oldest: int = 0


@dataclass
class FakeStreams:
    """A client for DynamoDB Streams. An iterator is the first sequence number that it leads to; `raises` come first."""

    shards: dict[str, FakeShard]
    status: str = "ENABLED"
    page: int = 2
    raises: list[Exception] = field(default_factory=list)

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str | None = None) -> Any:
        assert StreamArn == STREAM
        names = list(self.shards)
        start = names.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId else 0
        its = names[start]
        parent = self.shards[its].parent
        said = {
            "Shards": [{"ShardId": its} | ({"ParentShardId": parent} if parent else {})],
            "StreamStatus": self.status,
        }
        if its != names[-1]:
            said["LastEvaluatedShardId"] = its
        return {"StreamDescription": said}

    def get_shard_iterator(
        self, *, StreamArn: str, ShardId: str, ShardIteratorType: str, SequenceNumber: str | None = None
    ) -> Any:
        assert StreamArn == STREAM
        shard = self.shards[ShardId]
        if ShardIteratorType == "TRIM_HORIZON":
            return {"ShardIterator": f"{ShardId} {shard.oldest}"}
        assert SequenceNumber is not None
        if int(SequenceNumber) < shard.oldest:
            raise refusal("TrimmedDataAccessException")
        return {"ShardIterator": f"{ShardId} {int(SequenceNumber) + 1}"}

    def get_records(self, *, ShardIterator: str) -> Any:
        if self.raises:
            raise self.raises.pop(0)
        name, first = ShardIterator.split()
        shard = self.shards[name]
        left = [number for number in shard.numbers if number >= int(first)]
        taken = left[: self.page]
        answer: dict[str, Any] = {"Records": [record(number) for number in taken]}
        if left[self.page :] or not shard.closed:
            answer["NextShardIterator"] = f"{name} {taken[-1] + 1 if taken else first}"
        return answer


def record(number: int) -> dict[str, Any]:
    return {
        "eventName": "INSERT" if number < 1000 else "REMOVE",
        "dynamodb": {
            "SequenceNumber": f"{number}",
            "ApproximateCreationDateTime": MADE,
            "Keys": {"pk": {"B": b"\xff"}},
        },
    }


@dataclass
class FakeLambda:
    """A client for Lambda. Each answer is what a function returns, a `FunctionError` or an error; then all is well."""

    answers: list[object] = field(default_factory=list)
    got: list[list[int]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Any:
        assert FunctionName == FUNCTION
        self.got.append([int(each["dynamodb"]["SequenceNumber"]) for each in json.loads(Payload)["Records"]])
        answer = self.answers.pop(0) if self.answers else {"batchItemFailures": []}
        if isinstance(answer, Exception):
            raise answer
        error = {"FunctionError": "Unhandled"} if answer == "Unhandled" else {}
        return {
            "ResponseMetadata": {"RequestId": f"request-{len(self.got)}"},
            "StatusCode": 200,
            "ExecutedVersion": "$LATEST",
            "Payload": io.BytesIO(json.dumps(answer).encode()),
            **error,
        }
