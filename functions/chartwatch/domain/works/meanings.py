"""Meanings: what the titles of a chart have come to mean, where several works of the catalog bear one title."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from chartwatch.domain.works.work import Kind, Work, scheme_of

OF_SEVERAL = ":~"
"""What stands before a number in the id of a title of no catalog that may be another one."""


class Undecided(NamedTuple):
    """A title of which nobody can say which work it means: as charted, since when at #1, and the ids of what it may be.

    The last of these is the work that stands for the title, for it may be none of the catalog's.
    """

    title: str
    kind: Kind | None
    since: date
    may_be: tuple[str, ...]


class Identified(NamedTuple):
    """Which work a provider's id means, since when it was at #1."""

    work_id: str
    since: date


@dataclass(frozen=True, slots=True)
class Meanings:
    """What is known up to a period of the titles that were at #1 of a chart.

    `recent` are the works with namesakes that were there soon after their release. `undecided` has the titles that
    dates do not decide, by the id of the work that stands for each. `by_id` says which work each id of a provider's
    means. `preceded` are the titles that were there soon before a release, each by the id that an undecided one would
    have from that release on.
    """

    recent: frozenset[str] = frozenset()
    undecided: Mapping[str, Undecided] = field(default_factory=dict)
    by_id: Mapping[str, Identified] = field(default_factory=dict)
    preceded: frozenset[str] = frozenset()

    def with_meaning(self, work: Work, title: str, kind: Kind | None, period: date) -> "Meanings":
        """Return the meanings with that of a title which means `work`, one that has namesakes, in a period."""
        if not work.candidates:
            return self if work.id in self.recent else replace(self, recent=self.recent | {work.id})
        if work.id in self.undecided:
            return self
        its = Undecided(title, kind, period, tuple(candidate.id for candidate in work.candidates))
        return replace(self, undecided={**self.undecided, work.id: its})

    def with_others(self, own: Work, others: Sequence[str], kind: Kind | None, period: date) -> "Meanings":
        """Return the meanings with a title of no catalog that may be one of `others`, of which one says less."""
        may_be, last = (*others, own.id), self.among_others(own, period)
        if last and self.undecided[last].may_be == may_be:
            return self
        work_id = _nth(own, int(last.rpartition(OF_SEVERAL)[2]) + 1 if last else 1)
        return replace(self, undecided={**self.undecided, work_id: Undecided(own.title, kind, period, may_be)})

    def among_others(self, own: Work, period: date) -> str | None:
        """Return the id of what stands, in a period, for a title of no catalog that may be another; None for itself."""
        number = 0
        while (its := self.undecided.get(_nth(own, number + 1))) and its.since <= period:
            number += 1
        return _nth(own, number) if number else None

    def with_preceded(self, titles: Iterable[str]) -> "Meanings":
        """Return the meanings with titles that mean something else shortly before a release."""
        more = frozenset(titles) - self.preceded
        return replace(self, preceded=self.preceded | more) if more else self

    def with_id(self, provider_id: str, work: Work, period: date) -> "Meanings":
        """Return the meanings with that of an id, which is seen for the first time."""
        return replace(self, by_id={**self.by_id, provider_id: Identified(work.id, period)})

    def others_of(self, provider_id: str) -> frozenset[str]:
        """Return the works that have another id of the same scheme, which makes them other works."""
        scheme = scheme_of(provider_id)
        return frozenset(
            its.work_id for other, its in self.by_id.items() if other != provider_id and scheme_of(other) == scheme
        )


def _nth(own: Work, number: int) -> str:
    return f"{own.id}{OF_SEVERAL}{number}"


NOTHING_KNOWN = Meanings()


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Which works may be one, since a title may mean either.

    `groups` has for each work that a title may mean all that may be it, itself included.
    """

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each work the others that it may be one with."""
    may_be: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each work what it may be: the groups that it is in."""

    @classmethod
    def among(cls, meanings: Meanings) -> "Namesakes":
        """Return what undecided titles make one, perhaps; two works of two ids are none."""
        ids: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for provider_id, its_work in meanings.by_id.items():
            ids[its_work.work_id][scheme_of(provider_id)] = provider_id

        def are_two(one: str, other: str) -> bool:
            return any(ids[other].get(scheme, its) != its for scheme, its in ids[one].items())

        groups: defaultdict[str, set[str]] = defaultdict(set)
        for work_id, its in meanings.undecided.items():
            for candidate in its.may_be:
                groups[candidate] |= {candidate, work_id}
        others: defaultdict[str, set[str]] = defaultdict(set)
        may_be: defaultdict[str, set[str]] = defaultdict(set)
        for name, members in groups.items():
            for member in members:
                others[member] |= {other for other in members if other != member and not are_two(member, other)}
                may_be[member].add(name)
        return cls(_frozen(groups), _frozen(others), _frozen(may_be))


def _frozen(sets: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {key: frozenset(its) for key, its in sets.items()}


def undecided_work(work_id: str, candidates: Sequence[Work], own: Work) -> Work:
    """Return the work that stands for a title which means one of several works, or none of them, which is `own`.

    Known of it is what is so of all candidates, but for when these came out: its own work may have been there before.
    What is only assumed of one is not known. Of a single one, not yet out, which it may be besides what its title meant
    before, nothing is.
    """
    if len(candidates) == 1:
        return Work(work_id, own.title, own.kind, candidates=(*candidates, own))
    its = [work.without_assumed() for work in candidates]
    kinds = {work.kind for work in its}
    languages = {work.original_language for work in its}
    countries = {(work.origin_countries, work.is_main_country_known) for work in its}
    origin, is_main_country_known = countries.pop() if len(countries) == 1 else ((), True)
    return Work(
        id=work_id,
        title=own.title,
        kind=own.kind or (kinds.pop() if len(kinds) == 1 else None),
        original_language=languages.pop() if len(languages) == 1 else None,
        origin_countries=origin,
        is_main_country_known=is_main_country_known,
        candidates=(*candidates, own),
    )
