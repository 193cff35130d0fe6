"""Whatever arrives in whatever order, the record comes to what SQL makes of the final state."""

import json
from functools import cache

import duckdb
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.rules import parse_rules
from tests.courses import run, straight
from tests.oracle import agreement, loading, sql
from tests.strategies import (
    CHARTS,
    PERIODS,
    Facts,
    World,
    courses,
    examples,
    facts,
    other_facts,
    without_withdrawals,
    worlds,
)

SERIES = {chart.id: sql.Chart(chart.cadence.step.days, chart.list_name) for chart in CHARTS.values()}


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
    world = data.draw(worlds())
    course = data.draw(courses(world, other_facts=other_facts()))
    assert agreement.recorded(run(course).record().values()) == expected(world)


@examples(50)
@given(world=worlds().map(without_withdrawals), min_periods=st.integers(1, PERIODS))
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
