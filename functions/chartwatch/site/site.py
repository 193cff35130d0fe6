"""The site as its files: each a function of what is recorded, so that a rebuild gives the same bytes.

A file has a key beside its bytes: another one where anything that the file shows is another. The keys of all files come
cheaply, for nothing is put into HTML for them and no bulletin is read, so that after a publication the files whose keys
are as they were need not be made.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.site.addresses import CORRECTIONS, FeedFormat, feed_address, milestone_address
from chartwatch.site.downloads import Table, csv_of, json_of, schema_file_of
from chartwatch.site.feed_files import atom_of
from chartwatch.site.feed_files import json_of as json_feed_of
from chartwatch.site.feeds import Feed, Site, feed_of
from chartwatch.site.pages.chart import chart_page
from chartwatch.site.pages.corrections import corrected, corrections_page
from chartwatch.site.pages.firsts import firsts_page
from chartwatch.site.pages.front import front_page
from chartwatch.site.pages.group import group_pages
from chartwatch.site.pages.milestone import milestone_page
from chartwatch.site.pages.missing import missing_page
from chartwatch.site.pages.place import place_page
from chartwatch.site.pages.search import search_page
from chartwatch.site.pages.work import work_page
from chartwatch.site.recorded import ChartRecord, Recorded
from chartwatch.site.rendering import assets, html_of
from chartwatch.site.topics import Topic
from chartwatch.site.views import Page


class File(NamedTuple):
    """A file of the site: its address, its key, and what makes its bytes."""

    address: str
    key: str
    body: Callable[[], bytes]


def files(recorded: Recorded, site: Site) -> Iterator[File]:
    """Yield all files of a site, in an order that does not change."""
    for address, body in assets().items():
        yield File(address, key_of(body), partial(bytes, body))
    schemas: dict[str, Table] = {}
    for page in _pages(recorded):
        yield _file(page)
        for its in page.downloads:
            schemas[its.schema] = replace(its.table, title=words.sentence(its.table.name), rows=())
            key = key_of(its.table)
            yield File(f"{its.address}.csv", key, partial(csv_of, its.table))
            yield File(f"{its.address}.json", key, partial(json_of, its.table))
    for address, table in sorted(schemas.items()):
        yield File(address, key_of(table), partial(schema_file_of, table))
    its_corrections = [(record.chart.id, *_said(entry)) for record, entry in corrected(recorded)]
    yield File(CORRECTIONS, key_of(its_corrections), lambda: html_of(corrections_page(recorded)))
    for topic, shown in recorded.topics.items():
        key, feed = key_of((site, shown)), cache(partial(_feed, recorded, topic, site))
        for form, written in _FORMS.items():
            yield File(feed_address(*topic, form), key, partial(_written, feed, site, written))
    for record in recorded.charts.values():
        for slot, entry in sorted(record.entries.items()):
            yield File(milestone_address(slot), key_of(_said(entry)), partial(_milestone, record, slot))


def _pages(recorded: Recorded) -> Iterator[Page]:
    """Yield the pages that show what no bulletin is read for."""
    yield front_page(recorded)
    yield firsts_page(recorded)
    yield search_page(recorded)
    yield missing_page()
    for chart, record in recorded.charts.items():
        yield chart_page(recorded, chart)
        yield from (place_page(recorded, chart, territory) for territory in record.territories)
    yield from (work_page(recorded, work) for work in sorted(recorded.works))
    yield from group_pages(recorded)


_FORMS: Mapping[FeedFormat, Callable[[Feed, Site], bytes]] = {FeedFormat.ATOM: atom_of, FeedFormat.JSON: json_feed_of}


def _feed(recorded: Recorded, topic: Topic, site: Site) -> Feed:
    return feed_of(recorded.news, topic, site)


def _written(feed: Callable[[], Feed], site: Site, written: Callable[[Feed, Site], bytes]) -> bytes:
    return written(feed(), site)


def _file(page: Page) -> File:
    named = [(its.address, its.table.title) for its in page.downloads]
    shown = page.template, page.title, page.description, page.values, page.feed, named
    return File(page.address, key_of(shown), partial(html_of, page))


def _milestone(record: ChartRecord, slot: str) -> bytes:
    return html_of(milestone_page(record, slot))


def _said(entry: LedgerEntry) -> tuple[object, ...]:
    """Return what tells one state of a slot's page from another: its revisions, and what the last one says."""
    return entry.slot, entry.revision, entry.status, entry.words, entry.bulletins


def key_of(shown: object) -> str:
    """Return a digest of what a file shows, and of what shows it."""
    return hashlib.sha256(f"{_release()}{shown!r}".encode()).hexdigest()[:16]


@cache
def _release() -> str:
    """Return a digest of the templates and of this package's code: with another release all files are made anew."""
    digest = hashlib.sha256()
    folders = [resources.files(__package__)]
    while folders:
        for each in sorted(folders.pop().iterdir(), key=lambda its: its.name):
            if each.is_dir():
                folders.append(each)
            elif each.name.endswith((".py", ".html")):
                digest.update(each.read_bytes())
    return digest.hexdigest()
