"""Documents on S3, named for the SHA-256 of their bytes, so that none is ever overwritten by another."""

import gzip
import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW = "raw/"
CATALOG = "catalog/"
"""First parts of the keys of documents as fetched, and of catalogs."""


class S3Archive:
    """Raw files as they were fetched, gzipped; implements `Archive`."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """`bucket` is the bucket's name."""
        self._client = client
        self._bucket = bucket

    def put(self, sha256: str, body: bytes) -> None:
        """Store a raw file; storing it again changes nothing."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{RAW}{sha256}",
                Body=gzip.compress(body, mtime=0),
                ContentEncoding="gzip",
                IfNoneMatch="*",
            )
        except ClientError as error:
            _raise_unless_kept(error)


class CatalogDocuments:
    """Catalogs as CSV."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """`bucket` is the bucket's name."""
        self._client = client
        self._bucket = bucket

    def keep(self, body: bytes) -> str:
        """Keep a catalog, and return its SHA-256; keeping it again changes nothing."""
        sha256 = hashlib.sha256(body).hexdigest()
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=f"{CATALOG}{sha256}.csv", Body=body, ContentType="text/csv", IfNoneMatch="*"
            )
        except ClientError as error:
            _raise_unless_kept(error)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the catalog of that SHA-256."""
        return self._client.get_object(Bucket=self._bucket, Key=f"{CATALOG}{sha256}.csv")["Body"].read()


def _raise_unless_kept(error: ClientError) -> None:
    """Raise the error, unless it says that the document is there, or is being written by another this moment."""
    if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
        raise error
