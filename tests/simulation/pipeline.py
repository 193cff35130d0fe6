"""The pipeline on the simulated cloud: its functions' work, and the streams and schedules that call them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.memory import NoArchive
from chartwatch.adapters.sns import SnsSubscribers, SnsTopic
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import parse_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import ingest
from chartwatch.services.pacing import Pace
from chartwatch.services.ports import Delivery
from chartwatch.services.publish import Publisher
from chartwatch.services.reconcile import TURN, Finding, Reconciler
from tests.simulation.cloud import MISSED, SNS, SQS, WITNESS, DynamoDB, Fault, Kept, Killed, Queue, Record, Seam, Tables

CHARTS, MILESTONES, STORIES = "charts", "milestones", "stories"
TOPICS = ("stories", "digests")
PUBLICATION, BULLETIN = "PUBLICATION#", "BULLETIN#"
"""What template.yaml's filters let through to the functions."""

CHART = Chart("daily", "the daily chart", "somewhere", Cadence.DAY, 1, Kind.SERIES)
DAY = date(2022, 1, 1)
RULES = parse_rules(
    b"""
- {id: new, kind: change, scope: territory, headline: "{title} is new", brief: "new"}
- {id: nth, kind: nth, scope: territory, at: [1, 2, 3], headline: "{title} is {ordinal}", brief: "{ordinal}"}
- {id: reign, kind: reign, scope: chart, at: [2], headline: "{title} stays", brief: "stays"}
""",
    "simulation",
)
CATALOG = Catalog(
    [
        Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",)),
        Work("heist", "Money Heist", Kind.SERIES, "es", ("ES",)),
        Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",)),
    ]
)

Said = Mapping[int, Mapping[str, str]]
"""What a document says: the number one of each territory, by day."""

DOCUMENTS: Sequence[Said] = (
    {0: {"US": "Ozark", "KR": "Ozark"}, 1: {"US": "Squid Game", "KR": "Ozark"}},
    {
        0: {"US": "Ozark", "KR": "Ozark"},
        1: {"US": "Squid Game", "KR": "Ozark"},
        2: {"US": "Squid Game", "KR": "Money Heist"},
    },
    # A correction of the second day, and a new one.
    {
        0: {"US": "Ozark", "KR": "Ozark"},
        1: {"US": "All of Us Are Dead", "KR": "Ozark"},
        2: {"US": "Squid Game", "KR": "Money Heist"},
        3: {"US": "Squid Game", "KR": "Squid Game"},
    },
)

ATTEMPTS = 12
"""How often in a row the simulation calls a function again; a plan has fewer faults than that."""

BEGIN = datetime(2022, 1, 5, 12, tzinfo=UTC)
LONGEST = timedelta(minutes=4)
"""How long a call may stand still, and a message be on its way to the witness: less than a function may run."""

QUIET = 30
"""Runs of `reconcile` after which at the latest there is nothing to find any more."""


@dataclass(frozen=True)
class Fetch:
    """Fetch a document, and perhaps wait for what that comes to."""

    number: int


@dataclass(frozen=True)
class Drain:
    """Deliver what is new on the streams, in batches, some of them twice; each stream at its own speed."""


@dataclass(frozen=True)
class Deliver:
    """Call the function of a stream for a record."""

    stream: str
    record: Record


@dataclass(frozen=True)
class Delivered:
    """Go on behind a batch."""

    stream: str
    read: int


@dataclass(frozen=True)
class Reconcile:
    """Run `reconcile`, and what follows of it, until it finds nothing; `left` runs of it at most."""

    left: int = QUIET


@dataclass(frozen=True)
class Reconciled:
    """See whether a run of `reconcile` found or met anything: then there is another."""

    before: tuple[int, int]
    left: int


Step = Fetch | Drain | Deliver | Delivered | Reconcile | Reconciled


@dataclass
class Pipeline:
    """One run, step by step. Without `streamed`, all that the streams would do is left to `reconcile`.

    `chance` decides how records are batched, repeated and delayed, and what else runs at the same time. Between two
    steps no function runs: what there is then is all that the rest of the run depends on. `doubted`: a story was taken
    then that nobody was sending any more.
    """

    plan: Mapping[int, Fault] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    tables: Tables = field(default_factory=lambda: {name: {} for name in (CHARTS, MILESTONES, STORIES)})
    streams: dict[str, list[Record]] = field(
        default_factory=lambda: {name: [] for name in (CHARTS, MILESTONES, STORIES)}
    )
    queue: Queue = field(default_factory=Queue)
    published: list[Kept] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=lambda: {CHARTS: 0, MILESTONES: 0})
    found: list[Finding] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    streamed: bool = True
    doubted: bool = False
    now: datetime = BEGIN
    steps: list[Step] = field(default_factory=lambda: [*map(Fetch, range(len(DOCUMENTS))), Drain(), Reconcile()])

    def __post_init__(self) -> None:
        self.seam = Seam(self.plan)

    def copy(self, plan: Mapping[int, Fault]) -> "Pipeline":
        """Return the run as it is between two steps, to go on under another plan."""
        chance = random.Random()
        chance.setstate(self.chance.getstate())
        other = replace(
            self,
            plan=plan,
            chance=chance,
            tables={name: dict(items) for name, items in self.tables.items()},
            streams={name: list(records) for name, records in self.streams.items()},
            queue=replace(self.queue, messages=dict(self.queue.messages)),
            published=list(self.published),
            read=dict(self.read),
            found=list(self.found),
            failures=list(self.failures),
            steps=list(self.steps),
        )
        other.seam.names, other.seam.log = list(self.seam.names), list(self.seam.log)
        return other

    def clock(self) -> datetime:
        return self.now

    # Stores as a process has them.

    def _table(self, name: str) -> Table:
        client: Any = DynamoDB(self.seam, self.tables, self.streams)
        return Table(client, name, workers=1, pause=lambda _seconds: None)

    def charts(self) -> DynamoCharts:
        return DynamoCharts(self._table(CHARTS))

    def milestones(self) -> DynamoMilestones:
        return DynamoMilestones(self._table(MILESTONES))

    def outbox(self) -> DynamoOutbox:
        return DynamoOutbox(self._table(STORIES), self.clock)

    def detector(self) -> Detector:
        return Detector(self.charts(), self.milestones(), CATALOG, RULES)

    def publisher(self) -> Publisher:
        return Publisher(
            self.outbox(),
            self.milestones(),
            DynamoCheckpoints(self._table(STORIES)),
            SnsTopic(self._sns(), TOPICS[0]),
            SnsTopic(self._sns(), TOPICS[1]),
            pace=Pace(1, clock=lambda: 0.0, sleep=lambda _seconds: None),
        )

    def reconciler(self) -> Reconciler:
        sqs: Any = SQS(self.seam, self.queue, self.clock)
        return Reconciler(
            charts=self.charts(),
            milestones=self.milestones(),
            outbox=self.outbox(),
            checkpoints=DynamoCheckpoints(self._table(STORIES)),
            detector=self.detector(),
            publisher=self.publisher(),
            witness=SqsWitness(sqs, WITNESS, MISSED),
            subscribers=SnsSubscribers(self._sns(), TOPICS),
            clock=self.clock,
        )

    def _sns(self) -> Any:
        return SNS(self.seam, self.published, self.queue, lambda: self.now + self.chance.random() * LONGEST)

    # The functions' work.

    def fetch(self, number: int) -> None:
        said = DOCUMENTS[number]
        body = repr(said).encode()
        provenance = Provenance("https://charts.example", f"2022-02-0{number + 1}T00:00:00Z", f"{number:064}")
        ingest(
            "somewhere",
            body,
            provenance,
            parse=lambda _body, its: [_publication(day, ones, its) for day, ones in said.items()],
            whole_history=True,
            archive=NoArchive(),
            charts=self.charts(),
        )

    def detect(self, record: Record) -> None:
        key = keys.of(record.as_lambda_sees_it)
        if isinstance(key, keys.PublicationKey):
            self.detector().detect(key.chart, key.period)

    def publish(self, record: Record) -> None:
        key = keys.bulletin_of(record.as_lambda_sees_it)
        completed = self.publisher().publish(self.milestones().bulletin(key.chart, key.number))
        if completed.refused:
            raise completed.refused[0]

    def reconcile(self) -> None:
        for _, check in self.reconciler().checks():
            try:
                self.found += check()
            except Exception as error:  # noqa: BLE001  # the next run tries again, as the function's handler has it
                self._log(error)

    # What calls them.

    def run(self) -> "Pipeline":
        """Fetch every document while the streams run, and then wait until `reconcile` finds nothing any more."""
        while self.steps:
            self.step()
        return self

    def step(self) -> None:
        """Take the next step."""
        match self.steps.pop(0):
            case Fetch(number):
                self._call(f"fetch {number}", lambda: self.fetch(number))
                if self.streamed and self.chance.random() < 0.8:
                    self.steps.insert(0, Drain())
            case Drain():
                self.steps[:0] = self._batch() if self.streamed else []
            case Deliver(stream, record):
                self._call(f"{record}", lambda: self._work()[stream][1](record))
            case Delivered(stream, read):
                self.read[stream] = max(self.read[stream], read)
            case Reconcile(left):
                self.now += TURN
                before = self._met()
                self._attempt(self.reconcile)
                self.steps[:0] = [Drain(), Reconciled(before, left - 1)]
            case Reconciled(before, left) if before != self._met():
                if left:
                    self.steps.insert(0, Reconcile(left))
                else:
                    self.failures.append("reconcile always finds something")
        self.doubted |= any(item.get("delivery") == text(Delivery.SENDING) for item in self.tables[STORIES].values())

    def _met(self) -> tuple[int, int]:
        return len(self.found), len(self.seam.log)

    def _work(self) -> Mapping[str, tuple[str, Callable[[Record], None]]]:
        """Return what the functions of a stream are called for, and what they do."""
        return {CHARTS: (PUBLICATION, self.detect), MILESTONES: (BULLETIN, self.publish)}

    def _batch(self) -> Sequence[Step]:
        """Return the steps that deliver a batch of a stream, and come back for the next; none, when nothing waits."""
        streams = [name for name in self._work() if self._waiting(name)]
        if not streams:
            return []
        stream = self.chance.choice(streams)
        batch = self._waiting(stream)[: self.chance.randint(1, 3)]
        deliveries = [Deliver(stream, record) for record in batch] * self.chance.choice([1, 1, 1, 2])
        return [*deliveries, Delivered(stream, self.read[stream] + len(batch)), Drain()]

    def _waiting(self, stream: str) -> Sequence[Record]:
        prefix, _ = self._work()[stream]
        records = [record for record in self.streams[stream] if record.sk.startswith(prefix)]
        return records[self.read[stream] :]

    def _call(self, name: str, work: Callable[[], None]) -> None:
        """Call a function until it comes through."""
        for _ in range(ATTEMPTS):
            if self._attempt(work):
                return
        self.failures.append(f"{name} was given up")

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Run a function once; when it stands still, something else runs meanwhile, perhaps the same once more."""

        def meanwhile() -> None:
            self.now += self.chance.choice((timedelta(0), LONGEST))
            others = (lambda: self._attempt(work), self._drain, lambda: self._attempt(self.reconcile))
            self.chance.choice(others)()

        outer, self.seam.meanwhile = self.seam.meanwhile, meanwhile
        try:
            work()
        except Killed:
            return False
        except Exception as error:  # noqa: BLE001  # whatever it is, Lambda calls again
            self._log(error)
            return False
        finally:
            self.seam.meanwhile = outer
        return True

    def _drain(self) -> None:
        """Let the streams run dry in the middle of a step."""
        later, self.steps = self.steps, [Drain()]
        while self.steps:
            self.step()
        self.steps = later

    def _log(self, error: Exception) -> None:
        self.seam.log.append(f"  {type(error).__name__}: {error}")


def _publication(day: int, ones: Mapping[str, str], provenance: Provenance) -> Publication:
    editions = tuple(Edition(territory, (Entry(1, title, None, Kind.SERIES),)) for territory, title in ones.items())
    return Publication(CHART, DAY + timedelta(day), editions, provenance)
