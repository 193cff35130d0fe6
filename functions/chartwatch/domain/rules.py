"""Rules as values: which works count, how they are grouped, and at which numbers something is worth telling."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chartwatch.domain.catalog import Work


class RuleKind(StrEnum):
    """What makes a milestone of the rule (docs/adr/0002 has the exact meaning)."""

    CHANGE = "change"
    NTH = "nth"
    RACE = "race"


class Scope(StrEnum):
    """Where a rule counts: in each territory of a chart by itself, or over all of them."""

    TERRITORY = "territory"
    CHART = "chart"


class Count(StrEnum):
    """What a rule counts as one: a work, or each season of it as charted."""

    WORKS = "works"
    SEASONS = "seasons"


class Fact(StrEnum):
    """A fact of a work that rules ask for."""

    WORK_KIND = "work_kind"
    ORIGINAL_LANGUAGE = "original_language"
    ORIGIN_COUNTRY = "origin_country"

    def of(self, work: Work) -> str | None:
        """Return the fact, or None when it is unknown."""
        match self:
            case Fact.WORK_KIND:
                return work.kind
            case Fact.ORIGINAL_LANGUAGE:
                return work.original_language
            case Fact.ORIGIN_COUNTRY:
                return work.main_country


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of `where`: the fact is one of `values`, or none of them when `negated`."""

    fact: Fact
    values: frozenset[str]
    negated: bool = False

    def verdict(self, work: Work) -> bool | None:
        """Return whether the work meets the condition; None when the fact is unknown."""
        value = self.fact.of(work)
        return None if value is None else (value in self.values) is not self.negated


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared kind of milestone. `at` is sorted; it is empty for `change`, which takes no `where` nor `per`.

    `headline` and `brief` (for a subject line) are templates with the places that `chartwatch.rules` allows.
    """

    id: str
    kind: RuleKind
    scope: Scope
    headline: str
    brief: str
    where: tuple[Condition, ...] = ()
    per: Fact | None = None
    at: tuple[int, ...] = ()
    count: Count = Count.WORKS

    def verdict(self, work: Work) -> bool | None:
        """Return whether a work qualifies: no, if any condition fails; else None, if any needed fact is unknown."""
        verdicts = [condition.verdict(work) for condition in self.where]
        if False in verdicts:
            return False
        return None if None in verdicts or (self.per and self.per.of(work) is None) else True

    def unknown_facts(self, work: Work) -> tuple[Fact, ...]:
        """Return the facts for whose lack the rule cannot decide on a work."""
        needed = {condition.fact for condition in self.where} | ({self.per} if self.per else set())
        return tuple(fact for fact in Fact if fact in needed and fact.of(work) is None)

    def group(self, work: Work) -> str | None:
        """Return the group a qualifying work counts for, or None when the rule makes no groups."""
        return self.per.of(work) if self.per else None


class RuleSet(Sequence[Rule]):
    """The rules in force, in the order of their file. `versions` has a digest of what each counts, by id."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Keep `rules`; their ids must differ."""
        self._rules = tuple(rules)
        self.versions = {rule.id: _version(rule) for rule in self._rules}
        self._by_scope = {scope: tuple(rule for rule in self._rules if rule.scope is scope) for scope in Scope}
        self.counts = tuple(count for count in Count if any(rule.count is count for rule in self._rules))

    def of(self, scope: Scope) -> Sequence[Rule]:
        """Return the rules of a scope."""
        return self._by_scope[scope]

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._rules)

    def __getitem__(self, index: int) -> Rule:  # type: ignore[override]  # a slice of rules has no version
        """Return the rule at `index`."""
        return self._rules[index]


def _version(rule: Rule) -> str:
    """Return a digest of what a rule counts; its wording does not matter."""
    where = sorted((c.fact.value, sorted(c.values), c.negated) for c in rule.where)
    meaning = (rule.kind.value, rule.scope.value, where, rule.per and rule.per.value, rule.at, rule.count.value)
    return hashlib.sha256(repr(meaning).encode()).hexdigest()[:16]
