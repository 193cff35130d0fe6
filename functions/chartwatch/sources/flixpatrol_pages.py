"""How a document of FlixPatrol's is written and read: it holds the pages of its API.

An answer names neither the country nor the list that was asked for. So a document is JSON Lines, one line a page:
`{"url": the request without the key, "page": the answer as it came}`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit

from pydantic import AfterValidator, BaseModel, Field, StrictInt, StrictStr, ValidationError

from chartwatch.document_errors import (
    SourceChanged,
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.sources.cells import LONGEST_TITLE, quoted, read_title

T = TypeVar("T")

SOURCE = "flixpatrol"

DEPTH = 10
"""Ranks of every edition."""


def _whole(text: str) -> str:
    text.encode()  # half a character, as JSON may have it, is none
    return text


def _splittable(url: str) -> str:
    urlsplit(url)
    return url


_Text = Annotated[StrictStr, AfterValidator(_whole)]
_Address = Annotated[_Text, AfterValidator(_splittable)]


class _Wrapped(BaseModel, Generic[T]):
    data: T


class _Movie(BaseModel):
    id: Annotated[_Text, AfterValidator(str.strip)]
    """Empty where there is none."""
    title: Annotated[_Text, Field(max_length=LONGEST_TITLE), AfterValidator(read_title)]


class _Span(BaseModel):
    from_: _Text = Field(alias="from")
    to: _Text


class Record(BaseModel):
    """One rank of one day."""

    ranking: Annotated[StrictInt, Field(ge=1, le=DEPTH)]
    ranking_last: StrictInt | None = Field(default=None, alias="rankingLast")
    days_total: StrictInt | None = Field(default=None, alias="daysTotal")
    type: StrictInt | None = None
    date: _Span
    movie: _Wrapped[_Movie]


class _Links(BaseModel):
    next: _Address | None = None


class _Answer(BaseModel):
    data: list[_Wrapped[Record]]
    links: _Links = _Links()


class _Line(BaseModel):
    url: _Address
    page: _Answer


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list `type` of `country`, which FlixPatrol's ids name; `where` is its line in the document.

    `next_url` is the address of the page that follows in the same list, or None.
    """

    where: str
    type: str
    country: str
    records: Sequence[Record]
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
    return Page(where, type_, country, [record.data for record in read.page.data], _next_url(read, where))


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
    """Return the error about the first part of a page that has another shape."""
    first = error.errors()[0]
    path = [part for part in first["loc"] if part != "page"]
    if not path or path == ["data"]:
        return SourceNotATable(SOURCE, "is not a page of records", where)
    where += "".join(f", record {part + 1}" for part in path if isinstance(part, int))
    column = ".".join(part for part in path if isinstance(part, str)).removeprefix("data.").removeprefix("data.")
    if first["type"] == "missing":
        return SourceChanged(SOURCE, f"{column} is missing", where, column=column)
    value = json.dumps(first["input"])
    reason = f"{column} {quoted(value)}: {first['msg'][0].lower()}{first['msg'][1:]}"
    return SourceValueError(SOURCE, reason, where, column=column, value=value)
