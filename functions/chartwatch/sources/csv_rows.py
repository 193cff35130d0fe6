"""The rows of a file of any provider as values, and whether their periods can be those of the chart."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice, pairwise
from typing import NamedTuple, TypeVar

from chartwatch.document_errors import SourceValueError
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence, Chart, Era
from chartwatch.domain.charts.publications import Entry
from chartwatch.domain.codes import COUNTRIES, country_meant
from chartwatch.sources.csv_options import CsvOptions
from chartwatch.sources.table import Table, UnreadRows
from chartwatch.sources.text_lines import Malformed

T = TypeVar("T")

_CSV = "csv"

_OF_COUNTRIES = (
    *("country", "country code", "country iso2", "country name", "region", "market", "countrycode", "countryname"),
    *("territory code", "territory name", "nation", "geo", "iso2"),
)
"""Columns that say of which territory a row is, where no option names the column."""

_OF_RANKS = ("position", "pos", "rank #", "rank#", "ranking", "chart position", "this week", "tw")
"""Columns that say at which rank a row is, where no option names the column."""

_COUNTRIES, _RANKS = (
    tuple(dict.fromkeys(name.replace(" ", between) for name in names for between in " _-"))
    for names in (_OF_COUNTRIES, _OF_RANKS)
)

LONGEST_RANK = 3
"""Digits of a number that is taken for a rank where nobody said so."""

MAX_ROWS_NAMED = 3
"""Rows that a notice says all about."""


class Rows(NamedTuple):
    """The rows of a table as columns of values, and the numbers of their rows in the table."""

    charts: Sequence[str]
    periods: Sequence[date]
    territories: Sequence[str]
    entries: Sequence[Entry]
    numbers: Sequence[int]
    refused: UnreadRows
    """Those whose rank or title cannot be read, and why."""
    passed_over: UnreadRows
    """Those that do not say of which edition they are, and why."""

    def each_once(self) -> list[int]:
        """Return the rows that say of which edition they are, without those that say the same as one above them."""
        said = zip(self.charts, self.periods, self.territories, self.entries, strict=True)
        first: dict[object, int] = {}
        refused, passed_over = frozenset(self.refused), frozenset(self.passed_over)
        for row, its in enumerate(said):
            if row not in passed_over:
                first.setdefault(row if row in refused else its, row)
        return list(first.values())

    def only(self, kept: Sequence[int]) -> "Rows":
        """Return some of the rows of a whole table."""
        return Rows(
            [self.charts[row] for row in kept],
            [self.periods[row] for row in kept],
            [self.territories[row] for row in kept],
            [self.entries[row] for row in kept],
            kept,
            self.refused.among(kept),
            self.passed_over.among(kept),
        )


def edition_column(
    table: Table,
    options: CsvOptions,
    column: str,
    read: Callable[[str], T],
    *,
    instead: T,
    passed_over: UnreadRows,
) -> list[T]:
    """Return a column that says of which edition each row is, with `instead` where a row does not say it.

    Such rows are noted in `passed_over` if the options have them passed over. Raises `SourceValueError` otherwise.
    """
    if options.malformed is Malformed.SKIP:
        return table.values_but(column, read, instead, passed_over)
    try:
        return table.values(column, read)
    except SourceValueError as error:
        # Where the first row is one, the column is written in another way, and there is better advice.
        if error.where != table.place(0):
            error.detail += "; to pass such rows over: -o malformed=skip"
        raise


def passed_over_notice(passed_over: UnreadRows) -> str:
    """Return what is said of rows that do not say of which edition they are."""
    number = len(passed_over)
    errors = (passed_over[row] for row in islice(passed_over, MAX_ROWS_NAMED))
    more = ["…"] if number > MAX_ROWS_NAMED else []
    named = "; ".join([*(f"{error.where}: {error.detail}" for error in errors), *more])
    return f"{words.counted(number, 'row')} of no edition passed over ({named})"


def may_name_other_countries(options: CsvOptions) -> bool:
    """Return whether a column that nobody has named may say that rows are of another territory than the option says."""
    return options.territory is not None and "territory_column" not in options.model_fields_set


def may_lack_ranks(options: CsvOptions) -> bool:
    """Return whether a file without a column `rank` is of number ones alone."""
    return options.rank_column in (None, "rank") and options.depth == 1


def unnamed_columns(options: CsvOptions) -> Sequence[str]:
    """Return the columns that nobody has named and that may say another thing than the options do."""
    of_countries = _COUNTRIES if may_name_other_countries(options) else ()
    return (*of_countries, *_RANKS) if may_lack_ranks(options) else of_countries


def refuse_other_countries(table: Table, territory: str, options: CsvOptions) -> None:
    """Refuse a file that has a column of countries that nobody named, and in it others than the option `territory`."""

    def read_any(cell: str) -> str:
        said = country_meant(cell) or (cell if cell in COUNTRIES else None)
        if said not in (None, territory):
            way_out = "where it says something else, say so: -o territory_column=territory"
            raise ValueError(f"is not {territory}, which the option `territory` says of the whole file; {way_out}")
        return cell

    for column in filter(table.has, _COUNTRIES):
        if column not in options.figure_columns:
            table.values(column, read_any)


def refuse_unnamed_ranks(table: Table, options: CsvOptions) -> None:
    """Refuse a file of number ones without a column of ranks, where one that nobody named says that rows are lower."""
    way_out = "if it is one, -o rank_column=NAME says so, and if not, -o rank_column=rank"

    def read_any(cell: str) -> str:
        said = cell.strip().lstrip("#")
        if said.isdecimal() and len(said) <= LONGEST_RANK and said != "1":
            raise ValueError(f"looks like a rank, and each row is taken for a #1; {way_out}")
        return cell

    if options.rank_column is None and not table.has("rank"):
        for column in filter(table.has, _RANKS):
            if column not in options.figure_columns:
                table.values(column, read_any)


def refuse_uneven_steps(table: Table, options: CsvOptions, rows: Rows) -> None:
    """Refuse a chart whose periods are not whole steps apart, as its cadence and its eras have them."""
    if options.cadence is Cadence.DAY and not options.eras:
        return
    calendar = Chart("", "", "", options.cadence, 1, eras=options.eras)
    charted = list(zip(rows.charts, rows.periods, strict=True))
    # Sorted, so that the periods of a chart come one after the other.
    for (chart, before), (other, after) in pairwise(sorted(set(charted))):
        if chart == other and not calendar.are_whole_steps(before, after):
            how = {Cadence.DAY: "daily", Cadence.WEEK: "weekly", Cadence.MONTH: "monthly"}[options.cadence]
            reason = f"{after} is not a whole number of {options.cadence}s from {before}, and the chart is {how}"
            advice = f"where the chart changed its day, say so: -o eras={Era(after, before)}"
            if (after - before).days == 1:
                advice = f"a chart of days is read with -o cadence=day; {advice}"
            where = table.place(rows.numbers[charted.index((chart, after))])
            column = options.period_column
            raise SourceValueError(_CSV, f"{reason}; {advice}", where, column=column, value=str(after))


def refuse_before_beginning(table: Table, options: CsvOptions, rows: Rows) -> None:
    """Refuse a period from before the one that the chart is said to have begun with, and a beginning that is none."""
    began, column = options.began, options.period_column
    if began is None or not rows.periods:
        return
    first = min(rows.periods)
    where = table.place(rows.numbers[rows.periods.index(first)])
    if first < began:
        reason = f"{first} is from before {began}, which the option `began` says is the first period ever"
        raise SourceValueError(_CSV, reason, where, column=column, value=str(first))
    if not Chart("", "", "", options.cadence, 1, eras=options.eras).are_whole_steps(began, first):
        reason = f"{first} is not a whole number of {options.cadence}s from {began}, which the option `began` says"
        raise SourceValueError(_CSV, reason, where, column=column, value=str(first))


def are_weeks_of_days(options: CsvOptions, periods: Iterable[date]) -> bool:
    """Return whether a chart that is said to be of days has the periods of one of weeks."""
    days = sorted(set(periods)) if options.cadence is Cadence.DAY else []
    return len(days) > 2 and all((after - before).days % 7 == 0 for before, after in pairwise(days))
