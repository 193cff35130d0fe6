"""The fold: publications, oldest first, taken one by one into what is known of a chart, and the claims that each makes.

Folding over all publications of a chart *is* the definition of its milestones. What is known after a period depends on
no later one, so that it can begin after any period whose snapshot was kept. One thing that stands against claims does
depend on later ones: that a territory lacks their period, and did not just stop. The fold is given that as `gaps`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain.charts.publications import NumberOne, PublicationSummary, in_fixed_order
from chartwatch.domain.milestones.honour_rolls import HonourRolls
from chartwatch.domain.milestones.methods import known_of_method, over_territories, since_method
from chartwatch.domain.milestones.pauses import DAY, Gaps, lacks
from chartwatch.domain.milestones.rarity import Precedents, said_once, weighed
from chartwatch.domain.milestones.snapshot import ScopeState, Snapshot, with_standing
from chartwatch.domain.milestones.spreads import spreads_of
from chartwatch.domain.milestones.undecided import UndecidedTitles
from chartwatch.domain.rules.certain import OneOfSeveral
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.firsts import HonourRoll
from chartwatch.domain.rules.rule import Count, Rule, RuleSet
from chartwatch.domain.rules.standing import (
    EVERYWHERE,
    Coverage,
    Reigns,
    Standing,
)
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted, ChartedTitles
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.defaults import Defaults, with_defaults
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.renames import Renaming, with_renamings


class Fold:
    """What is known of one chart while publications are taken in; implements `firsts.Past`."""

    def __init__(
        self,
        catalog: Catalog,
        rules: RuleSet,
        snapshot: Snapshot | None = None,
        lent: tuple[Renaming, ...] = (),
        *,
        called: Mapping[str, str] | None = None,
        gaps: Gaps | None = None,
    ) -> None:
        """Begin after the period of `snapshot`, which must have been made by the same rules, or with nothing.

        `catalog` must know the names that works have got in the chart, and in others of its provider, whose renamings
        are `lent`: see `renames.with_renamings`. `called` are what headlines call works that share a title, by id.
        `gaps` are those that later publications show, as far as is known before; see `mistook_a_gap`.
        """
        self._lent = lent
        self._called = called or {}
        self._gaps = gaps or {}
        self._asked: set[tuple[str, date, date]] = set()
        self.snapshot = snapshot or Snapshot()
        self._catalog = catalog
        self._rules = rules
        self._rolls = HonourRolls(catalog, rules)
        self._meanings = NOTHING_KNOWN
        self._not_in: str | None = None
        self._defaults: Defaults | None = None
        self._undecided = UndecidedTitles(catalog)
        self._charted = ChartedTitles(catalog.renamed, self.snapshot.charted)
        self._standings_now: Sequence[Standing] = ()
        self._know(self.snapshot.meanings)

    def may_be_one(self, one: str, other: str) -> bool:
        """Return whether two works, by their ids, may be one, since a title may mean either."""
        return self._undecided.may_be_one(one, other)

    @property
    def titles(self) -> Mapping[str, OneOfSeveral]:
        """The titles of the chart that may mean one of several works, by the ids of the works that stand for them."""
        return self._undecided.titles

    @property
    def mistook_a_gap(self) -> bool:
        """Whether a territory that a publication lacks was taken for gone, and came back, or the other way round.

        Then the claims are right only if those of its snapshot are the `gaps` with which the fold began.
        """
        found = self.snapshot.gaps
        return any(lacks(found, *asked) != lacks(self._gaps, *asked) for asked in self._asked)

    def _know(self, meanings: Meanings) -> None:
        """Take in what titles mean, before those at #1 are matched."""
        if meanings.undecided and meanings != self._meanings:
            self._undecided = UndecidedTitles.among(self._catalog, meanings)
        self._meanings = meanings
        self._rolls.know(meanings)

    def advance(self, publication: PublicationSummary) -> list[Claim]:
        """Take in one publication later than all before it, and return the claims that it makes."""
        standings, unseen = self._standings(publication)
        asked = [(standing, rule) for standing in standings for rule in self._rules_of(standing)]
        # Plain changes come first, whatever their scope; all else scope by scope.
        asked.sort(key=lambda pair: pair[1].turn > 0)
        made = [(rule, claim) for standing, rule in asked for claim in rule.claims(standing, self)]
        territories = standings[-1].coverages if standings else ()
        claims, precedents = weighed(said_once(made, publication.chart.kind, territories), self.snapshot.precedents)
        self._remember(publication, standings, unseen, precedents)
        self._standings_now = standings
        return claims

    def skip(self, publication: PublicationSummary) -> None:
        """Take in one publication of which nobody asks what it claims, nor of later ones how rare their claims are."""
        self._remember(publication, *self._standings(publication), self.snapshot.precedents)

    def number_ones(self) -> Mapping[str, tuple[str, ...]]:
        """Return where each work is at #1 with the latest publication, by id."""
        where: dict[str, dict[str, None]] = {}
        for standing in self._standings_now:
            for claimant in standing.current if standing.scope != EVERYWHERE else ():
                where.setdefault(claimant.work_id, {})[standing.scope] = None
        return {work_id: tuple(sorted(territories)) for work_id, territories in where.items()}

    def honour_roll(self, rule: Rule, scope: str) -> HonourRoll:
        """Return the honour roll of a scope as a rule counts it."""
        return self._rolls.of(rule, scope, self.snapshot.scopes.get(scope))

    def additions(self, rule: Rule, standing: Standing) -> HonourRoll:
        """Return what the works that top the scope for the first time now add to that roll."""
        return self._rolls.additions(rule, standing)

    def first_topped(self, standing: Standing, claimant: Claimant) -> date:
        """Return since when a work that is at #1 now, or was before, has topped the scope."""
        state = self.snapshot.scopes.get(standing.scope)
        topped = state.first_topped.get(standing.count, {}) if state else {}
        return topped[claimant.identity].since if claimant.identity in topped else standing.period

    def _rules_of(self, standing: Standing) -> Iterator[Rule]:
        for rule in self._rules.of(standing.rules_scope, standing.publication.chart.list_name):
            if rule.count is standing.count:
                yield rule

    def _remember(
        self,
        publication: PublicationSummary,
        standings: Sequence[Standing],
        unseen: Mapping[str, Coverage],
        precedents: Precedents,
    ) -> None:
        """Make the standings what is known, and the coverage of the scopes that were not seen."""
        known = self.snapshot
        scopes, everywhere = dict(known.scopes), set(known.everywhere)
        for scope, coverage in unseen.items():
            scopes[scope] = replace(scopes.get(scope) or ScopeState(coverage), coverage=coverage)
        for standing in standings:
            scopes[standing.scope] = with_standing(scopes.get(standing.scope), standing)
            everywhere |= {(standing.count, c.key) for c, spread in standing.spreads.items() if spread.is_everywhere}
            self._rolls.keep_up(standing)
        ones = {one for its in publication.number_ones.values() for one in its}
        titles = {Charted.of(one.title, one.kind, one.credit) for one in ones} - known.charted.keys()
        charted = known.charted
        if titles:
            charted = {**charted, **dict.fromkeys(sorted(titles, key=repr), publication.period)}
        renamings = known.renamings
        if publication.renamings:
            renamings = {**renamings, publication.period: publication.renamings}
        self.snapshot = Snapshot(
            scopes,
            frozenset(everywhere),
            renamings,
            charted,
            publication.period,
            known.periods + 1,
            self._meanings,
            self._lent,
            precedents,
        )

    def _standings(self, publication: PublicationSummary) -> tuple[list[Standing], Mapping[str, Coverage]]:
        """Return where each scope of the publication stands, that over all territories last.

        With it the coverage of the scopes of which it is known that they are not in the publication.
        """
        titles = dict.fromkeys(
            (one.title, one.kind, one.id, one.credit) for ones in publication.number_ones.values() for one in ones
        )
        self._not_in = publication.chart.not_in_language
        self._defaults = publication.chart.defaults
        self._rolls.assume(self._defaults)
        self._know(self._catalog.learned(titles, publication.period, self._meanings, self._not_in, self._charted))
        unseen = self._unseen(publication)
        standings: list[Standing] = []
        if not publication.number_ones:
            return standings, unseen
        union = in_fixed_order({one for ones in publication.number_ones.values() for one in ones})
        scoped = (*publication.number_ones.items(), (EVERYWHERE, union))
        for scope, ones in scoped:
            for count in self._rules.counts:
                standing = self._standing(publication, scope, count, ones)
                if scope == EVERYWHERE:
                    territories = self._territories(publication, count, standing.newcomers)
                    coverages = self._coverages(publication, standings, unseen)
                    spreads = spreads_of(standings, count, len(coverages), self.snapshot, self._undecided.namesakes)
                    standing = replace(standing, territories=territories, spreads=spreads, coverages=coverages)
                    if standing.of_method:
                        standing = replace(standing, of_method=over_territories(standing.of_method, standing))
                standings.append(standing)
        return standings, unseen

    def _unseen(self, publication: PublicationSummary) -> Mapping[str, Coverage]:
        """Return the coverage of the scopes whose editions were set aside or withdrawn, or that never were.

        The scope over all territories is among them where the publication has no edition.
        """
        period, chart = publication.period, publication.chart
        known = {scope: state.coverage for scope, state in self.snapshot.scopes.items()}
        is_empty = not publication.number_ones
        missing = {*publication.missing, *([EVERYWHERE] if is_empty else [])}
        never = {t for t in known.keys() - {EVERYWHERE} - missing if publication.is_unpublished(t)}
        if is_empty and not publication.missing and not known.keys() - {EVERYWHERE} - never:
            never |= known.keys() & {EVERYWHERE}
            missing = set()
        after = {scope: known[scope].without(period) for scope in never}
        for scope in missing:
            its = known.get(scope)
            after[scope] = its.missed(period, chart) if its else Coverage.unseen(period, chart)
        return after

    def _standing(
        self, publication: PublicationSummary, scope: str, count: Count, ones: tuple[NumberOne, ...]
    ) -> Standing:
        period = publication.period
        state = self.snapshot.scopes.get(scope)
        before = state.coverage if state and state.coverage.seen else None
        previous = self._claimants(before.number_ones, before.last, count) if before else {}
        current = tuple(self._claimants(ones, period, count))
        newcomers = tuple(claimant for claimant in current if claimant not in previous)
        topped = state.first_topped.get(count, {}) if state else {}
        returning = {c: topped[c.identity].since for c in newcomers if c.identity in topped}
        standing = Standing(
            publication=publication,
            scope=scope,
            count=count,
            coverage=(
                state.coverage.extended(period, ones, publication.chart) if state else Coverage.beginning(period, ones)
            ),
            before=before,
            previous=tuple(previous),
            current=current,
            newcomers=newcomers,
            returning=returning,
            debuts=tuple(claimant for claimant in newcomers if claimant not in returning),
            reigns_before=state.reigns.get(count, Reigns()) if state else Reigns(),
        )
        if self.titles:
            standing = self._undecided.with_namesakes(standing, topped)
        if any(rule.asks_for_runs for rule in self._rules_of(standing)):
            standing = self._undecided.with_reigns_of(standing, state.ended.get(count, {}) if state else {})
        first = publication.chart.first_of_method(period)
        if first and any(rule.is_within_methods for rule in self._rules_of(standing)):
            its = state.of_method.get(count) if state else None
            known = known_of_method(its, before, publication.chart, period)
            of_method = self._undecided.with_reigns_of(since_method(standing, first, known), known.ended)
            standing = replace(standing, of_method=of_method)
        return standing

    def _territories(
        self, publication: PublicationSummary, count: Count, claimants: Iterable[Claimant]
    ) -> Mapping[Claimant, Sequence[str]]:
        """Return where each of the claimants is at #1 now."""
        where: dict[Claimant, list[str]] = {claimant: [] for claimant in claimants}
        for territory, ones in publication.number_ones.items():
            for claimant in self._claimants(ones, publication.period, count):
                if claimant in where:
                    where[claimant].append(territory)
        return where

    def _claimants(self, ones: Sequence[NumberOne], period: date, count: Count) -> dict[Claimant, None]:
        """Return who is at #1, each once, in order of work and season."""
        known, not_in = self._meanings, self._not_in
        works = (
            self._catalog.match(one.title, one.kind, period, known, one.id, not_in=not_in, credit=one.credit)
            for one in ones
        )
        matched = [(with_defaults(work, self._defaults), one) for work, one in zip(works, ones, strict=True)]
        if count is Count.SEASONS:
            found = [Claimant.of_season(work, one.title, one.season) for work, one in matched]
        else:
            found = [Claimant.of(work) for work, _ in matched]
        if self._called:
            found = [replace(claimant, called=self._called.get(claimant.work_id)) for claimant in found]
        if len(found) > 1:
            found.sort(key=lambda claimant: claimant.order)
        return dict.fromkeys(found)

    def _coverages(
        self, publication: PublicationSummary, standings: Iterable[Standing], unseen: Mapping[str, Coverage]
    ) -> Mapping[str, Coverage]:
        """Return what is known of each territory, also that one which the publication just lacks came back later."""
        its = {scope: state.coverage for scope, state in self.snapshot.scopes.items()}
        its |= {**{standing.scope: standing.coverage for standing in standings}, **unseen}
        period, chart = publication.period, publication.chart
        for territory in its.keys() - publication.number_ones.keys() - unseen.keys() - {EVERYWHERE}:
            if self._lacks(territory, period, period):
                its[territory] = its[territory].missed(period, chart)
        for territory in filter(publication.is_unpublished, unseen):
            if self._lacks(territory, its[territory].last + DAY, period - DAY):
                its[territory] = its[territory].missed(chart.before(period), chart)
        return {scope: coverage for scope, coverage in its.items() if scope != EVERYWHERE}

    def _lacks(self, territory: str, first: date, last: date) -> bool:
        """Return whether a territory lacks something from one day to another by the gaps that were given, and note
        that it was asked: a fold that was given other gaps than it finds has to know for what it took them."""
        self._asked.add((territory, first, last))
        return lacks(self._gaps, territory, first, last)


def fold(publications: Iterable[PublicationSummary], catalog: Catalog, rules: RuleSet) -> tuple[list[Claim], Snapshot]:
    """Return all that a chart's publications, oldest first, come to: the definition of its milestones.

    The catalog gets the names that the publications show works to have got.
    """
    timeline = list(publications)
    catalog = with_renamings(catalog, {r for publication in timeline for r in publication.renamings})
    gaps: Gaps = {}
    while True:
        folding = Fold(catalog, rules, gaps=gaps)
        claims = [claim for publication in timeline for claim in folding.advance(publication)]
        if not folding.mistook_a_gap:
            return claims, folding.snapshot
        gaps = folding.snapshot.gaps
