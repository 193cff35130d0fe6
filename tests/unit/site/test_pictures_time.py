"""Reigns and strips show which periods were whose, and which are not in the record."""

from datetime import date, timedelta
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwatch.domain.charts.chart import Cadence, end_of_month
from chartwatch.site.pictures.time_axis import TimeAxis
from chartwatch.site.pictures.timeline import COLOURS, ReignRow, colour, columns, in_order, reigns, strip

SUNDAYS = [date(2021, 7, 4) + timedelta(7 * n) for n in range(35)]


def weeks(*numbers: int) -> frozenset[date]:
    return frozenset(SUNDAYS[n] for n in numbers)


def rows_of(*rows: ReignRow, axis: list[date] = SUNDAYS, cadence: Cadence = Cadence.WEEK) -> Element:
    return fromstring(reigns(rows, axis, cadence=cadence, name="r", title="Reigns", description="Of works."))


def strip_of(*rows: ReignRow, axis: list[date] = SUNDAYS) -> Element:
    return fromstring(strip(rows, axis, cadence=Cadence.WEEK, name="s", title="Who was #1", description="By week."))


def tooltips(root: Element) -> list[str]:
    return [found for shape in root.iter() if shape is not root and (found := shape.findtext("title"))]


def segments(root: Element) -> list[Element]:
    return [rect for rect in root.iter("rect") if rect.get("class", "").startswith("b")]


def share(written: str) -> float:
    return float(written.removesuffix("%")) / 100


def test_consecutive_periods_are_one_bar_and_a_return_is_another() -> None:
    assert tooltips(rows_of(ReignRow("Squid Game", weeks(2, 3, 4, 9)))) == [
        "Squid Game: 3 weeks, 12 July 2021 to 1 August 2021",
        "Squid Game: 1 week, 30 August 2021 to 5 September 2021",
    ]


def test_a_missing_period_is_hatched_and_ends_no_bar_silently() -> None:
    root = rows_of(ReignRow("Squid Game", weeks(2, 4), missing=weeks(3)))
    assert "Not in the record: 1 week, 19 July 2021 to 25 July 2021" in tooltips(root)
    (gap,) = (rect for rect in root.iter("rect") if rect.attrib.get("fill") == "url(#r-hatch)")
    bars = sorted((share(r.attrib["x"]), share(r.attrib["width"])) for r in root.iter("rect") if r.get("class") == "b1")
    assert share(gap.attrib["x"]) == pytest.approx(sum(bars[0]), abs=2e-4)
    assert share(gap.attrib["x"]) + share(gap.attrib["width"]) == pytest.approx(bars[1][0], abs=2e-4)


def test_a_picture_without_gaps_has_no_pattern_of_them() -> None:
    assert not list(rows_of(ReignRow("Squid Game", weeks(2))).iter("pattern"))


@settings(deadline=None)
@given(periods=st.sets(st.integers(0, 34)), missing=st.sets(st.integers(0, 34)))
def test_bars_cover_the_periods_at_number_one_and_nothing_else(periods: set[int], missing: set[int]) -> None:
    root = rows_of(ReignRow("A", weeks(*periods), missing=weeks(*missing)))
    bars = [(share(r.attrib["x"]), share(r.attrib["width"])) for r in root.iter("rect") if r.get("class") == "b1"]
    assert all(a + width < b + 1e-9 for (a, width), (b, _) in pairwise(sorted(bars)))
    covered = {n for n in range(35) if any(x <= (n + 0.5) / 35 <= x + width for x, width in bars)}
    assert covered == periods


@settings(deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(0, 34)), st.sampled_from("ABCDEFGHIJ")), max_size=10))
def test_a_strip_shows_each_period_in_full_height_whoever_shares_it(found: list[tuple[set[int], str]]) -> None:
    rows = [ReignRow(label, weeks(*numbers)) for numbers, label in found]
    heights = [0.0] * 35
    for part in segments(strip_of(*rows)):
        x, width = share(part.attrib["x"]), share(part.attrib["width"])
        for n in range(35):
            if x <= (n + 0.5) / 35 <= x + width:
                heights[n] += float(part.attrib["height"])
    topped = set().union(*(numbers for numbers, _ in found)) if found else set()
    assert [round(height) for height in heights] == [44 if n in topped else 0 for n in range(35)]


@settings(deadline=None)
@given(st.permutations(range(6)))
def test_a_strip_is_the_same_in_whatever_order_works_come(order: list[int]) -> None:
    rows = [ReignRow(f"Work {n}", weeks(n, n + 7, 30)) for n in range(6)]
    drawn = [
        strip([rows[n] for n in each], SUNDAYS, cadence=Cadence.WEEK, name="s", title="t", description="d")
        for each in (range(6), order)
    ]
    assert drawn[0] == drawn[1]


def test_a_work_keeps_its_colour_in_a_strip_and_newcomers_have_another() -> None:
    rows = [ReignRow(f"Work {n}", weeks(2 * n, 2 * n + 1, 34 - n)) for n in range(10)]
    assert [row.label for row in in_order(rows[::-1], SUNDAYS)] == [f"Work {n}" for n in range(10)]
    by_work: dict[str, set[str]] = {}
    for part in segments(strip_of(*rows)):
        by_work.setdefault(part.findtext("title", "").partition(":")[0], set()).add(part.attrib["class"])
    assert by_work == {f"Work {n}": {f"b{colour(n)}"} for n in range(10)}
    assert colour(COLOURS) == colour(0) != colour(1)


def test_works_that_never_came_to_number_one_on_the_axis_are_not_in_a_strip() -> None:
    assert in_order([ReignRow("A", frozenset()), ReignRow("B", [date(2020, 1, 5)])], SUNDAYS) == []


def test_names_in_a_strip_are_those_that_fit() -> None:
    long = ReignRow("The Longest Title of All That Were Ever Number One", weeks(20))
    root = strip_of(ReignRow("Carrossel", weeks(*range(12))), ReignRow("You", weeks(12, 13)), long)
    names = {text.text: text.attrib["class"] for text in root.iter("text") if "name" in text.attrib["class"]}
    assert names == {"Carrossel": "name", "You": "name roomy"}


def test_a_long_label_is_shortened_and_its_tooltip_is_whole() -> None:
    label = "이상한 변호사 우영우 (Extraordinary Attorney Woo), and more of that"
    root = rows_of(ReignRow(label, weeks(1)))
    (text,) = (text for text in root.iter("text") if text.get("class") == "label")
    assert text.text
    assert text.text.endswith("…")
    assert text.findtext("title") == label


def test_weeks_of_twenty_titles_are_a_small_picture() -> None:
    rows = [
        ReignRow(f"A Title of a Usual Length {n}", weeks(n, n + 1, n + 5), f"../works/w{n}.html") for n in range(20)
    ]
    text = reigns(rows, SUNDAYS, cadence=Cadence.WEEK, name="r", title="t", description="d")
    assert len(text.encode()) < 20_000


@pytest.mark.parametrize(
    ("axis", "cadence", "names"),
    [
        (SUNDAYS, Cadence.WEEK, ["Jul 2021", "Sep", "Nov", "Jan 2022"]),
        (SUNDAYS[:3], Cadence.WEEK, ["28 Jun 2021", "5 Jul", "12 Jul"]),
        (
            [date(2026, 1, 20) + timedelta(n) for n in range(25)],
            Cadence.DAY,
            ["20 Jan 2026", "27 Jan", "3 Feb", "10 Feb"],
        ),
        ([date(1958, 8, 4) + timedelta(7 * n) for n in range(3500)], Cadence.WEEK, ["1960", "1980", "2000"]),
        ([end_of_month(date(2024, n, 1)) for n in range(1, 7)], Cadence.MONTH, ["Jan 2024", "Mar", "May"]),
        ([date(2024, 5, 5)], Cadence.DAY, ["5 May 2024"]),
    ],
)
def test_an_axis_names_round_days_that_a_phone_has_room_for(
    axis: list[date], cadence: Cadence, names: list[str]
) -> None:
    assert [tick.name for tick in TimeAxis(axis, cadence).ticks() if tick.name] == names


@settings(deadline=None)
@given(
    begin=st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    count=st.integers(1, 4000),
    cadence=st.sampled_from(list(Cadence)),
)
def test_an_axis_has_few_ticks_in_order_and_within_it(begin: date, count: int, cadence: Cadence) -> None:
    first = end_of_month(begin) if cadence is Cadence.MONTH else begin
    ticks = TimeAxis([cadence.after(first, n) for n in range(count)], cadence).ticks()
    assert 1 <= len(ticks) <= 5
    assert all(0 <= tick.at < 1 for tick in ticks)
    assert all(b.at - a.at > 0.13 for a, b in pairwise(ticks))


@pytest.mark.parametrize("axis", [[], [SUNDAYS[1], SUNDAYS[0]], [SUNDAYS[0], SUNDAYS[0]]])
def test_an_axis_without_order_is_refused(axis: list[date]) -> None:
    with pytest.raises(ValueError, match="one period or more, oldest first"):
        TimeAxis(axis, Cadence.WEEK)


def columns_of(counts: dict[date, int], missing: frozenset[date] = frozenset()) -> Element:
    text = columns(
        counts,
        SUNDAYS,
        unit="territory",
        cadence=Cadence.WEEK,
        name="c",
        title="Territories topped",
        description="By week.",
        missing=missing,
    )
    return fromstring(text)


def test_columns_are_as_high_as_their_counts_and_the_first_highest_is_named() -> None:
    root = columns_of({SUNDAYS[3]: 4, SUNDAYS[4]: 8, SUNDAYS[5]: 8, SUNDAYS[6]: 0, date(2020, 1, 5): 90})
    assert [float(rect.attrib["height"]) for rect in segments(root)] == [35, 70, 70]
    (peak,) = (text for text in root.iter("text") if "peak" in text.attrib["class"])
    assert (peak.text, peak.attrib["x"]) == ("8 territories", segments(root)[1].attrib["x"])
    assert tooltips(root)[0] == "4 territories, 19 July 2021 to 25 July 2021"


def test_columns_of_nothing_are_an_axis_with_its_gaps() -> None:
    root = columns_of({}, missing=weeks(3))
    assert segments(root) == []
    assert tooltips(root) == ["Not in the record: 1 week, 19 July 2021 to 25 July 2021"]
