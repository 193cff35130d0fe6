"""Maps of the world and of Europe: which territories are marked, and how much."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element

from chartwatch.site.pictures.svg import add, linked, picture, written

LEVELS = (1, 2, 3, 4)
"""How much a territory may be marked, from least to most: classes `m1` to `m4`."""

_DOT = "5"
"""The radius of the circle that marks a small territory; a style sheet makes it larger on a phone."""

_MARGIN = 10
"""Units from the middle of a circle to the edge of the map at least."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A territory to be seen: its ISO 3166-1 alpha-2 code, one of `LEVELS`, what is said of it, and where it leads."""

    code: str
    level: int
    label: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _Map:
    """Outlines and middles by ISO 3166-1 alpha-2 code, in units. Land without a code has "".

    It is shown from `west` to `east`, and further as soon as a place beyond is marked.
    """

    west: int
    east: int
    height: int
    land: Mapping[str, str]
    places: Mapping[str, tuple[int, int]]

    def has(self, code: str) -> bool:
        """Return whether a code can be marked."""
        return bool(code) and (code in self.land or code in self.places)


def has_place(code: str) -> bool:
    """Return whether a code can be marked: all countries can, but those that are no more, and the world, cannot."""
    return _maps()["world"].has(code)


def in_europe(code: str) -> bool:
    """Return whether a code can be marked on `europe_map`."""
    return _maps()["europe"].has(code)


def world_map(marks: Iterable[Mark], *, name: str, title: str, description: str) -> str:
    """Return a map with those territories marked, as SVG.

    All other land is one path of class `land`. What is too small to be seen is marked by a circle. Links are not in the
    order of the tabulator key: a table beside the map has to have them. Raises `ValueError` for a code that has no
    place (`has_place`) or comes twice, and for another level.
    """
    root = picture(name, title, description, kind="map")
    _draw(root, _by_code(marks), _maps()["world"])
    return written(root)


def europe_map(marks: Iterable[Mark], *, name: str, title: str, description: str) -> str:
    """Return a map of Europe with those marks that lie on it, as SVG: the others are left out.

    A country is some four times as wide as on a map of the world of that width. All else is as for `world_map`.
    """
    root = picture(name, title, description, kind="map europe")
    _draw(root, {code: mark for code, mark in _by_code(marks).items() if in_europe(code)}, _maps()["europe"])
    return written(root)


def _draw(root: Element, marks: Mapping[str, Mark], its: _Map) -> None:
    shapes = [mark for code, mark in marks.items() if code not in its.places]
    circles = [mark for code, mark in marks.items() if code in its.places]
    xs = [its.places[mark.code][0] for mark in circles]
    west, east = min([its.west, *(x - _MARGIN for x in xs)]), max([its.east, *(x + _MARGIN for x in xs)])
    root.set("viewBox", f"{west} 0 {east - west} {its.height}")
    apart = {mark.code for mark in shapes}
    add(root, "path", class_="land", d="".join(shape for code, shape in its.land.items() if code not in apart))
    for mark in shapes:
        _add_mark(root, mark, "path", d=its.land[mark.code])
    for mark in circles:
        x, y = its.places[mark.code]
        _add_mark(root, mark, "circle", cx=str(x), cy=str(y), r=_DOT)


def _add_mark(root: Element, mark: Mark, tag: str, **attributes: str) -> None:
    shape = add(linked(root, mark.href, tabindex="-1"), tag, class_=f"m{mark.level}", **attributes)
    add(shape, "title", mark.label)


def _by_code(marks: Iterable[Mark]) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda mark: mark.code):
        if not has_place(mark.code):
            raise ValueError(f"'{mark.code}' has no place on the map")
        if mark.code in found:
            raise ValueError(f"'{mark.code}' is marked twice")
        if mark.level not in LEVELS:
            raise ValueError(f"'{mark.code}' is marked by {mark.level}: levels are {LEVELS[0]} to {LEVELS[-1]}")
        found[mark.code] = mark
    return found


@cache
def _maps() -> Mapping[str, _Map]:
    """Return what `bench/world_shapes.py` made."""
    read = json.loads(files(__package__).joinpath("shapes.json").read_text(encoding="utf-8"))
    return {
        name: _Map(**its | {"places": {code: (x, y) for code, (x, y) in its["places"].items()}})
        for name, its in read.items()
        if name != "source"
    }
