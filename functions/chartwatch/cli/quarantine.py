"""`chartwatch quarantine`: the documents that a deployment refused, whole or in part."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import application, write
from chartwatch.cli.lists import Limit, cut_to_latest
from chartwatch.cli.terminals import columns
from chartwatch.domain import words
from chartwatch.services.ports import Quarantined

WIDTH = 100
"""Columns, but for an address that is longer."""

app = application()


@app.command()
def quarantine(
    *, stack: Annotated[str, typer.Option(metavar="NAME", help="The deployed stack, only read.")], limit: Limit = None
) -> None:
    """List the documents that a deployment refused, whole or in part, the latest last."""
    with deployed_stores(stack) as stores:
        refused = stores.charts.quarantined()
    write((*quarantine_lines(refused, limit), f"{words.counted(len(refused), 'refused document')} in {stack}"))


def quarantine_lines(documents: Iterable[Quarantined], limit: int | None = None) -> Iterator[str]:
    """Return the lines of what is known of each document, the one that was fetched last at the end."""
    known = sorted(documents, key=lambda document: document.provenance.fetched_at or "")
    return cut_to_latest(known, _document_lines, limit)


def _document_lines(document: Quarantined) -> Iterator[str]:
    source, provenance, error, reason = document
    yield f"{provenance.fetched_at or 'at an unknown time'}  {source}  {error}"
    yield from words.wrapped(reason, columns(WIDTH), initial_indent="  ", subsequent_indent="  ")
    yield f"  from     {provenance.url}"
    yield f"  SHA-256  {provenance.sha256}"
    yield ""
