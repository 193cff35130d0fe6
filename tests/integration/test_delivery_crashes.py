"""Wherever the publisher ends, and then whoever finishes its work, each message gets out once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from bench.metering import metered
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.sns import SnsSubscribers, SnsTopic
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.domain.stories.message import Message
from chartwatch.services.ports import CatalogStore
from tests.deliveries import NOW, Cut, Ended, World
from tests.integration.conftest import Aws

pytestmark = pytest.mark.xdist_group("delivery crashes")
"""What its tests share is made once."""


class OnAws:
    """The stores of a world on DynamoDB, whose outbox goes by the world's clock."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self.clock: Callable[[], datetime] | None = None

    def charts(self) -> DynamoCharts:
        return self._aws.charts()

    def catalogs(self) -> CatalogStore:
        return self._aws.catalogs()

    def record(self) -> AwsRecord:
        return self._aws.record()

    def outbox(self) -> DynamoOutbox:
        assert self.clock is not None
        return DynamoOutbox(self._aws.table("StoriesTable"), self.clock)

    def checkpoints(self) -> DynamoCheckpoints:
        return self._aws.checkpoints()

    def forget_stories(self) -> None:
        table = self._aws.table("StoriesTable")
        pages = self._aws.dynamodb.get_paginator("scan").paginate(TableName=self._aws.names["StoriesTable"])
        for item in [item for page in pages for item in page["Items"]]:
            self._aws.dynamodb.delete_item(
                TableName=self._aws.names["StoriesTable"], Key={"pk": item["pk"], "sk": item["sk"]}
            )
        assert list(table.query_all("weekly")) == []


def world_in_memory() -> World:
    world = World(now=NOW - timedelta(weeks=1))
    world.detect(0, 1)
    return world


def settled(world: World) -> None:
    """Let two further runs of `reconcile` go by, and show that all is told, once."""
    for _ in range(2):
        world.later()
        world.reconcile()
    world.later()
    assert world.found() == {}
    assert world.witness.is_empty()


def told(world: World) -> list[str]:
    return sorted(world.topic.received)


def calls_of(act: Callable[[World, Cut], Any], world: World) -> int:
    cut = Cut()
    act(world, cut)
    return cut.made


@pytest.fixture(scope="module")
def everything() -> list[str]:
    world = world_in_memory()
    world.send()
    assert len(set(world.topic.received)) == len(world.topic.received)
    return told(world)


def ends(act: Callable[[Cut], Any], cut: Cut) -> bool:
    try:
        act(cut)
    except Ended:
        return True
    return False


@pytest.mark.parametrize("event", ["before", "after"])
def test_wherever_a_publisher_ends_each_message_gets_out_once(everything: list[str], event: str) -> None:
    for at in range(calls_of(World.send, world_in_memory())):
        world = world_in_memory()
        assert ends(world.send, Cut(at, event))
        settled(world)
        assert told(world) == everything


@pytest.mark.parametrize("event", ["before", "after"])
@pytest.mark.parametrize("second", ["before", "after"])
def test_whoever_finishes_its_work_may_end_anywhere_too(everything: list[str], event: str, second: str) -> None:
    """All pairs: the publisher ends, and so does the first run of `reconcile`."""
    for at in range(calls_of(World.send, world_in_memory())):
        again = 0
        while True:
            world = world_in_memory()
            assert ends(world.send, Cut(at, event))
            world.later()
            if not ends(world.reconcile, Cut(again, second)):
                break
            settled(world)
            assert told(world) == everything, (at, again)
            again += 1
        assert again > 5


@pytest.mark.parametrize("event", ["before", "after"])
def test_a_publisher_that_is_tried_again_at_once_sends_the_rest(everything: list[str], event: str) -> None:
    """Lambda runs the record again; the story in doubt waits for the witness, and no other."""
    for at in range(calls_of(World.send, world_in_memory())):
        world = world_in_memory()
        assert ends(world.send, Cut(at, event))
        world.send()
        settled(world)
        assert told(world) == everything


@pytest.mark.parametrize("event", ["before", "after"])
def test_two_at_once_send_each_message_once(everything: list[str], event: str) -> None:
    """Another run does all its work in the middle of one that then goes on."""
    for at in range(calls_of(World.reconcile, world_in_memory())):
        world = world_in_memory()

        class Meanwhile(Cut):
            def call(self, method: Callable[..., Any], *arguments: Any, world: World = world) -> Any:
                self.made += 1
                if self.made == self.at + 1 and self.event == "before":
                    world.reconcile()
                answer = method(*arguments)
                if self.made == self.at + 1 and self.event == "after":
                    world.reconcile()
                return answer

        world.reconcile(Meanwhile(at, event))
        settled(world)
        assert told(world) == everything


@pytest.mark.parametrize("event", ["before", "after"])
def test_on_dynamodb_each_message_gets_out_once_too(moto: Aws, everything: list[str], event: str) -> None:
    place = OnAws(moto)
    first = World(place, NOW - timedelta(weeks=1))
    place.clock = first.clock
    first.detect(0, 1)
    for at in range(calls_of(World.send, world_in_memory())):
        place.forget_stories()
        world = World(place, NOW - timedelta(weeks=1))
        place.clock = world.clock
        assert ends(world.send, Cut(at, event))
        settled(world)
        assert told(world) == everything


@pytest.mark.parametrize("weeks", [3, 4])
def test_a_run_that_finds_nothing_reads_a_little_and_writes_nothing(moto: Aws, weeks: int) -> None:
    place = OnAws(moto)
    world = World(place, NOW)
    place.clock = world.clock
    world.detect(*range(weeks))
    world.send()
    for _ in range(2):
        world.later()
        world.found()
    world.later()
    with metered(moto.dynamodb, moto.client(), moto.s3) as meter:
        world.reconcile()
    assert meter.requests.keys() == {"GetItem", "GetObject", "Query"}
    # One for the list of charts, twelve for the chart, two for the subscribers and two for the catalog, however many
    # bulletins there are.
    assert meter.calls == 17, meter.requests


class Witnessed:
    """A topic with a witness on SNS and SQS, as moto has them."""

    def __init__(self) -> None:
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        self.sns, self.sqs = session.client("sns"), session.client("sqs")
        self.topic = self.sns.create_topic(Name="stories")["TopicArn"]
        self.url = self.sqs.create_queue(QueueName="witness", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        self.missed = self.sqs.create_queue(QueueName="missed")["QueueUrl"]
        self.failures = self.sqs.create_queue(QueueName="failures")["QueueUrl"]
        self.witness = SqsWitness(self.sqs, self.url, self.missed, self.failures, long_poll=0)
        self.sns.subscribe(
            TopicArn=self.topic,
            Protocol="sqs",
            Endpoint=self.witness.endpoint,
            Attributes={"RawMessageDelivery": "true"},
        )


@pytest.mark.usefixtures("moto")
def test_a_queue_sees_what_a_topic_sends_until_that_is_forgotten() -> None:
    on = Witnessed()
    assert on.witness.is_empty()
    stories = [f"weekly:{number:08d}:dark" for number in range(12)]
    for story in stories:
        body = {"type": "story", "story": story}
        attributes = {"chart": "weekly", "priority": 4}
        SnsTopic(on.sns, on.topic).publish(Message(story, "Subject", "text", body, attributes, follows_up=False))
    assert not on.witness.is_empty()
    seen = on.witness.receipts()
    assert {one.story for one in seen} <= set(stories)
    on.witness.forget(seen[:1])
    heard = {seen[0].story}
    while seen := on.witness.receipts():
        heard |= {one.story for one in seen}
        on.witness.forget(seen)
    assert heard == set(stories)
    assert on.witness.is_empty()


@pytest.mark.usefixtures("moto")
def test_a_witness_that_missed_something_is_not_empty_until_that_is_with_the_failures() -> None:
    on = Witnessed()
    on.sqs.send_message(QueueUrl=on.missed, MessageBody="{}")
    (seen,) = on.witness.receipts()
    assert seen.story is None
    assert not on.witness.is_empty()
    on.witness.set_aside(seen)
    assert on.witness.is_empty()
    (kept,) = on.sqs.receive_message(QueueUrl=on.failures)["Messages"]
    assert kept["Body"] == "{}"


@pytest.mark.usefixtures("moto")
def test_subscribers_are_those_of_all_topics_the_unconfirmed_without_an_arn() -> None:
    on = Witnessed()
    other = on.sns.create_topic(Name="digests")["TopicArn"]
    on.sns.subscribe(TopicArn=other, Protocol="email", Endpoint="me@example.org")
    subscribers = SnsSubscribers(on.sns, [on.topic, other])
    (witness, mail) = subscribers.current()
    assert (witness.topic, witness.protocol, witness.endpoint) == (on.topic, "sqs", on.witness.endpoint)
    assert witness.arn.startswith(on.topic)
    assert (mail.topic, mail.protocol) == (other, "email")
