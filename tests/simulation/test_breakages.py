"""The simulation is real: each of these breakages of the code is seen by it."""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle, islice, product

import pytest

from tests.simulation.breakages import (
    BREAKAGES,
    RARE,
    Among,
    Patch,
    failed_detection_swallowed,
    retries_of_the_sdk_when_publishing,
    stories_settled_before_they_are_published,
)
from tests.simulation.cloud import Fault
from tests.simulation.exploring import Explored, Run
from tests.simulation.pipeline import SEED, Pipeline
from tests.simulation.plans import calls_of, doubts, record_calls, several
from tests.simulation.provider import LOOKUP
from tests.simulation.verdict import problems, undisturbed

MISTAKES = ("TypeError", "AttributeError", "KeyError", "NameError", "AssertionError", "ValueError")
"""Errors by which a breakage would be seen that breaks the code itself."""

MOST = 8000
"""Runs in which a breakage must show."""


FIRST = 1000
"""Runs of the kind that shows a rare breakage, before those of all kinds."""


def tries(among: Among | None) -> Iterator[Run]:
    """Yield runs without a fault, with and without streams, and then with faults: of one kind, and of all in turn."""
    base = Explored({}, SEED)
    yield base.first
    yield _run(Pipeline(streamed=False))
    if base.first.wrong:
        return
    chance = random.Random(0)
    singles = [(call, fault) for call in reversed(base.calls) for fault in Fault]
    anywhere = chance.sample(singles, len(singles))
    publishing, of_the_record = calls_of("Publish", base.names), record_calls(base.names)
    chance.shuffle(of_the_record)
    looking_up = calls_of(LOOKUP, base.names)
    listed, put = calls_of("ListSubscriptions", base.names), calls_of("PutItem", base.names)
    noting = sorted({call for before in listed for call in put[bisect_right(put, before) :][:1]})
    puts_in_force = {"GetObject", "PutObject", "PutItem"}
    soon = (call + by for call in looking_up for by in range(1, 40))
    of_the_catalog = [call for call in soon if base.names[call] in puts_in_force]
    kinds: dict[Among, tuple[int, Iterator[Run]]] = {
        Among.LATE: (10, (base.further(*single) for single in singles)),
        Among.ANYWHERE: (10, (base.further(*single) for single in anywhere)),
        Among.PUBLISHING: (10, (base.further(call, fault) for call, fault in product(reversed(publishing), Fault))),
        Among.DOUBTS: (20, _in_doubt(base.names)),
        Among.PAUSED_PUBLISHERS: (2, (base.further(call, Fault.PAUSED, whim) for whim, call in _again(publishing))),
        Among.PAUSED_RECORDERS: (12, (base.further(call, Fault.PAUSED, whim) for whim, call in _again(of_the_record))),
        Among.LOOK_UPS: (2, (base.further(call, fault, whim) for whim, call in _again(looking_up) for fault in Fault)),
        Among.PAUSED_CATALOGS: (12, (base.further(call, Fault.PAUSED, whim) for whim, call in _again(of_the_catalog))),
        Among.SUBSCRIBERS: (6, (base.further(call, fault) for call, fault in product(reversed(noting), Fault))),
        Among.SEVERAL: (1, (_run(Pipeline(several(number), random.Random(number), number)) for number in count())),
    }
    if among is not None:
        yield from islice(kinds[among][1], FIRST)
    while True:
        for some, kind in kinds.values():
            yield from islice(kind, some)


def _again(calls: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield calls again and again, each time with another seed of chance."""
    return enumerate(cycle(calls))


def _in_doubt(names: Sequence[str]) -> Iterator[Run]:
    """Yield runs that leave a message in doubt and have another fault when `reconcile` finds it.

    Of one that got out, when it is marked; of one that did not, what stands still before it is sent again; and of both
    anywhere soon after `reconcile` began.
    """
    chance = random.Random(0)
    plans = doubts(names)
    chance.shuffle(plans)
    for whim, plan in enumerate(plans):
        explored = Explored(plan, SEED)
        yield explored.first
        found_at = explored.names.index("ReceiveMessage", max(plan))
        soon = range(found_at, min(found_at + 80, len(explored.names)))
        if Fault.KILLED_BEFORE in plan.values():
            sent_again = [call for call in calls_of("Publish", explored.names) if call > found_at][:1]
            for call, before, other in product(sent_again, range(5), range(4)):
                yield explored.further(call - before, Fault.PAUSED, whim + other)
        else:
            marked = [call for call in soon if explored.names[call] == "UpdateItem"]
            for call, fault in product(marked, (Fault.KILLED_BEFORE, Fault.PAUSED)):
                yield explored.further(call, fault, whim)
        for _ in range(20):
            yield explored.further(chance.choice(soon), chance.choice([*Fault, Fault.PAUSED, Fault.PAUSED]), whim)


def _run(pipeline: Pipeline) -> Run:
    pipeline.run()
    return Run(pipeline.plan, pipeline.whim, list(problems(pipeline)), pipeline.seam.log)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.__name__)
def test_the_simulation_sees(breakage: Callable[[Patch], None], monkeypatch: Patch) -> None:
    assert undisturbed().calls
    breakage(monkeypatch)
    for run in islice(tries(RARE.get(breakage)), MOST):
        if any(BREAKAGES[breakage] in problem for problem in run.wrong):
            return
        assert not [line for line in run.log if line.strip().startswith(MISTAKES)]
    pytest.fail("not seen")


@pytest.mark.parametrize(
    ("breakage", "shows_it"),
    [
        (stories_settled_before_they_are_published, Fault.KILLED_AFTER),
        (failed_detection_swallowed, Fault.REFUSED),
        (retries_of_the_sdk_when_publishing, Fault.REPLY_LOST),
    ],
)
def test_exploring_sees_what_a_second_fault_shows(
    breakage: Callable[[Patch], None], shows_it: Fault, monkeypatch: Patch
) -> None:
    harmless = undisturbed().names.index("GetItem")
    breakage(monkeypatch)
    explored = Explored({harmless: Fault.REPLY_LOST}, SEED)
    assert not explored.first.wrong
    assert any(explored.further(call, shows_it).wrong for call in reversed(explored.calls))
