"""Values of the domain as attributes of items: what people and conditions read as it is, the rest as packed JSON."""

import gzip
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Value = TypeVar("Value")


class Packed(Generic[Value]):
    """A type whose values are kept as gzipped JSON, without a time stamp: the same value gives the same bytes."""

    def __init__(self, adapter: TypeAdapter[Value]) -> None:
        """`adapter` says how the type is written as JSON."""
        self._adapter = adapter

    def pack(self, value: Value) -> bytes:
        """Return the bytes that a value is kept as."""
        return gzip.compress(self._adapter.dump_json(value), mtime=0)

    def unpack(self, packed: bytes) -> Value:
        """Return the value that is kept as these bytes."""
        return self._adapter.validate_json(gzip.decompress(packed))

    def attribute(self, value: Value) -> "AttributeValueTypeDef":
        """Return the value as an attribute."""
        return {"B": self.pack(value)}

    def value(self, attribute: "AttributeValueTypeDef") -> Value:
        """Return the value that an attribute holds."""
        return self.unpack(attribute["B"])


def text(value: str) -> "AttributeValueTypeDef":
    """Return a string as an attribute."""
    return {"S": value}


def number(value: int) -> "AttributeValueTypeDef":
    """Return a whole number as an attribute."""
    return {"N": str(value)}
