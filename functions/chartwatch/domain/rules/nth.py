"""`nth`: the n-th qualifying work, of a group or of all, to top a scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.firsts import FirstsRule, Past, nth_holders
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.rules.written import Groups, Numbers, WrittenRule


class WrittenNth(WrittenRule):
    """An `nth` as it stands in a file."""

    kind: Literal["nth"]
    per: Groups | None = None
    at: Numbers = Field(description="nth needs the numbers that are worth telling")


@dataclass(frozen=True, slots=True)
class NthRule(FirstsRule):
    """Works in order of their first time at #1; works of one period share a number ("joint")."""

    kind: ClassVar[str] = "nth"
    written: ClassVar[type[WrittenRule]] = WrittenNth
    vacancy: ClassVar[str] = "There is no {ordinal} {where}: {count}"
    holders = staticmethod(nth_holders)

    @property
    def numbered(self) -> str:
        """A template of headlines that say the number."""
        return "{{title}} {{is}} the {{ordinal}} {one}{of_group} to reach #1 of {{chart}} in {{territory}}"

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield a claim for each group whose next number is one of `at`."""
        if not standing.debuts:
            return
        additions = past.additions(self, standing)
        for group in additions.counts:
            roll = past.honour_roll(self, standing.scope)
            n = roll.counts[group] + 1
            if n in self.at:
                undecided = [its for its in (*roll.undecided, *additions.undecided) if its.for_group(group)]
                yield self.claim(standing, past, n, additions.of_group(group), undecided, group=group)

    @classmethod
    def priority(cls, n: int | None) -> Priority:
        """Return that a first is worth more than those after it."""
        return Priority.FIRST if n == 1 else Priority.NTH
