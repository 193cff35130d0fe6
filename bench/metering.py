"""What a client asks of DynamoDB, and what that is charged: request units, by the sizes of the items.

The rules are those of the developer guide: a strongly consistent read costs a unit for each 4 KB begun of each item (of
all items of a query together), a write one for each 1 KB begun of the item as it stands then; a key that leads to
nothing costs a unit too. Counted on what was sent and answered: simulations of DynamoDB count otherwise, or not at all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ_UNIT, WRITE_UNIT = 4096, 1024


@dataclass(slots=True)
class Metered:
    """Requests by operation; bytes of items read and written, and the units for them; units written by kind of item."""

    requests: Counter[str] = field(default_factory=Counter)
    bytes_read: int = 0
    bytes_written: int = 0
    read_units: int = 0
    write_units: int = 0
    written: Counter[str] = field(default_factory=Counter)

    @property
    def calls(self) -> int:
        """How many requests there were."""
        return self.requests.total()

    def read(self, sizes: Iterable[int]) -> None:
        """Count items read one by one."""
        for size in sizes:
            self.bytes_read += size
            self.read_units += _units(size, READ_UNIT)

    def wrote(self, sort_key: str, size: int) -> None:
        """Count an item written."""
        self.bytes_written += size
        self.write_units += _units(size, WRITE_UNIT)
        self.written[sort_key.partition("#")[0]] += _units(size, WRITE_UNIT)


@contextmanager
def metered(client: "DynamoDBClient", observer: "DynamoDBClient") -> Iterator[Metered]:
    """Count what `client` asks for; `observer` is another client, by which an item that was updated is looked at."""
    meter = Metered()
    asked: dict[str, Any] = {}

    def before(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        asked[model.name] = params

    def after(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        meter.requests[model.name] += 1
        _count(meter, model.name, asked[model.name], parsed, observer)

    events = client.meta.events
    events.register("provide-client-params.dynamodb.*", before)
    events.register("after-call.dynamodb.*", after)
    try:
        yield meter
    finally:
        events.unregister("provide-client-params.dynamodb.*", before)
        events.unregister("after-call.dynamodb.*", after)


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bytes of an item: of its names and of its values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _count(
    meter: Metered, operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any], observer: "DynamoDBClient"
) -> None:
    match operation:
        case "GetItem":
            meter.read([item_size(answer.get("Item", {}))])
        case "BatchGetItem":
            for table, request in asked["RequestItems"].items():
                found = answer["Responses"].get(table, [])
                meter.read(map(item_size, found))
                meter.read([0] * (len(request["Keys"]) - len(found)))
        case "Query":
            meter.read([sum(map(item_size, answer["Items"]))])
        case "PutItem":
            meter.wrote(asked["Item"]["sk"]["S"], item_size(asked["Item"]))
        case "UpdateItem":
            item = observer.get_item(TableName=asked["TableName"], Key=asked["Key"])["Item"]
            meter.wrote(asked["Key"]["sk"]["S"], item_size(item))
        case "BatchWriteItem":
            for requests in asked["RequestItems"].values():
                for request in requests:
                    # A deletion costs what the item had; only one that was just written is ever deleted.
                    item = request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
                    meter.wrote(item["sk"]["S"], item_size(item))


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return len(content) // 2 + 2
        case "SS":
            return sum(len(one.encode()) for one in content)
        case _:
            raise ValueError(f"nobody has said yet what an attribute of type {kind} weighs")


def _units(size: int, unit: int) -> int:
    return max(1, -(-size // unit))
