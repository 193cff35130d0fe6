"""Netflix's daily Top 10 by country, as FlixPatrol's API has it (https://flixpatrol.com/about/api, version 2).

An answer names neither the country nor the list that was asked for. So a document is JSON Lines, one line a page:
`{"url": the request without the key, "page": the answer as it came}`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    field_validator,
)

from chartwatch.domain.charts.chart import Cadence, Chart, Era
from chartwatch.domain.charts.publications import Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.errors import (
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTooLarge,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.services.egress import authority
from chartwatch.services.fetching import MAX_BYTES, Connection, Request
from chartwatch.sources.editions import Key, Ranks, Rows, gather, publications, refuse_broken_ranks
from chartwatch.sources.options import Options, listed, meanings, read_options
from chartwatch.sources.tables import LONGEST_TITLE, a_date, a_territory, shown

BASE_URL = "https://api.flixpatrol.com/v2"

DEPTH = 10

MAX_PAGES = 50
"""Pages of one country and list, of at most 300 records each: five years of days."""

MAX_PAGE = 8 * 1024 * 1024
"""Bytes of a page; each of its at most 300 records has some hundreds."""

ERAS = (Era("popularity of the day"),)


def _daily_chart(which: str, name: str, kind: Kind | None) -> Chart:
    return Chart(f"netflix-daily-{which}", name, "netflix", Cadence.DAY, DEPTH, kind, ERAS, which)


CHARTS: Mapping[str, Chart] = {
    "1": _daily_chart("overall", "Netflix's daily Top 10", None),
    "2": _daily_chart("films", "Netflix's daily films chart", Kind.FILM),
    "3": _daily_chart("tv", "Netflix's daily TV chart", Kind.SERIES),
}
"""The charts by FlixPatrol's number for the list (`type`)."""

TYPES: Mapping[str, str] = {chart.list_name: number for number, chart in CHARTS.items()}
"""FlixPatrol's numbers by the names that the option `types` has for the lists."""


ModelT = TypeVar("ModelT", bound=BaseModel)


def _mapped(value: Any) -> Any:
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
    countries: Annotated[dict[str, str], BeforeValidator(_mapped)] = Field(
        min_length=1, description="territories with FlixPatrol's ids of them: US=cnt_x,KR=cnt_y"
    )
    types: Annotated[list[Literal["overall", "films", "tv"]], BeforeValidator(listed)] = Field(
        default=["overall", "films", "tv"], min_length=1, description="which lists: overall, films, tv"
    )
    days: int = Field(default=7, ge=1, le=366, description="how many days before today a fetch looks back")
    base_url: str = Field(default=BASE_URL, pattern="^https?://.+[^/]$", description="where the API is")

    @field_validator("countries")
    @classmethod
    def _territories(cls, countries: dict[str, str]) -> dict[str, str]:
        for territory, country in countries.items():
            if not a_territory(territory) or not country:
                raise ValueError(f"has no id for {territory}")
        if len(set(countries.values())) < len(countries):
            raise ValueError("gives two territories the same id")
        return countries


def _address(url: str) -> str:
    urlsplit(url)
    return url


_Address = Annotated[StrictStr, AfterValidator(_address)]


class _Movie(BaseModel):
    id: StrictStr
    title: Annotated[StrictStr, Field(pattern=r"\S", max_length=LONGEST_TITLE)]


class _WrappedMovie(BaseModel):
    data: _Movie


class _Span(BaseModel):
    from_: StrictStr = Field(alias="from")
    to: StrictStr


class _Record(BaseModel):
    ranking: Annotated[StrictInt, Field(ge=1, le=DEPTH)]
    ranking_last: StrictInt | None = Field(default=None, alias="rankingLast")
    days_total: StrictInt | None = Field(default=None, alias="daysTotal")
    type: StrictInt | None = None
    date: _Span
    movie: _WrappedMovie


class _WrappedRecord(BaseModel):
    data: _Record


class _Links(BaseModel):
    next: _Address | None = None


class _Page(BaseModel):
    data: list[_WrappedRecord]
    links: _Links = _Links()


class _Line(BaseModel):
    url: _Address
    page: _Page


@dataclass(frozen=True, slots=True)
class _Listing:
    """One line of a document: which list of which territory, and what stands there."""

    line: int
    type: str
    territory: str
    records: Sequence[_Record]
    following: str | None
    """The address of the list's next page."""

    @property
    def list_key(self) -> tuple[str, str]:
        """Which list of which territory it is a page of."""
        return self.type, self.territory


class FlixPatrol:
    """Netflix's daily lists. FlixPatrol's terms want a paid key for its API."""

    name: ClassVar[str] = "flixpatrol"
    summary: ClassVar[str] = "Netflix's daily Top 10 by country, from FlixPatrol's API (needs a key)"
    whole_history: ClassVar[bool] = False
    options: ClassVar[Mapping[str, str]] = meanings(FlixPatrolOptions)

    def __init__(self, options: FlixPatrolOptions) -> None:
        """Take the options as read."""
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
        """The API's."""
        return frozenset({authority(self._options.base_url)})

    def fetch(self, connection: Connection) -> bytes:
        """Return every page of every list and country as one document.

        A page that cannot be believed is its last one, so that it is kept, and `parse` says what is wrong with it.
        Raises `SourceUnavailable` and `DestinationRefused`, and `SourceTooLarge` for more than `MAX_BYTES`.
        """
        key = (connection.secret(self._options.key_parameter), "")
        today = connection.today()
        lines: list[bytes] = []
        size = 0
        with suppress(SourceError):
            for country, listed in product(self._options.countries.values(), self._options.types):
                for line in self._pages(connection, key, self._filters(country, TYPES[listed], today)):
                    size += len(line)
                    if size > MAX_BYTES:
                        raise SourceTooLarge(self.name, MAX_BYTES)
                    lines.append(line)
        return b"".join(lines)

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in a document, oldest first. Raises `SourceError`.

        The newest day of a list is left out while a country that was asked for has no rows of it yet. A country without
        rows on an older day has no edition of that day, which is then missing there.
        """
        listings = list(self._listings(body))
        rows = self._rows(listings)
        if not rows.entries:
            raise SourceEmpty(self.name, "no page holds a record")
        gathered = gather(rows)
        refuse_broken_ranks(rows, gathered, lambda _: Ranks(DEPTH, DEPTH))
        arriving = _arriving(listings, set(gathered))
        whole = {key: its for key, its in gathered.items() if key[:2] not in arriving}
        return publications(whole, {chart.id: chart for chart in CHARTS.values()}, provenance)

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
        """Yield the pages of a list, a line each. Raises `SourceError` after one that cannot be followed to its end."""
        request = Request(self.url, filters, key, self.hosts, MAX_PAGE)
        for _ in range(MAX_PAGES):
            # Line breaks in JSON can only stand between its parts.
            page = b" ".join(connection.get(request).splitlines())
            line = b'{"url": %b, "page": %b}\n' % (json.dumps(request.full_url).encode(), page)
            yield line
            following = self._following(self._line(line))
            if following is None:
                return
            parts = urlsplit(following)
            # A following page is of the same list, whether its address repeats the filters or not.
            query = {**filters, **dict(parse_qsl(parts.query))}
            request = Request(parts._replace(query="", fragment="").geturl(), query, key, self.hosts, MAX_PAGE)
        raise SourceTruncated(self.name, f"more than {MAX_PAGES} pages follow one another")

    def _listings(self, body: bytes) -> Iterator[_Listing]:
        if not body.strip():
            raise SourceEmpty(self.name, "there is nothing in the document")
        lines = body.split(b"\n")
        before: _Listing | None = None
        for number, line in enumerate(lines, 1):
            if line.strip():
                listing = self._listing(line, number, is_last=number == len(lines))
                self._refuse_a_lost_page(before, listing)
                yield listing
                before = listing
        self._refuse_a_lost_page(before, None)

    def _listing(self, line: bytes, number: int, *, is_last: bool) -> _Listing:
        where = f"line {number}"
        read = self._line(line, where, is_last=is_last)
        query = parse_qs(urlsplit(read.url).query)
        return _Listing(
            number,
            self._filter(query, "type[eq]", number, CHARTS),
            self._territories[self._filter(query, "country[eq]", number, self._territories)],
            [record.data for record in read.page.data],
            self._following(read, where),
        )

    def _refuse_a_lost_page(self, before: _Listing | None, after: _Listing | None) -> None:
        """Refuse a list that goes on where the document does not: it was cut, or has more than `MAX_PAGES`."""
        if before and before.following is not None and (after is None or before.list_key != after.list_key):
            reason = f"the page after it, {shown(before.following)}, is not in the document"
            raise SourceTruncated(self.name, reason, f"line {before.line}")

    def _following(self, line: _Line, where: str = "") -> str | None:
        """Return the absolute address of the page after this one, or None. Raises `SourceValueError`."""
        following = line.page.links.next
        if following is None:
            return None
        absolute = urljoin(line.url, following)
        if urlsplit(absolute)[:2] != urlsplit(line.url)[:2]:
            reason = f"links.next {shown(following)} leads away from {urlsplit(line.url).netloc}"
            raise SourceValueError(self.name, reason, where, column="links.next", value=following)
        return absolute

    def _line(self, line: bytes, where: str = "", *, is_last: bool = False) -> _Line:
        """Return what a line says. Raises `SourceError`."""
        try:
            said = json.loads(line)
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise SourceEncodingError(self.name, f"the byte 0x{byte:02x} is not UTF-8", where) from error
        except (ValueError, RecursionError) as error:
            if is_last and line.startswith(b'{"url": '):
                raise SourceTruncated(self.name, "the document ends inside a page", where) from error
            page = line.partition(b', "page": ')[2].removesuffix(b"}") or line
            raise SourceNotATable(self.name, f"is not JSON: {shown(page.decode(errors='replace'))}", where) from error
        return _validated(_Line, self.name, said, where)

    def _filter(self, query: Mapping[str, list[str]], name: str, line: int, known: Mapping[str, Any]) -> str:
        values = query.get(name, [])
        if len(values) != 1 or values[0] not in known:
            said = ", ".join(values)
            reason = f"{name} {shown(said)} is not one of {', '.join(known)}"
            raise SourceValueError(self.name, reason, f"line {line}", column=name, value=said)
        return values[0]

    def _rows(self, listings: Sequence[_Listing]) -> Rows:
        kinds = _kinds(listings)
        charted = [
            (CHARTS[listing.type], listing, record, f"line {listing.line}, record {number}")
            for listing in listings
            for number, record in enumerate(listing.records, 1)
        ]
        return Rows(
            self.name,
            [chart.id for chart, _, _, _ in charted],
            [self._day(record, listing, where) for _, listing, record, where in charted],
            [listing.territory for _, listing, _, _ in charted],
            [_entry(record, chart.kind or kinds.get(record.movie.data.id)) for chart, _, record, _ in charted],
            lambda row: charted[row][3],
        )

    def _day(self, record: _Record, listing: _Listing, where: str) -> date:
        if record.type is not None and str(record.type) != listing.type:
            reason = f"type {record.type} is not the {listing.type} that was asked for"
            raise SourceValueError(self.name, reason, where, column="type", value=str(record.type))
        if record.date.from_ != record.date.to:
            reason = f"date {shown(record.date.from_)} to {shown(record.date.to)} is not one day"
            raise SourceValueError(self.name, reason, where, column="date", value=record.date.to)
        try:
            return a_date(record.date.to)
        except ValueError as error:
            reason = f"date {shown(record.date.to)} {error}"
            raise SourceValueError(self.name, reason, where, column="date", value=record.date.to) from error


def _validated(model: type[ModelT], source: str, said: Any, where: str) -> ModelT:
    """Return what JSON says as a model. Raises `SourceNotATable`, `SourceChanged` or `SourceValueError`."""
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise _misshapen(source, error, where) from error


def _misshapen(source: str, error: ValidationError, where: str) -> SourceError:
    first = error.errors()[0]
    path = [part for part in first["loc"] if part != "page"]
    if not path or path == ["data"]:
        return SourceNotATable(source, "is not a page of records", where)
    place = "".join(f", record {part + 1}" for part in path if isinstance(part, int))
    column = ".".join(part for part in path if isinstance(part, str)).removeprefix("data.").removeprefix("data.")
    if first["type"] == "missing":
        return SourceChanged(source, f"{column} is missing", where + place, column=column)
    value = json.dumps(first["input"])
    reason = first["msg"][0].lower() + first["msg"][1:]
    return SourceValueError(source, f"{column} {shown(value)}: {reason}", where + place, column=column, value=value)


def _kinds(listings: Sequence[_Listing]) -> Mapping[str, Kind]:
    """Return the kinds of titles by their ids: the overall list does not say them, the lists of films and of TV do."""
    return {
        record.movie.data.id: kind
        for listing in listings
        if (kind := CHARTS[listing.type].kind) is not None
        for record in listing.records
    }


def _entry(record: _Record, kind: Kind | None) -> Entry:
    figures = {"days": record.days_total, "previous": record.ranking_last}
    said = tuple((name, str(figure)) for name, figure in figures.items() if figure is not None)
    return Entry(record.ranking, record.movie.data.title, None, kind, said)


def _arriving(listings: Sequence[_Listing], editions: set[Key]) -> set[tuple[str, date]]:
    """Return the newest day of each chart for which a territory that was asked for has no edition yet."""
    asked: dict[str, set[str]] = {}
    for listing in listings:
        asked.setdefault(CHARTS[listing.type].id, set()).add(listing.territory)
    newest = {chart: max((day for its, day, _ in editions if its == chart), default=None) for chart in asked}
    return {
        (chart, day)
        for chart, day in newest.items()
        if day is not None and any((chart, day, territory) not in editions for territory in asked[chart])
    }
