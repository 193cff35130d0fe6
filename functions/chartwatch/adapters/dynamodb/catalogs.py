"""The catalog in force: an item on DynamoDB that names a file on S3, which is whole before it is named."""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import number, text
from chartwatch.adapters.dynamodb.keys import CURRENT_CATALOG
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.s3 import put_once
from chartwatch.domain.works.catalog import Catalog

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass
class DynamoCatalogs:
    """The catalog in force; implements `CatalogStore`. A catalog is read once, however often it is asked for."""

    catalog_table: Table
    s3: "S3Client"
    bucket: str
    _read: tuple[str, Catalog] = field(default_factory=lambda: ("", Catalog()))

    def current(self) -> Catalog:
        """Return the catalog in force; an empty one at first."""
        item = self.catalog_table.get(CURRENT_CATALOG)
        sha256 = item["sha256"]["S"] if item else ""
        if sha256 != self._read[0]:
            self._read = sha256, self._parsed(sha256, "the catalog in force")
        return self._read[1]

    def earlier(self, version: str) -> Catalog | None:
        """Return the catalog of that version, if it was ever in force."""
        if version == Catalog().version:
            return Catalog()
        item = self.catalog_table.get(keys.catalog_version(version))
        return self._parsed(item["sha256"]["S"], "an earlier catalog") if item else None

    def replace(self, catalog: Catalog) -> None:
        """Put another catalog in force; the one that is in force already, again, changes nothing."""
        body = write_catalog(catalog)
        sha256 = hashlib.sha256(body).hexdigest()
        put_once(self.s3, Bucket=self.bucket, Key=_key(sha256), Body=body, ContentType="text/csv")
        version = {**keys.catalog_version(catalog.version).attributes, "sha256": text(sha256)}
        self.catalog_table.put_if(version, "attribute_not_exists(pk)", {})
        item = {**CURRENT_CATALOG.attributes, "sha256": text(sha256), "works": number(len(catalog))}
        self.catalog_table.put_if(item, "attribute_not_exists(pk) OR sha256 <> :sha256", {":sha256": text(sha256)})

    def _parsed(self, sha256: str, name: str) -> Catalog:
        body = self.s3.get_object(Bucket=self.bucket, Key=_key(sha256))["Body"].read()
        return parse_catalog(body, name)


def _key(sha256: str) -> str:
    return f"catalog/{sha256}.csv"
