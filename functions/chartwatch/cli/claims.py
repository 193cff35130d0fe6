"""A file of claims for `chartwatch check --claims`: JSON Lines or CSV, a claim a line, in the words of the options.

An array of such objects is understood, too, and so are semicolons and tabs between columns.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from chartwatch.cli.application import read_date
from chartwatch.cli.asked_slots import Question
from chartwatch.cli.files import file_name, read_file
from chartwatch.cli.questions import Options
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.file_forms import no_text
from chartwatch.domain.outside_text import repeated
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.errors import FileProblem, OptionError

_OTHER_NAMES: Mapping[str, str] = {"list": "chart_list", "origin_policy": "origin"}
"""Options whose field has another name."""

_EARLIER_NAMES = ("origin",)
"""What options were called, and may be still."""

_OPTIONS: Mapping[str, Any] = {field.name: field.type for field in fields(Options)}

NAMES = (
    *("id", "slot", "title", "creator"),
    *(next((name for name, field in _OTHER_NAMES.items() if field == option), option) for option in _OPTIONS),
    *("as_of", "known"),
)
"""What may be said of a claim; as columns, or as names in an object, with `_` or `-`."""

_OWN = ("id", "slot", "title", "creator", "as_of", "known")
"""What is said of a claim beside its options."""

_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0", "")


class Asked(NamedTuple):
    """A claim as it was asked: in a slot or options, of a period and of a day, with its id and line in a file."""

    slot: str | None
    title: str | None
    options: Options
    as_of: str | None = None
    known: str | None = None
    line: int | None = None
    id: str | None = None
    creator: str | None = None

    def question(self, rules: RuleSet) -> Question:
        """Return the question. Raises `OptionError`."""
        question = self.options.question(self.slot, self.title, rules)
        as_of = read_date(self.as_of, "--as-of") if self.as_of else None
        if self.creator and not self.title:
            raise OptionError("--creator", "says whose --title is, which is not given")
        return question._replace(said=replace(question.said, as_of=as_of, creator=self.creator or ""))

    @property
    def known_day(self) -> date | None:
        """The day by which documents had to be fetched to count. Raises `OptionError`."""
        return read_date(self.known, "--known") if self.known else None


class Unread(NamedTuple):
    """A line that is no claim, and why."""

    line: int
    mistake: str
    id: str | None = None


def read_claims(file: Path, defaults: Asked) -> Iterator[Asked | Unread]:
    """Yield the claims of a file, with what every claim of it has that does not say otherwise.

    Raises `FileProblem` for a file that cannot be read at all.
    """
    name = file_name(file)
    body = read_file(file)
    if problem := no_text(body):
        raise FileProblem(name, "", problem)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileProblem(name, f"byte {error.start}", "is not UTF-8") from error
    if not text.strip():
        raise FileProblem(name, "", "has no claims")
    rows_of = {"[": _array_rows, "{": _json_rows}.get(text.lstrip()[0], _csv_rows)
    rows = list(rows_of(text, name))
    if not rows:
        raise FileProblem(name, "", "has no claims")
    for line, row in rows:
        try:
            yield row if isinstance(row, Unread) else _asked(line, row, defaults)
        except OptionError as error:
            yield Unread(line, str(error), None if isinstance(row, Unread) else _id_of(row))


def _id_of(row: Mapping[str, Any]) -> str | None:
    """Return the id of a row that is no claim, if it has one that can be read."""
    its = next((value for name, value in row.items() if name.strip().lower() == "id"), None)
    return str(its).strip() if isinstance(its, str | int) else None


def _json_rows(text: str, _file: str) -> Iterator[tuple[int, Mapping[str, Any] | Unread]]:
    for line, said in enumerate(text.split("\n"), 1):
        if not said.strip():
            continue
        try:
            row = json.loads(said, object_pairs_hook=_each_name_once)
        except (ValueError, RecursionError) as error:
            yield line, Unread(line, f"is not JSON: {error}")
            continue
        yield line, _object(row, line)


def _array_rows(text: str, file: str) -> Iterator[tuple[int, Mapping[str, Any] | Unread]]:
    """Yield the objects of one array, each with its number there in place of a line."""
    try:
        rows = json.loads(text, object_pairs_hook=_each_name_once)
    except (ValueError, RecursionError) as error:
        raise FileProblem(file, "", f"is not JSON: {error}") from error
    for number, row in enumerate(rows, 1):
        yield number, _object(row, number)


class _Twice(NamedTuple):
    """An object that says a name twice."""

    name: str


def _each_name_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any] | _Twice:
    twice = (name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return _Twice(name) if (name := next(twice, None)) is not None else dict(pairs)


def _object(row: Any, line: int) -> Mapping[str, Any] | Unread:
    if isinstance(row, _Twice):
        return Unread(line, f"says {row.name!r} twice")
    return row if isinstance(row, dict) else Unread(line, "is not an object of names and values")


def _csv_rows(text: str, file: str) -> Iterator[tuple[int, Mapping[str, Any] | Unread]]:
    header = text.lstrip().partition("\n")[0]
    delimiter = next((sign for sign in ";\t" if sign in header and "," not in header), ",")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        fields = [_field(name) for name in rows.fieldnames or ()]
        for name, times in Counter(fields).items():
            if times > 1:
                raise OptionError(f"--{name}", "stands there twice")
        for row in rows:
            extra = row.pop(None, None)
            if extra:
                many = words.counted(len(extra), "cell")
                yield rows.line_num, Unread(rows.line_num, f"has {many} more than there are columns")
            elif any(row.values()):
                yield rows.line_num, {name: cell for name, cell in row.items() if cell}
    except csv.Error as error:
        raise FileProblem(file, f"line {rows.reader.line_num}", str(error)) from error
    except OptionError as error:
        raise FileProblem(file, "line 1", f"the column {error.option.removeprefix('--')}: {error.detail}") from error


def _asked(line: int, row: Mapping[str, Any], defaults: Asked) -> Asked:
    """Return the claim that a row says. Raises `OptionError`."""
    said: dict[str, Any] = {}
    for name, value in row.items():
        if value is not None and _field(name) in said:
            raise OptionError(f"--{_field(name).replace('_', '-')}", "is said twice")
        if value is not None:
            said[_field(name)] = value
    own = {name: _text(name, said.pop(name)) for name in _OWN if name in said}
    options = {name: _value(name, value) for name, value in said.items()}
    if "slot" not in own:
        given = {field: getattr(defaults.options, field) for field in ("chart", "territory")}
        options = {**{field: value for field, value in given.items() if value is not None}, **options}
    return Asked(
        own.get("slot"),
        own.get("title"),
        Options(**options),
        own.get("as_of", defaults.as_of),
        own.get("known", defaults.known),
        line,
        own.get("id"),
        own.get("creator"),
    )


def _field(name: str) -> str:
    """Return the field that a name in the file means. Raises `OptionError`."""
    plain = name.strip().lower().replace("-", "_")
    if plain not in (*NAMES, *_EARLIER_NAMES):
        raise OptionError(f"--{plain}", f"is no option of a claim{did_you_mean(plain, NAMES)}")
    return _OTHER_NAMES.get(plain, plain)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool | list | dict):
        raise OptionError(_option(name), f"{value!r} is not text")
    return str(value).strip()


def _value(name: str, value: Any) -> Any:
    """Return a value as its option has it. Raises `OptionError`."""
    kind, text = str(_OPTIONS[name]), str(value).strip()
    if "bool" in kind:
        if text.lower() not in (*_TRUE, *_FALSE):
            raise OptionError(_option(name), f"{text!r} is not true or false")
        return text.lower() in _TRUE
    if "int" in kind:
        least = 0 if name == "number" else 1
        if not re.fullmatch(r"0*[0-9]{1,9}", text) or int(text) < least:
            raise OptionError(_option(name), f"{repeated(text)!r} is not a whole number from {least} to 999,999,999")
        return int(text)
    return _text(name, value)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
