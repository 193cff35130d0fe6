"""SNS topics: one attempt a message, and a clear answer whether it got out."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError

from chartwatch.adapters.sns_limits import MAX_ATTRIBUTES, MAX_MESSAGE
from chartwatch.domain.stories.message import Message, as_event, as_text
from chartwatch.errors import NotPublished
from chartwatch.services.ports import Subscriber

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
"""For a client that publishes: a retry by the SDK after a lost reply would send a message twice."""

_DELETED = "Deleted"
"""What stands for the ARN of a subscription that is gone and still listed."""


class SnsTopic:
    """A topic; implements `publish.Topic`. The client must make one attempt only (`ONE_ATTEMPT`)."""

    def __init__(self, client: "SNSClient", arn: str) -> None:
        """`arn` is the topic's."""
        self._client = client
        self._arn = arn

    def publish(self, message: Message) -> str:
        """Publish JSON for machines and plain text for email; return SNS's message id.

        The attributes are for filter policies alone: with several forms of a message AWS does not promise to deliver
        them (https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html: "sent only when the message
        structure is String, not JSON"). So the body says all that they say, and nobody may need them:
        docs/adr/0008-what-only-aws-can-show.md.
        """
        event = as_event(message, self._arn)
        forms = json.dumps({"default": as_text(event), "email": message.text}, ensure_ascii=False)
        attributes = {name: _attribute(value) for name, value in message.attributes.items()}
        if len(attributes) > MAX_ATTRIBUTES:
            raise NotPublished(message.id, f"{len(attributes)} attributes are more than SNS delivers")
        named = (part for name, its in attributes.items() for part in (name, its["DataType"], its["StringValue"]))
        if (size := len(forms.encode()) + sum(len(part.encode()) for part in named)) > MAX_MESSAGE:
            raise NotPublished(message.id, f"{size} bytes are more than SNS takes")
        try:
            answer = self._client.publish(
                TopicArn=self._arn,
                Subject=message.subject,
                Message=forms,
                MessageStructure="json",
                MessageAttributes=attributes,
            )
        except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError) as error:
            raise NotPublished(message.id, str(error)) from error
        except ClientError as error:
            # A refusal (4xx) says that nothing was done; after a fault (5xx) nobody knows.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                raise NotPublished(message.id, str(error)) from error
            raise
        return answer["MessageId"]


class SnsSubscribers:
    """The subscriptions of the topics of news, and of that of alarms; implements `reconcile.Subscribers`."""

    def __init__(self, client: "SNSClient", news: Sequence[str], alarms: str = "") -> None:
        """`news` are the ARNs of the topics of news, and `alarms` that of the topic of alarms, empty for none."""
        self._client = client
        self._news = news
        self._alarms = alarms

    def topics(self) -> Sequence[str]:
        """Return all topics."""
        return [*self._news, *([self._alarms] if self._alarms else [])]

    def news(self) -> Sequence[str]:
        """Return the topics of news."""
        return self._news

    def current(self) -> Sequence[Subscriber]:
        """Return the subscriptions there are, of all topics."""
        pages = self._client.get_paginator("list_subscriptions_by_topic")
        return [
            Subscriber(
                topic=arn,
                # Until it is confirmed, this says "PendingConfirmation".
                arn=found["SubscriptionArn"] if found["SubscriptionArn"].startswith("arn:") else "",
                protocol=found["Protocol"],
                endpoint=found["Endpoint"],
            )
            for arn in self.topics()
            for page in pages.paginate(TopicArn=arn)
            for found in page["Subscriptions"]
            if found["SubscriptionArn"] != _DELETED
        ]

    def is_protected(self, who: Subscriber) -> bool:
        """Return whether only somebody with AWS credentials may end a subscription, and no link in an email."""
        answer = self._client.get_subscription_attributes(SubscriptionArn=who.arn)
        return answer["Attributes"].get("ConfirmationWasAuthenticated") == "true"

    def confirm(self, topic: str, token: str) -> None:
        """Confirm a subscription so that to end it wants AWS credentials.

        Every email of SNS ends with a link that unsubscribes whoever follows it, and scanners of mail follow links.
        Confirmed with `AuthenticateOnUnsubscribe`, and by a signed request, the link does nothing any more
        (https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html).
        """
        self._client.confirm_subscription(TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true")


def _attribute(value: str | int | tuple[str, ...]) -> "MessageAttributeValueTypeDef":
    """Return a message attribute as SNS filter policies read it."""
    match value:
        case int():
            return {"DataType": "Number", "StringValue": str(value)}
        case str():
            return {"DataType": "String", "StringValue": value}
        case _:
            return {"DataType": "String.Array", "StringValue": json.dumps(value, ensure_ascii=False)}
