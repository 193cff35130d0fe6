"""The options of sources: text from a command line, or JSON from an event, read into a model."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from chartwatch.domain.codes import nearest
from chartwatch.errors import OptionError


class Options(BaseModel):
    """Base of a source's options: other options are refused, and none changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def comma_separated(value: Any) -> Any:
    """Split the text `a,b` into a list, and return any other value as it is."""
    return [part for text in value.split(",") if (part := text.strip())] if isinstance(value, str) else value


OptionsT = TypeVar("OptionsT", bound=Options)


def read_options(source: str, model: type[OptionsT], options: Mapping[str, Any]) -> OptionsT:
    """Return the options that `model` describes. Raises `OptionError` that names the first wrong one."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        raise _problem(source, model, error) from error


def descriptions(model: type[Options]) -> Mapping[str, str]:
    """Return what each option means, by its name."""
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _problem(source: str, model: type[Options], error: ValidationError) -> OptionError:
    # An option that is mistyped is often the one that is missing.
    first = min(error.errors(), key=lambda its: its["type"] != "extra_forbidden")
    name = str(first["loc"][0]) if first["loc"] else source
    match first["type"]:
        case "extra_forbidden":
            meant = nearest(name, model.model_fields)
            it_has = f"it has {', '.join(model.model_fields)}"
            return OptionError(
                name, f"{source} has no such option{f'; did you mean {meant}?' if meant else ''}; {it_has}"
            )
        case "missing":
            return OptionError(name, f"{source} needs it: {model.model_fields[name].description}")
        case "value_error":
            reason = str(first["ctx"]["error"])
            return OptionError(name, f"{first['input']!r} {reason}" if first["loc"] else reason)
    return OptionError(name, f"{first['input']!r} {_sentence(first)}")


def _sentence(error: ErrorDetails) -> str:
    """Return what is wrong with a value, in words that follow it."""
    said = _SAID.get(error["type"])
    if said is None:
        return f"cannot be used: {error['msg'][0].lower()}{error['msg'][1:]}"
    return said.format(**error.get("ctx", {})).replace("'", "")


_SAID: Mapping[str, str] = {
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "date_from_datetime_parsing": "is not a date such as 2022-01-31",
    "date_parsing": "is not a date such as 2022-01-31",
    "date_type": "is not a date such as 2022-01-31",
    "string_type": "is not text",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_pattern_mismatch": "is not of the form {pattern}",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "enum": "is not {expected}",
    "literal_error": "is not {expected}",
    "list_type": "is not a list",
    "dict_type": "is no mapping",
}
"""What each type of pydantic's errors says; a name in it is of the error's context."""
