"""`race`: the first group with N qualifying works that topped a scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.firsts import FirstsRule, Past, race_holders
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.rules.written import Groups, Numbers, WrittenRule


class WrittenRace(WrittenRule):
    """A `race` as it stands in a file."""

    kind: Literal["race"]
    per: Groups = Field(description="a race needs the groups that run it")
    at: Numbers = Field(description="race needs the numbers that are worth telling")


@dataclass(frozen=True, slots=True)
class RaceRule(FirstsRule):
    """A slot is held by the group, or groups, that got there first, and completed by the works of that period."""

    kind: ClassVar[str] = "race"
    written: ClassVar[type[WrittenRule]] = WrittenRace
    worth: ClassVar[Priority] = Priority.FIRST
    is_of_groups: ClassVar[bool] = True
    numbered: ClassVar[str] = (
        "{{group}} {{is}} the first {racer} with {{cardinal}} {several} "
        "at #1 of {{chart}} in {{territory}}, by {{title}}"
    )
    vacancy: ClassVar[str] = "No group has {cardinal} {where}"
    holders = staticmethod(race_holders)

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield a claim for each number of `at` that a group is the first to reach."""
        if not standing.debuts:
            return
        additions = past.additions(self, standing)
        if not additions.lines:
            return
        roll = past.honour_roll(self, standing.scope)
        reached = max(roll.counts[group] + joined for group, joined in additions.counts.items())
        for n in self.at:
            if roll.most < n <= reached:
                holders = race_holders([*roll.of_all_groups(), *additions.of_all_groups()], n)
                groups = sorted({holder.group for holder in holders if holder.group})
                yield self.claim(standing, past, n, holders, groups=groups)
