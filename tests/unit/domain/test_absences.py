"""Editions that were set aside, withdrawn, declared as never published, or filled in by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.charts.publications import ALL_TERRITORIES, Absence, AbsenceKind, Edition, Entry, Provenance
from chartwatch.domain.milestones.asked import Assertion, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.checks import check
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import NotToBeSaid
from chartwatch.services.by_hand import (
    by_hand,
    declare_unpublished,
    fill,
    reinstate,
    take_back_unpublished,
    withdraw,
)
from tests.chronicle import CHANGE, NTH, Chronicle, a_run, changed, sent

ANYWHERE = replace(NTH, id="nth-anywhere", scope=Scope.CHART)
NEW_ANYWHERE = replace(CHANGE, id="new-anywhere", scope=Scope.CHART)
EVERYWHERE = SpreadRule("everywhere", Scope.CHART, "{title}", "all", at=(), everywhere=True)
REIGN = ReignRule("reign", Scope.TERRITORY, "{title}", "{n}", at=(2, 3))


def because(chronicle: Chronicle, slot: str) -> Sequence[str]:
    return [reason.said for reason in chronicle.held(slot).reasons]


def absent(chronicle: Chronicle, number: int) -> dict[str, Absence]:
    summary = chronicle.charts.summary("daily", chronicle.period(number))
    assert summary
    return dict(summary.absent)


# Set aside.


def test_what_was_set_aside_is_missing_in_its_territory_and_over_all() -> None:
    chronicle = Chronicle(CHANGE, NTH, ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR=None)
    chronicle.arrives(2, US="Elite", KR="Squid Game")
    assert because(chronicle, "nth:daily:US:1") == []
    assert because(chronicle, "new:daily:US:2022-01-03") == []
    assert because(chronicle, "nth:daily:KR:1") == ["the period 2022-01-02 is missing"]
    assert because(chronicle, "new:daily:KR:2022-01-03") == ["the period 2022-01-02 is missing"]
    assert because(chronicle, "nth-anywhere:daily:*:1") == ["the period 2022-01-02 is missing in South Korea"]


def test_over_all_territories_what_is_missing_of_the_period_itself_counts() -> None:
    chronicle = Chronicle(ANYWHERE, NEW_ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Elite", KR=None)
    for slot in ("nth-anywhere:daily:*:1", "new-anywhere:daily:*:2022-01-02"):
        assert because(chronicle, slot) == ["the period 2022-01-02 is missing in South Korea"]


def test_who_was_number_one_elsewhere_right_before_is_not_new_whatever_a_territory_lacks() -> None:
    late = Work("late", "Late", Kind.SERIES, "ko", ("KR",), date(2022, 1, 10))
    for elsewhere, reasons in (("Ozark", []), ("Elite", ["the period 2022-01-02 is missing in South Korea"])):
        chronicle = Chronicle(NEW_ANYWHERE, works=(late,))
        chronicle.arrives(0, US="Ozark", KR="Elite")
        chronicle.arrives(1, US=elsewhere, KR=None)
        chronicle.arrives(2, US="Ozark", KR="Late")
        assert because(chronicle, "new-anywhere:daily:*:2022-01-03") == reasons


def test_an_edition_that_comes_whole_confirms_what_was_provisional() -> None:
    chronicle = Chronicle(NTH, ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR=None)
    told = chronicle.arrives(2, US="Elite", KR="Elite")
    assert {status for _, status in sent(told)} == {Status.PROVISIONAL, Status.ANNOUNCED}
    confirmed = chronicle.arrives(1, US="Ozark", KR="Ozark")
    assert ("nth-anywhere:daily:*:1", Status.ANNOUNCED) in sent(confirmed)
    assert because(chronicle, "nth-anywhere:daily:*:1") == because(chronicle, "nth:daily:KR:1") == []


def test_a_period_of_which_nothing_is_whole_is_missing_at_once() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Ozark")
    assert changed(chronicle.arrives(1, US=None)) == []
    chronicle.arrives(2, US="Elite")
    assert because(chronicle, "nth:daily:US:1") == ["the period 2022-01-02 is missing"]
    assert chronicle.evidence("nth:daily:US:1")["gaps"] == [["2022-01-02", "2022-01-02"]]


def test_a_territory_whose_first_edition_was_set_aside_is_one_of_all() -> None:
    chronicle = Chronicle(EVERYWHERE, ANYWHERE)
    chronicle.arrives(0, US="Ozark", GB="Ozark")
    chronicle.arrives(1, US="Elite", GB="Elite", FR=None)
    assert "everywhere:daily:*:elite:all" not in chronicle.slots()
    chronicle.arrives(2, US="Elite", GB="Elite", FR="Elite")
    assert because(chronicle, "everywhere:daily:*:elite:all") == ["the period 2022-01-02 is missing in France"]


# Withdrawn.


def test_what_is_withdrawn_is_missing_and_what_was_said_of_it_is_taken_back() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    taken_back = chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), "US"))
    assert sent(taken_back) == [
        ("new:daily:US:2022-01-02", Status.RETRACTED),
        ("new:daily:US:2022-01-03", Status.RETRACTED),
        ("nth:daily:US:1", Status.RETRACTED),
    ]
    assert chronicle.says(1, reinstate(chronicle.charts, "daily", chronicle.period(1), None))
    assert "nth:daily:US:1" in chronicle.slots()


def test_the_latest_period_can_be_withdrawn_and_the_next_goes_on() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), None))
    assert chronicle.head.last == chronicle.period(1)
    chronicle.arrives(2, US="Elite")
    assert chronicle.holders("nth:daily:US:1") == [("elite", 2)]
    assert because(chronicle, "nth:daily:US:1") == ["the period 2022-01-02 is missing"]


def test_all_that_there_is_can_be_withdrawn() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    for number in (1, 0):
        chronicle.says(number, withdraw(chronicle.charts, "daily", chronicle.period(number), None))
    assert chronicle.slots() == set()
    chronicle.arrives(2, US="Elite")
    assert chronicle.held("nth:daily:US:1").left_censored


def test_a_withdrawal_holds_until_the_source_says_something_else() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), "US", "a test file"))
    assert chronicle.arrives(1, US="Squid Game") == [], "it says the same again"
    assert absent(chronicle, 1)["US"].kind is AbsenceKind.WITHDRAWN
    assert absent(chronicle, 1)["US"].source == "a test file"
    chronicle.arrives(1, US="Elite")
    assert (absent(chronicle, 1), chronicle.holders("nth:daily:US:1")) == ({}, [("elite", 1)])


def test_only_one_territory_is_withdrawn_of_several() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Elite", KR="Elite")
    chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), "KR"))
    assert chronicle.slots() == {"nth:daily:US:1"}
    with pytest.raises(NotToBeSaid, match="there is no edition of KR that counts; there are those of US"):
        withdraw(chronicle.charts, "daily", chronicle.period(1), "KR")
    with pytest.raises(NotToBeSaid, match="no edition of US is withdrawn"):
        reinstate(chronicle.charts, "daily", chronicle.period(1), "US")
    with pytest.raises(NotToBeSaid, match="daily of 2022-01-09: there is no such publication"):
        withdraw(chronicle.charts, "daily", chronicle.period(8), None)


def test_a_claim_that_is_asked_of_what_was_withdrawn_is_unknown() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Elite")
    chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), None))
    timeline = chronicle.charts.summaries("daily")
    said = Assertion(NTH, "1", 1, title="Elite", works=frozenset({"elite"}))
    for territory in ("US", "*"):
        rule = NTH if territory == "US" else ANYWHERE
        asked = check(replace(said, rule=rule), territory, ChartHistory(timeline, chronicle.catalog))
        assert asked.verdict is Verdict.UNKNOWN
        assert asked.record.gaps == ((chronicle.period(1), chronicle.period(1)),)
        assert (asked.record.expected, asked.record.seen) == (3, 2)


@pytest.mark.parametrize(
    ("title", "n", "verdict"),
    [
        ("", 1, Verdict.UNKNOWN),
        ("Dark", 1, Verdict.UNKNOWN),
        # Whoever was there with it is first with it.
        ("Elite", 1, Verdict.TRUE),
        ("Elite", 2, Verdict.FALSE),
        ("Dark", 2, Verdict.FALSE),
    ],
)
def test_who_else_was_first_is_unknown_where_a_territory_lacks_an_edition(title: str, n: int, verdict: Verdict) -> None:
    chronicle = Chronicle(ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Elite", KR=None)
    history = ChartHistory(chronicle.charts.summaries("daily"), chronicle.catalog)
    works = frozenset({title.lower()} if title else ())
    asked = check(Assertion(ANYWHERE, str(n), n, title=title, works=works), "*", history)
    assert asked.verdict is verdict
    assert ("2022-01-02 is missing in South Korea" in " ".join(asked.reasons)) is (verdict is Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("days", "reasons"),
    [([4], []), ([4, 5], ["the periods 2022-01-02 to 2022-01-06 are missing in the United States"])],
)
def test_a_territory_that_lacks_the_period_itself_lacks_nothing_earlier_that_others_have(
    days: Sequence[int], reasons: Sequence[str]
) -> None:
    """From day 1 to 3 nothing is known of any territory, and the work was not out by then."""
    new = Work("new", "New", Kind.SERIES, "en", (), date(2022, 1, 12))
    chronicle = Chronicle(replace(REIGN, scope=Scope.CHART, at=(1,)), works=[new])
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    for day in days:
        chronicle.arrives(day, KR="New" if day == days[-1] else "Ozark", US=None)
    assert because(chronicle, "reign:daily:*:new:1") == reasons


# Never published.


def test_a_period_that_was_never_published_is_no_gap() -> None:
    chronicle = Chronicle(CHANGE, REIGN)
    a_run(chronicle, "Ozark", "Elite", None, "Elite")
    assert "reign:daily:US:elite:2" not in chronicle.slots()
    chronicle.says(2, declare_unpublished(chronicle.charts, "daily", chronicle.period(2), None, "the publisher"))
    assert chronicle.holders("reign:daily:US:elite:2") == [("elite", 3)]
    assert because(chronicle, "reign:daily:US:elite:2") == []
    its = chronicle.evidence("reign:daily:US:elite:2")
    assert (its["periods_expected"], its["periods_seen"], its["gaps"]) == (3, 3, [])
    assert absent(chronicle, 2)[ALL_TERRITORIES].source == "the publisher"
    chronicle.says(2, take_back_unpublished(chronicle.charts, "daily", chronicle.period(2), None))
    assert "reign:daily:US:elite:2" not in chronicle.slots()


def test_what_was_set_aside_can_be_declared_as_never_published_for_one_territory() -> None:
    chronicle = Chronicle(NTH, ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR=None)
    chronicle.arrives(2, US="Elite", KR="Elite")
    chronicle.says(1, declare_unpublished(chronicle.charts, "daily", chronicle.period(1), "KR", "an archive"))
    assert because(chronicle, "nth:daily:KR:1") == because(chronicle, "nth-anywhere:daily:*:1") == []
    chronicle.arrives(1, US="Ozark", KR=None)
    assert absent(chronicle, 1)["KR"].kind is AbsenceKind.NOT_PUBLISHED, "a person's word stands"
    chronicle.arrives(1, US="Ozark", KR="Squid Game")
    assert absent(chronicle, 1) == {}, "until the source has one"


def test_what_was_withdrawn_and_never_was_is_withdrawn_again_when_that_is_taken_back() -> None:
    chronicle = Chronicle(REIGN)
    a_run(chronicle, "Elite", "Ozark", "Elite")
    chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), None))
    chronicle.says(1, declare_unpublished(chronicle.charts, "daily", chronicle.period(1), "US", "the publisher"))
    assert chronicle.slots() == {"reign:daily:US:elite:2"}
    chronicle.says(1, take_back_unpublished(chronicle.charts, "daily", chronicle.period(1), None))
    assert absent(chronicle, 1)["US"].kind is AbsenceKind.WITHDRAWN


def test_several_ranges_are_missing_around_what_was_never_published() -> None:
    chronicle = Chronicle(REIGN)
    a_run(chronicle, "Sara", "Elite", None, None, None, "Ozark", "Ozark")
    chronicle.says(3, declare_unpublished(chronicle.charts, "daily", chronicle.period(3), None, "the publisher"))
    assert chronicle.evidence("reign:daily:US:ozark:2")["gaps"] == [
        ["2022-01-03", "2022-01-03"],
        ["2022-01-05", "2022-01-05"],
    ]
    assert because(chronicle, "reign:daily:US:ozark:2") == [
        "the period 2022-01-03 is missing",
        "the period 2022-01-05 is missing",
    ]


@pytest.mark.parametrize(
    ("number", "territory", "reason"),
    [
        (1, None, "there is an edition of US; what is wrong can be withdrawn first"),
        (2, "KR", "the chart has no territory KR; it has US"),
        (-1, None, "the chart has no such period: its periods are a day apart from 2022-01-01 on"),
        (2, "*", "there is no such publication"),
    ],
)
def test_what_cannot_be_declared_says_why(number: int, territory: str | None, reason: str) -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Elite")
    say = take_back_unpublished if territory == ALL_TERRITORIES else declare_unpublished
    with pytest.raises(NotToBeSaid) as refused:
        say(chronicle.charts, "daily", chronicle.period(number), territory, *(() if territory == "*" else ("it",)))
    assert refused.value.detail == reason


# Filled in.


def test_an_edition_that_is_filled_in_by_hand_names_its_source_until_the_source_itself_has_one() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", None, "Ozark")
    edition = Edition("US", (Entry(1, "Squid Game"),))
    said = by_hand("Variety, 2022-01-02", "2022-02-01T00:00:00Z", b"Squid Game")
    chronicle.says(1, fill(chronicle.charts, "daily", chronicle.period(1), edition, said))
    assert chronicle.holders("nth:daily:US:1") == [("squid", 1)]
    assert chronicle.evidence("nth:daily:US:1")["edition"]["url"] == "by hand: Variety, 2022-01-02"
    with pytest.raises(NotToBeSaid, match="the chart has no territory GB; it has US"):
        fill(chronicle.charts, "daily", chronicle.period(1), replace(edition, territory="GB"), said)
    with pytest.raises(NotToBeSaid, match="there is an edition of US"):
        fill(chronicle.charts, "daily", chronicle.period(1), edition, said)
    chronicle.document = Provenance("https://charts.example/daily.csv", "2022-03-01T00:00:00Z", "1" * 64)
    chronicle.arrives(1, US="Elite")
    assert chronicle.holders("nth:daily:US:1") == [("elite", 1)]
    assert chronicle.evidence("nth:daily:US:1")["edition"]["url"] == "https://charts.example/daily.csv"


def test_what_was_filled_in_by_hand_can_be_withdrawn() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR=None)
    said = by_hand("a paper", "2022-02-01T00:00:00Z", b"")
    edition = Edition("KR", (Entry(1, "Squid Game"),))
    chronicle.says(1, fill(chronicle.charts, "daily", chronicle.period(1), edition, said))
    assert chronicle.evidence("nth:daily:KR:1")["edition"]["url"] == "by hand: a paper"
    chronicle.says(1, withdraw(chronicle.charts, "daily", chronicle.period(1), "KR"))
    assert chronicle.slots() == set()
