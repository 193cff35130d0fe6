"""Honour rolls as a rule counts them: bounded lists of works in order of their first time at #1, and who holds what."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from chartwatch.domain.holders import Claimant, Holder, claimant_key
from chartwatch.domain.rules import Count, Fact, Rule, RuleKind

MAX_UNDECIDED = 100
"""Undecided works that are remembered by name for a rule and scope; further ones are only counted."""


class Line(NamedTuple):
    """A work on a roll: since when it has been one that topped the scope, and the group that it counts for.

    `unknown` are the facts for whose lack the rule could not decide on it. `label` is what the chart called its season.
    """

    work_id: str
    title: str
    season: str | None
    since: date
    group: str | None = None
    unknown: tuple[Fact, ...] = ()
    label: str | None = None

    @classmethod
    def of(cls, claimant: Claimant, since: date, group: str | None = None, unknown: tuple[Fact, ...] = ()) -> "Line":
        """Return the line of a claimant."""
        return cls(claimant.work_id, claimant.work.title, claimant.season, since, group, unknown, claimant.label)

    @property
    def key(self) -> str:
        """What tells it from other claimants, as `Claimant.key`."""
        return claimant_key(self.work_id, self.season)

    @property
    def order(self) -> tuple[date, str, str, str]:
        """The order of a roll."""
        return self.since, self.work_id, self.season or "", self.group or ""

    @property
    def holder(self) -> Holder:
        """The line as the holder of a slot."""
        return Holder(self.work_id, self.title, self.since, self.season, self.group, label=self.label)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is kept of a rule or a work in a scope: works by name as far as a slot can need them, or numbers.

    `count` is of undecided works, of territories topped, or of the periods of ended runs, of which `longest` is the
    longest's. `everywhere`: all territories that the chart had then were topped.
    """

    count: int = 0
    longest: int = 0
    everywhere: bool = False
    lines: tuple[Line, ...] = ()


class TallyKey(NamedTuple):
    """Where a tally stands; see the constructors below."""

    rule: str
    scope: str
    what: str

    @classmethod
    def roll(cls, rule: Rule, scope: str, group: str | None) -> "TallyKey":
        """The qualifying works of a group that have topped the scope; for a race, those of all groups together."""
        return cls(rule.id, scope, "=" if rule.kind is RuleKind.RACE else f"={group or ''}")

    @classmethod
    def undecided(cls, rule: Rule, scope: str) -> "TallyKey":
        """The works that have topped the scope of which the rule cannot decide whether they qualify."""
        return cls(rule.id, scope, "?")

    @classmethod
    def territories(cls, by: Count, claimant: Claimant) -> "TallyKey":
        """How many territories of the chart a claimant has topped."""
        return cls("", "*", f"spread:{by}:{claimant.key}")

    @classmethod
    def past_runs(cls, by: Count, scope: str, claimant: Claimant) -> "TallyKey":
        """How many periods all ended runs of a claimant had, and the longest of them."""
        return cls("", scope, f"runs:{by}:{claimant.key}")


def with_lines(rule: Rule, tally: Tally, lines: Iterable[Line]) -> Tally:
    """Return the tally with lines added, as long as they can still make a slot of the rule."""
    counts = Counter(line.group for line in tally.lines)
    added = tuple(line for line in lines if counts[line.group] < rule.at[-1])
    return replace(tally, lines=(*tally.lines, *added)) if added else tally


def with_undecided(tally: Tally, lines: Iterable[Line]) -> Tally:
    """Return the tally of undecided works with lines added, by name up to `MAX_UNDECIDED`."""
    added = tuple(lines)
    return replace(tally, count=tally.count + len(added), lines=(*tally.lines, *added)[:MAX_UNDECIDED])


def nth_holders(lines: Sequence[Line], n: int) -> list[Line]:
    """Return the works that are n-th on a roll, several when they came together."""
    return [line for line in lines if 1 + sum(1 for other in lines if other.since < line.since) == n]


def race_holders(lines: Sequence[Line], n: int) -> list[Line]:
    """Return the works with which the first group, or groups, came to n works."""
    groups: dict[str | None, list[Line]] = {}
    for line in sorted(lines, key=lambda line: line.order):
        groups.setdefault(line.group, []).append(line)
    reached: Mapping[str | None, date] = {g: its[n - 1].since for g, its in groups.items() if len(its) >= n}
    if not reached:
        return []
    soonest = min(reached.values())
    return [line for g, since in reached.items() if since == soonest for line in groups[g] if line.since == soonest]
