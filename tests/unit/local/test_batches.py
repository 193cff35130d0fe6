"""What a mapping does next with the records of a shard."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch_local.batches import Answered, Discard, Entry, Failed, Invoke, Policy, Shard, Throttled, Wait

REPORTS = Policy(batch_size=4, retries=2, bisects=True, reports=True)


def entries(count: int, made: float = 0.0) -> list[Entry]:
    return [Entry(str(100 + at), made, {}) for at in range(count)]


def holding(policy: Policy, count: int = 4) -> Shard:
    shard = Shard(policy)
    shard.arrived(entries(count), 0.0)
    return shard


def numbers(step: Invoke | Discard | Wait) -> list[str]:
    assert not isinstance(step, Wait)
    return [entry.number for entry in step.entries]


def failing(*names: object) -> Answered:
    return Answered({"batchItemFailures": [{"itemIdentifier": name} for name in names]})


def test_records_go_in_batches_of_the_size_asked_for() -> None:
    shard = holding(REPORTS, 5)
    assert numbers(shard.next(0)) == ["100", "101", "102", "103"]
    shard.came(failing(), 0)
    assert numbers(shard.next(0)) == ["104"]
    shard.came(failing(), 0)
    assert shard.is_idle


def test_a_window_gathers_until_it_ends_or_the_batch_is_full() -> None:
    shard = holding(replace(REPORTS, window=10), 2)
    assert shard.next(9) == Wait(10)
    assert numbers(shard.next(10)) == ["100", "101"]
    full = holding(replace(REPORTS, window=10), 4)
    assert len(numbers(full.next(0))) == 4


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_an_empty_answer_is_success(answer: object) -> None:
    shard = holding(REPORTS)
    shard.next(0)
    shard.came(Answered(answer), 0)
    assert shard.is_idle


@pytest.mark.parametrize(
    "answer",
    [
        "done",
        [],
        {"batchItemFailures": {}},
        {"batchItemFailures": ["102"]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": "999"}]},
        {"batchItemFailures": [{"item": "102"}]},
        {"batchItemFailures": [{"itemIdentifier": "102"}, {"itemIdentifier": None}]},
    ],
)
def test_an_answer_that_is_not_understood_fails_the_whole_batch(answer: object) -> None:
    shard = holding(replace(REPORTS, bisects=False))
    shard.next(0)
    shard.came(Answered(answer), 0)
    assert numbers(shard.next(1)) == ["100", "101", "102", "103"]


def test_the_lowest_failure_is_where_it_goes_on_and_later_successes_run_again() -> None:
    shard = holding(REPORTS)
    shard.next(0)
    shard.came(failing("103", "101"), 0)
    assert numbers(shard.next(1)) == ["101", "102", "103"]


def test_an_answer_counts_for_nothing_when_the_mapping_does_not_ask_for_reports() -> None:
    shard = holding(replace(REPORTS, reports=False))
    shard.next(0)
    shard.came(failing("100"), 0)
    assert shard.is_idle


def test_a_failed_batch_is_halved_and_that_costs_no_retry() -> None:
    shard = holding(replace(REPORTS, retries=0))
    shard.next(0)
    shard.came(Failed(), 0)
    assert numbers(shard.next(0)) == ["100", "101"]
    shard.came(Answered(None), 0)
    assert numbers(shard.next(0)) == ["102", "103"]


def test_retries_end_and_then_the_batch_is_given_up() -> None:
    shard = holding(replace(REPORTS, bisects=False), 2)
    for _ in range(3):
        assert isinstance(shard.next(100), Invoke)
        shard.came(Failed(), 0)
    step = shard.next(100)
    assert isinstance(step, Discard)
    assert (step.reason, step.invocations, numbers(step)) == ("RetryAttemptsExhausted", 3, ["100", "101"])
    shard.discarded(step)
    assert shard.is_idle


def test_the_pause_between_attempts_grows() -> None:
    shard = holding(replace(REPORTS, pause=0.5), 1)
    shard.next(0)
    shard.came(Failed(), 0)
    assert shard.next(0) == Wait(0.5)
    shard.next(0.5)
    shard.came(Failed(), 1)
    assert shard.next(1) == Wait(2)


def test_a_throttle_costs_no_retry() -> None:
    shard = holding(replace(REPORTS, retries=0), 1)
    for _ in range(10):
        assert isinstance(shard.next(1000), Invoke)
        shard.came(Throttled(), 0)
    step = shard.next(1000)
    assert isinstance(step, Invoke)
    assert step.invocations == 0


def test_records_that_grow_too_old_are_given_up_and_younger_ones_go_on() -> None:
    shard = Shard(replace(REPORTS, oldest=60))
    shard.arrived([*entries(2, made=0), Entry("200", 50, {})], 0)
    step = shard.next(61)
    assert isinstance(step, Discard)
    assert (step.reason, numbers(step)) == ("RecordAgeExceeded", ["100", "101"])
    shard.discarded(step)
    assert numbers(shard.next(61)) == ["200"]


def test_a_poison_record_is_given_up_alone_and_its_neighbours_go_through() -> None:
    shard = holding(REPORTS)
    through: set[str] = set()
    given_up: list[str] = []
    now = 0.0
    while not isinstance(step := shard.next(now), Wait) or step.until is not None:
        now += 10
        if isinstance(step, Discard):
            given_up += numbers(step)
            shard.discarded(step)
        elif isinstance(step, Invoke):
            through |= set(numbers(step)) - {"101"}
            shard.came(failing(*({"101"} & set(numbers(step)))), now)
    assert (given_up, through) == (["101"], {"100", "102", "103"})


@given(
    data=st.data(),
    count=st.integers(0, 12),
    policy=st.builds(
        Policy,
        batch_size=st.integers(1, 5),
        window=st.sampled_from([0.0, 5.0]),
        retries=st.integers(0, 3),
        oldest=st.sampled_from([None, 40.0]),
        bisects=st.booleans(),
        reports=st.booleans(),
    ),
)
def test_every_record_is_delivered_or_given_up_in_order_and_none_is_passed_over(
    data: st.DataObject, count: int, policy: Policy
) -> None:
    """A function of every temper: the first record that is neither processed nor given up is always the next."""
    shard, everything, now = Shard(policy), [entry.number for entry in entries(count)], 0.0
    shard.arrived(entries(count), now)
    settled: list[str] = []
    tries: Counter[str] = Counter()
    for _ in range(2000):
        step = shard.next(now)
        if isinstance(step, Wait):
            if step.until is None:
                break
            now = step.until
            continue
        names = numbers(step)
        assert names == everything[len(settled) : len(settled) + len(names)]
        now += 1
        if isinstance(step, Discard):
            shard.discarded(step)
            settled += names
            continue
        assert len(names) <= policy.batch_size
        tries.update(names)
        failed = data.draw(st.lists(st.sampled_from(names), unique=True)) if policy.reports else []
        outcome = data.draw(st.sampled_from([failing(*failed), Failed(), *[Throttled()] * (tries[names[0]] < 5)]))
        shard.came(outcome, now)
        if isinstance(outcome, Answered):
            settled += names[: min((names.index(name) for name in failed), default=len(names))]
    assert settled == everything
    assert shard.is_idle
