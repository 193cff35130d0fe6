"""Claims about the milestone store on DynamoDB: wherever a process ends, pauses or repeats itself, a step is whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.memory import MemoryMilestones
from chartwatch.domain.milestones.fold import EVERYWHERE
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.errors import Conflict
from chartwatch.services.ports import MilestoneStore, Writes
from tests.integration.conftest import Aws
from tests.integration.test_stores_milestones import bulletin, head, honour, milestone, of, slot, state, week

Step = Callable[[str, int], tuple[Writes, Bulletin | None]]
"""What the step that makes a version of a chart's record writes, and tells."""


def told(chart: str, version: int) -> tuple[Writes, Bulletin | None]:
    """Write a little of everything, much of which the steps before and after write too."""
    changed = [milestone(version, slot("1", scope, chart), f"Headline {version}") for scope in ("US", "KR", EVERYWHERE)]
    writes = Writes(
        honours={
            **of(honour("maid", version=version), honour("maid", "KR", version), honour(f"work {version}")),
            honour(f"work {version - 1}").key: None,
        },
        tallies={
            TallyKey("nth", "US", "=KR"): Tally(version),
            TallyKey("race", "US", "!"): Tally(version),
            TallyKey("nth", "US", f"={version - 1}"): None,
            TallyKey("nth", "US", f"={version}"): Tally(1),
        },
        milestones={one.slot: one for one in changed},
        applied={week(version - 1): f"digest {version - 1}"} if version > 1 else {},
    )
    return writes, bulletin(version, *changed, chart=chart)


def untold(chart: str, version: int) -> tuple[Writes, Bulletin | None]:
    writes, _ = told(chart, version)
    return Writes(writes.honours, writes.tallies, {}, writes.applied), None


def moving_on(_chart: str, version: int) -> tuple[Writes, Bulletin | None]:
    return Writes(applied={week(version - 1): f"digest {version - 1}"}), None


def commit(store: MilestoneStore, chart: str, version: int, step: Step = told) -> None:
    store.commit(head(version - 1, chart) if version > 1 else None, head(version, chart), *step(chart, version))


class Ended(Exception):
    """The process ends here."""


@contextmanager
def calls(aws: Aws, at: int, event: str, happens: Callable[[], None]) -> Iterator[tuple[DynamoMilestones, list[str]]]:
    """Yield a store in whose `at`-th call, before or after it, something happens; and a log of its calls."""
    client = aws.client()
    made: list[str] = []
    seen = 0

    def count(**_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == at + 1:
            happens()

    def log(model: Any, **_: Any) -> None:
        made.append(model.name)

    client.meta.events.register("before-call.dynamodb", log)
    client.meta.events.register(f"{event}.dynamodb", count)
    yield aws.milestones(client), made


def end() -> None:
    raise Ended


def nothing() -> None:
    """Let the call be."""


def uninterrupted(chart: str, steps: list[Step]) -> MemoryMilestones:
    """Return what the steps, one after another, come to in memory."""
    store = MemoryMilestones()
    for version, step in enumerate(steps, 1):
        commit(store, chart, version, step)
    return store


def calls_of(aws: Aws, steps: list[Step]) -> int:
    """Return how many calls the last of the steps takes."""
    for version, step in enumerate(steps[:-1], 1):
        commit(aws.milestones(), "counting", version, step)
    with calls(aws, -1, "before-call", nothing) as (store, made):
        commit(store, "counting", len(steps), steps[-1])
    return len(made)


HISTORIES: dict[str, list[Step]] = {
    "the first step of a chart": [told],
    "a step with a bulletin": [told, told],
    "a step without a bulletin": [told, untold],
    "a step that only moves on": [told, moving_on],
}


CUTS = [
    *(("moto", history, event) for history in HISTORIES for event in ("before-call", "after-call")),
    ("ministack", "a step with a bulletin", "after-call"),
]


@pytest.mark.parametrize(("where", "history", "event"), CUTS)
def test_a_step_cut_short_anywhere_is_finished_or_was_never_taken(
    request: pytest.FixtureRequest, where: str, history: str, event: str
) -> None:
    aws: Aws = request.getfixturevalue(where)
    steps = HISTORIES[history]
    last = len(steps)
    for at in range(calls_of(aws, steps)):
        chart = f"ended {at}"
        for version, step in enumerate(steps[:-1], 1):
            commit(aws.milestones(), chart, version, step)
        with calls(aws, at, event, end) as (store, _), pytest.raises(Ended):
            commit(store, chart, last, steps[-1])
        found = aws.milestones().head(chart)
        if found != head(last, chart):
            assert state(aws.milestones(), chart) == state(uninterrupted(chart, steps[:-1]), chart)
            commit(aws.milestones(), chart, last, steps[-1])
        assert state(aws.milestones(), chart) == state(uninterrupted(chart, steps), chart)
        commit(aws.milestones(), chart, last + 1)


@pytest.mark.parametrize("last", [told, untold])
def test_who_finishes_a_step_may_be_cut_short_too(moto: Aws, last: Step) -> None:
    steps: list[Step] = [told, last]
    chart_after_taking = partial(_cut_short_after_taking, moto, steps)
    chart_after_taking("counting again")
    with calls(moto, -1, "before-call", nothing) as (store, made):
        assert store.head("counting again") == head(2, "counting again")
    for at in range(len(made) - 1):
        chart = f"ended twice {at}"
        chart_after_taking(chart)
        with calls(moto, at, "after-call", end) as (store, _), pytest.raises(Ended):
            store.head(chart)
        assert moto.milestones().head(chart) == head(2, chart)
        assert state(moto.milestones(), chart) == state(uninterrupted(chart, steps), chart)


def _cut_short_after_taking(aws: Aws, steps: list[Step], chart: str) -> None:
    """Leave a chart with its last step taken and nothing of it applied."""
    commit(aws.milestones(), chart, 1, steps[0])
    client = aws.client()
    client.meta.events.register("after-call.dynamodb.UpdateItem", lambda **_: end())
    with pytest.raises(Ended):
        commit(aws.milestones(client), chart, 2, steps[1])


@pytest.mark.parametrize("others", [[told], [told, untold], [moving_on, told]])
@pytest.mark.parametrize("step", [told, untold, moving_on])
def test_a_process_that_is_overtaken_anywhere_overwrites_nothing_newer(
    moto: Aws, step: Step, others: list[Step]
) -> None:
    """The others finish what they find, and go on, while this one pauses; then it wakes up."""
    for at in range(calls_of(moto, [told, step])):
        chart = f"overtaken {at}"
        commit(moto.milestones(), chart, 1)
        done: list[Step] = [told]

        def overtake(chart: str = chart, done: list[Step] = done) -> None:
            found = moto.milestones().head(chart)
            assert found is not None
            if found.version == 2:
                done.append(step)
            for other in others:
                commit(moto.milestones(), chart, len(done) + 1, other)
                done.append(other)

        with calls(moto, at, "before-call", overtake) as (store, _):
            try:
                commit(store, chart, 2, step)
            except Conflict:
                assert done[1:] == others, "a conflict says that the step was not taken"
        if len(done) == 1:
            done.append(step)
        assert state(moto.milestones(), chart) == state(uninterrupted(chart, done), chart)
        commit(moto.milestones(), chart, len(done) + 1)


class Repeating:
    """A client of DynamoDB that makes every call twice, as one does whose first answer was lost."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        known = getattr(self._client, name)
        if name in ("exceptions", "get_paginator"):
            return known

        def twice(**arguments: Any) -> Any:
            known(**arguments)
            return known(**arguments)

        return twice


@pytest.mark.parametrize("steps", [[told, told, untold, told], [told, untold, told]])
def test_calls_whose_answers_are_lost_and_that_are_made_again_do_no_harm(aws: Aws, steps: list[Step]) -> None:
    for version, step in enumerate(steps, 1):
        commit(aws.milestones(Repeating(aws.client())), "repeated", version, step)
    assert state(aws.milestones(), "repeated") == state(uninterrupted("repeated", steps), "repeated")


def test_a_refused_step_leaves_nothing_in_the_journal(aws: Aws) -> None:
    commit(aws.milestones(), "weekly", 1)
    commit(aws.milestones(), "weekly", 2)
    kept = [item["sk"]["S"] for item in aws.table("MilestonesTable").query("weekly", "STEP#")]
    for step in (told, untold):
        with pytest.raises(Conflict):
            aws.milestones().commit(head(1, "weekly"), head(2, "weekly"), *step("weekly", 7))
        with pytest.raises(Conflict):
            commit(aws.milestones(), "weekly", 2, told)
    assert [item["sk"]["S"] for item in aws.table("MilestonesTable").query("weekly", "STEP#")] == kept
    assert [told_.number for told_ in aws.milestones().bulletins("weekly")] == [1, 2]


def test_a_step_without_a_bulletin_does_not_stay_in_the_journal(aws: Aws) -> None:
    commit(aws.milestones(), "weekly", 1, untold)
    assert list(aws.table("MilestonesTable").query("weekly", "STEP#")) == []


def test_the_bulletin_comes_after_all_that_it_tells_of_and_before_the_head(aws: Aws) -> None:
    """Its arrival wakes the publisher, and the head that follows lets the next step begin."""
    commit(aws.milestones(), "weekly", 1)
    client = aws.client()
    written: list[str] = []

    def log(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutItem":
            written.append(params["Item"]["sk"]["S"])
        if model.name == "UpdateItem":
            written.append(params["Key"]["sk"]["S"])
        if model.name == "BatchWriteItem":
            written.extend(r["PutRequest"]["Item"]["sk"]["S"] for r in params["RequestItems"][table])

    table = aws.names["MilestonesTable"]
    client.meta.events.register("provide-client-params.dynamodb", log)
    commit(aws.milestones(client), "weekly", 2)
    kinds = [sk.partition("#")[0] for sk in written]
    assert kinds == ["STEP", "HEAD", *["HONOUR"] * 3, "TALLY", "APPLIED", *["SLOT"] * 3, "BULLETIN", "HEAD"]


def test_a_head_that_others_finish_meanwhile_is_a_conflict_and_then_there(aws: Aws) -> None:
    _cut_short_after_taking(aws, [told, untold], "weekly")

    def overtake() -> None:
        assert aws.milestones().head("weekly") == head(2, "weekly")

    with calls(aws, 1, "before-call", overtake) as (store, _):
        with pytest.raises(Conflict):
            store.head("weekly")
        assert store.head("weekly") == head(2, "weekly")


def test_a_step_that_was_cut_short_is_named_until_it_is_finished(aws: Aws) -> None:
    assert aws.milestones().unfinished("weekly") is None
    _cut_short_after_taking(aws, [told, untold], "weekly")
    assert aws.milestones().unfinished("weekly") == 2
    assert aws.milestones().head("weekly") == head(2, "weekly")
    assert aws.milestones().unfinished("weekly") is None


@pytest.mark.parametrize("step", [told, untold])
def test_what_was_left_of_a_step_that_was_never_taken_goes_once_the_record_is_past_it(moto: Aws, step: Step) -> None:
    journal = moto.table("MilestonesTable")
    commit(moto.milestones(), "weekly", 1)
    with calls(moto, 0, "after-call", end) as (store, _), pytest.raises(Ended):
        store.commit(head(1, "weekly"), head(2, "weekly"), *step("weekly", 7))
    with calls(moto, 2, "after-call", end) as (store, _), pytest.raises(Ended):
        store.commit(head(1, "weekly"), head(2, "weekly"), *step("weekly", 8))
    kept = [item["sk"]["S"] for item in journal.query("weekly", "STEP#")]
    assert moto.milestones().tidy("weekly", 0) == (0, 1), "what is ahead of the head may yet be taken"
    assert [item["sk"]["S"] for item in journal.query("weekly", "STEP#")] == kept
    assert len(kept) > 1
    commit(moto.milestones(), "weekly", 2)
    commit(moto.milestones(), "weekly", 3)
    removed, until = moto.milestones().tidy("weekly", 1)
    assert (removed, until) == (len(kept) - 1, 3)
    assert state(moto.milestones(), "weekly") == state(uninterrupted("weekly", [told, told, told]), "weekly")
    assert moto.milestones().tidy("weekly", until) == (0, 3)


def test_a_step_that_is_being_applied_is_not_tidied_away(moto: Aws) -> None:
    _cut_short_after_taking(moto, [told, untold], "weekly")
    assert moto.milestones().tidy("weekly", 0) == (0, 0)
    assert moto.milestones().head("weekly") == head(2, "weekly")
