"""The colours of pictures can be told from their ground and from each other, light and dark, also by the colour-blind.

Contrast is that of WCAG 2.2, which asks 3:1 of graphics (1.4.11) and 4.5:1 of text (1.4.3). What is seen with each kind
of colour-blindness is simulated as by Machado, Oliveira and Fernandes (2009) at full severity; distances are those of
CIE 1976.
"""

import re
from collections.abc import Mapping
from itertools import combinations, pairwise
from math import dist
from pathlib import Path

import pytest

import chartwatch.site
from chartwatch.site.pictures.timeline import COLOURS
from chartwatch.site.pictures.world_map import LEVELS

CSS = (Path(chartwatch.site.__file__).parent / "assets" / "pictures.css").read_text()
Linear = tuple[float, ...]

SEEN_WITH: Mapping[str, tuple[Linear, Linear, Linear]] = {
    "no colour-blindness": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def properties(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+): (?:var\(--\w+, )?(#[0-9a-f]{3,6})\)?;", css))


LIGHT, DARK = (properties(part) for part in CSS.split("prefers-color-scheme: dark", 1))
both_schemes = pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
MARKS = [f"--map-{level}" for level in LEVELS]
BARS = [f"--bar-{n + 1}" for n in range(COLOURS)]


def linear(colour: str) -> Linear:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    values = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    return tuple(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values)


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def lab(rgb: Linear) -> Linear:
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        cube_root(sum(a * b for a, b in zip(row, rgb, strict=True)) / at) for row, at in zip(to_xyz, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def cube_root(share: float) -> float:
    return share ** (1 / 3) if share > 0.008856 else 7.787 * share + 16 / 116


def distance(one: str, other: str, seen_with: str) -> float:
    seen = [
        tuple(
            min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(c), strict=True)))) for row in SEEN_WITH[seen_with]
        )
        for c in (one, other)
    ]
    return dist(*map(lab, seen))


def test_both_schemes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert LIGHT.keys() >= {*MARKS, *BARS}


def test_every_property_that_is_used_is_named() -> None:
    assert set(re.findall(r"var\((--[\w-]+)\)", CSS)) == LIGHT.keys()  # the page's own are named with another beside


@both_schemes
def test_shapes_stand_out_from_what_is_beside_them(scheme: dict[str, str]) -> None:
    for name in (*MARKS, *BARS, "--picture-hatch"):
        assert contrast(scheme[name], scheme["--picture-ground"]) >= 3, name
    for name in MARKS:
        assert contrast(scheme[name], scheme["--map-land"]) >= 3, name
    for name in ("--bar-1", "--picture-hatch"):
        assert contrast(scheme[name], scheme["--picture-track"]) >= 3, name


@both_schemes
def test_text_can_be_read(scheme: dict[str, str]) -> None:
    for name in ("--picture-ink", "--picture-muted", *BARS):
        assert contrast(scheme[name], scheme["--picture-ground"]) >= 4.5, name


@both_schemes
def test_levels_go_one_way_in_steps_that_show(scheme: dict[str, str]) -> None:
    colours = [scheme[name] for name in MARKS]
    away = [contrast(colour, scheme["--picture-ground"]) for colour in colours]
    assert away == sorted(away)
    assert all(contrast(a, b) >= 1.35 for a, b in pairwise(colours))


@both_schemes
@pytest.mark.parametrize("seen_with", list(SEEN_WITH))
def test_levels_and_the_colours_of_works_are_told_apart(scheme: dict[str, str], seen_with: str) -> None:
    for one, other in [*combinations(MARKS, 2), *combinations(BARS, 2)]:
        assert distance(scheme[one], scheme[other], seen_with) >= 12, (one, other)
