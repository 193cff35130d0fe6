"""Sends the stories of a bulletin, and its digest, each once."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.streams import BatchAnswer, in_order

logger = Logger(service="publish_stories")
metrics = Metrics(service="publish_stories")
tracer = Tracer(service="publish_stories")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> BatchAnswer:
    """Process a batch of stream records in order, and report the first that failed."""
    return in_order(event["Records"], publish)


def publish(record: Mapping[str, Any]) -> None:
    """Process one record: the keys of a bulletin."""
    key = keys.bulletin_of(record)
    try:
        bulletin = deployment.milestones().bulletin(key.chart, key.number)
        sent = deployment.publisher().publish(bulletin)
    except Exception:
        # Reported as failed and tried again; nothing else would tell why.
        logger.exception("failed", extra={"key": key})
        raise
    metrics.add_metric("MessagesSent", MetricUnit.Count, sent)
    logger.info("published", bulletin=bulletin.id, sent=sent)
