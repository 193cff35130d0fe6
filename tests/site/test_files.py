"""The files of the site: no dead link, valid HTML, CSS and feeds, and little to load."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.site.documents import read_page, read_pages
from tests.site.feeds import ATOM, feed_faults
from tests.site.kinds import KINDS, fullest, kind_of
from tests.site.links import feed_link_faults, link_faults
from tests.site.markup import markup_faults
from tests.site.nu import lacking, nu_faults
from tests.site.sample import write_site_of_songs

pytestmark = pytest.mark.xdist_group("site-files")

ADDRESS = "https://charts.example/watched/"
THREADS = "{http://purl.org/syndication/thread/1.0}"


def test_the_site_has_every_kind_of_page_and_no_other(site: Path) -> None:
    assert {kind_of(page.address) or page.address for page in read_pages(site)} == KINDS.keys()
    assert fullest(site).keys() == KINDS.keys()


def test_every_link_of_every_page_leads_to_a_file_and_an_id(site: Path) -> None:
    assert link_faults(site) == []


def test_every_page_but_some_of_milestones_can_be_reached_from_the_front_page(site: Path) -> None:
    reached: set[str] = set()
    waiting = ["index.html"]
    while waiting:
        address = waiting.pop()
        if address not in reached:
            reached.add(address)
            waiting += read_page(site, address).leads_to
    pages = {page.address for page in read_pages(site)}
    assert {page for page in pages - reached if kind_of(page) not in ("milestone", "missing")} == set()


def test_every_page_names_its_language_title_and_heading_and_marks_its_dates(site: Path) -> None:
    assert markup_faults(site) == []


def test_html_and_css_of_the_whole_site_are_valid(site: Path) -> None:
    if lack := lacking():
        pytest.skip(lack)
    files = [file for kind in ("html", "css", "svg") for file in sorted(site.rglob(f"*.{kind}"))]
    assert nu_faults(site, [file.relative_to(site).as_posix() for file in files]) == []


def test_feeds_are_as_their_formats_say_and_say_the_same(site: Path) -> None:
    assert (site / "feeds" / "all.atom").exists()
    assert feed_faults(site / "feeds") == []


def test_every_link_of_every_feed_leads_into_the_site(site: Path) -> None:
    assert feed_link_faults(site) == []


def test_feeds_of_a_published_site_have_its_address_and_lead_into_it(tmp_path: Path) -> None:
    published = write_site_of_songs(tmp_path, ADDRESS)
    assert feed_faults(published / "feeds") == []
    assert feed_link_faults(published, ADDRESS) == []
    assert f'rel="self" type="application/atom+xml" href="{ADDRESS}feeds/all.atom"' in (
        published / "feeds" / "all.atom"
    ).read_text("utf-8")


def test_every_entry_that_follows_up_another_names_one_of_the_feed(site: Path) -> None:
    feed = ElementTree.parse(site / "feeds" / "all.atom").getroot()
    ids = {entry.findtext(f"{ATOM}id") for entry in feed.iterfind(f"{ATOM}entry")}
    followed = {reply.get("ref") for reply in feed.iter(f"{THREADS}in-reply-to")}
    assert followed
    assert followed <= ids
