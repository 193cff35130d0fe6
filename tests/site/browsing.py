"""A real browser: Chromium driven by Playwright, and what it notices while it shows a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

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
DESKTOP = Look(1280, 800, "light")
NARROWEST = Look(320, 640, "light")
UNSCRIPTED = Look(1280, 800, "light", script=False)


@dataclass
class Visit:
    """A page in the browser, what went wrong while it was shown, and the addresses that it asked for."""

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"a script failed: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", lambda request: self.faults.append(f"not loaded: {request.url}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"the console says: {message.text}")

    def _request(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        self.requested.append(request.url)
        if not request.url.startswith(self.origin):
            self.faults.append(f"another host was asked: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"answered with {response.status}: {response.url}")


@contextmanager
def visiting(browser: Browser, address: str, look: Look = DESKTOP) -> Iterator[Visit]:
    """Show the page at `address` in a window of its own, once it and what it names is loaded."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme="dark" if look.scheme == "dark" else "light",
        reduced_motion="reduce",
        java_script_enabled=look.script,
        locale="en-GB",
        timezone_id="UTC",
    )
    try:
        context.set_default_timeout(10_000)
        visit = Visit(context.new_page(), _origin(address))
        visit.watch(context)
        visit.page.goto(address)
        yield visit
    finally:
        context.close()


def _origin(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return "file://" if scheme == "file" else f"{scheme}://{rest.partition('/')[0]}/"


@contextmanager
def browsing() -> Iterator[Browser | None]:
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
            yield browser
        finally:
            browser.close()
