"""Reading DynamoDB streams: their shards, parents before children, and records as functions get them."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class Stream:
    """A stream of a table; `client` is one for DynamoDB Streams.

    `is_disabled` says whether nothing would be written to it any more when its shards were listed last.
    """

    client: Any
    arn: str
    is_disabled: bool = False

    def shards(self, after: str | None = None) -> Sequence[str]:
        """Return the shards that continue the shard `after`; without one, those that continue none that is left."""
        parents = {shard["ShardId"]: shard.get("ParentShardId") for shard in self._listed()}
        return [its for its, parent in parents.items() if (parent == after if after else parent not in parents)]

    def read(self, shard: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Yield the records of a shard, from the oldest to its end, page by page; none while there are none.

        An iterator that has expired, or points to what is no longer there, is replaced. Raises what else the client
        raises.
        """
        iterator = last = None
        while True:
            try:
                page = self.client.get_records(ShardIterator=iterator or self._iterator(shard, last))
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in ("ExpiredIteratorException", "TrimmedDataAccessException"):
                    raise
                # What came next may be gone after its 24 hours; all that is left came after it.
                iterator, last = None, None if code == "TrimmedDataAccessException" else last
                yield []
                continue
            records = [event_record(record, self.arn) for record in page["Records"]]
            last = records[-1]["dynamodb"]["SequenceNumber"] if records else last
            yield records
            iterator = page.get("NextShardIterator")
            if iterator is None:
                return

    def _iterator(self, shard: str, last: str | None) -> str:
        after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last}
        where = after if last else {"ShardIteratorType": "TRIM_HORIZON"}
        iterator: str = self.client.get_shard_iterator(StreamArn=self.arn, ShardId=shard, **where)["ShardIterator"]
        return iterator

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        start: str | None = ""
        while start is not None:
            page = {"ExclusiveStartShardId": start} if start else {}
            described = self.client.describe_stream(StreamArn=self.arn, **page)["StreamDescription"]
            yield from described["Shards"]
            self.is_disabled = described["StreamStatus"] == "DISABLED"
            start = described.get("LastEvaluatedShardId")


def event_record(record: Mapping[str, Any], stream: str) -> dict[str, Any]:
    """Return a record of the API as it stands in the event of a function: as JSON, and with its stream's ARN."""
    said = {**record, "eventSourceARN": stream}
    if by := said.pop("userIdentity", None):
        said["userIdentity"] = {"principalId": by["PrincipalId"], "type": by["Type"]}
    as_json: dict[str, Any] = json.loads(json.dumps(said, default=_as_json))
    return as_json


def _as_json(value: Any) -> float | str:
    return value.timestamp() if isinstance(value, datetime) else base64.b64encode(value).decode()
