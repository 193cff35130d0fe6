"""Each check of the site finds nothing wrong with a small sound site, and finds what was broken in it on purpose."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.site.browsing import DESKTOP, NARROWEST, PHONE, UNSCRIPTED, Look, Visit, Windows
from tests.site.feeds import feed_faults
from tests.site.links import feed_link_faults, link_faults
from tests.site.markup import markup_faults
from tests.site.nu import lacking, nu_faults
from tests.site.serving import serving
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

pytestmark = pytest.mark.xdist_group("site-checks")

SOUND = Path(__file__).parent / "sound"
PAGES = [file.relative_to(SOUND).as_posix() for file in sorted(SOUND.rglob("*.html"))]

Check = Callable[[Path], list[str]]
PageCheck = Callable[[Visit, Windows], list[str]]

OF_FILES: dict[str, Check] = {
    "links": link_faults,
    "links of feeds": lambda folder: feed_link_faults(folder, "https://charts.example/"),
    "markup": markup_faults,
    "feeds": feed_faults,
}


def script_faults_of(visit: Visit, windows: Windows) -> list[str]:
    with windows.visit(visit.page.url, UNSCRIPTED) as unscripted:
        return script_faults(visit.page, unscripted.page)


IN_A_BROWSER: dict[str, tuple[Look, PageCheck]] = {
    "shown": (DESKTOP, lambda visit, _: visit.faults),
    "axe": (DESKTOP, lambda visit, _: axe_faults(visit.page)),
    "axe in the dark": (Look(1280, 800, "dark"), lambda visit, _: axe_faults(visit.page)),
    "keyboard": (DESKTOP, lambda visit, _: keyboard_faults(visit.page)),
    "skip link": (DESKTOP, lambda visit, _: skip_link_faults(visit.page)),
    "width": (NARROWEST, lambda visit, _: width_faults(visit.page)),
    "scrolling": (PHONE, lambda visit, _: scrolling_faults(visit.page)),
    "direction": (DESKTOP, lambda visit, _: direction_faults(visit.page)),
    "script": (DESKTOP, script_faults_of),
    "search": (DESKTOP, lambda visit, _: search_faults(visit.page, "Élite")),
}
ONLY = {"script": [page for page in PAGES if page != "search.html"], "search": ["search.html"]}
"""The pages of the sound site that a check is for, where these are not all."""


class Breakage(NamedTuple):
    """What stands in `file` of the sound site in place of `old`, and part of what `check` is to say of `page`."""

    check: str
    said: str
    file: str
    old: str
    new: str
    page: str = ""

    def make(self, folder: Path) -> Path:
        broken = folder / "site"
        shutil.copytree(SOUND, broken)
        text = (broken / self.file).read_text("utf-8")
        assert self.old in text
        (broken / self.file).write_text(text.replace(self.old, self.new, 1), "utf-8")
        return broken


_WRITTEN = yaml.safe_load((Path(__file__).parent / "breakages.yaml").read_text("utf-8"))
BREAKAGES = [Breakage(check, **fields) for check, listed in _WRITTEN.items() for fields in listed]


def breakages(checks: dict[str, Check] | dict[str, tuple[Look, PageCheck]]) -> pytest.MarkDecorator:
    chosen = [breakage for breakage in BREAKAGES if breakage.check in checks]
    return pytest.mark.parametrize("breakage", chosen, ids=lambda breakage: f"{breakage.check}: {breakage.said}")


def test_every_check_has_something_that_it_has_to_find() -> None:
    assert {breakage.check for breakage in BREAKAGES} == OF_FILES.keys() | IN_A_BROWSER.keys()


@pytest.mark.parametrize("name", OF_FILES)
def test_no_check_of_files_finds_a_fault_in_the_sound_site(name: str) -> None:
    assert OF_FILES[name](SOUND) == []


@breakages(OF_FILES)
def test_what_is_broken_in_a_file_is_found(breakage: Breakage, tmp_path: Path) -> None:
    faults = OF_FILES[breakage.check](breakage.make(tmp_path))
    assert [fault for fault in faults if breakage.said in fault], faults


def test_the_checker_of_html_finds_what_is_broken_in_pages_and_styles_and_nothing_else(tmp_path: Path) -> None:
    if lack := lacking():
        pytest.skip(lack)
    shutil.copytree(SOUND, tmp_path, dirs_exist_ok=True)
    page = (tmp_path / "index.html").read_text("utf-8")
    style = (tmp_path / "style.css").read_text("utf-8")
    (tmp_path / "picture.html").write_text(page.replace("<ul>", '<img src="icon.svg"><ul>'), "utf-8")
    (tmp_path / "list.html").write_text(page.replace("</ul>", ""), "utf-8")
    (tmp_path / "property.css").write_text(style.replace("a { color", "a { colr"), "utf-8")
    (tmp_path / "shape.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle radius="1"/></svg>', "utf-8")
    files = [file for kind in ("html", "css", "svg") for file in sorted(tmp_path.rglob(f"*.{kind}"))]
    faults = nu_faults(tmp_path, [file.relative_to(tmp_path).as_posix() for file in files])
    assert {fault.partition(":")[0] for fault in faults} == {"picture.html", "list.html", "property.css", "shape.svg"}


@pytest.mark.parametrize("name", IN_A_BROWSER)
def test_no_check_in_the_browser_finds_a_fault_in_the_sound_site(name: str, windows: Windows) -> None:
    look, check = IN_A_BROWSER[name]
    with serving(SOUND) as address:
        for page in ONLY.get(name, PAGES):
            with windows.visit(address + page, look) as visit:
                assert check(visit, windows) == [], page


@breakages(IN_A_BROWSER)
def test_what_is_broken_on_a_page_is_found(breakage: Breakage, windows: Windows, tmp_path: Path) -> None:
    look, check = IN_A_BROWSER[breakage.check]
    page = breakage.page or breakage.file
    with serving(breakage.make(tmp_path)) as address, windows.visit(address + page, look) as visit:
        faults = check(visit, windows)
        assert [fault for fault in faults if breakage.said in fault], faults


def test_a_page_that_asks_another_host_is_found_where_no_policy_stops_it(windows: Windows, tmp_path: Path) -> None:
    picture = '<img src="https://elsewhere.example/a.png" alt=""><ul>'
    broken = Breakage("shown", "another host", "index.html", "<ul>", picture).make(tmp_path)
    with serving(broken, policy="") as address, windows.visit(f"{address}index.html") as visit:
        assert "another host was asked: https://elsewhere.example/a.png" in visit.faults
