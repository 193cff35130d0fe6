"""`chartwatch stories`: what a person says of stories of which nobody knows whether they got out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chartwatch.cli.main import app
from chartwatch.domain.stories.message import Message
from chartwatch.services.delivery_ports import Delivery, Lease
from chartwatch.services.findings import Found
from tests.deliveries import Ended, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a world whose publisher died with its first story in doubt, a fortnight ago."""
    its = World()
    its.detect(0, 1, 2)
    its.now = datetime.now(UTC) - timedelta(days=14)
    its.topic.publish = _end  # type: ignore[method-assign]
    with pytest.raises(Ended):
        its.send()
    del its.topic.publish
    its.now = datetime.now(UTC)

    @contextmanager
    def deployed(stack: str) -> Iterator[Any]:
        assert stack == "charts"
        place: Any = its.place
        yield SimpleNamespace(
            charts=place.charts(),
            bulletins=its.bulletins(),
            outbox=place.outbox(),
            checkpoints=place.checkpoints(),
        )

    monkeypatch.setattr("chartwatch.cli.stories.deployed_delivery", deployed)
    return its


def _end(_message: Message) -> str:
    raise Ended


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--stack", "charts"])


def lease(world: World) -> Lease:
    (its,) = (its for its in world.place.outbox().deliveries(ids(world)).values() if isinstance(its, Lease))
    return its


def ids(world: World) -> list[str]:
    return [finding.where for finding in world.reconcile() if finding.found is Found.STORY_UNDECIDED]


def test_a_story_in_doubt_is_listed_with_who_is_to_decide(world: World) -> None:
    (story,) = ids(world)
    listed = run("stories").stdout.splitlines()
    assert listed[0].endswith(f"{story}  a person is to decide")
    assert listed[-1] == "1 story in doubt in charts"
    (doubted,) = json.loads(run("stories", "--format", "json").stdout)
    assert (doubted["story"], doubted["is_for_a_person"]) == (story, True)


def test_a_story_that_somebody_got_is_never_sent_again(world: World) -> None:
    (story,) = ids(world)
    done = run("stories", "--sent", story)
    assert (done.exit_code, done.stdout) == (0, f"{story} counts as sent\n0 stories in doubt in charts\n")
    assert world.place.outbox().deliveries([story]) == {story: Delivery.SENT}
    world.later()
    world.found()
    assert story not in world.topic.received


def test_a_story_that_nobody_got_is_sent_once_by_the_next_run(world: World) -> None:
    (story,) = ids(world)
    assert run("stories", "--send", story).exit_code == 0
    world.later()
    assert world.found()[Found.STORY_SENT] >= 1
    assert world.topic.received.count(story) == 1
    world.later()
    assert world.found() == {}


@pytest.mark.parametrize("option", ["--sent", "--send"])
def test_of_a_story_that_is_not_in_doubt_or_may_be_under_way_nothing_can_be_said(world: World, option: str) -> None:
    (story,) = ids(world)
    unknown = run("stories", option, "weekly:00000009:nothing")
    assert unknown.exit_code == 2
    assert f"in doubt are {story}" in unknown.stderr
    young = world.place.outbox().take_over(lease(world))
    assert young is not None
    refused = run("stories", option, story)
    assert refused.exit_code == 2
    assert "may be under way until" in refused.stderr
    assert world.place.outbox().deliveries([story]) == {story: young}
