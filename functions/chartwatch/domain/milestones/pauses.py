"""Pauses: that a territory lacks periods, and did not just stop, shows only when it is back."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import zip_longest

from chartwatch.domain.rules.evidence import Gap

Gaps = Mapping[str, tuple[Gap, ...]]
"""What is missing of each territory of a chart, in order."""

DAY = timedelta(days=1)


def lacks(gaps: Gaps, territory: str, first: date, last: date) -> bool:
    """Return whether anything is missing of a territory from one day to another."""
    return any(begins <= last and first <= ends for begins, ends in gaps.get(territory, ()))


def first_otherwise(known: Gaps, found: Gaps) -> date:
    """Return the first day from which on something else is missing of some territory; the last day, if of none."""
    territories = known.keys() | found.keys()
    return min((_first_otherwise(known.get(its, ()), found.get(its, ())) for its in territories), default=date.max)


def _first_otherwise(known: tuple[Gap, ...], found: tuple[Gap, ...]) -> date:
    for one, other in zip_longest(known, found, fillvalue=(date.max, date.max)):
        if one[0] != other[0]:
            return min(one[0], other[0])
        if one[1] != other[1]:
            return min(one[1], other[1]) + DAY
    return date.max
