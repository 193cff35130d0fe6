"""How rare a claim is in its chart's record, and which claim says what another does."""

from dataclasses import replace
from itertools import permutations

import pytest

from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.rules.rule import Condition, Fact, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.work import Kind
from tests.chronicle import CHANGE, NTH, Chronicle

SERIES = Condition(Fact.WORK_KIND, frozenset({Kind.SERIES}))
NTH_SERIES = replace(NTH, id="nth-series", where=(*NTH.where, SERIES))
SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {places}", at=(2,), everywhere=True)
DAYS = (
    {"US": "Ozark", "KR": "Ozark", "MX": "Ozark"},
    {"US": "Squid Game", "KR": "Ozark", "MX": "Ozark"},
    {"US": "Ozark", "KR": "Squid Game", "MX": "Squid Game"},
    {"US": "Squid Game", "KR": "Ozark", "MX": "Squid Game"},
    {"US": "Squid Game", "KR": "Squid Game", "MX": "Ozark"},
)


def of_each_slot(chronicle: Chronicle, order: tuple[int, ...]) -> dict[str, int | None]:
    """Return the precedents of every slot that days come to which arrive in an order, as they were said last."""
    found: dict[str, Milestone] = {}
    for day in order:
        for bulletin in chronicle.arrives(day, **DAYS[day]):
            found |= {change.milestone.slot: change.milestone for change in bulletin.changes}
    return {slot: its.precedents for slot, its in found.items() if its.is_held}


def test_precedents_are_the_earlier_occasions_of_as_many_territories_at_least() -> None:
    precedents = of_each_slot(Chronicle(CHANGE), (0, 1, 2, 3, 4))
    by_day = [{its for slot, its in precedents.items() if slot.endswith(f"2022-01-0{day}")} for day in (2, 3, 4, 5)]
    # One at a time; then Ozark in one and Squid Game in two, of which there was none before; then one each again.
    assert by_day == [{0}, {0, 1}, {3}, {5}]


def test_the_record_counts_and_not_what_came_first() -> None:
    """A day that comes late is among the precedents of later days, as if it had come in time."""
    in_time = of_each_slot(Chronicle(CHANGE, NTH, SPREAD), (0, 1, 2, 3, 4))
    last = {slot: its for slot, its in in_time.items() if slot.endswith("2022-01-05")}
    assert last
    for order in permutations(range(4)):
        late = of_each_slot(Chronicle(CHANGE, NTH, SPREAD), (*order, 4))
        assert {slot: late[slot] for slot in last} == last


@pytest.mark.parametrize(("kind", "kept"), [(None, "nth"), (Kind.SERIES, "nth-series")])
def test_of_rules_that_give_one_work_one_place_the_one_that_says_most_is_kept(kind: Kind | None, kept: str) -> None:
    chronicle = Chronicle(NTH, NTH_SERIES, CHANGE)
    chronicle.chart = replace(chronicle.chart, kind=kind)
    chronicle.arrives(0, US="Ozark")
    (bulletin,) = chronicle.arrives(1, US="Squid Game")
    said_by = {change.milestone.rule: change.milestone.said_by for change in bulletin.changes}
    other = ({"nth", "nth-series"} - {kept}).pop()
    assert said_by == {CHANGE.id: None, kept: None, other: f"{kept}:daily:US:1"}


def test_places_of_other_numbers_are_two_things() -> None:
    korean = replace(NTH, id="korean", where=(*NTH.where, Condition(Fact.ORIGIN_COUNTRY, frozenset({"KR"}))))
    chronicle = Chronicle(NTH, korean)
    chronicle.arrives(0, US="Ozark")
    chronicle.arrives(1, US="Who Killed Sara?")
    (bulletin,) = chronicle.arrives(2, US="Squid Game")
    said = {(c.milestone.rule, c.milestone.n, c.milestone.said_by) for c in bulletin.changes}
    assert said == {("nth", 2, None), ("korean", 1, None)}
