"""Values of the domain as attributes of items: what people and conditions read as it is, the rest as packed JSON."""

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Value = TypeVar("Value")


@dataclass(frozen=True)
class Packed(Generic[Value]):
    """A type whose values are kept as gzipped JSON, without a time stamp: the same value gives the same bytes."""

    adapter: TypeAdapter[Value]

    def packed(self, value: Value) -> bytes:
        """Return the value as bytes."""
        return gzip.compress(self.adapter.dump_json(value), mtime=0)

    def unpacked(self, body: bytes) -> Value:
        """Return the value that is packed in some bytes."""
        return self.adapter.validate_json(gzip.decompress(body))

    def attribute(self, value: Value) -> "AttributeValueTypeDef":
        """Return the value as an attribute."""
        return {"B": self.packed(value)}

    def value(self, attribute: "AttributeValueTypeDef") -> Value:
        """Return the value that an attribute holds."""
        return self.unpacked(attribute["B"])


def text(value: str) -> "AttributeValueTypeDef":
    """Return a string as an attribute."""
    return {"S": value}


def number(value: int) -> "AttributeValueTypeDef":
    """Return a whole number as an attribute."""
    return {"N": str(value)}
