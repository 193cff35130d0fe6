"""What the witness asks of its queues, and what it makes of their answers."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chartwatch.adapters.sqs import LONG_POLL, SqsWitness
from chartwatch.services.delivery_ports import Receipt

URL, MISSED = "https://sqs.example/witness", "https://sqs.example/missed"
FAILURES = "https://sqs.example/failures"
RECEIVED = {"QueueUrl": URL, "MaxNumberOfMessages": 10, "WaitTimeSeconds": LONG_POLL}
"""Ten are all that one receive gives, and only one that waits asks all of SQS's servers."""

COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]

Stubbed = tuple[SqsWitness, Stubber]


@pytest.fixture
def stubbed() -> Iterator[Stubbed]:
    client = boto3.Session("testing", "testing", region_name="eu-west-1").client("sqs")
    with Stubber(client) as stub:
        yield SqsWitness(client, URL, MISSED, FAILURES), stub
        stub.assert_no_pending_responses()


def message(number: int, text: str) -> dict[str, str]:
    return {"MessageId": f"{number}", "ReceiptHandle": f"receipt {number}", "Body": text}


def body(story: str) -> str:
    return json.dumps({"specversion": "1.0", "id": story, "data": {"type": "story", "story": story}})


def gives(stub: Stubber, *messages: dict[str, str], url: str = URL) -> None:
    received = {**RECEIVED, "QueueUrl": url}
    stub.add_response("receive_message", {"Messages": list(messages)} if messages else {}, received)


def test_messages_are_seen_with_what_deletes_them(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    gives(stub, message(1, body("weekly:00000001:dark")), message(2, body("weekly:00000001:squid")))
    assert witness.receipts() == [
        Receipt("weekly:00000001:dark", f"{URL} receipt 1", body("weekly:00000001:dark")),
        Receipt("weekly:00000001:squid", f"{URL} receipt 2", body("weekly:00000001:squid")),
    ]


def test_what_could_not_be_delivered_to_the_witness_is_seen_where_it_lies(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    gives(stub)
    gives(stub, message(1, body("weekly:00000001:dark")), url=MISSED)
    (seen,) = witness.receipts()
    assert seen.story == "weekly:00000001:dark"
    stub.add_response("delete_message", {}, {"QueueUrl": MISSED, "ReceiptHandle": "receipt 1"})
    witness.forget([seen])


def test_what_is_no_message_of_ours_is_seen_as_that_beside_those_that_are(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    gives(stub, message(1, "{}"), message(2, "not JSON"), message(3, body("weekly:00000001:dark")))
    assert [(seen.story, seen.body) for seen in witness.receipts()] == [
        (None, "{}"),
        (None, "not JSON"),
        ("weekly:00000001:dark", body("weekly:00000001:dark")),
    ]


def test_what_is_no_message_of_ours_is_put_among_the_failures_before_it_is_deleted(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    gives(stub, message(1, "not JSON"))
    (seen,) = witness.receipts()
    sent = {"MessageId": "2", "MD5OfMessageBody": "any"}
    stub.add_response("send_message", sent, {"QueueUrl": FAILURES, "MessageBody": "not JSON"})
    stub.add_response("delete_message", {}, {"QueueUrl": URL, "ReceiptHandle": "receipt 1"})
    witness.set_aside(seen)


def test_where_there_is_nothing_more_nothing_is_seen(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    gives(stub)
    gives(stub, url=MISSED)
    assert witness.receipts() == []


def test_what_is_forgotten_is_deleted_one_by_one(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    for number in (1, 2):
        stub.add_response("delete_message", {}, {"QueueUrl": URL, "ReceiptHandle": f"receipt {number}"})
    stories = ("weekly:00000001:dark", "weekly:00000001:squid")
    witness.forget([Receipt(story, f"{URL} receipt {number}") for number, story in enumerate(stories, 1)])


def counts(stub: Stubber, url: str, **counted: int) -> None:
    found = {"Attributes": {name: f"{counted.get(name, 0)}" for name in COUNTS}}
    stub.add_response("get_queue_attributes", found, {"QueueUrl": url, "AttributeNames": COUNTS})


def test_two_queues_that_count_nothing_are_empty(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    counts(stub, URL)
    counts(stub, MISSED)
    assert witness.is_empty()


@pytest.mark.parametrize("name", COUNTS)
def test_a_message_in_any_state_in_either_queue_is_there(stubbed: Stubbed, name: str) -> None:
    witness, stub = stubbed
    counts(stub, URL, **{name: 1})
    assert not witness.is_empty()
    counts(stub, URL)
    counts(stub, MISSED, **{name: 1})
    assert not witness.is_empty()


def test_the_endpoint_is_the_arn_of_the_queue(stubbed: Stubbed) -> None:
    witness, stub = stubbed
    arn: dict[str, Any] = {"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:witness"}}
    stub.add_response("get_queue_attributes", arn, {"QueueUrl": URL, "AttributeNames": ["QueueArn"]})
    assert witness.endpoint == "arn:aws:sqs:eu-west-1:123456789012:witness"
