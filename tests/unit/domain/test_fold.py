"""What publications come to, one after the other: the claims of each, and what is known after it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.record_files import packed, unpacked
from chartwatch.domain.charts.publications import Absence, AbsenceKind, PublicationSummary
from chartwatch.domain.milestones.fold import Fold, fold
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.domain.rules.claims import Claim, place_of
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Condition, Count, Fact, Rule, RuleSet, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.defaults import Defaults
from chartwatch.domain.works.meanings import NOTHING_KNOWN
from chartwatch.domain.works.renames import with_renamings
from chartwatch.domain.works.work import ORIGINAL_LANGUAGE, Kind, Work
from tests.chronicle import CHANGE, CHART, DAY, NOT_ENGLISH, NTH, Chronicle, Ones, a_run
from tests.courses import run, straight
from tests.strategies import World, courses, examples, worlds

SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(2,))
ANYWHERE = replace(CHANGE, id="anywhere", scope=Scope.CHART)
SEASONS = replace(ANYWHERE, id="season", count=Count.SEASONS)


def after(folding: Fold, publications: Iterable[PublicationSummary]) -> tuple[list[Claim], Snapshot]:
    """Return the claims that publications make, and the snapshot after them."""
    claims = [claim for publication in publications for claim in folding.advance(publication)]
    return claims, folding.snapshot


@examples(100)
@given(st.data())
def test_a_fold_that_begins_after_any_snapshot_comes_to_the_same(data: st.DataObject) -> None:
    world = data.draw(worlds())
    done = run(data.draw(courses(world)))
    for chart in world.chart_ids:
        publications = done.charts.summaries(chart)
        claims, last = fold(publications, world.facts.catalog, world.facts.rule_set)
        catalog = with_renamings(world.facts.catalog, last.all_renamings)
        whole = Fold(catalog, world.facts.rule_set)
        for number, publication in enumerate(publications):
            later = [claim for claim in claims if claim.period >= publication.period]
            for snapshot in (whole.snapshot, unpacked("snapshot", packed("snapshot", whole.snapshot))):
                begun = Fold(catalog, world.facts.rule_set, snapshot, gaps=last.gaps)
                assert after(begun, publications[number:]) == (later, last)
            whole.advance(publication)


@examples(30)
@given(worlds())
def test_publications_that_are_skipped_are_known_afterwards_all_the_same(world: World) -> None:
    done = run(straight(world))
    for chart in world.chart_ids:
        advanced, skipped = (Fold(world.facts.catalog, world.facts.rule_set) for _ in range(2))
        for publication in done.charts.summaries(chart):
            advanced.advance(publication)
            skipped.skip(publication)
            assert replace(advanced.snapshot, precedents={}) == skipped.snapshot


@examples(30)
@given(worlds())
def test_the_place_of_each_slot_has_one_of_the_forms_that_its_rule_names(world: World) -> None:
    done = run(straight(world))
    rules = {rule.id: rule for rule in world.facts.rule_set}
    for chart in world.chart_ids:
        for claim in fold(done.charts.summaries(chart), world.facts.catalog, world.facts.rule_set)[0]:
            place = place_of(claim.slot, claim.rule, chart, claim.territory)
            assert any(re.fullmatch(form, place) for form in rules[claim.rule].places().values()), claim.slot


# What a publication comes to.


def first(*rules: Rule, **number_ones: Ones) -> tuple[list[Claim], Snapshot]:
    """Return what the first publication of a chart comes to."""
    chronicle = Chronicle(*rules)
    chronicle.stored(0, **number_ones)
    return fold(chronicle.charts.summaries(chronicle.chart.id), chronicle.catalog, RuleSet(rules))


def test_nothing_is_known_of_a_chart_without_publications() -> None:
    assert fold([], Chronicle().catalog, RuleSet([CHANGE, SPREAD])) == ([], Snapshot())


def test_who_tops_a_scope_is_known_with_what_is_said_of_it_in_claims() -> None:
    _, snapshot = first(CHANGE, SEASONS, US="Squid Game|Season 1", KR="All of Us Are Dead")
    squid = Topped("squid", None, "Squid Game", Kind.SERIES, None, DAY)
    season = Topped("squid", "1", "Squid Game", Kind.SERIES, "Season 1", DAY)
    dead = Topped("dead", None, "All of Us Are Dead", Kind.SERIES, None, DAY)
    assert snapshot.scopes["US"].first_topped == {
        Count.WORKS: {("squid", None): squid},
        Count.SEASONS: {("squid", "1"): season},
    }
    assert snapshot.scopes["KR"].first_topped[Count.WORKS] == {("dead", None): dead}
    assert snapshot.scopes[EVERYWHERE].first_topped[Count.WORKS] == {("dead", None): dead, ("squid", None): squid}


def test_runs_are_kept_only_where_a_rule_asks_for_them() -> None:
    _, snapshot = first(CHANGE, NTH, SPREAD, US="Squid Game")
    assert all(not state.reigns and not state.ended for state in snapshot.scopes.values())


def test_territories_are_counted_by_what_the_rule_counts() -> None:
    ones = {"US": "Squid Game|Season 1", "KR": "Squid Game|Season 2"}
    assert [claim.slot for claim in first(SPREAD, **ones)[0]] == ["spread:daily:*:squid:2"]
    assert first(replace(SPREAD, count=Count.SEASONS), **ones)[0] == []


def said_by(*rules: Rule, **number_ones: Ones) -> Mapping[str, str | None]:
    """Return of each claim of a first publication which other one says it."""
    return {claim.slot: claim.said_by for claim in first(*rules, **number_ones)[0]}


def test_of_one_territory_what_is_so_over_all_is_said_of_it_whatever_is_counted() -> None:
    anywhere, seasons = replace(NTH, id="all", scope=Scope.CHART), replace(NTH, id="seasons", count=Count.SEASONS)
    own = {"nth:daily:US:1": None, "seasons:daily:US:1": None}
    assert said_by(NTH, anywhere, seasons, US="Squid Game|Season 1") == {**own, "all:daily:*:1": "nth:daily:US:1"}


def test_what_all_works_of_a_chart_are_makes_no_rule_narrower() -> None:
    series = replace(NTH, id="series", where=(*NTH.where, Condition(Fact.WORK_KIND, frozenset({Kind.SERIES}))))
    assert said_by(NTH, series, US="Squid Game") == {"nth:daily:US:1": "series:daily:US:1", "series:daily:US:1": None}


def test_a_title_means_no_work_in_a_language_that_the_chart_does_not_have() -> None:
    works = [Work(language, "Red", Kind.SERIES, language) for language in ("en", "ko")]
    chronicle = Chronicle(NTH, works=works, chart=replace(CHART, not_in_language="en"))
    chronicle.stored(0, US="Red")
    claims, snapshot = fold(chronicle.charts.summaries("daily"), chronicle.catalog, RuleSet([NTH]))
    assert [(holder.work_id, claim.reasons) for claim in claims for holder in claim.holders] == [("ko", ())]
    assert snapshot.meanings == NOTHING_KNOWN


def test_what_a_chart_says_of_works_of_which_nothing_is_known_decides_what_they_change() -> None:
    rule = replace(CHANGE, where=(NOT_ENGLISH,))
    for defaults, claimed in ((Defaults(((ORIGINAL_LANGUAGE, "ko"),), are_certain=True), [DAY]), (None, [])):
        chronicle = Chronicle(rule, chart=replace(CHART, defaults=defaults), first=DAY - timedelta(1))
        a_run(chronicle, "Ozark", "A title of no catalog")
        claims, _ = fold(chronicle.charts.summaries("daily"), chronicle.catalog, RuleSet([rule]))
        assert [claim.period for claim in claims] == claimed


def test_a_chart_may_begin_with_a_period_that_it_never_had() -> None:
    chronicle = Chronicle(NTH)
    chronicle.stored(0, US="Squid Game")
    (summary,) = chronicle.charts.summaries("daily")
    never = replace(summary, number_ones={}, absent={"US": Absence(AbsenceKind.NOT_PUBLISHED)})
    claims, snapshot = fold([never], chronicle.catalog, RuleSet([NTH]))
    assert (claims, snapshot.scopes) == ([], {})


def test_a_chart_that_begins_with_an_edition_set_aside_lacks_that_period() -> None:
    anywhere = replace(NTH, id="all", scope=Scope.CHART)
    chronicle = Chronicle(anywhere)
    chronicle.arrives(0, US=None)
    chronicle.arrives(1, US="Squid Game")
    assert chronicle.held("all:daily:*:1").because == ("the period 2022-01-01 is missing",)


def test_who_has_topped_all_territories_once_does_so_no_second_time() -> None:
    chronicle = Chronicle(replace(SPREAD, everywhere=True))
    chronicle.arrives(0, US="Squid Game", KR="Squid Game")
    chronicle.arrives(1, US="Ozark", KR="Ozark")
    chronicle.arrives(2, US="Ozark", KR="Ozark", MX="Squid Game")
    assert chronicle.holders("spread:daily:*:squid:all") == [("squid", 0)]


def test_changes_are_claimed_before_all_else_and_single_territories_before_all() -> None:
    chronicle = Chronicle(NTH, SPREAD, ANYWHERE, CHANGE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    (bulletin,) = chronicle.arrives(1, US="Squid Game", KR="Squid Game")
    assert [change.milestone.slot for change in bulletin.changes] == [
        "new:daily:KR:2022-01-02",
        "new:daily:US:2022-01-02",
        "anywhere:daily:*:2022-01-02",
        "nth:daily:KR:1",
        "nth:daily:US:1",
        "spread:daily:*:squid:2",
    ]


def test_the_evidence_for_a_season_names_its_territories_and_the_season_before() -> None:
    chronicle = Chronicle(SEASONS)
    chronicle.arrives(0, US="Squid Game|Season 1", KR="Squid Game|Season 1")
    chronicle.arrives(1, US="Squid Game|Season 2", KR="Squid Game|Season 2", JP="Ozark")
    evidence = chronicle.evidence("season:daily:*:2022-01-02")
    assert evidence["previous"]["number_ones"] == ["Squid Game (Season 1)"]
    assert evidence["territories"] == {"Ozark": ["JP"], "Squid Game (Season 2)": ["KR", "US"]}
    assert evidence["editions"] == 3


def test_those_before_are_named_with_their_seasons_as_charted() -> None:
    chronicle = Chronicle(replace(NTH, count=Count.SEASONS))
    a_run(chronicle, "Squid Game|Season 1", "Money Heist|Part 5")
    (before,) = chronicle.evidence("nth:daily:US:2")["earlier"]
    assert (before["work_id"], before["season"]) == ("squid", "Season 1")


def test_joint_number_ones_are_named_in_the_order_of_their_works() -> None:
    for ones in (("A Riddle", "Elite"), ("Elite", "A Riddle")):
        chronicle = Chronicle(CHANGE)
        a_run(chronicle, "Ozark", ones)
        assert chronicle.holders("new:daily:US:2022-01-02") == [("elite", 1), ("riddle", 1)]


def test_a_claim_on_one_territory_lists_no_territories() -> None:
    chronicle = Chronicle(CHANGE, SEASONS)
    a_run(chronicle, "Ozark", "Squid Game")
    assert "territories" not in chronicle.evidence("new:daily:US:2022-01-02")
    assert chronicle.evidence("season:daily:*:2022-01-02")["territories"] == {"Squid Game": ["US"]}
