"""Looks up what is not known of the works at #1 of a publication, and marks it ready for the detector."""

from functools import partial

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.streams import arrival_of, process_in_order
from chartwatch.services.enrich import Enricher

logger = Logger(service="enrich_catalog")
metrics = Metrics(service="enrich_catalog")
tracer = Tracer(service="enrich_catalog")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, object], _context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of stream records in order up to the first that fails, and report that one."""
    return process_in_order(event, partial(enrich, deployment.enricher()))


def enrich(enricher: Enricher, record: DynamoDBRecord) -> None:
    """Process one record: the keys of a publication."""
    key = keys.publication_of(record)
    try:
        found = enricher.enrich(key.chart, key.period, arrival_of(record))
        for its in found:
            facts = sorted(fact.name for fact in its.facts)
            logger.info("looked up", titles=its.sighting.titles, facts=facts, failures=list(map(str, its.failures)))
        metrics.add_metric("WorksLookedUp", MetricUnit.Count, len(found))
    except Exception:
        # Reported as failed and tried again: to Lambda the function has not failed, and nothing else would tell why.
        metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
        logger.exception("failed", extra={"key": key})
        raise
