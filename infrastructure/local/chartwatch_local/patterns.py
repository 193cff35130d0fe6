"""Filter criteria of event source mappings, as Lambda documents them under "Filter rule syntax"."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chartwatch_local.aws import LocalError


class UnknownPattern(LocalError):
    """A filter says something that this does not know, so that what it would let through cannot be known."""


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def passes(patterns: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> bool:
    """Return whether a record matches any of the patterns, or there are none. Raises `UnknownPattern`."""
    return not patterns or _any_matches(patterns, record)


def matches(pattern: Mapping[str, Any], record: object) -> bool:
    """Return whether a record has all that a pattern asks for. Raises `UnknownPattern`, whatever the record is."""
    fields = record if isinstance(record, Mapping) else {}
    # Each part is tried though one has failed: a part that is not understood must show.
    found = [_field_matches(name, wanted, fields) for name, wanted in pattern.items()]
    return all(found)


def _any_matches(patterns: Sequence[Mapping[str, Any]], record: object) -> bool:
    found = [matches(pattern, record) for pattern in patterns]
    return any(found)


def _field_matches(name: str, wanted: object, fields: Mapping[str, Any]) -> bool:
    if name == "$or" and isinstance(wanted, list):
        return _any_matches(wanted, fields)
    if isinstance(wanted, Mapping):
        return matches(wanted, fields.get(name, {}))
    if not isinstance(wanted, list) or not wanted:
        raise UnknownPattern(f"a filter has {wanted!r} for {name!r}, and not a list of what it may be")
    is_there = name in fields and not isinstance(fields[name], Mapping)
    value = fields.get(name)
    values = value if isinstance(value, list) else [value]
    found = [_rule_matches(rule, values, is_there) for rule in wanted]
    return any(found)


def _rule_matches(rule: object, values: Sequence[object], is_there: bool) -> bool:
    if not isinstance(rule, Mapping):
        return is_there and any(_is_same(value, rule) for value in values)
    if len(rule) != 1:
        raise UnknownPattern(f"a filter has {dict(rule)!r}, and not one operator")
    ((name, wanted),) = rule.items()
    if name == "exists" and isinstance(wanted, bool):
        return is_there == wanted
    holds = _operator(name, wanted)
    return is_there and any(holds(value) for value in values)


def _operator(name: str, wanted: Any) -> Callable[[object], bool]:
    if isinstance(wanted, str):
        if name == "prefix":
            return lambda value: isinstance(value, str) and value.startswith(wanted)
        if name == "suffix":
            return lambda value: isinstance(value, str) and value.endswith(wanted)
        if name == "equals-ignore-case":
            return lambda value: isinstance(value, str) and value.casefold() == wanted.casefold()
    if name == "anything-but":
        return _anything_but(wanted)
    if name == "numeric" and isinstance(wanted, list):
        return _numeric(wanted)
    raise UnknownPattern(f"a filter has the operator {name!r} with {wanted!r}, which is not known here")


def _anything_but(wanted: Any) -> Callable[[object], bool]:
    if isinstance(wanted, Mapping) and len(wanted) == 1:
        ((name, inner),) = wanted.items()
        holds = _operator(name, inner)
        return lambda value: not holds(value)
    unwanted = wanted if isinstance(wanted, list) else [wanted]
    return lambda value: not any(_is_same(value, one) for one in unwanted)


def _numeric(wanted: Sequence[Any]) -> Callable[[object], bool]:
    pairs = list(zip(wanted[::2], wanted[1::2], strict=False))
    if not pairs or len(wanted) % 2 or any(sign not in _COMPARISONS or not _is_number(n) for sign, n in pairs):
        raise UnknownPattern(f"a filter compares numbers by {wanted!r}")
    return lambda value: (
        isinstance(value, int | float) and _is_number(value) and all(_COMPARISONS[s](value, n) for s, n in pairs)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_same(value: object, wanted: object) -> bool:
    """Compare as JSON does, where `true` is not 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
