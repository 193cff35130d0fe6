"""The functions that streams wake, in this process: no record runs before one that it follows."""

import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from chartwatch.adapters import deployment
from chartwatch.adapters.connection import HttpConnection
from chartwatch.adapters.tmdb import ADDRESS as TMDB
from chartwatch.adapters.wikidata import ADDRESS as WIKIDATA
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.works.candidates import Provider, Sighting
from chartwatch.domain.works.work import Kind
from chartwatch.errors import Conflict, NotPublished, NotResent, SourceUnavailable
from chartwatch.services.delivery_ports import Delivery
from chartwatch.services.enrich import LookedUp, look_up
from chartwatch.services.publish import Completed
from tests.metrics import metrics_in

CONTEXT = SimpleNamespace(
    function_name="stream", memory_limit_in_mb=128, invoked_function_arn="arn", aws_request_id="1"
)


class Work:
    """Stands for enricher, detector, store of bulletins and publisher; `fails` at some of the numbers it is given."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.fails: set[int] = set()
        self.resent: list[tuple[str, str]] = []

    def detect(self, chart: str, period: date) -> list[Bulletin]:
        self._do(period.day, Conflict(chart))
        return []

    def enrich(self, chart: str, period: date, _arrived: datetime) -> Sequence[LookedUp]:
        self._do(period.day, Conflict(chart))
        return ()

    def bulletin(self, chart: str, number: int) -> Bulletin:
        return Bulletin(chart, "A chart", number, date(2022, 1, number), (), {})

    def publish(self, bulletin: Bulletin) -> Completed:
        self.begun.append(bulletin.number)
        refused = [NotPublished(bulletin.id, "throttled")] if bulletin.number in self.fails else []
        return Completed(refused=refused)

    def resend(self, bulletin: Bulletin, story: str) -> Delivery:
        self.resent.append((bulletin.id, story))
        return Delivery.SENT

    def _do(self, number: int, error: Exception) -> None:
        self.begun.append(number)
        if number in self.fails:
            raise error


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    work = Work()
    for name in ("CHARTS_TABLE", "CATALOG_TABLE", "MILESTONES_TABLE", "STORIES_TABLE", "BUCKET"):
        monkeypatch.setenv(f"CHARTWATCH_{name}", "unused")
    monkeypatch.setattr(deployment, "enricher", lambda _rules: work)
    monkeypatch.setattr(deployment, "detector", lambda _rules: work)
    monkeypatch.setattr(deployment, "bulletins", lambda: work)
    monkeypatch.setattr(deployment, "publisher", lambda: work)
    monkeypatch.setattr(deployment, "site_queue", lambda: None)
    return work


FUNCTIONS = ("enrich_catalog", "detect_milestones", "publish_stories")

Run = Callable[[Sequence[int]], list[str]]


@pytest.fixture(params=FUNCTIONS)
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what gives a function a batch, and returns the sequence numbers that it reports."""
    for name in ("TRACE_DISABLED", "METRICS_DISABLED"):
        monkeypatch.setenv(f"POWERTOOLS_{name}", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Chartwatch")
    import detect_milestones
    import enrich_catalog
    import publish_stories

    for module in (enrich_catalog, detect_milestones):
        monkeypatch.setattr(module, "included_rules", lambda _name: None)
        monkeypatch.setattr(module, "settings", lambda: SimpleNamespace(rules="default.yaml"))
    functions: dict[str, tuple[ModuleType, str]] = {
        "enrich_catalog": (enrich_catalog, "PUBLICATION#2022-01-{:02d}"),
        "detect_milestones": (detect_milestones, "READY#2022-01-{:02d}"),
        "publish_stories": (publish_stories, "BULLETIN#{:08d}"),
    }
    function, key = functions[request.param]

    def _run(numbers: Sequence[int]) -> list[str]:
        records = [_record(number, key.format(number)) for number in numbers]
        answer: dict[str, list[dict[str, str]]] = function.handler({"Records": records}, CONTEXT)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return _run


def _record(number: int, sk: str) -> dict[str, Any]:
    keys = {"pk": {"S": "weekly"}, "sk": {"S": sk}}
    said = {"SequenceNumber": f"seq-{number}", "Keys": keys, "ApproximateCreationDateTime": 1643673600}
    return {"eventSource": "aws:dynamodb", "dynamodb": said}


def test_a_key_that_is_not_there_keeps_no_other_provider_from_being_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def secret(_connection: HttpConnection, name: str) -> str:
        raise SourceUnavailable(f"the parameter {name}", "ParameterNotFound")

    its = SimpleNamespace(contact="", wikidata=WIKIDATA, tmdb=TMDB, tmdb_key="/chartwatch/tmdb-key")
    monkeypatch.setattr(deployment, "settings", lambda: its)
    monkeypatch.setattr(HttpConnection, "secret", secret)
    wikidata, tmdb = deployment.fact_providers()
    assert wikidata.provider is Provider.WIKIDATA
    sighting = Sighting(("Squid Game",), Kind.SERIES, date(2022, 1, 1), None)
    looked_up = look_up(sighting, [tmdb], date(2022, 1, 1))
    assert ["/chartwatch/tmdb-key" in str(failure) for failure in looked_up.failures] == [True]
    assert not looked_up.identified


def test_a_batch_without_failures_reports_none(work: Work, run: Run) -> None:
    assert run([1, 2, 3]) == []
    assert work.begun == [1, 2, 3]


@pytest.mark.parametrize("fails", [{1}, {2}, {3}, {2, 3}, {1, 2, 3}])
def test_no_record_after_the_first_that_fails_is_begun(work: Work, run: Run, fails: set[int]) -> None:
    work.fails = fails
    assert run([1, 2, 3]) == [f"seq-{min(fails)}"]
    assert work.begun == list(range(1, min(fails) + 1))


def test_what_is_run_again_begins_with_the_record_that_failed(work: Work, run: Run) -> None:
    work.fails = {2}
    run([1, 2, 3])
    work.fails = set()
    assert run([2, 3]) == [], "one batch's failure is forgotten with the next"
    assert work.begun == [1, 2, 2, 3]


@pytest.mark.parametrize(("run", "function"), [(name, name) for name in FUNCTIONS], indirect=["run"])
@pytest.mark.usefixtures("run")
def test_a_record_whose_keys_nobody_can_read_is_reported_and_said(
    function: str, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, said = sys.modules[function], list[object]()
    monkeypatch.setattr(module.logger, "exception", lambda message, extra: said.append((message, extra["key"])))
    record = _record(1, "UNREADABLE")
    assert module.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "seq-1"}]}
    assert said == [("failed", record["dynamodb"]["Keys"])]
    assert work.begun == []


def test_what_is_in_doubt_or_waits_for_that_is_not_tried_again_at_once(work: Work, monkeypatch: Any) -> None:
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    import publish_stories

    work.publish = lambda _bulletin: Completed(in_doubt=["weekly:00000001:dark"], held=["weekly:00000001:maid"])  # type: ignore[method-assign]
    assert publish_stories.handler({"Records": [_record(1, "BULLETIN#00000001")]}, CONTEXT) == {"batchItemFailures": []}


@pytest.mark.parametrize(("error", "counted"), [(Conflict("weekly"), {}), (TimeoutError(), {"RecordsFailed": 1})])
def test_to_be_overtaken_is_tried_again_and_counts_as_no_failure(
    error: Exception, counted: dict[str, float], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    import detect_milestones

    # It may have been imported before, without what is read from the environment then.
    monkeypatch.setattr(detect_milestones.metrics, "namespace", "Chartwatch")

    def overtaken(_chart: str, _period: date) -> list[Bulletin]:
        raise error

    detector: Any = SimpleNamespace(detect=overtaken)
    monkeypatch.setattr(deployment, "detector", lambda _rules: detector)
    monkeypatch.setattr(detect_milestones, "included_rules", lambda _name: None)
    monkeypatch.setattr(detect_milestones, "settings", lambda: SimpleNamespace(rules="default.yaml"))
    detect_milestones.metrics.clear_metrics()
    answer = detect_milestones.handler({"Records": [_record(1, "PUBLICATION#2022-01-02")]}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "seq-1"}]}
    assert metrics_in(capfd.readouterr().out) == counted


def test_a_message_that_a_person_asks_for_is_looked_for_in_its_bulletin(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Chartwatch")
    import publish_stories

    asked = work.resent
    for story in ("weekly:00000012:squid:2", "weekly:00000012:digest"):
        assert publish_stories.handler({"resend": story}, CONTEXT) == {"resent": story, "before": "SENT"}
    assert asked == [("weekly:00000012", "weekly:00000012:squid:2"), ("weekly:00000012", "weekly:00000012:digest")]
    for wrong in ("weekly", "weekly:twelve:squid", "weekly:00000012", ":1:x", "weekly:²:x"):
        with pytest.raises(NotResent, match="no id of a message"):
            publish_stories.handler({"resend": wrong}, CONTEXT)


@pytest.mark.parametrize(("error", "counted"), [(None, 0), (TimeoutError("SQS does not answer"), 2)])
def test_the_site_is_told_before_anybody_and_stories_do_not_wait_where_it_cannot_be(
    work: Work,
    error: Exception | None,
    counted: int,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    import publish_stories

    monkeypatch.setattr(publish_stories.metrics, "namespace", "Chartwatch")
    publish_stories.metrics.clear_metrics()
    told: list[tuple[str, int]] = []

    def tell(bulletin: str) -> None:
        told.append((bulletin, len(work.begun)))
        if error:
            raise error

    monkeypatch.setattr(deployment, "site_queue", lambda: SimpleNamespace(tell=tell))
    records = [_record(number, f"BULLETIN#{number:08d}") for number in (1, 2)]
    assert publish_stories.handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}
    assert told == [("weekly:00000001", 0), ("weekly:00000002", 1)]
    assert work.begun == [1, 2]
    assert metrics_in(capfd.readouterr().out).get("SiteUntold", 0) == counted
