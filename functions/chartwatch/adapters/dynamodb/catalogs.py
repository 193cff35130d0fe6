"""The catalog in force on DynamoDB: an item that names a document, which is whole before it is named."""

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import number, text
from chartwatch.adapters.dynamodb.keys import CURRENT_CATALOG
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.s3 import CatalogDocuments
from chartwatch.domain.works.catalog import Catalog


class DynamoCatalogs:
    """The catalog in force; implements `CatalogStore`. A catalog is read once, however often it is asked for."""

    def __init__(self, table: Table, documents: CatalogDocuments) -> None:
        """`table` is the catalog table."""
        self._table = table
        self._documents = documents
        self._read: tuple[str, Catalog] = ("", Catalog())

    def current(self) -> Catalog:
        """Return the catalog in force; an empty one at first."""
        item = self._table.get(CURRENT_CATALOG)
        sha256 = item["sha256"]["S"] if item else ""
        if sha256 != self._read[0]:
            body = self._documents.read(sha256)
            self._read = (sha256, parse_catalog(body, "the catalog in force"))
        return self._read[1]

    def earlier(self, version: str) -> Catalog | None:
        """Return the catalog of that version, if it was ever in force."""
        if version == Catalog().version:
            return Catalog()
        item = self._table.get(keys.catalog_version(version))
        return parse_catalog(self._documents.read(item["sha256"]["S"]), "an earlier catalog") if item else None

    def replace(self, catalog: Catalog) -> None:
        """Put another catalog in force; the one that is in force already, again, changes nothing."""
        sha256 = self._documents.keep(write_catalog(catalog))
        self._table.put_new({**keys.catalog_version(catalog.version).attributes, "sha256": text(sha256)})
        item = {**CURRENT_CATALOG.attributes, "sha256": text(sha256), "works": number(len(catalog))}
        self._table.put_if(item, "attribute_not_exists(pk) OR sha256 <> :sha256", {":sha256": text(sha256)})
