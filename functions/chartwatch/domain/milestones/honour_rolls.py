"""Honour rolls of a chart's scopes as each rule counts them, by what is known of the works that have topped them."""

from collections.abc import Iterable

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


class HonourRolls:
    """Honour rolls that are made when a claim asks for one, and kept up from then on.

    All of them follow from who topped what first, and from what is known of works.
    """

    def __init__(self, catalog: Catalog, rules: RuleSet) -> None:
        """Begin with none; what titles mean, and what the chart says of works, is known only once it is told."""
        self._catalog = catalog
        self._asked = {fact for rule in rules for fact in rule.facts}
        self._rolls: dict[_Scoped, dict[tuple[str, Origin], tuple[Rule, HonourRoll]]] = {}
        self._facts: dict[tuple[str, str | None], tuple[object, ...]] = {}
        self._eligible: dict[object, dict[tuple[object, ...], Eligibility]] = {}
        self._meanings = NOTHING_KNOWN
        self._defaults: Defaults | None = None

    def know(self, meanings: Meanings) -> None:
        """Take in what titles mean, for the works that are added from now on."""
        self._meanings = meanings

    def assume(self, defaults: Defaults | None) -> None:
        """Take what the chart says now of works of which nothing is known: all that topped it count by that."""
        if defaults != self._defaults:
            self._defaults = defaults
            for known in (self._rolls, self._facts, self._eligible):
                known.clear()

    def of(self, rule: Rule, scope: str, state: ScopeState | None) -> HonourRoll:
        """Return the honour roll of a scope, of which `state` is known, as a rule counts it."""
        rolls = self._rolls.setdefault((scope, rule.count), {})
        if (rule.id, rule.origin) not in rolls:
            topped = state.first_topped.get(rule.count, {}).values() if state else ()
            rolls[rule.id, rule.origin] = rule, self._added(HonourRoll(), rule, topped)
        return rolls[rule.id, rule.origin][1]

    def additions(self, rule: Rule, standing: Standing) -> HonourRoll:
        """Return what the works that top a scope for the first time with a standing add to its roll."""
        return self._added(HonourRoll(), rule, topped_first(standing))

    def keep_up(self, standing: Standing) -> None:
        """Add those works to the rolls of the scope that were asked for before."""
        for rule, roll in self._rolls.get((standing.scope, standing.count), {}).values():
            self._added(roll, rule, topped_first(standing))

    def _added(self, roll: HonourRoll, rule: Rule, topped: Iterable[Topped]) -> HonourRoll:
        """Return the roll with further works added, each by what is known of it."""
        its = list(topped)
        known = self._eligible.setdefault((rule.where, rule.per, rule.origin), {})
        facts = [self._facts.get((one.work_id, one.credit)) or self._facts_of(one) for one in its]
        for one, of_it in zip(its, facts, strict=True):
            if of_it not in known:
                known[of_it] = eligibility(rule, self._work_of(one))
        roll.add(its, [known[of_it] for of_it in facts])
        return roll

    def _facts_of(self, topped: Topped) -> tuple[object, ...]:
        """Return what rules ask of a work: works of the same facts are eligible alike."""
        work = self._work_of(topped)
        asked = (fact.of(work, Origin.ANY) for fact in self._asked)
        its = self._facts[topped.work_id, topped.credit] = work.assumed, work.is_main_country_known, *asked
        return its

    def _work_of(self, topped: Topped) -> Work:
        return with_defaults(work_of(topped, self._catalog, self._meanings), self._defaults)
