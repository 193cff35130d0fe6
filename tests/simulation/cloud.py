"""A cloud in memory: DynamoDB, SNS and SQS as the adapters call them, and what may go wrong with a call."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

Made = TypeVar("Made")
Item = Mapping[str, Any]


UNLIKE = "attempt"
"""The attribute by which processes know their leases: another each time, and nothing to anybody once they are gone."""


class Kept(dict[str, Any]):
    """What a service keeps, and never changes in place."""

    @cached_property
    def mark(self) -> int:
        """A hash of what it says, whoever wrote it."""
        return hash(_frozen({name: value for name, value in self.items() if name != UNLIKE}))


Tables = Mapping[str, dict[tuple[str, str], Kept]]
"""Items by the names of their tables and by their keys."""

CONDITION_FAILED = "ConditionalCheckFailedException"
WITNESS, MISSED = "witness", "missed"
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
    """The process stands still while another does the same work from the beginning."""


class Killed(BaseException):
    """The process ends here; nothing in it hears of that."""


@dataclass
class Seam:
    """Through which every call goes. `plan` has the faults by the number of the call, counted over the whole run."""

    plan: Mapping[int, Fault] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None

    @property
    def calls(self) -> int:
        """How many calls there were."""
        return len(self.names)

    def call(self, name: str, effect: Callable[[], Made], *, retried: bool) -> Made:
        """Make a call. `retried`: the SDK asks again when the reply is lost."""
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
                error = {"Error": {"Code": "Throttling"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
                raise ClientError(error, name)  # type: ignore[arg-type]
            case Fault.REPLY_LOST if not retried:
                effect()
                raise ReadTimeoutError(endpoint_url=name)
            case Fault.REPLY_LOST:
                effect_or_refusal(effect)
            case Fault.PAUSED if self.meanwhile is not None:
                meanwhile, self.meanwhile = self.meanwhile, None
                meanwhile()
        return effect()


def effect_or_refusal(effect: Callable[[], object]) -> None:
    """Do what nobody hears the answer of."""
    try:
        effect()
    except ClientError:
        return


@dataclass(frozen=True)
class Record:
    """A record of a stream: what happened to the item of which key."""

    event: str
    pk: str
    sk: str

    @property
    def as_lambda_sees_it(self) -> Mapping[str, Any]:
        """The part that the functions read."""
        return {"eventName": self.event, "dynamodb": {"Keys": {"pk": {"S": self.pk}, "sk": {"S": self.sk}}}}


class DynamoDB:
    """A DynamoDB client, as far as `adapters.dynamodb.table.Table` uses one; items are never changed in place."""

    class exceptions:  # noqa: N801  # as botocore names it
        """The errors that the client is asked for by name."""

        ConditionalCheckFailedException = type(CONDITION_FAILED, (ClientError,), {})

    def __init__(self, seam: Seam, tables: Tables, streams: Any) -> None:
        """`tables` are shared by all clients, as are `streams`: a list of records by table."""
        self._seam = seam
        self._tables = tables
        self._streams = streams

    def get_item(self, TableName: str, Key: Item, **_: Any) -> dict[str, Any]:
        item = self._call("GetItem", lambda: self._tables[TableName].get(_key(Key)))
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
        table = self._tables[name]
        found = self._call("BatchGetItem", lambda: [table[_key(k)] for k in asked["Keys"] if _key(k) in table])
        return {"Responses": {name: found}, "UnprocessedKeys": {}}

    def batch_write_item(self, RequestItems: Mapping[str, Any]) -> dict[str, Any]:
        ((name, requests),) = RequestItems.items()

        def effect() -> None:
            for request in requests:
                if "PutRequest" in request:
                    self._put(name, request["PutRequest"]["Item"], {})
                else:
                    self._tables[name].pop(_key(request["DeleteRequest"]["Key"]), None)

        self._call("BatchWriteItem", effect)
        return {"UnprocessedItems": {}}

    def transact_write_items(self, TransactItems: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        def effect() -> None:
            for action in TransactItems:
                self._put(action["Put"]["TableName"], action["Put"]["Item"], {})

        self._call("TransactWriteItems", effect)
        return {}

    def get_paginator(self, _operation: str) -> "DynamoDB":
        return self

    def paginate(
        self, TableName: str, KeyConditionExpression: str, ExpressionAttributeValues: Item, **_: Any
    ) -> Iterator[dict[str, Any]]:
        values = {name: value["S"] for name, value in ExpressionAttributeValues.items()}
        first, last = values.get(":first", ""), values.get(":last", "\U0010ffff")
        prefix = values.get(":prefix", "")

        def effect() -> list[Item]:
            table = self._tables[TableName]
            its = sorted(
                sk for pk, sk in table if pk == values[":pk"] and sk.startswith(prefix) and first <= sk <= last
            )
            return [table[values[":pk"], sk] for sk in its]

        yield {"Items": self._call(f"Query {KeyConditionExpression[:3]}", effect)}

    def _call(self, name: str, effect: Callable[[], Made]) -> Made:
        return self._seam.call(name, effect, retried=True)

    def _put(self, name: str, item: Item, how: Mapping[str, Any]) -> None:
        table, key = self._tables[name], _key(item)
        before = table.get(key)
        condition = how.get("ConditionExpression")
        if condition and not _holds(condition, before or {}, how.get("ExpressionAttributeValues", {})):
            error = {"Error": {"Code": CONDITION_FAILED}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise self.exceptions.ConditionalCheckFailedException(error, "PutItem")
        if before != item:
            table[key] = Kept(item)
            self._streams[name].append(Record("INSERT" if before is None else "MODIFY", *key))


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
        return {receipt: message for receipt, message in self.messages.items() if message.there_at <= now}


ARN = "arn:witness"
HIDDEN_FOR = timedelta(seconds=60)
"""The queue's visibility timeout."""


class SNS:
    """An SNS client, as far as `adapters.sns` uses one: keeps what got out, and tells the witness, sometimes late."""

    def __init__(self, seam: Seam, published: list[Kept], queue: Queue, arrival: Callable[[], datetime]) -> None:
        """`published` and `queue` are shared by all clients; `arrival`: when the queue has what is published now."""
        self._seam = seam
        self._published = published
        self._queue = queue
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
        its = {"SubscriptionArn": f"arn:{TopicArn}:1", "Protocol": "sqs", "Endpoint": ARN}
        yield self._seam.call("ListSubscriptions", lambda: {"Subscriptions": [its]}, retried=True)


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
    """Return what an update makes of an item: SET, REMOVE and ADD of strings to a set."""
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
                    known = after.get(name, {"SS": []})["SS"]
                    after[name] = {"SS": sorted({*known, *values[value]["SS"]})}
    return after
