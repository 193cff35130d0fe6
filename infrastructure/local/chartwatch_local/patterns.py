"""Filter criteria of event source mappings, as Lambda documents them under "Filter rule syntax"."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from chartwatch_local.aws import LocalError


class UnknownPattern(LocalError):
    """A filter says something that this does not know, so that what it would let through cannot be known."""


Predicate = Callable[[Any], bool]
"""Whether something is as a part of a pattern asks."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def passing(patterns: Sequence[Mapping[str, Any]]) -> Predicate:
    """Return the test whether a record matches any of the patterns, or there are none. Raises `UnknownPattern`."""
    tests = list(map(_of_object, patterns))
    return lambda record: not tests or any(test(record) for test in tests)


def _of_object(pattern: Mapping[str, Any]) -> Predicate:
    tests = [
        passing(wanted) if name == "$or" and isinstance(wanted, list) and wanted else _of_field(name, wanted)
        for name, wanted in pattern.items()
    ]
    return lambda record: all(test(record if isinstance(record, Mapping) else {}) for test in tests)


def _of_field(name: str, wanted: object) -> Predicate:
    if isinstance(wanted, Mapping):
        of_its_fields = _of_object(wanted)
        return lambda record: of_its_fields(record.get(name))
    if not isinstance(wanted, list) or not wanted:
        raise UnknownPattern(f"a filter has {wanted!r} for {name!r}, and not a list of what it may be")
    tests = list(map(_of_values, wanted))
    return lambda record: any(test(_values(record.get(name, []))) for test in tests)


def _values(held: object) -> list[object]:
    """Return the values that a field holds: none where it is an object."""
    return held if isinstance(held, list) else [] if isinstance(held, Mapping) else [held]


def _of_values(rule: object) -> Predicate:
    match rule:
        case {"exists": bool(wanted), **others} if not others:
            return lambda values: bool(values) == wanted
        case {**operators}:
            test = _of_operators(operators)
        case _:
            test = partial(_is_same, rule)
    return lambda values: any(map(test, values))


def _of_operators(operators: Mapping[Any, Any]) -> Predicate:
    if len(operators) != 1:
        raise UnknownPattern(f"a filter has {operators!r}, and not one operator")
    ((name, wanted),) = operators.items()
    match name, wanted:
        case "prefix", str():
            return lambda value: isinstance(value, str) and value.startswith(wanted)
        case "suffix", str():
            return lambda value: isinstance(value, str) and value.endswith(wanted)
        case "equals-ignore-case", str():
            return lambda value: isinstance(value, str) and value.casefold() == wanted.casefold()
        case "anything-but", {**others}:
            test = _of_operators(others)
            return lambda value: not test(value)
        case "anything-but", _:
            unwanted = wanted if isinstance(wanted, list) else [wanted]
            return lambda value: not any(_is_same(value, one) for one in unwanted)
        case "numeric", [_, _, *_] if len(wanted) % 2 == 0:
            pairs = list(zip(wanted[::2], wanted[1::2], strict=True))
            if all(sign in _COMPARISONS and _is_number(number) for sign, number in pairs):
                return lambda value: _is_number(value) and all(_COMPARISONS[sign](value, n) for sign, n in pairs)
    raise UnknownPattern(f"a filter has the operator {name!r} with {wanted!r}, which is not known here")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_same(value: object, wanted: object) -> bool:
    """Compare as JSON does, where `true` is not 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
