"""Fetches a source's document, stores the raw file, and writes its publications that are new or changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.services.archived import Parse
from chartwatch.services.fetching import ConditionalFetch, DocumentUnchanged
from chartwatch.services.ingest import ingest
from chartwatch.services.ports import Fetched, Outcome
from chartwatch.services.schedules import asked_of
from chartwatch.sources import Source, open_source, reader_version

logger = Logger(service="fetch_rankings")
metrics = Metrics(service="fetch_rankings")
tracer = Tracer(service="fetch_rankings")


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Fetch the source that `event` names: `{"source": "netflix-global", "options": {}}`, a schedule's input.

    With `"live_from": "2026-01-31"` nothing is sent of the periods of its charts before that day. With
    `"accept": "<SHA-256>"` the document of that SHA-256, and no other, is accepted although it rewrites history,
    or lacks some of it. What came of it is noted, whatever it was.
    """
    source = open_source(event["source"], event.get("options", {}))
    metrics.add_dimension("source", source.name)
    logger.append_keys(source=source.name)
    try:
        counts, outcome, detail = fetch(source, event)
    except Exception as error:
        failed = Outcome.REFUSED if isinstance(error, SourceError) else Outcome.FAILED
        note(event, failed, f"{type(error).__name__}: {error}")
        raise
    note(event, outcome, detail)
    return counts


def fetch(source: Source, event: Mapping[str, Any]) -> tuple[dict[str, int], Outcome, str]:
    """Fetch a source's document and take it in; return what was counted, what came of it, and what a person is told."""
    # A document of several responses, or one that a person asks for again, is fetched without condition.
    conditional = ConditionalFetch(deployment.connection(), deployment.validators(reader_version()))
    is_conditional = source.whole_history and "accept" not in event
    try:
        body = source.fetch(conditional if is_conditional else deployment.connection())
    except DocumentUnchanged:
        metrics.add_metric("DocumentsUnchanged", MetricUnit.Count, 1)
        metrics.add_metric("DocumentsRefused", MetricUnit.Count, 0)
        logger.info("document unchanged")
        return {"new": 0, "revised": 0, "unchanged": 0}, Outcome.UNCHANGED, ""
    provenance = Provenance(source.url, _as_text(_now()), hashlib.sha256(body).hexdigest())
    logger.append_keys(sha256=provenance.sha256)
    try:
        ingested = ingest(
            source.name,
            body,
            provenance,
            parse=parser(source, event.get("live_from")),
            whole_history=source.whole_history,
            archive=deployment.archive(),
            charts=deployment.charts(),
            accepted=event.get("accept") == provenance.sha256,
        )
    except SourceError:
        metrics.add_metric("DocumentsRefused", MetricUnit.Count, 1)
        raise
    conditional.remember()
    if ingested.notices:
        # It was refused in part, and is listed with those that were refused whole.
        metrics.add_metric("DocumentsRefused", MetricUnit.Count, 1)
        logger.warning("document accepted in part", extra={n.found: n.detail for n in ingested.notices})
    counts = {"new": len(ingested.new), "revised": len(ingested.revised), "unchanged": ingested.unchanged}
    # A zero too: the alarm of a refusal stands until it.
    metrics.add_metric("DocumentsRefused", MetricUnit.Count, 0)
    metrics.add_metric("PublicationsNew", MetricUnit.Count, counts["new"])
    metrics.add_metric("PublicationsRevised", MetricUnit.Count, counts["revised"])
    logger.info("document accepted", extra=counts)
    outcome = Outcome.PARTLY if ingested.notices else Outcome.ACCEPTED
    return counts, outcome, "; ".join(notice.detail for notice in ingested.notices)


def parser(source: Source, live_from: str | None) -> Parse:
    """Return what reads a document: publications of charts of which nothing is sent of periods before a day."""
    if live_from is None:
        return source.parse
    since = date.fromisoformat(live_from)

    def parse(body: bytes, provenance: Provenance) -> list[Publication]:
        publications = source.parse(body, provenance)
        return [replace(each, chart=replace(each.chart, live_from=since)) for each in publications]

    return parse


def note(event: Mapping[str, Any], outcome: Outcome, detail: str) -> None:
    """Note a fetch, for whoever asks how the deployment stands."""
    deployment.fetches().note(Fetched(asked_of(event), _now(), outcome, detail))


def _now() -> datetime:
    return datetime.now(UTC)


def _as_text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
