"""Claims that somebody makes, checked: true, false or unknown, with what is right, who came before, and on what record.

What is true is so in every way in which the unknown could turn out, what is false in none (docs/adr/0002).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.milestones.answers import (
    answer,
    doubts_about,
    missing_words,
    nobody,
    of_claim,
    so_far,
    within_another,
)
from chartwatch.domain.milestones.asked import Answer, Assertion, Form, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.debuts_asked import debut
from chartwatch.domain.milestones.firsts_asked import count, nth, race
from chartwatch.domain.milestones.lasting_asked import lasting, longest, record_run, reign
from chartwatch.domain.milestones.methods_asked import scope_of_method
from chartwatch.domain.milestones.namesakes_asked import of_all, of_each
from chartwatch.domain.milestones.readings import readings, titles_that_matter
from chartwatch.domain.milestones.scope_history import Reading, ScopeHistory
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.milestones.since_asked import first_since
from chartwatch.domain.milestones.territories_asked import at_once, spread
from chartwatch.domain.milestones.weeks_asked import change, number_one
from chartwatch.domain.rules.certain import OneOfSeveral, candidates_in_words, in_words
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.claims import slot_id
from chartwatch.domain.rules.firsts import FirstsRule
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import Count, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.rules.standing import EVERYWHERE


def check(said: Assertion, territory: str, history: ChartHistory) -> Answer:
    """Return what is to be said of a claim on a chart that has the territory.

    The scope of the rule must be that of the territory: `chart` for `*`, otherwise `territory`.
    """
    its = history.scope(territory, said.rule.count)
    return _of_each(said, its, partial(_check, history))


def _of_each(said: Assertion, its: ScopeHistory, ask: Callable[[Assertion, ScopeHistory], Answer]) -> Answer:
    """Return what is to be said of a claim about each work that is meant, which `ask` is asked."""
    scope = AskedScope(said.rule, its, said.as_of)
    claims = of_each(said, scope)
    answers = [ask(claim, its) for claim in claims]
    return answers[0] if len(answers) == 1 else of_all(said.title, claims, answers, scope.where)


def _check(history: ChartHistory, said: Assertion, unread: ScopeHistory) -> Answer:
    """Return what is to be said of a claim about one work, or about a title as it may be read."""
    known, territory = _answer(said, unread), unread.territory
    titles = titles_that_matter(said, territory, history)
    if not titles:
        return known
    ways = readings(titles, history, said.as_of)
    scopes = [history.scope(territory, said.rule.count, way) for way in ways or ()]
    as_read = [_of_each(said, its, _answer) for its in scopes]
    verdicts = {its.verdict for its in as_read}
    who_is_asked = not said.works and not (said.rule.is_of_groups and said.group)
    alike = not who_is_asked or all(map(partial(_holds_alike, known), as_read, ways or ()))
    if len(verdicts) == 1 and known.verdict in (*verdicts, Verdict.UNKNOWN) and (alike or Verdict.FALSE in verdicts):
        return _however_read(known, as_read, who_is_asked=who_is_asked and said.form is Form.PLACE)
    named = _deciding(titles, ways, as_read) if ways else titles
    named = [title for title in named if not any(candidates_in_words(title.work) in its for its in known.reasons)]
    reasons = [*known.reasons, *map(in_words, named)]
    if known.verdict is Verdict.UNKNOWN:
        return replace(known, reasons=tuple(reasons))
    reasons += [reason for its in as_read for reason in its.reasons]
    its = tuple(dict.fromkeys(reasons))
    sentence = so_far(within_another(known))
    return replace(known, verdict=Verdict.UNKNOWN, sentence=sentence, reasons=its, is_short=False)


def _deciding(
    titles: Sequence[OneOfSeveral], ways: Sequence[Reading], as_read: Sequence[Answer]
) -> Sequence[OneOfSeveral]:
    """Return the titles that change the verdict with what they mean, all others meaning the same; all, if none does."""
    verdicts: dict[tuple[int, Reading], set[Verdict]] = {}
    for way, its in zip(ways, as_read, strict=True):
        for at in range(len(titles)):
            verdicts.setdefault((at, way[:at] + way[at + 1 :]), set()).add(its.verdict)
    deciding = {at for (at, _), its in verdicts.items() if len(its) > 1}
    return [title for at, title in enumerate(titles) if at in deciding] or titles


def _holds_alike(known: Answer, as_read: Answer, reading: Reading) -> bool:
    """Return whether the holders of a place are those that are known, by what titles are read as."""
    works = {title: work.id for title, work in reading}
    held = {(works.get(holder.work_id, holder.work_id), holder.season, holder.group) for holder in known.holders}
    read = {(holder.work_id, holder.season, holder.group) for holder in as_read.holders}
    return (held, known.period) == (read, as_read.period)


def _however_read(known: Answer, as_read: Sequence[Answer], *, who_is_asked: bool) -> Answer:
    """Return the answer that all readings give: as it is known, or that of the least number, and that it is so in all.

    What it says beside the verdict need not be so in all; but where the question is who holds a place, it names titles
    of which nobody can say what they mean as they are, for one reading has other holders than the next.
    """
    least = min(as_read, key=lambda its: its.n or 0)
    differ = len({(its.n, its.period) for its in (known, *as_read)}) > 1
    differ |= known.verdict is Verdict.FALSE and any(its.sentence != known.sentence for its in as_read)
    if known.verdict is Verdict.UNKNOWN or differ:
        if least.verdict is Verdict.UNKNOWN:
            return known
        if who_is_asked and least.verdict is Verdict.TRUE:
            least = replace(known, verdict=Verdict.TRUE, sentence=known.sentence.removeprefix(so_far("")), reasons=())
        what = "so" if least.verdict is Verdict.TRUE else "not so"
        sentence = f"It is {what} however the unknown turns out. As far as is known, {within_another(least)}"
        return replace(least, sentence=sentence)
    return known


def _answer(said: Assertion, its: ScopeHistory) -> Answer:
    """Return the answer by what is known of a scope, as titles are read there."""
    if said.form is Form.PLACE and said.rule.is_within_methods:
        scope = scope_of_method(said, its)
        return scope if isinstance(scope, Answer) else _answer_in(said, scope)
    return _answer_in(said, AskedScope(said.rule, its, said.as_of))


def _answer_in(said: Assertion, scope: AskedScope) -> Answer:
    if said.form is not Form.PLACE:
        return _FORMS[said.form](said, scope)
    if isinstance(said.rule, ReignRule):
        is_record = ":record:" in said.place
        return lasting(record_run if is_record else reign, said, scope)
    if isinstance(said.rule, SpreadRule):
        return lasting(spread, said, scope)
    if isinstance(said.rule, FirstsRule):
        return race(said, scope) if said.rule.is_of_groups else nth(said, scope)
    return change(said, scope) if isinstance(said.rule, ChangeRule) else _held(said, scope)


def _held(said: Assertion, scope: AskedScope) -> Answer:
    """Return who holds a slot of a rule of any other kind, by its claims alone."""
    slot = slot_id(said.rule.id, scope.chart.id, scope.territory, said.place)
    claim = next((claim for claim in scope.all_claims(said.rule) if claim.slot == slot), None)
    if claim is None:
        return nobody(said, scope, possible=bool(scope.missing), reasons=missing_words(scope.missing))
    is_another = said.works and not any(holder.work_id in said.works for holder in claim.holders)
    # A doubt about who is known to hold it leaves room for others.
    if is_another and not doubts_about(claim):
        return answer(scope, False, f"{claim.headline}: not {said.title}.", claim)
    return of_claim(scope, claim)


def _longest(said: Assertion, scope: AskedScope) -> Answer:
    return lasting(longest, said, scope)


def _at_once(said: Assertion, scope: AskedScope) -> Answer:
    return lasting(at_once, said, scope)


_FORMS: Mapping[Form, Callable[[Assertion, AskedScope], Answer]] = {
    Form.NUMBER_ONE: number_one,
    Form.FIRST_SINCE: first_since,
    Form.LONGEST_RUN: _longest,
    Form.MOST_IN_ALL: _longest,
    Form.COUNT: count,
    Form.AT_ONCE: _at_once,
    Form.DEBUT: debut,
}
"""What answers each form but that of a place."""


def elsewhere(said: Assertion, territory: str, chart: str, histories: Mapping[str, ChartHistory]) -> Iterator[Answer]:
    """Yield the answers to the same claim on the other charts that the work has topped.

    Asked are the same territory and the whole world, where it topped these, otherwise all territories together. Only
    who is first, or n-th, is asked of other charts.
    """
    if not isinstance(said.rule, FirstsRule) or said.form is not Form.PLACE:
        return
    for other, history in histories.items():
        if other == chart or not said.rule.is_about(history.chart.list_name):
            continue
        meant = replace(said, works=history.named(said.title, said.creator))
        topped = territories_topped(meant, history)
        asked = [place for place in dict.fromkeys((territory, GLOBAL)) if place in topped]
        for place in asked or ([EVERYWHERE] if topped else []):
            scope = Scope.CHART if place == EVERYWHERE else Scope.TERRITORY
            yield check(replace(meant, rule=replace(said.rule, scope=scope)), place, history)


def territories_topped(said: Assertion, history: ChartHistory) -> frozenset[str]:
    """Return the territories of a chart in which one of the works that are meant has been #1 by then."""
    scope = history.scope(EVERYWHERE, Count.WORKS)
    return frozenset(
        territory
        for territory, its in scope.there.items()
        if any(keys & said.works and (said.as_of is None or period <= said.as_of) for period, keys in its.items())
    )
