"""Pictures over time: the reigns of works, a row each; who was at #1 of one territory, as a strip; how many at a time.

Widths are shares of the picture's own, heights are pixels, so that text has one size on a phone and on a wide screen.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from xml.etree.ElementTree import Element

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.site.pictures import lettering
from chartwatch.site.pictures.svg import add, linked, percent, picture, written
from chartwatch.site.pictures.time_axis import TimeAxis, first_day

COLOURS = 8
"""How many colours tell works apart: classes `b1` to `b8`."""

_AXIS = 24
_TICK_LINE = 12
_ROW = 36
_LABEL_LINE, _BAR_LINE, _BAR = 14, 20, 10
_LABEL_EMS = 16.5
"""The room for a label beside the number of periods, on a phone of 320 pixels."""

_STRIP = 44
_COLUMNS, _PEAK_LINE = 84, 14
"""The height of columns, with the line above them that has the number of the highest."""

_EMS_WIDE, _EMS_NARROW = 64.0, 21.0
"""How long a strip is in ems where the page is wide, and on a phone: only a name that fits is shown."""
_EMS_OF_A_NAME = 3.5
"""The room below which a segment is not named."""


@dataclass(frozen=True, slots=True)
class ReignRow:
    """What was at #1, or where: a label, its periods, and where it leads. `missing`: periods that the record lacks."""

    label: str
    periods: Collection[date]
    href: str | None = None
    missing: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive periods of an axis: the first, the last and how many."""

    first: date
    last: date
    count: int


def reigns(
    rows: Sequence[ReignRow], axis: Sequence[date], *, cadence: Cadence, name: str, title: str, description: str
) -> str:
    """Return a row for each title or territory, with a bar for each run of its periods at #1, as SVG.

    `axis` has all periods of the chart, oldest first, also the missing ones: a run goes on to the next period of it.
    Periods that are not on the axis are not drawn. Raises `ValueError` for an axis that is empty or out of order.
    """
    height = _AXIS + _ROW * len(rows)
    # Text has an outline of the ground's colour, under its letters, where it lies on the lines of the days.
    at = {"width": "100%", "height": str(height), "paint_order": "stroke"}
    root = picture(name, title, description, kind="reigns", **at)
    drawing = _OverTime(root, name, TimeAxis(axis, cadence))
    drawing.begin(height, [period for row in rows for period in row.missing])
    for number, row in enumerate(rows):
        drawing.add_row(row, _AXIS + _ROW * number)
    return written(root)


def strip(
    rows: Iterable[ReignRow], axis: Sequence[date], *, cadence: Cadence, name: str, title: str, description: str
) -> str:
    """Return who was at #1 of one territory when, as one strip with a coloured segment for each run, as SVG.

    `rows` are the works, in any order; those at #1 in one period share the height. A period is missing where any of the
    rows says so. `axis` is as for `reigns`. Links are not in the order of the tabulator key: a table beside the strip
    has to have them.
    """
    works = list(rows)
    height = str(_AXIS + _STRIP)
    root = picture(name, title, description, kind="strip", width="100%", height=height)
    missing = {period for row in works for period in row.missing}
    drawing = _OverTime(root, name, TimeAxis(axis, cadence))
    drawing.begin(_AXIS + _STRIP, missing)
    add(root, "rect", class_="track", y=str(_AXIS), width="100%", height=str(_STRIP))
    drawing.add_gaps(missing, _AXIS, _STRIP)
    ordered = in_order(works, axis)
    for run, on_top in _shared(ordered, axis):
        part = _STRIP / len(on_top)
        for place, number in enumerate(on_top):
            drawing.add_segment(ordered[number], run, f"b{colour(number)}", _AXIS + part * place, part)
    return written(root)


def columns(
    counts: Mapping[date, int],
    axis: Sequence[date],
    *,
    unit: str,
    cadence: Cadence,
    name: str,
    title: str,
    description: str,
    missing: Collection[date] = (),
) -> str:
    """Return a column for each period, as high as its count, with the highest named, as SVG.

    It says in little room how many territories a work topped when, where `reigns` would need a row for each. `unit` is
    what is counted: `territory`. Periods without a count have none; `axis` is as for `reigns`.
    """
    time = TimeAxis(axis, cadence)
    bottom = _AXIS + _COLUMNS
    root = picture(name, title, description, kind="columns", width="100%", height=str(bottom), paint_order="stroke")
    drawing = _OverTime(root, name, time)
    drawing.begin(bottom, missing)
    drawing.add_gaps(missing, _AXIS + _PEAK_LINE, _COLUMNS - _PEAK_LINE)
    shown = {period: counts[period] for period in axis if counts.get(period)}
    most = max(shown.values(), default=0)
    add(root, "line", class_="grid", x2="100%", y1=str(bottom), y2=str(bottom))
    for period, count in shown.items():
        drawing.add_column(_Run(period, period, 1), words.counted(count, unit), bottom, count / most)
    if shown:
        peak = next(period for period, count in shown.items() if count == most)
        at = time.share(first_day(peak, cadence))
        side = "peak" if at < 0.5 else "peak left"
        add(root, "text", words.counted(most, unit), class_=side, x=percent(at), y=str(_AXIS + _PEAK_LINE - 4))
    return written(root)


def in_order(rows: Iterable[ReignRow], axis: Sequence[date]) -> list[ReignRow]:
    """Return the works of a strip that came to #1 on an axis, in that order: `colour` is of a place in it."""
    onto = frozenset(axis)
    found = [(min(seen), row.label, row.href or "", row) for row in rows if (seen := onto.intersection(row.periods))]
    return [row for *_, row in sorted(found, key=lambda each: each[:3])]


def colour(place: int) -> int:
    """Return the colour of a work of a strip, 1 to `COLOURS`, by its place in the order of works, from 0."""
    return 1 + place % COLOURS


@dataclass(frozen=True, slots=True)
class _OverTime:
    """A picture that is drawn along a time axis. Tops and heights are pixels."""

    root: Element
    name: str
    time: TimeAxis

    def begin(self, height: int, missing: Iterable[date]) -> None:
        """Add the pattern of gaps, where there are any, and the days along the axis."""
        if not frozenset(self.time.periods).isdisjoint(missing):
            defs = add(self.root, "defs")
            hatch = add(defs, "pattern", id=self._hatch, width="6", height="6", patternUnits="userSpaceOnUse")
            add(hatch, "path", class_="hatch", d="M-1 1l2-2M0 6l6-6M5 7l2-2")
        for tick in self.time.ticks():
            at = percent(tick.at)
            add(self.root, "line", class_="grid", x1=at, x2=at, y1="0", y2=str(height))
            if tick.name:
                add(self.root, "text", tick.name, class_="tick", x=at, dx="4", y=str(_TICK_LINE))

    def add_row(self, row: ReignRow, top: int) -> None:
        """Add a label with the number of its periods, and the bars under it."""
        line, height = str(top + _BAR_LINE), str(_BAR)
        runs = list(_runs(row.periods, self.time.periods))
        add(self.root, "rect", class_="track", y=line, width="100%", height=height)
        self.add_gaps(row.missing, top + _BAR_LINE, _BAR)
        group = linked(self.root, row.href)
        label = add(group, "text", lettering.shortened(row.label, _LABEL_EMS), class_="label", y=str(top + _LABEL_LINE))
        if label.text != row.label:
            add(label, "title", row.label)
        for run in runs:
            x, width = self.time.extent(run.first, run.last)
            bar = add(group, "rect", class_="b1", x=percent(x), y=line, width=percent(width), height=height)
            add(bar, "title", self._said(row.label, run))
        total = words.counted(sum(run.count for run in runs), self.time.cadence.value)
        add(self.root, "text", total, class_="total", x="100%", y=str(top + _LABEL_LINE))

    def add_segment(self, row: ReignRow, run: _Run, colour_class: str, top: float, height: float) -> None:
        """Add a run of a strip, with its name where there is room."""
        x, width = self.time.extent(run.first, run.last)
        group = linked(self.root, row.href, tabindex="-1")
        line = f"{top:g}"
        part = add(group, "rect", class_=colour_class, x=percent(x), y=line, width=percent(width), height=f"{height:g}")
        add(part, "title", self._said(row.label, run))
        room = width * _EMS_WIDE - 1
        if room >= min(_EMS_OF_A_NAME, lettering.width(row.label)):
            name = lettering.shortened(row.label, room)
            fits = lettering.width(name) <= width * _EMS_NARROW - 1
            kind = "name" if fits else "name roomy"
            add(group, "text", name, class_=kind, x=percent(x), dx="6", y=f"{top + height / 2 + 4:g}")

    def add_column(self, run: _Run, said: str, bottom: int, share: float) -> None:
        """Add a column that stands on the bottom."""
        x, width = self.time.extent(run.first, run.last)
        height = share * (_COLUMNS - _PEAK_LINE)
        at = {"x": percent(x), "y": f"{bottom - height:g}", "width": percent(width), "height": f"{height:g}"}
        add(add(self.root, "rect", class_="b1", **at), "title", f"{said}, {self._days(run)}")

    def add_gaps(self, missing: Collection[date], top: int, height: int) -> None:
        """Add what is missing from the record, hatched."""
        for run in _runs(missing, self.time.periods):
            x, width = self.time.extent(run.first, run.last)
            at = {"x": percent(x), "y": str(top), "width": percent(width), "height": str(height)}
            gap = add(self.root, "rect", fill=f"url(#{self._hatch})", **at)
            add(gap, "title", self._said("Not in the record", run))

    @property
    def _hatch(self) -> str:
        return f"{self.name}-hatch"

    def _said(self, label: str, run: _Run) -> str:
        """Return "Squid Game: 6 weeks, 20 September 2021 to 31 October 2021"."""
        return f"{label}: {words.counted(run.count, self.time.cadence.value)}, {self._days(run)}"

    def _days(self, run: _Run) -> str:
        first = words.day(first_day(run.first, self.time.cadence))
        return first if self.time.cadence is Cadence.DAY and run.count == 1 else f"{first} to {words.day(run.last)}"


def _runs(periods: Collection[date], axis: Sequence[date]) -> Iterator[_Run]:
    """Yield the runs of an axis that lie in those periods."""
    within = frozenset(periods)
    for is_within, group in groupby(axis, key=within.__contains__):
        if is_within:
            run = list(group)
            yield _Run(run[0], run[-1], len(run))


def _shared(works: Sequence[ReignRow], axis: Sequence[date]) -> Iterator[tuple[_Run, tuple[int, ...]]]:
    """Yield the runs of an axis in which the same works were at #1, with the places of these in the order of works."""
    on_top: dict[date, tuple[int, ...]] = dict.fromkeys(axis, ())
    for number, row in enumerate(works):
        for period in on_top.keys() & frozenset(row.periods):
            on_top[period] += (number,)
    for numbers, group in groupby(axis, key=on_top.__getitem__):
        if numbers:
            run = list(group)
            yield _Run(run[0], run[-1], len(run)), numbers
