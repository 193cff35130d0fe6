"""Whether a publication costs more the longer the history behind it: after 1, 5 and 20 years, on generated charts.

    python -m bench.history [week] [day]

Behind each history four things are measured: a new publication, one with which a territory is back that the one before
lacked, a correction of them, and a correction of one of 40 weeks before. Each is stored, and then processed as by the
function that a stream wakes; fetching and archiving are left out. The histories end at the end of a year, when a step
is of two years most often, and in the middle of one. The longer ones begin earlier and end with the very publications
of the shorter ones, so that the same is measured behind each. Of the twenty daily charts of a country one is generated:
charts share nothing, so that twenty take twenty times as much.

A history is processed in memory, period by period, and its record then copied to AWS as moto simulates it. The seconds
are processor time of this process without that of the simulation. Exits with 1 when anything takes more requests than
it may, or more than a tenth above those behind the shortest history.
"""

import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import reduce
from itertools import count
from statistics import mean, median
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from bench.generated import DAILY, WEEKLY, GeneratedHistory, Shape, generated_history
from bench.metering import Metered, metered
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.template_tables import create_table, read_tables
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.domain.works.catalog import Catalog
from chartwatch.rules import default_rules
from chartwatch.services.collecting import nothing_collected
from chartwatch.services.detect import Detector
from chartwatch.services.ports import PublicationUpdate
from chartwatch.services.record import BULLETIN, LEDGER, RETRACTED, SNAPSHOT, Files
from chartwatch.services.updating import store_publication

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

YEARS = (1, 5, 20)
MEASURED = 5
"""How often each thing is measured behind each history."""

LONG_AGO = timedelta(weeks=40)
ENDS = {"at the end of December": timedelta(0), "at the end of June": timedelta(weeks=26)}
"""How much earlier than generated a history ends."""

MANY = 20
"""Territories that were corrected once."""

MOST_GROWTH = 1.1


class Task(StrEnum):
    """What is measured."""

    NEW = "a new publication"
    BACK = "a new publication with which a territory is back"
    LATEST = "a correction of the latest"
    OLD = "a correction of 40 weeks ago"


MOST_REQUESTS: Mapping[Task, int] = {Task.NEW: 16, Task.BACK: 19, Task.LATEST: 16, Task.OLD: 24}
"""What is missing of a territory that is back is known only now, so that the period before is corrected with it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What each of some publications took."""

    meters: list[Metered] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def figures(self) -> "Figures":
        """Return the means, the most requests, and the median of the seconds."""
        return Figures(
            mean(meter.calls for meter in self.meters),
            max(meter.calls for meter in self.meters),
            mean(meter.bytes_read for meter in self.meters),
            mean(meter.bytes_written for meter in self.meters),
            median(self.seconds),
        )

    def requests(self) -> Counter[str]:
        """Return the requests of the one that took most of them."""
        return max(self.meters, key=lambda meter: meter.calls).requests


class Figures(NamedTuple):
    """What a publication takes."""

    requests: float
    most_requests: int
    bytes_read: float
    bytes_written: float
    seconds: float


Costs = Mapping[Task, Cost]


def costs_behind(
    shape: Shape, history: GeneratedHistory, periods: int, measured: int, by: timedelta = timedelta(0)
) -> Costs:
    """Return what is taken by the last publications of a history, and by corrections, behind so many periods.

    `by`: how much earlier all of it takes place.
    """
    last = GeneratedHistory(history.last(periods + measured, shape.cadence), history.catalog)
    history = _earlier(last, by)
    behind, ahead = list(history.publications[:-measured]), list(history.publications[-measured:])
    # Of the publications that are measured at least one is to bring a territory back.
    ahead[1] = replace(ahead[1], editions=ahead[1].editions[1:])
    old = max((p for p in behind if p.period <= ahead[-1].period - LONG_AGO), key=lambda p: p.period)
    costs: Costs = {task: Cost() for task in Task}
    with _Aws.simulated(history.catalog) as aws:
        aws.lay(behind, old)
        gc.collect()
        gc.freeze()
        seen: set[str] = set().union(*(_territories(publication) for publication in behind))
        before = _territories(behind[-1])
        for number, publication in enumerate(ahead):
            now = _territories(publication)
            aws.measure(costs[Task.BACK if (now - before) & seen else Task.NEW], publication)
            before, seen = now, seen | now
            aws.measure(costs[Task.LATEST], corrected(publication, number))
        for number in range(measured):
            old = corrected(old, number)
            aws.measure(costs[Task.OLD], old)
        gc.unfreeze()
    return costs


def corrected(publication: Publication, number: int) -> Publication:
    """Return a publication as a later document has it: in one territory another title is at #1, that of another."""
    editions = list(publication.editions)
    at = number * 7 % len(editions)
    first, *others = editions[at].entries
    title = next(its.entries[0].title for its in editions if its.entries[0].title != first.title)
    editions[at] = replace(editions[at], entries=(first._replace(title=title), *others))
    provenance = Provenance(publication.provenance.url, f"2026-01-{number + 2:02}T00:00:00Z", f"{number + 1:064}")
    return replace(publication, editions=tuple(editions), provenance=provenance)


def _territories(publication: Publication) -> set[str]:
    return {edition.territory for edition in publication.editions}


def _earlier(history: GeneratedHistory, by: timedelta) -> GeneratedHistory:
    """Return a history that is the same so much earlier."""
    works = (
        replace(work, release_date=work.release_date - by if work.release_date else None) for work in history.catalog
    )
    publications = (replace(publication, period=publication.period - by) for publication in history.publications)
    return GeneratedHistory(tuple(publications), Catalog(works))


class _Aws:
    """The stores of one chart on a simulated AWS."""

    def __init__(self, session: boto3.Session, catalog: Catalog) -> None:
        self._dynamodb: DynamoDBClient = session.client("dynamodb")
        self._observer: DynamoDBClient = session.client("dynamodb")
        self._s3: S3Client = session.client("s3")
        self._catalog = catalog
        self._rules = default_rules()
        self._simulating = 0.0
        self._charts = DynamoCharts(self._table("ChartsTable"))
        self._record = AwsRecord(self._table("MilestonesTable"), self._s3, "bucket")

    @classmethod
    @contextmanager
    def simulated(cls, catalog: Catalog) -> Iterator["_Aws"]:
        """Yield one with nothing in it."""
        answer = BotocoreStubber.__call__
        with mock_aws():
            session = boto3.Session(aws_access_key_id="bench", aws_secret_access_key="bench", region_name="us-east-1")
            its = cls(session, catalog)

            def timed(*arguments: Any, **named: Any) -> Any:
                started = time.process_time()
                try:
                    return answer(*arguments, **named)
                finally:
                    its._simulating += time.process_time() - started

            for name, definition in read_tables().items():
                create_table(its._dynamodb, name, definition)
            its._s3.create_bucket(Bucket="bucket")
            with patch.object(BotocoreStubber, "__call__", timed):
                yield its

    def lay(self, publications: Sequence[Publication], old: Publication) -> None:
        """Store a history and its record; of `old` alone the lower ranks, too, for it will be corrected.

        What is long before `old` is processed at once: nobody asks for the bulletins of that.
        """
        charts, record = MemoryCharts(), MemoryRecord()
        detector = Detector(charts, record, self._catalog, self._rules)
        later = [publication for publication in publications if publication.period >= old.period - LONG_AGO / 2]
        charts.put([_without_lower_ranks(publication) for publication in publications[: -len(later)]])
        # Of nearly every chart there are slots that nobody holds any more.
        wrong = reduce(corrected, range(MANY), later[0])
        for publication in (wrong, *later):
            charts.put([_without_lower_ranks(publication)])
            detector.detect(publication.chart.id, publication.period)
        for publication in publications:
            if publication is not old:
                self._charts.put([_without_lower_ranks(publication)])
        store_publication(old, self._charts)
        self._copy(record, old)

    def measure(self, cost: Cost, publication: Publication) -> None:
        """Store a publication and process it, and note what that takes."""
        # The catalog is read once for each batch of a stream.
        detector = Detector(self._charts, self._record, self._catalog, self._rules)
        with metered(self._dynamodb, self._observer, self._s3) as meter:
            started, simulating = time.process_time(), self._simulating
            store_publication(publication, self._charts)
            # As the function has it for each record of a stream.
            with nothing_collected():
                detector.detect(publication.chart.id, publication.period)
            cost.seconds.append(time.process_time() - started - (self._simulating - simulating))
        cost.meters.append(meter)

    def _copy(self, record: MemoryRecord, old: Publication) -> None:
        """Write a record to AWS; of its bulletins those alone that somebody may ask for who corrects `old`."""
        chart = old.chart.id
        head = record.head(chart)
        if head is None:
            raise ValueError("there is no record of that")
        files = Files(record, head)
        numbers, names = count(), dict[str, str]()
        for ref in record.bulletins(chart):
            bulletin = record.get(chart, BULLETIN, ref.file)
            is_asked_for = bulletin.period >= old.period
            names[ref.file] = self._record.put(chart, BULLETIN, bulletin) if is_asked_for else f"{next(numbers):064}"

        def put(kind: Any, ledger: Any) -> str:
            bulletins = {number: names[file] for number, file in ledger.bulletins.items()}
            return self._record.put(chart, kind, replace(ledger, bulletins=bulletins))

        snapshots = (
            kept._replace(file=self._record.put(chart, SNAPSHOT, files.snapshot_after(kept))) for kept in head.snapshots
        )
        after = replace(
            head,
            snapshots=tuple(snapshots),
            ledgers={year: put(LEDGER, ledger) for year, ledger in files.ledgers().items()},
            retracted=put(RETRACTED, files.retracted()) if head.retracted else "",
        )
        self._record.swap(None, after)

    def _table(self, name: str) -> Table:
        return Table(self._dynamodb, name, workers=1)


def _without_lower_ranks(publication: Publication) -> PublicationUpdate:
    return PublicationUpdate(publication.summary(), {})


def main(years: Sequence[int], shapes: Sequence[Shape]) -> int:
    """Print the tables, and return 1 when anything takes more than is allowed."""
    is_too_much = False
    for shape in shapes:
        history = generated_history(shape, max(years) * shape.periods_a_year + MEASURED)
        for when, by in ENDS.items():
            print(f"\n{shape.name}, {MEASURED} of each measured behind histories that end {when}")
            costs = {
                number: costs_behind(shape, history, number * shape.periods_a_year, MEASURED, by) for number in years
            }
            for task in Task:
                print(f"{task}\n  years  requests  most  KB read  KB written  seconds   to the shortest")
                first = costs[years[0]][task].figures()
                for number in years:
                    f = costs[number][task].figures()
                    ratios = [now / then for now, then in zip(f, first, strict=True)]
                    is_too_much |= f.most_requests > MOST_REQUESTS[task] or ratios[0] > MOST_GROWTH
                    print(
                        f"  {number:>5}  {f.requests:>8.1f}  {f.most_requests:>4}  {f.bytes_read / 1e3:>7.1f}  "
                        f"{f.bytes_written / 1e3:>10.1f}  {f.seconds:>7.3f}   "
                        + " ".join(f"{ratio:.2f}" for ratio in ratios),
                        flush=True,
                    )
                requests = costs[years[-1]][task].requests().most_common()
                print(f"         {', '.join(f'{name} {times}' for name, times in requests)}", flush=True)
    return 1 if is_too_much else 0


if __name__ == "__main__":
    shapes = {str(shape.cadence): shape for shape in (WEEKLY, DAILY)}
    if unknown := set(sys.argv[1:]) - shapes.keys():
        sys.exit(f"no such shape: {', '.join(sorted(unknown))}; there are {', '.join(shapes)}")
    sys.exit(main(YEARS, [shapes[name] for name in sys.argv[1:] or shapes]))
