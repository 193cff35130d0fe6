"""One attempt a message, and a clear answer whether it got out."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.stub import Stubber
from moto import mock_aws

from chartwatch.adapters.sns import ONE_ATTEMPT, SnsSubscribers, SnsTopic
from chartwatch.adapters.sns_limits import MAX_ATTRIBUTES, MAX_MESSAGE
from chartwatch.domain.stories.message import Message, as_event
from chartwatch.errors import NotPublished
from chartwatch.services.delivery_ports import Subscriber

MESSAGE = Message(
    id="netflix-weekly-tv:00000007:squid",
    subject="Squid Game: first title from South Korea (Netflix's weekly TV chart, US)",
    text="Squid Game\nthe text for a person\n",
    body={"type": "story", "format": 2, "title": "오징어 게임"},
    attributes={"chart": "netflix-weekly-tv", "territories": ("KR", "US"), "priority": 4},
    follows_up=False,
)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:stories"
SESSION = boto3.Session("testing", "testing", region_name="eu-west-1")


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def queue(topic: str, policy: dict[str, Any]) -> Any:
    """Return a queue that gets what the filter policy lets through."""
    found = SESSION.resource("sqs").create_queue(QueueName=f"q{abs(hash(json.dumps(policy)))}")
    SESSION.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=found.attributes["QueueArn"],
        Attributes={"FilterPolicy": json.dumps(policy)},
    )
    return found


@pytest.mark.usefixtures("aws")
def test_machines_get_json_and_filter_on_attributes() -> None:
    client = SESSION.client("sns", config=ONE_ATTEMPT)
    topic = client.create_topic(Name="stories")["TopicArn"]
    american = queue(topic, {"territories": ["US"], "priority": [{"numeric": [">=", 3]}]})
    japanese = queue(topic, {"territories": ["JP"]})
    message_id = SnsTopic(client, topic).publish(MESSAGE)
    (received,) = american.receive_messages(MaxNumberOfMessages=10)
    envelope = json.loads(received.body)
    assert envelope["MessageId"] == message_id
    assert envelope["Subject"] == MESSAGE.subject
    assert json.loads(envelope["Message"]) == as_event(MESSAGE, topic)
    assert japanese.receive_messages(MaxNumberOfMessages=10) == []


@pytest.mark.usefixtures("aws")
def test_a_refusal_says_that_nothing_got_out() -> None:
    client = SESSION.client("sns", config=ONE_ATTEMPT)
    with pytest.raises(NotPublished, match=r"squid was not published: .*NotFound"):
        SnsTopic(client, "arn:aws:sns:eu-west-1:123456789012:gone").publish(MESSAGE)


@pytest.mark.usefixtures("aws")
def test_a_message_larger_than_sns_takes_is_not_tried() -> None:
    client = SESSION.client("sns", config=ONE_ATTEMPT)
    topic = client.create_topic(Name="stories")["TopicArn"]
    large = replace(MESSAGE, text="x" * 262_144)
    with pytest.raises(NotPublished, match=r"squid was not published: \d+ bytes are more than SNS takes"):
        SnsTopic(client, topic).publish(large)


def published(message: Message) -> dict[str, Any]:
    """Return what SNS is given."""
    client = SESSION.client("sns", config=ONE_ATTEMPT)
    given: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: given.append(params))
    with Stubber(client) as stub:
        stub.add_response("publish", {"MessageId": "id-1"})
        assert SnsTopic(client, TOPIC).publish(message) == "id-1"
    return given[0]


def test_persons_get_text_and_machines_json_and_neither_is_escaped() -> None:
    given = published(replace(MESSAGE, text="Squid Game, 오징어 게임"))
    assert json.loads(given["Message"]).keys() == {"default", "email"}
    assert json.loads(given["Message"])["email"] == "Squid Game, 오징어 게임"
    assert given["Message"].count("오징어") == 2, "SNS counts bytes, of which an escape takes more"


def test_attributes_are_of_the_types_that_filter_policies_know() -> None:
    attributes: dict[str, str | int | tuple[str, ...]]
    attributes = {"chart": "netflix-weekly-tv", "priority": 4, "titles": ("Dark", "오징어")}
    assert published(replace(MESSAGE, attributes=attributes))["MessageAttributes"] == {
        "chart": {"DataType": "String", "StringValue": "netflix-weekly-tv"},
        "priority": {"DataType": "Number", "StringValue": "4"},
        "titles": {"DataType": "String.Array", "StringValue": '["Dark", "오징어"]'},
    }


def counted(given: dict[str, Any]) -> int:
    """Return the bytes that SNS counts of a message: its forms, and the name, type and value of each attribute."""
    named = [part for name, its in given["MessageAttributes"].items() for part in (name, *its.values())]
    return len("".join([given["Message"], *named]).encode())


def test_a_message_as_large_as_sns_takes_goes_out() -> None:
    rest = counted(published(replace(MESSAGE, text="")))
    largest = replace(MESSAGE, text="x" * (MAX_MESSAGE - rest))
    assert counted(published(largest)) == MAX_MESSAGE
    for larger in ({"text": f"{largest.text}x"}, {"attributes": {**MESSAGE.attributes, "priority": 44}}):
        with pytest.raises(NotPublished, match=f"{MAX_MESSAGE + 1} bytes are more than SNS takes"):
            published(replace(largest, **larger))


def test_a_message_of_more_attributes_than_a_queue_may_get_is_not_tried() -> None:
    most = replace(MESSAGE, attributes={f"attribute {number}": number for number in range(MAX_ATTRIBUTES)})
    assert len(published(most)["MessageAttributes"]) == MAX_ATTRIBUTES
    with pytest.raises(NotPublished, match=r"squid was not published: 11 attributes are more than SNS delivers"):
        published(replace(most, attributes={**most.attributes, "another": 1}))


def test_subscriptions_without_an_arn_have_none_and_deleted_ones_are_not_listed() -> None:
    client = SESSION.client("sns")
    listed = [
        {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": f"{arn}@example.org"}
        for arn in ("PendingConfirmation", "Deleted", f"{TOPIC}:1")
    ]
    with Stubber(client) as stub:
        stub.add_response("list_subscriptions_by_topic", {"Subscriptions": listed}, {"TopicArn": TOPIC})
        assert SnsSubscribers(client, [TOPIC]).current() == [
            Subscriber(TOPIC, "", "email", "PendingConfirmation@example.org"),
            Subscriber(TOPIC, f"{TOPIC}:1", "email", f"{TOPIC}:1@example.org"),
        ]


class _Service(ThreadingHTTPServer):
    """Counts requests and answers each in its own way: a status, or None for no reply at all."""

    status: int | None = None
    requests = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Service

    def do_POST(self) -> None:
        self.server.requests += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status is not None:
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def service() -> Iterator[_Service]:
    server = _Service(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("status", [None, 500, 503])
def test_after_a_lost_reply_or_a_fault_nobody_knows_and_nothing_is_sent_again(
    service: _Service, status: int | None
) -> None:
    service.status = status
    port = service.server_address[1]
    client = SESSION.client("sns", config=ONE_ATTEMPT, endpoint_url=f"http://127.0.0.1:{port}")
    with pytest.raises((ClientError, BotoCoreError)):
        SnsTopic(client, "arn:aws:sns:eu-west-1:123456789012:stories").publish(MESSAGE)
    assert service.requests == 1


def test_a_service_that_cannot_be_reached_got_nothing(service: _Service) -> None:
    port = service.server_address[1]
    service.shutdown()
    service.server_close()
    client = SESSION.client("sns", config=ONE_ATTEMPT, endpoint_url=f"http://127.0.0.1:{port}")
    with pytest.raises(NotPublished, match=r"squid was not published: .*127\.0\.0\.1"):
        SnsTopic(client, "arn:aws:sns:eu-west-1:123456789012:stories").publish(MESSAGE)
