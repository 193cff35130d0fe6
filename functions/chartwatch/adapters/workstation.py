"""AWS from a person's own machine: a deployment by the name of its stack, and DynamoDB for a replay."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.s3 import CatalogDocuments
from chartwatch.adapters.tables import TEMPLATE, create_table, read_tables
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import AwsRefused, FileProblem

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient

WORKERS = 16
"""Calls that a replay has under way at once."""

_SIMULATED_REGION = "us-east-1"


class ReplayStores(NamedTuple):
    """The two stores of a replay."""

    charts: DynamoCharts
    milestones: DynamoMilestones


class _Tables(NamedTuple):
    charts: str
    milestones: str


def put_catalog_in_force(stack: str, catalog: Catalog) -> None:
    """Put a catalog in force in the deployment of that name. Raises `AwsRefused`."""
    with _in_a_sentence(f"the stack {stack}"):
        aws = boto3.Session()
        outputs = _outputs(aws.client("cloudformation"), stack, ("BucketName", "CatalogTable"))
        documents = CatalogDocuments(aws.client("s3"), outputs["BucketName"])
        DynamoCatalogs(Table(aws.client("dynamodb"), outputs["CatalogTable"]), documents).replace(catalog)


class Deployed(NamedTuple):
    """What a deployment has stored and what is in force in it."""

    charts: DynamoCharts
    milestones: DynamoMilestones
    catalogs: DynamoCatalogs


@contextmanager
def deployed_stores(stack: str) -> Iterator[Deployed]:
    """Yield the stores of the deployment of that name, to be read. Raises `AwsRefused`."""
    with _in_a_sentence(f"the stack {stack}"):
        aws = boto3.Session()
        needed = ("BucketName", "CatalogTable", "ChartsTable", "MilestonesTable")
        outputs = _outputs(aws.client("cloudformation"), stack, needed)
        dynamodb = aws.client("dynamodb")
        documents = CatalogDocuments(aws.client("s3"), outputs["BucketName"])
        yield Deployed(
            DynamoCharts(Table(dynamodb, outputs["ChartsTable"])),
            DynamoMilestones(Table(dynamodb, outputs["MilestonesTable"])),
            DynamoCatalogs(Table(dynamodb, outputs["CatalogTable"]), documents),
        )


@contextmanager
def replay_stores() -> Iterator[ReplayStores]:
    """Yield stores on the DynamoDB at $AWS_ENDPOINT_URL; without that variable, on one simulated in this process.

    The tables are those that $CHARTWATCH_CHARTS_TABLE and $CHARTWATCH_MILESTONES_TABLE name, on an endpoint, when both
    are set; otherwise they are made as template.yaml defines them, and removed in the end. Raises `AwsRefused`, and
    `FileProblem` outside a checkout, where there is no template.yaml.
    """
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        with _in_a_sentence(f"DynamoDB at {endpoint}"):
            client = boto3.Session().client("dynamodb", config=Config(max_pool_connections=WORKERS))
            if (named := _named(os.environ)) is not None:
                yield _stores(client, named, WORKERS)
                return
            with _made(client) as tables:
                yield _stores(client, tables, WORKERS)
        return
    from moto import mock_aws  # noqa: PLC0415  # only who simulates AWS needs the package, of the extra `cli`

    with mock_aws():
        client = boto3.Session().client("dynamodb", region_name=_SIMULATED_REGION)
        with _made(client) as tables:
            # Nothing waits on a network here, so more threads would only be in each other's way.
            yield _stores(client, tables, 1)


def _named(environment: Mapping[str, str]) -> _Tables | None:
    charts, milestones = environment.get("CHARTWATCH_CHARTS_TABLE"), environment.get("CHARTWATCH_MILESTONES_TABLE")
    return _Tables(charts, milestones) if charts and milestones else None


def _stores(client: "DynamoDBClient", tables: _Tables, workers: int) -> ReplayStores:
    return ReplayStores(
        DynamoCharts(Table(client, tables.charts, workers=workers)),
        DynamoMilestones(Table(client, tables.milestones, workers=workers)),
    )


@contextmanager
def _made(client: "DynamoDBClient") -> Iterator[_Tables]:
    """Make tables for one replay, and remove them after it."""
    try:
        definitions = read_tables()
    except OSError as error:
        raise FileProblem(TEMPLATE.name, "", "is needed to make tables, and only a checkout has it") from error
    prefix = f"chartwatch-replay-{uuid.uuid4()}"
    tables = _Tables(f"{prefix}-charts", f"{prefix}-milestones")
    create_table(client, tables.charts, definitions["ChartsTable"])
    try:
        create_table(client, tables.milestones, definitions["MilestonesTable"])
        try:
            yield tables
        finally:
            client.delete_table(TableName=tables.milestones)
    finally:
        client.delete_table(TableName=tables.charts)


def _outputs(client: "CloudFormationClient", stack: str, needed: Sequence[str]) -> Mapping[str, str]:
    (described,) = client.describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if missing := [name for name in needed if name not in outputs]:
        raise AwsRefused(f"the stack {stack}", f"it has no output {missing[0]}, so it is no deployment of Chartwatch")
    return outputs


@contextmanager
def _in_a_sentence(place: str) -> Iterator[None]:
    """Tell a refusal by AWS, or its absence, as an `AwsRefused`."""
    try:
        yield
    except NoRegionError as error:
        raise AwsRefused(place, "no region is set; name one in AWS_DEFAULT_REGION, or in your AWS profile") from error
    except (BotoCoreError, ClientError) as error:
        raise AwsRefused(place, str(error)) from error
