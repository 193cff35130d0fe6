"""Titles of which nobody can say which of several works they mean: what stands against a claim, and what does not."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.work import Kind, Work
from tests.chronicle import CHANGE, HEIST, NTH, OZARK, RACE, SQUID, Chronicle, a_run

OLD = Work("old", "Old Red", Kind.SERIES, "ko", ("KR",), date(2015, 1, 1), ("Red",))
NEWER = Work("newer", "Newer Red", Kind.SERIES, "ko", ("KR",), date(2019, 1, 1), ("Red",))
RED = "unlisted:series:red:2019-01-01"
EITHER = "nobody can say which Red was #1, Old Red (2015, South Korea), Newer Red (2019, South Korea) or another"
WORKS = (OLD, NEWER, OZARK, SQUID, HEIST)

REIGN = ReignRule("reign", Scope.TERRITORY, "{title}", "b", at=(2, 3))
TOTAL = ReignRule("total", Scope.TERRITORY, "{title}", "b", at=(2, 3), total=True)
LONGEST = ReignRule("longest", Scope.TERRITORY, "{title}", "b", record=True)
SPREAD = SpreadRule("spread", Scope.CHART, "{title}", "b", at=(2,))


def because(chronicle: Chronicle, slot: str) -> tuple[str, ...]:
    return chronicle.held(slot).because


def test_facts_that_all_share_are_certain_and_the_title_holds_the_place() -> None:
    chronicle = Chronicle(CHANGE, NTH, works=WORKS)
    a_run(chronicle, "Ozark", "Red", "Squid Game")
    assert chronicle.holders("nth:daily:US:1") == [(RED, 1)]
    assert chronicle.holders("nth:daily:US:2") == [("squid", 2)]
    assert {m: because(chronicle, m) for m in chronicle.slots()} == dict.fromkeys(chronicle.slots(), ())


def test_a_fact_that_differs_is_unknown_and_the_works_are_named() -> None:
    chronicle = Chronicle(NTH, works=(replace(OLD, original_language="en"), *WORKS[1:]))
    a_run(chronicle, "Ozark", "Red", "Squid Game")
    assert because(chronicle, "nth:daily:US:1") == (
        "the original language of Red, #1 since 2022-01-02, is unknown: "
        "Old Red (2015, South Korea), Newer Red (2019, South Korea) or another",
    )


def test_a_title_that_may_be_what_was_number_one_before_is_perhaps_not_new() -> None:
    chronicle = Chronicle(CHANGE, works=WORKS)
    a_run(chronicle, "Ozark", "Old Red", "Red", "Ozark", "Red")
    assert because(chronicle, "new:daily:US:2022-01-03") == (EITHER,)
    assert because(chronicle, "new:daily:US:2022-01-05") == (), "it is new whatever it is"


def test_two_works_that_may_be_one_are_perhaps_counted_twice() -> None:
    chronicle = Chronicle(NTH, RACE, works=WORKS)
    a_run(chronicle, "Ozark", "Old Red", "Red", "Money Heist")
    assert because(chronicle, "nth:daily:US:1") == ()
    assert because(chronicle, "nth:daily:US:2") == (EITHER,)
    assert because(chronicle, "nth:daily:US:3") == (EITHER,)
    assert because(chronicle, "race:daily:US:2") == (EITHER,)


def test_who_completes_a_race_is_in_doubt_where_one_of_them_may_have_come_before() -> None:
    anywhere = replace(RACE, scope=Scope.CHART)
    works = (OLD, replace(NEWER, origin_countries=("JP",)), OZARK, SQUID, HEIST)
    for title, is_in_doubt in (("Red", True), ("Money Heist", False)):
        chronicle = Chronicle(anywhere, works=works)
        chronicle.arrives(0, US="Ozark", KR="Ozark")
        chronicle.arrives(1, US="Ozark", KR=title)
        chronicle.arrives(2, US="Old Red", KR="Squid Game")
        assert bool(because(chronicle, "race:daily:*:2")) is is_in_doubt


def test_a_work_of_another_title_is_not_in_doubt() -> None:
    chronicle = Chronicle(NTH, CHANGE, REIGN, works=WORKS)
    a_run(chronicle, "Ozark", "Squid Game", "Red", "Money Heist", "Money Heist")
    assert {m: because(chronicle, m) for m in chronicle.slots()} == dict.fromkeys(chronicle.slots(), ())


def test_runs_that_would_be_one_stand_against_each_other() -> None:
    chronicle = Chronicle(REIGN, TOTAL, works=WORKS)
    a_run(chronicle, "Ozark", "Old Red", "Red", "Red", "Red")
    assert because(chronicle, f"reign:daily:US:{RED}:2") == (EITHER,)
    assert because(chronicle, f"reign:daily:US:{RED}:3") == (EITHER,)
    assert because(chronicle, f"total:daily:US:{RED}:3") == (EITHER,)


def test_a_run_is_certain_where_the_other_is_too_far_away_to_lengthen_it() -> None:
    chronicle = Chronicle(REIGN, TOTAL, works=WORKS)
    a_run(chronicle, "Ozark", "Old Red", "Ozark", "Red", "Red")
    assert because(chronicle, f"reign:daily:US:{RED}:2") == ()
    assert because(chronicle, f"total:daily:US:{RED}:2") == (EITHER,)


def test_an_earlier_run_that_was_longer_perhaps_stands_against_a_later_one() -> None:
    chronicle = Chronicle(REIGN, works=WORKS)
    a_run(chronicle, "Ozark", "Old Red", "Red", "Red", "Ozark", "Squid Game", "Red", "Red", "Red")
    assert chronicle.held(f"reign:daily:US:{RED}:3").period == chronicle.period(8)
    assert because(chronicle, f"reign:daily:US:{RED}:3") == (EITHER,)


def test_two_runs_that_may_be_one_may_have_been_the_longest() -> None:
    chronicle = Chronicle(LONGEST, works=WORKS)
    a_run(chronicle, "Ozark", "Old Red", "Red", "Ozark", "Squid Game", "Squid Game", "Money Heist")
    assert because(chronicle, "longest:daily:US:squid:record:2022-01-05")[1:] == (EITHER,)


@pytest.mark.parametrize("in_the_us", ["Old Red", "Newer Red"])
def test_who_may_be_the_same_work_at_the_same_time_is_no_rival_of_a_record(in_the_us: str) -> None:
    chronicle = Chronicle(replace(LONGEST, scope=Scope.CHART), works=WORKS)
    for day, (korea, america) in enumerate(
        [("Ozark", "Ozark"), ("Squid Game", "Ozark"), ("Red", "Money Heist"), ("Red", "Squid Game"), ("Red", in_the_us)]
    ):
        chronicle.arrives(day, KR=korea, US=america)
    assert EITHER not in because(chronicle, f"longest:daily:*:{RED}:record:2022-01-03")


def test_territories_that_another_title_topped_may_be_the_same_work_s() -> None:
    chronicle = Chronicle(SPREAD, works=WORKS)
    chronicle.arrives(0, US="Ozark", KR="Ozark", ES="Ozark")
    chronicle.arrives(1, US="Old Red", KR="Ozark", ES="Ozark")
    chronicle.arrives(2, US="Ozark", KR="Red", ES="Ozark")
    chronicle.arrives(3, US="Ozark", KR="Old Red", ES="Red")
    assert because(chronicle, f"spread:daily:*:{RED}:2") == (EITHER,)
    assert because(chronicle, "spread:daily:*:old:2") == (EITHER,)


def test_of_two_that_may_be_one_the_earlier_day_counts() -> None:
    chronicle = Chronicle(SpreadRule("spread", Scope.CHART, "{title}", "b", everywhere=True), works=WORKS)
    chronicle.arrives(0, US="Old Red", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR=None)
    chronicle.arrives(2, US="Red", KR="Ozark", JP="Ozark")
    chronicle.arrives(3, US="Red", KR="Old Red", JP="Ozark")
    chronicle.arrives(4, US="Red", KR="Old Red", JP="Old Red")
    # It may have topped both territories there were on the second day.
    assert "the period 2022-01-02 is missing in South Korea" in because(chronicle, "spread:daily:*:old:all")


def test_a_title_of_works_that_come_out_together_may_have_been_elsewhere_before_they_did() -> None:
    together = date(2022, 1, 10)
    works = (replace(OLD, release_date=together), replace(NEWER, release_date=together))
    chronicle = Chronicle(SPREAD, works=works)
    chronicle.arrives(0, US="Red", KR=None)
    chronicle.arrives(1, US="Red", KR="Ozark")
    chronicle.arrives(2, US="Red", KR="Red")
    missing, undecided = because(chronicle, "spread:daily:*:unlisted:series:red:2022-01-10:2")
    assert missing == "the period 2022-01-01 is missing in South Korea"
    assert undecided.startswith("nobody can say which Red was #1")


def test_who_learns_which_one_is_meant_confirms_what_was_told() -> None:
    chronicle = Chronicle(NTH, works=(replace(OLD, original_language="en"), *WORKS[1:]))
    a_run(chronicle, "Ozark", "Red", "Squid Game")
    assert chronicle.held("nth:daily:US:1").status is Status.PROVISIONAL
    chronicle.learns(replace(OLD, original_language="en", aliases=()), *WORKS[1:])
    assert chronicle.holders("nth:daily:US:1") == [("newer", 1)]
    assert because(chronicle, "nth:daily:US:1") == because(chronicle, "nth:daily:US:2") == ()


@pytest.mark.parametrize("day", [date(2022, 1, 20), date(2023, 1, 1)])
def test_a_namesake_that_is_not_out_yet_is_not_meant(day: date) -> None:
    chronicle = Chronicle(NTH, works=(OLD, replace(NEWER, release_date=day), OZARK))
    a_run(chronicle, "Ozark", "Red")
    assert chronicle.holders("nth:daily:US:1") == [("old", 1)]
    assert because(chronicle, "nth:daily:US:1") == ()
