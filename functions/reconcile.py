"""Finds what a crash left and finishes it, and watches what nobody else would miss; every quarter of an hour."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chartwatch.adapters import deployment
from chartwatch.errors import Conflict
from chartwatch.rules import included_rules
from chartwatch.services.findings import ALARMED, Finding, Found
from chartwatch.settings import settings

logger = Logger(service="reconcile")
metrics = Metrics(service="reconcile")
tracer = Tracer(service="reconcile")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(_event: Mapping[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Run every check, and return how often each thing was found.

    A check that fails keeps back no other. Raises `ExceptionGroup` in the end when any did: the next run, which finds
    things as this one left them, tries again. To be overtaken by another process is no failure.
    """
    counts: Counter[Found] = Counter()
    errors: list[Exception] = []
    for name, check in (*deployment.reconciler(included_rules(settings().rules)).checks(), ("site", tell_site)):
        try:
            for finding in check():
                counts[finding.found] += finding.count
                logger.warning(finding.found, where=finding.where, detail=finding.detail, count=finding.count)
        except Conflict:
            logger.warning("overtaken", extra={"check": name})
        except Exception as error:  # raised again below
            logger.exception("failed", extra={"check": name})
            errors.append(error)
    # AWS charges a metric for each hour in which anything is sent of it. So zeros are not sent: to the alarms what is
    # missing is as good as zero, and what stands is found again by every run.
    standing = [found for found in ALARMED if counts[found]]
    for found in standing:
        metrics.add_metric(found, MetricUnit.Count, counts[found])
    if standing:
        metrics.flush_metrics()
    if errors:
        raise ExceptionGroup("some checks failed", errors)
    return {found.value: counts[found] for found in Found}


def tell_site() -> Iterator[Finding]:
    """Have the site brought up to date, if there is one: whoever should have told it may have failed."""
    if site := deployment.site_queue():
        site.tell()
    yield from ()
