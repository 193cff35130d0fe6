"""Claims about every milestone store: what a commit makes true, and what a refused one does not."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.fold import EVERYWHERE, Coverage, Head, Honour, HonourKey
from chartwatch.domain.milestones.milestone import Bulletin, Change, Milestone, Status, Told, WorkFacts
from chartwatch.domain.rules.claims import Reason
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.domain.rules.rule import Count, RuleKind
from chartwatch.domain.works.work import Kind
from chartwatch.errors import Conflict, RecordTooLarge
from chartwatch.services.ports import MilestoneStore, Writes
from tests.integration.conftest import Aws, Place

CHART = "weekly-tv"
SCOPES = (EVERYWHERE, "KR", "US")
FIRST = date(2022, 1, 2)


def week(number: int) -> date:
    """Return the period of the step that makes version `number`."""
    return date.fromordinal(FIRST.toordinal() + 7 * (number - 1))


def head(version: int, chart: str = CHART, scopes: tuple[str, ...] = SCOPES) -> Head:
    coverage = Coverage(FIRST, week(version), version, (), (NumberOne(f"Number one of week {version}"),))
    return Head(chart, version, {"rule": "1"}, "catalog", dict.fromkeys(scopes, coverage), f"digest {version}")


def honour(work: str, scope: str = "US", version: int = 1, season: str | None = None) -> Honour:
    by = Count.WORKS if season is None else Count.SEASONS
    return Honour(HonourKey(scope, by, work, season), work.title(), Kind.SERIES, week(version))


def slot(place: str = "1", scope: str = "US", chart: str = CHART) -> str:
    return f"nth:{chart}:{scope}:{place}"


def milestone(revision: int, slot_id: str, headline: str = "A headline") -> Milestone:
    _, chart, scope, _ = slot_id.split(":")
    return Milestone(
        slot=slot_id,
        rule="nth",
        kind=RuleKind.NTH,
        chart=chart,
        territory=scope,
        group="KR",
        n=1,
        period=week(revision),
        status=Status.ANNOUNCED if revision == 1 else Status.CORRECTED,
        silent=False,
        left_censored=False,
        revision=revision,
        holders=(Holder("hellbound", "지옥", week(revision)), Holder("maid", "Maid", FIRST, "Season 1", "US", True)),
        reasons=(Reason("the period 2021-12-26 is missing"),),
        headline=headline,
        brief="brief",
        evidence={"gaps": [["2021-12-26", "2021-12-26"]], "edition": {"fetched_at": None}, "periods_seen": 3},
        told=Told(week(revision), 1, (), False, ()),
    )


def bulletin(version: int, *milestones: Milestone, chart: str = CHART) -> Bulletin:
    facts = WorkFacts("지옥", Kind.SERIES, "ko", ("KR",), date(2021, 11, 19), "a source")
    changes = tuple(Change(m, milestone(m.revision - 1, m.slot) if m.revision > 1 else None) for m in milestones)
    return Bulletin(chart, "the weekly chart", version, week(version), changes, {"hellbound": facts})


def of(*honours: Honour) -> dict[HonourKey, Honour | None]:
    return {one.key: one for one in honours}


def state(store: MilestoneStore, chart: str = CHART) -> dict[str, Any]:
    """Return all that a store says of a chart, in terms that compare."""
    recorded = store.recorded(chart)
    records = store.records(chart)
    slots = [slot(place, scope, chart) for place in ("1", "2", "3") for scope in SCOPES]
    return {
        "head": store.head(chart),
        "honours": recorded.honours,
        "tallies": recorded.tallies,
        "milestones": recorded.milestones,
        "applied": recorded.applied,
        "each applied": {week(number): store.applied(chart, week(number)) for number in range(1, 5)},
        "each honour": records.honours(list(recorded.honours)),
        "each tally": records.tallies(list(recorded.tallies)),
        "each milestone": store.milestones(chart, slots),
        "bulletins": list(store.bulletins(chart)),
    }


def test_a_chart_has_no_record_at_first(place: Place) -> None:
    store = place.milestones()
    assert store.head(CHART) is None
    assert store.applied(CHART, FIRST) is None
    assert store.milestones(CHART, [slot()]) == {}
    assert list(store.bulletins(CHART)) == []
    assert store.records(CHART).honours([HonourKey("US", Count.WORKS, "maid")]) == {}
    assert store.records(CHART).tallies([TallyKey("nth", "US", "=KR")]) == {}
    assert not any(vars_of(store.recorded(CHART)))
    with pytest.raises(LookupError):
        store.bulletin(CHART, 1)


def vars_of(recorded: Any) -> tuple[Any, ...]:
    return recorded.honours, recorded.tallies, recorded.milestones, recorded.applied


def test_a_commit_is_read_back_whole(place: Place) -> None:
    first, second = milestone(1, slot()), milestone(1, slot("2", EVERYWHERE))
    writes = Writes(
        honours=of(honour("hellbound"), honour("maid", "KR"), honour("maid"), honour("maid", season="Season 1")),
        tallies={
            TallyKey("nth", "US", "=KR"): Tally(1),
            TallyKey("nth", EVERYWHERE, "?"): Tally(7),
            TallyKey("", "US", "runs:works:maid"): Tally(2),
        },
        milestones={first.slot: first, second.slot: second},
    )
    told = bulletin(1, first, second)
    place.milestones().commit(None, head(1), writes, told)
    store = place.milestones()
    records = store.records(CHART)
    assert store.head(CHART) == head(1)
    assert store.milestones(CHART, [first.slot, second.slot, slot("3")]) == writes.milestones
    assert records.honours([*writes.honours, HonourKey("US", Count.WORKS, "nobody")]) == writes.honours
    assert records.tallies([*writes.tallies, TallyKey("nth", "KR", "=KR")]) == writes.tallies
    assert vars_of(store.recorded(CHART)) == (writes.honours, writes.tallies, writes.milestones, {})
    assert store.bulletin(CHART, 1) == told
    assert list(store.bulletins(CHART)) == [told]


def test_later_steps_replace_add_and_remove(place: Place) -> None:
    store = place.milestones()
    key = TallyKey("nth", "US", "=KR")
    store.commit(
        None,
        head(1),
        Writes(honours=of(honour("hellbound"), honour("maid"), honour("maid", "KR")), tallies={key: Tally(1)}),
        None,
    )
    store.commit(head(1), head(2), Writes(honours={honour("maid").key: None}, tallies={key: None}), None)
    assert store.recorded(CHART).honours == of(honour("hellbound"), honour("maid", "KR"))
    assert store.recorded(CHART).tallies == {}
    assert honour("maid").key not in store.recorded(CHART).honours
    assert honour("hellbound").key in store.recorded(CHART).honours
    assert store.records(CHART).honours([honour("maid").key, honour("maid", "KR").key]) == of(honour("maid", "KR"))
    store.commit(head(2), head(3), Writes(honours=of(honour("maid", version=3)), tallies={key: Tally(5)}), None)
    assert store.records(CHART).honours([honour("maid").key]) == of(honour("maid", version=3))
    assert store.records(CHART).tallies([key]) == {key: Tally(5)}
    assert list(store.bulletins(CHART)) == []


def test_a_slot_is_read_at_its_latest_revision(place: Place) -> None:
    store = place.milestones()
    for version in range(1, 13):
        changed = milestone(version, slot())
        writes = Writes(milestones={changed.slot: changed})
        store.commit(head(version - 1) if version > 1 else None, head(version), writes, bulletin(version, changed))
    assert store.milestones(CHART, [slot()]) == {slot(): milestone(12, slot())}
    assert store.recorded(CHART).milestones == {slot(): milestone(12, slot())}
    assert [b.number for b in store.bulletins(CHART)] == list(range(1, 13))
    assert store.bulletin(CHART, 7) == bulletin(7, milestone(7, slot()))


def test_every_revision_of_the_slots_of_a_scope_is_read_the_first_one_first(place: Place) -> None:
    store = place.milestones()
    assert list(store.revisions(CHART, "US")) == []
    for version in range(1, 13):
        changed = [milestone(version, slot("2")), milestone(version, slot("1", "KR"))]
        changed += [milestone(1, slot("1"))] if version == 5 else []
        writes = Writes(milestones={one.slot: one for one in changed})
        store.commit(head(version - 1) if version > 1 else None, head(version), writes, bulletin(version, *changed))
    assert list(store.revisions(CHART, "US")) == [
        milestone(1, slot("1")),
        *(milestone(version, slot("2")) for version in range(1, 13)),
    ]
    assert list(store.revisions(CHART, EVERYWHERE)) == []


def test_a_period_is_noted_as_processed_when_the_record_moves_on(place: Place) -> None:
    store = place.milestones()
    store.commit(None, head(1), Writes(), None)
    store.commit(head(1), head(2), Writes(applied={week(1): "digest 1"}), None)
    store.commit(head(2), head(3), Writes(applied={week(2): "digest 2"}, honours=of(honour("maid"))), None)
    assert [store.applied(CHART, week(number)) for number in (1, 2, 3)] == ["digest 1", "digest 2", None]
    assert store.recorded(CHART).applied == {week(1): "digest 1", week(2): "digest 2"}
    assert store.applied_since(CHART, week(1)) == {week(1): "digest 1", week(2): "digest 2"}
    assert store.applied_since(CHART, week(2)) == {week(2): "digest 2"}
    assert store.applied_since(CHART, week(3)) == {}


STEPS: dict[str, Callable[[], tuple[Writes, Bulletin | None]]] = {
    "with a bulletin": lambda: (
        Writes(
            honours={**of(honour("squid-game", version=3)), honour("maid").key: None},
            tallies={TallyKey("nth", "US", "=KR"): Tally(9), TallyKey("nth", "US", "?"): None},
            milestones={slot(): milestone(2, slot(), "Not true")},
            applied={week(2): "not true", FIRST: "not true"},
        ),
        bulletin(3, milestone(2, slot(), "Not true")),
    ),
    "without a bulletin": lambda: (Writes(honours={honour("maid").key: None}, applied={week(2): "not true"}), None),
    "that only moves on": lambda: (Writes(applied={week(2): "not true"}), None),
    "that only corrects the past": lambda: (Writes(applied={FIRST: "not true"}), None),
    "that writes nothing": lambda: (Writes(), None),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_from_a_head_that_is_gone_changes_nothing(place: Place, step: str) -> None:
    store = place.milestones()
    first = milestone(1, slot())
    told = bulletin(1, first)
    tallies: dict[TallyKey, Tally | None] = {
        TallyKey("nth", "US", "=KR"): Tally(1),
        TallyKey("nth", "US", "?"): Tally(1),
    }
    store.commit(None, head(1), Writes(of(honour("maid")), tallies, {first.slot: first}), told)
    store.commit(head(1), head(2), Writes(applied={FIRST: "digest 1"}), None)
    for stale in (None, head(1), head(3)):
        before = state(place.milestones())
        with pytest.raises(Conflict):
            place.milestones().commit(stale, head(stale.version + 1 if stale else 1), *STEPS[step]())
        assert state(place.milestones()) == before
    place.milestones().commit(head(2), head(3), *STEPS[step]())
    assert place.milestones().head(CHART) == head(3)


def test_charts_do_not_share_their_records(place: Place) -> None:
    store = place.milestones()
    charts = ("weekly", "weekly-tv", "weekly-tv#US", "weekly%23tv", "HEAD")
    for chart in charts:
        changed = milestone(1, slot("1", "US", chart), f"A headline of {chart}")
        writes = Writes(
            of(honour(f"number one of {chart}")), {TallyKey("nth", "US", "="): Tally(1)}, {changed.slot: changed}
        )
        store.commit(None, head(1, chart), writes, bulletin(1, changed, chart=chart))
    for chart in charts:
        assert store.head(chart) == head(1, chart)
        kept = store.recorded(chart).honours.values()
        assert [h.title for h in kept if h.key.scope == "US"] == [f"Number One Of {chart.title()}"]
        assert [m.headline for m in store.recorded(chart).milestones.values()] == [f"A headline of {chart}"]
        assert [b.chart for b in store.bulletins(chart)] == [chart]


def test_works_are_told_apart_whatever_their_titles(place: Place) -> None:
    long = "a title that does not end " * 80
    titles = [
        "#alive",
        "alive",
        "100%",
        "100%25",
        "%23alive",
        "지금 우리 학교는" * 40,
        "🎬",
        f"{long}1",
        f"{long}2",
        "a:b",
    ]
    honours = [honour(f"unlisted:film:{title}", version=number) for number, title in enumerate(titles, 1)]
    seasons = [honour("a", season="b#c"), honour("a#b", season="c"), honour("a", season=""), honour("a#", season="b")]
    place.milestones().commit(None, head(1), Writes(honours=of(*honours, *seasons, honour("a"))), None)
    records = place.milestones().records(CHART)
    for each in (*honours, *seasons, honour("a")):
        assert records.honours([each.key]) == of(each)
    assert place.milestones().recorded(CHART).honours == of(*honours, *seasons, honour("a"))


def test_one_step_may_be_large(place: Place) -> None:
    """Two thousand milestones of headlines that do not compress come to more than a megabyte in the journal."""

    def noise(number: int) -> str:
        return "".join(hashlib.sha512(f"{number} {part}".encode()).hexdigest() for part in range(10))

    changed = [milestone(1, slot(f"{n}", ("US", "KR", EVERYWHERE)[n % 3]), noise(n)) for n in range(1200)]
    told = bulletin(1, *changed)
    honours = of(*(honour(f"work {number}", scope) for number in range(250) for scope in SCOPES))
    tallies: dict[TallyKey, Tally | None] = {
        TallyKey("nth", s, f"={n}"): Tally(n + 1) for n in range(120) for s in SCOPES
    }
    writes = Writes(honours, tallies, {m.slot: m for m in changed})
    place.milestones().commit(None, head(1), writes, told)
    store = place.milestones()
    assert store.head(CHART) == head(1)
    assert store.milestones(CHART, [m.slot for m in changed[::7]]) == {m.slot: m for m in changed[::7]}
    assert store.records(CHART).honours(list(honours)) == honours
    assert store.records(CHART).tallies(list(tallies)) == tallies
    assert vars_of(store.recorded(CHART)) == (honours, tallies, writes.milestones, {})
    assert store.bulletin(CHART, 1) == told


def test_a_step_that_could_not_be_applied_is_not_taken(aws: Aws) -> None:
    store = aws.milestones()
    store.commit(None, head(1), Writes(of(honour("maid"))), None)
    noise = "".join(hashlib.sha512(f"{part}".encode()).hexdigest() for part in range(6_500))
    too_large = milestone(1, slot("1"), noise)
    with pytest.raises(RecordTooLarge, match=r"would have \d+ bytes, more than DynamoDB takes"):
        store.commit(head(1), head(2), Writes(milestones={too_large.slot: too_large}), bulletin(2, too_large))
    assert store.unfinished(CHART) is None
    assert store.head(CHART) == head(1)
    smaller = milestone(1, slot("1"), "A headline")
    store.commit(head(1), head(2), Writes(milestones={smaller.slot: smaller}), bulletin(2, smaller))
    assert store.head(CHART) == head(2)


def test_of_many_who_step_from_the_same_head_one_succeeds(ministack: Aws) -> None:
    """On ministack only: moto does not take conditional writes of several threads one by one."""
    ministack.milestones().commit(None, head(1), Writes(of(honour("maid"))), None)

    def step(number: int) -> int:
        changed = milestone(1, slot(), f"The headline of {number}")
        store = ministack.milestones(workers=4)
        try:
            store.commit(head(1), head(2), Writes(milestones={changed.slot: changed}), bulletin(2, changed))
        except Conflict:
            return 0
        return number

    with ThreadPoolExecutor(6) as threads:
        (winner,) = filter(None, threads.map(step, range(1, 7)))
    store = ministack.milestones()
    assert store.head(CHART) == head(2)
    assert [b.changes[0].milestone.headline for b in store.bulletins(CHART)] == [f"The headline of {winner}"]
    assert store.milestones(CHART, [slot()])[slot()].headline == f"The headline of {winner}"


def test_bulletins_are_those_after_a_number(place: Place) -> None:
    store = place.milestones()
    for version in range(1, 5):
        before = head(version - 1) if version > 1 else None
        store.commit(before, head(version), Writes(), bulletin(version, milestone(version, slot())))
    assert [b.number for b in store.bulletins(CHART, 2)] == [3, 4]
    assert list(store.bulletins(CHART, 4)) == []
