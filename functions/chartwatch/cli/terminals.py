"""How wide a line may be, and how a longer one is broken, where what is written to is a terminal."""

import shutil
import sys
import textwrap
from typing import TextIO

_FEWEST_COLUMNS = 20
_ANY_WIDTH = 100_000


def columns(most: int = _ANY_WIDTH, out: TextIO | None = None) -> int:
    """Return how many columns a line may have: `most`, and fewer on a terminal that has fewer.

    `out` is what is written to, stdout unless given.
    """
    if not (out or sys.stdout).isatty():
        return most
    return max(_FEWEST_COLUMNS, min(most, shutil.get_terminal_size().columns))


def fitted(text: str, indent: str = "  ", out: TextIO | None = None) -> list[str]:
    """Return a line as the lines that it takes on a terminal, the further ones indented; elsewhere as it is."""
    width = columns(out=out)
    if len(text) <= width:
        return [text]
    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
