"""What a chart's past comes to: coverage, reigns, honour rolls, and one period's step through them.

`advance` takes one publication later than all before it, and says which claims it makes and what is to be remembered.
It reads only what the works at #1 call for, so its work does not grow with the years behind it. Folding it over all
publications of a chart, from `Head.start`, *is* the definition of the chart's milestones: a late or corrected
publication is handled by folding anew and telling the difference.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, Protocol

from chartwatch.domain.charts.chart import Cadence, missing_between
from chartwatch.domain.charts.publications import NumberOne, PublicationSummary, in_fixed_order
from chartwatch.domain.milestones.counting import Counting, Reigning, Spreading
from chartwatch.domain.milestones.reigns import Reigns
from chartwatch.domain.rules.claims import Claim, Setting, change_claim
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.domain.rules.rule import Count, Rule, RuleKind, RuleSet, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind

EVERYWHERE = "*"
"""The scope over all territories of a chart; every other scope is a territory."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one scope: first and last period, how many are known, and the ranges that are missing.

    `number_ones` are those of the last period, as charted. `reigns` are those that lasted in it, by what is counted;
    they are kept where a rule asks for them.
    """

    first: date
    last: date
    seen: int
    gaps: tuple[tuple[date, date], ...]
    number_ones: tuple[NumberOne, ...]
    reigns: Mapping[Count, Reigns] = field(default_factory=dict)

    def extended(self, period: date, number_ones: tuple[NumberOne, ...], cadence: Cadence) -> "Coverage":
        """Return the coverage with one later period, its reigns still those of the period before."""
        gap = missing_between(self.last, period, cadence)
        gaps = (*self.gaps, gap) if gap else self.gaps
        return Coverage(self.first, period, self.seen + 1, gaps, number_ones, self.reigns)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the record of a chart stands. `version` rises by one with each change; 0 is a chart nothing is known of.

    `rules` (by id) and `catalog` are the versions of those that made the record; `renamings`, those of all publications
    in it, are what the catalog had learned. `digest` is that of the number ones of the latest period, as
    `PublicationSummary.number_ones_digest` gives it.
    """

    chart: str
    version: int
    rules: Mapping[str, str]
    catalog: str
    scopes: Mapping[str, Coverage]
    digest: str = ""
    renamings: tuple[Renaming, ...] = ()

    @classmethod
    def start(cls, chart: str, rules: RuleSet, catalog: Catalog, renamings: tuple[Renaming, ...] = ()) -> "Head":
        """Return the head of a chart before its first publication."""
        return cls(chart, 0, rules.versions, catalog.version, {}, renamings=renamings)

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


class Records(Protocol):
    """What `advance` may ask about the past of one chart."""

    def honours(self, keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        """Return those of the honours that exist."""

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, Tally]:
        """Return those of the tallies that exist."""


@dataclass(slots=True)
class Step:
    """What one publication comes to: claims, and what is to be remembered."""

    head: Head
    claims: list[Claim] = field(default_factory=list)
    honours: dict[HonourKey, Honour] = field(default_factory=dict)
    tallies: dict[TallyKey, Tally] = field(default_factory=dict)


class _Standing(NamedTuple):
    """Who is at #1 of a scope, and who was not in the period before."""

    scope: str
    by: Count
    coverage: Coverage
    before: Coverage | None
    current: tuple[Claimant, ...]
    newcomers: tuple[Claimant, ...]
    territories: Mapping[Claimant, Sequence[str]]

    @property
    def rules_scope(self) -> Scope:
        return Scope.CHART if self.scope == EVERYWHERE else Scope.TERRITORY

    def key(self, claimant: Claimant) -> HonourKey:
        return HonourKey(self.scope, self.by, claimant.work.id, claimant.season)


def advance(
    head: Head,
    publication: PublicationSummary,
    catalog: Catalog,
    rules: RuleSet,
    records: Records,
    *,
    within: Collection[str] | None = None,
) -> Step:
    """Take one publication later than `head.last` into the record.

    `within` are the scopes in which rules are asked, all of them unless given; `EVERYWHERE` has to be among them.
    """
    standings, scopes = _standings(head, publication, catalog, rules)
    digest = publication.number_ones_digest()
    step = Step(replace(head, version=head.version + 1, scopes=scopes, digest=digest))
    honours = records.honours([s.key(claimant) for s in standings for claimant in s.newcomers])
    known = {key: honour.since for key, honour in honours.items()}
    for standing in standings:
        for claimant in standing.newcomers:
            if (key := standing.key(claimant)) not in known:
                step.honours[key] = Honour(key, claimant.work.title, claimant.work.kind, publication.period)
    counters = list(_counters(standings, publication, rules, known, len(scopes) - 1, within=within))
    keys = {key for counter in counters for key in counter.needs()}
    tallies = dict(records.tallies(keys)) if keys else {}
    # What only a claim asks for is read for the few scopes where one comes.
    evidence = {key for counter in counters if isinstance(counter, Counting) for key in counter.evidence(tallies)}
    if evidence:
        tallies |= records.tallies(evidence)
    for standing in standings:
        if within is None or standing.scope in within:
            step.claims += _changes(standing, publication, catalog, rules, known)
    for counter in counters:
        step.claims += counter.claims(tallies)
        step.tallies.update(counter.tallied(tallies))
        if isinstance(counter, Reigning):
            coverage = scopes[counter.setting.scope]
            reigns = {**coverage.reigns, counter.by: counter.after(tallies)}
            scopes[counter.setting.scope] = replace(coverage, reigns=reigns)
    return step


def _standings(
    head: Head, publication: PublicationSummary, catalog: Catalog, rules: RuleSet
) -> tuple[list[_Standing], dict[str, Coverage]]:
    cadence, period = publication.chart.cadence, publication.period
    scopes = dict(head.scopes)
    standings: list[_Standing] = []
    union = in_fixed_order({one for ones in publication.number_ones.values() for one in ones})
    for scope, ones in (*publication.number_ones.items(), (EVERYWHERE, union)):
        before = head.scopes.get(scope)
        coverage = before.extended(period, ones, cadence) if before else Coverage(period, period, 1, (), ones)
        scopes[scope] = coverage
        for count in rules.counts:
            previous = _claimants(before.number_ones, catalog, before.last, count) if before else {}
            current = tuple(_claimants(ones, catalog, period, count))
            newcomers = tuple(claimant for claimant in current if claimant not in previous)
            territories = _territories(publication, catalog, count, newcomers) if scope == EVERYWHERE else {}
            standings.append(_Standing(scope, count, coverage, before, current, newcomers, territories))
    return standings, scopes


def _territories(
    publication: PublicationSummary, catalog: Catalog, count: Count, claimants: Iterable[Claimant]
) -> Mapping[Claimant, Sequence[str]]:
    """Return where each of the claimants is at #1 now."""
    where: dict[Claimant, list[str]] = {claimant: [] for claimant in claimants}
    for territory, ones in publication.number_ones.items():
        for claimant in _claimants(ones, catalog, publication.period, count):
            if claimant in where:
                where[claimant].append(territory)
    return where


def _claimants(ones: Iterable[NumberOne], catalog: Catalog, period: date, count: Count) -> dict[Claimant, None]:
    """Return who is at #1, each once, in order of work and season."""
    matched = [(catalog.match(one.title, one.kind, period), one) for one in ones]
    if count is Count.SEASONS:
        found = [Claimant.of_season(work, one.title, one.season) for work, one in matched]
    else:
        found = [Claimant.of(work) for work, _ in matched]
    if len(found) > 1:
        found.sort(key=lambda claimant: claimant.order)
    return dict.fromkeys(found)


def _changes(
    standing: _Standing,
    publication: PublicationSummary,
    catalog: Catalog,
    rules: RuleSet,
    known: Mapping[HonourKey, date],
) -> Iterator[Claim]:
    """Yield the claims of `change` rules; none at the beginning of a scope's record."""
    before = standing.before
    if before is None or not standing.newcomers:
        return
    since = {c: known[key] for c in standing.newcomers if (key := standing.key(c)) in known}
    for rule in rules.of(standing.rules_scope, publication.chart.list_name):
        if rule.kind is RuleKind.CHANGE and rule.count is standing.by:
            newcomers = [c for c in standing.newcomers if rule.returns.admits(c in since) and rule.verdict(c.work)]
            if newcomers:
                yield change_claim(
                    rule,
                    _setting(publication, standing),
                    newcomers,
                    since,
                    previous=(before.last, tuple(_claimants(before.number_ones, catalog, before.last, rule.count))),
                    gap=missing_between(before.last, publication.period, publication.chart.cadence),
                )


def _counters(
    standings: Iterable[_Standing],
    publication: PublicationSummary,
    rules: RuleSet,
    known: Mapping[HonourKey, date],
    territories: int,
    *,
    within: Collection[str] | None,
) -> Iterator[Counting | Spreading | Reigning]:
    """Yield what is to be counted of a publication, for each rule and scope that it touches.

    The standings of territories come before that of all together; `territories` is how many the chart has had.
    """
    topped: dict[Count, dict[Claimant, int]] = {}
    for standing in standings:
        is_asked = within is None or standing.scope in within
        in_force = rules.of(standing.rules_scope, publication.chart.list_name) if is_asked else ()
        its = [rule for rule in in_force if rule.count is standing.by]
        new = [c for c in standing.newcomers if standing.key(c) not in known]
        setting = _setting(publication, standing)
        if standing.scope != EVERYWHERE:
            for claimant in new:
                counts = topped.setdefault(standing.by, {})
                counts[claimant] = counts.get(claimant, 0) + 1
        elif spreads := [rule for rule in its if rule.kind is RuleKind.SPREAD]:
            yield Spreading(spreads, setting, standing.by, topped.get(standing.by, {}), territories)
        if new:
            yield from (Counting.of(rule, setting, new) for rule in its if rule.kind in (RuleKind.NTH, RuleKind.RACE))
        if reigns := [rule for rule in its if rule.kind is RuleKind.REIGN]:
            yield _reigning(reigns, setting, standing, known)


def _reigning(
    rules: Sequence[Rule], setting: Setting, standing: _Standing, known: Mapping[HonourKey, date]
) -> Reigning:
    before, period = standing.before, setting.period
    unbroken = before is not None and missing_between(before.last, period, setting.publication.chart.cadence) is None
    return Reigning(
        rules=rules,
        setting=setting,
        by=standing.by,
        before=before.reigns.get(standing.by, Reigns()) if before else Reigns(),
        current=standing.current,
        unbroken=unbroken,
        since={c: known.get(standing.key(c), period) for c in standing.newcomers},
    )


def _setting(publication: PublicationSummary, standing: _Standing) -> Setting:
    coverage = standing.coverage
    return Setting(publication, standing.scope, coverage.first, coverage.seen, coverage.gaps, standing.territories)
