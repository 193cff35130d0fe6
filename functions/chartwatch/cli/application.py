"""How every command is declared, reads what it is given, refuses it, and writes what it has to say."""

import errno
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartwatch.errors import ArgumentError, OptionError

if TYPE_CHECKING:
    from chartwatch.domain.rules.rule import RuleSet

EXIT_WRONG_INPUT = 2
"""Exit code when a file, an option or an argument could not be used."""


EXIT_UNREAD = 1
"""Exit code when nobody reads what there is to say."""

EXIT_UNWRITTEN = 74
"""Exit code when what there is to say could not be written: EX_IOERR of sysexits.h, since 1 answers a question."""

CANNOT_BE_WRITTEN = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a stream that takes no more: its reader is gone, or the disk is full."""

_OUR_WORDS: Mapping[str, str] = {
    "Value error, ": "",
    "Input should be a valid integer, unable to parse string as an integer": "not a whole number",
    "Input should be greater than or equal to ": "should be at least ",
    "Input should be less than or equal to ": "should be at most ",
}


class AnswerFormat(StrEnum):
    """How a question is answered: as text for people, or as one JSON object."""

    TEXT = "text"
    JSON = "json"


def application(summary: str | None = None) -> typer.Typer:
    """Return a typer application without a command; `summary` is for one that gets several."""
    return typer.Typer(
        help=summary,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # help and errors as plain text: they are piped, searched and quoted
        pretty_exceptions_enable=False,
    )


def in_our_words(message: str) -> str:
    """Return what typer says of a value, in the words in which the command says such things."""
    for theirs, ours in _OUR_WORDS.items():
        message = message.replace(theirs, ours)
    return message


def say(message: str) -> None:
    """Write a message to stderr, if that takes anything."""
    with suppress(OSError):
        typer.echo(message, err=True)


def give_it_somewhere_to_write() -> None:
    """Have streams that take everything where the shell has closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # open to the end


def write_no_more() -> None:
    """Let stdout take what it still holds, and lose it."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def mistake(parameter: str, detail: str) -> OptionError:
    """Return the error about an option, such as `--chart`, or about an argument, such as `SLOT`."""
    return (OptionError if parameter.startswith("-") else ArgumentError)(parameter, detail)


def read_date(text: str, parameter: str) -> date:
    """Return the date that an option or an argument was given. Raises `OptionError`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise mistake(parameter, f"{text!r} is not a date such as 2022-01-31") from error


def read_since(text: str) -> date:
    """Return the date that `--since` was given. Raises `OptionError`."""
    return read_date(text, "--since")


def rules_in(file: Path | None) -> "RuleSet":
    """Return the rules of a file, or the default ones where none is given. Raises `RuleProblem`."""
    from chartwatch.rules import default_rules, read_rules  # noqa: PLC0415  # help is shown without pydantic

    return read_rules(file) if file else default_rules()


def write(lines: Iterable[str]) -> None:
    """Write lines to stdout as UTF-8, whatever the terminal's locale says."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lines)


Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--from",
        metavar="SPEC",
        help="A history: `sample`, or SOURCE[,OPTION=VALUE...]:FILE; repeatable, a source's files oldest first.",
    ),
]
Stack = Annotated[str | None, typer.Option(metavar="NAME", help="The history of a deployed stack, which is only read.")]
CatalogPlace = Annotated[
    Path | None,
    typer.Option(
        metavar="PLACE",
        help="Facts about works, over those of the starter catalog: a CSV file, or a folder; `none`: no facts.",
    ),
]
ChartId = Annotated[str, typer.Argument(metavar="CHART", help="The chart, by its id.")]
PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="The day, or the last day of the week.")]
OnlyTerritory = Annotated[
    str | None, typer.Argument(metavar="[TERRITORY]", help="The territory; without it, all of the period.")
]
TrialStack = Annotated[str | None, typer.Option("--stack", metavar="NAME", help="A deployed stack's history.")]
Write = Annotated[
    bool, typer.Option("--write", help="Let it be so in the deployment, which sends what there is to send.")
]
AnswerAs = Annotated[AnswerFormat, typer.Option("--format", help="Text for people, or JSON for machines.")]
