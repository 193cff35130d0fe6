"""What lies in a queue of failures is looked at, and left there."""

import json
import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chartwatch.adapters.queues import look_at

FUNCTION = {"requestContext": {"functionArn": "arn:aws:lambda:us-east-1:1:function:stack-Detect-1:$LATEST"}}
"""What Lambda leaves of an invocation, or of records of a stream, that failed."""


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with mock_aws():
        yield boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (json.dumps(FUNCTION), "the function stack-Detect-1"),
        ('{"source": "netflix-global", "options": {}}', "a fetch of netflix-global"),
        (
            '{"specversion": "1.0", "id": "weekly:00000001:squid", "data": {}}',
            "the message weekly:00000001:squid, undelivered",
        ),
        ('{"Type": "Notification", "TopicArn": "arn:aws:sns:x:1:Stories"}', "a message of Stories, undelivered"),
        ('{"bulletin": "weekly:00000001"}', "the site, which was told of weekly:00000001"),
        ('{"records": []}', "a message of another kind"),
        ("[1]", "a message of another kind"),
        ("no JSON", "a message of another kind"),
    ],
)
def test_a_message_is_named_by_what_it_is_about_and_stays(sqs: Any, body: str, about: str) -> None:
    url = sqs.create_queue(QueueName="failures")["QueueUrl"]
    assert look_at(sqs, url).count == 0
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    for _ in range(2):
        seen = look_at(sqs, url)
        assert (seen.count, seen.about) == (3, (about,))
    assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 3
