"""The pipeline on the simulated cloud: its functions' work, and the streams and schedules that call them."""

import json
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import detect_milestones
import enrich_catalog
import publish_stories
from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import catalogs as catalog_adapter
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.memory import NoArchive
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.sns import SnsSubscribers, SnsTopic
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication, PublicationSummary
from chartwatch.domain.stories.message import id_in_event
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import parse_rules
from chartwatch.services.catalog_changes import slots_taken_back
from chartwatch.services.delivery_ports import Delivery, Lease
from chartwatch.services.detect import Detector
from chartwatch.services.enrich import TURN as LOOKUP_TURN
from chartwatch.services.enrich import WAIT, Enricher
from chartwatch.services.findings import Finding, Found
from chartwatch.services.ingest import ingest
from chartwatch.services.pacing import Pace
from chartwatch.services.publish import Publisher
from chartwatch.services.reconcile import TURN, Reconciler, in_turn
from chartwatch.services.record import RecordedBulletins
from chartwatch.services.upkeep import Upkeep
from tests.simulation.cloud import (
    ARN,
    FAILURES,
    MISSED,
    READER,
    S3,
    SNS,
    SQS,
    WITNESS,
    Bucket,
    DynamoDB,
    Fault,
    Kept,
    Killed,
    Queue,
    Record,
    Seam,
    Tables,
)
from tests.simulation.provider import SimulatedProvider, works

CHARTS, CATALOGS, MILESTONES, STORIES = "charts", "catalogs", "milestones", "stories"
TABLES = (CHARTS, CATALOGS, MILESTONES, STORIES)
TOPICS = ("stories", "digests")
MAPPINGS: Mapping[str, tuple[str, str]] = {
    "publications": (CHARTS, "PUBLICATION#"),
    "ready": (CHARTS, "READY#"),
    "catalog": (CATALOGS, "CURRENT"),
    "bulletins": (MILESTONES, "BULLETIN#"),
}
"""Which records of which table's stream template.yaml's filters let through, each kind to a function."""

SERIES = Chart("series", "the daily chart of series", "somewhere", Cadence.DAY, 1, Kind.SERIES)
FILMS = Chart("tv-films", "the daily chart of films", "somewhere", Cadence.DAY, 1, Kind.FILM)
DAY = date(2022, 1, 1)
RULES = parse_rules(
    b"""
- {id: new, kind: change, scope: territory, headline: "{title} is new", brief: "new"}
- id: nth
  kind: nth
  where: {original_language: {not: en}}
  scope: territory
  at: [1, 2, 3]
  headline: "{title} is {ordinal}"
  brief: "{ordinal}"
- {id: reign, kind: reign, scope: chart, at: [2], headline: "{title} stays", brief: "stays"}
""",
    "simulation",
)

_KNOWN = (
    Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",)),
    Work("heist", "Money Heist", Kind.SERIES, "es", ("ES",)),
    Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",)),
    Work("okja", "Okja", Kind.FILM, "ko", ("KR",)),
)
FIRST_CATALOG = Catalog(_KNOWN)
CATALOG = Catalog(
    [
        *_KNOWN,
        Work("ozark", "Ozark", Kind.SERIES, "en", ("US",)),
        Work("roma", "Roma", Kind.FILM, "es", ("MX",)),
    ]
)
"""It changes something of both charts."""

FACTS = Catalog([*CATALOG, *works()])
"""What is in force in the end."""

Said = Mapping[int, Mapping[str, str]]
"""What a document says: the number one of each territory, by day; `FILMS` has a territory of its own."""

FILM_TERRITORY = "MX"

_DAY_0 = {"US": "Ozark", "KR": "Ozark", FILM_TERRITORY: "Roma"}
_DAY_1 = {"US": "Squid Game", "KR": "Ozark", FILM_TERRITORY: "Okja"}

DOCUMENTS: Sequence[Said] = (
    {0: _DAY_0, 1: _DAY_1},
    {0: _DAY_0, 1: {**_DAY_1, "US": "All of Us Are Dead"}},
    {0: _DAY_0, 1: _DAY_1},
    {
        0: _DAY_0,
        1: _DAY_1,
        3: {"US": "Squid Game", "KR": "Money Heist"},
        4: {"US": "Squid Game", "KR": "Elite", FILM_TERRITORY: "Bird Box Barcelona"},
    },
)
"""Two days, a correction, which is taken back, and two more days after one that is missing.

What is new on the last one the provider knows alone.
"""

SEED = 133
"""Of chance, by which each document, and the catalog, is processed before the next one comes."""

ATTEMPTS = 12
"""How often in a row the simulation calls a function again; a plan has fewer faults than that."""

BEGIN = datetime(2022, 1, 5, 23, 30, tzinfo=UTC)
"""Two runs of `reconcile` later, the next two audit the two charts: see `reconcile.in_turn`."""

LONGEST = timedelta(minutes=4)
"""How long a call may stand still, and a message be on its way to the witness: less than a function may run."""

FOR_DAYS = timedelta(days=49)
"""How long a process stands still that nobody expects to come back: longer than any file is kept that none names."""

QUIET = 30
"""Runs of `reconcile` after which at the latest there is nothing to find any more."""


@dataclass(frozen=True)
class Fetch:
    """Fetch a document, and perhaps wait for what that comes to."""

    number: int


@dataclass(frozen=True)
class Load:
    """Put the catalog of the end in force."""


@dataclass(frozen=True)
class Watch:
    """Run `reconcile` once; then whoever gets email subscribes no more."""


@dataclass(frozen=True)
class KeepUp:
    """Keep the catalog, as the schedule does by the hour."""


@dataclass(frozen=True)
class Drain:
    """Deliver what is new by some mappings, in batches, some of them twice; each mapping at its own speed."""

    mappings: Sequence[str] = tuple(MAPPINGS)


@dataclass(frozen=True)
class Deliver:
    """Call the function of a mapping for a record."""

    mapping: str
    record: Record


@dataclass(frozen=True)
class Delivered:
    """Go on behind a batch."""

    mapping: str
    read: int


@dataclass(frozen=True)
class Reconcile:
    """Run `reconcile` until it finds nothing, and has audited every chart since then; `left` times at most."""

    left: int = QUIET
    audited: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reconciled:
    """See whether a run of `reconcile` found or met anything, and which charts were audited since it last did."""

    before: tuple[int, int]
    left: int
    audited: frozenset[str]


Step = Fetch | Load | Watch | KeepUp | Drain | Deliver | Delivered | Reconcile | Reconciled


def _course() -> list[Step]:
    first, *others = map(Fetch, range(len(DOCUMENTS)))
    return [Watch(), first, Load(), *others, Drain(), KeepUp(), Drain(), Reconcile()]


@dataclass
class Pipeline:
    """One run, step by step. Without `streamed`, all that the streams would do is left to `reconcile`.

    `chance` decides how records are batched, repeated and delayed, and `whim` what else runs while a process stands
    still. Between two steps no function runs: what there is then is all that the rest of the run depends on. `doubted`:
    a story was taken then that nobody was sending any more. `missed`: somebody subscribes no more who was known to.
    `late` is what `reconcile` found when no function was under way. `kept_up`: the last look-up by the hour came
    through.
    """

    plan: Mapping[int, Fault] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    whim: int = SEED
    tables: Tables = field(default_factory=lambda: {name: dict(items) for name, items in _BEFORE.tables.items()})
    bucket: Bucket = field(default_factory=lambda: replace(_BEFORE.bucket, objects=dict(_BEFORE.bucket.objects)))
    streams: dict[str, list[Record]] = field(default_factory=lambda: {name: [] for name in TABLES})
    queue: Queue = field(default_factory=Queue)
    subscribed: Mapping[str, str] = field(default_factory=lambda: {ARN: "sqs", READER: "email"})
    published: list[Kept] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MAPPINGS, 0))
    found: list[Finding] = field(default_factory=list)
    late: list[Found] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    streamed: bool = True
    doubted: bool = False
    missed: bool = False
    kept_up: bool = True
    now: datetime = BEGIN
    steps: list[Step] = field(default_factory=_course)

    def __post_init__(self) -> None:
        self.seam = Seam(self.plan)
        self._under_way = 0
        self._in_a_hurry = False

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
            bucket=replace(self.bucket, objects=dict(self.bucket.objects)),
            queue=replace(self.queue, messages=dict(self.queue.messages)),
            published=list(self.published),
            read=dict(self.read),
            found=list(self.found),
            late=list(self.late),
            failures=list(self.failures),
            steps=list(self.steps),
        )
        other.seam.names, other.seam.log = list(self.seam.names), list(self.seam.log)
        return other

    def clock(self) -> datetime:
        return self.now

    # Stores as a process has them.

    def _table(self, name: str) -> Table:
        client: Any = DynamoDB(
            self.seam,
            self.tables,
            self.streams,
            clock=self.clock,
            is_stale=lambda: self.chance.random() < 0.5,
            # Whoever holds a lease on a story does nothing with the record before it ends.
            patient=name == MILESTONES,
        )
        return Table(client, name, workers=1, pause=lambda _seconds: None)

    def _s3(self) -> Any:
        return S3(self.seam, self.bucket, self.clock)

    def charts(self) -> DynamoCharts:
        return DynamoCharts(self._table(CHARTS))

    def catalogs(self) -> DynamoCatalogs:
        return DynamoCatalogs(self._table(CATALOGS), self._s3(), "bucket")

    def record(self) -> AwsRecord:
        return AwsRecord(self._table(MILESTONES), self._s3(), "bucket", self.clock)

    def bulletins(self) -> RecordedBulletins:
        return RecordedBulletins(self.record())

    def outbox(self) -> DynamoOutbox:
        return DynamoOutbox(self._table(STORIES), self.clock)

    def detector(self) -> Detector:
        catalogs = self.catalogs()
        return Detector(
            self.charts(),
            self.record(),
            catalogs.current(),
            RULES,
            earlier_catalog=catalogs.earlier,
            is_in_force=lambda catalog: catalogs.current().version == catalog.version,
        )

    def publisher(self) -> Publisher:
        return Publisher(
            self.outbox(),
            self.bulletins(),
            DynamoCheckpoints(self._table(STORIES)),
            SnsTopic(self._sns(), TOPICS[0]),
            SnsTopic(self._sns(), TOPICS[1]),
            limits=LIMITS,
            pace=Pace(1, clock=lambda: 0.0, sleep=lambda _seconds: None),
        )

    def reconciler(self) -> Reconciler:
        sqs: Any = SQS(self.seam, self.queue, self.clock)
        return Reconciler(
            charts=self.charts(),
            catalogs=self.catalogs(),
            bulletins=self.bulletins(),
            outbox=self.outbox(),
            checkpoints=DynamoCheckpoints(self._table(STORIES)),
            detector=self.detector(),
            publisher=self.publisher(),
            witness=SqsWitness(sqs, WITNESS, MISSED, FAILURES),
            subscribers=SnsSubscribers(self._sns(), TOPICS),
            clock=self.clock,
        )

    def _sns(self) -> Any:
        return SNS(
            self.seam,
            self.published,
            self.queue,
            self.subscribed,
            lambda: self.now + self.chance.random() * LONGEST,
        )

    # The functions' work.

    def fetch(self, number: int) -> None:
        said = DOCUMENTS[number]
        body = repr(said).encode()
        provenance = Provenance("https://charts.example", self.now.isoformat(timespec="seconds"), f"{number:064}")
        ingest(
            "somewhere",
            body,
            provenance,
            parse=lambda _body, its: _publications(said, its),
            whole_history=True,
            archive=NoArchive(),
            charts=self.charts(),
        )

    def load(self) -> None:
        self.catalogs().replace(Layer.OWN_FILE, layer_of(CATALOG, Layer.OWN_FILE, "own file"))

    def enrich(self, record: Record) -> None:
        def begins() -> None:
            if self.now + LOOKUP_TURN > record.at + WAIT:
                self.failures.append("a look-up began when there was no time for it")

        provider = SimulatedProvider(self.seam, begins)
        charts = _Marking(self._table(CHARTS), before_mark=lambda: self._see_in_force(provider.told))
        with self._deployed():
            enricher = Enricher(charts, self.catalogs(), (provider,), self.clock, self.taken_back)
            enrich_catalog.enrich(enricher, record.as_lambda_sees_it)

    def keep_up(self) -> None:
        upkeep = Upkeep(
            self.charts(),
            self.catalogs(),
            first_at_one=self.detector().first_at_one,
            providers=(SimulatedProvider(self.seam),),
            starter=(),
            clock=self.clock,
            taken_back=self.taken_back,
        )
        with self._deployed():
            enrich_catalog.keep_up(upkeep)

    def taken_back(self, catalog: Catalog) -> Sequence[str]:
        foreseeing = Detector(self.charts(), self.record(), catalog, RULES, earlier_catalog=self.catalogs().earlier)
        return slots_taken_back(foreseeing, self._chart_ids())

    def _see_in_force(self, titles: Collection[str]) -> None:
        """Note it when what was found of works is not in force."""
        item = self.tables[CATALOGS][keys.CURRENT_CATALOG]
        body = self.bucket.objects[f"catalog/{item['sha256']['S']}.csv"][-1].body
        known = {work.title for work in catalog_adapter.parse_catalog(body, "the catalog") if work.original_language}
        if set(titles) - known:
            self.failures.append("a publication was ready before what was found of its works was in force")

    def detect(self, record: Record) -> None:
        with self._deployed():
            detect_milestones.detect(self.detector(), record.as_lambda_sees_it)

    def publish(self, record: Record) -> None:
        with self._deployed():
            publish_stories.publish(record.as_lambda_sees_it)

    def reconcile(self) -> None:
        for _, check in self.reconciler().checks():
            try:
                for finding in check():
                    if finding.found is Found.STORY_UNDECIDED:
                        self._decide(finding.where)
                    # Days may pass in which no chart appears here; and who vanished, or is unknown, every run finds.
                    if finding.found not in (Found.CHART_LATE, Found.WORK_UNKNOWN) and not (
                        finding.found is Found.SUBSCRIBER_VANISHED and finding in self.found
                    ):
                        self.found.append(finding)
                        self.late += [] if self._under_way else [finding.found]
            except Exception as error:  # noqa: BLE001  # the next run tries again, as the function's handler has it
                self._log(error)

    def _decide(self, story: str) -> None:
        """Do what a person does about a story of which `reconcile` says that nobody else can: look who got it."""
        # No call of a person's is one of the plan's.
        client: Any = DynamoDB(Seam(), self.tables, self.streams, clock=self.clock, is_stale=lambda: False)
        outbox = DynamoOutbox(Table(client, STORIES, workers=1), self.clock)
        lease = outbox.deliveries([story]).get(story)
        if any(id_in_event(json.loads(its["Message"])["default"]) == story for its in self.published):
            outbox.witness(story)
        elif isinstance(lease, Lease):
            outbox.release(lease)

    @contextmanager
    def _deployed(self) -> Iterator[None]:
        """Let the functions find what they work with here, and say nothing."""
        with (
            patch.multiple(deployment, charts=self.charts, bulletins=self.bulletins, publisher=self.publisher),
            patch.multiple(deployment, site_queue=lambda: None),
            patch.multiple(enrich_catalog, metrics=_QUIET, logger=_QUIET),
            patch.multiple(detect_milestones, metrics=_QUIET, logger=_QUIET),
            patch.multiple(publish_stories, metrics=_QUIET, logger=_QUIET),
        ):
            yield

    # What calls them.

    def run(self) -> "Pipeline":
        """Fetch every document while the streams run, and then wait until `reconcile` finds nothing any more."""
        while self.steps:
            self.step()
        return self

    def step(self) -> None:
        """Take the next step."""
        match self.steps.pop(0):
            case Fetch() | Load() as its:
                self._come(its)
                if self.streamed and self.chance.random() < 0.8:
                    self.steps.insert(0, Drain())
            case Drain(mappings):
                self.steps[:0] = self._batch(mappings) if self.streamed else []
            case Deliver(mapping, record):
                beside = [other for other in MAPPINGS if other != mapping]
                self._call(f"{record}", lambda: self._work()[mapping](record), beside)
            case Delivered(mapping, read):
                self.read[mapping] = max(self.read[mapping], read)
            case KeepUp():
                self.kept_up = self._attempt(self.keep_up, tuple(MAPPINGS))
            case Watch():
                self.now += TURN
                self._attempt(self.reconcile, tuple(MAPPINGS))
                known = self.tables[STORIES].get((keys.SUBSCRIBERS.pk, keys.SUBSCRIBERS.sk), Kept())
                self.missed = any(":email:" in name for name in known.get("known", {"SS": ()})["SS"])
                self.subscribed = {ARN: "sqs"}
            case Reconcile(left, audited):
                self.now += TURN
                before = self._met()
                self._attempt(self.reconcile, tuple(MAPPINGS))
                self.steps[:0] = [Drain(), Reconciled(before, left - 1, audited | self._audited())]
            case Reconciled(before, left, audited):
                self._follow_up(left, audited if before == self._met() else None)
        self.doubted |= any(item.get("delivery") == text(Delivery.SENDING) for item in self.tables[STORIES].values())

    def _follow_up(self, left: int, audited: frozenset[str] | None) -> None:
        """Have `reconcile` run again unless all is done. `audited` are the charts that were since it found anything.

        A look-up by the hour that did not come through is not the last one.
        """
        if audited == frozenset(self._chart_ids()) and self.kept_up:
            return
        if not left:
            self.failures.append("reconcile always finds something")
            return
        if audited is not None and not self._audited(self.now + TURN):
            # Until the next audits nothing happens.
            self.now = _midnight(self.now) - TURN
        self.steps[:0] = [KeepUp(), Drain(), Reconcile(left, audited or frozenset())]

    def _chart_ids(self) -> Sequence[str]:
        return sorted(sk for pk, sk in self.tables[CHARTS] if pk == keys.CHARTS)

    def _audited(self, at: datetime | None = None) -> frozenset[str]:
        """Return the chart that a run of `reconcile` at a time audits, if any."""
        charts = self._chart_ids()
        chosen = in_turn(charts, at or self.now) if charts else None
        return frozenset({chosen} if chosen else ())

    def ahead(self) -> Iterator[object]:
        """Yield what is still to come: records by the mappings that wait for them, and steps.

        What was met before a run of `reconcile` counts for what has come since alone.
        """
        yield from (tuple(self._waiting(mapping)) for mapping in MAPPINGS)
        met = self._met()
        for step in self.steps:
            if isinstance(step, Delivered):
                yield step.mapping, step.read - self.read[step.mapping]
            elif isinstance(step, Reconciled):
                yield replace(step, before=(met[0] - step.before[0], met[1] - step.before[1]))
            else:
                yield step

    def _come(self, its: Fetch | Load) -> None:
        """Let a document come, or the catalog."""
        if isinstance(its, Fetch):
            # There is no other fetch of the same source beside it.
            self._call(f"fetch {its.number}", lambda: self.fetch(its.number), None)
        else:
            self._call("load the catalog", self.load, tuple(MAPPINGS))

    def _met(self) -> tuple[int, int]:
        # Of a subscriber who has vanished nothing follows.
        return sum(its.found is not Found.SUBSCRIBER_VANISHED for its in self.found), len(self.seam.log)

    def _work(self) -> Mapping[str, Callable[[Record], None]]:
        """Return what the function of each mapping does."""
        return {
            "publications": self.enrich,
            "ready": self.detect,
            "catalog": self.detect,
            "bulletins": self.publish,
        }

    def _batch(self, mappings: Sequence[str]) -> Sequence[Step]:
        """Return the steps that deliver a batch of a mapping, and come back for the next; none, when nothing waits."""
        waiting = [name for name in mappings if self._waiting(name)]
        if not waiting:
            return []
        mapping = self.chance.choice(waiting)
        batch = self._waiting(mapping)[: self.chance.randint(1, 3)]
        deliveries = [Deliver(mapping, record) for record in batch] * self.chance.choice([1, 1, 1, 2])
        return [*deliveries, Delivered(mapping, self.read[mapping] + len(batch)), Drain(mappings)]

    def _waiting(self, mapping: str) -> Sequence[Record]:
        table, prefix = MAPPINGS[mapping]
        records = [record for record in self.streams[table] if record.sk.startswith(prefix)]
        return records[self.read[mapping] :]

    def _call(self, name: str, work: Callable[[], None], beside: Sequence[str] | None) -> None:
        """Call a function until it comes through. `beside`: see `_attempt`."""
        for _ in range(ATTEMPTS):
            if self._attempt(work, beside):
                return
        self.failures.append(f"{name} was given up")

    def _attempt(self, work: Callable[[], None], beside: Sequence[str] | None = None) -> bool:
        """Run a function once; when it stands still, something else happens meanwhile, perhaps the same once more.

        `beside` are the mappings whose functions run beside this one, also while new documents come; None: none come.
        """

        def meanwhile(patient: bool) -> None:
            # By chance of its own: what a pause comes to is another by another whim, and all before it the same.
            chance = random.Random(f"{self.whim} {self.seam.calls}")
            # No days pass while a process stands still whose time is up sooner.
            patient, in_a_hurry = patient and not self._in_a_hurry, self._in_a_hurry
            pause = chance.choice((timedelta(0), LONGEST, FOR_DAYS) if patient else (timedelta(0), LONGEST))
            others = [lambda: self._attempt(work), lambda: self._insert(Drain()), lambda: self._attempt(self.reconcile)]
            if beside is not None:
                # In days more comes than in minutes.
                others += [lambda: self._go_on(beside)] * (3 if pause is FOR_DAYS else 1)
            self._under_way += 1
            self._in_a_hurry = not patient
            self.now += pause if pause is not FOR_DAYS else timedelta(0)
            chance.choice(others)()
            if pause is FOR_DAYS:
                self._let_days_pass()
            self._under_way -= 1
            self._in_a_hurry = in_a_hurry

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

    def _go_on(self, mappings: Sequence[str]) -> None:
        """Let what comes next come in the middle of a step, and some mappings run dry."""
        coming = next((step for step in self.steps if isinstance(step, Fetch | Load)), None)
        if coming is not None:
            self.steps.remove(coming)
            self._come(coming)
        self._insert(Drain(mappings))

    def _let_days_pass(self) -> None:
        """Let as many days pass as files are kept at most, and every chart be audited then."""
        self.now = _midnight(self.now + FOR_DAYS) - TURN
        for _ in self._chart_ids():
            self.now += TURN
            self._attempt(self.reconcile)

    def _insert(self, *steps: Step) -> None:
        """Take steps in the middle of another."""
        later, self.steps = self.steps, [*steps]
        while self.steps:
            self.step()
        self.steps = later

    def _log(self, error: Exception) -> None:
        self.seam.log.append(f"  {type(error).__name__}: {error}")


def final_publications() -> Sequence[Publication]:
    """Return what the charts say in the end."""
    return _publications(DOCUMENTS[-1], Provenance("https://charts.example", None, ""))


def _publications(said: Said, provenance: Provenance) -> list[Publication]:
    return [
        Publication(chart, DAY + timedelta(day), editions, provenance)
        for day, ones in said.items()
        for chart, kind in ((SERIES, Kind.SERIES), (FILMS, Kind.FILM))
        if (editions := tuple(_editions(chart, kind, ones)))
    ]


def _editions(chart: Chart, kind: Kind, ones: Mapping[str, str]) -> Iterator[Edition]:
    for territory, title in ones.items():
        if (territory == FILM_TERRITORY) is (chart is FILMS):
            yield Edition(territory, (Entry(1, title, None, kind),))


def _midnight(moment: datetime) -> datetime:
    """Return the next midnight after a moment."""
    return datetime.combine(moment.date() + timedelta(days=1), time(), UTC)


@dataclass
class _Marking(DynamoCharts):
    """Charts of which somebody looks at each mark before it is made."""

    before_mark: Callable[[], None] = lambda: None

    def mark_ready(self, publication: PublicationSummary) -> None:
        self.before_mark()
        super().mark_ready(publication)


_QUIET: Any = SimpleNamespace(
    **dict.fromkeys(("add_metric", "info", "warning", "exception"), lambda *_arguments, **_named: None)
)
"""A log and metrics that keep nothing."""


class _Before:
    """What there is before a run: a catalog in force, and nothing else."""

    def __init__(self) -> None:
        self.tables: Tables = {name: {} for name in TABLES}
        self.bucket = Bucket()
        seam, streams = Seam(), {name: list[Record]() for name in TABLES}
        client: Any = DynamoDB(seam, self.tables, streams, clock=lambda: BEGIN, is_stale=bool)
        s3: Any = S3(seam, self.bucket, lambda: BEGIN)
        first = layer_of(FIRST_CATALOG, Layer.OWN_FILE, "own file")
        DynamoCatalogs(Table(client, CATALOGS), s3, "bucket").replace(Layer.OWN_FILE, first)


_BEFORE = _Before()
