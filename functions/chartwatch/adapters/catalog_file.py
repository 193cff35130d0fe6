"""The catalog as a CSV file."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from chartwatch.domain import words
from chartwatch.domain.codes import OWN_FACT_FORM, countries_of, kind_of, language_of, own_value
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.decoding import well_decoded
from chartwatch.domain.works.facts import Confidence
from chartwatch.domain.works.work import (
    CREATOR_COUNTRY,
    MAIN_COUNTRY,
    ORIGIN_COUNTRIES,
    ORIGINAL_LANGUAGE,
    OWN_FACT,
    RELEASE_DATE,
    Work,
    possible_release,
)
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
    "ids",
)
"""Columns of the file; those after the sixth may be left out. Countries and ids are separated by `;`, aliases by `;;`.

An empty cell is an unknown fact. An id is one that a provider has for the work, after the name of its scheme
(`netflix:81040344`). There may be `FURTHER` columns, and those of facts of one's own, `fact:NAME`, with values
separated by `;`.
"""

FURTHER = ("creators", "featured")
"""Columns that only works with creators need: the names of those that lead, and of those that are featured besides,
separated by `;`."""

_ID = re.compile(r"[a-z][a-z0-9-]*:[^\s;]+")

ASSUMED, UNDECIDED, NEEDS = "assumed", "undecided", "needs"
"""More columns where layers make a catalog: the facts that are assumed, `main_country` where that is open, and `kind`
where only a title of that kind means the work."""

_ASSUMED = (ORIGINAL_LANGUAGE, MAIN_COUNTRY, ORIGIN_COUNTRIES, RELEASE_DATE, CREATOR_COUNTRY)
"""The facts that may be assumed, beside those of one's own."""

_ALL_COLUMNS = (*COLUMNS, *FURTHER, ASSUMED, UNDECIDED, NEEDS)
"""All that are known; others are somebody's own."""

Value = TypeVar("Value")


def read_catalog(path: Path) -> Catalog:
    """Read a catalog file, as `catalog_in` does. Raises `CatalogProblem`."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise CatalogProblem(str(path), "", error.strerror or "cannot be read") from error
    return catalog_in(body, str(path))


def catalog_in(body: bytes, name: str) -> Catalog:
    """Return the catalog that a person's file is; `name` is what errors call it. Raises `CatalogProblem`.

    A title or alias that was decoded wrongly stands for its right form as well, which is what sources make of it.
    """
    return Catalog(_with_right_forms(work) for work in parse_catalog(body, name))


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
    is_settled = any(work.assumed or not work.is_main_country_known or work.needs_kind for work in catalog)
    has_creators = any(work.creators for work in catalog)
    own = sorted({name for work in catalog for name, _ in work.own_facts})
    settled = (ASSUMED, UNDECIDED, NEEDS) if is_settled else ()
    rows.writerow((*COLUMNS, *(FURTHER if has_creators else ()), *own, *settled))
    for work in catalog:
        creators = (";".join(work.creators), ";".join(work.featured)) if has_creators else ()
        facts = (";".join(value for its, value in work.own_facts if its == name) for name in own)
        rows.writerow((*_row(work), *creators, *facts, *(_settled(work) if is_settled else ())))
    return text.getvalue().encode()


def _with_right_forms(work: Work) -> Work:
    named = (work.title, *work.aliases)
    forms = dict.fromkeys((*work.aliases, *(right for title in named if (right := well_decoded(title)) not in named)))
    return replace(work, aliases=tuple(forms))


def _works(text: str, name: str) -> Iterator[Work]:
    _check_text(text, name)
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    read, problems = _Read(), list[CatalogProblem]()
    try:
        rows.fieldnames = _columns(rows.fieldnames or (), name)
        _check_header(rows.fieldnames, name)
        for row in rows:
            try:
                work = read.work(row, rows.line_num)
            except _Wrong as wrong:
                column, detail = wrong.args
                problems.append(CatalogProblem(name, f"line {rows.line_num}{column and f', column {column}'}", detail))
                continue
            if not problems:
                yield work
    except csv.Error as error:
        raise CatalogProblem(name, f"line {rows.reader.line_num}", str(error)) from error
    if problems:
        first, *others = problems
        raise replace(first, others=tuple(others))


def _check_text(text: str, name: str) -> None:
    if not text.strip():
        raise CatalogProblem(name, "", "is empty")
    if text.lstrip().startswith("<"):
        raise CatalogProblem(name, "line 1", "is a page of markup, not a CSV file")
    if not text.endswith(("\n", "\r")):
        raise CatalogProblem(name, f"line {text.count(chr(10)) + 1}", "does not end: the file may have been cut short")


@dataclass
class _Read:
    """What the rows of a file have named so far: works by the line on which they stand, and ids by their work."""

    lines: dict[str, int] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def work(self, row: Mapping[str | None, Any], line: int) -> Work:
        """Return the work that a row says. Raises `_Wrong`, also for what another row has named."""
        work = _work(row)
        if work.id in self.lines:
            raise _Wrong("work_id", f"{work.id} stands on line {self.lines[work.id]} already")
        if taken := [each for each in work.ids if each in self.ids]:
            raise _Wrong("ids", f"{taken[0]} is that of {self.ids[taken[0]]} already")
        self.lines[work.id] = line
        self.ids |= dict.fromkeys(work.ids, work.id)
        return work


_OTHER_SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars"}


def _columns(header: Sequence[str], name: str) -> list[str]:
    """Return the names of the columns as they are known, whatever their case. Raises `CatalogProblem`."""
    plain = [(column, column.strip().lower()) for column in header]
    columns = [known if known in _ALL_COLUMNS else column for column, known in plain]
    for column in columns:
        if column and columns.count(column) > 1:
            raise CatalogProblem(name, "line 1", f"the column {column} stands there twice")
    return columns


def _meant(column: str, columns: Sequence[str]) -> str:
    alike = get_close_matches(column, [its for its in columns if its not in COLUMNS], 1, 0.75)
    return f"; did you mean it by {alike[0]}?" if alike else ""


def _check_header(columns: Sequence[str], name: str) -> None:
    if missing := [column for column in COLUMNS[:6] if column not in columns]:
        for separator, separated in _OTHER_SEPARATORS.items():
            if set(COLUMNS[:2]) <= {column.strip() for column in ",".join(columns).split(separator)}:
                raise CatalogProblem(name, "line 1", f"the columns are separated by {separated}, not by commas")
        raise CatalogProblem(name, "line 1", f"the column {missing[0]} is missing{_meant(missing[0], columns)}")
    absent = [column for column in (*COLUMNS, *FURTHER) if column not in columns]
    for column in columns:
        # What is left out without a word would be taken for unknown, and confidence for certain.
        if column not in _ALL_COLUMNS and (meant := get_close_matches(column.strip().lower(), absent, 1, 0.8)):
            detail = f"the column {column!r} is none that is known; did you mean {meant[0]}?"
            raise CatalogProblem(name, "line 1", detail)
        if column.startswith(OWN_FACT) and not re.fullmatch(OWN_FACT_FORM, column):
            raise CatalogProblem(name, "line 1", f"{column!r} is no name of a fact such as fact:girl group")


class _Wrong(ValueError):
    """The column that is wrong, empty for the whole row, and what is wrong there."""


def _work(row: Mapping[str | None, Any]) -> Work:
    """Return the work that a row says. Raises `_Wrong`."""
    if row.get(None):
        raise _Wrong("", f"has {words.counted(len(row[None]), 'cell')} more than there are columns")
    if absent := [column for column, cell in row.items() if cell is None]:
        raise _Wrong("", f"ends before the column {absent[0]}")
    cells = {column: (row.get(column) or "").strip() for column in _ALL_COLUMNS}
    for column in ("work_id", "title"):
        if not cells[column]:
            raise _Wrong(column, "is empty")
    if cells["featured"] and not cells["creators"]:
        raise _Wrong("featured", "names creators, but none that leads stands in the column creators")
    if "|" in cells["aliases"] and ";;" not in cells["aliases"]:
        raise _Wrong("aliases", f"{cells['aliases']!r} is one alias; several stand with `;;` between them")
    return Work(
        id=cells["work_id"],
        title=cells["title"],
        kind=_read(cells, "kind", kind_of),
        original_language=_read(cells, "original_language", language_of),
        origin_countries=_read(cells, "origin_countries", _countries) or (),
        release_date=_read(cells, "release_date", date_of),
        aliases=tuple(alias for part in cells["aliases"].split(";;") if (alias := part.strip())),
        source=cells["source"],
        confidence=_read(cells, "confidence", _confidence) or "",
        ids=_read(cells, "ids", _ids) or (),
        is_main_country_known=_read(cells, UNDECIDED, partial(_one_of, (MAIN_COUNTRY,))) is None,
        creators=_names(cells["creators"]),
        featured=_names(cells["featured"]),
        own_facts=tuple(sorted(_own_facts(row))),
        assumed=_read(cells, ASSUMED, _assumed) or frozenset(),
        needs_kind=_read(cells, NEEDS, partial(_one_of, ("kind",))) is not None,
    )


def _read(cells: Mapping[str, str], column: str, read: Callable[[str], Value | None]) -> Value | None:
    """Return the fact that a cell says; None for an empty one. Raises `_Wrong`."""
    try:
        return read(cells[column]) if cells[column] else None
    except ValueError as error:
        raise _Wrong(column, str(error)) from error


def _names(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in cell.split(";") if (name := " ".join(part.split()))))


def _own_facts(row: Mapping[str | None, Any]) -> Iterator[tuple[str, str]]:
    for column, cell in row.items():
        if column and column.startswith(OWN_FACT):
            yield from ((column, own_value(value)) for value in _names(cell))


def _one_of(known: Collection[str], cell: str) -> str:
    if cell not in known:
        raise ValueError(f"{cell!r} is not {words.either(list(known))}")
    return cell


def _confidence(cell: str) -> str:
    return _one_of([*Confidence], cell)


def _assumed(cell: str) -> frozenset[str]:
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    return frozenset(part if re.fullmatch(OWN_FACT_FORM, part) else _one_of(_ASSUMED, part) for part in parts)


def _countries(cell: str) -> tuple[str, ...]:
    return countries_of(country for part in cell.split(";") if (country := part.strip()))


def _ids(cell: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))
    if wrong := [each for each in ids if not _ID.fullmatch(each)]:
        raise ValueError(f"{wrong[0]!r} is not an id such as netflix:81040344")
    return ids


def date_of(cell: str) -> date:
    """Return the date of a release that is written as 2022-01-28. Raises `ValueError` with what is wrong."""
    try:
        day = date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f"{cell!r} is not a date such as 2022-01-28") from error
    return possible_release(day)


def _settled(work: Work) -> Sequence[str]:
    """Return the further cells of a work of which layers say different things."""
    undecided = "" if work.is_main_country_known else MAIN_COUNTRY
    return ";".join(sorted(work.assumed)), undecided, "kind" if work.needs_kind else ""


def _row(work: Work) -> Sequence[str]:
    """Return the cells of a work, in the order of `COLUMNS`."""
    return (
        work.id,
        work.title,
        work.kind or "",
        work.original_language or "",
        ";".join(work.origin_countries),
        work.release_date.isoformat() if work.release_date else "",
        # What ends with the separator is no list with another one.
        ";;".join((*work.aliases, "")) if any("|" in alias for alias in work.aliases) else ";;".join(work.aliases),
        work.source,
        work.confidence,
        ";".join(work.ids),
    )
