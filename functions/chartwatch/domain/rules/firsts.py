"""What rules that count firsts (`nth`, `race`) have in common: the honour roll of a scope as such a rule counts it."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, NamedTuple, Protocol

from chartwatch.domain.rules.certain import OneOfSeveral, Unknown, may_hold_a_qualifying_work, missing
from chartwatch.domain.rules.claims import (
    MAX_UNDECIDED,
    Claim,
    Undecided,
    claim_of,
    evidence_of,
    reasons_of,
    undecided_reasons,
)
from chartwatch.domain.rules.evidence import OtherPolicy
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import GROUP, MOST, NUMBER, Fact, Rule
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Kind


class Topped(NamedTuple):
    """A work, or a season of it, that has topped a scope, as it was charted then, and since when."""

    work_id: str
    season: str | None
    title: str
    kind: Kind | None
    label: str | None
    since: date
    credit: str | None = None

    @property
    def charted_as(self) -> tuple[str, str | None, str, Kind | None, str | None, str | None]:
        """All but since when."""
        return *self[:5], self.credit

    @classmethod
    def of(cls, claimant: Claimant, since: date) -> "Topped":
        """Return the line of a claimant on the honour roll of a scope."""
        work = claimant.work
        return cls(work.id, claimant.season, work.title, work.kind, claimant.label, since, work.credit)

    def holder(self, group: str | None = None) -> Holder:
        """Return the holder of a slot that it is, counted for a group."""
        return Holder(self.work_id, self.title, self.since, self.season, group, label=self.label)


class Eligibility(NamedTuple):
    """For which groups of a rule a work counts (none: for no group), and what is unknown that could decide it.

    `possible` are the groups that it could count for, if something is unknown; None for any. `is_assumed`: it counts by
    what is assumed of it, or does not.
    """

    groups: tuple[str | None, ...]
    unknown: tuple[Fact, ...] = ()
    possible: tuple[str | None, ...] | None = ()
    is_assumed: bool = False


class MayCount(NamedTuple):
    """A work of which nobody can say whether it counts, and the groups that it could count for; None for any.

    `counted` are those for which it does count, by what is assumed of it.
    """

    undecided: Undecided
    groups: tuple[str | None, ...] | None
    counted: tuple[str | None, ...] = ()

    def for_group(self, group: str | None) -> bool:
        """Return whether it could count for a group."""
        return self.groups is None or group in self.groups


class HonourRoll:
    """The works that have topped a scope, in order, as a rule counts them.

    A step asks many rolls how many works each group has, and few of them which these are: that is worked out only then.
    """

    def __init__(self) -> None:
        """Begin with no work."""
        self.counts: Counter[str | None] = Counter()
        """How many qualifying works each group has."""
        self._lines: list[tuple[Topped, str | None]] = []
        self._undecided: list[MayCount] = []
        self._only_counted: list[tuple[Sequence[Topped], Sequence[Eligibility]]] = []

    def add(self, topped: Sequence[Topped], eligible: Sequence[Eligibility]) -> None:
        """Add works that topped the scope later than all before them, or together with the last of these, in order."""
        for groups, works in Counter(its.groups for its in eligible).items():
            for group in groups:
                self.counts[group] += works
        self._only_counted.append((topped, eligible))

    @property
    def lines(self) -> Sequence[tuple[Topped, str | None]]:
        """The qualifying works, once for each of their groups."""
        self._work_out()
        return self._lines

    @property
    def undecided(self) -> Sequence[MayCount]:
        """The works of which it cannot be said whether they qualify."""
        self._work_out()
        return self._undecided

    def _work_out(self) -> None:
        """Work out which works are counted, and which undecided, of those that were added since that was done last."""
        for added in self._only_counted:
            for one, its in zip(*added, strict=True):
                self._lines += [(one, group) for group in its.groups]
                if its.unknown:
                    undecided = Undecided(one.holder(), its.unknown, its.is_assumed)
                    self._undecided.append(MayCount(undecided, its.possible, its.groups))
        self._only_counted.clear()

    def of_group(self, group: str | None) -> Sequence[Holder]:
        """Return the qualifying works of a group."""
        return [topped.holder(group) for topped, its in self.lines if its == group]

    def of_all_groups(self) -> Sequence[Holder]:
        """Return the qualifying works, once for each of their groups."""
        return [topped.holder(group) for topped, group in self.lines]

    @property
    def most(self) -> int:
        """How many works the group has that has most."""
        return max(self.counts.values(), default=0)


class Past(Protocol):
    """What a rule may ask about the past of one chart, up to and without the publication of a standing."""

    @property
    def titles(self) -> Mapping[str, OneOfSeveral]:
        """The titles of the chart that may mean one of several works, by the ids of the works that stand for them."""

    def may_be_one(self, one: str, other: str) -> bool:
        """Return whether two works, by their ids, may be one, since a title may mean either."""

    def honour_roll(self, rule: Rule, scope: str) -> HonourRoll:
        """Return the honour roll of a scope as a rule counts it."""

    def additions(self, rule: Rule, standing: Standing) -> HonourRoll:
        """Return what the works that top the scope for the first time now add to that roll."""

    def first_topped(self, standing: Standing, claimant: Claimant) -> date:
        """Return since when a work that is at #1 now, or was before, has topped the scope."""


@dataclass(frozen=True, slots=True)
class FirstsRule(Rule):
    """A rule that counts firsts. Its places are numbers, and any of them may be asked for, not those of `at` alone."""

    turn: ClassVar[int] = 2
    is_of_firsts: ClassVar[bool] = True

    @property
    @abstractmethod
    def numbered(self) -> str:
        """A template of headlines that say the number.

        It is of `{one}` or `{several}` that the rule counts, `{of_group}` such as " from Mexico", or for the first
        `{racer}` such as "country".
        """

    @staticmethod
    @abstractmethod
    def holders(lines: Sequence[Holder], n: int) -> Sequence[Holder]:
        """Return which of the works that count hold the n-th place."""

    @classmethod
    def place(cls, n: int, group: str | None) -> str:
        """Return the n-th place: of a group, unless groups are what holds the places."""
        return str(n) if group is None or cls.is_of_groups else f"{group}:{n}"

    def places(self) -> Mapping[str, str]:
        """Return that a place is a number, after the group where each has places of its own."""
        if self.per is None or self.is_of_groups:
            return {f"a number from 1 to {MOST}": NUMBER}
        return {"GROUP:N, such as KR:1": f"{GROUP}:{NUMBER}"}

    def claim(
        self,
        standing: Standing,
        past: Past,
        n: int,
        holders: Sequence[Holder],
        undecided: Iterable[MayCount],
        *,
        group: str | None = None,
        groups: Sequence[str] = (),
    ) -> Claim:
        """Return the claim that `holders`, who top the scope for the first time now, came n-th, or made `groups` do so.

        `group` is the one whose place it is, if it is one's; `undecided` are the works that could change it.
        """
        by_key = {(claimant.work_id, claimant.season): claimant for claimant in standing.debuts}
        claimants = [by_key[key] for key in dict.fromkeys((holder.work_id, holder.season) for holder in holders)]
        roll = past.honour_roll(self, standing.scope)
        return claim_of(
            self,
            standing,
            self.place(n, group),
            # Where the group stands in the place, the holders do not name it.
            [
                holder if self.is_of_groups else replace(holder, group=None)
                for holder in sorted(holders, key=lambda holder: (holder.group or "", in_order(holder)))
            ],
            claimants,
            group=group,
            groups=groups or ([group] if group else []),
            n=n,
            reasons=(
                *reasons_of(self._unknown(standing, past, group, groups or (group,))),
                *undecided_reasons([its.undecided for its in undecided], MAX_UNDECIDED, past.titles),
            ),
            evidence=replace(
                evidence_of(standing, claimants),
                earlier=tuple(self._counted(roll, group)),
                other_policy=self._other_policy(standing, past, n, group, holders),
            ),
        )

    def _unknown(
        self, standing: Standing, past: Past, group: str | None, counted: Sequence[str | None]
    ) -> list[Unknown]:
        """Return what is missing that may hold a work which counts, and titles as which one was `counted` twice."""
        gaps = [its for its in missing(standing) if may_hold_a_qualifying_work(self, group, its.gap)]
        return [*gaps, *(self._perhaps_counted_twice(standing, past, counted) if past.titles else ())]

    def _perhaps_counted_twice(
        self, standing: Standing, past: Past, groups: Sequence[str | None]
    ) -> Iterator[OneOfSeveral]:
        rolls = past.honour_roll(self, standing.scope), past.additions(self, standing)
        for group in groups:
            its = [topped for roll in rolls for topped, of in roll.lines if of == group]
            for one in its:
                if one.work_id in past.titles and any(
                    other.season == one.season and past.may_be_one(one.work_id, other.work_id) for other in its
                ):
                    yield past.titles[one.work_id]

    def _counted(self, roll: HonourRoll, group: str | None) -> Sequence[Holder]:
        return roll.of_all_groups() if self.is_of_groups else roll.of_group(group)

    def _other_policy(
        self, standing: Standing, past: Past, n: int, group: str | None, holders: Sequence[Holder]
    ) -> OtherPolicy | None:
        """Return who holds the place under the other policy of origin, or nobody; None when it is the same."""
        if not self.asks_for_origin:
            return None
        other = replace(self, origin=self.origin.other)
        rolls = past.honour_roll(other, standing.scope), past.additions(other, standing)
        others = self.holders([line for roll in rolls for line in self._counted(roll, group)], n)
        same = set(map(in_order, holders)) == set(map(in_order, others))
        return None if same else OtherPolicy(other.origin, tuple(others))


def in_order(holder: Holder) -> tuple[date, str, str, str]:
    """Return by what the works on an honour roll are sorted."""
    return holder.since, holder.work_id, holder.season or "", holder.group or ""


def nth_holders(lines: Sequence[Holder], n: int) -> Sequence[Holder]:
    """Return the works that are n-th on a roll, several when they came together."""
    if len(lines) < n:
        return ()
    since = lines[n - 1].since
    earlier = sum(line.since < since for line in lines)
    return [line for line in lines if line.since == since] if earlier == n - 1 else ()


def race_holders(lines: Iterable[Holder], n: int) -> Sequence[Holder]:
    """Return the works with which the first group, or groups, came to n works."""
    groups: dict[str | None, list[Holder]] = {}
    for line in sorted(lines, key=in_order):
        groups.setdefault(line.group, []).append(line)
    reached = {group: its[n - 1].since for group, its in groups.items() if len(its) >= n}
    soonest = min(reached.values(), default=None)
    return [line for group, at in reached.items() if at == soonest for line in groups[group] if line.since == soonest]
