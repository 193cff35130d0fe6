"""What `chartwatch demo` shows."""

import io

import pytest
from rich.console import Console

from chartwatch_local.demo import show
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider

pytestmark = pytest.mark.xdist_group("demo")  # on a stack of its own, for it takes as long as all others together


def test_the_demo_ends_with_the_story_of_4_february_2022(pipeline: Pipeline, its_provider: Provider) -> None:
    screen = io.StringIO()
    show(Console(file=screen, width=80), pipeline, its_provider)
    mail, _, share = screen.getvalue().partition("An SQS queue")
    last = mail[mail.rindex("2022-02-04  All of Us Are Dead") :]
    said = " ".join(last.split())
    assert "South Korea is the first country with two non-English series" in said
    assert "7 days after release" in said
    fourth = said[said.index("Fourth non-English series in the United States") :]
    assert fourth.index("Who Killed Sara?") < fourth.index("Squid Game") < fourth.index("Money Heist")
    assert share.count("Squid Game") == 4
    assert share.count("All of Us Are Dead") == 1
