"""Readings: what titles may mean of which nobody can say which of several works they do, as far as a claim cares."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations, product
from math import prod

from chartwatch.domain.milestones.asked import Assertion, Form
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.scope_history import Reading
from chartwatch.domain.rules.certain import OneOfSeveral
from chartwatch.domain.works.meanings import Namesakes
from chartwatch.domain.works.work import Work

MOST = 81
"""Readings that are tried: where there are more, nobody is told what is so in all of them."""


def titles_that_matter(said: Assertion, territory: str, history: ChartHistory) -> Sequence[OneOfSeveral]:
    """Return the titles that have topped a scope and may mean a work that has too, by another title, or is asked for.

    Any other is a work of its own there, whichever it is.
    """
    until = said.as_of or date.max
    topped = [its for its in history.scope(territory, said.rule.count).topped if its.since <= until]
    since: dict[str, OneOfSeveral] = {}
    for its in topped:
        if its.work.candidates:
            since.setdefault(its.work.id, OneOfSeveral(its.work, its.since))
    others = {its.work.id for its in topped} | _asked_for(said)
    may_be = {title: {work.id for work in its.work.candidates} for title, its in since.items()}
    lower = _lower(said, territory, history) if said.form is Form.DEBUT else {}
    return [
        its
        for title, its in since.items()
        if may_be[title] & others or any(may_be[title] & may_be[other] for other in since if other != title)
    ] + [its for title, its in lower.items() if title not in since]


def _lower(said: Assertion, territory: str, history: ChartHistory) -> Mapping[str, OneOfSeveral]:
    """Return the titles that stood on a chart of a territory, and may mean a work that a claim is about."""
    since: dict[str, OneOfSeveral] = {}
    for period, entry in history.charted(territory):
        if said.as_of is None or period <= said.as_of:
            work = history.work_of(entry, period)
            if not said.works.isdisjoint(its.id for its in work.candidates):
                known = since.get(work.id)
                since[work.id] = OneOfSeveral(work, min(period, known.since) if known else period, stood_lower=True)
    return since


def _asked_for(said: Assertion) -> set[str]:
    """Return the ids of the works that a claim is about."""
    place = said.rule.read_place(said.place) if said.place else None
    named = {place.work, place.work.rpartition("/")[0]} if place and place.work else set()
    return {*said.works, *(said.since.works if said.since else ()), *named}


def readings(titles: Sequence[OneOfSeveral], history: ChartHistory, as_of: date | None) -> list[Reading] | None:
    """Return all that titles may mean together, each the same throughout; None where that is too much to try."""
    at = bisect_right([its.period for its in history.timeline], as_of or date.max) - 1
    known = history.meanings(history.timeline[at].period)
    for title in titles:
        known = known.with_meaning(title.work, title.work.title, title.work.kind, title.since)
    may_be_one = Namesakes.among(known).of
    options = [
        [work for work in _candidates(title.work, titles) if work.id in may_be_one.get(title.work.id, ())]
        for title in titles
    ]
    if prod(map(len, options)) > MOST:
        return None
    pairs = list(permutations(range(len(titles)), 2))
    return [
        tuple((title.work.id, work) for title, work in zip(titles, chosen, strict=True))
        for chosen in product(*options)
        if all(
            _agree(options[one], chosen[one], chosen[other])
            for one, other in pairs
            if titles[one].work.candidates[-1] == titles[other].work.candidates[-1]
            and len(options[one]) < len(options[other])
        )
        and all(
            chosen[one].id != chosen[other].id or titles[other].work.id in may_be_one[titles[one].work.id]
            for one, other in pairs
        )
    ]


def _agree(options: Sequence[Work], earlier: Work, later: Work) -> bool:
    """Return whether a title means the same as before others of that title came out, if it means what was out then."""
    return later.id == earlier.id or later.id not in {work.id for work in options}


def _candidates(title: Work, titles: Sequence[OneOfSeveral]) -> Sequence[Work]:
    """Return the works that a title may mean; known of that of no catalog is what is so of all others."""
    *known, own = title.candidates
    alike = (its.work for its in titles if its.work.candidates[-1].id == own.id)
    facts = min(alike, key=lambda work: len(work.candidates))
    countries = facts.origin_countries
    return [*known, replace(own, original_language=facts.original_language, origin_countries=countries)]
