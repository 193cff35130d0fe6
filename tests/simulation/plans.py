"""Which fault comes at which call."""

import random
from collections.abc import Mapping, Sequence

from tests.simulation.cloud import Fault
from tests.simulation.verdict import undisturbed

Plan = Mapping[int, Fault]


def doubts(names: Sequence[str]) -> list[Plan]:
    """Return the plans of one fault that leaves a message in doubt, by the names of all calls."""
    faults = (Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.REPLY_LOST)
    return [{call: fault} for call in calls_of("Publish", names) for fault in faults]


def record_calls(names: Sequence[str]) -> list[int]:
    """Return the calls that are about the record, by the names of all calls; commits are about half of them."""
    files = [call for name in ("GetObject", "PutObject", "ListObjectVersions") for call in calls_of(name, names)]
    commits = calls_of("TransactWriteItems", names)
    return files + commits * (len(files) // len(commits) if commits else 0)


def several(number: int) -> Plan:
    """Return a plan of some faults, anywhere."""
    chance = random.Random(number)
    calls = [chance.randrange(2 * undisturbed().calls) for _ in range(chance.randint(3, 8))]
    return {call: chance.choice(list(Fault)) for call in calls}


def calls_of(name: str, names: Sequence[str]) -> list[int]:
    """Return the calls of a name, by the names of all calls."""
    return [call for call, its in enumerate(names) if its == name]
