"""`race`: the first group with N qualifying works that topped a scope."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.evidence import OtherPolicy
from chartwatch.domain.rules.firsts import Past, claim_of_firsts, differs, race_holders
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Priority, Rule
from chartwatch.domain.rules.standing import Standing


@dataclass(frozen=True, slots=True)
class RaceRule(Rule):
    """A slot is held by the group, or groups, that got there first, and completed by the works of that period."""

    kind: ClassVar[str] = "race"
    turn: ClassVar[int] = 2
    is_of_groups: ClassVar[bool] = True

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield a claim for each number of `at` that a group is the first to reach."""
        if not standing.debuts:
            return
        additions = past.additions(self, standing)
        if not additions.lines:
            return
        roll = past.honour_roll(self, standing.scope)
        reached = max(roll.count(group) + len(joined) for group, joined in additions.by_group.items())
        for n in self.at:
            if roll.most < n <= reached:
                holders = race_holders([*roll.of_all_groups(), *additions.of_all_groups()], n)
                yield claim_of_firsts(
                    self,
                    standing,
                    past,
                    n,
                    str(n),
                    holders=holders,
                    earlier=roll.of_all_groups(),
                    other_policy=self._under_other_policy(standing, past, n, holders),
                    groups=sorted({holder.group for holder in holders if holder.group}),
                )

    def _under_other_policy(
        self, standing: Standing, past: Past, n: int, holders: Sequence[Holder]
    ) -> OtherPolicy | None:
        if not self.asks_for_origin:
            return None
        other = self.under_other_policy()
        lines = [
            *past.honour_roll(other, standing.scope).of_all_groups(),
            *past.additions(other, standing).of_all_groups(),
        ]
        return differs(holders, race_holders(lines, n), self)

    @classmethod
    def priority(cls, n: int | None) -> Priority:
        """Return that it is worth most."""
        del n
        return Priority.FIRST

    def places(self) -> Mapping[str, str]:
        """Return that a place is a number."""
        return {"a number from 1 to 9999": r"[1-9]\d{0,3}"}
