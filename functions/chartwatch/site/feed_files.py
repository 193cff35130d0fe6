"""Feeds as files: Atom (RFC 4287) with tombstones (RFC 6721), and JSON Feed 1.1."""

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markupsafe import escape
from pydantic_core import to_json

from chartwatch.domain.outside_text import plain
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.site.addresses import FeedFormat
from chartwatch.site.feeds import Entry, Feed, Site, address_within
from chartwatch.site.news import News
from chartwatch.site.news_text import Paragraph, Part
from chartwatch.site.topics import EVERYTHING

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
THREADS = "http://purl.org/syndication/thread/1.0"
"""Atom Threading Extensions (RFC 4685): `in-reply-to` names the entry that an entry is about."""

JSON_FEED = "https://jsonfeed.org/version/1.1"

MEDIA_TYPES = {FeedFormat.ATOM: "application/atom+xml", FeedFormat.JSON: "application/feed+json"}


def atom_of(feed: Feed, site: Site) -> bytes:
    """Return a feed as Atom, in UTF-8."""
    here = feed.address(FeedFormat.ATOM)
    root = Element("feed", {"xmlns": ATOM, "xmlns:at": TOMBSTONES, "xmlns:thr": THREADS, "xml:lang": "en"})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.description)
    _add(root, "updated", _at(feed.updated))
    _add(SubElement(root, "author"), "name", site.title)
    _link(root, "self", address_within(site, here, here), MEDIA_TYPES[FeedFormat.ATOM])
    _link(root, "alternate", address_within(site, here, feed.page), "text/html")
    _add(root, "generator", "Chartwatch")
    for tombstone in feed.tombstones:
        deleted = SubElement(root, "at:deleted-entry", {"ref": tombstone.ref, "when": _at(tombstone.when)})
        _add(deleted, "at:comment", tombstone.comment)
        _link(deleted, "related", address_within(site, here, tombstone.page), "text/html")
    for entry in feed.entries:
        _add_entry(root, entry, site, here)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def json_of(feed: Feed, site: Site) -> bytes:
    """Return a feed as JSON Feed, in UTF-8. What is of Chartwatch alone stands in `_chartwatch`.

    Its addresses have to be absolute, and so are left out where it is not known where the site is.
    """
    here = feed.address(FeedFormat.JSON)
    written = {
        "version": JSON_FEED,
        "title": feed.title,
        **({"home_page_url": f"{site.base}{feed.page}", "feed_url": f"{site.base}{here}"} if site.base else {}),
        "description": feed.description,
        "language": "en",
        "authors": [{"name": site.title}],
        "_chartwatch": {
            "id": feed.id,
            "deleted": [{"id": its.ref, "when": _at(its.when)} for its in feed.tombstones],
        },
        "items": [_item(entry, site, here) for entry in feed.entries],
    }
    return to_json(written, indent=1) + b"\n"


def _add_entry(root: Element, entry: Entry, site: Site, here: str) -> None:
    element = SubElement(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _link(element, "alternate", address_within(site, here, entry.news.said.page), "text/html")
    for ref, page in entry.follows:
        href = address_within(site, here, page)
        SubElement(element, "thr:in-reply-to", {"ref": ref, "href": href, "type": "text/html"})
    for page in dict.fromkeys(page for _, page in entry.follows):
        _link(element, "related", address_within(site, here, page), "text/html")
    _add(element, "published", _at(entry.published))
    _add(element, "updated", _at(entry.updated))
    for tag in _tags(entry.news):
        SubElement(element, "category", {"term": tag})
    _add(element, "content", _html(entry, site, here)).set("type", "html")


def _item(entry: Entry, site: Site, here: str) -> dict[str, Any]:
    news = entry.news
    return {
        "id": entry.id,
        **({"url": f"{site.base}{news.said.page}"} if site.base else {}),
        "title": entry.title,
        "content_html": _html(entry, site, here),
        "content_text": "\n\n".join(map(_text, entry.paragraphs)),
        "date_published": _at(entry.published),
        "date_modified": _at(entry.updated),
        "tags": _tags(news),
        "_chartwatch": {
            "page": news.said.page,
            "became": news.became.value,
            "certain": news.is_certain,
            "milestones": [
                {
                    "slot": its.revision.slot,
                    "revision": its.revision.number,
                    "status": its.status.value,
                    "territory": its.territory,
                    "page": its.page,
                }
                for its in news.milestones
            ],
            "follows": [ref for ref, _ in entry.follows],
            "followed_by": list(entry.followed_by),
            "deleted": _at(entry.updated) if news.is_deleted else None,
        },
    }


def _tags(news: News) -> list[str]:
    """Return what an entry can be filtered by: its topics, its territories and what it says became, as `origin:KR`."""
    topics = [f"{topic.kind}:{plain(topic.value)}" for topic in sorted(news.topics - {EVERYTHING})]
    territories = [f"territory:{its.territory}" for its in news.milestones if its.territory != EVERYWHERE]
    return [*topics, *territories, f"became:{news.became}"]


def _html(entry: Entry, site: Site, here: str) -> str:
    return "".join(_paragraph(its, site, here) for its in entry.paragraphs)


def _paragraph(paragraph: Paragraph, site: Site, here: str) -> str:
    said = "".join(_part(part, site, here) for part in paragraph.parts)
    items = "".join(f"<li>{_part(item, site, here)}</li>" for item in paragraph.items)
    return f"<p>{said}</p><ul>{items}</ul>" if items else f"<p>{said}</p>"


def _part(part: Part, site: Site, here: str) -> str:
    said = escape(part.said)
    return f'<a href="{escape(address_within(site, here, part.address))}">{said}</a>' if part.address else said


def _text(paragraph: Paragraph) -> str:
    said = "".join(part.said for part in paragraph.parts)
    return f"{said} {', '.join(item.said for item in paragraph.items)}" if paragraph.items else said


def _add(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    element.text = text
    return element


def _link(parent: Element, rel: str, href: str, media_type: str) -> None:
    SubElement(parent, "link", {"rel": rel, "type": media_type, "href": href})


def _at(when: datetime) -> str:
    """Return a time as RFC 3339 has it, in UTC."""
    return f"{when.replace(tzinfo=None).isoformat()}Z"
