"""The pictures of pages: what is drawn of runs, places and totals. Each page has the same in a table."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Chart
from chartwatch.site.addresses import chart_address, link, origin_address, work_address
from chartwatch.site.pictures.bars import Bar, bars
from chartwatch.site.pictures.timeline import ReignRow, colour, columns, in_order, reigns, strip
from chartwatch.site.pictures.world_map import Mark, europe_map, has_place, in_europe, world_map
from chartwatch.site.recorded import ChartRecord, Recorded, Run
from chartwatch.site.views import chart_name, place_name

MOST_ROWS = 15
"""Rows of a timeline, and bars."""


ENOUGH_OF_EUROPE = 8
"""Territories of Europe that are marked for it to be drawn larger, too: on a phone some are two pixels wide."""

MARGIN = 4
"""Periods that a timeline shows before and after what it is about."""


class Picture:
    """A picture that is drawn when a page shows it. What tells it from another is what it is drawn of."""

    __slots__ = ("_draw",)

    def __init__(self, draw: Callable[..., str], *of: object, **said: object) -> None:
        """`draw` returns it as SVG, in which texts are escaped; the `repr` of a value is to say all of it."""
        self._draw = partial(draw, *of, **said)

    def __repr__(self) -> str:
        """Return what it is drawn of."""
        return f"{self._draw.func.__name__}{self._draw.args}{self._draw.keywords}"

    def __html__(self) -> str:
        """Draw it; Jinja asks for this in place of escaping."""
        return self._draw()


class Shade(NamedTuple):
    """What a colour of a map stands for; the level is 1 to 4."""

    level: int
    said: str


class Map(NamedTuple):
    """A map and what its colours stand for, the darkest first; and Europe, larger, where enough of it is there.

    `is_by_title`: a colour is a title, and not more or less of anything.
    """

    picture: Picture
    shades: tuple[Shade, ...]
    europe: Picture | None
    is_by_title: bool = False


def axis_of(record: ChartRecord) -> list[date]:
    """Return all periods from a chart's first to its latest, those that are missing among them."""
    found = [record.since]
    known = {publication.period for publication in record.timeline}
    while found[-1] < record.latest.period:
        following = record.chart.after(found[-1])
        found.append(min(following, record.latest.period))
    return sorted({*found, *known})


def _around(axis: Sequence[date], periods: Iterable[date]) -> Sequence[date]:
    """Return the part of an axis around some of its periods: one that is over is drawn as it was, week after week."""
    places = [axis.index(period) for period in periods]
    return axis[max(0, min(places) - MARGIN) : max(places) + MARGIN + 1]


def periods_of(chart: Chart, runs: Iterable[Run]) -> tuple[date, ...]:
    """Return the periods of runs, sorted."""
    found: set[date] = set()
    for run in runs:
        period = run.first
        while period <= run.last:
            found.add(period)
            period = chart.after(period)
    return tuple(sorted(found))


def _missing(record: ChartRecord, axis: Sequence[date], territory: str | None) -> tuple[date, ...]:
    """Return the periods of an axis of which there is no edition of a territory, or of any."""
    seen = {
        its.period for its in record.timeline if its.number_ones and (territory is None or territory in its.number_ones)
    }
    return tuple(period for period in axis if period not in seen)


class Strip(NamedTuple):
    """Who was at #1 of a territory when, and the colour of each work, 1 to `COLOURS`."""

    picture: Picture
    colours: Mapping[str, int]


def who_was_at_one(recorded: Recorded, record: ChartRecord, territory: str, here: str) -> Strip:
    """Return who was at #1 of a territory when, as a strip."""
    axis, runs = axis_of(record), recorded.runs_at.get((record.chart.id, territory), ())
    missing = _missing(record, axis, territory)
    rows = {
        work: ReignRow(
            recorded.works[work].title, periods_of(record.chart, its), link(here, work_address(work)), missing
        )
        for work, its in _by_work(runs).items()
    }
    places = {row.href: place for place, row in enumerate(in_order(rows.values(), axis))}
    where = words.territory_name(territory)
    picture = Picture(
        strip,
        tuple(rows.values()),
        axis,
        cadence=record.chart.cadence,
        name="strip",
        title=f"Who was at #1 in {where}",
        description=f"{chart_name(record.chart)}, {_span(axis)}. The table below says the same.",
    )
    return Strip(picture, {work: colour(places[row.href]) for work, row in rows.items()})


def roll(recorded: Recorded, record: ChartRecord, totals: Mapping[str, int], here: str) -> Picture:
    """Return for how many periods works were at #1, the most first, as bars."""
    rows = [
        Bar(recorded.works[work].title, total, link(here, work_address(work)))
        for work, total in list(totals.items())[:MOST_ROWS]
    ]
    unit = record.chart.cadence
    return Picture(
        bars,
        rows,
        unit=unit,
        name="roll",
        title=f"{words.sentence(words.plural(unit))} at #1",
        description="The table below says the same of all titles.",
    )


def where_it_was(recorded: Recorded, record: ChartRecord, work: str, runs: Sequence[Run], here: str) -> Map | None:
    """Return the map of where a work was at #1 of a chart, for how long; None for a chart of one territory."""
    if len(record.territories) == 1:
        return None
    total: dict[str, int] = {}
    for run in runs:
        total[run.territory] = total.get(run.territory, 0) + run.periods
    unit = record.chart.cadence
    said = {t: f"{place_name(t)}: {words.counted(periods, unit)} at #1" for t, periods in total.items()}
    chart = record.chart.id
    return _map(
        total,
        said,
        {t: link(here, chart_address(chart, t)) for t in total},
        unit,
        name=f"map-{chart}",
        title=f"Where {recorded.works[work].title} was at #1 of {record.chart.name}",
    )


def when_it_was(recorded: Recorded, record: ChartRecord, work: str, runs: Sequence[Run], here: str) -> Picture:
    """Return when a work was at #1 of a chart: a row a territory, or in how many where these are many."""
    chart = record.chart
    axis = _around(axis_of(record), (day for run in runs for day in (run.first, run.last)))
    places: dict[str, list[Run]] = {}
    for run in runs:
        places.setdefault(run.territory, []).append(run)
    if len(places) > MOST_ROWS:
        return _where_it_was_when(recorded, record, work, runs, axis)
    longest = sorted(places, key=lambda t: (-sum(run.periods for run in places[t]), place_name(t)))[:MOST_ROWS]
    rows = [
        ReignRow(
            place_name(t),
            periods_of(chart, places[t]),
            link(here, chart_address(chart.id, t)),
            _missing(record, axis, t),
        )
        for t in longest
    ]
    return _reigns(rows, axis, chart, f"When {recorded.works[work].title} was at #1 of {chart.name}", len(places))


def _where_it_was_when(
    recorded: Recorded, record: ChartRecord, work: str, runs: Sequence[Run], axis: Sequence[date]
) -> Picture:
    """Return in how many territories a work was at #1 of a chart in each period, a column a period."""
    chart = record.chart
    counts = Counter(period for run in runs for period in periods_of(chart, [run]))
    return Picture(
        columns,
        counts,
        axis,
        unit=words.place_noun(record.territories),
        cadence=chart.cadence,
        name=f"when-{chart.id}",
        title=f"In how many places {recorded.works[work].title} was at #1 of {chart.name}",
        description=f"{_span(axis)}. The table below says of each place when.",
        missing=_missing(record, axis, None),
    )


def works_over_time(recorded: Recorded, record: ChartRecord, works: Sequence[str], here: str) -> Picture:
    """Return when works that were at #1 of a chart were so, in whatever territory, a row a work, the latest first."""
    chart = record.chart
    runs = {work: [run for run in recorded.runs_of[work] if run.chart == chart.id] for work in works}
    seen = {work: periods_of(chart, its) for work, its in runs.items()}
    axis = _around(axis_of(record), (day for its in seen.values() for day in (min(its), max(its))))
    latest = sorted(seen, key=lambda work: (max(seen[work]), work), reverse=True)[:MOST_ROWS]
    missing = _missing(record, axis, None)
    rows = [
        ReignRow(recorded.works[work].title, seen[work], link(here, work_address(work)), missing) for work in latest
    ]
    return _reigns(rows, axis, chart, f"Titles at #1 of {chart.name}", len(seen))


def who_is_where(recorded: Recorded, record: ChartRecord, leaders: Sequence[str], here: str) -> Map | None:
    """Return the map of who is at #1 of each territory in the latest period: the three in most places, and others."""
    now = [run for run in recorded.runs if run.chart == record.chart.id and run.is_on]
    if len(record.territories) == 1 or not now:
        return None
    level = {work: 4 - place for place, work in enumerate(leaders[:3])}
    marks = {
        run.territory: Mark(
            run.territory,
            level.get(run.work, 1),
            f"{place_name(run.territory)}: {recorded.works[run.work].title}",
            link(here, chart_address(record.chart.id, run.territory)),
        )
        for run in now
        if has_place(run.territory)
    }
    shades = [Shade(level[work], recorded.works[work].title) for work in leaders[:3]]
    others = [Shade(1, "other titles")] if len(leaders) > 3 else []
    return _drawn(
        [mark for _, mark in sorted(marks.items())], (*shades, *others), "map", f"#1 of {record.chart.name}"
    )._replace(is_by_title=True)


def who_had_firsts(titles: Mapping[str, int], said: Mapping[str, str], here: str) -> Map:
    """Return the map of the countries that have had a #1, by how many titles."""
    links = {code: link(here, origin_address(code)) for code in titles}
    return _map(titles, said, links, "title", name="map", title="Countries that have had a #1")


def where_works_were(recorded: Recorded, works: Sequence[str], name: str) -> Map | None:
    """Return the map of where works were at #1, by how many of them; None where that was in no country."""
    found: dict[str, set[str]] = {}
    for work in works:
        for run in recorded.runs_of[work]:
            found.setdefault(run.territory, set()).add(work)
    number = {territory: len(its) for territory, its in found.items() if has_place(territory)}
    if len(number) < 2:
        return None
    said = {t: f"{place_name(t)}: {words.counted(its, 'title')}" for t, its in number.items()}
    return _map(number, said, {}, "title", name="map", title=f"Where titles of {name} were at #1")


def _map(
    numbers: Mapping[str, int], said: Mapping[str, str], links: Mapping[str, str], unit: str, *, name: str, title: str
) -> Map:
    """Return a map of territories by a number, in at most four shades."""
    shown = {code: number for code, number in numbers.items() if has_place(code)}
    bounds = _bounds(list(shown.values()))
    marks = [Mark(code, _level(number, bounds), said[code], links.get(code)) for code, number in sorted(shown.items())]
    return _drawn(marks, tuple(_shades(bounds, max(shown.values(), default=0), unit)), name, title)


def _drawn(marks: Sequence[Mark], shades: tuple[Shade, ...], name: str, title: str) -> Map:
    below = "The table below says the same."
    europe = None
    if sum(in_europe(mark.code) for mark in marks) >= ENOUGH_OF_EUROPE:
        europe = Picture(europe_map, marks, name=f"{name}-europe", title=f"{title}: Europe", description=below)
    return Map(Picture(world_map, marks, name=name, title=title, description=below), shades, europe)


def _bounds(numbers: Sequence[int]) -> list[int]:
    """Return the least number of each shade, rising: of at most four, with as many different numbers in each."""
    ordered = sorted({*numbers})
    return sorted({ordered[len(ordered) * quarter // 4] for quarter in range(4)}) if ordered else []


def _level(number: int, bounds: Sequence[int]) -> int:
    return 4 - (len(bounds) - sum(bound <= number for bound in bounds))


def _shades(bounds: Sequence[int], most: int, unit: str) -> Iterable[Shade]:
    ends = [*(bound - 1 for bound in bounds[1:]), most]
    for place in reversed(range(len(bounds))):
        first, last = bounds[place], ends[place]
        said = words.counted(last, unit) if first == last else f"{first} to {words.counted(last, unit)}"
        yield Shade(4 - (len(bounds) - 1 - place), said)


def _reigns(rows: Sequence[ReignRow], axis: Sequence[date], chart: Chart, title: str, count: int) -> Picture:
    rest = f" {len(rows)} of {count} are drawn." if count > len(rows) else ""
    description = f"{_span(axis)}.{rest} The table below says the same."
    return Picture(
        reigns, rows, axis, cadence=chart.cadence, name=f"when-{chart.id}", title=title, description=description
    )


def _by_work(runs: Iterable[Run]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.work, []).append(run)
    return found


def _span(axis: Sequence[date]) -> str:
    return f"From {words.day(axis[0])} to {words.day(axis[-1])}"
