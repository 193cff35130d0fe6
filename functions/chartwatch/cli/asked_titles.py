"""Titles that a person asks for: whether a chart or the catalog has them, and what was probably meant."""

from collections.abc import Collection, Mapping

from chartwatch.cli.asked_slots import Question
from chartwatch.cli.wording import longer_titles, title_meant
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import KINDS, Work
from chartwatch.errors import OptionError


def refuse_unknown_title(
    title: str,
    works: frozenset[str],
    question: Question,
    histories: Mapping[str, ChartHistory],
    option: str = "--title",
) -> None:
    """Raise `OptionError` for a title that nothing has: it is mistyped more likely than it is a claim.

    So is one that the catalog has, and no chart, where a chart has it with a bracket behind it; and one that the
    catalog has for works of another kind than the chart's alone, where a charted title is written much like it.
    """
    history = histories[question.chart]
    if any(its.has_topped(title) for its in histories.values()) or _have_topped(works, question, history):
        return
    # Of the lower ranks only those are read that the claim is about.
    stood = [entry for _, entry in history.charted(question.territory)]
    lower = {title_key(entry.title): entry.title for entry in stood}
    if title_key(title) in lower:
        return
    if of := next((its.title for its in stood if its.season and title_key(its.season) == title_key(title)), None):
        advice = f"ask for {of}, with --count seasons where each season is to count by itself"
        raise OptionError(option, f"{title!r} is what the chart calls a season of {of}; {advice}")
    charted = {*lower.values(), *(name for its in histories.values() for name in its.titles.values())}
    listed = _listed(title, works, history)
    if any(map(history.may_have, listed)) and not longer_titles(title, charted, "("):
        return
    if listed and not title_meant(title, charted, within=False):
        return
    likely = charted | {work.title for work in history.catalog if history.may_have(work)}
    nowhere = "neither in the catalog nor on a chart" if not listed else "on no chart"
    raise OptionError(option, f"{title!r} is {nowhere}{title_meant(title, charted if listed else likely)}")


def _have_topped(works: frozenset[str], question: Question, history: ChartHistory) -> bool:
    """Return whether one of some works has been #1, or may have been by a title that may mean several."""
    topped = (its.work for its in history.scope(question.territory, Count.WORKS).topped)
    return any(not works.isdisjoint((work.id, *(each.id for each in work.candidates))) for work in topped)


def _listed(title: str, works: frozenset[str], history: ChartHistory) -> Collection[Work]:
    """Return the works of the catalog that a title names, of whatever kind."""
    catalog = history.catalog
    named = (work for kind in KINDS for work in catalog.named(title, kind))
    return {*named, *(work for work in map(catalog.work, works) if work)}
