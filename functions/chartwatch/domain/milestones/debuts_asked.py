"""Claims that a work came in at #1: where it stood in the first period in which it was on the chart at any rank."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import (
    answer,
    best_of,
    fails,
    missing_words,
    named_apart,
    never_topped,
    so_far,
    undecided_words,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Verdict
from chartwatch.domain.milestones.namesakes_asked import may_chart
from chartwatch.domain.milestones.possible import all_of
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.certain import OneOfSeveral, before_record, in_words, was_out
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work

MAX_PERIODS = 3
"""Periods of unknown ranks that a reason names."""


class Stood(NamedTuple):
    """Where a work, or a season, stood on the chart in a period."""

    period: date
    rank: int
    claimant: Claimant

    @property
    def at(self) -> tuple[date, int]:
        """The period and the rank, by which the earlier and then the better place comes first."""
        return self.period, self.rank


class ComingIn(NamedTuple):
    """How a work, or a season, may have come in.

    `stood` are the places that it certainly had, in order. `ways` says whether it came in at #1, in each way in which
    the unknown could turn out that `reasons` name.
    """

    stood: Sequence[Stood]
    ways: frozenset[bool]
    reasons: Sequence[str]

    @property
    def is_so(self) -> bool | None:
        """Whether it came in at #1; None: nobody can say."""
        return None if len(self.ways) > 1 else True in self.ways


def debut(said: Assertion, scope: AskedScope) -> Answer:
    """Return whether a work was #1 in the first period in which it stood on the chart, at whatever rank.

    Of several works or seasons of a title it is enough that one was.
    """
    asked = said.works | {its.id for title, its in scope.read_as.items() if title in said.works}
    stood = sorted(_stood(scope, asked), key=lambda its: its.at)
    charted = {its.claimant.key: its.claimant for its in stood if its.claimant.work.id in asked}
    works = [its.work for its in charted.values()]
    counting = [its for its in charted.values() if scope.counts(its.work, said.group) is not False]
    unseen = _unseen(said, scope, works)
    if not counting:
        return _never_charted(said, scope, unseen, works)
    known = best_of([_debut_of(scope, its, stood, works) for its in counting])
    hidden = [each for work in unseen for each in scope.usable(work)]
    if known.verdict is Verdict.FALSE and hidden:
        sentence, reasons = so_far(known.sentence), missing_words(hidden)
        return answer(scope, None, sentence, period=known.period, reasons=reasons)
    return known


def _stood(scope: AskedScope, asked: frozenset[str]) -> Iterator[Stood]:
    """Yield where works stood that are asked for, and titles that may mean them."""
    for period in scope.periods:
        for claimant in scope.at(period).values():
            if _may_be_one_of(claimant.work, asked):
                yield Stood(period, 1, claimant)
    for period, entry, work in scope.charted:
        if entry.rank > 1 and _may_be_one_of(work, asked):
            is_season = scope.rule.count is Count.SEASONS
            its = Claimant.of_season(work, entry.title, entry.season) if is_season else Claimant.of(work)
            yield Stood(period, entry.rank, its)


def _may_be_one_of(work: Work, asked: frozenset[str]) -> bool:
    return work.id in asked or any(its.id in asked for its in work.candidates)


def _unseen(said: Assertion, scope: AskedScope, charted: Sequence[Work]) -> Sequence[Work]:
    """Return the works that count and may have been on the chart for what is missing alone.

    Where seasons are counted any work may have had one more.
    """
    its = may_chart(said.works, scope)
    seen = set() if scope.rule.count is Count.SEASONS else {work.id for work in charted}
    more = () if seen else charted
    return [work for work in (*its, *more) if work.id not in seen and scope.counts(work, said.group) is not False]


def _never_charted(said: Assertion, scope: AskedScope, unseen: Sequence[Work], charted: Sequence[Work]) -> Answer:
    """Return the answer where nothing that counts has been on the chart, as far as is known."""
    if charted and not unseen:
        return answer(scope, False, fails(scope.rule, charted[0]))
    work = next(iter(unseen), None) or scope.unseen(said.works, said.title)
    hidden = [each for its in unseen or [work] for each in scope.usable(its)]
    return never_topped(said, scope, work, possible=bool(hidden), against=hidden)


def _debut_of(scope: AskedScope, claimant: Claimant, stood: Sequence[Stood], works: Sequence[Work]) -> Answer:
    """Return whether a work, or a season, that has been on the chart came in at #1."""
    work, name = claimant.work, named_apart(claimant, works)
    came = _coming_in(scope, claimant, stood)
    first, counts = came.stood[0], scope.counts(work, None)
    found = all_of(came.is_so, counts)
    when = f"{scope.where} {scope.in_period(first.period)}"
    if found:
        return answer(scope, True, f"{name} came in at #1 of {when}.", period=first.period)
    sentence = f"{name} charted first on {when}, at #{first.rank}"
    if found is None:
        topped = scope.find(claimant.key)
        unknown = undecided_words(scope, [topped]) if topped and counts is None else ()
        reasons = (*came.reasons, *unknown)
        return answer(scope, None, so_far(f"{sentence}."), period=first.period, reasons=reasons)
    at = next((its.period for its in came.stood if its.rank == 1 and its.period > first.period), None)
    later = f", and was #1 {scope.in_period(at)}" if at else ""
    return answer(scope, False, f"{sentence}{later}.", period=first.period)


def _coming_in(scope: AskedScope, claimant: Claimant, stood: Sequence[Stood]) -> ComingIn:
    """Return how a work, or a season, may have come in that has been on the chart."""
    its = [each for each in stood if each.claimant.key == claimant.key]
    first, work = its[0], claimant.work
    ways, reasons = {first.rank == 1}, list[str]()
    if before := _before_record(scope, work, first.period):
        ways |= {True, False}
        reasons.append(before)
    if missing := scope.usable(work, first.period):
        ways |= {True, False}
        reasons += missing_words(missing)
    perhaps = [each for each in stood if each.at < first.at and _may_be(each.claimant, claimant)]
    ways |= {each.rank == 1 for each in perhaps}
    reasons += [in_words(OneOfSeveral(e.claimant.work, e.period, stood_lower=e.rank > 1)) for e in perhaps]
    if True in ways and (lower := _of_unknown_ranks(scope, work, first.period)):
        ways.add(False)
        reasons.append(_unknown_ranks(scope, lower))
    return ComingIn(its, frozenset(ways), reasons)


def _may_be(undecided: Claimant, claimant: Claimant) -> bool:
    """Return whether an undecided title may mean a work, or the same season of it."""
    is_candidate = any(its.id == claimant.work_id for its in undecided.work.candidates)
    return is_candidate and undecided.season == claimant.season


def _before_record(scope: AskedScope, work: Work, first: date) -> str | None:
    """Return that nobody knows whether a work was on the chart before the record; None where it was not.

    One without a release date may have been only if it was there when the record begins.
    """
    begins = scope.record.first
    if scope.begins_with_chart or before_record(work, begins, scope.chart) is None:
        return None
    if first == begins:
        return "it was on the chart when the records began, and nobody knows since when"
    unknown = f"the records begin with {begins}, and nobody knows whether it was on the chart before"
    return unknown if work.release_date else None


def _of_unknown_ranks(scope: AskedScope, work: Work, first: date) -> Sequence[date]:
    """Return the periods before one in which a work may have stood lower than is known.

    Where nothing but #1s is known of a chart, nobody knows how many ranks it has.
    """
    known: dict[date, int] = {}
    for period, entry, _ in scope.charted:
        known[period] = max(known.get(period, 0) + 1, entry.rank)
    depth = max((scope.depth, 2, *known.values()))
    return [
        period for period in scope.periods if period < first and known.get(period, 0) < depth and was_out(period, work)
    ]


def _unknown_ranks(scope: AskedScope, periods: Sequence[date]) -> str:
    if scope.depth == 1 and not any(entry.rank > 1 for _, entry, _ in scope.charted):
        return "the chart has #1s alone, so that nobody knows where it stood before"
    named = words.some([str(period) for period in periods], MAX_PERIODS)
    return f"the lowest ranks of {named} are unknown, so that nobody knows whether it stood there"
