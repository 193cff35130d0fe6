"""Claims that a work is the first at #1 since another, or since a day."""

from collections.abc import Sequence
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import (
    answer,
    best_of,
    fails,
    missing_words,
    never_topped,
    undecided_words,
    unknown_of,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Since, Verdict
from chartwatch.domain.milestones.possible import all_of
from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.milestones.weeks_asked import number_one
from chartwatch.domain.rules.certain import before_record
from chartwatch.domain.works.work import Work


def first_since(said: Assertion, scope: AskedScope) -> Answer:
    """Return whether no other that counts was #1 between what is named and the first time of the work that is meant."""
    if said.since is None:
        raise ValueError("nothing is said since when")
    named = scope.named(said.works)
    if said.on is not None:
        there = number_one(said, scope)
        if there.verdict is Verdict.FALSE:
            return there
        named = [its for its in named if scope.was_number_one(its.key, its.work, said.on) is not False]
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
        starts = [said.on]
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
    was_there = scope.was_number_one(key, work, last.start)
    name = topped.name if topped else said.title
    sentence = _since_sentence(said, f"{name}, #1" if was_there else f"{name}, if it was #1", verdict, last)
    return answer(scope, verdict, sentence, period=last.start, reasons=reasons)


class _Between:
    """What was #1 between that since when a work is said to be the first, and the period in which it was."""

    def __init__(self, said: Assertion, since: Since, scope: AskedScope, key: str, start: date) -> None:
        self.scope, self._since, self.start = scope, since, start
        others = [t for t in scope.topped if t.key != key and scope.counts(t.work, said.group) is not False]
        self._marks = [t for t in scope.topped if t.work.id in since.works]
        marks = {t.key for t in self._marks}
        lasts = [(p, t) for t in self._marks for p in scope.known_periods(t.key) if p < start]
        last, named = max(lasts, key=lambda its: its[0], default=(None, None))
        self.mark = since.day or last
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
        others = [t for t in self._marks if t.key != key]
        named = named or (others[0] if len(others) == 1 else None)
        self.since_name = named.name if named else since.title or str(since.day)

    @property
    def is_since_work(self) -> bool:
        """Whether it is a work since which it is said, and not a day."""
        return self._since.day is None

    @property
    def as_far_as_is_known(self) -> str:
        """What is said beside it that what is named was not #1 before, where that may have been."""
        work = self.scope.unseen(self._since.works, self._since.title)
        return ", as far as is known" if self.scope.hidden_periods(work, self.start) else ""

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


def _since_sentence(said: Assertion, who: str, verdict: bool | None, last: "_Between") -> str:
    scope, name = last.scope, last.since_name
    when = f"{who} of {scope.where} {scope.in_period(last.start)}"
    first = f"the first {said.one} there since {name}"
    if verdict:
        until = f", which was #1 until {last.mark}" if last.is_since_work else ""
        return f"{when}, is {first}{until}, {scope.span}."
    if verdict is None:
        return f"Nobody can say whether {when}, is {first}."
    if last.is_since_work and last.mark is None:
        return f"{when}, is not {first}: {name} was not #1 before{last.as_far_as_is_known}, {scope.span}."
    if last.between:
        period, other = last.between[-1]
        more = len({topped.key for _, topped in last.between}) - 1
        others = f", and {words.counted(more, 'other')} between the two" if more else ""
        return f"{when}, is not {first}: {other.name} was #1 {scope.in_period(period)}{others}."
    if not last.is_since_work:
        return f"{when}, is not {first}: that is not before it."
    return f"{when}, is not {first}: {name} does not count."
