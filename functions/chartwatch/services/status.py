"""How a deployment stands: what is wrong with it, what waits, and when each source is fetched; nothing is changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from chartwatch.domain import words
from chartwatch.domain.charts.calendars import due_of, overdue
from chartwatch.domain.charts.publications import AbsenceKind, PublicationSummary
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.works.candidates import is_looked_up
from chartwatch.domain.works.work import unlisted
from chartwatch.errors import RecordDamaged, RecordNewer
from chartwatch.services.catalog_findings import found_of_catalog
from chartwatch.services.delivery_ports import Delivery, Lease
from chartwatch.services.findings import Found
from chartwatch.services.ports import Outcome
from chartwatch.services.publish import messages
from chartwatch.services.reconcile import GRACE, LEASE, LOOK_AHEAD, LOOK_BACK, MOST_BULLETINS, PROOF_KEPT
from chartwatch.services.record import FOLD, FORMAT, Files, Head, RecordedBulletins
from chartwatch.services.schedules import Expression, FetchSchedule, Rate, asked_of
from chartwatch.services.troubles import (
    LONG,
    MOST_NAMED,
    ChartState,
    Problem,
    Seen,
    SourceState,
    Status,
    Trouble,
    UnknownWork,
    Waiting,
    in_minutes,
)
from chartwatch.services.unknown import MEANING, lacking

_AUDITED: Mapping[str, Trouble] = {
    Found.RECORD_DIFFERS.value: Trouble.RECORD_DIFFERS,
    Found.SENT_CONTRADICTED.value: Trouble.SENT_CONTRADICTED,
}

Noticed = Problem | Waiting
"""What a look at one thing comes to."""

_OFF = "what runs by it, `reconcile` or the catalog's upkeep, repairs nothing while it is disabled"


class Overview:
    """Looks at everything once, as of a moment."""

    def __init__(self, seen: Seen, now: datetime) -> None:
        """`now` is the time, UTC."""
        self._seen = seen
        self._now = now
        self._charts = tuple(seen.charts.charts())

    def status(self) -> Status:
        """Return how the deployment stands, with what is wrong first of all."""
        states = [state for chart in self._charts if (state := self._state_of(chart))]
        sources = self._sources(states)
        scheduled = {state.chart.id for source in sources for state in source.charts}
        found = [
            *(Problem(Trouble.SCHEDULE_OFF, name, _OFF) for name in self._seen.others_off),
            *(its for source in sources for its in self._of_source(source)),
            *(its for state in states for its in self._of_chart(state)),
            *(its for state in states for its in self._of_record(state)),
            *self._of_queues(),
            *self._of_webhooks(),
            *self._of_subscribers(),
            *self._of_catalog(),
            *(its for chart in self._charts for its in self._of_audit(chart)),
        ]
        return Status(
            problems=tuple(sorted((its for its in found if isinstance(its, Problem)), key=_weight)),
            waiting=tuple(its for its in found if isinstance(its, Waiting)),
            sources=tuple(sources),
            unscheduled=tuple(state for state in states if state.chart.id not in scheduled),
            unknown=tuple(self._unknown()),
            refused=len(self._seen.charts.quarantined()),
        )

    def _state_of(self, chart: str) -> ChartState | None:
        latest = next(iter(self._seen.charts.neighbours(chart, date.max)), None)
        if latest is None:
            return None
        its, period = latest.chart, latest.period
        provenance = latest.provenance
        return ChartState(
            chart=its,
            period=period,
            fetched_at=provenance.fetched_at,
            url=provenance.url,
            next_due=due_of(its).of(its.after(period)),
            late=overdue(its, period, self._now),
        )

    def _sources(self, states: Iterable[ChartState]) -> list[SourceState]:
        last = {fetched.asked: fetched for fetched in self._seen.fetches.all()}
        known, found = list(states), []
        for schedule in self._seen.schedules:
            url = self._seen.urls.get(schedule.name, "")
            when = _when(schedule)
            next_run = when.after(self._now) if when and schedule.is_enabled else None
            named = schedule.options.get("chart")
            charts = tuple(its for its in known if url and its.url == url and named in (None, its.chart.id))
            found.append(SourceState(schedule, url, last.get(asked_of(schedule.event)), next_run, charts))
        return found

    def _of_source(self, source: SourceState) -> Iterator[Problem]:
        schedule, fetched, name = source.schedule, source.fetched, source.schedule.label
        if not schedule.is_enabled:
            yield Problem(Trouble.SCHEDULE_OFF, name, f"its schedule {schedule.name} is disabled")
        elif (missed := self._missed(source)) is not None:
            last = f"the last fetch was {in_minutes(fetched.at)}" if fetched else "it never was fetched"
            detail = f"nothing was fetched at {in_minutes(missed)}; {last}"
            yield Problem(
                Trouble.FETCH_MISSED, name, detail, f"`chartwatch fetch {name} --stack {{stack}}` fetches now"
            )
        if fetched and not fetched.outcome.is_good:
            detail = f"{in_minutes(fetched.at)}: {fetched.detail}"
            if fetched.outcome is Outcome.FAILED:
                again = f"`chartwatch fetch {name} --stack {{stack}}` tries again"
                yield Problem(Trouble.FETCH_FAILED, name, detail, again)
            else:
                yield Problem(Trouble.DOCUMENT_REFUSED, name, detail, "`chartwatch quarantine --stack {stack}` has it")

    def _missed(self, source: SourceState) -> datetime | None:
        """Return the time at which a schedule should have fetched, and did not."""
        when = _when(source.schedule)
        due = when.before(self._now - LONG) if when else None
        if due is None:
            return None
        created = source.schedule.created_at
        if source.fetched is None:
            # A rate begins when it was made.
            made = created is None or (created + (when.every if isinstance(when, Rate) else timedelta(0)) > due)
            return None if made else due
        # Clocks differ by seconds.
        return due if source.fetched.at < due - timedelta(minutes=1) and not (created and created > due) else None

    def _of_chart(self, state: ChartState) -> Iterator[Noticed]:
        chart = state.chart
        if state.late is not None:
            due = due_of(chart).of(state.late)
            yield Problem(Trouble.CHART_LATE, chart.id, f"nothing of {state.late} yet, which was due {in_minutes(due)}")
        period = state.period
        for _ in range(LOOK_AHEAD):
            period = chart.after(period)
            if self._seen.charts.has_editions(chart.id, period):
                detail = f"the fetch of {period} was cut short; the next one finishes it"
                yield Problem(Trouble.EDITIONS_UNPUBLISHED, chart.id, detail)

    def _of_record(self, state: ChartState) -> Iterator[Noticed]:
        """Yield what is not processed, or not sent; or that nobody can tell, as the record cannot be read."""
        chart = state.chart.id
        try:
            head = self._seen.record.head(chart)
            if head is not None and (head.fold > FOLD or head.format > FORMAT):
                raise RecordNewer(chart, f"format {head.format}, fold {head.fold}")
            yield from self._of_publications(state, head)
            yield from self._of_stories(chart)
        except RecordNewer as error:
            advice = "a release as late as that one goes on with it: docs/upgrading.md"
            yield Problem(Trouble.RECORD_UNREADABLE, chart, str(error), advice)
        except RecordDamaged as error:
            advice = f"`chartwatch rebuild {chart} --stack {{stack}} --write` makes it anew"
            yield Problem(Trouble.RECORD_UNREADABLE, chart, str(error), advice)

    def _of_publications(self, state: ChartState, head: Head | None) -> Iterator[Noticed]:
        """Yield the publications that were not processed, and those of the last days that lack editions."""
        chart = state.chart.id
        since = min(head.last, state.period - LOOK_BACK) if head else None
        ledgers = Files(self._seen.record, head).ledgers(since.year).values() if head and since else ()
        processed = {period: digest for ledger in ledgers for period, digest in ledger.processed.items()}
        unprocessed = []
        for publication in self._seen.charts.timeline(chart, since):
            if processed.get(publication.period) != publication.number_ones_digest():
                unprocessed.append(publication)
            aside = [t for t, its in publication.absent.items() if its.kind is AbsenceKind.SET_ASIDE]
            if aside and publication.period > state.period - LOOK_BACK:
                places = words.some(words.alphabetical(aside), MOST_NAMED)
                where = f"{chart} of {publication.period}"
                advice = "`chartwatch quarantine --stack {stack}` says why"
                yield Problem(Trouble.EDITIONS_SET_ASIDE, where, places, advice)
        if unprocessed:
            yield self._unprocessed(chart, unprocessed)

    def _unprocessed(self, chart: str, publications: Sequence[PublicationSummary]) -> Noticed:
        """Return that publications are not in the record as they are stored: under way, or for too long."""
        first, last = publications[0].period, publications[-1].period
        what = f"{words.counted(len(publications), 'publication')} of {words.span(first, last)}"
        fetched = [its.provenance.fetched_at for its in publications if its.provenance.fetched_at]
        since = min(map(datetime.fromisoformat, fetched), default=None)
        if since is not None and since + LONG > self._now:
            return Waiting(f"{chart}: {what}, to be processed", since)
        known = f"fetched {in_minutes(since)}" if since else "nobody knows when that was fetched"
        detail = f"{what}, {known}; the log of detect_milestones may say why"
        return Problem(Trouble.PUBLICATION_UNPROCESSED, chart, detail)

    def _of_stories(self, chart: str) -> Iterator[Noticed]:
        """Yield the messages of a chart that are not out."""
        sent = self._seen.checkpoints.checkpoint(chart).sent
        for bulletin in islice(RecordedBulletins(self._seen.record).bulletins(chart, sent), MOST_BULLETINS):
            ids = [message.id for message in messages(bulletin, self._seen.limits)]
            known = self._seen.outbox.deliveries(ids) if ids else {}
            for story in ids:
                found = known.get(story)
                if isinstance(found, Lease):
                    yield self._in_doubt(found)
                elif found is Delivery.PENDING:
                    detail = "SNS did not take it; `reconcile` tries again"
                    yield Problem(
                        Trouble.STORY_REFUSED, story, detail, f"`chartwatch resend {story} --stack {{stack}}`"
                    )
                elif found is None:
                    yield self._unsent(bulletin, story)

    def _in_doubt(self, lease: Lease) -> Noticed:
        if self._now < lease.taken_at + LEASE + GRACE:
            return Waiting(f"the story {lease.story}, being sent", lease.taken_at)
        aged = self._now >= lease.taken_at + PROOF_KEPT
        who = "only a person can decide" if aged else "`reconcile` decides, if the witness proves anything"
        detail = f"taken {in_minutes(lease.taken_at)}, and nobody knows whether it is out; {who}"
        return Problem(Trouble.STORY_IN_DOUBT, lease.story, detail, "`chartwatch stories --stack {stack}`")

    def _unsent(self, bulletin: Bulletin, story: str) -> Noticed:
        since = self._seen.written_at(bulletin.chart, bulletin.number)
        if since + LONG > self._now:
            return Waiting(f"the story {story}, to be sent", since)
        detail = f"its bulletin was recorded {in_minutes(since)}; the log of publish_stories may say why"
        return Problem(Trouble.STORY_UNSENT, story, detail)

    def _of_queues(self) -> Iterator[Problem]:
        for trouble, (count, about), advice in (
            (Trouble.FAILURES, self._seen.failures, "docs/runbook.md says how they are read and taken away"),
            (
                Trouble.WITNESS_MISSED,
                self._seen.missed,
                "while any is there, nothing is sent again; `reconcile` reads them",
            ),
        ):
            if count:
                yield Problem(trouble, words.counted(count, "message"), words.listed(list(about)), advice)

    def _of_webhooks(self) -> Iterator[Noticed]:
        """Yield what waits for webhooks; what one does not take for a day is parked among the failures."""
        for name, waiting in self._seen.webhooks.items():
            if waiting is None:
                advice = f"`chartwatch webhooks remove {name} --stack {{stack}}`, and subscribe it again"
                yield Problem(Trouble.WEBHOOK_BROKEN, name, "it gets nothing", advice)
            elif waiting:
                yield Waiting(f"the webhook {name}: {words.counted(waiting, 'message')}, to be delivered")

    def _of_subscribers(self) -> Iterator[Problem]:
        subscribers = self._seen.subscribers
        current = subscribers.current()
        heard = {who.topic for who in current if who.endpoint == self._seen.witness and who.arn}
        for topic in sorted(set(subscribers.news()) - heard):
            detail = "nothing that is in doubt can be decided, and nothing is sent again"
            yield Problem(Trouble.WITNESS_MISSING, _name(topic), detail, "`sam deploy` subscribes it again")
        for who in current:
            if not who.arn:
                where = f"{who.protocol} {who.endpoint} of {_name(who.topic)}"
                yield Problem(Trouble.SUBSCRIBER_UNCONFIRMED, where, "SNS forgets it three days after it was asked")
        names = {who.name for who in current}
        watched = tuple(f"{topic}:" for topic in subscribers.topics())
        for gone in sorted(self._seen.checkpoints.subscribers() - names):
            if gone.startswith(watched):
                topic, protocol, digest = gone.rsplit(":", 2)
                detail = f"{protocol}, address of the digest {digest}: dismiss it, if it is meant to be gone"
                yield Problem(Trouble.SUBSCRIBER_VANISHED, _name(topic), detail)

    def _of_catalog(self) -> Iterator[Problem]:
        for its in found_of_catalog(self._seen.catalogs):
            if its.found is Found.CATALOG_CHANGE_HELD:
                yield Problem(Trouble.CATALOG_CHANGE_HELD, its.where, its.detail)

    def _of_audit(self, chart: str) -> Iterator[Problem]:
        for its in self._seen.checkpoints.audited(chart):
            yield Problem(_AUDITED[its.found], chart, its.detail)

    def _unknown(self) -> Iterator[UnknownWork]:
        """Yield the films and series that were at #1 of charts and lack facts, each once, by title."""
        catalog, found = self._seen.catalogs.current(), dict[str, UnknownWork]()
        for chart in self._charts:
            head = self._seen.record.head(chart)
            # What a later release has written is not read.
            is_read = head is not None and head.fold <= FOLD and head.format <= FORMAT
            last = Files(self._seen.record, head).last_snapshot() if head and is_read else None
            if last is None:
                continue
            works = {
                t.work_id: t for its in last.scopes.values() for t in its.first_topped.get(Count.WORKS, {}).values()
            }
            for topped in works.values():
                if is_looked_up(topped.kind, topped.credit):
                    is_undecided = topped.work_id in last.meanings.undecided
                    work = catalog.work(topped.work_id) or unlisted(topped.title, topped.kind)
                    if lacks := (MEANING,) if is_undecided else tuple(lacking(work)):
                        found[topped.work_id] = UnknownWork(topped.work_id, work.title, lacks)
        yield from sorted(found.values(), key=lambda its: (its.title, its.work_id))


def _weight(problem: Problem) -> int:
    return list(Trouble).index(problem.trouble)


def _when(schedule: FetchSchedule) -> Expression | None:
    """Return when a schedule is due; None for an expression that nobody here understands."""
    try:
        return schedule.when()
    except ValueError:
        return None


def _name(topic: str) -> str:
    return topic.rpartition(":")[2]
