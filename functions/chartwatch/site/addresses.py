"""Addresses: where in the site each page and feed stands, for ever, as a path relative to the site's root.

An address is a function of ids alone, so that a title that is put right, another template or a rebuild moves no page.
Each of its parts is at most 80 characters of `a-z`, `0-9`, `-`, `_` and one dot, with capitals in codes of countries
only: a URL needs no quoting of them, and no file system takes one for another.
"""

import hashlib
import re
from base64 import b32encode
from enum import StrEnum
from functools import cache

from anyascii import anyascii

from chartwatch.domain.charts.chart import GLOBAL
from chartwatch.domain.rules.standing import EVERYWHERE

FRONT = "index.html"
FIRSTS = "firsts.html"
CORRECTIONS = "corrections.html"
SEARCH = "search.html"

MISSING = "404.html"
"""What a server shows at every address where nothing is."""

_MAX_STEM = 75
"""Characters of a name at most without its ending: with that, a part of an address has 80."""

_DIGEST = 12
"""Characters of a digest: 60 bits, by which a million ids with one slug are told apart all but surely."""

_KEPT = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE = re.compile(f"[A-Z]{{2}}|{GLOBAL}")
_RESERVED = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""What Windows takes for a device, whatever its ending."""


class FeedKind(StrEnum):
    """What a feed is about: everything, or one country of origin, language, creator, chart or rule."""

    ALL = "all"
    ORIGIN = "origin"
    LANGUAGE = "language"
    CREATOR = "creator"
    CHART = "chart"
    RULE = "rule"


class FeedFormat(StrEnum):
    """The forms of a feed: Atom (RFC 4287) and JSON Feed 1.1. The value is the ending of its file."""

    ATOM = "atom"
    JSON = "json"


_FEED_FOLDERS = {
    FeedKind.ORIGIN: "origins",
    FeedKind.LANGUAGE: "languages",
    FeedKind.CREATOR: "creators",
    FeedKind.CHART: "charts",
    FeedKind.RULE: "rules",
}


@cache
def file_name(said: str) -> str:
    """Return the name of a file for an id, without an ending; another id has another name.

    An id that makes a safe name, as `squid-game` does, keeps it. Any other becomes what is readable of it and, behind a
    `_`, a digest: `nth-non-english-series-netflix-daily-overall-us-4_o6di3zvihwvi`.
    """
    is_safe = _KEPT.fullmatch(said) and len(said) <= _MAX_STEM and not _RESERVED.fullmatch(said)
    return said if is_safe else _digested(said)


def milestone_address(slot: str) -> str:
    """Return where the page of a slot is, with all its revisions."""
    return f"milestones/{file_name(slot)}.html"


def work_address(work_id: str) -> str:
    """Return where the page of a work is."""
    return f"works/{file_name(work_id)}.html"


def creator_address(creator: str) -> str:
    """Return where the page of a creator is, by the name that works give."""
    return f"creators/{file_name(creator)}.html"


def chart_address(chart: str, territory: str | None = None) -> str:
    """Return where the page of a chart is in a territory; of the chart, where that is none or `*`."""
    page = "index" if territory is None or territory == EVERYWHERE else _code_name(territory)
    return f"charts/{file_name(chart)}/{page}.html"


def origin_address(country: str) -> str:
    """Return where the page of a country of origin is (ISO 3166-1 alpha-2)."""
    return f"origins/{_code_name(country)}.html"


def language_address(language: str) -> str:
    """Return where the page of an original language is (ISO 639)."""
    return f"languages/{file_name(language)}.html"


def feed_address(kind: FeedKind, value: str, form: FeedFormat) -> str:
    """Return where a feed is. `value` is the country, language, creator, chart or rule; empty for everything."""
    if kind is FeedKind.ALL:
        return f"feeds/all.{form}"
    name = _code_name(value) if kind is FeedKind.ORIGIN else file_name(value)
    return f"feeds/{_FEED_FOLDERS[kind]}/{name}.{form}"


@cache
def link(page: str, to: str) -> str:
    """Return the relative link from one address to another, such as `../works/squid-game.html`.

    What is shown wherever nothing is does not know where it is: its links are from the root of the server.
    """
    if page == MISSING:
        return f"/{to}"
    here, there = page.split("/")[:-1], to.split("/")
    shared = next((i for i, pair in enumerate(zip(here, there[:-1], strict=False)) if pair[0] != pair[1]), None)
    shared = min(len(here), len(there) - 1) if shared is None else shared
    return "../" * (len(here) - shared) + "/".join(there[shared:])


def _code_name(code: str) -> str:
    """Return the name of a file for the code of a country or of the world, in capitals as it is."""
    return code if _CODE.fullmatch(code) else _digested(code)


def _digested(said: str) -> str:
    digest = b32encode(hashlib.sha256(said.encode()).digest()).decode().lower()[:_DIGEST]
    words = re.sub("[^a-z0-9]+", "-", anyascii(said.replace(EVERYWHERE, "all")).lower())
    return f"{words[: _MAX_STEM - _DIGEST - 1].strip('-') or 'id'}_{digest}"
