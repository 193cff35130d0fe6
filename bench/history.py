"""Whether a new publication costs more the longer the history behind it: after 1, 5 and 20 years, on generated charts.

    python -m bench.history [week] [day]

The history is folded in memory and put into the store on DynamoDB (moto) by one commit; then publications are stored
and detected there, one by one. The longer histories begin earlier and end with the very publications of the shorter
ones, so that the same publications are measured behind each. Of the twenty daily charts of a country one is
generated: charts share nothing, so that twenty take twenty times as much.

The seconds are processor time of this process with the simulation in it. What was there before a measurement is kept
out of the garbage collector's way: a longer history makes a larger simulation, and no larger function. Exits with 1
when requests, read units or write units behind a longer history are more than a fifth above those behind the shortest.
"""

import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import mean, median
from typing import TYPE_CHECKING, NamedTuple

import boto3
from moto import mock_aws

from bench.generated import DAILY, WEEKLY, GeneratedHistory, Shape, generated_history
from bench.metering import Metered, metered
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.tables import create_table, read_tables
from chartwatch.domain.charts.publications import Publication
from chartwatch.domain.milestones.fold import Head, advance
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector, Past
from chartwatch.services.ingest import update_of
from chartwatch.services.ports import Writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

YEARS = (1, 5, 20)
MEASURED = 20
"""Publications that are measured behind each history."""

MOST_GROWTH = 1.2


@dataclass(frozen=True, slots=True)
class Cost:
    """What each of some publications took."""

    meters: Sequence[Metered]
    seconds: Sequence[float]

    def figures(self) -> "Figures":
        """Return the means, and the median of the seconds."""
        return Figures(
            mean(meter.calls for meter in self.meters),
            mean(meter.read_units for meter in self.meters),
            mean(meter.write_units for meter in self.meters),
            mean(meter.bytes_read for meter in self.meters),
            mean(meter.bytes_written for meter in self.meters),
            median(self.seconds),
        )

    def by_kind(self) -> Counter[str]:
        """Return the write units of all publications by kind of item."""
        return sum((meter.written for meter in self.meters), Counter())


class Figures(NamedTuple):
    """What a publication takes."""

    requests: float
    read_units: float
    write_units: float
    bytes_read: float
    bytes_written: float
    seconds: float


def cost_behind(shape: Shape, history: GeneratedHistory, periods: int, measured: int) -> Cost:
    """Return what the last publications of a history take, behind those of so many periods before."""
    publications = history.last(periods + measured, shape.cadence)
    behind, ahead = publications[:-measured], publications[-measured:]
    rules, catalog = default_rules(), history.catalog
    past, head = Past(), Head.start(behind[0].chart.id, rules, catalog)
    for publication in behind:
        step = advance(head, publication.summary(), catalog, rules, past)
        past.remember(step.honours, step.tallies)
        head = step.head
    with _store() as (client, observer, charts, milestones):
        before = replace(head, version=1)
        milestones.commit(None, before, Writes(dict(past.honour_by_key), dict(past.tally_by_key)), None)
        detector = Detector(charts, milestones, catalog, rules)
        meters, seconds = [], []
        gc.collect()
        gc.freeze()
        for publication in ahead:
            with metered(client, observer) as meter:
                started = time.process_time()
                _process(publication, charts, detector)
                seconds.append(time.process_time() - started)
            meters.append(meter)
        gc.unfreeze()
    return Cost(meters, seconds)


def _process(publication: Publication, charts: DynamoCharts, detector: Detector) -> None:
    if (new := update_of(publication, None, {})) is not None:
        charts.put([new])
    detector.detect(publication.chart.id, publication.period)


@contextmanager
def _store() -> Iterator[tuple["DynamoDBClient", "DynamoDBClient", DynamoCharts, DynamoMilestones]]:
    """Yield a client on a simulated DynamoDB, another that looks on, and stores that use the first."""
    with mock_aws():
        session = boto3.Session(aws_access_key_id="bench", aws_secret_access_key="bench", region_name="us-east-1")
        client = session.client("dynamodb")
        for name, definition in read_tables().items():
            create_table(client, name, definition)
        yield (
            client,
            session.client("dynamodb"),
            DynamoCharts(Table(client, "ChartsTable", workers=1)),
            DynamoMilestones(Table(client, "MilestonesTable", workers=1)),
        )


def main(years: Sequence[int], shapes: Sequence[Shape]) -> int:
    """Print the table, and return 1 when anything grows by more than is allowed."""
    grown = False
    for shape in shapes:
        history = generated_history(shape, max(years) * shape.periods_a_year + MEASURED)
        print(f"\n{shape.name}, {MEASURED} publications measured behind each history")
        print("years  requests  read units  write units  KB read  KB written  seconds   to the shortest")
        first: Figures | None = None
        for number in years:
            cost = cost_behind(shape, history, number * shape.periods_a_year, MEASURED)
            f = cost.figures()
            first = first or f
            ratios = [now / then for now, then in zip(f, first, strict=True)]
            grown = grown or max(ratios[:3]) > MOST_GROWTH
            print(
                f"{number:>5}  {f.requests:>8.1f}  {f.read_units:>10.1f}  {f.write_units:>11.1f}  "
                f"{f.bytes_read / 1e3:>7.1f}  {f.bytes_written / 1e3:>10.1f}  {f.seconds:>7.3f}   "
                + " ".join(f"{ratio:.2f}" for ratio in ratios),
                flush=True,
            )
            kinds = (f"{kind} {units / MEASURED:.1f}" for kind, units in sorted(cost.by_kind().items()))
            print(f"       write units by item: {', '.join(kinds)}", flush=True)
    return 1 if grown else 0


if __name__ == "__main__":
    shapes = {str(shape.cadence): shape for shape in (WEEKLY, DAILY)}
    if unknown := set(sys.argv[1:]) - shapes.keys():
        sys.exit(f"no such shape: {', '.join(sorted(unknown))}; there are {', '.join(shapes)}")
    sys.exit(main(YEARS, [shapes[name] for name in sys.argv[1:] or shapes]))
