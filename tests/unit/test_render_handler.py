"""The function `render_site`: a batch of messages is one render, and what fails is tried again soon."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from chartwatch.adapters import deployed_site, deployment
from chartwatch.services.render import Rendered
from tests.handlers import imported

TODAY = date(2026, 11, 28)


class Site:
    """Stands for what renders, for the site's files and for its queue, and keeps what they were asked."""

    def __init__(self) -> None:
        self.stands, self.noted = "1", ""
        self.rendered: list[bool] = []
        self.given_back: list[str] = []
        self.fails: Exception | None = None
        self.comes: Callable[[], None] = lambda: None

    def render(self, site: "Site", *, anew: bool = False) -> Rendered:
        assert site is self
        self.comes()
        if self.fails:
            raise self.fails
        self.rendered.append(anew)
        return Rendered(("index.html",), (), 9)

    def state(self, today: date | None = None) -> str:
        return self.noted if today is None else f"{self.stands} on {today}"

    def note_state(self, state: str) -> None:
        self.noted = state

    def give_back(self, receipts: tuple[str, ...]) -> None:
        self.given_back += receipts


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site()
    monkeypatch.setattr(deployment, "site_queue", lambda: site)
    for name in ("renderer", "site_bucket"):
        monkeypatch.setattr(deployed_site, name, lambda: site)
    monkeypatch.setattr(deployed_site, "today", lambda: TODAY)
    return site


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., dict[str, int]]]:
    with imported("render_site", monkeypatch) as (module, context):

        def told(*bodies: str) -> dict[str, int]:
            records = [
                {"messageId": f"message {number}", "receiptHandle": f"receipt {number}", "body": body}
                for number, body in enumerate(bodies)
            ]
            counted: dict[str, int] = module.handler({"Records": records}, context)
            return counted

        yield told


def said(number: int) -> str:
    return json.dumps({"bulletin": f"weekly:{number:08d}"})


def test_a_batch_is_one_render_and_what_is_rendered_already_is_none(site: Site, tell: Any) -> None:
    assert tell(*map(said, range(10))) == {"written": 1, "removed": 0}
    assert tell(said(10), "{}") == {"written": 0, "removed": 0}
    assert site.rendered == [False]
    site.stands = "2"
    assert tell(said(11)) == {"written": 1, "removed": 0}
    assert site.rendered == [False, False]


def test_one_message_that_asks_for_it_has_all_written_anew_though_nothing_has_changed(site: Site, tell: Any) -> None:
    tell(said(1))
    tell(said(2), '{"anew": true}', "{}")
    assert site.rendered == [False, True]


@pytest.mark.parametrize("body", ["no JSON", "[1]", '"anew"', '{"anew": "yes"}', '{"anew": false}', "null", "{}"])
def test_what_is_no_message_of_ours_says_that_something_may_have_changed(site: Site, tell: Any, body: str) -> None:
    tell(body)
    tell(body)
    assert site.rendered == [False]


def test_what_changes_while_it_renders_is_rendered_by_the_next_message(site: Site, tell: Any) -> None:
    def comes() -> None:
        site.stands = "2"

    site.comes = comes
    tell(said(1))
    tell(said(2))
    assert len(site.rendered) == 2


def test_what_fails_gives_all_its_messages_back_and_is_done_again(
    site: Site, tell: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site.fails = TimeoutError("S3 does not answer")
    with pytest.raises(TimeoutError):
        tell(said(1), said(2))
    assert site.given_back == ["receipt 0", "receipt 1"]
    assert [its.getMessage() for its in caplog.records if its.name == "render_site"] == ["failed"]
    site.fails = None
    assert tell(said(1), said(2)) == {"written": 1, "removed": 0}
