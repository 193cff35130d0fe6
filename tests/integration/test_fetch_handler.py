"""The function that fetches, in this process: what an event may ask of it."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chartwatch.adapters import deployment
from chartwatch.adapters.folder import FolderArchive
from chartwatch.adapters.memory import MemoryCharts, MemoryValidators, NoArchive
from chartwatch.errors import HistoryRewritten, HistoryShrank, SourceNotATable
from chartwatch.services.fetching import Answer, NotModified, Request, Validators

HEADER = "period,territory,rank,title"

CONTEXT = SimpleNamespace(function_name="fetch", memory_limit_in_mb=128, invoked_function_arn="arn", aws_request_id="1")

Fetch = Callable[..., dict[str, int]]


class Provider:
    """Answers each request with its document."""

    document = b""

    def get(self, _request: Request) -> bytes:
        return self.document


def chart(titles: Sequence[str]) -> bytes:
    rows = (f"2022-{1 + day // 28:02d}-{1 + day % 28:02d},US,1,{title}" for day, title in enumerate(titles))
    return "\n".join((HEADER, *rows, "")).encode()


FIRST = chart([f"Title {day}" for day in range(60)])
REWRITTEN, OTHERWISE = (chart([f"{word} {day}" for day in range(60)]) for word in ("Changed", "Different"))


@pytest.fixture
def charts(monkeypatch: pytest.MonkeyPatch) -> MemoryCharts:
    charts = MemoryCharts()
    validators = MemoryValidators()
    monkeypatch.setattr(deployment, "charts", lambda: charts)
    monkeypatch.setattr(deployment, "validators", lambda _reader: validators)
    return charts


@pytest.fixture
def fetch(monkeypatch: pytest.MonkeyPatch) -> Fetch:
    """Return what lets the provider say something, and the function fetch it."""
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Chartwatch")
    import fetch_rankings

    provider = Provider()
    monkeypatch.setattr(deployment, "archive", NoArchive)
    monkeypatch.setattr(deployment, "connection", lambda: provider)
    options = {"url": "https://charts.example/all.csv", "chart": "daily", "cadence": "day", "depth": "1"}

    def _fetch(document: bytes, **more: Any) -> dict[str, int]:
        provider.document = document
        counts: dict[str, int] = fetch_rankings.handler({"source": "csv", "options": options, **more}, CONTEXT)
        return counts

    return _fetch


def sha256(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()


def number_ones(charts: MemoryCharts) -> set[str]:
    return {summary.number_ones["US"][0].title.partition(" ")[0] for summary in charts.summaries("daily")}


def test_a_document_that_rewrites_history_is_refused_and_says_how_it_is_accepted(
    fetch: Fetch, charts: MemoryCharts
) -> None:
    fetch(FIRST)
    with pytest.raises(HistoryRewritten) as refused:
        fetch(REWRITTEN)
    assert number_ones(charts) == {"Title"}
    (noted,) = charts.quarantined()
    assert (noted.error, noted.reason) == ("HistoryRewritten", str(refused.value))
    (said,) = re.findall(r'"accept" to fetch_rankings: ([0-9a-f]{64})', noted.reason)
    assert fetch(REWRITTEN, accept=said) == {"new": 0, "revised": 60, "unchanged": 0}
    assert number_ones(charts) == {"Changed"}


@pytest.mark.parametrize("accept", [sha256(OTHERWISE), sha256(FIRST), "", "true", True, None])
def test_no_other_document_than_the_accepted_one_is_taken(fetch: Fetch, charts: MemoryCharts, accept: object) -> None:
    fetch(FIRST)
    with pytest.raises(HistoryRewritten):
        fetch(REWRITTEN, accept=accept)
    assert number_ones(charts) == {"Title"}


def test_who_accepts_a_document_accepts_no_shrunken_history(fetch: Fetch, charts: MemoryCharts) -> None:
    fetch(FIRST)
    shrunken = FIRST.replace(b",US,", b",KR,")
    with pytest.raises(HistoryShrank):
        fetch(shrunken, accept=sha256(shrunken))
    assert number_ones(charts) == {"Title"}


WEEK = b"""week\tcategory\tweekly_rank\tshow_title\tseason_title\tcumulative_weeks_in_top_10
""" + b"".join(
    f"2022-02-06\t{category}\t{rank}\tTitle {rank}\tN/A\t1\n".encode()
    for category in ("Films (English)", "Films (Non-English)", "TV (English)", "TV (Non-English)")
    for rank in range(1, 11)
)


class Renewing(Provider):
    """Sends its document once, and to who has no validators."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        self.asked: list[Validators] = []

    def ask(self, request: Request) -> Answer | NotModified:
        self.asked.append(request.validators)
        known = Validators(etag=f'"{sha256(self.document)[:8]}"')
        return NotModified() if request.validators == known else Answer(self.document, known)


def test_a_document_that_was_taken_in_is_not_sent_again(
    fetch: Fetch, charts: MemoryCharts, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fetch_rankings

    del fetch
    provider = Renewing(WEEK)
    monkeypatch.setattr(deployment, "connection", lambda: provider)

    def counts() -> list[int]:
        return list(fetch_rankings.handler({"source": "netflix-global", "options": {}}, CONTEXT).values())

    provider.document = b"<html>"
    for _ in range(2):
        with pytest.raises(SourceNotATable):
            counts()
    provider.document = WEEK
    assert counts() == [4, 0, 0]
    assert counts() == [0, 0, 0]
    assert "sha256" not in fetch_rankings.logger.get_current_keys(), "that of another document than is spoken of"
    # What was refused is asked for again without validators; only what was taken in is known.
    assert [validators.etag is not None for validators in provider.asked] == [False, False, False, True]
    assert len(charts.charts()) == 4


class Keyed(Provider):
    """Wants a key, and answers every request with its document."""

    document = b"<html>maintenance</html>"

    def secret(self, _name: str) -> str:
        return "aku_secret"

    def today(self) -> date:
        return date(2022, 2, 5)


def test_a_page_that_cannot_be_believed_is_kept_and_noted_as_any_document_is(
    fetch: Fetch, charts: MemoryCharts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import fetch_rankings

    del fetch
    monkeypatch.setattr(deployment, "connection", Keyed)
    monkeypatch.setattr(deployment, "archive", lambda: FolderArchive(tmp_path))
    options = {"company": "cmp_n", "countries": {"US": "cnt_u"}}
    with pytest.raises(SourceNotATable):
        fetch_rankings.handler({"source": "flixpatrol", "options": options}, CONTEXT)
    (noted,) = charts.quarantined()
    assert noted.reason == "flixpatrol, line 1: is not JSON: '<html>maintenance</html>'"
    assert b"<html>maintenance</html>" in (tmp_path / noted.provenance.sha256).read_bytes()
