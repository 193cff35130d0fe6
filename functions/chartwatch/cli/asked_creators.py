"""Creators that a person asks for: by the name under which they are counted, or by a credit as a chart has it."""

import re
from difflib import get_close_matches
from functools import cache

from chartwatch.cli.application import mistake
from chartwatch.domain import words
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.rules.rule import Rule
from chartwatch.domain.works.credits import name_key
from chartwatch.domain.works.titles import title_key

NEARLY = 0.82
"""How much alike two names are of which one may be a slip of the other: a letter or two apart."""

MOST_ALIKE = 3


class Creators:
    """All creators of what was at #1 of a chart."""

    def __init__(self, history: ChartHistory) -> None:
        """Take them from the chart's history."""
        self._history = history
        titles = ((one, p.period) for p in history.timeline for its in p.number_ones.values() for one in its)
        self._works = {history.work_of(one, period) for one, period in titles}
        self._names: dict[str, set[str]] = {}
        self._by_letters: dict[str, set[str]] = {}
        for name in {name for work in self._works for name in (*work.creators, *work.featured)}:
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
        read = {its for name in self._history.catalog.read(group).main for its in self._names.get(title_key(name), ())}
        its = alike or self._credited(rule, group) or sorted(read) or sorted(self._by_letters.get(name_key(group), ()))
        if len(its) > 1:
            raise mistake(parameter, f"{group!r} counts for {words.listed(its)}: give one of them")
        if not its and (meant := self._nearly(group)):
            detail = f"nothing by {group!r} was at #1 of {self._history.chart.id}; did you mean {meant}?"
            raise mistake(parameter, detail)
        return its[0] if its else group

    def note_on(self, asked: str, meant: str) -> str:
        """Return what is said of a name beside an answer: for whom it counts, or whose are like it; or nothing."""
        if name_key(asked) != name_key(meant):
            return f"A credit to {asked} counts for {meant}."
        if name_key(asked) in self._by_letters:
            return ""
        alike = get_close_matches(name_key(asked), self._by_letters, MOST_ALIKE)
        return f"Names like it there: {words.listed([min(self._by_letters[its]) for its in alike])}." if alike else ""

    def _credited(self, rule: Rule, credit: str) -> list[str]:
        """Return the creators for whom a credit as a chart has it counts, in the order of their names."""
        named = (work for work in self._works if work.credit and title_key(work.credit) == title_key(credit))
        return sorted({name for work in named for name in (rule.per.of(work, rule.origin) if rule.per else ())})

    def _nearly(self, group: str) -> str | None:
        if nearly := get_close_matches(name_key(group), self._by_letters, 1, NEARLY):
            return min(self._by_letters[nearly[0]])
        asked = _parts(group)
        parts = {name: _parts(name) for its in self._names.values() for name in its}
        # One word of a name is too little: The Who are not The Guess Who.
        within = (name for name, its in parts.items() if len(asked & its) > 1 and (asked <= its or its <= asked))
        return min(within, default=None)


def _parts(name: str) -> frozenset[str]:
    return frozenset(key for part in re.split(r"[\s,&+/()]+", name) if (key := name_key(part)) and key not in _LINKS)


_LINKS = frozenset({"the", "and", "feat", "featuring", "with", "x"})


@cache
def creators_at(history: ChartHistory) -> Creators:
    """Return the creators of a history, which are the same for all claims about it."""
    return Creators(history)
