"""By what providers know the versions of their documents that were taken in last, on DynamoDB."""

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.services.fetching import Validators


class DynamoValidators:
    """Implements `fetching.ValidatorStore`."""

    def __init__(self, table: Table, reader: str) -> None:
        """`table` is the charts table; `reader` is the version of what reads documents: another one reads them anew."""
        self._table = table
        self._reader = reader

    def last(self, url: str) -> Validators:
        """Return those of the document at an address, without any where none is known."""
        item = self._table.get(keys.validators(url))
        if item is None or item["reader"]["S"] != self._reader:
            return Validators()
        return Validators(_said(item, "etag"), _said(item, "last_modified"))

    def keep(self, url: str, validators: Validators) -> None:
        """Keep those of the document at an address, in place of the earlier ones."""
        said = {"etag": validators.etag, "last_modified": validators.last_modified}
        known = {name: text(value) for name, value in said.items() if value is not None}
        self._table.put({**keys.validators(url).attributes, "reader": text(self._reader), **known})


def _said(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None
