"""Honour rolls as a rule counts them: bounded lists of works in order of their first time at #1, and who holds what.

What a step reads and writes of a roll does not grow with it. The tally of a roll has the numbers and the latest lines;
the lines before those stand on pages, which are written once, and read when a slot is claimed. When no slot of a roll
can come any more it is closed, and only that is remembered of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Count, Fact, Rule, RuleKind
from chartwatch.domain.works.claimants import Claimant, claimant_key

MAX_UNDECIDED = 100
"""Undecided works that are remembered by name for a rule and scope; further ones are only counted."""

OPEN_LINES = 12
"""Lines that the tally of a roll holds, unless more come at once; then they go to a page."""


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

    `count` is of the works on a roll, of undecided works, of territories topped, or of the periods of ended runs, of
    which `longest` is the longest's. `everywhere`: all territories that the chart had then were topped. `groups` has
    the number of each group on a roll, and `pages` is how many pages of lines stand before `lines`. `closed`: no slot
    of the roll can come any more, and nothing else is kept of it.
    """

    count: int = 0
    longest: int = 0
    everywhere: bool = False
    lines: tuple[Line, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    pages: int = 0
    closed: bool = False


CLOSED = Tally(closed=True)
"""What is left of a roll of which no slot can come any more."""


class TallyKey(NamedTuple):
    """Where a tally stands; see the constructors below. `page` is 0 but for the pages of a roll, which begin with 1."""

    rule: str
    scope: str
    what: str
    page: int = 0

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
    def past_runs(cls, by: Count, scope: str, claimant: str) -> "TallyKey":
        """How many periods all ended runs of a claimant, by its key, had, and the longest of them."""
        return cls("", scope, f"runs:{by}:{claimant}")

    @property
    def is_undecided(self) -> bool:
        """Whether undecided works stand there."""
        return self.what == "?"

    def pages_of(self, tally: Tally) -> Iterator["TallyKey"]:
        """Yield where the pages of a roll stand that has this key, in order."""
        return (self._replace(page=page) for page in range(1, tally.pages + 1))


def with_lines(rule: Rule, key: TallyKey, tally: Tally, lines: Iterable[Line]) -> Iterator[tuple[TallyKey, Tally]]:
    """Yield what changes when lines are added to a roll, as long as they can still make a slot of the rule."""
    counts = Counter(dict(tally.groups))
    added = tuple(line for line in lines if counts[line.group or ""] < rule.at[-1])
    if tally.closed or not added:
        return
    pages, before = tally.pages, tally.lines
    if before and len(before) + len(added) > OPEN_LINES:
        pages, before = pages + 1, ()
        yield key._replace(page=pages), Tally(lines=tally.lines)
    groups = counts + _by_group(added)
    yield key, Tally(sum(groups.values()), lines=(*before, *added), groups=tuple(sorted(groups.items())), pages=pages)


def reached(tally: Tally, lines: Iterable[Line] = ()) -> int:
    """Return how many works the group of a roll that has most of them has, with further lines."""
    return max((Counter(dict(tally.groups)) + _by_group(lines)).values(), default=0)


def _by_group(lines: Iterable[Line]) -> Counter[str]:
    return Counter(line.group or "" for line in lines)


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
