"""How a document of FlixPatrol's is written and read: it holds the pages of its API.

An answer names neither the country nor the list that was asked for. So a document is JSON Lines, one line a page:
`{"url": the request without the key, "page": the answer as it came}`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit

from pydantic import AfterValidator, BaseModel, Field, StrictInt, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from chartwatch.document_errors import (
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.sources.cells import quoted, read_title

T = TypeVar("T")

SOURCE = "flixpatrol"

DEPTH = 10
"""Ranks of every edition."""

_HALF = "has half a character"
"""JSON may have it, as a lone surrogate."""

_NO_RANK = f"is not a rank from 1 to {DEPTH}"

_REASONS: Mapping[str, str] = {
    "int_type": "is not a whole number",
    "greater_than_equal": _NO_RANK,
    "less_than_equal": _NO_RANK,
    "string_type": "is not text",
    "string_unicode": _HALF,
    "model_type": "is not an object",
    "list_type": "is not a list",
}
"""What a value is not, by the type of pydantic's error."""


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(_HALF) from None
    return text


def _splittable(url: str) -> str:
    try:
        urlsplit(url)
    except ValueError:
        raise ValueError("is not an address") from None
    return url


_Text = Annotated[StrictStr, AfterValidator(_whole)]
_Address = Annotated[_Text, AfterValidator(_splittable)]


class _Wrapped(BaseModel, Generic[T]):
    data: T


class _Movie(BaseModel):
    id: Annotated[_Text, AfterValidator(str.strip)]
    """Empty where there is none."""
    title: Annotated[_Text, AfterValidator(read_title)]


class _Span(BaseModel):
    from_: _Text = Field(alias="from")
    to: _Text


class Dated(BaseModel):
    """What a record says of the list and the day that it is of."""

    type: StrictInt | None = None
    date: _Span


class Record(Dated):
    """One rank of one day."""

    ranking: Annotated[StrictInt, Field(ge=1, le=DEPTH)]
    ranking_last: StrictInt | None = Field(default=None, alias="rankingLast")
    days_total: StrictInt | None = Field(default=None, alias="daysTotal")
    movie: _Wrapped[_Movie]


class _Links(BaseModel):
    next: _Address | None = None


class _Answer(BaseModel):
    data: list[Any]
    """Records, each of which is judged by itself."""
    links: _Links = _Links()


class _Line(BaseModel):
    url: _Address
    page: _Answer


@dataclass(frozen=True, slots=True)
class Row:
    """A record that says of which day it is, and where it stands; a `Record`, or else `error` is why it is none."""

    where: str
    said: Dated
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list `type` of `country`, which FlixPatrol's ids name; `where` is its line in the document.

    `undated` are how many records say nothing, not even of which day they are, as `null` does, and `no_record` is what
    is wrong with the first of them. `next_url` is the address of the page that follows in the same list, or None.
    """

    where: str
    type: str
    country: str
    rows: Sequence[Row]
    undated: int
    no_record: SourceError | None
    next_url: str | None


def line_of(url: str, answer: bytes) -> bytes:
    """Return the line of a document that holds what the API answered to the request of `url`."""
    # Line breaks in JSON can only stand between its parts.
    return b'{"url": %b, "page": %b}\n' % (json.dumps(url).encode(), b" ".join(answer.splitlines()))


def next_url(line: bytes) -> str | None:
    """Return the address of the page that follows that of a line, or None. Raises `SourceError`."""
    return _next_url(_read_line(line), "")


def read_pages(body: bytes, types: Collection[str], countries: Collection[str]) -> Iterator[Page]:
    """Yield the pages of a document. `types` and `countries` are those that were asked for.

    Raises `SourceError`, also where the next page of a list is missing: the document was cut, or the fetch gave up.
    """
    if not body.strip():
        raise SourceEmpty(SOURCE, "there is nothing in the document")
    lines = body.split(b"\n")
    before: Page | None = None
    for number, line in enumerate(lines, 1):
        if line.strip():
            page = _read_page(line, f"line {number}", types, countries, is_last=number == len(lines))
            _refuse_missing_page(before, page)
            yield page
            before = page
    _refuse_missing_page(before, None)


def _read_page(line: bytes, where: str, types: Collection[str], countries: Collection[str], *, is_last: bool) -> Page:
    read = _read_line(line, where, is_last=is_last)
    query = parse_qs(urlsplit(read.url).query)
    type_, country = _filter(query, "type[eq]", where, types), _filter(query, "country[eq]", where, countries)
    rows: list[Row] = []
    no_record: SourceError | None = None
    for number, value in enumerate(read.page.data, 1):
        row = _read_row(value, f"{where}, record {number}")
        if isinstance(row, Row):
            rows.append(row)
        else:
            no_record = no_record or row
    return Page(where, type_, country, rows, len(read.page.data) - len(rows), no_record, _next_url(read, where))


def _read_row(value: Any, where: str) -> Row | SourceError:
    """Return a record, or what is wrong with one that holds nothing. Raises `SourceError` for one of no day."""
    try:
        return Row(where, _Wrapped[Record].model_validate(value).data)
    except ValidationError as error:
        wrong = _value_error(error.errors()[0], where)
    try:
        return Row(where, _Wrapped[Dated].model_validate(value).data, wrong)
    except ValidationError as error:
        if isinstance(value, dict) and isinstance(value.get("data"), dict):
            raise _value_error(error.errors()[0], where) from error
    return wrong


def _refuse_missing_page(before: Page | None, after: Page | None) -> None:
    if before is None or before.next_url is None:
        return
    if after is None or (before.type, before.country) != (after.type, after.country):
        reason = f"the page after it, {quoted(before.next_url)}, is not in the document"
        raise SourceTruncated(SOURCE, reason, before.where)


def _next_url(line: _Line, where: str) -> str | None:
    relative = line.page.links.next
    if relative is None:
        return None
    absolute = urljoin(line.url, relative)
    if urlsplit(absolute)[:2] != urlsplit(line.url)[:2]:
        reason = f"links.next {quoted(relative)} leads away from {urlsplit(line.url).netloc}"
        raise SourceValueError(SOURCE, reason, where, column="links.next", value=relative)
    return absolute


def _filter(query: Mapping[str, list[str]], name: str, where: str, known: Collection[str]) -> str:
    """Return the value of a filter that a request had."""
    values = query.get(name, [])
    if len(values) != 1 or values[0] not in known:
        found = ", ".join(values)
        reason = f"{name} {quoted(found)} is not one of {', '.join(known)}"
        raise SourceValueError(SOURCE, reason, where, column=name, value=found)
    return values[0]


def _read_line(line: bytes, where: str = "", *, is_last: bool = False) -> _Line:
    try:
        return _Line.model_validate(json.loads(line.decode()))
    except ValidationError as error:
        raise _shape_error(error, where) from error
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise SourceEncodingError(SOURCE, f"the byte 0x{byte:02x} is not UTF-8", where) from error
    except (ValueError, RecursionError) as error:
        if is_last and line.startswith(b'{"url": '):
            raise SourceTruncated(SOURCE, "the document ends inside a page", where) from error
        page = line.partition(b', "page": ')[2].removesuffix(b"}") or line
        raise SourceNotATable(SOURCE, f"is not JSON: {quoted(page.decode(errors='replace'))}", where) from error


def _shape_error(error: ValidationError, where: str) -> SourceError:
    """Return the error about the first part of a page, beside its records, that has another shape."""
    first = error.errors()[0]
    if first["loc"] in {(), ("page",), ("page", "data")}:
        return SourceNotATable(SOURCE, "is not a page of records", where)
    return _value_error(first, where)


def _value_error(error: ErrorDetails, where: str) -> SourceError:
    """Return the error about a value that is missing or cannot be read."""
    path = [str(part) for part in error["loc"]]
    column = ".".join(path[1:] if len(path) > 1 else path)  # without the `page` or the `data` around all others
    if error["type"] == "missing":
        return SourceChanged(SOURCE, f"{column} is missing", where, column=column)
    shown = _shown(error["input"])
    reason = _REASONS.get(error["type"], "cannot be read")
    if error["type"] == "value_error":
        reason = str(error["ctx"]["error"])
    return SourceValueError(SOURCE, f"{column or 'the record'} {shown} {reason}", where, column=column, value=shown)


def _shown(value: Any) -> str:
    """Return a value of JSON as an error shows it: a text in quotation marks, and of what holds others its brackets."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    return quoted(json.dumps(value)).strip("'")
