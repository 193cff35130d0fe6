"""How a command line is read, and how what is wrong with it is told: typer, in the words of the command."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

Run = TypeVar("Run", bound=Callable[..., Any])

_OUR_WORDS: Mapping[str, str] = {
    "Value error, ": "",
    "Input should be a valid integer, unable to parse string as an integer": "not a whole number",
    "Input should be greater than or equal to ": "should be at least ",
    "Input should be less than or equal to ": "should be at most ",
}

_NO_CHOICE = re.compile(r"'(?P<said>[^']*)' is not one of (?P<choices>.*)\.", re.DOTALL)


_TYPE = re.compile(r" <[^>]*>$")
"""What typer says in a help of the type of an argument, which means something to programmers alone."""

_RANGE = re.compile(r" *\[x>=?\d+\]$")


class Command(TyperCommand):
    """A command that takes no other option, and nothing empty, for the value of an option."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line, with arguments that are needed as they are."""
        return [re.sub("[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what arguments and options mean, without what is for programmers."""
        for heading, kind in (("Arguments", "argument"), ("Options", "option")):
            parameters = (its for its in self.get_params(ctx) if its.param_type_name == kind)
            records = [its for parameter in parameters if (its := parameter.get_help_record(ctx))]
            if kind == "argument":
                records = [(_TYPE.sub("", name), text) for name, text in records]
            if records:
                with formatter.section(heading):
                    formatter.write_dl([(name, _RANGE.sub("", text)) for name, text in records])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments. Raises `typer.BadParameter` for an option whose value was left out."""
        _refuse_values_left_out(self, ctx, args)
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    """A group of commands that shows its help where none of them is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments up to the command."""
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            raise typer.Exit
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each with all of its summary."""
        del ctx
        write_commands(formatter, ((name, command.help or "") for name, command in self.commands.items()))


class Application(typer.Typer):
    """A typer application whose commands are each a `Command`."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Run], Run]:
        """Return what makes a function a command of the application."""
        made: Callable[[Run], Run] = super().command(name, **{"cls": Command, **settings})
        return made


def write_commands(formatter: Any, helps: Iterable[tuple[str, str]]) -> None:
    """Write commands by name, each with the first paragraph of its help."""
    with formatter.section("Commands"):
        formatter.write_dl([(name, text.partition("\n\n")[0]) for name, text in helps])


@contextmanager
def in_our_words() -> Iterator[None]:
    """Let what typer says of a command line be said as everything else is, with what was probably meant."""
    try:
        yield
    except typer.TyperException as error:
        error.message = _reworded(error)
        if hasattr(error, "possibilities"):
            error.possibilities = None  # which stand in the message
        raise


def _reworded(error: typer.TyperException) -> str:
    message = error.message
    for theirs, ours in _OUR_WORDS.items():
        message = message.replace(theirs, ours)
    meant = list(getattr(error, "possibilities", None) or ())[:1]  # the one that is written most alike
    if found := _NO_CHOICE.fullmatch(message):
        said, choices = found["said"].lower(), re.findall(r"'([^']*)'", found["choices"])
        begun = [choice for choice in choices if said and choice.startswith(said)]
        meant = begun or get_close_matches(said, choices, 1)
    if not meant:
        return message
    return f"{message.removesuffix('.')}. Did you mean {', '.join(map(repr, meant))}?"


def _refuse_values_left_out(command: TyperCommand, context: Any, arguments: list[str]) -> None:
    options: dict[str, Any] = {
        name: option
        for option in command.get_params(context)
        if option.param_type_name == "option"
        for name in (*option.opts, *option.secondary_opts)
    }
    words = iter(arguments)
    for word in words:
        if word == "--":
            return
        name, equals, value = word.partition("=")
        option = options.get(name)
        if option is None or getattr(option, "is_flag", False):
            continue
        said = value if equals else next(words, None)
        if said is None:
            return
        if not said.strip():
            raise typer.BadParameter("is empty", context, option)
        if not equals and said in options:
            raise typer.BadParameter(f"'{said}' is an option; the value is missing", context, option)
