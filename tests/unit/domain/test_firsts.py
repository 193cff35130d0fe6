"""The honour roll of a scope, and who is n-th or first with n on it."""

from collections.abc import Iterable
from datetime import timedelta

from chartwatch.domain.milestones.eligibility import eligibility
from chartwatch.domain.rules.firsts import Eligibility, HonourRoll, Topped, nth_holders, race_holders
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Fact
from chartwatch.domain.works.work import Kind
from tests.chronicle import DAY, NTH, OZARK, RACE, RIDDLE, SQUID


def topped(work: str, day: int, season: str | None = None) -> Topped:
    return Topped(work, season, work.title(), Kind.SERIES, season and f"Season {season}", DAY + timedelta(day))


def roll(*works: tuple[str, int, tuple[str | None, ...]]) -> HonourRoll:
    """Return a roll of works by name, with the day on which each topped, and the groups that it counts for."""
    its = HonourRoll()
    for work, day, groups in works:
        its.add([topped(work, day)], [Eligibility(groups)])
    return its


def titles(holders: Iterable[Holder]) -> list[str]:
    return [holder.title for holder in holders]


def test_works_stand_on_the_roll_of_each_of_their_groups_in_the_order_of_topping() -> None:
    its = roll(("a", 0, ("KR",)), ("b", 1, ("ES", "KR")), ("c", 2, ()), ("d", 3, ("ES",)))
    assert (titles(its.of_group("KR")), titles(its.of_group("ES"))) == (["A", "B"], ["B", "D"])
    in_all = [(line.title, line.group) for line in its.of_all_groups()]
    assert in_all == [("A", "KR"), ("B", "ES"), ("B", "KR"), ("D", "ES")]
    assert (its.counts["KR"], its.counts["US"], its.most) == (2, 0, 2)


def test_nobody_stands_on_an_empty_roll() -> None:
    its = HonourRoll()
    assert (its.most, its.counts[None], list(its.of_group(None)), list(its.of_all_groups())) == (0, 0, [], [])
    assert (list(nth_holders([], 1)), list(race_holders([], 1))) == ([], [])


def test_a_work_of_which_something_is_unknown_is_undecided_and_on_no_roll() -> None:
    its = HonourRoll()
    its.add([topped("riddle", 2, "1")], [Eligibility((), (Fact.ORIGINAL_LANGUAGE,))])
    ((undecided, *_),) = its.undecided
    assert undecided.work == Holder("riddle", "Riddle", DAY + timedelta(2), "1")
    assert undecided.unknown == (Fact.ORIGINAL_LANGUAGE,)
    assert list(its.of_all_groups()) == []


def test_a_line_has_the_season_and_what_the_chart_called_it() -> None:
    its = HonourRoll()
    its.add([topped("elite", 0, "4")], [Eligibility((None,))])
    (line,) = its.of_group(None)
    assert (line.season, line.label, line.group) == ("4", "Season 4", None)


def test_a_work_counts_by_what_is_known_of_it() -> None:
    assert eligibility(NTH, SQUID) == Eligibility((None,))
    assert eligibility(RACE, SQUID) == Eligibility(("KR",))
    assert eligibility(NTH, OZARK) == Eligibility(())
    assert eligibility(RACE, RIDDLE) == Eligibility((), (Fact.ORIGINAL_LANGUAGE, Fact.ORIGIN_COUNTRY), None)


def test_the_nth_are_those_of_whose_period_fewer_came_before() -> None:
    lines = roll(("a", 0, (None,)), ("b", 1, (None,)), ("c", 1, (None,)), ("d", 2, (None,))).of_group(None)
    assert [titles(nth_holders(lines, n)) for n in range(1, 6)] == [["A"], ["B", "C"], [], ["D"], []]


def test_a_race_is_held_by_all_groups_that_get_there_in_the_soonest_period() -> None:
    its = roll(("a", 0, ("KR",)), ("b", 1, ("ES",)), ("c", 2, ("KR",)), ("d", 2, ("ES",)), ("e", 3, ("KR",)))
    held = [{(line.title, line.group) for line in race_holders(its.of_all_groups(), n)} for n in (1, 2, 3, 4)]
    assert held == [{("A", "KR")}, {("C", "KR"), ("D", "ES")}, {("E", "KR")}, set()]
