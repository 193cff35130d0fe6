"""SNS topics: one attempt a message, and a clear answer whether it got out."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError

from chartwatch.adapters.sns_limits import MAX_ATTRIBUTES, MAX_MESSAGE
from chartwatch.domain.stories.filters import Policy
from chartwatch.domain.stories.message import Message, as_event, as_text
from chartwatch.errors import NotPublished
from chartwatch.services.delivery_ports import Subscriber

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
"""For a client that publishes: a retry by the SDK after a lost reply would send a message twice."""

_DELETED = "Deleted"
"""What stands for the ARN of a subscription that is gone and still listed."""


_BY_ATTRIBUTES = "MessageAttributes"
_RAW = frozenset({"sqs"})
"""Protocols by which a message comes as its body alone; others need what SNS signs around it."""


class Terms(NamedTuple):
    """On which terms a subscription is: whether no link in an email ends it, and what it asks of messages.

    `by_body`: its policy asks for fields of the body, and not for attributes.
    """

    is_protected: bool
    policy: Policy
    by_body: bool = False


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

    def terms(self, who: Subscriber) -> Terms:
        """Return the terms of a confirmed subscription.

        It is protected when only somebody with AWS credentials may end it.
        """
        its = self._client.get_subscription_attributes(SubscriptionArn=who.arn)["Attributes"]
        return Terms(
            is_protected=its.get("ConfirmationWasAuthenticated") == "true",
            policy=json.loads(its.get("FilterPolicy") or "{}"),
            by_body=its.get("FilterPolicyScope", _BY_ATTRIBUTES) != _BY_ATTRIBUTES,
        )

    def subscribe(self, topic: str, protocol: str, endpoint: str, policy: Policy, failures: str) -> None:
        """Subscribe an endpoint to what a policy lets through; `failures` is the queue of what cannot be delivered.

        An endpoint that has not confirmed yet is asked again. SNS refuses one that is subscribed by another policy.
        """
        attributes = {"RedrivePolicy": as_text({"deadLetterTargetArn": failures})}
        if policy:
            attributes |= {"FilterPolicyScope": _BY_ATTRIBUTES, "FilterPolicy": as_text(policy)}
        if protocol in _RAW:
            attributes["RawMessageDelivery"] = "true"
        self._client.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes)

    def refilter(self, who: Subscriber, policy: Policy) -> None:
        """Give a confirmed subscription another policy. An empty one takes the filter away."""
        self._client.set_subscription_attributes(
            SubscriptionArn=who.arn, AttributeName="FilterPolicy", AttributeValue=as_text(policy)
        )

    def unsubscribe(self, who: Subscriber) -> None:
        """End a confirmed subscription."""
        self._client.unsubscribe(SubscriptionArn=who.arn)

    def confirm(self, topics: Iterable[str], token: str) -> bool:
        """Confirm a subscription so that to end it wants AWS credentials; False when no topic knows the token.

        Every email of SNS ends with a link that unsubscribes whoever follows it, and scanners of mail follow links.
        Confirmed with `AuthenticateOnUnsubscribe`, and by a signed request, the link does nothing any more
        (https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html).
        """
        for topic in topics:
            try:
                self._client.confirm_subscription(TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true")
            except self._client.exceptions.InvalidParameterException:
                continue
            return True
        return False


def _attribute(value: str | int | tuple[str, ...]) -> "MessageAttributeValueTypeDef":
    """Return a message attribute as SNS filter policies read it."""
    match value:
        case int():
            return {"DataType": "Number", "StringValue": str(value)}
        case str():
            return {"DataType": "String", "StringValue": value}
        case _:
            return {"DataType": "String.Array", "StringValue": json.dumps(value, ensure_ascii=False)}
