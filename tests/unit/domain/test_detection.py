"""What a publication changes, claim by claim."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.domain.milestones.difference import Policy
from chartwatch.domain.milestones.milestone import Status, WorkFacts
from chartwatch.domain.rules.rule import Condition, Count, Fact, RuleSet, Scope
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import Conflict, RecordAhead
from chartwatch.services.recording import Recorder
from chartwatch.services.step import Step
from tests.chronicle import CHANGE, CHART, DAY, NTH, OZARK, RACE, RIDDLE, SQUID, WORKS, Chronicle, a_run, changed, sent

# change


def test_the_earliest_edition_is_the_baseline_and_no_change() -> None:
    chronicle = Chronicle(CHANGE)
    assert changed(a_run(chronicle, "Squid Game")) == []
    assert sent(a_run(chronicle, "Squid Game", "Ozark")) == [("new:daily:US:2022-01-02", Status.ANNOUNCED)]


def test_a_tie_at_the_top_is_one_change_with_two_holders() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", ("Squid Game", "Money Heist"))
    assert chronicle.holders("new:daily:US:2022-01-02") == [("heist", 1), ("squid", 1)]
    assert chronicle.held("new:daily:US:2022-01-02").as_json()["joint"] is True


def test_of_a_tie_only_the_newcomer_holds_the_change() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", ("Squid Game", "Ozark"))
    assert chronicle.holders("new:daily:US:2022-01-02") == [("squid", 1)]


def test_a_work_that_is_left_alone_at_the_top_is_no_change() -> None:
    chronicle = Chronicle(CHANGE)
    assert changed(a_run(chronicle, ("Ozark", "Squid Game"), "Ozark")) == []


def test_a_work_that_comes_back_returns() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", "Squid Game", ("Ozark", "Money Heist"))
    held = chronicle.held("new:daily:US:2022-01-03")
    assert [(h.work_id, h.returned) for h in held.holders] == [("heist", False), ("ozark", True)]
    assert held.as_json()["evidence"]["first_topped"] == {"Ozark": "2022-01-01"}


def test_an_edition_without_a_number_one_ends_a_reign() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", (), "Ozark")
    assert [h.returned for h in chronicle.held("new:daily:US:2022-01-03").holders] == [True]


def test_a_gap_right_before_makes_a_change_provisional_and_an_older_one_does_not() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", None, None, "Squid Game", "Money Heist")
    assert chronicle.held("new:daily:US:2022-01-04").because == ("the periods 2022-01-02 to 2022-01-03 are missing",)
    assert chronicle.held("new:daily:US:2022-01-05").because == ()


def test_another_season_is_a_change_only_where_seasons_count() -> None:
    works, seasons = Chronicle(CHANGE), Chronicle(replace(CHANGE, count=Count.SEASONS))
    for chronicle in (works, seasons):
        a_run(chronicle, "Ozark|Season 3", "Ozark|Season 4")
    assert works.slots() == set()
    assert [(h.season, h.label) for h in seasons.held("new:daily:US:2022-01-02").holders] == [("4", "Season 4")]


# nth


def test_works_are_numbered_in_the_order_in_which_they_first_topped() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Ozark", "Money Heist", "Squid Game", "All of Us Are Dead")
    assert [chronicle.holders(f"nth:daily:US:{n}") for n in (1, 2, 3)] == [
        [("squid", 1)],
        [("heist", 3)],
        [("dead", 5)],
    ]
    assert [holder["work_id"] for holder in chronicle.evidence("nth:daily:US:3")["earlier"]] == ["squid", "heist"]


def test_joint_firsts_share_a_number_and_leave_the_next_one_empty() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", ("Squid Game", "Money Heist"), "All of Us Are Dead")
    assert chronicle.holders("nth:daily:US:1") == [("heist", 1), ("squid", 1)]
    assert chronicle.slots() == {"nth:daily:US:1", "nth:daily:US:3"}


def test_each_group_is_numbered_by_itself() -> None:
    chronicle = Chronicle(replace(NTH, per=Fact.ORIGIN_COUNTRY))
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist", "All of Us Are Dead")
    assert chronicle.slots() == {"nth:daily:US:KR:1", "nth:daily:US:ES:1", "nth:daily:US:KR:2"}


def test_a_number_that_the_rule_does_not_name_is_no_slot_and_counts_all_the_same() -> None:
    chronicle = Chronicle(replace(NTH, at=(3,)))
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist", "All of Us Are Dead")
    assert chronicle.slots() == {"nth:daily:US:3"}


def test_two_seasons_are_one_work_unless_seasons_count() -> None:
    works, seasons = Chronicle(NTH), Chronicle(replace(NTH, count=Count.SEASONS))
    for chronicle in (works, seasons):
        a_run(chronicle, "Ozark", "Elite|Season 4", "Ozark", "Elite|Season 5")
    assert works.slots() == {"nth:daily:US:1"}
    assert seasons.holders("nth:daily:US:2") == [("elite", 3)]
    assert seasons.slots() == {"nth:daily:US:1", "nth:daily:US:2"}


def test_namesakes_are_numbered_as_the_works_they_are() -> None:
    old = Work("old", "Alias", Kind.SERIES, "es", ("ES",), date(2001, 1, 1))
    new = Work("new", "Alias", Kind.SERIES, "ko", ("KR",), DAY + timedelta(9))
    chronicle = Chronicle(CHANGE, NTH, works=(old, new, OZARK))
    a_run(chronicle, "Ozark", "Alias", *["Ozark"] * 7, "Alias")
    assert (chronicle.holders("nth:daily:US:1"), chronicle.holders("nth:daily:US:2")) == ([("old", 1)], [("new", 9)])
    assert chronicle.holders("new:daily:US:2022-01-10") == [("new", 9)]


def test_what_goes_on_at_number_one_while_a_namesake_comes_out_is_no_certain_newcomer() -> None:
    old = Work("old", "Alias", Kind.SERIES, "es", ("ES",), date(2001, 1, 1))
    new = Work("new", "Alias", Kind.SERIES, "ko", ("KR",), DAY + timedelta(9))
    for works in ((old, new, OZARK), (new, OZARK)):
        chronicle = Chronicle(CHANGE, NTH, works=works)
        a_run(chronicle, "Ozark", *["Alias"] * 10)
        since = {day: chronicle.held(f"new:daily:US:{chronicle.period(day)}") for day in (1, 2, 9)}
        assert [its.is_certain for its in since.values()] == [True, False, False]
        assert all("nobody can say which Alias was #1" in since[day].reasons[0].said for day in (2, 9))


# race


def test_a_race_is_won_by_the_group_that_gets_there_first() -> None:
    chronicle = Chronicle(RACE)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist", "All of Us Are Dead", "Elite")
    (holder,) = chronicle.held("race:daily:US:2").holders
    assert (holder.work_id, holder.group, holder.since) == ("dead", "KR", DAY + timedelta(3))


def test_groups_that_get_there_on_the_same_date_hold_it_together() -> None:
    chronicle = Chronicle(RACE)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist", ("All of Us Are Dead", "Elite"))
    assert [(h.work_id, h.group) for h in chronicle.held("race:daily:US:2").holders] == [
        ("elite", "ES"),
        ("dead", "KR"),
    ]


def test_two_works_of_one_date_complete_a_race_together() -> None:
    chronicle = Chronicle(replace(RACE, at=(1, 2, 3)))
    a_run(chronicle, "Ozark", ("All of Us Are Dead", "Squid Game"), "Money Heist")
    for number in (1, 2):
        assert chronicle.holders(f"race:daily:US:{number}") == [("dead", 1), ("squid", 1)]
    assert chronicle.slots() == {"race:daily:US:1", "race:daily:US:2"}


def test_numbers_that_one_date_reached_together_are_not_reached_again() -> None:
    chronicle = Chronicle(replace(RACE, at=(1, 2)))
    a_run(chronicle, "Ozark", ("All of Us Are Dead", "Squid Game"), "Money Heist", "Elite")
    assert chronicle.holders("race:daily:US:2") == [("dead", 1), ("squid", 1)]


def test_a_group_that_gets_further_wins_the_next_number_only() -> None:
    third = Work("kingdom", "Kingdom", Kind.SERIES, "ko", ("KR",))
    chronicle = Chronicle(replace(RACE, at=(2, 3)), works=(*WORKS, third))
    a_run(chronicle, "Ozark", "Money Heist", "Elite", ("Squid Game", "All of Us Are Dead", "Kingdom"))
    assert chronicle.holders("race:daily:US:2") == [("elite", 2)]
    assert chronicle.holders("race:daily:US:3") == [("dead", 3), ("kingdom", 3), ("squid", 3)]


# scopes, beginnings and gaps


def test_over_a_whole_chart_the_territory_that_was_first_counts() -> None:
    chronicle = Chronicle(replace(CHANGE, scope=Scope.CHART), replace(NTH, scope=Scope.CHART))
    chronicle.arrives(0, KR="Ozark", US="Ozark")
    chronicle.arrives(1, KR="Squid Game", US="Ozark")
    assert changed(chronicle.arrives(2, KR="Squid Game", US="Squid Game")) == []
    assert chronicle.holders("nth:daily:*:1") == [("squid", 1)]
    assert chronicle.evidence("nth:daily:*:1")["territories"] == {"Squid Game": ["KR"]}


def test_a_territory_that_appears_late_begins_a_record_of_its_own() -> None:
    chronicle = Chronicle(CHANGE, NTH, replace(NTH, id="anywhere", scope=Scope.CHART))
    chronicle.arrives(0, US="Ozark")
    bulletins = chronicle.arrives(1, KR="Squid Game", US="Ozark")
    assert sent(bulletins) == [("anywhere:daily:*:1", Status.ANNOUNCED)]
    assert chronicle.held("nth:daily:KR:1").left_censored
    assert chronicle.slots() == {"nth:daily:KR:1", "anywhere:daily:*:1"}


def test_what_a_territory_lacks_stands_against_claims_on_it_and_on_the_chart() -> None:
    chronicle = Chronicle(NTH, replace(NTH, id="anywhere", scope=Scope.CHART))
    chronicle.arrives(0, RU="Ozark", US="Ozark")
    chronicle.arrives(1, US="Ozark")
    chronicle.arrives(2, RU="Squid Game", US="Squid Game")
    assert chronicle.held("nth:daily:RU:1").because == ("the period 2022-01-02 is missing",)
    assert chronicle.held("nth:daily:US:1").because == ()
    assert chronicle.held("anywhere:daily:*:1").because == ("the period 2022-01-02 is missing in Russia",)


def test_a_territory_that_stops_lacks_nothing() -> None:
    chronicle = Chronicle(replace(NTH, id="anywhere", scope=Scope.CHART))
    chronicle.arrives(0, RU="Ozark", US="Ozark")
    chronicle.arrives(1, US="Ozark")
    chronicle.arrives(2, US="Squid Game")
    assert chronicle.held("anywhere:daily:*:1").because == ()


def test_what_is_held_since_the_record_begins_is_marked_and_never_sent() -> None:
    chronicle = Chronicle(NTH)
    assert sent(a_run(chronicle, "Squid Game")) == []
    held = chronicle.held("nth:daily:US:1")
    assert (held.left_censored, held.silent, held.status) == (True, True, Status.ANNOUNCED)


def test_any_gap_since_the_beginning_makes_a_number_provisional() -> None:
    chronicle = Chronicle(NTH, RACE)
    bulletins = a_run(chronicle, "Ozark", None, "Ozark", None, None, "Squid Game", "All of Us Are Dead")
    reasons = ("the period 2022-01-02 is missing", "the periods 2022-01-04 to 2022-01-05 are missing")
    assert chronicle.held("nth:daily:US:1").because == reasons
    assert chronicle.held("race:daily:US:2").because == reasons
    assert sent(bulletins) == [
        ("nth:daily:US:2", Status.PROVISIONAL),
        ("race:daily:US:2", Status.PROVISIONAL),
    ]


# late, corrected and repeated


def test_the_period_that_was_missing_confirms_what_was_provisional() -> None:
    chronicle = Chronicle(NTH)
    assert sent(a_run(chronicle, "Ozark", None, "Squid Game")) == [("nth:daily:US:1", Status.PROVISIONAL)]
    assert sent(chronicle.arrives(1, US="Ozark")) == [("nth:daily:US:1", Status.ANNOUNCED)]
    assert (chronicle.held("nth:daily:US:1").revision, chronicle.held("nth:daily:US:1").because) == (2, ())


def test_a_late_day_moves_the_first_to_the_earlier_title() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", None, "Squid Game")
    bulletins = chronicle.arrives(1, US="Money Heist")
    assert sent(bulletins) == [("nth:daily:US:1", Status.CORRECTED), ("nth:daily:US:2", Status.ANNOUNCED)]
    assert chronicle.holders("nth:daily:US:1") == [("heist", 1)]
    (bulletin,) = bulletins
    assert bulletin.period == DAY + timedelta(1)
    assert bulletin.works.keys() == {"heist", "squid"}


def test_a_corrected_edition_retracts_what_is_no_longer_so() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    assert sent(chronicle.arrives(1, US="Ozark")) == [
        ("new:daily:US:2022-01-02", Status.RETRACTED),
        ("nth:daily:US:1", Status.RETRACTED),
    ]
    assert chronicle.slots() == set()


def test_what_was_retracted_is_announced_under_its_old_name_when_it_is_true_again() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    chronicle.arrives(1, US="Ozark")
    assert sent(chronicle.arrives(3, US="Squid Game")) == [("nth:daily:US:1", Status.ANNOUNCED)]
    assert chronicle.held("nth:daily:US:1").revision == 3


def test_what_an_earlier_beginning_shows_to_be_no_first_is_corrected() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(1, US="Ozark")
    chronicle.arrives(2, US="Squid Game")
    assert sent(chronicle.arrives(0, US="Money Heist")) == [
        ("nth:daily:US:1", Status.CORRECTED),
        ("nth:daily:US:2", Status.ANNOUNCED),
    ]
    assert chronicle.held("nth:daily:US:1").left_censored


def test_a_publication_processed_again_says_nothing() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    head = chronicle.head
    for day in (0, 1, 2):
        assert chronicle.detector.detect(CHART.id, DAY + timedelta(day)) == []
    assert replace(chronicle.head, version=head.version) == head


@pytest.mark.parametrize("behind", [0, 1])
def test_what_was_read_before_a_revision_was_taken_back_is_never_recorded(behind: int) -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    chronicle.stored(2 - behind, US="Dark")
    recorder = Recorder(chronicle.charts, chronicle.record, chronicle.catalog, RuleSet(chronicle.rules))
    period = chronicle.period(2 - behind)
    stands_still = recorder.prepare(CHART.id, chronicle.head, Step(period, chronicle.period(2), period), Policy(None))
    assert chronicle.arrives(2 - behind, US="Squid Game" if behind else "Money Heist") == []
    with pytest.raises(Conflict, match="the history of daily changed"):
        recorder.commit(stands_still)


@pytest.mark.parametrize("revised", range(1, 11))
@pytest.mark.parametrize("length", [12, 20])
def test_what_a_later_period_finds_changed_before_it_corrects_what_was_told(length: int, revised: int) -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, *("Squid Game" if number == revised else "Ozark" for number in range(length)))
    for later in range(revised + 1, length):
        tried = deepcopy(chronicle)
        tried.stored(revised, US="Ozark")
        told = tried.arrives(later, US="Money Heist")
        told += tried.detector.detect(CHART.id, tried.period(revised))
        assert [status for slot, status in sent(told) if slot == "nth:daily:US:1"] == [Status.CORRECTED], later
        assert tried.holders("nth:daily:US:1") == [("heist", later)]


def test_a_publication_that_nobody_stored_says_nothing() -> None:
    assert Chronicle(NTH).detector.detect(CHART.id, DAY) == []


def test_a_record_that_is_ahead_of_the_publications_is_no_reason_to_guess() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.charts = MemoryCharts()
    with pytest.raises(RecordAhead, match="daily of 2022-01-02"):
        chronicle.learns()


# unknown facts


def test_an_unknown_work_before_the_holder_stands_against_it() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "A Riddle", "Squid Game")
    assert chronicle.held("nth:daily:US:1").because == (
        "the original language of A Riddle, #1 since 2022-01-02, is unknown",
    )


def test_an_unknown_work_of_the_same_date_may_be_joint_holder() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", ("A Riddle", "Squid Game"), "Ozark")
    assert chronicle.held("nth:daily:US:1").because == (
        "the original language of A Riddle, #1 since 2022-01-02, is unknown",
    )


def test_a_later_unknown_work_does_not_stand_against_it() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "A Riddle")
    assert chronicle.held("nth:daily:US:1").because == ()


def test_an_unknown_country_stands_against_every_country() -> None:
    chronicle = Chronicle(replace(NTH, per=Fact.ORIGIN_COUNTRY, where=()))
    a_run(chronicle, "A Riddle", "Squid Game")
    (reason,) = chronicle.held("nth:daily:US:KR:1").because
    assert reason == "the country of origin of A Riddle, #1 since 2022-01-01, is unknown"


@pytest.mark.parametrize(("countries", "stands_against"), [(("ES", "FR"), False), (("ES", "KR"), True)])
def test_a_main_country_that_nobody_names_stands_against_those_that_it_may_be(
    countries: tuple[str, ...], *, stands_against: bool
) -> None:
    riddle = Work("riddle", "A Riddle", Kind.SERIES, "fr", countries, is_main_country_known=False)
    chronicle = Chronicle(replace(NTH, per=Fact.ORIGIN_COUNTRY, where=()), works=(riddle, SQUID))
    a_run(chronicle, "A Riddle", "Squid Game")
    assert bool(chronicle.held("nth:daily:US:KR:1").because) is stands_against


@pytest.mark.parametrize(
    ("language", "status", "holder"),
    [("en", Status.ANNOUNCED, "squid"), ("fr", Status.CORRECTED, "riddle")],
    ids=["confirms", "corrects"],
)
def test_a_fact_that_becomes_known_settles_it(language: str, status: Status, holder: str) -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "A Riddle", "Squid Game")
    chronicle.works = (*WORKS[:-1], replace(RIDDLE, original_language=language))
    assert sent(chronicle.detector.reconsider(CHART.id))[0] == ("nth:daily:US:1", status)
    assert [work for work, _ in chronicle.holders("nth:daily:US:1")] == [holder]


def test_a_fact_that_turns_out_wrong_retracts() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.works = tuple(replace(work, original_language="en") for work in WORKS)
    assert sent(chronicle.detector.reconsider(CHART.id)) == [("nth:daily:US:1", Status.RETRACTED)]


def test_a_bulletin_has_the_facts_of_works_that_the_catalog_lacks() -> None:
    chronicle = Chronicle(CHANGE, works=(SQUID,))
    (bulletin,) = a_run(chronicle, "Ozark", "Dark")
    (dark,) = bulletin.works.values()
    assert (dark.title, dark.kind) == ("Dark", Kind.SERIES)


def test_a_bulletin_has_the_facts_of_works_that_lost_a_slot() -> None:
    chronicle = Chronicle(CHANGE, works=(SQUID,))
    a_run(chronicle, "Ozark", "Elite", "Squid Game", "Dark")
    (bulletin,) = chronicle.arrives(2, US="Dark")
    assert bulletin.works["squid"] == WorkFacts.of(SQUID)
    (bulletin,) = chronicle.arrives(1, US="Dark")
    elite, dark = sorted(bulletin.works.values(), key=lambda facts: facts.title == "Dark")
    assert (elite.title, elite.kind) == ("Elite", Kind.SERIES)
    assert (dark.title, dark.kind) == ("Dark", Kind.SERIES)


def test_a_work_that_leaves_the_catalog_is_still_named_when_it_loses_a_slot() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.works = ()
    (bulletin,) = chronicle.detector.reconsider(CHART.id)
    assert {work: facts.title for work, facts in bulletin.works.items()} == {"squid": "Squid Game"}


def test_a_renamed_title_that_the_catalog_knows_as_an_alias_changes_nothing() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    chronicle.works = (replace(SQUID, aliases=("Squid Game: The Beginning",)), OZARK)
    assert chronicle.arrives(1, US="Squid Game: The Beginning") == []


def test_another_spelling_of_an_unlisted_title_is_the_same_work() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", "The King’s Ace")
    assert changed(chronicle.arrives(2, US="THE KING'S ACE")) == []


# what is sent


def test_history_before_the_chart_is_live_is_recorded_only() -> None:
    chronicle = Chronicle(CHANGE, NTH, live_from=DAY + timedelta(2))
    assert sent(a_run(chronicle, "Ozark", "Squid Game")) == []
    assert chronicle.slots() == {"new:daily:US:2022-01-02", "nth:daily:US:1"}
    assert sent(chronicle.arrives(2, US="Money Heist")) == [
        ("new:daily:US:2022-01-03", Status.ANNOUNCED),
        ("nth:daily:US:2", Status.ANNOUNCED),
    ]


def test_a_correction_of_what_was_recorded_only_is_recorded_only() -> None:
    chronicle = Chronicle(NTH, live_from=DAY + timedelta(5))
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    (bulletin,) = chronicle.arrives(1, US="Money Heist")
    assert [change.milestone.status for change in bulletin.changes] == [Status.CORRECTED]
    assert sent([bulletin]) == []


def test_what_was_sent_is_corrected_also_back_to_before_the_chart_was_live() -> None:
    chronicle = Chronicle(NTH, live_from=DAY + timedelta(2))
    a_run(chronicle, "Ozark", None, "Squid Game")
    bulletins = chronicle.arrives(1, US="Money Heist")
    assert sent(bulletins) == [("nth:daily:US:1", Status.CORRECTED), ("nth:daily:US:2", Status.ANNOUNCED)]


# rules that change


def test_what_a_rewritten_rule_says_of_the_past_is_recorded_only() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    spanish = replace(NTH, where=(Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"es"})),))
    assert sent(chronicle.obeys(spanish, RACE)) == []
    assert chronicle.holders("nth:daily:US:1") == [("heist", 2)]
    assert chronicle.slots() == {"nth:daily:US:1"}


def test_a_rule_that_is_dropped_takes_its_slots_along_and_nothing_is_sent() -> None:
    chronicle = Chronicle(NTH, CHANGE)
    a_run(chronicle, "Ozark", "Squid Game")
    assert sent(chronicle.obeys(CHANGE)) == []
    assert chronicle.slots() == {"new:daily:US:2022-01-02"}


def test_a_new_publication_under_rewritten_rules_is_sent_by_all_of_them() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.rules = (CHANGE, replace(NTH, at=(1, 2)), RACE)
    assert sent(chronicle.arrives(2, US="All of Us Are Dead")) == [
        ("new:daily:US:2022-01-03", Status.ANNOUNCED),
        ("nth:daily:US:2", Status.ANNOUNCED),
        ("race:daily:US:2", Status.ANNOUNCED),
    ]


def test_a_late_publication_under_rewritten_rules_is_sent_by_the_rules_that_stayed() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", None, "Squid Game")
    chronicle.rules = (CHANGE, replace(NTH, at=(1, 2)))
    assert sent(chronicle.arrives(1, US="Money Heist")) == [
        ("new:daily:US:2022-01-02", Status.ANNOUNCED),
        ("new:daily:US:2022-01-03", Status.ANNOUNCED),
    ]


def test_another_wording_is_no_reason_to_look_at_the_past() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    head = chronicle.head
    assert chronicle.obeys(replace(NTH, headline="Now {title}")) == []
    assert chronicle.head == head


# evidence


def test_evidence_says_what_the_record_has_seen_and_what_it_lacks() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", None, "Money Heist", "Squid Game")
    evidence = chronicle.evidence("nth:daily:US:2")
    assert (evidence["records_since"], evidence["periods_expected"], evidence["periods_seen"]) == ("2022-01-01", 4, 3)
    assert evidence["gaps"] == [["2022-01-02", "2022-01-02"]]
    assert evidence["edition"]["url"] == "https://charts.example/daily.csv"
    assert evidence["earlier"] == [{"work_id": "heist", "title": "Money Heist", "since": "2022-01-03"}]


def test_a_headline_says_since_when_there_are_records() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", ("Squid Game", "Money Heist"))
    assert chronicle.held("nth:daily:US:1").headline == (
        "Money Heist and Squid Game are joint first, in records since 2022-01-01"
    )
