"""Honour rolls of a chart's scopes as each rule counts them, by what is known of the works that have topped them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chartwatch.domain.milestones.eligibility import eligibility, work_of
from chartwatch.domain.milestones.snapshot import ScopeState, topped_first
from chartwatch.domain.rules.firsts import Eligibility, HonourRoll, Topped
from chartwatch.domain.rules.rule import Count, Origin, Rule, RuleSet
from chartwatch.domain.rules.standing import Standing
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.defaults import Defaults, with_defaults
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.work import Work

_Scoped = tuple[str, Count]
"""A scope, and whether works or seasons are counted in it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sort:
    """A sort of works, all that rules ask of which is the same: they count alike. `work` is one of them."""

    work: Work


class _Sorted(NamedTuple):
    """Works that have topped a scope, in order, and the sort of each."""

    topped: Sequence[Topped]
    sorts: Sequence[_Sort]


class HonourRolls:
    """Honour rolls that are made when a claim asks for one, and kept up from then on.

    All of them follow from who topped what first, and from what is known of works.
    """

    def __init__(self, catalog: Catalog, rules: RuleSet) -> None:
        """Begin with none; what titles mean, and what the chart says of works, is known only once it is told."""
        self._catalog = catalog
        self._asked = {fact for rule in rules for fact in rule.facts}
        self._topped: dict[_Scoped, _Sorted] = {}
        self._rolls: dict[_Scoped, dict[tuple[str, Origin], tuple[Rule, HonourRoll]]] = {}
        self._sorts: dict[tuple[object, ...], _Sort] = {}
        self._sort_of: dict[tuple[str, str | None], _Sort] = {}
        self._eligible: dict[object, dict[_Sort, Eligibility]] = {}
        self._meanings = NOTHING_KNOWN
        self._defaults: Defaults | None = None

    def know(self, meanings: Meanings) -> None:
        """Take in what titles mean, for the works that are added from now on."""
        self._meanings = meanings

    def assume(self, defaults: Defaults | None) -> None:
        """Take what the chart says now of works of which nothing is known: all that topped it count by that."""
        if defaults != self._defaults:
            self._defaults = defaults
            for known in (self._topped, self._rolls, self._sorts, self._sort_of, self._eligible):
                known.clear()

    def of(self, rule: Rule, scope: str, state: ScopeState | None) -> HonourRoll:
        """Return the honour roll of a scope, of which `state` is known, as a rule counts it."""
        scoped = scope, rule.count
        if scoped not in self._topped:
            topped = state.first_topped.get(rule.count, {}).values() if state else ()
            self._topped[scoped] = self._sorted(topped)
        rolls = self._rolls.setdefault(scoped, {})
        if (rule.id, rule.origin) not in rolls:
            rolls[rule.id, rule.origin] = rule, self._added(HonourRoll(), rule, self._topped[scoped])
        return rolls[rule.id, rule.origin][1]

    def additions(self, rule: Rule, standing: Standing) -> HonourRoll:
        """Return what the works that top a scope for the first time with a standing add to its roll."""
        return self._added(HonourRoll(), rule, self._sorted(topped_first(standing)))

    def keep_up(self, standing: Standing) -> None:
        """Add those works to the rolls of the scope that were asked for before."""
        scoped = standing.scope, standing.count
        if scoped not in self._topped:
            return
        known, new = self._topped[scoped], self._sorted(topped_first(standing))
        self._topped[scoped] = _Sorted([*known.topped, *new.topped], [*known.sorts, *new.sorts])
        for rule, roll in self._rolls[scoped].values():
            self._added(roll, rule, new)

    def _added(self, roll: HonourRoll, rule: Rule, works: _Sorted) -> HonourRoll:
        """Return the roll with further works added, each by what is known of it."""
        known = self._eligible.setdefault((rule.where, rule.per, rule.origin), {})
        for sort in set(works.sorts) - known.keys():
            known[sort] = eligibility(rule, sort.work)
        roll.add(works.topped, [known[sort] for sort in works.sorts])
        return roll

    def _sorted(self, topped: Iterable[Topped]) -> _Sorted:
        its = list(topped)
        return _Sorted(its, [self._sort_of.get((one.work_id, one.credit)) or self._sort(one) for one in its])

    def _sort(self, topped: Topped) -> _Sort:
        """Return the sort of a work by what rules ask of it."""
        work = with_defaults(work_of(topped, self._catalog, self._meanings), self._defaults)
        said = [fact.of(work, Origin.ANY) for fact in self._asked]
        facts = work.original_language, work.assumed, work.is_main_country_known, *said
        its = self._sort_of[topped.work_id, topped.credit] = self._sorts.setdefault(facts, _Sort(work))
        return its
