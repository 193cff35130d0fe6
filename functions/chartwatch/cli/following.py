"""Following a replay: refusals and progress on the terminal, numbers for the summary."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chartwatch.cli.replay import Observer
from chartwatch.cli.reports import Tally, refusal
from chartwatch.domain.charts.publications import Publication
from chartwatch.errors import SourceError
from chartwatch.services.ingest import Ingested

if TYPE_CHECKING:
    from rich.progress import Progress


class Follower:
    """Says on stderr why a file was refused, and counts the rest; implements `replay.Observer`."""

    def __init__(self, tally: Tally) -> None:
        """Count in `tally`."""
        self._tally = tally

    def refused(self, file: Path, error: SourceError) -> None:
        """Report it."""
        self._tally.refused += 1
        typer.echo(f"Error: {refusal(file, error)}", err=True)

    def ingested(self, _file: Path, _ingested: Ingested) -> None:
        """Take no notice: publications count when they are processed."""

    def processed(self, publication: Publication) -> None:
        """Count it."""
        self._tally.count_publication(publication)


class BarFollower(Follower):
    """A `Follower` that also moves a progress bar: one step a publication, within the file at work."""

    def __init__(self, tally: Tally, bar: "Progress", files: Sequence[Path]) -> None:
        """Show `files` on `bar`."""
        super().__init__(tally)
        self._bar = bar
        self._files = bar.add_task("files", total=len(files))
        self._publications = bar.add_task("publications", total=None)

    def refused(self, file: Path, error: SourceError) -> None:
        """Report it and go on to the next file."""
        super().refused(file, error)
        self._bar.advance(self._files)

    def ingested(self, file: Path, ingested: Ingested) -> None:
        """Go on to this file."""
        self._bar.advance(self._files)
        self._bar.reset(self._publications, total=len(ingested.written), description=file.name)

    def processed(self, publication: Publication) -> None:
        """Count it and move the bar."""
        super().processed(publication)
        self._bar.advance(self._publications)


@contextmanager
def following(files: Sequence[Path], tally: Tally) -> Iterator[Observer]:
    """Yield the observer of a replay of `files`: with progress bars when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield Follower(tally)
        return
    from rich.console import Console  # noqa: PLC0415  # a replay in a pipeline starts without rich
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415  # as rich.console

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    # Lines that go to the same terminal are written above the bars; lines that go elsewhere must not be touched.
    console, same_terminal = Console(stderr=True), sys.stdout.isatty()
    with Progress(*columns, console=console, transient=True, redirect_stdout=same_terminal) as bar:
        yield BarFollower(tally, bar, files)
