"""The `chartwatch` command: a module of this package for each of its commands.

It starts in 0.09 s of processor time, with sources in 0.34 s, and with a deployment in 0.8 s, most of which is boto3's:
so a command imports what takes time when it is known to be needed.
"""

import errno
import logging
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module, metadata
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from chartwatch.cli.application import (
    CANNOT_BE_WRITTEN,
    EXIT_UNREAD,
    EXIT_UNWRITTEN,
    EXIT_WRONG_INPUT,
    application,
    give_it_somewhere_to_write,
    say,
    write_no_more,
)
from chartwatch.cli.parsing import Group, in_our_words, write_commands
from chartwatch.errors import ChartwatchError

SUMMARIES: Mapping[str, str] = {
    "replay": "Say what the published files of a source would have announced.",
    "fetch": "Let a deployment fetch now, or see what would change.",
    "check": "Say whether a claim is true, false or unknown.",
    "history": "Show what was known when: every version of an edition, and what was said of it.",
    "site": "Write a site of static pages about what is recorded.",
    "sources": "List the sources and their options, or check whether a provider answers as it used to.",
    "status": "Say how a deployment stands, what is wrong first.",
    "watch": "List, add and remove schedules that fetch.",
    "tail": "Show the bulletins of a deployment as they come.",
    "why": "Say how a milestone came to be sent, or why it was not.",
    "resend": "Let a deployment send a message once more.",
    "cost": "Say what a deployment has used this month, at what cost.",
    "quarantine": "List the documents that a deployment refused, whole or in part, the latest last.",
    "withdraw": "Take back an edition, or a period, that was accepted by mistake; show what that changes.",
    "gap": "Declare that an edition, or a period, that is missing was never published; show what that changes.",
    "fill": "Fill in a missing edition by hand, with its source named; show what that changes.",
    "stories": "List the stories that may be out or not, and say of some which it is.",
    "subscribe": "Subscribe somebody to what a deployment sends, or preview what that would be.",
    "subscriptions": "List who is subscribed to what, and who is gone.",
    "confirm": "Confirm a subscription, so that no link in an email can end it.",
    "unsubscribe": "End a subscription.",
    "send-test": "Send a message that says that it is a test.",
    "webhooks": "List webhooks, send again what one did not take, and remove them.",
    "mute": "Send nothing of a work or a rule until a period, or list what is muted.",
    "rebuild": "Fold a deployed chart from its beginning, and show what that changes.",
    "demo": "Run the whole pipeline on this machine and show its alerts.",
    "catalog": "Show what is known of works, look up what is not, and change it.",
    "rules": "List rules, find mistakes in them, or try them on a history.",
}
"""What each command does, by its name, which is also that of its module, with an underscore for a hyphen."""


class Modules(Mapping[str, Any]):
    """The commands by their names. The module of a command is imported when the command is looked up."""

    def __getitem__(self, name: str) -> Any:
        """Return a command. Raises `KeyError` when there is none of that name."""
        if name not in SUMMARIES:
            raise KeyError(name)
        return typer.main.get_command(import_module(f"chartwatch.cli.{name.replace('-', '_')}").app)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in the order of the help."""
        return iter(SUMMARIES)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(SUMMARIES)


class Commands(Group):
    """The group of all commands, which says a `ChartwatchError` in one sentence on stderr."""

    def __init__(self, **attributes: Any) -> None:
        """Have the commands of `Modules`; everything else is as typer says."""
        super().__init__(**{**attributes, "commands": Modules()})

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return list(SUMMARIES)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the summaries, for which no command is imported."""
        del ctx
        write_commands(formatter, SUMMARIES.items())

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what may stand where a command's name begins, for which no command is imported."""
        ctx.command = TyperGroup(commands=[TyperCommand(name, help=summary) for name, summary in SUMMARIES.items()])
        return super().shell_complete(ctx, incomplete)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Read the command line up to the command."""
        with in_our_words():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Read the rest, and run the command."""
        with in_our_words():
            return super().invoke(ctx)

    def main(self, *arguments: Any, **settings: Any) -> Any:
        """Run the command that the arguments name, and see that all it says is written."""
        give_it_somewhere_to_write()
        try:
            try:
                return super().main(*arguments, **settings)
            except ChartwatchError as error:
                say(f"Error: {error}")
                sys.exit(EXIT_WRONG_INPUT)
            finally:
                # What is left over would be written when Python ends, where nothing can be said any more.
                sys.stdout.flush()
        except OSError as error:
            if error.errno not in CANNOT_BE_WRITTEN:
                raise
            write_no_more()
            if error.errno == errno.EPIPE:
                sys.exit(EXIT_UNREAD)
            say(f"Error: what there is to say cannot be written ({error.strerror})")
            sys.exit(EXIT_UNWRITTEN)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"chartwatch {metadata.version('chartwatch')}")
        raise typer.Exit


app = application(
    "Watches popularity charts and says when something historic happens, with the evidence.", completion=True
)


@app.callback(cls=Commands)
def _chartwatch(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version  # acted on by its callback
    notices = logging.getLogger("chartwatch")
    if not notices.handlers:
        notices.addHandler(_Notices())


class _Notices(logging.Handler):
    """Says on stderr what a source passed over."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it on a line of its own."""
        say(f"Note: {record.getMessage()}")
