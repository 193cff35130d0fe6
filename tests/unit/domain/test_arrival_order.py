"""Whatever arrives in whatever order: one record in the end, and each change told once, to whom it concerns."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryMilestones
from chartwatch.domain.detection import fold
from chartwatch.domain.history import Head
from chartwatch.domain.milestones import Bulletin, Change, Milestone, Status
from chartwatch.domain.stores import Recorded
from tests.courses import Run, run, straight
from tests.strategies import PERIODS, START, Course, World, courses, examples, other_catalogs, other_facts, worlds

LIVE_FROM = st.none() | st.integers(0, 7 * PERIODS).map(lambda days: START + timedelta(days))


def slots(milestones: Iterable[Milestone]) -> dict[str, tuple[object, ...]]:
    """Return what is true of each slot that is held: revisions, and what people were told, depend on the course."""
    return {m.slot: (m.rule, m.kind, m.group, m.n, m.substance) for m in milestones if m.status is not Status.RETRACTED}


def remembered(milestones: MemoryMilestones, chart: str) -> tuple[object, ...]:
    """Return all that a chart's next step will read."""
    recorded: Recorded = milestones.recorded(chart)
    head = milestones.head(chart)
    assert isinstance(head, Head)
    of_head = (head.scopes, head.digest, head.rules, head.catalog)
    return of_head, recorded.honours, recorded.tallies, recorded.applied


def changes(bulletins: Iterable[Bulletin]) -> Iterator[Change]:
    for bulletin in bulletins:
        yield from bulletin.changes


def told_as_if_alone(done: Run, live_from: date | None) -> None:
    """Claim that somebody is told of a change just when it concerns news, or corrects what they were told."""
    told: set[str] = set()
    for change in changes(done.bulletins):
        now = change.milestone
        is_news = not now.left_censored and not (live_from and now.period < live_from)
        due = now.slot in told or (is_news and now.status is not Status.RETRACTED)
        assert change.is_told is due, now
        if change.is_told:
            told.add(now.slot)


@examples(100)
@given(st.data())
def test_any_course_ends_in_the_record_of_the_straight_one(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())))
    plain = run(straight(world))
    assert slots(done.record().values()) == slots(plain.record().values())
    for chart in world.chart_ids:
        assert remembered(done.milestones, chart) == remembered(plain.milestones, chart)


@examples(50)
@given(worlds())
def test_the_record_is_the_fold_of_all_publications(world: World) -> None:
    done = run(straight(world))
    catalog, rules = world.facts.catalog, world.facts.rule_set
    for chart in world.chart_ids:
        folded = fold(chart, done.charts.summaries(chart), catalog, rules)
        recorded = done.milestones.recorded(chart)
        assert {claim.slot: claim.substance for claim in folded.claims} == {
            slot: milestone.substance for slot, milestone in recorded.milestones.items()
        }
        assert (folded.honours, folded.tallies) == (recorded.honours, recorded.tallies)


@examples(50)
@given(st.data())
def test_each_revision_follows_the_one_before_and_differs_from_it(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())), data.draw(LIVE_FROM))
    latest: dict[str, Milestone] = {}
    for change in changes(done.bulletins):
        now, before = change.milestone, latest.get(change.milestone.slot)
        assert change.replaced == before
        assert now.revision == (before.revision + 1 if before else 1)
        assert before is None or now.substance != before.substance
        latest[now.slot] = now
    assert latest == done.record()


@examples(50)
@given(st.data())
def test_bulletins_of_a_chart_are_numbered_upwards_and_none_is_empty(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())))
    for chart in world.chart_ids:
        its = [bulletin for bulletin in done.bulletins if bulletin.chart == chart]
        assert its == list(done.milestones.bulletins(chart))
        numbers = [bulletin.number for bulletin in its]
        assert numbers == sorted(set(numbers))
        for bulletin in its:
            named = [change.milestone.slot for change in bulletin.changes]
            assert named
            assert len(named) == len(set(named))
            assert bulletin.works.keys() == {work for change in bulletin.changes for work in change.works()}


@examples(50)
@given(st.data())
def test_nothing_is_told_twice(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_catalogs(world))), data.draw(LIVE_FROM))
    told: dict[str, object] = {}
    for change in changes(done.bulletins):
        if change.is_told:
            assert change.milestone.slot not in told or told[change.milestone.slot] != change.milestone.substance
            told[change.milestone.slot] = change.milestone.substance


@examples(50)
@given(st.data())
def test_everything_is_told_but_the_past_and_the_beginning_of_records(data: st.DataObject) -> None:
    world, live_from = data.draw(worlds()), data.draw(LIVE_FROM)
    told_as_if_alone(run(data.draw(courses(world, other_facts=other_catalogs(world))), live_from), live_from)


@examples(50)
@given(st.data())
def test_processing_everything_again_says_nothing(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course: Course = data.draw(courses(world))
    again = run(Course(course.arrivals, course.facts, course.left_for_the_end * 2))
    assert again.bulletins == run(course).bulletins
