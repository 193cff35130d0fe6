"""One attempt a message, and a clear answer whether it got out."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws

from chartwatch.adapters.sns import ONE_ATTEMPT, SnsTopic
from chartwatch.domain.stories import Message
from chartwatch.errors import NotPublished

MESSAGE = Message(
    id="netflix-weekly-tv:00000007:squid",
    subject="Squid Game: first title from South Korea (Netflix's weekly TV chart, US)",
    text="Squid Game\nthe text for a person\n",
    body={"format": 1, "title": "오징어 게임"},
    attributes={"chart": "netflix-weekly-tv", "territories": ("KR", "US"), "priority": 4},
    follows_up=False,
)
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
    assert json.loads(envelope["Message"]) == MESSAGE.body
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
    large = Message(MESSAGE.id, MESSAGE.subject, "x" * 262_144, {}, {}, follows_up=False)
    with pytest.raises(NotPublished, match="more than SNS takes"):
        SnsTopic(client, topic).publish(large)


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
    with pytest.raises(NotPublished):
        SnsTopic(client, "arn:aws:sns:eu-west-1:123456789012:stories").publish(MESSAGE)
