"""The map of the world marks what it is told to, where it can be seen."""

import re
import textwrap
from xml.etree.ElementTree import Element, fromstring

import pytest

from chartwatch.domain.codes import COUNTRIES, FORMER_COUNTRIES
from chartwatch.site.pictures.world_map import Mark, europe_map, has_place, in_europe, world_map

NETFLIX = textwrap.wrap(
    "AEARATAUBDBEBGBHBOBRBSCACHCLCOCRCYCZDEDKDOECEEEGESFIFRGBGPGRGTHKHNHRHUIDIEILINISITJMJOJPKEKRKWLBLKLTLULVMA"
    "MQMTMUMVMXMYNCNGNINLNONZOMPAPEPHPKPLPTPYQARERORSRUSASESGSISKSVTHTRTTTWUAUSUYVEVNZA",
    2,
)
"""The territories of the charts by country."""


def drawn(*marks: Mark, description: str = "One country.") -> Element:
    return fromstring(world_map(marks, name="where", title="Where it was #1", description=description))


def mark(code: str, level: int = 1, label: str = "", href: str | None = None) -> Mark:
    return Mark(code, level, label or f"{code}: 1 week", href)


def marked(root: Element) -> dict[str, Element]:
    """Return the shape of each tooltip."""
    return {title: shape for shape in root.iter() if (title := shape.findtext("title")) and shape is not root}


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_every_country_can_be_marked(code: str) -> None:
    assert has_place(code)
    assert len(marked(drawn(mark(code)))) == 1


@pytest.mark.parametrize("code", [*FORMER_COUNTRIES, "GLOBAL", "*", "", "XX", "kr"])
def test_what_is_no_country_of_today_has_no_place(code: str) -> None:
    assert not has_place(code)
    with pytest.raises(ValueError, match="no place on the map"):
        drawn(mark(code))


@pytest.mark.parametrize("code", NETFLIX)
def test_a_mark_is_large_enough_to_be_seen_and_within_the_picture(code: str) -> None:
    root = drawn(mark(code))
    shape = marked(root)[f"{code}: 1 week"]
    left, _, width, height = map(int, root.attrib["viewBox"].split())
    if shape.tag == "circle":
        assert left + 5 <= int(shape.attrib["cx"]) <= left + width - 5
        assert 5 <= int(shape.attrib["cy"]) <= height - 5
    else:
        points = list(corners(shape.attrib["d"]))
        xs, ys = [x for x, _ in points], [y for _, y in points]
        assert max(xs) - min(xs) >= 5
        assert max(ys) - min(ys) >= 5
        assert 0 <= min(ys) <= max(ys) <= height


def corners(d: str) -> list[tuple[int, int]]:
    """Return the corners of a path of M, l, h, v and z."""
    x = y = 0
    found = []
    for command, text in re.findall(r"([Mlhvz])([^Mlhvz]*)", d):
        numbers = [int(n) for n in re.findall(r"-?\d+", text)]
        if command == "z":
            continue
        pairs = (
            [(n, 0) for n in numbers]
            if command == "h"
            else [(0, n) for n in numbers]
            if command == "v"
            else list(zip(numbers[::2], numbers[1::2], strict=True))
        )
        for dx, dy in pairs:
            x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
            found.append((x, y))
    return found


def test_what_is_not_marked_is_one_path_of_land() -> None:
    root = drawn(mark("BR"), mark("KR"), mark("SG"))
    assert [path.attrib["class"] for path in root.iter("path")] == ["land", "m1", "m1"]
    assert marked(root)["BR: 1 week"].attrib["d"] not in root.findall("path")[0].attrib["d"]


def test_overseas_departments_are_not_marked_with_france() -> None:
    xs = [x for x, _ in corners(marked(drawn(mark("FR")))["FR: 1 week"].attrib["d"])]
    assert max(xs) - min(xs) < 50
    for code in ("GF", "GP", "MQ", "RE", "YT"):
        assert marked(drawn(mark("FR"), mark(code))).keys() == {"FR: 1 week", f"{code}: 1 week"}


def test_the_map_is_the_same_whatever_order_marks_come_in() -> None:
    marks = [mark("BR", 2), mark("KR", 4, href="charts/KR.html"), mark("MT", 3)]
    assert world_map(marks, name="m", title="t", description="d") == world_map(
        marks[::-1], name="m", title="t", description="d"
    )


def test_a_picture_of_few_countries_is_small() -> None:
    few = world_map([mark(code) for code in NETFLIX[:12]], name="m", title="t", description="d")
    assert len(few.encode()) < 20_000
    every = [
        mark(code, 4, f"{code}: 12 weeks, first 19 September 2021", f"../charts/x/{code}.html") for code in NETFLIX
    ]
    assert len(world_map(every, name="m", title="t", description="d").encode()) < 35_000


def test_a_mark_leads_where_it_says_and_the_table_has_its_link_for_the_keyboard() -> None:
    root = drawn(mark("BR", href="charts/BR.html?a=1&b=2"), mark("KR"))
    (link,) = root.iter("a")
    assert link.attrib == {"href": "charts/BR.html?a=1&b=2", "tabindex": "-1"}
    assert marked(link).keys() == {"BR: 1 week"}


def test_islands_beyond_the_edge_are_shown_when_they_are_marked() -> None:
    without, with_one = (drawn(*marks).attrib["viewBox"].split() for marks in ([], [mark("PF")]))
    assert int(with_one[0]) < int(without[0])


@pytest.mark.parametrize("level", [0, 5, -1])
def test_another_level_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match="levels are 1 to 4"):
        drawn(mark("BR", level))


def test_a_country_is_marked_once() -> None:
    with pytest.raises(ValueError, match="'BR' is marked twice"):
        drawn(mark("BR"), mark("BR", 2))


def of_europe(*marks: Mark) -> Element:
    return fromstring(europe_map(marks, name="europe", title="In Europe", description="Larger."))


@pytest.mark.parametrize("code", [code for code in NETFLIX if in_europe(code)])
def test_a_country_of_europe_is_larger_on_its_own_map(code: str) -> None:
    areas = []
    for root in (of_europe(mark(code)), drawn(mark(code))):
        shape = marked(root)[f"{code}: 1 week"]
        width = int(root.attrib["viewBox"].split()[2])
        points = [(0, 0), (10, 10)] if shape.tag == "circle" else list(corners(shape.attrib["d"]))
        areas.append((max(x for x, _ in points) - min(x for x, _ in points)) / width)
    assert areas[0] > areas[1] or code in {"RU", "SA"}


def test_marks_elsewhere_are_left_out_of_the_map_of_europe() -> None:
    assert marked(of_europe(mark("KR"), mark("AT"), mark("MT"))).keys() == {"AT: 1 week", "MT: 1 week"}
    assert not in_europe("KR")
    assert not in_europe("")


def test_the_map_of_europe_is_small() -> None:
    every = [mark(code, href=f"../charts/x/{code}.html") for code in NETFLIX]
    assert len(europe_map(every, name="m", title="t", description="d").encode()) < 20_000
