"""When Python looks for garbage that refers to itself: not while much is made that does not."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Let no cycles be looked for; what nothing refers to any more goes as ever.

    A render makes a million values and hardly any cycle, and looking takes a fifth of it; of a step behind a
    long history it takes up to a third.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
