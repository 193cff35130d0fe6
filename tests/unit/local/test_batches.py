"""What a mapping does with the records of a shard."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch_local.batches import Delivery, Discard, Entry, NotReached, Policy, batches, first_failed

POLICY = Policy(batch_size=4, retries=2, bisects=True, reports=True)
FOUR = ["100", "101", "102", "103"]


def entries(count: int, made: float = 0.0) -> list[Entry]:
    return [Entry(str(100 + at), made, {}) for at in range(count)]


def numbers(these: Sequence[Entry]) -> list[str]:
    return [entry.number for entry in these]


Function = Callable[[list[str]], int | None]
"""Where a function fails that gets records of these numbers, or None."""


def answering(*answers: int | None) -> Function:
    """A function that fails at these places, one after another, and is well then."""
    left = list(answers)
    return lambda _: left.pop(0) if left else None


def failing_at(number: str) -> Function:
    return lambda names: names.index(number) if number in names else None


def not_reached(_: list[str]) -> None:
    raise NotReached


@dataclass
class Run:
    """A delivery to a function, on a clock that goes on by the pauses."""

    function: Function
    policy: Policy = POLICY
    now: float = 0.0
    got: list[list[str]] = field(default_factory=list)
    given_up: list[Discard] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def deliver(self, these: Sequence[Entry]) -> None:
        Delivery(self.policy, self.invoke, self.given_up.append, lambda: self.now, self.pause).deliver(these)

    def invoke(self, these: Sequence[Entry]) -> int | None:
        self.got.append(numbers(these))
        return self.function(self.got[-1])

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def lost(self) -> list[tuple[str, int, list[str]]]:
        return [(discard.reason, discard.invocations, numbers(discard.entries)) for discard in self.given_up]


def delivered(function: Function, count: int = 4, policy: Policy = POLICY) -> Run:
    its = Run(function, policy)
    its.deliver(entries(count))
    return its


def batched(policy: Policy, *pages: tuple[float, int]) -> list[list[str]]:
    """Return the batches of pages, each of which comes at a time and has so many records."""
    now = 0.0
    made = iter(entries(100))

    def come() -> Iterator[list[Entry]]:
        nonlocal now
        for now, count in pages:  # noqa: B007  # it is the clock
            yield [next(made) for _ in range(count)]

    return [numbers(batch) for batch in batches(come(), policy, lambda: now)]


def test_records_go_in_batches_of_the_size_asked_for() -> None:
    assert batched(POLICY, (0, 5)) == [FOUR, ["104"]]


def test_a_window_gathers_until_it_ends_or_the_batch_is_full() -> None:
    policy = replace(POLICY, window=10)
    assert batched(policy, (0, 2), (9, 1), (10, 0), (11, 0)) == [["100", "101", "102"]]
    assert batched(policy, (0, 2), (9, 3)) == [FOUR, ["104"]]
    assert batched(policy, (0, 0), (5, 1), (14, 0), (14, 1), (15, 0)) == [["100", "101"]]


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_an_empty_answer_is_success(answer: object) -> None:
    assert first_failed(answer, FOUR) is None


@pytest.mark.parametrize(
    "answer",
    [
        "done",
        [],
        {"batchItemFailures": {}},
        {"batchItemFailures": "102"},
        {"batchItemFailures": ["102"]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": "999"}]},
        {"batchItemFailures": [{"item": "102"}]},
        {"batchItemFailures": [{"itemIdentifier": "102"}, {"itemIdentifier": None}]},
    ],
)
def test_an_answer_that_is_not_understood_fails_the_whole_batch(answer: object) -> None:
    assert first_failed(answer, FOUR) == 0


def test_the_lowest_failure_is_where_a_function_failed() -> None:
    assert first_failed({"batchItemFailures": [{"itemIdentifier": "103"}, {"itemIdentifier": "101"}]}, FOUR) == 1


def test_it_goes_on_at_the_failure_and_what_came_after_it_runs_again() -> None:
    assert delivered(answering(1)).got == [FOUR, ["101", "102", "103"]]


def test_a_failed_batch_is_halved_and_that_costs_no_retry() -> None:
    its = delivered(answering(0), policy=replace(POLICY, retries=0))
    assert its.got == [FOUR, ["100", "101"], ["102", "103"]]
    assert its.lost() == its.pauses == []


def test_retries_end_and_then_the_batch_is_given_up() -> None:
    its = delivered(lambda _: 0, 2, replace(POLICY, bisects=False))
    assert its.got == [["100", "101"]] * 3
    assert its.lost() == [("RetryAttemptsExhausted", 3, ["100", "101"])]


def test_without_an_end_of_retries_there_is_none() -> None:
    its = delivered(answering(*[0] * 50), 1, Policy())
    assert len(its.got) == 51
    assert its.lost() == []


def test_the_pause_between_attempts_grows_to_two_seconds() -> None:
    its = delivered(answering(*[0] * 5), 1, replace(POLICY, retries=9, pause=0.2))
    assert its.pauses == [0.2, 0.4, 0.8, 1.6, 2.0]


def test_a_throttle_costs_no_retry() -> None:
    its = Run(lambda _: None if len(its.got) > 10 else not_reached(_), replace(POLICY, retries=0))
    its.deliver(entries(1))
    assert its.got == [["100"]] * 11
    assert its.lost() == []


def test_records_that_grow_too_old_are_given_up_and_younger_ones_go_on() -> None:
    its = Run(answering(), replace(POLICY, oldest=60), now=61)
    its.deliver([*entries(2, made=0), Entry("200", 50, {})])
    assert its.lost() == [("RecordAgeExceeded", 0, ["100", "101"])]
    assert its.got == [["200"]]


def test_records_of_a_function_that_is_never_reached_grow_too_old() -> None:
    its = delivered(not_reached, 1, replace(POLICY, oldest=60))
    assert its.lost() == [("RecordAgeExceeded", 0, ["100"])]
    assert its.now > 60


def test_a_poison_record_is_given_up_alone_and_its_neighbours_go_through() -> None:
    its = delivered(failing_at("101"))
    assert [lost[2] for lost in its.lost()] == [["101"]]
    assert its.got == [FOUR, ["101", "102", "103"], ["101", "102"], *[["101"]] * 3, ["102"], ["103"]]


@given(
    data=st.data(),
    count=st.integers(0, 12),
    policy=st.builds(
        Policy,
        batch_size=st.integers(1, 5),
        window=st.sampled_from([0.0, 5.0]),
        retries=st.integers(0, 3),
        oldest=st.sampled_from([float("inf"), 40.0]),
        bisects=st.booleans(),
    ),
)
def test_every_record_is_delivered_or_given_up_in_order_and_none_is_passed_over(
    data: st.DataObject, count: int, policy: Policy
) -> None:
    """A function of every temper: the first record that is neither processed nor given up is always the next."""
    everything = numbers(entries(count))
    settled: list[str] = []
    tries: Counter[str] = Counter()

    def function(names: list[str]) -> int | None:
        assert names == everything[len(settled) : len(settled) + len(names)]
        assert len(names) <= policy.batch_size
        tries.update(names)
        places = st.sampled_from([None, *range(len(names))])
        at = data.draw(places | st.just("throttled") if tries[names[0]] < 5 else places)
        if at == "throttled":
            raise NotReached
        settled.extend(names[:at])
        return at

    its = Run(function, policy)

    def give_up(discard: Discard) -> None:
        assert numbers(discard.entries) == everything[len(settled) : len(settled) + len(discard.entries)]
        settled.extend(numbers(discard.entries))

    delivery = Delivery(policy, its.invoke, give_up, lambda: its.now, its.pause)
    for batch in batches([entries(count)], policy, lambda: its.now):
        delivery.deliver(batch)
    assert settled == everything
