"""A cloud in memory: DynamoDB, S3, SNS and SQS as the adapters call them, and what may go wrong with a call."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from io import BytesIO
from typing import Any, NamedTuple, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

Made = TypeVar("Made")
Item = Mapping[str, Any]


UNLIKE = "attempt"
"""The attribute by which processes know their leases: another each time, and nothing to anybody once they are gone."""


class Kept(dict[str, Any]):
    """What a service keeps, and never changes in place; of an item, since when, and what stood there before."""

    since = datetime.min.replace(tzinfo=UTC)
    before: "Kept | None" = None

    @cached_property
    def mark(self) -> int:
        """A hash of what it says, whoever wrote it."""
        return hash(_frozen({name: value for name, value in self.items() if name != UNLIKE}))


Tables = Mapping[str, dict[tuple[str, str], Kept]]
"""Items by the names of their tables and by their keys."""

CONDITION_FAILED, TRANSACTION_FAILED = "ConditionalCheckFailedException", "TransactionCanceledException"
WITNESS, MISSED, FAILURES = "witness", "missed", "failures"
"""Names of queues."""


class Fault(StrEnum):
    """What may happen at a call."""

    KILLED_BEFORE = "killed before"
    """The process ends; nothing was done."""
    KILLED_AFTER = "killed after"
    """The process ends; it was done."""
    REFUSED = "refused"
    """The service is overloaded, for as long as the SDK tries; nothing was done."""
    REPLY_LOST = "reply lost"
    """It was done, and nobody hears of it: the SDK asks again, or gives up where it may not."""
    PAUSED = "paused"
    """The process stands still while something else happens, such as another that does the same work."""


class Killed(BaseException):
    """The process ends here; nothing in it hears of that."""


@dataclass
class Seam:
    """Through which every call goes. `plan` has the faults by the number of the call, counted over the whole run."""

    plan: Mapping[int, Fault] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    meanwhile: Callable[[bool], None] | None = None

    @property
    def calls(self) -> int:
        """How many calls there were."""
        return len(self.names)

    def call(self, name: str, effect: Callable[[], Made], *, retried: bool, patient: bool = False) -> Made:
        """Make a call. `retried`: the SDK asks again when the reply is lost. `patient`: it may take days."""
        fault = self.plan.get(self.calls)
        self.names.append(name)
        if fault is not None:
            self.log.append(f"{self.calls - 1} {name}: {fault}")
        match fault:
            case Fault.KILLED_BEFORE:
                raise Killed(name)
            case Fault.KILLED_AFTER:
                effect()
                raise Killed(name)
            case Fault.REFUSED:
                raise ClientError(_refusal("Throttling"), name)
            case Fault.REPLY_LOST if not retried:
                effect()
                raise ReadTimeoutError(endpoint_url=name)
            case Fault.REPLY_LOST:
                effect_or_refusal(effect)
            case Fault.PAUSED if self.meanwhile is not None:
                meanwhile, self.meanwhile = self.meanwhile, None
                meanwhile(patient)
        return effect()


def effect_or_refusal(effect: Callable[[], object]) -> None:
    """Do what nobody hears the answer of."""
    try:
        effect()
    except ClientError:
        return


@dataclass(frozen=True)
class Record:
    """A record of a stream: what happened to the item of which key, and when."""

    event: str
    pk: str
    sk: str
    at: datetime

    @property
    def as_lambda_sees_it(self) -> Mapping[str, Any]:
        """The part that the functions read."""
        keys = {"pk": {"S": self.pk}, "sk": {"S": self.sk}}
        return {
            "eventName": self.event,
            "dynamodb": {"Keys": keys, "ApproximateCreationDateTime": self.at.timestamp()},
        }


SETTLED = timedelta(minutes=1)
"""After that long a read that is not strongly consistent has the last state of an item, too."""


class DynamoDB:
    """A DynamoDB client, as far as `adapters.dynamodb.table.Table` uses one; items are never changed in place.

    A read that does not ask for consistency may see the state of an item before the last one.
    """

    class exceptions:  # noqa: N801  # as botocore names it
        """The errors that the client is asked for by name."""

        ConditionalCheckFailedException = type(CONDITION_FAILED, (ClientError,), {})
        TransactionCanceledException = type(TRANSACTION_FAILED, (ClientError,), {})

    def __init__(
        self,
        seam: Seam,
        tables: Tables,
        streams: Any,
        *,
        clock: Callable[[], datetime],
        is_stale: Callable[[], bool],
        patient: bool = False,
    ) -> None:
        """`tables` are shared by all clients, as are `streams`: a list of records by table.

        `is_stale` is asked of each item that could be read in an older state. `patient`: a call may take days.
        """
        self._seam = seam
        self._tables = tables
        self._streams = streams
        self._clock = clock
        self._is_stale = is_stale
        self._patient = patient

    def get_item(self, TableName: str, Key: Item, **how: Any) -> dict[str, Any]:
        item = self._call("GetItem", lambda: self._seen(self._tables[TableName].get(_key(Key)), how))
        return {} if item is None else {"Item": item}

    def put_item(self, TableName: str, Item: Item, **how: Any) -> dict[str, Any]:
        self._call("PutItem", lambda: self._put(TableName, Item, how))
        return {}

    def update_item(self, TableName: str, Key: Item, UpdateExpression: str, **how: Any) -> dict[str, Any]:
        def effect() -> None:
            before = self._tables[TableName].get(_key(Key))
            after = _updated(before or Key, UpdateExpression, how["ExpressionAttributeValues"])
            self._put(TableName, after, how)

        self._call("UpdateItem", effect)
        return {}

    def batch_get_item(self, RequestItems: Mapping[str, Any]) -> dict[str, Any]:
        ((name, asked),) = RequestItems.items()

        def effect() -> list[Item]:
            its = (self._seen(self._tables[name].get(_key(key)), asked) for key in asked["Keys"])
            return [item for item in its if item is not None]

        return {"Responses": {name: self._call("BatchGetItem", effect)}, "UnprocessedKeys": {}}

    def batch_write_item(self, RequestItems: Mapping[str, Any]) -> dict[str, Any]:
        ((name, requests),) = RequestItems.items()

        def effect() -> None:
            for request in requests:
                self._put(name, request["PutRequest"]["Item"], {})

        self._call("BatchWriteItem", effect)
        return {"UnprocessedItems": {}}

    def transact_write_items(self, TransactItems: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        puts = [action["Put"] for action in TransactItems]

        def effect() -> None:
            if not all(self._is_allowed(put["TableName"], put["Item"], put) for put in puts):
                raise self.exceptions.TransactionCanceledException(_refusal(TRANSACTION_FAILED), "TransactWriteItems")
            for put in puts:
                self._put(put["TableName"], put["Item"], put)

        self._call("TransactWriteItems", effect)
        return {}

    def get_paginator(self, _operation: str) -> "DynamoDB":
        return self

    def paginate(
        self, TableName: str, KeyConditionExpression: str, ExpressionAttributeValues: Item, **how: Any
    ) -> Iterator[dict[str, Any]]:
        values = {name: value["S"] for name, value in ExpressionAttributeValues.items()}
        first, last = values.get(":first", ""), values.get(":last", "\U0010ffff")
        prefix = values.get(":prefix", "")

        def effect() -> list[Item]:
            table = self._tables[TableName]
            its = sorted(
                sk for pk, sk in table if pk == values[":pk"] and sk.startswith(prefix) and first <= sk <= last
            )
            seen = (self._seen(table[values[":pk"], sk], how) for sk in its)
            return [item for item in seen if item is not None]

        yield {"Items": self._call(f"Query {KeyConditionExpression[:3]}", effect)}

    def _call(self, name: str, effect: Callable[[], Made]) -> Made:
        return self._seam.call(name, effect, retried=True, patient=self._patient)

    def _seen(self, item: Kept | None, how: Mapping[str, Any]) -> Kept | None:
        if item is None or how.get("ConsistentRead") or self._clock() - item.since > SETTLED or not self._is_stale():
            return item
        return item.before

    def _is_allowed(self, name: str, item: Item, how: Mapping[str, Any]) -> bool:
        condition, values = how.get("ConditionExpression"), how.get("ExpressionAttributeValues", {})
        return not condition or _holds(condition, self._tables[name].get(_key(item)) or {}, values)

    def _put(self, name: str, item: Item, how: Mapping[str, Any]) -> None:
        if not self._is_allowed(name, item, how):
            raise self.exceptions.ConditionalCheckFailedException(_refusal(CONDITION_FAILED), "PutItem")
        table, key = self._tables[name], _key(item)
        before = table.get(key)
        if before != item:
            after = Kept(item)
            after.since, after.before = self._clock(), before
            table[key] = after
            self._streams[name].append(Record("INSERT" if before is None else "MODIFY", *key, self._clock()))


class Version(NamedTuple):
    """A version of an object in a bucket."""

    id: str
    body: bytes
    since: datetime


@dataclass
class Bucket:
    """A bucket with versions, by the keys of objects, the current one last."""

    objects: dict[str, tuple[Version, ...]] = field(default_factory=dict)
    written: int = 0


class S3:
    """An S3 client, as far as `adapters.record` and `adapters.s3` use one."""

    def __init__(self, seam: Seam, bucket: Bucket, clock: Callable[[], datetime]) -> None:
        """`bucket` is shared by all clients."""
        self._seam = seam
        self._bucket = bucket
        self._clock = clock

    def get_object(self, Key: str, **_: Any) -> dict[str, Any]:
        def effect() -> Version:
            if Key not in self._bucket.objects:
                raise ClientError(_refusal("NoSuchKey", 404), "GetObject")
            return self._bucket.objects[Key][-1]

        version = self._call("GetObject", effect)
        return {"Body": BytesIO(version.body), "LastModified": version.since}

    def put_object(self, Key: str, Body: bytes, IfNoneMatch: str = "", **_: Any) -> dict[str, Any]:
        def effect() -> None:
            before = self._bucket.objects.get(Key, ())
            if IfNoneMatch and before:
                raise ClientError(_refusal("PreconditionFailed", 412), "PutObject")
            self._bucket.written += 1
            version = Version(f"version {self._bucket.written}", Body, self._clock())
            self._bucket.objects[Key] = (*before, version)

        self._call("PutObject", effect)
        return {}

    def delete_object(self, Key: str, VersionId: str, **_: Any) -> dict[str, Any]:
        def effect() -> None:
            left = tuple(version for version in self._bucket.objects.get(Key, ()) if version.id != VersionId)
            if left:
                self._bucket.objects[Key] = left
            else:
                self._bucket.objects.pop(Key, None)

        self._call("DeleteObject", effect)
        return {}

    def get_paginator(self, _operation: str) -> "S3":
        return self

    def paginate(self, Prefix: str, **_: Any) -> Iterator[dict[str, Any]]:
        def effect() -> list[dict[str, Any]]:
            return [
                {"Key": key, "VersionId": version.id, "LastModified": version.since}
                for key, versions in sorted(self._bucket.objects.items())
                if key.startswith(Prefix)
                for version in versions
            ]

        yield {"Versions": self._call("ListObjectVersions", effect)}

    def _call(self, name: str, effect: Callable[[], Made]) -> Made:
        return self._seam.call(name, effect, retried=True, patient=True)


@dataclass(frozen=True)
class Message:
    """A message in a queue, or on its way: nobody counts it until `there_at`, nobody reads it until `readable_at`."""

    body: str
    there_at: datetime
    readable_at: datetime


@dataclass
class Queue:
    """A queue that is subscribed to every topic, with raw delivery."""

    messages: dict[str, Message] = field(default_factory=dict)
    received: int = 0

    def there(self, now: datetime) -> Mapping[str, Message]:
        """Return what has come, and is not older than SQS keeps a message."""
        return {
            receipt: message
            for receipt, message in self.messages.items()
            if message.there_at <= now < message.there_at + RETENTION
        }


ARN, READER = "arn:witness", "reader@example.org"
"""Who is subscribed: the queue, and somebody by email."""

RETENTION = timedelta(days=14)
"""How long the queue keeps a message, however often it is read."""

HIDDEN_FOR = timedelta(seconds=60)
"""The queue's visibility timeout."""


class SNS:
    """An SNS client, as far as `adapters.sns` uses one: keeps what got out, and tells the witness, sometimes late."""

    def __init__(
        self,
        seam: Seam,
        published: list[Kept],
        queue: Queue,
        subscribed: Mapping[str, str],
        arrival: Callable[[], datetime],
    ) -> None:
        """`published` and `queue` are shared by all clients; `arrival`: when the queue has what is published now.

        `subscribed` are the endpoints of those who are, with the protocol of each.
        """
        self._seam = seam
        self._published = published
        self._queue = queue
        self._subscribed = subscribed
        self._arrival = arrival

    def publish(self, **message: Any) -> dict[str, str]:
        def effect() -> dict[str, str]:
            self._published.append(Kept(message))
            receipt, when = f"first {len(self._published)}", self._arrival()
            self._queue.messages[receipt] = Message(json.loads(message["Message"])["default"], when, when)
            return {"MessageId": str(len(self._published))}

        return self._seam.call("Publish", effect, retried=False)

    def get_paginator(self, _operation: str) -> "SNS":
        return self

    def paginate(self, TopicArn: str) -> Iterator[dict[str, Any]]:
        its = [
            {"SubscriptionArn": subscription(TopicArn, who), "Protocol": protocol, "Endpoint": who}
            for who, protocol in self._subscribed.items()
        ]
        yield self._seam.call("ListSubscriptions", lambda: {"Subscriptions": its}, retried=True)


def subscription(topic: str, who: str) -> str:
    """Return the ARN of a subscription."""
    return f"arn:{topic}:{who}"


class SQS:
    """An SQS client, as far as `adapters.sqs.SqsWitness` uses one."""

    def __init__(self, seam: Seam, queue: Queue, clock: Callable[[], datetime]) -> None:
        """`queue` is shared by all clients."""
        self._seam = seam
        self._queue = queue
        self._clock = clock

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: Sequence[str]) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            if AttributeNames == ["QueueArn"]:
                return {"QueueArn": ARN}
            its = self._queue.there(self._clock()) if QueueUrl == WITNESS else {}
            readable = sum(message.readable_at <= self._clock() for message in its.values())
            return {AttributeNames[0]: str(readable), AttributeNames[1]: str(len(its) - readable)}

        return {"Attributes": self._seam.call("GetQueueAttributes", effect, retried=True)}

    def receive_message(self, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:
        def effect() -> list[dict[str, str]]:
            now, given = self._clock(), list[dict[str, str]]()
            if QueueUrl != WITNESS:
                return given
            readable = [r for r, message in self._queue.there(now).items() if message.readable_at <= now]
            for old in readable[:MaxNumberOfMessages]:
                message = self._queue.messages.pop(old)
                self._queue.received += 1
                receipt = f"receipt {self._queue.received}"
                self._queue.messages[receipt] = Message(message.body, message.there_at, now + HIDDEN_FOR)
                given.append({"Body": message.body, "ReceiptHandle": receipt})
            return given

        return {"Messages": self._seam.call("ReceiveMessage", effect, retried=True)}

    def delete_message(self, ReceiptHandle: str, **_: Any) -> dict[str, Any]:
        # A receipt of before the last time it was received deletes nothing.
        self._seam.call("DeleteMessage", lambda: self._queue.messages.pop(ReceiptHandle, None), retried=True)
        return {}


def _refusal(code: str, status: int = 400) -> Any:
    return {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _frozen(value: Any) -> Any:
    """Return a value that is equal for equal content, and has a hash."""
    match value:
        case dict():
            return frozenset((name, _frozen(one)) for name, one in value.items())
        case list():
            return tuple(map(_frozen, value))
    return value


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, said),) = value.items()
    return int(said) if kind == "N" else said


def _holds(condition: str, item: Item, values: Item) -> bool:
    """Return whether a condition holds, of the few forms that the stores use."""
    if " OR " in condition:
        return any(_holds(part, item, values) for part in condition.split(" OR "))
    if " AND " in condition:
        return all(_holds(part, item, values) for part in condition.split(" AND "))
    if found := re.fullmatch(r"attribute_(not_)?exists\((\w+)\)", condition.strip()):
        return (found[2] in item) is not bool(found[1])
    name, sign, value = condition.split()
    if name not in item:
        return False
    left, right = _plain(item[name]), _plain(values[value])
    return {"=": left == right, "<": left < right, "<>": left != right}[sign]


def _updated(item: Item, expression: str, values: Item) -> Item:
    """Return what an update makes of an item: SET, REMOVE and ADD of numbers."""
    after = dict(item)
    for clause in re.split(r" (?=REMOVE |ADD )", expression):
        verb, _, rest = clause.partition(" ")
        for part in rest.split(", "):
            match verb:
                case "SET":
                    name, value = part.split(" = ")
                    after[name] = values[value]
                case "REMOVE":
                    after.pop(part, None)
                case _:
                    name, value = part.split(" ")
                    after[name] = {"N": str(int(after.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
    return after
