"""What the commands that run a deployment share: its stack, its sources, and how tables and times are shown."""

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartwatch.domain import words
from chartwatch.errors import OptionError
from chartwatch.services.schedules import FetchSchedule
from chartwatch.sources import open_source

WIDTH = 100
"""Columns of what is shown to people, but for what cannot be broken."""


def address_of(schedule: FetchSchedule) -> str:
    """Return the address that a schedule fetches; nothing where its source or its options are none of this release."""
    try:
        return open_source(schedule.source, schedule.options).url
    except OptionError:
        return ""


def addresses_of(schedules: Sequence[FetchSchedule]) -> Mapping[str, str]:
    """Return the address that each schedule fetches, by its name."""
    return {schedule.name: address_of(schedule) for schedule in schedules}


def table_lines(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTH) -> Iterator[str]:
    """Yield a table; the first column is not broken."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=not number, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    out = Console(file=StringIO(), width=width, color_system=None, highlight=False)
    with out.capture() as captured:
        out.print(table)
    yield from (line.rstrip() for line in captured.get().splitlines())


def indented(text: str, columns: int = 2) -> list[str]:
    """Return the lines of a text, indented."""
    return words.wrapped(text, WIDTH, initial_indent=" " * columns, subsequent_indent=" " * columns)
