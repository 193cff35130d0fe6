"""A rename that one chart of a provider proves holds on the others: they have no figures that would show it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord
from chartwatch.domain.charts.chart import GLOBAL, Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.detect import Detector
from chartwatch.services.record import Head
from chartwatch.services.updating import store_publication
from tests.chronicle import CHANGE, NTH, NotedCharts, sent
from tests.courses import Run
from tests.strategies import examples

COUNTRIES = Chart("countries", "the chart by country", "netflix", Cadence.WEEK, 2, Kind.SERIES)
WORLD = Chart("world", "the chart of the world", "netflix", Cadence.WEEK, 2, Kind.SERIES, identifying=("hours",))
ELSEWHERE = replace(WORLD, id="elsewhere", provider="another")
START = date(2023, 12, 31)
BERLIN = Work("berlin", "Berlin", Kind.SERIES, "es", ("ES",))
BEFORE, AFTER = "Berlin", "Berlin and the Jewels of Paris"


class Charts:
    """Charts of which documents arrive, and their records."""

    def __init__(self, works: Sequence[Work] = (BERLIN,), charts: MemoryCharts | None = None) -> None:
        self.run = Run(charts or MemoryCharts(), MemoryRecord())
        self.catalog = Catalog(works)
        self.detector = self.detector_of(self.catalog)

    def detector_of(self, catalog: Catalog) -> Detector:
        """Return a detector that has read nothing yet, and knows which other catalog there was before."""
        before = {} if catalog is self.catalog else {self.catalog.version: self.catalog}
        charts, rules = self.run.charts, RuleSet([CHANGE, NTH])
        return Detector(charts, self.run.store, catalog, rules, earlier_catalog=before.get)

    def head(self, chart: str) -> Head:
        head = self.run.store.head(chart)
        assert head is not None
        return head

    def arrives(self, chart: Chart, week: int, top: str, second: str = "Low", *, fetched: int = 1) -> list[Bulletin]:
        place = GLOBAL if chart.identifying else "US"
        entries = tuple(
            Entry(rank, title, None, Kind.SERIES, (("hours", f"{rank}00{week}"),) if chart.identifying else ())
            for rank, title in enumerate((top, second), 1)
        )
        document = Provenance("https://charts.example", f"2024-03-{fetched:02}T00:00:00Z", f"{fetched:064}")
        period = START + timedelta(7 * week)
        store_publication(Publication(chart, period, (Edition(place, entries),), document), self.run.charts)
        its = self.detector.detect(chart.id, period)
        self.run.bulletins += its
        return its

    def history(self, name: str, chart: Chart = COUNTRIES, fetched: int = 1) -> list[Bulletin]:
        """Let three weeks of the chart by country arrive, in the second of which a title is at #1."""
        return [
            b for n, its in enumerate(("Other", name, "Other")) for b in self.arrives(chart, n, its, fetched=fetched)
        ]

    def proof(self, chart: Chart = WORLD) -> list[Bulletin]:
        """Let the second week of the chart of the world arrive twice, with another name at its second place."""
        return [*self.arrives(chart, 1, "Top", BEFORE), *self.arrives(chart, 1, "Top", AFTER, fetched=2)]


def test_what_another_chart_has_proved_is_told_nobody() -> None:
    charts = Charts()
    charts.history(BEFORE)
    charts.proof()
    assert sent(charts.history(AFTER, fetched=3)) == []
    (new,) = [m for m in charts.run.record().values() if m.slot == "new:countries:US:2024-01-07"]
    assert [holder.work_id for holder in new.holders] == ["berlin"]


def test_without_proof_another_title_is_another_work() -> None:
    charts = Charts()
    charts.history(BEFORE)
    told = sent(charts.history(AFTER, fetched=3))
    assert ("new:countries:US:2024-01-07", Status.CORRECTED) in told
    assert ("nth:countries:US:1", Status.RETRACTED) in told


def test_what_another_provider_s_chart_proves_does_not_hold() -> None:
    charts = Charts()
    charts.history(BEFORE)
    charts.proof(ELSEWHERE)
    assert sent(charts.history(AFTER, fetched=3))


def test_proof_that_comes_later_wakes_the_other_chart() -> None:
    charts = Charts()
    charts.history(BEFORE)
    charts.history(AFTER, fetched=3)
    told = sent(charts.proof())
    assert told == [("nth:countries:US:1", Status.PROVISIONAL)], "it counts again"
    head = charts.run.store.head("countries")
    assert head is not None
    assert head.lent


def test_a_title_of_no_catalog_that_stands_there_has_the_name_that_is_proved_later() -> None:
    early, late = Charts(works=()), Charts(works=())
    early.proof()
    early.history(BEFORE)
    late.history(BEFORE)
    late.proof()
    (holder,) = late.run.record()["new:countries:US:2024-01-07"].holders
    assert holder.work_id == "unlisted:series:berlin and the jewels of paris"
    assert [m.holders for m in late.run.record().values() if m.is_held] == [
        m.holders for m in early.run.record().values() if m.is_held
    ]


def test_a_chart_that_begins_later_begins_with_the_names_that_are_proved() -> None:
    charts = Charts(works=())
    charts.proof()
    charts.arrives(COUNTRIES, 0, "Other")
    charts.arrives(COUNTRIES, 1, BEFORE)
    (holder,) = charts.run.record()["new:countries:US:2024-01-07"].holders
    assert holder.title == AFTER
    begins = Charts(works=())
    begins.proof()
    begins.arrives(COUNTRIES, 0, BEFORE)
    assert begins.head("countries").lent == charts.head("countries").lent
    assert begins.detector_of(begins.catalog).rebuild("countries", commit=False) is None


def test_what_is_lent_is_looked_for_from_where_its_titles_are_at_one() -> None:
    noted = NotedCharts()
    charts = Charts(charts=noted)
    charts.history(BEFORE)
    charts.history(AFTER, fetched=3)
    noted.read.clear()
    charts.proof()
    assert START + timedelta(1) in noted.read, "the first week does not have it, and stands in a snapshot"


def test_a_catalog_that_changes_nothing_leaves_names_as_they_are_lent_and_proved() -> None:
    charts = Charts()
    charts.history(BEFORE)
    charts.proof()
    charts.history(AFTER, fetched=3)
    other = Catalog((BERLIN, Work("dark", "Dark", Kind.SERIES, "de", ("DE",))))
    for chart in ("countries", "world"):
        before = charts.head(chart)
        assert charts.detector_of(other).reconsider(chart) == []
        after = charts.head(chart)
        assert (after.catalog, after.lent, after.renamings) == (other.version, before.lent, before.renamings)
        assert before.renamings


def test_an_audit_goes_by_the_names_that_the_record_knows_and_a_reconsideration_by_all() -> None:
    charts = Charts(works=())
    charts.proof()
    charts.history(BEFORE)
    world = charts.head("world")
    (proved,) = charts.run.store.proved("netflix").values()
    another = Renaming("2024-03-09T00:00:00Z", Kind.SERIES, "Other", "Another")
    after = replace(world, version=world.version + 1)
    assert charts.run.store.swap(world, after, proved=(*proved, another))
    audit = charts.detector_of(charts.catalog).audit("countries")
    assert audit is not None
    assert (audit.milestones, audit.snapshot) == ((), False)
    assert charts.detector_of(charts.catalog).reconsider("countries")
    titles = {holder.title for m in charts.run.record().values() if m.is_held for holder in m.holders}
    assert titles == {"Another", AFTER}


def test_names_that_are_lent_are_read_again_where_the_last_snapshot_is_lost() -> None:
    charts = Charts()
    charts.proof()
    charts.history(BEFORE)
    head = charts.head("countries")
    assert head.lent
    del charts.run.store._files["countries"]["snapshot", head.snapshots[-1].file]
    charts.detector = charts.detector_of(charts.catalog)
    charts.arrives(COUNTRIES, 3, "Other")
    assert charts.head("countries").lent == head.lent
    assert charts.head("countries").version == head.version + 1


def test_a_name_that_is_lent_and_that_nothing_bears_is_no_other_snapshot() -> None:
    charts, early = Charts(), Charts()
    charts.history("Another")
    charts.proof()
    audit = charts.detector.audit("countries")
    assert audit is not None
    assert not audit.snapshot
    early.proof()
    early.history("Another")
    known = charts.head("countries"), early.head("countries")
    assert [(head.lent, head.renamings) for head in known] == [(known[0].lent, known[0].renamings)] * 2
    assert known[0].lent


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
@pytest.mark.parametrize("works", [(), (BERLIN,)])
def test_in_whatever_order_proof_and_names_come_the_record_is_one(order: Sequence[int], works: Sequence[Work]) -> None:
    def come(order: Sequence[int]) -> Charts:
        charts = Charts(works)
        steps = (
            lambda: charts.history(BEFORE),
            charts.proof,
            lambda: charts.history(AFTER, fetched=3),
        )
        for number in order:
            steps[number]()
        return charts

    def stands(charts: Charts) -> object:
        held = (m for m in charts.run.record().values() if m.is_held)
        return {m.slot: (m.period, m.n, m.holders, m.reasons, m.headline) for m in held}

    plain, other = come((0, 1, 2)), come(order)
    assert stands(other) == stands(plain)
    for chart in ("countries", "world"):
        one, two = plain.run.store.head(chart), other.run.store.head(chart)
        assert one is not None
        assert two is not None
        assert (one.renamings, one.lent, one.proved) == (two.renamings, two.lent, two.proved)
        assert plain.detector.audit(chart) == other.detector.audit(chart)


@examples(50)
@given(st.permutations([(chart, week) for chart in (COUNTRIES, WORLD) for week in range(3)] * 2), st.data())
def test_documents_of_two_charts_in_any_order_end_in_one_record(
    arrivals: Sequence[tuple[Chart, int]], data: st.DataObject
) -> None:
    names = {week: data.draw(st.sampled_from([BEFORE, "Other"])) for week in range(3)}

    def come(order: Sequence[tuple[Chart, int, int]]) -> object:
        charts = Charts()
        for chart, week, fetched in order:
            name = AFTER if fetched > 1 and names[week] == BEFORE else names[week]
            charts.arrives(chart, week, name, fetched=fetched)
        held = (m for m in charts.run.record().values() if m.is_held)
        return {m.slot: (m.period, m.n, m.holders, m.reasons, m.headline) for m in held}

    seen: set[tuple[str, int]] = set()
    numbered = []
    for chart, week in arrivals:
        numbered.append((chart, week, 2 if (chart.id, week) in seen else 1))
        seen.add((chart.id, week))
    assert come(numbered) == come(sorted(numbered, key=lambda its: (its[2], its[0].id, its[1])))
