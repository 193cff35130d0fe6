"""Files that a command reads: `-` is standard input, and what cannot be read is named, with what was probably meant."""

import sys
from difflib import get_close_matches
from pathlib import Path

from chartwatch.errors import FileProblem

STDIN = Path("-")
"""What stands for standard input where a file is read."""


def file_name(file: Path) -> str:
    """Return what messages call a file."""
    return "standard input" if file == STDIN else str(file)


def read_file(file: Path, most: int = -1) -> bytes:
    """Return what a file holds, or of a longer one the first `most` bytes. Raises `FileProblem`."""
    try:
        if file == STDIN:
            return _read_stdin(most)
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise unreadable(file, error) from error


def unreadable(file: Path, error: OSError) -> FileProblem:
    """Return the problem that a file cannot be read, with the file beside it whose name is written much alike."""
    detail = error.strerror or "cannot be read"
    if isinstance(error, FileNotFoundError) and (meant := _beside(file)):
        detail += f"; did you mean {meant}?"
    return FileProblem(file_name(file), "", detail)


def _read_stdin(most: int) -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise FileProblem(file_name(STDIN), "", "is closed")
    return sys.stdin.buffer.read(most)


def _beside(file: Path) -> Path | None:
    try:
        names = [its.name for its in file.parent.iterdir()]
    except OSError:
        return None
    alike = get_close_matches(file.name, names, 1, 0.75)
    return file.with_name(alike[0]) if alike else None
