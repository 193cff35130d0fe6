"""How a long list is cut, and what shows all of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, TypeVar

import typer

from chartwatch.domain import words

Entry = TypeVar("Entry")

MOST_LISTED = 50
"""Entries that a list has unless more are asked for."""

Limit = Annotated[
    int | None, typer.Option(min=1, metavar="N", help=f"Show so many of a long list.  [default: {MOST_LISTED}]")
]


def cut(
    entries: Sequence[Entry],
    lines: Callable[[Entry], Iterable[str]],
    limit: int | None = None,
    *,
    most: int = MOST_LISTED,
    indent: str = "",
) -> Iterator[str]:
    """Yield the lines of the first `limit` entries, or of the first `most`, and how many more there are."""
    shown = limit or most
    for entry in entries[:shown]:
        yield from lines(entry)
    if (more := len(entries) - shown) > 0:
        yield f"{indent}and {more:,} more; --limit {len(entries)} shows all"


def cut_to_latest(
    entries: Sequence[Entry],
    lines: Callable[[Entry], Iterable[str]],
    limit: int | None = None,
    *,
    most: int = MOST_LISTED,
    indent: str = "",
) -> Iterator[str]:
    """Yield how many entries there are before the last `limit`, or the last `most`, and the lines of these."""
    shown = limit or most
    if (earlier := len(entries) - shown) > 0:
        yield f"{indent}{words.counted(earlier, 'earlier one')} not shown; --limit {len(entries)} shows all"
    for entry in entries[-shown:]:
        yield from lines(entry)
