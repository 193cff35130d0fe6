"""A stack that is changed and removed: what it has recorded stays."""

import pytest

from chartwatch_local.aws import local_aws
from chartwatch_local.demo import CATALOG, parameters
from chartwatch_local.deploy import STACK, Build, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider
from tests.deployed.charts import Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
DAYS = [f"2023-01-0{day},US,1,{title},series\n" for day, title in enumerate(("Money Heist", "Squid Game", "Ozark"), 1)]


def test_a_changed_stack_goes_on_and_a_removed_one_leaves_what_it_recorded(made: Build) -> None:
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
            first.load_catalog(CATALOG)
            chart.fetch(HEADER + "".join(DAYS[:2]))
            assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-02"]

            changed = Pipeline(aws, deploy(aws, made, {**values, "AlarmEmail": "none", "LogLevel": "DEBUG"}))
            assert changed.outputs == first.outputs
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
