"""Driving a function with the records of a stream: what a mapping of ours does, step by step and without waiting."""

import json
import math
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chartwatch_local.aws import LocalError
from chartwatch_local.batches import Policy
from chartwatch_local.mapping import POLL, Deployed, Driver, Running, Stopped, UnknownMapping
from chartwatch_local.on_failure import GivenUpBatch
from chartwatch_local.patterns import UnknownPattern
from chartwatch_local.streams import Stream
from tests.unit.local.fake_streams import FUNCTION, MADE, STREAM, FakeLambda, FakeShard, FakeStreams, refusal

SAID = {
    "UUID": "m",
    "FunctionArn": FUNCTION,
    "EventSourceArn": STREAM,
    "BatchSize": 4,
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRetryAttempts": 2,
    "MaximumRecordAgeInSeconds": 60,
    "BisectBatchOnFunctionError": True,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
    "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:failures"}},
}


def reporting(number: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": str(number)}]}


@dataclass
class Run:
    """Drivers of a stream's shards, on a clock that goes on by their pauses. `meanwhile` happens in the first pause."""

    streams: FakeStreams
    function: FakeLambda
    said: dict[str, Any] = field(default_factory=lambda: SAID)
    meanwhile: Callable[[], object] = lambda: None
    now: float = MADE.timestamp()
    pauses: list[float] = field(default_factory=list)
    told: list[GivenUpBatch] = field(default_factory=list)

    def go(self) -> None:
        """Go on for two minutes, or until there is nothing left to drive."""
        stream = Stream(self.streams, STREAM)
        drivers = [
            Driver(Deployed.of(self.said), stream, shard, self.function, self.told.append, self.pause, lambda: self.now)
            for shard in stream.shards()
        ]
        with suppress(Stopped):
            while drivers:
                drivers += drivers.pop(0).run()

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.pauses += [seconds] if seconds else []
        if self.now > MADE.timestamp() + 120:
            raise Stopped
        if self.pauses == [seconds]:
            self.meanwhile()

    def lost(self) -> list[list[int]]:
        return [[int(entry.number) for entry in batch.discard.entries] for batch in self.told]


def run(numbers: list[int], *answers: object, **changed: Any) -> Run:
    return Run(FakeStreams({"a": FakeShard(numbers)}, page=10), FakeLambda(list(answers)), {**SAID, **changed})


def test_records_that_pass_the_filter_go_to_the_function_in_batches() -> None:
    its = run([1, 2, 1003, 4, 5, 6])
    its.go()
    assert its.function.got == [[1, 2, 4, 5], [6]]


def test_a_poison_record_is_given_up_alone_and_the_others_go_through() -> None:
    its = run([1, 2, 3], reporting(2), reporting(2), *[reporting(2)] * 3)
    its.go()
    # A batch that failed at 2, what is left from there, its two halves: 2 with two retries, and then 3.
    assert its.function.got == [[1, 2, 3], [2, 3], [2], [2], [2], [3]]
    assert its.lost() == [[2]]
    (batch,) = its.told
    assert batch.discard.reason == "RetryAttemptsExhausted"
    assert (batch.mapping, batch.function, batch.stream, batch.shard) == ("m", FUNCTION, STREAM, "a")
    assert batch.reply is not None
    assert batch.reply["ResponseMetadata"]["RequestId"] == "request-5"
    assert "FunctionError" not in batch.reply


def test_an_error_of_the_function_counts_as_an_attempt() -> None:
    its = run([1], "Unhandled", "Unhandled", "Unhandled")
    its.go()
    assert its.function.got == [[1], [1], [1]]
    assert its.lost() == [[1]]
    assert its.told[0].reply is not None
    assert its.told[0].reply["FunctionError"] == "Unhandled"


@pytest.mark.parametrize(
    "error",
    [
        refusal("TooManyRequestsException", 429),
        refusal("ServiceException", 500),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_function_that_is_not_reached_is_asked_again_and_no_attempt_is_counted(error: Exception) -> None:
    its = run([1], *[error] * 6)
    its.go()
    assert its.function.got == [[1]] * 7
    assert its.told == []


def test_records_of_a_function_that_is_never_reached_become_too_old() -> None:
    its = run([1], *[refusal("TooManyRequestsException", 429)] * 100)
    its.go()
    assert [batch.discard.reason for batch in its.told] == ["RecordAgeExceeded"]
    assert its.told[0].reply is None
    assert its.now > MADE.timestamp() + 60


def test_a_function_whose_answer_is_lost_may_have_run_so_that_an_attempt_is_counted() -> None:
    its = run([1], *[ReadTimeoutError(endpoint_url="http://127.0.0.1:1")] * 3)
    its.go()
    assert its.lost() == [[1]]


def test_a_window_gathers_what_comes_while_it_lasts() -> None:
    its = run([1], MaximumBatchingWindowInSeconds=10)
    its.meanwhile = lambda: setattr(its.streams.shards["a"], "numbers", [1, 2])
    its.go()
    assert its.function.got == [[1, 2]]


def test_a_shard_with_nothing_new_is_looked_at_four_times_a_second() -> None:
    its = run([])
    its.meanwhile = lambda: setattr(its.streams.shards["a"], "numbers", [1])
    its.go()
    assert its.function.got == [[1]]
    assert set(its.pauses) == {POLL}


def test_a_closed_shard_is_followed_by_its_child_when_its_records_are_done() -> None:
    shards = {"child": FakeShard([3], "parent"), "parent": FakeShard([1, 2], closed=True)}
    its = Run(FakeStreams(shards), FakeLambda([reporting(2), reporting(2)]))
    its.go()
    assert its.function.got == [[1, 2], [2], [2], [3]]


def test_a_child_that_is_listed_late_is_still_read() -> None:
    streams = FakeStreams({"parent": FakeShard([1], closed=True)})
    its = Run(streams, FakeLambda(), meanwhile=lambda: streams.shards.update(child=FakeShard([2], "parent")))
    its.go()
    assert its.function.got == [[1], [2]]


@pytest.mark.parametrize("error", [refusal("ExpiredIteratorException"), refusal("TrimmedDataAccessException")])
def test_a_reader_that_lost_its_place_looks_again_after_a_pause(error: Exception) -> None:
    its = run([1])
    its.streams.raises.append(error)
    its.go()
    assert its.function.got == [[1]]


def test_a_mapping_is_over_when_its_stream_is_disabled_and_read() -> None:
    its = Run(FakeStreams({"a": FakeShard([1], closed=True)}, status="DISABLED"), FakeLambda())
    its.go()
    assert its.function.got == [[1]]
    assert its.pauses == []


def running(its: Run, *shards: str) -> Running:
    threads = Running()
    stream, deployed, now = Stream(its.streams, STREAM), Deployed.of(its.said), MADE.timestamp
    threads.start(
        [Driver(deployed, stream, shard, its.function, its.told.append, threads.pause, now) for shard in shards]
    )
    return threads


@dataclass
class Poisoned(FakeLambda):
    """A function that never gets beyond record 1, and says when it has got record 2."""

    got_2: threading.Event = field(default_factory=threading.Event)

    def invoke(self, **asked: Any) -> Any:
        if b'"SequenceNumber": "1"' in asked["Payload"]:
            raise refusal("TooManyRequestsException", 429)
        self.got_2.set()
        return super().invoke(**asked)


def test_a_shard_whose_records_fail_does_not_keep_back_another() -> None:
    function = Poisoned()
    threads = running(Run(FakeStreams({"a": FakeShard([1]), "b": FakeShard([2])}), function), "a", "b")
    is_through = function.got_2.wait(5)
    threads.stop()
    assert is_through
    assert function.got == [[2]]


@pytest.mark.parametrize("gone", ["stream", "function"])
def test_a_mapping_is_over_when_what_it_needs_was_deleted(gone: str) -> None:
    its = run([1])
    (its.streams.raises if gone == "stream" else its.function.answers).append(refusal("ResourceNotFoundException", 404))
    threads = running(its, "a")
    (only,) = threads._runs
    assert only.result(5) is None
    threads.stop()


def test_what_does_not_pass_by_itself_ends_the_driver_and_is_told_at_the_end() -> None:
    threads = running(run([1], refusal("AccessDeniedException", 403)), "a")
    with pytest.raises(LocalError, match=r"an event source mapping failed: .*AccessDeniedException"):
        threads.stop()


def test_settings_are_read_as_lambda_says_them() -> None:
    deployed = Deployed.of(SAID)
    assert deployed.policy == Policy(batch_size=4, window=0, retries=2, oldest=60, bisects=True, reports=True)
    assert [deployed.passes({"eventName": name}) for name in ("INSERT", "REMOVE")] == [True, False]
    assert deployed.on_failure == "arn:aws:sqs:us-east-1:000000000000:failures"
    bare = Deployed.of({"UUID": "m", "FunctionArn": FUNCTION, "EventSourceArn": STREAM, "MaximumRetryAttempts": -1})
    assert bare.policy == Policy(
        batch_size=100, window=0, retries=math.inf, oldest=math.inf, bisects=False, reports=False
    )
    assert bare.on_failure is None


@pytest.mark.parametrize(
    ("name", "value"), [("ParallelizationFactor", 2), ("TumblingWindowInSeconds", 30), ("StartingPosition", "LATEST")]
)
def test_a_setting_that_is_not_known_here_is_refused(name: str, value: object) -> None:
    with pytest.raises(UnknownMapping, match=f"has {name} {value}"):
        Deployed.of({**SAID, name: value})


def test_a_filter_that_is_not_understood_is_refused_before_there_are_records() -> None:
    pattern = json.dumps({"eventName": [{"cidr": "10.0.0.0/8"}]})
    with pytest.raises(UnknownPattern):
        Deployed.of({**SAID, "FilterCriteria": {"Filters": [{"Pattern": pattern}]}})
