"""Claims about who came n-th, which group came to n first, and who is the first since another."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import (
    answer,
    best_of,
    doubts_about,
    doubts_about_holders,
    fails,
    may_not_count,
    missing_words,
    never_topped,
    nobody,
    of_all_history,
    of_claim,
    so_far,
    so_in_any_case,
    undecided_words,
    within_a_sentence,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Verdict
from chartwatch.domain.milestones.possible import NOBODYS, Race, Range, groups_of, may_have_nth, places
from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.claims import CENSORED, Claim, group_name
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Count, Fact
from chartwatch.domain.works.work import Work

MAX_LEADING = 4
"""Groups with the most works that an answer names."""

MAX_COUNTED = 100
"""Works of a count that an answer names."""


def nth(said: Assertion, scope: AskedScope) -> Answer:
    """Return the best answer for any of the works, or seasons, that are meant; or who is the n-th."""
    if not said.works:
        return of_all_history(scope, _nth_held(said, scope))
    # Of namesakes those of the group that is asked for lead.
    its = sorted(scope.named(said.works), key=lambda topped: scope.counts(topped.work, said.group) is False)
    answers = [one for topped in its for one in _nth_of(said, scope, topped)]
    if not its or (scope.rule.count is Count.SEASONS and scope.editions):
        answers.append(_nth_of_unseen(said, scope))
    best = best_of(answers)
    if best.verdict is Verdict.FALSE and not best.holders and (said.group or not scope.rule.is_of_groups):
        held = _nth_held(said, scope)
        if held.verdict is Verdict.TRUE:
            sentence = f"{best.sentence} {held.sentence}"
            best = replace(held, verdict=Verdict.FALSE, sentence=sentence, before=best.before or held.before)
    return of_all_history(scope, best)


def _nth_of(said: Assertion, scope: AskedScope, topped: ToppedWork) -> Iterator[Answer]:
    rule, n = scope.rule, said.n or 0
    verdict = rule.verdict(topped.work)
    if verdict is False:
        yield answer(scope, False, fails(rule, topped.work, topped), period=topped.since)
        return
    if verdict is None:
        yield _of_undecided(said, scope, topped)
        return
    groups = rule.groups(topped.work)
    if said.group is not None and said.group not in groups:
        named = words.listed([group_name(rule, group) for group in groups if group])
        yield answer(scope, False, f"{topped.name} counts for {named}.")
        return
    for group in groups if said.group is None else (said.group,):
        claim = _claim_of(scope, topped, group)
        before = [other.holder() for other in scope.qualifying(group, topped.since)]
        may = places(scope, topped.work, group, topped)
        found = None if claim.left_censored else _is_among(n, may)
        yield answer(scope, found, _nth_sentence(found, n, claim), claim, before=before, reasons=doubts_about(claim))


def _of_undecided(said: Assertion, scope: AskedScope, topped: ToppedWork) -> Answer:
    """Return whether a work that may count, or not, can be the n-th if it does."""
    n, group = said.n or 0, said.group
    if scope.counts(topped.work, group) is None:
        if scope.is_censored(topped.since):
            return may_not_count(scope, topped, CENSORED)
        groups = groups_of(scope, topped.work, group)
        if any(its.has(n) for each in groups for its in places(scope, topped.work, each, topped)):
            return may_not_count(scope, topped)
    sentence = f"{topped.name}, #1 since {topped.since}, cannot be the {words.ordinal(n)} whether or not it counts."
    before = [other.holder() for other in scope.qualifying(group, topped.since)]
    return answer(scope, False, sentence, before=before, period=topped.since)


def _claim_of(scope: AskedScope, topped: ToppedWork, group: str | None) -> Claim:
    """Return the claim that a work which counts for a group has its place among those of the group."""
    number = 1 + len(scope.qualifying(group, topped.since))
    its = scope.claims(replace(scope.rule, at=(number,)), topped.since)
    return next(
        claim
        for claim in its
        if claim.group == group and any((h.work_id, h.season) == (topped.work.id, topped.season) for h in claim.holders)
    )


def _is_among(n: int, may: Sequence[Range]) -> bool | None:
    """Return whether n is the number; None: one of several."""
    if not any(its.has(n) for its in may):
        return False
    return True if all(its.is_one and its.has(n) for its in may) else None


def _nth_sentence(found: bool | None, n: int, claim: Claim) -> str:
    if found is None:
        return f"Nobody can say whether it is the {words.ordinal(n)}. As far as is known, {claim.headline}."
    return f"{claim.headline}." if found else f"{claim.headline}: not the {words.ordinal(n)}."


def _nth_of_unseen(said: Assertion, scope: AskedScope) -> Answer:
    """Return the answer for works that have not been #1 in the scope, as far as is known."""
    work, n = scope.unseen(said.works, said.title), said.n or 0
    counts = scope.counts(work, said.group) is not False
    groups = groups_of(scope, work, said.group) if counts else ()
    may = [each for group in groups for each in places(scope, work, group, None)]
    if may and not any(its.has(n) for its in may):
        first = scope.record.gaps[0][0] if scope.record.gaps else min(p for _, p in scope.editions)
        sentence = f"{said.title} cannot be the {words.ordinal(n)}: others were #1 of {scope.where} before."
        return answer(scope, False, sentence, before=scope.lines(first))
    return never_topped(said, scope, work, possible=bool(may))


def _nth_held(said: Assertion, scope: AskedScope) -> Answer:
    """Return who is the n-th."""
    n, counted = said.n or 0, sorted(scope.qualifying(said.group), key=lambda topped: topped.since)
    since = counted[n - 1].since if len(counted) >= n > 0 else None
    claims = scope.claims(replace(scope.rule, at=(n,)), since) if since else ()
    claim = next((claim for claim in claims if (claim.n, claim.group) == (n, said.group)), None)
    if claim is None:
        reasons = *missing_words(scope.missing), *undecided_words(scope, scope.undecided(said.group))
        return nobody(said, scope, possible=may_have_nth(scope, n, said.group), reasons=reasons)
    return of_claim(scope, claim, [topped.holder() for topped in scope.qualifying(said.group, claim.period)])


def race(said: Assertion, scope: AskedScope) -> Answer:
    """Return which group came first to n works, and whether it is the one that is said, by the work that is said."""
    return of_all_history(scope, _race(said, scope))


def _race(said: Assertion, scope: AskedScope) -> Answer:
    its = Race(scope, said.n or 0)
    latest = [at for group in its.groups if (at := its.latest(group))]
    claims = scope.claims(replace(scope.rule, at=(its.n,)), min(latest)) if latest else ()
    claim = next(iter(claims), None)
    found = _wins(said, scope, its, claim)
    if claim is None:
        reasons = *missing_words(scope.missing), *undecided_words(scope, scope.undecided())
        return _with_most(said, scope, nobody(said, scope, possible=found is not False, reasons=reasons))
    before = scope.lines(claim.period)
    if claim.left_censored:
        found = None
    if found is None:
        reasons = doubts_about_holders(scope, claim)
        return answer(scope, None, so_far(f"{within_a_sentence(claim)}."), claim, before=before, reasons=reasons)
    if found:
        return answer(scope, True, so_in_any_case(claim), claim, before=before)
    by_title = said.group is None or said.group in {holder.group for holder in claim.holders}
    if by_title and (not said.works or any(holder.work_id in said.works for holder in claim.holders)):
        # Whoever came before, of whichever group, was first.
        sentence = f"It is not so however the unknown turns out. As far as is known, {within_a_sentence(claim)}."
        return answer(scope, False, sentence, claim, before=before)
    wrong = _by_work(said, scope, claim) if by_title else group_name(scope.rule, said.group or "")
    return answer(scope, False, f"{claim.headline}: not {wrong}.", claim, before=before)


def _by_work(said: Assertion, scope: AskedScope, claim: Claim) -> str:
    """Return what a race was not won by: a work, or its group where that is another."""
    groups = dict.fromkeys(group for topped in scope.named(said.works) for group in scope.rule.groups(topped.work))
    others = [group_name(scope.rule, group) for group in groups if group]
    is_another = others and not set(groups) & {holder.group for holder in claim.holders}
    return f"{words.listed(others)} with {said.title}" if is_another else f"by {said.title}"


def _with_most(said: Assertion, scope: AskedScope, none: Answer) -> Answer:
    """Return the answer that no group has so many works, and which have the most, with these works alone."""
    numbers = Counter(holder.group or "" for holder in none.before)
    most = max(numbers.values(), default=0)
    first = [group for group, number in numbers.items() if number == most]
    if not first:
        return none
    names = words.some([group_name(scope.rule, group) for group in first], MAX_LEADING)
    sentence = f"{none.sentence} The most is {words.cardinal(most)}: {names}."
    if said.group and said.group not in first:
        name, number = words.sentence(group_name(scope.rule, said.group)), numbers[said.group]
        sentence += f" {name} has {words.cardinal(number) if number else 'none'}."
    shown = {*first[:MAX_LEADING], said.group}
    return replace(none, sentence=sentence, before=tuple(its for its in none.before if its.group in shown))


def _wins(said: Assertion, scope: AskedScope, its: Race, claim: Claim | None) -> bool | None:
    """Return whether a group is first, and by one of the works that are meant."""
    if not said.works:
        if said.group is not None:
            return its.wins(said.group)
        if claim is None:
            return None if any(its.earliest(group) for group in (*its.groups, NOBODYS)) else False
        return None if doubts_about_holders(scope, claim) else True
    holders = {(holder.work_id, holder.group) for holder in claim.holders} if claim else set()
    works: list[tuple[Work, ToppedWork | None]] = [(topped.work, topped) for topped in scope.named(said.works)]
    works = works or [(scope.unseen(said.works, said.title), None)]
    groups = [said.group] if said.group else [*its.groups, NOBODYS]
    found = [
        (group, work)
        for group in groups
        for work, topped in works
        if its.wins(group) is not False and its.may_complete(group, work, topped)
    ]
    if not found:
        return False
    is_held = any((work.id, group) in holders for group, work in found)
    return True if is_held and claim and not doubts_about(claim) else None


def count(said: Assertion, scope: AskedScope) -> Answer:
    """Return whether so many works that count, of a group or of all, have been #1."""
    n, group = said.n or 0, said.group
    its = scope.qualifying(group)
    known, hidden = len(its), scope.most_hidden(group, date.max)
    may = Range(known, None if hidden is None else known + len(scope.undecided(group)) + hidden)
    found = _is_among(n, [may]) if said.exactly else True if known >= n else None if may.has(n) else False
    what = said.one if known == 1 else said.several
    of_group = f" {_OF.get(scope.rule.per, 'of')} {group_name(scope.rule, group)}" if group else ""
    number = words.cardinal(known)
    sentence = f"{number} {what}{of_group} {'has' if known == 1 else 'have'} been #1 of {scope.where}, {scope.span}."
    reasons = *missing_words(scope.missing), *undecided_words(scope, scope.undecided(group))
    if found is None:
        return answer(scope, None, so_far(sentence), before=_some(its), reasons=reasons)
    how_sure = "" if may.is_one else "at least " if found else "as far as is known, "
    counted = answer(scope, found, words.sentence(f"{how_sure}{sentence}"), before=_some(its))
    return of_all_history(scope, replace(counted, n=known))


_OF: Mapping[Fact | None, str] = {
    Fact.ORIGIN_COUNTRY: "from",
    Fact.ORIGINAL_LANGUAGE: "in",
    Fact.CREATOR: "by",
    Fact.MAIN_CREATOR: "by",
    Fact.CREATOR_COUNTRY: "by creators from",
}


def _some(topped: Sequence[ToppedWork]) -> list[Holder]:
    """Return the works that were counted, where they are few enough to be read."""
    return [each.holder() for each in topped] if len(topped) <= MAX_COUNTED else []
