"""The examples beside the default rules are true, and a false one is found."""

from importlib import resources

import pytest

from chartwatch.adapters.starter import starter_catalog
from chartwatch.cli.rules import broken
from chartwatch.rules import Example, default_rules, examine, parse_rules

EXAMPLES = examine((resources.files("chartwatch.rules") / "default.yaml").read_bytes(), "default.yaml").examples


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.rule} {'tells' if e.tells else 'is silent'}")
def test_an_example_of_a_default_rule_is_true(example: Example) -> None:
    assert list(broken(default_rules(), [example], starter_catalog())) == []


def test_every_default_rule_has_an_example_of_either_kind() -> None:
    of_either_kind = {(example.rule, example.tells) for example in EXAMPLES}
    assert of_either_kind == {(rule.id, tells) for rule in default_rules() for tells in (True, False)}


def test_the_works_of_the_examples_are_in_the_catalog() -> None:
    titles = {title for e in EXAMPLES for said in e.periods if said for title in said.values()}
    assert titles <= {work.title for work in starter_catalog()}


def test_an_example_that_is_not_true_is_found() -> None:
    wrong = Example("new-number-one", tells=True, periods=({"US": "Ozark"}, None, {"US": "Ozark"}))
    assert list(broken(default_rules(), [wrong], starter_catalog())) == [
        (wrong, "has nothing to tell of the last period of Ozark in US, nothing, Ozark in US")
    ]


def test_an_example_that_begins_with_what_it_tells_says_so() -> None:
    wrong = Example("long-reign", tells=True, periods=({"US": "Squid Game"},) * 5)
    ((_, said),) = broken(default_rules(), [wrong], starter_catalog())
    assert "the last period of Squid Game in US, 5 times; it has been so since the first period" in said


def test_an_example_with_a_title_that_is_not_in_the_catalog_says_so() -> None:
    wrong = Example("first-in-language", tells=True, periods=({"US": "Ozark"}, {"US": "Squid Gme"}))
    ((_, said),) = broken(default_rules(), [wrong], starter_catalog())
    assert said.endswith("Squid Gme in US (not in the starter catalog: Squid Gme)")


def test_an_example_of_a_rule_about_a_list_is_tried_on_that_list() -> None:
    rules = parse_rules(
        b"- {id: tv, kind: change, scope: territory, where: {list: tv}, headline: x, brief: x}", "rules.yaml"
    )
    true = Example("tv", tells=True, periods=({"US": "Ozark"}, {"US": "Squid Game"}))
    assert list(broken(rules, [true], starter_catalog())) == []
