"""Whatever fails, repeats itself or ends a process: nothing is lost, nothing is told twice, and the record is right."""

import os
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from itertools import count, islice

import pytest

from chartwatch.services import reconcile as reconciling
from chartwatch.services.findings import Found
from tests.simulation.cloud import Fault
from tests.simulation.exploring import followed, state
from tests.simulation.pipeline import DAY, FILMS, QUIET, SEED, SERIES, Pipeline, Reconcile, final_publications
from tests.simulation.plans import Plan, calls_of, pairs, several
from tests.simulation.provider import LOOKUP
from tests.simulation.verdict import due, problems, recorded, sent, truth, undisturbed

RUNS = int(os.environ.get("CHARTWATCH_SIMULATIONS", "2000"))
"""Runs with at most two faults. Where there are as many as pairs of faults (8.9 million), each pair is among them."""

SHARDS = 20 if RUNS > 10_000 else 2
"""Parts that can run at the same time."""

First = tuple[int, Fault, int]
"""A first fault: at which call, what, and the seed of chance."""


def firsts(shard: int) -> Iterator[First]:
    """Yield every first fault of a shard, and then all again with other seeds."""
    calls = undisturbed().calls
    every = ((call, fault, seed) for seed in count(SEED) for call in range(calls) for fault in Fault)
    return islice(every, shard, None, SHARDS)


def test_without_a_fault_all_is_told_once() -> None:
    pipeline = undisturbed().pipeline
    assert not list(problems(pipeline))
    assert len(sent(pipeline)) == len(due(pipeline)) == 24
    assert [finding.found for finding in pipeline.found] == [Found.SUBSCRIBER_VANISHED] * 2


def test_what_no_stream_delivers_reconcile_does() -> None:
    pipeline = Pipeline(streamed=False).run()
    assert not list(problems(pipeline))
    assert {finding.found for finding in pipeline.found} == {
        Found.PUBLICATION_DETECTED,
        Found.RECORD_UPDATED,
        # By another catalog a chart has come to the like more or less often: its snapshots are others.
        Found.FILE_REMOVED,
        Found.STORY_SENT,
        Found.SUBSCRIBER_VANISHED,
    }


def test_in_a_course_a_catalog_changes_both_charts_and_a_period_is_missing() -> None:
    pipeline = undisturbed().pipeline
    about_one_period = Counter((bulletin.chart, bulletin.period) for bulletin in recorded(pipeline))
    assert about_one_period[SERIES.id, DAY + timedelta(1)] == 4, "new, by the catalog, a correction, and back"
    assert about_one_period[FILMS.id, DAY + timedelta(1)] == 2, "new, and by the catalog"
    assert not {publication.period for publication in final_publications()} & {DAY + timedelta(2)}
    assert any(claim.reasons for claim in truth().values()), "a gap leaves something provisional"


def _told_of(pipeline: Pipeline, title: str) -> Sequence[Collection[str]]:
    """Return of which rules each story of a work tells, in the order in which they got out."""
    bodies = [due(pipeline)[message].body for message in sent(pipeline)]
    stories = [body for body in bodies if body["type"] == "story" and body["work"]["title"] == title]
    return [{milestone["rule"] for milestone in story["milestones"]} for story in stories]


def test_what_the_provider_knows_is_told_once_and_with_the_facts() -> None:
    assert _told_of(undisturbed().pipeline, "Elite") == [{"new", "nth"}]
    assert _told_of(undisturbed().pipeline, "Bird Box Barcelona") == [{"new", "nth"}]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.REPLY_LOST])
def test_while_the_provider_is_down_it_is_told_without_the_facts_and_then_with_them(fault: Fault) -> None:
    asked = calls_of(LOOKUP, undisturbed().names)
    # Whoever fails is asked no more in that run, so that there are other calls after each fault.
    for call in asked[-2:]:
        pipeline = Pipeline({call: fault}).run()
        assert not list(problems(pipeline))
        told = [_told_of(pipeline, title) for title in ("Elite", "Bird Box Barcelona")]
        assert [{"new"}, {"nth"}] in told
        assert all(its in ([{"new"}, {"nth"}], [{"new", "nth"}]) for its in told)


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.PAUSED])
def test_a_look_up_that_ends_its_process_or_takes_its_time_is_made_again_or_done_without(fault: Fault) -> None:
    for call in calls_of(LOOKUP, undisturbed().names):
        for whim in range(5):
            pipeline = Pipeline({call: fault}, whim=whim).run()
            assert not list(problems(pipeline))


def _reconciled_after(fault: Fault, pause: timedelta) -> Pipeline:
    """Return a run in which the first publisher ends at its message, and `reconcile` next runs after a pause."""
    pipeline = Pipeline({undisturbed().names.index("Publish"): fault})
    while pipeline.steps:
        if isinstance(pipeline.steps[0], Reconcile) and pipeline.steps[0].left == QUIET:
            pipeline.now += pause
        pipeline.step()
    return pipeline


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.REPLY_LOST])
def test_what_the_witness_may_have_forgotten_a_person_decides_and_all_is_told_once(fault: Fault) -> None:
    pipeline = _reconciled_after(fault, timedelta(days=15))
    assert not list(problems(pipeline))
    found = {finding.found for finding in pipeline.found}
    assert Found.STORY_UNDECIDED in found
    assert Found.STORY_SENT_AGAIN not in found


def test_the_simulation_sees_proof_that_is_believed_after_it_aged_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "PROOF_KEPT", timedelta(days=1000))
    wrong = list(problems(_reconciled_after(Fault.KILLED_AFTER, timedelta(days=15))))
    assert any("got out 2 times" in problem for problem in wrong)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_fails_nothing_is_lost_nothing_told_twice_and_nothing_wrong(
    shard: int, record_property: Callable[[str, int], None]
) -> None:
    calls = undisturbed().calls
    # After a fault a run takes more calls than without.
    every = len(Fault) ** 2 * calls**2 * 3 // 4
    # Of fewer runs than there are pairs, few have the same first fault.
    share = min(1.0, (RUNS / every) ** 0.5)
    chance = random.Random(shard)
    runs, once = 0, -(-calls * len(Fault) // SHARDS)
    for number, (call, fault, seed) in enumerate(firsts(shard)):
        if number >= once and runs >= RUNS / SHARDS:
            break
        for run in followed({call: fault}, seed, share) if chance.random() < share else ():
            assert not run.wrong, run
            runs += 1
    record_property("simulated", runs)


def test_many_faults_at_once_do_no_harm_either(record_property: Callable[[str, int], None]) -> None:
    for number in range(RUNS // 50):
        run = Pipeline(plan := several(number), random.Random(number), number).run()
        assert not (wrong := list(problems(run))), (number, plan, wrong, run.seam.log)
    record_property("simulated", RUNS // 50)


def test_what_is_taken_up_midway_ends_as_the_whole_run() -> None:
    for number, plan in islice(enumerate(pairs()), 0, None, 2_500_000):
        whole, midway = Pipeline(plan, random.Random(number), number), []
        while whole.steps:
            midway.append(whole.copy(plan))
            whole.step()
        assert {state(run.run()) for run in midway} == {state(whole)}, plan


def test_runs_have_one_state_where_nothing_that_differs_is_left() -> None:
    # Of a chart with a head: who has none begins after the greatest number of a file, also of one that nothing names.
    commit = calls_of("TransactWriteItems", undisturbed().names)[-1]
    plans: Sequence[Plan] = ({}, {commit: Fault.KILLED_BEFORE}, {}, {0: Fault.KILLED_BEFORE})
    none, retried, again, unwatched = (state(Pipeline(plan).run()) for plan in plans)
    assert none == retried == again != unwatched
