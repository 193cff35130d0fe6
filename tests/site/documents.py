"""HTML files as the static checks read them: elements with their attributes and text, in the order of the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))


@dataclass
class Element:
    """An element; `words` has its own text and that of the elements in it, piece by piece."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.pieces: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = tuple(element.tag for element in self.open)
        element = Element(tag, {name: value or "" for name, value in attrs}, inside)
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open and any(element.tag == tag for element in self.open):
            if self.open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        self.pieces.append((data, tuple(element.tag for element in self.open)))
        for element in self.open:
            element.words.append(data)


@dataclass(frozen=True)
class Document:
    """A page of the site: `address` is its path below the site's folder."""

    address: str
    elements: list[Element]
    pieces: list[tuple[str, tuple[str, ...]]]

    def all(self, *tags: str) -> Iterator[Element]:
        return (element for element in self.elements if element.tag in tags)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(element.attributes["id"] for element in self.elements if "id" in element.attributes)

    @property
    def leads_to(self) -> list[str]:
        """The addresses of the pages of the site that it leads to."""
        links = (unquote(urlsplit(element.attributes.get("href", "")).path) for element in self.all("a"))
        within = (link for link in links if link.endswith(".html"))
        return [normpath(f"{dirname(self.address)}/{link}".lstrip("/")) for link in within]

    @property
    def main(self) -> str:
        """The text of its main part, with single spaces."""
        return next((element.text for element in self.all("main")), "")


@cache
def _read(file: Path, address: str) -> Document:
    reader = _Reader()
    reader.feed(file.read_text("utf-8"))
    reader.close()
    return Document(address, reader.elements, reader.pieces)


def read_page(folder: Path, address: str) -> Document:
    """Return the page of `folder` at `address`; files do not change once they were read."""
    return _read(folder / address, address)


def read_pages(folder: Path) -> list[Document]:
    """Return every page of the site in `folder`, by address."""
    return [read_page(folder, file.relative_to(folder).as_posix()) for file in sorted(folder.rglob("*.html"))]
