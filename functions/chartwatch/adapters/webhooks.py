"""Webhooks on AWS, from a person's own machine: how one is added, listed and removed."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chartwatch.adapters.webhook_queues import WEBHOOKS, queue_name
from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.errors import ArgumentError, AwsRefused, WebhookHalfMade
from chartwatch.services.delivery_ports import Checkpoints, Subscriber
from chartwatch.services.egress import EgressPolicy, authority
from chartwatch.services.webhooks import ATTEMPTS, Webhook, new_secret

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

VISIBILITY = 360
"""Seconds for which a queue hides what it gave: six times what the function may take, as Lambda's guide advises."""

RETENTION = 14 * 24 * 3600
"""Seconds for which a queue keeps a message, the most that SQS allows."""

FRESH = 1.0
"""Seconds after which a queue that was made can be used (API reference, CreateQueue)."""

_LONGEST_QUEUE = 80
_LARGEST_PARAMETER = 4096


class Topic(StrEnum):
    """What a webhook gets, by the output of the stack that has the topic."""

    STORIES = "StoryTopicArn"
    DIGESTS = "DigestTopicArn"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a webhook stands: the topic that it is subscribed to, with its filter policy, None where it is to none.

    `waiting` counts the messages in its queue, also those that wait for another attempt.
    """

    webhook: Webhook
    topic: Topic | None
    filter_policy: Mapping[str, Any]
    waiting: int


class Webhooks:
    """The webhooks of a stack, each of which has a parameter, a queue, a mapping to the function and a subscription.

    None is part of the stack, which therefore can be removed while there are some; they can be removed after it, too.
    """

    def __init__(
        self,
        session: boto3.Session,
        stack: str,
        outputs: Mapping[str, str],
        *,
        policy: EgressPolicy,
        checkpoints: Checkpoints | None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """`outputs` and `checkpoints` are those of the stack, none of one that was removed."""
        self._ssm = session.client("ssm")
        self._sqs = session.client("sqs")
        self._sns = session.client("sns")
        self._lambda = session.client("lambda")
        self._stack = stack
        self._outputs = outputs
        self._policy = policy
        self._checkpoints = checkpoints
        self._wait = wait

    def add(
        self, kind: WebhookKind, url: str, filter_policy: Mapping[str, Any] | None = None, topic: Topic = Topic.STORIES
    ) -> Webhook:
        """Add a webhook, and return it with its secret. What cannot be added whole is taken back.

        Raises `DestinationRefused` for an address that may not be posted to, `ArgumentError`, `AwsRefused`, what boto3
        raises, and `WebhookHalfMade`.
        """
        self._policy.check_url(url, {authority(url)})
        webhook = Webhook(f"{kind}-{secrets.token_hex(4)}", kind, url, new_secret())
        if len(webhook.as_text()) > _LARGEST_PARAMETER:
            raise ArgumentError("URL", f"is too long to be kept: all of it may have {_LARGEST_PARAMETER} characters")
        if len(queue := self._queue_name(webhook.name)) > _LONGEST_QUEUE:
            raise AwsRefused(self._place, f"its name is too long for a queue {queue!r}, of {_LONGEST_QUEUE} characters")
        needed = {name: self._output(name) for name in ("DeliverWebhookFunction", "FailuresQueueArn", topic.value)}
        parked = self._output("WebhookFailuresQueueArn")
        try:
            self._ssm.put_parameter(Name=self._parameter(webhook.name), Value=webhook.as_text(), Type="SecureString")
            arn = f"{parked.rpartition(':')[0]}:{queue}"
            self._make_queue(queue, arn, needed[topic.value], parked)
            self._lambda.create_event_source_mapping(
                FunctionName=needed["DeliverWebhookFunction"],
                EventSourceArn=arn,
                # One at a time, and two at once: whoever takes long to answer is waited for alone.
                BatchSize=1,
                ScalingConfig={"MaximumConcurrency": 2},
                FunctionResponseTypes=["ReportBatchItemFailures"],
            )
            attributes = {
                "RawMessageDelivery": "true",
                "RedrivePolicy": json.dumps({"deadLetterTargetArn": needed["FailuresQueueArn"]}),
                **({"FilterPolicy": json.dumps(filter_policy)} if filter_policy else {}),
            }
            self._sns.subscribe(TopicArn=needed[topic.value], Protocol="sqs", Endpoint=arn, Attributes=attributes)
        except BaseException as error:
            try:
                self.remove(webhook.name)
            except (BotoCoreError, ClientError):
                raise WebhookHalfMade(webhook.name, str(error)) from error
            raise
        return webhook

    def list(self) -> Sequence[Standing]:
        """Return the webhooks there are, by their names. Raises `WebhookUnreadable`, and what boto3 raises."""
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(
            Path=f"{WEBHOOKS}/{self._stack}", WithDecryption=True
        )
        kept = {its["Name"].rpartition("/")[2]: its["Value"] for page in pages for its in page["Parameters"]}
        return [self._standing(Webhook.read(name, kept[name])) for name in sorted(kept)]

    def names(self) -> Sequence[str]:
        """Return the names of the webhooks there are. Raises what boto3 raises."""
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=f"{WEBHOOKS}/{self._stack}")
        return sorted(its["Name"].rpartition("/")[2] for page in pages for its in page["Parameters"])

    def waiting(self) -> Mapping[str, int | None]:
        """Return how many messages wait in each webhook's queue, also those for another attempt; None: it has none.

        Raises what boto3 raises.
        """
        queues = {name: self._queue_url(name) for name in self.names()}
        return {name: self._waiting(url) if url else None for name, url in queues.items()}

    def resend(self, name: str, parked_from: str) -> int:
        """Put what is parked of `parked_from`, the same webhook or another, into a webhook's queue; return how much.

        Each message is there before it is taken from where it was parked. Raises `AwsRefused`, and what boto3 raises.
        """
        failures = self._output("WebhookFailuresQueueUrl")
        queue = self._sqs.get_queue_url(QueueName=self._queue_name(name))["QueueUrl"]
        # What is parked again meanwhile, since the webhook still does not take it, is left for another time.
        counted = self._sqs.get_queue_attributes(QueueUrl=failures, AttributeNames=["ApproximateNumberOfMessages"])
        left = int(counted["Attributes"]["ApproximateNumberOfMessages"])
        others, count = list[str](), 0
        while left > 0 and (
            found := self._sqs.receive_message(
                QueueUrl=failures,
                MaxNumberOfMessages=10,
                VisibilityTimeout=VISIBILITY,
                WaitTimeSeconds=1,
                MessageAttributeNames=["webhook"],
                MessageSystemAttributeNames=["DeadLetterQueueSourceArn"],
            ).get("Messages", [])
        ):
            left -= len(found)
            for message in found:
                if self._parked_of(message) != parked_from:
                    others.append(message["ReceiptHandle"])
                    continue
                self._sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
                self._sqs.delete_message(QueueUrl=failures, ReceiptHandle=message["ReceiptHandle"])
                count += 1
        for receipt in others:
            self._sqs.change_message_visibility(QueueUrl=failures, ReceiptHandle=receipt, VisibilityTimeout=0)
        return count

    def _parked_of(self, message: "MessageTypeDef") -> str:
        """Return the webhook that did not take a message: the function says so, or SQS says from which queue it is."""
        if "webhook" in (said := message.get("MessageAttributes", {})):
            return said["webhook"]["StringValue"]
        queue = message.get("Attributes", {}).get("DeadLetterQueueSourceArn", "").rpartition(":")[2]
        return queue.removeprefix(self._queue_name(""))

    def remove(self, name: str) -> None:
        """Remove whatever there is of a webhook, with the messages that wait for it; nothing where there is none.

        The parameter goes last, so that one that was removed in part is listed, and can be removed. Raises what boto3
        raises.
        """
        url = self._queue_url(name)
        if url is not None:
            arn = self._arn(url)
            for who in self._subscriptions(arn):
                self._sns.unsubscribe(SubscriptionArn=who.arn)
                if self._checkpoints is not None:
                    # Else `reconcile` would say of it that it has vanished.
                    self._checkpoints.note_subscribers(self._checkpoints.subscribers() - {who.name})
            for page in self._lambda.get_paginator("list_event_source_mappings").paginate(EventSourceArn=arn):
                for mapping in page["EventSourceMappings"]:
                    self._lambda.delete_event_source_mapping(UUID=mapping["UUID"])
            self._sqs.delete_queue(QueueUrl=url)
        with suppress(self._ssm.exceptions.ParameterNotFound):
            self._ssm.delete_parameter(Name=self._parameter(name))

    @property
    def _place(self) -> str:
        return f"the stack {self._stack}"

    def _output(self, name: str) -> str:
        if name not in self._outputs:
            raise AwsRefused(self._place, f"it has no output {name}; deploy this version of Chartwatch first")
        return self._outputs[name]

    def _parameter(self, name: str) -> str:
        return f"{WEBHOOKS}/{self._stack}/{name}"

    def _queue_name(self, name: str) -> str:
        return queue_name(self._stack, name)

    def _queue_url(self, name: str) -> str | None:
        try:
            return self._sqs.get_queue_url(QueueName=self._queue_name(name))["QueueUrl"]
        except self._sqs.exceptions.QueueDoesNotExist:
            return None

    def _arn(self, url: str) -> str:
        return self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def _make_queue(self, name: str, arn: str, topic: str, parked: str) -> None:
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        tls_only = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        # An AWS on this machine has no TLS.
        is_by_tls = self._sqs.meta.endpoint_url.startswith("https:")
        statements = [allowed, tls_only] if is_by_tls else [allowed]
        self._sqs.create_queue(
            QueueName=name,
            Attributes={
                "VisibilityTimeout": str(VISIBILITY),
                "MessageRetentionPeriod": str(RETENTION),
                "SqsManagedSseEnabled": "true",
                # The function parks what it gives up, with the reason; this is for what it never came to an end with.
                "RedrivePolicy": json.dumps({"deadLetterTargetArn": parked, "maxReceiveCount": ATTEMPTS}),
                "Policy": json.dumps({"Version": "2012-10-17", "Statement": statements}),
            },
        )
        self._wait(FRESH)

    def _standing(self, webhook: Webhook) -> Standing:
        url = self._queue_url(webhook.name)
        if url is None:
            return Standing(webhook, None, {}, 0)
        who = next(self._subscriptions(self._arn(url)), None)
        if who is None:
            return Standing(webhook, None, {}, self._waiting(url))
        attributes = self._sns.get_subscription_attributes(SubscriptionArn=who.arn)["Attributes"]
        topic = next(topic for topic in Topic if self._outputs.get(topic) == who.topic)
        return Standing(webhook, topic, json.loads(attributes.get("FilterPolicy") or "{}"), self._waiting(url))

    def _waiting(self, url: str) -> int:
        counted = self._sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(int(count) for count in counted["Attributes"].values())

    def _subscriptions(self, queue: str) -> Iterator[Subscriber]:
        """Yield the subscriptions of a queue, to whichever topic of the stack."""
        pages = self._sns.get_paginator("list_subscriptions_by_topic")
        for topic in Topic:
            if topic.value in self._outputs:
                for page in pages.paginate(TopicArn=self._outputs[topic.value]):
                    for found in page["Subscriptions"]:
                        if found["Endpoint"] == queue and found["SubscriptionArn"].startswith("arn:"):
                            yield Subscriber(found["TopicArn"], found["SubscriptionArn"], found["Protocol"], queue)
