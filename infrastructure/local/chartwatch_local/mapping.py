"""Event source mappings of our own for the local AWS, whose own lose what functions report as failed."""

import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from chartwatch_local.aws import PATIENT, LocalAws, LocalError
from chartwatch_local.batches import Delivery, Discard, Entry, NotReached, Policy, batches, first_failed
from chartwatch_local.on_failure import Destination, GivenUpBatch, destination
from chartwatch_local.patterns import Predicate, passing
from chartwatch_local.streams import Stream

POLL = 0.25
"""Seconds between two looks at a shard that has nothing new: Lambda looks four times a second."""

STOP_SECONDS = 5
"""How long a function may take to end what it does when the mappings stop."""

MOST_SHARDS = 100
"""How many shards are read at once."""


class UnknownMapping(LocalError):
    """A mapping has a setting that this does not know, so that it would not do what AWS does."""


class Stopped(Exception):
    """The mappings stop."""


@dataclass(frozen=True)
class Deployed:
    """A mapping as it is deployed. `function` and `stream` are ARNs, `on_failure` too, or None."""

    id: str
    function: str
    stream: str
    passes: Predicate
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
        retries, oldest = said.get("MaximumRetryAttempts", -1), said.get("MaximumRecordAgeInSeconds", -1)
        policy = Policy(
            batch_size=said.get("BatchSize", 100),
            window=said.get("MaximumBatchingWindowInSeconds", 0),
            retries=math.inf if retries == -1 else retries,
            oldest=math.inf if oldest == -1 else oldest,
            bisects=said.get("BisectBatchOnFunctionError", False),
            reports="ReportBatchItemFailures" in said.get("FunctionResponseTypes", []),
        )
        return cls(
            said["UUID"],
            said["FunctionArn"],
            said["EventSourceArn"],
            passing([json.loads(each["Pattern"]) for each in filters]),
            policy,
            said.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        )


@dataclass
class Driver:
    """Drives a function with the records of a shard, as the settings of a mapping say.

    `function` is a client for Lambda. `pause` waits for that many seconds, and raises `Stopped` when there is no more
    to do; `clock` gives the seconds since the epoch. `reply` is what Lambda said last.
    """

    deployed: Deployed
    stream: Stream
    shard: str
    function: Any
    on_failure: Destination
    pause: Callable[[float], object]
    clock: Callable[[], float] = time.time
    reply: Mapping[str, Any] | None = None

    def run(self) -> Sequence["Driver"]:
        """Deliver all records of the shard, and return drivers for those that continue it; none at the stream's end.

        Raises what a client raises, but for what passes by itself.
        """
        policy = self.deployed.policy
        delivery = Delivery(policy, self._invoke, self._give_up, self.clock, self.pause)
        for batch in batches(self._pages(), policy, self.clock):
            delivery.deliver(batch)
        # A shard that closes is continued, unless the stream has ended; the others may be listed later.
        while not (others := self.stream.shards(self.shard)) and not self.stream.is_disabled:
            self.pause(POLL)
        return [replace(self, shard=other, reply=None) for other in others]

    def _pages(self) -> Iterator[Sequence[Entry]]:
        """Yield what passes the filter."""
        for records in self.stream.read(self.shard):
            yield [
                Entry(record["dynamodb"]["SequenceNumber"], record["dynamodb"]["ApproximateCreationDateTime"], record)
                for record in records
                if self.deployed.passes(record)
            ]
            self.pause(0 if records else POLL)

    def _invoke(self, entries: Sequence[Entry]) -> int | None:
        event = json.dumps({"Records": [entry.record for entry in entries]}).encode()
        try:
            self.reply = reply = self.function.invoke(FunctionName=self.deployed.function, Payload=event)
            payload = reply["Payload"].read()
        except ClientError as error:
            if (status := error.response["ResponseMetadata"]["HTTPStatusCode"]) != 429 and status < 500:
                raise
            raise NotReached from error
        except NoConnection as error:
            raise NotReached from error
        except HTTPClientError:
            # Its answer is lost, or it takes too long: it may have run.
            return 0
        if "FunctionError" in reply:
            return 0
        answer = json.loads(payload) if payload and self.deployed.policy.reports else None
        return first_failed(answer, [entry.number for entry in entries])

    def _give_up(self, discard: Discard) -> None:
        its = self.deployed
        self.on_failure(GivenUpBatch(discard, its.id, its.function, its.stream, self.shard, self.reply, self.clock()))


@contextmanager
def mappings(aws: LocalAws) -> Iterator[None]:
    """Drive the functions of a local AWS from its streams while the block runs, in place of its own mappings.

    Those are disabled, and stay so. Raises `LocalError` when one cannot be driven; at the end also when one failed.
    """
    function, streams = aws.client("lambda"), aws.client("dynamodbstreams", attempts=PATIENT)
    deployed = [
        Deployed.of(said)
        for page in function.get_paginator("list_event_source_mappings").paginate()
        for said in page["EventSourceMappings"]
        if ":dynamodb:" in said.get("EventSourceArn", "") and said.get("State") == "Enabled"
    ]
    if not deployed:
        raise LocalError("no event source mapping of a DynamoDB stream is deployed and enabled")
    running = Running()
    drivers = [
        Driver(each, stream, shard, function, destination(aws, each.on_failure), running.pause)
        for each in deployed
        for stream in [Stream(streams, each.stream)]
        for shard in stream.shards()
    ]
    for each in deployed:
        function.update_event_source_mapping(UUID=each.id, Enabled=False)
    running.start(drivers)
    try:
        yield
    finally:
        running.stop()


class Running:
    """A thread for each driver, and for those that follow it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._stopped = threading.Event()
        self._threads = ThreadPoolExecutor(MOST_SHARDS, "shard")
        self._runs: list[Future[None]] = []

    def start(self, drivers: Sequence[Driver]) -> None:
        """Start drivers."""
        self._runs += [self._threads.submit(self._run, driver) for driver in drivers]

    def pause(self, seconds: float) -> None:
        """Wait for that many seconds. Raises `Stopped`."""
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """Stop when what is being done is done. Raises `LocalError` when a driver failed."""
        self._stopped.set()
        ended = wait(self._runs, STOP_SECONDS).done
        self._threads.shutdown(wait=False)
        for run in ended:
            if error := run.exception():
                raise LocalError(f"an event source mapping failed: {error}") from error

    def _run(self, driver: Driver) -> None:
        with suppress(Stopped):
            try:
                self.start(driver.run())
            except ClientError as error:
                # The stream or the function was deleted.
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
