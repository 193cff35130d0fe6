"""Reading DynamoDB streams: their shards, parents before children, and records as functions get them."""

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError


class ShardReader:
    """Reads one shard from its oldest record on, whether iterators expire or records are trimmed."""

    def __init__(self, streams: Any, stream: str, shard: str) -> None:
        """`streams` is a client for DynamoDB Streams, `stream` an ARN, `shard` an id."""
        self.shard = shard
        self._streams = streams
        self._stream = stream
        self._iterator: str | None = None
        self._last: str | None = None
        self.is_over = False
        """Whether the shard is closed and read to its end."""

    def read(self) -> Sequence[Mapping[str, Any]]:
        """Return the next records, as Lambda hands them to functions; none when there are none now.

        Raises what the client raises, but for an iterator that has expired or points to what is no longer there: it is
        replaced by the next call.
        """
        try:
            page = self._streams.get_records(ShardIterator=self._iterator or self._new_iterator())
        except ClientError as error:
            self._iterator = None
            match error.response["Error"]["Code"]:
                case "ExpiredIteratorException":
                    return []
                case "TrimmedDataAccessException":
                    # What came next is gone after its 24 hours; all that is left came after it.
                    self._last = None
                    return []
            raise
        self._iterator = page.get("NextShardIterator")
        self.is_over = self._iterator is None
        records = [event_record(record, self._stream) for record in page["Records"]]
        if records:
            self._last = records[-1]["dynamodb"]["SequenceNumber"]
        return records

    def _new_iterator(self) -> str:
        after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self._last}
        where = after if self._last else {"ShardIteratorType": "TRIM_HORIZON"}
        answer = self._streams.get_shard_iterator(StreamArn=self._stream, ShardId=self.shard, **where)
        iterator: str = answer["ShardIterator"]
        return iterator


class Stream:
    """The shards of a stream. A shard is opened when the one that it continues is finished."""

    def __init__(self, streams: Any, arn: str) -> None:
        """`streams` is a client for DynamoDB Streams."""
        self._streams = streams
        self._arn = arn
        self._opened: set[str] = set()
        self.is_disabled = False
        """Whether nothing will be written to the stream any more."""

    def open(self, finished: Collection[str]) -> Sequence[ShardReader]:
        """Return readers of the shards that were not opened before and do not continue an unfinished one."""
        shards = {shard["ShardId"]: shard.get("ParentShardId") for shard in self._shards()}
        new = [
            shard
            for shard, parent in shards.items()
            # A parent that is no longer listed has nothing left to read.
            if shard not in self._opened and (parent not in shards or parent in finished)
        ]
        self._opened.update(new)
        return [ShardReader(self._streams, self._arn, shard) for shard in new]

    def _shards(self) -> Sequence[Mapping[str, Any]]:
        shards: list[Mapping[str, Any]] = []
        start: dict[str, str] = {}
        while True:
            described = self._streams.describe_stream(StreamArn=self._arn, **start)["StreamDescription"]
            shards.extend(described["Shards"])
            self.is_disabled = described["StreamStatus"] == "DISABLED"
            if "LastEvaluatedShardId" not in described:
                return shards
            start = {"ExclusiveStartShardId": described["LastEvaluatedShardId"]}


def event_record(record: Mapping[str, Any], stream: str) -> dict[str, Any]:
    """Return a record of the API as it stands in the event of a function: as JSON, and with its stream's ARN."""
    said = {**record, "eventSourceARN": stream}
    if by := said.pop("userIdentity", None):
        said["userIdentity"] = {"principalId": by["PrincipalId"], "type": by["Type"]}
    as_json: dict[str, Any] = json.loads(json.dumps(said, default=_as_json))
    return as_json


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{value!r} in a record")
