"""Looks up what is not known of the works at #1: of a publication, which it then marks ready, and again by the hour."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.streams import arrival_of, process_in_order
from chartwatch.errors import CatalogChanged
from chartwatch.rules import included_rules
from chartwatch.services.enrich import Enricher, LookedUp
from chartwatch.services.upkeep import Upkeep
from chartwatch.settings import settings

logger = Logger(service="enrich_catalog")
metrics = Metrics(service="enrich_catalog")
tracer = Tracer(service="enrich_catalog")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: Mapping[str, Any], _context: LambdaContext) -> PartialItemFailureResponse | None:
    """Process a batch of stream records in order up to the first that fails, and report that one.

    The schedule sends none: then the catalog is kept. A person sends `{"accept": SHA256}` for a change that waits.
    Raises `ExceptionGroup` where a part of keeping it failed, and `NothingHeld`.
    """
    if "accept" in event:
        deployment.catalog_changes().accept(str(event["accept"]))
        return None
    rules = included_rules(settings().rules)
    try:
        if "Records" in event:
            return process_in_order(dict(event), partial(enrich, deployment.enricher(rules)))
        keep_up(deployment.upkeep(rules))
        return None
    finally:
        # Of nothing no metric is sent: it would cost as much, and be logged as a mistake.
        if metrics.metric_set:
            metrics.flush_metrics()


def enrich(enricher: Enricher, record: DynamoDBRecord) -> None:
    """Process one record: the keys of a publication."""
    key: object = record["dynamodb"]["Keys"]
    try:
        key = keys.publication_of(record)
        _report(enricher.enrich(key.chart, key.period, arrival_of(record)))
    except Exception:
        # Reported as failed and tried again: to Lambda the function has not failed, and nothing else would tell why.
        metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
        logger.exception("failed", extra={"key": key})
        raise


def keep_up(upkeep: Upkeep) -> None:
    """Do all that keeps the catalog. A task that fails keeps back no other; what was left, the next run does."""
    errors: list[Exception] = []
    for name, task in upkeep.tasks():
        try:
            _report(task())
        except CatalogChanged:
            logger.warning("overtaken", extra={"task": name})
        except Exception as error:  # raised again below
            logger.exception("failed", extra={"task": name})
            errors.append(error)
    if errors:
        raise ExceptionGroup("some tasks failed", errors)


def _report(found: Sequence[LookedUp]) -> None:
    for its in found:
        facts = sorted(fact.name for fact in its.facts)
        logger.info("looked up", titles=its.sighting.titles, facts=facts, failures=list(map(str, its.failures)))
    if found:
        metrics.add_metric("WorksLookedUp", MetricUnit.Count, len(found))
