"""Finding and finishing what a crash left, wherever it was; and watching what nobody else would miss.

Every check is small, asks the stores how things stand, repairs what it can, and says what it found. What one check
repairs, the next ones see, so their order matters: a step is finished before publications are detected, and the
witness is asked before a story is sent again.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import NamedTuple, Protocol

from chartwatch.domain.charts.calendars import overdue
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.services.detect import Detector
from chartwatch.services.ports import ChartStore, Checkpoint, Checkpoints, Lease, Outbox
from chartwatch.services.publish import Bulletins, Publisher

LEASE = timedelta(minutes=10)
"""How long a story is its taker's. No function that publishes may run for as long, so that whoever took it is dead."""

GRACE = timedelta(minutes=5)
"""How long after that a message may take to get to the witness. SNS takes milliseconds, unless SQS is down."""

LOOK_BACK = timedelta(days=15)
"""How far back publications are looked for that were not processed; the audit of a chart looks at all of them."""

LOOK_AHEAD = 3
"""How many periods after the latest are looked at for editions without a publication."""

MOST_BULLETINS = 100
"""Bulletins of a chart that one run looks at; the next goes on from there."""

TURN = timedelta(minutes=15)
"""How often `reconcile` runs; a run audits one chart at most."""


class Found(StrEnum):
    """What can be found; also the name of the metric that counts it."""

    RECORD_UPDATED = "RecordsUpdated"
    PUBLICATION_DETECTED = "PublicationsDetected"
    FILE_REMOVED = "FilesRemoved"
    STORY_WITNESSED = "StoriesWitnessed"
    STORY_SENT = "StoriesSentLate"
    STORY_SENT_AGAIN = "StoriesSentAgain"
    STORY_IN_DOUBT = "StoriesInDoubt"
    STORY_HELD = "StoriesHeld"
    STORY_REFUSED = "StoriesRefused"
    WITNESS_MISSING = "WitnessMissing"
    EDITIONS_UNPUBLISHED = "EditionsUnpublished"
    CHART_LATE = "ChartsLate"
    SUBSCRIBER_UNCONFIRMED = "SubscribersUnconfirmed"
    SUBSCRIBER_VANISHED = "SubscribersVanished"
    RECORD_DIFFERS = "RecordDiffers"
    SENT_CONTRADICTED = "SentContradicted"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was not as it should be, or that was put right: what, where, and how many of it."""

    found: Found
    where: str
    detail: str = ""
    count: int = 1


class Subscriber(NamedTuple):
    """A subscription to a topic. `arn` is empty until it is confirmed."""

    topic: str
    arn: str
    protocol: str
    endpoint: str

    @property
    def unconfirmed(self) -> str:
        """What it is known by until it has an ARN, without its address."""
        digest = hashlib.sha256(self.endpoint.encode()).hexdigest()[:16]
        return f"{self.topic}:unconfirmed:{self.protocol}:{digest}"


class Subscribers(Protocol):
    """Who gets what the topics send."""

    def current(self) -> Sequence[Subscriber]:
        """Return the subscriptions there are, of all topics."""

    def topics(self) -> Sequence[str]:
        """Return the topics."""


class Receipt(NamedTuple):
    """A message that got out: the id of its story or digest, and what the witness needs to forget it."""

    story: str
    receipt: str


class Witness(Protocol):
    """A queue that is subscribed to every topic, and so sees whatever got out."""

    @property
    def endpoint(self) -> str:
        """The endpoint of its subscriptions."""

    def receipts(self) -> Sequence[Receipt]:
        """Return some of the messages that were seen and not forgotten; none when there are none at this moment."""

    def forget(self, seen: Sequence[Receipt]) -> None:
        """Forget messages; whatever is not forgotten is seen again."""

    def is_empty(self) -> bool:
        """Return whether it holds nothing at all: no message that can be read, and none that another is reading."""


Check = Callable[[], Iterator[Finding]]


class Reconciler:
    """Checks everything, and repairs what can be repaired without a doubt."""

    def __init__(
        self,
        *,
        charts: ChartStore,
        bulletins: Bulletins,
        outbox: Outbox,
        checkpoints: Checkpoints,
        detector: Detector,
        publisher: Publisher,
        witness: Witness,
        subscribers: Subscribers,
        clock: Callable[[], datetime],
    ) -> None:
        """`clock` gives the time, UTC."""
        self._charts = charts
        self._bulletins = bulletins
        self._outbox = outbox
        self._checkpoints = checkpoints
        self._detector = detector
        self._publisher = publisher
        self._witness = witness
        self._subscribers = subscribers
        self._clock = clock
        self._collected_until: datetime | None = None

    def checks(self) -> Iterator[tuple[str, Check]]:
        """Yield all checks with their names, in order; one that fails need not keep back the others."""
        yield "witness", self.collect_receipts
        charts = self._charts.charts()
        for chart in charts:
            for name, check in (
                ("record", self.update_the_record),
                ("stories", self.send_the_rest),
                ("publications", self.watch_the_chart),
            ):
                yield f"{name} of {chart}", lambda check=check, chart=chart: check(chart)  # type: ignore[misc]
        yield "subscribers", self.watch_the_subscribers
        if (chosen := in_turn(charts, self._clock())) is not None:
            yield f"audit of {chosen}", lambda: self.audit(chosen)

    def collect_receipts(self) -> Iterator[Finding]:
        """Mark the stories whose messages the witness saw as sent, and only then forget the messages.

        Whether the witness has been heard out decides what may be sent again: see `is_dead`.
        """
        began = self._clock()
        known = self._subscribers.current()
        heard = {who.topic for who in known if who.endpoint == self._witness.endpoint and who.arn}
        unwitnessed = sorted(set(self._subscribers.topics()) - heard)
        for topic in unwitnessed:
            yield Finding(Found.WITNESS_MISSING, topic, "the witness queue is not subscribed: nothing is sent again")
        while seen := self._witness.receipts():
            for receipt in seen:
                if self._outbox.witness(receipt.story):
                    yield Finding(Found.STORY_WITNESSED, receipt.story, "it was sent, and nobody had noted it")
            self._witness.forget(seen)
        if not unwitnessed and self._witness.is_empty():
            self._collected_until = began

    def update_the_record(self, chart: str) -> Iterator[Finding]:
        """Bring a chart up to its rules and catalog, and process publications that were not."""
        for bulletin in self._detector.reconsider(chart):
            yield Finding(Found.RECORD_UPDATED, chart, f"rules or catalog had changed: bulletin {bulletin.id}")
        yield from self._detected(chart, (self._clock() - LOOK_BACK).date())

    def send_the_rest(self, chart: str) -> Iterator[Finding]:
        """Send the stories of bulletins that were not sent, those after the last bulletin that is known to be whole."""
        reached = self._checkpoints.checkpoint(chart)
        sent, all_whole = reached.sent, True
        for bulletin in islice(self._bulletins.bulletins(chart, reached.sent), MOST_BULLETINS):
            completed = self._publisher.publish(bulletin, self.is_dead)
            for found, stories in (
                (Found.STORY_SENT, completed.sent),
                (Found.STORY_SENT_AGAIN, completed.again),
                (Found.STORY_IN_DOUBT, completed.in_doubt),
                (Found.STORY_HELD, completed.held),
            ):
                yield from (Finding(found, story) for story in stories)
            yield from (Finding(Found.STORY_REFUSED, error.message, str(error)) for error in completed.refused)
            all_whole = all_whole and completed.is_whole
            if all_whole:
                sent = bulletin.number
        if sent > reached.sent:
            self._checkpoints.advance(chart, Checkpoint(sent))

    def is_dead(self, lease: Lease) -> bool:
        """Return whether the attempt that took a story is over, and its message certainly did not get out.

        The attempt ended with its lease at the latest; what it sent came to the witness within the grace time; and the
        witness was heard out, beginning after that. Had the message been there, the story would be marked as sent.
        """
        return self._collected_until is not None and lease.taken_at + LEASE + GRACE <= self._collected_until

    def watch_the_chart(self, chart: str) -> Iterator[Finding]:
        """Report a chart that is late, and editions whose publication never came; the next fetch finishes those."""
        now = self._clock()
        latest = self._latest(chart, now)
        if latest is None:
            return
        period = latest.period
        if (due := overdue(latest.chart, period, now)) is not None:
            yield Finding(Found.CHART_LATE, chart, f"nothing of {due} yet")
        for _ in range(LOOK_AHEAD):
            period += latest.chart.cadence.step
            if self._charts.has_editions(chart, period):
                yield Finding(Found.EDITIONS_UNPUBLISHED, chart, period.isoformat())

    def watch_the_subscribers(self) -> Iterator[Finding]:
        """Report who never confirmed, and who was there before and is no more (once).

        SNS removes whoever does not confirm within two days.
        """
        current = self._subscribers.current()
        for who in current:
            if not who.arn:
                yield Finding(Found.SUBSCRIBER_UNCONFIRMED, who.topic, who.protocol)
        known = frozenset(who.arn or who.unconfirmed for who in current)
        before = self._checkpoints.subscribers()
        for gone in sorted(before - known - {who.unconfirmed for who in current}):
            yield Finding(Found.SUBSCRIBER_VANISHED, gone)
        if known != before:
            self._checkpoints.note_subscribers(known)

    def audit(self, chart: str) -> Iterator[Finding]:
        """Fold a chart anew from all its publications, and report what its record has otherwise; remove old files.

        A publication that was never processed is; any other difference is a mistake of ours that a person should see.
        """
        yield from self._detected(chart, date.min)
        audit = self._detector.audit(chart)
        if audit and (audit.milestones or audit.snapshot):
            snapshot = "another last snapshot" if audit.snapshot else "the same last snapshot"
            slots = f"{len(audit.milestones)} milestones ({', '.join(audit.milestones[:10])})"
            yield Finding(Found.RECORD_DIFFERS, chart, f"{slots}, {snapshot}")
        if audit and audit.contradicted:
            slots = ", ".join(audit.contradicted[:10])
            advice = f"`chartwatch rebuild {chart} --send` sends what is true"
            yield Finding(Found.SENT_CONTRADICTED, chart, f"{slots}; {advice}", len(audit.contradicted))
        if removed := self._detector.remove_unnamed(chart, self._clock()):
            yield Finding(Found.FILE_REMOVED, chart, "files that the record does not name", removed)

    def _detected(self, chart: str, since: date) -> Iterator[Finding]:
        """Process the publications that the record does not have as they are stored, oldest first.

        Processing one may process others, so the record is looked at again after each.
        """
        processed = self._detector.processed(chart, since)
        for publication in self._charts.summaries(chart, since):
            if processed.get(publication.period) != publication.number_ones_digest():
                self._detector.detect(chart, publication.period)
                processed = self._detector.processed(chart, since)
                yield Finding(Found.PUBLICATION_DETECTED, chart, publication.period.isoformat())

    def _latest(self, chart: str, now: datetime) -> PublicationSummary | None:
        """Return the latest publication: one of the last days, or else the last that was processed."""
        recent = self._charts.summaries(chart, (now - LOOK_BACK).date())
        if recent:
            return recent[-1]
        last = self._detector.last_period(chart)
        return self._charts.summary(chart, last) if last else None


def in_turn(charts: Sequence[str], now: datetime) -> str | None:
    """Return the chart that this run audits: each about once a day, since an audit reads a whole history."""
    runs_a_day = timedelta(days=1) // TURN
    day, run = divmod(int(now.timestamp() // TURN.total_seconds()), runs_a_day)
    return charts[(day * runs_a_day + run) % len(charts)] if run < len(charts) else None
