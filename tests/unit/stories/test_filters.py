"""A filter lets through what it says, as SNS reads it, and all that corrects what it ever let through."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.sns.utils import FilterPolicyMatcher

from chartwatch.adapters.sns_limits import LIMITS, MAX_COMBINATIONS, MAX_KEYS, MAX_POLICY, policy_problem
from chartwatch.domain.milestones.attributes import Attributes, Value, united
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.filters import ASKED, PRIORITY, Filter, Policy, matches, passing
from chartwatch.domain.stories.story import stories
from tests.courses import run
from tests.strategies import courses, examples, other_facts, worlds

WORDS = ("KR", "JP", "ES", "US")

FILTERS = st.builds(
    Filter,
    st.dictionaries(
        st.sampled_from(ASKED), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(tuple)
    ),
    st.none() | st.integers(1, 4),
)
VALUES = st.sampled_from(WORDS) | st.lists(st.sampled_from(WORDS), unique=True).map(tuple)
MESSAGES = st.builds(
    lambda values, priority: {**values, **priority},
    st.dictionaries(st.sampled_from(ASKED), VALUES),
    st.fixed_dictionaries({}, optional={PRIORITY: st.integers(1, 4)}),
)


def as_published(attributes: Attributes) -> dict[str, dict[str, str]]:
    """Return attributes as SNS has them."""

    def typed(value: Value) -> dict[str, str]:
        if isinstance(value, int):
            return {"Type": "Number", "Value": str(value)}
        if isinstance(value, str):
            return {"Type": "String", "Value": value}
        return {"Type": "String.Array", "Value": json.dumps(value)}

    return {name: typed(value) for name, value in attributes.items()}


def moto_delivers(policy: Policy, attributes: Attributes) -> bool:
    matcher = FilterPolicyMatcher(json.loads(json.dumps(policy)), None)
    return matcher.matches(as_published(attributes), "")


def test_a_policy_asks_for_any_value_of_each_attribute_and_for_a_least_priority() -> None:
    wanted = Filter({"origin_countries": ("KR", "JP"), "work_kind": ("series",)}, min_priority=3)
    assert wanted.policy == {
        "origin_countries": ["KR", "JP"],
        "work_kind": ["series"],
        "priority": [{"numeric": [">=", 3]}],
    }
    assert Filter().policy == {}


@given(FILTERS)
def test_a_filter_is_read_back_from_its_policy(wanted: Filter) -> None:
    assert Filter.of(json.loads(json.dumps(wanted.policy))) == wanted


@pytest.mark.parametrize(
    "policy",
    [
        {"chart": [{"prefix": "netflix"}]},
        {"facts": ["certain=true"]},
        {"priority": [3]},
        {"priority": [{"numeric": [">", 1, "<", 4]}]},
        {"priority": [{"numeric": [">=", 3]}, {"numeric": [">=", 1]}]},
    ],
)
def test_a_policy_of_another_form_is_no_filter_of_ours(policy: dict[str, Any]) -> None:
    assert Filter.of(policy) is None


@pytest.mark.parametrize(
    ("policy", "attributes", "comes"),
    [
        ({}, {}, True),
        ({"language": ["ko"]}, {"language": "ko"}, True),
        ({"language": ["ko"]}, {"language": "KO"}, False),
        ({"language": ["ko"]}, {"language": ("en", "ko")}, True),
        ({"language": ["ko"]}, {}, False),
        ({"territories": ["US"]}, {"territories": ("GB", "KR")}, False),
        ({"territories": ["US"]}, {"territories": ()}, False),
        ({"territories": ["US"], "language": ["ko"]}, {"territories": ("US",), "language": "es"}, False),
        ({"priority": [{"numeric": [">=", 3]}]}, {"priority": 3}, True),
        ({"priority": [{"numeric": [">=", 3]}]}, {"priority": 2}, False),
        ({"priority": [{"numeric": [">=", 3]}]}, {"priority": "4"}, False),
        ({"language": [{"exists": True}]}, {"language": "ko"}, True),
        ({"language": [{"exists": False}]}, {"language": "ko"}, False),
        ({"language": [{"exists": False}, "ko"]}, {}, True),
    ],
)
def test_attributes_pass_a_policy_as_sns_says(policy: Policy, attributes: Attributes, comes: bool) -> None:
    assert matches(policy, attributes) is comes


@examples(300)
@given(FILTERS, MESSAGES)
def test_moto_delivers_what_a_filter_lets_through_and_nothing_else(wanted: Filter, attributes: Attributes) -> None:
    assert wanted.lets_through(attributes) is moto_delivers(wanted.policy, attributes)


@examples(300)
@given(FILTERS, MESSAGES, MESSAGES)
def test_what_a_filter_lets_through_it_lets_through_together_with_anything(
    wanted: Filter, sent: Attributes, true: Attributes
) -> None:
    if wanted.lets_through(sent):
        assert wanted.lets_through(united(true, sent))


def drawn_filters(data: st.DataObject, bulletins: list[Bulletin]) -> list[Filter]:
    """Return filters that ask for values that the stories of these bulletins have."""
    sent = [story.attributes for bulletin in bulletins for story in stories(bulletin, LIMITS)]
    if not sent:
        return []

    def one_story() -> Filter:
        its = data.draw(st.sampled_from(sent))
        names = data.draw(st.lists(st.sampled_from([name for name in ASKED if its.get(name)]), unique=True))
        values = {name: (value,) if isinstance(value := its[name], str) else value for name in names}
        picked = {name: (data.draw(st.sampled_from(list(value))),) for name, value in values.items()}  # type: ignore[arg-type]
        return Filter(picked, data.draw(st.sampled_from((None, its[PRIORITY]))))  # type: ignore[arg-type]

    return [one_story() for _ in range(5)]


@pytest.mark.parametrize("share", range(2))
@examples(60)
@given(data=st.data())
def test_whoever_got_a_story_by_a_filter_gets_every_correction_and_retraction_of_it(
    share: int, data: st.DataObject
) -> None:
    del share  # the examples are drawn by chance
    done = run(data.draw(courses(data.draw(worlds()), other_facts=other_facts())))
    for wanted in drawn_filters(data, done.bulletins):
        got: set[str] = set()
        for bulletin in done.bulletins:
            now = {story.id.removeprefix(f"{bulletin.id}:"): story for story in stories(bulletin, LIMITS)}
            gets: set[str] = set()
            for change in (change for change in bulletin.changes if change.is_sent):
                milestone = change.milestone
                its = [now[work] for work in change.concerned() if work in now]
                came = {milestone.slot, milestone.replaces.slot} if milestone.replaces else {milestone.slot}
                if got & came:
                    assert all(wanted.lets_through(story.attributes) for story in its), milestone.slot
                if any(wanted.lets_through(story.attributes) for story in its):
                    gets.add(milestone.slot)
            got |= gets
            got -= {change.milestone.slot for change in bulletin.changes if change.milestone.moved_to}


@given(FILTERS, st.lists(FILTERS, max_size=5))
def test_a_test_passes_the_filter_it_is_for_and_none_that_asks_for_anything_else(
    wanted: Filter, others: list[Filter]
) -> None:
    attributes = passing(wanted.policy, [other.policy for other in others])
    assert attributes is not None
    assert wanted.lets_through(attributes)
    assert moto_delivers(wanted.policy, attributes)
    for other in others:
        if not other.policy.keys() <= wanted.policy.keys():
            assert not other.lets_through(attributes)


def test_a_test_avoids_the_filters_that_it_can_avoid() -> None:
    wanted = {"origin_countries": ["KR", "JP", "ES"], "priority": [{"numeric": [">=", 2]}]}
    others: list[Policy] = [
        {"origin_countries": ["KR"]},
        {"origin_countries": ["ES"]},
        {"priority": [{"numeric": [">=", 3]}]},
    ]
    assert passing(wanted, others) == {"origin_countries": "JP", "priority": 2}
    assert passing({"language": [{"prefix": "k"}]}, []) is None


def test_a_policy_at_a_limit_of_sns_is_taken_and_one_beyond_it_is_not() -> None:
    five: Policy = {name: ["x"] for name in ASKED[:MAX_KEYS]}
    assert policy_problem(five) is None
    six = policy_problem({**five, "priority": [{"numeric": [">=", 1]}]})
    assert six == "it asks for 6 things, and SNS filters by 5 at most; leave one out"
    many = [f"c{number}" for number in range(30)]
    assert policy_problem({"chart": many, "territories": many[:5]}) is None
    assert len(many) * 5 == MAX_COMBINATIONS
    assert policy_problem({"chart": many[:2], "territories": many, "language": many[:3]}) == (
        "2 x 30 x 3 values make 180 combinations, and SNS takes 150 at most; "
        "ask for fewer values, or subscribe several endpoints"
    )
    assert policy_problem({"chart": ["c" * (MAX_POLICY - 14)]}) is None
    assert "262145 bytes" in str(policy_problem({"chart": ["c" * (MAX_POLICY - 13)]}))
