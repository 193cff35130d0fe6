"""No second has more messages than the rate limit allows, and nobody waits without need."""

from chartwatch.services.pacing import Pace, half_to_whole


class Clock:
    """A time that passes only while someone sleeps; it remembers for how long."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def paced(clock: Clock) -> Pace:
    return Pace(4, clock=clock, sleep=clock.sleep)


def test_the_first_message_goes_at_once_whatever_the_clock_says() -> None:
    for now in (-1e9, 0.0, 1e9):
        clock = Clock(now)
        paced(clock).wait()
        assert clock.slept == []


def test_the_next_message_waits_for_what_is_left_of_its_interval() -> None:
    clock = Clock(100.0)
    pace = paced(clock)
    pace.spend()
    clock.now += 0.125
    pace.wait()
    assert clock.slept == [0.125]


def test_nobody_sleeps_once_the_interval_has_passed() -> None:
    """Not for no time either: that would give the processor away."""
    clock = Clock(100.0)
    pace = paced(clock)
    pace.spend()
    clock.now += 0.25
    pace.wait()
    assert clock.slept == []


def test_those_who_failed_together_pause_for_half_to_the_whole_of_a_pause() -> None:
    pauses = [half_to_whole(8.0) for _ in range(1000)]
    assert all(4.0 <= pause <= 8.0 for pause in pauses)
    assert min(pauses) < 5.0
    assert max(pauses) > 7.0
