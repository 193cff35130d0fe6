"""What becomes of records that a function fails on, and of those around them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from chartwatch.adapters.dynamodb import keys
from chartwatch_local import batches
from chartwatch_local.aws import LocalError, wait_until
from chartwatch_local.batches import Discard, Entry
from chartwatch_local.mapping import mappings
from chartwatch_local.on_failure import GivenUpBatch, UnknownDestination, destination
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.streams import Stream
from tests.deployed.charts import PATIENCE, Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
TWO_DAYS = HEADER + "2023-01-01,US,1,Money Heist,series\n2023-01-02,US,1,Squid Game,series\n"
THREE_DAYS = TWO_DAYS + "2023-01-03,US,1,Money Heist,series\n"


def test_a_record_that_nobody_can_read_is_told_of_and_its_neighbours_go_through(chart: Chart) -> None:
    pipeline = chart.pipeline
    queue, digests = chart.queue("StoryTopicArn"), chart.queue("DigestTopicArn")
    chart.fetch(TWO_DAYS)
    chart.taken(queue, 1)
    poison = keys.bulletin(chart.id, 99).attributes  # it does not say in which file it stands
    pipeline.aws.client("dynamodb").put_item(TableName=pipeline.outputs["MilestonesTable"], Item=poison)
    chart.fetch(THREE_DAYS)
    assert [story["period"] for story in chart.taken(queue, 2)] == ["2023-01-02", "2023-01-03"]
    chart.taken(digests, 2)  # the last that is sent: a test after this one may deny the publisher something
    (failure,) = pipeline.failures()
    record = _record(pipeline, poison)
    told = failure["DDBStreamBatchInfo"]
    assert told["startSequenceNumber"] == told["endSequenceNumber"] == record["dynamodb"]["SequenceNumber"]
    assert told["batchSize"] == 1
    assert told["streamArn"] == record["eventSourceARN"]
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert pipeline.outputs["PublishStoriesFunction"] in failure["requestContext"]["functionArn"]
    # One attempt and ten more, and those in a batch with neighbours.
    assert failure["requestContext"]["approximateInvokeCount"] >= 11
    # For `reconcile`, which other tests run here, it is unreadable, too.
    pipeline.aws.client("dynamodb").delete_item(TableName=pipeline.outputs["MilestonesTable"], Key=poison)


def test_what_a_function_fails_on_is_tried_again_until_it_succeeds(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on AWS, the ten more attempts take minutes, so that the function is well again before the last of them, however
    # long it takes on a busy machine to see that it failed. With the pauses of other tests they take 13 seconds.
    monkeypatch.setattr(batches, "LONGEST_PAUSE", 60.0)
    pipeline = chart.pipeline
    queue = chart.queue("StoryTopicArn")
    publisher = pipeline.outputs["PublishStoriesFunction"]
    with _denied(pipeline, publisher, "sns:Publish"):
        chart.fetch(TWO_DAYS)
        wait_until(lambda: _has_failed(pipeline, publisher, chart), PATIENCE, "the publisher did not fail")
    assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-02"]
    failures = pipeline.failures()
    assert failures == [], pipeline.logs(publisher, 400)


def test_the_local_aws_s_own_mappings_are_off(pipeline: Pipeline) -> None:
    deployed = pipeline.aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert deployed
    assert {each["State"] for each in deployed} == {"Disabled"}
    with pytest.raises(LocalError, match="no event source mapping"), mappings(pipeline.aws):
        pass


def test_a_bucket_as_destination_keeps_the_records(pipeline: Pipeline) -> None:
    discard = Discard((Entry("1", 0.0, {"eventName": "INSERT"}),), "RecordAgeExceeded", 0)
    batch = GivenUpBatch(discard, "a-mapping", "a-function", "a-stream", "a-shard", None, 0.0)
    s3 = pipeline.aws.client("s3")
    s3.create_bucket(Bucket="discards")
    destination(pipeline.aws, "arn:aws:s3:::discards")(batch)
    (kept,) = s3.list_objects_v2(Bucket="discards", Prefix="aws/lambda/a-mapping/a-shard/1970/01/01/")["Contents"]
    said = json.loads(s3.get_object(Bucket="discards", Key=kept["Key"])["Body"].read())
    assert said["requestContext"]["condition"] == "RecordAgeExceeded"
    assert json.loads(said["payload"]) == {"Records": [{"eventName": "INSERT"}]}


def test_a_destination_of_another_kind_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(UnknownDestination, match="arn:aws:sns"):
        destination(pipeline.aws, pipeline.outputs["StoryTopicArn"])


def _record(pipeline: Pipeline, key: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the record of an item in the stream of the milestones table."""
    table = pipeline.aws.client("dynamodb").describe_table(TableName=pipeline.outputs["MilestonesTable"])["Table"]
    stream = Stream(pipeline.aws.client("dynamodbstreams"), table["LatestStreamArn"])
    (shard,) = stream.shards()
    for records in iter(stream.read(shard).__next__, []):
        for record in records:
            if record["dynamodb"]["Keys"] == key:
                return record
    raise AssertionError(f"no record of {key}")


@contextmanager
def _denied(pipeline: Pipeline, function: str, action: str) -> Iterator[None]:
    """Deny the role of a function an action."""
    role = pipeline.aws.client("lambda").get_function_configuration(FunctionName=function)["Role"].split("/")[-1]
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = pipeline.aws.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName="for-a-test", PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="for-a-test")


def _has_failed(pipeline: Pipeline, function: str, chart: Chart) -> bool:
    return any('"failed"' in line and chart.id in line for line in pipeline.logs(function).splitlines())
