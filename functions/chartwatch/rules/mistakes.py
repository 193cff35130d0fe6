"""What is wrong with a rule, in plain sentences and with the place: pydantic's errors put into words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chartwatch.errors import RuleProblem
from chartwatch.rules.codes import nearest
from chartwatch.rules.schema import FIELDS, RuleModel, misfits

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
        for field, said in misfits(rule):
            at, path = _followed(node, (field,))
            yield _problem(file, at, called, path or (field,), said)
    try:
        RuleModel.model_validate(rule)
    except ValidationError as error:
        told: set[tuple[int, int]] = set()
        for details in error.errors():
            problem = _translated(file, node, called, details)
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


def _translated(file: str, node: yaml.Node, called: str, error: ErrorDetails) -> RuleProblem:
    location = error["loc"]
    if error["type"] == "extra_forbidden":
        at, path = _followed(node, location[:-1])
        key = str(location[-1])
        here = next((k for k, _ in at.value if k.value == key), at) if isinstance(at, yaml.MappingNode) else at
        known = FIELDS.get(path[-1] if path else "", ("not", "in"))
        meant = nearest(key, known)
        more = f"did you mean {meant}?" if meant else f"the fields are {', '.join(known)}"
        return _problem(file, here, called, (*path, key), f"is no field here; {more}")
    at, path = _followed(node, location)
    if error["type"] == "missing":
        path = (*path, str(location[-1]))
    return _problem(file, at, called, path, _sentence(error, at, path))


def _sentence(error: ErrorDetails, at: yaml.Node, path: Sequence[str]) -> str:
    found = f"'{at.value}'" if isinstance(at, yaml.ScalarNode) else _FORMS.get(type(at), "this")
    said = _SAID.get(error["type"], "{found} does not belong here").format(found=found, **error.get("ctx", {}))
    if not path and error["type"] == "model_type":
        said = f"{found} is no rule, which begins with `id:`"
    elif path[:1] == ("examples",) and len(path) > 1 and error["type"] not in _OF_A_WHOLE_LIST:
        said = f"{found} is no title, no titles by territory such as {{US: Ozark}}, and not null"
    elif path == ("at",) and error["type"] != "list_type" and not isinstance(at, yaml.SequenceNode):
        said = f"{found} is not a whole number from 1 to 10000, nor `all`"
    elif path[:1] == ("where",) and error["type"] in ("list_type", "string_type"):
        said = f"{found} is neither text nor a list of texts"
    elif error["type"] == "value_error":
        said = str(error["ctx"]["error"])
    elif error["type"] == "literal_error":
        known = [part.strip("'") for part in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        meant = nearest(found.strip("'"), known)
        said = f"{found} is not one of {', '.join(known)}{f'; did you mean {meant}?' if meant else ''}"
    return said


_OF_A_WHOLE_LIST = ("missing", "too_short", "too_long", "list_type")

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
