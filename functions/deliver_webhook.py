"""Delivers stories and digests to webhooks, each from a queue of its own."""

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.adapters.webhook_queues import process_each
from chartwatch.services.webhooks import Delivered, Parked, Postponed, Received
from chartwatch.settings import settings

logger = Logger(service="deliver_webhook")
metrics = Metrics(service="deliver_webhook")
tracer = Tracer(service="deliver_webhook")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, object], _context: LambdaContext) -> PartialItemFailureResponse:
    """Deliver the messages of a batch, and report those that the queue is to give again."""
    return process_each(event, settings().stack, deliver)


def deliver(received: Received) -> bool:
    """Deliver one message, and return whether that is done with: delivered, or parked for a person."""
    about = {"webhook": received.webhook, "attempt": received.attempt}
    try:
        outcome = deployment.deliverer().deliver(received)
    except Exception:
        # Reported as failed and tried again: to Lambda the function has not failed, and nothing else would tell why.
        logger.exception("failed", extra=about)
        raise
    match outcome:
        case Delivered(status):
            metrics.add_metric("WebhooksDelivered", MetricUnit.Count, 1)
            logger.info("delivered", extra={**about, "status": status})
        case Postponed(reason, seconds):
            logger.warning("postponed", extra={**about, "reason": reason, "seconds": seconds})
        case Parked(reason):
            logger.error("parked", extra={**about, "reason": reason})
    return not isinstance(outcome, Postponed)
