"""Whatever fails, repeats itself or ends a process: nothing is lost, nothing is told twice, and the record is right."""

import os
import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from itertools import product

import pytest

from chartwatch.services import reconcile as reconciling
from chartwatch.services.findings import Found
from tests.simulation.cloud import Fault
from tests.simulation.exploring import Explored, Seen, followed, state
from tests.simulation.pipeline import DAY, FILMS, QUIET, SEED, SERIES, Pipeline, Reconcile, final_publications
from tests.simulation.plans import Plan, calls_of, several
from tests.simulation.provider import LOOKUP
from tests.simulation.verdict import due, problems, recorded, sent, truth, undisturbed

PAIRS = int(os.environ.get("CHARTWATCH_SIMULATIONS", "6000"))
"""How many pairs of faults are drawn."""

EVERY = 8_900_000
"""So many there are; 1,650,000 runs come to all of them, for the others go on from where one of these did."""

SEVERAL = max(40, PAIRS // 445)
"""How many runs have more faults."""

SHARDS = 20 if PAIRS > 10_000 else 2
"""Parts that can run at the same time."""


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
    calls = range(*(undisturbed().calls * part // SHARDS for part in (shard, shard + 1)))
    # Of few pairs, few have the same first fault.
    share, chance = min(1.0, (PAIRS / EVERY) ** 0.5), random.Random(shard)
    runs, seen = 0, Seen(gone_on=Explored({}, SEED).states)
    for call, fault in product(calls, Fault):
        for run in followed({call: fault}, SEED, seen, share) if chance.random() < share else ():
            assert not run.wrong, run
            runs += 1
    record_property("simulated", runs)


def test_many_faults_at_once_do_no_harm_either(record_property: Callable[[str, int], None]) -> None:
    for number in range(SEVERAL):
        run = Pipeline(plan := several(number), random.Random(number), number).run()
        assert not (wrong := list(problems(run))), (number, plan, wrong, run.seam.log)
    record_property("simulated", SEVERAL)


def _stood(pipeline: Pipeline) -> Sequence[Pipeline]:
    """Run a pipeline; return how it stood before each step."""
    stood = []
    while pipeline.steps:
        stood.append(pipeline.copy(pipeline.plan))
        pipeline.step()
    return stood


@pytest.mark.parametrize("number", range(2))
def test_what_is_taken_up_midway_ends_as_the_whole_run(number: int) -> None:
    plan = several(number)
    whole = Pipeline(plan, random.Random(number), number)
    assert {state(run.run()) for run in _stood(whole)} == {state(whole)}, plan


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.REFUSED, Fault.REPLY_LOST])
def test_one_more_fault_comes_to_the_same_wherever_runs_have_met(fault: Fault) -> None:
    straight = {state(run): run for run in _stood(Pipeline())}
    met = list[tuple[Pipeline, Pipeline]]()
    for call in calls_of("PutObject", undisturbed().names)[::4]:
        runs = [run for run in _stood(Pipeline({call: Fault.KILLED_BEFORE})) if run.seam.calls > call]
        met += [(run, other) for run in runs[1::40] if (other := straight.get(state(run)))]
    assert len(met) > 5
    assert all(run.seam.calls > other.seam.calls for run, other in met)
    for pair in met:
        one, other = (state(run.copy({run.seam.calls + 2: fault}).run()) for run in pair)
        assert one == other


def test_runs_have_one_state_where_nothing_that_differs_is_left() -> None:
    # Of a chart with a head: who has none begins after the greatest number of a file, also of one that nothing names.
    commit = calls_of("TransactWriteItems", undisturbed().names)[-1]
    plans: Sequence[Plan] = ({}, {commit: Fault.KILLED_BEFORE}, {}, {0: Fault.KILLED_BEFORE})
    none, retried, again, unwatched = (state(Pipeline(plan).run()) for plan in plans)
    assert none == retried == again != unwatched
