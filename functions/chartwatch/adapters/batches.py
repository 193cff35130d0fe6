"""What a function does with each record of a batch that Lambda gives it."""

from collections.abc import Callable


def is_processed(process: Callable[[], object]) -> bool:
    """Return whether a record is done with: `process` has neither failed nor returned False, and has logged why.

    An error that got out of here would have Lambda give all of the batch again, also what is done with.
    """
    try:
        return process() is not False
    except Exception:  # noqa: BLE001  # whatever failed, the record is reported, and Lambda gives it again
        return False
