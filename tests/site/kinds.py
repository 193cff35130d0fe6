"""The kinds of page that a site has, by where they stand."""

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

MOST = 40_000
"""Bytes of a page that browsers look at: one that has more has only more of the same."""

KINDS = {
    "front": "index.html",
    "chart": "charts/*/index.html",
    "place": "charts/*/[A-Z]*.html",
    "work": "works/*.html",
    "origin": "origins/*.html",
    "language": "languages/*.html",
    "creator": "creators/*.html",
    "firsts": "firsts.html",
    "milestone": "milestones/*.html",
    "corrections": "corrections.html",
    "search": "search.html",
    "missing": "404.html",
}


def kind_of(address: str) -> str | None:
    """Return the kind of the page at `address`; None for one of no kind that is known."""
    return next((kind for kind, where in KINDS.items() if fnmatchcase(address, where)), None)


def pages_of(folder: Path, kind: str) -> list[str]:
    """Return the addresses of all pages of a kind."""
    addresses = (file.relative_to(folder).as_posix() for file in sorted(folder.rglob("*.html")))
    return [address for address in addresses if kind_of(address) == kind]


@cache
def fullest(folder: Path) -> dict[str, str]:
    """Return the address of the page of each kind that has the most in it, of those of at most `MOST` bytes."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*.html"), key=lambda file: (file.stat().st_size, file.as_posix())):
        address = file.relative_to(folder).as_posix()
        kind = kind_of(address) or address
        if kind not in found or file.stat().st_size <= MOST:
            found[kind] = address
    return found
