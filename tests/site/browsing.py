"""A real browser: Chromium driven by Playwright, and what it notices while it shows a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, WebError, sync_playwright

INSTALLED_AS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no browser is installed: apt-get install chromium, or python -m playwright install chromium"

QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
"""The browser asks nobody anything of its own, and finds no host but this one."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at: the width and height of the window in CSS pixels, and the colours asked for."""

    width: int
    height: int
    scheme: str
    script: bool = True

    @property
    def name(self) -> str:
        return f"{'phone' if self.width < 600 else 'desktop'}-{self.scheme}"


LOOKS = tuple(
    Look(width, height, scheme) for width, height in ((390, 844), (1280, 800)) for scheme in ("light", "dark")
)
PHONE = Look(390, 844, "light")
DESKTOP = Look(1280, 800, "light")
NARROWEST = Look(320, 640, "light")
UNSCRIPTED = Look(1280, 800, "light", script=False)


@dataclass
class Visit:
    """A page in a window, what went wrong while it was shown, and the addresses that it asked for."""

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"the console says: {message.text}")

    def note_error(self, error: WebError) -> None:
        self.faults.append(f"a script failed: {error.error}")

    def note_request(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        self.requested.append(request.url)
        if not request.url.startswith(self.origin):
            self.faults.append(f"another host was asked: {request.url}")

    def note_failure(self, request: Request) -> None:
        self.faults.append(f"not loaded: {request.url}")

    def note_response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"answered with {response.status}: {response.url}")


class Windows:
    """The windows of a browser, one for each look; a window shows one page after the other."""

    def __init__(self, browser: Browser) -> None:
        """Open no window yet."""
        self._browser = browser
        self._pages: dict[Look, Page] = {}

    @contextmanager
    def visit(self, address: str, look: Look = DESKTOP) -> Iterator[Visit]:
        """Show the page at `address`, once it and what it names is loaded."""
        if look not in self._pages:
            self._pages[look] = self._open(look)
        page = self._pages[look]
        visit = Visit(page, _origin(address))
        notes = {
            "console": visit.note_message,
            "weberror": visit.note_error,
            "request": visit.note_request,
            "requestfailed": visit.note_failure,
            "response": visit.note_response,
        }
        for event, note in notes.items():
            page.context.on(event, note)
        try:
            page.goto(address)
            yield visit
        finally:
            for event, note in notes.items():
                page.context.remove_listener(event, note)
            page.goto("about:blank")

    def _open(self, look: Look) -> Page:
        context = self._browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme="dark" if look.scheme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=look.script,
            locale="en-GB",
            timezone_id="UTC",
        )
        return context.new_page()


def _origin(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return "file://" if scheme == "file" else f"{scheme}://{rest.partition('/')[0]}/"


@contextmanager
def browsing() -> Iterator[Windows | None]:
    """Start the browser that is installed, Playwright's own or the system's; yield None where there is neither."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = own if Path(own).exists() else next(filter(None, map(shutil.which, INSTALLED_AS)), None)
        if found is None:
            yield None
            return
        # A root user, as in containers, has no sandbox.
        arguments = [*QUIET, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [*QUIET]
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            yield Windows(browser)
        finally:
            browser.close()
