"""`chartwatch gap`: a missing edition, or period, is declared as one that was never published."""

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
from chartwatch.errors import OptionError
from chartwatch.services.by_hand import declare_unpublished, take_back_unpublished

app = application()


@app.command()
def gap(
    chart: ChartId,
    period: PeriodArgument,
    territory: OnlyTerritory = None,
    *,
    not_published: Annotated[bool, typer.Option("--not-published", help="It never was.")] = False,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Who says so; it is kept.")] = "",
    origins: Origins = None,
    stack: TrialStack = None,
    catalog: CatalogPlace = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take such a declaration back.")] = False,
    store: Write = False,
    limit: Limit = None,
) -> None:
    """Declare that an edition, or a period, that is missing was never published; show what that changes.

    Nothing is missing there then, until its source has one.
    """
    day, where = read_date(period, "PERIOD"), territory_code(territory) if territory else None
    if not not_published:
        raise OptionError("--not-published", "is what can be declared of a gap, or taken back with --undo")
    if not (source or undo):
        raise OptionError("--source", "is needed: who says that it was never published")
    say_of(
        chart,
        day,
        lambda charts: (
            take_back_unpublished(charts, chart, day, where)
            if undo
            else declare_unpublished(charts, chart, day, where, source)
        ),
        History(origins or (), stack, catalog),
        store=store,
        limit=limit,
    )
