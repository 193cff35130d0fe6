"""What is asked of a run: nothing lost, nothing told twice, nothing wrong, and no work left that was not to be left."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from chartwatch.domain.milestones.fold import fold
from chartwatch.domain.milestones.ledger import Substance, substance
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.stories.message import Message, id_in_event
from chartwatch.errors import RecordDamaged
from chartwatch.services.detect import Audit
from chartwatch.services.findings import Found
from chartwatch.services.record import Files
from tests.recorded import entries
from tests.simulation.memory import digest_of, stories_of
from tests.simulation.pipeline import FACTS, FILMS, RULES, SERIES, Pipeline, final_publications
from tests.simulation.provider import works

CHARTS = (SERIES.id, FILMS.id)

DOUBTS = {
    Found.STORY_WITNESSED,
    Found.STORY_SENT_AGAIN,
    Found.STORY_IN_DOUBT,
    Found.STORY_UNDECIDED,
    Found.STORY_REFUSED,
}
"""What leaves work to `reconcile` that a stream has done otherwise."""


@cache
def truth() -> Mapping[str, Claim]:
    """Return what the last document comes to, folded at once, by slots."""
    publications = [publication.summary() for publication in final_publications()]
    its = [fold([p for p in publications if p.chart.id == chart], FACTS, RULES) for chart in CHARTS]
    return {claim.slot: claim for claims, _ in its for claim in claims}


def record(pipeline: Pipeline) -> Mapping[str, Substance]:
    """Return what is recorded, by slots."""
    held = {slot: entry for chart in CHARTS for slot, entry in entries(pipeline.record(), chart).items()}
    return {slot: substance(entry) for slot, entry in held.items() if entry.is_held}


def recorded(pipeline: Pipeline) -> Sequence[Bulletin]:
    """Return the bulletins of all charts, those of each in order."""
    return [bulletin for chart in CHARTS for bulletin in pipeline.bulletins().bulletins(chart)]


def due(pipeline: Pipeline) -> Mapping[str, Message]:
    """Return the messages that the recorded bulletins come to, by their ids."""
    told = ((bulletin, stories_of(bulletin)) for bulletin in recorded(pipeline))
    return {m.id: m for bulletin, its in told if its or bulletin.is_news for m in (*its, digest_of(bulletin, its))}


def sent(pipeline: Pipeline) -> Sequence[str]:
    """Return the ids of the messages that got out, in their order."""
    return [id_in_event(json.loads(message["Message"])["default"]) or "" for message in pipeline.published]


class Undisturbed(NamedTuple):
    """A run without a fault, and the names of the calls it takes."""

    pipeline: Pipeline
    names: Sequence[str]

    @property
    def calls(self) -> int:
        return len(self.names)


@cache
def undisturbed() -> Undisturbed:
    pipeline = Pipeline().run()
    return Undisturbed(pipeline, tuple(pipeline.seam.names))


def problems(pipeline: Pipeline) -> Iterator[str]:
    """Yield what is wrong after a run."""
    yield from pipeline.failures
    pipeline.seam.plan = {}
    try:
        yield from _problems_of_the_record(pipeline)
    except (RecordDamaged, LookupError) as error:
        yield f"the record cannot be read: {error}"
    yield from _left_to_reconcile(pipeline)
    if pipeline.missed and Found.SUBSCRIBER_VANISHED not in {finding.found for finding in pipeline.found}:
        yield "a subscriber vanished, and nobody was told"


def _problems_of_the_record(pipeline: Pipeline) -> Iterator[str]:
    got_out, expected = Counter(sent(pipeline)), due(pipeline)
    yield from (f"{message} got out {times} times" for message, times in got_out.items() if times > 1)
    yield from (f"{message} was never due" for message in got_out.keys() - expected)
    yield from (f"{message} was lost" for message in expected.keys() - got_out)
    yield from _unannounced(pipeline)
    messages = [expected[message] for message in sent(pipeline) if message in expected]
    yield from _out_of_order(messages)
    yield from _told_otherwise(messages)
    yield from _taken_back(messages)
    if record(pipeline) != {slot: substance(claim) for slot, claim in truth().items()}:
        yield "the record is another than one fold from the beginning"
    for chart in CHARTS:
        yield from _missing_files(pipeline, chart)
        if (audit := pipeline.detector().audit(chart)) != Audit((), snapshot=False, unprocessed=(), contradicted=()):
            yield f"the audit of {chart} finds {audit}"


def _missing_files(pipeline: Pipeline, chart: str) -> Iterator[str]:
    """Yield the files that are missing of those that the head names; snapshots, too, though one may be lost."""
    head = pipeline.record().head(chart)
    if head is None:
        yield f"{chart} has no record"
        return
    files = Files(pipeline.record(), head)
    for kept in head.snapshots:
        try:
            files.snapshot_after(kept)
        except RecordDamaged as error:
            yield f"{error}"


def _unannounced(pipeline: Pipeline) -> Iterator[str]:
    """Yield the revisions of slots that do not stand in just one bulletin: what is due, is due by its bulletins."""
    held = [entry for chart in CHARTS for entry in entries(pipeline.record(), chart).values()]
    revisions = {(entry.slot, revision) for entry in held for revision in range(1, entry.revision + 1)}
    changes = (change for bulletin in recorded(pipeline) for change in bulletin.changes)
    announced = Counter((change.milestone.slot, change.milestone.revision) for change in changes)
    yield from (f"{revision} stands in no bulletin" for revision in sorted(revisions - announced.keys()))
    yield from (f"{revision} stands in {n} bulletins" for revision, n in announced.items() if n > 1)
    yield from (f"{revision} is announced, and not recorded" for revision in sorted(announced.keys() - revisions))


def _told_otherwise(messages: Sequence[Message]) -> Iterator[str]:
    """Yield the slots of which somebody was told something last that is not so; what was never a first is not told."""
    told: dict[str, Mapping[str, Any]] = {}
    for message in messages:
        told |= {milestone["slot"]: milestone for milestone in message.body.get("milestones", ())}
    for slot, claim in truth().items():
        says = (claim.period.isoformat(), claim.n, [holder.as_json() for holder in claim.holders])
        if not claim.left_censored and slot not in told:
            yield f"{slot} was never told"
        elif slot in told and tuple(told[slot][name] for name in ("period", "n", "holders")) != says:
            yield f"of {slot} was told {told[slot]}"
    ended = {slot for slot, milestone in told.items() if milestone["status"] == Status.RETRACTED.value}
    yield from (f"{slot} is told to hold" for slot in sorted(told.keys() - ended - truth().keys()))


def _taken_back(messages: Sequence[Message]) -> Iterator[str]:
    """Yield the slots of which it was told that a looked-up work holds them, and then another thing."""
    looked_up, held = {work.id for work in works()}, set[str]()
    for milestone in (its for message in messages for its in message.body.get("milestones", ())):
        if looked_up & {holder["work_id"] for holder in milestone["holders"]}:
            held.add(milestone["slot"])
        elif milestone["slot"] in held:
            yield f"what was looked up was taken back: {milestone['slot']}"


def _out_of_order(messages: Sequence[Message]) -> Iterator[str]:
    """Yield what came before something that it follows up."""
    latest: dict[str, int] = {}
    for at, message in enumerate(messages):
        for milestone in message.body.get("milestones", ()):
            slot, revision = milestone["slot"], milestone["revision"]
            if revision < latest.get(slot, 0):
                yield f"{message.id} says what {slot} was, after it was said what it is"
            latest[slot] = max(revision, latest.get(slot, 0))
        if message.follows_up:
            chart, _, number = message.body["bulletin"].rpartition(":")
            later = (late.body["bulletin"].rpartition(":") for late in messages[at:])
            early = [":".join((c, n)) for c, _, n in later if c == chart and n < number]
            yield from (f"{message.id} came before {late}" for late in early)


def _left_to_reconcile(pipeline: Pipeline) -> Iterator[str]:
    """Yield what a stream should have done, where no fault gave a reason to leave it."""
    late = set(pipeline.late)
    if not pipeline.streamed:
        return
    if late & {Found.PUBLICATION_DETECTED, Found.RECORD_UPDATED} or (
        Found.STORY_SENT in late and not late & DOUBTS and not pipeline.doubted
    ):
        yield f"a stream lost something: {pipeline.found}"
