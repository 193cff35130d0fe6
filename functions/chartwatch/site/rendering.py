"""Pages as HTML: Jinja2's templates, each with autoescape, and what they may say of dates, numbers and links."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from chartwatch.domain import words
from chartwatch.domain.outside_text import plain
from chartwatch.site.addresses import CORRECTIONS, FIRSTS, FRONT, SEARCH, FeedFormat, feed_address, link
from chartwatch.site.feed_files import MEDIA_TYPES
from chartwatch.site.views import Link, Page

STYLE = "assets/style.css"
SCRIPT = "assets/search.js"

_MONTHS = tuple(words.day(date(2000, month, 1)).split()[1] for month in range(1, 13))
_DAY = re.compile(rf"(\b(?:\w+day )?\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}\b)")
"""A day in words, whole, so that a text is split into days and what stands between them."""

MENU = (("Now", FRONT), ("Firsts", FIRSTS), ("Titles and places", SEARCH), ("Corrections", CORRECTIONS))
"""What the head of each page leads to."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
"""The Content-Security-Policy of each page: nothing comes from elsewhere, and nothing stands in a page that runs."""


def html_of(page: Page) -> bytes:
    """Return a page as UTF-8."""
    to = partial(link, page.address)
    given: Mapping[str, Any] = {
        "page": page,
        "to": to,
        "a": partial(anchor, to),
        "links": partial(anchors, to),
        "menu": MENU,
        "style": STYLE,
        "script": SCRIPT,
        "policy": POLICY,
        "feeds": _feeds(page),
    }
    return _environment().get_template(page.template).render({**page.values, **given}).encode()


def anchor(to: Callable[[str], str], its: Link) -> Markup:
    """Return a link; each page has thousands."""
    return Markup(f'<a href="{escape(to(its.address))}">{escape(plain(its.text))}</a>')  # noqa: S704  # escaped right here


def anchors(to: Callable[[str], str], all_: Sequence[Link]) -> Markup:
    """Return links as a list within a sentence: "A, B and C"."""
    made = [anchor(to, its) for its in all_]
    before = [Markup(", ").join(made[:-1])] if len(made) > 1 else []
    return Markup(" and ").join([*before, *made[-1:]])


def _feeds(page: Page) -> list[tuple[str, str, str]]:
    """Return the name, the media type and the address of each form of a page's feed, if it has one."""
    topic = page.feed
    if topic is None:
        return []
    return [(name, MEDIA_TYPES[form], feed_address(topic.kind, topic.value, form)) for form, name in _FEEDS.items()]


_FEEDS = {FeedFormat.ATOM: "Atom", FeedFormat.JSON: "JSON Feed"}


def assets() -> dict[str, bytes]:
    """Return the files that pages load, by their addresses."""
    folder = resources.files(__package__) / "assets"
    style = [(folder / name).read_bytes() for name in ("style.css", "pictures.css")]
    return {STYLE: b"\n".join(style), SCRIPT: (folder / "search.js").read_bytes()}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("chartwatch.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_shown,
    )
    made.filters |= {
        "day": day,
        "days": days,
        "dated": dated,
        "counted": words.counted,
        "grouped": grouped,
        "data": data,
    }
    made.globals |= {"listed": words.listed, "plural": words.plural, "span": span}
    return made


def _shown(value: object) -> object:
    """Return what a template shows of a value: of text nothing that cannot be seen."""
    return plain(value) if type(value) is str else value


@cache
def day(period: date) -> Markup:
    """Return a day in words, marked up with what it is."""
    return Markup('<time datetime="{}">{}</time>').format(period.isoformat(), words.day(period))


def dated(said: str) -> Markup:
    """Return a text with its days, written as "19 September 2021", with or without their weekday, marked up."""
    return Markup("").join(_marked_up(piece) for piece in _DAY.split(plain(said)))


def _marked_up(piece: str) -> Markup | str:
    if not _DAY.fullmatch(piece):
        return piece
    number, month, year = piece.split()[-3:]
    try:
        period = date(int(year), _MONTHS.index(month) + 1, int(number))
    except ValueError:
        return piece
    return Markup('<time datetime="{}">{}</time>').format(period.isoformat(), piece)


def days(first: date, last: date) -> Markup:
    """Return a day, or "from A to B"."""
    return day(first) if first == last else Markup("{} to {}").format(day(first), day(last))


def span(first: date, last: date) -> str:
    """Return a day, or "A to B", as plain text."""
    return words.day(first) if first == last else f"{words.day(first)} to {words.day(last)}"


def grouped(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}"


def data(value: Mapping[str, Any]) -> Markup:
    """Return a value as JSON that may stand in a script element: no `<` begins a tag in it."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Markup(written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704  # escaped right here
