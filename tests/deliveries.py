"""A small world for claims about delivery: two days of a chart, a topic, its witness, a clock, and calls that end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Protocol

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.rules.rule import Fact
from chartwatch.domain.stories.message import Message
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import NotPublished
from chartwatch.services.delivery_ports import Checkpoints, Outbox, Receipt, Subscriber
from chartwatch.services.findings import Finding, Found
from chartwatch.services.pacing import Pace
from chartwatch.services.ports import CatalogStore, MarkedCharts
from chartwatch.services.publish import Publisher
from chartwatch.services.reconcile import Reconciler
from chartwatch.services.record import RecordedBulletins, RecordStore
from tests.chronicle import CHANGE, NTH, Chronicle
from tests.stores import Cloud

CHART = Chart("weekly", "the weekly chart", "somebody", Cadence.WEEK, 2)
FIRST = date(2022, 1, 2)
WORKS = (
    Work("dark", "Dark", Kind.SERIES, "de", ("DE",)),
    Work("maid", "Maid", Kind.SERIES, "en", ("US",)),
    Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",)),
)
RULES = (CHANGE, NTH, replace(NTH, id="from-country", where=(), per=Fact.ORIGIN_COUNTRY))
TOPS = (("Maid", "Maid"), ("Squid Game", "Dark"), ("Dark", "Squid Game"), ("Maid", "Maid"))
"""What tops the chart in two territories, week by week."""

NOW = datetime(2022, 1, 25, 12, tzinfo=UTC)
"""A day on which the first three weeks are published, and the fourth is not due."""

QUARTER = timedelta(minutes=15)

ALARMS = "alarms"
"""The topic of alarms, where a world has one."""


def week(number: int) -> date:
    """Return the period of a week, the first of which is 0."""
    return FIRST + timedelta(weeks=number)


class Place(Protocol):
    """Where the stores are kept."""

    def charts(self) -> MarkedCharts: ...

    def catalogs(self) -> CatalogStore: ...

    def record(self) -> RecordStore: ...

    def outbox(self) -> Outbox: ...

    def checkpoints(self) -> Checkpoints: ...


class InMemory(Cloud):
    """Stores in memory, whose outbox goes by the clock of a world."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self._charts, self._record = MemoryCharts(), MemoryRecord()

    def charts(self) -> MemoryCharts:
        return self._charts

    def record(self) -> MemoryRecord:
        return self._record


class Ended(BaseException):
    """The process ends here. No `Exception`: nothing catches the end of its own process."""


@dataclass
class Cut:
    """Ends the process before or after its `at`-th call; never, when that is beyond the last."""

    at: int = -1
    event: str = "before"
    made: int = 0

    def around(self, thing: Any) -> Any:
        """Return the thing, with its calls counted."""
        return _Counted(thing, self)

    def call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        self.made += 1
        if self.made == self.at + 1 and self.event == "before":
            raise Ended
        answer = method(*arguments)
        if self.made == self.at + 1:
            raise Ended
        return answer


class _Counted:
    def __init__(self, thing: Any, cut: Cut) -> None:
        self._thing = thing
        self._cut = cut

    def __getattr__(self, name: str) -> Any:
        known = getattr(self._thing, name)
        return (lambda *arguments: self._cut.call(known, *arguments)) if callable(known) else known


@dataclass
class Topic:
    """What subscribers and the witness get of what is published."""

    received: list[str] = field(default_factory=list)
    refuses: bool = False
    loses_replies: bool = False
    witness: "Queue | None" = None

    def publish(self, message: Message) -> str:
        if self.refuses:
            raise NotPublished(message.id, "throttled")
        self.received.append(message.id)
        if self.witness is not None:
            self.witness.get(message.id)
        if self.loses_replies:
            raise TimeoutError
        return f"id-{len(self.received)}"


@dataclass
class Queue:
    """A queue as SQS has them: what was read is hidden for a while, and comes back unless it is deleted."""

    clock: Callable[[], datetime]
    visible_from: dict[str, tuple[str | None, datetime]] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)
    endpoint: str = "arn:witness"
    aside: list[str] = field(default_factory=list)

    def get(self, story: str | None) -> None:
        self.visible_from[f"receipt {next(self.numbers)}"] = story, self.clock()

    def receipts(self) -> Sequence[Receipt]:
        now = self.clock()
        seen = [Receipt(story, r) for r, (story, since) in self.visible_from.items() if since <= now][:2]
        for story, receipt, _ in seen:
            self.visible_from[receipt] = story, now + timedelta(seconds=60)
        return seen

    def forget(self, seen: Sequence[Receipt]) -> None:
        for one in seen:
            self.visible_from.pop(one.receipt, None)

    def set_aside(self, unknown: Receipt) -> None:
        self.aside.append(unknown.receipt)
        self.forget([unknown])

    def is_empty(self) -> bool:
        return not self.visible_from

    def forget_all(self) -> None:
        """Forget what is older than a queue keeps a message."""
        self.visible_from.clear()


class World:
    """Everything from publications to subscribers."""

    @classmethod
    def whole(cls) -> "World":
        """Return one with three weeks of which everything was processed and sent."""
        its = cls()
        its.detect(0, 1, 2)
        its.send()
        its.later()
        return its

    def __init__(self, place: Place | None = None, now: datetime = NOW) -> None:
        self.now = now
        self.place = place or InMemory(self.clock)
        self.chronicle = Chronicle(*RULES, works=WORKS, chart=CHART, first=FIRST)
        self.chronicle.charts, self.chronicle.record = self.place.charts(), self.place.record()
        self.witness = Queue(self.clock)
        self.topic = Topic(witness=self.witness)
        self.known = [
            Subscriber("topic", "arn:1", "sqs", "arn:witness"),
            Subscriber("topic", "arn:2", "email", "me@example.org"),
        ]
        self.has_alarms = False

    def clock(self) -> datetime:
        return self.now

    def current(self) -> Sequence[Subscriber]:
        return self.known

    def topics(self) -> Sequence[str]:
        return ["topic", *([ALARMS] if self.has_alarms else [])]

    def news(self) -> Sequence[str]:
        return ["topic"]

    def publish(self, *weeks: int) -> None:
        """Let publications arrive, of which nothing is concluded yet."""
        for number in weeks:
            korean, american = TOPS[number]
            self.chronicle.stored(number, KR=korean, US=american)

    def fetched(self, at: datetime) -> None:
        """Let documents that come from now on have been fetched at a time."""
        self.chronicle.document = replace(self.chronicle.document, fetched_at=at.isoformat())

    def detect(self, *weeks: int) -> None:
        """Let publications arrive and process them, so that their bulletins wait to be sent."""
        self.publish(*weeks)
        for number in weeks:
            self.chronicle.detector.detect(CHART.id, week(number))

    def bulletins(self) -> RecordedBulletins:
        return RecordedBulletins(self.place.record())

    def publisher(self, cut: Cut | None = None) -> Publisher:
        cut = cut or Cut()
        topic = cut.around(self.topic)
        pace = Pace(1, clock=lambda: 0.0, sleep=lambda _: None)
        outbox, checkpoints = cut.around(self.place.outbox()), cut.around(self.place.checkpoints())
        return Publisher(outbox, self.bulletins(), checkpoints, topic, topic, limits=LIMITS, pace=pace)

    def send(self, cut: Cut | None = None) -> None:
        """Publish every bulletin, as the stream would have it."""
        publisher = self.publisher(cut)
        for bulletin in self.bulletins().bulletins(CHART.id):
            publisher.publish(bulletin)

    def reconciler(self, cut: Cut | None = None) -> Reconciler:
        cut = cut or Cut()
        return Reconciler(
            charts=self.place.charts(),
            catalogs=self.place.catalogs(),
            bulletins=self.bulletins(),
            outbox=cut.around(self.place.outbox()),
            checkpoints=cut.around(self.place.checkpoints()),
            detector=self.chronicle.detector,
            publisher=self.publisher(cut),
            witness=cut.around(self.witness),
            subscribers=self,
            clock=self.clock,
        )

    def reconcile(self, cut: Cut | None = None) -> list[Finding]:
        """Run every check once, as `reconcile` does, and return what it finds."""
        return [finding for _, check in self.reconciler(cut).checks() for finding in check()]

    def found(self) -> dict[Found, int]:
        """Run every check once, and count what it finds."""
        counts: dict[Found, int] = {}
        for finding in self.reconcile():
            counts[finding.found] = counts.get(finding.found, 0) + finding.count
        return counts

    def later(self, by: timedelta = QUARTER) -> None:
        self.now += by
