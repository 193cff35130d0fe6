"""The stores and services of a deployment, each made once from the settings, on first use."""

from datetime import UTC, datetime
from functools import cache

import boto3

from chartwatch.adapters.connection import HttpConnection
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.s3 import CatalogDocuments, S3Archive
from chartwatch.adapters.sns import ONE_ATTEMPT, SnsSubscribers, SnsTopic
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.domain.detection import Detector
from chartwatch.domain.pacing import Pace
from chartwatch.domain.publishing import Publisher
from chartwatch.domain.reconciling import Reconciler
from chartwatch.domain.rules import RuleSet
from chartwatch.settings import settings


@cache
def connection() -> HttpConnection:
    """Return what sources fetch with."""
    return HttpConnection()


@cache
def archive() -> S3Archive:
    """Return where documents are kept as they were fetched."""
    return S3Archive(boto3.client("s3"), settings().bucket)


@cache
def charts() -> DynamoCharts:
    """Return the charts table."""
    return DynamoCharts(_table(settings().charts_table))


@cache
def milestones() -> DynamoMilestones:
    """Return the milestones table."""
    return DynamoMilestones(_table(settings().milestones_table))


def detector(rules: RuleSet) -> Detector:
    """Return a detector with the catalog that is in force at this moment."""
    return Detector(charts(), milestones(), _catalogs().current(), rules, settings().live_from)


@cache
def publisher() -> Publisher:
    """Return what sends stories and digests."""
    client = boto3.client("sns", config=ONE_ATTEMPT)
    return Publisher(
        _outbox(),
        SnsTopic(client, settings().story_topic),
        SnsTopic(client, settings().digest_topic),
        Pace(settings().messages_per_second),
    )


def reconciler(rules: RuleSet) -> Reconciler:
    """Return what finds and finishes, with the catalog that is in force at this moment."""
    return Reconciler(
        charts=charts(),
        milestones=milestones(),
        outbox=_outbox(),
        checkpoints=DynamoCheckpoints(_table(settings().stories_table)),
        detector=detector(rules),
        publisher=publisher(),
        witness=SqsWitness(boto3.client("sqs"), settings().witness_queue, settings().witness_missed_queue),
        subscribers=SnsSubscribers(boto3.client("sns"), (settings().story_topic, settings().digest_topic)),
        clock=lambda: datetime.now(UTC),
    )


@cache
def _outbox() -> DynamoOutbox:
    return DynamoOutbox(_table(settings().stories_table))


@cache
def _catalogs() -> DynamoCatalogs:
    return DynamoCatalogs(_table(settings().catalog_table), CatalogDocuments(boto3.client("s3"), settings().bucket))


def _table(name: str) -> Table:
    return Table(boto3.client("dynamodb"), name)
