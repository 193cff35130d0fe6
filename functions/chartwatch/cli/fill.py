"""`chartwatch fill`: a missing edition is filled in by hand, with its source named."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Annotated

import typer

from chartwatch.cli.application import (
    CatalogPlace,
    ChartId,
    Origins,
    PeriodArgument,
    TrialStack,
    Write,
    application,
    read_date,
)
from chartwatch.cli.documents import read_document
from chartwatch.cli.lists import Limit
from chartwatch.cli.places import territory_code
from chartwatch.cli.trials import History, say_of
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry
from chartwatch.domain.works.work import Kind
from chartwatch.errors import NotToBeSaid
from chartwatch.services.by_hand import by_hand
from chartwatch.services.by_hand import fill as filled
from chartwatch.services.ports import ChartStore, PublicationUpdate
from chartwatch.sources.cells import read_credit, read_rank, read_season, read_territory, read_title
from chartwatch.sources.csv_options import read_kind
from chartwatch.sources.delimited_text import TextTable
from chartwatch.sources.editions import Editions

NAME = "fill"
"""What stands for a source in messages about the file."""

app = application()


@app.command()
def fill(
    chart: ChartId,
    period: PeriodArgument,
    territory: Annotated[str, typer.Argument(metavar="TERRITORY", help="The territory, such as US or GLOBAL.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The ranks from 1 on, as CSV with the columns rank, title, season, kind."),
    ],
    *,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Where they are from: a paper and its date; it is kept.")],
    origins: Origins = None,
    stack: TrialStack = None,
    catalog: CatalogPlace = None,
    ties: Annotated[bool, typer.Option("--ties", help="Ranks may be shared, as on this chart.")] = False,
    store: Write = False,
    limit: Limit = None,
) -> None:
    """Fill in a missing edition by hand, with its source named; show what that changes.

    What the chart's source publishes later takes its place; `withdraw` takes it back. Rank 1 alone is enough.
    """
    day = read_date(period, "PERIOD")
    body = read_document(file, NAME).body
    provenance = by_hand(source, datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), body)

    def say(charts: ChartStore) -> PublicationUpdate:
        known = charts.summaries(chart)
        shares = ties or any(len(ones) > 1 for its in known for ones in its.number_ones.values())
        edition = edition_of(body, known[-1].chart, day, territory_code(territory), ties=shares)
        return filled(charts, chart, day, edition, provenance)

    say_of(chart, day, say, History(origins or (), stack, catalog), store=store, limit=limit)


def edition_of(body: bytes, chart: Chart, period: date, territory: str, *, ties: bool) -> Edition:
    """Return the edition of a chart that stands in a file; with `ties` a rank may stand there more than once.

    It may be shorter than the chart's depth; `season`, `kind` and `creator` may be left out. So may `period` and
    `territory`, which are those that are meant. Raises `SourceError`.
    """
    table = TextTable(NAME, body, ",", ("rank", "title"), ("season", "kind", "creator", "period", "territory"))

    def read_kind_or_charts(cell: str) -> Kind | None:
        return read_kind(cell) if cell else chart.kind

    table.values_or("period", partial(_only, str(period), str), None)
    table.values_or("territory", partial(_only, territory, territory_code), None)
    entries = list(
        map(
            Entry,
            table.values("rank", read_rank),
            table.values("title", read_title),
            table.values_or("season", read_season, None),
            table.values_or("kind", read_kind_or_charts, chart.kind),
            repeat(()),
            repeat(None),
            table.values_or("creator", read_credit, None),
        )
    )
    try:
        where = read_territory(territory)
    except ValueError as error:
        raise NotToBeSaid(chart.id, str(period), f"territory {territory!r} {error}") from error
    rows = len(entries)
    editions = Editions(NAME, [chart.id] * rows, [period] * rows, [where] * rows, entries, table.place)
    editions.set_aside_broken_ranks({chart.id: chart}, shortest=1, ties=ties)
    ((_, ranked),) = editions.by_key.items()
    return Edition(where, tuple(ranked))


def _only(meant: str, read: Callable[[str], str], cell: str) -> None:
    """Raise `ValueError` for a cell that names another edition than the one that is meant."""
    if cell and read(cell) != meant:
        raise ValueError(f"is not {meant}, of which an edition is filled in")
