"""The stores and services of a deployment, each made once from the settings, on first use."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING

import boto3

from chartwatch.adapters.connection import (
    PAUSES,
    USER_AGENT,
    VERSION,
    HttpConnection,
    Limits,
    egress_policy,
    user_agent_with,
)
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.fetches import DynamoFetches
from chartwatch.adapters.dynamodb.mutes import DynamoMutes
from chartwatch.adapters.dynamodb.outbox import DynamoCheckpoints, DynamoOutbox
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.dynamodb.validators import DynamoValidators
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.s3 import S3Archive
from chartwatch.adapters.site_queue import QUICK, SqsSiteQueue
from chartwatch.adapters.sns import ONE_ATTEMPT, SnsSubscribers, SnsTopic
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.adapters.starter import starter_layer
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.webhook_queues import WEBHOOKS, SqsWebhookQueues
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.candidates import Provider
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import SourceUnavailable
from chartwatch.services.catalog_changes import CatalogChanges, slots_taken_back
from chartwatch.services.detect import Detector
from chartwatch.services.enrich import TURN, Enricher, FactProvider, Unusable
from chartwatch.services.pacing import Pace, half_to_whole
from chartwatch.services.publish import Publisher
from chartwatch.services.reconcile import Reconciler
from chartwatch.services.record import RecordedBulletins
from chartwatch.services.upkeep import Upkeep
from chartwatch.services.webhooks import Deliverer
from chartwatch.settings import settings
from chartwatch.site.addresses import milestone_address

if TYPE_CHECKING:
    pass

POSTING = Limits(seconds=20.0, connect=5.0, read=20.0)
"""How long a webhook may take to answer: as long as Standard Webhooks advises."""


@cache
def connection() -> HttpConnection:
    """Return what sources fetch with."""
    return HttpConnection(egress_policy(os.environ))


@cache
def validators(reader: str) -> DynamoValidators:
    """Return the validators of the documents that were accepted last, by that version of the sources."""
    return DynamoValidators(_table(settings().charts_table), reader)


@cache
def archive() -> S3Archive:
    """Return where raw files are stored as they were fetched."""
    return S3Archive(boto3.client("s3"), settings().bucket)


@cache
def charts() -> DynamoCharts:
    """Return the charts table."""
    return DynamoCharts(_table(settings().charts_table))


@cache
def fetches() -> DynamoFetches:
    """Return the last fetches."""
    return DynamoFetches(_table(settings().charts_table))


@cache
def record() -> AwsRecord:
    """Return what is recorded of charts."""
    return AwsRecord(_table(settings().milestones_table), boto3.client("s3"), settings().bucket)


@cache
def bulletins() -> RecordedBulletins:
    """Return the bulletins that were recorded."""
    return RecordedBulletins(record())


def detector(rules: RuleSet) -> Detector:
    """Return a detector with the catalog that is in force at this moment."""
    its = catalogs()
    return Detector(
        charts(),
        record(),
        its.current(),
        rules,
        settings().live_from,
        earlier_catalog=its.earlier,
        is_in_force=lambda catalog: its.current().version == catalog.version,
        muted=DynamoMutes(_table(settings().milestones_table)).mutes(),
    )


def enricher(rules: RuleSet) -> Enricher:
    """Return what comes before the detector; a provider that fails it does not ask again."""
    return Enricher(charts(), catalogs(), fact_providers(), lambda: datetime.now(UTC), partial(taken_back, rules))


def upkeep(rules: RuleSet) -> Upkeep:
    """Return what keeps the catalog; a provider that fails it does not ask again."""
    return Upkeep(
        charts(),
        catalogs(),
        first_at_one=detector(rules).first_at_one,
        providers=fact_providers(),
        starter=starter_layer(),
        clock=lambda: datetime.now(UTC),
        taken_back=partial(taken_back, rules),
    )


def catalog_changes() -> CatalogChanges:
    """Return what puts changes of the catalog in force that wait for a person."""
    return CatalogChanges(catalogs())


def taken_back(rules: RuleSet, catalog: Catalog) -> Sequence[str]:
    """Return the slots of which something was sent that would be corrected or retracted if a catalog were in force.

    Raises `RecordDamaged`.
    """
    foreseeing = Detector(charts(), record(), catalog, rules, settings().live_from, earlier_catalog=catalogs().earlier)
    return slots_taken_back(foreseeing, charts().charts())


def fact_providers() -> tuple[FactProvider, ...]:
    """Return the providers of facts on works that the settings name, in the order in which they are asked."""
    its, seconds = settings(), TURN.total_seconds() / 2
    agent = user_agent_with(its.contact) if its.contact else USER_AGENT
    asking = replace(connection(), user_agent=agent, limits=replace(Limits(), seconds=seconds), pauses=PAUSES[:1])
    providers: list[FactProvider] = []
    if its.wikidata:
        providers.append(Wikidata(asking, address=its.wikidata, seconds=seconds))
    if its.tmdb and its.tmdb_key:
        try:
            key = asking.secret(its.tmdb_key)
        except SourceUnavailable as error:
            # Wikidata is asked all the same, and each look-up says why TMDB was not.
            providers.append(Unusable(Provider.TMDB, str(error)))
        else:
            providers.append(Tmdb(asking, key, address=its.tmdb, seconds=seconds))
    return tuple(providers)


@cache
def story_topic() -> SnsTopic:
    """Return the topic of stories."""
    return SnsTopic(boto3.client("sns", config=ONE_ATTEMPT), settings().story_topic)


@cache
def digest_topic() -> SnsTopic:
    """Return the topic of digests."""
    return SnsTopic(boto3.client("sns", config=ONE_ATTEMPT), settings().digest_topic)


@cache
def publisher() -> Publisher:
    """Return what sends stories and digests."""
    return Publisher(
        _outbox(),
        bulletins(),
        _checkpoints(),
        story_topic(),
        digest_topic(),
        limits=LIMITS,
        pace=Pace(settings().messages_per_second),
        page_of=_page_of if settings().site else None,
    )


def _page_of(slot: str) -> str:
    return f"{settings().site}/{milestone_address(slot)}"


@cache
def site_queue() -> SqsSiteQueue | None:
    """Return the queue by which the site is told that something has changed; None where there is no site."""
    url = settings().site_queue
    return SqsSiteQueue(boto3.client("sqs", config=QUICK), url) if url else None


@cache
def deliverer() -> Deliverer:
    """Return what delivers messages to webhooks."""
    return Deliverer(
        replace(connection(), user_agent=f"Chartwatch/{VERSION}", limits=POSTING),
        SqsWebhookQueues(boto3.client("sqs"), settings().webhook_failures_queue),
        f"{WEBHOOKS}/{settings().stack}",
        clock=time.time,
        jitter=half_to_whole,
    )


def reconciler(rules: RuleSet) -> Reconciler:
    """Return what finds and finishes, with the catalog that is in force at this moment."""
    return Reconciler(
        charts=charts(),
        catalogs=catalogs(),
        bulletins=bulletins(),
        outbox=_outbox(),
        checkpoints=_checkpoints(),
        detector=detector(rules),
        publisher=publisher(),
        witness=SqsWitness(
            boto3.client("sqs"), settings().witness_queue, settings().witness_missed_queue, settings().failures_queue
        ),
        subscribers=SnsSubscribers(
            boto3.client("sns"), (settings().story_topic, settings().digest_topic), settings().alarm_topic
        ),
        clock=lambda: datetime.now(UTC),
    )


@cache
def _outbox() -> DynamoOutbox:
    return DynamoOutbox(_table(settings().stories_table))


@cache
def _checkpoints() -> DynamoCheckpoints:
    return DynamoCheckpoints(_table(settings().stories_table))


@cache
def catalogs() -> DynamoCatalogs:
    """Return the catalogs that were in force, the one that is among them, and its layers."""
    return DynamoCatalogs(_table(settings().catalog_table), boto3.client("s3"), settings().bucket, starter_layer)


def _table(name: str) -> Table:
    return Table(boto3.client("dynamodb"), name)
