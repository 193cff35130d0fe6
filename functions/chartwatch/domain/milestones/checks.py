"""Claims that somebody makes, checked: true, false or unknown, with what is right, who came before, and on what record.

`check` folds a chart's publications as the detector does, with every number of the rule told, and compares. Where a
missing period, an unknown fact or the beginning of the record could change the answer, the answer is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.chart import GLOBAL, Chart
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.milestones.fold import fold, work_of
from chartwatch.domain.rules.claims import Claim, facts_in_words, group_name, slot_id
from chartwatch.domain.rules.evidence import Gap
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Condition, Fact, Rule, RuleSet, Scope
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import name_of
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work, unlisted

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


def works_named(title: str, catalog: Catalog) -> frozenset[str]:
    """Return the ids that works of that title or alias have, also where the catalog does not hold them."""
    key = title_key(title)
    listed = {work.id for work in catalog if key in map(title_key, (work.title, *work.aliases))}
    return frozenset(listed | {unlisted(title, kind).id for kind in (None, *Kind)})


def territories_topped(works: frozenset[str], timeline: Timeline, catalog: Catalog) -> frozenset[str]:
    """Return the territories of a chart in which one of the works has been #1."""
    return frozenset(
        territory
        for publication in timeline
        for territory, ones in publication.number_ones.items()
        if any(catalog.match(one.title, one.kind, publication.period).id in works for one in ones)
    )


def check(said: Assertion, territory: str, timeline: Timeline, catalog: Catalog) -> Answer:
    """Return what is to be said of a claim on a chart whose `timeline` has the territory.

    The scope of the rule must be that of the territory: `chart` for `*`, otherwise `territory`.
    """
    scope = _Scope(said, territory, timeline, catalog)
    if not isinstance(said.rule, FirstsRule):
        return _held(said, scope)
    if said.rule.is_of_groups:
        return _race(said, scope)
    return _nth(said, scope) if said.works else _nth_held(said, scope)


def elsewhere(
    said: Assertion, territory: str, chart: str, timelines: Mapping[str, Timeline], catalog: Catalog
) -> Iterator[Answer]:
    """Yield the answers to the same claim on the other charts that the work has topped.

    Asked are the same territory and the whole world, where it topped these, otherwise all territories together.
    """
    if not isinstance(said.rule, FirstsRule):
        return
    for other, timeline in timelines.items():
        if other == chart or not said.rule.is_about(timeline[-1].chart.list_name):
            continue
        topped = territories_topped(said.works, timeline, catalog)
        asked = [place for place in dict.fromkeys((territory, GLOBAL)) if place in topped]
        for place in asked or ([EVERYWHERE] if topped else []):
            scope = Scope.CHART if place == EVERYWHERE else Scope.TERRITORY
            yield check(replace(said, rule=replace(said.rule, scope=scope)), place, timeline, catalog)


class _Topped(NamedTuple):
    """A work, or a season of it, that has topped the scope."""

    work: Work
    season: str | None
    since: date
    label: str | None

    @property
    def name(self) -> str:
        return name_of(self.work.title, self.label or self.season)

    def holder(self, group: str | None = None) -> Holder:
        return Holder(self.work.id, self.work.title, self.since, self.season, group, label=self.label)


class _Scope:
    """All that a claim is measured by, in one territory or over all."""

    def __init__(self, said: Assertion, territory: str, timeline: Timeline, catalog: Catalog) -> None:
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
        state = snapshot.scopes[territory]
        coverage = state.coverage
        expected = (coverage.last - coverage.first) // self.chart.cadence.step + 1
        self.record = Record(coverage.first, coverage.last, expected, coverage.seen, coverage.gaps)
        self.topped = sorted(
            (
                _Topped(work_of(topped, catalog), topped.season, topped.since, topped.label)
                for topped in state.first_topped.get(self.rule.count, {}).values()
            ),
            key=lambda topped: (topped.since, topped.work.id, topped.season or ""),
        )

    @property
    def where(self) -> str:
        return f"{self.chart.name} in {words.territory_name(self.territory)}"

    @property
    def span(self) -> str:
        return f"in records from {self.record.first} to {self.record.last}"

    def qualifying(self, group: str | None, before: date | None = None) -> list[_Topped]:
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

    def undecided(self, until: date | None = None) -> list[_Topped]:
        """Return the works of which nobody knows whether they count, all or those that topped up to a date."""
        return [
            topped
            for topped in self.topped
            if (until is None or topped.since <= until) and self.rule.verdict(topped.work) is None
        ]

    def answer(
        self, verdict: Verdict, sentence: str, claim: Claim | None = None, *, before: Sequence[Holder] = ()
    ) -> Answer:
        reasons: tuple[str, ...] = ()
        if verdict is Verdict.UNKNOWN:
            reasons = _doubts(claim) if claim else self.doubts()
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
        return (*_missing(self), *(_unknown(self.rule, topped) for topped in self.undecided()))


def _nth(said: Assertion, scope: _Scope) -> Answer:
    """Return the best answer for any of the works, or seasons, that are meant."""
    its = [topped for topped in scope.topped if topped.work.id in said.works]
    answers = [answer for topped in its for answer in _nth_of(said, scope, topped)] or [_never_topped(said, scope)]
    return min(answers, key=lambda answer: list(_BEST).index(answer.verdict))


_BEST = (Verdict.TRUE, Verdict.UNKNOWN, Verdict.FALSE)


def _nth_of(said: Assertion, scope: _Scope, topped: _Topped) -> Iterator[Answer]:
    rule, n = scope.rule, said.n or 0
    verdict = rule.verdict(topped.work)
    if verdict is False:
        yield replace(scope.answer(Verdict.FALSE, _fails(rule, topped.work)), period=topped.since)
        return
    if verdict is None:
        sentence = f"Nobody can say whether {topped.name}, #1 since {topped.since}, counts."
        answer = scope.answer(Verdict.UNKNOWN, sentence)
        yield replace(answer, period=topped.since, reasons=(_unknown(rule, topped),))
        return
    groups = rule.groups(topped.work)
    if said.group is not None and said.group not in groups:
        named = words.listed([group_name(rule, group) for group in groups if group])
        yield scope.answer(Verdict.FALSE, f"{topped.name} counts for {named}.")
        return
    for group in groups if said.group is None else (said.group,):
        claim = next(
            claim
            for claim in scope.claims
            if claim.group == group
            and any((h.work_id, h.season) == (topped.work.id, topped.season) for h in claim.holders)
        )
        before = [other.holder() for other in scope.qualifying(group, topped.since)]
        found = _verdict_on(n, claim, scope, group)
        yield scope.answer(found, _nth_sentence(found, n, claim), claim, before=before)


def _verdict_on(n: int, claim: Claim, scope: _Scope, group: str | None) -> Verdict:
    """Return whether the work of a claim is the n-th."""
    least, most = _possible_places(claim, scope, group)
    if n == claim.n and not _doubts(claim):
        return Verdict.TRUE
    return Verdict.UNKNOWN if least <= n and (most is None or n <= most) else Verdict.FALSE


def _possible_places(claim: Claim, scope: _Scope, group: str | None) -> tuple[int, int | None]:
    """Return the least and the greatest place that the work of a claim can have; None: there is no greatest.

    In a missing period the work itself may have been #1 first, or any number of others.
    """
    place = claim.n or 0
    if claim.left_censored:
        return 1, None
    if missing := [first for first, _ in scope.record.gaps if first < claim.period]:
        return 1 + len(scope.qualifying(group, min(missing))), None
    return place, place + sum(topped.since < claim.period for topped in scope.undecided())


def _nth_sentence(verdict: Verdict, n: int, claim: Claim) -> str:
    match verdict:
        case Verdict.TRUE:
            return f"{claim.headline}."
        case Verdict.FALSE:
            return f"{claim.headline}: not the {words.ordinal(n)}."
        case Verdict.UNKNOWN:
            return f"Nobody can say whether it is the {words.ordinal(n)}. As far as is known, {claim.headline}."


def _never_topped(said: Assertion, scope: _Scope) -> Answer:
    """Return the answer for works that have not been #1 in the scope, as far as is known."""
    known = [work for work in map(scope.catalog.work, sorted(said.works)) if work is not None]
    failing = [work for work in known if scope.rule.verdict(work) is False]
    if known and len(failing) == len(known):
        return scope.answer(Verdict.FALSE, _fails(scope.rule, failing[0]))
    if not scope.record.gaps:
        return scope.answer(Verdict.FALSE, f"{said.title} has not been #1 of {scope.where}, {scope.span}.")
    if said.n is not None and said.n <= len(scope.qualifying(said.group, scope.record.gaps[0][0])):
        sentence = f"{said.title} cannot be the {words.ordinal(said.n)}: others were #1 of {scope.where} before."
        return replace(scope.answer(Verdict.FALSE, sentence), before=scope.lines(scope.record.gaps[0][0]))
    sentence = f"{said.title} has not been #1 of {scope.where} as far as is known, {scope.span}."
    return replace(scope.answer(Verdict.UNKNOWN, sentence), reasons=_missing(scope))


def _nth_held(said: Assertion, scope: _Scope) -> Answer:
    """Return who is the n-th."""
    claim = next((c for c in scope.claims if (c.n, c.group) == (said.n, said.group)), None)
    if claim is None:
        enough = len(scope.qualifying(said.group)) + len(scope.undecided()) >= (said.n or 0)
        return _nobody(said, scope, possible=bool(scope.record.gaps) or (enough and bool(scope.undecided())))
    before = [topped.holder() for topped in scope.qualifying(said.group, claim.period)]
    return _of_claim(scope, claim, before)


def _race(said: Assertion, scope: _Scope) -> Answer:
    n = said.n or 0
    claim = next((claim for claim in scope.claims if claim.n == n), None)
    if claim is None:
        counts = [len(scope.qualifying(said.group)) + len(scope.undecided())] if said.group else []
        enough = bool(scope.undecided()) and all(count >= n for count in counts)
        return _nobody(said, scope, possible=bool(scope.record.gaps) or enough)
    before = scope.lines(claim.period)
    groups = {holder.group for holder in claim.holders}
    agrees = said.group in (None, *groups) and (not said.works or any(h.work_id in said.works for h in claim.holders))
    if agrees:
        return _of_claim(scope, claim, before)
    # Would it win if every doubt went its way? Only missing periods, and undecided works up to then, can bring that.
    missing = claim.left_censored or any(first < claim.period for first, _ in scope.record.gaps)
    enough = len(scope.undecided(claim.period)) > 0
    if said.group is not None and said.group not in groups:
        up_to_then = [t for t in scope.qualifying(said.group) if t.since <= claim.period]
        enough = len(up_to_then) + len(scope.undecided(claim.period)) >= n
    if missing or enough:
        sentence = f"Nobody can say. As far as is known, {claim.headline}."
        doubts = (*_doubts(claim), *(_unknown(scope.rule, t) for t in scope.undecided() if t.since == claim.period))
        return replace(scope.answer(Verdict.UNKNOWN, sentence, claim, before=before), reasons=doubts)
    wrong = f"by {said.title}" if said.group is None or said.group in groups else group_name(scope.rule, said.group)
    return scope.answer(Verdict.FALSE, f"{claim.headline}: not {wrong}.", claim, before=before)


def _held(said: Assertion, scope: _Scope) -> Answer:
    """Return who holds a slot of a rule that counts no firsts."""
    slot = slot_id(said.rule.id, scope.chart.id, scope.territory, said.place)
    claim = next((claim for claim in scope.claims if claim.slot == slot), None)
    if claim is None:
        return _nobody(said, scope, possible=bool(scope.record.gaps))
    is_another = said.works and not any(holder.work_id in said.works for holder in claim.holders)
    # A doubt about who is known to hold it leaves room for others.
    if is_another and not _doubts(claim):
        return scope.answer(Verdict.FALSE, f"{claim.headline}: not {said.title}.", claim)
    return _of_claim(scope, claim, ())


def _of_claim(scope: _Scope, claim: Claim, before: Sequence[Holder]) -> Answer:
    """Return that a claim is true, or as far as is known."""
    if _doubts(claim):
        sentence = f"Nobody can say. As far as is known, {claim.headline}."
        return scope.answer(Verdict.UNKNOWN, sentence, claim, before=before)
    return scope.answer(Verdict.TRUE, f"{claim.headline}.", claim, before=before)


def _nobody(said: Assertion, scope: _Scope, *, possible: bool) -> Answer:
    """Return that a place is not held, which is unknown where that is `possible` all the same."""
    counted = scope.lines() if isinstance(said.rule, FirstsRule) else ()
    n, known = said.n or 0, len(scope.qualifying(said.group))
    sentence = said.rule.vacancy.format(
        slot=slot_id(said.rule.id, scope.chart.id, scope.territory, said.place),
        where=f"at #1 of {scope.where}",
        ordinal=words.ordinal(n),
        cardinal=words.cardinal(n),
        count=f"{words.cardinal(known) if known else 'none'} {'count' if known > 1 else 'counts'}",
    )
    verdict = Verdict.UNKNOWN if possible else Verdict.FALSE
    known_so_far = ", as far as is known" if possible else ""
    return scope.answer(verdict, f"{sentence}{known_so_far}, {scope.span}.", before=counted)


def _doubts(claim: Claim) -> tuple[str, ...]:
    """Return what stands against a claim."""
    censored = ("it was so when the records began, and nobody knows since when",) if claim.left_censored else ()
    return (*censored, *(reason.said for reason in claim.reasons))


def _missing(scope: _Scope) -> tuple[str, ...]:
    return tuple(f"nothing is known of {words.span(*gap)}" for gap in scope.record.gaps)


def _unknown(rule: Rule, topped: _Topped) -> str:
    facts = facts_in_words(rule.unknown_facts(topped.work))
    return f"the {facts} of {topped.name}, #1 since {topped.since}, is unknown"


def _fails(rule: Rule, work: Work) -> str:
    failing = next(condition for condition in rule.where if condition.verdict(work, rule.origin) is False)
    return f"{work.title} does not count: {_fact(failing, work, rule)}."


def _fact(condition: Condition, work: Work, rule: Rule) -> str:
    said = condition.fact.of(work, rule.origin)
    match condition.fact:
        case Fact.WORK_KIND:
            return f"it is a {said[0]}"
        case Fact.ORIGINAL_LANGUAGE:
            return f"its original language is {words.language_name(said[0])}"
        case Fact.ORIGIN_COUNTRY:
            return f"it is from {words.listed([words.territory_name(country) for country in said])}"
        case Fact.RELEASE_YEAR:
            return f"it was released in {said[0]}"


def _restricted(timeline: Timeline, territory: str) -> Timeline:
    """Return the publications as if the chart had one territory, which is all that is asked; `*` keeps them whole."""
    if territory == EVERYWHERE:
        return timeline
    return [
        replace(publication, number_ones={territory: publication.number_ones[territory]})
        for publication in timeline
        if territory in publication.number_ones
    ]
