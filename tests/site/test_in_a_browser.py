"""Each kind of page in a real browser: the one with the most in it, on a phone and on a desktop, light and dark."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.browsing import DESKTOP, LOOKS, NARROWEST, PHONE, UNSCRIPTED, Look, Windows
from tests.site.documents import read_page
from tests.site.kinds import KINDS, fullest, pages_of
from tests.site.sample import SONGS
from tests.site.usability import (
    axe_faults,
    direction_faults,
    keyboard_faults,
    script_faults,
    scrolling_faults,
    search_faults,
    skip_link_faults,
    width_faults,
)

pytestmark = pytest.mark.xdist_group("site-browser")

MOST_BYTES = 100_000
MOST_SCRIPT = 10_000
DEFAULT_MARGIN = "8px"
"""Of a page without a style of its own."""

UNFOLD = "() => { for (const one of document.querySelectorAll('details')) one.open = true; }"

See = Callable[[str, Look], "Seen"]

each_kind = pytest.mark.parametrize("kind", KINDS)
each_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)


@dataclass(frozen=True)
class Seen:
    """What is wrong with a page in a look, found in one visit."""

    shown: list[str]
    axe: list[str]
    scrolling: list[str]
    direction: list[str]


@pytest.fixture(scope="session")
def see(windows: Windows, served: str, site: Path) -> Callable[[str, Look], Seen]:
    @cache
    def seen(kind: str, look: Look) -> Seen:
        with windows.visit(served + fullest(site)[kind], look) as visit:
            visit.page.evaluate(UNFOLD)
            scrolling, direction = scrolling_faults(visit.page), direction_faults(visit.page)
            axe = axe_faults(visit.page)
            return Seen(visit.faults, axe, scrolling, direction)

    return seen


@each_kind
@each_look
def test_a_page_is_shown_without_an_error_and_asks_no_other_host(kind: str, look: Look, see: See) -> None:
    assert see(kind, look).shown == []


@each_kind
@each_look
def test_a_page_breaks_no_rule_of_axe(kind: str, look: Look, see: See) -> None:
    assert see(kind, look).axe == []


@each_kind
def test_nothing_of_a_page_has_to_be_scrolled_sideways_on_a_phone(kind: str, see: See) -> None:
    assert see(kind, PHONE).scrolling == []


@each_kind
def test_a_title_that_is_read_from_right_to_left_leaves_alone_what_stands_beside_it(kind: str, see: See) -> None:
    assert see(kind, DESKTOP).direction == []


@each_kind
def test_a_page_fits_into_320_pixels(kind: str, windows: Windows, served: str, site: Path) -> None:
    with windows.visit(served + fullest(site)[kind], NARROWEST) as visit:
        assert width_faults(visit.page) == []


@each_kind
def test_tab_reaches_every_link_of_a_page_in_order_and_one_sees_where_one_is(
    kind: str, windows: Windows, served: str, site: Path
) -> None:
    with windows.visit(served + fullest(site)[kind]) as visit:
        assert keyboard_faults(visit.page) == []


@each_kind
def test_the_first_stop_of_a_page_skips_to_its_main_part(kind: str, windows: Windows, served: str, site: Path) -> None:
    with windows.visit(served + fullest(site)[kind]) as visit:
        assert skip_link_faults(visit.page) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "search"])
def test_a_page_says_the_same_without_script(kind: str, windows: Windows, served: str, site: Path) -> None:
    address = served + fullest(site)[kind]
    with windows.visit(address) as scripted, windows.visit(address, UNSCRIPTED) as unscripted:
        assert script_faults(scripted.page, unscripted.page) == []


def test_the_page_of_the_search_lists_every_title_without_script(windows: Windows, served: str, site: Path) -> None:
    titles = {next(read_page(site, address).all("h1")).text for address in pages_of(site, "work")}
    with windows.visit(f"{served}search.html", UNSCRIPTED) as visit:
        assert titles <= {" ".join(text.split()) for text in visit.page.locator("main a").all_inner_texts()}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "missing"])
def test_a_page_can_be_opened_from_its_folder(kind: str, windows: Windows, site: Path) -> None:
    with windows.visit((site / fullest(site)[kind]).as_uri()) as visit:
        assert visit.faults == []
        assert visit.page.evaluate("() => getComputedStyle(document.body).margin") != DEFAULT_MARGIN


@pytest.mark.parametrize("title", ["Squid Game", SONGS[5][0], SONGS[2][0]])
def test_a_work_is_found_by_keyboard(title: str, windows: Windows, served: str) -> None:
    with windows.visit(f"{served}search.html") as visit:
        assert search_faults(visit.page, title) == []
        assert visit.faults == []


def test_the_front_page_loads_under_100_kb_and_at_most_10_kb_of_script(
    windows: Windows, served: str, site: Path
) -> None:
    with windows.visit(f"{served}index.html") as visit:
        files = {site / unquote(urlsplit(address).path).lstrip("/") for address in visit.requested}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert sum(file.stat().st_size for file in site.rglob("*.js")) <= MOST_SCRIPT
