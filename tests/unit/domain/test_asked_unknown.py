"""What check says where titles have namesakes, editions were set aside or never were, and providers have ids."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.charts.chart import Cadence, Era
from chartwatch.domain.charts.publications import NumberOne, Provenance, PublicationSummary
from chartwatch.domain.milestones.asked import Answer, Assertion, Form, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.checks import check
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Rule, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.by_hand import declare_unpublished, withdraw
from tests.chronicle import CHANGE, CHART, NTH, RACE, Chronicle
from tests.unit.domain.test_namesakes import EITHER, NEWER, OLD, WORKS

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN
REIGN = ReignRule("reign", Scope.TERRITORY, "{title} stays", "stays", at=(2,))
TOTAL = replace(REIGN, total=True)


def charted(*number_ones: str | None, works: tuple[Work, ...] = WORKS) -> Chronicle:
    chronicle = Chronicle(works=works)
    for number, title in enumerate(number_ones):
        chronicle.stored(number, US=title)
    return chronicle


def history_of(chronicle: Chronicle) -> ChartHistory:
    return ChartHistory(chronicle.charts.summaries("daily"), chronicle.catalog)


def asked(
    chronicle: Chronicle,
    rule: Rule,
    n: int | None = None,
    title: str = "",
    *,
    on: int | None = None,
    form: Form = Form.PLACE,
) -> Answer:
    """Return the answer about a title, or about who holds a place, in the United States."""
    history, period = history_of(chronicle), None if on is None else chronicle.period(on)
    place = str(period or n) if rule in (CHANGE, NTH, RACE) else ""
    works = history.named(title) if title else frozenset[str]()
    return check(Assertion(rule, place, n, None, title, works, form, on=period), "US", history)


# Titles that may mean one of several works.


@pytest.mark.parametrize(("title", "n", "verdict"), [("Old Red", 1, TRUE), ("Money Heist", 3, UNKNOWN)])
def test_a_title_that_may_be_what_was_there_before_may_be_no_further_work(title: str, n: int, verdict: Verdict) -> None:
    answer = asked(charted("Ozark", "Old Red", "Red", "Money Heist"), NTH, n, title)
    assert (answer.verdict, answer.reasons) == (verdict, (EITHER,) if verdict is UNKNOWN else ())


@pytest.mark.parametrize(
    ("n", "verdict"),
    [(1, FALSE), (2, UNKNOWN), (3, UNKNOWN), (4, FALSE)],
)
def test_a_number_that_no_meaning_of_a_title_leads_to_is_false(n: int, verdict: Verdict) -> None:
    assert asked(charted("Ozark", "Old Red", "Red", "Money Heist"), NTH, n, "Money Heist").verdict is verdict


def test_a_title_of_which_all_that_matters_is_known_is_as_sure_as_any() -> None:
    chronicle = charted("Ozark", "Red", "Squid Game")
    assert asked(chronicle, NTH, 1, "Red").verdict is TRUE
    assert asked(chronicle, NTH, 2, "Squid Game").verdict is TRUE
    assert asked(chronicle, NTH, 1).verdict is TRUE


def test_a_fact_that_differs_between_namesakes_is_unknown_and_they_are_named() -> None:
    english = replace(OLD, original_language="en")
    answer = asked(charted("Ozark", "Red", works=(english, *WORKS[1:])), NTH, 1, "Red")
    assert answer.verdict is UNKNOWN
    assert answer.reasons == (
        "the original language of Red, #1 since 2022-01-02, is unknown: "
        "Old Red (2015, South Korea), Newer Red (2019, South Korea) or another",
    )


@pytest.mark.parametrize(
    ("rule", "n", "verdict"),
    [(REIGN, 2, TRUE), (REIGN, 3, UNKNOWN), (REIGN, 4, FALSE), (TOTAL, 3, UNKNOWN), (TOTAL, 4, FALSE)],
)
def test_a_run_may_go_on_under_a_title_that_may_mean_the_same_work(rule: Rule, n: int, verdict: Verdict) -> None:
    answer = asked(charted("Ozark", "Old Red", "Old Red", "Red", "Ozark"), rule, n, "Old Red")
    assert answer.verdict is verdict
    assert (EITHER in answer.reasons) is (verdict is UNKNOWN)


def test_a_title_that_may_be_what_was_number_one_before_is_perhaps_not_new() -> None:
    chronicle = charted("Ozark", "Old Red", "Red", "Ozark", "Red")
    assert asked(chronicle, CHANGE, on=2).verdict is UNKNOWN
    assert asked(chronicle, CHANGE, on=2).reasons == (EITHER,)
    assert asked(chronicle, CHANGE, on=4).verdict is TRUE, "it is new whatever it is"


def test_who_was_new_is_named_as_charted_beside_a_work_that_its_title_may_mean() -> None:
    chronicle = Chronicle(works=WORKS)
    chronicle.stored(0, US="Ozark", KR="Squid Game")
    chronicle.stored(1, US="Red", KR="Old Red")
    rule = replace(CHANGE, scope=Scope.CHART)
    answer = check(Assertion(rule, str(chronicle.period(1))), "*", history_of(chronicle))
    assert (answer.verdict, answer.reasons) == (TRUE, ())
    assert {holder.title for holder in answer.holders} == {"Old Red", "Red"}
    assert "Newer Red" not in answer.sentence


def test_what_a_title_may_mean_is_asked_of_the_work_too() -> None:
    chronicle = charted("Ozark", "Red", "Squid Game")
    answer = asked(chronicle, NTH, 1, "Newer Red")
    assert (answer.verdict, answer.reasons) == (UNKNOWN, (EITHER,))
    assert asked(chronicle, NTH, 3, "Newer Red").verdict is FALSE


def test_how_many_have_been_number_one_is_said_as_far_as_it_is_so_in_any_case() -> None:
    chronicle = charted("Ozark", "Old Red", "Red")
    at_least_two = asked(chronicle, NTH, 1, form=Form.COUNT)
    assert (at_least_two.verdict, at_least_two.n) == (TRUE, 1)
    assert asked(chronicle, NTH, 2, form=Form.COUNT).verdict is UNKNOWN


# Editions that were set aside, withdrawn, or never published.


def test_what_was_set_aside_may_have_had_any_work_at_number_one() -> None:
    chronicle = charted("Ozark", None, "Squid Game")
    answer = asked(chronicle, NTH, 1, "Squid Game")
    assert (answer.verdict, answer.reasons) == (UNKNOWN, ("the period 2022-01-02 is missing",))
    assert asked(chronicle, NTH, 1, "Money Heist", on=1, form=Form.NUMBER_ONE).verdict is UNKNOWN
    assert answer.record.gaps == ((date(2022, 1, 2), date(2022, 1, 2)),)


def test_what_is_missing_after_the_last_edition_counts_too() -> None:
    chronicle = charted("Ozark", "Squid Game", "Squid Game", None)
    assert asked(chronicle, REIGN, 3, "Squid Game").verdict is UNKNOWN
    assert asked(chronicle, REIGN, 4, "Squid Game").verdict is FALSE


def test_what_was_withdrawn_is_not_counted() -> None:
    chronicle = charted("Ozark", "Money Heist", "Squid Game")
    chronicle.charts.put([withdraw(chronicle.charts, "daily", chronicle.period(1), "US")])
    assert asked(chronicle, NTH, 1, "Squid Game").verdict is UNKNOWN
    assert asked(chronicle, NTH, 1, "Money Heist").verdict is UNKNOWN


def test_a_run_goes_on_over_a_period_that_there_never_was() -> None:
    chronicle = charted("Ozark", "Squid Game")
    chronicle.stored(3, US="Squid Game")
    assert asked(chronicle, REIGN, 2, "Squid Game").verdict is UNKNOWN
    declared = declare_unpublished(chronicle.charts, "daily", chronicle.period(2), "US", "https://charts.example")
    chronicle.charts.put([declared])
    answer = asked(chronicle, REIGN, 2, "Squid Game")
    assert (answer.verdict, answer.record.expected, answer.record.gaps) == (TRUE, 3, ())
    assert asked(chronicle, REIGN, 3, "Squid Game").verdict is FALSE


# Ids of providers, and calendars.


def published(
    chart_of: PublicationSummary, *periods: date, ids: tuple[str | None, ...] = ()
) -> list[PublicationSummary]:
    return [
        replace(chart_of, period=period, number_ones={"US": (NumberOne("Red", None, Kind.SERIES, its_id),)})
        for period, its_id in zip(periods, ids or (None,) * len(periods), strict=True)
    ]


ONE = PublicationSummary(CHART, date(2022, 1, 1), {}, "", Provenance("file.csv", None, "0" * 64))


def test_the_id_of_a_provider_says_which_work_a_title_means() -> None:
    works = Catalog([replace(OLD, ids=("p:old",)), replace(NEWER, ids=("p:newer",))])
    periods = [date(2022, 1, day) for day in (1, 2, 3)]
    history = ChartHistory(published(ONE, *periods, ids=("p:newer", "p:old", "p:old")), works)
    said = Assertion(REIGN, n=2, title="Old Red", works=frozenset({"old"}))
    assert check(said, "US", history).verdict is TRUE
    assert check(replace(said, title="Newer Red", works=frozenset({"newer"}), exactly=True, n=1), "US", history).verdict


def test_a_run_goes_on_from_month_to_month_and_over_a_new_era() -> None:
    months = replace(ONE, chart=replace(CHART, cadence=Cadence.MONTH))
    eras = replace(CHART, cadence=Cadence.WEEK, eras=(Era(date(1962, 1, 6), date(1961, 12, 25)),))
    weeks = replace(ONE, chart=eras)
    for chart, periods in (
        (months, (date(2022, 1, 31), date(2022, 2, 28), date(2022, 3, 31))),
        (weeks, (date(1961, 12, 25), date(1962, 1, 6), date(1962, 1, 13))),
    ):
        history = ChartHistory(published(chart, *periods), Catalog())
        answer = check(Assertion(REIGN, n=3, title="Red", works=history.named("Red")), "US", history)
        assert (answer.verdict, answer.record.expected) == (TRUE, 3)
