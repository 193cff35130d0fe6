"""Every picture is safe in a page, the same each time, and says what it is to those who do not see it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwatch.domain.charts.chart import Cadence
from chartwatch.site.pictures.bars import Bar, bars
from chartwatch.site.pictures.lettering import shortened, width
from chartwatch.site.pictures.timeline import ReignRow, reigns, strip
from chartwatch.site.pictures.world_map import Mark, world_map

AXIS = [date(2021, 7, 4) + timedelta(7 * n) for n in range(8)]
Draw = Callable[[str, str | None], str]


def a_map(label: str, href: str | None) -> str:
    return world_map([Mark("BR", 1, label, href), Mark("SG", 2, label, href)], name="p", title=label, description=label)


def a_row(label: str, href: str | None) -> ReignRow:
    return ReignRow(label, AXIS[:5], href, AXIS[6:7])


def some_reigns(label: str, href: str | None) -> str:
    row = a_row(label, href)
    return reigns([row], AXIS, cadence=Cadence.WEEK, name="p", title=label, description=label)


def a_strip(label: str, href: str | None) -> str:
    row = a_row(label, href)
    return strip([row], AXIS, cadence=Cadence.WEEK, name="p", title=label, description=label)


def some_bars(label: str, href: str | None) -> str:
    return bars([Bar(label, 3, href)], unit="week", name="p", title=label, description=label)


every_picture = pytest.mark.parametrize("draw", [a_map, some_reigns, a_strip, some_bars])
said = st.text(max_size=60)


@every_picture
@settings(deadline=None)
@given(label=said, href=st.none() | said)
def test_text_stays_text_whatever_is_in_it(draw: Draw, label: str, href: str | None) -> None:
    root = fromstring(draw(label, href))
    plain = fromstring(draw("Title", None if href is None else "x.html"))
    tags = {each.tag for each in plain.iter()} | {"title", "text"}
    assert {each.tag for each in root.iter()} <= tags
    assert {key for each in root.iter() for key in each.attrib} <= {key for each in plain.iter() for key in each.attrib}


@every_picture
@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", '"><img src=x>', "a & b", "]]>", "\x00\x1b\ud800\ufffe"]
)
def test_markup_in_a_title_is_shown_as_it_stands(draw: Draw, label: str) -> None:
    text = draw(label, f"x.html?{label}")
    assert "<script" not in text
    assert "<img" not in text
    text.encode()
    assert fromstring(text).findtext("title") == re.sub("[\x00\x1b\ud800\ufffe]", "", label)


@every_picture
def test_colours_come_from_classes_alone(draw: Draw) -> None:
    text = draw("Squid Game", "x.html")
    assert not re.search(r"\sstyle=|<style|<script|<image|\son\w+=|https?:|#[0-9a-f]{3,6}\b", text)
    assert set(re.findall(r'fill="([^"]*)"', text)) <= {"url(#p-hatch)"}


@every_picture
def test_a_screen_reader_is_told_what_it_is(draw: Draw) -> None:
    for href, role in ((None, "img"), ("x.html", "group")):
        root = fromstring(draw("Squid Game", href))
        assert root.attrib["role"] == role
        assert root.attrib["aria-labelledby"] == "p-title"
        assert root.attrib["aria-describedby"] == "p-desc"
        assert [(each.tag, each.attrib["id"]) for each in root[:2]] == [("title", "p-title"), ("desc", "p-desc")]
        assert all(each.attrib["id"].startswith("p-") for each in root.iter() if "id" in each.attrib)


@every_picture
def test_the_same_is_drawn_each_time(draw: Draw) -> None:
    assert draw("Squid Game", "x.html") == draw("Squid Game", "x.html")


@pytest.mark.parametrize("name", ["", "1st", "a b", 'a"', "ä", "A"])
def test_a_name_that_cannot_begin_ids_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot begin ids"):
        bars([], unit="week", name=name, title="t", description="d")


def test_bars_are_as_long_as_their_counts_and_say_them() -> None:
    root = fromstring(bars([Bar("A", 4), Bar("B", 1), Bar("C", 0)], unit="week", name="p", title="t", description="d"))
    assert [each.attrib["width"] for each in root.iter("rect") if each.get("class") == "b1"] == ["100%", "25%"]
    assert [each.text for each in root.iter("text") if each.get("class") == "total"] == ["4 weeks", "1 week", "0 weeks"]


def test_a_bar_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="'A' has -1 weeks"):
        bars([Bar("A", -1)], unit="week", name="p", title="t", description="d")


@settings(deadline=None)
@given(text=said, ems=st.floats(3, 30))
def test_shortened_text_fits_and_is_a_beginning(text: str, ems: float) -> None:
    found = shortened(text, ems)
    assert width(found) <= ems
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Squid Game", "Squid Game"),
        ("The Queen's Gambit and more", "The Queen's…"),
        ("오징어 게임 오징어 게임", "오징어 게임…"),
        ("Amélie" * 4, "AmélieAméli…"),
        ("Ame\u0301lie" * 4, "Ame\u0301lieAme\u0301li…"),
    ],
)
def test_a_letter_keeps_its_marks_where_text_is_cut(text: str, kept: str) -> None:
    assert shortened(text, 7) == kept
