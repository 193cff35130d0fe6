"""The record of charts on AWS: heads and bulletins are items of a table, the files that they name are in a bucket."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import Packed, number, text
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.adapters.record_files import FormatTooNew, packed, unpacked
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.works.renames import Renaming
from chartwatch.errors import RecordDamaged, RecordNewer
from chartwatch.services.record import (
    BULLETIN,
    LEDGER,
    RENEWED_AFTER,
    RETRACTED,
    BulletinRef,
    FileKind,
    Head,
    StoredFile,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RECORD = "record/"
"""First part of the keys of files: `record/CHART/KIND/SHA256`."""

_HEAD = Packed(TypeAdapter(Head))
_PROVED = Packed(TypeAdapter(tuple[Renaming, ...]))

Value = TypeVar("Value")


_utc_now = partial(datetime.now, UTC)


class AwsRecord:
    """Heads, files and bulletins; implements `RecordStore`."""

    def __init__(
        self,
        table: Table,
        client: "S3Client",
        bucket: str,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`table` is the milestones table, `bucket` the bucket's name; `clock` gives the time."""
        self._table = table
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._old: dict[str, bytes] = {}

    def head(self, chart: str) -> Head | None:
        """Return the head of a chart's record, or None when nothing is recorded."""
        item = self._table.get(keys.head(chart))
        return _HEAD.value(item["head"]) if item else None

    def swap(
        self,
        before: Head | None,
        after: Head,
        bulletin: Bulletin | None = None,
        file: str = "",
        proved: tuple[Renaming, ...] | None = None,
    ) -> bool:
        """Make `after` the head, its bulletin, which stands in `file`, and what its chart has `proved`, known at one
        stroke."""
        condition = "version = :before" if before else "attribute_not_exists(pk)"
        values = {":before": number(before.version)} if before else {}
        others = [_bulletin_item(bulletin, file)] if bulletin else []
        if proved is not None:
            key = keys.proved(after.provider, after.chart)
            others.append({**key.attributes, "proved": _PROVED.attribute(proved)})
        if self._table.put_together_if(_head_item(after), condition, values, others):
            return True
        # When the reply to a first attempt is lost, the client's second one is refused although the first was taken.
        return self.head(after.chart) == after

    def proved(self, provider: str) -> Mapping[str, tuple[Renaming, ...]]:
        """Return the renamings that the charts of a provider have proved, by chart."""
        items = self._table.query_all(keys.proved(provider, "").pk)
        return {item["sk"]["S"]: _PROVED.value(item["proved"]) for item in items}

    def get(self, chart: str, kind: FileKind[Value], name: str) -> Value:
        """Return what stands in a file. Raises `RecordDamaged` when it is missing, or is not what its name says."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=_key(chart, kind.name, name))
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            raise RecordDamaged(chart, f"{kind.name}/{name}", "is missing") from error
        body = answer["Body"].read()
        if hashlib.sha256(body).hexdigest() != name:
            raise RecordDamaged(chart, f"{kind.name}/{name}", "has another hash than its name says")
        try:
            value: Value = unpacked(kind.name, body)
        except FormatTooNew as error:
            raise RecordNewer(chart, f"{kind.name}/{name} is of format {error}") from error
        if kind.name in (LEDGER.name, RETRACTED.name) and self._clock() - answer["LastModified"] > RENEWED_AFTER:
            self._old[_key(chart, kind.name, name)] = body
        return value

    def renew(self, chart: str, kind: FileKind[Value], name: str) -> None:
        """Write a file that was read here, and is about to be replaced, again, if that is `RENEWED_AFTER` ago."""
        key = _key(chart, kind.name, name)
        if body := self._old.pop(key, None):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def put(self, chart: str, kind: FileKind[Value], value: Value) -> str:
        """Write a file, whether or not it is there, and return its name."""
        body = packed(kind.name, value)
        name = hashlib.sha256(body).hexdigest()
        self._client.put_object(Bucket=self._bucket, Key=_key(chart, kind.name, name), Body=body)
        return name

    def bulletins(self, chart: str, after: int = 0) -> Iterator[BulletinRef]:
        """Yield the bulletins of greater numbers than `after`, in their order."""
        for item in self._table.query_between(*keys.bulletins_after(chart, after)):
            yield BulletinRef(keys.number_of(item), item["file"]["S"])

    def bulletin_file(self, chart: str, number: int) -> str:
        """Return the file of one bulletin. Raises `LookupError` when there is none of that number."""
        return self._table.existing(keys.bulletin(chart, number))["file"]["S"]

    def last_bulletin(self, chart: str) -> int:
        """Return the greatest number of a bulletin of a chart; 0 when there is none."""
        item = self._table.last_between(*keys.bulletins_after(chart, 0))
        return keys.number_of(item) if item else 0

    def written_at(self, chart: str, number: int) -> datetime:
        """Return when a bulletin was recorded (UTC). Raises `LookupError` when there is none of that number."""
        key = _key(chart, BULLETIN.name, self.bulletin_file(chart, number))
        return self._client.head_object(Bucket=self._bucket, Key=key)["LastModified"]

    def files(self, chart: str) -> Iterator[StoredFile]:
        """Yield all versions of all files of a chart, but for those that are removed."""
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=_key(chart, "", "")[:-1]):
            for version in page.get("Versions", ()):
                _, _, kind, name = version["Key"].split("/")
                yield StoredFile(kind, name, version["LastModified"], version["VersionId"])

    def remove(self, chart: str, files: Iterable[StoredFile]) -> None:
        """Remove versions of files."""
        for file in files:
            key = _key(chart, file.kind, file.name)
            self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=file.ref)


def _key(chart: str, kind: str, name: str) -> str:
    return f"{RECORD}{quote(chart, safe='')}/{kind}/{name}"


def _head_item(head: Head) -> Item:
    """Return the item of a head; beside it stands what conditions and people read."""
    return {
        **keys.head(head.chart).attributes,
        "version": number(head.version),
        "head": _HEAD.attribute(head),
        "period": text(str(head.last)),
        "fold": number(head.fold),
        "format": number(head.format),
    }


def _bulletin_item(bulletin: Bulletin, file: str) -> Item:
    """Return the item whose arrival wakes the publisher; beside the file's name stands what a person looks for."""
    return {
        **keys.bulletin(bulletin.chart, bulletin.number).attributes,
        "file": text(file),
        "period": text(str(bulletin.period)),
        "changes": number(len(bulletin.changes)),
        "sent": number(sum(change.is_sent for change in bulletin.changes)),
    }
