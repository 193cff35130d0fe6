"""Brings the milestones of a chart up to date when one of its publications, or the catalog, has changed."""

from functools import partial

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.streams import process_in_order
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.errors import Conflict
from chartwatch.rules import included_rules
from chartwatch.services.collecting import nothing_collected
from chartwatch.services.detect import Detector
from chartwatch.settings import settings

logger = Logger(service="detect_milestones")
metrics = Metrics(service="detect_milestones")
tracer = Tracer(service="detect_milestones")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, object], _context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of stream records in order up to the first that fails, and report that one."""
    detector = deployment.detector(included_rules(settings().rules))
    return process_in_order(event, partial(detect, detector))


@nothing_collected()
def detect(detector: Detector, record: DynamoDBRecord) -> None:
    """Process one record: the keys of a publication, or of the catalog in force."""
    key: object = record["dynamodb"]["Keys"]
    try:
        key = keys.of(record)
        if isinstance(key, keys.PublicationKey):
            _report(detector.detect(key.chart, key.period))
            return
        for chart in deployment.charts().charts():
            _report(detector.reconsider(chart))
    except Conflict:
        # Lambda tries again, and what others are doing to the same chart is done by then. A record that is overtaken
        # for ever grows old, of which there is an alarm.
        logger.warning("overtaken", extra={"key": key})
        raise
    except Exception:
        # Reported as failed and tried again: to Lambda the function has not failed, and nothing else would tell why.
        metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
        logger.exception("failed", extra={"key": key})
        raise


def _report(bulletins: list[Bulletin]) -> None:
    for bulletin in bulletins:
        sent = sum(change.is_sent for change in bulletin.changes)
        metrics.add_metric("MilestonesChanged", MetricUnit.Count, len(bulletin.changes))
        metrics.add_metric("MilestonesTold", MetricUnit.Count, sent)
        logger.info("bulletin", bulletin=bulletin.id, changes=len(bulletin.changes), sent=sent)
