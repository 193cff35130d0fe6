"""The kinds of rules that there are; a new one is a module beside this one and a line here."""

from collections.abc import Mapping

from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.race import RaceRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Priority, Rule
from chartwatch.domain.rules.spread import SpreadRule

KINDS: Mapping[str, type[Rule]] = {
    "change": ChangeRule,
    "nth": NthRule,
    "race": RaceRule,
    "spread": SpreadRule,
    "reign": ReignRule,
}
"""By what a rules file calls them."""


def priority_of(kind: str, n: int | None) -> Priority:
    """Return how much a milestone of a kind is worth."""
    return KINDS[kind].priority(n)
