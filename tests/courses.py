"""A course run on the memory stores: what is recorded in the end, and every bulletin on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import store_publication
from tests.recorded import milestones
from tests.strategies import LAST, Arrival, Course, Slot, Version, World, period_of


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
    for arrival in course.arrivals:
        publication = arrival.publication
        publication = replace(publication, chart=replace(publication.chart, min_periods=min_periods))
        store_publication(publication, done.charts)
        for _ in range(arrival.times):
            done.bulletins += detectors[arrival.facts].detect(publication.chart.id, publication.period)
    for slot in course.left_for_the_end:
        done.bulletins += _process(detectors[-1], slot)
    for chart in done.charts.charts():
        done.bulletins += detectors[-1].reconsider(chart)
    return done


def straight(world: World, *, former: bool = False) -> Course:
    """Return the course of a world that arrives whole, and is processed oldest first; by `former` names, if asked."""
    order = sorted(world.contents)
    number = LAST - 1 if former else LAST
    versions = {slot: Version(world.contents[slot], number, former) for slot in order}
    return Course(tuple(Arrival(slot, version, 0, 1) for slot, version in versions.items()), (world.facts,), ())


def _process(detector: Detector, slot: Slot) -> list[Bulletin]:
    return detector.detect(slot[0], period_of(slot))
