"""Whatever fails, repeats itself or ends a process: nothing is lost, nothing is told twice, and the record is right."""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

import pytest

from chartwatch.domain.milestones import substance
from chartwatch.domain.stores import Delivery
from chartwatch.domain.stories import digest, stories
from tests.simulation.cloud import Fault
from tests.simulation.pipeline import CHART, STORIES, Pipeline

IN_DEPTH = "CHARTWATCH_SIMULATIONS" in os.environ

SEEDS = int(os.environ.get("CHARTWATCH_SIMULATIONS", "40"))
"""Runs with several faults at once."""

STRIDE = 1 if IN_DEPTH else 7
"""Of how many calls one is tried with a single fault."""


def record(pipeline: Pipeline) -> Mapping[str, object]:
    held = pipeline.milestones().recorded(CHART.id).milestones
    return {slot: substance(milestone) for slot, milestone in held.items() if milestone.is_held}


def in_doubt(pipeline: Pipeline) -> set[str]:
    """Return the messages that were taken and never settled: whether they got out only a person can say."""
    return {pk for (pk, _), item in pipeline.tables[STORIES].items() if item["delivery"]["S"] == Delivery.SENDING}


def due(pipeline: Pipeline) -> set[str]:
    """Return the ids of the messages that the recorded bulletins come to."""
    told = ((bulletin, stories(bulletin)) for bulletin in pipeline.milestones().bulletins(CHART.id))
    return {m.id for bulletin, its in told if its for m in (*its, digest(bulletin, its))}


def sent(pipeline: Pipeline) -> Counter[str]:
    """Return how often each message got out."""
    bodies = (json.loads(json.loads(message["Message"])["default"]) for message in pipeline.published)
    return Counter(body["story"] if "story" in body else f"{body['bulletin']}:digest" for body in bodies)


class Undisturbed(NamedTuple):
    """A run without a fault: how many calls it takes, and what it comes to."""

    pipeline: Pipeline
    calls: int
    record: Mapping[str, object]


@cache
def undisturbed() -> Undisturbed:
    pipeline = Pipeline().run()
    return Undisturbed(pipeline, pipeline.seam.calls, record(pipeline))


def problems(pipeline: Pipeline) -> Iterator[str]:
    """Yield what is wrong after a run."""
    pipeline.seam.plan = {}
    got_out, expected, doubted = sent(pipeline), due(pipeline), in_doubt(pipeline)
    yield from (f"{message} got out {times} times" for message, times in got_out.items() if times > 1)
    yield from (f"{message} was never due" for message in got_out.keys() - expected)
    yield from (f"{message} was lost" for message in expected - got_out.keys() - doubted)
    if record(pipeline) != undisturbed().record:
        yield "the record is another than without a fault"
    if pipeline.failures and not doubted:
        yield f"{pipeline.failures} were given up"


def test_without_a_fault_all_is_told_once() -> None:
    pipeline = undisturbed().pipeline
    assert not list(problems(pipeline))
    assert sum(sent(pipeline).values()) == len(due(pipeline)) == 10
    assert not in_doubt(pipeline)


@pytest.mark.parametrize("fault", Fault)
def test_one_fault_at_any_call_loses_nothing_and_repeats_nothing(fault: Fault) -> None:
    for call in range(0, undisturbed().calls, STRIDE):
        pipeline = Pipeline({call: fault}).run()
        assert not list(problems(pipeline)), pipeline.seam.log


def test_several_faults_lose_nothing_and_repeat_nothing() -> None:
    for seed in range(SEEDS):
        chance = random.Random(seed)
        calls = chance.sample(range(2 * undisturbed().calls), chance.randint(2, 8))
        pipeline = Pipeline({call: chance.choice(list(Fault)) for call in calls}, chance).run()
        assert not list(problems(pipeline)), (seed, pipeline.seam.log)
