"""Driving a function with the records of a stream: what a mapping of ours does, step by step and without waiting."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chartwatch_local.aws import LocalError
from chartwatch_local.batches import Policy
from chartwatch_local.destinations import GivenUpBatch
from chartwatch_local.mapping import BREAK, POLL, Deployed, Driver, Running, UnknownMapping
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
    """A driver with a clock that goes on by the pauses that it asks for."""

    streams: FakeStreams
    function: FakeLambda
    said: dict[str, Any] = field(default_factory=lambda: SAID)
    now: float = MADE.timestamp()
    told: list[GivenUpBatch] = field(default_factory=list)

    def __post_init__(self) -> None:
        stream = Stream(self.streams, STREAM)
        self.driver = Driver(Deployed.of(self.said), stream, self.function, self.told.append, lambda: self.now)

    def until_idle(self) -> None:
        """Go on until all records are done and there are no new ones, or the driver is over."""
        while not self.driver.is_over:
            pause = self.driver.turn()
            if pause == POLL and all(lane.shard.is_idle for lane in self.driver._lanes):
                return
            self.now += pause

    def lost(self) -> list[list[int]]:
        return [[int(entry.number) for entry in batch.discard.entries] for batch in self.told]


def run(numbers: list[int], *answers: object, **changed: Any) -> Run:
    return Run(FakeStreams({"a": FakeShard(numbers)}, page=10), FakeLambda(list(answers)), {**SAID, **changed})


def test_records_that_pass_the_filter_go_to_the_function_in_batches() -> None:
    its = run([1, 2, 1003, 4, 5, 6])
    its.until_idle()
    assert its.function.got == [[1, 2, 4, 5], [6]]


def test_a_poison_record_is_given_up_alone_and_the_others_go_through() -> None:
    its = run([1, 2, 3], reporting(2), reporting(2), *[reporting(2)] * 3)
    its.until_idle()
    # A batch that failed at 2, what is left from there, its two halves: 2 with two retries, and then 3.
    assert its.function.got == [[1, 2, 3], [2, 3], [2], [2], [2], [3]]
    assert its.lost() == [[2]]
    (batch,) = its.told
    assert batch.discard.reason == "RetryAttemptsExhausted"
    assert (batch.mapping, batch.function, batch.stream, batch.shard) == ("m", FUNCTION, STREAM, "a")
    assert batch.reply is not None
    assert batch.reply.request == "request-5"
    assert batch.reply.error is None


def test_an_error_of_the_function_counts_as_an_attempt() -> None:
    its = run([1], "Unhandled", "Unhandled", "Unhandled")
    its.until_idle()
    assert its.function.got == [[1], [1], [1]]
    assert its.lost() == [[1]]
    assert its.told[0].reply is not None
    assert its.told[0].reply.error == "Unhandled"


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
    its.until_idle()
    assert its.function.got == [[1]] * 7
    assert its.told == []


def test_records_of_a_function_that_is_never_reached_become_too_old() -> None:
    its = run([1], *[refusal("TooManyRequestsException", 429)] * 100)
    its.until_idle()
    assert [batch.discard.reason for batch in its.told] == ["RecordAgeExceeded"]
    assert its.told[0].reply is None
    assert its.now > MADE.timestamp() + 60


def test_a_function_whose_answer_is_lost_may_have_run_so_that_an_attempt_is_counted() -> None:
    its = run([1], *[ReadTimeoutError(endpoint_url="http://127.0.0.1:1")] * 3)
    its.until_idle()
    assert its.lost() == [[1]]


def test_a_destination_that_cannot_be_reached_is_told_later() -> None:
    its = run([1], *["Unhandled"] * 3)
    errors = [EndpointConnectionError(endpoint_url="http://127.0.0.1:1")]

    def tell(batch: GivenUpBatch) -> None:
        if errors:
            raise errors.pop()
        its.told.append(batch)

    its.driver._on_failure = tell
    its.until_idle()
    assert its.lost() == [[1]]
    assert len(its.function.got) == 3


def test_a_window_gathers_what_comes_while_it_lasts() -> None:
    its = run([1], MaximumBatchingWindowInSeconds=10)
    pauses = []
    for _ in range(8):
        pauses.append(its.driver.turn())
        its.now += pauses[-1]
    assert its.function.got == []
    assert max(pauses) == POLL
    its.streams.shards["a"].numbers = [1, 2]
    its.driver.turn()
    its.now += 10
    its.until_idle()
    assert its.function.got == [[1, 2]]


def test_a_closed_shard_is_followed_by_its_child_when_its_records_are_done() -> None:
    shards = {"child": FakeShard([3], "parent"), "parent": FakeShard([1, 2], closed=True)}
    its = Run(FakeStreams(shards), FakeLambda([reporting(2), reporting(2)]))
    its.until_idle()
    assert its.function.got == [[1, 2], [2], [2], [3]]


def test_a_child_that_is_listed_late_is_still_read() -> None:
    streams = FakeStreams({"parent": FakeShard([1], closed=True)})
    its = Run(streams, FakeLambda())
    its.until_idle()
    streams.shards["child"] = FakeShard([2], "parent")
    its.until_idle()
    its.until_idle()
    assert its.function.got == [[1], [2]]


def test_a_shard_whose_records_fail_does_not_keep_back_another() -> None:
    its = Run(FakeStreams({"a": FakeShard([1]), "b": FakeShard([2])}), FakeLambda(["Unhandled"]))
    its.driver.turn()
    its.driver.turn()
    assert its.function.got == [[1], [2]]


@pytest.mark.parametrize("error", [refusal("ExpiredIteratorException"), refusal("TrimmedDataAccessException")])
def test_a_reader_that_lost_its_place_looks_again_after_a_pause(error: Exception) -> None:
    its = run([1])
    its.streams.raises.append(error)
    assert its.driver.turn() == POLL
    its.until_idle()
    assert its.function.got == [[1]]


def test_a_stream_that_is_busy_is_asked_again_after_a_break() -> None:
    its = run([1])
    its.streams.raises += [refusal("ThrottlingException"), refusal("InternalServerError", 500)]
    assert [its.driver.turn(), its.driver.turn()] == [BREAK, BREAK]
    its.until_idle()
    assert its.function.got == [[1]]


def test_a_mapping_is_over_when_its_stream_is_disabled_and_read() -> None:
    its = Run(FakeStreams({"a": FakeShard([1], closed=True)}, status="DISABLED"), FakeLambda())
    its.until_idle()
    assert its.driver.is_over
    assert its.function.got == [[1]]


@pytest.mark.parametrize("gone", ["stream", "function"])
def test_a_mapping_is_over_when_what_it_needs_was_deleted(gone: str) -> None:
    its = run([1])
    error = refusal("ResourceNotFoundException", 404)
    if gone == "stream":
        its.streams.raises.append(error)
    else:
        its.function.answers.append(error)
    its.until_idle()
    assert its.driver.is_over


def test_what_does_not_pass_by_itself_ends_the_driver_and_is_told_at_the_end() -> None:
    its = run([1], refusal("AccessDeniedException", 403))
    running = Running([its.driver])
    with pytest.raises(LocalError, match=r"an event source mapping failed: .*AccessDeniedException"):
        running.stop()


def test_settings_are_read_as_lambda_says_them() -> None:
    deployed = Deployed.of(SAID)
    assert deployed.policy == Policy(batch_size=4, window=0, retries=2, oldest=60, bisects=True, reports=True)
    assert deployed.patterns == ({"eventName": ["INSERT"]},)
    assert deployed.on_failure == "arn:aws:sqs:us-east-1:000000000000:failures"
    bare = Deployed.of({"UUID": "m", "FunctionArn": FUNCTION, "EventSourceArn": STREAM, "MaximumRetryAttempts": -1})
    assert bare.policy == Policy(batch_size=100, window=0, retries=None, oldest=None, bisects=False, reports=False)
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
