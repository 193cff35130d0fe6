"""The record of a chart, whatever becomes of its files and of those who write it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.domain.charts.publications import Edition, Provenance, Publication
from chartwatch.domain.charts.publications import Entry as ChartEntry
from chartwatch.domain.milestones.ledger import substance
from chartwatch.domain.milestones.milestone import Milestone, Status
from chartwatch.errors import Conflict, RecordDamaged
from chartwatch.services.detect import ATTEMPTS, Audit, Detector
from chartwatch.services.record import (
    BULLETIN,
    LEDGER,
    RETRACTED,
    SNAPSHOT,
    FileKind,
    Files,
    Head,
    RecordedBulletins,
    StoredFile,
)
from chartwatch.services.updating import store_publication
from tests.chronicle import CHANGE, CHART, NTH, Chronicle, a_run, sent
from tests.courses import Run, arriving, run
from tests.recorded import entries, processed
from tests.strategies import Course, World, courses, examples, other_facts, period_of, worlds

# Files that get lost.


def lose(store: Any, chart: str, kind: FileKind[Any], name: str) -> None:
    del store._files[chart][kind.name, name]


class Losing(MemoryRecord):
    """A record whose snapshots get lost by chance."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance

    def put(self, chart: str, kind: FileKind[Any], value: Any) -> str:
        name = super().put(chart, kind, value)
        if kind is SNAPSHOT and self._chance.random() < 0.5:
            lose(self, chart, kind, name)
        return name


def at_once(course: Course, store: MemoryRecord) -> Run:
    """Let everything arrive, and leave nothing unprocessed before the next arrival.

    Catalogs and rules are in force before what is processed by them arrives: who begins anew reads all that is stored.
    """
    done = Run(store=store)
    catalogs = [facts.catalog for facts in course.facts]
    earlier = {catalog.version: catalog for catalog in catalogs}.get
    coming = [(slot, facts) for slot, facts, _ in arriving(course, Run().charts)]
    arrivals = arriving(course, done.charts)
    for slot, facts in coming:
        rules = course.facts[facts].rule_set
        detector = Detector(done.charts, store, catalogs[facts], rules, earlier_catalog=earlier)
        done.bulletins += detector.reconsider(slot[0])
        next(arrivals)
        done.bulletins += detector.detect(slot[0], period_of(slot))
    return done


@examples(50)
@given(st.data())
def test_snapshots_that_get_lost_cost_time_and_change_nothing(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course = data.draw(courses(world, other_facts=other_facts()))
    whole = at_once(course, MemoryRecord())
    losing = at_once(course, Losing(data.draw(st.randoms(use_true_random=False))))
    assert losing.bulletins == whole.bulletins
    for chart in world.chart_ids:
        assert entries(losing.store, chart) == entries(whole.store, chart)
        assert processed(losing.store, chart) == processed(whole.store, chart)


def ends_a_step(done: Run, world: World, chart: str, period: date) -> None:
    """Claim that another version of a publication cannot be processed, and that nothing is changed by it."""
    head, bulletins = done.store.head(chart), list(done.store.bulletins(chart))
    stored = done.charts.summary(chart, period)
    assert stored is not None
    territories = list(stored.number_ones) or ["US"]
    editions = tuple(Edition(territory, (ChartEntry(1, "Another"),)) for territory in territories)
    store_publication(Publication(stored.chart, period, editions, Provenance("later.csv", None, "f" * 64)), done.charts)
    with pytest.raises(RecordDamaged):
        Detector(done.charts, done.store, world.facts.catalog, world.facts.rule_set).detect(chart, period)
    assert (done.store.head(chart), list(done.store.bulletins(chart))) == (head, bulletins)


@examples(50)
@given(st.data())
def test_a_ledger_that_is_lost_never_reads_as_empty(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world)))
    chart = data.draw(st.sampled_from(world.chart_ids))
    year, file = data.draw(st.sampled_from(sorted(head_of(done, chart).ledgers.items())))
    lose(done.store, chart, LEDGER, file)
    period = data.draw(st.sampled_from([p.period for p in done.charts.summaries(chart) if p.period.year <= year]))
    ends_a_step(done, world, chart, period)


@examples(50)
@given(st.data())
def test_retracted_slots_that_are_lost_never_read_as_none(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())))
    chart = data.draw(st.sampled_from(world.chart_ids))
    file = head_of(done, chart).retracted
    assume(file)
    lose(done.store, chart, RETRACTED, file)
    ends_a_step(done, world, chart, data.draw(st.sampled_from([p.period for p in done.charts.summaries(chart)])))


def head_of(done: Run, chart: str) -> Head:
    head = done.store.head(chart)
    assert head is not None
    return head


def test_a_ledger_of_years_ago_is_asked_for_only_by_what_is_as_old() -> None:
    chronicle = over_new_year("Ozark", "Squid Game", "Money Heist", "Elite")
    lose(chronicle.record, CHART.id, LEDGER, chronicle.head.ledgers[2021])
    assert chronicle.arrives(4, US="Ozark")
    assert chronicle.arrives(3, US="All of Us Are Dead")
    with pytest.raises(RecordDamaged, match="the record of daily is damaged: ledger/"):
        chronicle.arrives(1, US="All of Us Are Dead")


def test_a_bulletin_that_is_lost_is_missed_by_whoever_reads_it() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    recorded = RecordedBulletins(chronicle.record)
    _, first, second = chronicle.record.bulletins(CHART.id)
    lose(chronicle.record, CHART.id, BULLETIN, first.file)
    assert [bulletin.number for bulletin in recorded.bulletins(CHART.id, first.number)] == [second.number]
    with pytest.raises(RecordDamaged, match="bulletin/"):
        list(recorded.bulletins(CHART.id))
    with pytest.raises(RecordDamaged):
        recorded.bulletin(CHART.id, first.number)


# Years.


def over_new_year(*titles: str) -> Chronicle:
    """Return a chart of which two days are in 2021, and all others in 2022."""
    chronicle = Chronicle(CHANGE, NTH, first=date(2021, 12, 30))
    a_run(chronicle, *titles)
    return chronicle


def ledgers(chronicle: Chronicle) -> dict[int | None, set[str]]:
    """Return which slots stand in the ledger of each year; those that nobody holds and that are of none under None."""
    files = Files(chronicle.record, chronicle.head)
    found: dict[int | None, set[str]] = {year: set(ledger.entries) for year, ledger in files.ledgers().items()}
    return found | {None: set(files.retracted().entries)}


def test_a_slot_stands_in_the_ledger_of_the_year_of_its_period() -> None:
    chronicle = over_new_year("Ozark", "Squid Game", "Money Heist")
    assert ledgers(chronicle) == {
        2021: {"new:daily:US:2021-12-31", "nth:daily:US:1"},
        2022: {"new:daily:US:2022-01-01", "nth:daily:US:2"},
        None: set(),
    }


def test_a_slot_that_is_corrected_moves_to_the_year_of_its_new_period() -> None:
    chronicle = over_new_year("Ozark", "Squid Game", "Money Heist")
    chronicle.arrives(1, US="Ozark")
    assert ledgers(chronicle) == {
        # Of a new #1 there is only that day, whoever holds it.
        2021: {"new:daily:US:2021-12-31"},
        2022: {"new:daily:US:2022-01-01", "nth:daily:US:1"},
        None: {"nth:daily:US:2"},
    }


def test_a_retracted_slot_that_is_claimed_in_another_year_goes_on_from_there() -> None:
    chronicle = over_new_year("Ozark", "Squid Game")
    chronicle.arrives(1, US="Ozark")
    assert ledgers(chronicle)[None] == {"nth:daily:US:1"}
    assert sent(chronicle.arrives(2, US="Squid Game")) == [
        ("new:daily:US:2022-01-01", Status.ANNOUNCED),
        ("nth:daily:US:1", Status.ANNOUNCED),
    ]
    assert chronicle.entry("nth:daily:US:1").revision == 3
    assert ledgers(chronicle)[None] == set()


# Those who write it at the same time.


class Raced(MemoryRecord):
    """A record to which something may happen whenever somebody is about to swap the head of a chart."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[str], object] | None = None

    def swap(self, before: Head | None, after: Head, *more: Any, **named: Any) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile(after.chart)
        self.meanwhile = meanwhile
        return super().swap(before, after, *more, **named)


@examples(50)
@given(st.data())
def test_a_race_that_is_lost_ends_in_the_same_record(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course = data.draw(courses(world))
    chance, turns = data.draw(st.randoms(use_true_random=False)), count()
    done = Run(store=(record := Raced()))
    detector = Detector(done.charts, record, world.facts.catalog, world.facts.rule_set)

    def another_step(chart: str) -> None:
        # Not at every turn: nobody is to come second again and again.
        if next(turns) % 2 and chance.random() < 0.8:
            detector.detect(chart, chance.choice(done.charts.summaries(chart)).period)

    record.meanwhile = another_step
    run(course, done=done)
    alone = run(course)
    for chart in world.chart_ids:
        assert held(done.store, chart) == held(alone.store, chart)
        assert detector.audit(chart) == Audit(milestones=(), snapshot=False, unprocessed=(), contradicted=())


def held(store: MemoryRecord, chart: str) -> dict[str, object]:
    return {slot: (substance(entry), entry.words) for slot, entry in entries(store, chart).items() if entry.is_held}


def raced(meanwhile: Callable[[Chronicle], object]) -> Chronicle:
    """Return a chart of two days, to which something will happen whenever somebody is about to swap its head."""
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.record = record = Raced()
    a_run(chronicle, "Ozark", "Squid Game")
    record.meanwhile = lambda _: meanwhile(chronicle)
    return chronicle


def test_a_step_that_another_process_took_meanwhile_is_not_taken_again() -> None:
    chronicle = raced(lambda its: its.detector.detect(CHART.id, its.period(2)))
    assert chronicle.arrives(2, US="Elite") == []
    assert [ref.number for ref in chronicle.record.bulletins(CHART.id)] == [1, 2, 3]
    assert chronicle.holders("nth:daily:US:2") == [("elite", 2)]


def test_a_step_from_which_another_process_took_another_is_taken_from_there() -> None:
    others = iter(["Ozark"])
    chronicle = raced(lambda its: [its.arrives(1, US=title) for title in others])
    assert sent(chronicle.arrives(2, US="Squid Game")) == [
        ("new:daily:US:2022-01-03", Status.ANNOUNCED),
        ("nth:daily:US:1", Status.ANNOUNCED),
    ]


def test_whoever_comes_second_again_and_again_gives_up() -> None:
    others: list[int] = []

    def goes_on(chronicle: Chronicle) -> None:
        others.append(chronicle.head.version)
        assert chronicle.record.swap(chronicle.head, replace(chronicle.head, version=chronicle.head.version + 1))

    chronicle = raced(goes_on)
    with pytest.raises(Conflict, match="the history of daily changed"):
        chronicle.arrives(2, US="Elite")
    assert len(others) == ATTEMPTS
    assert [ref.number for ref in chronicle.record.bulletins(CHART.id)] == [1, 2]
    assert chronicle.head.last == chronicle.period(1)


def test_a_step_whose_reply_was_lost_is_taken_and_not_taken_again() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", "Squid Game")
    record: Any = chronicle.record
    swap = record.swap

    def loses_its_reply(*arguments: Any) -> bool:
        record.swap = swap
        assert swap(*arguments)
        raise TimeoutError

    record.swap = loses_its_reply
    with pytest.raises(TimeoutError):
        chronicle.arrives(2, US="Elite")
    assert chronicle.arrives(2, US="Elite") == []
    assert [ref.number for ref in record.bulletins(CHART.id)] == [1, 2, 3]


def test_there_is_no_audit_of_a_chart_that_moves_on_meanwhile() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    charts: Any = chronicle.charts
    timeline = charts.timeline

    def moves_on(*arguments: Any) -> Any:
        charts.timeline = timeline
        found = timeline(*arguments)
        chronicle.arrives(2, US="Elite")
        return found

    charts.timeline = moves_on
    assert chronicle.detector.audit(CHART.id) is None
    assert chronicle.detector.audit(CHART.id) is not None


# Files that no head names any more.

NOW = datetime(2022, 6, 1, tzinfo=UTC)


class Hoarding(MemoryRecord):
    """A record that keeps what no head names, as a bucket does; files are as old as they are said to be."""

    def __init__(self) -> None:
        super().__init__()
        self.age = timedelta(0)

    def swap(self, before: Head | None, after: Head, *more: Any, **named: Any) -> bool:
        kept = dict(self._files.get(after.chart, {}))
        swapped = super().swap(before, after, *more, **named)
        self._files[after.chart] = kept
        return swapped

    def files(self, chart: str) -> list[StoredFile]:
        return [StoredFile(kind, name, NOW - self.age, name) for kind, name in self._files.get(chart, {})]

    def remove(self, chart: str, files: Iterable[StoredFile]) -> None:
        for file in files:
            del self._files[chart][file.kind, file.name]


def hoarded(age: timedelta) -> tuple[Chronicle, Hoarding]:
    """Return a chart that was corrected again and again, and its record with all that this left, of some age."""
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.record = record = Hoarding()
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist", "Ozark")
    for title in ("Ozark", "Squid Game", "Ozark"):
        chronicle.arrives(1, US=title)
    record.age = age
    return chronicle, record


def kinds(record: Hoarding, chronicle: Chronicle) -> dict[str, int]:
    """Return how many files of each kind there are that the head does not name."""
    named = chronicle.head.files()
    return Counter(file.kind for file in record.files(CHART.id) if (file.kind, file.name) not in named)


@pytest.mark.parametrize(
    ("age", "goes"),
    [
        (timedelta(days=1), ()),
        (timedelta(days=1, seconds=1), ("snapshot",)),
        (timedelta(days=48), ("snapshot",)),
        (timedelta(days=48, seconds=1), ("snapshot", "ledger", "retracted")),
        (timedelta(days=4000), ("snapshot", "ledger", "retracted")),
    ],
)
def test_what_no_head_names_is_removed_when_it_is_old_enough_for_its_kind(
    age: timedelta, goes: tuple[str, ...]
) -> None:
    chronicle, record = hoarded(age)
    unnamed = kinds(record, chronicle)
    assert set(unnamed) == {"snapshot", "ledger", "retracted", "bulletin"}
    assert chronicle.detector.remove_unnamed(CHART.id, NOW) == sum(unnamed[kind] for kind in goes)
    assert kinds(record, chronicle) == {kind: count for kind, count in unnamed.items() if kind not in goes}
    assert chronicle.detector.audit(CHART.id) == Audit((), snapshot=False, unprocessed=(), contradicted=())
    assert len(list(RecordedBulletins(record).bulletins(CHART.id))) == unnamed["bulletin"]


def test_before_files_are_removed_the_head_moves_on_so_that_no_step_names_them() -> None:
    chronicle, record = hoarded(timedelta(days=49))
    before = chronicle.head
    assert chronicle.detector.remove_unnamed(CHART.id, NOW)
    assert chronicle.head == replace(before, version=before.version + 1)
    assert not record.swap(before, replace(before, version=before.version + 1, catalog="a step from before"))


def test_where_nothing_is_to_be_removed_the_head_stays() -> None:
    chronicle, _ = hoarded(timedelta(0))
    before = chronicle.head
    assert chronicle.detector.remove_unnamed(CHART.id, NOW) == 0
    assert Chronicle(CHANGE).detector.remove_unnamed(CHART.id, NOW) == 0
    assert chronicle.head == before


def test_nothing_is_removed_when_the_head_moved_on_meanwhile() -> None:
    chronicle, record = hoarded(timedelta(days=49))
    files = record.files

    def moves_on(chart: str) -> list[StoredFile]:
        found = files(chart)
        version = chronicle.head.version + 1
        record.swap(chronicle.head, replace(chronicle.head, version=version, catalog=f"catalog {version}"))
        return found

    record.files = moves_on  # type: ignore[method-assign]
    unnamed = kinds(record, chronicle)
    assert chronicle.detector.remove_unnamed(CHART.id, NOW) == 0
    assert kinds(record, chronicle) == unnamed


# What was said of a slot, revision by revision.


@examples(50)
@given(st.data())
def test_the_revisions_of_a_period_are_those_of_all_slots_that_were_ever_of_it(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())))
    chart = data.draw(st.sampled_from(world.chart_ids))
    recorded = RecordedBulletins(done.store)
    said: dict[str, list[Milestone]] = {}
    for bulletin in recorded.bulletins(chart):
        for change in bulletin.changes:
            said.setdefault(change.milestone.slot, []).append(change.milestone)
    scopes = {(m.territory, m.period) for its in said.values() for m in its}
    for scope, period in scopes:
        assert recorded.revisions(chart, scope, period) == [
            m
            for _, its in sorted(said.items())
            if its[0].territory == scope and any(m.period == period for m in its)
            for m in its
        ]


def test_there_are_no_revisions_where_nothing_was_recorded() -> None:
    chronicle = Chronicle(NTH)
    recorded = RecordedBulletins(chronicle.record)
    assert recorded.revisions(CHART.id, "US", chronicle.period(0)) == []
    a_run(chronicle, "Ozark", "Squid Game")
    assert recorded.revisions(CHART.id, "US", chronicle.period(0)) == []
    assert recorded.revisions(CHART.id, "KR", chronicle.period(1)) == []
    (milestone,) = recorded.revisions(CHART.id, "US", chronicle.period(1))
    assert milestone.slot == "nth:daily:US:1"


def test_a_slot_that_moved_to_another_period_is_found_by_either() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", None, "Squid Game")
    chronicle.arrives(1, US="Squid Game")
    recorded = RecordedBulletins(chronicle.record)
    by_period = [recorded.revisions(CHART.id, "US", chronicle.period(number)) for number in (1, 2)]
    assert by_period[0] == by_period[1]
    assert [(m.revision, m.period) for m in by_period[0]] == [(1, chronicle.period(2)), (2, chronicle.period(1))]


def test_a_bulletin_is_found_by_its_number_and_no_other() -> None:
    chronicle = Chronicle(NTH)
    (bulletin,) = a_run(chronicle, "Ozark", "Squid Game")
    recorded = RecordedBulletins(chronicle.record)
    assert recorded.bulletin(CHART.id, bulletin.number) == bulletin
    with pytest.raises(LookupError):
        recorded.bulletin(CHART.id, bulletin.number + 1)
    with pytest.raises(LookupError):
        recorded.bulletin("another", bulletin.number)
