"""Policies and delivery together, on the deployed stack: who should gets everything, and nobody else anything."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chartwatch_local.aws import REGION, wait_until
from chartwatch_local.deploy import STACK
from chartwatch_local.pipeline import Pipeline
from tests.deployed.charts import PATIENCE, Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
TWO_DAYS = HEADER + "2023-01-01,US,1,Money Heist,series\n2023-01-02,US,1,Squid Game,series\n"


def statements(policy: str) -> dict[str, dict[str, Any]]:
    """Return the statements of a policy by their ids."""
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


def environment(pipeline: Pipeline, output: str) -> Mapping[str, str]:
    configuration = pipeline.aws.client("lambda").get_function_configuration(FunctionName=pipeline.outputs[output])
    return configuration["Environment"]["Variables"]


def test_what_is_guarded_comes_to_subscribers_and_to_the_witness(chart: Chart) -> None:
    pipeline = chart.pipeline
    sns, sqs = pipeline.aws.client("sns"), pipeline.aws.client("sqs")
    for topic in ("StoryTopicArn", "DigestTopicArn"):
        policy = sns.get_topic_attributes(TopicArn=pipeline.outputs[topic])["Attributes"]["Policy"]
        assert set(statements(policy)) == {"NobodyElsePublishes", "OnlyOverTls"}
    witness = environment(pipeline, "ReconcileFunction")["CHARTWATCH_WITNESS_QUEUE"]
    kept = sqs.get_queue_attributes(QueueUrl=witness, AttributeNames=["Policy", "SqsManagedSseEnabled"])["Attributes"]
    assert kept["SqsManagedSseEnabled"] == "true"
    assert set(statements(kept["Policy"])) == {
        *("TopicsSayWhatGotOut", "OnlyOverTls"),
        *("NobodyElseSaysWhatGotOut", "NobodyElseTakesProofAway"),
    }

    pipeline.invoke("ReconcileFunction", {})
    assert held_by_the_witness(pipeline) == 0
    stories, digests = chart.queue("StoryTopicArn"), chart.queue("DigestTopicArn")
    chart.fetch(TWO_DAYS)
    chart.taken(stories, 1)
    chart.taken(digests, 2)
    wait_until(lambda: held_by_the_witness(pipeline) == 3, PATIENCE, "the witness did not see what subscribers got")
    pipeline.invoke("ReconcileFunction", {})
    assert held_by_the_witness(pipeline) == 0, "it alone takes away what the witness saw"


def held_by_the_witness(pipeline: Pipeline) -> int:
    url = environment(pipeline, "ReconcileFunction")["CHARTWATCH_WITNESS_QUEUE"]
    names: Sequence[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = pipeline.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


def test_the_witness_hears_the_topics_alone_and_only_reconcile_takes_that_away(pipeline: Pipeline) -> None:
    aws = pipeline.aws
    url = environment(pipeline, "ReconcileFunction")["CHARTWATCH_WITNESS_QUEUE"]
    witness = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    before = held_by_the_witness(pipeline)
    other = aws.client("sns").create_topic(Name="somebody-else-s")["TopicArn"]
    aws.client("sns").subscribe(
        TopicArn=other, Protocol="sqs", Endpoint=witness, Attributes={"RawMessageDelivery": "true"}
    )
    aws.client("sns").publish(TopicArn=other, Message=json.dumps({"forged": True}))
    aws.client("sns").delete_topic(TopicArn=other)
    # We are an administrator here.
    for attempt in (
        lambda: aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"forged": True})),
        lambda: aws.client("sqs").delete_message(QueueUrl=url, ReceiptHandle="any"),
        lambda: aws.client("sqs").purge_queue(QueueUrl=url),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()
    assert held_by_the_witness(pipeline) == before


KEEPS = {"reads a file", "lists files", "writes a file"}


@pytest.mark.parametrize(
    ("output", "allowed"),
    [
        ("FetchRankingsFunction", {"reads a document", "writes a document"}),
        ("EnrichCatalogFunction", {"reads a file"}),
        ("DetectMilestonesFunction", KEEPS),
        ("PublishStoriesFunction", {"reads a file"}),
        ("ReconcileFunction", KEEPS | {"removes a version"}),
    ],
)
def test_a_function_reaches_the_files_that_it_needs_and_no_others(chart: Chart, output: str, allowed: set[str]) -> None:
    pipeline = chart.pipeline
    bucket, key = {"Bucket": pipeline.outputs["BucketName"]}, f"record/{chart.id}/ledger/a-file"
    version = pipeline.aws.client("s3").put_object(**bucket, Key=key, Body=b"a file")["VersionId"]
    pipeline.aws.client("s3").put_object(**bucket, Key=f"raw/{chart.id}", Body=b"a document")
    s3 = as_role_of(pipeline, output).client("s3", endpoint_url=pipeline.aws.endpoint)
    attempts: Mapping[str, Callable[[], Any]] = {
        "reads a file": lambda: s3.get_object(**bucket, Key=key),
        "reads a document": lambda: s3.get_object(**bucket, Key=f"raw/{chart.id}"),
        "lists files": lambda: s3.list_object_versions(**bucket, Prefix=f"record/{chart.id}/"),
        "lists documents": lambda: s3.list_object_versions(**bucket, Prefix="raw/"),
        "lists all": lambda: s3.list_object_versions(**bucket),
        "writes a file": lambda: s3.put_object(**bucket, Key=f"{key} of its own", Body=b"another"),
        "writes a document": lambda: s3.put_object(**bucket, Key=f"raw/{chart.id} again", Body=b"another"),
        "removes whatever is there": lambda: s3.delete_object(**bucket, Key=key),
        "removes a version": lambda: s3.delete_object(**bucket, Key=key, VersionId=version),
    }
    assert {what for what, attempt in attempts.items() if is_allowed(attempt)} == allowed


def as_role_of(pipeline: Pipeline, output: str) -> boto3.Session:
    """Return a session of the role of a function."""
    function = pipeline.outputs[output]
    role = pipeline.aws.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    granted = pipeline.aws.client("sts").assume_role(RoleArn=role, RoleSessionName="tried")["Credentials"]
    secrets = granted["AccessKeyId"], granted["SecretAccessKey"], granted["SessionToken"]
    return boto3.Session(*secrets, region_name=REGION)


def is_allowed(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


# The local AWS has no TLS, so the statements stand turned round there; as they are written, they refuse us. Each is
# tried on a topic or queue of the test's own: whom it shuts out, it shuts out for good.


def as_written(policy: str, resource: str) -> str:
    turned = statements(policy)["OnlyOverTls"]
    assert turned["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    written = {**turned, "Resource": resource, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    return json.dumps({"Version": "2012-10-17", "Statement": [written]})


def test_whoever_comes_to_a_topic_without_tls_is_refused(pipeline: Pipeline) -> None:
    sns = pipeline.aws.client("sns")
    topics = [its["TopicArn"] for its in sns.list_topics()["Topics"] if f":{STACK}-" in its["TopicArn"]]
    assert len(topics) == 3
    for topic in topics:
        plain = sns.create_topic(Name="plain")["TopicArn"]
        sns.publish(TopicArn=plain, Message="to nobody")
        policy = as_written(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"], plain)
        sns.set_topic_attributes(TopicArn=plain, AttributeName="Policy", AttributeValue=policy)
        with pytest.raises(sns.exceptions.AuthorizationErrorException):
            sns.publish(TopicArn=plain, Message="to nobody")
        with pytest.raises(sns.exceptions.AuthorizationErrorException):
            sns.subscribe(TopicArn=plain, Protocol="email", Endpoint="somebody@example.com")
        sns.delete_topic(TopicArn=plain)


def test_whoever_comes_to_a_queue_without_tls_is_refused(pipeline: Pipeline) -> None:
    sqs = pipeline.aws.client("sqs")
    queues = sqs.list_queues(QueueNamePrefix=f"{STACK}-")["QueueUrls"]
    assert len(queues) == 4
    for number, queue in enumerate(queues):
        plain = sqs.create_queue(QueueName=f"plain-{number}")["QueueUrl"]
        sqs.send_message(QueueUrl=plain, MessageBody="for nobody")
        arn = sqs.get_queue_attributes(QueueUrl=plain, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"]
        sqs.set_queue_attributes(QueueUrl=plain, Attributes={"Policy": as_written(policy, arn)})
        with pytest.raises(ClientError, match="AccessDenied"):
            sqs.receive_message(QueueUrl=plain)
        with pytest.raises(ClientError, match="AccessDenied"):
            sqs.send_message(QueueUrl=plain, MessageBody="for nobody")
