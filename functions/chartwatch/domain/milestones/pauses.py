"""Pauses: that a territory lacks periods, and did not just stop, shows only when it is back."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import zip_longest

from chartwatch.domain.rules.evidence import Gap

Gaps = Mapping[str, tuple[Gap, ...]]
"""What is missing of each territory of a chart, in order."""


def lacks(gaps: Gaps, territory: str, period: date) -> bool:
    """Return whether a period is missing of a territory."""
    return any(first <= period <= last for first, last in gaps.get(territory, ()))


def lacks_earlier(gaps: Gaps, territory: str, last: date, period: date) -> bool:
    """Return whether a period is missing of a territory between the last that was seen of it and another."""
    return any(last < first < period for first, _ in gaps.get(territory, ()))


def first_otherwise(known: Gaps, found: Gaps) -> date:
    """Return the first day from which on something else is missing of some territory; the last day, if of none."""
    territories = known.keys() | found.keys()
    return min((_first_otherwise(known.get(its, ()), found.get(its, ())) for its in territories), default=date.max)


def _first_otherwise(known: tuple[Gap, ...], found: tuple[Gap, ...]) -> date:
    for one, other in zip_longest(known, found, fillvalue=(date.max, date.max)):
        if one[0] != other[0]:
            return min(one[0], other[0])
        if one[1] != other[1]:
            return min(one[1], other[1]) + timedelta(days=1)
    return date.max
