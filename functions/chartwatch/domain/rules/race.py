"""`race`: the first group with N qualifying works that topped a scope."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.firsts import FirstsRule, HonourRoll, MayCount, Past, race_holders
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import WHOSE, Priority
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.rules.written import Groups, Numbers, WrittenRule

NOBODYS = ""
"""A group that no work is known to count for."""


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
    vacancy: ClassVar[str] = "No group has {cardinal} {where}"
    holders = staticmethod(race_holders)

    @property
    def numbered(self) -> str:
        """A template of headlines that say the number; of a creator's name nobody knows whether it is of several."""
        first = "the first {racer} with {{cardinal}} {several} at #1 of {{chart}} in {{territory}}"
        if self.per in WHOSE:
            return f"{first} {{{{is}}}} {{{{group}}}}, by {{{{title}}}}"
        return f"{{{{group}}}} {{{{is}}}} {first}, by {{{{title}}}}"

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
                undecided = [*_could_change(n, groups, roll, additions), *_earlier_as(holders, roll, past)]
                yield self.claim(standing, past, n, holders, dict.fromkeys(undecided), groups=groups)


def _earlier_as(holders: Collection[Holder], roll: HonourRoll, past: Past) -> list[MayCount]:
    """Return the titles as which a work of `holders` may have come before: it would not complete a group now."""
    return [
        its
        for its in roll.undecided
        if any(
            its.undecided.work.season == holder.season and past.may_be_one(its.undecided.work.work_id, holder.work_id)
            for holder in holders
        )
    ]


def _could_change(n: int, groups: Collection[str], roll: HonourRoll, additions: HonourRoll) -> list[MayCount]:
    """Return the works of which nobody can say whether they count, and with which a place may be others' or earlier.

    `groups` hold it. They could have come to n before with works from before; any that counts now completes them too.
    Any other group, also one of which no work is known to count, could have come to n as early.
    """

    def could_come_to_n(group: str | None, undecided: Iterable[MayCount], counts: Mapping[str | None, int]) -> bool:
        more = sum(its.for_group(group) and group not in its.counted for its in undecided)
        return counts.get(group, 0) + more >= n

    both, counts = [*roll.undecided, *additions.undecided], roll.counts + additions.counts
    others = {*counts, *(group for its in both for group in its.groups or ()), NOBODYS} - set(groups)
    winning = {group for group in others if could_come_to_n(group, both, counts)}
    before = winning | {group for group in groups if could_come_to_n(group, roll.undecided, roll.counts)}
    return [
        *(its for its in roll.undecided if any(map(its.for_group, before)) or not {*groups}.isdisjoint(its.counted)),
        *(its for its in additions.undecided if any(map(its.for_group, winning | set(groups)))),
    ]
