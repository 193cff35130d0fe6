"""How the options of a source are read: from a command line as text, from an event as JSON."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chartwatch.errors import OptionError


class Options(BaseModel):
    """Base of a source's options: no other option is taken, and none changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def listed(value: Any) -> Any:
    """Read `a,b` as a list; leave what is none of text as it is."""
    return [part for text in value.split(",") if (part := text.strip())] if isinstance(value, str) else value


OptionsT = TypeVar("OptionsT", bound=Options)


def read_options(source: str, model: type[OptionsT], options: Mapping[str, Any]) -> OptionsT:
    """Return the options that `model` describes. Raises `OptionError` that names the first wrong one."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        raise _problem(source, model, error) from error


def meanings(model: type[Options]) -> Mapping[str, str]:
    """Return what each option means, by its name."""
    return {name: said.description or "" for name, said in model.model_fields.items()}


def _problem(source: str, model: type[Options], error: ValidationError) -> OptionError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else source
    if first["type"] == "extra_forbidden":
        return OptionError(name, f"{source} has no such option; it has {', '.join(model.model_fields)}")
    if first["type"] == "missing":
        return OptionError(name, f"{source} needs it: {model.model_fields[name].description}")
    if first["type"] == "value_error":
        said = str(first["ctx"]["error"])
        return OptionError(name, f"{first['input']!r} {said}" if first["loc"] else said)
    said = first["msg"][0].lower() + first["msg"][1:]
    return OptionError(name, f"{first['input']!r}: {said}")
