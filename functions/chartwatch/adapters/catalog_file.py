"""The catalog as a CSV file."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.errors import CatalogProblem

COLUMNS = (
    "work_id",
    "title",
    "kind",
    "original_language",
    "origin_countries",
    "release_date",
    "aliases",
    "source",
    "confidence",
)
"""Columns of the file. Countries are separated by `;`, aliases by `;;`; an empty cell is an unknown fact."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_catalog(path: Path) -> Catalog:
    """Read a catalog file. Raises `CatalogProblem` that names line and column.

    A title or alias that was decoded wrongly stands for its right form as well, which is what sources make of it.
    """
    from chartwatch.domain.works.decoding import well_decoded  # noqa: PLC0415  # the detector parses, and starts without ftfy

    try:
        body = path.read_bytes()
    except OSError as error:
        raise CatalogProblem(str(path), "", error.strerror or "cannot be read") from error
    return Catalog(_with_right_forms(work, well_decoded) for work in parse_catalog(body, str(path)))


def parse_catalog(body: bytes, name: str) -> Catalog:
    """Return the catalog that stands in `body`; `name` is what errors call the file. Raises `CatalogProblem`."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogProblem(name, f"byte {error.start}", "is not UTF-8") from error
    return Catalog(_works(text, name))


def write_catalog(catalog: Catalog) -> bytes:
    """Return the file of a catalog: `parse_catalog` makes the same catalog of it."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    rows.writerows(map(_row, catalog))
    return text.getvalue().encode()


def _with_right_forms(work: Work, well_decoded: Callable[[str], str]) -> Work:
    named = (work.title, *work.aliases)
    forms = dict.fromkeys((*work.aliases, *(right for title in named if (right := well_decoded(title)) not in named)))
    return replace(work, aliases=tuple(forms))


def _works(text: str, name: str) -> Iterator[Work]:
    if not text.strip():
        raise CatalogProblem(name, "", "is empty")
    if text.lstrip().startswith("<"):
        raise CatalogProblem(name, "line 1", "is a page of markup, not a CSV file")
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in COLUMNS[:6] if column not in (rows.fieldnames or ())]
        if missing:
            raise CatalogProblem(name, "line 1", f"the column {missing[0]} is missing")
        seen: dict[str, int] = {}
        for row in rows:
            work = _work(row, name, rows.line_num)
            if work.id in seen:
                raise CatalogProblem(
                    name, f"line {rows.line_num}, column work_id", f"{work.id} stands on line {seen[work.id]} already"
                )
            seen[work.id] = rows.line_num
            yield work
    except csv.Error as error:
        raise CatalogProblem(name, f"line {rows.line_num}", str(error)) from error


def _work(row: dict[str, str | None], name: str, line: int) -> Work:
    def problem(column: str, expected: str) -> CatalogProblem:
        return CatalogProblem(name, f"line {line}, column {column}", f"{row[column]!r} is not {expected}")

    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    for column in ("work_id", "title"):
        if not cells[column]:
            raise CatalogProblem(name, f"line {line}, column {column}", "is empty")
    if cells["kind"] not in ("", *Kind):
        raise problem("kind", "film, series or empty")
    language = cells["original_language"]
    if language and not _LANGUAGE.fullmatch(language):
        raise problem("original_language", "an ISO 639 code such as en")
    countries = tuple(country for part in cells["origin_countries"].split(";") if (country := part.strip()))
    if any(not _COUNTRY.fullmatch(country) for country in countries):
        raise problem("origin_countries", "ISO 3166-1 alpha-2 codes such as KR;US")
    try:
        released = date.fromisoformat(cells["release_date"]) if cells["release_date"] else None
    except ValueError as error:
        raise problem("release_date", "a date such as 2022-01-28") from error
    return Work(
        id=cells["work_id"],
        title=cells["title"],
        kind=Kind(cells["kind"]) if cells["kind"] else None,
        original_language=language or None,
        origin_countries=countries,
        release_date=released,
        aliases=tuple(alias for part in cells["aliases"].split(";;") if (alias := part.strip())),
        source=cells["source"],
        confidence=cells["confidence"],
    )


def _row(work: Work) -> Sequence[str]:
    """Return the cells of a work, in the order of `COLUMNS`."""
    return (
        work.id,
        work.title,
        work.kind or "",
        work.original_language or "",
        ";".join(work.origin_countries),
        work.release_date.isoformat() if work.release_date else "",
        ";;".join(work.aliases),
        work.source,
        work.confidence,
    )
