"""Any chart as delimited text: by default CSV with the columns chart, territory, period, rank, title, season, kind."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from chartwatch.domain.charts.chart import Cadence, Chart, Era
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.outside_text import as_evidence
from chartwatch.domain.works.work import Kind
from chartwatch.errors import OptionError
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
from chartwatch.sources.options import Options, listed, meanings, read_options
from chartwatch.sources.tables import Table, a_date, a_season, a_territory, a_title, read_table

CHART_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a chart's id looks like: `netflix-daily-overall`."""

_RANK = re.compile(r"[1-9][0-9]{0,3}")


class CsvOptions(Options):
    """Where a file's columns are, and what the file does not say itself."""

    cadence: Cadence = Field(description="how often the chart appears: day or week")
    url: str | None = Field(default=None, pattern="^https?://.+$", description="where to fetch the file")
    delimiter: str = Field(default=",", description="what stands between cells: one character, or `tab`")
    chart: str | None = Field(default=None, description="id of the chart, where the file holds one only")
    chart_column: str = Field(
        default="chart", description="the column of chart ids, where it holds several; otherwise `chart`"
    )
    name: str | None = Field(default=None, description="what headlines call the chart; otherwise its id")
    provider: str = Field(default="csv", description="who publishes the chart")
    list_name: str = Field(default="", description="which of the provider's lists it is, for rules about a `list`")
    metric: str | None = Field(default=None, description="what the chart ranks by, such as `hours viewed`")
    depth: int | None = Field(
        default=None, ge=1, le=1000, description="ranks of an edition; otherwise the lowest in the file"
    )
    shortest: int | None = Field(
        default=None, ge=1, description="the fewest ranks an edition may have; otherwise all of `depth`"
    )
    ties: bool = Field(default=False, description="whether equal ranks in an edition are ties: true or false")
    territory: str | None = Field(default=None, description="the territory, where the file holds one only")
    territory_column: str = Field(
        default="territory", description="the column of ISO 3166-1 alpha-2 codes, or GLOBAL; otherwise `territory`"
    )
    period_column: str = Field(
        default="period", description="the column of dates, otherwise `period`; a week is named by its last day"
    )
    rank_column: str | None = Field(
        default=None, description="the column of ranks; otherwise `rank`, which a chart of depth 1 may lack"
    )
    title_column: str = Field(default="title", description="the column of titles; otherwise `title`")
    season_column: str | None = Field(default=None, description="the column of seasons; `season`, where there is one")
    kind: Kind | None = Field(default=None, description="what stands on the chart: film or series")
    kind_column: str | None = Field(default=None, description="the column of kinds; `kind`, where there is one")
    figure_columns: Annotated[list[str], BeforeValidator(listed)] = Field(
        default_factory=list, description="columns that are kept as figures, separated by commas"
    )

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, delimiter: str) -> str:
        delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
        if len(delimiter) != 1 or delimiter in '"\r\n\0\ufeff':
            raise ValueError("is not one character that can stand between cells")
        return delimiter

    @field_validator("chart")
    @classmethod
    def _chart_id(cls, chart: str | None) -> str | None:
        return chart if chart is None else _chart(chart)

    @field_validator("territory")
    @classmethod
    def _one_territory(cls, territory: str | None) -> str | None:
        return territory if territory is None else a_territory(territory)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.name is not None and self.chart is None:
            raise ValueError("a `name` is of one chart, so that `chart` is needed with it")
        if self.shortest and self.depth and self.shortest > self.depth:
            raise ValueError(f"`shortest` is {self.shortest}, more than a `depth` of {self.depth}")
        return self


class Csv:
    """A file of any provider."""

    name: ClassVar[str] = "csv"
    summary: ClassVar[str] = "any chart as a CSV or TSV file; options name its columns"
    whole_history: ClassVar[bool] = False
    options: ClassVar[Mapping[str, str]] = meanings(CsvOptions)

    def __init__(self, options: CsvOptions) -> None:
        """Take the options as read."""
        self._options = options

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""
        return cls(read_options(cls.name, CsvOptions, options))

    @property
    def url(self) -> str:
        """The address of the file, or nothing where it comes from a disk."""
        return as_evidence(self._options.url or "")

    @property
    def hosts(self) -> frozenset[str]:
        """That of the address in the options."""
        return frozenset({authority(self._options.url)} if self._options.url else ())

    def fetch(self, connection: Connection) -> bytes:
        """Return the file as it is now. Raises `OptionError` where no `url` is given."""
        if self._options.url is None:
            raise OptionError("url", "csv needs it to fetch the file")
        return connection.get(Request(self._options.url, hosts=self.hosts))

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in the file, oldest first. Raises `SourceError`."""
        table = read_table(self.name, body, self._options.delimiter, self._required(), ("rank", "season", "kind"))
        options = self._options
        charts, periods = self._charts(table), table.values(options.period_column, a_date)
        if options.cadence is Cadence.WEEK:
            _refuse_another_weekday(table, options.period_column, zip(charts, periods, strict=True))
        entries = list(map(Entry, *self._entry_columns(table)))
        rows = Rows(self.name, charts, periods, self._territories(table), entries, table.place)
        gathered = gather(rows)
        depths = self._depths(gathered)
        ranks = {chart: Ranks(options.shortest or depth, depth, options.ties) for chart, depth in depths.items()}
        refuse_a_cut_end(rows, gathered, ranks[charts[-1]].least)
        refuse_broken_ranks(rows, gathered, lambda key: ranks[key[0]])
        described = {chart: self._described(chart, depth) for chart, depth in depths.items()}
        return publications(gathered, described, provenance)

    def _required(self) -> list[str]:
        options = self._options
        named = (options.rank_column, options.season_column, options.kind_column, *options.figure_columns)
        columns = [options.period_column, options.title_column, *(column for column in named if column)]
        if options.chart is None:
            columns.append(options.chart_column)
        if options.territory is None:
            columns.append(options.territory_column)
        if options.rank_column is None and options.depth != 1:
            columns.append("rank")
        return columns

    def _charts(self, table: Table) -> Sequence[str]:
        if self._options.chart is not None:
            return [self._options.chart] * len(table)
        return table.values(self._options.chart_column, _chart)

    def _territories(self, table: Table) -> Sequence[str]:
        if self._options.territory is not None:
            return [self._options.territory] * len(table)
        return table.values(self._options.territory_column, a_territory)

    def _entry_columns(self, table: Table) -> Iterable[Sequence[Any]]:
        options = self._options
        rank, season, kind = (
            options.rank_column or "rank",
            options.season_column or "season",
            options.kind_column or "kind",
        )
        yield table.values(rank, self._rank) if rank in table else [1] * len(table)
        yield table.values(options.title_column, a_title)
        yield table.values(season, a_season) if season in table else [None] * len(table)
        yield table.values(kind, self._kind) if kind in table else [options.kind] * len(table)
        figures = zip(*(table.cells(column) for column in options.figure_columns), strict=True)
        yield [self._figures(cells) for cells in figures] if options.figure_columns else [()] * len(table)

    def _rank(self, cell: str) -> int:
        if not _RANK.fullmatch(cell):
            raise ValueError("is not a rank such as 1")
        if self._options.depth and int(cell) > self._options.depth:
            raise ValueError(f"is below the depth of {self._options.depth}")
        return int(cell)

    def _kind(self, cell: str) -> Kind | None:
        if cell and cell not in tuple(Kind):
            raise ValueError("is not film, series or empty")
        return Kind(cell) if cell else self._options.kind

    def _figures(self, cells: Sequence[str]) -> tuple[tuple[str, str], ...]:
        return tuple((name, cell) for name, cell in zip(self._options.figure_columns, cells, strict=True) if cell)

    def _depths(self, gathered: Gathered) -> Mapping[str, int]:
        """Return the depth of each chart: as the options have it, or the lowest rank it has in the file."""
        depths: dict[str, int] = {}
        for (chart, _, _), its in gathered.items():
            depths[chart] = self._options.depth or max(depths.get(chart, 1), its[-1].rank)
        return depths

    def _described(self, chart: str, depth: int) -> Chart:
        options = self._options
        eras = (Era(options.metric),) if options.metric else ()
        return Chart(
            chart,
            options.name or chart,
            options.provider,
            options.cadence,
            depth,
            options.kind,
            eras,
            options.list_name,
        )


def _chart(cell: str) -> str:
    if not CHART_ID.fullmatch(cell):
        raise ValueError("is not a chart's id such as netflix-daily-overall")
    return cell


def _refuse_another_weekday(table: Table, column: str, charted: Iterable[tuple[str, date]]) -> None:
    """Refuse a weekly chart whose periods are not whole weeks apart."""
    first: dict[str, date] = {}
    for row, (chart, period) in enumerate(charted):
        if period.weekday() != first.setdefault(chart, period).weekday():
            said = f"is not a whole number of weeks from {first[chart]}, and the chart is weekly"
            raise table.wrong_cell(row, column, said)
