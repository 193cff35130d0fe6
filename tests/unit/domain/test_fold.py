"""What one publication comes to, and what is asked and remembered for it."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from chartwatch.domain.milestones.fold import EVERYWHERE, Head, Honour, HonourKey, Step, advance
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.domain.rules.rule import Count, Lists, Rule, RuleKind, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind
from tests.chronicle import CHANGE, CHART, DAY, DEAD, NTH, SQUID, WORKS, Chronicle, Ones, a_run

SPREAD = replace(CHANGE, id="spread", kind=RuleKind.SPREAD, scope=Scope.CHART, at=(2,))
SEASONS = replace(CHANGE, id="season", scope=Scope.CHART, count=Count.SEASONS)


class Asked:
    """Records of nothing, which note what they are asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def honours(self, _keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        return {}

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, Tally]:
        self.asked.append(len(keys))
        return {}


def first(*rules: Rule, records: Asked | None = None, **number_ones: Ones) -> Step:
    """Return what the first publication of a chart comes to."""
    chronicle = Chronicle()
    chronicle.stored(0, **number_ones)
    (summary,) = chronicle.charts.summaries(CHART.id)
    catalog, asked = Catalog(WORKS), RuleSet(rules)
    return advance(Head.start(CHART.id, asked, catalog), summary, catalog, asked, records or Asked())


def test_what_topped_is_remembered_by_where_it_stands_with_what_is_told_of_it() -> None:
    step = first(CHANGE, SEASONS, US="Squid Game|Season 1", KR="All of Us Are Dead")
    season = HonourKey("US", Count.SEASONS, "squid", "1")
    assert step.honours[season] == Honour(season, "Squid Game", Kind.SERIES, DAY)
    for scope, work in (("US", SQUID), ("KR", DEAD), (EVERYWHERE, SQUID), (EVERYWHERE, DEAD)):
        key = HonourKey(scope, Count.WORKS, work.id)
        assert step.honours[key] == Honour(key, work.title, Kind.SERIES, DAY)
    assert len(step.honours) == 8


def test_nothing_is_asked_for_where_nothing_counts() -> None:
    records = Asked()
    first(CHANGE, records=records, US="Squid Game")
    assert records.asked == []
    first(NTH, records=records, US="Squid Game")
    assert 0 not in records.asked


def test_the_evidence_for_a_season_names_its_territories_and_the_season_before() -> None:
    chronicle = Chronicle(SEASONS)
    chronicle.arrives(0, US="Squid Game|Season 1", KR="Squid Game|Season 1")
    chronicle.arrives(1, US="Squid Game|Season 2", KR="Squid Game|Season 2", JP="Ozark")
    held = chronicle.held("season:daily:*:2022-01-02")
    assert held.evidence["previous"]["number_ones"] == ["Squid Game (Season 1)"]
    assert held.evidence["territories"] == {"Ozark": ["JP"], "Squid Game (Season 2)": ["KR", "US"]}


def test_those_before_are_named_with_their_seasons_as_charted() -> None:
    chronicle = Chronicle(replace(NTH, count=Count.SEASONS))
    a_run(chronicle, "Squid Game|Season 1", "Money Heist|Part 5")
    (before,) = chronicle.held("nth:daily:US:2").evidence["earlier"]
    assert (before["work_id"], before["season"]) == ("squid", "Season 1")


def test_joint_number_ones_are_named_in_the_order_of_their_works() -> None:
    for ones in (("A Riddle", "Elite"), ("Elite", "A Riddle")):
        chronicle = Chronicle(CHANGE)
        a_run(chronicle, "Ozark", ones)
        assert chronicle.holders("new:daily:US:2022-01-02") == [("elite", 1), ("riddle", 1)]


def test_a_claim_on_one_territory_lists_no_territories() -> None:
    chronicle = Chronicle(CHANGE, SEASONS)
    a_run(chronicle, "Ozark", "Squid Game")
    assert "territories" not in chronicle.held("new:daily:US:2022-01-02").evidence
    assert chronicle.held("season:daily:*:2022-01-02").evidence["territories"] == {"Squid Game": ["US"]}


def test_territories_are_counted_by_what_the_rule_counts() -> None:
    step = first(SPREAD, US="Squid Game", KR="Squid Game")
    assert {key.what: tally.count for key, tally in step.tallies.items()} == {"spread:works:squid": 2}


def test_a_rule_for_other_lists_says_nothing_of_this_one() -> None:
    for lists, slots in ((("films",), 0), ((CHART.list_name,), 2)):
        chronicle = Chronicle(*(replace(rule, lists=Lists(frozenset(lists))) for rule in (CHANGE, NTH)))
        a_run(chronicle, "Ozark", "Squid Game")
        assert len(chronicle.slots()) == slots
