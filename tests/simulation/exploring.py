"""All pairs of faults, without doing again what was done.

Runs of one seed go the same way up to their last fault, and most of them soon after it, when the next attempt has done
what a call left undone. So a run with two faults begins where the one with the first alone stood before the second, and
ends in a state from where another went on and ended well: between two steps nothing but the state decides what comes.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.simulation.cloud import Fault
from tests.simulation.pipeline import Pipeline
from tests.simulation.plans import Plan
from tests.simulation.verdict import problems


class Run(NamedTuple):
    """What was wrong after a run, if anything was."""

    plan: Plan
    seed: int
    wrong: Sequence[str]
    log: Sequence[str]


def followed(call: int, fault: Fault, seed: int, share: float = 1) -> Iterator[Run]:
    """Yield the run with this fault, and those with a second one at a later call: all of them, or by chance a share."""
    first = Pipeline({call: fault}, random.Random(seed))
    stood = []
    while first.steps:
        stood.append(first.copy(first.plan))
        first.step()
    calls = [its.seam.calls for its in stood]
    seconds = range(call + 1, first.seam.calls)
    well = {state(its) for its in stood if its.seam.calls > call}
    yield Run(first.plan, seed, wrong := list(problems(first)), first.seam.log)
    if wrong:
        return
    chance = random.Random(seed)
    for second in seconds:
        for other in Fault:
            if chance.random() < share:
                plan = {call: fault, second: other}
                run = stood[bisect_right(calls, second) - 1].copy(plan)
                yield Run(plan, seed, ended(run, second, well), run.seam.log)


def ended(run: Pipeline, last: int, well: set[int]) -> Sequence[str]:
    """Return what is wrong at the end of a run. `last`: the call of its last fault; `well`: states with a good end."""
    passed: set[int] = set()
    while run.steps:
        run.step()
        if run.seam.calls > last:
            if (now := state(run)) in well:
                well |= passed
                return []
            passed.add(now)
    if not (wrong := list(problems(run))):
        well |= passed
    return wrong


def state(run: Pipeline) -> int:
    """Return a hash of all that decides what comes of a run, when there are no more faults, and what is said of it."""
    tables = frozenset((name, key, item.mark) for name, items in run.tables.items() for key, item in items.items())
    said = tuple(message.mark for message in run.published)
    end = (
        (run.streamed, run.doubted, run.missed),
        tables,
        frozenset(run.bucket.objects),
        said,
        frozenset(its.found for its in run.found),
        frozenset(run.late),
        tuple(run.failures),
    )
    if not run.steps:
        return hash(end)
    queue = frozenset(run.queue.messages.items())
    files = frozenset((key, version.since) for key, its in run.bucket.objects.items() for version in its)
    streams = tuple(map(tuple, run.streams.values()))
    course = (run.now, run.chance.getstate(), tuple(run.steps), tuple(run.read.values()), streams)
    return hash((end, len(run.found), queue, run.queue.received, tuple(run.subscribed), files, course))
