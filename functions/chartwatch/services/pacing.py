"""How fast messages go, since SNS suspends an email endpoint that gets more than ten in a second; and pauses."""

import math
import random
import time
from collections.abc import Callable


class Pace:
    """A token bucket of one token: messages go at even intervals, never more than `per_second` in any second."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`clock` gives seconds that only rise; `sleep` waits for that many."""
        self._interval = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = -math.inf

    def wait(self) -> None:
        """Wait until the next message may go."""
        if (left := self._next - self._clock()) > 0:
            self._sleep(left)

    def spend(self) -> None:
        """Note that a message goes now."""
        self._next = self._clock() + self._interval


def half_to_whole(pause: float) -> float:
    """Return a pause somewhere between half of it and all of it, so that those who failed together ask apart."""
    return pause * random.uniform(0.5, 1.0)  # noqa: S311  # whoever guesses a pause has gained nothing
