"""DynamoDB and S3 in a file of SQLite: what a function stores there is no part of its own memory.

Only the calls are there that the stores make, and no conditions: one process at a time writes.
"""

import io
import pickle
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_PAGE = 1024 * 1024
"""Bytes of items that one page of a query has at most (developer guide)."""


class DiskDynamoDB:
    """A client of DynamoDB whose tables are kept in a file."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=KeyError, TransactionCanceledException=KeyError)

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA cache_size = -2000")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS items (name, pk, sk, item, PRIMARY KEY (name, pk, sk)) WITHOUT ROWID"
        )

    def get_item(self, *, TableName: str, Key: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        found = self._database.execute(
            "SELECT item FROM items WHERE name = ? AND pk = ? AND sk = ?", (TableName, Key["pk"]["S"], Key["sk"]["S"])
        ).fetchone()
        return {"Item": pickle.loads(found[0])} if found else {}

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Mapping[str, Any]:
        found = {
            table: [its["Item"] for key in asked["Keys"] if (its := self.get_item(TableName=table, Key=key))]
            for table, asked in RequestItems.items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def put_item(self, *, TableName: str, Item: Mapping[str, Any], **_: Any) -> None:
        self._put(TableName, [Item])

    def batch_write_item(self, *, RequestItems: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
        for table, requests in RequestItems.items():
            self._put(table, [request["PutRequest"]["Item"] for request in requests])
        return {"UnprocessedItems": {}}

    def transact_write_items(self, *, TransactItems: Sequence[Any]) -> None:
        for action in TransactItems:
            self._put(action["Put"]["TableName"], [action["Put"]["Item"]])

    def get_paginator(self, _operation: str) -> "DiskDynamoDB":
        return self

    def paginate(
        self, *, TableName: str, ExpressionAttributeValues: Mapping[str, Any], **_: Any
    ) -> Iterator[Mapping[str, Any]]:
        values = {name: value["S"] for name, value in ExpressionAttributeValues.items()}
        first = values.get(":first", values.get(":prefix", ""))
        last = values.get(":last", f"{first}\U0010ffff")
        rows = self._database.execute(
            "SELECT item FROM items WHERE name = ? AND pk = ? AND sk BETWEEN ? AND ? ORDER BY sk",
            (TableName, values[":pk"], first, last),
        )
        page, size = [], 0
        for (packed,) in rows:
            page.append(pickle.loads(packed))
            size += len(packed)
            if size > _PAGE:
                yield {"Items": page}
                page, size = [], 0
        yield {"Items": page}

    def _put(self, table: str, items: Sequence[Mapping[str, Any]]) -> None:
        rows = [(table, item["pk"]["S"], item["sk"]["S"], pickle.dumps(item)) for item in items]
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")


class DiskS3:
    """A client of S3 whose objects are files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:
        (self._folder / Key.replace("/", "#")).write_bytes(Body)

    def get_object(self, *, Key: str, **_: Any) -> Mapping[str, Any]:
        file = self._folder / Key.replace("/", "#")
        written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return {"Body": io.BytesIO(file.read_bytes()), "LastModified": written_at}

    def get_paginator(self, _operation: str) -> "DiskS3":
        return self

    def paginate(self, **_: Any) -> Iterator[Mapping[str, Any]]:
        yield {}
