"""What a deployment has used in a month and what it costs: the prices, and an estimate of what nobody measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from chartwatch.services.reconcile import TURN
from chartwatch.services.schedules import Expression, Rate

PRICES_OF = "us-east-1, without tax, on demand, taken on 2026-11-28"
"""Where and when the prices hold. docs/cost.md says from which pages they are, and a test that they are the same."""

HOURS_A_MONTH = 730
"""Hours of a month, as AWS counts them."""


class Item(StrEnum):
    """What AWS charges for, in the words of docs/cost.md."""

    LAMBDA_SECONDS = "Lambda (arm64), GB-seconds"
    LAMBDA_REQUESTS = "Lambda, requests"
    READS = "DynamoDB, read request units"
    WRITES = "DynamoDB, write request units"
    TABLES = "DynamoDB, GB stored, and kept for being set back"
    GETS = "S3, GET"
    PUTS = "S3, PUT and LIST"
    FILES = "S3, GB stored"
    SQS = "SQS, requests"
    SNS = "SNS, requests"
    EMAILS = "SNS, emails"
    SCHEDULES = "EventBridge Scheduler, invocations"
    TRACES = "X-Ray, traces"
    LOGS = "CloudWatch, GB of logs"
    METRICS = "CloudWatch, metrics of an hour"
    ALARMS = "CloudWatch, alarms"
    DASHBOARDS = "CloudWatch, dashboards"


PRICES: Mapping[Item, Decimal] = {
    Item.LAMBDA_SECONDS: Decimal("0.0000133334"),
    Item.LAMBDA_REQUESTS: Decimal("0.0000002"),
    Item.READS: Decimal("0.000000125"),
    Item.WRITES: Decimal("0.000000625"),
    Item.TABLES: Decimal("0.45"),
    Item.GETS: Decimal("0.0000004"),
    Item.PUTS: Decimal("0.000005"),
    Item.FILES: Decimal("0.023"),
    Item.SQS: Decimal("0.0000004"),
    Item.SNS: Decimal("0.0000005"),
    Item.EMAILS: Decimal("0.00002"),
    Item.SCHEDULES: Decimal("0.000001"),
    Item.TRACES: Decimal("0.000005"),
    Item.LOGS: Decimal("0.50"),
    Item.METRICS: Decimal("0.00041"),
    Item.ALARMS: Decimal("0.10"),
    Item.DASHBOARDS: Decimal("3.00"),
}
"""Dollars for one of each (`PRICES_OF`)."""

REQUESTS = (Item.LAMBDA_REQUESTS, Item.READS, Item.WRITES, Item.GETS, Item.PUTS, Item.SQS, Item.SNS, Item.SCHEDULES)
"""What is a request to AWS, or a unit of one."""


class Line(NamedTuple):
    """What was used of an item from the beginning of the month, and whether CloudWatch has measured it."""

    item: Item
    quantity: Decimal
    is_measured: bool

    @property
    def dollars(self) -> Decimal:
        """What it comes to."""
        return self.quantity * PRICES[self.item]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a deployment has used from a time on, up to another (UTC): of the month, or since it was made."""

    since: datetime
    until: datetime
    lines: tuple[Line, ...]

    @property
    def dollars(self) -> Decimal:
        """What all of it comes to."""
        return sum((line.dollars for line in self.lines), Decimal(0))

    @property
    def requests(self) -> int:
        """How many requests to AWS there were."""
        return round(sum(line.quantity for line in self.lines if line.item in REQUESTS))

    @property
    def whole_month(self) -> Decimal:
        """What a month comes to that goes on as it was."""
        share = _hours(self.until - self.since) / HOURS_A_MONTH
        return self.dollars / Decimal(share) if share else Decimal(0)

    @property
    def measured(self) -> Sequence[Item]:
        """What CloudWatch has measured."""
        return [line.item for line in self.lines if line.is_measured]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What an estimate goes by: how many charts there are, what fetches, alarms and dashboards, and since when."""

    charts: int
    fetches: Sequence[Expression]
    alarms: int = 0
    dashboards: int = 0
    created_at: datetime | None = None


def bill(deployment: Deployment, measured: Mapping[Item, Decimal], now: datetime) -> Bill:
    """Return what was used of each item this month: as it was measured, or else as docs/cost.md estimates it."""
    since = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if deployment.created_at is not None:
        since = max(since, deployment.created_at)
    since = min(since, now)
    estimated = estimate(deployment, since, now)
    if Item.LAMBDA_REQUESTS in measured:
        # Every invocation is traced, but for a few.
        estimated = {**estimated, Item.TRACES: measured[Item.LAMBDA_REQUESTS]}
    if Item.FILES in measured:
        # What is stored is charged by the share of a month.
        share = Decimal(repr(_hours(now - since) / HOURS_A_MONTH))
        measured = {**measured, Item.FILES: measured[Item.FILES] * share}
    lines = (Line(item, measured.get(item, estimated[item]), item in measured) for item in Item)
    return Bill(since, now, tuple(line for line in lines if line.quantity))


def estimate(deployment: Deployment, since: datetime, until: datetime) -> dict[Item, Decimal]:
    """Return what is used of each item from one time to another. The figures are those of docs/cost.md, and large."""
    charts, hours = deployment.charts, _hours(until - since)
    share, runs = hours / HOURS_A_MONTH, hours * (timedelta(hours=1) / TURN)
    fetches = sum(times_between(each, since, until) for each in deployment.fetches)
    audits = charts * hours / 24
    rest = 500 * share
    used = {
        Item.LAMBDA_SECONDS: runs * 3 + audits * 15 + fetches * 20 + hours * 3 + rest,
        Item.LAMBDA_REQUESTS: runs + hours + fetches + 300 * share,
        Item.READS: charts * (runs * 93 / 6 + hours * 30 / 6 + hours / 24 * 620),
        Item.WRITES: 4000 * share,
        Item.TABLES: 0.1 * share,
        Item.GETS: charts * (runs + hours),
        Item.PUTS: 1500 * share,
        Item.FILES: 0.5 * share,
        Item.SQS: runs * 5,
        Item.SNS: runs * 6,
        Item.EMAILS: 200 * share,
        Item.SCHEDULES: runs + hours + fetches,
        Item.TRACES: runs + hours + fetches + 300 * share,
        Item.LOGS: 0.03 * share,
        Item.METRICS: 170 * share,
        Item.ALARMS: deployment.alarms * share,
        Item.DASHBOARDS: deployment.dashboards * share,
    }
    return {item: Decimal(repr(float(quantity))) for item, quantity in used.items()}


def times_between(expression: Expression, since: datetime, until: datetime) -> int:
    """Return how often a schedule is due after one time and up to another."""
    if isinstance(expression, Rate):
        return (until - since) // expression.every
    count, at = 0, expression.after(since)
    while at is not None and at <= until:
        count, at = count + 1, expression.after(at)
    return count


def _hours(time: timedelta) -> float:
    return time / timedelta(hours=1)
