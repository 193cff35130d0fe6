"""Finding and finishing what a crash left, wherever it was; and watching what nobody else would miss.

Every check is small, asks the stores how things stand, repairs what it can, and says what it found. What one check
repairs, the next ones see, so their order matters: a step is finished before publications are detected, and the
witness is asked before a story is sent again.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice

from chartwatch.domain.charts.calendars import overdue
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.stories.message import TEST
from chartwatch.services.catalog_findings import found_of_catalog
from chartwatch.services.delivery_ports import (
    Checkpoint,
    Checkpoints,
    Hearing,
    Lease,
    Outbox,
    Receipt,
    Standing,
    Subscribers,
    Witness,
)
from chartwatch.services.detect import Audit, Detector
from chartwatch.services.enrich import WAIT
from chartwatch.services.findings import Finding, Found
from chartwatch.services.ports import CatalogStore, MarkedCharts
from chartwatch.services.publish import Bulletins, Publisher

LEASE = timedelta(minutes=10)
"""How long a story is its taker's. No function that publishes may run for as long, so that whoever took it is dead."""

GRACE = timedelta(minutes=5)
"""How long after that a message may take to get to the witness. SNS takes milliseconds, unless SQS is down."""

PROOF_KEPT = timedelta(days=13)
"""How long after a story was taken the witness certainly still has its message: a day less than its queue keeps one.

SQS keeps none longer than 14 days after it came, nor in a dead-letter queue: there its age goes on counting from then
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html).
"""

LOOK_BACK = timedelta(days=15)
"""How far back publications are looked for that were not processed; the audit of a chart looks at all of them."""

STREAMED = 5 * WAIT
"""How long after it was fetched a publication is left to the streams: it is stored, has its turn, and is looked up."""

LOOK_AHEAD = 3
"""How many periods after the latest are looked at for editions without a publication."""

MOST_BULLETINS = 100
"""Bulletins of a chart that one run looks at; the next goes on from there."""

TURN = timedelta(minutes=15)
"""How often `reconcile` runs; a run audits one chart at most."""


Check = Callable[[], Iterator[Finding]]


class Reconciler:
    """Checks everything, and repairs what can be repaired without a doubt."""

    def __init__(
        self,
        *,
        charts: MarkedCharts,
        catalogs: CatalogStore,
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
        self._catalogs = catalogs
        self._bulletins = bulletins
        self._outbox = outbox
        self._checkpoints = checkpoints
        self._detector = detector
        self._publisher = publisher
        self._witness = witness
        self._subscribers = subscribers
        self._clock = clock
        self._collected_until: datetime | None = None
        self._hearing_since: datetime | None = None

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
                yield f"{name} of {chart}", partial(check, chart)
        yield "subscribers", self.watch_the_subscribers
        yield "catalog", self.watch_the_catalog
        chosen = in_turn(charts, self._clock())
        for chart in charts:
            check = self.audit if chart == chosen else self.last_audit
            yield f"audit of {chart}", partial(check, chart)

    def collect_receipts(self) -> Iterator[Finding]:
        """Mark the stories whose messages the witness saw as sent, and only then forget the messages.

        Whether the witness has been heard out decides what may be sent again: see `is_dead`.
        """
        began = self._clock()
        witness = self._witness.endpoint
        heard_by = {who.arn: who.topic for who in self._subscribers.current() if who.endpoint == witness and who.arn}
        unwitnessed = sorted(set(self._subscribers.news()) - set(heard_by.values()))
        for topic in unwitnessed:
            yield Finding(Found.WITNESS_MISSING, topic, "the witness queue is not subscribed: nothing is sent again")
        subscriptions = frozenset(heard_by)
        while seen := self._witness.receipts():
            for receipt in seen:
                if receipt.story is None:
                    yield self._set_aside(receipt, Hearing(subscriptions, began))
                elif not receipt.story.startswith(TEST) and self._outbox.witness(receipt.story):
                    yield Finding(Found.STORY_WITNESSED, receipt.story, "it was sent, and nobody had noted it")
            self._witness.forget([receipt for receipt in seen if receipt.story is not None])
        if not unwitnessed and self._witness.is_empty():
            # Read when the queue is empty: whoever took something else than stories from it has noted it before.
            self._hearing_since = self._heard(subscriptions, began).since
            self._collected_until = began

    def _heard(self, subscriptions: frozenset[str], now: datetime) -> Hearing:
        """Return since when the witness hears by these subscriptions, and note it when they are others than before.

        A queue that was subscribed anew, as after a restore, has seen nothing of what was sent before.
        """
        before = self._checkpoints.hearing()
        if before is not None and before.subscriptions == subscriptions:
            return before
        hearing = Hearing(subscriptions, now if before is not None else None)
        self._checkpoints.note_hearing(hearing)
        return hearing

    def _set_aside(self, unknown: Receipt, hearing: Hearing) -> Finding:
        """Put what is no message of ours where a person finds it.

        It may be the message of a story that nobody can read. So first it is noted that from no silence of the witness
        up to now anything follows.
        """
        self._checkpoints.note_hearing(hearing)
        self._witness.set_aside(unknown)
        return Finding(Found.WITNESS_MISLED, "the witness", "what is no message of ours is among the failures now")

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
                (Found.STORY_HELD, completed.held),
            ):
                yield from (Finding(found, story) for story in stories)
            yield from self._in_doubt(completed.in_doubt)
            yield from (Finding(Found.STORY_REFUSED, error.message, str(error)) for error in completed.refused)
            all_whole = all_whole and completed.is_whole
            if all_whole:
                sent = bulletin.number
        if sent > reached.sent:
            self._checkpoints.advance(chart, Checkpoint(sent))

    def is_dead(self, lease: Lease) -> bool:
        """Return whether the attempt that took a story is over, and its message certainly did not get out.

        The attempt ended with its lease at the latest; what it sent came to the witness within the grace time; and the
        witness was heard out, beginning after that. Had the message been there, the story would be marked as sent; and
        it would still have been there, if it ever was: see `is_beyond_proof`.
        """
        if self._collected_until is None or self.is_beyond_proof(lease):
            return False
        return lease.taken_at + LEASE + GRACE <= self._collected_until

    def is_beyond_proof(self, lease: Lease) -> bool:
        """Return whether nothing follows from a witness that has not seen what this attempt sent, if it sent anything.

        The witness may have forgotten it by now, or was not subscribed at the time. Only a person can say then.
        """
        forgotten = self._clock() >= lease.taken_at + PROOF_KEPT
        return forgotten or (self._hearing_since is not None and lease.taken_at < self._hearing_since)

    def _in_doubt(self, stories: Sequence[str]) -> Iterator[Finding]:
        """Yield the stories in doubt, and which of them only a person can decide."""
        found = self._outbox.deliveries(stories) if stories else {}
        for story in stories:
            lease = found.get(story)
            if isinstance(lease, Lease) and self.is_beyond_proof(lease):
                said = f"taken on {lease.taken_at:%Y-%m-%d %H:%M} UTC; `chartwatch stories` is how a person decides it"
                yield Finding(Found.STORY_UNDECIDED, story, said)
            else:
                yield Finding(Found.STORY_IN_DOUBT, story)

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
            period = latest.chart.after(period)
            if self._charts.has_editions(chart, period):
                yield Finding(Found.EDITIONS_UNPUBLISHED, chart, period.isoformat())

    def watch_the_subscribers(self) -> Iterator[Finding]:
        """Report who never confirmed, and who was there before and is no more, until a person dismisses it.

        SNS removes whoever does not confirm within two days.
        """
        current = self._subscribers.current()
        for who in current:
            if not who.arn:
                yield Finding(Found.SUBSCRIBER_UNCONFIRMED, who.name, who.protocol)
        names = frozenset(who.name for who in current)
        before = self._checkpoints.subscribers()
        watched = tuple(f"{topic}:" for topic in self._subscribers.topics())
        known = names | {name for name in before if name.startswith(watched)}
        for gone in sorted(known - names):
            yield Finding(
                Found.SUBSCRIBER_VANISHED, gone, "`chartwatch subscriptions` lists who is there, and dismisses"
            )
        if known != before:
            self._checkpoints.note_subscribers(known)

    def watch_the_catalog(self) -> Iterator[Finding]:
        """Report what of the catalog waits for a person."""
        return found_of_catalog(self._catalogs)

    def audit(self, chart: str) -> Iterator[Finding]:
        """Fold a chart anew from all its publications, and report what its record has otherwise; remove old files.

        A publication that was never processed is; any other difference is a mistake of ours that a person should see.
        It stands until the next audit: `last_audit`.
        """
        yield from self._detected(chart, date.min)
        audit = self._detector.audit(chart)
        if audit is None:
            yield from self.last_audit(chart)
        else:
            findings = tuple(_different(audit, chart))
            yield from findings
            standing = tuple(Standing(its.found, its.detail, its.count) for its in findings)
            if standing != self._checkpoints.audited(chart):
                self._checkpoints.note_audit(chart, standing)
        if removed := self._detector.remove_unnamed(chart, self._clock()):
            yield Finding(Found.FILE_REMOVED, chart, "files that the record does not name", removed)

    def last_audit(self, chart: str) -> Iterator[Finding]:
        """Report what the last audit of a chart found: it stands until the next one."""
        for its in self._checkpoints.audited(chart):
            yield Finding(Found(its.found), chart, its.detail, its.count)

    def _detected(self, chart: str, since: date) -> Iterator[Finding]:
        """Process the publications that the record does not have as they are stored, oldest first.

        One that may still be waiting for what is looked up of its works is left to that. Processing one may process
        others, so the record is looked at again after each.
        """
        processed = self._detector.processed(chart, since)
        for publication in self._charts.timeline(chart, since):
            is_processed = processed.get(publication.period) == publication.number_ones_digest()
            if not is_processed and not self._is_awaited(publication):
                self._charts.mark_ready(publication)
                self._detector.detect(chart, publication.period)
                processed = self._detector.processed(chart, since)
                yield Finding(Found.PUBLICATION_DETECTED, chart, publication.period.isoformat())

    def _is_awaited(self, publication: PublicationSummary) -> bool:
        """Return whether a publication is too new to be ready for certain, and is not marked as that."""
        fetched = publication.provenance.fetched_at
        is_new = fetched is not None and datetime.fromisoformat(fetched) + STREAMED > self._clock()
        return is_new and not self._charts.is_ready(publication)

    def _latest(self, chart: str, now: datetime) -> PublicationSummary | None:
        """Return the latest publication: one of the last days, or else the last that was processed."""
        recent = self._charts.summaries(chart, (now - LOOK_BACK).date())
        if recent:
            return recent[-1]
        last = self._detector.last_period(chart)
        return self._charts.summary(chart, last) if last else None


def _different(audit: Audit, chart: str) -> Iterator[Finding]:
    """Yield what an audit found of a chart."""
    if audit.milestones or audit.snapshot:
        snapshot = "another last snapshot" if audit.snapshot else "the same last snapshot"
        slots = f"{len(audit.milestones)} milestones ({', '.join(audit.milestones[:10])})"
        yield Finding(Found.RECORD_DIFFERS, chart, f"{slots}, {snapshot}")
    if audit.contradicted:
        slots = ", ".join(audit.contradicted[:10])
        advice = f"`chartwatch rebuild {chart} --send` sends what is true"
        yield Finding(Found.SENT_CONTRADICTED, chart, f"{slots}; {advice}", len(audit.contradicted))


def in_turn(charts: Sequence[str], now: datetime) -> str | None:
    """Return the chart that this run audits: each about once a day, since an audit reads a whole history."""
    runs_a_day = timedelta(days=1) // TURN
    day, run = divmod(int(now.timestamp() // TURN.total_seconds()), runs_a_day)
    return charts[(day * runs_a_day + run) % len(charts)] if run < len(charts) else None
