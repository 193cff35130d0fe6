"""Whatever fails, repeats itself or ends a process: nothing is lost, nothing is told twice, and the record is right."""

import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

import pytest

from chartwatch.domain.milestones import substance
from chartwatch.domain.reconciling import Found
from chartwatch.domain.stories import Message, digest, told_by
from tests.simulation.cloud import Fault
from tests.simulation.memory import stories_of
from tests.simulation.pipeline import CHART, Pipeline

RUNS = int(os.environ.get("CHARTWATCH_SIMULATIONS", "400"))
"""Runs in all. Of a million, every pair of faults is among them."""

SHARDS = 20 if RUNS > 1000 else 2
"""Parts that can run at the same time."""

DOUBTS = {Found.STORY_WITNESSED, Found.STORY_SENT_AGAIN, Found.STORY_IN_DOUBT, Found.STORY_REFUSED}
"""What leaves work to `reconcile` that a stream has done otherwise."""


def record(pipeline: Pipeline) -> Mapping[str, object]:
    held = pipeline.milestones().recorded(CHART.id).milestones
    return {slot: substance(milestone) for slot, milestone in held.items() if milestone.is_held}


def due(pipeline: Pipeline) -> Mapping[str, Message]:
    """Return the messages that the recorded bulletins come to, by their ids."""
    told = ((bulletin, stories_of(bulletin)) for bulletin in pipeline.milestones().bulletins(CHART.id))
    return {m.id: m for bulletin, its in told if its for m in (*its, digest(bulletin, its))}


def sent(pipeline: Pipeline) -> Sequence[str]:
    """Return the ids of the messages that got out, in their order."""
    return [told_by(json.loads(message["Message"])["default"]) or "" for message in pipeline.published]


class Undisturbed(NamedTuple):
    """A run without a fault: the names of the calls it takes, and what it comes to."""

    pipeline: Pipeline
    names: Sequence[str]
    record: Mapping[str, object]

    @property
    def calls(self) -> int:
        return len(self.names)


@cache
def undisturbed() -> Undisturbed:
    pipeline = Pipeline().run()
    return Undisturbed(pipeline, tuple(pipeline.seam.names), record(pipeline))


def problems(pipeline: Pipeline) -> Iterator[str]:
    """Yield what is wrong after a run."""
    yield from pipeline.failures
    pipeline.seam.plan = {}
    got_out, expected = Counter(sent(pipeline)), due(pipeline)
    yield from (f"{message} got out {times} times" for message, times in got_out.items() if times > 1)
    yield from (f"{message} was never due" for message in got_out.keys() - expected)
    yield from (f"{message} was lost" for message in expected.keys() - got_out)
    yield from _out_of_order([expected[message] for message in sent(pipeline) if message in expected])
    if record(pipeline) != undisturbed().record:
        yield "the record is another than without a fault"
    yield from _left_to_reconcile(pipeline)
    if audit := pipeline.detector().audit(CHART.id):
        yield f"the record is not what its publications come to: {audit}"


def _out_of_order(messages: Sequence[Message]) -> Iterator[str]:
    """Yield what came before something that it follows up."""
    latest: dict[str, int] = {}
    for at, message in enumerate(messages):
        for milestone in message.body.get("milestones", ()):
            slot, revision = milestone["slot"], milestone["revision"]
            if revision < latest.get(slot, 0):
                yield f"{message.id} says what {slot} was, after it was said what it is"
            latest[slot] = max(revision, latest.get(slot, 0))
        if message.follows_up:
            early = [late.id for late in messages[at:] if late.body["bulletin"] < message.body["bulletin"]]
            yield from (f"{message.id} came before {late}" for late in early)


def _left_to_reconcile(pipeline: Pipeline) -> Iterator[str]:
    """Yield what a stream should have done, where no fault gave a reason to leave it."""
    found = {finding.found for finding in pipeline.found}
    if Fault.PAUSED in pipeline.plan.values() or not pipeline.streamed:
        return
    if Found.PUBLICATION_DETECTED in found or (Found.STORY_SENT in found and not found & DOUBTS):
        yield f"a stream lost something: {pipeline.found}"


def test_without_a_fault_all_is_told_once() -> None:
    pipeline = undisturbed().pipeline
    assert not list(problems(pipeline))
    assert len(sent(pipeline)) == len(due(pipeline)) == 10
    assert not pipeline.found


def test_what_no_stream_delivers_reconcile_does() -> None:
    pipeline = Pipeline().run(streams=False)
    assert not list(problems(pipeline))
    assert {finding.found for finding in pipeline.found} == {Found.PUBLICATION_DETECTED, Found.STORY_SENT}


Plan = Mapping[int, Fault]


def singles() -> Iterator[Plan]:
    """Yield the plans of one fault."""
    return ({call: fault} for call in range(undisturbed().calls) for fault in Fault)


def pairs() -> Iterator[Plan]:
    """Yield the plans of two faults."""
    return _followed(range(undisturbed().calls), Fault)


def doubts() -> Iterator[Plan]:
    """Yield those pairs of which the first fault leaves a message in doubt."""
    publishing = (call for call, name in enumerate(undisturbed().names) if name == "Publish")
    return _followed(publishing, (Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.REPLY_LOST))


def _followed(first: Iterable[int], faults: Iterable[Fault]) -> Iterator[Plan]:
    # After a fault a run takes more calls than without.
    last = undisturbed().calls * 6 // 5
    return ({i: one, j: other} for i in first for one in faults for j in range(i + 1, last) for other in Fault)


def several(number: int) -> Plan:
    """Return a plan of some faults, anywhere."""
    chance = random.Random(number)
    calls = [chance.randrange(2 * undisturbed().calls) for _ in range(chance.randint(3, 8))]
    return {call: chance.choice(list(Fault)) for call in calls}


def plans(runs: int) -> Iterator[Plan]:
    """Yield so many plans: all singles and pairs, or where these are too many an even choice; and several at once."""
    kinds = (singles, pairs) if runs >= _number(singles()) + _number(pairs()) else (singles, doubts, pairs)
    left = runs
    for kind in kinds:
        stride = 1 if len(kinds) == 2 else -(-_number(kind()) * 4 // runs)
        for plan in islice(kind(), 0, None, stride):
            yield plan
            left -= 1
    yield from map(several, range(left))


def _number(its: Iterable[Plan]) -> int:
    return sum(1 for _ in its)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_fails_nothing_is_lost_nothing_is_told_twice_and_nothing_is_wrong(shard: int) -> None:
    for number, plan in enumerate(islice(plans(RUNS), shard, None, SHARDS)):
        pipeline = Pipeline(plan, random.Random(number)).run()
        assert not list(problems(pipeline)), (number, plan, pipeline.seam.log)
