"""The page on webhooks: its commands run as written, and its numbers are those of the code."""

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from chartwatch.adapters.deployment import POSTING
from chartwatch.adapters.memory import MemoryCharts
from chartwatch.adapters.webhook_queues import WEBHOOKS
from chartwatch.adapters.webhooks import Standing, Topic
from chartwatch.cli.main import app
from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.services.webhooks import ATTEMPTS, LONGEST_PAUSE, PAUSES, Webhook
from tests.infrastructure.templates import ROOT

PAGE = (ROOT / "docs" / "webhooks.md").read_text()
RECEIVING = (ROOT / "docs" / "receiving.md").read_text().replace("\n", " ")
COMMANDS = re.findall(r"^chartwatch ((?:webhooks|subscribe) .*)", PAGE, re.MULTILINE)


class Webhooks:
    """Webhooks that are only told of."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def add(self, kind: WebhookKind, url: str, filter_policy: Mapping[str, Any] | None, topic: Topic) -> Webhook:
        self.told.append((kind, url.partition(":")[0], filter_policy, topic))
        return Webhook("slack-1f2e3d4c", kind, url, "whsec_AAAA")

    def names(self) -> list[str]:
        return ["slack-1f2e3d4c"]

    def list(self) -> list[Standing]:
        return [Standing(Webhook("slack-1f2e3d4c", WebhookKind.SLACK, "https://hooks.slack.com/", ""), None, {}, 2)]

    def resend(self, name: str, parked_from: str) -> int:
        self.told.append((name, parked_from))
        return 1

    def remove(self, name: str) -> None:
        self.told.append((name,))


def test_its_commands_run_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    its = Webhooks()

    @contextmanager
    def deployed(stack: str) -> Iterator[Webhooks]:
        assert stack == "chartwatch"
        yield its

    for module in ("chartwatch.cli.webhooks", "chartwatch.adapters.workstation"):
        monkeypatch.setattr(f"{module}.deployed_webhooks", deployed)
    subscribed = SimpleNamespace(charts=MemoryCharts(), parameters={"RulesFile": "default.yaml"})
    monkeypatch.setattr("chartwatch.adapters.workstation.deployed_subscriptions", lambda _: nullcontext(subscribed))
    for command in COMMANDS:
        done = CliRunner().invoke(app, shlex.split(command), input="https://example.com/\n")
        assert done.exit_code == 0, done.output
    policy = {"territories": ["KR"], "priority": [{"numeric": [">=", 3]}]}
    assert its.told == [
        (WebhookKind.SLACK, "https", None, Topic.STORIES),
        (WebhookKind.WEBHOOK, "https", policy, Topic.STORIES),
        (WebhookKind.TEAMS, "https", None, Topic.DIGESTS),
        ("slack-1f2e3d4c", "slack-1f2e3d4c"),
        ("slack-1f2e3d4c", "slack-5a6b7c8d"),
        ("slack-1f2e3d4c",),
    ]


def test_its_numbers_are_those_of_the_code() -> None:
    seconds, minutes, hours = PAUSES[:1], [its // 60 for its in PAUSES[1:3]], [its // 3600 for its in PAUSES[3:]]
    said = f"{seconds[0]} seconds, {minutes[0]} minutes, {minutes[1]} minutes, {hours[0]}, {hours[1]}, {hours[2]} and"
    assert f"about {said} {hours[3]} hours" in PAGE
    assert f"{LONGEST_PAUSE // 3600} hours at most" in PAGE
    assert ATTEMPTS == 8
    assert f"no answer in {POSTING.seconds:g} seconds" in RECEIVING
    assert "tried eight times" in (ROOT / "docs" / "adr" / "0014-a-queue-for-each-webhook.md").read_text()
    assert "seven times within a day" in RECEIVING
    assert f"`{WEBHOOKS}/STACK/NAME`" in PAGE
    assert all(f"`{kind}`" in PAGE for kind in WebhookKind)
    assert f"within {POSTING.seconds:g} seconds" in PAGE
