"""Whether every link of a site leads somewhere: to a file of its folder, and to an id in it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from tests.site.documents import Document, read_page, read_pages

LINKING = ("href", "xlink:href", "src", "action", "poster", "data", "formaction")
SHOWN_ANYWHERE = "404.html"
"""The page that a server shows at any address where nothing is."""

ATOM = "{http://www.w3.org/2005/Atom}"
_HREF = re.compile(r'href="([^"]*)"')


def link_faults(folder: Path) -> list[str]:
    """Return a sentence for each link in pages, styles and feeds of the site in `folder` that leads nowhere in it."""
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    faults = []
    for address, link, is_loaded in _links(folder):
        fault = _fault(folder, files, address, link, is_loaded=is_loaded)
        if fault:
            faults.append(f"{address}: {link!r} {fault}")
    return faults


def _fault(folder: Path, files: set[str], address: str, link: str, *, is_loaded: bool) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return _outside(parts.scheme, is_loaded=is_loaded)
    if parts.path and parts.path.startswith("/") != (address == SHOWN_ANYWHERE):
        return "is not from the root" if address == SHOWN_ANYWHERE else "is not relative"
    target = normpath(f"{dirname(address)}/{unquote(parts.path)}".lstrip("/")) if parts.path else address
    if target not in files:
        return "leads to no file"
    if parts.fragment and target.endswith(".html") and unquote(parts.fragment) not in read_page(folder, target).ids:
        return "leads to no id"
    return None


def _outside(scheme: str, *, is_loaded: bool) -> str | None:
    if scheme == "data":
        return None
    if is_loaded:
        return "is loaded from another host"
    return None if scheme in ("https", "http", "mailto") else "is no address for a reader"


def _links(folder: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield each link with the address of the file that has it, and whether it is loaded with that file."""
    for page in read_pages(folder):
        yield from ((page.address, link, is_loaded) for link, is_loaded in page_links(page))
    for file in sorted(folder.rglob("*.css")):
        address = file.relative_to(folder).as_posix()
        for link in re.findall(r"""(?:url\(|@import\s+)\s*["']?([^"')\s;]+)""", file.read_text("utf-8")):
            yield address, link, True


def page_links(page: Document) -> Iterator[tuple[str, bool]]:
    for element in page.elements:
        for name in LINKING:
            if name in element.attributes:
                yield element.attributes[name], _is_loaded(element.tag, element.attributes)
        for candidate in element.attributes.get("srcset", "").split(","):
            if candidate.strip():
                yield candidate.split()[0], True


def _is_loaded(tag: str, attributes: dict[str, str]) -> bool:
    if tag == "link":
        return not {"alternate", "canonical", "license", "author"} & set(attributes.get("rel", "").split())
    return tag not in ("a", "area", "form")


def feed_link_faults(folder: Path, base: str = "") -> list[str]:
    """Return a sentence for each link of a feed below `folder` that leads nowhere in it.

    `base` is the address that the site is published at, with a slash at its end; links that begin so stay in it.
    """
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    faults = []
    for file in sorted((folder / "feeds").rglob("*")):
        address = file.relative_to(folder).as_posix()
        for link in _feed_links(file):
            is_whole = bool(base) and link.startswith(base)
            fault = _fault(folder, files, "" if is_whole else address, link.removeprefix(base), is_loaded=False)
            if fault:
                faults.append(f"{address}: {link!r} {fault}")
    return faults


def _feed_links(file: Path) -> Iterator[str]:
    """Yield the links of an Atom feed or a JSON Feed, and those in the content of its entries."""
    if file.suffix == ".json":
        feed = json.loads(file.read_text("utf-8"))
        for item in (feed, *feed["items"]):
            yield from (value for name, value in item.items() if name.endswith("url") and name != "external_url")
            yield from map(unescape, _HREF.findall(item.get("content_html", "")))
    elif file.suffix in (".atom", ".xml"):
        root = ElementTree.parse(file)
        yield from (link.attrib["href"] for link in root.iter(f"{ATOM}link"))
        for content in root.iter(f"{ATOM}content"):
            yield from map(unescape, _HREF.findall(content.text or ""))
