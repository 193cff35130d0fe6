"""Event source mappings of our own for the local AWS, whose own lose what functions report as failed."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from chartwatch_local.aws import LocalAws, LocalError
from chartwatch_local.batches import Answered, Discard, Entry, Failed, Invoke, Policy, Shard, Throttled, Wait
from chartwatch_local.destinations import Destination, GivenUpBatch, Reply, destination
from chartwatch_local.patterns import matches, passes
from chartwatch_local.streams import ShardReader, Stream

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

POLL = 0.25
"""Seconds between two looks at a shard that has nothing new: Lambda looks four times a second."""

BREAK = 1.0
"""Seconds until a service is asked again that was not there or had too much to do."""

STOP_SECONDS = 5
"""How long a function may take to end what it does when the mappings stop."""


class UnknownMapping(LocalError):
    """A mapping has a setting that this does not know, so that it would not do what AWS does."""


@dataclass(frozen=True)
class Deployed:
    """A mapping as it is deployed. `function` and `stream` are ARNs, `on_failure` too, or None."""

    id: str
    function: str
    stream: str
    patterns: tuple[Mapping[str, Any], ...]
    policy: Policy
    on_failure: str | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Deployed":
        """Take what Lambda says of a mapping. Raises `UnknownMapping` and `UnknownPattern`."""
        expected = {"ParallelizationFactor": 1, "TumblingWindowInSeconds": 0, "StartingPosition": "TRIM_HORIZON"}
        for name, known in expected.items():
            if said.get(name, known) != known:
                raise UnknownMapping(
                    f"a mapping of {said['FunctionArn']} has {name} {said[name]}; only {known} works here"
                )
        filters = said.get("FilterCriteria", {}).get("Filters", [])
        patterns = tuple(json.loads(each["Pattern"]) for each in filters)
        for pattern in patterns:
            matches(pattern, {})  # what is not understood must show before there are records
        policy = Policy(
            batch_size=said.get("BatchSize", 100),
            window=said.get("MaximumBatchingWindowInSeconds", 0),
            retries=_limit(said.get("MaximumRetryAttempts", -1)),
            oldest=_limit(said.get("MaximumRecordAgeInSeconds", -1)),
            bisects=said.get("BisectBatchOnFunctionError", False),
            reports="ReportBatchItemFailures" in said.get("FunctionResponseTypes", []),
        )
        on_failure = said.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        return cls(said["UUID"], said["FunctionArn"], said["EventSourceArn"], patterns, policy, on_failure)


@dataclass
class _Lane:
    """A shard that is being read, and its records that are not processed yet."""

    reader: ShardReader
    shard: Shard
    reply: Reply | None = None

    @property
    def is_finished(self) -> bool:
        return self.reader.is_over and self.shard.is_idle


class Driver:
    """Drives a function with the records of a stream, as the settings of one mapping say.

    Call `turn` again and again until `is_over`, with pauses as long as it says; whoever calls it earlier gains nothing
    but to see new records earlier.
    """

    def __init__(
        self,
        deployed: Deployed,
        stream: Stream,
        function: "LambdaClient",
        on_failure: Destination,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`function` is a client for Lambda; `clock` says the seconds since the epoch."""
        self._deployed = deployed
        self._stream = stream
        self._lambda = function
        self._on_failure = on_failure
        self._clock = clock
        self._lanes: list[_Lane] = []
        self._finished: set[str] = set()
        self._opens = True
        self.is_over = False
        """Whether the stream has ended, or the stream or the function was deleted."""

    def turn(self) -> float:
        """Do one thing for each shard that has one to do, and return for how many seconds there will be none.

        Raises what a client raises, but for what passes by itself.
        """
        try:
            return self._turn()
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                self.is_over = True
                return 0
            if not _passes_by_itself(error):
                raise
        except (NoConnection, HTTPClientError):
            pass
        return BREAK

    def _turn(self) -> float:
        if self._opens:
            self._open_shards()
        pause = min((self._turn_of(lane) for lane in self._lanes), default=POLL)
        if finished := {lane.reader.shard for lane in self._lanes if lane.is_finished}:
            self._finished |= finished
            self._lanes = [lane for lane in self._lanes if lane.reader.shard not in finished]
            self._opens = True
            return 0
        return pause

    def _open_shards(self) -> None:
        new = self._stream.open(self._finished)
        self._lanes += [_Lane(reader, Shard(self._deployed.policy)) for reader in new]
        # A shard that closes has children, unless the stream has ended; they may be listed later.
        self._opens = not new and not self._stream.is_disabled
        self.is_over = not self._lanes and self._stream.is_disabled

    def _turn_of(self, lane: _Lane) -> float:
        match lane.shard.next(self._clock()):
            case Invoke() as step:
                lane.shard.came(self._invoke(step, lane), self._clock())
            case Discard() as step:
                self._give_up(step, lane)
                lane.shard.discarded(step)
            case Wait(until):
                if lane.reader.is_over or not self._read(lane):
                    return POLL if until is None else min(POLL, max(until - self._clock(), 0))
        return 0

    def _read(self, lane: _Lane) -> bool:
        """Read on, and return whether there was anything."""
        records = lane.reader.read()
        entries = [
            Entry(record["dynamodb"]["SequenceNumber"], record["dynamodb"]["ApproximateCreationDateTime"], record)
            for record in records
            if passes(self._deployed.patterns, record)
        ]
        lane.shard.arrived(entries, self._clock())
        return bool(records)

    def _invoke(self, step: Invoke, lane: _Lane) -> Answered | Failed | Throttled:
        event = {"Records": [entry.record for entry in step.entries]}
        try:
            answer = self._lambda.invoke(FunctionName=self._deployed.function, Payload=json.dumps(event).encode())
            payload = answer["Payload"].read()
        except ClientError as error:
            if not _passes_by_itself(error):
                raise
            return Throttled()
        except NoConnection:
            return Throttled()
        except HTTPClientError:
            # Its answer is lost, or it takes too long: it may have run.
            return Failed()
        failure = answer.get("FunctionError")
        request = answer["ResponseMetadata"]["RequestId"]
        lane.reply = Reply(request, answer["StatusCode"], answer.get("ExecutedVersion", "$LATEST"), failure)
        return Failed() if failure else Answered(json.loads(payload) if payload else None)

    def _give_up(self, step: Discard, lane: _Lane) -> None:
        its = self._deployed
        shard = lane.reader.shard
        self._on_failure(GivenUpBatch(step, its.id, its.function, its.stream, shard, lane.reply, self._clock()))


@contextmanager
def mappings(aws: LocalAws) -> Iterator[None]:
    """Drive the functions of a local AWS from its streams while the block runs, in place of its own mappings.

    Those are disabled, and stay so. Raises `LocalError` when one cannot be driven; at the end also when one failed.
    """
    deployed = [Deployed.of(said) for said in _enabled(aws.lambda_())]
    if not deployed:
        raise LocalError("no event source mapping of a DynamoDB stream is deployed and enabled")
    drivers = [
        Driver(each, Stream(aws.dynamodb_streams(), each.stream), aws.lambda_(), destination(aws, each.on_failure))
        for each in deployed
    ]
    for each in deployed:
        aws.lambda_().update_event_source_mapping(UUID=each.id, Enabled=False)
    running = Running(drivers)
    try:
        yield
    finally:
        running.stop()


class Running:
    """A thread for each driver. When one has done something, the others look at once: it may be news for them."""

    def __init__(self, drivers: Sequence[Driver]) -> None:
        """Start them."""
        self._stopped = threading.Event()
        self._bells = [threading.Event() for _ in drivers]
        self._threads = ThreadPoolExecutor(len(drivers), "mapping")
        self._runs = [self._threads.submit(self._run, *each) for each in zip(drivers, self._bells, strict=True)]

    def stop(self) -> None:
        """Stop when what is being done is done. Raises `LocalError` when a driver failed."""
        self._stopped.set()
        self._ring()
        self._threads.shutdown(wait=False)
        for run in wait(self._runs, STOP_SECONDS).done:
            if error := run.exception():
                raise LocalError(f"an event source mapping failed: {error}") from error

    def _run(self, driver: Driver, bell: threading.Event) -> None:
        while not driver.is_over and not self._stopped.is_set():
            if pause := driver.turn():
                bell.wait(pause)
                bell.clear()
            else:
                self._ring(but=bell)

    def _ring(self, but: threading.Event | None = None) -> None:
        for bell in self._bells:
            if bell is not but:
                bell.set()


def _enabled(function: "LambdaClient") -> Iterator[Mapping[str, Any]]:
    for page in function.get_paginator("list_event_source_mappings").paginate():
        for said in page["EventSourceMappings"]:
            if ":dynamodb:" in said.get("EventSourceArn", "") and said.get("State") == "Enabled":
                yield said


def _limit(said: int) -> int | None:
    return None if said == -1 else said


def _passes_by_itself(error: ClientError) -> bool:
    """Return whether a service refused only because of what it has to do at the moment."""
    code = error.response["Error"]["Code"]
    return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 or "Throttl" in code or code in _TOO_MUCH


_TOO_MUCH = ("TooManyRequestsException", "LimitExceededException", "ProvisionedThroughputExceededException")
