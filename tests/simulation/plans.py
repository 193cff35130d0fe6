"""Which fault comes at which call."""

import random
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from tests.simulation.cloud import Fault
from tests.simulation.verdict import undisturbed

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
    """Yield so many plans: even choices of one fault, of those that leave a doubt, and of two; and several at once."""
    left = runs
    for kind in (singles, doubts, pairs):
        for plan in islice(kind(), 0, None, -(-_number(kind()) * 4 // runs)):
            yield plan
            left -= 1
    yield from map(several, range(left))


def _number(its: Iterable[Plan]) -> int:
    return sum(1 for _ in its)
