"""A function whose process ends in the middle of its work: nothing is lost, and nothing is told twice."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chartwatch.adapters.dynamodb import keys
from chartwatch_local.aws import wait_until
from chartwatch_local.pipeline import Pipeline
from tests.deployed.charts import PATIENCE, Chart
from tests.deployed.toll import Request, When, toll

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
TWO_DAYS = HEADER + "2023-01-01,US,1,Money Heist,series\n2023-01-02,US,1,Squid Game,series\n"
AN_HOUR = timedelta(hours=1)
ALL = 1000


def publishes_a_story(chart: Chart) -> Callable[[Request], bool]:
    def ends_at(request: Request) -> bool:
        to_the_story_topic = chart.pipeline.outputs["StoryTopicArn"].rpartition(":")[2].encode()
        return b"Action=Publish" in request.body and to_the_story_topic in request.body

    return ends_at


def commits_a_step(chart: Chart) -> Callable[[Request], bool]:
    def ends_at(request: Request) -> bool:
        return request.action.endswith(".TransactWriteItems") and chart.id.encode() in request.body

    return ends_at


def writes_a_ledger(chart: Chart) -> Callable[[Request], bool]:
    def ends_at(request: Request) -> bool:
        return request.method == "PUT" and f"/record/{chart.id}/ledger/" in request.path

    return ends_at


def delivery(pipeline: Pipeline, story: str) -> Mapping[str, Any]:
    found = pipeline.aws.client("dynamodb").get_item(
        TableName=pipeline.outputs["StoriesTable"], Key=keys.story(story).attributes, ConsistentRead=True
    )
    return {name: value["S"] for name, value in found["Item"].items()}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("service", "where"), [("s3", writes_a_ledger), ("dynamodb", commits_a_step)])
def test_what_a_dead_detector_left_the_next_attempt_makes_whole(
    chart: Chart, service: str, where: Callable[[Chart], Callable[[Request], bool]], when: When
) -> None:
    queue = chart.queue("StoryTopicArn")
    with toll(chart.pipeline, "DetectMilestonesFunction", service, when, where(chart)) as its:
        chart.fetch(TWO_DAYS)
        its.wait()
        assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-02"]
    assert chart.pipeline.failures() == []


def test_a_step_that_no_detector_survives_is_taken_by_reconcile(chart: Chart) -> None:
    pipeline, queue = chart.pipeline, chart.queue("StoryTopicArn")
    today = datetime.now(UTC).date()
    first, second = (f"{today - timedelta(days)}" for days in (1, 0))
    document = TWO_DAYS.replace("2023-01-01", first).replace("2023-01-02", second)
    with toll(pipeline, "DetectMilestonesFunction", "dynamodb", "before", commits_a_step(chart), most=ALL) as its:
        chart.fetch(document)
        its.wait()
        assert pipeline.recorded_until(chart.id) is None
        assert pipeline.invoke("ReconcileFunction", {})["PublicationsDetected"] >= 2
        assert pipeline.recorded_until(chart.id) == today
    assert [story["period"] for story in chart.taken(queue, 1)] == [second]
    assert pipeline.failures() == []


def test_what_a_dead_publisher_sent_is_not_sent_again(chart: Chart) -> None:
    pipeline, queue = chart.pipeline, chart.queue("StoryTopicArn")
    with toll(pipeline, "PublishStoriesFunction", "sns", "after", publishes_a_story(chart)) as its:
        chart.fetch(TWO_DAYS)
        its.wait()
        (story,) = chart.taken(queue, 1)
    assert delivery(pipeline, story["story"])["delivery"] == "SENDING"
    assert pipeline.invoke("ReconcileFunction", {})["StoriesWitnessed"] >= 1
    assert delivery(pipeline, story["story"])["delivery"] == "SENT"
    assert len(chart.taken(queue, 1)) == 1


def test_what_a_dead_publisher_took_and_did_not_send_is_sent_when_its_lease_is_over(chart: Chart) -> None:
    pipeline, queue, digests = chart.pipeline, chart.queue("StoryTopicArn"), chart.queue("DigestTopicArn")
    with toll(pipeline, "PublishStoriesFunction", "sns", "before", publishes_a_story(chart)) as its:
        chart.fetch(TWO_DAYS)
        its.wait()
        # The next attempt sends what is not in doubt.
        _, digest = chart.taken(digests, 2)
    ((story,),) = [[its["story"] for its in digest["stories"]]]
    # Subscribers have a message before its sender has noted that it is out.
    sent = f"{digest['bulletin']}:digest"
    wait_until(lambda: delivery(pipeline, sent)["delivery"] == "SENT", PATIENCE, "the digest was never noted as sent")
    found = pipeline.invoke("ReconcileFunction", {})
    assert (found["StoriesInDoubt"], found["StoriesSentAgain"]) == (1, 0)
    assert chart.taken(queue, 0) == []
    _let_time_pass(pipeline, story, AN_HOUR)
    assert pipeline.invoke("ReconcileFunction", {})["StoriesSentAgain"] == 1
    assert [got["story"] for got in chart.taken(queue, 1)] == [story]
    assert pipeline.invoke("ReconcileFunction", {})["StoriesSentAgain"] == 0
    assert len(chart.taken(queue, 1)) == 1


def _let_time_pass(pipeline: Pipeline, story: str, time: timedelta) -> None:
    """Have a story taken as long ago as if that time had passed since."""
    taken_at = datetime.fromisoformat(delivery(pipeline, story)["taken_at"]) - time
    pipeline.aws.client("dynamodb").update_item(
        TableName=pipeline.outputs["StoriesTable"],
        Key=keys.story(story).attributes,
        UpdateExpression="SET taken_at = :then",
        ExpressionAttributeValues={":then": {"S": taken_at.astimezone(UTC).isoformat(timespec="milliseconds")}},
    )
