"""`nth`: the n-th qualifying work, of a group or of all, to top a scope."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.evidence import OtherPolicy
from chartwatch.domain.rules.firsts import Past, claim_of_firsts, differs, nth_holders
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Priority, Rule
from chartwatch.domain.rules.standing import Standing


@dataclass(frozen=True, slots=True)
class NthRule(Rule):
    """Works in order of their first time at #1; works of one period share a number ("joint")."""

    kind: ClassVar[str] = "nth"
    turn: ClassVar[int] = 2

    def claims(self, standing: Standing, past: Past) -> Iterator[Claim]:
        """Yield a claim for each group whose next number is one of `at`."""
        if not standing.debuts:
            return
        additions = past.additions(self, standing)
        if not additions.by_group:
            return
        roll = past.honour_roll(self, standing.scope)
        for group in additions.by_group:
            n = roll.count(group) + 1
            if n in self.at:
                joined = additions.of_group(group)
                yield claim_of_firsts(
                    self,
                    standing,
                    past,
                    n,
                    str(n) if group is None else f"{group}:{n}",
                    # The group stands in the slot; a holder names one in a race only.
                    holders=[replace(holder, group=None) for holder in joined],
                    earlier=roll.of_group(group),
                    other_policy=self._under_other_policy(standing, past, group, n, joined),
                    group=group,
                    groups=[group] if group else [],
                )

    def _under_other_policy(
        self, standing: Standing, past: Past, group: str | None, n: int, holders: Sequence[Holder]
    ) -> OtherPolicy | None:
        if not self.asks_for_origin:
            return None
        other = self.under_other_policy()
        lines = [
            *past.honour_roll(other, standing.scope).of_group(group),
            *past.additions(other, standing).of_group(group),
        ]
        return differs(holders, nth_holders(lines, n), self)

    @classmethod
    def priority(cls, n: int | None) -> Priority:
        """Return that a first is worth more than those after it."""
        return Priority.FIRST if n == 1 else Priority.NTH

    def places(self) -> Mapping[str, str]:
        """Return that a place is a number, after the group where there are groups."""
        if self.per is None:
            return {"a number from 1 to 9999": r"[1-9]\d{0,3}"}
        return {"GROUP:N, such as KR:1": r"[^:]+:[1-9]\d{0,3}"}
