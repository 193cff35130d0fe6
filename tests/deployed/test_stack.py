"""A stack that is changed and removed: what it has recorded stays."""

from collections.abc import Mapping
from typing import Any

import pytest

from chartwatch.adapters.starter import STARTER_FILE
from chartwatch_local.aws import LocalAws, LocalError, local_aws
from chartwatch_local.checkout import ROOT
from chartwatch_local.demo import parameters
from chartwatch_local.deploy import STACK, Build, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider
from tests.deployed.charts import Chart
from tests.infrastructure.templates import read

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
IDENTIFIERS = {"AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName"}
"""By what CloudFormation imports a resource, by its type."""

DAYS = [f"2023-01-0{day},US,1,{title},series\n" for day, title in enumerate(("Money Heist", "Squid Game", "Ozark"), 1)]


def adopt(aws: LocalAws, left: Mapping[str, str]) -> None:
    """Import what an old stack has left into a new one, as the runbook does."""
    cloudformation = aws.client("cloudformation")
    resources: list[Any] = [
        {
            "ResourceType": its["Type"],
            "LogicalResourceId": name,
            "ResourceIdentifier": {IDENTIFIERS[its["Type"]]: left["BucketName" if name == "Bucket" else name]},
        }
        for name, its in read("infrastructure/kept.yaml").body["Resources"].items()
    ]
    asked = {"StackName": STACK, "ChangeSetName": "adopt"}
    body = (ROOT / "infrastructure" / "kept.yaml").read_text()
    cloudformation.create_change_set(**asked, ChangeSetType="IMPORT", TemplateBody=body, ResourcesToImport=resources)
    cloudformation.get_waiter("change_set_create_complete").wait(**asked, WaiterConfig={"Delay": 1})
    cloudformation.execute_change_set(**asked)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})


@pytest.mark.parametrize(
    ("name", "value"),
    [("LiveFrom", "2026-31-01"), ("LiveFrom", "2026-99-99"), ("RulesFile", "mine.yaml"), ("CsvSchedule", "")],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_there(
    aws: LocalAws, made: Build, its_provider: Provider, name: str, value: str
) -> None:
    before = aws.client("cloudformation").describe_stacks()["Stacks"]
    with pytest.raises(LocalError, match=f"Parameter '{name}'"):
        deploy(aws, made, {**parameters(its_provider), name: value})
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == before


def test_a_changed_stack_goes_on_and_what_a_removed_one_leaves_is_adopted(made: Build) -> None:
    with local_aws(made.artifact) as aws:
        its_provider = Provider(aws)
        values = parameters(its_provider)
        first = Pipeline(aws, deploy(aws, made, {**values, "AlarmEmail": "alarms@example.com"}))
        chart = Chart("changed", first, its_provider)
        queue = chart.queue("StoryTopicArn")
        with mappings(aws):
            assert len(aws.client("cloudformation").describe_stacks()["Stacks"]) == 2, (
                "the alarms are a stack of their own"
            )
            first.import_catalog(STARTER_FILE)
            chart.fetch(HEADER + "".join(DAYS[:2]))
            assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-02"]

            changed = Pipeline(aws, deploy(aws, made, {**values, "AlarmEmail": "none", "LogLevel": "DEBUG"}))
            assert changed.outputs == {name: its for name, its in first.outputs.items() if name != "AlarmTopicArn"}
            assert [stack["StackName"] for stack in aws.client("cloudformation").describe_stacks()["Stacks"]] == [STACK]
            chart.fetch(HEADER + "".join(DAYS))
            periods = [story["period"] for story in chart.taken(queue, 2)]
        assert periods == ["2023-01-02", "2023-01-03"], "what was told before is not told again"
        told = changed.invoke("ReconcileFunction", {})
        assert {name: count for name, count in told.items() if count and name != "ChartsLate"} == {}

        stored = chart.stored()
        aws.client("cloudformation").delete_stack(StackName=STACK)
        assert chart.stored() == stored
        assert aws.client("s3").list_objects_v2(Bucket=changed.outputs["BucketName"])["KeyCount"] > 0
        kept = aws.client("dynamodb").list_tables()["TableNames"]
        assert {changed.outputs[f"{name}Table"] for name in ("Charts", "Catalog", "Milestones", "Stories")} <= set(kept)
        assert aws.client("lambda").list_functions()["Functions"] == []
        assert aws.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
        assert aws.client("scheduler").list_schedules()["Schedules"] == []
        assert aws.client("sns").list_topics()["Topics"] == []
        assert aws.client("sqs").list_queues().get("QueueUrls", []) == [queue]

        adopt(aws, changed.outputs)
        anew = Pipeline(aws, deploy(aws, made, values))
        kept_names = [*(f"{name}Table" for name in ("Charts", "Catalog", "Milestones", "Stories")), "BucketName"]
        assert {anew.outputs[name] for name in kept_names} == {changed.outputs[name] for name in kept_names}
        assert Chart("changed", anew, its_provider).stored() == stored
        told = anew.invoke("ReconcileFunction", {})
        # The queue was subscribed to the old topic, and nobody has subscribed it to the new one.
        assert {name for name, count in told.items() if count} - {"ChartsLate"} == {"SubscribersVanished"}
