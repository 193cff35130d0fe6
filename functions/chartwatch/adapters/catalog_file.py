"""The catalog as a CSV file."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from chartwatch.adapters.catalog_rows import (
    ALL_COLUMNS,
    ASSUMED,
    COLUMNS,
    FURTHER,
    NEEDS,
    UNDECIDED,
    CatalogRows,
    WrongCell,
    cells_by_column,
    text_of,
)
from chartwatch.adapters.catalog_slips import MIN_NAN, refuse_slips
from chartwatch.domain import words
from chartwatch.domain.codes import LANGUAGES, OWN_FACT_FORM, countries_of, kind_of, language_of, own_value
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

_ID = re.compile(r"[a-z][a-z0-9-]*:[^\s;]+")

_ASSUMED = (ORIGINAL_LANGUAGE, MAIN_COUNTRY, ORIGIN_COUNTRIES, RELEASE_DATE, CREATOR_COUNTRY)
"""The facts that may be assumed, beside those of one's own."""

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

    What a program wrote there for nothing is refused. A title or alias that was decoded wrongly stands for its right
    form as well, which is what sources make of it.
    """
    return Catalog(_with_right_forms(work) for work in _works(text_of(body, name), name, refuse_slips))


def parse_catalog(body: bytes, name: str) -> Catalog:
    """Return the catalog that stands in `body`; `name` is what errors call the file. Raises `CatalogProblem`."""
    return Catalog(_works(text_of(body, name), name, _nothing_more))


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


def _works(text: str, name: str, refuse: Callable[[Mapping[str, str]], None]) -> Iterator[Work]:
    """Yield the works of a text; `refuse` raises `WrongCell` of a row that is to be refused though it can be read."""
    rows, read, problems = CatalogRows(text, name), _Read(), list[CatalogProblem]()
    try:
        for row in rows:
            try:
                cells = cells_by_column(rows.columns, row)
                refuse(cells)
                work = read.work(cells, rows.line)
            except WrongCell as wrong:
                column, detail = wrong.args
                problems.append(CatalogProblem(name, f"line {rows.line}{column and f', column {column}'}", detail))
                continue
            if not problems:
                yield work
    except csv.Error as error:
        line, detail = rows.quoting_problem(error)
        problems.append(CatalogProblem(name, f"line {line}", detail))
    if problems:
        first, *others = problems
        raise replace(first, others=tuple(others))


def _nothing_more(_cells: Mapping[str, str]) -> None:
    """Refuse nothing: what Chartwatch has written is what it was told."""


@dataclass
class _Read:
    """What the rows of a file have named so far: works by the line on which they stand, and ids by their work."""

    lines: dict[str, int] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def work(self, row: Mapping[str, str], line: int) -> Work:
        """Return the work that a row says. Raises `WrongCell`, also for what another row has named."""
        work = _work(row)
        if work.id in self.lines:
            raise WrongCell("work_id", f"{work.id} stands on line {self.lines[work.id]} already")
        if taken := [each for each in work.ids if each in self.ids]:
            raise WrongCell("ids", f"{taken[0]} is that of {self.ids[taken[0]]} already")
        self.lines[work.id] = line
        self.ids |= dict.fromkeys(work.ids, work.id)
        return work


def _work(row: Mapping[str, str]) -> Work:
    """Return the work that a row says. Raises `WrongCell`."""
    cells = {column: row.get(column, "").strip() for column in ALL_COLUMNS}
    for column in ("work_id", "title"):
        if not cells[column]:
            raise WrongCell(column, "is empty")
    if cells["featured"] and not cells["creators"]:
        raise WrongCell("featured", "names creators, but none that leads stands in the column creators")
    if "|" in cells["aliases"] and ";;" not in cells["aliases"]:
        raise WrongCell("aliases", f"{cells['aliases']!r} is one alias; several stand with `;;` between them")
    return Work(
        id=cells["work_id"],
        title=cells["title"],
        kind=_read(cells, "kind", kind_of),
        original_language=_read(cells, "original_language", _language),
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
    """Return the fact that a cell says; None for an empty one. Raises `WrongCell`."""
    try:
        return read(cells[column]) if cells[column] else None
    except ValueError as error:
        raise WrongCell(column, str(error)) from error


def _names(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in cell.split(";") if (name := " ".join(part.split()))))


def _own_facts(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column, cell in row.items():
        if column.startswith(OWN_FACT):
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


def _language(cell: str) -> str | None:
    return MIN_NAN if cell == LANGUAGES[MIN_NAN] else language_of(cell)


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
        LANGUAGES[MIN_NAN] if work.original_language == MIN_NAN else work.original_language or "",
        ";".join(work.origin_countries),
        work.release_date.isoformat() if work.release_date else "",
        # What ends with the separator is no list with another one.
        ";;".join((*work.aliases, "")) if any("|" in alias for alias in work.aliases) else ";;".join(work.aliases),
        work.source,
        work.confidence,
        ";".join(work.ids),
    )
