"""Claims about one period: who was #1 then, and who was new or back there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import (
    answer,
    best_of,
    beyond_record,
    fails,
    missing_words,
    named_apart,
    nobody,
    of_claim,
    undecided_words,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Verdict
from chartwatch.domain.milestones.possible import all_of, runs_of
from chartwatch.domain.milestones.scope_history import ToppedWork
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.rules.certain import may_hold_a_qualifying_work, was_out
from chartwatch.domain.rules.change import ChangeRule, Returns
from chartwatch.domain.rules.claims import CENSORED
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.work import Work

Named = tuple[str, Work, ToppedWork | None]
"""A work, or a season, that may be meant: its key, and what it topped; None when it has not."""


def _named(said: Assertion, scope: AskedScope) -> list[Named]:
    its: list[Named] = [(topped.key, topped.work, topped) for topped in scope.named(said.works)]
    unseen = scope.unseen(said.works, said.title)
    return its or [(unseen.id, unseen, None)]


def number_one(said: Assertion, scope: AskedScope) -> Answer:
    """Return whether a work was #1 in a period; without one, whether any that counts was, or who was."""
    period = said.on or date.min
    if not said.works:
        return _any_was(said, scope, period) if scope.rule.where else _who_was(scope, period)
    named = _named(said, scope)
    best = best_of([_number_one(said, scope, period, its) for its in named])
    names = {
        work.id: topped.name for _, work, topped in named if topped and scope.counts(work, said.group) is not False
    }
    if best.verdict is Verdict.FALSE and len(names) > 1:
        were = f"{words.listed(list(names.values()))} were not #1 of {scope.where} {scope.in_period(period)}"
        return replace(best, sentence=f"{were}{_what_was(said, scope, period, None, names)}.")
    return best


def _who_was(scope: AskedScope, period: date) -> Answer:
    """Return who was #1 in a period."""
    names = [claimant.name for claimant in scope.at(period).values()]
    where, why = f"#1 of {scope.where} {scope.in_period(period)}", _why_unknown(scope, period)
    if names and not why:
        return answer(scope, True, f"{words.some(names, 10)} {_were(names)} {where}.", period=period)
    known = f"As far as is known, {words.some(names, 10)} {_were(names)}" if names else "Nobody is known to have been"
    return answer(scope, None if why else False, f"{known} {where}.", period=period, reasons=why)


def _any_was(said: Assertion, scope: AskedScope, period: date) -> Answer:
    """Return whether any work that counts was #1 in a period."""
    there = [(claimant, scope.counts(claimant.work, said.group)) for claimant in scope.at(period).values()]
    ones = [claimant.name for claimant, counts in there if counts]
    where = f"#1 of {scope.where} {scope.in_period(period)}"
    may_hide = may_hold_a_qualifying_work(scope.rule, said.group, (period, period))
    why = _why_unknown(scope, period) if may_hide else ()
    if ones:
        sentence = f"Of the {said.several}, {words.some(ones, 10)} {_were(ones)} {where}."
        return answer(scope, True, sentence, period=period)
    others = [claimant.name for claimant, _ in there]
    known = f"{words.some(others, 10)} {_were(others)}" if others else ""
    undecided = [topped for claimant, counts in there if counts is None and (topped := scope.find(claimant.key))]
    if undecided or why:
        sentence = f"Nobody can say whether any {said.one} was {where}"
        so_far = f"; as far as is known, {known}" if known else ""
        reasons = (*undecided_words(scope, undecided), *why)
        return answer(scope, None, f"{sentence}{so_far}.", period=period, reasons=reasons)
    return answer(scope, False, f"No {said.one} was {where}{f': {known}' if known else ''}.", period=period)


def _were(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"


def _number_one(said: Assertion, scope: AskedScope, period: date, its: Named) -> Answer:
    key, work, topped = its
    counts = scope.counts(work, said.group)
    if counts is False:
        return answer(scope, False, fails(scope.rule, work, topped))
    there = scope.was_number_one(key, work, period)
    name = topped.name if topped else said.title
    found, where = all_of(there, counts), f"#1 of {scope.where} {scope.in_period(period)}"
    if found:
        run = next((run for run in runs_of(scope, key, work).known if run.first <= period <= run.last), None)
        number = scope.number(run.first, period) if run else 1
        nth = f", its {words.ordinal(number)} {scope.chart.cadence} running" if number > 1 else ""
        return answer(scope, True, f"{name} was {where}{nth}.", period=period)
    if found is None:
        unknown = undecided_words(scope, [topped]) if topped and counts is None else ()
        reasons = *unknown, *(_why_unknown(scope, period) if there is None else ())
        return answer(scope, None, f"Nobody can say whether {name} was {where}.", period=period, reasons=reasons)
    return answer(scope, False, f"{name} was not {where}{_what_was(said, scope, period, work)}.", period=period)


def _what_was(
    said: Assertion, scope: AskedScope, period: date, work: Work | None, names: Mapping[str, str] | None = None
) -> str:
    """Return where a work stood in a period in which it was not #1, and who was; or where others of its title stood.

    Without a work, several are meant, which `names` has by their ids.
    """
    its, stood = scope.at(period).values(), _stood(said, scope, period, work, names or {})
    ones = [named_apart(claimant, [work] if work else ()) for claimant in its]
    there = [f"{words.some(ones, 4)} {_were(ones)} #1"] if ones else []
    return f": {'; '.join([*stood, *there])}" if stood or there else ""


def _stood(
    said: Assertion, scope: AskedScope, period: date, work: Work | None, names: Mapping[str, str]
) -> Sequence[str]:
    """Return at which rank a work stood in a period, or else those of its title that were not #1, best first."""
    ranks: dict[str, tuple[int, Work]] = {}
    for at, entry, its in scope.charted:
        if at == period and its.id in (said.works or (work and {work.id}) or ()):
            ranks[its.id] = min((entry.rank, its), ranks.get(its.id, (entry.rank, its)), key=lambda ranked: ranked[0])
    is_alone = work and len(ranks) == 1 and not scope.named(frozenset((work.id,)))
    if own := next(iter(ranks.values())) if is_alone else work and ranks.get(work.id):
        return [f"it was {words.ordinal(own[0])}"]
    others = [work] if work else []
    lower = sorted(
        (rank, names.get(its.id) or named_apart(Claimant.of(its), others)) for rank, its in ranks.values() if rank > 1
    )
    return [f"{name} was {words.ordinal(rank)}" for rank, name in lower]


def _why_unknown(scope: AskedScope, period: date) -> tuple[str, ...]:
    within = (each for each in scope.missing if each.gap[0] <= period <= each.gap[1])
    return beyond_record(scope, period) or missing_words(within)


def change(said: Assertion, scope: AskedScope) -> Answer:
    """Return whether a work was new at #1 in a period, or back there, as the rule asks; without one, who was."""
    period = said.on or date.fromisoformat(said.place)
    claim = next(iter(scope.claims(said.rule, period)), None)
    if said.works:
        # Of those of which it is false, one that was there says more.
        its = sorted(_named(said, scope), key=lambda its: not scope.was_number_one(its[0], its[1], period))
        return best_of([_change_of(said, scope, period, each) for each in its])
    if claim is not None:
        return of_claim(scope, claim)
    there = [(c.key, c.work, scope.find(c.key)) for c in scope.at(period).values()]
    topped = [(topped.key, topped.work, topped) for topped in scope.topped]
    possible = _may_unseen_be_new(said, scope, period) or any(
        _is_new(said, scope, period, its) is not False for its in topped
    )
    if possible or len(there) != 1:
        return nobody(said, scope, possible=possible, reasons=_against_change(scope, period, there))
    return _change_of(said, scope, period, there[0])


def _may_unseen_be_new(said: Assertion, scope: AskedScope, period: date) -> bool:
    """Return whether a work that nobody has seen may have come to #1 in a period, as the rule asks."""
    if period not in scope.missing_periods:
        return False
    comes_back = isinstance(said.rule, ChangeRule) and said.rule.returns is Returns.ONLY
    return not comes_back or any(hidden < (scope.before(period) or period) for hidden in scope.missing_periods)


def _change_of(said: Assertion, scope: AskedScope, period: date, its: Named) -> Answer:
    key, work, topped = its
    name = topped.name if topped else said.title
    if scope.rule.verdict(work) is False:
        return answer(scope, False, fails(scope.rule, work, topped), period=period)
    found = _is_new(said, scope, period, its)
    if found:
        claims = scope.claims(said.rule, period)
        claim = next((c for c in claims if any(_is(h.work_id, h.season, topped) for h in c.holders)), None)
        if claim is not None:
            return answer(scope, True, f"{claim.headline}.", claim)
    where = f"#1 of {scope.where} {scope.in_period(period)}"
    is_of_returns = isinstance(said.rule, ChangeRule) and said.rule.returns is Returns.ONLY
    if found is not False:
        how = "back" if is_of_returns else "new"
        sentence = f"Nobody can say whether {name} was {how} at #1 of {scope.where} {scope.in_period(period)}."
        return answer(scope, None, sentence, period=period, reasons=_against_change(scope, period, [its]))
    there = scope.was_number_one(key, work, period)
    if there is None:
        how = "back at" if is_of_returns else "the new"
        sentence = f"{name} was not {how} {where}, whoever was #1 then."
        return answer(scope, False, sentence, period=period)
    if not there:
        return answer(scope, False, f"{name} was not {where}{_what_was(said, scope, period, work)}.", period=period)
    run = next((run for run in runs_of(scope, key, work).known if run.first <= period <= run.last), None)
    if run is not None and run.first < period:
        sentence = f"{name} was {where}, but not new there: it had been #1 since {run.first}."
    elif topped is not None and topped.since < period:
        sentence = f"{name} was {where}, but not for the first time: it had been #1 {scope.in_period(topped.since)}."
    elif scope.before(period) is None and not is_of_returns:
        sentence = f"{name} was {where}, with which the chart begins: nothing was #1 before it."
    else:
        sentence = f"{name} was {where}, for the first time in these records."
    return answer(scope, False, sentence, period=period)


def _is(work_id: str, season: str | None, topped: ToppedWork | None) -> bool:
    return topped is not None and (topped.work.id, topped.season) == (work_id, season)


def _is_new(said: Assertion, scope: AskedScope, period: date, its: Named) -> bool | None:
    """Return whether a work came to #1 in a period, as the rule asks."""
    key, work, _ = its
    there = scope.was_number_one(key, work, period)
    before = True if scope.begins_with_chart else None
    if (earlier := scope.before(period)) is not None:
        before = scope.was_number_one(key, work, earlier)
    return all_of(there, _not(before), scope.rule.verdict(work), _returns(said, scope, period, key, work))


def _returns(said: Assertion, scope: AskedScope, period: date, key: str, work: Work) -> bool | None:
    """Return whether the rule tells of a work as it came back, or for the first time."""
    returns = said.rule.returns if isinstance(said.rule, ChangeRule) else Returns.ALSO
    if returns is Returns.ALSO:
        return True
    hidden = [hidden for hidden in scope.hidden_periods(work, period) if hidden < (scope.before(period) or period)]
    may_have_been = hidden or (_comes_from_outside(scope, period) and was_out(period, work))
    was_there = True if any(known < period for known in scope.known_periods(key)) else None if may_have_been else False
    return was_there if returns is Returns.ONLY else _not(was_there)


def _comes_from_outside(scope: AskedScope, period: date) -> bool:
    """Return whether there are periods outside the record in which what comes back in a period may have been #1."""
    if period <= scope.record.first:
        return not scope.begins_with_chart
    before = scope.before(period)
    return before is not None and scope.chart.before(before) > scope.record.last


def _not(said: bool | None) -> bool | None:
    return None if said is None else not said


def _against_change(scope: AskedScope, period: date, named: Iterable[Named]) -> tuple[str, ...]:
    """Return what could change who came to #1 in a period."""
    if period == scope.record.first:
        return (CENSORED,)
    if not scope.record.first < period <= scope.record.last:
        return _why_unknown(scope, period)
    near = (scope.before(period) or period, period)
    gaps = [each for each in scope.missing if any(each.gap[0] <= at <= each.gap[1] for at in near)]
    earlier = [each for _, work, _ in named for each in scope.usable(work, period)]
    unknown = [topped for _, _, topped in named if topped and scope.rule.verdict(topped.work) is None]
    return (*missing_words(gaps or earlier), *undecided_words(scope, unknown))
