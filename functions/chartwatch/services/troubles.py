"""What can be wrong with a deployment, and what is looked at and told of how one stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.stories.message import Limits
from chartwatch.services.delivery_ports import Checkpoints, Outbox, Subscribers
from chartwatch.services.ports import CatalogStore, ChartStore, Fetched, Fetches
from chartwatch.services.record import RecordStore
from chartwatch.services.schedules import FetchSchedule

LONG = timedelta(hours=1)
"""What waits for longer than this has been left by several runs of `reconcile`: a person should look."""

MOST_NAMED = 10
"""Works, and territories, that are named to a person; further ones are counted."""


class Trouble(StrEnum):
    """What can be wrong, so that a person is to look; what keeps something from being told, or right, comes first."""

    STORY_REFUSED = "story refused"
    STORY_IN_DOUBT = "story in doubt"
    STORY_UNSENT = "story not sent"
    SENT_CONTRADICTED = "sent, and not so"
    RECORD_UNREADABLE = "record unreadable"
    RECORD_DIFFERS = "record differs"
    PUBLICATION_UNPROCESSED = "publication not processed"
    FAILURES = "failures"
    SCHEDULE_OFF = "schedule off"
    FETCH_MISSED = "fetch missed"
    FETCH_FAILED = "fetch failed"
    DOCUMENT_REFUSED = "document refused"
    CHART_LATE = "chart late"
    EDITIONS_SET_ASIDE = "editions set aside"
    EDITIONS_UNPUBLISHED = "editions without a publication"
    SUBSCRIBER_UNCONFIRMED = "subscriber unconfirmed"
    SUBSCRIBER_VANISHED = "subscriber vanished"
    WEBHOOK_BROKEN = "webhook without a queue"
    WITNESS_MISSING = "witness not subscribed"
    WITNESS_MISSED = "witness missed messages"
    CATALOG_CHANGE_HELD = "catalog change held"


class Problem(NamedTuple):
    """One thing that is wrong: what, where, in words, and the command that helps, with `{stack}` for the stack."""

    trouble: Trouble
    where: str
    detail: str = ""
    advice: str = ""


class Waiting(NamedTuple):
    """What is under way, and will be done without a person: what it is, and since when (UTC), where that is known."""

    what: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChartState:
    """A chart's last publication: of which period, when it was fetched, and when the next is due (UTC).

    `late` is the period of which nothing has come yet, and should have.
    """

    chart: Chart
    period: date
    fetched_at: str | None
    url: str
    next_due: datetime
    late: date | None


@dataclass(frozen=True, slots=True)
class SourceState:
    """A schedule that fetches: what it fetched last, the charts that came of it, and by when it fetches next (UTC)."""

    schedule: FetchSchedule
    url: str
    fetched: Fetched | None
    next_run: datetime | None
    charts: tuple[ChartState, ...]


@dataclass(frozen=True, slots=True)
class UnknownWork:
    """A work that was at #1 and lacks facts that rules ask for."""

    work_id: str
    title: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """How a deployment stands. `unscheduled` are the charts of which no schedule fetches more.

    `refused` is how many documents are quarantined, in whole or in part, also those that others have replaced since.
    """

    problems: tuple[Problem, ...]
    waiting: tuple[Waiting, ...]
    sources: tuple[SourceState, ...]
    unscheduled: tuple[ChartState, ...]
    unknown: tuple[UnknownWork, ...]
    refused: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at. `urls` has the address that each schedule fetches, by the schedule's name.

    `others_off` are the names of the schedules that do something else, and are disabled.

    `failures` and `missed` are how many messages lie in the queues of what failed and of what the witness missed, with
    what they are about, and `webhooks` has how many wait for each webhook, None for one that has no queue. `written_at`
    says when a bulletin was recorded, and `limits` what a topic takes. `witness` is the endpoint by which the witness
    is subscribed.
    """

    charts: ChartStore
    record: RecordStore
    catalogs: CatalogStore
    outbox: Outbox
    checkpoints: Checkpoints
    subscribers: Subscribers
    fetches: Fetches
    schedules: Sequence[FetchSchedule]
    others_off: Sequence[str]
    urls: Mapping[str, str]
    failures: tuple[int, Sequence[str]]
    missed: tuple[int, Sequence[str]]
    webhooks: Mapping[str, int | None]
    witness: str
    written_at: Callable[[str, int], datetime]
    limits: Limits


def in_minutes(moment: datetime) -> str:
    """Return a time as people read it: "2026-01-31 20:05 UTC"."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
