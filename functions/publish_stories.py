"""Sends the stories of a bulletin, and its digest, each once; and tests, when somebody asks for one."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.streams import process_in_order
from chartwatch.domain.stories.message import as_test
from chartwatch.errors import NotResent, StoriesUnsent

logger = Logger(service="publish_stories")
metrics = Metrics(service="publish_stories")
tracer = Tracer(service="publish_stories")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> PartialItemFailureResponse | dict[str, str]:
    """Process a batch of stream records in order up to the first that fails, and report that one.

    A person sends `{"test": …}` for a test, and `{"resend": STORY}` for one message that is to be sent again.
    """
    if "test" in event:
        return send_test(event["test"])
    if "resend" in event:
        return resend(str(event["resend"]))
    return process_in_order(event, publish)


def send_test(test: Mapping[str, Any]) -> dict[str, str]:
    """Send a message that says that it is a test to a topic, and return the id that it was given.

    `topic` is `stories` or `digests`, and `attributes` are the message's, texts and numbers.
    """
    topics = {"stories": deployment.story_topic, "digests": deployment.digest_topic}
    return {"message_id": topics[test["topic"]]().publish(as_test(test["attributes"], uuid4().hex))}


def resend(story: str) -> dict[str, str]:
    """Send one message again, a story or a digest, by its id. Raises `NotResent`, `StoryInDoubt` and `NotPublished`."""
    key = keys.bulletin_of_message(story)
    if key is None:
        raise NotResent(story, "it is no id of a message")
    try:
        bulletin = deployment.bulletins().bulletin(key.chart, key.number)
    except LookupError as error:
        raise NotResent(story, f"there is no bulletin {key.number} of {key.chart}") from error
    before = deployment.publisher().resend(bulletin, story)
    metrics.add_metric("MessagesSent", MetricUnit.Count, 1)
    logger.info("resent", story=story, before=before)
    return {"resent": story, "before": before.value}


def publish(record: DynamoDBRecord) -> None:
    """Process one record: the keys of a bulletin. What is in doubt, or waits for that, is left to `reconcile`."""
    key: object = record["dynamodb"]["Keys"]
    try:
        key = keys.bulletin_of(record)
        bulletin = deployment.bulletins().bulletin(key.chart, key.number)
        tell_site(bulletin.id)
        completed = deployment.publisher().publish(bulletin)
        if completed.refused:
            raise StoriesUnsent(bulletin.id, tuple(map(str, completed.refused)))
    except Exception:
        # Reported as failed and tried again: to Lambda the function has not failed, and nothing else would tell why.
        metrics.add_metric("RecordsFailed", MetricUnit.Count, 1)
        logger.exception("failed", extra={"key": key})
        raise
    metrics.add_metric("MessagesSent", MetricUnit.Count, len(completed.sent))
    log = logger.info if completed.is_whole else logger.warning
    log("published", bulletin=bulletin.id, sent=len(completed.sent), in_doubt=completed.in_doubt, held=completed.held)


def tell_site(bulletin: str) -> None:
    """Have the site shown what was recorded, if there is one, before anybody is sent a link to it.

    Stories do not wait for it where that fails: `reconcile` tells it, too.
    """
    try:
        if site := deployment.site_queue():
            site.tell(bulletin)
    except Exception:
        metrics.add_metric("SiteUntold", MetricUnit.Count, 1)
        logger.exception("the site was not told", extra={"bulletin": bulletin})
