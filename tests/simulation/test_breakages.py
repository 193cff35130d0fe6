"""The simulation is real: each of these breakages of the code is seen by it."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.journal import Journal, JournalledStep, StepGone, StepRef
from chartwatch.adapters.dynamodb.milestones import DynamoMilestones
from chartwatch.adapters.dynamodb.outbox import DynamoOutbox
from chartwatch.adapters.dynamodb.table import Item, Key, Table
from chartwatch.adapters.sns import SnsTopic
from chartwatch.adapters.sqs import SqsWitness
from chartwatch.domain.milestones.fold import Head
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.domain.stories.story import Message
from chartwatch.errors import NotPublished
from chartwatch.services import reconcile as reconciling
from chartwatch.services.detect import Detector
from chartwatch.services.ports import Lease
from chartwatch.services.publish import Addressed, Completed, Publisher
from chartwatch.services.reconcile import Reconciler, Sighting
from tests.simulation import pipeline as simulated
from tests.simulation.cloud import SNS, Fault, Record, Seam
from tests.simulation.exploring import followed
from tests.simulation.pipeline import Pipeline
from tests.simulation.plans import doubts, plans
from tests.simulation.verdict import problems, undisturbed

Patch = pytest.MonkeyPatch


def retries_of_the_sdk_when_publishing(patch: Patch) -> None:
    call = Seam.call

    def retried(self: Seam, name: str, effect: Callable[[], object], *, retried: bool) -> object:
        del retried
        return call(self, name, effect, retried=True)

    patch.setattr(Seam, "call", retried)


def stories_taken_without_a_condition(patch: Patch) -> None:
    patch.setattr(DynamoOutbox, "take", lambda self, story: self._lease(story))


def stories_settled_before_they_are_published(patch: Patch) -> None:
    def send(self: Publisher, addressed: Addressed, take: Callable[[], Lease | None]) -> bool:
        lease = take()
        if lease is None:
            return False
        self._outbox.settle(lease, "")
        addressed.topic.publish(addressed.message)
        return True

    patch.setattr(Publisher, "_send", send)


def stories_in_doubt_sent_again_at_once(patch: Patch) -> None:
    publish = Publisher.publish
    patch.setattr(Publisher, "publish", lambda self, bulletin, _is_dead=None: publish(self, bulletin, lambda _: True))


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


def heads_updated_without_a_condition(patch: Patch) -> None:
    update_if = Table.update_if

    def always(self: Table, key: Key, update: str, condition: str, values: Item) -> bool:
        if key.sk == "HEAD":
            condition = "attribute_not_exists(nothing)"
            values = {name: value for name, value in values.items() if name != ":before"}
        return update_if(self, key, update, condition, values)

    patch.setattr(Table, "update_if", always)


def pending_steps_left_alone(patch: Patch) -> None:
    patch.setattr(DynamoMilestones, "head", lambda self, chart: self._stored(chart).head)


def steps_applied_before_they_are_taken(patch: Patch) -> None:
    keep = Journal.keep

    def eager(self: Journal, step: JournalledStep) -> StepRef:
        ref = keep(self, step)
        DynamoMilestones(self._table)._table.put_all([simulated_slot(m) for m in step.milestones])
        return ref

    def simulated_slot(milestone: Milestone) -> Item:
        from chartwatch.adapters.dynamodb.milestones import _slot_item

        return _slot_item(milestone)

    patch.setattr(Journal, "keep", eager)


def bulletins_forgotten(patch: Patch) -> None:
    apply = DynamoMilestones._apply

    def silent(self: DynamoMilestones, step: JournalledStep, ref: StepRef, items: Any) -> None:
        told = step.bulletin if step.after.version % 2 else None
        apply(self, replace(step, bulletin=told), ref, items)

    patch.setattr(DynamoMilestones, "_apply", silent)


def journals_dropped_whoever_took_the_step(patch: Patch) -> None:
    patch.setattr(DynamoMilestones, "_withdraw", lambda self, chart, ref: self._journal.drop(chart, ref))


def a_lost_reply_of_the_commit_taken_for_a_conflict(patch: Patch) -> None:
    stored = DynamoMilestones._stored

    def blind(self: DynamoMilestones, chart: str) -> object:
        return stored(self, chart)._replace(pending=None)

    patch.setattr(DynamoMilestones, "_stored", blind)


def revisions_taken_for_known(patch: Patch) -> None:
    def known(self: Detector, head: Head, period: date) -> str | None:
        publication = self._charts.summary(head.chart, period)
        return publication.number_ones_digest() if publication else None

    patch.setattr(Detector, "_applied", known)


def a_filter_that_lets_nothing_through(patch: Patch) -> None:
    patch.setattr(simulated, "BULLETIN", "BULLETINS#")


def records_passed_over_after_one_failure(patch: Patch) -> None:
    patch.setattr(simulated, "ATTEMPTS", 1)


def stories_of_one_id(patch: Patch) -> None:
    patch.setattr(keys, "story", lambda story: Key(story.rpartition(":")[0], "STORY"))


def a_digest_for_each_attempt(patch: Patch) -> None:
    publish = Publisher.publish

    def repeated(self: Publisher, bulletin: Bulletin) -> Completed:
        completed = publish(self, bulletin)
        for topic, message in self._messages(bulletin):
            if message.id.endswith("digest"):
                topic.publish(message)
        return completed

    patch.setattr(Publisher, "publish", repeated)


def messages_that_never_leave(patch: Patch) -> None:
    patch.setattr(SNS, "publish", lambda _self, **_message: {"MessageId": "none"})


def a_witness_that_marks_nothing(patch: Patch) -> None:
    patch.setattr(DynamoOutbox, "witness", lambda _self, _story: False)


def a_witness_that_forgets_before_it_is_marked(patch: Patch) -> None:
    sightings = SqsWitness.sightings

    def forgetful(self: SqsWitness) -> Sequence[Sighting]:
        seen = sightings(self)
        self.forget(seen)
        return seen

    patch.setattr(SqsWitness, "sightings", forgetful)


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


def corrections_that_do_not_wait(patch: Patch) -> None:
    patch.setattr(Publisher, "_is_next", lambda _self, _bulletin: True)


def corrections_that_wait_for_nothing_but_themselves(patch: Patch) -> None:
    patch.setattr(Publisher, "_is_next", lambda _self, _bulletin: False)


BREAKAGES = (
    a_witness_that_marks_nothing,
    a_witness_that_forgets_before_it_is_marked,
    a_witness_that_is_believed_before_it_was_heard_out,
    a_lease_that_ends_at_once,
    no_grace_for_what_is_on_its_way,
    a_lease_taken_over_from_whoever_has_it,
    stories_in_doubt_never_sent_again,
    checkpoints_that_pass_over_what_is_not_out,
    corrections_that_do_not_wait,
    corrections_that_wait_for_nothing_but_themselves,
    retries_of_the_sdk_when_publishing,
    stories_taken_without_a_condition,
    stories_settled_before_they_are_published,
    stories_in_doubt_sent_again_at_once,
    a_lost_reply_taken_for_a_refusal,
    failed_publishing_swallowed,
    failed_detection_swallowed,
    failed_fetching_swallowed,
    heads_updated_without_a_condition,
    pending_steps_left_alone,
    steps_applied_before_they_are_taken,
    bulletins_forgotten,
    journals_dropped_whoever_took_the_step,
    a_lost_reply_of_the_commit_taken_for_a_conflict,
    revisions_taken_for_known,
    a_filter_that_lets_nothing_through,
    records_passed_over_after_one_failure,
    stories_of_one_id,
    a_digest_for_each_attempt,
    messages_that_never_leave,
)


MOST = 4000
"""Runs with faults of any kind in which a breakage must show, and as many in which one of delivery must."""


def tries() -> Iterator[Pipeline]:
    """Yield runs without a fault, with and without streams, and then with many.

    Every other one leaves a message in doubt, and lets another process stand still later: few other faults show that
    two take over the same message.
    """
    yield Pipeline().run()
    yield Pipeline(streamed=False).run()
    chance = random.Random(0)
    mixed = list(enumerate(plans(MOST)))
    paused = [(number, plan) for number, plan in enumerate(doubts()) if [*plan.values()][1] is Fault.PAUSED]
    chance.shuffle(mixed)
    chance.shuffle(paused)
    for pair in zip_longest(mixed, paused[:MOST]):
        yield from (Pipeline(plan, random.Random(number)).run() for number, plan in filter(None, pair))


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.__name__)
def test_the_simulation_sees(breakage: Callable[[Patch], None], monkeypatch: Patch) -> None:
    assert undisturbed().calls
    breakage(monkeypatch)
    try:
        found = next((found for its in tries() if (found := list(problems(its)))), None)
    except StepGone as gone:
        found = [f"a bulletin cannot be read any more: {gone}"]
    assert found, "not seen"


@pytest.mark.parametrize(
    ("breakage", "shows_it"),
    [
        (stories_settled_before_they_are_published, Fault.KILLED_AFTER),
        (failed_detection_swallowed, Fault.REFUSED),
        (retries_of_the_sdk_when_publishing, Fault.REPLY_LOST),
    ],
)
def test_exploring_sees_what_a_second_fault_shows(
    breakage: Callable[[Patch], None], shows_it: Fault, monkeypatch: Patch
) -> None:
    harmless = undisturbed().names.index("GetItem")
    breakage(monkeypatch)
    first, *others = followed(harmless, Fault.REPLY_LOST, 0, share=0.5)
    assert not first.wrong
    assert shows_it in {[*run.plan.values()][1] for run in others if run.wrong}
