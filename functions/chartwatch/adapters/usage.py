"""What CloudWatch has counted of a deployment's resources: how much of what AWS charges for was used."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from chartwatch.services.cost import Item

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

A_DAY = 86400
"""Seconds of a period: the sums of days are added up."""

MOST_QUERIES = 500
"""Metrics that one GetMetricData takes (API reference)."""

_MEGABYTES = Decimal(1024)
_GIGABYTE = Decimal(10) ** 9


class Resource(NamedTuple):
    """A resource of a stack: its type, its logical id, and by what it is known to AWS."""

    kind: str
    logical_id: str
    id: str


class Metric(NamedTuple):
    """A metric that every resource of a kind has, by the dimension that names the resource, and what it counts.

    One of it is so many of the item. `statistic` Average is for what is there, and not used up: the last day's counts.
    """

    kind: str
    namespace: str
    name: str
    dimension: str
    item: Item
    one: Decimal = Decimal(1)
    statistic: str = "Sum"
    more: tuple[tuple[str, str], ...] = ()


METRICS = (
    Metric("AWS::Lambda::Function", "AWS/Lambda", "Invocations", "FunctionName", Item.LAMBDA_REQUESTS),
    Metric("AWS::Lambda::Function", "AWS/Lambda", "Duration", "FunctionName", Item.LAMBDA_SECONDS),
    Metric("AWS::DynamoDB::Table", "AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", Item.READS),
    Metric("AWS::DynamoDB::Table", "AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", Item.WRITES),
    *(
        Metric("AWS::SQS::Queue", "AWS/SQS", name, "QueueName", Item.SQS)
        for name in ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted")
    ),
    Metric("AWS::SQS::Queue", "AWS/SQS", "NumberOfEmptyReceives", "QueueName", Item.SQS),
    Metric("AWS::SNS::Topic", "AWS/SNS", "NumberOfMessagesPublished", "TopicName", Item.SNS),
    Metric("AWS::Scheduler::ScheduleGroup", "AWS/Scheduler", "InvocationAttemptCount", "ScheduleGroup", Item.SCHEDULES),
    Metric("AWS::Logs::LogGroup", "AWS/Logs", "IncomingBytes", "LogGroupName", Item.LOGS, 1 / _GIGABYTE),
    Metric(
        *("AWS::S3::Bucket", "AWS/S3", "BucketSizeBytes", "BucketName", Item.FILES),
        one=1 / _GIGABYTE,
        statistic="Average",
        more=(("StorageType", "StandardStorage"),),
    ),
)
"""What is counted; S3 counts requests for those alone who pay for it."""


@dataclass(frozen=True)
class Usage:
    """What a stack has used. `cloudwatch` and `cloudformation` are clients of boto3's for these services.

    `memory` gives the megabytes that a function was deployed with.
    """

    stack: str
    cloudformation: "CloudFormationClient"
    cloudwatch: Any
    functions: Any

    def resources(self) -> list[Resource]:
        """Return the resources of the stack, and of those that are nested in it."""
        return list(self._resources(self.stack))

    def measured(self, resources: Iterable[Resource], since: datetime, until: datetime) -> Mapping[Item, Decimal]:
        """Return what was used of each item from one time to another, of those of which CloudWatch has any figure."""
        asked = [(metric, its) for its in resources for metric in METRICS if metric.kind == its.kind]
        found: dict[Item, Decimal] = {}
        for first in range(0, len(asked), MOST_QUERIES):
            for (metric, resource), counted in self._counted(asked[first : first + MOST_QUERIES], since, until):
                one = self._gigabytes(resource) / 1000 if metric.item is Item.LAMBDA_SECONDS else metric.one
                found[metric.item] = found.get(metric.item, Decimal(0)) + counted * one
        return found

    def _resources(self, stack: str) -> Iterator[Resource]:
        for page in self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for its in page["StackResourceSummaries"]:
                kind, logical_id, name = (
                    its["ResourceType"],
                    its["LogicalResourceId"],
                    its.get("PhysicalResourceId", ""),
                )
                yield Resource(kind, logical_id, name)
                if kind == "AWS::CloudFormation::Stack" and name:
                    yield from self._resources(name)

    def _counted(
        self, asked: list[tuple[Metric, Resource]], since: datetime, until: datetime
    ) -> Iterator[tuple[tuple[Metric, Resource], Decimal]]:
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": metric.namespace,
                        "MetricName": metric.name,
                        "Dimensions": [
                            {"Name": metric.dimension, "Value": _name(resource)},
                            *({"Name": name, "Value": value} for name, value in metric.more),
                        ],
                    },
                    "Period": A_DAY,
                    "Stat": metric.statistic,
                },
            }
            for number, (metric, resource) in enumerate(asked)
        ]
        midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
        pages = self.cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=midnight, EndTime=until + timedelta(minutes=1)
        )
        values: dict[int, list[float]] = {}
        for page in pages:
            for its in page["MetricDataResults"]:
                values.setdefault(int(its["Id"][1:]), []).extend(its["Values"])
        for number, each in values.items():
            if each:
                metric, _ = asked[number]
                # The latest comes first.
                yield asked[number], Decimal(repr(float(each[0] if metric.statistic == "Average" else sum(each))))

    def _gigabytes(self, function: Resource) -> Decimal:
        configuration = self.functions.get_function_configuration(FunctionName=function.id)
        return Decimal(configuration["MemorySize"]) / _MEGABYTES


def _name(resource: Resource) -> str:
    """Return the name of a resource in metrics: the last part of an ARN or of a queue's address."""
    return resource.id.rpartition("/")[2] if resource.kind == "AWS::SQS::Queue" else _last_of_arn(resource.id)


def _last_of_arn(name: str) -> str:
    return name.rpartition(":")[2] if name.startswith("arn:") else name
