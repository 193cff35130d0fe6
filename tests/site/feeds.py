"""Whether the feeds of a site are as Atom (RFC 4287), its tombstones (RFC 6721) and JSON Feed 1.1 say."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import feedparser
from jsonschema import Draft202012Validator, FormatChecker

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
SCHEMA = json.loads((Path(__file__).parent / "json-feed-1.1.schema.json").read_text("utf-8"))

# RFC 4287, 4.1.1 and 4.1.2: what may stand in a feed and in an entry, and how often (None: any number of times).
_OF_FEED = {
    **dict.fromkeys(("id", "title", "updated"), (1, 1)),
    **dict.fromkeys(("generator", "icon", "logo", "rights", "subtitle"), (0, 1)),
    **dict.fromkeys(("author", "category", "contributor", "link", "entry"), (0, None)),
}
_OF_ENTRY = {
    **dict.fromkeys(("id", "title", "updated"), (1, 1)),
    **dict.fromkeys(("content", "published", "rights", "source", "summary"), (0, 1)),
    **dict.fromkeys(("author", "category", "contributor", "link"), (0, None)),
}
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
"""Both kinds of feed ask for RFC 3339. Ours are in UTC and to the second, so that they sort as text."""

_formats = FormatChecker(())


@_formats.checks("date-time")
def _is_instant(text: object) -> bool:
    if not isinstance(text, str):
        return True
    try:
        return bool(_INSTANT.fullmatch(text)) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


@_formats.checks("uri")
def _is_absolute(text: object) -> bool:
    if not isinstance(text, str):
        return True
    parts = urlsplit(text)
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", text)


def feed_faults(folder: Path) -> list[str]:
    """Return a sentence for each thing that is wrong with a feed below `folder`, or said in one form of it alone."""
    faults = []
    for file in sorted(folder.rglob("*")):
        faults += [f"{file.relative_to(folder).as_posix()}: {fault}" for fault in _faults(file)]
    return faults


def _faults(file: Path) -> Iterator[str]:
    if file.suffix in (".atom", ".xml"):
        faults = list(atom_faults(file))
        yield from faults
        other = file.with_suffix(".json")
        if faults:
            return
        if not other.exists():
            yield "the feed has no form in JSON"
        elif _said_in_atom(file) != _said_in_json(other):
            yield f"{other.name} has other entries"
    elif file.suffix == ".json":
        yield from json_feed_faults(file)


def _said_in_atom(file: Path) -> list[tuple[str | None, str | None, str | None]]:
    entries = ElementTree.parse(file).iterfind(f"{ATOM}entry")
    return [tuple(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated")) for entry in entries]


def _said_in_json(file: Path) -> list[tuple[str | None, str | None, str | None]]:
    items = json.loads(file.read_text("utf-8")).get("items", [])
    return [
        (item.get("id"), item.get("title"), item.get("date_modified", item.get("date_published"))) for item in items
    ]


def json_feed_faults(file: Path) -> Iterator[str]:
    """Yield what of a JSON Feed is not as version 1.1 (jsonfeed.org/version/1.1) says."""
    feed = json.loads(file.read_text("utf-8"))
    for error in Draft202012Validator(SCHEMA, format_checker=_formats).iter_errors(feed):
        yield f"{error.json_path}: {error.message[:200]}"
    for name, count in Counter(item.get("id") for item in feed.get("items", [])).items():
        if count > 1:
            yield f"{count} items have the id {name!r}"


def atom_faults(file: Path) -> Iterator[str]:
    """Yield what of an Atom feed is not as RFC 4287 and RFC 6721 say, or is not understood by feedparser."""
    try:
        feed = ElementTree.parse(file).getroot()
    except ElementTree.ParseError as error:
        yield f"no XML: {error}"
        return
    if feed.tag != f"{ATOM}feed":
        yield f"the document is a {feed.tag!r}"
        return
    entries = feed.findall(f"{ATOM}entry")
    yield from _parts("the feed", feed, _OF_FEED)
    for entry in entries:
        name = f"the entry {entry.findtext(f'{ATOM}id')!r}"
        yield from _parts(name, entry, _OF_ENTRY)
        yield from _entry(name, entry, has_author=feed.find(f"{ATOM}author") is not None)
    yield from _together(feed, entries)
    yield from _tombstones(feed)
    yield from _as_read(file, len(entries))


def _parts(name: str, parent: Element, allowed: dict[str, tuple[int, int | None]]) -> Iterator[str]:
    counts = Counter(child.tag.removeprefix(ATOM) for child in parent if child.tag.startswith(ATOM))
    for part in counts.keys() - allowed.keys():
        yield f"{name} may have no {part!r}"
    for part, (least, most) in allowed.items():
        if counts[part] < least or (most is not None and counts[part] > most):
            yield f"{name} has {counts[part]} of {part!r}"
    for child in parent:
        yield from (f"{name}: {fault}" for fault in _part(child))


def _part(child: Element) -> Iterator[str]:
    part, text = child.tag.removeprefix(ATOM), (child.text or "").strip()
    if part in ("updated", "published") and not _is_instant(text):
        yield f"{part} is no date and time of RFC 3339: {text!r}"
    if part == "id" and not _is_absolute(text):
        yield f"the id is no absolute address: {text!r}"
    if part == "title" and not text and not len(child):
        yield "the title is empty"
    if part in ("title", "summary", "content", "rights", "subtitle") and not _is_text(child):
        yield f"{part} is not written as its type {child.get('type')!r} says"
    if part in ("author", "contributor") and not child.findtext(f"{ATOM}name"):
        yield f"the {part} has no name"
    if part == "category" and not child.get("term"):
        yield "a category has no term"
    if part == "link" and not child.get("href"):
        yield "a link leads nowhere"


def _is_text(child: Element) -> bool:
    written = child.get("type", "text")
    if written == "xhtml":
        return [part.tag for part in child] == ["{http://www.w3.org/1999/xhtml}div"]
    return written in ("text", "html") and not len(child)


def _entry(name: str, entry: Element, *, has_author: bool) -> Iterator[str]:
    if not has_author and entry.find(f"{ATOM}author") is None:
        yield f"{name} has no author"
    alternates = [link for link in entry.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    if not alternates and entry.find(f"{ATOM}content") is None:
        yield f"{name} has neither a page nor content"
    forms = Counter((link.get("type"), link.get("hreflang")) for link in alternates)
    if any(count > 1 for count in forms.values()):
        yield f"{name} has two pages of one type and language"


def _together(feed: Element, entries: list[Element]) -> Iterator[str]:
    for identity, count in Counter(entry.findtext(f"{ATOM}id") for entry in entries).items():
        if count > 1:
            yield f"{count} entries have the id {identity!r}"
    if not any(link.get("rel") == "self" for link in feed.iterfind(f"{ATOM}link")):
        yield "the feed does not say where it is"
    updated = feed.findtext(f"{ATOM}updated", "")
    if any(entry.findtext(f"{ATOM}updated", "") > updated for entry in entries):
        yield "an entry is newer than the feed"
    published = [entry.findtext(f"{ATOM}published") or entry.findtext(f"{ATOM}updated", "") for entry in entries]
    if published != sorted(published, reverse=True):
        yield "the newest entry is not first"


def _tombstones(feed: Element) -> Iterator[str]:
    for stone in feed.iterfind(f"{TOMBSTONE}deleted-entry"):
        if not _is_absolute(stone.get("ref", "")):
            yield f"a tombstone stands for no entry: {stone.get('ref')!r}"
        if not _is_instant(stone.get("when", "")):
            yield f"a tombstone has no date and time of RFC 3339: {stone.get('when')!r}"


def _as_read(file: Path, count: int) -> Iterator[str]:
    read = feedparser.parse(file.read_bytes())
    if read.bozo:
        yield f"feedparser says: {read.bozo_exception}"
    if read.version != "atom10" or len(read.entries) != count:
        yield f"feedparser reads {len(read.entries)} entries of {read.version!r} where {count} are written"
