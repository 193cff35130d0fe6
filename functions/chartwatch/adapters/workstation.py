"""AWS from a person's own machine: a deployment by the name of its stack, and the stores of a replay."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.s3 import CatalogDocuments
from chartwatch.adapters.tables import TEMPLATE, create_table, read_tables
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import AwsRefused, FileProblem

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

WORKERS = 16
"""Calls that a replay has under way at once."""

_SIMULATED_REGION = "us-east-1"


class ReplayStores(NamedTuple):
    """The two stores of a replay."""

    charts: DynamoCharts
    record: AwsRecord


class _Places(NamedTuple):
    """The names of two tables and a bucket."""

    charts: str
    milestones: str
    bucket: str


def put_catalog_in_force(stack: str, catalog: Catalog) -> None:
    """Put a catalog in force in the deployment of that name. Raises `AwsRefused`."""
    with _in_a_sentence(f"the stack {stack}"):
        aws = boto3.Session()
        outputs = _outputs(aws.client("cloudformation"), stack, ("BucketName", "CatalogTable"))
        documents = CatalogDocuments(aws.client("s3"), outputs["BucketName"])
        DynamoCatalogs(Table(aws.client("dynamodb"), outputs["CatalogTable"]), documents).replace(catalog)


class Deployed(NamedTuple):
    """What a deployment has stored, what is in force in it, and the parameters that it was deployed with."""

    charts: DynamoCharts
    record: AwsRecord
    catalogs: DynamoCatalogs
    parameters: Mapping[str, str]


@contextmanager
def deployed_stores(stack: str) -> Iterator[Deployed]:
    """Yield the stores of the deployment of that name. Raises `AwsRefused`."""
    with _in_a_sentence(f"the stack {stack}"):
        aws = boto3.Session()
        needed = ("BucketName", "CatalogTable", "ChartsTable", "MilestonesTable")
        outputs = _outputs(aws.client("cloudformation"), stack, needed)
        dynamodb = aws.client("dynamodb")
        documents = CatalogDocuments(aws.client("s3"), outputs["BucketName"])
        yield Deployed(
            DynamoCharts(Table(dynamodb, outputs["ChartsTable"])),
            AwsRecord(Table(dynamodb, outputs["MilestonesTable"]), aws.client("s3"), outputs["BucketName"]),
            DynamoCatalogs(Table(dynamodb, outputs["CatalogTable"]), documents),
            _parameters(aws.client("cloudformation"), stack),
        )


@contextmanager
def replay_stores() -> Iterator[ReplayStores]:
    """Yield stores on the AWS at $AWS_ENDPOINT_URL; without that variable, on one simulated in this process.

    The tables and the bucket are those that $CHARTWATCH_CHARTS_TABLE, $CHARTWATCH_MILESTONES_TABLE and
    $CHARTWATCH_BUCKET name, on an endpoint, when all are set; otherwise they are made, the tables as template.yaml
    defines them, and removed in the end. Raises `AwsRefused`, and `FileProblem` outside a checkout, where there is no
    template.yaml.
    """
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        with _in_a_sentence(f"AWS at {endpoint}"):
            aws = boto3.Session()
            dynamodb = aws.client("dynamodb", config=Config(max_pool_connections=WORKERS))
            # A bucket's name as part of the host needs a resolver that knows it.
            s3 = aws.client("s3", config=Config(s3={"addressing_style": "path"}))
            if (named := _named(os.environ)) is not None:
                yield _stores(dynamodb, s3, named, WORKERS)
                return
            with _made(dynamodb, s3) as places:
                yield _stores(dynamodb, s3, places, WORKERS)
        return
    from moto import mock_aws  # noqa: PLC0415  # only who simulates AWS needs the package, of the extra `cli`

    with mock_aws():
        aws = boto3.Session(region_name=_SIMULATED_REGION)
        dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
        with _made(dynamodb, s3) as places:
            # Nothing waits on a network here, so more threads would only be in each other's way.
            yield _stores(dynamodb, s3, places, 1)


def _named(environment: Mapping[str, str]) -> _Places | None:
    variables = ("CHARTWATCH_CHARTS_TABLE", "CHARTWATCH_MILESTONES_TABLE", "CHARTWATCH_BUCKET")
    names = [environment.get(variable, "") for variable in variables]
    return _Places(*names) if all(names) else None


def _stores(dynamodb: "DynamoDBClient", s3: "S3Client", places: _Places, workers: int) -> ReplayStores:
    return ReplayStores(
        DynamoCharts(Table(dynamodb, places.charts, workers=workers)),
        AwsRecord(Table(dynamodb, places.milestones, workers=workers), s3, places.bucket),
    )


@contextmanager
def _made(dynamodb: "DynamoDBClient", s3: "S3Client") -> Iterator[_Places]:
    """Make tables and a bucket for one replay, and remove them after it."""
    try:
        definitions = read_tables()
    except OSError as error:
        raise FileProblem(TEMPLATE.name, "", "is needed to make tables, and only a checkout has it") from error
    prefix = f"chartwatch-replay-{uuid.uuid4()}"
    places = _Places(f"{prefix}-charts", f"{prefix}-milestones", prefix)
    with ExitStack() as made:
        for name, definition in ((places.charts, "ChartsTable"), (places.milestones, "MilestonesTable")):
            create_table(dynamodb, name, definitions[definition])
            made.callback(dynamodb.delete_table, TableName=name)
        s3.create_bucket(Bucket=prefix)
        made.callback(_remove_bucket, s3, prefix)
        yield places


def _remove_bucket(s3: "S3Client", bucket: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
    s3.delete_bucket(Bucket=bucket)


def _parameters(client: "CloudFormationClient", stack: str) -> Mapping[str, str]:
    (described,) = client.describe_stacks(StackName=stack)["Stacks"]
    return {its["ParameterKey"]: its["ParameterValue"] for its in described.get("Parameters", [])}


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
