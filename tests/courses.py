"""A course run on the memory stores: what is recorded in the end, and every bulletin on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.domain.charts.publications import AbsenceKind
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.errors import NotToBeSaid
from chartwatch.services.detect import Detector
from chartwatch.services.ports import ChartStore
from chartwatch.services.updating import store_publication
from tests.recorded import milestones
from tests.strategies import LAST, Arrival, Course, Saying, Slot, World, period_of


@dataclass
class Run:
    """The stores after a course, and its bulletins in the order of their making."""

    charts: MemoryCharts = field(default_factory=MemoryCharts)
    store: MemoryRecord = field(default_factory=MemoryRecord)
    bulletins: list[Bulletin] = field(default_factory=list)

    def record(self) -> Mapping[str, Milestone]:
        """Return every slot that was ever held."""
        return {
            slot: milestone
            for chart in self.charts.charts()
            for slot, milestone in milestones(self.store, chart).items()
        }


def run(course: Course, live_from: date | None = None, done: Run | None = None, *, min_periods: int = 0) -> Run:
    """Let everything arrive, process what was left over, and bring every chart up to the facts of the end.

    Its charts ask for a record of `min_periods`.
    """
    done = done or Run()
    catalogs = [facts.catalog for facts in course.facts]
    earlier = {catalog.version: catalog for catalog in catalogs}.get
    detectors = [
        Detector(done.charts, done.store, catalog, facts.rule_set, live_from, earlier_catalog=earlier)
        for catalog, facts in zip(catalogs, course.facts, strict=True)
    ]
    for slot, facts, times in arriving(course, done.charts, min_periods=min_periods):
        for _ in range(times):
            done.bulletins += _process(detectors[facts], slot)
    for slot in course.left_for_the_end:
        done.bulletins += _process(detectors[-1], slot)
    for chart in done.charts.charts():
        done.bulletins += detectors[-1].reconsider(chart)
    return done


def arriving(course: Course, charts: ChartStore, *, min_periods: int = 0) -> Iterator[tuple[Slot, int, int]]:
    """Let what arrives be stored, and what a person says, as soon as it can be said.

    Yield each time of what it was, the number of the facts that are in force, and how often it is to be processed.
    """
    arrived: set[Slot] = set()
    unsaid: list[Saying] = []
    for arrival in course.arrivals:
        if isinstance(arrival, Saying):
            unsaid.append(arrival)
        else:
            publication = arrival.publication
            publication = replace(publication, chart=replace(publication.chart, min_periods=min_periods))
            store_publication(publication, charts)
            if arrival.version.number >= LAST - 1:
                arrived.add(arrival.slot)
            yield arrival.slot, arrival.facts, arrival.times
        for saying in [*unsaid]:
            if _is_said(saying, charts, arrived):
                unsaid.remove(saying)
                yield saying.slot, len(course.facts) - 1, saying.times
    assert unsaid == []


def _is_said(saying: Saying, charts: ChartStore, arrived: set[Slot]) -> bool:
    """Let a person say something; return whether it could be said already."""
    if saying.kind is AbsenceKind.WITHDRAWN and saying.slot not in arrived:
        return False
    try:
        charts.put([saying.update(charts)])
    except NotToBeSaid:
        return False
    return True


def straight(world: World, *, former: bool = False) -> Course:
    """Return the course of a world that arrives whole, and is processed oldest first; by `former` names, if asked."""
    number = LAST - 1 if former else LAST
    arrivals: list[Arrival | Saying] = []
    for slot in world.slots:
        if (last := world.last(slot)) is not None:
            arrivals.append(Arrival(slot, last._replace(number=number, former=former), 0, 1))
        arrivals += world.sayings(slot)
    return Course(tuple(arrivals), (world.facts,), ())


def _process(detector: Detector, slot: Slot) -> list[Bulletin]:
    return detector.detect(slot[0], period_of(slot))
