"""How far a long command has come, and how long it will take: on stderr, and only where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from chartwatch.adapters.trial import TrialCharts
from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.services.ports import ChartStore

if TYPE_CHECKING:
    from rich.progress import Progress

Given = TypeVar("Given")


@contextmanager
def progress() -> Iterator["Progress | None"]:
    """Yield what shows progress bars with the time that is left; None where nobody would see them."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  # a replay in a pipeline starts without rich
    from rich.progress import (  # noqa: PLC0415  # as rich.console
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Lines that go to the same terminal are written above the bars; lines that go elsewhere must not be touched.
    console, same_terminal = Console(stderr=True), sys.stdout.isatty()
    with Progress(*columns, console=console, transient=True, redirect_stdout=same_terminal) as bar:
        yield bar


def paused(bar: "Progress | None", act: Callable[[Given], None]) -> Callable[[Given], None]:
    """Return what does the same while no bar is shown: somebody may be asked something."""
    if bar is None:
        return act

    def without_bar(given: Given) -> None:
        bar.stop()
        act(given)
        bar.start()

    return without_bar


def steps(bar: "Progress | None", what: str, total: int) -> Callable[[], None]:
    """Return what is called after each of `total` steps."""
    if bar is None:
        return lambda: None
    task = bar.add_task(what, total=total)
    return lambda: bar.advance(task)


class FollowedCharts(TrialCharts):
    """A store whose charts are read from the beginning, again and again: a bar shows how far each reading has come.

    Nothing is written to it. How long a reading takes is known from the one before.
    """

    def __init__(self, followed: ChartStore, bar: "Progress | None") -> None:
        """Show readings of `followed` on `bar`."""
        super().__init__(followed)
        self._followed = followed
        self._bar = bar
        self._task = bar.add_task("publications", total=None) if bar else None
        self._counted: int | None = None

    def timeline(
        self, chart: str, since: date | None = None, until: date | None = None
    ) -> Iterator[PublicationSummary]:
        """Yield the publications of a chart from `since` to `until`, both included, oldest first."""
        number = 0
        if self._bar and self._task is not None:
            self._bar.reset(self._task, total=self._counted, description=chart)
        for publication in self._followed.timeline(chart, since, until):
            yield publication
            number += 1
            if self._bar and self._task is not None:
                self._bar.advance(self._task)
        self._counted = number
