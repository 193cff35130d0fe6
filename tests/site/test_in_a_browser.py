"""Each kind of page in a real browser: the one with the most in it, on a phone and on a desktop, light and dark."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.site.browsing import LOOKS, NARROWEST, Look, visiting
from tests.site.kinds import KINDS, fullest
from tests.site.sample import SONGS
from tests.site.usability import (
    axe_faults,
    keyboard_faults,
    script_faults,
    search_faults,
    skip_link_faults,
    width_faults,
)

MOST_BYTES = 100_000
MOST_SCRIPT = 10_000

each_kind = pytest.mark.parametrize("kind", KINDS)
each_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)


@each_kind
@each_look
def test_a_page_is_shown_without_an_error_and_breaks_no_rule_of_axe(
    kind: str, look: Look, browser: Browser, served: str, site: Path
) -> None:
    with visiting(browser, served + fullest(site)[kind], look) as visit:
        assert axe_faults(visit.page) == []
        assert visit.faults == []


@each_kind
def test_tab_reaches_every_link_of_a_page_in_order_and_one_sees_where_one_is(
    kind: str, browser: Browser, served: str, site: Path
) -> None:
    with visiting(browser, served + fullest(site)[kind]) as visit:
        assert keyboard_faults(visit.page) == []


@each_kind
def test_the_first_stop_of_a_page_skips_to_its_main_part(kind: str, browser: Browser, served: str, site: Path) -> None:
    with visiting(browser, served + fullest(site)[kind]) as visit:
        assert skip_link_faults(visit.page) == []


@each_kind
def test_a_page_fits_into_320_pixels(kind: str, browser: Browser, served: str, site: Path) -> None:
    with visiting(browser, served + fullest(site)[kind], NARROWEST) as visit:
        assert width_faults(visit.page) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "search"])
def test_a_page_says_the_same_without_script(kind: str, browser: Browser, served: str, site: Path) -> None:
    with visiting(browser, served + fullest(site)[kind]) as visit:
        assert script_faults(visit.page) == []


@each_kind
def test_a_page_can_be_opened_from_its_folder(kind: str, browser: Browser, site: Path) -> None:
    with visiting(browser, (site / fullest(site)[kind]).as_uri()) as visit:
        assert visit.faults == []
        assert visit.page.evaluate("() => document.styleSheets[0].cssRules.length")


@pytest.mark.parametrize("title", ["Squid Game", SONGS[5][0], SONGS[2][0]])
def test_a_work_is_found_by_keyboard(title: str, browser: Browser, served: str) -> None:
    with visiting(browser, f"{served}search.html") as visit:
        assert search_faults(visit.page, title) == []
        assert visit.faults == []


def test_the_front_page_loads_under_100_kb_and_at_most_10_kb_of_script(
    browser: Browser, served: str, site: Path
) -> None:
    with visiting(browser, f"{served}index.html") as visit:
        files = {site / unquote(urlsplit(address).path).lstrip("/") for address in visit.requested}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert sum(file.stat().st_size for file in site.rglob("*.js")) <= MOST_SCRIPT
