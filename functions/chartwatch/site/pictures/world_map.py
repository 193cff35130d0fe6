"""The map of the world: which territories are marked, and how much."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element

from chartwatch.site.pictures.svg import add, linked, picture, written

LEVELS = (1, 2, 3, 4)
"""How much a territory may be marked, from least to most: classes `m1` to `m4`."""

_DOT = "5"
"""The radius of the circle that marks a small territory; a style sheet makes it larger on a phone."""

_SHOWN = (105, 965)
"""From where to where the map is shown: beyond are islands of the Pacific, and it is shown as far as one is marked."""
_MARGIN = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """A territory to be seen: its ISO 3166-1 alpha-2 code, one of `LEVELS`, what is said of it, and where it leads."""

    code: str
    level: int
    label: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _World:
    """Outlines and middles by ISO 3166-1 alpha-2 code, in units of a map so high. Land without a code has ""."""

    height: int
    land: Mapping[str, str]
    places: Mapping[str, tuple[int, int]]


def has_place(code: str) -> bool:
    """Return whether a code can be marked: all countries can, but those that are no more, and the world, cannot."""
    world = _world()
    return bool(code) and (code in world.land or code in world.places)


def world_map(marks: Iterable[Mark], *, name: str, title: str, description: str) -> str:
    """Return a map with those territories marked, as SVG.

    All other land is one path of class `land`. What is too small to be seen is marked by a circle. Links are not in the
    order of the tabulator key: a table beside the map has to have them. Raises `ValueError` for a code that has no
    place (`has_place`) or comes twice, and for another level.
    """
    world = _world()
    marked = _by_code(marks)
    shapes = [mark for code, mark in marked.items() if code not in world.places]
    circles = [mark for code, mark in marked.items() if code in world.places]
    west, east = _shown([world.places[mark.code][0] for mark in circles])
    root = picture(
        name,
        title,
        description,
        kind="map",
        linked=any(mark.href is not None for mark in marked.values()),
        viewBox=f"{west} 0 {east - west} {world.height}",
    )
    apart = {mark.code for mark in shapes}
    add(root, "path", class_="land", d="".join(shape for code, shape in world.land.items() if code not in apart))
    for mark in shapes:
        _add_mark(root, mark, "path", d=world.land[mark.code])
    for mark in circles:
        x, y = world.places[mark.code]
        _add_mark(root, mark, "circle", cx=str(x), cy=str(y), r=_DOT)
    return written(root)


def _shown(marked: Collection[int]) -> tuple[int, int]:
    """Return from where to where a map is shown whose circles lie there."""
    west, east = _SHOWN
    return min([west, *(x - _MARGIN for x in marked)]), max([east, *(x + _MARGIN for x in marked)])


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
def _world() -> _World:
    """Return what `bench/world_shapes.py` made."""
    read = json.loads(files(__package__).joinpath("shapes.json").read_text(encoding="utf-8"))
    places = {code: (x, y) for code, (x, y) in read["places"].items()}
    return _World(read["height"], read["land"], places)
