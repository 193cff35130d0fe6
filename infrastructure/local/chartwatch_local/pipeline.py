"""A deployed Chartwatch on a local AWS: what a person, a schedule and a subscriber do to it."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.table import Table
from chartwatch_local.aws import LocalAws, LocalError
from chartwatch_local.checkout import ROOT
from chartwatch_local.deploy import STACK, run, schedule_input

NEVER = "cron(0 0 1 1 ? 2099)"
"""A schedule that is deployed and does not fire while anybody looks."""

FUNCTIONS = (
    "FetchRankingsFunction",
    "EnrichCatalogFunction",
    "DetectMilestonesFunction",
    "PublishStoriesFunction",
    "DeliverWebhookFunction",
    "ReconcileFunction",
)
"""Outputs of the stack that name its functions, in the order in which a publication meets them."""


class FunctionFailed(LocalError):
    """A function raised an error. `error` is what Lambda answered: `errorType` and `errorMessage`."""

    def __init__(self, function: str, error: Mapping[str, Any], logs: str) -> None:
        """`logs` is the end of what the function logged."""
        super().__init__(f"{function} failed: {error.get('errorType')}: {error.get('errorMessage')}\n{logs}")
        self.error = error


@dataclass(frozen=True)
class Pipeline:
    """A deployed stack, by its outputs."""

    aws: LocalAws
    outputs: Mapping[str, str]

    def fetch(self, source: str) -> Mapping[str, int]:
        """Invoke the fetcher with the input of the deployed schedule for `source`, and return what it counted.

        Raises `FunctionFailed`.
        """
        counts: Mapping[str, int] = self.invoke("FetchRankingsFunction", schedule_input(self.aws, source))
        return counts

    def invoke(self, output: str, event: Mapping[str, Any]) -> Any:
        """Invoke the function that an output of the stack names, and return its answer. Raises `FunctionFailed`."""
        function = self.outputs[output]
        answer = self.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise FunctionFailed(function, said, self.logs(function))
        return said

    def import_catalog(self, file: Path) -> None:
        """Put a catalog in force, as a person would: by the `chartwatch` command."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "chartwatch.cli",
            "catalog",
            "import",
            file,
            "--stack",
            STACK,
        ]
        run("chartwatch catalog import", command, self.aws.environment, ROOT)

    def make_queue(self, name: str, topic: str) -> tuple[str, str]:
        """Make a queue to which a topic may send, and return its URL and its ARN."""
        arn = self.outputs[topic]
        sqs = self.aws.client("sqs")
        url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
        }
        policy = {"Version": "2012-10-17", "Statement": [allowed]}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        return url, queue

    def subscribe_queue(self, name: str, topic: str, filter_policy: Mapping[str, Any]) -> str:
        """Make a queue that gets those messages of a topic which pass the filter policy, and return its URL."""
        url, queue = self.make_queue(name, topic)
        self.aws.client("sns").subscribe(
            TopicArn=self.outputs[topic],
            Protocol="sqs",
            Endpoint=queue,
            Attributes={"FilterPolicy": json.dumps(filter_policy), "RawMessageDelivery": "true"},
        )
        return url

    def take(self, queue: str) -> list[dict[str, Any]]:
        """Take everything that lies in a queue, as JSON bodies."""
        sqs = self.aws.client("sqs")
        taken: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                taken.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def recorded_until(self, chart: str) -> date | None:
        """Return the last period of a chart that is in the record of milestones, or None."""
        head = Table(self.aws.client("dynamodb"), self.outputs["MilestonesTable"]).get(keys.head(chart))
        return date.fromisoformat(head["period"]["S"]) if head else None

    def failures(self) -> Sequence[dict[str, Any]]:
        """Take what lies in the stack's queue of failures."""
        return self.take(self.outputs["FailuresQueueUrl"])

    def logs(self, function: str, lines: int = 40) -> str:
        """Return the end of what a function logged."""
        client = self.aws.client("logs")
        group = self.aws.client("lambda").get_function_configuration(FunctionName=function)["LoggingConfig"]["LogGroup"]
        events = client.filter_log_events(logGroupName=group)["events"]
        said = [line for event in events for line in event["message"].splitlines()]
        return "\n".join(said[-lines:]) or "(it has logged nothing)"

    def all_logs(self) -> str:
        """Return the end of what every function logged, under its name."""
        return "\n\n".join(f"--- {self.outputs[f]}\n{self.logs(self.outputs[f])}" for f in FUNCTIONS)
