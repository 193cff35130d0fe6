"""What clients ask of DynamoDB and of S3, page by page, and what DynamoDB charges for it: units, by the sizes of items.

The rules are those of the developer guide: a strongly consistent read costs a unit for each 4 KB begun of each item (of
all items of a query together), a write one for each 1 KB begun of the item as it stands then, and in a transaction two;
a key that leads to nothing costs a unit too. Counted on what was sent and answered: simulations of DynamoDB count
otherwise, or not at all. S3 charges by request.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

READ_UNIT, WRITE_UNIT = 4096, 1024


@dataclass(slots=True)
class Metered:
    """Requests by operation; bytes of items and files read and written, and the units for items."""

    requests: Counter[str] = field(default_factory=Counter)
    bytes_read: int = 0
    bytes_written: int = 0
    read_units: int = 0
    write_units: int = 0

    @property
    def calls(self) -> int:
        """How many requests there were."""
        return self.requests.total()

    def read(self, sizes: Iterable[int]) -> None:
        """Count items read one by one."""
        for size in sizes:
            self.bytes_read += size
            self.read_units += _units(size, READ_UNIT)

    def wrote(self, size: int, times: int = 1) -> None:
        """Count an item written. `times`: how much it costs more than by itself."""
        self.bytes_written += size
        self.write_units += times * _units(size, WRITE_UNIT)


@contextmanager
def metered(client: "DynamoDBClient", observer: "DynamoDBClient", s3: "S3Client | None" = None) -> Iterator[Metered]:
    """Count what `client` and `s3` ask for; by `observer`, another client, an item that was updated is looked at."""
    meter = Metered()
    asked: dict[str, Any] = {}

    def before(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        # As it was asked: botocore changes it on the way.
        asked[model.name] = dict(params)

    def after(parsed: Mapping[str, Any], model: Any, count: Any, **_: Any) -> None:
        meter.requests[model.name] += 1
        count(meter, model.name, asked[model.name], parsed)

    with ExitStack() as handlers:
        for its, count in ((client, partial(_count, observer=observer)), (s3, _count_of_s3)):
            for event, handler in (("provide-client-params", before), ("after-call", partial(after, count=count))):
                if its is not None:
                    named = f"{event}.{its.meta.service_model.service_name}.*"
                    its.meta.events.register(named, handler)
                    handlers.callback(its.meta.events.unregister, named, handler)
        yield meter


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
            meter.wrote(item_size(asked["Item"]))
        case "UpdateItem":
            meter.wrote(item_size(observer.get_item(TableName=asked["TableName"], Key=asked["Key"])["Item"]))
        case "BatchWriteItem":
            for requests in asked["RequestItems"].values():
                for request in requests:
                    meter.wrote(item_size(request["PutRequest"]["Item"]))
        case "TransactWriteItems":
            for action in asked["TransactItems"]:
                meter.wrote(item_size(action["Put"]["Item"]), times=2)
        case _:
            raise ValueError(f"nobody has said yet what {operation} costs")


def _count_of_s3(meter: Metered, operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    match operation:
        case "GetObject":
            meter.bytes_read += answer.get("ContentLength", 0)
        case "PutObject":
            meter.bytes_written += len(asked["Body"])


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
