"""What Netflix's two official files have in common: tab-separated, a week's lists of ten, the whole history in each.

Described at https://www.netflix.com/tudum/top10; the columns are those of the files as published since 2021-11-16.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Self, TypeAlias

from pydantic import Field

from chartwatch.domain.charts.chart import GLOBAL, Cadence, Chart, Era
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.outside_text import as_evidence
from chartwatch.domain.works.work import Kind
from chartwatch.errors import SourceMislabelled, SourceTruncated
from chartwatch.services.egress import authority
from chartwatch.services.fetching import Connection, Request
from chartwatch.sources.editions import (
    Gathered,
    Ranks,
    Rows,
    gather,
    publications,
    refuse_a_cut_end,
    refuse_broken_ranks,
)
from chartwatch.sources.options import Options, meanings, read_options
from chartwatch.sources.tables import Table, a_date, a_figure, a_season, a_territory, a_title, read_table

DEPTH = 10
"""Ranks of every edition Netflix has published."""

ERAS = (Era("hours viewed"), Era("views", date(2023, 6, 18)))
"""The file of 2023-07-26 has the week that ended on 2023-06-18 as the first in order of views."""

KINDS = {
    "Films": Kind.FILM,
    "Films (English)": Kind.FILM,
    "Films (Non-English)": Kind.FILM,
    "TV": Kind.SERIES,
    "TV (English)": Kind.SERIES,
    "TV (Non-English)": Kind.SERIES,
}
"""What stands on the lists, by the labels that either file has used."""

Labelling: TypeAlias = Mapping[str, Chart]
"""The charts of a file by the labels of its lists."""

SUNDAY = 7

_RANKS = {str(rank): rank for rank in range(1, DEPTH + 1)}


class WeeklyOptions(Options):
    """Options of both files."""

    url: str = Field(
        default="", pattern="^(https?://.*)?$", description="where the file is, if not at Netflix's address"
    )


def weekly_chart(chart_id: str, name: str, kind: Kind) -> Chart:
    """Return one of Netflix's weekly charts."""
    return Chart(chart_id, name, "netflix", Cadence.WEEK, DEPTH, kind, ERAS, chart_id.removeprefix("netflix-weekly-"))


class WeeklyFile:
    """One of the two files; what tells them apart are the class variables.

    `labellings` are the ways in which the file has labelled its lists: a document keeps to one of them, and has each of
    its lists. `territory_column` is None for the file that ranks the world as one.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    address: ClassVar[str]
    labellings: ClassVar[Sequence[Labelling]]
    territory_column: ClassVar[str | None]
    whole_history: ClassVar[bool] = True
    options: ClassVar[Mapping[str, str]] = meanings(WeeklyOptions)

    def __init__(self, options: WeeklyOptions) -> None:
        """Take the options as read."""
        self._url = options.url or self.address

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""
        return cls(read_options(cls.name, WeeklyOptions, options))

    @property
    def url(self) -> str:
        """The address of the file."""
        return as_evidence(self._url)

    @property
    def hosts(self) -> frozenset[str]:
        """Netflix's, or that of the address in the options."""
        return frozenset({authority(self._url)})

    def fetch(self, connection: Connection) -> bytes:
        """Return the file as it is now."""
        return connection.get(Request(self._url, hosts=self.hosts))

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in a version of the file, oldest first. Raises `SourceError`."""
        territory = (self.territory_column,) if self.territory_column else ()
        required = (*territory, "week", "category", "weekly_rank", "show_title", "season_title")
        table = read_table(self.name, body, "\t", required, tuple(FIGURES))
        labels = table.values("category", _label)
        territories = (
            table.values(self.territory_column, a_territory) if self.territory_column else [GLOBAL] * len(table)
        )
        rows = Rows(self.name, labels, table.values("week", _week), territories, _entries(table, labels), table.place)
        gathered = gather(rows)
        refuse_a_cut_end(rows, gathered, DEPTH)
        charts = _charts(self.name, labels, self.labellings)
        refuse_broken_ranks(rows, gathered, lambda _: Ranks(DEPTH, DEPTH))
        _refuse_a_lost_list(self.name, gathered, charts)
        return publications(gathered, charts, provenance)


def _entries(table: Table, labels: Sequence[str]) -> list[Entry]:
    columns = (
        table.values("weekly_rank", _rank),
        table.values("show_title", a_title),
        table.values("season_title", _season),
        [KINDS[label] for label in labels],
        _figures(table),
    )
    return list(map(Entry._make, zip(*columns, strict=True)))


def _figures(table: Table) -> Iterable[tuple[tuple[str, str], ...]]:
    present = {column: said for column, said in FIGURES.items() if column in table}
    if not present:
        return [()] * len(table)
    names = [name for name, _ in present.values()]
    cells = zip(*(table.values(column, read) for column, (_, read) in present.items()), strict=True)
    known: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
    figures = []
    for row in cells:
        if row not in known:
            known[row] = tuple((name, cell) for name, cell in zip(names, row, strict=True) if cell)
        figures.append(known[row])
    return figures


def _charts(source: str, labels: Sequence[str], labellings: Sequence[Labelling]) -> Labelling:
    """Return the labelling that a document keeps to."""
    found = set(labels)
    for labelling in labellings:
        if found == set(labelling):
            return labelling
    expected = ", ".join(sorted(labellings[0]))
    raise SourceMislabelled(source, f"the lists are labelled {', '.join(sorted(found))}, not {expected}")


def _refuse_a_lost_list(source: str, gathered: Gathered, charts: Labelling) -> None:
    """Refuse a document cut between two editions: where one list has a week, every list has it."""
    for _, week, territory in gathered:
        for label in charts:
            if (label, week, territory) not in gathered:
                said = f"{week} in {territory} stands on some lists, but not on {label}"
                raise SourceTruncated(source, said)


def _label(cell: str) -> str:
    if cell not in KINDS:
        raise ValueError("is not a list of Netflix's")
    return cell


def _week(cell: str) -> date:
    week = a_date(cell)
    if week.isoweekday() != SUNDAY:
        raise ValueError("is not a Sunday, by which Netflix names a week")
    return week


def _rank(cell: str) -> int:
    if cell not in _RANKS:
        raise ValueError(f"is not a rank from 1 to {DEPTH}")
    return _RANKS[cell]


def _season(cell: str) -> str | None:
    return None if cell == "N/A" else a_season(cell)


def _weeks(cell: str) -> str:
    # Never empty in a whole file, and the last cell of most: empty, it tells of a cut.
    if not cell:
        raise ValueError("is not a number")
    return a_figure(cell)


FIGURES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "weekly_hours_viewed": ("hours", a_figure),
    "weekly_views": ("views", a_figure),
    "runtime": ("runtime", a_figure),
    "cumulative_weeks_in_top_10": ("weeks", _weeks),
    "is_staggered_launch": ("staggered", str),
    "episode_launch_details": ("episodes", str),
}
"""Columns that came and went, what an entry calls them, and how they read.

A runtime is in hours. The last two (2023) are about series that come out in parts: `true` or `false`, and JSON.
"""
