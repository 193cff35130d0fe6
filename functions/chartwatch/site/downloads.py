"""Downloads: a table that a page shows as CSV (RFC 4180) with a Table Schema, and as JSON.

A Table Schema says of each column what it is: https://datapackage.org/standard/table-schema/.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from chartwatch.domain.outside_text import plain

SCHEMA_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"

Cell: TypeAlias = str | int | bool | date | tuple[str, ...] | None
"""A value of a table. None: there is none, or nobody knows it; the schema of the column says which."""

# A spreadsheet takes a text that begins so for a formula, the wide forms, too; behind an apostrophe, it is text.
_LIKE_A_FORMULA = re.compile("'*[=+\\-@＝＋－＠]")

_BOM = "\ufeff"
"""Without it Excel reads a file of UTF-8 as one of the code page of its machine, and no title in other letters."""

GUARDED = "In CSV, a text that begins with = + - or @ has an apostrophe before it, lest a spreadsheet calculates it."


class Type(StrEnum):
    """The types of columns, as a Table Schema names them; an array is one of texts, which CSV has as JSON."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    ARRAY = "array"


class Field(NamedTuple):
    """A column: its name in small letters, its type, and what it means. `required`: every row has a value."""

    name: str
    type: Type
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name in small letters, what it is called, its columns and rows.

    `key` are the columns that tell rows apart.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: Sequence[tuple[Cell, ...]]
    key: tuple[str, ...] = ()


def csv_of(table: Table) -> bytes:
    """Return a table as CSV in UTF-8 that begins with its mark, with a line of names, each line ended by CR and LF."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(field.name for field in table.fields)
    writer.writerows(map(_as_text, row) for row in table.rows)
    return f"{_BOM}{written.getvalue()}".encode()


def json_of(table: Table) -> bytes:
    """Return a table as JSON in UTF-8: an array with an object for each row, on a line of its own."""
    names = [field.name for field in table.fields]
    rows = (json.dumps(dict(zip(names, map(_as_json, row), strict=True)), ensure_ascii=False) for row in table.rows)
    written = ",\n".join(rows)
    return f"[\n{written}\n]\n".encode() if written else b"[]\n"


def schema_of(table: Table) -> Mapping[str, Any]:
    """Return the Table Schema of a table."""
    return {
        "$schema": SCHEMA_PROFILE,
        "title": table.title,
        "description": GUARDED,
        "fields": [_schema_of(field) for field in table.fields],
        "missingValues": [""],
        **({"primaryKey": list(table.key)} if table.key else {}),
    }


def schema_file_of(table: Table) -> bytes:
    """Return the Table Schema of a table as a file."""
    return _file(schema_of(table))


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case tuple():
            return json.dumps([plain(part) for part in cell], ensure_ascii=False)
    said = plain(cell)
    return f"'{said}" if _LIKE_A_FORMULA.match(said) else said


def _as_json(cell: Cell) -> object:
    match cell:
        case str():
            return plain(cell)
        case date():
            return cell.isoformat()
        case tuple():
            return [plain(part) for part in cell]
    return cell


def _schema_of(field: Field) -> Mapping[str, Any]:
    return {
        "name": field.name,
        "type": field.type.value,
        "description": field.description,
        **({"constraints": {"required": True}} if field.required else {}),
    }


def _file(described: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(described, ensure_ascii=False, indent=1)}\n".encode()
