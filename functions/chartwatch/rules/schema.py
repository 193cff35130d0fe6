"""A rules file as it is written: a list of rules, each of the model of its kind, and the JSON Schema that says so."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema

from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.written import WrittenRule


def model_of(rule: Any) -> type[WrittenRule]:
    """Return the model of a rule as YAML has it; where its kind is none, one of what rules of every kind have."""
    kind = rule.get("kind") if isinstance(rule, dict) else None
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind].written
    own = {field for each in KINDS.values() for field in names_at(each.written)} - {*names_at(WrittenRule)}
    fields: dict[str, Any] = {"kind": (Literal[tuple(KINDS)], ...), **dict.fromkeys(sorted(own), (Any, None))}
    return create_model("RuleOfNoKind", __base__=WrittenRule, **fields)


def names_at(model: Any, path: Sequence[str] = ()) -> list[str]:
    """Return what may stand by name at `path` of a model: the fields of a mapping, and the words that are taken."""
    if isinstance(model, str):
        return [model]
    if isinstance(model, type) and issubclass(model, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        return names_at(fields.get(path[0]), path[1:]) if path else [*fields]
    return [name for part in get_args(model) for name in names_at(part, path)]


def kinds_with(name: str, path: Sequence[str]) -> list[str]:
    """Return the kinds in whose rules a name may stand at `path`."""
    return [kind for kind, its in KINDS.items() if name in names_at(its.written, path)]


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rules file; docs/rules.schema.json holds it."""
    rules, definitions = models_json_schema([(kind.written, "validation") for kind in KINDS.values()])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Chartwatch rules",
        "type": "array",
        "items": {"oneOf": [*rules.values()]},
        **definitions,
    }
