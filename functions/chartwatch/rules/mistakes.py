"""What is wrong with a rule, in plain sentences and with the place: pydantic's errors put into words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chartwatch.domain import words
from chartwatch.domain.codes import nearest, not_one
from chartwatch.domain.rules.written import SAID, WrittenRule
from chartwatch.errors import RuleProblem
from chartwatch.rules.schema import kinds_with, model_of, names_at

_SAID: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "{found} is not text",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "{found} is not made of lower-case letters, digits and single hyphens",
    "int_type": "{found} is not a whole number",
    "greater_than_equal": "{found} is less than {ge}",
    "less_than_equal": "{found} is more than {le}",
    "bool_type": "{found} is neither true nor false",
    "list_type": "{found} is not a list",
    "too_short": "is empty",
    "too_long": "has more than {max_length} parts",
    "model_type": "{found} is no mapping of fields",
}
"""What each type of pydantic's errors says; the rest are told by `_sentence`."""


def mistakes_of(file: str, node: yaml.Node, number: int, rule: Any) -> Iterator[RuleProblem]:
    """Yield every mistake of the rule that stands `number`-th in a file, as YAML's `node` and as what it says."""
    called = f"rule {number}"
    if isinstance(rule, dict):
        called = f"rule {rule['id']}" if isinstance(rule.get("id"), str) else called
        yield from _given_twice(file, node, called, ())
    model = model_of(rule)
    try:
        model.model_validate(rule)
    except ValidationError as error:
        told: set[tuple[int, int]] = set()
        for details in error.errors():
            problem = _translated(file, node, called, details, model)
            # Each way to read a value is an error of its own; the first one speaks for all.
            place = problem.line, problem.column
            if place not in told or details["type"] == "missing":
                yield problem
            told.add(place)


def duplicate(file: str, node: yaml.Node, rule_id: str) -> RuleProblem:
    """Return the mistake that another rule has the id already."""
    at, path = _followed(node, ("id",))
    return _problem(file, at, f"rule {rule_id}", path, "is the id of an earlier rule too")


def place_of(node: yaml.Node, path: Sequence[str]) -> tuple[int, int]:
    """Return line and column of what stands at `path`, or of the last thing on the way to it."""
    at, _ = _followed(node, path)
    return at.start_mark.line + 1, at.start_mark.column + 1


def _translated(file: str, node: yaml.Node, called: str, error: ErrorDetails, model: type[WrittenRule]) -> RuleProblem:
    *parents, name = error["loc"] or ("",)
    within, above = _followed(node, parents)
    if error["type"] == "extra_forbidden":
        here = next((key for key, _ in within.value if key.value == name), within)
        return _problem(file, here, called, (*above, str(name)), _no_field(str(name), above, model))
    at, path = _followed(node, error["loc"])
    path = (*above, str(name)) if error["type"] == "missing" else path
    return _problem(file, at, called, path, _sentence(error, at, path, model))


def _no_field(name: str, path: Sequence[str], model: type[WrittenRule]) -> str:
    """Return that a field does not belong to the mapping at `path`, and what was meant or whose it is."""
    known = names_at(model, path)
    meant = nearest(name, known)
    more = f"did you mean {meant}?" if meant else f"the fields are {', '.join(known)}"
    return _of_other_kinds(name, path, model) or f"is no field here; {more}"


def _of_other_kinds(name: str, path: Sequence[str], model: type[WrittenRule]) -> str:
    """Return that a name may stand at `path` of rules of other kinds only; nothing when it may in none."""
    kinds = kinds_with(name, path)
    return f"is not for {names_at(model, ('kind',))[0]}, only for {words.listed(kinds)}" if kinds else ""


def _sentence(error: ErrorDetails, at: yaml.Node, path: Sequence[str], model: type[WrittenRule]) -> str:
    found = f"'{at.value}'" if isinstance(at, yaml.ScalarNode) else _FORMS.get(type(at), "this")
    said = _SAID.get(error["type"], "{found} does not belong here").format(found=found, **error.get("ctx", {}))
    field = model.model_fields.get(path[0]) if len(path) == 1 else None
    if field and field.description and (error["type"] in ("missing", "too_short") or error["input"] is None):
        said = f"is missing: {field.description}"
    elif not path and error["type"] == "model_type":
        said = f"{found} is no rule, which begins with `id:`"
    elif path[:1] == ("where",) and error["type"] in ("list_type", "string_type"):
        said = f"{found} is neither text nor a list of texts"
    elif error["type"] == SAID:
        elsewhere = _of_other_kinds(found.strip("'"), path, model)
        said = f"{found} {elsewhere}" if elsewhere else error["msg"].format(found=found)
    elif error["type"] == "value_error":
        said = str(error["ctx"]["error"])
    elif error["type"] in ("literal_error", "enum"):
        known = re.findall("'([^']*)'", error["ctx"]["expected"])
        said = not_one(found, f"one of {', '.join(known)}", nearest(found.strip("'"), known))
    return said


_FORMS: Mapping[type[yaml.Node], str] = {yaml.SequenceNode: "a list", yaml.MappingNode: "a mapping"}


def _given_twice(file: str, node: yaml.Node, called: str, path: tuple[str, ...]) -> Iterator[RuleProblem]:
    """Yield the fields that stand twice in a mapping, of which YAML would believe the last."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name in seen:
            yield _problem(file, key, called, (*path, name), "is given twice")
        seen.add(name)
        yield from _given_twice(file, value, called, (*path, name))


def _followed(node: yaml.Node, path: Sequence[str | int]) -> tuple[yaml.Node, tuple[str, ...]]:
    """Return the node at `path` and the names on the way; parts that the file does not have are passed over.

    Pydantic names, beside fields, the forms that a value could have had.
    """
    names: list[str] = []
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(part)), None)
            if found is not None:
                names.append(str(part))
                node = found
    return node, tuple(names)


def _problem(file: str, at: yaml.Node, called: str, path: Sequence[str], said: str) -> RuleProblem:
    field = f"{'.'.join(path)}: " if path else ""
    return RuleProblem(
        file, "", f"{called}: {field}{said}", line=at.start_mark.line + 1, column=at.start_mark.column + 1
    )
