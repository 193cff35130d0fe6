"""What Lambda does next with the records of one shard of a stream, by what the function answered; knows no AWS.

As Lambda documents it under "Using AWS Lambda with Amazon DynamoDB": order is kept, a failure blocks what comes after
it, and what cannot be delivered is given up, with its reason, and not dropped.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

GivenUp = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]
"""Why records go to the on-failure destination, in the words that AWS uses there."""

LONGEST_PAUSE = 1.0
"""Seconds between two attempts at most. It is shorter than Lambda's, for nobody here waits for a service to recover."""


@dataclass(frozen=True)
class Policy:
    """The settings of a mapping. Seconds are seconds; None is "without end", which AWS writes as -1."""

    batch_size: int = 100
    window: float = 0.0
    retries: int | None = None
    oldest: float | None = None
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
class Invoke:
    """The function is to be invoked with these entries. `invocations` counts those they have been in before."""

    entries: tuple[Entry, ...]
    invocations: int


@dataclass(frozen=True)
class Discard:
    """These entries are given up: the on-failure destination is to be told, and then `Shard.discarded`."""

    entries: tuple[Entry, ...]
    reason: GivenUp
    invocations: int


@dataclass(frozen=True)
class Wait:
    """There is nothing to do before a time, or, with None, before there are new records."""

    until: float | None


@dataclass(frozen=True)
class Answered:
    """The function returned `answer`, as JSON says it."""

    answer: object


@dataclass(frozen=True)
class Failed:
    """The function raised an error, or ran out of time."""


@dataclass(frozen=True)
class Throttled:
    """The function was not reached: Lambda counts no retry."""


@dataclass(frozen=True)
class _Batch:
    entries: tuple[Entry, ...]
    attempts: int = 0
    throttles: int = 0
    invocations: int = 0
    not_before: float = 0.0


class Shard:
    """The records of one shard, in order, until each is processed or given up.

    Ask `next`, do what it says, and say what came of it by `came` or `discarded`. `now` is in seconds since the epoch.
    """

    def __init__(self, policy: Policy) -> None:
        """Begin with no records."""
        self._policy = policy
        self._waiting: deque[tuple[float, Entry]] = deque()
        self._batches: deque[_Batch] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether every record is processed or given up."""
        return not self._waiting and not self._batches

    def arrived(self, entries: Sequence[Entry], now: float) -> None:
        """Take new records, which passed the filter, after all earlier ones."""
        self._waiting.extend((now, entry) for entry in entries)

    def next(self, now: float) -> Invoke | Discard | Wait:
        """Return what is to be done now. It stays the same until it is done, or time passes."""
        if not self._batches and not self._gather(now):
            return Wait(self._waiting[0][0] + self._policy.window if self._waiting else None)
        batch = self._batches[0]
        if self._is_exhausted(batch):
            return Discard(batch.entries, "RetryAttemptsExhausted", batch.invocations)
        if old := self._too_old(batch, now):
            return Discard(batch.entries[:old], "RecordAgeExceeded", batch.invocations)
        if now < batch.not_before:
            return Wait(batch.not_before)
        return Invoke(batch.entries, batch.invocations)

    def discarded(self, discard: Discard) -> None:
        """Go on behind entries of which the on-failure destination knows."""
        batch = self._batches.popleft()
        if rest := batch.entries[len(discard.entries) :]:
            self._batches.appendleft(replace(batch, entries=rest))

    def came(self, outcome: Answered | Failed | Throttled, now: float) -> None:
        """Take what came of the invocation that `next` asked for."""
        batch = self._batches.popleft()
        if isinstance(outcome, Throttled):
            throttles = batch.throttles + 1
            self._batches.appendleft(replace(batch, throttles=throttles, not_before=now + self._pause(throttles)))
            return
        batch = replace(batch, invocations=batch.invocations + 1, throttles=0)
        at = self._first_failed(outcome, batch)
        if at is None:
            return
        if self._policy.bisects and len(batch.entries) > 1:
            # Each part is shorter than the whole, so that this ends though it costs no retry.
            middle = (len(batch.entries) + 1) // 2
            parts = [batch.entries[at:]] if at else [batch.entries[:middle], batch.entries[middle:]]
            self._batches.extendleft(replace(batch, entries=part, not_before=now) for part in reversed(parts))
            return
        attempts = batch.attempts + 1
        later = now + self._pause(attempts)
        self._batches.appendleft(replace(batch, entries=batch.entries[at:], attempts=attempts, not_before=later))

    def _gather(self, now: float) -> bool:
        if not self._waiting:
            return False
        is_full = len(self._waiting) >= self._policy.batch_size
        if not is_full and now < self._waiting[0][0] + self._policy.window:
            return False
        size = min(self._policy.batch_size, len(self._waiting))
        self._batches.append(_Batch(tuple(self._waiting.popleft()[1] for _ in range(size))))
        return True

    def _is_exhausted(self, batch: _Batch) -> bool:
        return self._policy.retries is not None and batch.attempts > self._policy.retries

    def _too_old(self, batch: _Batch, now: float) -> int:
        """Return how many entries at the beginning of a batch are too old."""
        if self._policy.oldest is None:
            return 0
        oldest = now - self._policy.oldest
        return next((at for at, entry in enumerate(batch.entries) if entry.made >= oldest), len(batch.entries))

    def _first_failed(self, outcome: Answered | Failed, batch: _Batch) -> int | None:
        if isinstance(outcome, Failed):
            return 0
        if not self._policy.reports:
            return None
        return first_failed(outcome.answer, [entry.number for entry in batch.entries])

    def _pause(self, times: int) -> float:
        return min(self._policy.pause * 2.0 ** min(times - 1, 30), LONGEST_PAUSE)


def first_failed(answer: object, numbers: Sequence[str]) -> int | None:
    """Return at which of the sequence numbers a function that reports failures says that it failed, or None.

    An answer that is not as Lambda documents it, or names what was not in the batch, fails the whole batch.
    """
    if answer is None:
        return None
    if not isinstance(answer, Mapping):
        return 0
    failures = answer.get("batchItemFailures")
    if failures is None:
        return None
    if not isinstance(failures, list):
        return 0
    names = [failure.get("itemIdentifier") if isinstance(failure, Mapping) else None for failure in failures]
    if any(name not in numbers for name in names):
        return 0
    return min((numbers.index(name) for name in names), default=None)
