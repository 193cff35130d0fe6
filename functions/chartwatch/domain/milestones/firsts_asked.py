"""Claims about who came n-th, which group came to n first, and who is the first since another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import (
    CENSORED,
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
    unknown_of,
    within_a_sentence,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Since
from chartwatch.domain.milestones.chart_history import ToppedWork
from chartwatch.domain.milestones.possible import NOBODYS, Race, Range, all_of, groups_of, may_have_nth, places
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.certain import before_record
from chartwatch.domain.rules.claims import Claim, group_name
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Count, Fact
from chartwatch.domain.works.work import Work

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
    return of_all_history(scope, best_of(answers))


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
        return nobody(said, scope, possible=found is not False, reasons=reasons)
    before = scope.lines(claim.period)
    if claim.left_censored:
        found = None
    if found is None:
        reasons = doubts_about_holders(scope, claim)
        return answer(scope, None, so_far(f"{within_a_sentence(claim)}."), claim, before=before, reasons=reasons)
    if found:
        return answer(scope, True, so_in_any_case(claim), claim, before=before)
    by_title = said.group is None or said.group in {holder.group for holder in claim.holders}
    wrong = f"by {said.title}" if by_title else group_name(scope.rule, said.group or "")
    return answer(scope, False, f"{claim.headline}: not {wrong}.", claim, before=before)


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
    sentence = f"{words.sentence(number)} {what}{of_group} {'has' if known == 1 else 'have'} been #1 of {scope.where}"
    reasons = *missing_words(scope.missing), *undecided_words(scope, scope.undecided(group))
    if found is None:
        known_so_far = f"{sentence[:1].lower()}{sentence[1:]}"
        return answer(scope, None, so_far(f"{known_so_far}, {scope.span}."), before=_some(its), reasons=reasons)
    counted = answer(scope, found, f"{sentence}, {scope.span}.", before=_some(its))
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


# The first since another.


def first_since(said: Assertion, scope: AskedScope) -> Answer:
    """Return whether no other that counts was #1 between what is named and the first time of the work that is meant."""
    if said.since is None:
        raise ValueError("nothing is said since when")
    named = scope.named(said.works)
    if named:
        return best_of([_since(said, said.since, scope, topped.work, topped) for topped in named])
    return _since(said, said.since, scope, scope.unseen(said.works, said.title), None)


def _since(said: Assertion, since: Since, scope: AskedScope, work: Work, topped: ToppedWork | None) -> Answer:
    counts = scope.rule.verdict(work)
    if counts is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    key, at = (topped.key, topped.since) if topped else (work.id, None)
    starts = [*scope.hidden_periods(work, at or date.max), *([at] if at else [])]
    if said.on is not None:
        starts = [said.on] if scope.was_number_one(key, work, said.on) is not False else []
    if not starts or (topped is None and not scope.editions):
        return never_topped(said, scope, work, possible=False)
    measured = [_Between(said, since, scope, key, start) for start in starts]
    found = {all_of(counts or None, each.is_so) for each in measured}
    verdict = found.pop() if len(found) == 1 else None
    if said.on is not None and verdict and not scope.was_number_one(key, work, said.on):
        verdict = None
    if topped is None and verdict:
        verdict = None
    last = measured[-1]
    reasons = [
        *(undecided_words(scope, [topped]) if topped and counts is None else ()),
        *last.reasons,
        *missing_words(scope.usable(work, last.start)),
    ]
    return answer(scope, verdict, _since_sentence(said, since, verdict, last), period=last.start, reasons=reasons)


class _Between:
    """What was #1 between that since when a work is said to be the first, and the period in which it was."""

    def __init__(self, said: Assertion, since: Since, scope: AskedScope, key: str, start: date) -> None:
        self.scope, self._since, self.start = scope, since, start
        others = [t for t in scope.topped if t.key != key and scope.counts(t.work, said.group) is not False]
        self._marks = [t for t in scope.topped if t.work.id in since.works]
        marks = {t.key for t in self._marks}
        lasts = [p for t in self._marks for p in scope.known_periods(t.key) if p < start]
        self.mark = since.day or max(lasts, default=None)
        after = self.mark or date.min
        seen = [
            (period, t)
            for t in others
            if t.key not in marks
            for period in scope.known_periods(t.key)
            if after < period < start
        ]
        self.between = sorted(((p, t) for p, t in seen if scope.counts(t.work, said.group)), key=lambda pair: pair[0])
        self.undecided = list(dict.fromkeys(t for _, t in seen if scope.counts(t.work, said.group) is None))
        self.missing = [each for each in scope.missing if any(after < p < start for p in scope.periods_in(each.gap))]
        self._group = said.group

    @property
    def is_so(self) -> bool | None:
        """Whether nobody was, and what is named was before."""
        return self._is_so_since_work() if self._since.day is None else self._is_so_since_day(self._since.day)

    def _is_so_since_day(self, day: date) -> bool | None:
        if day >= self.start or self.between:
            return False
        return None if self.undecided or self.missing or not self.scope.covers(day) else True

    def _is_so_since_work(self) -> bool | None:
        scope, since = self.scope, self._since
        verdicts = [scope.rule.verdict(topped.work) for topped in self._marks]
        if verdicts and all(verdict is False for verdict in verdicts):
            return False
        if self.mark is None or self.between:
            work = scope.unseen(since.works, since.title)
            if scope.rule.verdict(work) is False:
                return False
            if self.mark is None and not self.between and self._may_be_older(work):
                return None
            # What is named may have come back after all that are known to have been #1 between.
            after = max((period for period, _ in self.between), default=date.min)
            return None if any(period >= after for period in scope.hidden_periods(work, self.start)) else False
        return None if None in verdicts or self.undecided or self.missing else True

    def _may_be_older(self, work: Work) -> bool:
        """Return whether a work may have been #1 before the record, of which it is not known to have been there."""
        scope = self.scope
        counts = scope.rule.verdict(work) is not False
        return (
            counts and not scope.begins_with_chart and before_record(work, scope.record.first, scope.chart) is not None
        )

    @property
    def reasons(self) -> Sequence[str]:
        """What could change it."""
        scope, since = self.scope, self._since
        day = self.mark if since.day is None else since.day
        covered = scope.begins_with_chart or (day is not None and scope.covers(day))
        unsure = [t for t in self._marks if scope.rule.verdict(t.work) is None]
        return (
            *(() if covered else (f"the records begin with {scope.record.first}",)),
            *(unknown_of(scope.rule, topped) for topped in (*unsure, *self.undecided)),
            *missing_words(self.missing),
        )


def _since_sentence(said: Assertion, since: Since, verdict: bool | None, last: "_Between") -> str:
    scope, name = last.scope, since.title or str(since.day)
    when = f"{said.title}, #1 of {scope.where} {scope.in_period(last.start)}"
    first = f"the first {said.one} there since {name}"
    if verdict:
        until = f", which was #1 until {last.mark}" if since.title else ""
        return f"{when}, is {first}{until}, {scope.span}."
    if verdict is None:
        return f"Nobody can say whether {when}, is {first}."
    if since.day is None and last.mark is None:
        return f"{when}, is not {first}: {name} was not #1 before, {scope.span}."
    if last.between:
        period, other = last.between[-1]
        more = len({topped.key for _, topped in last.between}) - 1
        others = f", and {words.counted(more, 'other')} between the two" if more else ""
        return f"{when}, is not {first}: {other.name} was #1 {scope.in_period(period)}{others}."
    if since.day is not None:
        return f"{when}, is not {first}: that is not before it."
    return f"{when}, is not {first}: {name} does not count."
