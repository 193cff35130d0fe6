"""Any chart as delimited text: by default CSV with the columns chart, territory, period, rank, title, season, kind."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.sources.cells import read_date, read_rank, read_season, read_territory, read_title
from chartwatch.sources.delimited_text import TextTable
from chartwatch.sources.editions import Editions
from chartwatch.sources.options import Options, comma_separated, descriptions, read_options
from chartwatch.sources.single_document import SingleDocumentSource

ADVICE = {
    "chart": "where the file holds one chart only, give its id: -o chart=ID",
    "territory": "where the file is of one territory only, give it: -o territory=US, or GLOBAL",
    "rank": "a chart of number ones alone may lack it: -o depth=1",
}
"""What to do where a column is missing."""

CHART_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a chart's id looks like: `netflix-daily-overall`."""


def _read_delimiter(delimiter: str) -> str:
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if len(delimiter) != 1 or delimiter in '"\r\n\0\ufeff':
        raise ValueError("is not one character that can stand between cells")
    return delimiter


def _read_chart_id(cell: str) -> str:
    if not CHART_ID.fullmatch(cell):
        raise ValueError("is not a chart's id such as netflix-daily-overall")
    return cell


ChartId: TypeAlias = Annotated[str, AfterValidator(_read_chart_id)]
Delimiter: TypeAlias = Annotated[str, AfterValidator(_read_delimiter)]
Territory: TypeAlias = Annotated[str, AfterValidator(read_territory)]


class CsvOptions(Options):
    """Which columns a file has, and what they do not tell."""

    cadence: Cadence = Field(description="how often the chart appears: day or week")
    url: str | None = Field(default=None, pattern="^https?://.+$", description="where to fetch the file")
    delimiter: Delimiter = Field(default=",", description="what stands between cells: one character, or `tab`")
    chart: ChartId | None = Field(default=None, description="id of the chart, where the file holds one only")
    chart_column: str = Field(
        default="chart", description="the column of chart ids, where it holds several; otherwise `chart`"
    )
    name: str | None = Field(default=None, description="what headlines call the chart; otherwise its id")
    provider: str = Field(default="csv", description="who publishes the chart")
    list_name: str = Field(default="", description="which of the provider's lists it is, for rules about a `list`")
    metric: str | None = Field(default=None, description="what the chart ranks by, such as `hours viewed`")
    began: date | None = Field(
        default=None, description="the first period that the chart ever had, where the file goes back as far"
    )
    min_periods: int = Field(
        default=0, ge=0, description="how many periods the record must have before firsts are sent; 0: however few"
    )
    depth: int | None = Field(
        default=None, ge=1, le=1000, description="ranks of an edition; otherwise the lowest in the file"
    )
    shortest: int | None = Field(
        default=None, ge=1, description="the fewest ranks an edition may have; otherwise all of `depth`"
    )
    ties: bool = Field(default=False, description="whether equal ranks in an edition are ties: true or false")
    territory: Territory | None = Field(default=None, description="the territory, where the file holds one only")
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
    figure_columns: Annotated[list[str], BeforeValidator(comma_separated)] = Field(
        default_factory=list, description="columns that are kept as figures, separated by commas"
    )
    identifying: Annotated[list[str], BeforeValidator(comma_separated)] = Field(
        default_factory=list,
        description="those of them that no two works are likely to share, such as hours: with another title they show "
        "that a work was renamed",
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.name is not None and self.chart is None:
            raise ValueError("a `name` is of one chart, so that `chart` is needed with it")
        if self.shortest and self.depth and self.shortest > self.depth:
            raise ValueError(f"`shortest` is {self.shortest}, more than a `depth` of {self.depth}")
        if others := set(self.identifying) - set(self.figure_columns):
            raise ValueError(f"`identifying` names {', '.join(sorted(others))}, not among `figure_columns`")
        return self


class CsvFile(SingleDocumentSource):
    """A file of any provider."""

    name = "csv"
    summary = "any chart as a CSV or TSV file; options name its columns"
    whole_history = False
    options = descriptions(CsvOptions)

    def __init__(self, options: CsvOptions) -> None:
        """Read files as the options describe them."""
        super().__init__(options.url or "")
        self._options = options

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""
        return cls(read_options(cls.name, CsvOptions, options))

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in the file, oldest first. Raises `SourceError`."""
        options = self._options
        columns = self._required(), ("rank", "season", "kind", options.territory_column)
        table = TextTable(self.name, body, options.delimiter, *columns, advice=ADVICE)
        charts = [options.chart] * len(table) if options.chart else table.values(options.chart_column, _read_chart_id)
        periods = table.values(options.period_column, read_date)
        if options.cadence is Cadence.WEEK:
            _refuse_another_weekday(table, options.period_column, zip(charts, periods, strict=True))
        entries = list(map(Entry, *self._entry_columns(table)))
        editions = Editions(self.name, charts, periods, self._territories(table), entries, table.place)
        described = self._described(editions)
        editions.refuse_truncated_end(options.shortest or described[charts[-1]].depth)
        editions.refuse_broken_ranks(described, shortest=options.shortest, ties=options.ties)
        return editions.publications(described, provenance)

    def _required(self) -> list[str]:
        """Return the columns that the file must have."""
        options = self._options
        named = (options.rank_column, options.season_column, options.kind_column, *options.figure_columns)
        columns = (
            options.period_column,
            options.title_column,
            *filter(None, named),
            options.chart_column if options.chart is None else None,
            options.territory_column if options.territory is None else None,
            "rank" if options.rank_column is None and options.depth != 1 else None,
        )
        return [column for column in columns if column is not None]

    def _territories(self, table: TextTable) -> Sequence[str]:
        territory = self._options.territory
        if territory is None:
            return table.values(self._options.territory_column, read_territory)

        def read_that(cell: str) -> str:
            if cell != territory:
                raise ValueError(f"is not {territory}, which the option `territory` says of the whole file")
            return cell

        return table.values_or(self._options.territory_column, read_that, territory)

    def _entry_columns(self, table: TextTable) -> Iterator[Iterable[Any]]:
        options = self._options
        yield table.values_or(options.rank_column or "rank", self._read_rank, 1)
        yield table.values(options.title_column, read_title)
        yield table.values_or(options.season_column or "season", read_season, None)
        yield table.values_or(options.kind_column or "kind", self._read_kind, options.kind)
        yield table.figures((column, column, str) for column in options.figure_columns)

    def _read_rank(self, cell: str) -> int:
        rank = read_rank(cell)
        if self._options.depth and rank > self._options.depth:
            raise ValueError(f"is below the depth of {self._options.depth}")
        return rank

    def _read_kind(self, cell: str) -> Kind | None:
        if cell and cell not in tuple(Kind):
            raise ValueError("is not film, series or empty")
        return Kind(cell) if cell else self._options.kind

    def _described(self, editions: Editions) -> Mapping[str, Chart]:
        """Return the charts by their ids. Without an option, the depth of a chart is its lowest rank in the file."""
        options = self._options
        lowest: dict[str, int] = {}
        for (chart, _, _), entries in editions.by_key.items():
            lowest[chart] = max(lowest.get(chart, 1), entries[-1].rank)
        return {
            chart: Chart(
                chart,
                options.name or chart,
                options.provider,
                options.cadence,
                options.depth or rank,
                options.kind,
                (MetricPeriod(options.metric),) if options.metric else (),
                options.list_name,
                began=options.began,
                identifying=tuple(options.identifying),
                min_periods=options.min_periods,
            )
            for chart, rank in lowest.items()
        }


def _refuse_another_weekday(table: TextTable, column: str, charted: Iterable[tuple[str, date]]) -> None:
    """Refuse a weekly chart whose periods are not whole weeks apart."""
    first: dict[str, date] = {}
    for row, (chart, period) in enumerate(charted):
        if period.weekday() != first.setdefault(chart, period).weekday():
            reason = f"is not a whole number of weeks from {first[chart]}, and the chart is weekly"
            raise table.cell_error(row, column, reason)
