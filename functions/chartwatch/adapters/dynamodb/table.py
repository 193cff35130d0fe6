"""One DynamoDB table: the few calls that the stores make, and how what DynamoDB left undone is tried again."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from chartwatch.errors import StoreOverloaded
from chartwatch.services.pacing import half_to_whole

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef, WriteRequestUnionTypeDef

Item = Mapping[str, "AttributeValueTypeDef"]
"""An item, or the values of an expression, as DynamoDB takes and gives them: `{"title": {"S": "Dark"}}`."""

MAX_GET = 100
"""Keys that one BatchGetItem takes (API reference)."""

MAX_WRITE = 25
"""Requests that one BatchWriteItem takes (API reference)."""

MAX_TOGETHER = 100
"""Actions that one TransactWriteItems takes (API reference)."""

ATTEMPTS = 10
"""How often in a row a batch may get nothing done before the store gives up."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0

_OVERTAKEN = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
"""Why a transaction is cancelled that another writer has overtaken; all else is worth another try (API reference)."""

Given = TypeVar("Given")
Made = TypeVar("Made")


class Key(NamedTuple):
    """The primary key of an item."""

    pk: str
    sk: str

    @property
    def attributes(self) -> dict[str, "AttributeValueTypeDef"]:
        """The key as DynamoDB takes it."""
        return {"pk": {"S": self.pk}, "sk": {"S": self.sk}}


@dataclass(frozen=True)
class Table:
    """A table whose keys are the strings `pk` and `sk`. Reads are strongly consistent.

    `workers`: how many calls are under way at once where a store makes many; botocore keeps ten connections unless told
    otherwise. `pause` waits for that many seconds.
    """

    client: "DynamoDBClient"
    name: str
    workers: int = 10
    pause: Callable[[float], None] = time.sleep

    def get(self, key: Key) -> Item | None:
        """Return one item, or None."""
        return self.client.get_item(TableName=self.name, Key=key.attributes, ConsistentRead=True).get("Item")

    def existing(self, key: Key) -> Item:
        """Return one item. Raises `LookupError` when there is none."""
        item = self.get(key)
        if item is None:
            raise LookupError(f"{self.name} has no {key.sk} of {key.pk}")
        return item

    def get_all(self, keys: Collection[Key]) -> list[Item]:
        """Return those of the items that exist, in any order."""
        chunks = _chunks(list(dict.fromkeys(keys)), MAX_GET)
        return [item for items in self._each(self._get_chunk, chunks) for item in items]

    def query(self, pk: str, prefix: str) -> Iterator[Item]:
        """Yield the items of a partition whose sort key begins with `prefix`, in the order of sort keys."""
        return self._query("pk = :pk AND begins_with(sk, :prefix)", {":pk": {"S": pk}, ":prefix": {"S": prefix}})

    def query_between(self, pk: str, first: str, last: str) -> Iterator[Item]:
        """Yield the items of a partition from sort key `first` to `last`, both included, in order."""
        return self._query(
            "pk = :pk AND sk BETWEEN :first AND :last", {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}}
        )

    def first_between(self, pk: str, first: str, last: str) -> Item | None:
        """Return the first item of a partition from sort key `first` to `last`, both included, or None."""
        return self._one_between(pk, first, last, forward=True)

    def last_between(self, pk: str, first: str, last: str) -> Item | None:
        """Return the last item of a partition from sort key `first` to `last`, both included, or None."""
        return self._one_between(pk, first, last, forward=False)

    def query_all(self, pk: str) -> Iterator[Item]:
        """Yield the items of a partition in the order of sort keys."""
        return self._query("pk = :pk", {":pk": {"S": pk}})

    def put(self, item: Item) -> None:
        """Write an item, whatever stands there."""
        self.client.put_item(TableName=self.name, Item=item)

    def put_if(self, item: Item, condition: str, values: Item) -> bool:
        """Write an item and return True; return False when what stands there does not meet the condition."""
        return self._is_met(self.client.put_item, TableName=self.name, Item=item, **_conditions(condition, values))

    def put_together_if(self, item: Item, condition: str, values: Item, others: Sequence[Item]) -> bool:
        """Write an item with others at one stroke and return True; return False, and write none, unless it is met.

        The condition is on what stands where the first item goes.
        """
        if not others:
            return self.put_if(item, condition, values)
        first, *rest = ({"TableName": self.name, "Item": its} for its in (item, *others))
        puts = [{"Put": {**first, **_conditions(condition, values)}}, *({"Put": put} for put in rest)]
        return self._is_met(self.client.transact_write_items, TransactItems=puts)

    def update(self, key: Key, update: str, values: Item) -> None:
        """Update an item, whatever stands there."""
        self.client.update_item(
            TableName=self.name, Key=key.attributes, UpdateExpression=update, ExpressionAttributeValues=values
        )

    def update_if(self, key: Key, update: str, condition: str, values: Item) -> bool:
        """Update an item and return True; return False when what stands there does not meet the condition."""
        how = {"UpdateExpression": update, **_conditions(condition, values)}
        return self._is_met(self.client.update_item, TableName=self.name, Key=key.attributes, **how)

    def put_all(self, items: Sequence[Item]) -> None:
        """Write items, all of them, in any order; their keys must differ."""
        requests: list[WriteRequestUnionTypeDef] = [{"PutRequest": {"Item": item}} for item in items]
        self._each(self._write_chunk, _chunks(requests, MAX_WRITE))

    def put_together(self, items: Sequence[Item]) -> None:
        """Write items, up to `MAX_TOGETHER` of them at one stroke, so that no reader sees some without the others.

        Where another writes some of them at the same time, they are written again. Raises `StoreOverloaded` when that
        lasts.
        """
        for chunk in _chunks(items, MAX_TOGETHER):
            if len(chunk) == 1:
                self.put(chunk[0])
            else:
                puts: list[TransactWriteItemTypeDef] = [
                    {"Put": {"TableName": self.name, "Item": item}} for item in chunk
                ]
                self._until_done(self._written_together, puts)

    def _written_together(self, puts: Sequence["TransactWriteItemTypeDef"]) -> Sequence["TransactWriteItemTypeDef"]:
        return () if self._is_met(self.client.transact_write_items, TransactItems=puts) else puts

    def _each(self, work: Callable[[Given], Made], over: Sequence[Given]) -> list[Made]:
        """Do `work` for each, several at once, and return the results in order; or raise the first error."""
        workers = min(self.workers, len(over))
        if workers <= 1:
            return [work(one) for one in over]
        with ThreadPoolExecutor(workers) as threads:
            return list(threads.map(work, over))

    def _is_met(self, write: Callable[..., object], **what: Any) -> bool:
        """Write on a condition, and return whether that is met; not, where another writes the same at once."""
        refusals = self.client.exceptions
        try:
            write(**what)
        except refusals.ConditionalCheckFailedException:
            return False
        except refusals.TransactionCanceledException as error:
            reasons = {reason["Code"] for reason in error.response.get("CancellationReasons", ())}
            if reasons and reasons.isdisjoint(_OVERTAKEN):
                raise  # throttled, say
            return False
        return True

    def _query(self, condition: str, values: Item) -> Iterator[Item]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def _one_between(self, pk: str, first: str, last: str, *, forward: bool) -> Item | None:
        answer = self.client.query(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
            ScanIndexForward=forward,
            Limit=1,
            ConsistentRead=True,
        )
        return next(iter(answer["Items"]), None)

    def _get_chunk(self, keys: Sequence[Key]) -> list[Item]:
        found: list[Item] = []

        def attempt(left: Sequence[Item]) -> Sequence[Item]:
            answer = self.client.batch_get_item(RequestItems={self.name: {"Keys": left, "ConsistentRead": True}})
            found.extend(answer["Responses"].get(self.name, ()))
            unprocessed = answer["UnprocessedKeys"].get(self.name)
            return unprocessed["Keys"] if unprocessed else ()

        wanted: list[Item] = [key.attributes for key in keys]
        self._until_done(attempt, wanted)
        return found

    def _write_chunk(self, requests: Sequence["WriteRequestUnionTypeDef"]) -> None:
        def attempt(left: Sequence["WriteRequestUnionTypeDef"]) -> Sequence["WriteRequestUnionTypeDef"]:
            answer = self.client.batch_write_item(RequestItems={self.name: left})
            return answer["UnprocessedItems"].get(self.name, ())

        self._until_done(attempt, requests)

    def _until_done(self, attempt: Callable[[Sequence[Given]], Sequence[Given]], left: Sequence[Given]) -> None:
        """Call `attempt`, which returns what it left undone, until nothing is left.

        The pauses between grow while nothing gets done. Raises `StoreOverloaded` when that lasts.
        """
        idle = 0
        while undone := attempt(left):
            idle = idle + 1 if len(undone) == len(left) else 0
            if idle == ATTEMPTS:
                raise StoreOverloaded(self.name, len(undone))
            # Writers that were refused together should not come back together.
            self.pause(half_to_whole(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**idle)))
            left = undone


def _conditions(condition: str, values: Item) -> dict[str, Any]:
    # DynamoDB takes no empty values.
    return {"ConditionExpression": condition} | ({"ExpressionAttributeValues": values} if values else {})


def _chunks(items: Sequence[Given], size: int) -> list[Sequence[Given]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
