"""What Lambda does with the records of one shard of a stream, by what the function answers; knows no AWS.

As Lambda documents it under "Using AWS Lambda with Amazon DynamoDB": order is kept, a failure blocks what comes after
it, and what cannot be delivered is given up, with its reason, and not dropped.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

GivenUp = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]
"""Why records go to the on-failure destination, in the words that AWS uses there."""

LONGEST_PAUSE = 2.0
"""Seconds between two attempts at most. It is shorter than Lambda's, for nobody here waits for a service to recover."""


@dataclass(frozen=True)
class Policy:
    """The settings of a mapping. Seconds are seconds; what has no end is infinite here, and -1 on AWS."""

    batch_size: int = 100
    window: float = 0.0
    retries: float = math.inf
    oldest: float = math.inf
    bisects: bool = False
    reports: bool = False
    pause: float = 0.1


@dataclass(frozen=True)
class Entry:
    """A record with its sequence number and when it was made, in seconds since the epoch."""

    number: str
    made: float
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Discard:
    """Entries that are given up, why, and how many invocations they have been in."""

    entries: Sequence[Entry]
    reason: GivenUp
    invocations: int


class NotReached(Exception):
    """The function was throttled, or was not there: Lambda counts no retry."""


def batches(pages: Iterable[Sequence[Entry]], policy: Policy, clock: Callable[[], float]) -> Iterator[Sequence[Entry]]:
    """Yield batches of the entries that come page by page; a page may be empty. `clock` gives seconds."""
    waiting: list[Entry] = []
    since = 0.0
    for page in pages:
        since = since if waiting else clock()
        waiting += page
        while len(waiting) >= policy.batch_size or (waiting and clock() >= since + policy.window):
            yield waiting[: policy.batch_size]
            del waiting[: policy.batch_size]
            since = clock()
    if waiting:
        yield waiting


@dataclass(frozen=True)
class Delivery:
    """How batches are delivered.

    `invoke` returns at which entry the function failed, or None; it raises `NotReached`. `give_up` tells the on-failure
    destination. `clock` gives the seconds since the epoch, and `pause` waits for so many.
    """

    policy: Policy
    invoke: Callable[[Sequence[Entry]], int | None]
    give_up: Callable[[Discard], object]
    clock: Callable[[], float]
    pause: Callable[[float], object]

    def deliver(self, entries: Sequence[Entry], attempts: int = 0, invocations: int = 0) -> None:
        """Return when each entry is processed or given up. They have failed in so many attempts before."""
        throttles = 0
        while entries:
            if attempts > self.policy.retries:
                self.give_up(Discard(entries, "RetryAttemptsExhausted", invocations))
                return
            if old := self._too_old(entries):
                self.give_up(Discard(entries[:old], "RecordAgeExceeded", invocations))
                entries = entries[old:]
                continue
            try:
                at = self.invoke(entries)
            except NotReached:
                throttles += 1
                self._pause(throttles)
                continue
            if at is None:
                return
            throttles, invocations = 0, invocations + 1
            if self.policy.bisects and len(entries) > 1:
                # Each part is shorter than the whole, so that this ends though it costs no retry.
                middle = (len(entries) + 1) // 2
                for part in [entries[at:]] if at else [entries[:middle], entries[middle:]]:
                    self.deliver(part, attempts, invocations)
                return
            entries, attempts = entries[at:], attempts + 1
            self._pause(attempts)

    def _too_old(self, entries: Sequence[Entry]) -> int:
        """Return how many entries at the beginning are too old."""
        oldest = self.clock() - self.policy.oldest
        return next((at for at, entry in enumerate(entries) if entry.made >= oldest), len(entries))

    def _pause(self, times: int) -> None:
        self.pause(min(self.policy.pause * 2.0 ** min(times - 1, 30), LONGEST_PAUSE))


def first_failed(answer: Any, numbers: Sequence[str]) -> int | None:
    """Return at which of the sequence numbers a function that reports failures says that it failed, or None.

    An answer that is not as Lambda documents it, or names what was not in the batch, fails the whole batch.
    """
    match answer:
        case None | {"batchItemFailures": None}:
            return None
        case {"batchItemFailures": [*failures]}:
            try:
                return min((numbers.index(failure["itemIdentifier"]) for failure in failures), default=None)
            except (KeyError, TypeError, ValueError):
                return 0
        case {} if "batchItemFailures" not in answer:
            return None
    return 0
