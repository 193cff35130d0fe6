"""Why something was sent, or was not: each reason by which a revision is recorded only is told as it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chartwatch.domain.milestones.muting import Mute
from chartwatch.domain.rules.rule import Rule
from chartwatch.services.delivery_ports import Delivery, Told
from chartwatch.services.why import History, Trail, at_number_one, of_slot, of_title, sent_first
from tests.chronicle import CHANGE, CHART, DAY, NTH, RIDDLE, SQUID, Chronicle

Lived = Callable[[], tuple[Chronicle, str]]


def history_of(chronicle: Chronicle, live_from: date | None = None, told: Told | None = None) -> History:
    return History(
        chronicle.charts,
        chronicle.record,
        live_from,
        told=lambda _: told,
        written_at=lambda _chart, number: datetime(2022, 1, number, tzinfo=UTC),
    )


def trail(chronicle: Chronicle, slot: str, live_from: date | None = None, told: Told | None = None) -> Trail:
    found = of_slot(history_of(chronicle, live_from, told), "daily", slot)
    assert found
    return found


def days(*titles: str, rule: Rule = NTH, live_from: date | None = None) -> Chronicle:
    chronicle = Chronicle(rule, live_from=live_from)
    for number, title in enumerate(titles):
        chronicle.arrives(number, US=title)
    return chronicle


def test_what_was_sent_is_followed_from_its_document_to_its_message() -> None:
    told = Told(Delivery.SENT, sent_at=datetime(2022, 1, 2, 12, tzinfo=UTC), message_id="m-1")
    (revised,) = trail(days("Ozark", "Squid Game"), "nth:daily:US:1", told=told).revisions
    assert revised.milestone.evidence
    assert revised.milestone.evidence.edition.url == "https://charts.example/daily.csv"
    assert (revised.bulletin, revised.recorded_at) == ("daily:00000002", datetime(2022, 1, 2, tzinfo=UTC))
    assert [(its.message, its.told) for its in revised.sendings] == [("daily:00000002:squid", told)]
    assert revised.why_not == ""


def test_of_a_chart_that_was_added_later_that_is_the_reason() -> None:
    chronicle = Chronicle(NTH, chart=replace(CHART, live_from=date(2022, 1, 3)))
    for number, title in enumerate(("Ozark", "Squid Game")):
        chronicle.arrives(number, US=title)
    (revised,) = trail(chronicle, "nth:daily:US:1").revisions
    assert revised.why_not == "its period lies before 2022-01-03, from which the chart, which was added later, is sent"


@pytest.mark.parametrize("name", ["squid", "nth"])
def test_of_what_is_muted_that_is_the_reason(name: str) -> None:
    muted, chronicle = {name: Mute(date(2022, 1, 3))}, Chronicle(NTH)
    for number, title in enumerate(("Ozark", "Squid Game")):
        chronicle.stored(number, US=title)
        chronicle.detector_with(muted=muted).detect("daily", chronicle.period(number))
    found = of_slot(replace(history_of(chronicle), muted=muted), "daily", "nth:daily:US:1")
    assert found
    assert found.revisions[0].why_not == f"{name} is muted: nothing is sent of it of periods before 2022-01-03"


@pytest.mark.parametrize("title", ["Squid Game", "squid game", "SQUID  GAME", "squid"])
def test_a_work_is_found_by_its_title_and_by_its_id(title: str) -> None:
    found = of_title(history_of(days("Ozark", "Squid Game")), title)
    assert [its.slot for its in found] == ["nth:daily:US:1"]


def test_a_correction_has_all_its_revisions_each_with_its_message_also_for_who_lost_the_place() -> None:
    chronicle = days("Ozark", "Ozark", "Squid Game")
    chronicle.arrives(1, US="Elite")
    for title in ("Squid Game", "Elite"):
        found = next(its for its in of_title(history_of(chronicle), title) if its.slot == "nth:daily:US:1")
        assert [(its.milestone.revision, its.milestone.status.value) for its in found.revisions] == [
            (1, "announced"),
            (2, "corrected"),
        ]
        assert {its.message for its in found.revisions[1].sendings} == {"daily:00000004:elite", "daily:00000004:squid"}


def of_before() -> tuple[Chronicle, str]:
    return days("Ozark", "Squid Game", live_from=date(2022, 1, 3)), "lies before 2022-01-03, from which"


def of_the_beginning() -> tuple[Chronicle, str]:
    return days("Squid Game", "Ozark"), "has held since the record begins, 2022-01-01"


def of_a_short_record() -> tuple[Chronicle, str]:
    chronicle = Chronicle(NTH, chart=replace(CHART, min_periods=9))
    for number, title in enumerate(("Ozark", "Squid Game")):
        chronicle.arrives(number, US=title)
    return chronicle, "asks for a record of 9 days before firsts are sent"


def of_other_rules() -> tuple[Chronicle, str]:
    chronicle = days("Ozark", "Squid Game", rule=CHANGE)
    chronicle.obeys(NTH)
    return chronicle, "came by other rules or by a rebuild"


@pytest.mark.parametrize("lived", [of_before, of_the_beginning, of_a_short_record, of_other_rules])
def test_what_was_recorded_only_says_why(lived: Lived) -> None:
    chronicle, said = lived()
    live_from = date(2022, 1, 3) if lived is of_before else None
    (revised,) = trail(chronicle, "nth:daily:US:1", live_from).revisions
    assert revised.sendings == ()
    assert said in revised.why_not


def test_what_is_taken_back_of_what_nobody_was_sent_says_so() -> None:
    chronicle = days("Ozark", "Squid Game", live_from=date(2022, 1, 3))
    chronicle.arrives(1, US="Ozark")
    *_, last = trail(chronicle, "nth:daily:US:1", date(2022, 1, 3)).revisions
    assert last.milestone.status.value == "retracted"
    assert last.why_not == "nothing had been sent of it, so that there was nothing to take back"


def test_other_words_of_what_was_sent_say_so() -> None:
    chronicle = days("Ozark", "Squid Game")
    chronicle.obeys(replace(NTH, headline="{title} came {ordinal}"))
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    _, *later = trail(chronicle, "nth:daily:US:1").revisions
    assert {revised.why_not for revised in later} == {"it says what was sent before, in other words"}


def test_a_provisional_milestone_and_its_confirmation_are_both_followed() -> None:
    chronicle = days("A Riddle", "Squid Game")
    chronicle.learns(
        *(work for work in chronicle.works if work != RIDDLE),
        replace(RIDDLE, original_language="en", origin_countries=("US",)),
    )
    found = trail(chronicle, "nth:daily:US:1").revisions
    assert [its.milestone.status.value for its in found] == ["provisional", "announced"]
    assert all(its.sendings for its in found)


def test_of_what_is_not_on_record_nothing_is_found_and_where_it_was_is() -> None:
    chronicle = days("Ozark", "Squid Game")
    history = history_of(chronicle)
    assert of_slot(history, "daily", "nth:daily:US:2") is None
    assert of_slot(history, "weekly", "nth:weekly:US:1") is None
    assert of_title(history, "Ozark") == []
    assert list(at_number_one(history, "ozark")) == [("daily", "US", DAY)]
    assert list(at_number_one(history, "Dark")) == []


def test_what_was_sent_comes_first() -> None:
    chronicle = Chronicle(NTH, CHANGE, live_from=date(2022, 1, 3))
    for number, title in enumerate(("Ozark", "Squid Game", "Ozark", "Squid Game")):
        chronicle.arrives(number, US=title)
    found = sent_first(of_title(history_of(chronicle, date(2022, 1, 3)), SQUID.title))
    assert [bool(its.revisions[-1].sendings) for its in found] == [True, False, False]
