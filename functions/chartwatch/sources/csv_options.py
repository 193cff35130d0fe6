"""The options of the source `csv`: which columns a file has, how its cells are written, and what they do not tell."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from chartwatch.domain.charts.chart import Cadence, Due, Era, MetricPeriod
from chartwatch.domain.codes import (
    OWN_FACT_FORM,
    countries_of,
    language_of,
    nearest,
    own_value,
    work_kind_problem,
)
from chartwatch.domain.works.defaults import Defaults
from chartwatch.domain.works.work import KINDS, Kind
from chartwatch.sources.cells import read_date, read_territory
from chartwatch.sources.date_formats import DateFormat
from chartwatch.sources.delimited_text import MAX_SKIPPED
from chartwatch.sources.formats import ENCODINGS
from chartwatch.sources.options import Options, comma_separated
from chartwatch.sources.text_lines import Malformed

T = TypeVar("T")

CHART_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a chart's id looks like: `netflix-daily-overall`."""

BY_NAME = "name"
"""The option `period` where the date is in the file's name."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MAX_ERAS = 100
"""Eras of a chart."""

_DUE_HOURS = re.compile(r"([0-9]{1,4}) ?h(?:ours?)?")
_DUE_TIME = re.compile(r"(?:([A-Za-z]+) )?([01]?[0-9]|2[0-3]):([0-5][0-9])(?: UTC)?")


def _read_delimiter(delimiter: str) -> str:
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if len(delimiter) != 1 or delimiter in '"\r\n\0\ufeff':
        raise ValueError("is not one character that can stand between cells")
    return delimiter


def read_chart_id(cell: str) -> str:
    """Read a chart's id. Raises `ValueError`."""
    if not CHART_ID.fullmatch(cell):
        raise ValueError("is not a chart's id such as netflix-daily-overall")
    return cell


def _read_pairs(value: Any) -> Any:
    """Read `TV Show=series;Movie=film` as a mapping, and return any other value as it is. An empty key is a cell's."""
    if not isinstance(value, str):
        return value
    pairs: dict[str, str] = {}
    for part in value.split(";"):
        if not part.strip():
            continue
        key, equals, meaning = part.rpartition("=")
        if not equals or not meaning.strip():
            raise ValueError("is not of the form CELL=MEANING;CELL=MEANING")
        if key.strip() in pairs:
            raise ValueError(f"gives {key.strip()!r} two meanings")
        pairs[key.strip()] = meaning.strip()
    return pairs


def _meanings(read: Callable[[str], object]) -> BeforeValidator:
    """Return what reads pairs, each meaning by `read`."""

    def read_all(value: Any) -> Any:
        pairs = _read_pairs(value)
        if not isinstance(pairs, dict):
            raise ValueError("is not of the form CELL=MEANING;CELL=MEANING")  # pydantic wants it
        known: dict[str, object] = {}
        for cell, meaning in pairs.items():
            try:
                known[str(cell)] = read(str(meaning))
            except ValueError as error:
                raise ValueError(f"gives {str(cell)!r} a meaning, but {str(meaning)!r} {error}") from None
        return known

    return BeforeValidator(read_all)


def read_kind(cell: str) -> Kind:
    """Read what a work is. Raises `ValueError`."""
    if problem := work_kind_problem(cell):
        raise ValueError(problem.removeprefix(f"'{cell}' "))
    return Kind(cell)


def _read_era(text: str) -> Era:
    last, slash, following = text.partition("/")
    try:
        if not slash:
            raise ValueError
        return Era(read_date(following.strip()), read_date(last.strip()))
    except ValueError:
        raise ValueError(f"has {text!r}, which is not of the form LAST/NEXT: 1961-12-25/1962-01-06") from None


def _read_eras(value: Any) -> Any:
    if not isinstance(value, str | list) or not all(isinstance(part, str) for part in value):
        raise ValueError("is not of the form LAST/NEXT,LAST/NEXT")  # pydantic wants it
    eras = tuple(sorted(map(_read_era, comma_separated(value))))
    if len(eras) > MAX_ERAS:
        raise ValueError(f"has more than {MAX_ERAS} eras")
    for era in eras:
        if era.since <= era.after:
            raise ValueError(f"has {era}, which does not go forward")
    for era, following in pairwise(eras):
        if following.after < era.since:
            raise ValueError(f"has {following}, which begins within {era}")
    return eras


def _read_metrics(value: Any) -> Any:
    """Read `hours viewed; 2023-06-18 views`: each metric but the first with the period from which on it counts."""
    if not isinstance(value, str):
        raise ValueError("is not of the form METRIC; DATE METRIC")  # pydantic wants it
    metrics: list[MetricPeriod] = []
    for part in filter(None, map(str.strip, value.split(";"))):
        first, _, rest = part.partition(" ")
        since = read_date(first) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", first) else None
        name = part if since is None else rest.strip()
        if not name or (metrics and (since is None or since <= (metrics[-1].since or date.min))):
            raise ValueError("is not of the form METRIC; DATE METRIC, with later and later dates")
        if metrics and metrics[-1].metric == name:
            raise ValueError(f"says twice, one after the other, that the metric is {name}")
        metrics.append(MetricPeriod(name, since))
    return tuple(metrics)


def _read_due(value: Any) -> Any:
    if isinstance(value, str) and (hours := _DUE_HOURS.fullmatch(value.strip())):
        return Due(timedelta(hours=int(hours[1])))
    time = _DUE_TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if time is None:
        raise ValueError("is neither hours after the period's end, such as 45h, nor a time such as Tuesday 21:00 UTC")
    after = timedelta(hours=int(time[2]), minutes=int(time[3]))
    if time[1] is None:
        return Due(after)
    if time[1].casefold() not in WEEKDAYS:
        meant = nearest(time[1], WEEKDAYS)
        raise ValueError(f"names no day of the week{f'; did you mean {meant.title()}?' if meant else ''}")
    return Due(after, WEEKDAYS.index(time[1].casefold()) + 1)


def _read_country(code: str) -> str | None:
    return next(iter(countries_of([code])), None)


_DEFAULTS: Mapping[str, Callable[[str], str | None]] = {
    "original_language": language_of,
    "origin_country": _read_country,
    "creator_country": _read_country,
}
"""The facts that an option may give a default, besides a catalog's own, and how each is read."""


def _read_defaults(value: Any) -> Any:
    pairs = _read_pairs(value)
    if not isinstance(pairs, dict):
        raise ValueError("is not of the form FACT=VALUE;FACT=VALUE")  # pydantic wants it
    for name in pairs:
        if name not in _DEFAULTS and not re.fullmatch(OWN_FACT_FORM, str(name)):
            raise ValueError(f"names {str(name)!r}, which is none of {', '.join(_DEFAULTS)} and fact:NAME")
    found = {name: _DEFAULTS.get(str(name), own_value)(str(said)) for name, said in pairs.items()}
    for name, read in found.items():
        if read is None:
            raise ValueError(f"has {pairs[name]!r} as {name}, which says that nobody knows; leave it out")
    return found


def _read_date_format(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("is no form of dates, such as d/m/Y")  # pydantic wants it
    return DateFormat.of(value)


def meant_by(cell: str, meanings: Mapping[str, T]) -> T | None:
    """Return what an option says that a cell means, whatever the case of its letters, or None."""
    folded = cell.strip().casefold()
    return next((meaning for said, meaning in meanings.items() if said.casefold() == folded), None)


ChartId: TypeAlias = Annotated[str, AfterValidator(read_chart_id)]
Delimiter: TypeAlias = Annotated[str, AfterValidator(_read_delimiter)]
Territory: TypeAlias = Annotated[str, AfterValidator(read_territory)]
Columns: TypeAlias = Annotated[list[str], BeforeValidator(comma_separated)]


class CsvOptions(Options):
    """What options say about files of any provider."""

    cadence: Cadence = Field(description="how often the chart appears: day, week or month")
    url: str | None = Field(default=None, pattern="^https?://.+$", description="where to fetch the file")
    delimiter: Delimiter | None = Field(
        default=None, description="what stands between cells: one character, or `tab`; otherwise found in the header"
    )
    encoding: Literal[ENCODINGS] | None = Field(  # type: ignore[valid-type]  # pydantic reads the tuple, mypy wants it written out
        default=None, description=f"how the text is encoded, where it is not UTF-8: {', '.join(ENCODINGS[1:])}"
    )
    comment: str = Field(default="", max_length=10, description="what lines begin with that are comments, such as #")
    skip: int = Field(default=0, ge=0, le=MAX_SKIPPED, description="lines, or rows of a sheet, above the header")
    columns: Columns = Field(
        default_factory=list, description="names of the columns, separated by commas, where the file has no header"
    )
    malformed: Malformed = Field(
        default=Malformed.REFUSE,
        description="rows that cannot be told into cells: refuse (otherwise), skip, or mend marks within quoted cells; "
        "skip passes over rows that do not say of which edition they are, too",
    )
    sheet: str | None = Field(default=None, description="the sheet of an Excel workbook; otherwise the first")
    records: str = Field(
        default="", description="where the array of objects is in JSON: keys joined by dots, such as result.list"
    )
    chart: ChartId | None = Field(default=None, description="id of the chart, where the file holds one only")
    chart_column: str = Field(
        default="chart", description="the column of chart ids, where it holds several; otherwise `chart`"
    )
    charts: Annotated[dict[str, str], _meanings(read_chart_id)] = Field(
        default_factory=dict, description="ids of what that column says: Films (English)=films-english;TV=tv"
    )
    name: str | None = Field(default=None, description="what headlines call the chart; otherwise its id")
    provider: str = Field(default="csv", description="who publishes the chart")
    list_name: str = Field(default="", description="which of the provider's lists it is, for rules about a `list`")
    metric: Annotated[tuple[MetricPeriod, ...], BeforeValidator(_read_metrics)] = Field(
        default=(),
        description="what the chart ranks by, and since when where that changed: hours viewed; 2023-06-18 views",
    )
    began: date | None = Field(
        default=None, description="the first period that the chart ever had, where the file goes back as far"
    )
    eras: Annotated[tuple[Era, ...], BeforeValidator(_read_eras)] = Field(
        default=(),
        description="where the time between two periods is another than the cadence says, as when a weekly chart "
        "changes its day: both periods, 1961-12-25/1962-01-06,2017-12-30/2018-01-03",
    )
    due: Annotated[Due | None, BeforeValidator(_read_due)] = Field(
        default=None, description="when a publication is there: Tuesday 21:00 UTC, or so long after its period: 45h"
    )
    min_periods: int = Field(
        default=0, ge=0, description="how many periods the record must have before firsts are sent; 0: however few"
    )
    depth: int | None = Field(
        default=None, ge=1, le=1000, description="ranks of an edition; otherwise the lowest in the file"
    )
    shortest: int | None = Field(
        default=None,
        ge=1,
        description="the fewest ranks an edition may have; otherwise all of `depth`. It is taken as far as it is whole",
    )
    ties: bool = Field(default=False, description="whether equal ranks in an edition are ties: true or false")
    territory: Territory | None = Field(default=None, description="the territory, where the file holds one only")
    territory_column: str = Field(
        default="territory",
        description="the column of countries, by ISO 3166-1 code or English name, or GLOBAL; otherwise `territory`",
    )
    territories: Annotated[dict[str, str], _meanings(read_territory)] = Field(
        default_factory=dict, description="codes of what else that column says: Korea=KR;=GLOBAL (for an empty cell)"
    )
    period: str | None = Field(
        default=None, description="the date of the whole file, or `name` where the date is in the file's name"
    )
    period_column: str = Field(
        default="period", description="the column of dates, otherwise `period`; a week is named by its last day"
    )
    date_format: Annotated[DateFormat, PlainValidator(_read_date_format)] = Field(
        default_factory=lambda: DateFormat.of("Y-m-d"),
        description="how dates are written: d/m/Y, m/d/Y, YYYYMMDD, b d, Y (Feb 5, 2022), Y-m for months, week "
        "(2022-W05), timestamp, excel (44562), * for anything else that stands there; dates such as 2022-02-27 are "
        "always read",
    )
    rank_column: str | None = Field(
        default=None, description="the column of ranks; otherwise `rank`, which a chart of depth 1 may lack"
    )
    title_column: str = Field(default="title", description="the column of titles; otherwise `title`")
    season_column: str | None = Field(default=None, description="the column of seasons; `season`, where there is one")
    kind: Annotated[Kind, AfterValidator(read_kind)] | None = Field(
        default=None, description=f"what stands on the chart: {', '.join(KINDS)}, or a word of your own"
    )
    kind_column: str | None = Field(default=None, description="the column of kinds; `kind`, where there is one")
    kinds: Annotated[dict[str, Kind], _meanings(read_kind)] = Field(
        default_factory=dict, description="what else that column says: TV Show=series;Movie=film"
    )
    creator: str | None = Field(
        default=None,
        description="the column of artists, authors or makers, such as A Featuring B & C; they tell namesakes apart",
    )
    defaults: Annotated[dict[str, str], BeforeValidator(_read_defaults)] = Field(
        default_factory=dict,
        description="facts of works that are not known better: original_language=en;origin_country=US;fact:holiday=no",
    )
    trust_defaults: bool = Field(
        default=False,
        description="whether claims that rest on these are certain, and not provisional: true or false",
    )
    figure_columns: Columns = Field(
        default_factory=list, description="columns that are kept as figures, separated by commas"
    )
    identifying: Columns = Field(
        default_factory=list,
        description="those of them that no two works are likely to share, such as hours: with another title they show "
        "that a work was renamed",
    )

    @property
    def default_facts(self) -> Defaults | None:
        """The facts of works that are not known better."""
        return Defaults(tuple(self.defaults.items()), self.trust_defaults) if self.defaults else None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.name is not None and self.chart is None:
            raise ValueError("a `name` is of one chart, so that `chart` is needed with it")
        if self.shortest and self.depth and self.shortest > self.depth:
            raise ValueError(f"`shortest` is {self.shortest}, more than a `depth` of {self.depth}")
        if others := set(self.identifying) - set(self.figure_columns):
            raise ValueError(f"`identifying` names {', '.join(sorted(others))}, not among `figure_columns`")
        if not self.date_format.has_days and self.cadence is not Cadence.MONTH:
            raise ValueError(f"`date_format` {self.date_format.written} says no day, and `cadence` is no month")
        if self.period not in (None, BY_NAME):
            try:
                self.date_format.read(self.period)
            except ValueError as error:
                raise ValueError(f"`period` {self.period!r} {error}, nor `{BY_NAME}`") from None
        return self
