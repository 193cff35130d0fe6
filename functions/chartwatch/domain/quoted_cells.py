"""Quoted cells of a delimited text: where one opens, and whether it goes on in the next line."""

import re
from collections.abc import Iterable


def opening_of_cells(delimiters: str) -> re.Pattern[str]:
    """Return what opens a quoted cell, where one of `delimiters` stands between cells."""
    return re.compile(f'(?:^|[{re.escape(delimiters)}])"')


def quoted_after(line: str, opening: re.Pattern[str], *, is_quoted: bool) -> tuple[bool, bool]:
    """Return whether a quoted cell goes on behind a line, as one `is_quoted` before it, and whether any opens in it.

    A quotation mark within any other cell opens none; a doubled one within a quoted cell closes none.
    """
    at, opens = 0, False
    while True:
        if is_quoted:
            end = line.find('"', at)
            if end < 0:
                return True, opens
            is_quoted = line.startswith('"', end + 1)
            at = end + (2 if is_quoted else 1)
        else:
            opened = opening.search(line, at)
            if opened is None:
                return False, opens
            is_quoted, opens, at = True, True, opened.end()


def last_opening(lines: Iterable[str], delimiter: str) -> int:
    """Return in which of the lines of a row, the first of which is 0, its last quoted cell opens."""
    opened, is_quoted, opening = 0, False, opening_of_cells(delimiter)
    for number, line in enumerate(lines):
        is_quoted, opens = quoted_after(line, opening, is_quoted=is_quoted)
        opened = number if opens else opened
    return opened
