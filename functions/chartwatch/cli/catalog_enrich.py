"""`chartwatch catalog enrich`: what is not known of the works at #1 is looked up, and kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from chartwatch.adapters.local_catalog import check_writable
from chartwatch.adapters.tmdb import ADDRESS as TMDB_ADDRESS
from chartwatch.adapters.wikidata import ADDRESS as WIKIDATA_ADDRESS
from chartwatch.cli.application import CatalogFolder, CatalogStack, Origins, Yes, today, write
from chartwatch.cli.catalog_changes import OpenCatalog, open_catalog
from chartwatch.cli.catalog_lines import notice_lines
from chartwatch.cli.enrichment import Enrichment, Keeping, due_of
from chartwatch.cli.fact_providers import fact_providers
from chartwatch.cli.lists import Limit
from chartwatch.cli.progress import paused, progress, steps
from chartwatch.domain import words
from chartwatch.domain.works.facts import Layer
from chartwatch.errors import OptionError

EXIT_UNFINISHED = 1
"""Exit code when some works were not looked up."""


def enrich(
    *,
    origins: Origins = None,
    catalog: CatalogFolder = None,
    stack: CatalogStack = None,
    contact: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="How Wikidata reaches you: of email, or on the web.")
    ] = None,
    wikidata: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where Wikidata is asked; `none` for not at all.")
    ] = WIKIDATA_ADDRESS,
    tmdb: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where TMDB is asked, if there is a key; `none` for not at all.")
    ] = TMDB_ADDRESS,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own key of TMDB; else that in $TMDB_KEY.")
    ] = None,
    yes: Yes = False,
    limit: Limit = None,
) -> None:
    """Look up what is not known of the works at #1."""
    providers = fact_providers(wikidata, tmdb, contact, key_file)
    if stack is None and not origins:
        raise OptionError("--from", "or --stack is needed: what is at #1 there is looked up")
    with open_catalog(catalog, stack, origins or ()) as opened:
        if catalog is not None:
            check_writable(catalog)
        asked = {its.provider for its in providers}
        due, waiting = due_of(opened.seen(), opened.layers.layer(Layer.LOOKED_UP), asked, today())
        with progress() as bar:
            put = paused(bar, Keeping(opened, today(), yes, limit).put)
            enrichment = Enrichment(providers, today(), put, asked_about=steps(bar, "works", len(due)))
            try:
                write(enrichment.ask(due))
            finally:
                # Also when nobody reads any more what is written.
                enrichment.put_rest()
        write(_summary(opened, enrichment, waiting))
    if enrichment.left:
        raise typer.Exit(EXIT_UNFINISHED)


def _summary(opened: OpenCatalog, enrichment: Enrichment, waiting: int) -> Iterator[str]:
    """Yield how many works were looked up, and which are left for later, or for a person."""
    number = len(enrichment.found)
    yield f"{words.counted(number, 'work')} looked up, kept in {opened.name}" if number else "No work was looked up"
    if waiting:
        yield f"Not asked about again so soon: {words.counted(waiting, 'work')} looked up lately"
    if enrichment.left:
        yield f"{words.counted(enrichment.left, 'work')} left: the same command goes on where this one ended"
    still = sum(1 for its in opened.seen() if its.lacks)
    if still:
        yield f"Of {words.counted(still, 'work')} at #1 a fact is not known: `chartwatch catalog missing` names them"
    yield from notice_lines(its for its in opened.known() if its.work.id in enrichment.found)
