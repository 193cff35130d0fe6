"""The state by which a site is known to be up to date: whatever a page shows another of, it is another."""

from collections.abc import Iterable, Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.services.detect import Detector
from chartwatch.services.render import Renderer
from tests.chronicle import CHANGE, NTH, WORKS, Chronicle
from tests.courses import Run, arriving
from tests.strategies import courses, examples, other_facts, period_of, worlds

TODAY = date(2026, 11, 28)


class Bodies:
    """The files of a site, rendered anew; implements `SiteFiles`."""

    def __init__(self, renderer: Renderer) -> None:
        self.files: dict[str, bytes] = {}
        renderer.render(self)

    def keys(self) -> Mapping[str, str]:
        return {}

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        self.files |= dict(files)

    def remove(self, addresses: Iterable[str]) -> None:
        assert not set(addresses)

    def note(self, keys: Mapping[str, str]) -> None:
        assert keys.keys() == self.files.keys()


@examples(30)
@given(st.data())
def test_no_file_is_another_where_the_state_is_not(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course = data.draw(courses(world, other_facts=other_facts()))
    done = Run(store=MemoryRecord())
    catalogs = [facts.catalog for facts in course.facts]
    earlier = {catalog.version: catalog for catalog in catalogs}.get
    seen: dict[str, dict[str, bytes]] = {}
    for slot, facts, _ in arriving(course, done.charts):
        rules = course.facts[facts].rule_set
        detector = Detector(done.charts, done.store, catalogs[facts], rules, earlier_catalog=earlier)
        detector.reconsider(slot[0])
        detector.detect(slot[0], period_of(slot))
        renderer = Renderer(done.charts, done.store, catalogs[facts])
        files = Bodies(renderer).files
        assert seen.setdefault(renderer.state(TODAY), files) == files


def test_what_was_rendered_is_rendered_again_the_next_day_and_not_before() -> None:
    chart = Chronicle(NTH, CHANGE, works=WORKS)
    chart.arrives(0, US="Ozark")
    renderer = Renderer(chart.charts, chart.record, chart.catalog)
    first = renderer.state(TODAY)
    assert renderer.state(TODAY) == first
    assert renderer.state(date(2026, 11, 29)) != first
    chart.arrives(1, US="Squid Game")
    assert renderer.state(TODAY) != first


def test_where_nothing_is_recorded_there_is_a_state_too() -> None:
    chart = Chronicle(NTH, works=WORKS)
    assert Renderer(chart.charts, chart.record, chart.catalog).state(TODAY)
