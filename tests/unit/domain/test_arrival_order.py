"""Whatever arrives in whatever order: one record in the end, and each change told once, to whom it concerns."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.domain.charts.publications import AbsenceKind
from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.milestones.ledger import digest_of_words, substance
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import title_of_unlisted
from chartwatch.services.by_hand import reinstate, withdraw
from chartwatch.services.detect import Detector
from chartwatch.services.record import Head, RecordedBulletins
from chartwatch.services.updating import store_publication
from tests.courses import Run, run, straight
from tests.recorded import entries, processed, snapshots
from tests.strategies import (
    FORMER,
    PERIODS,
    SHARES,
    START,
    Arrival,
    Course,
    Facts,
    World,
    courses,
    examples,
    other_catalogs,
    other_facts,
    period_of,
    worlds,
)

GONE = "retracted"
"""What those heard last who were told of a retraction."""

LIVE_FROM = st.none() | st.integers(0, 7 * PERIODS).map(lambda days: START + timedelta(days))


def slots(milestones: Iterable[Milestone]) -> dict[str, tuple[object, ...]]:
    """Return what is true of each slot that is held: revisions, and what people were told, depend on the course."""
    return {m.slot: (m.rule, m.kind, m.group, *said(m)) for m in milestones if m.is_held}


def said(said: Claim | Milestone) -> tuple[object, ...]:
    """Return all that is said of a slot, but for the document that shows it and the revision that it replaces."""
    evidence = said.evidence.as_json() if said.evidence else {}
    evidence.pop("edition", None)
    return said.period, said.n, said.holders, said.left_censored, said.reasons, said.headline, said.brief, evidence


def timing(milestone: Milestone) -> object:
    """Return all that makes a milestone news but for the names of its holders."""
    since = sorted((holder.since, holder.season or "", holder.group or "") for holder in milestone.holders)
    return (milestone.period, milestone.n, milestone.left_censored, since) if milestone.is_held else GONE


def remembered(store: MemoryRecord, chart: str) -> tuple[object, ...]:
    """Return all that a chart's next step will read, but for the names that only its earlier versions had."""
    head = store.head(chart)
    assert isinstance(head, Head)
    kept = {
        period: replace(snapshot, renamings={}, charted={}, lent=())
        for period, snapshot in snapshots(store, chart).items()
    }
    return head.rules, head.catalog, head.last, kept, processed(store, chart).keys()


def changes(bulletins: Iterable[Bulletin]) -> Iterator[Change]:
    for bulletin in bulletins:
        yield from bulletin.changes


class Stated(NamedTuple):
    """What is said of a slot, and the ids of all works that this names."""

    what: object
    works: frozenset[str]

    @classmethod
    def of(cls, milestone: Milestone) -> "Stated":
        if not milestone.is_held:
            return cls(GONE, frozenset())
        named = [*milestone.holders, *(its.undecided.work for its in milestone.reasons if its.undecided)]
        return cls(substance(milestone), frozenset(holder.work_id for holder in named))


class Names:
    """By what titles each work was known under any of the facts of a course."""

    def __init__(self, facts: Iterable[Facts]) -> None:
        self._of: dict[str, set[str]] = {}
        for work in (work for its in facts for work in its.works):
            self._of.setdefault(work.id, set()).update(map(title_key, (work.title, *work.aliases)))

    def is_same(self, one: Stated, other: Stated | None) -> bool | None:
        """Return whether the same was said; None where a title may have got another id, as it is known what it means.

        Nothing is sent of that.
        """
        if other is None or one.what == other.what:
            return other is not None
        changed = one.works ^ other.works
        may_be = any(
            title in self._names(another) for work in changed if (title := _title(work)) for another in changed - {work}
        )
        return None if may_be else False

    def _names(self, work: str) -> set[str]:
        return {title} if (title := _title(work)) else self._of[work]


def _title(work: str) -> str:
    """Return the title that the id of a work of no catalog names, without what tells it from others; else nothing."""
    return (title_of_unlisted(work) or "").partition(":")[0]


def sent_as_if_alone(done: Run, live_from: date | None, names: Names) -> None:
    """Claim that a change is sent just when it is news, and not what was sent already."""
    sent: dict[str, Stated] = {}
    latest: dict[str, Stated] = {}
    for change in changes(done.bulletins):
        now, last = change.milestone, sent.get(change.milestone.slot)
        stated = Stated.of(now)
        if now.is_held and latest.get(now.slot) == stated:
            assert not change.is_sent, "only the wording or the evidence changed"
        elif last is None:
            is_news = now.is_held and not now.left_censored and not (live_from and now.period < live_from)
            assert change.is_sent is is_news, now
        elif (is_same := names.is_same(stated, last)) is not None:
            assert change.is_sent is not is_same, now
        latest[now.slot] = stated
        if change.is_sent:
            sent[now.slot] = stated
    for slot, milestone in done.record().items():
        if slot in sent:
            assert names.is_same(Stated.of(milestone), sent[slot]) is not False, "the last word is what is true"


@pytest.mark.parametrize("share", SHARES)
@examples(200)
@given(data=st.data())
def test_any_course_ends_in_the_record_of_the_straight_one(share: int, data: st.DataObject) -> None:
    del share  # the examples are drawn by chance
    world = data.draw(worlds(ids=data.draw(st.booleans())))
    done = run(data.draw(courses(world, other_facts=other_facts())))
    plain = run(straight(world))
    assert slots(done.record().values()) == slots(plain.record().values())
    for chart in world.chart_ids:
        assert remembered(done.store, chart) == remembered(plain.store, chart)


@examples(50)
@given(worlds(ids=True))
def test_the_record_is_the_fold_of_all_publications(world: World) -> None:
    done = run(straight(world))
    catalog, rules = world.facts.catalog, world.facts.rule_set
    for chart in world.chart_ids:
        claims, snapshot = fold(done.charts.summaries(chart), catalog, rules)
        recorded = {slot: m for slot, m in done.record().items() if m.chart == chart and m.is_held}
        assert {claim.slot: said(claim) for claim in claims} == {slot: said(m) for slot, m in recorded.items()}
        assert snapshots(done.store, chart)[snapshot.last or START] == snapshot


@examples(50)
@given(st.data())
def test_the_ledger_is_the_fold_of_the_bulletins(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())), data.draw(LIVE_FROM))
    for chart in world.chart_ids:
        ledger = entries(done.store, chart)
        recorded = {slot: m for slot, m in done.record().items() if m.chart == chart}
        assert ledger.keys() == recorded.keys()
        for slot, m in recorded.items():
            entry = ledger[slot]
            assert (entry.status, entry.revision, entry.holders) == (m.status, m.revision, m.holders)
            assert entry.words == digest_of_words(m)
            numbers = [
                b.number for b in done.bulletins if b.chart == chart and slot in {c.milestone.slot for c in b.changes}
            ]
            assert set(numbers) <= set(entry.bulletins)


def named(holders: Iterable[Holder]) -> set[tuple[object, ...]]:
    """Return holders by the titles that they have today, whatever they were called when they were recorded or sent."""
    return {(title_key(h.title.removeprefix(FORMER)), h.season, h.group) for h in holders}


def since(holders: Iterable[Holder]) -> set[date]:
    return {h.since for h in holders}


@examples(50)
@given(st.data())
def test_each_revision_follows_the_one_before_and_differs_from_it(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())), data.draw(LIVE_FROM))
    latest: dict[str, Milestone] = {}
    told: dict[str, Milestone] = {}
    moved: set[str] = set()  # slots that have gone on under another name: they take what was sent along
    for change in changes(done.bulletins):
        now, before = change.milestone, latest.get(change.milestone.slot)
        goes_on = now.replaces is None or now.replaces.slot == now.slot
        moved |= {now.slot} if now.moved_to or not goes_on else set()
        if goes_on:
            assert (change.replaced is None) is (before is None)
            # What is sent replaces what was sent, if anything was, and what is recorded only what was recorded.
            replaced = told.get(now.slot) if change.is_sent else before
            if change.replaced and now.slot not in moved:
                was = replaced.holders if replaced else ()
                # A retraction may name a work that was sent under another name as it was last recorded.
                as_recorded = before.holders if before and not now.is_held else was
                assert named(change.replaced.holders) in (named(was), named(as_recorded))
                assert not now.is_held or since(change.replaced.holders) == since(was)
        assert now.revision == (before.revision + 1 if before else 1)
        if before and (before.kind, before.status, *said(before)) == (now.kind, now.status, *said(now)):
            assert not goes_on, "it says the same, but under the name of another work"
        latest[now.slot] = now
        told |= {now.slot: now} if change.is_sent else {}
    assert latest == done.record()


@examples(50)
@given(st.data())
def test_bulletins_of_a_chart_are_numbered_upwards_and_each_says_something(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world, other_facts=other_facts())))
    for chart in world.chart_ids:
        its = [bulletin for bulletin in done.bulletins if bulletin.chart == chart]
        assert its == list(RecordedBulletins(done.store).bulletins(chart))
        numbers = [bulletin.number for bulletin in its]
        assert numbers == sorted(set(numbers))
        for bulletin in its:
            named = [change.milestone.slot for change in bulletin.changes]
            assert named or bulletin.is_news
            assert len(named) == len(set(named))
            assert bulletin.works.keys() == {work for change in bulletin.changes for work in change.works()}


@examples(50)
@given(st.data())
def test_a_renaming_throughout_is_sent_nobody(data: st.DataObject) -> None:
    drawn, live_from = data.draw(worlds()), data.draw(LIVE_FROM)
    # Of works that a catalog knows by one of the names only, the other one brings facts, which is news.
    # And labels of seasons, which may bear a title, are not renamed here.
    rules = tuple({**rule, "count": "works"} for rule in drawn.facts.rules)
    world = World(drawn.contents, Facts((), rules))
    done = run(straight(world, former=True), live_from)
    before = done.record()
    detector = Detector(done.charts, done.store, world.facts.catalog, world.facts.rule_set, live_from)
    for arrival in straight(world).arrivals:
        assert isinstance(arrival, Arrival)
        store_publication(arrival.publication, done.charts)
    for chart, period in data.draw(st.permutations([(c, period_of((c, n))) for c, n in world.contents])):
        for change in changes(detector.detect(chart, period)):
            assert not change.is_sent
            assert change.milestone.status is not Status.CORRECTED
    plain = run(straight(world), live_from)
    assert slots(done.record().values()) == slots(plain.record().values())
    held = [milestone.slot for milestone in before.values() if milestone.is_held]
    assert len(held) == len(slots(done.record().values()))


@examples(50)
@given(st.data())
def test_nothing_is_sent_twice(data: st.DataObject) -> None:
    world = data.draw(worlds())
    course = data.draw(courses(world, other_facts=other_catalogs(world), renamed=False))
    done = run(course, data.draw(LIVE_FROM))
    told: dict[str, object] = {}
    for change in changes(done.bulletins):
        if change.is_sent:
            heard = substance(change.milestone) if change.milestone.is_held else GONE
            assert told.get(change.milestone.slot) != heard
            told[change.milestone.slot] = heard


@examples(50)
@given(st.data())
def test_everything_is_sent_but_the_past_and_the_beginning_of_records(data: st.DataObject) -> None:
    world, live_from = data.draw(worlds(in_full=True)), data.draw(LIVE_FROM)
    course = data.draw(courses(world, other_facts=other_catalogs(world), renamed=False, in_full=True))
    done = run(course, live_from)
    # A slot of a title that comes to be one of several, or is one of them no more, goes on under another name, as that
    # of a renamed title does: it is not alone, and claimed below.
    assume(not any(change.milestone.moved_to and not change.is_sent for change in changes(done.bulletins)))
    sent_as_if_alone(done, live_from, Names(course.facts))


@examples(50)
@given(st.data())
def test_the_last_word_is_true_under_whatever_name_it_was_given(data: st.DataObject) -> None:
    world, live_from = data.draw(worlds()), data.draw(LIVE_FROM)
    done = run(data.draw(courses(world, other_facts=other_catalogs(world))), live_from)
    last: dict[str, Milestone] = {}
    for change in changes(done.bulletins):
        now = change.milestone
        if change.is_sent:
            last[now.slot] = now
        elif now.moved_to and (heard := last.pop(now.slot, None)):
            last.setdefault(now.moved_to, heard)
    record = done.record()
    assert {slot: timing(heard) for slot, heard in last.items()} == {slot: timing(record[slot]) for slot in last}


@examples(50)
@given(st.data())
def test_processing_everything_again_says_nothing(data: st.DataObject) -> None:
    world = data.draw(worlds(ids=True))
    course: Course = data.draw(courses(world))
    again = run(Course(course.arrivals, course.facts, course.left_for_the_end * 2))
    assert again.bulletins == run(course).bulletins


@examples(50)
@given(st.data())
def test_what_is_withdrawn_and_counts_again_leaves_the_record_as_it_was(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(straight(world))
    before = slots(done.record().values()), {chart: remembered(done.store, chart) for chart in world.chart_ids}
    detector = Detector(done.charts, done.store, world.facts.catalog, world.facts.rule_set)
    slot = chart, _ = data.draw(st.sampled_from(sorted(world.contents)))
    period, absent = period_of(slot), world.absent.get(slot, {})
    # What had been withdrawn before would count again with all of a period.
    whole = [] if AbsenceKind.WITHDRAWN in absent.values() else [None]
    territory = data.draw(st.sampled_from([*whole, *world.contents[slot]]))
    for say in (withdraw, reinstate):
        done.charts.put([say(done.charts, chart, period, territory)])
        detector.detect(chart, period)
    assert (slots(done.record().values()), {c: remembered(done.store, c) for c in world.chart_ids}) == before
