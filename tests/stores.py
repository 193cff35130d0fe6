"""The deployed stores on a cloud in memory, for tests that want no other fault than their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.fetches import DynamoFetches
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.dynamodb.validators import DynamoValidators
from tests.simulation.cloud import S3, Bucket, DynamoDB, Seam

Clock = Callable[[], datetime]
_utc_now = partial(datetime.now, UTC)


@dataclass
class Cloud:
    """A table and a bucket. Each store it gives is a new one that finds what the others left there."""

    clock: Clock = _utc_now
    bucket: Bucket = field(default_factory=Bucket)
    tables: dict[str, Any] = field(default_factory=lambda: {"table": {}})

    def table(self) -> Table:
        client: Any = DynamoDB(Seam(), self.tables, {"table": []}, clock=self.clock, is_stale=lambda: False)
        return Table(client, "table", workers=1)

    def catalogs(self) -> DynamoCatalogs:
        s3: Any = S3(Seam(), self.bucket, self.clock)
        return DynamoCatalogs(self.table(), s3, "bucket")

    def outbox(self) -> DynamoOutbox:
        return DynamoOutbox(self.table(), self.clock)

    def checkpoints(self) -> DynamoCheckpoints:
        return DynamoCheckpoints(self.table())

    def fetches(self) -> DynamoFetches:
        return DynamoFetches(self.table())

    def validators(self) -> DynamoValidators:
        return DynamoValidators(self.table(), "a version of the parsers")
