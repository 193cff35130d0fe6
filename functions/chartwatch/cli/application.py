"""How every command is declared, reads what it is given, refuses it, and writes what it has to say."""

import errno
import json
import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from chartwatch.cli.parsing import Application, Group
from chartwatch.cli.terminals import fitted
from chartwatch.domain.outside_text import plain
from chartwatch.errors import ArgumentError, OptionError

EXIT_WRONG_INPUT = 2
"""Exit code when a file, an option or an argument could not be used."""


EXIT_UNREAD = 1
"""Exit code when nobody reads what there is to say."""

EXIT_UNWRITTEN = 74
"""Exit code when what there is to say could not be written: EX_IOERR of sysexits.h, since 1 answers a question."""

CANNOT_BE_WRITTEN = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a stream that takes no more: its reader is gone, or the disk is full."""


_NARROWEST_HELP, _WIDEST_HELP = 30, 80


class AnswerFormat(StrEnum):
    """How a question is answered: as text for people, or as one JSON object."""

    TEXT = "text"
    JSON = "json"


def application(summary: str | None = None, *, completion: bool = False) -> Application:
    """Return a typer application without a command; `summary` is for one that gets several.

    With `completion` it has the options that install, and show, the completion of a shell.
    """
    return Application(
        help=summary,
        cls=Group,
        add_completion=completion,
        context_settings={"help_option_names": ["--help", "-h"], "terminal_width": _help_width()},
        rich_markup_mode=None,  # help and errors as plain text: they are piped, searched and quoted
        pretty_exceptions_enable=False,
    )


def _help_width() -> int:
    return max(_NARROWEST_HELP, min(shutil.get_terminal_size().columns, _WIDEST_HELP) - 2)


def say(message: str) -> None:
    """Write a message to stderr, if that takes anything; of what it repeats of others, what can be seen."""
    lines = (line for each in message.split("\n") for line in fitted(plain(each), out=sys.stderr))
    with suppress(OSError):
        typer.echo("\n".join(lines), err=True)


def give_it_somewhere_to_write() -> None:
    """Have streams that take everything where the shell has closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # it is the stream until the process ends


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


def today() -> date:
    """Return the date, UTC."""
    return datetime.now(UTC).date()


def in_json(found: Any) -> str:
    """Return what a command found as a JSON document for machines, over several lines."""
    return json.dumps(found, ensure_ascii=False, indent=2)


def write(lines: Iterable[str]) -> None:
    """Write lines to stdout as UTF-8, whatever the terminal's locale says."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.writelines(f"{line}\n" for line in lines)


def sources_beginning(incomplete: str) -> list[str]:
    """Return the names of sources that begin so, for the completion of a shell."""
    from chartwatch.sources import SOURCES  # noqa: PLC0415  # help is shown without pydantic

    return [name for name in SOURCES if name.startswith(incomplete)]


def histories_beginning(incomplete: str) -> list[str]:
    """Return what a value of `--from` may begin with."""
    from chartwatch.cli.sample_chart import SAMPLE  # noqa: PLC0415  # help is shown without pydantic

    return [its for its in (SAMPLE, *(f"{name}:" for name in sources_beginning(""))) if its.startswith(incomplete)]


OfStack = Annotated[str, typer.Option("--stack", metavar="NAME", help="The deployed stack.")]
"""The stack of a command that is about a deployment alone."""

Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--from",
        metavar="SPEC",
        autocompletion=histories_beginning,
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
CatalogFolder = Annotated[
    Path | None, typer.Option("--catalog", metavar="FOLDER", help="The folder that is changed; a new one is made.")
]
CatalogStack = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="The catalog and the history of a deployed stack.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Change it without a question, whatever it takes back.")]
ChartId = Annotated[str, typer.Argument(metavar="CHART", help="The chart, by its id.")]
PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="The day, or the last day of the week.")]
OnlyTerritory = Annotated[
    str | None, typer.Argument(metavar="TERRITORY", help="The territory; without it, all of the period.")
]
TrialStack = Annotated[str | None, typer.Option("--stack", metavar="NAME", help="A deployed stack's history.")]
Write = Annotated[
    bool, typer.Option("--write", help="Let it be so in the deployment, which sends what there is to send.")
]
AnswerAs = Annotated[AnswerFormat, typer.Option("--format", help="Text for people, or JSON for machines.")]
