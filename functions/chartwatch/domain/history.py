"""What a chart's past comes to: coverage, honour rolls and tallies, and one period's step through them.

`advance` takes one publication later than all before it, and says which claims it makes and what is to be remembered.
It reads only what the newcomers at #1 call for, so its work does not grow with the years behind it. Folding it over
all publications of a chart, from `Head.start`, *is* the definition of the chart's milestones: a late or corrected
publication is handled by folding anew and telling the difference.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, Protocol

from chartwatch.domain.catalog import Catalog, Work
from chartwatch.domain.charts import Cadence, Kind, NumberOne, PublicationSummary, missing_between
from chartwatch.domain.claims import Claim, Claimant, Setting, change_claim, nth_claim, race_claim
from chartwatch.domain.rules import Count, Rule, RuleKind, RuleSet, Scope

EVERYWHERE = "*"
"""The scope over all territories of a chart; every other scope is a territory."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one scope: first and last period, how many are known, and the ranges that are missing.

    `number_ones` are those of the last period, as charted.
    """

    first: date
    last: date
    seen: int
    gaps: tuple[tuple[date, date], ...]
    number_ones: tuple[NumberOne, ...]

    def extended(self, period: date, number_ones: tuple[NumberOne, ...], cadence: Cadence) -> "Coverage":
        """Return the coverage with one later period."""
        gap = missing_between(self.last, period, cadence)
        return Coverage(self.first, period, self.seen + 1, (*self.gaps, gap) if gap else self.gaps, number_ones)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the record of a chart stands. `version` rises by one with each change; 0 is a chart nothing is known of.

    `rules` (by id) and `catalog` are the versions of those that made the record. `digest` is that of the number ones
    of the latest period, as `PublicationSummary.number_ones_digest` gives it.
    """

    chart: str
    version: int
    rules: Mapping[str, str]
    catalog: str
    scopes: Mapping[str, Coverage]
    digest: str = ""

    @classmethod
    def start(cls, chart: str, rules: RuleSet, catalog: Catalog, version: int = 0) -> "Head":
        """Return the head of a chart before its first publication."""
        return cls(chart, version, rules.versions, catalog.version, {})

    @property
    def last(self) -> date | None:
        """The latest period that is in the record."""
        everywhere = self.scopes.get(EVERYWHERE)
        return everywhere.last if everywhere else None


class HonourKey(NamedTuple):
    """Where an honour stands: scope, what was counted, and the work (with its season, when seasons count)."""

    scope: str
    by: Count
    work_id: str
    season: str | None = None


@dataclass(frozen=True, slots=True)
class Honour:
    """One line of an honour roll: since when a work has been one that topped the scope."""

    key: HonourKey
    title: str
    kind: Kind | None
    since: date


class TallyKey(NamedTuple):
    """A number kept for a rule in a scope: see the three constructors below."""

    rule: str
    scope: str
    what: str

    @classmethod
    def group(cls, rule: Rule, scope: str, group: str | None) -> "TallyKey":
        """How many qualifying works of a group have topped the scope."""
        return cls(rule.id, scope, f"={group or ''}")

    @classmethod
    def undecided(cls, rule: Rule, scope: str) -> "TallyKey":
        """How many works have topped the scope of which the rule cannot decide whether they qualify."""
        return cls(rule.id, scope, "?")

    @classmethod
    def reached(cls, rule: Rule, scope: str) -> "TallyKey":
        """The greatest number that any group has reached in a race."""
        return cls(rule.id, scope, "!")


class Records(Protocol):
    """What `advance` may ask about the past of one chart."""

    def honours(self, keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        """Return those of the honours that exist."""

    def roll(self, scope: str, by: Count) -> Iterable[Honour]:
        """Return the whole honour roll of a scope, in any order."""

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, int]:
        """Return those of the tallies that are not nought."""


@dataclass(slots=True)
class Step:
    """What one publication comes to: claims, and what is to be remembered."""

    head: Head
    claims: list[Claim] = field(default_factory=list)
    honours: dict[HonourKey, Honour] = field(default_factory=dict)
    tallies: dict[TallyKey, int] = field(default_factory=dict)


class _Arrivals(NamedTuple):
    """The works newly at #1 of a scope, compared with the period before."""

    scope: str
    by: Count
    coverage: Coverage
    before: Coverage | None
    works: tuple[Claimant, ...]
    territories: Mapping[Claimant, Sequence[str]]


def advance(head: Head, publication: PublicationSummary, catalog: Catalog, rules: RuleSet, records: Records) -> Step:
    """Take one publication later than `head.last` into the record."""
    arrivals, scopes = _arrivals(head, publication, catalog, rules)
    digest = publication.number_ones_digest()
    step = Step(replace(head, version=head.version + 1, scopes=scopes, digest=digest))
    known = records.honours([_key(arrival, claimant) for arrival in arrivals for claimant in arrival.works])
    countings: list[_Counting] = []
    for arrival in arrivals:
        since = {c: known[key].since for c in arrival.works if (key := _key(arrival, c)) in known}
        new = [claimant for claimant in arrival.works if claimant not in since]
        setting = _setting(publication, arrival)
        for claimant in new:
            key = _key(arrival, claimant)
            step.honours[key] = Honour(key, claimant.work.title, claimant.work.kind, publication.period)
        for rule in rules.of(_scope_of(arrival.scope)):
            if rule.count is not arrival.by:
                continue
            if rule.kind is RuleKind.CHANGE:
                step.claims.extend(_change(rule, setting, catalog, arrival, since))
            elif new and (counting := _Counting.of(rule, setting, new)).matters:
                countings.append(counting)
    keys = {key for counting in countings for key in counting.needs()}
    tallies = records.tallies(keys) if keys else {}
    for counting in countings:
        step.claims.extend(counting.claims(catalog, records, tallies))
        step.tallies.update(counting.tallied(tallies))
    return step


def _arrivals(
    head: Head, publication: PublicationSummary, catalog: Catalog, rules: RuleSet
) -> tuple[list[_Arrivals], dict[str, Coverage]]:
    cadence, period = publication.chart.cadence, publication.period
    scopes = dict(head.scopes)
    arrivals: list[_Arrivals] = []
    union = tuple(sorted({one for ones in publication.number_ones.values() for one in ones}, key=_charted))
    for scope, ones in (*publication.number_ones.items(), (EVERYWHERE, union)):
        before = head.scopes.get(scope)
        coverage = before.extended(period, ones, cadence) if before else Coverage(period, period, 1, (), ones)
        scopes[scope] = coverage
        for count in rules.counts:
            previous = _claimants(before.number_ones, catalog, before.last, count) if before else {}
            current = _claimants(ones, catalog, period, count)
            works = tuple(c for c in current if c not in previous)
            if works:
                arrivals.append(_Arrivals(scope, count, coverage, before, works, {}))
    return [_with_territories(a, publication, catalog) if a.scope == EVERYWHERE else a for a in arrivals], scopes


def _with_territories(arrival: _Arrivals, publication: PublicationSummary, catalog: Catalog) -> _Arrivals:
    where: dict[Claimant, list[str]] = {claimant: [] for claimant in arrival.works}
    for territory, ones in publication.number_ones.items():
        for claimant in _claimants(ones, catalog, publication.period, arrival.by):
            if claimant in where:
                where[claimant].append(territory)
    return arrival._replace(territories=where)


def _claimants(ones: Iterable[NumberOne], catalog: Catalog, period: date, count: Count) -> dict[Claimant, None]:
    """Return who is at #1, each once, in order of work and season."""
    found = [
        Claimant.of(catalog.match(one.title, one.kind, period), one.season if count is Count.SEASONS else None)
        for one in ones
    ]
    if len(found) > 1:
        found.sort(key=lambda claimant: claimant.order)
    return dict.fromkeys(found)


def _change(
    rule: Rule, setting: Setting, catalog: Catalog, arrival: _Arrivals, since: Mapping[Claimant, date]
) -> Iterable[Claim]:
    """Return the one claim of a `change` rule, or none at the beginning of a scope's record."""
    if (before := arrival.before) is None:
        return
    yield change_claim(
        rule,
        setting,
        arrival.works,
        since,
        previous=(before.last, tuple(_claimants(before.number_ones, catalog, before.last, rule.count))),
        gap=missing_between(before.last, setting.period, setting.publication.chart.cadence),
    )


@dataclass(slots=True)
class _Counting:
    """One rule that counts firsts, in one scope, with the works that top it for the first time now."""

    rule: Rule
    setting: Setting
    groups: dict[str | None, list[Claimant]] = field(default_factory=dict)
    undecided: int = 0

    @classmethod
    def of(cls, rule: Rule, setting: Setting, new: Iterable[Claimant]) -> "_Counting":
        """Sort the new works into the rule's groups."""
        counting = cls(rule, setting)
        for claimant in new:
            verdict = rule.verdict(claimant.work)
            if verdict:
                counting.groups.setdefault(rule.group(claimant.work), []).append(claimant)
            counting.undecided += verdict is None
        return counting

    @property
    def matters(self) -> bool:
        """Whether any of the new works qualifies, or may."""
        return bool(self.groups or self.undecided)

    def key(self, group: str | None) -> TallyKey:
        return TallyKey.group(self.rule, self.setting.scope, group)

    @property
    def undecided_key(self) -> TallyKey:
        return TallyKey.undecided(self.rule, self.setting.scope)

    @property
    def reached_key(self) -> TallyKey:
        return TallyKey.reached(self.rule, self.setting.scope)

    def needs(self) -> Iterable[TallyKey]:
        """Yield what must be known of the past."""
        yield self.undecided_key
        yield from map(self.key, self.groups)
        if self.rule.kind is RuleKind.RACE:
            yield self.reached_key

    def tallied(self, tallies: Mapping[TallyKey, int]) -> Iterable[tuple[TallyKey, int]]:
        """Yield the tallies that this period changes."""
        if self.undecided:
            yield self.undecided_key, tallies.get(self.undecided_key, 0) + self.undecided
        for group, claimants in self.groups.items():
            yield self.key(group), tallies.get(self.key(group), 0) + len(claimants)
        if self.rule.kind is RuleKind.RACE and (reached := self.reached(tallies)):
            yield self.reached_key, max(reached)

    def reached(self, tallies: Mapping[TallyKey, int]) -> dict[int, list[Claimant]]:
        """Return the numbers that a group reaches now and none had reached before, with the works that did it."""
        greatest = tallies.get(self.reached_key, 0)
        reached: dict[int, list[Claimant]] = {}
        for group, claimants in self.groups.items():
            count = tallies.get(self.key(group), 0)
            for number in self.rule.at:
                if max(count, greatest) < number <= count + len(claimants):
                    reached.setdefault(number, []).extend(claimants)
        return reached

    def claims(self, catalog: Catalog, records: Records, tallies: Mapping[TallyKey, int]) -> Iterable[Claim]:
        """Yield the claims that the new works make."""
        rule, setting = self.rule, self.setting
        past = _Past(rule, setting, catalog, records, undecided=tallies.get(self.undecided_key, 0))
        if rule.kind is RuleKind.RACE:
            for number, claimants in sorted(self.reached(tallies).items()):
                earlier = past.qualifying()
                yield race_claim(rule, setting, number, claimants, earlier=earlier, undecided=past.undecided_works())
            return
        for group, claimants in self.groups.items():
            number = tallies.get(self.key(group), 0) + 1
            if number in rule.at:
                earlier = [e for e in past.qualifying() if rule.group(e[0].work) == group] if number > 1 else []
                undecided = past.undecided_works()
                yield nth_claim(rule, setting, group, number, claimants, earlier=earlier, undecided=undecided)


@dataclass(slots=True)
class _Past:
    """The honour roll before a claim, read only when there is a claim that needs it."""

    rule: Rule
    setting: Setting
    catalog: Catalog
    records: Records
    undecided: int
    _roll: list[tuple[Claimant, date, bool | None]] | None = None

    def qualifying(self) -> list[tuple[Claimant, date]]:
        return [(claimant, since) for claimant, since, verdict in self._decided() if verdict]

    def undecided_works(self) -> list[tuple[Claimant, date]]:
        if not self.undecided:
            return []
        return [(claimant, since) for claimant, since, verdict in self._decided() if verdict is None]

    def _decided(self) -> list[tuple[Claimant, date, bool | None]]:
        if self._roll is None:
            roll = [
                (Claimant.of(work_of(honour, self.catalog), honour.key.season), honour.since)
                for honour in self.records.roll(self.setting.scope, self.rule.count)
            ]
            roll.sort(key=lambda entry: (entry[1], entry[0].order))
            self._roll = [(claimant, since, self.rule.verdict(claimant.work)) for claimant, since in roll]
        return self._roll


def _setting(publication: PublicationSummary, arrival: _Arrivals) -> Setting:
    coverage = arrival.coverage
    return Setting(publication, arrival.scope, coverage.first, coverage.seen, coverage.gaps, arrival.territories)


def work_of(honour: Honour, catalog: Catalog) -> Work:
    """Return the work that an honour belongs to."""
    known = catalog.work(honour.key.work_id)
    return known or Work(id=honour.key.work_id, title=honour.title, kind=honour.kind)


def _key(arrival: _Arrivals, claimant: Claimant) -> HonourKey:
    return HonourKey(arrival.scope, arrival.by, claimant.work.id, claimant.season)


def _scope_of(scope: str) -> Scope:
    return Scope.CHART if scope == EVERYWHERE else Scope.TERRITORY


def _charted(one: NumberOne) -> tuple[str, str, str]:
    return one.title, one.season or "", one.kind or ""
