"""What ways to draw SVG cost: installed size, time to import, time and bytes a picture, and what is wrong with them.

    PYTHONPATH=functions python -m bench.pictures
    PYTHONPATH=functions uv run --with svg.py --with drawsvg --with pygal --with matplotlib --with altair \\
        --with vl-convert-python python -m bench.pictures svg.py drawsvg pygal matplotlib altair

Two pictures are drawn: a map with 56 territories marked, and 20 titles over 35 weeks with three runs each. The site
draws with the standard library's ElementTree; svg.py and drawsvg are timed at writing the same elements; pygal,
matplotlib and Altair draw the same data their own way, and pygal has no map of shapes that it is given. A picture may
go in a page if no text of a title becomes markup, in text or in an address; if it has no style attribute, style sheet,
script or colour of its own; and if it comes out the same twice.
"""

import argparse
import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from textwrap import wrap
from time import perf_counter
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring

from chartwatch.domain.charts.chart import Cadence
from chartwatch.site.pictures.timeline import ReignRow, reigns
from chartwatch.site.pictures.world_map import Mark, world_map

WEEKS = [date(2021, 7, 4) + timedelta(7 * n) for n in range(35)]
CODES = (
    "ARATAUBDBEBGBOBRCACHCLCOCRCZDEDKDOECEGESFIFRGBGRGTHNHRHUIDIEINISITJOJPKEKRLKLTLVMAMXMYNGNINLNONZOMPAPEPHPKPLPTPY"
)
MARKS = [Mark(code, 1 + n % 4, f"{code}: {n} weeks", f"charts/{code}.html") for n, code in enumerate(wrap(CODES, 2))]
NASTY = '"><script>x</script>'


def titles(label: str) -> list[ReignRow]:
    """Return 20 titles with three runs each."""
    return [
        ReignRow(f"{label} {n}", tuple(WEEKS[at] for at in (n, n + 1, n + 5, n + 6, n + 12)), f"works/{label}{n}.html")
        for n in range(20)
    ]


class Way(NamedTuple):
    """A way to draw: what has to be installed and imported, and the two pictures; None where it has none."""

    packages: Sequence[str]
    module: str
    a_map: Callable[[Sequence[Mark]], str] | None
    reigns: Callable[[Sequence[ReignRow]], str]


def our_map(marks: Sequence[Mark]) -> str:
    """Return the site's map."""
    return world_map(marks, name="m", title="Where it was #1", description="By country.")


def our_reigns(rows: Sequence[ReignRow]) -> str:
    """Return the site's timeline."""
    return reigns(rows, WEEKS, cadence=Cadence.WEEK, name="r", title="Reigns", description="By title.")


def by_svg_py(element: Element) -> Any:
    """Return an element as svg.py has it."""
    import svg

    kinds = {
        "svg": svg.SVG, "a": svg.A, "path": svg.Path, "circle": svg.Circle, "title": svg.Title, "desc": svg.Desc,
        "text": svg.Text, "rect": svg.Rect, "line": svg.Line,
    }  # fmt: skip
    children = [by_svg_py(child) for child in element]
    return kinds[element.tag](text=element.text, elements=children or None, extra=dict(element.attrib))


def by_drawsvg(element: Element) -> Any:
    """Return an element as drawsvg has it."""
    import drawsvg

    kind = type(element.tag, (drawsvg.DrawingParentElement,), {"TAG_NAME": element.tag})
    children = [by_drawsvg(child) for child in element]
    if element.text:
        children.insert(0, drawsvg.Raw(drawsvg.elements.xml.escape(element.text)))
    return kind(children=children, **element.attrib)


def svg_py_written(picture: Element) -> str:
    """Return a picture of ours as svg.py writes it."""
    return str(by_svg_py(picture))


def drawsvg_written(picture: Element) -> str:
    """Return a picture of ours as drawsvg writes it."""
    import drawsvg

    drawing = drawsvg.Drawing(860, 439)
    for child in picture:
        drawing.append(by_drawsvg(child))
    return str(drawing.as_svg(header=""))


@cache
def read_map(marks: tuple[Mark, ...]) -> Element:
    """Return the elements of the site's map."""
    return fromstring(our_map(marks))


@cache
def read_reigns(rows: tuple[ReignRow, ...]) -> Element:
    """Return the elements of the site's timeline."""
    return fromstring(our_reigns(rows))


def pygal_reigns(rows: Sequence[ReignRow]) -> str:
    """Return bars of how many weeks each title had: pygal has none that begin anywhere."""
    import pygal

    chart = pygal.HorizontalBar(js=[], disable_xml_declaration=True)
    for row in rows:
        chart.add(row.label, [{"value": len(row.periods), "label": row.label, "xlink": row.href}])
    return str(chart.render(is_unicode=True))


def matplotlib_saved(draw: Callable[[Any], None]) -> str:
    """Return what is drawn on axes, as SVG."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(10, 5))
    draw(axes)
    out = io.StringIO()
    figure.savefig(out, format="svg")
    pyplot.close(figure)
    return out.getvalue()


def matplotlib_map(marks: Sequence[Mark]) -> str:
    """Return countries as patches."""

    def draw(axes: Any) -> None:
        from matplotlib.patches import Polygon

        outline = outlines(marks)
        for mark in marks:
            for ring in rings(outline.get(mark.label, "")):
                axes.add_patch(Polygon(ring, url=mark.href))
        axes.set(xlim=(0, 1000), ylim=(439, 0))

    return matplotlib_saved(draw)


def matplotlib_reigns(rows: Sequence[ReignRow]) -> str:
    """Return bars that begin where they do."""

    def draw(axes: Any) -> None:
        for n, row in enumerate(rows):
            axes.broken_barh([((day - WEEKS[0]).days, 7) for day in sorted(row.periods)], (n, 0.8), url=row.href)
        axes.set_yticks(range(len(rows)), [row.label.replace("$", "\\$") for row in rows])

    return matplotlib_saved(draw)


def altair_map(marks: Sequence[Mark]) -> str:
    """Return countries as shapes."""
    import altair
    import vl_convert

    outline = outlines(marks)
    features = [
        {"type": "Feature", "properties": {"label": mark.label, "href": mark.href}, "geometry": polygons(path)}
        for mark in marks
        if (path := outline.get(mark.label))
    ]
    chart = altair.Chart(altair.Data(values=features)).mark_geoshape().encode(href="properties.href:N")
    return str(vl_convert.vegalite_to_svg(chart.project("identity", reflectY=False).properties(width=860).to_json()))


def polygons(path: str) -> dict[str, Any]:
    """Return an outline of ours as GeoJSON."""
    return {"type": "MultiPolygon", "coordinates": [[[*ring, ring[0]]] for ring in rings(path)]}


def altair_reigns(rows: Sequence[ReignRow]) -> str:
    """Return bars that begin where they do."""
    import altair
    import vl_convert

    runs = [
        {"label": row.label, "href": row.href, "from": str(day), "to": str(day + timedelta(7))}
        for row in rows
        for day in sorted(row.periods)
    ]
    chart = altair.Chart(altair.Data(values=runs)).mark_bar()
    chart = chart.encode(x="from:T", x2="to:T", y=altair.Y("label:N", sort=None), href="href:N")
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def outlines(marks: Sequence[Mark]) -> dict[str, str]:
    """Return the path of each label that has one."""
    shapes = fromstring(our_map(marks)).iter("path")
    return {label: shape.attrib["d"] for shape in shapes if (label := shape.findtext("title"))}


def rings(path: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the rings of an outline of ours, as corners."""
    for ring in path.split("z")[:-1]:
        x = y = 0
        corners = []
        for command, text in re.findall(r"([Mlhv])([^Mlhv]*)", ring):
            numbers = iter(int(n) for n in re.findall(r"-?\d+", text))
            for n in numbers:
                dx, dy = (n, 0) if command == "h" else (0, n) if command == "v" else (n, next(numbers))
                x, y = (dx, dy) if command == "M" else (x + dx, y + dy)
                corners.append((x, y))
        yield corners


WAYS = {
    "ElementTree": Way((), "xml.etree.ElementTree", our_map, our_reigns),
    "svg.py": Way(
        ("svg.py",),
        "svg",
        lambda marks: svg_py_written(read_map(tuple(marks))),
        lambda rows: svg_py_written(read_reigns(tuple(rows))),
    ),
    "drawsvg": Way(
        ("drawsvg",),
        "drawsvg",
        lambda marks: drawsvg_written(read_map(tuple(marks))),
        lambda rows: drawsvg_written(read_reigns(tuple(rows))),
    ),
    "pygal": Way(("pygal",), "pygal", None, pygal_reigns),
    "matplotlib": Way(("matplotlib",), "matplotlib.pyplot", matplotlib_map, matplotlib_reigns),
    "altair": Way(("altair", "vl-convert-python"), "altair, vl_convert", altair_map, altair_reigns),
}


def installed(packages: Sequence[str]) -> int:
    """Return the bytes of packages and all that they require, as installed."""
    todo, seen, size = list(packages), set[str](), 0
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # required on another platform only
        there = (Path(str(file.locate())) for file in found.files or ())
        size += sum(file.stat().st_size for file in there if file.exists())
        required = (each for each in found.requires or () if "extra ==" not in each)
        todo += [re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in required]
    return size


def import_time(module: str) -> float:
    """Return the milliseconds that importing takes in a process of its own, less those of an empty one."""

    def run(code: str) -> float:
        started = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return perf_counter() - started

    run(f"import {module}")
    return 1000 * (min(run(f"import {module}") for _ in range(3)) - min(run("pass") for _ in range(3)))


def milliseconds(draw: Callable[[], str]) -> float:
    """Return how long a picture takes once the first is drawn: the best of several."""
    draw()
    took = []
    for _ in range(7):
        started = perf_counter()
        draw()
        took.append(perf_counter() - started)
    return 1000 * min(took)


def faults(draw: Callable[[Sequence[ReignRow]], str]) -> list[str]:
    """Return what keeps a picture out of a page."""
    text = draw(titles("Title"))
    found = []
    try:
        parsed = {re.sub("{.*}", "", each.tag) for each in fromstring(draw(titles(NASTY))).iter()}
    except ParseError:
        parsed = {"script"}
    if "script" in parsed and "script" not in text:
        found.append("text becomes markup")
    if re.search(r"\sstyle=|<style", text):
        found.append("styles")
    if "<script" in text:
        found.append("script")
    if re.search(r'(fill|stroke)[=:]\s*"?(#|rgb)', text):
        found.append("colours")
    if draw(titles("Title")) != text:
        found.append("another each time")
    return found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", help=f"of {', '.join(list(WAYS)[1:])}, as far as installed")
    columns = ["", "MB installed", "import ms", "map ms", "map kB", "reigns ms", "reigns kB", "wrong with it"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for name in ["ElementTree", *parser.parse_args().ways]:
        way, rows = WAYS[name], titles("Title")
        drawn = [partial(way.a_map, MARKS)] if way.a_map else []
        drawn += [partial(way.reigns, rows)]
        cost = [f"{milliseconds(draw):.1f} | {len(draw().encode()) / 1000:.1f}" for draw in drawn]
        cells = [name, f"{installed(way.packages) / 1e6:.1f}", f"{import_time(way.module):.0f}"]
        cells += ["- | -"] * (2 - len(cost)) + cost + [", ".join(faults(way.reigns)) or "nothing"]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
