"""What every page has to have, read from its file: language, title, one first heading, dates for machines, nothing that
the policy of the site forbids."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from tests.site.documents import Document, read_pages

LEFTOVERS = re.compile(
    r"\{\{|\}\}|\{%|\bundefined\b|\bNaN\b|\[object |&(?:amp|lt|gt|quot|#\d+);|<(?:\w+ object|Undefined)\b"
)
"""What a template or a script leaves where a value was not there, or was escaped twice."""

_UNDATED = frozenset(("time", "title", "desc", "script", "style", "svg", "code"))
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = re.compile(r"\b\d{1,2} (?:" + _MONTHS + r") \d{4}\b")
_SILENT = frozenset(("script", "style"))
_TIME = (
    (r"\d{4}-\d{2}-\d{2}", date.fromisoformat),
    (r"\d{4}-W\d{2}", lambda text: date.fromisocalendar(int(text[:4]), int(text[6:]), 1)),
    (r"\d{4}-\d{2}", lambda text: date.fromisoformat(f"{text}-01")),
    (r"\d{4}", lambda text: date(int(text), 1, 1)),
    (r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", datetime.fromisoformat),
    (r"P\d+[DW]", str),
)


def markup_faults(folder: Path) -> list[str]:
    """Return a sentence for each thing that a page of the site in `folder` lacks, or should not have."""
    pages = read_pages(folder)
    faults = [f"{page.address}: {fault}" for page in pages for check in CHECKS for fault in check(page)]
    titles = Counter(_title(page) for page in pages)
    return faults + [f"{count} pages have the title {title!r}" for title, count in titles.items() if count > 1]


def _title(page: Document) -> str:
    return next((element.text for element in page.all("title") if "svg" not in element.inside), "")


def _head(page: Document) -> Iterator[str]:
    if not next(page.all("html")).attributes.get("lang"):
        yield "the language of the page is not named"
    if not _title(page):
        yield "the page has no title"
    named = {element.attributes.get("name"): element.attributes.get("content", "") for element in page.all("meta")}
    if "width=device-width" not in named.get("viewport", ""):
        yield "a phone would show the page as wide as a desktop"
    if not any("icon" in element.attributes.get("rel", "").split() for element in page.all("link")):
        yield "without an icon, browsers ask for one that is not there"


def _headings(page: Document) -> Iterator[str]:
    count = sum(1 for _ in page.all("h1"))
    if count != 1:
        yield f"the page has {count} first headings"


def _times(page: Document) -> Iterator[str]:
    for element in page.all("time"):
        given = element.attributes.get("datetime", "")
        if not _is_time(given):
            yield f"no machine reads the time {given!r} of {element.text!r}"


def _dates(page: Document) -> Iterator[str]:
    for piece, inside in page.pieces:
        if not _UNDATED & set(inside) and (found := _DAY.search(piece)):
            yield f"the day {found[0]!r} is not marked up"


def _is_time(text: str) -> bool:
    for form, read in _TIME:
        if re.fullmatch(form, text):
            try:
                read(text)
            except ValueError:
                return False
            return True
    return False


def _policy(page: Document) -> Iterator[str]:
    for element in page.elements:
        if element.tag == "style":
            yield "a style stands inside the page"
        if element.tag == "script":
            yield from _script(element.attributes)
        for name in element.attributes:
            if name == "style" or name.startswith("on"):
                yield f"<{element.tag}> has an attribute {name!r}, which the policy forbids"


def _script(attributes: dict[str, str]) -> Iterator[str]:
    if attributes.get("type") == "application/ld+json":
        return
    if "src" not in attributes:
        yield "a script stands inside the page"
    elif not {"defer", "async"} & set(attributes) and attributes.get("type") != "module":
        yield f"the script {attributes['src']!r} holds up the page"


def _leftovers(page: Document) -> Iterator[str]:
    for piece, inside in page.pieces:
        if not _SILENT & set(inside) and (found := LEFTOVERS.search(piece)):
            yield f"{found[0]!r} was left in {' '.join(piece.split())!r}"
        if piece.strip() == "None":
            yield f"<{inside[-1]}> says None where a value should be"
    for element in page.elements:
        for name, value in element.attributes.items():
            if LEFTOVERS.search(value) or value == "None":
                yield f"<{element.tag}> has {name}={value!r}"


CHECKS: tuple[Callable[[Document], Iterator[str]], ...] = (_head, _headings, _times, _dates, _policy, _leftovers)
