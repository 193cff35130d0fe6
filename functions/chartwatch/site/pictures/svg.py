"""How SVG is written: elements, what a screen reader says of a picture, and text and numbers as short as can be."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

_NAME = re.compile("[a-z][a-z0-9-]*")
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 allows in no document."""


def picture(name: str, title: str, description: str, *, kind: str, **attributes: str) -> Element:
    """Return the outermost element of a picture, with its title and description for those who do not see it.

    `name` begins every id in it, and is to be unique on its page: small letters, digits and hyphens. `kind` is its
    class beside `picture`. Other attributes are named as for `add`. Raises `ValueError` for another `name`.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' cannot begin ids: small letters, digits and hyphens can")
    said = {"aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-desc"}
    root = Element("svg", {"class": f"picture {kind}", **said})
    for key, value in attributes.items():
        root.set(_attribute(key), value)
    add(root, "title", title, id=f"{name}-title")
    add(root, "desc", description, id=f"{name}-desc")
    return root


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: str) -> Element:
    """Add an element and return it; `class_` is the attribute `class`, `paint_order` is `paint-order`."""
    written = {_attribute(key): _UNWRITABLE.sub("", value) for key, value in attributes.items()}
    child = SubElement(parent, tag, written)
    child.text = None if text is None else _UNWRITABLE.sub("", text)
    return child


def linked(parent: Element, href: str | None, **attributes: str) -> Element:
    """Add a link and return it; without an address return the parent itself."""
    return parent if href is None else add(parent, "a", href=href, **attributes)


def written(root: Element) -> str:
    """Return a picture as text: the same for the same elements, with all that is text in it escaped.

    An image has no parts to a screen reader, and so a picture with links is a group.
    """
    root.set("role", "img" if root.find(".//a") is None else "group")
    return tostring(root, encoding="unicode")


def percent(share: float) -> str:
    """Return a share of one as SVG writes a percentage: `12.5%`, to a hundredth."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
