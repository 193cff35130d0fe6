"""Make the shapes of the maps, `functions/chartwatch/site/pictures/shapes.json`, from Natural Earth's data.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pycountry

Point = tuple[float, float]
Ring = list[Point]
WholeRing = list[tuple[int, int]]

OUT = Path("functions/chartwatch/site/pictures/shapes.json")
CENTRE = 11.0
"""The meridian in the middle of the maps: Bering Strait is the edge of the world then, and no country is cut."""
WIDTH = 1000
"""Units of the whole world from west to east."""
EUROPE_NORTH = 52.0
"""The parallel in the middle of the map of Europe."""
EUROPE_UNIT = 10.0
"""Kilometres of a unit of the map of Europe."""

DETAIL = 2.5
"""Square units of the triangle that a point of a coast has to make with its neighbours to be kept."""
SPECK = 3.0
"""Square units below which an island is left out."""
SMALL, THIN = 20.0, 5
"""Square units, and units from side to side, below which a country is marked by a circle, to be seen on a phone."""

MARGIN = 10
"""Units from the lower edge to a circle's middle at least, and from the edges to where land is cut."""

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


Polygon = Sequence[Sequence[int]]
"""An outline and its holes, each by the numbers of its lines; ~n is line n from its end."""


class Sheet(NamedTuple):
    """A map: how it is projected from degrees east of `CENTRE` and north, and its edges in units, y down.

    What is beyond the edges is cut off. `shown` are the sides that are seen while nothing beyond them is marked.
    """

    projected: Callable[[float, float], Point]
    west: int
    north: int
    east: int
    south: int
    shown: tuple[int, int]


def turned(lon: float) -> float:
    """Return degrees east of the middle of the map, from -180 to 180."""
    return (lon - CENTRE + 180) % 360 - 180


def equal_earth(east: float, lat: float) -> Point:
    """Return a place in the Equal Earth projection (Šavrič, Patterson and Jenny, 2018), x from 0 to `WIDTH`."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    slope = 9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1
    x = 2 * math.sqrt(3) * math.radians(east) * math.cos(t) / (3 * slope)
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    scale = WIDTH / (2 * 2.7066299836960748)
    return WIDTH / 2 + x * scale, -y * scale


def azimuthal(east: float, lat: float) -> Point:
    """Return a place in Lambert's azimuthal equal-area projection around the middle of Europe, which is 0, 0."""
    turn, there, middle = math.radians(east), math.radians(lat), math.radians(EUROPE_NORTH)
    near = math.sin(middle) * math.sin(there) + math.cos(middle) * math.cos(there) * math.cos(turn)
    scale = math.sqrt(2 / (1 + near)) * 6371 / EUROPE_UNIT
    up = math.cos(middle) * math.sin(there) - math.sin(middle) * math.cos(there) * math.cos(turn)
    return scale * math.cos(there) * math.sin(turn), -scale * up


SHEETS = {
    "world": Sheet(equal_earth, 0, -246, WIDTH, 193, (105, 965)),
    "europe": Sheet(azimuthal, -195, -220, 260, 198, (-195, 260)),
}


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


def lines_of(topology: Mapping[str, Any]) -> Iterator[list[Point]]:
    """Yield the lines of a TopoJSON object, in degrees east of `CENTRE` and north."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points: list[Point] = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            east = turned(x * kx + tx)
            if points:  # an island on the edge of the map goes on beyond it
                east += 360 * round((points[-1][0] - east) / 360)
            points.append((east, y * ky + ty))
        yield points


def polygons_of(topology: Mapping[str, Any], lines: Sequence[Sequence[Point]]) -> Iterator[tuple[str, Polygon]]:
    """Yield the polygons of a TopoJSON object `countries`, with the code of each."""
    for shape in topology["objects"]["countries"]["geometries"]:
        code = code_of(shape)
        if code is None or code == ANTARCTICA:
            continue
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            yield part_of(code, centre(ring_of(polygon[0], lines))), polygon


def part_of(code: str, at: Point) -> str:
    """Return the code of a part of a country that lies there: its own, where it has one."""
    for part, (west, south, east, north) in PARTS.items():
        if code in WHOLES and turned(west) <= at[0] <= turned(east) and south <= at[1] <= north:
            return part
    return code


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


def cut(ring: Sequence[Point], sheet: Sheet) -> Ring:
    """Return what of a ring lies on a sheet and a little beyond (Sutherland and Hodgman, 1974)."""
    found = list(ring)
    edges = ((0, 1, sheet.west), (0, -1, sheet.east), (1, 1, sheet.north), (1, -1, sheet.south))
    for axis, sign, edge in edges:
        at = edge - sign * MARGIN
        before, found = found, []
        for a, b in zip(before[-1:] + before[:-1], before, strict=True):
            inside_a, inside_b = sign * (a[axis] - at) >= 0, sign * (b[axis] - at) >= 0
            if inside_a != inside_b:
                share = (at - a[axis]) / (b[axis] - a[axis])
                found.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
            if inside_b:
                found.append(b)
    return found


def drawn_on(sheet: Sheet, lines: Sequence[Sequence[Point]], polygons: Iterable[tuple[str, Polygon]]) -> dict[str, Any]:
    """Return a map as the file has it: its edges, outlines by code, and the middles of what is too small."""
    fine = [[sheet.projected(*point) for point in line] for line in lines]
    coarse = [simplified(line, DETAIL) for line in fine]
    rings: dict[str, list[WholeRing]] = defaultdict(list)
    largest: dict[str, Ring] = {}
    for code, polygon in polygons:
        outline = ring_of(polygon[0], fine)
        largest[code] = max(largest.get(code, outline), outline, key=area)
        rings[code] += (
            ring
            for exact, ring in ((ring_of(each, fine), whole(cut(ring_of(each, coarse), sheet))) for each in polygon)
            if min(area(outline), area(exact)) >= SPECK and len(ring) >= 3 and area(ring) >= 1
        )
    places = {code: sheet.projected(turned(lon), lat) for code, (lon, lat) in PLACES.items()}
    for code, outline in largest.items():
        if code and not any(map(can_be_seen, rings[code])):
            places.setdefault(code, centre(outline))
    return {
        "west": sheet.shown[0] - sheet.west,
        "east": sheet.shown[1] - sheet.west,
        "height": sheet.south - sheet.north,
        "land": {code: path(its, sheet) for code, its in sorted(rings.items()) if its},
        "places": {
            code: [round(x) - sheet.west, min(round(y), sheet.south - MARGIN) - sheet.north]
            for code, (x, y) in sorted(places.items())
            if sheet.west <= x <= sheet.east and (sheet.north <= y <= sheet.south or sheet is SHEETS["world"])
        },
    }


def whole(ring: Iterable[Point]) -> WholeRing:
    """Return a ring in whole numbers, without points that fall on the one before."""
    rounded = [(round(x), round(y)) for x, y in ring]
    return [point for i, point in enumerate(rounded) if point != rounded[i - 1]]


def can_be_seen(ring: WholeRing) -> bool:
    """Return whether a ring is large enough to be marked itself."""
    sides = (max(side) - min(side) for side in zip(*ring, strict=True))
    return area(ring) >= SMALL and min(sides) >= THIN


def path(rings: Iterable[WholeRing], sheet: Sheet) -> str:
    """Return rings as SVG path data: each begins absolutely, and goes on relatively."""
    begun = (f"M{ring[0][0] - sheet.west} {ring[0][1] - sheet.north}{''.join(steps(ring))}z" for ring in rings)
    return "".join(begun)


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
    topology = json.loads((parser.parse_args().folder / "countries-50m.json").read_text())
    lines = list(lines_of(topology))
    polygons = list(polygons_of(topology, lines))
    written: dict[str, Any] = {
        "source": "Natural Earth 1:50m, in the public domain, by world-atlas 2.0.2; made by bench/world_shapes.py",
        **{name: drawn_on(sheet, lines, polygons) for name, sheet in SHEETS.items()},
    }
    text = json.dumps(written, separators=(",", ":"), ensure_ascii=False)
    OUT.write_text(re.sub(r'(?<=["\]}]),(?=")', ",\n", text) + "\n")
    print(f"{OUT.stat().st_size} bytes")
    for name in SHEETS:
        land, places = written[name]["land"], written[name]["places"]
        print(f"{name}: {len(land)} shapes of {sum(map(len, land.values()))} characters, {len(places)} places")


if __name__ == "__main__":
    main()
