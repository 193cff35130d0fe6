"""What a publication adds to the counts of a rule, and the claims that come of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chartwatch.domain.milestones.reigns import Reigns, Run
from chartwatch.domain.rules.claims import (
    Claim,
    Firsts,
    Otherwise,
    Setting,
    nth_claim,
    race_claim,
    reign_claim,
    spread_claim,
)
from chartwatch.domain.rules.rolls import (
    CLOSED,
    Line,
    Tally,
    TallyKey,
    nth_holders,
    race_holders,
    reached,
    with_lines,
    with_undecided,
)
from chartwatch.domain.rules.rule import Count, Rule, RuleKind
from chartwatch.domain.works.claimants import Claimant

_NONE = Tally()

Tallies = Mapping[TallyKey, Tally]


@dataclass(slots=True)
class Roll:
    """The works that a rule, under one policy of origin, adds to its roll in one scope."""

    rule: Rule
    setting: Setting
    new: list[Line] = field(default_factory=list)
    undecided: list[Line] = field(default_factory=list)

    @classmethod
    def of(cls, rule: Rule, setting: Setting, claimants: Iterable[Claimant]) -> "Roll":
        """Sort works that top the scope for the first time into the rule's groups."""
        roll = cls(rule, setting)
        for claimant in claimants:
            verdict = rule.verdict(claimant.work)
            if verdict:
                roll.new += [Line.of(claimant, setting.period, group) for group in rule.groups(claimant.work)]
            elif verdict is None:
                roll.undecided.append(Line.of(claimant, setting.period, unknown=rule.unknown_facts(claimant.work)))
        return roll

    @property
    def groups(self) -> tuple[str | None, ...]:
        """The groups that gain, each once, in the order of the works."""
        return tuple(dict.fromkeys(line.group for line in self.new))

    def key(self, group: str | None) -> TallyKey:
        """Return where the roll of a group stands."""
        return TallyKey.roll(self.rule, self.setting.scope, group)

    @property
    def undecided_key(self) -> TallyKey:
        """Where the undecided works stand."""
        return TallyKey.undecided(self.rule, self.setting.scope)

    def needs(self) -> Iterator[TallyKey]:
        """Yield what must be known of the past to tell which slots come."""
        return iter(dict.fromkeys(map(self.key, self.groups)))

    def pages(self, tallies: Tallies, group: str | None) -> Iterator[TallyKey]:
        """Yield where the earlier lines of the roll of a group stand."""
        key = self.key(group)
        return key.pages_of(tallies.get(key, _NONE))

    def before(self, tallies: Tallies, group: str | None) -> tuple[Line, ...]:
        """Return the roll of a group before the publication; its pages must be among `tallies`."""
        keys = (*self.pages(tallies, group), self.key(group))
        return tuple(line for key in keys for line in tallies.get(key, _NONE).lines)

    def coming(self, tallies: Tallies) -> Iterator[tuple[str | None, int]]:
        """Yield the slots that come with the publication: group (None for a race) and n."""
        for key, group in {self.key(group): group for group in self.groups}.items():
            before = tallies.get(key, _NONE)
            if before.closed:
                continue
            if self.rule.kind is RuleKind.RACE:
                after = reached(before, self.joined(None))
                yield from ((None, n) for n in self.rule.at if reached(before) < n <= after)
            elif before.count + 1 in self.rule.at:
                yield group, before.count + 1

    def closing(self, tallies: Tallies) -> Iterator[str | None]:
        """Yield the groups of whose rolls the publication makes the last slot, or comes past it."""
        for group in self.groups:
            before = tallies.get(self.key(group), _NONE)
            if not before.closed and reached(before, self.joined(group)) >= self.rule.at[-1]:
                yield group

    def joined(self, group: str | None) -> list[Line]:
        """Return what the publication adds to the roll of a group; for a race, to that of all groups together."""
        return [line for line in self.new if self.rule.kind is RuleKind.RACE or line.group == group]

    def slot(self, tallies: Tallies, group: str | None, n: int) -> list[Line]:
        """Return who holds the n-th place, or wins the race to n, with the publication."""
        lines = (*self.before(tallies, group), *self.joined(group))
        return race_holders(lines, n) if self.rule.kind is RuleKind.RACE else nth_holders(lines, n)

    def tallied(self, tallies: Tallies) -> Iterator[tuple[TallyKey, Tally]]:
        """Yield the tallies that change."""
        if self.undecided:
            yield self.undecided_key, with_undecided(tallies.get(self.undecided_key, _NONE), self.undecided)
        for key, group in {self.key(group): group for group in self.groups}.items():
            yield from with_lines(self.rule, key, tallies.get(key, _NONE), self.joined(group))


@dataclass(slots=True)
class Counting:
    """A rule that counts firsts (`nth`, `race`), in one scope, with the works that top it for the first time now.

    Where it makes a difference for which of its countries a work counts, the other policy's roll is kept too.
    """

    rule: Rule
    roll: Roll
    other: Roll | None
    new: Mapping[str, Claimant]

    @classmethod
    def of(cls, rule: Rule, setting: Setting, new: Sequence[Claimant]) -> "Counting":
        """Return the counting of works that are new to the scope's honour roll."""
        other = Roll.of(rule.under_other_policy(), setting, new) if rule.asks_for_origin else None
        return cls(rule, Roll.of(rule, setting, new), other, {claimant.key: claimant for claimant in new})

    @property
    def setting(self) -> Setting:
        """Where it is counted."""
        return self.roll.setting

    def needs(self) -> Iterator[TallyKey]:
        """Yield what must be known of the past to tell which claims come."""
        yield from self.roll.needs()
        if self.other is not None:
            yield from self.other.needs()
            yield from dict.fromkeys(map(self.other.key, self.roll.groups))

    def evidence(self, tallies: Tallies) -> Iterator[TallyKey]:
        """Yield what else must be known, given what `needs` asks for: what the claims rest on, and what is added to."""
        coming = dict.fromkeys(group for group, _ in self.roll.coming(tallies))
        if coming or self.roll.undecided:
            yield self.roll.undecided_key
        for group in coming:
            yield from self.roll.pages(tallies, group)
        if self.other is not None:
            if self.other.undecided:
                yield self.other.undecided_key
            for group in coming:
                yield from self.other.pages(tallies, group)

    def tallied(self, tallies: Tallies) -> Iterator[tuple[TallyKey, Tally]]:
        """Yield the tallies that change."""
        rolls = (self.roll,) if self.other is None else (self.roll, self.other)
        for roll in rolls:
            yield from roll.tallied(tallies)
        for group in self.roll.closing(tallies):
            yield from ((roll.key(group), CLOSED) for roll in rolls)

    def claims(self, tallies: Tallies) -> Iterator[Claim]:
        """Yield the claims that the new works make."""
        for group, n in self.roll.coming(tallies):
            if self.rule.kind is RuleKind.RACE:
                yield race_claim(self.rule, n, self._firsts(tallies, None, n, self.roll.slot(tallies, None, n)))
            else:
                yield nth_claim(self.rule, group, n, self._firsts(tallies, group, n, self.roll.joined(group)))

    def _firsts(self, tallies: Tallies, group: str | None, n: int, holders: Sequence[Line]) -> Firsts:
        return Firsts(
            setting=self.setting,
            holders=[line.holder for line in sorted(holders, key=lambda line: (line.group or "", line.order))],
            claimants=[self.new[key] for key in dict.fromkeys(line.key for line in holders)],
            earlier=[line.holder for line in self.roll.before(tallies, group)],
            undecided=tallies.get(self.roll.undecided_key, _NONE),
            otherwise=self._differs(tallies, group, n),
        )

    def _differs(self, tallies: Tallies, group: str | None, n: int) -> Otherwise | None:
        """Return who holds the slot under the other policy of origin, if others do, or none; None if it is the same."""
        if self.other is None:
            return None
        mine, others = self.roll.slot(tallies, group, n), self.other.slot(tallies, group, n)
        same = {line.order for line in mine} == {line.order for line in others}
        return None if same else Otherwise(self.other.rule.origin, tuple(line.holder for line in others))


@dataclass(slots=True)
class Spreading:
    """The rules about how many territories works have topped; `topped`: how many more with this publication."""

    rules: Sequence[Rule]
    setting: Setting
    by: Count
    topped: Mapping[Claimant, int]
    territories: int

    def needs(self) -> Iterator[TallyKey]:
        """Yield what must be known of the past."""
        return (TallyKey.territories(self.by, claimant) for claimant in self.topped)

    def tallied(self, tallies: Tallies) -> Iterator[tuple[TallyKey, Tally]]:
        """Yield the tallies that change."""
        for claimant, (_, after) in self._counts(tallies).items():
            yield TallyKey.territories(self.by, claimant), after

    def claims(self, tallies: Tallies) -> Iterator[Claim]:
        """Yield the claims that the newly topped territories make."""
        counts = self._counts(tallies)
        for rule in self.rules:
            for claimant, (before, after) in counts.items():
                if rule.verdict(claimant.work):
                    for n in rule.at:
                        if before.count < n <= after.count:
                            yield spread_claim(rule, self.setting, claimant, n, str(n))
                    if rule.everywhere and after.everywhere and not before.everywhere:
                        yield spread_claim(rule, self.setting, claimant, after.count, "all")

    def _counts(self, tallies: Tallies) -> Mapping[Claimant, tuple[Tally, Tally]]:
        """Return the tally of each work before and after."""
        counts: dict[Claimant, tuple[Tally, Tally]] = {}
        for claimant, more in self.topped.items():
            before = tallies.get(TallyKey.territories(self.by, claimant), _NONE)
            count = before.count + more
            everywhere = before.everywhere or count == self.territories > 1
            counts[claimant] = before, replace(before, count=count, everywhere=everywhere)
        return counts


@dataclass(slots=True)
class Reigning:
    """The rules about how long works are at #1 of a scope, with the runs that the publication begins, goes on or ends.

    `unbroken`: no period is missing since the one before. `since` is the first period of each newcomer.
    """

    rules: Sequence[Rule]
    setting: Setting
    by: Count
    before: Reigns
    current: Sequence[Claimant]
    unbroken: bool
    since: Mapping[Claimant, date]

    def needs(self) -> Iterator[TallyKey]:
        """Yield what must be known of the past: the earlier runs of works that return."""
        return (self._key(claimant) for claimant, since in self.since.items() if since < self.setting.period)

    def tallied(self, _tallies: Tallies) -> Iterator[tuple[TallyKey, Tally]]:
        """Yield the tallies of runs that end, of works that are no longer at #1."""
        lasting = {claimant.key for claimant in self.current}
        for key, run in self.before.runs.items():
            if key not in lasting:
                yield TallyKey.past_runs(self.by, self.setting.scope, key), Tally(count=run.total, longest=run.longest)

    def after(self, tallies: Tallies) -> Reigns:
        """Return the reigns with the publication."""
        runs = {claimant.key: self._run(claimant, tallies) for claimant in self.current}
        goes_on = {key for key, run in runs.items() if key in self.before.runs and run.length > 1}
        ended = [run.length for key, run in self.before.runs.items() if key not in goes_on]
        reigns = Reigns(runs, max((self.before.longest_ended, *ended)))
        marked = {key: run._replace(record=run.record or _is_record(reigns, key)) for key, run in runs.items()}
        return replace(reigns, runs=marked)

    def claims(self, tallies: Tallies) -> Iterator[Claim]:
        """Yield the claims that the runs make."""
        after = self.after(tallies)
        for claimant in self.current:
            run = after.runs[claimant.key]
            before = self.before.runs.get(claimant.key)
            was_record = before is not None and before.record and before.since == run.since
            for rule in self.rules:
                if not rule.verdict(claimant.work):
                    continue
                n = run.total if rule.total else run.length
                if n in rule.at and (rule.total or run.length > run.longest_before):
                    censored = run.ever_censored if rule.total else run.censored
                    yield reign_claim(rule, self.setting, claimant, n, str(n), censored=censored)
                if rule.record and run.record and not was_record:
                    place = f"record:{run.since.isoformat()}"
                    yield reign_claim(rule, self.setting, claimant, run.length, place, censored=run.censored)

    def _run(self, claimant: Claimant, tallies: Tallies) -> Run:
        period, first = self.setting.period, self.setting.first
        before = self.before.runs.get(claimant.key)
        if before is not None and self.unbroken:
            return before._replace(length=before.length + 1)
        if before is not None:
            return Run(period, 1, before.total, before.longest, ever_censored=before.ever_censored)
        past = tallies.get(self._key(claimant), _NONE)
        return Run(
            since=period,
            length=1,
            periods_before=past.count,
            longest_before=past.longest,
            censored=period == first,
            ever_censored=self.since[claimant] == first,
        )

    def _key(self, claimant: Claimant) -> TallyKey:
        return TallyKey.past_runs(self.by, self.setting.scope, claimant.key)


def _is_record(reigns: Reigns, key: str) -> bool:
    return 0 < reigns.longest_other(key) < reigns.runs[key].length
