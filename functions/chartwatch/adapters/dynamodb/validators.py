"""The validators of the documents that were accepted last, on DynamoDB."""

from dataclasses import dataclass

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.services.fetching import Validators


@dataclass(frozen=True)
class DynamoValidators:
    """Implements `fetching.ValidatorStore`. `reader` is the version of the parsers: another one parses anew."""

    charts_table: Table
    reader: str

    def get(self, url: str) -> Validators:
        """Return the validators of an address; empty ones if none are stored."""
        item = self.charts_table.get(keys.validators(url))
        if item is None or item["reader"]["S"] != self.reader:
            return Validators()
        return Validators(**{name: item[name]["S"] for name in ("etag", "last_modified") if name in item})

    def put(self, url: str, validators: Validators) -> None:
        """Store the validators of an address in place of the earlier ones."""
        values = {"reader": self.reader, "etag": validators.etag, "last_modified": validators.last_modified}
        stored = {name: text(value) for name, value in values.items() if value is not None}
        self.charts_table.put({**keys.validators(url).attributes, **stored})
