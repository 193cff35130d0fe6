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
from chartwatch.adapters.memory import MemoryCharts, MemoryRecord, NoArchive
from chartwatch.document_errors import HistoryRewritten, HistoryShrank, SourceNotATable
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import SourceUnavailable
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector
from chartwatch.services.fetching import NotModified, Request, Response, Validators
from chartwatch.services.ports import Outcome
from tests.metrics import metrics_in
from tests.stores import Cloud
from tests.unit.sources.weekly_files import document, global_lines

HEADER = "period,territory,rank,title"

CONTEXT = SimpleNamespace(function_name="fetch", memory_limit_in_mb=128, invoked_function_arn="arn", aws_request_id="1")

Fetch = Callable[..., dict[str, int]]


class Provider:
    """Has one document, and sends it on each request."""

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
    validators, fetches = Cloud().validators(), Cloud().fetches()
    monkeypatch.setattr(deployment, "charts", lambda: charts)
    monkeypatch.setattr(deployment, "fetches", lambda: fetches)
    monkeypatch.setattr(deployment, "validators", lambda _reader: validators)
    return charts


@pytest.fixture
def fetch(monkeypatch: pytest.MonkeyPatch) -> Fetch:
    """Return what gives the provider a document, and lets the function fetch it."""
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Chartwatch")
    import fetch_rankings

    provider = Provider()
    monkeypatch.setattr(deployment, "archive", NoArchive)
    monkeypatch.setattr(deployment, "connection", lambda: provider)
    options = {"url": "https://charts.example/all.csv", "chart": "daily", "cadence": "day", "depth": "1"}

    def _fetch(body: bytes, **more: Any) -> dict[str, int]:
        provider.document = body
        counts: dict[str, int] = fetch_rankings.handler({"source": "csv", "options": options, **more}, CONTEXT)
        return counts

    return _fetch


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def number_ones(charts: MemoryCharts) -> set[str]:
    return {summary.number_ones["US"][0].title.partition(" ")[0] for summary in charts.summaries("daily")}


def test_a_document_that_rewrites_history_is_rejected_and_says_how_it_is_accepted(
    fetch: Fetch, charts: MemoryCharts
) -> None:
    fetch(FIRST)
    with pytest.raises(HistoryRewritten) as rejected:
        fetch(REWRITTEN)
    assert number_ones(charts) == {"Title"}
    (noted,) = charts.quarantined()
    assert (noted.error, noted.reason) == ("HistoryRewritten", str(rejected.value))
    (named,) = re.findall(r'"accept" to fetch_rankings: ([0-9a-f]{64})', noted.reason)
    assert fetch(REWRITTEN, accept=named) == {"new": 0, "revised": 60, "unchanged": 0}
    assert number_ones(charts) == {"Changed"}


@pytest.mark.parametrize("accept", [sha256(OTHERWISE), sha256(FIRST), "", "true", True, None])
def test_no_document_is_accepted_by_another_sha_256(fetch: Fetch, charts: MemoryCharts, accept: object) -> None:
    fetch(FIRST)
    with pytest.raises(HistoryRewritten):
        fetch(REWRITTEN, accept=accept)
    assert number_ones(charts) == {"Title"}


def test_a_shrunken_history_is_rejected_until_a_person_accepts_it(fetch: Fetch, charts: MemoryCharts) -> None:
    fetch(FIRST)
    shrunken = FIRST.replace(b",US,", b",KR,").replace(b",Title", b",Other")
    with pytest.raises(HistoryShrank, match='as "accept" to fetch_rankings'):
        fetch(shrunken)
    assert number_ones(charts) == {"Title"}
    fetch(shrunken, accept=sha256(shrunken))
    (summary, *_) = charts.summaries("daily")
    assert {territory: ones[0].title for territory, ones in summary.number_ones.items()} == {
        "KR": "Other 0",
        "US": "Title 0",
    }


def test_a_document_of_which_a_part_was_not_taken_counts_as_one_that_a_person_should_look_at(
    fetch: Fetch, charts: MemoryCharts, caplog: pytest.LogCaptureFixture
) -> None:
    fetch(FIRST + b"2022-01-01,KR,1,One\n2022-01-01,KR,1,Another\n2022-01-02,KR,1,One\n")
    assert [noted.error for noted in charts.quarantined()] == ["EditionsSetAside"]
    assert caplog.messages == ["document accepted in part", "document accepted"]


def test_of_a_chart_that_was_added_later_nothing_is_sent_of_periods_before(fetch: Fetch, charts: MemoryCharts) -> None:
    titles = [f"Title {day}" for day in range(60)]
    fetch(chart(titles[:50]), live_from="2022-02-15")
    fetch(chart(titles), live_from="2022-02-15")
    detector = Detector(charts, MemoryRecord(), Catalog(), default_rules(), date(2022, 1, 10))
    bulletins = [its for p in charts.summaries("daily") for its in detector.detect("daily", p.period)]
    changes = [change for bulletin in bulletins for change in bulletin.changes]
    assert min(change.milestone.period for change in changes) < date(2022, 1, 10)
    assert min(change.milestone.period for change in changes if change.is_sent) == date(2022, 2, 15)


@pytest.mark.parametrize(("of_stack", "since"), [("2022-01-20", "2022-01-20"), ("2022-01-05", "2022-01-15")])
def test_what_is_sent_begins_with_the_later_of_both_days(
    of_stack: str, since: str, fetch: Fetch, charts: MemoryCharts
) -> None:
    fetch(FIRST, live_from="2022-01-15")
    detector = Detector(charts, MemoryRecord(), Catalog(), default_rules(), date.fromisoformat(of_stack))
    bulletins = [its for p in charts.summaries("daily") for its in detector.detect("daily", p.period)]
    sent = [change.milestone.period for its in bulletins for change in its.changes if change.is_sent]
    assert min(sent) == date.fromisoformat(since)


def test_what_came_of_the_last_fetch_is_noted(fetch: Fetch, charts: MemoryCharts) -> None:
    del charts

    def noted() -> tuple[Outcome, str]:
        (its,) = deployment.fetches().all()
        assert its.asked.startswith('["csv", {"cadence": "day", "chart": "daily"')
        return its.outcome, its.detail

    fetch(FIRST)
    assert noted() == (Outcome.ACCEPTED, "")
    with pytest.raises(HistoryRewritten):
        fetch(REWRITTEN)
    outcome, detail = noted()
    assert (outcome, detail.partition(":")[0]) == (Outcome.REFUSED, "HistoryRewritten")
    fetch(FIRST + b"2022-01-01,KR,1,One\n2022-01-01,KR,1,Another\n2022-01-02,KR,1,One\n")
    outcome, detail = noted()
    assert (outcome, "KR" in detail) == (Outcome.PARTLY, True)


def test_a_provider_that_does_not_answer_is_noted_as_a_fetch_that_failed(
    fetch: Fetch, charts: MemoryCharts, monkeypatch: pytest.MonkeyPatch
) -> None:
    del charts
    error = SourceUnavailable("charts.example", "HTTP status 503", 503)

    class Silent:
        def get(self, _request: Request) -> bytes:
            raise error

    monkeypatch.setattr(deployment, "connection", Silent)
    with pytest.raises(SourceUnavailable):
        fetch(b"")
    (its,) = deployment.fetches().all()
    assert (its.outcome, its.detail) == (Outcome.FAILED, f"SourceUnavailable: {error}")


WEEK = document(global_lines())


class Conditional(Provider):
    """Sends its document unless the request has its validators."""

    def __init__(self, body: bytes) -> None:
        self.document = body
        self.asked: list[Validators] = []

    def get_if_modified(self, request: Request) -> Response | NotModified:
        self.asked.append(request.validators)
        its = Validators(etag=f'"{sha256(self.document)[:8]}"')
        return NotModified() if request.validators == its else Response(self.document, its)


def test_a_document_that_was_accepted_is_not_sent_again(
    fetch: Fetch, charts: MemoryCharts, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fetch_rankings

    del fetch
    provider = Conditional(WEEK)
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
    # A rejected document is fetched again without validators; only those of an accepted one are stored.
    assert [validators.etag is not None for validators in provider.asked] == [False, False, False, True]
    assert len(charts.charts()) == 4


class Keyed(Provider):
    """Wants a key, and sends its document on each request."""

    document = b"<html>maintenance</html>"

    def secret(self, _name: str) -> str:
        return "aku_secret"

    def today(self) -> date:
        return date(2022, 2, 5)


def test_a_page_that_is_rejected_is_stored_and_quarantined_as_any_document_is(
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


def test_a_refusal_is_counted_and_the_next_document_that_is_none_says_zero(
    fetch: Fetch, charts: MemoryCharts, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import fetch_rankings

    del fetch, charts
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    fetch_rankings.metrics.clear_metrics()
    provider = Conditional(b"<html>")
    monkeypatch.setattr(deployment, "connection", lambda: provider)
    event = {"source": "netflix-global", "options": {}}
    with pytest.raises(SourceNotATable):
        fetch_rankings.handler(event, CONTEXT)
    provider.document = WEEK
    fetch_rankings.handler(event, CONTEXT)
    fetch_rankings.handler(event, CONTEXT)
    refused, accepted, unchanged = map(metrics_in, _lines_with_metrics(capfd.readouterr().out))
    assert refused == {"DocumentsRefused": 1}
    assert accepted == {"DocumentsRefused": 0, "PublicationsNew": 4, "PublicationsRevised": 0}
    assert unchanged == {"DocumentsRefused": 0, "DocumentsUnchanged": 1}


def _lines_with_metrics(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if '"CloudWatchMetrics"' in line]
