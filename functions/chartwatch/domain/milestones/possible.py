"""What may be so of a scope, and what must be, however the unknown turns out: the bounds of every form of claim.

What is unknown is said by `rules.certain`; a chart that has shown ties may have had any number of works at #1 of an
edition that is missing, others one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.certain import Missing, before_record, may_hold_a_qualifying_work
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work

NOBODYS = ""
"""A group that no work is known to count for."""


class Range(NamedTuple):
    """Numbers from one to another; None: without end."""

    least: int
    most: int | None

    def has(self, n: int) -> bool:
        """Return whether a number is in it."""
        return self.least <= n and (self.most is None or n <= self.most)

    @property
    def is_one(self) -> bool:
        """Whether there is one number in it."""
        return self.least == self.most


def all_of(*said: bool | None) -> bool | None:
    """Return whether all is so; None: nobody can say."""
    return False if False in said else None if None in said else True


# The n-th.


def places(scope: AskedScope, work: Work, group: str | None, topped: ToppedWork | None) -> Sequence[Range]:
    """Return which numbers a work can have among those of a group, if it counts for it and has topped the scope."""
    since = topped.since if topped else date.max
    starts = [*scope.hidden_periods(work, since), *([since] if topped else [])]
    key = topped.key if topped else work.id
    return [before_it(scope, start, group, key) for start in starts]


def before_it(scope: AskedScope, start: date, group: str | None, key: str) -> Range:
    """Return the number that a work has which topped the scope first in a period."""
    others = [scope.counts(t.work, group) for t in scope.topped if t.since < start and t.key != key]
    hidden, least = scope.most_hidden(group, start), 1 + others.count(True)
    return Range(least, None if hidden is None else least + others.count(None) + hidden)


def groups_of(scope: AskedScope, work: Work, group: str | None) -> Sequence[str | None]:
    """Return the groups among which a work may be said to be n-th: the one that is said, its own, or any."""
    if scope.rule.per is None or group is not None:
        return [group]
    if its := scope.possible_groups(work):
        return its
    return [*known_groups(scope), NOBODYS]


def known_groups(scope: AskedScope) -> Sequence[str]:
    """Return the groups for which a known work counts, or may."""
    its = {(group, t.work) for t in scope.topped for group in scope.possible_groups(t.work) if group}
    return sorted({group for group, work in its if scope.counts(work, group) is not False})


def may_have_nth(scope: AskedScope, n: int, group: str | None) -> bool:
    """Return whether there may be an n-th where none is known: those of one period share a number."""
    known = {t.since for t in scope.topped if scope.counts(t.work, group) is not False}
    hidden = {p for p in scope.missing_periods if may_hold_a_qualifying_work(scope.rule, group, (p, p))}
    return any(before_it(scope, start, group, "").has(n) for start in known | hidden)


# A race.


@dataclass(frozen=True)
class Race:
    """When each group came to `n` works, at the latest and at the earliest; None: never."""

    scope: AskedScope
    n: int

    @property
    def groups(self) -> Sequence[str]:
        """The groups that may come to n with works that are known."""
        return known_groups(self.scope)

    def latest(self, group: str) -> date | None:
        """Return when the works that are known brought a group to n."""
        its = sorted(t.since for t in self.scope.qualifying(group))
        return its[self.n - 1] if len(its) >= self.n else None

    def earliest(self, group: str) -> date | None:
        """Return when a group came to n if all that is unknown went its way."""
        scope = self.scope
        its = [t.since for t in scope.topped if scope.counts(t.work, group) is not False]
        hidden = [p for _, p in scope.editions if may_hold_a_qualifying_work(scope.rule, group or None, (p, p))]
        reached = sorted([*its, *hidden * (self.n if scope.shows_ties else 1)])
        return reached[self.n - 1] if len(reached) >= self.n else None

    def wins(self, group: str) -> bool | None:
        """Return whether a group is the first, or one of them, to come to n."""
        mine, soonest = self.latest(group), self.earliest(group)
        others = [other for other in (*self.groups, NOBODYS) if other != group]
        if soonest is None or any((at := self.latest(other)) and at < soonest for other in others):
            return False
        return True if mine and not any((at := self.earliest(other)) and at < mine for other in others) else None

    def may_complete(self, group: str, work: Work, topped: ToppedWork | None) -> bool:
        """Return whether a work may be the one with which a group came first to n."""
        scope, since = self.scope, topped.since if topped else date.max
        if scope.counts(work, group) is False:
            return False
        key = topped.key if topped else work.id
        # A work that counts for some group, whichever, brought that to one.
        counting = replace(scope.rule, per=None)
        ones = [t.since for t in scope.topped if t.key != key and counting.verdict(t.work)] if self.n == 1 else []
        rivals = [at for other in self.groups if other != group and (at := self.latest(other))]
        for start in [*scope.hidden_periods(work, since), *([since] if topped else [])]:
            its = [(t.since, scope.counts(t.work, group)) for t in scope.topped if t.key != key and t.since <= start]
            earlier = [said for at, said in its if at < start].count(True)
            together = sum(said is not False for _, said in its) + sum(p <= start for _, p in scope.editions)
            enough = earlier < self.n and (together + 1 >= self.n or (scope.shows_ties and bool(scope.editions)))
            if enough and not any(at < start for at in (*rivals, *ones)):
                return True
        return False


# Runs.


class RunsOf(NamedTuple):
    """What is known of the runs of a work at #1, and what they may have been.

    `known` are the runs that are known, `possible` those that they, and what is missing, may have been: first and last
    period and the length. `before` is what nobody knows of its run when the record begins; `hidden` are the periods in
    which it may have been #1 for what is missing, `usable`.
    """

    known: Sequence["Stretch"]
    possible: Sequence["Stretch"]
    before: Missing | None
    usable: Sequence[Missing]
    hidden: frozenset[date]

    @property
    def longest(self) -> "Stretch | None":
        """The longest run that is known, the first of several."""
        return max(self.known, key=lambda run: run.length, default=None)

    @property
    def total(self) -> int:
        """The periods that are known, in all."""
        return sum(run.length for run in self.known)

    @property
    def most(self) -> int:
        """How many periods its longest run may have had."""
        return max((run.length for run in self.possible), default=0)

    def most_in_all(self, scope: AskedScope) -> int:
        """Return how many periods it may have had in all."""
        return self.total + len(self.hidden) + (scope.chart.periods(*self.before.gap) if self.before else 0)

    def against(self, n: int) -> tuple[Missing, ...]:
        """Return what is missing with which a run may have had n periods."""
        its = [run for run in self.possible if run.length >= n]
        gaps = (gap for gap in self.usable if any(run.first <= gap.gap[1] and gap.gap[0] <= run.last for run in its))
        cut_off = self.before is not None and any(run.is_cut_off for run in its)
        return (*([self.before] if self.before and cut_off else []), *gaps)

    @property
    def all_against(self) -> tuple[Missing, ...]:
        """All that is missing in which it may have been #1."""
        return (*([self.before] if self.before else []), *self.usable)


class Stretch(NamedTuple):
    """Periods one after the other. `is_cut_off`: it began before the record, and `length` has that too."""

    first: date
    last: date
    length: int
    is_cut_off: bool = False


def runs_of(scope: AskedScope, key: str, work: Work) -> RunsOf:
    """Return what is known of the runs of a work, or a season, by `Claimant.key`."""
    known, hidden = scope.known_periods(key), scope.hidden_periods(work)
    before = None
    if known[:1] == [scope.record.first] and not scope.begins_with_chart:
        gap = before_record(work, scope.record.first, scope.chart)
        before = Missing(gap, claimant=Claimant.of(work)) if gap else None
        # What is missing before the record is among the periods before it.
        hidden = [period for period in hidden if period > scope.record.first]
    more = scope.chart.periods(*before.gap) if before else 0
    possible = [
        run._replace(length=run.length + more, is_cut_off=True) if before and run.first == scope.record.first else run
        for run in _stretches(scope, sorted({*known, *hidden}))
    ]
    lacking = frozenset(hidden) - set(known)
    usable = [each for each in scope.usable(work) if any(each.gap[0] <= period <= each.gap[1] for period in lacking)]
    return RunsOf(list(_stretches(scope, known)), possible, before, usable, lacking)


def may_have_run_of(scope: AskedScope, runs: RunsOf, n: int) -> bool:
    """Return whether the longest run may have had n periods and no more."""
    at = [(scope.position(run.first), scope.position(run.last), run.length) for run in runs.known]
    for run in runs.possible:
        begins, ends = scope.position(run.first), scope.position(run.last)
        for first in range(begins - (n if run.is_cut_off else 0), ends - n + 2):
            last = first + n - 1
            around = [its for its in at if its[0] <= last + 1 and first - 1 <= its[1]]
            inside = all(first <= its[0] and its[1] <= last for its in around)
            others = max((its[2] for its in at if its not in around), default=0)
            if last >= begins and inside and others <= n:
                return True
    return n == 0 and not runs.known


def _stretches(scope: AskedScope, periods: Sequence[date]) -> Iterator[Stretch]:
    first = None
    for number, period in enumerate(periods):
        first = first or period
        if number + 1 == len(periods) or scope.before(periods[number + 1]) != period:
            yield Stretch(first, period, scope.number(first, period))
            first = None


@dataclass(frozen=True)
class Rivals:
    """The longest that others that count had, run or all together, whose it was, and the longest they may have had."""

    known: int
    holders: Sequence[ToppedWork]
    most: int
    against: Sequence[Missing]
    undecided: Sequence[ToppedWork]


def rivals_of(scope: AskedScope, key: str, than: int, *, in_all: bool) -> Rivals:
    """Return what others than a work had; `against` is what is missing with which one may have had `than` or more."""
    known: Counter[str] = Counter()
    most, against, undecided = 0, list[Missing](), list[ToppedWork]()
    for topped in scope.topped:
        counts = scope.counts(topped.work, None)
        if topped.key == key or counts is False:
            continue
        runs = runs_of(scope, topped.key, topped.work)
        its = runs.total if in_all else runs.longest.length if runs.longest else 0
        may = runs.most_in_all(scope) if in_all else runs.most
        most = max(most, may)
        if counts:
            known[topped.key] = its
        elif may >= than:
            undecided.append(topped)
        if may >= than > its:
            against += runs.all_against if in_all else runs.against(than)
    unseen = [stretch.length for stretch in _stretches(scope, sorted(scope.missing_periods))]
    hidden = sum(unseen) if in_all else max(unseen, default=0)
    if hidden >= than:
        against += scope.missing
    greatest = max(known.values(), default=0)
    holders = [topped for topped in scope.topped if greatest and known[topped.key] == greatest]
    return Rivals(greatest, holders, max(most, hidden), list(dict.fromkeys(against)), undecided)


# Spreads.


def may_have_topped(scope: AskedScope, key: str, work: Work) -> Mapping[str, Sequence[Missing]]:
    """Return the territories that a work may have topped and is not known to have, each with what is missing.

    A work that is older than the record may have topped any of those with which the record begins.
    """
    topped, found = scope.territories_of(key), dict[str, Sequence[Missing]]()
    unseen = _unseen_before(scope, key, work)
    since_then = _from_the_beginning(scope) if unseen else ()
    for territory, gaps in scope.gaps_by_territory.items():
        its = list(scope.usable_in(territory, gaps, work))
        if unseen and territory in since_then:
            its.append(unseen)
        if its and territory not in topped:
            found[territory] = its
    return found


def _unseen_before(scope: AskedScope, key: str, work: Work) -> Missing | None:
    """Return the periods before the record in which a work may have topped territories; of unknown date only if it
    was at #1 when the record begins."""
    if scope.begins_with_chart or (work.release_date is None and key not in scope.at(scope.record.first)):
        return None
    gap = before_record(work, scope.record.first, scope.chart)
    return Missing(gap, claimant=Claimant.of(work), is_anywhere=True) if gap else None


def _from_the_beginning(scope: AskedScope) -> Sequence[str]:
    return [territory for territory in scope.gaps_by_territory if scope.first_of(territory) <= scope.record.first]


def all_against(scope: AskedScope, key: str, work: Work) -> Sequence[Missing]:
    """Return all that is missing in which a work may have topped territories, also those that it is known to have."""
    unseen = _unseen_before(scope, key, work)
    gaps = (each for t, gaps in scope.gaps_by_territory.items() for each in scope.usable_in(t, gaps, work))
    return [*([unseen] if unseen else []), *gaps]


def topped_all(scope: AskedScope, since: Mapping[str, date]) -> date | None:
    """Return the first period by which a work had topped all territories that the chart had had; None: never."""
    first = {territory: scope.first_of(territory) for territory in scope.gaps_by_territory}
    for day in sorted(set(since.values())):
        known = [territory for territory, at in first.items() if at <= day]
        if len(known) > 1 and all(since.get(territory, date.max) <= day for territory in known):
            return day
    return None


def earliest_tops(scope: AskedScope, key: str, work: Work) -> Mapping[str, date]:
    """Return the territories that a work has topped, or may have, with the earliest period that may have been so."""
    found = dict(scope.territories_of(key))
    for territory, gaps in scope.gaps_by_territory.items():
        for each in scope.usable_in(territory, gaps, work):
            found[territory] = min(each.gap[0], found.get(territory, date.max))
    if _unseen_before(scope, key, work):
        found |= {territory: scope.first_of(territory) for territory in _from_the_beginning(scope)}
    return found
