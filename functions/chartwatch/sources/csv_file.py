"""Any chart as a file of rows: CSV and the like, an Excel workbook, or JSON; options say what its columns mean."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

from chartwatch.document_errors import RanksDuplicated, SourceError, SourceMislabelled, SourceValueError
from chartwatch.domain import words
from chartwatch.domain.charts.chart import GLOBAL, Cadence, Chart, end_of_month
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.codes import country_meant, kind_meant
from chartwatch.domain.works.work import Kind
from chartwatch.sources.cells import (
    MAX_RANK,
    quoted,
    read_credit,
    read_loose_rank,
    read_season,
    read_territory,
    read_title,
    stands_for_nothing,
)
from chartwatch.sources.csv_options import BY_NAME, CsvOptions, meant_by, read_chart_id, read_kind
from chartwatch.sources.csv_rows import (
    Rows,
    are_weeks_of_days,
    edition_column,
    may_lack_ranks,
    may_name_other_countries,
    passed_over_notice,
    refuse_before_beginning,
    refuse_other_countries,
    refuse_uneven_steps,
    refuse_unnamed_ranks,
    unnamed_columns,
)
from chartwatch.sources.delimited_text import Reading, TextTable
from chartwatch.sources.editions import Editions, Key
from chartwatch.sources.formats import form_of
from chartwatch.sources.json_records import JsonTable
from chartwatch.sources.options import descriptions, read_options
from chartwatch.sources.single_document import SingleDocumentSource
from chartwatch.sources.table import Table, UnreadRows
from chartwatch.sources.workbook import SheetTable

T = TypeVar("T")

logger = logging.getLogger(__name__)

WORLDWIDE = frozenset({"global", "world", "worldwide"})
"""What a column of countries says of the whole world."""

MAX_NOTICES = 20
"""Notices of one document that are said; further ones are counted."""


class CsvFile(SingleDocumentSource):
    """A file of any provider."""

    name = "csv"
    summary = "any chart as a CSV, Excel or JSON file; options name its columns"
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
        """Return the publications in the file, oldest first; what is passed over is logged. Raises `SourceError`."""
        table = self._table(body)
        rows, notices = self._rows(table, provenance)
        if may_lack_ranks(self._options):
            refuse_unnamed_ranks(table, self._options)
        refuse_uneven_steps(table, self._options, rows)
        refuse_before_beginning(table, self._options, rows)

        def place(row: int) -> str:
            return table.place(rows.numbers[row])

        editions = Editions(self.name, rows.charts, rows.periods, rows.territories, rows.entries, place, rows.refused)
        described = self._described(editions)
        notices += self._checked(editions, described)
        if are_weeks_of_days(self._options, rows.periods):
            notices.append("all periods are whole weeks apart, and days between are missing: is it -o cadence=week?")
        _say(provenance.url or self.name, [*table.notices, *notices])
        return editions.publications(described, provenance)

    def _table(self, body: bytes) -> Table:
        options = self._options
        optional = ("rank", "season", "kind", options.territory_column, options.period_column, options.chart_column)
        columns = self._required(), (*optional, *unnamed_columns(options))
        advice, form = self._advice(), form_of(body)
        if form == "xlsx":
            return SheetTable(
                self.name, body, options.sheet, *columns, advice=advice, skip=options.skip, header=options.columns
            )
        if form == "json":
            return JsonTable(self.name, body, options.records, *columns, advice=advice, encoding=options.encoding)
        reading = Reading(options.skip, options.comment, options.malformed, options.encoding, options.columns, advice)
        return TextTable(self.name, body, options.delimiter, *columns, reading=reading)

    @property
    def _may_name_other_charts(self) -> bool:
        """Whether a column that nobody has named may say that rows are of several charts, of which one is made."""
        return self._options.chart is not None and "chart_column" not in self._options.model_fields_set

    def _required(self) -> list[str]:
        """Return the columns that the file must have."""
        options = self._options
        named = (options.season_column, options.kind_column, options.creator)
        columns = (
            options.period_column if options.period is None else None,
            options.title_column,
            *filter(None, (*named, *options.figure_columns)),
            options.chart_column if options.chart is None else None,
            options.territory_column if options.territory is None else None,
            None if may_lack_ranks(options) else options.rank_column or "rank",
        )
        return [column for column in columns if column is not None]

    def _advice(self) -> Mapping[str, str]:
        """Return what to do where a column is missing, by its name."""
        options = self._options
        return {
            options.chart_column: "; where the file holds one chart only, give its id: -o chart=ID",
            options.territory_column: "; another is named by -o territory_column=NAME; where the file is of one "
            "territory only, give it: -o territory=US, or GLOBAL",
            options.period_column: "; another is named by -o period_column=NAME; where the whole file is of one date, "
            "give it: -o period=2022-02-27, or period=name where it is in the file's name",
            options.rank_column or "rank": "; another is named by -o rank_column=NAME; a chart of number ones alone "
            "may lack it: -o depth=1",
            options.title_column: "; another is named by -o title_column=NAME",
        }

    def _rows(self, table: Table, provenance: Provenance) -> tuple[Rows, list[str]]:
        """Return the rows of the table down to the depth of the chart, and what is to be said of others."""
        options = self._options
        rank_column, refused = options.rank_column or "rank", UnreadRows(table)
        ranks = [1] * len(table)
        if table.has(rank_column):
            ranks = table.values_but(rank_column, self._read_rank, 0, refused)
        entries = list(map(Entry, ranks, *self._entry_columns(table, refused)))
        passed_over = UnreadRows(table)
        charts = self._charts(table, passed_over)
        periods = self._periods(table, provenance, passed_over)
        territories = self._territories(table, passed_over)
        rows = Rows(charts, periods, territories, entries, range(len(table)), refused, passed_over)
        kept, notices = rows.each_once(), list[str]()
        if not kept:
            raise passed_over[0]
        if repeated := len(table) - len(passed_over) - len(kept):
            notices.append(f"{words.counted(repeated, 'row')} repeated word for word passed over")
        if passed_over:
            notices.append(passed_over_notice(passed_over))
        within = [row for row in kept if options.depth is None or ranks[row] <= options.depth]
        if not within:
            reason = f"no rank of the {len(table)} is above the depth of {options.depth}"
            raise SourceValueError(self.name, reason, table.place(0), column="rank", value=str(ranks[0]))
        if len(within) < len(kept):
            cut = words.counted(len(kept) - len(within), "row")
            notices.append(f"{cut} below the depth of {options.depth} passed over")
        return (rows if len(within) == len(table) else rows.only(within)), notices

    def _charts(self, table: Table, passed_over: UnreadRows) -> Sequence[str]:
        options = self._options
        if options.chart is None:
            return edition_column(
                table, options, options.chart_column, self._read_chart, instead="", passed_over=passed_over
            )
        if self._may_name_other_charts and table.has(options.chart_column):
            named = sorted(set(table.values(options.chart_column, str)))
            if len(named) > 1:
                said = words.some([quoted(name) for name in named], 4)
                reason = f"{options.chart_column} says {said}, and the option `chart` makes one chart of them"
                advice = "leave that out, or where the column says something else, say so: -o chart_column=none"
                raise SourceMislabelled(self.name, f"{reason}; {advice}", table.place(0))
        return [options.chart] * len(table)

    def _periods(self, table: Table, provenance: Provenance, passed_over: UnreadRows) -> Sequence[date]:
        options = self._options
        if options.period is None:
            return edition_column(
                table, options, options.period_column, self._read_period, instead=date.min, passed_over=passed_over
            )
        if options.period == BY_NAME:
            said, whose = self._period_in_name(provenance.url), "the name of the file says"
        else:
            said, whose = self._read_period(options.period), "the option `period` says of the whole file"

        def read_that(cell: str) -> date:
            if self._read_period(cell) != said:
                raise ValueError(f"is not {said}, which {whose}")
            return said

        return table.values_or(options.period_column, read_that, said)

    def _period_in_name(self, address: str) -> date:
        name = unquote(urlsplit(address).path.rpartition("/")[2]) if "://" in address else address
        found = self._options.date_format.find(name)
        if len(found) != 1:
            which = "has no date" if not found else f"has {len(found)} dates"
            advice = (
                f"in the form {self._options.date_format.written}; give another form: -o date_format=Ymd, or the date"
            )
            reason = f"the name {quoted(name)} {which} {advice} itself: -o period=2022-02-27"
            raise SourceValueError(self.name, reason, column="period", value=name)
        return self._as_period(found.pop())

    def _read_period(self, cell: str) -> date:
        return self._as_period(self._options.date_format.read_or_advise(cell))

    def _as_period(self, day: date) -> date:
        return end_of_month(day) if self._options.cadence is Cadence.MONTH else day

    def _territories(self, table: Table, passed_over: UnreadRows) -> Sequence[str]:
        options, territory = self._options, self._options.territory
        if territory is None:
            return edition_column(
                table, options, options.territory_column, self._read_territory, instead="", passed_over=passed_over
            )

        def read_that(cell: str) -> str:
            if self._read_territory(cell) != territory:
                raise ValueError(f"is not {territory}, which the option `territory` says of the whole file")
            return territory

        if may_name_other_countries(self._options) and not table.has(self._options.territory_column):
            refuse_other_countries(table, territory, self._options)
        return table.values_or(self._options.territory_column, read_that, territory)

    def _entry_columns(self, table: Table, refused: UnreadRows) -> Iterator[Iterable[Any]]:
        options = self._options
        for column in (options.title_column, options.season_column or "season", options.creator):
            table.note_no_texts(column, refused)
        yield table.values_but(options.title_column, read_title, "", refused)
        yield table.values_but_or(options.season_column or "season", read_season, None, refused)
        yield table.values_but_or(options.kind_column or "kind", self._read_kind, options.kind, refused)
        yield table.figures(((column, column, str) for column in options.figure_columns), refused)
        yield repeat(None, len(table))
        yield table.values_but_or(options.creator, read_credit, None, refused)

    def _read_rank(self, cell: str) -> int:
        """Read a rank. Where the depth of the chart is said, one that is too large for any chart is below that."""
        if self._options.depth and cell.isdecimal() and len(cell.lstrip("0")) > len(str(MAX_RANK)):
            return MAX_RANK + 1
        return read_loose_rank(cell)

    def _read_chart(self, cell: str) -> str:
        said = meant_by(cell, self._options.charts)
        return said or _or_advise(read_chart_id, cell, f'-o charts="{cell}=ID"')

    def _read_territory(self, cell: str) -> str:
        said = meant_by(cell, self._options.territories)
        if said is None and cell.strip().casefold() in WORLDWIDE:
            said = GLOBAL
        said = said or country_meant(cell.strip())
        return said or _or_advise(read_territory, cell, f'-o territories="{cell}=CODE"')

    def _read_kind(self, cell: str) -> Kind | None:
        said = meant_by(cell, self._options.kinds)
        if said is None and not stands_for_nothing(cell):
            said = _or_advise(read_kind, cell, f'-o kinds="{cell}={kind_meant(cell) or "series"}"')
        return said or self._options.kind

    def _checked(self, editions: Editions, charts: Mapping[str, Chart]) -> list[str]:
        """Set aside editions whose ranks are not whole, and return what is said of those that are taken anyway."""
        options, notices = self._options, []
        editions.set_aside_truncated_end(options.shortest or charts[editions.lists[-1]].depth)
        if options.shortest:
            notices += editions.cut_where_broken(options.shortest, ties=options.ties)
        try:
            editions.set_aside_broken_ranks(charts, shortest=options.shortest, ties=options.ties)
        finally:
            for key, error in editions.set_aside.items():
                error.detail += self._way_out(key, error, editions)
        its = {key: entries for key, entries in editions.by_key.items() if key not in editions.set_aside}
        tied = [key for key, entries in its.items() if len({entry.rank for entry in entries}) < len(entries)]
        if tied:
            at_top = sum(its[key][1].rank == 1 for key in tied)
            has = "has" if len(tied) == 1 else "have"
            notices.append(f"{words.counted(len(tied), 'edition')} {has} ties, {at_top} of them at #1")
        return notices

    def _way_out(self, key: Key, error: SourceError, editions: Editions) -> str:
        """Return which option would let an edition in that is not whole."""
        if isinstance(error, RanksDuplicated):
            return "; where equal ranks are ties, say so: -o ties=true"
        if key not in editions.by_key:
            return ""
        whole = editions.least_whole(ties=self._options.ties)
        return f"; to take editions as far as they are whole: -o shortest={whole}" if whole else ""

    def _described(self, editions: Editions) -> Mapping[str, Chart]:
        """Return the charts by their ids. Without an option, the depth of a chart is its lowest rank in the file."""
        options = self._options
        lowest: dict[str, int] = {}
        for (chart, _, _), entries in editions.by_key.items():
            lowest[chart] = max(lowest.get(chart, 1), entries[-1].rank)
        for (chart, _, _), error in editions.set_aside.items():
            if chart not in lowest:
                raise error
        return {
            chart: Chart(
                chart,
                options.name or chart,
                options.provider,
                options.cadence,
                options.depth or rank,
                options.kind,
                options.metric,
                options.list_name,
                began=options.began,
                identifying=tuple(options.identifying),
                min_periods=options.min_periods,
                eras=options.eras,
                due=options.due,
                defaults=options.default_facts,
            )
            for chart, rank in lowest.items()
        }


def _say(document: str, notices: Sequence[str]) -> None:
    """Log what was passed over, or taken although it is not right."""
    for notice in notices[:MAX_NOTICES]:
        logger.warning("%s: %s", document, notice)
    if more := len(notices[MAX_NOTICES:]):
        logger.warning("%s: and %d more notices of the kind of the last", document, more)


def _or_advise(read: Callable[[str], T], cell: str, option: str) -> T:
    """Return a cell as `read` has it; the error names the option that gives it a meaning."""
    try:
        return read(cell)
    except ValueError as error:
        if len(cell) > len(quoted(cell)):
            raise
        raise ValueError(f"{error}; to say what it means: {option}") from None
