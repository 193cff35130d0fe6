"""`chartwatch withdraw`: an edition, or a period, that was accepted by mistake, is taken back."""

from typing import Annotated

import typer

from chartwatch.cli.application import (
    CatalogPlace,
    ChartId,
    OnlyTerritory,
    Origins,
    PeriodArgument,
    TrialStack,
    Write,
    application,
    read_date,
)
from chartwatch.cli.lists import Limit
from chartwatch.cli.places import territory_code
from chartwatch.cli.trials import History, say_of
from chartwatch.services.by_hand import reinstate
from chartwatch.services.by_hand import withdraw as withdrawn

app = application()


@app.command()
def withdraw(
    chart: ChartId,
    period: PeriodArgument,
    territory: OnlyTerritory = None,
    *,
    origins: Origins = None,
    stack: TrialStack = None,
    catalog: CatalogPlace = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Why, or who says so; it is kept.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Let what was withdrawn count again.")] = False,
    store: Write = False,
    limit: Limit = None,
) -> None:
    """Take back an edition, or a period, that was accepted by mistake; show what that changes.

    It is missing then, until its source says something else.
    """
    day, where = read_date(period, "PERIOD"), territory_code(territory) if territory else None
    say_of(
        chart,
        day,
        lambda charts: reinstate(charts, chart, day, where) if undo else withdrawn(charts, chart, day, where, source),
        History(origins or (), stack, catalog),
        store=store,
        limit=limit,
    )
