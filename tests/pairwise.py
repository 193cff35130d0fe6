"""Few combinations of options that have every pair of values, by a greedy algorithm (Cohen and others, AETG, 1997)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations, product
from typing import Any

Row = Mapping[str, Any]


def pairwise(levels: Mapping[str, Sequence[Any]], is_possible: Callable[[Row], bool]) -> list[dict[str, Any]]:
    """Return rows that have together every pair of levels of different factors that any possible row has.

    The first level of each factor is what it is where nothing else has to be; a row of these alone is possible.
    """
    usual = {factor: its[0] for factor, its in levels.items()}
    uncovered = {
        ((one, first), (other, second)): None
        for one, other in combinations(levels, 2)
        for first, second in product(range(len(levels[one])), range(len(levels[other])))
        if is_possible({**usual, one: levels[one][first], other: levels[other][second]})
    }
    rows: list[dict[str, Any]] = []
    while uncovered:
        chosen = dict(next(iter(uncovered)))
        for factor in (factor for factor in levels if factor not in chosen):
            tried = [{**chosen, factor: level} for level in range(len(levels[factor]))]
            possible = [
                row
                for row in tried
                if is_possible({**usual, **{name: levels[name][level] for name, level in row.items()}})
            ]
            chosen = max(possible, key=partial(_newly, uncovered, factor))
        row = sorted(chosen.items(), key=lambda its: list(levels).index(its[0]))
        for pair in combinations(row, 2):
            uncovered.pop(pair, None)
        rows.append({factor: levels[factor][level] for factor, level in row})
    return rows


def _newly(uncovered: Mapping[Any, None], factor: str, chosen: Mapping[str, int]) -> int:
    """Return how many pairs with a factor a row so far would cover."""
    mine = (factor, chosen[factor])
    return sum((its, mine) in uncovered or (mine, its) in uncovered for its in chosen.items())
