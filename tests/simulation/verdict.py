"""What is asked of a run: nothing lost, nothing told twice, nothing wrong, and no work left that was not to be left."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from chartwatch.domain.milestones.milestone import substance
from chartwatch.domain.stories.story import Message, told_by
from chartwatch.services.reconcile import Found
from tests.simulation.cloud import Fault
from tests.simulation.memory import digest_of, stories_of
from tests.simulation.pipeline import CHART, Pipeline

DOUBTS = {Found.STORY_WITNESSED, Found.STORY_SENT_AGAIN, Found.STORY_IN_DOUBT, Found.STORY_REFUSED}
"""What leaves work to `reconcile` that a stream has done otherwise."""


def record(pipeline: Pipeline) -> Mapping[str, object]:
    held = pipeline.milestones().recorded(CHART.id).milestones
    return {slot: substance(milestone) for slot, milestone in held.items() if milestone.is_held}


def due(pipeline: Pipeline) -> Mapping[str, Message]:
    """Return the messages that the recorded bulletins come to, by their ids."""
    told = ((bulletin, stories_of(bulletin)) for bulletin in pipeline.milestones().bulletins(CHART.id))
    return {m.id: m for bulletin, its in told if its for m in (*its, digest_of(bulletin, its))}


def sent(pipeline: Pipeline) -> Sequence[str]:
    """Return the ids of the messages that got out, in their order."""
    return [told_by(json.loads(message["Message"])["default"]) or "" for message in pipeline.published]


class Undisturbed(NamedTuple):
    """A run without a fault: the names of the calls it takes, and what it comes to."""

    pipeline: Pipeline
    names: Sequence[str]
    record: Mapping[str, object]

    @property
    def calls(self) -> int:
        return len(self.names)


@cache
def undisturbed() -> Undisturbed:
    pipeline = Pipeline().run()
    return Undisturbed(pipeline, tuple(pipeline.seam.names), record(pipeline))


def problems(pipeline: Pipeline) -> Iterator[str]:
    """Yield what is wrong after a run."""
    yield from pipeline.failures
    pipeline.seam.plan = {}
    got_out, expected = Counter(sent(pipeline)), due(pipeline)
    yield from (f"{message} got out {times} times" for message, times in got_out.items() if times > 1)
    yield from (f"{message} was never due" for message in got_out.keys() - expected)
    yield from (f"{message} was lost" for message in expected.keys() - got_out)
    yield from _unannounced(pipeline)
    yield from _out_of_order([expected[message] for message in sent(pipeline) if message in expected])
    if record(pipeline) != undisturbed().record:
        yield "the record is another than without a fault"
    yield from _left_to_reconcile(pipeline)
    if audit := pipeline.detector().audit(CHART.id):
        yield f"the record is not what its publications come to: {audit}"


def _unannounced(pipeline: Pipeline) -> Iterator[str]:
    """Yield the revisions of slots that do not stand in just one bulletin: what is due, is due by its bulletins."""
    held = pipeline.milestones().recorded(CHART.id).milestones.values()
    recorded = {(milestone.slot, revision) for milestone in held for revision in range(1, milestone.revision + 1)}
    changes = (change for bulletin in pipeline.milestones().bulletins(CHART.id) for change in bulletin.changes)
    announced = Counter((change.milestone.slot, change.milestone.revision) for change in changes)
    yield from (f"{revision} stands in no bulletin" for revision in sorted(recorded - announced.keys()))
    yield from (f"{revision} stands in {n} bulletins" for revision, n in announced.items() if n > 1)
    yield from (f"{revision} is announced, and not recorded" for revision in sorted(announced.keys() - recorded))


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
            early = [late.id for late in messages[at:] if late.body["bulletin"] < message.body["bulletin"]]
            yield from (f"{message.id} came before {late}" for late in early)


def _left_to_reconcile(pipeline: Pipeline) -> Iterator[str]:
    """Yield what a stream should have done, where no fault gave a reason to leave it."""
    found = {finding.found for finding in pipeline.found}
    if Fault.PAUSED in pipeline.plan.values() or not pipeline.streamed:
        return
    if Found.PUBLICATION_DETECTED in found or (
        Found.STORY_SENT in found and not found & DOUBTS and not pipeline.doubted
    ):
        yield f"a stream lost something: {pipeline.found}"
