"""The pipeline on the simulated cloud: its functions' work, and the streams and schedules that call them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.dynamodb.outbox import DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.memory import NoArchive
from chartwatch.adapters.sns import SnsTopic
from chartwatch.domain.catalog import Catalog, Work
from chartwatch.domain.charts import Cadence, Chart, Edition, Entry, Kind, Provenance, Publication
from chartwatch.domain.detection import Detector
from chartwatch.domain.ingestion import ingest
from chartwatch.domain.pacing import Pace
from chartwatch.domain.publishing import Publisher
from chartwatch.rules import parse_rules
from tests.simulation.cloud import SNS, DynamoDB, Fault, Item, Killed, Record, Seam

CHARTS, MILESTONES, STORIES = "charts", "milestones", "stories"
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


@dataclass
class Pipeline:
    """One run. `chance` decides how records are batched and repeated."""

    plan: Mapping[int, Fault] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    tables: dict[str, dict[tuple[str, str], Item]] = field(
        default_factory=lambda: {name: {} for name in (CHARTS, MILESTONES, STORIES)}
    )
    streams: dict[str, list[Record]] = field(
        default_factory=lambda: {name: [] for name in (CHARTS, MILESTONES, STORIES)}
    )
    published: list[Mapping[str, Any]] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=lambda: {CHARTS: 0, MILESTONES: 0})
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seam = Seam(self.plan)

    # Stores as a process has them.

    def _table(self, name: str) -> Table:
        client: Any = DynamoDB(self.seam, self.tables, self.streams)
        return Table(client, name, workers=1, pause=lambda _seconds: None)

    def charts(self) -> DynamoCharts:
        return DynamoCharts(self._table(CHARTS))

    def milestones(self) -> DynamoMilestones:
        return DynamoMilestones(self._table(MILESTONES))

    def publisher(self) -> Publisher:
        client: Any = SNS(self.seam, self.published)
        outbox, pace = DynamoOutbox(self._table(STORIES)), Pace(1, clock=lambda: 0.0, sleep=lambda _seconds: None)
        return Publisher(outbox, SnsTopic(client, "stories"), SnsTopic(client, "digests"), pace)

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
            Detector(self.charts(), self.milestones(), CATALOG, RULES).detect(key.chart, key.period)

    def publish(self, record: Record) -> None:
        key = keys.bulletin_of(record.as_lambda_sees_it)
        self.publisher().publish(self.milestones().bulletin(key.chart, key.number))

    # What calls them.

    def run(self) -> "Pipeline":
        """Fetch every document, and let the streams run dry after each."""
        for number in range(len(DOCUMENTS)):
            self._call(f"fetch {number}", lambda number=number: self.fetch(number))
            while self._drain(CHARTS, PUBLICATION, self.detect) or self._drain(MILESTONES, BULLETIN, self.publish):
                pass
        return self

    def _drain(self, stream: str, prefix: str, handle: Callable[[Record], None]) -> bool:
        """Deliver what is new on a stream, in batches, some of them twice; return whether there was anything."""
        records = [record for record in self.streams[stream] if record.sk.startswith(prefix)]
        at = self.read[stream]
        if at >= len(records):
            return False
        batch = records[at : at + self.chance.randint(1, 3)]
        for _ in range(self.chance.choice([1, 1, 1, 2])):
            for record in batch:
                self._call(f"{record}", lambda record=record: handle(record))
        self.read[stream] = at + len(batch)
        return True

    def _call(self, name: str, work: Callable[[], None]) -> None:
        """Call a function until it comes through; what is in doubt for good is given up after as many attempts."""
        for _ in range(ATTEMPTS):
            self.seam.meanwhile = lambda: self._attempt(work)
            if self._attempt(work):
                return
        self.failures.append(name)

    def _attempt(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except Killed:
            return False
        except Exception as error:  # noqa: BLE001  # whatever it is, Lambda calls again
            self.seam.log.append(f"  {type(error).__name__}: {error}")
            return False
        return True


def _publication(day: int, ones: Mapping[str, str], provenance: Provenance) -> Publication:
    editions = tuple(Edition(territory, (Entry(1, title, None, Kind.SERIES),)) for territory, title in ones.items())
    return Publication(CHART, DAY + timedelta(day), editions, provenance)
