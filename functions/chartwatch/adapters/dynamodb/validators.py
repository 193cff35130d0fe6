"""The validators of the documents that were accepted last, on DynamoDB."""

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.services.fetching import Validators


class DynamoValidators:
    """Implements `fetching.ValidatorStore`."""

    def __init__(self, table: Table, reader: str) -> None:
        """`table` is the charts table; `reader` is the version of the parsers: another one parses anew."""
        self._table = table
        self._reader = reader

    def get(self, url: str) -> Validators:
        """Return the validators of an address; empty ones if none are stored."""
        item = self._table.get(keys.validators(url))
        if item is None or item["reader"]["S"] != self._reader:
            return Validators()
        return Validators(**{name: item[name]["S"] for name in ("etag", "last_modified") if name in item})

    def put(self, url: str, validators: Validators) -> None:
        """Store the validators of an address in place of the earlier ones."""
        values = {"reader": self._reader, "etag": validators.etag, "last_modified": validators.last_modified}
        stored = {name: text(value) for name, value in values.items() if value is not None}
        self._table.put({**keys.validators(url).attributes, **stored})
