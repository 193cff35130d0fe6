"""Addresses stay where they are, need no quoting, and no two ids share one."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.starter import starter_layer
from chartwatch.domain.codes import COUNTRIES, FORMER_COUNTRIES, LANGUAGES
from chartwatch.domain.works.layers import catalog_of
from chartwatch.site.addresses import (
    FeedFormat,
    FeedKind,
    chart_address,
    creator_address,
    feed_address,
    file_name,
    language_address,
    link,
    milestone_address,
    origin_address,
    work_address,
)
from tests.strategies import examples

OF_ONE_ID: list[Callable[[str], str]] = [
    milestone_address,
    work_address,
    creator_address,
    origin_address,
    language_address,
    chart_address,
    lambda territory: chart_address("netflix-weekly-tv", territory),
    *(lambda value, kind=kind: feed_address(kind, value, FeedFormat.JSON) for kind in FeedKind if kind != FeedKind.ALL),
]

MAX_NAME = 80
"""Characters of a part of an address at most, its ending included."""


IDS = st.one_of(
    st.text(max_size=200),
    st.text("aAbB-_:*. /é한%#?", max_size=12),
    st.sampled_from(["con", "CON", "nul", "index", "..", ".", "", "squid-game", "Squid-Game", "KR", "kr", "-", "a--b"]),
)


@pytest.mark.parametrize("address", OF_ONE_ID)
@given(IDS)
@examples(60)
def test_an_address_is_safe_in_every_url_and_on_every_file_system(address: Callable[[str], str], said: str) -> None:
    found = address(said)
    assert quote(found) == found
    for part in found.split("/"):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[a-z]+)?", part), part
        assert len(part) <= MAX_NAME
        assert not re.fullmatch("(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]", part.split(".")[0])


@pytest.mark.parametrize("address", OF_ONE_ID)
@given(IDS, IDS)
@examples(60)
def test_two_ids_have_two_addresses_however_letters_are_cased(
    address: Callable[[str], str], one: str, other: str
) -> None:
    for ours, theirs in ((one, other), (one, one.upper()), (one, one.lower()), (one, file_name(one))):
        is_one_page = ours == theirs or address(ours) == address("*") == address(theirs)
        assert (address(ours).lower() == address(theirs).lower()) is is_one_page


def test_addresses_stay_where_they_are() -> None:
    assert work_address("squid-game") == "works/squid-game.html"
    assert work_address("unlisted:series:오징어 게임") == "works/unlisted-series-ojingeo-geim_7e2do7ws6snp.html"
    assert milestone_address("nth-non-english-series:netflix-daily-overall:US:4") == (
        "milestones/nth-non-english-series-netflix-daily-overall-us-4_o6di3zvihwvi.html"
    )
    assert creator_address("BTS") == "creators/bts_a542ttydyjfn.html"
    assert origin_address("KR") == "origins/KR.html"
    assert language_address("ko") == "languages/ko.html"
    assert chart_address("netflix-weekly-tv") == "charts/netflix-weekly-tv/index.html"
    assert chart_address("netflix-weekly-tv", "*") == "charts/netflix-weekly-tv/index.html"
    assert chart_address("netflix-weekly-tv", "GLOBAL") == "charts/netflix-weekly-tv/GLOBAL.html"
    assert feed_address(FeedKind.ALL, "", FeedFormat.ATOM) == "feeds/all.atom"
    assert feed_address(FeedKind.ORIGIN, "KR", FeedFormat.JSON) == "feeds/origins/KR.json"
    assert feed_address(FeedKind.RULE, "long-reign", FeedFormat.ATOM) == "feeds/rules/long-reign.atom"


def test_codes_and_works_of_the_starter_catalog_are_named_as_they_are() -> None:
    assert {origin_address(code) for code in [*COUNTRIES, *FORMER_COUNTRIES]} >= {"origins/KR.html", "origins/SU.html"}
    assert all(origin_address(code) == f"origins/{code}.html" for code in [*COUNTRIES, *FORMER_COUNTRIES])
    assert all(language_address(code) == f"languages/{code}.html" for code in LANGUAGES)
    works = [work.id for work in catalog_of(starter_layer())]
    assert [work for work in works if work_address(work) != f"works/{work}.html"] == []


@given(st.sampled_from(OF_ONE_ID), IDS, st.sampled_from(OF_ONE_ID), IDS)
@examples(60)
def test_a_link_leads_from_one_page_to_the_other(
    page: Callable[[str], str], its: str, to: Callable[[str], str], other: str
) -> None:
    base = "https://example.org/charts/"
    assert urljoin(base + page(its), link(page(its), to(other))) == base + to(other)


def test_links_are_relative() -> None:
    assert link("index.html", "works/squid-game.html") == "works/squid-game.html"
    assert link("works/squid-game.html", "index.html") == "../index.html"
    assert link("works/squid-game.html", "works/ozark.html") == "ozark.html"
    assert not Path(link("charts/a/US.html", "works/ozark.html")).is_absolute()
    assert os.path.normpath("charts/a/" + link("charts/a/US.html", "works/ozark.html")) == "works/ozark.html"
