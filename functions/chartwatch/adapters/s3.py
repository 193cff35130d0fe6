"""Documents on S3, each named for the SHA-256 of its bytes, so that none is ever overwritten by another."""

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW = "raw/"
"""First part of the keys of documents as fetched."""


@dataclass(frozen=True)
class S3Archive:
    """Raw files as they were fetched, gzipped; implements `Archive`."""

    client: "S3Client"
    bucket: str

    def put(self, sha256: str, body: bytes) -> None:
        """Store a raw file; storing it again changes nothing."""
        packed = gzip.compress(body, mtime=0)
        put_once(self.client, Bucket=self.bucket, Key=f"{RAW}{sha256}", Body=packed, ContentEncoding="gzip")

    def get(self, sha256: str) -> bytes | None:
        """Return a raw file, or None when it is not there."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=f"{RAW}{sha256}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return None
        return gzip.decompress(answer["Body"].read())


def put_once(client: "S3Client", **document: Any) -> None:
    """Put a document, unless it is there already, or is being put by another this moment."""
    try:
        client.put_object(**document, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise
