"""Webhooks are added whole or not at all, listed, and removed with all that there was of them."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.adapters.webhook_queues import WEBHOOKS, queue_name
from chartwatch.adapters.webhooks import Topic, Webhooks
from chartwatch.cli.main import app
from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.errors import ArgumentError, AwsRefused, DestinationRefused, WebhookHalfMade
from chartwatch.services.delivery_ports import Checkpoints
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.webhooks import ATTEMPTS
from chartwatch_local.aws import LocalAws
from tests.asked_of_aws import allowed, noted
from tests.command_line import assert_refused, run
from tests.integration.conftest import Aws

pytestmark = pytest.mark.xdist_group("webhooks")  # one local AWS is enough

URL = "https://hooks.slack.com/services/T0/B0/topsecret"
POLICY = {"territories": ["KR"], "priority": [{"numeric": [">=", 3]}]}
STEPS = [
    ("ssm", "PutParameter"),
    ("sqs", "CreateQueue"),
    ("lambda", "CreateEventSourceMapping"),
    ("sns", "Subscribe"),
]
STACKS = count()


@dataclass
class Stack:
    """As much of a stack as webhooks are added to; each test has one of its own."""

    aws: LocalAws
    checkpoints: Checkpoints
    session: boto3.Session
    name: str = field(default_factory=lambda: f"stack-{next(STACKS)}")

    def __post_init__(self) -> None:
        sns, sqs = self.session.client("sns"), self.session.client("sqs")
        failures, parked = (sqs.create_queue(QueueName=f"{self.name}-{its}")["QueueUrl"] for its in ("fail", "parked"))
        self.outputs = {
            "StoryTopicArn": sns.create_topic(Name=f"{self.name}-stories")["TopicArn"],
            "DigestTopicArn": sns.create_topic(Name=f"{self.name}-digests")["TopicArn"],
            "DeliverWebhookFunction": self._function(),
            "FailuresQueueArn": _arn(sqs, failures),
            "WebhookFailuresQueueArn": _arn(sqs, parked),
            "WebhookFailuresQueueUrl": parked,
        }

    def _function(self) -> str:
        role = {"Version": "2012-10-17", "Statement": []}
        arn = self.session.client("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(role))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed:
            # Whatever comes stays in its queue.
            packed.writestr("index.py", "def handler(event, _):\n    raise RuntimeError\n")
        self.session.client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=arn["Role"]["Arn"],
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
        )
        return self.name

    def webhooks(self, **outputs: str) -> Webhooks:
        policy, made = EgressPolicy.PUBLIC, self.outputs | outputs
        return Webhooks(
            self.session, self.name, made, policy=policy, checkpoints=self.checkpoints, wait=lambda _seconds: None
        )

    def left(self) -> list[str]:
        """Return what there is of webhooks, whatever its kind."""
        ssm, sqs, sns = (self.session.client(its) for its in ("ssm", "sqs", "sns"))
        found = [its["Name"] for its in ssm.get_parameters_by_path(Path=f"{WEBHOOKS}/{self.name}")["Parameters"]]
        found += sqs.list_queues(QueueNamePrefix=f"{self.name}-webhook-").get("QueueUrls", [])
        mappings = self.session.client("lambda").list_event_source_mappings(FunctionName=self.name)
        found += [its["EventSourceArn"] for its in mappings["EventSourceMappings"] if its["State"] != "Deleting"]
        for topic in Topic:
            listed = sns.list_subscriptions_by_topic(TopicArn=self.outputs[topic])["Subscriptions"]
            found += [its["SubscriptionArn"] for its in listed]
        return found


def _arn(sqs: Any, url: str) -> str:
    arn: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn


@pytest.fixture
def stack(served: LocalAws, ministack: Aws, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name, value in served.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return Stack(served, ministack.checkpoints(), boto3.Session())


def failing(session: boto3.Session, service: str, operation: str, when: str) -> None:
    """Have a call of a session fail: before it is made, or when it was made and its answer is lost."""

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalFailure", "Message": "no"}}, operation)

    session.events.register(f"{when}.{service}.{operation}", fail)


def test_a_webhook_that_is_added_has_a_queue_of_its_own_which_gets_what_its_policy_lets_through(stack: Stack) -> None:
    webhooks = stack.webhooks()
    added = webhooks.add(WebhookKind.SLACK, URL, POLICY)
    other = webhooks.add(WebhookKind.WEBHOOK, "https://example.com/", topic=Topic.DIGESTS)
    sqs, sns = stack.session.client("sqs"), stack.session.client("sns")

    queue = sqs.get_queue_url(QueueName=f"{stack.name}-webhook-{added.name}")["QueueUrl"]
    its = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    parked = stack.outputs["WebhookFailuresQueueArn"]
    assert json.loads(its["RedrivePolicy"]) == {"deadLetterTargetArn": parked, "maxReceiveCount": ATTEMPTS}
    assert its["VisibilityTimeout"] == "360"
    assert its["SqsManagedSseEnabled"] == "true"
    (allowed,) = json.loads(its["Policy"])["Statement"]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": stack.outputs["StoryTopicArn"]}}

    (subscribed,) = sns.list_subscriptions_by_topic(TopicArn=stack.outputs["StoryTopicArn"])["Subscriptions"]
    how = sns.get_subscription_attributes(SubscriptionArn=subscribed["SubscriptionArn"])["Attributes"]
    assert subscribed["Endpoint"] == its["QueueArn"]
    assert json.loads(how["FilterPolicy"]) == POLICY
    assert how["RawMessageDelivery"] == "true"
    assert json.loads(how["RedrivePolicy"]) == {"deadLetterTargetArn": stack.outputs["FailuresQueueArn"]}

    mapped = stack.session.client("lambda").list_event_source_mappings(EventSourceArn=its["QueueArn"])
    (mapping,) = mapped["EventSourceMappings"]
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (1, {"MaximumConcurrency": 2})
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    kept = stack.session.client("ssm").get_parameter(Name=f"{WEBHOOKS}/{stack.name}/{added.name}", WithDecryption=True)
    assert kept["Parameter"]["Type"] == "SecureString"
    assert json.loads(kept["Parameter"]["Value"]) == {"kind": "slack", "url": URL, "secret": added.secret}
    first, second = sorted(webhooks.list(), key=lambda standing: standing.webhook.name)
    assert (first.webhook, first.topic, first.filter_policy, first.waiting) == (added, Topic.STORIES, POLICY, 0)
    assert (second.webhook, second.topic, second.filter_policy) == (other, Topic.DIGESTS, {})


def test_where_aws_has_tls_the_queue_is_reached_by_nothing_else(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    webhooks = stack.webhooks()
    monkeypatch.setattr(webhooks._sqs.meta, "_endpoint_url", "https://sqs.eu-west-1.amazonaws.com")
    made: list[Any] = []
    monkeypatch.setattr(webhooks._sqs, "create_queue", lambda **its: made.append(its))
    webhooks._make_queue("queue", "arn:queue", "arn:topic", "arn:parked")
    _, tls_only = json.loads(made[0]["Attributes"]["Policy"])["Statement"]
    assert (tls_only["Effect"], tls_only["Principal"]) == ("Deny", "*")
    assert tls_only["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("when", ["provide-client-params", "after-call"])
@pytest.mark.parametrize(("service", "operation"), STEPS)
def test_what_cannot_be_added_whole_is_taken_back(stack: Stack, service: str, operation: str, when: str) -> None:
    failing(stack.session, service, operation, when)
    with pytest.raises(ClientError, match=operation):
        stack.webhooks().add(WebhookKind.SLACK, URL)
    assert stack.left() == []


def test_what_cannot_be_taken_back_is_named_and_can_be_removed_later(stack: Stack) -> None:
    broken = boto3.Session()
    failing(broken, "sns", "Subscribe", "provide-client-params")
    failing(broken, "sqs", "DeleteQueue", "provide-client-params")
    session, stack.session = stack.session, broken
    with pytest.raises(WebhookHalfMade, match=r"Subscribe.*chartwatch webhooks remove slack-") as raised:
        stack.webhooks().add(WebhookKind.SLACK, URL)
    stack.session = session
    (standing,) = stack.webhooks().list()
    assert (standing.webhook.name, standing.topic) == (raised.value.webhook, None)
    stack.webhooks().remove(raised.value.webhook)
    assert stack.left() == []


def test_what_is_removed_is_gone_and_is_not_said_to_have_vanished(stack: Stack) -> None:
    webhooks = stack.webhooks()
    kept, removed = (webhooks.add(WebhookKind.DISCORD, URL).name for _ in range(2))
    names = {who.name for name in (kept, removed) for who in webhooks._subscriptions(_queue(stack, name))}
    stack.checkpoints.note_subscribers(frozenset(names))
    gone = {who.name for who in webhooks._subscriptions(_queue(stack, removed))}
    webhooks.remove(removed)
    assert webhooks.names() == [kept]
    assert stack.checkpoints.subscribers() == names - gone
    webhooks.remove(removed)
    webhooks.remove(kept)
    assert stack.left() == []


def _queue(stack: Stack, name: str) -> str:
    sqs = stack.session.client("sqs")
    return _arn(sqs, sqs.get_queue_url(QueueName=f"{stack.name}-webhook-{name}")["QueueUrl"])


def bodies(stack: Stack, url: str) -> list[str]:
    """Take whatever can be received from a queue."""
    sqs, found = stack.session.client("sqs"), list[str]()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [message["Body"] for message in messages]
    return sorted(found)


def test_what_is_parked_of_a_webhook_is_sent_again_to_it_or_to_another_and_nothing_else_is(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks, sqs = stack.webhooks(), stack.session.client("sqs")
    # Without a mapping, so that what comes to a queue stays there to be seen.
    monkeypatch.setattr(webhooks._lambda, "create_event_source_mapping", lambda **_: None)
    one, other = (webhooks.add(WebhookKind.WEBHOOK, "https://example.com/").name for _ in range(2))
    parked = stack.outputs["WebhookFailuresQueueUrl"]

    def park(body: str, webhook: str) -> None:
        attributes = {"webhook": {"DataType": "String", "StringValue": webhook}}
        sqs.send_message(QueueUrl=parked, MessageBody=body, MessageAttributes=attributes)

    for number in range(12):
        park(f"of one {number:02}", one)
        park(f"of the other {number:02}", other)
    park("of a removed one", "removed")
    queue = sqs.get_queue_url(QueueName=f"{stack.name}-webhook-{one}")["QueueUrl"]
    assert webhooks.resend(one, one) == 12
    assert bodies(stack, queue) == [f"of one {number:02}" for number in range(12)]
    assert webhooks.resend(one, "removed") == 1
    assert bodies(stack, queue) == ["of a removed one"]
    assert webhooks.resend(one, "nobody") == 0
    assert bodies(stack, parked) == [f"of the other {number:02}" for number in range(12)]


def test_what_sqs_itself_moved_is_known_by_its_queue(stack: Stack) -> None:
    webhooks = stack.webhooks()
    arn = f"arn:aws:sqs:us-east-1:000000000000:{stack.name}-webhook-webhook-1"
    assert webhooks._parked_of({"Attributes": {"DeadLetterQueueSourceArn": arn}}) == "webhook-1"
    assert webhooks._parked_of({}) == ""


def test_what_a_removed_stack_has_left_can_be_removed(stack: Stack) -> None:
    name = stack.webhooks().add(WebhookKind.TEAMS, URL).name
    sns = stack.session.client("sns")
    for topic in Topic:
        sns.delete_topic(TopicArn=stack.outputs[topic])
    left = Webhooks(stack.session, stack.name, {}, policy=EgressPolicy.PUBLIC, checkpoints=None)
    assert [its.webhook.name for its in left.list()] == [name]
    left.remove(name)
    assert left.names() == []
    assert stack.session.client("sqs").list_queues(QueueNamePrefix=f"{stack.name}-webhook").get("QueueUrls", []) == []


@pytest.mark.parametrize("url", ["http://hooks.slack.com/x", "https://127.0.0.1/", "https://intranet/x", "x", ""])
def test_an_address_that_may_not_be_posted_to_is_refused_and_nothing_is_made(stack: Stack, url: str) -> None:
    with pytest.raises(DestinationRefused):
        stack.webhooks().add(WebhookKind.WEBHOOK, url)
    assert stack.left() == []


def test_what_cannot_be_kept_or_is_no_such_stack_is_refused_and_nothing_is_made(stack: Stack) -> None:
    with pytest.raises(ArgumentError, match="URL"):
        stack.webhooks().add(WebhookKind.WEBHOOK, f"https://example.com/{'x' * 5000}")
    stack.outputs.pop("WebhookFailuresQueueArn")
    with pytest.raises(AwsRefused, match="no output WebhookFailuresQueueArn"):
        stack.webhooks().add(WebhookKind.WEBHOOK, URL)
    stack.name = "s" * 70
    with pytest.raises(AwsRefused, match="too long"):
        stack.webhooks().add(WebhookKind.WEBHOOK, URL)


def test_how_many_messages_wait_in_each_webhooks_own_queue_is_known(stack: Stack) -> None:
    webhooks = stack.webhooks()
    one, other, lost = (webhooks.add(WebhookKind.SLACK, URL).name for _ in range(3))
    sqs = boto3.client("sqs")
    urls = {name: sqs.get_queue_url(QueueName=queue_name(stack.name, name))["QueueUrl"] for name in (one, lost)}
    for number in range(3):
        sqs.send_message(QueueUrl=urls[one], MessageBody=str(number))
    sqs.receive_message(QueueUrl=urls[one])
    sqs.delete_queue(QueueUrl=urls[lost])
    assert webhooks.waiting() == {one: 3, other: 0, lost: None}


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("resend", "nobody"), "'nobody' is no webhook of never; there are none"),
        (("remove", "nobody"), "'nobody' is no webhook of never; there are none"),
        (("remove",), "name the webhooks to remove, or give --all"),
        (("remove", "x", "--all"), "name the webhooks to remove, or give --all"),
    ],
)
def test_the_command_refuses_what_cannot_be_done_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    assert_refused(run("webhooks", *arguments, "--stack", "never"), said)


def with_outputs(stack: Stack) -> Callable[..., Any]:
    """Return what the command asks for a stack, answered with that of a test."""

    @contextmanager
    def deployed(name: str) -> Iterator[Webhooks]:
        assert name == stack.name
        yield stack.webhooks()

    return deployed


ASKED = {"territories": ["KR"], "priority": [{"numeric": [">=", 3]}]}


def test_a_chat_is_subscribed_and_webhooks_are_listed_and_removed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("chartwatch.cli.webhooks", "chartwatch.adapters.workstation"):
        monkeypatch.setattr(f"{module}.deployed_webhooks", with_outputs(stack))
    deployed = SimpleNamespace(charts=MemoryCharts(), parameters={"RulesFile": "default.yaml"})
    monkeypatch.setattr("chartwatch.adapters.workstation.deployed_subscriptions", lambda _stack: nullcontext(deployed))
    arguments = ("--stack", stack.name, "--territory", "South Korea", "--min-priority", "3")
    with noted() as actions:
        added = CliRunner().invoke(app, ["subscribe", "slack", "-", *arguments], input=f"{URL}\n")
    assert added.exit_code == 0, added.stderr
    beside = {"ssm:PutParameter", "sqs:CreateQueue", "lambda:CreateEventSourceMapping", "sns:Subscribe"}
    assert beside <= actions <= allowed()["webhooks remove"] | beside, "as docs/running.md says"
    name = added.stdout.split(",")[0]
    assert added.stdout.startswith(f"{name}, at hooks.slack.com, gets stories: ")
    secret = added.stdout.split()[-1]
    assert secret.startswith("whsec_")
    assert "topsecret" not in added.stdout
    listed = run("webhooks", "list", "--stack", stack.name)
    assert listed.stdout.splitlines() == [
        f"{name}  hooks.slack.com  stories {json.dumps(ASKED)}  0 waiting",
        f"1 webhook in {stack.name}",
    ]
    (as_json,) = json.loads(run("webhooks", "list", "--stack", stack.name, "--format", "json").stdout)
    assert as_json == {
        "name": name,
        "kind": "slack",
        "host": "hooks.slack.com",
        "topic": "stories",
        "filter_policy": ASKED,
        "waiting": 0,
    }
    assert "topsecret" not in listed.stdout + json.dumps(as_json)
    assert secret not in listed.stdout + json.dumps(as_json)
    sent = run("webhooks", "resend", name, "--stack", stack.name)
    assert sent.stdout == f"0 messages sent again to {name}\n"
    assert run("webhooks", "remove", "--all", "--stack", stack.name).stdout == f"{name} is removed\n"
    assert stack.left() == []
