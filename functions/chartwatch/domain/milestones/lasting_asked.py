"""Claims about how long a work was at #1, and who was there longest."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import (
    answer,
    as_known,
    best_of,
    doubts_about,
    fails,
    may_not_count,
    missing_words,
    never_topped,
    of_all_history,
    so_far,
    undecided_words,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Form, Verdict
from chartwatch.domain.milestones.possible import (
    RunsOf,
    may_have_run_of,
    rivals_of,
    runs_of,
)
from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.certain import Missing
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.works.work import Work

Lasting = Callable[[Assertion, AskedScope, str, Work, ToppedWork | None], Answer]
"""Answers a claim about one work, or season, by its key; None for one that has not topped the scope."""


def lasting(how: Lasting, said: Assertion, scope: AskedScope) -> Answer:
    """Return the best answer for any of the works, or seasons, that a place or a title means."""
    place = said.rule.read_place(said.place)
    if place is not None and place.work is not None:
        topped = scope.find(place.work)
        work = topped.work if topped else scope.work(place.work)
        if topped and said.works and topped.work.id not in said.works:
            its = how(replace(said, title="", works=frozenset()), scope, place.work, work, topped)
            return replace(its, verdict=Verdict.FALSE, sentence=f"{its.sentence[:-1]}: not {said.title}.", reasons=())
        return how(said, scope, place.work, work, topped)
    # Of namesakes those that count lead.
    meant = sorted(scope.named(said.works), key=lambda topped: scope.counts(topped.work, None) is False)
    named = [(topped.key, topped.work, topped) for topped in meant]
    unseen = scope.unseen(said.works, said.title)
    return best_of([how(said, scope, *its) for its in named] or [how(said, scope, unseen.id, unseen, None)])


def reign(said: Assertion, scope: AskedScope, key: str, work: Work, topped: ToppedWork | None) -> Answer:
    """Return whether a work was at #1 for so long: what the record shows is true, and what it cannot show unknown."""
    in_all = isinstance(said.rule, ReignRule) and said.rule.total
    place = said.rule.read_place(said.place)
    n = (place.n if place else None) or said.n or 0
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    runs = runs_of(scope, key, work)
    longest = runs.longest.length if runs.longest else 0
    known, most = (runs.total, runs.most_in_all(scope)) if in_all else (longest, runs.most)
    against = runs.all_against if in_all else runs.against(n)
    if topped is None:
        return never_topped(said, scope, work, possible=most >= n)
    if most >= n and scope.counts(topped.work, None) is None:
        return may_not_count(scope, topped)
    has_been = _length(scope, topped, runs, in_all=in_all)
    if said.exactly:
        may = known <= n <= most and (in_all or may_have_run_of(scope, runs, n))
        found = True if known == n == most else None if may else False
        against = runs.all_against
    else:
        found = True if known >= n else None if most >= n else False
    if found is None:
        return answer(scope, None, so_far(f"{has_been}, {scope.span}."), reasons=missing_words(against))
    claim = _claim_when(said, scope, topped, runs, n) if found and not said.exactly else None
    if claim is None:
        return replace(answer(scope, found, as_known(f"{has_been}, {scope.span}.", is_all=most == known)), n=known)
    at_least = "" if most == known else "at least "
    when = "" if str(claim.period) in claim.headline else f". That was {scope.in_period(claim.period)}"
    came_to = f"{when}; it came to {at_least}{scope.counted(known)}{'' if in_all else ' at its longest'}"
    return answer(scope, True, f"{claim.headline}{came_to if known > n and not said.place else ''}.", claim)


def _length(scope: AskedScope, topped: ToppedWork, runs: RunsOf, *, in_all: bool) -> str:
    """Return how long a work was at #1, in words."""
    if in_all:
        when = words.span(runs.known[0].first, runs.known[-1].last) if runs.known else ""
        parts = f" in {words.counted(len(runs.known), 'run')}" if len(runs.known) > 1 else ""
        return f"{topped.name} has been #1 of {scope.where} for {scope.counted(runs.total)} in all{parts}, {when}"
    if (run := runs.longest) is None:
        return f"{topped.name} has not been #1 of {scope.where}"
    length = scope.counted(run.length)
    return f"The longest run of {topped.name} at #1 of {scope.where} was {length}, {words.span(run.first, run.last)}"


def _claim_when(said: Assertion, scope: AskedScope, topped: ToppedWork, runs: RunsOf, n: int) -> Claim | None:
    """Return the claim that a work has been at #1 for n periods, of the period in which it became true."""
    rule = replace(said.rule, at=(n,))
    if isinstance(rule, ReignRule) and rule.total:
        period = scope.known_periods(topped.key)[n - 1]
    else:
        run = next(run for run in runs.known if run.length >= n)
        period = scope.nth_from(run.first, n)
    return next((c for c in scope.claims(rule, period) if c.group == topped.key and c.n == n), None)


def record_run(said: Assertion, scope: AskedScope, key: str, work: Work, topped: ToppedWork | None) -> Answer:
    """Return whether a run that began in a period became the longest of the scope, as a place of a rule says."""
    start = date.fromisoformat(said.place.rpartition(":")[2])
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    runs = runs_of(scope, key, work)
    run = next((run for run in runs.known if run.first == start), None)
    ends = run.last if run else start
    days = scope.number(start, ends)
    for period in (scope.nth_from(start, length) for length in range(2, days + 1)):
        mark = f"record:{start.isoformat()}"
        for claim in scope.claims(said.rule, period):
            if claim.group == key and claim.slot.endswith(mark):
                found = None if doubts_about(claim) else True
                sentence = f"{claim.headline}." if found else so_far(f"{claim.headline}.")
                return of_all_history(scope, answer(scope, found, sentence, claim, reasons=doubts_about(claim)))
    possible = _may_be_record(scope, runs, key, start)
    if topped is None:
        return never_topped(said, scope, work, possible=possible)
    sentence = f"{_length(scope, topped, runs, in_all=False)}, {scope.span}"
    rivals = rivals_of(scope, key, days, in_all=False)
    if run is None and not possible:
        return answer(
            scope, False, f"{topped.name} began no run at #1 of {scope.where} {scope.in_period(start)}. {sentence}."
        )
    if possible:
        reasons = *missing_words((*runs.all_against, *rivals.against)), *undecided_words(scope, rivals.undecided)
        # Where there is no other run, one in an edition that is missing would be what it is longer than.
        its = reasons or missing_words(scope.missing)
        return answer(scope, None, so_far(f"{sentence}."), reasons=its)
    return answer(scope, False, f"{sentence}: no longer than any other had been.")


def _may_be_record(scope: AskedScope, runs: RunsOf, key: str, start: date) -> bool:
    """Return whether a run that began in a period may have become longer than any other had been."""
    run = next((run for run in runs.possible if run.first <= start <= run.last), None)
    known = scope.known_periods(key)
    if run is None or scope.before(start) in known or start < scope.record.first:
        return False
    others = [r for topped in scope.topped if topped.key != key for r in runs_of(scope, topped.key, topped.work).known]
    others += [its for its in runs.known if its.last < start]
    # Of each period that the run lacks it takes one edition; what else is missing may have had another at #1, and that
    # edition, too, where the chart has shown ties.
    lacking = Counter(period for _, period in scope.editions)
    for length in range(2, scope.number(start, run.last) + 1):
        day = scope.nth_from(start, length)
        longest = max((scope.number(its.first, min(its.last, day)) for its in others if its.first <= day), default=0)
        hidden = any(
            scope.shows_ties or editions > 1 or period < start or period in known
            for period, editions in lacking.items()
            if period <= day
        )
        if length > max(longest, 1 if hidden else 0) and (longest or hidden):
            return True
    return False


def longest(said: Assertion, scope: AskedScope, key: str, work: Work, topped: ToppedWork | None) -> Answer:
    """Return whether a work was at #1 for longer than any other that counts, in one run or in all."""
    in_all = said.form is Form.MOST_IN_ALL
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    runs = runs_of(scope, key, work)
    known = runs.total if in_all else runs.longest.length if runs.longest else 0
    most = runs.most_in_all(scope) if in_all else runs.most
    rivals = rivals_of(scope, key, known, in_all=in_all)
    possible = most > rivals.known
    if topped is None:
        return never_topped(said, scope, work, possible=possible)
    counts = scope.counts(topped.work, None)
    found = (True if counts and known > rivals.most else None) if possible else False
    what = _length(scope, topped, runs, in_all=in_all)
    if found is None:
        # What could make it longer, and what could have made others as long.
        its = rivals_of(scope, key, min(known, most), in_all=in_all)
        own: Sequence[Missing] = runs.all_against if known <= rivals.known else ()
        reasons = [
            *(undecided_words(scope, [topped]) if counts is None else ()),
            *missing_words((*own, *its.against)),
            *undecided_words(scope, its.undecided),
        ]
        return answer(scope, None, so_far(f"{what}, {scope.span}."), reasons=reasons)
    that_counts = f" {said.one}" if scope.rule.where else ""
    if found:
        others = (
            f"; the longest of any other was {scope.counted(rivals.known)}{_whose(rivals.holders)}"
            if rivals.known
            else ""
        )
        return of_all_history(
            scope, answer(scope, True, f"{what}, longer than any other{that_counts}{others}, {scope.span}.")
        )
    as_long = "as long" if rivals.known == known else "longer"
    others = f"{scope.counted(rivals.known)}{_whose(rivals.holders)}"
    sentence = f"{what}; another{that_counts} was {as_long}: {others}, {scope.span}."
    return answer(scope, False, as_known(sentence, is_all=most == known and rivals.most == rivals.known))


def _whose(holders: Sequence[ToppedWork]) -> str:
    return f", {words.some([topped.name for topped in holders], 4)}" if holders else ""
