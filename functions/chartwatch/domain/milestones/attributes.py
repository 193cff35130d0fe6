"""The attributes of a message, which filter policies ask for, and those of several messages together."""

from collections.abc import Mapping
from typing import TypeAlias

Value: TypeAlias = str | int | tuple[str, ...]

Attributes: TypeAlias = Mapping[str, Value]
"""Strings, numbers, and tuples for arrays of strings."""


def united(*several: Attributes) -> Attributes:
    """Return attributes that whatever asks for a value of any of `several` matches; the values of the first lead.

    A single text becomes an array where there are others. Of numbers, which policies ask to be at least so great, the
    greatest stands: SNS defines ranges for numbers alone, and not for arrays.
    """
    names = dict.fromkeys(name for attributes in several for name in attributes)
    return {name: _united([attributes[name] for attributes in several if name in attributes]) for name in names}


def _united(values: list[Value]) -> Value:
    if numbers := [value for value in values if isinstance(value, int)]:
        return max(numbers)
    first, *others = ((value,) if isinstance(value, str) else value for value in values if not isinstance(value, int))
    together = tuple(dict.fromkeys((*first, *sorted({each for other in others for each in other}))))
    is_one_text = len(together) == 1 and all(isinstance(value, str) for value in values)
    return together[0] if is_one_text else together
