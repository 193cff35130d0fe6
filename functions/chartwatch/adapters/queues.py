"""The queues of a deployment in which lies what could not be processed; they are looked at, and nothing is taken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_SEEN = 10
"""Messages that are looked at; SQS gives no more at once."""


@dataclass(frozen=True)
class LookedAt:
    """How many messages a queue has, and what some of them are about."""

    count: int
    about: Sequence[str] = ()


def look_at(client: "SQSClient", url: str) -> LookedAt:
    """Look at what lies in a queue, and leave it there."""
    counted = client.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )
    count = sum(map(int, counted["Attributes"].values()))
    if not count:
        return LookedAt(0)
    seen = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=MOST_SEEN, VisibilityTimeout=0, MessageAttributeNames=["All"]
    ).get("Messages", [])
    return LookedAt(count, tuple(dict.fromkeys(map(_about, seen))))


def _about(message: Any) -> str:
    """Return what a message is about: the function that failed, what was to be fetched, or what was not delivered."""
    try:
        body = json.loads(message["Body"])
    except ValueError:
        body = None
    match body:
        case {"requestContext": {"functionArn": str(arn)}}:
            about = f"the function {arn.partition(':function:')[2].partition(':')[0] or arn}"
        # An event of ours names its source, too.
        case {"specversion": "1.0", "id": str(event)}:
            webhook = message.get("MessageAttributes", {}).get("webhook", {}).get("StringValue")
            about = f"the message {event}, undelivered{f' to {webhook}' if webhook else ''}"
        case {"bulletin": str(bulletin)}:
            about = f"the site, which was told of {bulletin}"
        case {"source": str(source)}:
            about = f"a fetch of {source}"
        case {"Type": "Notification", "TopicArn": str(topic)}:
            about = f"a message of {topic.rpartition(':')[2]}, undelivered"
        case _:
            about = "a message of another kind"
    return about
