"""Claims about a title that several works at #1 bear: each of them is asked, and what is so of all is the answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from chartwatch.domain import words
from chartwatch.domain.milestones.answers import BEST
from chartwatch.domain.milestones.asked import Answer, Assertion, Form, Verdict
from chartwatch.domain.milestones.scopes import AskedScope
from chartwatch.domain.milestones.told_apart import told_apart
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.works.work import Work

_Said = TypeVar("_Said")


def of_each(said: Assertion, scope: AskedScope) -> Sequence[Assertion]:
    """Return the claim as it is about each work that has topped the scope and is meant, by what a sentence calls it.

    Those that do not count are not meant, where others do. A place that says which work holds it is about that one; a
    title of which nobody can say what it means on the chart is left to its readings; and who was, became or came in at
    #1 says itself which work it was. One that has not topped the scope is called by whose it is, where that is said.
    Where none counts of those that have, one is meant that does and that what is missing may hide.
    """
    topped = {its.work.id: its for its in scope.named(said.works)}
    if said.title and said.creator and not topped:
        return [replace(said, title=f"{said.title} by {said.creator}")]
    if topped and (hidden := _hidden(said, scope, [its.work for its in topped.values()])):
        return [hidden]
    if said.form in (Form.NUMBER_ONE, Form.DEBUT) or isinstance(said.rule, ChangeRule):
        return [said]
    place = said.rule.read_place(said.place) if said.place else None
    may_be = {its.id for one in scope.topped for its in one.work.candidates}
    if not said.title or (place and place.work) or may_be & (said.works | topped.keys()):
        return [said]
    counting = [its for its in topped.values() if scope.counts(its.work, said.group) is not False]
    meant = counting or list(topped.values())
    if (on := said.on) is not None:
        meant = [its for its in meant if scope.was_number_one(its.key, its.work, on) is not False] or meant
    if len(meant) == 1:
        (one,) = meant
        return [replace(said, works=frozenset({one.work.id}), title=one.called) if one.called else said]
    names = {its.work.id: its.called or f"{its.work.title} (#1 since {its.since})" for its in meant}
    return [replace(said, works=frozenset({work_id}), title=name) for work_id, name in names.items()] or [said]


def _hidden(said: Assertion, scope: AskedScope, topped: Sequence[Work]) -> Assertion | None:
    """Return a claim as it is about the works that count and may have topped the scope in what is missing alone.

    None where one counts that has, and where a claim looks for them itself.
    """
    if said.form is Form.DEBUT or any(scope.counts(work, said.group) is not False for work in topped):
        return None
    others = [work for work in may_chart(said.works, scope) if work not in topped]
    hidden = [work for work in others if scope.counts(work, said.group) is not False and scope.usable(work)]
    names = told_apart((*topped, *hidden))
    called = {names.get(work.id, work.title) for work in hidden}
    title = called.pop() if len(called) == 1 else said.title
    return replace(said, works=frozenset(work.id for work in hidden), title=title) if hidden else None


def may_chart(works: frozenset[str], scope: AskedScope) -> Sequence[Work]:
    """Return the works of the catalog, of those of some ids, that a title of the chart may mean."""
    kinds = {entry.kind for _, entry, _ in scope.charted} or {scope.chart.kind}
    not_in = scope.chart.not_in_language
    listed = [work for work in map(scope.catalog.work, sorted(works)) if work]
    return [work for work in listed if any(work in scope.catalog.may_mean(work.title, kind, not_in) for kind in kinds)]


def of_all(title: str, claims: Sequence[Assertion], answers: Sequence[Answer], where: str) -> Answer:
    """Return what is to be said of a claim about a title, by the claims about each of its works and their answers.

    The verdict is the same for all, or nobody can say.
    """
    alike = replace(
        answers[0],
        n=_one([its.n for its in answers]),
        period=_one([its.period for its in answers]),
        holders=_one([its.holders for its in answers]) or (),
        before=_one([its.before for its in answers]) or (),
        reasons=tuple(dict.fromkeys(reason for its in answers for reason in its.reasons)),
        sentence=_together(answers),
        is_short=any(its.is_short for its in answers),
    )
    if len({its.verdict for its in answers}) == 1:
        return alike
    each = {claim.title: its for claim, its in zip(claims, answers, strict=True)}
    found = {verdict: [name for name, its in each.items() if its.verdict is verdict] for verdict in BEST}
    so_of = words.listed([f"{verdict} of {words.listed(names)}" for verdict, names in found.items() if names])
    many = words.sentence(words.cardinal(len(each)))
    reasons = [f"of {name} it is {its.verdict}: {its.sentence.removesuffix('.')}" for name, its in each.items()]
    return replace(
        alike,
        n=None,
        period=None,
        verdict=Verdict.UNKNOWN,
        sentence=f"{many} works called {title} have been #1 of {where}, and it is {so_of}.",
        reasons=(*reasons, *alike.reasons),
        is_short=False,
        is_of_several=True,
    )


def _together(answers: Sequence[Answer]) -> str:
    """Return what is said of each as one text; what all end with, who holds the place that is asked for, once."""
    said = list(dict.fromkeys(its.sentence for its in answers))
    holders = {its.holders for its in answers}
    if len(said) > 1 and len(holders) == 1 and (holder := next(iter(next(iter(holders))), None)):
        begin = said[0].rfind(f". {holder.title}")
        held = said[0][begin + 1 :]
        if begin >= 0 and all(its.endswith(f".{held}") for its in said):
            return " ".join((*(its.removesuffix(held) for its in said), held.strip()))
    return " ".join(said)


def _one(values: Sequence[_Said]) -> _Said | None:
    """Return the value that all are, or None."""
    return values[0] if all(value == values[0] for value in values) else None
