"""Whether a work qualifies for a rule: yes, no, or nobody knows."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.rules.rule import Condition, Count, Fact, Lists, Origin, Returns, Rule, RuleKind, RuleSet, Scope
from chartwatch.domain.works.work import Kind, Work

SERIES = Condition(Fact.WORK_KIND, frozenset({"series"}))
NOT_ENGLISH = Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"en"}), negated=True)
RULE = Rule("rule", RuleKind.NTH, Scope.TERRITORY, "{title}", "a first", (SERIES, NOT_ENGLISH), at=(1,))
BY_COUNTRY = replace(RULE, per=Fact.ORIGIN_COUNTRY)

KOREAN = Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",))


@pytest.mark.parametrize(
    ("kind", "language", "verdict"),
    [
        (Kind.SERIES, "ko", True),
        (Kind.SERIES, "en", False),
        (Kind.SERIES, None, None),
        (Kind.FILM, "ko", False),
        (Kind.FILM, None, False),
        (None, "en", False),
        (None, "ko", None),
        (None, None, None),
    ],
)
def test_a_condition_that_fails_decides_whatever_else_is_unknown(
    kind: Kind | None, language: str | None, verdict: bool | None
) -> None:
    assert RULE.verdict(Work("work", "A Work", kind, language)) is verdict


def test_a_work_of_unknown_group_is_undecided_only_if_it_could_qualify() -> None:
    assert BY_COUNTRY.verdict(KOREAN) is True
    assert BY_COUNTRY.verdict(replace(KOREAN, origin_countries=())) is None
    assert BY_COUNTRY.verdict(replace(KOREAN, origin_countries=(), original_language="en")) is False


def test_a_work_counts_for_its_first_listed_country() -> None:
    both = replace(KOREAN, origin_countries=("US", "KR"))
    assert BY_COUNTRY.groups(both) == ("US",)
    in_korea = replace(RULE, where=(Condition(Fact.ORIGIN_COUNTRY, frozenset({"KR"})),))
    assert in_korea.verdict(both) is False


def test_a_work_counts_for_each_of_its_countries_where_the_rule_says_so() -> None:
    both = replace(KOREAN, origin_countries=("US", "KR"))
    assert replace(BY_COUNTRY, origin=Origin.ANY).groups(both) == ("US", "KR")
    in_korea = replace(RULE, where=(Condition(Fact.ORIGIN_COUNTRY, frozenset({"KR"})),), origin=Origin.ANY)
    not_there = replace(
        RULE, where=(Condition(Fact.ORIGIN_COUNTRY, frozenset({"KR"}), negated=True),), origin=Origin.ANY
    )
    assert (in_korea.verdict(both), not_there.verdict(both)) == (True, False)


def test_a_work_is_of_the_year_of_its_release() -> None:
    of_2021 = replace(RULE, where=(Condition(Fact.RELEASE_YEAR, frozenset({"2021"})),))
    assert of_2021.verdict(replace(KOREAN, release_date=date(2021, 9, 17))) is True
    assert of_2021.verdict(replace(KOREAN, release_date=date(2022, 1, 1))) is False
    assert of_2021.verdict(KOREAN) is None


def test_a_rule_is_about_the_lists_that_it_names() -> None:
    tv, others = (
        replace(RULE, lists=Lists(frozenset({"tv"}))),
        replace(RULE, lists=Lists(frozenset({"tv"}), negated=True)),
    )
    assert [rule.is_about("tv") for rule in (RULE, tv, others)] == [True, True, False]
    assert [rule.is_about("films") for rule in (RULE, tv, others)] == [True, False, True]


def test_a_rule_without_groups_has_no_group_for_a_work() -> None:
    assert RULE.groups(KOREAN) == (None,)


def test_a_condition_of_several_values_holds_for_each() -> None:
    either = Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"ko", "ja"}))
    neither = replace(either, negated=True)
    languages = ("ko", "ja", "es", None)
    works = [replace(KOREAN, original_language=language) for language in languages]
    assert [either.verdict(work, Origin.MAIN) for work in works] == [True, True, False, None]
    assert [neither.verdict(work, Origin.MAIN) for work in works] == [False, False, True, None]


def test_only_facts_that_the_rule_needs_are_named_as_unknown() -> None:
    nothing = Work("work", "A Work")
    assert RULE.unknown_facts(nothing) == (Fact.WORK_KIND, Fact.ORIGINAL_LANGUAGE)
    assert BY_COUNTRY.unknown_facts(replace(nothing, kind=Kind.SERIES)) == (Fact.ORIGINAL_LANGUAGE, Fact.ORIGIN_COUNTRY)


def test_a_rule_keeps_its_version_when_only_its_wording_changes() -> None:
    reworded = replace(RULE, headline="Now {title}", brief="now")
    assert RuleSet([RULE]).versions == RuleSet([reworded]).versions


@pytest.mark.parametrize(
    "other",
    [
        replace(RULE, kind=RuleKind.RACE),
        replace(RULE, scope=Scope.CHART),
        replace(RULE, where=(SERIES,)),
        replace(RULE, where=(SERIES, replace(NOT_ENGLISH, negated=False))),
        replace(RULE, per=Fact.WORK_KIND),
        replace(RULE, at=(1, 2)),
        replace(RULE, count=Count.SEASONS),
        replace(RULE, origin=Origin.ANY),
        replace(RULE, lists=Lists(frozenset({"tv"}))),
        replace(RULE, returns=Returns.ONLY),
        replace(RULE, everywhere=True),
        replace(RULE, record=True),
        replace(RULE, total=True),
    ],
)
def test_a_rule_has_another_version_when_it_counts_otherwise(other: Rule) -> None:
    assert RuleSet([RULE]).versions != RuleSet([other]).versions


def test_the_order_of_conditions_and_values_is_no_other_version() -> None:
    turned = replace(RULE, where=(NOT_ENGLISH, SERIES))
    assert RuleSet([RULE]).versions == RuleSet([turned]).versions


def test_a_rule_set_knows_its_rules_by_scope_and_what_they_count() -> None:
    everywhere = replace(RULE, id="everywhere", scope=Scope.CHART, count=Count.SEASONS)
    rules = RuleSet([RULE, everywhere])
    assert (tuple(rules.of(Scope.TERRITORY, "tv")), tuple(rules.of(Scope.CHART, "tv"))) == ((RULE,), (everywhere,))
    assert rules.counts == (Count.WORKS, Count.SEASONS)
    assert RuleSet([RULE]).counts == (Count.WORKS,)
