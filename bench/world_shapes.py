"""Make the shapes of the world map, `functions/chartwatch/site/pictures/shapes.json`, from Natural Earth's data.

Natural Earth is in the public domain; the npm package `world-atlas` has it as TopoJSON. `pycountry` has the numbers of
ISO 3166-1. Neither is needed to draw.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    uv run --with pycountry python -m bench.world_shapes package

Borders are those that Natural Earth draws, de facto: Crimea lies in Russia; Western Sahara, Kosovo (XK) and Taiwan
stand by themselves; Northern Cyprus and Somaliland are land without a code, as no chart is of them; the Siachen Glacier
is left to neither side. France's departments overseas have codes of their own in ISO 3166-1, and here.
"""

import argparse
import heapq
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pycountry  # type: ignore[import-not-found,import-untyped,unused-ignore]

Point = tuple[float, float]
Ring = list[Point]

OUT = Path("functions/chartwatch/site/pictures/shapes.json")
WIDTH = 1000
CENTRE = 11.0
"""The meridian in the middle: Bering Strait is the edge then, and no country is cut."""

DETAIL = 2.5
"""Square units of the triangle that a point of a coast has to make with its neighbours to be kept."""
SPECK = 3.0
"""Square units below which an island is left out."""
SMALL, THIN = 20.0, 5
"""Square units, and units from side to side, below which a country is marked by a circle, to be seen on a phone."""

MARGIN = 5
"""Units above and below the land: as much as a circle needs."""

ANTARCTICA = "AQ"
NAMES = {"Kosovo": "XK", "Somaliland": "", "N. Cyprus": "", "Siachen Glacier": None, "Indian Ocean Ter.": None}
"""What Natural Earth has without a number of ISO 3166-1: its code, none, or left out."""

PARTS = {
    "GF": (-55.0, 2.0, -51.0, 6.0),
    "GP": (-62.0, 15.8, -60.9, 16.6),
    "MQ": (-61.3, 14.3, -60.7, 15.0),
    "RE": (55.0, -21.5, 56.0, -20.7),
    "YT": (44.9, -13.1, 45.4, -12.5),
    "SJ": (9.0, 74.0, 34.0, 81.0),
}
"""Parts of France and Norway with codes of their own: west, south, east, north."""
WHOLES = ("FR", "NO")

PLACES = {
    "AQ": (0.0, -59.0),
    "BQ": (-68.3, 12.2),
    "BV": (3.4, -54.4),
    "CC": (96.8, -12.2),
    "CX": (105.6, -10.5),
    "GI": (-5.35, 36.14),
    "KI": (173.0, 1.4),
    "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5),
    "UM": (166.6, 19.3),
}
"""Longitude and latitude of what the data lack: too small, or part of another country there.
Antarctica is off the map. Kiribati is where most live."""


class Country(NamedTuple):
    """A code of ISO 3166-1 (empty: none) and polygons in units of the map, each an outline and its holes, before and
    after simplification."""

    code: str
    fine: list[list[Ring]]
    coarse: list[list[Ring]]


def turned(lon: float) -> float:
    """Return degrees east of the middle of the map, from -180 to 180."""
    return (lon - CENTRE + 180) % 360 - 180


def projected(east: float, lat: float) -> Point:
    """Return a place in the Equal Earth projection (Šavrič, Patterson and Jenny, 2018), x from 0 to `WIDTH`, y down.

    `east` is counted from the middle of the map.
    """
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    slope = 9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1
    x = 2 * math.sqrt(3) * math.radians(east) * math.cos(t) / (3 * slope)
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    scale = WIDTH / (2 * 2.7066299836960748)
    return WIDTH / 2 + x * scale, -y * scale


def area(ring: Sequence[tuple[float, float]]) -> float:
    """Return the area of a ring in square units."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def centre(ring: Sequence[Point]) -> Point:
    """Return the middle of a ring's box."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def simplified(line: Sequence[Point], detail: float) -> list[Point]:
    """Return a line without the points that matter least (Visvalingam and Whyatt, 1993); both ends stay."""
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    kept = [True] * len(line)

    def triangle(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = line[before[i]], line[i], line[after[i]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2

    sizes = {i: triangle(i) for i in range(1, len(line) - 1)}
    queue = [(size, i) for i, size in sizes.items()]
    heapq.heapify(queue)
    while queue:
        size, i = heapq.heappop(queue)
        if not kept[i] or size != sizes[i]:
            continue
        if size >= detail:
            break
        kept[i] = False
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if 0 < j < len(line) - 1:
                sizes[j] = max(size, triangle(j))
                heapq.heappush(queue, (sizes[j], j))
    return [point for point, keep in zip(line, kept, strict=True) if keep]


def countries(topology: Mapping[str, Any], detail: float) -> Iterator[Country]:
    """Yield the countries of a TopoJSON object `countries`; neighbours share their border also when simplified."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    fine: list[list[Point]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points: list[Point] = []
        east = None
        for dx, dy in arc:
            x, y = x + dx, y + dy
            there = turned(x * kx + tx)
            # An island on the edge of the map goes on beyond it.
            east = there if east is None else there + 360 * round((east - there) / 360)
            points.append(projected(east, y * ky + ty))
        fine.append(points)
    coarse = [simplified(arc, detail) for arc in fine]
    for shape in topology["objects"]["countries"]["geometries"]:
        code = code_of(shape)
        if code is None:
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        yield Country(
            code,
            *([[ring_of(ring, lines) for ring in polygon] for polygon in polygons] for lines in (fine, coarse)),
        )


def code_of(shape: Mapping[str, Any]) -> str | None:
    """Return a country's code, empty where it has none; None where it is not drawn."""
    if "id" not in shape:
        return NAMES[shape["properties"]["name"]]
    if shape["properties"]["name"] == "Ashmore and Cartier Is.":
        return None
    return str(pycountry.countries.get(numeric=shape["id"]).alpha_2)


def ring_of(arcs: Sequence[int], lines: Sequence[Sequence[Point]]) -> Ring:
    """Return a ring from the numbers of its lines; ~n is line n from its end."""
    ring: Ring = []
    for number in arcs:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        ring += line[1:] if ring else line
    return ring[:-1]


def with_parts(found: Iterable[Country]) -> Iterator[Country]:
    """Yield countries, those parts apart that have a code of their own."""
    boxes = {
        part: (*projected(turned(west), south), *projected(turned(east), north))
        for part, (west, south, east, north) in PARTS.items()
    }
    for country in found:
        if country.code not in WHOLES:
            yield country
            continue
        split: dict[str, Country] = {}
        for fine, coarse in zip(country.fine, country.coarse, strict=True):
            x, y = centre(fine[0])
            code = next(
                (part for part, (left, low, right, top) in boxes.items() if left <= x <= right and top <= y <= low),
                country.code,
            )
            its = split.setdefault(code, Country(code, [], []))
            its.fine.append(fine)
            its.coarse.append(coarse)
        yield from split.values()


def drawable(country: Country, speck: float) -> Iterator[list[tuple[int, int]]]:
    """Yield the rings of a country that can be seen, in whole numbers."""
    for fine, coarse in zip(country.fine, country.coarse, strict=True):
        if area(fine[0]) < speck:
            continue
        for exact, ring in zip(fine, coarse, strict=True):
            whole = [(round(x), round(y)) for x, y in ring]
            whole = [point for i, point in enumerate(whole) if point != whole[i - 1]]
            if len(whole) >= 3 and area(whole) >= 1 and area(exact) >= speck:
                yield whole


def can_be_seen(ring: Sequence[tuple[int, int]]) -> bool:
    """Return whether a ring is large enough to be marked itself."""
    sides = (max(side) - min(side) for side in zip(*ring, strict=True))
    return area(ring) >= SMALL and min(sides) >= THIN


def path(rings: Iterable[Sequence[tuple[int, int]]], top: int) -> str:
    """Return rings as SVG path data: each begins absolutely, and goes on relatively."""
    return "".join(f"M{ring[0][0]} {ring[0][1] - top}{''.join(steps(ring))}z" for ring in rings)


def steps(points: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield the relative commands from point to point, as short as they can be written."""
    last = ""
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = bx - ax, by - ay
        command, numbers = ("h", [dx]) if dy == 0 else ("v", [dy]) if dx == 0 else ("l", [dx, dy])
        text = "" if command == last else command
        for n in numbers:
            text += str(n) if n < 0 or text in ("h", "v", "l") else f" {n}"
        last = command
        yield text


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of world-atlas: has countries-50m.json")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--detail", type=float, default=DETAIL)
    parser.add_argument("--speck", type=float, default=SPECK)
    asked = parser.parse_args()
    topology = json.loads((asked.folder / "countries-50m.json").read_text())
    found = [country for country in with_parts(countries(topology, asked.detail)) if country.code != ANTARCTICA]
    rings = [(country, list(drawable(country, asked.speck))) for country in found]
    heights = [y for _, drawn in rings for ring in drawn for _, y in ring]
    top, height = min(heights) - MARGIN, max(heights) - min(heights) + 2 * MARGIN
    land: dict[str, str] = defaultdict(str)
    places = {code: projected(turned(lon), lat) for code, (lon, lat) in PLACES.items()}
    for country, drawn in rings:
        land[country.code] += path(drawn, top)
        if country.code and not any(map(can_be_seen, drawn)):
            places.setdefault(country.code, centre(max((polygon[0] for polygon in country.fine), key=area)))
    written = {
        "source": "Natural Earth 1:50m, in the public domain, by world-atlas 2.0.2; made by bench/world_shapes.py",
        "height": height,
        "land": {code: shape for code, shape in sorted(land.items()) if shape},
        "places": {
            code: [round(x), min(round(y - top), height - 2 * MARGIN)] for code, (x, y) in sorted(places.items())
        },
    }
    text = json.dumps(written, separators=(",", ":"), ensure_ascii=False)
    asked.out.write_text(re.sub(r'(?<=["\]]),(?=")', ",\n", text) + "\n")
    print(f"{asked.out.stat().st_size} bytes: {len(written['land'])} shapes, {len(places)} places")


if __name__ == "__main__":
    main()
