"""What is accepted as a rules file, and how each mistake in one is told."""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.rule import Condition, Fact
from chartwatch.errors import RuleProblem
from chartwatch.rules import examine, parse_rules

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "rules.schema.json").read_text())

RULE = {"id": "a-rule", "kind": "nth", "scope": "territory", "at": [1, 2], "headline": "{title}", "brief": "x"}

NEEDED: Mapping[str, Mapping[str, Any]] = {
    "change": {},
    "nth": {"at": [1]},
    "race": {"at": [1], "per": "work_kind"},
    "spread": {"at": [1], "scope": "chart"},
    "reign": {"at": [1]},
}
"""What a rule of each kind has to have beside what every rule has."""

OWN_FIELDS: Mapping[str, Any] = {
    "at": [5],
    "per": "origin_country",
    "record": True,
    "returning": {"headline": "{title}", "brief": "back"},
    "returns": "only",
    "total": True,
}
"""A right value of each field that not every kind has."""

WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"where": {"original_language": ""}}, "where.original_language: '' is not an ISO 639 code"),
    ({"where": {"original_language": "KO"}}, "where.original_language: 'KO' is not an ISO 639 code; did you mean ko?"),
    ({"where": {"origin_country": "kr"}}, "'kr' is not an ISO 3166-1 alpha-2 code; did you mean KR?"),
    ({"where": {"origin_country": "UKR"}}, "'UKR' is not an ISO 3166-1 alpha-2 code; did you mean UA?"),
    (
        {"where": {"work_kind": {"not": "movie"}}},
        "where.work_kind.not: 'movie' is not a kind; did you mean film?",
    ),
    ({"where": {"language": "ko"}}, "where.language: is no field here; did you mean original_language?"),
    ({"where": {"origin_country": {"no": "KR"}}}, "where.origin_country.no: is no field here; did you mean not?"),
    ({"where": {"origin_country": {"not": "KR", "in": "US"}}}, "should be a value, or one of `not` and `in`"),
    ({"where": {"origin_country": {}}}, "should be a value, or one of `not` and `in`"),
    ({"where": {"list": [1]}}, "where.list: '1' is neither text nor a list of texts"),
    ({"where": {"list": []}}, "where.list: is empty"),
    ({"where": {"release_year": 1066}}, "where.release_year: '1066' is less than 1880"),
    ({"where": {"release_year": {"until": 1999}}}, "release_year.until: is no field here; the fields are from, to"),
    ({"where": "ko"}, "where: 'ko' is no mapping of fields"),
    ({"kind": "nht"}, "kind: 'nht' is not one of change, nth, race, spread, reign; did you mean nth?"),
    ({"at": []}, "at: is missing: nth needs the numbers that are worth telling"),
    ({"at": ["3"]}, "at: '3' is not a whole number from 1 to 10000"),
    ({"kind": "spread", "scope": "chart", "at": ["3"]}, "at: '3' is not a whole number from 1 to 10000, nor `all`"),
    ({"at": 3}, "at: '3' is not a list"),
    ({"at": [1, "all"]}, "at: 'all' is not for nth, only for spread"),
    ({"per": "country"}, "per: 'country' is not one of work_kind, original_language, origin_country"),
    ({"record": True}, "record: is not for nth, only for reign"),
    ({"across_methods": False}, "across_methods: is not for nth, only for reign"),
    ({"kind": "reign", "across_methods": "no"}, "across_methods: 'no' is neither true nor false"),
    ({"kind": "change"}, "at: is not for change, only for nth, race, spread and reign"),
    ({"recrd": True}, "recrd: is no field here; the fields are id, kind, scope, "),
    ({"kind": "race"}, "per: is missing: a race needs the groups that run it"),
    ({"kind": "race", "per": None}, "per: is missing: a race needs the groups that run it"),
    ({"kind": "reign", "at": []}, "at: is missing: reign needs the numbers that are worth telling"),
    ({"kind": "spread"}, "scope: should be chart: a spread counts territories"),
    ({"kind": "reign", "total": 1}, "total: '1' is neither true nor false"),
    (
        {"kind": "reign", "record": True, "total": True, "at": []},
        "total: counts all runs together, and `record` tells of single",
    ),
    ({"kind": "reign", "record": True, "at": [3]}, "at: tells of runs that need not be the longest, as `record` says"),
    ({"headline": "{name}"}, "headline: {name} is not one of"),
    ({"headline": "{group} has it"}, "{group} is one of the groups that `per` makes, which the rule has not"),
    ({"brief": "#1 in {places}"}, "{places} is what a rule of kind spread counts"),
    ({"headline": "{n:>10}"}, "headline: {n} stands as it is, without `:` or `!` behind its name"),
    ({"brief": "{title!r}"}, "brief: {title} stands as it is, without `:` or `!` behind its name"),
    ({"headline": "title}"}, "headline: has unbalanced braces"),
    ({"brief": "x" * 61}, "brief: is longer than 60 characters"),
    ({"id": "A rule"}, "id: 'A rule' is not made of lower-case letters, digits and single hyphens"),
    ({"examples": {"tells": ["Ozark"]}}, "examples.silent: is missing"),
    ({"examples": {"tells": [5], "silent": ["x"]}}, "examples.tells: '5' is no title, no titles by territory"),
]

RIGHT: list[Mapping[str, Any]] = [
    {},
    {"where": {"original_language": {"not": ["en", "es"]}, "origin_country": "NO", "release_year": {"from": 2020}}},
    {"kind": "race", "per": "origin_country"},
    {"kind": "spread", "scope": "chart", "at": ["all"]},
    {"kind": "reign", "at": [5], "total": True},
    {"examples": {"tells": ["Ozark", None, {"US": "Ozark"}], "silent": ["Ozark"]}},
]

BEYOND_A_SCHEMA = (
    "did you mean UA",
    "is not a kind;",
    "unbalanced",
    "{name}",
    "{group}",
    "{places}",
    "stands as it is",
)
"""Mistakes that JSON Schema cannot see."""


def mistakes(text: str) -> list[str]:
    return [str(mistake) for mistake in examine(text.encode(), "rules.yaml").mistakes]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=lambda value: str(value)[:50])
def test_a_mistake_is_told_in_plain_words(change: Mapping[str, Any], said: str) -> None:
    (mistake, *more) = mistakes(yaml.safe_dump([{**RULE, **change}], sort_keys=False))
    assert said in mistake
    assert more == []
    assert "input" not in mistake.lower()


@pytest.mark.parametrize(("change", "said"), WRONG, ids=lambda value: str(value)[:50])
def test_the_schema_refuses_what_is_refused_as_far_as_it_can_say_it(change: Mapping[str, Any], said: str) -> None:
    if not any(part in said for part in BEYOND_A_SCHEMA):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate([{**RULE, **change}], SCHEMA)


@pytest.mark.parametrize("change", RIGHT, ids=str)
def test_the_schema_takes_what_is_taken(change: Mapping[str, Any]) -> None:
    assert mistakes(yaml.safe_dump([{**RULE, **change}])) == []
    jsonschema.validate([{**RULE, **change}], SCHEMA)


@pytest.mark.parametrize("field", [*OWN_FIELDS])
@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_has_the_fields_of_a_kind_where_the_parser_takes_them(kind: str, field: str) -> None:
    common = {name: value for name, value in RULE.items() if name != "at"}
    needed = {} if field == "record" else NEEDED[kind]
    rule = {**common, "kind": kind, **needed, field: OWN_FIELDS[field]}
    taken = mistakes(yaml.safe_dump([rule])) == []
    assert taken is (field in KINDS[kind].written.model_fields)
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid([rule]) is taken


def test_every_mistake_is_found_in_the_order_of_the_file() -> None:
    text = yaml.safe_dump([{**RULE, "scope": "x"}, "a text", {**RULE, "at": [0, -1]}], sort_keys=False)
    assert mistakes(text) == [
        "rules.yaml:3:10: rule a-rule: scope: 'x' is not one of territory, chart",
        "rules.yaml:9:3: rule 2: 'a text' is no rule, which begins with `id:`",
        "rules.yaml:10:7: rule a-rule: id: is the id of an earlier rule too",
        "rules.yaml:14:5: rule a-rule: at: '0' is not a whole number from 1 to 10000",
        "rules.yaml:15:5: rule a-rule: at: '-1' is not a whole number from 1 to 10000",
    ]


def test_a_field_that_is_given_twice_is_a_mistake() -> None:
    assert mistakes(yaml.safe_dump([RULE]) + "  brief: y\n") == ["rules.yaml:9:3: rule a-rule: brief: is given twice"]


def test_no_is_norway_and_norwegian() -> None:
    text = yaml.safe_dump([RULE]) + "  where: {origin_country: NO, original_language: {not: [no, sv]}}\n"
    assert parse_rules(text.encode(), "rules.yaml")[0].where == (
        Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"no", "sv"}), negated=True),
        Condition(Fact.ORIGIN_COUNTRY, frozenset({"NO"})),
    )


def test_whoever_only_reads_rules_is_told_the_first_mistake_in_the_same_words() -> None:
    text = yaml.safe_dump([{**RULE, "scope": "x", "kind": "y"}], sort_keys=False)
    with pytest.raises(RuleProblem) as refused:
        parse_rules(text.encode(), "rules.yaml")
    assert str(refused.value) == mistakes(text)[0]


def test_the_rules_that_are_right_are_read_beside_those_that_are_not() -> None:
    text = yaml.safe_dump([{**RULE, "id": "wrong", "scope": "x", "at": [1]}, RULE])
    assert [rule.id for rule in examine(text.encode(), "rules.yaml").rules] == ["a-rule"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "rules.yaml:1:1: should be a list of rules, each beginning with `- id:`"),
        ("id: x", "rules.yaml:1:1: should be a list of rules, each beginning with `- id:`"),
        ("- &a {id: x}\n- *a\n", "rules.yaml:2:3: aliases (`*name`) are not allowed in rules"),
        ("- id: x\n  at: !!timestamp 'x'\n", "rules.yaml:2:7: tags (`!!name`) are not allowed in rules"),
        ("- at: !!bool 'x'\n", "rules.yaml:1:7: tags (`!!name`) are not allowed in rules"),
        ("- at: !!int ''\n", "rules.yaml:1:7: tags (`!!name`) are not allowed in rules"),
        ("- !!map [x]\n", "rules.yaml:1:3: tags (`!!name`) are not allowed in rules"),
        ("- at: [!own x]\n", "rules.yaml:1:8: tags (`!!name`) are not allowed in rules"),
        ("- at: 012\n", "rules.yaml:1:7: YAML reads 012 as the number 10; write that, or quotation marks"),
        ("- at: [1, 1:30]\n", "rules.yaml:1:11: YAML reads 1:30 as the number 90; "),
        ("- at: 0x1F\n", "rules.yaml:1:7: YAML reads 0x1F as the number 31; "),
        ("- id: x\n  min_periods: 1_0\n", "rules.yaml:2:16: YAML reads 1_0 as the number 10; "),
        ("- at: 2022-13-45\n", "rules.yaml: is not YAML: month must be in 1..12"),
        ("- at: =\n", "rules.yaml:1:7: is not YAML: could not determine a constructor"),
        ("- id: [\n", "rules.yaml:2:1: is not YAML: "),
        ("- id: x\n" * 40_000, "rules.yaml: is larger than 262144 bytes"),
    ],
)
def test_what_is_no_list_of_rules_is_one_mistake(text: str, said: str) -> None:
    (mistake,) = mistakes(text)
    assert mistake.startswith(said)


def test_the_default_rules_have_no_mistake() -> None:
    assert examine((resources.files("chartwatch.rules") / "default.yaml").read_bytes(), "default.yaml").mistakes == ()
