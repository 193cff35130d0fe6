"""Rules as values: which works count, how they are grouped, and at which numbers something is worth telling."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from chartwatch.domain.works.languages import is_one_of, whole_language
from chartwatch.domain.works.work import OWN_FACT, Word, Work

if TYPE_CHECKING:
    from chartwatch.domain.rules.claims import Claim
    from chartwatch.domain.rules.firsts import Past
    from chartwatch.domain.rules.standing import Standing
    from chartwatch.domain.rules.written import WrittenRule


MOST = 10_000
"""The greatest number that a rule may tell of."""

FIRST_YEAR, LAST_YEAR = 1880, 2100
"""Between which years works may have been released."""

# The parts of places, of which the forms of a kind's places are made.
NUMBER = r"(?P<n>[1-9]\d{0,3}|10000)"
GROUP = "(?P<group>[^:]+)"
WORK = "(?P<work>.+)"
DATE = r"\d{4}-\d\d-\d\d"

WORDING = "wording"
"""Marks, among the metadata of a rule's fields, those that change what it says and not what it counts."""

OPTION = "option"
"""Marks those that stand in the digest of what a rule counts where they are not as usual: other rules keep theirs."""


class Priority(IntEnum):
    """How much a milestone is worth: races and firsts above nths, above spreads and reigns, above plain changes."""

    CHANGE = 1
    LASTING = 2
    NTH = 3
    FIRST = 4


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


class Fact(Word):
    """A fact of a work that rules ask for: one of `FACTS`, or one of a catalog's own, such as `fact:holiday`."""

    __slots__ = ()

    WORK_KIND: ClassVar[Self]
    ORIGINAL_LANGUAGE: ClassVar[Self]
    ORIGIN_COUNTRY: ClassVar[Self]
    RELEASE_YEAR: ClassVar[Self]
    CREATOR: ClassVar[Self]
    MAIN_CREATOR: ClassVar[Self]
    CREATOR_COUNTRY: ClassVar[Self]

    @property
    def is_own(self) -> bool:
        """Whether it is one of a catalog's own."""
        return self.startswith(OWN_FACT)

    def of(self, work: Work, origin: Origin) -> tuple[str, ...]:
        """Return the values of the fact, none when it is unknown.

        Countries, creators and facts of a catalog's own may have several.
        """
        if values := _VALUES.get(self):
            return values(work, origin)
        return tuple(value for name, value in work.own_facts if name == self)


_NAMES = "work_kind original_language origin_country release_year creator main_creator creator_country"

FACTS = tuple(map(Fact, _NAMES.split()))
"""The facts that every catalog has."""

(
    Fact.WORK_KIND,
    Fact.ORIGINAL_LANGUAGE,
    Fact.ORIGIN_COUNTRY,
    Fact.RELEASE_YEAR,
    Fact.CREATOR,
    Fact.MAIN_CREATOR,
    Fact.CREATOR_COUNTRY,
) = FACTS

WHOSE = (Fact.CREATOR, Fact.MAIN_CREATOR)
"""The facts that say whose a work is."""


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


_VALUES: Mapping[Fact, Callable[[Work, Origin], tuple[str, ...]]] = {
    Fact.WORK_KIND: lambda work, _: _one(work.kind),
    Fact.ORIGINAL_LANGUAGE: lambda work, _: _one(work.original_language and whole_language(work.original_language)),
    Fact.ORIGIN_COUNTRY: lambda work, origin: work.origin_countries if origin is Origin.ANY else _main_country(work),
    Fact.RELEASE_YEAR: lambda work, _: _one(str(work.release_date.year) if work.release_date else None),
    Fact.CREATOR: lambda work, _: (*work.creators, *work.featured),
    Fact.MAIN_CREATOR: lambda work, _: work.creators,
    Fact.CREATOR_COUNTRY: lambda work, _: () if work.lacks_creator_country else work.creator_countries,
}


def _main_country(work: Work) -> tuple[str, ...]:
    return work.origin_countries[:1] if work.is_main_country_known else ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of `where`: the fact is one of `values`, or none of them when `negated`.

    Years stand in `values` one by one.
    """

    fact: Fact
    values: frozenset[str]
    negated: bool = False

    def verdict(self, work: Work, origin: Origin) -> bool | None:
        """Return whether the work meets the condition; None when what is unknown could decide it."""
        said = self.fact.of(work, origin)
        if self.fact == Fact.ORIGINAL_LANGUAGE and work.original_language:
            verdict = is_one_of(work.original_language, self.values)
            return None if verdict is None else verdict is not self.negated
        if not said and self.fact == Fact.ORIGIN_COUNTRY and work.origin_countries:
            verdicts = {(country in self.values) is not self.negated for country in work.origin_countries}
            return verdicts.pop() if len(verdicts) == 1 else None
        return None if not said else (not self.values.isdisjoint(said)) is not self.negated


@dataclass(frozen=True, slots=True)
class Lists:
    """Which charts a rule is about, by their list: one of `names`, or none of them when `negated`."""

    names: frozenset[str]
    negated: bool = False

    def hold(self, listed: str) -> bool:
        """Return whether the rule is about charts of that list."""
        return (listed in self.names) is not self.negated


class Place(NamedTuple):
    """What the last part of a slot's id says; None for what those of its form do not say.

    `work` is the key of a work, or of a season; `since` is when the chart came to rank as it did.
    """

    n: int | None = None
    group: str | None = None
    work: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Rule(ABC):
    """A declared milestone; each kind of rule is a class of its own, which `domain.rules.kinds` lists.

    `at` is sorted. `headline` and `brief` (for a subject line) are templates, which may name `written.PLACEHOLDERS`.
    """

    kind: ClassVar[str]
    """What the kind is called in a rules file."""
    written: ClassVar["type[WrittenRule]"]
    """How a rule of the kind stands in a file."""
    worth: ClassVar[Priority]
    """How much its milestones are worth, unless that depends on the number."""
    vacancy: ClassVar[str] = "Nothing holds {slot}"
    """A template of the sentence that nobody holds a place; `{where}` is the scope, `{count}` how many works count."""
    turn: ClassVar[int]
    """Claims of one publication are made in this order; those of one turn in the order of their rules."""
    is_of_groups: ClassVar[bool] = False
    """Whether a slot is a group's, and its works only complete it."""
    is_of_firsts: ClassVar[bool] = False
    """Whether its claims rest on all of the record, which a chart may ask to be long enough (`Chart.min_periods`)."""
    names_its_work: ClassVar[bool] = False
    """Whether the place of a slot begins with its work: a slot of its own for each, which `group` says."""
    asks_for_runs: ClassVar[bool] = False
    """Whether its claims are about runs at #1."""
    is_dated: ClassVar[bool] = False
    """Whether a slot is of one period for ever, which is its place."""

    id: str
    scope: Scope
    headline: str = field(metadata={WORDING: True})
    brief: str = field(metadata={WORDING: True})
    where: tuple[Condition, ...] = ()
    per: Fact | None = None
    at: tuple[int, ...] = ()
    count: Count = Count.WORKS
    lists: Lists | None = None
    origin: Origin = Origin.MAIN

    @abstractmethod
    def claims(self, standing: "Standing", past: "Past") -> Iterable["Claim"]:
        """Return what the rule claims of a standing of its scope that counts as it does."""

    @classmethod
    def priority(cls, n: int | None) -> Priority:
        """Return how much a milestone of the kind is worth."""
        del n
        return cls.worth

    @abstractmethod
    def places(self) -> Mapping[str, str]:
        """Return the forms that its places may have: in words, and as a regular expression with parts of `Place`."""

    def read_place(self, written: str) -> Place | None:
        """Return what the last part of a slot's id says; None when it is of no form that the rule's places have."""
        for form in self.places().values():
            if found := re.fullmatch(form, written):
                said = found.groupdict()
                n = int(said["n"]) if "n" in said else None
                return Place(n, said.get("group"), said.get("work"), said.get("since"))
        return None

    @property
    def marks(self) -> tuple[str, ...]:
        """What the rule tells of, as a list of rules shows it: the numbers, and the kind's own marks."""
        return tuple(map(str, self.at))

    def is_about(self, listed: str) -> bool:
        """Return whether the rule is about charts of a list."""
        return self.lists is None or self.lists.hold(listed)

    def verdict(self, work: Work) -> bool | None:
        """Return whether a work qualifies: no, if any condition fails; else None, if any needed fact is unknown."""
        is_known = not self.per or bool(self.per.of(work, self.origin))
        for condition in self.where:
            verdict = condition.verdict(work, self.origin)
            if verdict is False:
                return False
            is_known = is_known and verdict is not None
        return True if is_known else None

    @property
    def facts(self) -> frozenset[Fact]:
        """The facts of a work that decide whether it qualifies, and for which group."""
        return frozenset({condition.fact for condition in self.where} | ({self.per} if self.per else set()))

    def unknown_facts(self, work: Work) -> tuple[Fact, ...]:
        """Return the facts for whose lack the rule cannot decide on a work."""
        needed = self.facts
        named = (*FACTS, *sorted(fact for fact in needed if fact.is_own))
        undecided = {its.fact for its in self.where if its.verdict(work, self.origin) is None}
        return tuple(f for f in named if f in undecided or (f in needed and not f.of(work, self.origin)))

    def assumed_facts(self, work: Work) -> tuple[Fact, ...]:
        """Return the facts that are assumed of a work, if the rule could not decide on it without them."""
        certain = work.without_assumed()
        if certain is work or self.verdict(work) is None or self.verdict(certain) is not None:
            return ()
        return self.unknown_facts(certain)

    def groups(self, work: Work) -> tuple[str | None, ...]:
        """Return the groups a qualifying work counts for; the one group None when the rule makes none."""
        return self.per.of(work, self.origin) if self.per else (None,)

    @property
    def is_within_methods(self) -> bool:
        """Whether its runs end where the chart comes to rank by something else."""
        return False

    @property
    def asks_for_origin(self) -> bool:
        """Whether it makes a difference for which of its countries a work counts."""
        return Fact.ORIGIN_COUNTRY in self.facts


class RuleSet(Sequence[Rule]):
    """The rules in force, in the order of their file. `versions` has a digest of what each counts, by id."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Keep `rules`; their ids must differ."""
        self._rules = tuple(rules)
        self.versions: Mapping[str, str] = {rule.id: _version(rule) for rule in self._rules}
        self._about: dict[tuple[Scope, str], tuple[Rule, ...]] = {}
        self.counts = tuple(count for count in Count if any(rule.count is count for rule in self._rules))

    def of(self, scope: Scope, listed: str) -> Sequence[Rule]:
        """Return the rules of a scope for the charts of a list, in the order in which they make their claims."""
        key = scope, listed
        if key not in self._about:
            its = (rule for rule in self._rules if rule.scope is scope and rule.is_about(listed))
            self._about[key] = tuple(sorted(its, key=lambda rule: rule.turn))
        return self._about[key]

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._rules)

    def __getitem__(self, index: int) -> Rule:  # type: ignore[override]  # a slice of rules has no version
        """Return the rule at `index`."""
        return self._rules[index]


def _version(rule: Rule) -> str:
    """Return a digest of what a rule counts; its wording does not matter."""
    where = sorted((c.fact, sorted(c.values), c.negated) for c in rule.where)
    meaning = {
        field.name: said
        for field in fields(rule)
        for said in [getattr(rule, field.name)]
        if not field.metadata.get(WORDING) and not (field.metadata.get(OPTION) and said == field.default)
    }
    meaning |= {
        "kind": rule.kind,
        "where": where,
        "lists": rule.lists and (sorted(rule.lists.names), rule.lists.negated),
    }
    return hashlib.sha256(repr(sorted(meaning.items())).encode()).hexdigest()[:16]
