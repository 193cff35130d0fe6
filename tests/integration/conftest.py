"""Places to keep things in: memory, DynamoDB and S3 as moto has them in this process, and as ministack serves them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import boto3
import pytest
from moto import mock_aws

from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.template_tables import create_table, read_tables
from chartwatch.services.delivery_ports import Checkpoints, Outbox
from chartwatch.services.ports import CatalogStore, MarkedCharts
from chartwatch.services.record import RecordStore
from chartwatch_local.aws import REGION, LocalAws, local_aws
from chartwatch_local.checkout import TOOLS
from tests.asking import Waits
from tests.command_line import Write
from tests.stores import Cloud

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class Place(Protocol):
    """Where stores keep things: each store it gives is a new one that finds what the others left there."""

    def charts(self) -> MarkedCharts: ...

    def record(self) -> RecordStore: ...

    def catalogs(self) -> CatalogStore: ...

    def outbox(self) -> Outbox: ...

    def checkpoints(self) -> Checkpoints: ...


class Memory(Cloud):
    """A place in memory; its charts and its record are the place."""

    def __init__(self) -> None:
        super().__init__()
        self._charts, self._record = MemoryCharts(), MemoryRecord()

    def charts(self) -> MemoryCharts:
        return self._charts

    def record(self) -> MemoryRecord:
        return self._record


@cache
def _session() -> boto3.Session:
    """Return the one session of this process: each would read what the services are anew."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


@dataclass
class Aws:
    """Tables and a bucket. `client` and `s3_client` make further clients, for a test to meddle with."""

    session: boto3.Session
    endpoint: str | None
    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    bucket: str
    names: dict[str, str]
    pauses: list[float] = field(default_factory=list)

    @classmethod
    def made(cls, endpoint: str | None, suffix: str) -> "Aws":
        session = _session()
        dynamodb = session.client("dynamodb", endpoint_url=endpoint)
        s3 = session.client("s3", endpoint_url=endpoint)
        s3.create_bucket(Bucket=f"bucket-{suffix}")
        s3.put_bucket_versioning(Bucket=f"bucket-{suffix}", VersioningConfiguration={"Status": "Enabled"})
        names = {logical_id: f"{logical_id}-{suffix}" for logical_id in read_tables()}
        for logical_id, definition in read_tables().items():
            create_table(dynamodb, names[logical_id], definition)
        return cls(session, endpoint, dynamodb, s3, f"bucket-{suffix}", names)

    def client(self) -> "DynamoDBClient":
        return self.session.client("dynamodb", endpoint_url=self.endpoint)

    def s3_client(self) -> "S3Client":
        return self.session.client("s3", endpoint_url=self.endpoint)

    def table(self, logical_id: str, client: Any = None, workers: int = 1) -> Table:
        """Return a table on which calls come one after another, unless there are more `workers`."""
        return Table(client or self.dynamodb, self.names[logical_id], workers=workers, pause=self.pauses.append)

    def charts(self, client: Any = None) -> DynamoCharts:
        return DynamoCharts(self.table("ChartsTable", client))

    def record(self, client: Any = None, s3: Any = None) -> AwsRecord:
        return AwsRecord(self.table("MilestonesTable", client), s3 or self.s3, self.bucket)

    def catalogs(self, client: Any = None) -> DynamoCatalogs:
        return DynamoCatalogs(self.table("CatalogTable", client), self.s3, self.bucket)

    def outbox(self, client: Any = None) -> DynamoOutbox:
        return DynamoOutbox(self.table("StoriesTable", client))

    def checkpoints(self, client: Any = None) -> DynamoCheckpoints:
        return DynamoCheckpoints(self.table("StoriesTable", client))


class Repeating:
    """A client of DynamoDB that makes every call twice, as one does whose first answer was lost."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        known = getattr(self._client, name)
        if name in ("exceptions", "get_paginator"):
            return known

        def twice(**arguments: Any) -> Any:
            known(**arguments)
            return known(**arguments)

        return twice


_SUFFIXES = count()


@pytest.fixture(scope="session")
def served() -> Iterator[LocalAws]:
    """A ministack of this process's own."""
    if not (TOOLS / "local-aws").exists():
        pytest.skip("the local AWS is not installed: `make tools` does it")
    with local_aws() as aws:
        yield aws


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Empty tables and an empty bucket in this process."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with mock_aws():
        yield Aws.made(None, "moto")


@pytest.fixture
def ministack(served: LocalAws) -> Aws:
    """Empty tables and an empty bucket that ministack serves."""
    return Aws.made(served.endpoint, f"{next(_SUFFIXES)}")


@pytest.fixture
def memory() -> Memory:
    """An empty place in memory."""
    return Memory()


@pytest.fixture(params=["moto", "ministack"])
def aws(request: pytest.FixtureRequest) -> Aws:
    """Empty tables and an empty bucket, in each simulation of AWS."""
    place: Aws = request.getfixturevalue(request.param)
    return place


@pytest.fixture(params=["memory", "moto", "ministack"])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty place of each kind."""
    place: Place = request.getfixturevalue(request.param)
    return place


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(name: str, content: str | bytes) -> Path:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return _write


@pytest.fixture
def waits() -> Waits:
    return Waits()
