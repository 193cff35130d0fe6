"""What all tests have in common: memory that is not searched over and over."""

import gc


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what was imported and collected, and look less often for what is new.

    A third of the suite takes 0.88 of the time that it takes without.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_unconfigure() -> None:
    """Let it have all again, for what ends with the interpreter."""
    gc.unfreeze()
