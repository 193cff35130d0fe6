"""Creators that a person asks for: by the name under which they are counted, or by a credit as a chart has it."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache

from chartwatch.cli.application import mistake
from chartwatch.domain import words
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.rules.rule import Rule
from chartwatch.domain.works.acts import OTHER_NAMES
from chartwatch.domain.works.credits import name_key
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind

NEARLY = 0.82
"""How much alike two names are of which one may be a slip of the other: a letter or two apart."""

MOST_ALIKE = 3


_OTHER_NAMES = {name_key(name): act for name, act in OTHER_NAMES.items()}
"""The acts that are meant by other names, by their letters."""


class Creators:
    """All creators of what was at #1 of a chart."""

    def __init__(self, history: ChartHistory) -> None:
        """Take them from the chart's history."""
        self._history = history
        titles = ((one, p.period) for p in history.timeline for its in p.number_ones.values() for one in its)
        self._works = {history.work_of(one, period) for one, period in titles}
        self._all_names = sorted({name for work in self._works for name in (*work.creators, *work.featured)})
        self._names: dict[str, set[str]] = {}
        self._by_letters: dict[str, set[str]] = {}
        self._credits = sorted({work.credit for work in self._works if work.credit})
        for name in self._all_names:
            self._names.setdefault(title_key(name), set()).add(name)
            self._by_letters.setdefault(name_key(name), set()).add(name)

    def meant(self, rule: Rule, group: str, parameter: str) -> str:
        """Return the group of a rule that a name means: the creator, or the one for whom that credit counts.

        A name that is nobody's there is that of somebody who has had no #1. Raises `OptionError` for a credit that
        counts for several, and for a name that is nearly that of a creator, or a part of it, or more.
        """
        alike = sorted(self._names.get(title_key(group), ()))
        if group in alike:
            return group
        whom = self._history.catalog.read(group).main
        read = sorted({its for name in whom for its in self._by_letters.get(name_key(name), ())})
        known = _OTHER_NAMES.get(name_key(group), group)
        its = alike or self._credited(rule, group) or sorted(self._by_letters.get(name_key(known), ())) or read
        if len(its) > 1:
            raise mistake(parameter, f"{group!r} counts for {words.listed(its)}: give one of them")
        if not its and (meant := self._nearly(group)):
            detail = f"nothing by {group!r} was at #1 of {self._history.chart.id}; did you mean {words.either(meant)}?"
            raise mistake(parameter, detail)
        return its[0] if its else group

    def note_on(self, asked: str, meant: str) -> str:
        """Return what is said of a name beside an answer, or nothing.

        That is for whom it counts, and of which other names by the same words it does not; or whose are like it.
        """
        counts = f"A credit to {asked} counts for {meant}. " if name_key(asked) != name_key(meant) else ""
        if name_key(meant) in self._by_letters:
            apart = [name for name in _akin(meant, self._all_names, least=2) if name_key(name) != name_key(meant)]
            return f"{counts}{f'What is by {words.some(apart, MOST_ALIKE)} is counted apart.' if apart else ''}".strip()
        names = dict.fromkeys((*self._all_names, *self._credits))
        alike = _akin(asked, names, least=1)[:MOST_ALIKE]
        alike = alike or [
            min(self._by_letters[its]) for its in get_close_matches(name_key(asked), self._by_letters, MOST_ALIKE)
        ]
        return f"Names like it there: {words.listed(alike).removesuffix('.')}." if alike else ""

    def _credited(self, rule: Rule, credit: str) -> list[str]:
        """Return the creators for whom a credit as a chart has it counts, in the order of their names."""
        named = (work for work in self._works if work.credit and name_key(work.credit) == name_key(credit))
        return sorted({name for work in named for name in (rule.per.of(work, rule.origin) if rule.per else ())})

    def _nearly(self, group: str) -> Sequence[str]:
        """Return the names that a name probably stands for: one that is written much like it, or those it is part of.

        The Who are not The Guess Who: of one word with an article, or of an artist whom the catalog knows, it is no
        part.
        """
        if nearly := get_close_matches(name_key(group), self._by_letters, 1, NEARLY):
            return [min(self._by_letters[nearly[0]])]
        if found := _akin(group, self._all_names, least=2) or _akin(group, self._credits, least=2):
            return found[:1]
        if len(_words(group)) > 1 or self._history.catalog.named(group, Kind.ARTIST):
            return ()
        within = _akin(group, self._all_names, least=1) or _akin(group, self._credits, least=1)
        return within[:MOST_ALIKE]


def _akin(name: str, others: Iterable[str], least: int) -> list[str]:
    """Return those of some names that have all words of a name, or whose words it has, as many as there must be."""
    asked = _parts(name)
    parts = ((other, _parts(other)) for other in others)
    return [other for other, its in parts if len(asked & its) >= least and (asked <= its or its <= asked)]


def _words(name: str) -> list[str]:
    return re.split(r"[\s,&+/()]+", name.strip())


def _parts(name: str) -> frozenset[str]:
    return frozenset(key for part in _words(name) if (key := name_key(part)) and key not in _LINKS)


_LINKS = frozenset({"the", "and", "feat", "featuring", "with", "x"})


@cache
def creators_at(history: ChartHistory) -> Creators:
    """Return the creators of a history, which are the same for all claims about it."""
    return Creators(history)
