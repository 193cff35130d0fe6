"""What Netflix's two official files share: tab-separated text, lists of ten for each week, the whole history in each.

Described at https://www.netflix.com/tudum/top10; the columns are those of the files as published since 2021-11-16.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import starmap
from typing import ClassVar, TypeAlias

from chartwatch.document_errors import SourceMislabelled, SourceTruncated
from chartwatch.domain.charts.chart import GLOBAL, Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.sources.cells import read_count, read_date, read_figure, read_season, read_territory, read_title
from chartwatch.sources.delimited_text import FigureColumn, TextTable
from chartwatch.sources.editions import Editions
from chartwatch.sources.single_document import SingleDocumentSource
from chartwatch.sources.table import UnreadRows

DEPTH = 10
"""Ranks of every edition that Netflix has published."""

METRIC_PERIODS = (MetricPeriod("hours viewed"), MetricPeriod("views", date(2023, 6, 18)))
"""The file of 2023-07-26 has the week that ended on 2023-06-18 as the first in order of views."""

KINDS = {
    "Films": Kind.FILM,
    "Films (English)": Kind.FILM,
    "Films (Non-English)": Kind.FILM,
    "TV": Kind.SERIES,
    "TV (English)": Kind.SERIES,
    "TV (Non-English)": Kind.SERIES,
}
"""The kind of the works on a list, by every label that either file has used."""

Labelling: TypeAlias = Mapping[str, Chart]
"""The charts of a file by the labels of its lists."""

SUNDAY = 7

WAY_OUT = "where the format has changed, give a copy that is put right to `replay`, or its address as the option `url`"
"""What to do with a file most of whose cells cannot be read."""

_RANKS = {str(rank): rank for rank in range(1, DEPTH + 1)}


def weekly_chart(chart_id: str, name: str, kind: Kind) -> Chart:
    """Return one of Netflix's weekly charts."""
    list_name = chart_id.removeprefix("netflix-weekly-")
    return Chart(
        chart_id,
        name,
        "netflix",
        Cadence.WEEK,
        DEPTH,
        kind,
        METRIC_PERIODS,
        list_name,
        identifying=("hours", "views"),
        min_periods=Cadence.WEEK.quarter,
        # The English list has had works in other languages (365 Days: This Day).
        not_in_language="en" if list_name.endswith("-non-english") else None,
    )


class WeeklyFile(SingleDocumentSource):
    """One of the two files; the class variables tell them apart.

    `labellings` are the ways in which the file has labelled its lists: a document keeps to one of them, and has each of
    its lists. `territory_column` is None for the file that ranks the world as one.
    """

    labellings: ClassVar[Sequence[Labelling]]
    territory_column: ClassVar[str | None]
    whole_history = True

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in a version of the file, oldest first. Raises `SourceError`."""
        territory = (self.territory_column,) if self.territory_column else ()
        required = (*territory, "week", "category", "weekly_rank", "show_title", "season_title")
        table = TextTable(self.name, body, "\t", required, [column for column, _, _ in FIGURES])
        labels, refused = table.values("category", _read_label), UnreadRows(table)
        editions = Editions(
            self.name,
            labels,
            table.values("week", _read_week),
            table.values_or(self.territory_column, read_territory, GLOBAL),
            _entries(table, labels, refused),
            table.place,
            refused,
        )
        editions.set_aside_truncated_end(DEPTH)
        charts = self._charts(labels)
        editions.set_aside_broken_ranks(charts, way_out=WAY_OUT)
        self._set_aside_missing_lists(editions, charts)
        return editions.publications(charts, provenance)

    def _charts(self, labels: Sequence[str]) -> Labelling:
        """Return the labelling that a document keeps to."""
        found = set(labels)
        for labelling in self.labellings:
            if found == set(labelling):
                return labelling
        expected = ", ".join(sorted(self.labellings[0]))
        raise SourceMislabelled(self.name, f"the lists are labelled {', '.join(sorted(found))}, not {expected}")

    def _set_aside_missing_lists(self, editions: Editions, charts: Labelling) -> None:
        """Set aside what a document lacks that was cut between two editions: where one list has a week, each has it."""
        known = dict.fromkeys([*editions.by_key, *editions.set_aside])
        for week, territory in dict.fromkeys((week, territory) for _, week, territory in known):
            for label in charts:
                if (label, week, territory) not in known:
                    reason = f"{week} in {territory} stands on some lists, but not on {label}"
                    editions.set_aside[label, week, territory] = SourceTruncated(self.name, reason)


def _entries(table: TextTable, labels: Sequence[str], refused: UnreadRows) -> list[Entry]:
    columns = (
        table.values_but("weekly_rank", _read_rank, 0, refused),
        table.values_but("show_title", read_title, "", refused),
        table.values_but("season_title", _read_season, None, refused),
        [KINDS[label] for label in labels],
        table.figures(FIGURES, refused),
    )
    return list(starmap(Entry, zip(*columns, strict=True)))


def _read_label(cell: str) -> str:
    if cell not in KINDS:
        raise ValueError("is not a list of Netflix's")
    return cell


def _read_week(cell: str) -> date:
    week = read_date(cell)
    if week.isoweekday() != SUNDAY:
        raise ValueError("is not a Sunday, by which Netflix names a week")
    return week


def _read_rank(cell: str) -> int:
    if cell not in _RANKS:
        raise ValueError(f"is not a rank from 1 to {DEPTH}")
    return _RANKS[cell]


def _read_season(cell: str) -> str | None:
    return None if cell == "N/A" else read_season(cell)


def _read_weeks(cell: str) -> str:
    # Never empty in a whole file, and the last cell of most rows: an empty one comes from a cut.
    if not cell:
        raise ValueError("is not a number")
    return read_figure(cell)


FIGURES: Sequence[FigureColumn] = (
    ("weekly_hours_viewed", "hours", read_count),
    ("weekly_views", "views", read_count),
    ("runtime", "runtime", read_figure),
    ("cumulative_weeks_in_top_10", "weeks", _read_weeks),
    ("is_staggered_launch", "staggered", str),
    ("episode_launch_details", "episodes", str),
)
"""The columns that came and went over the years.

A runtime is in hours. The last two (2023) are about series that come out in parts: `true` or `false`, and JSON.
"""
