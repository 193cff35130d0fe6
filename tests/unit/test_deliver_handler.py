"""What the function that delivers to webhooks reports of a batch, and what it logs."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from chartwatch.adapters import deployment
from chartwatch.services.webhooks import Delivered, Outcome, Parked, Postponed, Received
from tests.handlers import imported

ARN = "arn:aws:sqs:eu-west-1:123456789012:any-webhook-webhook-webhook-1"
"""The queue of `webhook-webhook-1` in the stack `any`, whose name is what all settings are."""


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ModuleType, Any]]:
    with imported("deliver_webhook", monkeypatch) as its:
        yield its


def event(*attempts: int) -> dict[str, Any]:
    records = [
        {
            "messageId": f"message {number}",
            "receiptHandle": f"receipt {number}",
            "body": "{}",
            "attributes": {"ApproximateReceiveCount": str(attempt)},
            "eventSourceARN": ARN,
        }
        for number, attempt in enumerate(attempts)
    ]
    return {"Records": records}


class Deliverer:
    """Delivers as it is told to."""

    def __init__(self, outcome: Callable[[Received], Outcome]) -> None:
        self.outcome = outcome
        self.received: list[Received] = []

    def deliver(self, received: Received) -> Outcome:
        self.received.append(received)
        return self.outcome(received)


def outcome_of(received: Received) -> Outcome:
    """Deliver a first attempt, postpone a second, park a third, and fail at a fourth."""
    if received.attempt > 3:
        raise TimeoutError("SQS does not answer")
    outcomes: list[Outcome] = [Delivered(200), Postponed("answered 503", 30), Parked("answered 410")]
    return outcomes[received.attempt - 1]


def test_what_is_postponed_or_fails_is_reported_and_all_else_is_done_with(
    function: tuple[ModuleType, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module, context = function
    deliverer = Deliverer(outcome_of)
    monkeypatch.setattr(deployment, "deliverer", lambda: deliverer)
    answer = module.handler(event(1, 2, 3, 4, 1), context)
    assert [its["itemIdentifier"] for its in answer["batchItemFailures"]] == ["message 1", "message 3"]
    assert {its.webhook for its in deliverer.received} == {"webhook-webhook-1"}
    assert [its.receipt for its in deliverer.received] == [f"receipt {number}" for number in range(5)]
    assert [(its.levelname, its.getMessage(), vars(its)["attempt"]) for its in caplog.records] == [
        ("INFO", "delivered", 1),
        ("WARNING", "postponed", 2),
        ("ERROR", "parked", 3),
        ("ERROR", "failed", 4),
        ("INFO", "delivered", 1),
    ]
    sent = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [its["WebhooksDelivered"] for its in sent if "WebhooksDelivered" in its] == [[1.0, 1.0]]
