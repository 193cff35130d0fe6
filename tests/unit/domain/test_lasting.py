"""Spreads, reigns, returns, and for which of its countries a work counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chartwatch.domain.charts.chart import MetricPeriod
from chartwatch.domain.rules.change import Returns
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Fact, Lists, Origin, Rule, RuleSet, Scope
from chartwatch.domain.rules.spread import SpreadRule
from tests.chronicle import CHANGE, CHART, DAY, NTH, RACE, WORKS, Chronicle, a_run, sent

REIGN = ReignRule("reign", Scope.TERRITORY, "{title} {has} had {n} {periods}", "{n}", at=(2, 3))
RECORD = ReignRule("longest", Scope.TERRITORY, "{title} {has} the longest run", "longest", record=True)
TOTAL = ReignRule("total", Scope.TERRITORY, "{title} {has} had {n}", "{n}", at=(3,), total=True)
SPREAD = SpreadRule("spread", Scope.CHART, "{title} {has} topped {n}", "{n}", at=(2,), everywhere=True)


def test_a_run_is_sent_when_it_reaches_a_number_of_periods() -> None:
    chronicle = Chronicle(REIGN)
    assert sent(a_run(chronicle, "Ozark", "Squid Game", "Squid Game"))[0][0] == "reign:daily:US:squid:2"
    chronicle.arrives(3, US="Squid Game")
    assert chronicle.holders("reign:daily:US:squid:3") == [("squid", 3)]
    assert chronicle.held("reign:daily:US:squid:3").headline == "Squid Game has had 3 days, in records since 2022-01-01"


def test_a_later_run_does_not_reach_a_number_again() -> None:
    chronicle = Chronicle(REIGN)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Ozark", "Squid Game", "Squid Game")
    assert chronicle.holders("reign:daily:US:squid:2") == [("squid", 2)]
    assert chronicle.slots() == {"reign:daily:US:squid:2"}


def test_a_missing_period_ends_a_run() -> None:
    chronicle = Chronicle(REIGN)
    a_run(chronicle, "Ozark", "Squid Game", None, "Squid Game")
    assert chronicle.slots() == set()
    chronicle.arrives(2, US="Squid Game")
    assert chronicle.slots() == {"reign:daily:US:squid:2", "reign:daily:US:squid:3"}


def test_a_run_that_began_with_the_record_may_be_longer_than_anybody_knows() -> None:
    chronicle = Chronicle(REIGN)
    assert sent(a_run(chronicle, "Squid Game", "Squid Game")) == []
    assert chronicle.held("reign:daily:US:squid:2").left_censored


def test_all_periods_count_towards_a_total() -> None:
    chronicle = Chronicle(TOTAL)
    a_run(chronicle, "Ozark", "Squid Game", "Ozark", "Squid Game", "Ozark", "Squid Game")
    assert chronicle.holders("total:daily:US:squid:3") == [("squid", 5)]
    assert chronicle.held("total:daily:US:ozark:3").left_censored


def test_a_total_goes_on_whoever_was_at_number_one_since() -> None:
    chronicle = Chronicle(TOTAL)
    a_run(chronicle, "Ozark", "Squid Game", "Elite", "Money Heist", "Ozark", "Squid Game", "Squid Game")
    assert chronicle.holders("total:daily:US:squid:3") == [("squid", 6)]


def test_the_longest_run_is_sent_once_when_it_passes_every_other() -> None:
    chronicle = Chronicle(RECORD)
    assert sent(a_run(chronicle, "Ozark", "Ozark", "Squid Game", "Squid Game")) == []
    assert sent(chronicle.arrives(4, US="Squid Game"))[0][0] == "longest:daily:US:squid:record:2022-01-03"
    assert chronicle.held("longest:daily:US:squid:record:2022-01-03").n == 3
    assert sent(chronicle.arrives(5, US="Squid Game")) == []


def test_the_first_run_of_a_record_is_no_record() -> None:
    chronicle = Chronicle(RECORD)
    a_run(chronicle, "Ozark", "Ozark", "Ozark")
    assert chronicle.slots() == set()


def test_a_work_spreads_by_the_territories_that_it_ever_topped() -> None:
    chronicle = Chronicle(SPREAD)
    chronicle.arrives(0, US="Ozark", KR="Ozark", MX="Squid Game")
    chronicle.arrives(1, US="Squid Game", KR="Ozark", MX="Ozark")
    assert chronicle.holders("spread:daily:*:squid:2") == [("squid", 1)]
    assert chronicle.holders("spread:daily:*:ozark:all") == [("ozark", 1)]
    chronicle.arrives(2, US="Ozark", KR="Squid Game", MX="Ozark")
    assert chronicle.holders("spread:daily:*:squid:all") == [("squid", 2)]


def test_a_territory_that_comes_later_takes_back_no_all() -> None:
    chronicle = Chronicle(SPREAD)
    chronicle.arrives(0, US="Ozark", KR="Squid Game")
    chronicle.arrives(1, US="Ozark", KR="Ozark")
    chronicle.arrives(2, US="Ozark", KR="Ozark", MX="Ozark")
    assert chronicle.holders("spread:daily:*:ozark:all") == [("ozark", 1)]


def test_a_return_has_its_own_words() -> None:
    rule = replace(CHANGE, return_headline="{title} {is} back", return_brief="back")
    chronicle = Chronicle(rule)
    a_run(chronicle, "Squid Game", "Ozark", "Squid Game")
    assert chronicle.held("new:daily:US:2022-01-03").headline == "Squid Game is back, in records since 2022-01-01"


def test_a_rule_may_be_about_returns_only_or_about_none() -> None:
    only, never = replace(CHANGE, id="only", returns=Returns.ONLY), replace(CHANGE, id="never", returns=Returns.NEVER)
    chronicle = Chronicle(only, never)
    a_run(chronicle, "Squid Game", "Ozark", "Squid Game")
    assert chronicle.slots() == {"never:daily:US:2022-01-02", "only:daily:US:2022-01-03"}


@pytest.mark.parametrize(("listed", "slots"), [("films", 0), (CHART.list_name, 2)])
def test_a_rule_is_asked_on_the_lists_alone_that_it_is_about(listed: str, slots: int) -> None:
    chronicle = Chronicle(*(replace(rule, lists=Lists(frozenset({listed}))) for rule in (CHANGE, NTH)))
    a_run(chronicle, "Ozark", "Squid Game")
    assert len(chronicle.slots()) == slots


def test_the_evidence_names_who_would_be_first_for_any_of_its_countries() -> None:
    works = [replace(w, origin_countries=("US", "KR")) if w.id == "sara" else w for w in WORKS]
    rule = replace(NTH, per=Fact.ORIGIN_COUNTRY, at=(1,))
    chronicle = Chronicle(rule, works=works)
    a_run(chronicle, "Ozark", "Who Killed Sara?", "Squid Game")
    assert chronicle.evidence("nth:daily:US:KR:1")["other_policy"] == {
        "origin": "any",
        "holders": [{"work_id": "sara", "title": "Who Killed Sara?", "since": "2022-01-02", "group": "KR"}],
    }
    assert "other_policy" not in chronicle.evidence("nth:daily:US:US:1")


def test_a_race_may_count_each_country() -> None:
    works = [replace(w, origin_countries=("US", "KR")) if w.id == "sara" else w for w in WORKS]
    chronicle = Chronicle(RACE, replace(RACE, id="any", origin=Origin.ANY), works=works)
    a_run(chronicle, "Ozark", "Who Killed Sara?", "Squid Game")
    assert chronicle.slots() == {"any:daily:US:2"}
    assert {holder.group for holder in chronicle.held("any:daily:US:2").holders} == {"KR"}


def test_a_territory_that_only_a_late_period_has_counts_among_all() -> None:
    chronicle = Chronicle(SPREAD)
    chronicle.arrives(1, US="Ozark", KR="Ozark")
    chronicle.arrives(2, US="Squid Game", KR="Squid Game")
    assert chronicle.held("spread:daily:*:squid:all").n == 2
    chronicle.arrives(0, MX="Squid Game")
    assert chronicle.holders("spread:daily:*:squid:all") == [("squid", 2)]
    assert chronicle.held("spread:daily:*:squid:all").n == 3


# Where a chart has come to rank by something else.


def by_hours_then_views(*rules: Rule, views_since: int) -> Chronicle:
    """Return a chart that ranks by hours, and by views from the period of that number on."""
    metrics = (MetricPeriod("hours"), MetricPeriod("views", DAY + timedelta(views_since)))
    return Chronicle(*rules, chart=replace(CHART, metric_periods=metrics))


def test_a_run_that_crosses_a_change_of_method_says_so() -> None:
    chronicle = by_hours_then_views(REIGN, views_since=2)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Squid Game")
    held = chronicle.held("reign:daily:US:squid:2")
    assert held.headline == (
        "Squid Game has had 2 days, ranked by views since 2022-01-03 and by hours before, in records since 2022-01-01"
    )
    assert held.evidence
    assert held.evidence.method_changes == (MetricPeriod("views", DAY + timedelta(2)),)


@pytest.mark.parametrize("views_since", [1, 3, 9])
def test_a_run_within_one_method_says_nothing_of_others(views_since: int) -> None:
    chronicle = by_hours_then_views(REIGN, views_since=views_since)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Ozark")
    held = chronicle.held("reign:daily:US:squid:2")
    assert held.headline == "Squid Game has had 2 days, in records since 2022-01-01"
    assert held.evidence
    assert held.evidence.method_changes is None


def test_a_record_is_compared_with_runs_of_other_methods_and_says_so() -> None:
    chronicle = by_hours_then_views(RECORD, views_since=1)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game")
    assert (
        "ranked by views since 2022-01-02 and by hours before"
        in chronicle.held("longest:daily:US:squid:record:2022-01-02").headline
    )
    before = by_hours_then_views(RECORD, views_since=0)
    a_run(before, "Ozark", "Squid Game", "Squid Game")
    assert "ranked by" not in before.held("longest:daily:US:squid:record:2022-01-02").headline


def test_a_total_counts_from_the_first_time_of_its_work_on() -> None:
    days = ("Ozark", "Squid Game", "Ozark", "Squid Game", "Squid Game")
    crossing, within = (by_hours_then_views(TOTAL, views_since=since) for since in (2, 1))
    for chronicle, crosses in ((crossing, True), (within, False)):
        a_run(chronicle, *days)
        assert ("ranked by" in chronicle.held("total:daily:US:squid:3").headline) is crosses


def test_several_changes_are_counted_and_the_evidence_names_them() -> None:
    airplay, everything = MetricPeriod("airplay", DAY + timedelta(2)), MetricPeriod("all", DAY + timedelta(3))
    chronicle = Chronicle(
        replace(REIGN, at=(3,)), chart=replace(CHART, metric_periods=(MetricPeriod("sales"), airplay, everything))
    )
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Squid Game")
    held = chronicle.held("reign:daily:US:squid:3")
    assert ", over two changes of what the chart ranks by since 2022-01-03, in records" in held.headline
    assert held.evidence
    assert held.evidence.method_changes == (airplay, everything)


# Rules whose runs do not cross that.

WITHIN = replace(REIGN, across_methods=False)
RECORD_WITHIN = replace(RECORD, across_methods=False)
TOTAL_WITHIN = replace(TOTAL, across_methods=False)


def test_a_run_within_methods_ends_with_the_last_period_of_one_and_another_begins() -> None:
    chronicle = by_hours_then_views(WITHIN, views_since=3)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Squid Game", "Squid Game")
    assert chronicle.slots() == {"reign:daily:US:squid:2", "reign:daily:US:squid:2:2022-01-04"}
    assert chronicle.holders("reign:daily:US:squid:2:2022-01-04") == [("squid", 4)]
    assert chronicle.held("reign:daily:US:squid:2:2022-01-04").headline == (
        "Squid Game has had 2 days, counted since the chart came to rank by views (2022-01-04), "
        "in records since 2022-01-01"
    )
    views = {"metric": "views", "since": "2022-01-04"}
    assert chronicle.evidence("reign:daily:US:squid:2:2022-01-04")["within_method"] == views
    first = chronicle.held("reign:daily:US:squid:2")
    assert first.headline == "Squid Game has had 2 days, in records since 2022-01-01"
    assert "within_method" not in chronicle.evidence("reign:daily:US:squid:2")


def test_where_a_chart_ranks_as_ever_a_rule_within_methods_tells_what_any_does() -> None:
    across, within = Chronicle(REIGN, RECORD, TOTAL), Chronicle(WITHIN, RECORD_WITHIN, TOTAL_WITHIN)
    for chronicle in (across, within):
        a_run(chronicle, "Ozark", "Squid Game", "Squid Game", None, "Squid Game")
    assert [chronicle.held(slot).as_json() for chronicle in (across, within) for slot in sorted(across.slots())] == [
        across.held(slot).as_json() for slot in sorted(across.slots())
    ] * 2


def test_a_total_within_methods_counts_the_present_one_alone() -> None:
    chronicle = by_hours_then_views(TOTAL_WITHIN, views_since=3)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Squid Game", "Ozark", "Squid Game")
    assert chronicle.slots() == set()
    chronicle.arrives(6, US="Squid Game")
    assert chronicle.holders("total:daily:US:squid:3:2022-01-04") == [("squid", 6)]


def test_a_record_within_methods_is_the_longest_run_since_the_chart_ranks_so() -> None:
    chronicle = by_hours_then_views(RECORD_WITHIN, views_since=4)
    a_run(chronicle, "Ozark", "Ozark", "Ozark", "Ozark", "Ozark", "Squid Game", "Squid Game")
    slot = "longest:daily:US:squid:record:2022-01-06"
    assert chronicle.slots() == {slot}
    assert chronicle.held(slot).said == (
        "Squid Game has the longest run, counted since the chart came to rank by views (2022-01-05)"
    )
    assert chronicle.held(slot).brief == "longest since ranked by views"
    assert not chronicle.held(slot).because
    assert not chronicle.held(slot).left_censored


def test_what_is_missing_makes_no_run_within_methods_longer_over_their_boundary() -> None:
    before, after = (by_hours_then_views(WITHIN, views_since=since) for since in (3, 2))
    for chronicle in (before, after):
        a_run(chronicle, "Ozark", "Squid Game", None, "Squid Game", "Squid Game")
    assert not before.held("reign:daily:US:squid:2:2022-01-04").because
    assert after.held("reign:daily:US:squid:2:2022-01-03").because == ("the period 2022-01-03 is missing",)


def test_a_missing_first_period_of_a_method_may_begin_a_run_and_one_before_it_may_not() -> None:
    chronicle = by_hours_then_views(RECORD_WITHIN, views_since=3)
    a_run(chronicle, "Ozark", "Ozark", None, None, "Squid Game", "Ozark", "Ozark")
    held = chronicle.held("longest:daily:US:ozark:record:2022-01-06")
    assert held.because == ("the period 2022-01-04 is missing",)


@pytest.mark.parametrize("views_since", [1, 2])
def test_a_territory_whose_first_edition_of_a_method_is_missing_may_have_begun_a_run_with_it(views_since: int) -> None:
    chronicle = by_hours_then_views(WITHIN, views_since=views_since)
    chronicle.arrives(0, KR="Ozark")
    chronicle.arrives(1, KR="Ozark", US=None)
    chronicle.arrives(2, KR="Ozark", US="Squid Game")
    chronicle.arrives(3, KR="Ozark", US="Squid Game")
    chronicle.arrives(4, KR="Ozark", US="Squid Game")
    lacks = ("the period 2022-01-02 is missing",) if views_since == 1 else ()
    for n in (2, 3):
        held = chronicle.held(f"reign:daily:US:squid:{n}:2022-01-0{1 + views_since}")
        assert (held.because, held.left_censored) == (lacks, False)


def test_the_start_of_the_record_matters_to_runs_of_its_own_method_alone() -> None:
    chronicle = by_hours_then_views(RECORD_WITHIN, TOTAL_WITHIN, views_since=2)
    a_run(chronicle, "Ozark", "Ozark", "Ozark", "Squid Game", "Squid Game", "Ozark", "Ozark")
    record, total = "longest:daily:US:squid:record:2022-01-04", "total:daily:US:ozark:3:2022-01-03"
    assert not chronicle.held(record).because
    assert not chronicle.held(total).left_censored
    assert not chronicle.held(total).because
    across = by_hours_then_views(RECORD, views_since=2)
    a_run(across, "Ozark", "Ozark", "Squid Game", "Squid Game", "Squid Game")
    assert across.held("longest:daily:US:squid:record:2022-01-03").because


def test_a_run_within_methods_over_all_territories_names_what_one_of_them_lacks() -> None:
    chronicle = by_hours_then_views(replace(WITHIN, scope=Scope.CHART), views_since=1)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR=None)
    chronicle.arrives(2, US="Squid Game", KR="Ozark")
    chronicle.arrives(3, US="Squid Game", KR="Squid Game")
    slot = "reign:daily:*:squid:2:2022-01-02"
    assert chronicle.held(slot).because == ("the period 2022-01-02 is missing in South Korea",)


def test_a_record_that_begins_within_a_method_may_hide_a_run_as_far_as_that_reaches() -> None:
    metrics = (MetricPeriod("hours"), MetricPeriod("views", DAY - timedelta(1)))
    chronicle = Chronicle(RECORD_WITHIN, chart=replace(CHART, metric_periods=metrics))
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Elite", "Elite", "Elite", "Elite")
    assert chronicle.held("longest:daily:US:squid:record:2022-01-02").because == (
        "nobody knows how long Ozark had been #1 when the records began",
    )
    assert not chronicle.held("longest:daily:US:elite:record:2022-01-04").because


def test_a_late_period_of_an_earlier_method_changes_nothing_of_a_later_one() -> None:
    chronicle = by_hours_then_views(WITHIN, RECORD_WITHIN, views_since=3)
    a_run(chronicle, "Ozark", "Squid Game", None, "Squid Game", "Ozark", "Ozark")
    known = {slot: chronicle.holders(slot) for slot in chronicle.slots()}
    assert known.keys() == {"longest:daily:US:ozark:record:2022-01-05", "reign:daily:US:ozark:2:2022-01-04"}
    assert sent(chronicle.arrives(2, US="Ozark")) == []
    assert known.items() <= {slot: chronicle.holders(slot) for slot in chronicle.slots()}.items()


def test_a_rule_counts_otherwise_once_it_stays_within_methods_and_as_before_unless_it_does() -> None:
    assert RuleSet([WITHIN]).versions != RuleSet([REIGN]).versions
    assert RuleSet([replace(REIGN, across_methods=True)]).versions == {"reign": "9d1f4800d2d0d059"}
