"""Whatever fails on the way to a webhook: it gets each message at least once, under one id, and nobody else waits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest

from chartwatch.adapters.webhook_queues import SqsWebhookQueues
from chartwatch.services import webhooks as delivering
from chartwatch.services.webhooks import Deliverer, Outcome, Parked, Postponed, Received
from tests.simulation.cloud import Fault
from tests.simulation.plans import Plan
from tests.simulation.webhooks import ENDPOINTS, Message, World, bodies, problems

Patch = pytest.MonkeyPatch
Record = Callable[[str, object], None]

WHOLE = {name: bodies(3) for name in ENDPOINTS}
SMALL = {"good": bodies(2), "faulty": bodies(1), "gone": bodies(1), "dead": bodies(1)}
"""As many messages as all pairs of faults can be tried on."""


def singles() -> Iterator[Plan]:
    """Yield no fault, and then each single one."""
    yield {}
    calls = World({}, WHOLE).run().seam.calls
    yield from ({call: fault} for call, fault in product(range(calls), Fault))


def wrong_in(plan: Plan, published: Mapping[str, Sequence[str]] = WHOLE) -> list[str]:
    return list(problems(World(plan, published).run()))


def test_without_a_fault_each_webhook_gets_each_message_once_and_a_dead_one_parks_its_own() -> None:
    world = World({}, WHOLE).run()
    assert list(problems(world)) == []
    taken = [its.endpoint for its in world.arrivals if its.is_taken]
    assert {name: taken.count(name) for name in ENDPOINTS} == {"good": 3, "faulty": 3, "busy": 3, "gone": 0, "dead": 0}
    assert [its.endpoint for its in world.parked] == ["gone"] * 3 + ["dead"] * 3


def test_with_any_single_fault_nothing_is_lost_and_twice_is_only_what_nobody_can_know(record_property: Record) -> None:
    runs = 0
    for plan in singles():
        assert wrong_in(plan) == [], plan
        runs += 1
    record_property("simulated", runs)


def test_with_any_two_faults_nothing_is_lost_and_twice_is_only_what_nobody_can_know(
    record_property: Record, monkeypatch: Patch
) -> None:
    # One answer of 500 and two faults leave one.
    monkeypatch.setattr(delivering, "PAUSES", (30, 120, 600))
    monkeypatch.setattr(delivering, "ATTEMPTS", 4)
    # After a fault a run takes more calls than without.
    calls, runs = World({}, SMALL).run().seam.calls * 6 // 5, 0
    for one, other in combinations(range(calls), 2):
        for first, second in product(Fault, repeat=2):
            assert wrong_in({one: first, other: second}, SMALL) == [], {one: first, other: second}
            runs += 1
    record_property("simulated", runs)


def deleted_before_it_is_posted(patch: Patch) -> None:
    invoke_after = World.invoke

    def invoke(self: World, name: str, message: Message) -> None:
        self.delete(name, message)
        invoke_after(self, name, message)

    patch.setattr(World, "invoke", invoke)


def another_id_for_each_attempt(patch: Patch) -> None:
    ids = iter(range(10**6))
    patch.setattr(delivering, "webhook_id", lambda _message: f"{next(ids)}")


def one_id_for_a_bulletin(patch: Patch) -> None:
    patch.setattr(delivering, "webhook_id", lambda message: message.rpartition(":")[0])


def parked_when_the_server_fails(patch: Patch) -> None:
    patch.setattr(Deliverer, "_later", lambda _self, _received, reason, *_: Parked(reason))


def tried_again_when_the_server_refuses(patch: Patch) -> None:
    attempt = Deliverer._attempt

    def never_parked(self: Deliverer, received: Received) -> Outcome:
        outcome = attempt(self, received)
        return Postponed(outcome.reason, 30) if isinstance(outcome, Parked) else outcome

    patch.setattr(Deliverer, "_attempt", never_parked)


def given_up_without_being_parked(patch: Patch) -> None:
    patch.setattr(SqsWebhookQueues, "park", lambda *_: None)


def given_up_by_the_queue_alone(patch: Patch) -> None:
    deliver = Deliverer.deliver
    patch.setattr(Deliverer, "deliver", lambda self, its: deliver(self, replace(its, attempt=min(its.attempt, 2))))


def waited_for_in_the_function(patch: Patch) -> None:
    def sleep(self: SqsWebhookQueues, _received: Received, seconds: int) -> None:
        self._client._world.now += seconds  # type: ignore[attr-defined]  # the simulated one

    patch.setattr(SqsWebhookQueues, "postpone", sleep)


def deaf_to_how_long_to_wait(patch: Patch) -> None:
    later = Deliverer._later
    patch.setattr(Deliverer, "_later", lambda self, received, reason, *_: later(self, received, reason))


def failures_taken_for_deliveries(patch: Patch) -> None:
    patch.setattr(Deliverer, "_later", lambda _self, _received, _reason, *_: delivering.Delivered(200))


def signed_without_the_time(patch: Patch) -> None:
    signed = delivering.signed
    patch.setattr(
        delivering,
        "signed",
        lambda message, stamp, body, secret: {**signed(message, 0, body, secret), "webhook-timestamp": str(stamp)},
    )


BREAKAGES = (
    deleted_before_it_is_posted,
    another_id_for_each_attempt,
    one_id_for_a_bulletin,
    parked_when_the_server_fails,
    tried_again_when_the_server_refuses,
    given_up_without_being_parked,
    given_up_by_the_queue_alone,
    waited_for_in_the_function,
    deaf_to_how_long_to_wait,
    failures_taken_for_deliveries,
    signed_without_the_time,
)


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_breakage_is_seen(breakage: Callable[[Patch], None], monkeypatch: Patch) -> None:
    plans = list(singles())
    breakage(monkeypatch)
    assert any(wrong_in(plan) for plan in plans), "no run saw it"
