"""Filters: what a subscriber asks of messages, as a filter policy of SNS, and which attributes pass one.

A filter only asks that an attribute has one of some values, or is at least so great. Whatever such a filter lets
through, it lets through with more values and greater numbers too. Since the attributes of a correction are those of
what was sent and of what is true together (`attributes.united`), whoever got a story gets what corrects it, whatever
the filter asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

from chartwatch.domain.milestones.attributes import Attributes, Value

Policy: TypeAlias = Mapping[str, Sequence[Any]]
"""A filter policy in the scope `MessageAttributes`: by the name of an attribute, conditions of which one has to hold
(https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html)."""

PRIORITY = "priority"

ASKED = ("chart", "territories", "origin_countries", "language", "work_kind", "milestones")
"""The attributes of stories of which a filter asks for values."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a subscriber wants: of each attribute named one of its values, and at least a priority; else everything."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    min_priority: int | None = None

    @classmethod
    def of(cls, policy: Policy) -> "Filter | None":
        """Return the filter that has this policy; None when it is of another form."""
        match policy.get(PRIORITY):
            case None:
                least = None
            case [{"numeric": [">=", int(least)]}]:
                pass
            case _:
                return None
        values = {name: tuple(conditions) for name, conditions in policy.items() if name != PRIORITY}
        if not values.keys() <= {*ASKED} or not all(isinstance(value, str) for its in values.values() for value in its):
            return None
        return cls({name: values[name] for name in ASKED if name in values}, least)

    @property
    def policy(self) -> Policy:
        """What SNS is given; empty for everything."""
        least = {} if self.min_priority is None else {PRIORITY: [{"numeric": [">=", self.min_priority]}]}
        return {**{name: list(self.values[name]) for name in ASKED if self.values.get(name)}, **least}

    def lets_through(self, attributes: Attributes) -> bool:
        """Return whether a message with these attributes gets to the subscriber."""
        return matches(self.policy, attributes)


def matches(policy: Policy, attributes: Attributes) -> bool:
    """Return whether SNS delivers a message with these attributes by a policy.

    Known are exact values, `numeric` with `>=`, and `exists`. Other conditions, which no `Filter` has, are taken to
    hold wherever the attribute is there.
    """
    return all(
        any(_holds(condition, attributes.get(name)) for condition in conditions) for name, conditions in policy.items()
    )


def passing(policy: Policy, others: Sequence[Policy]) -> Attributes | None:
    """Return attributes that pass a policy, and as few of the `others` as can be; None when none can be told.

    They are only those that the policy asks for, each with one value: so no policy that asks for anything else passes.
    """
    named = [[(name, value) for value in _values(conditions)] for name, conditions in policy.items()]
    tried = [dict(chosen) for chosen in product(*named)]
    return min(tried, key=lambda its: sum(matches(other, its) for other in others), default=None)


def _holds(condition: Any, value: Value | None) -> bool:
    match condition:
        case {"exists": bool(expected)}:
            return (value is not None) is expected
        case str():
            return condition == value or (isinstance(value, tuple) and condition in value)
        case {"numeric": [">=", int(least)]}:
            return isinstance(value, int) and value >= least
    return value is not None


def _values(conditions: Sequence[Any]) -> Iterator[Value]:
    """Yield a value for each condition that can be met by one."""
    for condition in conditions:
        match condition:
            case {"exists": True}:
                yield "test"
            case str():
                yield condition
            case {"numeric": [">=", int(least)]}:
                yield least
