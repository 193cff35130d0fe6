"""Rules as values: which works count, how they are grouped, and at which numbers something is worth telling."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from chartwatch.domain.works.work import Work


class RuleKind(StrEnum):
    """What makes a milestone of the rule (docs/adr/0002 has the exact meaning)."""

    CHANGE = "change"
    NTH = "nth"
    RACE = "race"
    SPREAD = "spread"
    REIGN = "reign"


class Scope(StrEnum):
    """Where a rule counts: in each territory of a chart by itself, or over all of them."""

    TERRITORY = "territory"
    CHART = "chart"


class Count(StrEnum):
    """What a rule counts as one: a work, or each season of it, however labelled."""

    WORKS = "works"
    SEASONS = "seasons"


class Origin(StrEnum):
    """For which of its countries a work counts: the first-listed one, or each."""

    MAIN = "main"
    ANY = "any"

    @property
    def other(self) -> "Origin":
        """The other policy."""
        return Origin.ANY if self is Origin.MAIN else Origin.MAIN


class Returns(StrEnum):
    """Whether a `change` rule tells of works that had topped there before."""

    ALSO = "also"
    ONLY = "only"
    NEVER = "never"

    def admits(self, returns: bool) -> bool:
        """Return whether a work that returns, or does not, is told of."""
        return self is Returns.ALSO or (self is Returns.ONLY) is returns


class Fact(StrEnum):
    """A fact of a work that rules ask for."""

    WORK_KIND = "work_kind"
    ORIGINAL_LANGUAGE = "original_language"
    ORIGIN_COUNTRY = "origin_country"
    RELEASE_YEAR = "release_year"

    def of(self, work: Work, origin: Origin) -> tuple[str, ...]:
        """Return the fact; several values only for countries of origin, none when it is unknown."""
        match self:
            case Fact.WORK_KIND:
                value: str | None = work.kind
            case Fact.ORIGINAL_LANGUAGE:
                value = work.original_language
            case Fact.RELEASE_YEAR:
                value = str(work.release_date.year) if work.release_date else None
            case Fact.ORIGIN_COUNTRY:
                return work.origin_countries if origin is Origin.ANY else work.origin_countries[:1]
        return () if value is None else (value,)


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of `where`: the fact is one of `values`, or none of them when `negated`.

    Years stand in `values` one by one.
    """

    fact: Fact
    values: frozenset[str]
    negated: bool = False

    def verdict(self, work: Work, origin: Origin) -> bool | None:
        """Return whether the work meets the condition; None when the fact is unknown."""
        said = self.fact.of(work, origin)
        return None if not said else (not self.values.isdisjoint(said)) is not self.negated


@dataclass(frozen=True, slots=True)
class Lists:
    """Which charts a rule is about, by their list: one of `names`, or none of them when `negated`."""

    names: frozenset[str]
    negated: bool = False

    def hold(self, listed: str) -> bool:
        """Return whether the rule is about charts of that list."""
        return (listed in self.names) is not self.negated


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared kind of milestone.

    `at` is sorted; it is empty for `change`. `headline` and `brief` (for a subject line) are templates with the places
    that `chartwatch.rules` allows; `return_headline` and `return_brief` take their place in a `change` to works that
    had topped there before. `everywhere` is the `all` of a spread, `record` and `total` are a reign's.
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
    lists: Lists | None = None
    origin: Origin = Origin.MAIN
    returns: Returns = Returns.ALSO
    everywhere: bool = False
    record: bool = False
    total: bool = False
    return_headline: str = ""
    return_brief: str = ""

    def is_about(self, listed: str) -> bool:
        """Return whether the rule is about charts of a list."""
        return self.lists is None or self.lists.hold(listed)

    def verdict(self, work: Work) -> bool | None:
        """Return whether a work qualifies: no, if any condition fails; else None, if any needed fact is unknown."""
        verdicts = [condition.verdict(work, self.origin) for condition in self.where]
        if False in verdicts:
            return False
        return None if None in verdicts or (self.per and not self.per.of(work, self.origin)) else True

    def unknown_facts(self, work: Work) -> tuple[Fact, ...]:
        """Return the facts for whose lack the rule cannot decide on a work."""
        needed = {condition.fact for condition in self.where} | ({self.per} if self.per else set())
        return tuple(fact for fact in Fact if fact in needed and not fact.of(work, self.origin))

    def groups(self, work: Work) -> tuple[str | None, ...]:
        """Return the groups a qualifying work counts for; the one group None when the rule makes none."""
        return self.per.of(work, self.origin) if self.per else (None,)

    @property
    def asks_for_origin(self) -> bool:
        """Whether it makes a difference for which of its countries a work counts."""
        return self.per is Fact.ORIGIN_COUNTRY or any(c.fact is Fact.ORIGIN_COUNTRY for c in self.where)

    def under_other_policy(self) -> "Rule":
        """Return the same rule, counting works for their countries the other way."""
        return replace(self, id=f"{self.id}~{self.origin.other}", origin=self.origin.other)


class RuleSet(Sequence[Rule]):
    """The rules in force, in the order of their file. `versions` has a digest of what each counts, by id."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Keep `rules`; their ids must differ."""
        self._rules = tuple(rules)
        self.versions: Mapping[str, str] = {rule.id: _version(rule) for rule in self._rules}
        self._about: dict[tuple[Scope, str], tuple[Rule, ...]] = {}
        self.counts = tuple(count for count in Count if any(rule.count is count for rule in self._rules))

    def of(self, scope: Scope, listed: str) -> Sequence[Rule]:
        """Return the rules of a scope for the charts of a list."""
        key = scope, listed
        if key not in self._about:
            self._about[key] = tuple(rule for rule in self._rules if rule.scope is scope and rule.is_about(listed))
        return self._about[key]

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._rules)

    def __getitem__(self, index: int) -> Rule:  # type: ignore[override]  # a slice of rules has no version
        """Return the rule at `index`."""
        return self._rules[index]


def _version(rule: Rule) -> str:
    """Return a digest of what a rule counts; its wording does not matter."""
    where = sorted((c.fact.value, sorted(c.values), c.negated) for c in rule.where)
    meaning = (
        rule.kind.value,
        rule.scope.value,
        where,
        rule.lists and (sorted(rule.lists.names), rule.lists.negated),
        rule.per and rule.per.value,
        rule.at,
        rule.count.value,
        rule.origin.value,
        rule.returns.value,
        rule.everywhere,
        rule.record,
        rule.total,
    )
    return hashlib.sha256(repr(meaning).encode()).hexdigest()[:16]
