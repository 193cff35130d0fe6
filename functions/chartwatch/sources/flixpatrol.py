"""Netflix's daily Top 10 by country, as FlixPatrol's API has it (https://flixpatrol.com/about/api, version 2)."""

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, Field, field_validator

from chartwatch.document_errors import SourceEmpty, SourceError, SourceTruncated, SourceValueError
from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.errors import SourceTooLarge
from chartwatch.services.egress import authority
from chartwatch.services.fetching import MAX_BYTES, Connection, Request
from chartwatch.sources.cells import quoted, read_date, read_territory
from chartwatch.sources.editions import Editions, Key, named
from chartwatch.sources.flixpatrol_pages import DEPTH, SOURCE, Dated, Page, Record, line_of, next_url, read_pages
from chartwatch.sources.options import Options, comma_separated, descriptions, read_options
from chartwatch.sources.protocol import Source

logger = logging.getLogger(__name__)

BASE_URL = "https://api.flixpatrol.com/v2"

MAX_PAGES = 50
"""Pages of one country and list, of at most 300 records each: five years of days."""

MAX_PAGE = 8 * 1024 * 1024
"""Bytes of a page; each of its at most 300 records has some hundreds."""

WAY_OUT = "where the format has changed, give a copy of the document that is put right to `replay`"
"""What to do with a document most of whose records cannot be read."""


def _daily_chart(list_name: str, name: str, kind: Kind | None) -> Chart:
    metric_periods = (MetricPeriod("popularity of the day"),)
    return Chart(f"netflix-daily-{list_name}", name, "netflix", Cadence.DAY, DEPTH, kind, metric_periods, list_name)


CHARTS: Mapping[str, Chart] = {
    "1": _daily_chart("overall", "Netflix's daily Top 10", None),
    "2": _daily_chart("films", "Netflix's daily films chart", Kind.FILM),
    "3": _daily_chart("tv", "Netflix's daily TV chart", Kind.SERIES),
}
"""The charts by FlixPatrol's number for the list (`type`)."""

TYPES: Mapping[str, str] = {chart.list_name: number for number, chart in CHARTS.items()}
"""FlixPatrol's numbers by the names that the option `types` has for the lists."""


def _by_territory(value: Any) -> Any:
    """Read `US=cnt_x,KR=cnt_y` as a mapping."""
    if not isinstance(value, str):
        return value
    return dict(part.strip().partition("=")[::2] for part in value.split(",") if part.strip())


class FlixPatrolOptions(Options):
    """Whose lists are fetched, of which countries and for how long."""

    key_parameter: str = Field(
        default="/chartwatch/flixpatrol-key",
        min_length=1,
        description="name of the SSM parameter that holds the API key; below /chartwatch/ in a deployment",
    )
    company: str = Field(min_length=1, description="FlixPatrol's id of the company whose charts these are, Netflix")
    countries: Annotated[dict[str, str], BeforeValidator(_by_territory)] = Field(
        min_length=1, description="territories with FlixPatrol's ids of them: US=cnt_x,KR=cnt_y"
    )
    types: Annotated[list[Literal["overall", "films", "tv"]], BeforeValidator(comma_separated)] = Field(
        default=["overall", "films", "tv"], min_length=1, description="which lists: overall, films, tv"
    )
    days: int = Field(default=7, ge=1, le=366, description="how many days before today a fetch looks back")
    min_periods: int = Field(
        default=Cadence.DAY.quarter,
        ge=0,
        description="how many days the record must have before firsts are sent; 0: however few",
    )
    base_url: str = Field(default=BASE_URL, pattern="^https?://.+[^/]$", description="where the API is")

    @field_validator("countries")
    @classmethod
    def _check_countries(cls, countries: dict[str, str]) -> dict[str, str]:
        for territory, country in countries.items():
            if not read_territory(territory) or not country:
                raise ValueError(f"has no id for {territory}")
        if len(set(countries.values())) < len(countries):
            raise ValueError("gives two territories the same id")
        return countries


class FlixPatrol(Source):
    """Netflix's daily lists. FlixPatrol's terms require a paid key for its API."""

    name = SOURCE
    summary = "Netflix's daily Top 10 by country, from FlixPatrol's API (needs a key)"
    whole_history = False
    options = descriptions(FlixPatrolOptions)

    def __init__(self, options: FlixPatrolOptions) -> None:
        """Fetch the lists that the options name."""
        self._options = options
        self._territories = {country: territory for territory, country in options.countries.items()}

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""
        return cls(read_options(cls.name, FlixPatrolOptions, options))

    @property
    def url(self) -> str:
        """The address of the API's Top 10 lists."""
        return f"{self._options.base_url}/top10s"

    @property
    def hosts(self) -> frozenset[str]:
        """The host of the API."""
        return frozenset({authority(self._options.base_url)})

    def fetch(self, connection: Connection) -> bytes:
        """Return every page of every list and country as one document.

        A page that is wrong ends the document, so that it is kept and `parse` says what is wrong with it. Raises
        `SourceUnavailable` and `DestinationRefused`, and `SourceTooLarge` for more than `MAX_BYTES`.
        """
        key = (connection.secret(self._options.key_parameter), "")
        today = connection.today()
        document = bytearray()
        with suppress(SourceError):
            for country, list_name in product(self._territories, self._options.types):
                for line in self._pages(connection, key, self._filters(country, TYPES[list_name], today)):
                    document += line
                    if len(document) > MAX_BYTES:
                        raise SourceTooLarge(self.name, MAX_BYTES)
        return bytes(document)

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in a document, oldest first. Raises `SourceError`.

        An edition is set aside of which a record cannot be read, or may be one that says nothing, not even its day.
        The newest day of a list is left out while a country that was asked for has no rows of it yet. A country without
        rows of an older day has no edition of that day.
        """
        pages = list(read_pages(body, CHARTS, self._territories))
        editions = self._editions(pages)
        _refuse_without_records(pages)
        self._set_aside_undated(pages, editions)
        charts = {chart.id: replace(chart, min_periods=self._options.min_periods) for chart in CHARTS.values()}
        editions.set_aside_broken_ranks(charts, way_out=WAY_OUT)
        incomplete = self._incomplete_days(pages, editions.by_key.keys() | editions.set_aside.keys())
        return [p for p in editions.publications(charts, provenance) if (p.chart.id, p.period) not in incomplete]

    def _filters(self, country: str, type_: str, today: date) -> Mapping[str, str]:
        return {
            "company[eq]": self._options.company,
            "country[eq]": country,
            "type[eq]": type_,
            "date[type][eq]": "1",
            "date[from][gte]": (today - timedelta(days=self._options.days)).isoformat(),
            "date[to][lte]": today.isoformat(),
        }

    def _pages(self, connection: Connection, key: tuple[str, str], filters: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the pages of a list, a line each. Raises `SourceError` after a page that is wrong, or one too many."""
        request = Request(self.url, filters, key, self.hosts, MAX_PAGE)
        for _ in range(MAX_PAGES):
            line = line_of(request.full_url, connection.get(request))
            yield line
            following = next_url(line)
            if following is None:
                return
            parts = urlsplit(following)
            # The next page is of the same list, whether its address repeats the filters or not.
            query = {**filters, **dict(parse_qsl(parts.query))}
            request = Request(parts._replace(query="", fragment="").geturl(), query, key, self.hosts, MAX_PAGE)
        raise SourceTruncated(self.name, f"more than {MAX_PAGES} pages follow one another")

    def _editions(self, pages: Sequence[Page]) -> Editions:
        kinds = _kinds(pages)
        rows = [(page, CHARTS[page.type], row) for page in pages for row in page.rows]
        return Editions(
            self.name,
            [chart.id for _, chart, _ in rows],
            [_read_day(row.said, page.type, row.where) for page, _, row in rows],
            [self._territories[page.country] for page, _, _ in rows],
            [_entry(row.said, chart.kind, kinds) for _, chart, row in rows],
            lambda number: rows[number][2].where,
            {number: row.error for number, (_, _, row) in enumerate(rows) if row.error},
        )

    def _set_aside_undated(self, pages: Sequence[Page], editions: Editions) -> None:
        """Set aside the editions of which records may be that say no day: those of their list that lack a rank.

        These are days of which a list and country have other records, and where a whole edition of records is left, all
        of which it has none. What is left then is passed over with a warning.
        """
        counts = Counter(zip(editions.lists, editions.periods, editions.territories, strict=True))
        days = sorted(set(editions.periods))
        undated: Counter[tuple[str, str]] = Counter()
        no_records: dict[tuple[str, str], SourceError] = {}
        for page in pages:
            if page.no_record:
                its = CHARTS[page.type].id, self._territories[page.country]
                undated[its] += page.undated
                no_records.setdefault(its, page.no_record)
        for (chart, territory), number in undated.items():
            lacking = {key: DEPTH - counts[key] for day in days if counts[key := (chart, day, territory)] < DEPTH}
            begun = {key: lacks for key, lacks in lacking.items() if lacks < DEPTH}
            may_be = lacking if number - sum(begun.values()) >= DEPTH else begun
            first = no_records[chart, territory]
            for key in may_be:
                its_error = replace(first, detail=f"{first.detail}, and {named(key)} lacks a rank")
                editions.set_aside.setdefault(key, its_error)
            if (more := number - sum(may_be.values())) > 0:
                passed_over = f"{words.counted(more, 'record')} of {chart} in {territory} passed over"
                logger.warning("%s: %s, the first for %s: %s", self.name, passed_over, first.where, first.detail)

    def _incomplete_days(self, pages: Sequence[Page], editions: Collection[Key]) -> set[tuple[str, date]]:
        """Return the newest day of each chart for which a territory that was asked for has no edition yet."""
        asked = {(CHARTS[page.type].id, self._territories[page.country]) for page in pages}
        newest: dict[str, date] = {}
        for chart, day, _ in editions:
            newest[chart] = max(day, newest.get(chart, day))
        return {
            (chart, newest[chart])
            for chart, territory in asked
            if chart in newest and (chart, newest[chart], territory) not in editions
        }


def _refuse_without_records(pages: Sequence[Page]) -> None:
    """Refuse a document without records, or most of whose records say nothing."""
    undated, dated = sum(page.undated for page in pages), sum(len(page.rows) for page in pages)
    if undated > dated:
        error = next(page.no_record for page in pages if page.no_record)
        error.detail += f"; so it is with {undated} of {undated + dated} records: {WAY_OUT}"
        raise error
    if not dated:
        raise SourceEmpty(SOURCE, "no page holds a record")


def _read_day(record: Dated, type_: str, where: str) -> date:
    if record.type is not None and str(record.type) != type_:
        reason = f"type {record.type} is not the {type_} that was asked for"
        raise SourceValueError(SOURCE, reason, where, column="type", value=str(record.type))
    first, last = record.date.from_, record.date.to
    try:
        if first != last:
            raise ValueError(f"to {quoted(last)} is not one day")
        return read_date(last)
    except ValueError as error:
        reason = f"date {quoted(first)} {error}"
        raise SourceValueError(SOURCE, reason, where, column="date", value=last) from error


def _kinds(pages: Sequence[Page]) -> Mapping[str, Kind]:
    """Return the kinds of titles by their ids: the overall list does not say them, the lists of films and of TV do."""
    return {
        movie_id: kind
        for page in pages
        if (kind := CHARTS[page.type].kind) is not None
        for row in page.rows
        if isinstance(row.said, Record) and (movie_id := row.said.movie.data.id)
    }


def _entry(record: Dated, kind: Kind | None, kinds: Mapping[str, Kind]) -> Entry:
    """Return the entry of a record, of its list's kind or else of the one that its title has; nothing of no record."""
    if not isinstance(record, Record):
        return Entry(0, "")
    figures = {"days": record.days_total, "previous": record.ranking_last}
    known = tuple((name, str(figure)) for name, figure in figures.items() if figure is not None)
    movie, its_kind = record.movie.data, kind or kinds.get(record.movie.data.id)
    return Entry(record.ranking, movie.title, None, its_kind, known, f"{SOURCE}:{movie.id}" if movie.id else None)
