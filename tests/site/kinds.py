"""The kinds of page that a site has, by where they stand."""

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from tests.site.documents import read_pages

MOST = 120
"""Links of a page that browsers look at: one that has more has only more of the same."""

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
    """Return the address of the page of each kind that has the most links, of those with at most `MOST`."""
    found: dict[str, str] = {}
    for page in sorted(read_pages(folder), key=lambda page: (len(page.leads_to), len(page.main), page.address)):
        kind = kind_of(page.address) or page.address
        if kind not in found or len(page.leads_to) <= MOST:
            found[kind] = page.address
    return found
