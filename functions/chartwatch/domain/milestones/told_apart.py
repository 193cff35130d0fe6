"""Works of one title: what a sentence calls each, by whose it is or when and where it came out."""

from collections.abc import Iterable, Mapping, Sequence

from chartwatch.domain import words
from chartwatch.domain.rules.certain import facts_in_brief
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Work

MAX_CREATORS = 3
"""Creators that tell a work from another of its title."""


def told_apart(works: Iterable[Work]) -> Mapping[str, str]:
    """Return what works are called that share a title, by id: "Hello by Adele", or "Red (2013, South Korea)".

    A work of which nothing is known that tells it from the others is not there.
    """
    by_title: dict[str, dict[str, Work]] = {}
    for work in works:
        by_title.setdefault(title_key(work.title), {})[work.id] = work
    return {
        work_id: called
        for its in by_title.values()
        if len(its) > 1
        for work_id, called in _called(list(its.values())).items()
    }


def _called(works: Sequence[Work]) -> Mapping[str, str]:
    by_creator, in_brief = {work.id: _by(work) for work in works}, {work.id: facts_in_brief(work) for work in works}
    called: dict[str, str] = {}
    for work in works:
        by, facts = by_creator[work.id], in_brief[work.id]
        if by and list(by_creator.values()).count(by) == 1:
            called[work.id] = f"{work.title}{by}"
        elif facts and list(in_brief.values()).count(facts) == 1:
            called[work.id] = f"{work.title}{by} ({facts})"
    return called


def _by(work: Work) -> str:
    return f" by {words.some(work.creators, MAX_CREATORS)}" if work.creators else ""
