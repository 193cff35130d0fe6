"""Claims that somebody makes, what is to be said of them, and the record of a scope that they are measured by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.milestones.fold import fold, work_of
from chartwatch.domain.rules.certain import Missing, out_by_then
from chartwatch.domain.rules.claims import Claim, facts_in_words
from chartwatch.domain.rules.evidence import Gap
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Count, Rule, RuleSet
from chartwatch.domain.rules.standing import EVERYWHERE, EndedRuns, Possible, Reigns
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import Claimant, claimant_key, name_of
from chartwatch.domain.works.work import Work

Timeline = Sequence[PublicationSummary]
"""The publications of a chart, oldest first."""


class Verdict(StrEnum):
    """What is to be said of a claim."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Assertion:
    """What somebody claims: that a work, or a group, holds a place of a rule, whose headline must say the number.

    `place` is the last part of a slot's id. For `nth` and `race` it says `n`; `group` is that of an `nth`, or the one
    that is said to have won a race. `works` are the ids of those that `title` may mean; without any, the question is
    who holds the place.
    """

    rule: Rule
    place: str
    n: int | None = None
    group: str | None = None
    title: str = ""
    works: frozenset[str] = frozenset()


class Record(NamedTuple):
    """What is known of a scope: from the first period to the last, how many were expected and seen, and the gaps."""

    first: date
    last: date
    expected: int
    seen: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said of a claim on one chart. `territory` is `*` over all territories.

    `n` and `period` are the right ones, as far as known. `before` are those that hold earlier places; of a race, the
    works that counted before. `reasons` say why it is unknown.
    """

    verdict: Verdict
    chart: Chart
    territory: str
    sentence: str
    record: Record
    n: int | None = None
    period: date | None = None
    holders: tuple[Holder, ...] = ()
    before: tuple[Holder, ...] = ()
    reasons: tuple[str, ...] = ()


class ToppedWork(NamedTuple):
    """A work, or a season of it, that has topped the scope."""

    work: Work
    season: str | None
    since: date
    label: str | None

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return name_of(self.work.title, self.label or self.season)

    def holder(self, group: str | None = None) -> Holder:
        """Return it as the holder of a slot."""
        return Holder(self.work.id, self.work.title, self.since, self.season, group, label=self.label)


class RunsOf(NamedTuple):
    """What is known of the runs of a work at #1: periods in all, and the longest run with its first and last period.

    `most` and `most_in_all` are how many periods the longest run, and all of them, may have had, for what is `unknown`.
    """

    total: int
    longest: int
    first: date | None
    last: date | None
    most: int
    most_in_all: int
    unknown: tuple[Missing, ...]


class AskedScope:
    """All that a claim is measured by, in one territory or over all."""

    def __init__(self, said: Assertion, territory: str, timeline: Timeline, catalog: Catalog) -> None:
        """Fold the publications of the scope, with every number of the rule told."""
        its = _restricted(timeline, territory)
        titles = len({one for publication in its for ones in publication.number_ones.values() for one in ones})
        self.rule = said.rule
        if isinstance(said.rule, FirstsRule):
            self.rule = replace(said.rule, at=tuple(range(1, titles + 1)))
        claims, snapshot = fold(its, catalog, RuleSet([self.rule]))
        self.territory = territory
        self.chart = its[-1].chart
        self.catalog = catalog
        self.claims = [claim for claim in claims if claim.territory == territory]
        self._timeline, self._state, self._meanings = its, snapshot.scopes[territory], snapshot.meanings
        state = self._state
        coverage = state.coverage
        expected = coverage.expected(coverage.last, self.chart)
        self.record = Record(coverage.first, coverage.last, expected, coverage.seen, coverage.gaps)
        whole = [Missing(gap) for gap in coverage.gaps]
        parts = (
            Missing(gap, of)
            for of, its in sorted(snapshot.scopes.items())
            for gap in its.coverage.gaps
            if EVERYWHERE == territory != of and gap not in coverage.gaps
        )
        self.missing = sorted([*whole, *parts], key=lambda each: (each.gap, each.territory or ""))
        self.topped = sorted(
            (
                ToppedWork(work_of(topped, catalog, snapshot.meanings), topped.season, topped.since, topped.label)
                for topped in state.first_topped.get(self.rule.count, {}).values()
            ),
            key=lambda topped: (topped.since, topped.work.id, topped.season or ""),
        )

    @property
    def where(self) -> str:
        """The chart and the territory, in words."""
        return f"{self.chart.name} in {words.territory_name(self.territory)}"

    def counted(self, periods: int) -> str:
        """Return "five weeks"."""
        return f"{words.cardinal(periods)} {self.chart.cadence}{'' if periods == 1 else 's'}"

    @property
    def span(self) -> str:
        """The time that the record covers, in words."""
        return f"in records from {self.record.first} to {self.record.last}"

    def missing_by(self, period: date) -> list[date]:
        """Return since when editions are missing that come before a period, or, of a single territory, with it."""
        return [
            each.gap[0] for each in self.missing if each.gap[0] < period or (each.territory and each.gap[0] == period)
        ]

    def runs_of(self, key: str) -> RunsOf:
        """Return what is known of the runs of a work, or a season, by `Claimant.key`."""
        known = [p.period for p in self._timeline if key in self._keys_at(p)]
        total, longest, ends, length = len(known), 0, None, 0
        never, begins, since = self._state.coverage.unpublished, None, None
        for before, period in zip((None, *known), known, strict=False):
            goes_on = before is not None and not self.chart.missing_between(before, period, never)
            length, begins = (length + 1, begins) if goes_on else (1, period)
            if length > longest:
                longest, since, ends = length, begins, period
        reigns = self._state.reigns.get(self.rule.count, Reigns())
        run = reigns.runs.get(key)
        past = run.past if run else self._state.ended.get(self.rule.count, {}).get(key, EndedRuns())
        work = next((topped.work for topped in self.topped if claimant_key(topped.work.id, topped.season) == key), None)
        stretches = [
            tuple(u for gap in stretch if (u := out_by_then(gap, work or Work(key, key), self.chart)))
            for stretch in self._state.coverage.stretches(self.chart)
        ]
        usable = [gap for stretch in stretches for gap in stretch]
        possible = [
            past.possible,
            *([run.possible] if run else []),
            *(Possible(sum(self.chart.periods(*u) for u in its), its) for its in stretches if its),
        ]
        before_record = {gap for its in possible for gap in its.through if gap[1] < self.record.first}
        gaps = sorted({*before_record, *usable})
        return RunsOf(
            total,
            longest,
            since,
            ends,
            max((its.length for its in possible), default=0),
            total + sum(self.chart.periods(*gap) for gap in gaps),
            tuple(Missing(gap, claimant=Claimant.of(work) if work and gap in before_record else None) for gap in gaps),
        )

    def _keys_at(self, publication: PublicationSummary) -> set[str]:
        """Return who is at #1 of the scope with a publication, by `Claimant.key`."""
        ones = [one for its in publication.number_ones.values() for one in its]
        period, known, not_in = publication.period, self._meanings, publication.chart.not_in_language
        matched = [(self.catalog.match(one.title, one.kind, period, known, one.id, not_in=not_in), one) for one in ones]
        if self.rule.count is Count.WORKS:
            return {work.id for work, _ in matched}
        return {Claimant.of_season(work, one.title, one.season).key for work, one in matched}

    def qualifying(self, group: str | None, before: date | None = None) -> list[ToppedWork]:
        """Return the works that count for a group (None: for any), all or those that topped before a date."""
        return [
            topped
            for topped in self.topped
            if (before is None or topped.since < before)
            and self.rule.verdict(topped.work)
            and (group is None or group in self.rule.groups(topped.work))
        ]

    def lines(self, before: date | None = None) -> tuple[Holder, ...]:
        """Return the qualifying works, once for each of their groups."""
        counted = self.qualifying(None, before)
        return tuple(topped.holder(group) for topped in counted for group in self.rule.groups(topped.work))

    def undecided(self, until: date | None = None) -> list[ToppedWork]:
        """Return the works of which nobody knows whether they count, all or those that topped up to a date."""
        return [
            topped
            for topped in self.topped
            if (until is None or topped.since <= until) and self.rule.verdict(topped.work) is None
        ]

    def answer(
        self, verdict: Verdict, sentence: str, claim: Claim | None = None, *, before: Sequence[Holder] = ()
    ) -> Answer:
        """Return an answer about the scope; when it is unknown, with all that stands against the claim, or any."""
        reasons: tuple[str, ...] = ()
        if verdict is Verdict.UNKNOWN:
            reasons = doubts_about(claim) if claim else self.doubts()
        return Answer(
            verdict=verdict,
            chart=self.chart,
            territory=self.territory,
            sentence=sentence,
            record=self.record,
            n=claim.n if claim else None,
            period=claim.period if claim else None,
            holders=claim.holders if claim else (),
            before=tuple(before),
            reasons=reasons,
        )

    def doubts(self) -> tuple[str, ...]:
        """Return all that could change an answer about the whole record."""
        return (*missing_in(self), *(unknown_of(self.rule, topped) for topped in self.undecided()))


def doubts_about(claim: Claim) -> tuple[str, ...]:
    """Return what stands against a claim."""
    censored = ("it was so when the records began, and nobody knows since when",) if claim.left_censored else ()
    return (*censored, *(reason.said for reason in claim.reasons))


def missing_in(scope: AskedScope) -> tuple[str, ...]:
    """Return what is missing of a scope, in words."""
    return tuple(
        f"nothing is known of {words.span(*gap)}{f' in {words.territory_name(territory)}' if territory else ''}"
        for gap, territory, _ in scope.missing
    )


def unknown_of(rule: Rule, topped: ToppedWork) -> str:
    """Return what is unknown of a work that the rule would have to know, in words."""
    facts = facts_in_words(rule.unknown_facts(topped.work))
    return f"the {facts} of {topped.name}, #1 since {topped.since}, is unknown"


def _restricted(timeline: Timeline, territory: str) -> Timeline:
    """Return the publications as if the chart had one territory, which is all that is asked; `*` keeps them whole."""
    if territory == EVERYWHERE:
        return timeline
    return [
        replace(
            publication,
            number_ones={t: ones for t, ones in publication.number_ones.items() if t == territory},
            absent={t: absence for t, absence in publication.absent.items() if t in (territory, EVERYWHERE)},
        )
        for publication in timeline
        if territory in publication.number_ones or territory in publication.absent or EVERYWHERE in publication.absent
    ]
