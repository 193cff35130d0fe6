"""Breakages of the code, each of which the simulation has to see, and by which words it does."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

import detect_milestones
from chartwatch.adapters import deployment
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.outbox import DynamoOutbox
from chartwatch.adapters.dynamodb.table import Item, Key, Table
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.record_files import packed
from chartwatch.adapters.sns import SnsTopic
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.message import Message
from chartwatch.domain.stories.story import Story
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier
from chartwatch.errors import NotPublished
from chartwatch.services import enrich as enriching
from chartwatch.services import reconcile as reconciling
from chartwatch.services.catalog_changes import Update
from chartwatch.services.delivery_ports import Checkpoint, Lease, Receipt
from chartwatch.services.detect import Detector
from chartwatch.services.enrich import Enricher, LookedUp
from chartwatch.services.findings import Finding
from chartwatch.services.publish import Completed, Publisher, messages
from chartwatch.services.reconcile import Reconciler
from chartwatch.services.record import KEPT_FOR, FileKind, Head
from chartwatch.services.recording import Recorder
from chartwatch.services.step import Parts
from chartwatch.services.upkeep import Upkeep
from tests.simulation import pipeline as simulated
from tests.simulation.cloud import SNS, DynamoDB, Record, Seam
from tests.simulation.pipeline import Pipeline

Patch = pytest.MonkeyPatch


def retries_of_the_sdk_when_publishing(patch: Patch) -> None:
    call = Seam.call

    def retried(self: Seam, name: str, effect: Callable[[], object], **how: bool) -> object:
        return call(self, name, effect, **{**how, "retried": True})

    patch.setattr(Seam, "call", retried)


def stories_taken_without_a_condition(patch: Patch) -> None:
    patch.setattr(DynamoOutbox, "take", lambda self, story: self._lease(story))


def stories_settled_before_they_are_published(patch: Patch) -> None:
    def send(self: Publisher, message: Message, take: Callable[[], Lease | None]) -> bool:
        lease = take()
        if lease is None:
            return False
        self._outbox.settle(lease, "")
        self._story_topic.publish(message)
        return True

    patch.setattr(Publisher, "_send", send)


def stories_in_doubt_sent_again_at_once(patch: Patch) -> None:
    publish = Publisher.publish
    patch.setattr(Publisher, "publish", lambda self, bulletin, *_: publish(self, bulletin, lambda _lease: True))


def a_lost_reply_taken_for_a_refusal(patch: Patch) -> None:
    publish = SnsTopic.publish

    def refused(self: SnsTopic, message: Message) -> str:
        try:
            return publish(self, message)
        except ReadTimeoutError as error:
            raise NotPublished(message.id, str(error)) from error

    patch.setattr(SnsTopic, "publish", refused)


def failed_publishing_swallowed(patch: Patch) -> None:
    publish = Pipeline.publish

    def swallowed(self: Pipeline, record: Record) -> None:
        try:
            publish(self, record)
        except Exception:  # noqa: BLE001  # the breakage
            return

    patch.setattr(Pipeline, "publish", swallowed)


def failed_detection_swallowed(patch: Patch) -> None:
    detect = Pipeline.detect

    def swallowed(self: Pipeline, record: Record) -> None:
        try:
            detect(self, record)
        except Exception:  # noqa: BLE001  # the breakage
            return

    patch.setattr(Pipeline, "detect", swallowed)


def failed_fetching_swallowed(patch: Patch) -> None:
    fetch = Pipeline.fetch

    def swallowed(self: Pipeline, number: int) -> None:
        try:
            fetch(self, number)
        except Exception:  # noqa: BLE001  # the breakage
            return

    patch.setattr(Pipeline, "fetch", swallowed)


def heads_swapped_without_a_condition(patch: Patch) -> None:
    put_together_if = Table.put_together_if

    def always(self: Table, item: Item, condition: str, values: Item, others: Sequence[Item]) -> bool:
        del condition, values
        return put_together_if(self, item, "attribute_not_exists(nothing)", {}, others)

    patch.setattr(Table, "put_together_if", always)


def bulletins_put_after_the_head(patch: Patch) -> None:
    def one_by_one(self: Table, item: Item, condition: str, values: Item, others: Sequence[Item]) -> bool:
        taken = self.put_if(item, condition, values)
        for other in others if taken else ():
            self.put(other)
        return taken

    patch.setattr(Table, "put_together_if", one_by_one)


def bulletins_put_before_the_head(patch: Patch) -> None:
    def one_by_one(self: Table, item: Item, condition: str, values: Item, others: Sequence[Item]) -> bool:
        for other in others:
            self.put(other)
        return self.put_if(item, condition, values)

    patch.setattr(Table, "put_together_if", one_by_one)


def bulletins_forgotten(patch: Patch) -> None:
    swap = AwsRecord.swap

    def silent(
        self: AwsRecord, before: Head | None, after: Head, bulletin: Bulletin | None = None, file: str = "", *more: Any
    ) -> bool:
        return swap(self, before, after, bulletin if after.version % 2 else None, file, *more)

    patch.setattr(AwsRecord, "swap", silent)


def a_lost_race_taken_for_a_won_one(patch: Patch) -> None:
    swap = AwsRecord.swap

    def sure(self: AwsRecord, *arguments: Any) -> bool:
        swap(self, *arguments)
        return True

    patch.setattr(AwsRecord, "swap", sure)


def ledgers_not_written(patch: Patch) -> None:
    def forgotten(_self: Recorder, _chart: str, head: Head | None, _before: Parts, _after: Parts) -> Mapping[int, str]:
        return head.ledgers if head else {}

    patch.setattr(Recorder, "_ledgers", forgotten)


def files_put_after_the_head_names_them(patch: Patch) -> None:
    put, swap = AwsRecord.put, AwsRecord.swap
    late: dict[AwsRecord, list[tuple[str, FileKind[Any], Any]]] = {}

    def name_only(self: AwsRecord, chart: str, kind: FileKind[Any], value: Any) -> str:
        late.setdefault(self, []).append((chart, kind, value))
        return hashlib.sha256(packed(kind.name, value)).hexdigest()

    def head_first(self: AwsRecord, *arguments: Any) -> bool:
        taken = swap(self, *arguments)
        for file in late.pop(self, ()):
            put(self, *file)
        return taken

    patch.setattr(AwsRecord, "put", name_only)
    patch.setattr(AwsRecord, "swap", head_first)


def files_removed_that_may_yet_be_named(patch: Patch) -> None:
    def at_once(self: Detector, chart: str, now: datetime) -> int:
        head = self._record.head(chart)
        named = head.files() if head else set()
        old = [
            file
            for file in self._record.files(chart)
            if (kept_for := KEPT_FOR[file.kind]) is not None
            and now - file.written_at > kept_for
            and (file.kind, file.name) not in named
        ]
        self._record.remove(chart, old)
        return len(old)

    patch.setattr(Detector, "remove_unnamed", at_once)


def revisions_taken_for_known(patch: Patch) -> None:
    def known(self: Detector, chart: str, head: Head | None, period: date) -> bool:
        del self, chart
        return head is not None and period <= head.last

    patch.setattr(Detector, "_is_processed", known)


def only_the_first_chart_reconsidered(patch: Patch) -> None:
    detect = detect_milestones.detect

    def first_only(detector: Detector, record: Any) -> None:
        if keys.of(record) is not None:
            detect(detector, record)
            return
        for chart in deployment.charts().charts()[:1]:
            detector.reconsider(chart)

    patch.setattr(detect_milestones, "detect", first_only)


def batches_read_without_consistency(patch: Patch) -> None:
    batch_get_item = DynamoDB.batch_get_item

    def unsure(self: DynamoDB, RequestItems: Mapping[str, Any]) -> object:  # noqa: N803
        asked = {name: {"Keys": its["Keys"]} for name, its in RequestItems.items()}
        return batch_get_item(self, asked)

    patch.setattr(DynamoDB, "batch_get_item", unsure)


def queries_without_consistency(patch: Patch) -> None:
    paginate = DynamoDB.paginate

    def unsure(self: DynamoDB, **how: Any) -> Iterator[Any]:
        del how["ConsistentRead"]
        return paginate(self, **how)

    patch.setattr(DynamoDB, "paginate", unsure)


def items_read_without_consistency(patch: Patch) -> None:
    get_item = DynamoDB.get_item

    def unsure(self: DynamoDB, **how: Any) -> object:
        del how["ConsistentRead"]
        return get_item(self, **how)

    patch.setattr(DynamoDB, "get_item", unsure)


def a_filter_that_lets_no_bulletin_through(patch: Patch) -> None:
    patch.setattr(simulated, "MAPPINGS", {**simulated.MAPPINGS, "bulletins": (simulated.MILESTONES, "BULLETINS#")})


def a_filter_that_lets_no_mark_through(patch: Patch) -> None:
    patch.setattr(simulated, "MAPPINGS", {**simulated.MAPPINGS, "ready": (simulated.CHARTS, "MARK#")})


def records_passed_over_after_one_failure(patch: Patch) -> None:
    patch.setattr(simulated, "ATTEMPTS", 1)


def stories_of_one_id(patch: Patch) -> None:
    patch.setattr(keys, "story", lambda story: Key(story.rpartition(":")[0], "STORY"))


def a_digest_for_each_attempt(patch: Patch) -> None:
    publish = Publisher.publish

    def repeated(self: Publisher, bulletin: Bulletin, *how: Any) -> Completed:
        completed = publish(self, bulletin, *how)
        for message in messages(bulletin, self._limits):
            if not isinstance(message, Story):
                self._digest_topic.publish(message)
        return completed

    patch.setattr(Publisher, "publish", repeated)


def messages_that_never_leave(patch: Patch) -> None:
    patch.setattr(SNS, "publish", lambda _self, **_message: {"MessageId": "none"})


def a_witness_that_marks_nothing(patch: Patch) -> None:
    patch.setattr(DynamoOutbox, "witness", lambda _self, _story: False)


def a_witness_that_forgets_before_it_is_marked(patch: Patch) -> None:
    receipts = SqsWitness.receipts

    def forgetful(self: SqsWitness) -> Sequence[Receipt]:
        seen = receipts(self)
        self.forget(seen)
        return seen

    patch.setattr(SqsWitness, "receipts", forgetful)


def a_witness_that_is_believed_before_it_was_heard_out(patch: Patch) -> None:
    patch.setattr(SqsWitness, "is_empty", lambda _self: True)


def a_lease_that_ends_at_once(patch: Patch) -> None:
    patch.setattr(reconciling, "LEASE", timedelta(0))
    patch.setattr(reconciling, "GRACE", timedelta(0))


def no_grace_for_what_is_on_its_way(patch: Patch) -> None:
    patch.setattr(reconciling, "LEASE", timedelta(minutes=4))
    patch.setattr(reconciling, "GRACE", timedelta(0))


def a_lease_taken_over_from_whoever_has_it(patch: Patch) -> None:
    patch.setattr(DynamoOutbox, "take_over", lambda self, stale: self._lease(stale.story))


def stories_in_doubt_never_sent_again(patch: Patch) -> None:
    patch.setattr(Reconciler, "is_dead", lambda _self, _lease: False)


def checkpoints_that_pass_over_what_is_not_out(patch: Patch) -> None:
    patch.setattr(Completed, "is_whole", True)


def checkpoints_moved_although_a_bulletin_is_not_whole(patch: Patch) -> None:
    send_the_rest = Reconciler.send_the_rest

    def hasty(self: Reconciler, chart: str) -> Iterator[Finding]:
        reached = self._checkpoints.checkpoint(chart)
        looked_at = [bulletin.number for bulletin in self._bulletins.bulletins(chart, reached.sent)]
        yield from send_the_rest(self, chart)
        if looked_at:
            self._checkpoints.advance(chart, Checkpoint(looked_at[-1]))

    patch.setattr(Reconciler, "send_the_rest", hasty)


def vanished_subscribers_forgotten_before_they_are_reported(patch: Patch) -> None:
    watch_the_subscribers = Reconciler.watch_the_subscribers

    def forgetful(self: Reconciler) -> Iterator[Finding]:
        found = list(watch_the_subscribers(self))
        self._checkpoints.note_subscribers(frozenset(who.name for who in self._subscribers.current()))
        yield from found

    patch.setattr(Reconciler, "watch_the_subscribers", forgetful)


def corrections_that_do_not_wait(patch: Patch) -> None:
    patch.setattr(Publisher, "_is_next", lambda _self, _bulletin: True)


def corrections_that_wait_for_nothing_but_themselves(patch: Patch) -> None:
    patch.setattr(Publisher, "_is_next", lambda _self, _bulletin: False)


def publications_ready_before_what_was_found_is_in_force(patch: Patch) -> None:
    enrich = Enricher.enrich

    def hasty(self: Enricher, chart: str, period: date, arrived: datetime) -> Sequence[LookedUp]:
        put = self._changes
        late: list[Mapping[str, Update]] = []
        waiting = replace(put)
        object.__setattr__(waiting, "put_looked_up", late.append)
        self._changes = waiting
        found = enrich(self, chart, period, arrived)
        for updates in late:
            put.put_looked_up(updates)
        return found

    patch.setattr(Enricher, "enrich", hasty)


def publications_not_ready_when_the_provider_fails(patch: Patch) -> None:
    enrich = Enricher._look_up

    def strict(self: Enricher, *how: Any) -> Sequence[LookedUp]:
        found = enrich(self, *how)
        if any(its.failures for its in found):
            raise found[-1].failures[0]
        return found

    patch.setattr(Enricher, "_look_up", strict)
    patch.setattr(simulated, "ATTEMPTS", 1)


def failed_enriching_swallowed(patch: Patch) -> None:
    enrich = Pipeline.enrich

    def swallowed(self: Pipeline, record: Record) -> None:
        try:
            enrich(self, record)
        except Exception:  # noqa: BLE001  # the breakage
            return

    patch.setattr(Pipeline, "enrich", swallowed)


def look_ups_as_if_there_were_all_the_time(patch: Patch) -> None:
    patch.setattr(enriching, "WAIT", timedelta(hours=1))


def works_that_are_never_looked_up_again(patch: Patch) -> None:
    patch.setattr(Upkeep, "look_up_again", lambda _self: ())


def catalogs_put_in_force_without_a_condition(patch: Patch) -> None:
    put_if = Table.put_if

    def always(self: Table, item: Item, condition: str, values: Item) -> bool:
        return put_if(self, item, "attribute_not_exists(nothing)" if "layers" in item else condition, values)

    patch.setattr(Table, "put_if", always)


def layers_replaced_whatever_they_are_by_now(patch: Patch) -> None:
    put = DynamoCatalogs.replace

    def blindly(self: DynamoCatalogs, layer: Layer, dossiers: Iterable[Dossier], **_how: object) -> None:
        put(self, layer, dossiers)

    patch.setattr(DynamoCatalogs, "replace", blindly)


TWICE, LOST, LEFT = "got out 2 times", "was lost", "a stream lost something"
UNREADABLE = "cannot be read"

BREAKAGES: Mapping[Callable[[Patch], None], str] = {
    a_witness_that_marks_nothing: TWICE,
    a_witness_that_forgets_before_it_is_marked: TWICE,
    a_witness_that_is_believed_before_it_was_heard_out: TWICE,
    a_lease_that_ends_at_once: TWICE,
    no_grace_for_what_is_on_its_way: TWICE,
    a_lease_taken_over_from_whoever_has_it: TWICE,
    stories_in_doubt_never_sent_again: LOST,
    checkpoints_that_pass_over_what_is_not_out: LOST,
    checkpoints_moved_although_a_bulletin_is_not_whole: LOST,
    vanished_subscribers_forgotten_before_they_are_reported: "vanished, and nobody was told",
    corrections_that_do_not_wait: "came before",
    corrections_that_wait_for_nothing_but_themselves: LOST,
    retries_of_the_sdk_when_publishing: TWICE,
    stories_taken_without_a_condition: TWICE,
    stories_settled_before_they_are_published: LOST,
    stories_in_doubt_sent_again_at_once: TWICE,
    a_lost_reply_taken_for_a_refusal: TWICE,
    failed_publishing_swallowed: LEFT,
    failed_detection_swallowed: LEFT,
    failed_fetching_swallowed: "was never told",
    heads_swapped_without_a_condition: "stands in",
    bulletins_put_after_the_head: "stands in no bulletin",
    bulletins_put_before_the_head: "stands in",
    bulletins_forgotten: "stands in no bulletin",
    a_lost_race_taken_for_a_won_one: LEFT,
    ledgers_not_written: "stands in",
    files_put_after_the_head_names_them: UNREADABLE,
    files_removed_that_may_yet_be_named: UNREADABLE,
    revisions_taken_for_known: "another than one fold",
    only_the_first_chart_reconsidered: LEFT,
    batches_read_without_consistency: LEFT,
    queries_without_consistency: LEFT,
    items_read_without_consistency: LEFT,
    a_filter_that_lets_no_bulletin_through: LEFT,
    a_filter_that_lets_no_mark_through: LEFT,
    records_passed_over_after_one_failure: "was given up",
    stories_of_one_id: LOST,
    a_digest_for_each_attempt: TWICE,
    messages_that_never_leave: LOST,
    publications_ready_before_what_was_found_is_in_force: "ready before what was found",
    publications_not_ready_when_the_provider_fails: "was given up",
    failed_enriching_swallowed: LEFT,
    look_ups_as_if_there_were_all_the_time: "no time for it",
    works_that_are_never_looked_up_again: "another than one fold",
    catalogs_put_in_force_without_a_condition: "another than one fold",
    layers_replaced_whatever_they_are_by_now: "taken back",
}
"""What is broken, and what is seen of that."""


class Among(Enum):
    """A kind of faults: where one is, or more."""

    LATE = auto()
    """One, the latest calls first."""
    ANYWHERE = auto()
    """One, at any call."""
    PUBLISHING = auto()
    """One, when a message is published."""
    DOUBTS = auto()
    """One that leaves a message in doubt, and another when `reconcile` finds it."""
    PAUSED_PUBLISHERS = auto()
    """A process that stands still at publishing."""
    PAUSED_RECORDERS = auto()
    """A process that stands still at the record."""
    LOOK_UPS = auto()
    """One, when a work is looked up."""
    PAUSED_CATALOGS = auto()
    """A process that stands still when it puts in force what was found."""
    SUBSCRIBERS = auto()
    """One, when it is noted who subscribes."""
    SEVERAL = auto()
    """Some, anywhere."""


RARE: Mapping[Callable[[Patch], None], Among] = {
    a_witness_that_forgets_before_it_is_marked: Among.DOUBTS,
    a_witness_that_is_believed_before_it_was_heard_out: Among.DOUBTS,
    checkpoints_that_pass_over_what_is_not_out: Among.DOUBTS,
    checkpoints_moved_although_a_bulletin_is_not_whole: Among.DOUBTS,
    corrections_that_do_not_wait: Among.PUBLISHING,
    vanished_subscribers_forgotten_before_they_are_reported: Among.SUBSCRIBERS,
    failed_fetching_swallowed: Among.SEVERAL,
    heads_swapped_without_a_condition: Among.SEVERAL,
    bulletins_put_after_the_head: Among.ANYWHERE,
    failed_detection_swallowed: Among.ANYWHERE,
    only_the_first_chart_reconsidered: Among.LOOK_UPS,
    a_lost_race_taken_for_a_won_one: Among.PAUSED_RECORDERS,
    files_removed_that_may_yet_be_named: Among.PAUSED_RECORDERS,
    layers_replaced_whatever_they_are_by_now: Among.PAUSED_CATALOGS,
    files_put_after_the_head_names_them: Among.ANYWHERE,
    look_ups_as_if_there_were_all_the_time: Among.PAUSED_CATALOGS,
    catalogs_put_in_force_without_a_condition: Among.PAUSED_CATALOGS,
}
"""Where those are looked for first that hundreds of runs of all kinds would not show."""
