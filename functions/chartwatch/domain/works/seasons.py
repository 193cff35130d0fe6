"""Seasons: from a label as charted to the season it means, for rules that count seasons."""

import re
from functools import lru_cache

from chartwatch.domain.works.titles import title_key

_BETWEEN = " :-–—"
"""What may stand between a show's title and its label; also a stray colon twice."""

_NUMBERED = re.compile(
    r"(?:season|series|part|volume|book|chapter|collection|temporada) 0*([0-9]+)(?: ?:.*)?"
    r"|season 0*([0-9]+) part [0-9]+"
    r"|0*([0-9]+)"
)
_FINAL = re.compile(r"(?:the )?final season(?: part [0-9]+)?")


@lru_cache(maxsize=65_536)
def season_of(title: str, label: str | None) -> str | None:
    """Return the season that `label` means on a show of `title`: a number in digits, or what else it says.

    None: the label is None, or says nothing but the title. Netflix puts one word for another in weeks long past
    (`Season 1`, `Part 1`, `Limited Series`), so that the word does not count where there is a number, nor does the
    name of a season after its number. A limited series is a first season. Other labels are compared as titles are.
    """
    if label is None:
        return None
    said = _without_title(title_key(title), title_key(label))
    if said == "limited series":
        return "1"
    if found := _NUMBERED.fullmatch(said):
        return str(found[found.lastindex or 0])
    return "final season" if _FINAL.fullmatch(said) else said or None


def _without_title(title: str, label: str) -> str:
    """Return what a label says besides the show's title; both are keys."""
    rest = label.removeprefix(title)
    said = rest.lstrip(_BETWEEN) if not rest or rest[0] in _BETWEEN else label
    said = said.rstrip(" :")
    return "" if said == title else said
