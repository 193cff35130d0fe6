"""A deployment as a person sees it who runs it: its stores, schedules, functions, queues, and what it uses."""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from chartwatch.adapters.connection import egress_policy
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.fetches import DynamoFetches
from chartwatch.adapters.dynamodb.mutes import DynamoMutes
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.functions import ONCE, invoke
from chartwatch.adapters.queues import LookedAt, look_at
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.scheduler import Schedules, Target
from chartwatch.adapters.sns import SnsSubscribers
from chartwatch.adapters.starter import starter_layer
from chartwatch.adapters.usage import Usage
from chartwatch.adapters.webhooks import Webhooks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class Operations:
    """A deployment as a person sees who runs it. Each part is made when it is asked for: most commands need few."""

    needed = (
        *("BucketName", "CatalogTable", "ChartsTable", "MilestonesTable", "StoriesTable"),
        *(
            "StoryTopicArn",
            "DigestTopicArn",
            "FailuresQueueUrl",
            "FailuresQueueArn",
            "WebhookFailuresQueueUrl",
            "WitnessQueueUrl",
            "WitnessMissedQueueUrl",
        ),
        *("FetchRankingsFunction", "FetchRankingsArn", "PublishStoriesFunction", "ScheduleGroup", "SchedulesRoleArn"),
    )
    """The outputs of the stack that it is made of."""

    def __init__(
        self, aws: boto3.Session, stack: str, outputs: Mapping[str, str], parameters: Mapping[str, str]
    ) -> None:
        """`outputs` and `parameters` are those of the stack."""
        self.stack = stack
        self.outputs = outputs
        self.parameters = parameters
        self._aws = aws

    @cached_property
    def charts(self) -> DynamoCharts:
        """What was published."""
        return DynamoCharts(self._table("ChartsTable"))

    @cached_property
    def record(self) -> AwsRecord:
        """What was recorded."""
        return AwsRecord(self._table("MilestonesTable"), self._s3, self.outputs["BucketName"])

    @cached_property
    def catalogs(self) -> DynamoCatalogs:
        """What is known of works."""
        return DynamoCatalogs(self._table("CatalogTable"), self._s3, self.outputs["BucketName"], starter_layer)

    @cached_property
    def mutes(self) -> DynamoMutes:
        """Of what nothing is sent."""
        return DynamoMutes(self._table("MilestonesTable"))

    @cached_property
    def outbox(self) -> DynamoOutbox:
        """What was sent."""
        return DynamoOutbox(self._table("StoriesTable"))

    @cached_property
    def checkpoints(self) -> DynamoCheckpoints:
        """How far reconciling has come."""
        return DynamoCheckpoints(self._table("StoriesTable"))

    @cached_property
    def fetches(self) -> DynamoFetches:
        """What was fetched last."""
        return DynamoFetches(self._table("ChartsTable"))

    @cached_property
    def subscribers(self) -> SnsSubscribers:
        """Who gets what is sent."""
        news = (self.outputs["StoryTopicArn"], self.outputs["DigestTopicArn"])
        return SnsSubscribers(self._aws.client("sns"), news, self.outputs.get("AlarmTopicArn", ""))

    @cached_property
    def schedules(self) -> Schedules:
        """When what is fetched."""
        names = ("FetchRankingsArn", "SchedulesRoleArn", "FailuresQueueArn")
        target = Target(*(self.outputs[name] for name in names))
        return Schedules(self._aws.client("scheduler"), self.outputs["ScheduleGroup"], target)

    @cached_property
    def usage(self) -> Usage:
        """What was used of AWS."""
        clients = (self._aws.client("cloudformation"), self._aws.client("cloudwatch"), self._aws.client("lambda"))
        return Usage(self.stack, *clients)

    @cached_property
    def webhooks(self) -> Webhooks:
        """What is posted to."""
        policy = egress_policy(os.environ)
        return Webhooks(self._aws, self.stack, self.outputs, policy=policy, checkpoints=self.checkpoints)

    def invoke(self, output: str, event: Mapping[str, Any]) -> Any:
        """Invoke a function once, by the stack's output, and return its answer. Raises `FunctionFailed`."""
        return invoke(self._aws.client("lambda", config=ONCE), self.outputs[output], event)

    def failures(self) -> LookedAt:
        """Look at what could not be processed, what webhooks did not take, and by what no site could be rendered."""
        names = ("FailuresQueueUrl", "WebhookFailuresQueueUrl", "SiteFailuresQueueUrl")
        urls = [self.outputs[name] for name in names if name in self.outputs]
        seen = [look_at(self._aws.client("sqs"), url) for url in urls]
        return LookedAt(sum(its.count for its in seen), tuple(about for its in seen for about in its.about))

    def missed_by_the_witness(self) -> LookedAt:
        """Look at what the witness could not get."""
        return look_at(self._aws.client("sqs"), self.outputs["WitnessMissedQueueUrl"])

    @cached_property
    def witness(self) -> str:
        """The endpoint by which the witness is subscribed to the topics."""
        sqs = self._aws.client("sqs")
        answer = sqs.get_queue_attributes(QueueUrl=self.outputs["WitnessQueueUrl"], AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    @cached_property
    def created_at(self) -> datetime | None:
        """When the stack was made."""
        (described,) = self._aws.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return described.get("CreationTime")

    @cached_property
    def _s3(self) -> "S3Client":
        return self._aws.client("s3")

    @cached_property
    def _dynamodb(self) -> "DynamoDBClient":
        return self._aws.client("dynamodb")

    def _table(self, output: str) -> Table:
        return Table(self._dynamodb, self.outputs[output])
