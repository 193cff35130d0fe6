"""A small chart and its record, made period by period: what claims about detection and stories are made on."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.document_errors import RanksIncomplete
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication, PublicationSummary
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Bulletin, Milestone, Status
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.rule import Condition, Fact, Rule, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.detect import Detector
from chartwatch.services.ports import ChartStore, PublicationUpdate
from chartwatch.services.record import Head, RecordStore
from chartwatch.services.updating import store_publication
from tests.recorded import entries, milestones

CHART = Chart("daily", "the daily chart", "somewhere", Cadence.DAY, 2, Kind.SERIES)
DAY = date(2022, 1, 1)
DOCUMENT = Provenance("https://charts.example/daily.csv", None, "0" * 64)

SARA = Work("sara", "Who Killed Sara?", Kind.SERIES, "es", ("MX",))
SQUID = Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",))
HEIST = Work("heist", "Money Heist", Kind.SERIES, "es", ("ES",))
DEAD = Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",))
ELITE = Work("elite", "Elite", Kind.SERIES, "es", ("ES",))
OZARK = Work("ozark", "Ozark", Kind.SERIES, "en", ("US",))
RIDDLE = Work("riddle", "A Riddle", Kind.SERIES)
WORKS = (SARA, SQUID, HEIST, DEAD, ELITE, OZARK, RIDDLE)

NOT_ENGLISH = Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"en"}), negated=True)
CHANGE = ChangeRule("new", Scope.TERRITORY, "{title} is new", "new")
NTH = NthRule("nth", Scope.TERRITORY, "{title} {is} {ordinal}", "{ordinal}", (NOT_ENGLISH,), at=(1, 2, 3, 4))
RACE = RaceRule("race", Scope.TERRITORY, "{group} has {cardinal}", "first", (NOT_ENGLISH,), Fact.ORIGIN_COUNTRY, (2,))

Ones = str | tuple[str, ...]
"""Who is at #1 of an edition, by title, or title|season; several in a tuple, and nobody in an empty one."""


class NotedCharts(MemoryCharts):
    """Charts in memory that note from which period on publications are read for a fold."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[date | None] = []

    def timeline(
        self, chart: str, since: date | None = None, until: date | None = None
    ) -> Iterator[PublicationSummary]:
        self.read.append(since)
        return super().timeline(chart, since, until)


class Chronicle:
    """A chart and its record. Periods are numbered from 0, which is `first`."""

    def __init__(
        self,
        *rules: Rule,
        works: Iterable[Work] = WORKS,
        live_from: date | None = None,
        chart: Chart = CHART,
        first: date = DAY,
    ) -> None:
        self.charts: ChartStore = MemoryCharts()
        self.record: RecordStore = MemoryRecord()
        self.chart = chart
        self.rules: tuple[Rule, ...] = rules
        self.works: tuple[Work, ...] = tuple(works)
        self.document = DOCUMENT
        self._live_from = live_from
        self._first = first

    # What happens.

    def arrives(self, number: int, **number_ones: Ones | None) -> list[Bulletin]:
        """Let the editions of a period arrive, by territory, and process them; None is one that is set aside."""
        self.stored(number, **number_ones)
        return self.detector.detect(self.chart.id, self.period(number))

    def stored(self, number: int, **number_ones: Ones | None) -> None:
        """Let the editions of a period arrive, of which nothing is concluded yet."""
        editions = tuple(
            Edition(territory, _entries(ones)) for territory, ones in number_ones.items() if ones is not None
        )
        set_aside = {t: RanksIncomplete("somewhere", "") for t, ones in number_ones.items() if ones is None}
        publication = Publication(self.chart, self.period(number), editions, self.document, set_aside)
        store_publication(publication, self.charts)

    def says(self, number: int, update: PublicationUpdate) -> list[Bulletin]:
        """Let a person say something of a period, and process it."""
        self.charts.put([update])
        return self.detector.detect(self.chart.id, self.period(number))

    def learns(self, *works: Work) -> list[Bulletin]:
        """Let a catalog of other works come into force, while the one before is known."""
        before = self.catalog
        self.works = works
        return self.detector_with(earlier_catalog={before.version: before}.get).reconsider(self.chart.id)

    def obeys(self, *rules: Rule) -> list[Bulletin]:
        """Let other rules come into force."""
        self.rules = rules
        return self.detector.reconsider(self.chart.id)

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.works)

    @property
    def detector(self) -> Detector:
        return self.detector_with()

    def detector_with(self, **other: Any) -> Detector:
        """Return a detector that differs from the usual one in what is given."""
        usual = {
            "charts": self.charts,
            "record": self.record,
            "catalog": self.catalog,
            "rules": RuleSet(self.rules),
            "live_from": self._live_from,
        }
        return Detector(**(usual | other))

    def period(self, number: int) -> date:
        return self._first + number * self.chart.cadence.step

    # What it comes to.

    @property
    def head(self) -> Head:
        head = self.record.head(self.chart.id)
        assert head is not None
        return head

    def held(self, slot: str) -> Milestone:
        """Return the last revision of a slot."""
        return milestones(self.record, self.chart.id)[slot]

    def entry(self, slot: str) -> LedgerEntry:
        """Return what the ledger has of a slot."""
        return entries(self.record, self.chart.id)[slot]

    def evidence(self, slot: str) -> Any:
        """Return the evidence for a slot, as it is published."""
        return self.held(slot).as_json()["evidence"]

    def holders(self, slot: str) -> list[tuple[str, int]]:
        """Return who holds a slot, with the number of the period since when."""
        step = self.chart.cadence.step
        return [(holder.work_id, (holder.since - self._first) // step) for holder in self.held(slot).holders]

    def slots(self) -> set[str]:
        """Return the slots that are held."""
        return {slot for slot, entry in entries(self.record, self.chart.id).items() if entry.is_held}


def a_run(chronicle: Chronicle, *titles: Ones | None) -> list[Bulletin]:
    """Let one period follow the other in the US; None skips one. Return the last one's bulletins."""
    bulletins: list[Bulletin] = []
    for number, title in enumerate(titles):
        if title is not None:
            bulletins = chronicle.arrives(number, US=title)
    return bulletins


def changed(bulletins: Iterable[Bulletin]) -> list[str]:
    """Return the slots that bulletins change; that a publication is news changes none."""
    return [change.milestone.slot for bulletin in bulletins for change in bulletin.changes]


def sent(bulletins: Iterable[Bulletin]) -> list[tuple[str, Status]]:
    """Return the slots of which something is sent, and what became of them."""
    return [(c.milestone.slot, c.milestone.status) for b in bulletins for c in b.changes if c.is_sent]


def _entries(ones: Ones) -> tuple[Entry, ...]:
    titles = (ones,) if isinstance(ones, str) else ones
    parted = (title.partition("|") for title in titles)
    return tuple(Entry(1, title, season or None, Kind.SERIES) for title, _, season in parted)
