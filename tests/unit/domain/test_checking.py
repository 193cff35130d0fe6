"""A claim is true, false or unknown: held against a count of its own, over all that may turn out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.charts.chart import GLOBAL, Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.asked import Answer, Assertion, Timeline, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory, works_named
from chartwatch.domain.milestones.checks import check, elsewhere
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Condition, Count, Fact, Rule, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from tests.strategies import examples

START = date(2022, 1, 1)
CHART = Chart("daily", "the daily chart", "somewhere", Cadence.DAY, 1)
FOREIGN = (Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"en"}), negated=True),)
NTH = NthRule("nth", Scope.TERRITORY, "{title} is the {ordinal} in {territory}", "x", FOREIGN, at=(1,))
RACE = RaceRule("race", Scope.TERRITORY, "{group} is first with {cardinal}", "x", FOREIGN, Fact.ORIGIN_COUNTRY, (1,))

REIGN = ReignRule("reign", Scope.TERRITORY, "{title} stays", "x", at=(2,))
SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "x", at=(2,))

Day = tuple[str, ...] | None
"""Who is #1 on a day; None when the day is missing."""


def works(*said: tuple[str, str | None, str | None]) -> Catalog:
    """Return a catalog of titles with language and country."""
    return Catalog(
        Work(title.lower(), title, Kind.SERIES, language, (country,) if country else ())
        for title, language, country in said
    )


CATALOG = works(
    ("Ozark", "en", "US"), ("Sara", "es", "MX"), ("Squid", "ko", "KR"), ("Heist", "es", "ES"), ("Dead", "ko", "KR"),
    ("Riddle", None, None),
)  # fmt: skip


def timeline(days: Sequence[Day], territory: str = "US", chart: Chart = CHART) -> Timeline:
    return [
        Publication(
            chart,
            START + number * chart.cadence.step,
            (Edition(territory, tuple(Entry(1, title) for title in ones)),),
            Provenance("daily.csv", None, "0" * 64),
        ).summary()
        for number, ones in enumerate(days)
        if ones is not None
    ]


NOTHING = replace(timeline([("Ozark",)])[0], number_ones={})


def history(said: Sequence[Day], catalog: Catalog = CATALOG) -> ChartHistory:
    return ChartHistory(timeline(said), catalog)


def days(said: str) -> list[Day]:
    """Return days from words: `Ozark - Sara/Squid` has a missing one and a tie."""
    return [None if ones == "-" else tuple(ones.split("/")) for ones in said.split()]


def is_nth(title: str, n: int, said: str, rule: Rule = NTH, group: str | None = None) -> Answer:
    asked = Assertion(rule, str(n), n, group, title, works_named(title, CATALOG))
    return check(asked, "US", history(days(said)))


def wins(group: str, n: int, said: str, title: str = "") -> Answer:
    named = works_named(title, CATALOG) if title else frozenset()
    return check(Assertion(RACE, str(n), n, group, title, named), "US", history(days(said)))


# The n-th.


def test_of_a_false_claim_the_right_place_and_those_before_are_named() -> None:
    answer = is_nth("Dead", 2, "Ozark Sara Ozark Squid Heist Dead")
    assert answer.verdict is Verdict.FALSE
    assert answer.sentence == "Dead is the fourth in the United States, in records since 2022-01-01: not the second."
    assert (answer.n, answer.period) == (4, date(2022, 1, 6))
    assert [(holder.title, holder.since.day) for holder in answer.before] == [("Sara", 2), ("Squid", 4), ("Heist", 5)]
    assert answer.record == (START, date(2022, 1, 6), 6, 6, ())


@pytest.mark.parametrize(
    ("n", "said", "verdict"),
    [
        (1, "Ozark Dead", Verdict.TRUE),
        (2, "Ozark Sara Dead", Verdict.TRUE),
        (1, "Ozark Sara/Dead", Verdict.TRUE),
        (2, "Ozark Sara/Dead", Verdict.FALSE),
        (1, "Ozark Riddle Dead", Verdict.UNKNOWN),
        (2, "Ozark Riddle Dead", Verdict.UNKNOWN),
        (3, "Ozark Riddle Dead", Verdict.FALSE),
        (1, "Ozark Sara Riddle Dead", Verdict.FALSE),
        (1, "Ozark Dead Riddle", Verdict.TRUE),
        (1, "Ozark Dead/Riddle", Verdict.TRUE),
        (1, "Ozark - Dead", Verdict.UNKNOWN),
        (2, "Ozark - Dead", Verdict.UNKNOWN),
        (3, "Ozark - Dead", Verdict.FALSE),
        (3, "Ozark - - Dead", Verdict.UNKNOWN),
        (5, "Ozark/Sara - Dead", Verdict.UNKNOWN),
        (1, "Ozark Sara - Dead", Verdict.FALSE),
        (1, "Ozark Dead -  Ozark", Verdict.TRUE),
        (1, "Dead Ozark", Verdict.UNKNOWN),
        (2, "Dead Ozark", Verdict.UNKNOWN),
        (1, "Ozark Ozark", Verdict.FALSE),
        (1, "Ozark - Ozark", Verdict.UNKNOWN),
        (1, "Ozark Sara - Ozark", Verdict.FALSE),
    ],
)
def test_what_could_change_the_answer_makes_it_unknown(n: int, said: str, verdict: Verdict) -> None:
    answer = is_nth("Dead", n, said)
    assert answer.verdict is verdict
    assert bool(answer.reasons) is (verdict is Verdict.UNKNOWN)


def test_of_a_work_that_does_not_count_the_fact_that_fails_is_named() -> None:
    answer = is_nth("Ozark", 1, "Sara - Ozark")
    assert (answer.verdict, answer.sentence) == (
        Verdict.FALSE,
        "Ozark does not count: its original language is English.",
    )


def test_a_work_of_unknown_facts_is_unknown() -> None:
    answer = is_nth("Riddle", 1, "Ozark Riddle")
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.reasons == ("the original language of Riddle, #1 since 2022-01-02, is unknown",)


def test_of_a_work_that_never_topped_the_record_is_named() -> None:
    answer = is_nth("Dead", 1, "Ozark Sara")
    assert answer.sentence == (
        "Dead has not been #1 of the daily chart in the United States, in records from 2022-01-01 to 2022-01-02. "
        "Sara is the first in the United States, in records since 2022-01-01."
    )


def test_a_work_counts_for_its_own_group_only() -> None:
    per = replace(NTH, per=Fact.ORIGIN_COUNTRY)
    assert is_nth("Dead", 2, "Ozark Squid Sara Dead", per).verdict is Verdict.TRUE
    wrong = is_nth("Dead", 1, "Ozark Squid Sara Dead", per, group="ES")
    assert (wrong.verdict, wrong.sentence) == (Verdict.FALSE, "Dead counts for South Korea.")


def test_a_title_that_the_catalog_lacks_is_the_work_on_the_chart() -> None:
    assert is_nth("New", 1, "Ozark New").verdict is Verdict.UNKNOWN


def test_a_work_is_right_if_any_of_its_seasons_is() -> None:
    rule = replace(NTH, count=Count.SEASONS, where=())
    said = [
        Publication(
            CHART,
            START + timedelta(number),
            (Edition("US", (Entry(1, title, season),)),),
            Provenance("daily.csv", None, "0" * 64),
        ).summary()
        for number, (title, season) in enumerate([("Ozark", None), ("Dead", "1"), ("Sara", None), ("Dead", "2")])
    ]
    verdicts = [
        check(
            Assertion(rule, str(n), n, None, "Dead", works_named("Dead", CATALOG)), "US", ChartHistory(said, CATALOG)
        ).verdict
        for n in (2, 3, 4)
    ]
    assert verdicts == [Verdict.TRUE, Verdict.FALSE, Verdict.TRUE]


def test_without_a_work_who_holds_the_place_is_named() -> None:
    def held(n: int, said: str) -> Answer:
        return check(Assertion(NTH, str(n), n), "US", history(days(said)))

    assert [holder.title for holder in held(2, "Ozark Sara Dead").holders] == ["Dead"]
    assert held(3, "Ozark Sara Dead").verdict is Verdict.FALSE
    assert held(3, "Ozark Sara Dead Riddle").verdict is Verdict.UNKNOWN
    assert held(4, "Ozark Sara Dead Riddle").verdict is Verdict.FALSE


# A race.


@pytest.mark.parametrize(
    ("group", "said", "verdict"),
    [
        ("KR", "Ozark Sara Squid Heist Dead", Verdict.TRUE),
        ("ES", "Ozark Sara Squid Heist Dead", Verdict.FALSE),
        ("KR", "Ozark Squid Riddle Dead", Verdict.TRUE),
        ("KR", "Ozark Heist Riddle Squid Dead", Verdict.UNKNOWN),
        ("ES", "Ozark Heist Squid Riddle Dead", Verdict.UNKNOWN),
        ("FR", "Ozark Squid Riddle Dead", Verdict.FALSE),
        ("KR", "Ozark Squid - Dead", Verdict.TRUE),
        ("ES", "Ozark Squid - Dead", Verdict.FALSE),
        ("ES", "Ozark Squid - - Dead", Verdict.UNKNOWN),
        ("KR", "Ozark Squid - - Dead", Verdict.UNKNOWN),
        ("ES", "Ozark/Sara Squid - Dead", Verdict.UNKNOWN),
        ("KR", "Ozark Squid Sara", Verdict.FALSE),
        ("KR", "Ozark Squid Riddle", Verdict.UNKNOWN),
        ("KR", "Ozark Squid Dead - Sara", Verdict.TRUE),
        ("KR", "Squid/Dead Ozark", Verdict.UNKNOWN),
    ],
)
def test_a_race_is_won_lost_or_undecided(group: str, said: str, verdict: Verdict) -> None:
    assert wins(group, 2, said).verdict is verdict


def test_a_race_is_won_by_the_work_that_completed_it() -> None:
    assert wins("KR", 2, "Ozark Squid Sara Dead", "Dead").verdict is Verdict.TRUE
    assert wins("KR", 2, "Ozark Squid Sara Dead", "Squid").verdict is Verdict.FALSE


# Other charts.


def test_the_same_claim_is_answered_on_the_other_charts_that_the_work_topped() -> None:
    weekly = replace(CHART, id="weekly", cadence=Cadence.WEEK)
    timelines = {
        "daily": timeline(days("Ozark Sara Dead")),
        "weekly": timeline(days("Ozark Dead"), chart=weekly),
        "world": timeline(days("Ozark Sara Squid Dead"), GLOBAL, replace(CHART, id="world")),
        "korea": timeline(days("Ozark Sara Dead"), "KR", replace(CHART, id="korea")),
        "other": timeline(days("Ozark Sara"), chart=replace(CHART, id="other")),
    }
    histories = {chart: ChartHistory(its, CATALOG) for chart, its in timelines.items()}
    said = Assertion(NTH, "2", 2, None, "Dead", works_named("Dead", CATALOG))
    found = [(a.chart.id, a.territory, a.n, a.verdict) for a in elsewhere(said, "US", "daily", histories)]
    assert found == [
        ("weekly", "US", 1, Verdict.FALSE),
        ("world", GLOBAL, 3, Verdict.FALSE),
        ("korea", "*", 2, Verdict.TRUE),
    ]


# As of a day: what there was by then and is not known is missing, within the record and after its end.


@pytest.mark.parametrize(
    ("shown", "as_of", "n", "exactly", "verdict"),
    [
        ("Ozark Dead Dead - Sara", 3, 3, False, Verdict.FALSE),
        ("Ozark Dead Dead - Sara", 4, 3, False, Verdict.UNKNOWN),
        ("Ozark Dead Dead - Sara", 4, 2, False, Verdict.TRUE),
        ("Ozark Dead Dead - Sara", 4, 2, True, Verdict.UNKNOWN),
        ("Ozark Dead Dead - - Sara", 4, 4, False, Verdict.FALSE),
        ("Ozark Dead Dead - - Sara", 5, 4, False, Verdict.UNKNOWN),
        ("Ozark Dead Dead", 3, 3, False, Verdict.FALSE),
        ("Ozark Dead Dead", 4, 3, False, Verdict.UNKNOWN),
        ("Ozark Dead Dead", 4, 4, False, Verdict.FALSE),
        ("Ozark Dead Dead", 900, 4, False, Verdict.UNKNOWN),
        ("Ozark Dead Dead Sara", 900, 3, False, Verdict.UNKNOWN),
    ],
)
def test_as_of_a_day_editions_are_missing_that_came_later_or_never(
    shown: str, as_of: int, n: int, exactly: bool, verdict: Verdict
) -> None:
    asked = Assertion(REIGN, n=n, title="Dead", works=works_named("Dead", CATALOG), exactly=exactly)
    then = replace(asked, as_of=START + timedelta(as_of - 1))
    assert check(then, "US", history(days(shown))).verdict is verdict


def test_as_of_the_last_day_that_there_is_an_end_is_found() -> None:
    asked = Assertion(REIGN, n=3, title="Dead", works=works_named("Dead", CATALOG), as_of=date.max)
    assert check(asked, "US", history(days("Ozark Dead Dead"))).verdict is Verdict.UNKNOWN


def test_as_of_a_day_after_the_end_who_had_left_the_chart_is_not_missing() -> None:
    left, stays = (
        [
            replace(us, number_ones={**us.number_ones, **kr.number_ones})
            for us, kr in zip_longest(timeline(days("Ozark Dead Dead")), timeline(days(korea), "KR"), fillvalue=NOTHING)
        ]
        for korea in ("Sara Sara", "Sara Sara Sara")
    )
    asked = Assertion(SPREAD, n=2, title="Dead", works=works_named("Dead", CATALOG), as_of=START + timedelta(30))
    assert check(asked, "*", ChartHistory(left, CATALOG)).verdict is Verdict.FALSE
    assert check(asked, "*", ChartHistory(stays, CATALOG)).verdict is Verdict.UNKNOWN


# Ties: an edition that is missing may have had several works at #1, too.


def test_a_tie_that_the_chart_has_shown_later_does_not_count_as_of_a_day() -> None:
    shown = days("Ozark - Dead Sara/Squid")
    asked = Assertion(NTH, "3", 3, None, "Dead", works_named("Dead", CATALOG))
    assert check(asked, "US", history(shown)).verdict is Verdict.UNKNOWN
    then = check(replace(asked, as_of=date(2022, 1, 3)), "US", history(shown))
    assert then.verdict is Verdict.FALSE
    assert then == check(asked, "US", history(shown[:3]))


@pytest.mark.parametrize(("first", "verdict"), [("Dead/Sara", Verdict.UNKNOWN), ("Sara", Verdict.FALSE)])
def test_a_run_may_have_been_longer_than_one_beside_it_in_an_edition_that_is_missing(
    first: str, verdict: Verdict
) -> None:
    views = MetricPeriod("views", START + timedelta(1))
    chart = replace(CHART, metric_periods=(MetricPeriod("points"), views))
    rule = ReignRule("longest", Scope.TERRITORY, "{title} stays", "x", record=True, across_methods=False)
    asked = Assertion(rule, "dead:record:2022-01-02", title="Dead", works=works_named("Dead", CATALOG))
    charted = ChartHistory(timeline(days(f"{first} Dead - Dead"), chart=chart), CATALOG)
    assert check(asked, "US", charted).verdict is verdict


# By brute force: all that the missing days and the unknown facts may turn out to be.

TITLES = ("Aa", "Bb", "Cc", "Dd")
KNOWN = (("en", "US"), ("ko", "KR"), ("es", "ES"))
Facts = Mapping[str, tuple[str, str]]


def futures(said: Sequence[Day], known: Mapping[str, tuple[str, str] | None]) -> Iterator[tuple[list[Day], Facts]]:
    """Yield every history that may turn out to be the true one: a missing day has an old or a new #1, or several."""
    open_titles = [title for title in TITLES if known[title] is None]
    missing = [number for number, ones in enumerate(said) if ones is None]
    several = [("New", "Newer")] if any(len(ones or ()) > 1 for ones in said) else []
    for facts in product(KNOWN, repeat=len(open_titles)):
        found = {**known, **dict(zip(open_titles, facts, strict=True)), "New": ("ko", "KR"), "Newer": ("es", "ES")}
        for ones in product((*((title,) for title in TITLES), ("New",), *several), repeat=len(missing)):
            filled = dict(zip(missing, ones, strict=True))
            yield [filled.get(number, day) for number, day in enumerate(said)], found  # type: ignore[misc]


def firsts(said: Sequence[Day], facts: Facts) -> dict[str, int]:
    """Return on which day each work that counts was first #1."""
    found: dict[str, int] = {}
    for number, ones in enumerate(said):
        for title in ones or ():
            if facts[title][0] != "en":
                found.setdefault(title, number)
    return found


def place(title: str, said: Sequence[Day], facts: Facts) -> int | None:
    found = firsts(said, facts)
    return 1 + sum(day < found[title] for day in found.values()) if title in found else None


def winners(n: int, said: Sequence[Day], facts: Facts) -> set[str]:
    found = firsts(said, facts)
    reached: dict[str, int] = {}
    for country in {country for _, country in facts.values()}:
        its = sorted(day for title, day in found.items() if facts[title][1] == country)
        if len(its) >= n:
            reached[country] = its[n - 1]
    return {country for country, day in reached.items() if day == min(reached.values())}


day_of_one = st.sampled_from([(title,) for title in TITLES] + [TITLES[:2], TITLES[2:]])
histories = st.lists(st.one_of(day_of_one, day_of_one, day_of_one, st.none()), min_size=1, max_size=6).map(
    # A record begins and ends with a known day; at most two are missing, for the brute force to end.
    lambda said: [("Dd",), *[ones for n, ones in enumerate(said) if ones or said[:n].count(None) < 2], ("Aa",)]
)
catalogs = st.fixed_dictionaries({title: st.sampled_from([*KNOWN, None]) for title in TITLES})


def catalog_of(known: Mapping[str, tuple[str, str] | None]) -> Catalog:
    return works(*((title, *(facts or (None, None))) for title, facts in known.items()))


@examples(150)
@given(histories, catalogs, st.sampled_from(TITLES), st.integers(1, 4))
def test_a_place_is_true_or_false_only_if_it_is_so_whatever_turns_out(
    said: list[Day], known: Mapping[str, tuple[str, str] | None], title: str, n: int
) -> None:
    catalog = catalog_of(known)
    answer = check(Assertion(NTH, str(n), n, None, title, works_named(title, catalog)), "US", history(said, catalog))
    outcomes = {place(title, filled, facts) == n for filled, facts in futures(said, known)}
    if answer.verdict is not Verdict.UNKNOWN:
        assert outcomes == {answer.verdict is Verdict.TRUE}
    elif None not in said and known[title] is not None and title not in (said[0] or ()):
        assert outcomes == {True, False}


@examples(150)
@given(histories, catalogs, st.sampled_from(["KR", "ES"]), st.integers(1, 3))
def test_a_race_is_true_or_false_only_if_it_is_so_whatever_turns_out(
    said: list[Day], known: Mapping[str, tuple[str, str] | None], group: str, n: int
) -> None:
    catalog = catalog_of(known)
    answer = check(Assertion(RACE, str(n), n, group), "US", history(said, catalog))
    outcomes = {group in winners(n, filled, facts) for filled, facts in futures(said, known)}
    if answer.verdict is not Verdict.UNKNOWN:
        assert outcomes == {answer.verdict is Verdict.TRUE}
