"""What an answer says, and rests on: the sentence, who came before, and why nobody can say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.asked import Answer, Assertion, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory, works_named
from chartwatch.domain.milestones.checks import check
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Condition, Count, Fact, Rule, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from tests.unit.domain.test_checking import CATALOG, CHART, NTH, RACE, START, days, history, is_nth, wins

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN
AT = "at #1 of the daily chart in the United States"
SINCE = "in records since 2022-01-01"
PERHAPS = "As far as is known, "
MISSING = "the period 2022-01-04 is missing"
REIGN = ReignRule("reign", Scope.TERRITORY, "{title} stays", "stays", at=(2,))


def who_holds(rule: Rule, place: str, said: str, title: str = "", catalog: Catalog = CATALOG) -> Answer:
    n = int(place) if place.isdecimal() else None
    named = works_named(title, catalog) if title else frozenset()
    return check(Assertion(rule, place, n, None, title, named), "US", history(days(said), catalog))


def before(answer: Answer) -> str:
    """Return who came before, such as `Squid 2 KR, Heist 3 ES`."""
    return ", ".join(" ".join(filter(None, (h.title, str(h.since.day), h.group))) for h in answer.before)


def unknown(facts: str, day: int) -> str:
    return f"the {facts} of Riddle, #1 since 2022-01-{day:02d}, is unknown"


@pytest.mark.parametrize(
    ("asked", "verdict", "sentence", "earlier", "reasons"),
    [
        (
            *(("Riddle", 1, "Ozark Riddle"), UNKNOWN),
            "Nobody can say whether Riddle, #1 since 2022-01-02, counts.",
            *("", (unknown("original language", 2),)),
        ),
        (
            *(("Heist", 1, "Ozark - Sara"), UNKNOWN),
            "Heist has not been #1 of the daily chart in the United States as far as is known, "
            "in records from 2022-01-01 to 2022-01-03.",
            *("", ("the period 2022-01-02 is missing",)),
        ),
        (
            *(("Heist", 1, "Ozark Sara - Dead"), FALSE),
            "Heist cannot be the first: others were #1 of the daily chart in the United States before. "
            "Sara is the first in the United States, in records since 2022-01-01.",
            *("Sara 2", ()),
        ),
        (("Ozark", 1, "Sara - Dead"), FALSE, "Ozark does not count: its original language is English.", "", ()),
        (
            *(("Dead", 1, "Dead Ozark"), UNKNOWN),
            f"Nobody can say whether it is the first. {PERHAPS}Dead is the first in the United States, {SINCE}.",
            *("", ("it was so when the records began, and nobody knows since when",)),
        ),
    ],
)
def test_the_answer_about_an_nth(
    asked: tuple[str, int, str], verdict: Verdict, sentence: str, earlier: str, reasons: tuple[str, ...]
) -> None:
    answer = is_nth(*asked)
    assert (answer.verdict, answer.sentence) == (verdict, sentence)
    assert (before(answer), answer.reasons) == (earlier, reasons)


def test_a_work_that_counts_or_not_says_since_when_it_was_number_one() -> None:
    for title in ("Ozark", "Riddle"):
        assert is_nth(title, 1, f"Sara {title}").period == START.replace(day=2)
    assert is_nth("Ozark", 1, "Sara Dead").period is None


@pytest.mark.parametrize(
    ("place", "said", "verdict", "sentence", "earlier"),
    [
        ("3", "Ozark Sara Squid", FALSE, f"There is no third {AT}: two count, ", "Sara 2, Squid 3"),
        ("2", "Ozark Sara", FALSE, f"There is no second {AT}: one counts, ", "Sara 2"),
        ("1", "Ozark Ozark", FALSE, f"There is no first {AT}: none counts, ", ""),
        (
            "3",
            "Ozark Sara - Squid",
            UNKNOWN,
            f"There is no third {AT}: two count, as far as is known, ",
            "Sara 2, Squid 4",
        ),
        ("2", "Ozark Sara Riddle", UNKNOWN, f"There is no second {AT}: one counts, as far as is known, ", "Sara 2"),
        (
            "3",
            "Ozark Sara Riddle",
            FALSE,
            f"There is no third {AT}: one counts, as far as is known, in records",
            "Sara 2",
        ),
        ("2", "Ozark Sara Squid", TRUE, f"Squid is the second in the United States, {SINCE}.", "Sara 2"),
        ("1", "Sara Ozark", UNKNOWN, "Nobody can say. As far as is known, Sara is the first in the United", ""),
    ],
)
def test_the_answer_to_who_is_the_nth(place: str, said: str, verdict: Verdict, sentence: str, earlier: str) -> None:
    answer = who_holds(NTH, place, said)
    assert answer.verdict is verdict
    assert answer.sentence.startswith(sentence)
    assert before(answer) == earlier
    assert bool(answer.holders) is (place in {"1", "2"} and "There is no" not in sentence)


FIRST = f"South Korea is first with two, {SINCE}"
BOTH, ONE = "Squid 2 KR, Heist 3 ES", "Squid 2 KR"
LANGUAGE_AND_COUNTRY = "original language and country of origin"


@pytest.mark.parametrize(
    ("asked", "verdict", "sentence", "earlier", "reasons"),
    [
        (("KR", 2, "Ozark Squid Heist Dead"), TRUE, f"{FIRST}.", BOTH, ()),
        (("ES", 2, "Ozark Squid Heist Dead"), FALSE, f"{FIRST}: not Spain.", BOTH, ()),
        (("ES", 2, "Ozark Squid Heist Dead", "Dead"), FALSE, f"{FIRST}: not Spain.", BOTH, ()),
        (("KR", 2, "Ozark Squid Heist Dead", "Squid"), FALSE, f"{FIRST}: not by Squid.", BOTH, ()),
        (("MX", 2, "Ozark Squid Riddle Dead"), FALSE, f"{FIRST}: not Mexico.", ONE, ()),
        (("ES", 2, "Ozark Squid Heist - Dead"), UNKNOWN, f"Nobody can say. {PERHAPS}{FIRST}.", BOTH, (MISSING,)),
        (
            *(("ES", 2, "Ozark Squid Heist Dead/Riddle"), UNKNOWN, f"Nobody can say. {PERHAPS}{FIRST}.", BOTH),
            (unknown(LANGUAGE_AND_COUNTRY, 4),),
        ),
        (
            *(("KR", 2, "Ozark Squid Riddle Dead", "Riddle"), UNKNOWN, f"Nobody can say. {PERHAPS}{FIRST}.", ONE),
            (unknown(LANGUAGE_AND_COUNTRY, 3),),
        ),
        (
            *(("KR", 2, "Ozark Squid Riddle Dead"), TRUE),
            f"It is so however the unknown turns out. {PERHAPS}{FIRST}.",
            *(ONE, ()),
        ),
        (("KR", 2, "Ozark Squid Riddle Dead", "Heist"), FALSE, f"{FIRST}: not by Heist.", ONE, ()),
        (
            *(("KR", 2, "Ozark Squid - Heist"), UNKNOWN),
            f"No group has two {AT}, as far as is known, in records from 2022-01-01 to 2022-01-04. "
            "The most is one: South Korea and Spain.",
            *("Squid 2 KR, Heist 4 ES", ("the period 2022-01-03 is missing",)),
        ),
        (
            *(("KR", 2, "Ozark Squid"), FALSE),
            f"No group has two {AT}, in records from 2022-01-01 to 2022-01-02. The most is one: South Korea.",
            *(ONE, ()),
        ),
        (
            *(("KR", 3, "Ozark Squid Riddle"), FALSE),
            f"No group has three {AT}, as far as is known, in records from 2022-01-01 to 2022-01-03. "
            "The most is one: South Korea.",
            *(ONE, ()),
        ),
    ],
)
def test_the_answer_about_a_race(
    asked: tuple[str, int, str], verdict: Verdict, sentence: str, earlier: str, reasons: tuple[str, ...]
) -> None:
    answer = wins(*asked)
    assert (answer.verdict, answer.sentence) == (verdict, sentence)
    assert (before(answer), answer.reasons) == (earlier, reasons)
    assert [holder.title for holder in answer.holders] == ([] if sentence.startswith("No group") else ["Dead"])


def test_the_article_of_a_country_is_no_capital_within_a_sentence() -> None:
    rule = replace(RACE, where=())
    catalog = Catalog([*CATALOG, Work("dark", "Dark", Kind.SERIES, "en", ("US",))])
    sure, unsure = (who_holds(rule, "2", said, catalog=catalog) for said in ("Heist Ozark Dark", "Heist Ozark - Dark"))
    assert sure.sentence.startswith("The United States is first with two")
    assert unsure.sentence.startswith(f"{SO_FAR}the United States is first with two")


def test_without_a_group_a_race_is_undecided_while_anybody_may_count() -> None:
    assert who_holds(RACE, "2", "Ozark Squid").verdict is FALSE
    assert who_holds(RACE, "2", "Ozark Squid Riddle").verdict is UNKNOWN
    assert who_holds(RACE, "3", "Ozark Squid Riddle").verdict is FALSE


SO_FAR = "Nobody can say. As far as is known, "
PLACE = "the daily chart in the United States"


@pytest.mark.parametrize(
    ("said", "title", "verdict", "sentence", "reasons"),
    [
        ("Ozark Dead Dead", "", TRUE, f"Dead stays, {SINCE}.", 0),
        ("Ozark Dead Dead", "Squid", FALSE, f"Dead stays, {SINCE}: not Squid.", 0),
        ("Dead Dead Ozark", "", TRUE, f"Dead stays, {SINCE}.", 0),
        ("Ozark Dead Ozark", "", FALSE, f"The longest run of Dead at #1 of {PLACE} was one day, 2022-01-02, *.", 0),
        (
            "Ozark - Dead",
            "",
            UNKNOWN,
            f"{SO_FAR}the longest run of Dead at #1 of {PLACE} was one day, 2022-01-03, *.",
            1,
        ),
        (
            "Dead Ozark Ozark",
            "",
            UNKNOWN,
            f"{SO_FAR}the longest run of Dead at #1 of {PLACE} was one day, 2022-01-01, *.",
            1,
        ),
        ("Ozark Sara Sara", "", FALSE, f"Dead has not been #1 of {PLACE}, *.", 0),
    ],
)
def test_the_answer_about_a_reign(said: str, title: str, verdict: Verdict, sentence: str, reasons: int) -> None:
    answer = who_holds(REIGN, "dead:2", said, title)
    assert (answer.verdict, answer.sentence) == (
        verdict,
        sentence.replace("*", "in records from 2022-01-01 to 2022-01-03"),
    )
    assert len(answer.reasons) == reasons
    assert bool(answer.holders) is ("stays" in sentence)
    assert answer.before == ()


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (Condition(Fact.WORK_KIND, frozenset({"film"})), "it is a series"),
        (Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"ko"})), "its original language is Spanish"),
        (Condition(Fact.ORIGIN_COUNTRY, frozenset({"US"})), "it is from Mexico"),
        (Condition(Fact.RELEASE_YEAR, frozenset({"2020"})), "it was released in 2021"),
    ],
    ids=lambda said: said if isinstance(said, str) else "",
)
def test_why_a_work_does_not_count_is_said_whatever_the_fact(condition: Condition, why: str) -> None:
    sara = Work("sara", "Sara", Kind.SERIES, "es", ("MX", "ES"), START.replace(year=2021))
    answer = who_holds(replace(NTH, where=(condition,)), "1", "Ozark Sara", "Sara", Catalog([sara]))
    assert (answer.verdict, answer.sentence) == (FALSE, f"Sara does not count: {why}.")


def test_a_group_is_named_as_people_name_it() -> None:
    by_language = replace(NTH, where=(), per=Fact.ORIGINAL_LANGUAGE)
    asked = Assertion(by_language, "ko:1", 1, "ko", "Sara", works_named("Sara", CATALOG))
    assert check(asked, "US", history(days("Ozark Sara"))).sentence == "Sara counts for Spanish."
    by_kind = Assertion(replace(by_language, per=Fact.WORK_KIND), "film:1", 1, "film", "Sara", asked.works)
    assert check(by_kind, "US", history(days("Ozark Sara"))).sentence == "Sara counts for series."


def test_a_season_is_a_holder_of_its_own() -> None:
    seasons = replace(NTH, count=Count.SEASONS, where=())
    answer = who_holds(seasons, "2", "Ozark Sara Squid")
    assert [(holder.work_id, holder.season) for holder in answer.before] == [("ozark", None)]
    assert answer.verdict is TRUE


def test_seasons_before_are_named_as_the_chart_called_them_first() -> None:
    seasons = replace(NTH, count=Count.SEASONS, where=())
    charted = [("Ozark", "Ozark: Season 2"), ("Ozark", "Part 2"), ("Dark", "Dark: Limited Series"), ("Squid", None)]
    said = [
        Publication(
            CHART,
            START + timedelta(day),
            (Edition("US", (Entry(1, title, label),)),),
            Provenance("daily.csv", None, "0" * 64),
        ).summary()
        for day, (title, label) in enumerate(charted)
    ]
    answer = check(Assertion(seasons, "3", 3), "US", ChartHistory(said, CATALOG))
    assert [holder.as_json()["season"] for holder in answer.before] == ["Ozark: Season 2", "Dark: Limited Series"]


@pytest.mark.parametrize(
    ("work", "said", "verdict", "sentence"),
    [
        ("ozark", "Sara Ozark Ozark", FALSE, "Ozark does not count: its original language is English."),
        ("riddle", "Sara Riddle Riddle", UNKNOWN, "Nobody can say whether Riddle, #1 since 2022-01-02, counts."),
        ("riddle", "Sara Riddle Ozark", FALSE, f"The longest run of Riddle at #1 of {PLACE} was one day, 2022-01-02, "),
    ],
)
def test_a_run_of_a_work_that_does_not_count_or_may_not(work: str, said: str, verdict: Verdict, sentence: str) -> None:
    answer = who_holds(replace(REIGN, where=NTH.where), f"{work}:2", said)
    assert answer.verdict is verdict
    assert answer.sentence.startswith(sentence)
    assert bool(answer.reasons) is (verdict is UNKNOWN)
