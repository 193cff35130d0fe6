"""A record made day by day, for claims about what the detector says."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Bulletin, Milestone, Status
from chartwatch.domain.rules.rule import Condition, Fact, Rule, RuleKind, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import take_in
from chartwatch.services.ports import Recorded

CHART = Chart("daily", "the daily chart", "somewhere", Cadence.DAY, 2, Kind.SERIES)
DAY = date(2022, 1, 1)

SARA = Work("sara", "Who Killed Sara?", Kind.SERIES, "es", ("MX",))
SQUID = Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",))
HEIST = Work("heist", "Money Heist", Kind.SERIES, "es", ("ES",))
DEAD = Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",))
ELITE = Work("elite", "Elite", Kind.SERIES, "es", ("ES",))
OZARK = Work("ozark", "Ozark", Kind.SERIES, "en", ("US",))
RIDDLE = Work("riddle", "A Riddle", Kind.SERIES)
WORKS = (SARA, SQUID, HEIST, DEAD, ELITE, OZARK, RIDDLE)

NOT_ENGLISH = Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"en"}), negated=True)
CHANGE = Rule("new", RuleKind.CHANGE, Scope.TERRITORY, "{title} is new", "new")
NTH = Rule("nth", RuleKind.NTH, Scope.TERRITORY, "{title} {is} {ordinal}", "{ordinal}", (NOT_ENGLISH,), at=(1, 2, 3, 4))
RACE = Rule(
    "race", RuleKind.RACE, Scope.TERRITORY, "{group} has {cardinal}", "first", (NOT_ENGLISH,), Fact.ORIGIN_COUNTRY, (2,)
)

Ones = str | tuple[str, ...]


class NotedMilestones(MemoryMilestones):
    """Milestones in memory that note which scopes are read for folding anew."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[Collection[str] | None] = []

    def recorded(self, chart: str, scopes: Collection[str] | None = None) -> Recorded:
        self.read.append(scopes)
        return super().recorded(chart, scopes)


class Chronicle:
    """The record of `CHART`, made day by day."""

    def __init__(self, *rules: Rule, works: Iterable[Work] = WORKS, live_from: date | None = None) -> None:
        self.charts, self.milestones = MemoryCharts(), MemoryMilestones()
        self._live_from = live_from
        self.rules: tuple[Rule, ...] = rules
        self.works: tuple[Work, ...] = tuple(works)

    @property
    def detector(self) -> Detector:
        return Detector(self.charts, self.milestones, Catalog(self.works), RuleSet(self.rules), self._live_from)

    def arrives(self, day: int, **number_ones: Ones) -> list[Bulletin]:
        """Let the editions of a day arrive: the number ones of each territory by title, or title|season."""
        self.stored(day, **number_ones)
        return self.detector.detect(CHART.id, DAY + timedelta(day))

    def stored(self, day: int, **number_ones: Ones) -> None:
        editions = tuple(Edition(territory, _entries(ones)) for territory, ones in number_ones.items())
        provenance = Provenance("https://charts.example/daily.csv", None, "0" * 64)
        take_in(Publication(CHART, DAY + timedelta(day), editions, provenance), self.charts)

    def held(self, slot: str) -> Milestone:
        return self.milestones.recorded(CHART.id).milestones[slot]

    def holders(self, slot: str) -> list[tuple[str, int]]:
        """Return who holds a slot, with the day since when."""
        return [(holder.work_id, (holder.since - DAY).days) for holder in self.held(slot).holders]

    def slots(self) -> set[str]:
        recorded = self.milestones.recorded(CHART.id).milestones.values()
        return {milestone.slot for milestone in recorded if milestone.status is not Status.RETRACTED}


def _entries(ones: Ones) -> tuple[Entry, ...]:
    titles = (ones,) if isinstance(ones, str) else ones
    parted = (title.partition("|") for title in titles)
    return tuple(Entry(1, title, season or None, Kind.SERIES) for title, _, season in parted)


def told(bulletins: Iterable[Bulletin]) -> list[tuple[str, Status]]:
    """Return the slots that somebody is told of, and what became of them."""
    return [(c.milestone.slot, c.milestone.status) for b in bulletins for c in b.changes if c.is_told]


def a_run(chronicle: Chronicle, *titles: Ones | None) -> list[Bulletin]:
    """Let one day follow the other in the US; None skips a day. Return the last day's bulletins."""
    bulletins: list[Bulletin] = []
    for day, title in enumerate(titles):
        if title is not None:
            bulletins = chronicle.arrives(day, US=title)
    return bulletins
