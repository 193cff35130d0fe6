"""Whatever arrives in whatever order, the record comes to what SQL makes of the final state."""

import json
from functools import cache

import duckdb
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.rule import Fact, RuleSet, Scope
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Kind, Work
from chartwatch.rules import parse_rules
from tests.chronicle import NOT_ENGLISH, Chronicle
from tests.courses import run, straight
from tests.oracle import agreement, loading, sql
from tests.recorded import milestones
from tests.strategies import (
    CHARTS,
    PERIODS,
    Facts,
    World,
    courses,
    examples,
    facts,
    other_facts,
    without_needed_kinds,
    without_withdrawals,
    worlds,
)

SERIES = {
    chart.id: sql.Chart(
        chart.cadence.step.days, chart.list_name, tuple(its.since for its in chart.metric_periods[1:] if its.since)
    )
    for chart in CHARTS.values()
}


@cache
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect(config={"threads": 1})
    # Planning takes longer than these few rows do.
    found.execute("PRAGMA disable_optimizer")
    return found


def expected(world: World) -> dict[str, agreement.Held]:
    loading.entries(connection(), world.entry_rows())
    loading.absences(connection(), world.absent_rows())
    loading.catalog(connection(), map(loading.work_row, world.facts.works))
    return agreement.expected(connection(), world.facts.rules, SERIES)


@examples(150)
@given(st.data())
def test_the_record_comes_to_what_sql_makes_of_the_final_state(data: st.DataObject) -> None:
    world = data.draw(worlds().map(without_needed_kinds))
    course = data.draw(courses(world, other_facts=other_facts()))
    assert agreement.recorded(run(course).record().values()) == expected(world)


@examples(50)
@given(world=worlds().map(without_withdrawals).map(without_needed_kinds), min_periods=st.integers(1, PERIODS))
def test_what_is_sent_of_a_record_in_its_order_is_what_sql_finds_long_enough(world: World, min_periods: int) -> None:
    sent_first: dict[str, Milestone] = {}
    for bulletin in run(straight(world), min_periods=min_periods).bulletins:
        for change in bulletin.changes:
            sent_first.setdefault(change.milestone.slot, change.milestone)
    expected(world)
    early = sql.early(connection(), min_periods)
    for first in sent_first.values():
        waits = first.kind in ("nth", "race") and (first.chart, first.territory, first.period) in early
        assert first.silent is (first.left_censored or waits), first


@examples(30)
@given(facts())
def test_a_file_of_the_rules_reads_as_the_rules_that_were_tried(facts: Facts) -> None:
    read = parse_rules(yaml.safe_dump(json.loads(json.dumps(facts.rules))).encode(), "generated.yaml")
    assert list(read) == list(facts.rule_set)


ASSUMED = RuleSet(
    (
        RaceRule("race", Scope.TERRITORY, "{group}", "first", (NOT_ENGLISH,), Fact.ORIGIN_COUNTRY, (2, 3)),
        NthRule("nth", Scope.TERRITORY, "{title}", "nth", (NOT_ENGLISH,), Fact.ORIGIN_COUNTRY, (1, 2, 3)),
    )
)
ASSUMED_IN_SQL: list[sql.Rule] = [
    {"id": "race", "kind": "race", "per": "origin_country", "at": [2, 3]},
    {"id": "nth", "kind": "nth", "per": "origin_country", "at": [1, 2, 3]},
]
ORIGIN = frozenset({MAIN_COUNTRY, ORIGIN_COUNTRIES})
SOME_ASSUMED = (
    Work("a", "A", Kind.SERIES, "ko", ("KR",), assumed=ORIGIN),
    Work("b", "B", Kind.SERIES, "es", ("MX",)),
    Work("c", "C", Kind.SERIES, "es", ("MX",)),
    Work("d", "D", Kind.SERIES, None, ("ES",), assumed=ORIGIN),
    Work("e", "E", Kind.SERIES, "ko", ("KR",)),
    Work("f", "F", Kind.SERIES, "es", ("ES",), assumed=ORIGIN),
    Work("g", "G", Kind.SERIES, "es"),
    Work("h", "H", Kind.SERIES, "ko", ("KR",), assumed=frozenset({ORIGINAL_LANGUAGE})),
)


@examples(60)
@given(st.permutations([work.title for work in SOME_ASSUMED]), st.lists(st.integers(1, 2), min_size=8, max_size=8))
def test_firsts_among_works_of_which_much_is_assumed_are_as_sql_finds_them(titles: list[str], ties: list[int]) -> None:
    chronicle, rows = Chronicle(*ASSUMED, works=SOME_ASSUMED), []
    for number, together in enumerate(ties):
        if ones := tuple(titles[:together]):
            titles = titles[together:]
            chronicle.arrives(number, US=ones)
            rows += [("daily", "US", chronicle.period(number), 1, title, None, "series") for title in ones]
    loading.entries(connection(), rows)
    loading.absences(connection(), [])
    loading.catalog(connection(), map(loading.work_row, SOME_ASSUMED))
    not_english = {"scope": "territory", "where": {"original_language": {"not": "en"}}}
    rules = [{**rule, **not_english} for rule in ASSUMED_IN_SQL]
    found = agreement.expected(connection(), rules, {"daily": sql.Chart(1)})
    assert agreement.recorded(milestones(chronicle.record, "daily").values()) == found
