"""The real template with webhooks added: what is published is posted to a server on this machine, and signed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest

from chartwatch.adapters.webhooks import Standing, Webhooks
from chartwatch.adapters.workstation import deployed_webhooks
from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.services.webhooks import Webhook
from chartwatch_local.aws import LocalAws, local_aws, wait_until
from chartwatch_local.demo import parameters
from chartwatch_local.deploy import STACK, Build, deploy
from chartwatch_local.provider import Provider
from tests.deployed.charts import PATIENCE, Chart
from tests.providers import Answer, Asked, Server

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
TWO_DAYS = HEADER + "2023-01-01,US,1,Money Heist,series\n2023-01-02,US,1,Squid Game,series\n"


def use(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have whatever asks for AWS in this process ask the local one."""
    for name, value in aws.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)


@pytest.fixture
def webhooks(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhooks]:
    """Yield the webhooks of the deployed stack, as the command has them; there are none in the end."""
    use(chart.pipeline.aws, monkeypatch)
    with deployed_webhooks(STACK) as its:
        try:
            yield its
        finally:
            for name in its.names():
                its.remove(name)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as its:
        yield its


def add(webhooks: Webhooks, chart: Chart, server: Server, path: str, kind: WebhookKind) -> Webhook:
    return webhooks.add(kind, f"{server.address}{path}", {"chart": [chart.id]})


def asked_at(server: Server, path: str) -> list[Asked]:
    return [asked for asked in server.asked if asked.path == path]


def is_signed(asked: Asked, secret: str) -> bool:
    """Return whether a request is signed as Standard Webhooks says."""
    content = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()
    return asked.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def standing(webhooks: Webhooks, webhook: Webhook) -> Standing:
    return next(its for its in webhooks.list() if its.webhook == webhook)


def test_a_story_is_posted_signed_to_who_takes_it_and_parked_for_who_does_not(
    chart: Chart, webhooks: Webhooks, server: Server
) -> None:
    # A server that is well, one that is busy when it is first asked, one that is gone, and one that never answers well.
    said = {"/well": [200], "/slack": [200], "/busy": [503, 200], "/gone": [410], "/down": [500] * 100}
    server.answer = lambda asked: Answer(b"said so", said[asked.path].pop(0))
    well = add(webhooks, chart, server, "/well", WebhookKind.WEBHOOK)
    slack = add(webhooks, chart, server, "/slack", WebhookKind.SLACK)
    busy = add(webhooks, chart, server, "/busy", WebhookKind.WEBHOOK)
    gone = add(webhooks, chart, server, "/gone", WebhookKind.WEBHOOK)
    down = add(webhooks, chart, server, "/down", WebhookKind.WEBHOOK)
    queue = chart.queue("StoryTopicArn")

    chart.fetch(TWO_DAYS)
    (story,) = chart.taken(queue, 1)

    def all_are_asked() -> bool:
        return len(asked_at(server, "/busy")) == 2 and {asked.path for asked in server.asked} == {*said}

    wait_until(all_are_asked, PATIENCE, "not all were asked", logs=chart.pipeline.all_logs)
    (posted,) = asked_at(server, "/well")
    assert json.loads(posted.body)["data"] == story
    assert is_signed(posted, well.secret)
    assert posted.headers["webhook-id"] == story["story"]
    (shown,) = asked_at(server, "/slack")
    assert is_signed(shown, slack.secret)
    assert json.loads(shown.body)["text"] == story["subject"]
    first, second = asked_at(server, "/busy")
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert is_signed(second, busy.secret)

    sqs, parked = chart.pipeline.aws.client("sqs"), []

    def has_parked() -> bool:
        asked = {"QueueUrl": chart.pipeline.outputs["WebhookFailuresQueueUrl"], "MessageAttributeNames": ["All"]}
        parked.extend(sqs.receive_message(**asked).get("Messages", []))
        return bool(parked)

    wait_until(has_parked, PATIENCE, "nothing was parked", logs=chart.pipeline.all_logs)
    (message,) = parked
    attributes = {name: its["StringValue"] for name, its in message["MessageAttributes"].items()}
    assert attributes == {"webhook": gone.name, "reason": "answered 410 Gone: said so", "attempts": "1"}
    assert json.loads(message["Body"])["data"] == story

    wait_until(lambda: standing(webhooks, busy).waiting == 0, PATIENCE, "what was delivered is still there")
    # Who is down is tried again, and again; nobody else waits for that.
    assert standing(webhooks, down).waiting == 1
    assert {its.waiting for its in webhooks.list() if its.webhook != down} == {0}


def test_a_stack_is_removed_though_it_has_webhooks_and_they_are_removed_after_it(
    made: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_aws(made.artifact) as aws:
        use(aws, monkeypatch)
        deploy(aws, made, parameters(Provider(aws)))
        with deployed_webhooks(STACK) as webhooks:
            names = {webhooks.add(kind, f"{aws.endpoint}/{kind}").name for kind in WebhookKind}
        aws.client("cloudformation").delete_stack(StackName=STACK)
        assert aws.client("lambda").list_functions()["Functions"] == []
        assert aws.client("sns").list_topics()["Topics"] == []
        with deployed_webhooks(STACK) as webhooks:
            assert {its.webhook.name for its in webhooks.list()} == names
            for name in names:
                webhooks.remove(name)
            assert webhooks.names() == []
        assert aws.client("sqs").list_queues().get("QueueUrls", []) == []
        assert aws.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
