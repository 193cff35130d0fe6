"""Rules: whether a work qualifies (yes, no, or nobody knows), and which rules are the same."""

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pkgutil import iter_modules
from typing import Any

import pytest

from chartwatch.domain import rules
from chartwatch.domain.rules.change import ChangeRule, Returns
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Condition, Count, Fact, Lists, Origin, Rule, RuleSet, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.works.work import Kind, Work

SERIES = Condition(Fact.WORK_KIND, frozenset({"series"}))
NOT_ENGLISH = Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"en"}), negated=True)
RULE = NthRule("rule", Scope.TERRITORY, "{title}", "a first", (SERIES, NOT_ENGLISH), at=(1,))
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
        RaceRule("rule", Scope.TERRITORY, "{title}", "a first", (SERIES, NOT_ENGLISH), at=(1,)),
        replace(RULE, scope=Scope.CHART),
        replace(RULE, where=(SERIES,)),
        replace(RULE, where=(SERIES, replace(NOT_ENGLISH, negated=False))),
        replace(RULE, per=Fact.WORK_KIND),
        replace(RULE, at=(1, 2)),
        replace(RULE, count=Count.SEASONS),
        replace(RULE, origin=Origin.ANY),
        replace(RULE, lists=Lists(frozenset({"tv"}))),
    ],
)
def test_a_rule_has_another_version_when_it_counts_otherwise(other: Rule) -> None:
    assert RuleSet([RULE]).versions != RuleSet([other]).versions


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ChangeRule, {"returns": Returns.ONLY}),
        (SpreadRule, {"everywhere": True}),
        (ReignRule, {"record": True}),
        (ReignRule, {"total": True}),
    ],
)
def test_what_its_kind_alone_counts_makes_another_version_too(kind: type[Rule], fields: Mapping[str, Any]) -> None:
    usual = kind("rule", Scope.CHART, "{title}", "a first", at=(1,))
    assert RuleSet([usual]).versions != RuleSet([replace(usual, **fields)]).versions


def test_how_a_return_is_worded_makes_no_other_version() -> None:
    rule = ChangeRule("rule", Scope.CHART, "{title}", "new")
    assert RuleSet([rule]).versions == RuleSet([replace(rule, return_headline="again", return_brief="back")]).versions


def test_every_kind_of_rule_that_there_is_stands_in_the_registry() -> None:
    modules = [importlib.import_module(f"{rules.__name__}.{each.name}") for each in iter_modules(rules.__path__)]
    classes = {each for module in modules for _, each in inspect.getmembers(module, inspect.isclass)}
    assert {each for each in classes if issubclass(each, Rule) and not inspect.isabstract(each)} == {*KINDS.values()}
    assert all(name == kind.kind for name, kind in KINDS.items())


def test_the_order_of_conditions_and_values_is_no_other_version() -> None:
    turned = replace(RULE, where=(NOT_ENGLISH, SERIES))
    assert RuleSet([RULE]).versions == RuleSet([turned]).versions


def test_a_rule_set_knows_its_rules_by_scope_and_what_they_count() -> None:
    everywhere = replace(RULE, id="everywhere", scope=Scope.CHART, count=Count.SEASONS)
    both = RuleSet([RULE, everywhere])
    assert (tuple(both.of(Scope.TERRITORY, "tv")), tuple(both.of(Scope.CHART, "tv"))) == ((RULE,), (everywhere,))
    assert both.counts == (Count.WORKS, Count.SEASONS)
    assert RuleSet([RULE]).counts == (Count.WORKS,)
