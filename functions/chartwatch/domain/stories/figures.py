"""How a work did in the list of a territory, in a sentence: its figures, and how these and its place changed."""

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import format_decimal

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.milestone import Listed

_COUNTERS = {"weeks": "week", "days": "day"}
"""Figures that count how often a work was in the list, this time among them."""

_COUNT = re.compile("[1-9][0-9]{0,5}")

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
"""A number that a chart may print. One with thousands of digits, or with an exponent, would be shown with them all."""


def how_it_did(listed: Listed, cadence: Cadence) -> str:
    """Return "448,730,000 hours viewed (63,190,000 the week before), second week in the list, #2 the week before".

    Without what is not known, and nothing where nothing is.
    """
    parts = [*_shown(listed, cadence), *_counted(listed)]
    if listed.before is not None:
        parts.append(f"#{listed.before.rank} the {cadence} before")
    return words.sentence(", ".join(parts))


def _shown(listed: Listed, cadence: Cadence) -> Iterator[str]:
    """Yield each figure that tells how it did, with that of the period before."""
    now, before = dict(listed.now.figures), dict(listed.before.figures) if listed.before else {}
    when = f" the {cadence} before"
    for name, reads in listed.shown:
        if (figure := figure_in_words(now.get(name))) is not None:
            earlier = figure_in_words(before.get(name))
            yield f"{figure} {reads}" + (f" ({earlier}{when})" if earlier is not None else "")
            when = when if earlier is None else ""


def _counted(listed: Listed) -> Iterator[str]:
    """Yield for how many weeks or days it is in the list."""
    for name, noun in _COUNTERS.items():
        count = dict(listed.now.figures).get(name, "")
        if _COUNT.fullmatch(count):
            yield f"{words.ordinal(int(count))} {noun} in the list"


def figure_in_words(written: str | None) -> str | None:
    """Return a number with its thousands apart; None where it is none, or none that a chart would print."""
    if written is None or not _NUMBER.fullmatch(written):
        return None
    return format_decimal(Decimal(written), locale="en_GB")
