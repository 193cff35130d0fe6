"""The real template: filters that a person asks for by the command let through what they say, and a test finds them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from chartwatch_local.deploy import STACK
from tests.command_line import run
from tests.deployed.charts import Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
DAYS = [
    f"2023-01-0{day},US,1,{title},series\n"
    for day, title in enumerate(("Ozark", "Money Heist", "Squid Game", "Stranger Things"), 1)
]
"""Each has another language than the one before, but for the first and the last."""

ON = ("--stack", STACK)


def told(*arguments: str) -> str:
    done = run(*arguments, *ON)
    assert done.exit_code == 0, done.output
    return done.stdout


def works(stories: Sequence[Mapping[str, Any]]) -> set[str]:
    return {story["story"].rpartition(":")[2] for story in stories}


def test_filters_let_through_what_they_say_and_a_test_reaches_whom_it_is_for(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in chart.pipeline.aws.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    # Only a chart that there is can be asked for; of its first day nothing is sent.
    chart.fetch(HEADER + DAYS[0])
    korean, spanish, everything = (chart.unsubscribed_queue() for _ in range(3))
    assert "in Korean" in told("subscribe", "sqs", korean.arn, "--chart", chart.id, "--language", "Korean")
    told("subscribe", "sqs", spanish.arn, "--chart", chart.id, "--origin", "Spain", "--min-priority", "2")
    told("subscribe", "sqs", everything.arn, "--chart", chart.id)

    chart.fetch(HEADER + "".join(DAYS))
    assert works(chart.taken(everything.url, 3)) == {"money-heist", "squid-game", "stranger-things"}
    assert works(chart.taken(korean.url, 1)) == {"squid-game"}
    assert works(chart.taken(spanish.url, 1)) == {"money-heist"}

    # A test of the one is none of the others' business, as their filters ask for something else.
    said = told("send-test", korean.arn)
    (*_, test) = chart.taken(korean.url, 2)
    assert test["type"] == "test"
    assert korean.arn in said
    assert spanish.arn not in said
    assert works(chart.taken(spanish.url, 1)) == {"money-heist"}

    # Another filter, and none any more.
    told("subscribe", "sqs", korean.arn, "--chart", chart.id, "--language", "Japanese")
    found = json.loads(told("subscriptions", "--format", "json"))["subscriptions"]
    listed = {its["endpoint"]: its for its in found}
    assert listed[korean.arn]["filter_policy"]["language"] == ["ja"]
    told("unsubscribe", spanish.arn)
    assert spanish.arn not in told("subscriptions")
    for queue in (korean, everything):
        told("unsubscribe", queue.arn)
