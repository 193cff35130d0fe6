"""`chartwatch stories` and `chartwatch subscribers`: what a person says of stories and subscriptions."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chartwatch.cli.main import app
from chartwatch.domain.stories.message import Message
from chartwatch.services.findings import Found
from chartwatch.services.ports import Delivery, Lease, Subscriber
from tests.deliveries import ALARMS, Ended, World

LINK = "https://sns.us-east-1.amazonaws.com/confirmation.html?TopicArn={}&Token={}&Endpoint=me@example.org"


class Subscriptions:
    """Those of a world, as SNS has them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.confirmed: list[tuple[str, str]] = []

    def topics(self) -> Sequence[str]:
        return self.world.topics()

    def current(self) -> Sequence[Subscriber]:
        return self.world.current()

    def is_protected(self, who: Subscriber) -> bool:
        return who.arn.endswith("protected")

    def confirm(self, topic: str, token: str) -> None:
        self.confirmed.append((topic, token))


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
    subscriptions = Subscriptions(its)
    its.subscriptions = subscriptions  # type: ignore[attr-defined]

    @contextmanager
    def deployed(stack: str) -> Iterator[Any]:
        assert stack == "charts"
        place: Any = its.place
        yield SimpleNamespace(
            charts=place.charts(),
            bulletins=its.bulletins(),
            outbox=place.outbox(),
            checkpoints=place.checkpoints(),
            subscribers=subscriptions,
        )

    for command in ("stories", "subscribers"):
        monkeypatch.setattr(f"chartwatch.cli.{command}.deployed_delivery", deployed)
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


def test_subscribers_are_listed_with_what_can_end_their_subscription(world: World) -> None:
    world.has_alarms = True
    world.known = [
        world.known[0],
        Subscriber("arn:aws:sns:eu-west-1:1:stories", "arn:2", "email", "me@example.org"),
        Subscriber("arn:aws:sns:eu-west-1:1:digests", "arn:3:protected", "email", "me@example.org"),
        Subscriber(ALARMS, "", "email", "you@example.org"),
    ]
    assert run("subscribers").stdout.splitlines() == [
        "topic  sqs  arn:witness  confirmed",
        "stories  email  me@example.org  confirmed; whoever follows the link in an email unsubscribes it",
        "digests  email  me@example.org  confirmed",
        "alarms  email  you@example.org  not confirmed",
        "4 subscriptions in charts",
    ]


def test_a_confirmation_link_is_confirmed_for_good_if_it_is_of_a_topic_of_the_stack(world: World) -> None:
    assert run("subscribers", "--confirm", LINK.format("topic", "2336412f")).exit_code == 0
    assert world.subscriptions.confirmed == [("topic", "2336412f")]  # type: ignore[attr-defined]
    for wrong in (LINK.format("another", "2336412f"), LINK.format("topic", ""), "https://example.org/", "topic"):
        refused = run("subscribers", "--confirm", wrong)
        assert refused.exit_code == 2
        assert "is not the confirmation link of a topic of this stack" in refused.stderr
    assert len(world.subscriptions.confirmed) == 1  # type: ignore[attr-defined]


def test_who_is_gone_is_listed_and_dismissed(world: World) -> None:
    list(world.reconciler().watch_the_subscribers())
    mail = world.known.pop()
    listed = run("subscribers").stdout
    assert f"gone: {mail.name}\n" in listed
    assert run("subscribers", "--dismiss", "topic:email:another").exit_code == 2
    assert "gone:" not in run("subscribers", "--dismiss", mail.name).stdout
    assert list(world.reconciler().watch_the_subscribers()) == []
