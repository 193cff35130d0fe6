"""All pairs of faults, without doing again what was done.

Runs of one seed go the same way up to their last fault, and most of them soon after it, when the next attempt has done
what a call left undone. So a run with two faults begins where the one with the first alone stood before the second, and
ends in a state from where another went on and ended well: between two steps nothing but the state decides what comes.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chartwatch.services.findings import Found
from tests.simulation.cloud import SETTLED, Fault
from tests.simulation.pipeline import Pipeline
from tests.simulation.plans import Plan
from tests.simulation.verdict import problems


class Run(NamedTuple):
    """What was wrong after a run, if anything was."""

    plan: Plan
    seed: int
    wrong: Sequence[str]
    log: Sequence[str]


@dataclass
class Seen:
    """States of runs of one seed. `well`: those from which one without more faults ends well.

    `gone_on`: those from which runs with one more fault were tried, at each call. No others from there need be.
    """

    well: set[int] = field(default_factory=set)
    gone_on: set[int] = field(default_factory=set)


class Explored:
    """The run with the faults of a plan, and whatever may follow its last one."""

    def __init__(self, plan: Plan, seed: int, seen: Seen | None = None) -> None:
        """Go through the run. `seen`: of other runs of the seed."""
        pipeline, last = Pipeline(plan, random.Random(seed), seed), max(plan, default=-1)
        self._stood: list[Pipeline] = []
        while pipeline.steps:
            self._stood.append(pipeline.copy(plan))
            pipeline.step()
        self.calls = range(last + 1, pipeline.seam.calls)
        self.names: Sequence[str] = pipeline.seam.names
        self._calls = [its.seam.calls for its in self._stood]
        self.first = Run(plan, seed, list(problems(pipeline)), pipeline.seam.log)
        after = bisect_right(self._calls, last)
        self._state_before: Sequence[int | None] = [None] * after + [state(its) for its in self._stood[after:]]
        self._well = (seen or Seen()).well
        if not self.first.wrong:
            self._well |= self.states

    @property
    def states(self) -> set[int]:
        """The states between two steps, after the last fault."""
        return {its for its in self._state_before if its is not None}

    def goes_on_from(self, call: int) -> int | None:
        """Return the state in which the step of a call begins, if that is after the last fault."""
        return self._state_before[bisect_right(self._calls, call) - 1]

    def further(self, call: int, fault: Fault, whim: int | None = None) -> Run:
        """Return the run with one more fault, at one of `calls`; with another whim, if one is given."""
        before = self._stood[bisect_right(self._calls, call) - 1]
        run = before.copy({**before.plan, call: fault})
        run.whim = run.whim if whim is None else whim
        return Run(run.plan, run.whim, ended(run, call, self._well), run.seam.log)


def followed(plan: Plan, seed: int, seen: Seen, share: float = 1) -> Iterator[Run]:
    """Yield the run with the faults of a plan, and those with one more at a later call: the last calls first.

    All of them, or by chance a share, but for those that go on from a state from which others did; none where the first
    goes wrong.
    """
    explored, chance = Explored(plan, seed, seen), random.Random(f"{seed} {plan}")
    yield explored.first
    for call in reversed(explored.calls) if not explored.first.wrong else ():
        if explored.goes_on_from(call) not in seen.gone_on:
            yield from (explored.further(call, fault) for fault in Fault if chance.random() < share)
    seen.gone_on.update(explored.states)


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
        (run.streamed, run.doubted, run.missed, run.kept_up),
        tables,
        frozenset(run.bucket.objects),
        said,
        frozenset(its.found for its in run.found),
        frozenset(run.late),
        tuple(run.failures),
    )
    if not run.steps:
        return hash(end)
    files = frozenset((key, version.since) for key, its in run.bucket.objects.items() for version in its)
    course = (run.now, run.chance.getstate(), tuple(run.ahead()), tuple(run.subscribed))
    known = frozenset(its for its in run.found if its.found is Found.SUBSCRIBER_VANISHED)
    return hash((end, known, tuple(run.queue.messages.values()), files, tuple(_stale(run)), course))


def _stale(run: Pipeline) -> Iterator[tuple[str, tuple[str, str], int]]:
    """Yield of what items a read may still see the state before the last one, and that."""
    for name, items in run.tables.items():
        for key, item in items.items():
            if run.now - item.since <= SETTLED:
                yield name, key, item.before.mark if item.before is not None else 0
