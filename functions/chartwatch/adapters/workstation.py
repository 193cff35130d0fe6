"""AWS from a person's own machine: a deployment by the name of its stack, and the stores of a replay."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from chartwatch.adapters.connection import egress_policy
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.mutes import DynamoMutes
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.functions import ONCE, invoke
from chartwatch.adapters.operations import Operations
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.s3 import S3Archive
from chartwatch.adapters.sns import SnsSubscribers
from chartwatch.adapters.starter import starter_layer
from chartwatch.adapters.template_tables import TEMPLATE, create_table, read_tables
from chartwatch.adapters.webhooks import Webhooks
from chartwatch.errors import AwsRefused, FileProblem
from chartwatch.services.record import RecordedBulletins

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

WORKERS = 16
"""Calls that a replay has under way at once."""

_SIMULATED_REGION = "us-east-1"


class Deployed(NamedTuple):
    """What a deployment has stored, what is in force in it, and the parameters that it was deployed with."""

    charts: DynamoCharts
    record: AwsRecord
    catalogs: DynamoCatalogs
    parameters: Mapping[str, str]
    archive: S3Archive
    mutes: DynamoMutes


class DeployedDelivery(NamedTuple):
    """What a deployment has to send, and what became of it."""

    charts: DynamoCharts
    bulletins: RecordedBulletins
    outbox: DynamoOutbox
    checkpoints: DynamoCheckpoints


class DeployedSubscriptions(NamedTuple):
    """Who gets what a deployment sends, and what one may ask for.

    `stories` and `digests` are its topics, `witness` the queue that sees all that gets out, and `failures` that of what
    cannot be delivered, by their ARNs. `publish` invokes the function that may publish, and returns its answer.
    """

    charts: DynamoCharts
    checkpoints: DynamoCheckpoints
    subscribers: SnsSubscribers
    parameters: Mapping[str, str]
    stories: str
    digests: str
    witness: str
    failures: str
    publish: Callable[[Mapping[str, Any]], Any]


@contextmanager
def deployed_operations(stack: str) -> Iterator[Operations]:
    """Yield the deployment of that name for who runs it. Raises `AwsRefused`."""
    with _described(stack, *Operations.needed) as (aws, outputs, parameters):
        yield Operations(aws, stack, outputs, parameters)


@contextmanager
def deployed_stores(stack: str) -> Iterator[Deployed]:
    """Yield the stores of the deployment of that name. Raises `AwsRefused`."""
    with _described(stack, "BucketName", "CatalogTable", "ChartsTable", "MilestonesTable") as (
        aws,
        outputs,
        parameters,
    ):
        dynamodb, s3, bucket = aws.client("dynamodb"), aws.client("s3"), outputs["BucketName"]
        yield Deployed(
            DynamoCharts(Table(dynamodb, outputs["ChartsTable"])),
            AwsRecord(Table(dynamodb, outputs["MilestonesTable"]), s3, bucket),
            DynamoCatalogs(Table(dynamodb, outputs["CatalogTable"]), s3, bucket, starter_layer),
            parameters,
            S3Archive(s3, bucket),
            DynamoMutes(Table(dynamodb, outputs["MilestonesTable"])),
        )


@contextmanager
def deployed_delivery(stack: str) -> Iterator[DeployedDelivery]:
    """Yield what the deployment of that name knows of what it sends. Raises `AwsRefused`."""
    needed = ("BucketName", "ChartsTable", "MilestonesTable", "StoriesTable")
    with _described(stack, *needed) as (aws, outputs, _):
        dynamodb = aws.client("dynamodb")
        record = AwsRecord(Table(dynamodb, outputs["MilestonesTable"]), aws.client("s3"), outputs["BucketName"])
        yield DeployedDelivery(
            DynamoCharts(Table(dynamodb, outputs["ChartsTable"])),
            RecordedBulletins(record),
            DynamoOutbox(Table(dynamodb, outputs["StoriesTable"])),
            DynamoCheckpoints(Table(dynamodb, outputs["StoriesTable"])),
        )


@contextmanager
def deployed_webhooks(stack: str) -> Iterator[Webhooks]:
    """Yield the webhooks of the deployment of that name, or those that are left of one that was removed.

    Raises `AwsRefused`, also within the block.
    """
    _endpoint()
    with _in_a_sentence(f"the stack {stack}"):
        aws = boto3.Session()
        outputs = _outputs(aws, stack)
        table = outputs.get("StoriesTable")
        checkpoints = DynamoCheckpoints(Table(aws.client("dynamodb"), table)) if table else None
        yield Webhooks(aws, stack, outputs, policy=egress_policy(os.environ), checkpoints=checkpoints)


def _outputs(aws: boto3.Session, stack: str) -> Mapping[str, str]:
    """Return the outputs of a stack; none where there is no such stack."""
    try:
        (described,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


@contextmanager
def deployed_subscriptions(stack: str) -> Iterator[DeployedSubscriptions]:
    """Yield who is subscribed to what the deployment of that name sends. Raises `AwsRefused`."""
    needed = ("ChartsTable", "StoriesTable", "StoryTopicArn", "DigestTopicArn", "WitnessQueueArn", "FailuresQueueArn")
    with _described(stack, *needed, "PublishStoriesFunction") as (aws, outputs, parameters):
        dynamodb, stories, digests = aws.client("dynamodb"), outputs["StoryTopicArn"], outputs["DigestTopicArn"]
        yield DeployedSubscriptions(
            DynamoCharts(Table(dynamodb, outputs["ChartsTable"])),
            DynamoCheckpoints(Table(dynamodb, outputs["StoriesTable"])),
            SnsSubscribers(aws.client("sns"), (stories, digests), outputs.get("AlarmTopicArn", "")),
            parameters,
            stories,
            digests,
            outputs["WitnessQueueArn"],
            outputs["FailuresQueueArn"],
            partial(invoke, aws.client("lambda", config=ONCE), outputs["PublishStoriesFunction"]),
        )


@contextmanager
def _described(stack: str, *needed: str) -> Iterator[tuple[boto3.Session, Mapping[str, str], Mapping[str, str]]]:
    """Yield a session with the outputs and the parameters of a stack. Raises `AwsRefused`, also within the block."""
    place = f"the stack {stack}"
    _endpoint()
    with _in_a_sentence(place):
        aws = boto3.Session()
        (described,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
        for name in needed:
            if name not in outputs:
                raise AwsRefused(
                    place, f"it has no output {name}, so it is no deployment of Chartwatch, or an earlier one"
                )
        parameters = {its["ParameterKey"]: its["ParameterValue"] for its in described.get("Parameters", [])}
        yield aws, outputs, parameters


@contextmanager
def replay_stores() -> Iterator[tuple[DynamoCharts, AwsRecord]]:
    """Yield stores on the AWS at $AWS_ENDPOINT_URL; without that variable, on one simulated in this process.

    The tables and the bucket are those that $CHARTWATCH_CHARTS_TABLE, $CHARTWATCH_MILESTONES_TABLE and
    $CHARTWATCH_BUCKET name, on an endpoint, when all are set; otherwise they are made, the tables as template.yaml
    defines them, and removed in the end. Raises `AwsRefused`, and `FileProblem` outside a checkout, where there is no
    template.yaml.
    """
    variables = ("CHARTWATCH_CHARTS_TABLE", "CHARTWATCH_MILESTONES_TABLE", "CHARTWATCH_BUCKET")
    named = [os.environ.get(variable, "") for variable in variables]
    with ExitStack() as running:
        if endpoint := _endpoint():
            running.enter_context(_in_a_sentence(f"AWS at {endpoint}"))
            aws, workers = boto3.Session(), WORKERS
        else:
            mock_aws = _simulation()
            running.enter_context(_in_a_sentence("the simulated AWS"))
            running.enter_context(mock_aws())
            # Nothing waits on a network here, so more threads would only be in each other's way.
            aws, workers = boto3.Session(region_name=_SIMULATED_REGION), 1
        dynamodb = aws.client("dynamodb", config=Config(max_pool_connections=WORKERS))
        # A bucket's name as part of the host needs a resolver that knows it.
        s3 = aws.client("s3", config=Config(s3={"addressing_style": "path"}))
        if not (endpoint and all(named)):
            named = running.enter_context(_made(dynamodb, s3))
        charts, milestones, bucket = named
        yield (
            DynamoCharts(Table(dynamodb, charts, workers=workers)),
            AwsRecord(Table(dynamodb, milestones, workers=workers), s3, bucket),
        )


def _simulation() -> Callable[[], Any]:
    """Return what simulates AWS in this process. Raises `AwsRefused` where it is not installed."""
    try:
        from moto import mock_aws  # noqa: PLC0415  # the command is installed without it: it is of the extra `simulated`
    except ModuleNotFoundError as error:
        need = "it needs moto: install chartwatch[simulated], or name an AWS in AWS_ENDPOINT_URL"
        raise AwsRefused("the simulated AWS", need) from error
    return mock_aws


def _endpoint() -> str:
    """Return the endpoint that $AWS_ENDPOINT_URL names; nothing for AWS itself. Raises `AwsRefused` for no address."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    try:
        parts = urlsplit(endpoint)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_one = False
    if endpoint and not is_one:
        raise AwsRefused(f"AWS at {endpoint}", "AWS_ENDPOINT_URL is no address such as http://127.0.0.1:4566")
    return endpoint


@contextmanager
def _made(dynamodb: "DynamoDBClient", s3: "S3Client") -> Iterator[list[str]]:
    """Make two tables and a bucket for one replay, yield their names, and remove them after it."""
    try:
        definitions = read_tables()
    except OSError as error:
        raise FileProblem(TEMPLATE.name, "", "is needed to make tables, and only a checkout has it") from error
    prefix = f"chartwatch-replay-{uuid.uuid4()}"
    names = {f"{prefix}-charts": "ChartsTable", f"{prefix}-milestones": "MilestonesTable"}
    with ExitStack() as made:
        for name, definition in names.items():
            create_table(dynamodb, name, definitions[definition])
            made.callback(dynamodb.delete_table, TableName=name)
        s3.create_bucket(Bucket=prefix)
        made.callback(_remove_bucket, s3, prefix)
        yield [*names, prefix]


def _remove_bucket(s3: "S3Client", bucket: str) -> None:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
    s3.delete_bucket(Bucket=bucket)


@contextmanager
def _in_a_sentence(place: str) -> Iterator[None]:
    """Tell a refusal by AWS, or its absence, as an `AwsRefused`."""
    try:
        yield
    except NoRegionError as error:
        raise AwsRefused(place, "no region is set; name one in AWS_DEFAULT_REGION, or in your AWS profile") from error
    except NoCredentialsError as error:
        raise AwsRefused(place, f"{error}; `aws configure` sets some, or AWS_PROFILE names those to use") from error
    except (BotoCoreError, ClientError) as error:
        if "does not exist" in str(error) and "Stack with id" in str(error):
            where = f" in {region}" if (region := boto3.Session().region_name) else ""
            raise AwsRefused(place, f"there is none of that name{where}") from error
        raise AwsRefused(place, str(error)) from error
