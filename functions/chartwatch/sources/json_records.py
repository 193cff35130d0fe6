"""JSON as a table: an array of objects, each a row; what stands beside the array is true of all its rows."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chartwatch.document_errors import (
    SourceEmpty,
    SourceEncodingError,
    SourceError,
    SourceNotATable,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.sources.cells import quoted
from chartwatch.sources.formats import utf8_of
from chartwatch.sources.table import MAX_ROWS, Table, found_columns

MAX_VALUES = 3_000_000
"""Values of a document: one takes up to a hundred bytes of memory."""

MAX_DEPTH = 8
"""Keys of a path, and levels at which arrays are looked for to name them in an error."""

Object = Mapping[str, Any]


class _Record(NamedTuple):
    """An object with the values that stand beside the arrays around it, the nearest first."""

    values: Object
    around: tuple[Object, ...]


class JsonTable(Table):
    """The objects of an array as rows, their keys as columns. `detail.title` is a key of an object within them.

    A document of JSON Lines is an array of its lines, and one object with all columns the only one of an array. A
    missing key and null are an empty cell.
    """

    def __init__(
        self,
        source: str,
        body: bytes,
        records: str,
        required: Sequence[str],
        optional: Sequence[str] = (),
        *,
        advice: Mapping[str, str] | None = None,
        encoding: str | None = None,
    ) -> None:
        """Read the objects of the array at `records`, keys joined by dots; empty for the document itself.

        `advice` is what to do where a column is missing, by its name; with it, errors speak of the options of `csv`.

        Raises `SourceEmpty`, `SourceNotATable`, `SourceEncodingError`, `SourceTruncated`, `SourceChanged` or
        `SourceValueError`.
        """
        super().__init__(source)
        document = _parsed(source, utf8_of(source, body, encoding))
        if not records and _is_row(document, required):
            document = [document]
        self._path = records
        rows = list(_records(document, [key for key in records.split(".") if key], ()))
        if not rows or not all(isinstance(row.values, dict) for row in rows):
            raise self._without_records(document, "with -o records=" if advice else "at ", has_rows=bool(rows))
        if len(rows) > MAX_ROWS:
            raise SourceNotATable(source, f"the document has more than {MAX_ROWS} rows")
        header = list(dict.fromkeys(key for row in rows for level in (row.values, *row.around) for key in level))
        nested = [column for column in (*required, *optional) if "." in column and column not in header]
        present = [column for column in nested if any(_at(row.values, column) is not None for row in rows)]
        found = found_columns(source, [*header, *present], required, optional, where=self.place(0), advice=advice or {})
        keys, self._own = [*header, *present], frozenset(_own_keys(rows))
        shared: dict[str, str] = {}
        for column, index in found.items():
            values = [self._value(row, keys[index]) for row in rows]
            several = [number for number, value in enumerate(values) if isinstance(value, dict | list)]
            if several:
                if column not in required:
                    continue  # nobody has asked for it by its name
                reason = f"{keys[index]} is not one value; for one inside it: {keys[index]}.KEY"
                raise SourceValueError(source, reason, self.place(several[0]), column=keys[index])
            cells = [self._cell(value, number, keys[index]) for number, value in enumerate(values)]
            self._columns[column] = [shared.setdefault(cell, cell) for cell in cells]

    def place(self, row: int) -> str:
        """Return where a row stands in the document: "record 7", or "record 7 of movies"."""
        return f"record {row + 1}{f' of {self._path}' if self._path else ''}"

    def _value(self, row: _Record, key: str) -> Any:
        # A key that half of the rows have is their own, also of one that lacks it.
        levels = (row.values,) if key in self._own else (row.values, *row.around)
        value = next((level[key] for level in levels if key in level), None)
        if value is None and "." in key:
            value = _at(row.values, key)
        return value

    def _cell(self, value: Any, number: int, key: str) -> str:
        if value is None:
            return ""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise SourceEncodingError(self._source, f"{key} has half a character", self.place(number)) from None
        return text

    def _without_records(self, document: Any, found: str, *, has_rows: bool) -> SourceError:
        """Return the error about a document that has no objects where they should be; `found` is said before a path."""
        where = f"at {self._path}" if self._path else "in the document itself"
        paths = list(_arrays(document, ""))
        if not has_rows and not paths and self._path == "" and document == []:
            return SourceEmpty(self._source, "the array in the document is empty")
        ways = f"; there is one {found}{' or '.join(dict.fromkeys(paths))}" if paths else ""
        return SourceNotATable(self._source, f"there is no array of objects {where}{ways}")


def _parsed(source: str, body: bytes) -> Any:
    if sum(body.count(each) for each in (b",", b"[", b"{", b"\n{")) > MAX_VALUES:
        raise SourceNotATable(source, f"the document has more than {MAX_VALUES} values; give it as CSV")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise SourceTruncated(source, "the document ends inside a character") from error
        reason = f"the byte 0x{body[error.start]:02x} is not UTF-8"
        raise SourceEncodingError(source, reason, f"line {body.count(10, 0, error.start) + 1}") from error
    try:
        return _loaded(source, text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (lines := _lines(source, text)) is not None:
            return lines
        where = f"line {error.lineno}"
        if _is_cut(text, error):
            raise SourceTruncated(source, "the document ends inside a value", where) from error
        raise SourceNotATable(source, f"it begins as JSON and is none: {error.msg.lower()}", where) from error


def _loaded(source: str, text: str) -> Any:
    def each_key_once(pairs: Sequence[tuple[str, Any]]) -> Object:
        values = dict(pairs)
        if len(values) < len(pairs):
            for key, value in pairs:
                if values[key] != value:
                    raise SourceNotATable(source, f"an object says {quoted(key)} twice, and not the same")
        return values

    try:
        # Numbers stay as they are written.
        return json.loads(
            text, object_pairs_hook=each_key_once, parse_int=str, parse_float=str, parse_constant=_no_number
        )
    except RecursionError as error:
        raise SourceNotATable(source, "arrays or objects stand too deep in each other") from error


def _is_cut(text: str, error: json.JSONDecodeError) -> bool:
    """Return whether an error is that a text ends inside a value."""
    return error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")


def _no_number(_written: str) -> None:
    """Return what NaN and Infinity stand for, which are no JSON: a value that is not there."""


def _lines(source: str, text: str) -> list[Any] | None:
    """Return the values of JSON Lines; None where not even the first line is a value.

    Raises `SourceTruncated` where the last line ends inside its value, or `SourceNotATable`.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    found: list[Any] = []
    for number, line in lines:
        try:
            found.append(_loaded(source, line))
        except json.JSONDecodeError as error:
            if not found:
                return None
            where = f"line {number}"
            if _is_cut(line, error) and number == lines[-1][0]:
                raise SourceTruncated(source, "the document ends inside a value", where) from error
            reason = f"it has a JSON value a line, and this one is none: {error.msg.lower()}"
            raise SourceNotATable(source, reason, where) from error
    return found


def _records(value: Any, path: Sequence[str], around: tuple[Object, ...]) -> Iterator[_Record]:
    """Yield the objects at a path; an array on the way stands for all that it holds."""
    if isinstance(value, list):
        for each in value:
            if path or isinstance(each, list):
                yield from _records(each, path, around) if len(around) <= MAX_DEPTH and path else ()
            else:
                yield _Record(each, around)
    elif isinstance(value, dict) and path and len(around) < MAX_DEPTH:
        beside = {key: its for key, its in value.items() if not isinstance(its, dict | list)}
        yield from _records(value.get(path[0]), path[1:], (beside, *around))


def _arrays(value: Any, path: str, level: int = 0) -> Iterator[str]:
    """Yield the paths of the arrays of objects in a document."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        if path:
            yield path
        value = value[0]
    if isinstance(value, dict) and level < MAX_DEPTH:
        for key, its in value.items():
            if isinstance(its, dict | list):
                yield from _arrays(its, f"{path}.{key}" if path else key, level + 1)


def _is_row(document: Any, columns: Sequence[str]) -> bool:
    """Return whether a document is one object with all columns, and holds no array of others."""
    if not isinstance(document, dict) or any(_arrays(document, "")):
        return False
    names = {name.strip().casefold() for name in document}
    return all(name.strip().casefold() in names or _at(document, name) is not None for name in columns)


def _own_keys(rows: Sequence[_Record]) -> Iterator[str]:
    """Yield the keys that half of the rows or more have themselves, whatever stands around them."""
    had = Counter(key for row in rows for key in row.values)
    yield from (key for key, times in had.items() if times * 2 >= len(rows))


def _at(values: Object, path: str) -> Any:
    """Return what stands at keys joined by dots within an object, or None."""
    value: Any = values
    for key in path.split(".")[:MAX_DEPTH]:
        value = value.get(key) if isinstance(value, dict) else None
    return value
