"""`chartwatch quarantine`: the documents that a deployment refused, whole or in part."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer

from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import AnswerAs, AnswerFormat, application, in_json, write
from chartwatch.cli.lists import Limit, cut_to_latest
from chartwatch.cli.terminals import columns
from chartwatch.domain import words
from chartwatch.services.ports import Quarantined

WIDTH = 100
"""Columns, but for an address that is longer."""

app = application()


@app.command()
def quarantine(
    *,
    stack: Annotated[str, typer.Option(metavar="NAME", help="The deployed stack, only read.")],
    output: AnswerAs = AnswerFormat.TEXT,
    limit: Limit = None,
) -> None:
    """List the documents that a deployment refused, whole or in part, the latest last."""
    with deployed_stores(stack) as stores:
        refused = sorted(stores.charts.quarantined(), key=lambda document: document.provenance.fetched_at or "")
    if output is AnswerFormat.JSON:
        write([list_object(refused)])
    else:
        write((*quarantine_lines(refused, limit), f"{words.counted(len(refused), 'refused document')} in {stack}"))


def quarantine_lines(documents: Sequence[Quarantined], limit: int | None = None) -> Iterator[str]:
    """Return the lines of what is known of each document, the one that was fetched last at the end."""
    return cut_to_latest(documents, _document_lines, limit)


def _document_lines(document: Quarantined) -> Iterator[str]:
    source, provenance, error, reason = document
    yield f"{provenance.fetched_at or 'at an unknown time'}  {source}  {error}"
    yield from words.wrapped(reason, columns(WIDTH), initial_indent="  ", subsequent_indent="  ")
    yield f"  from     {provenance.url}"
    yield f"  SHA-256  {provenance.sha256}"
    yield ""


def list_object(documents: Iterable[Quarantined]) -> str:
    """Return what is known of the documents, for machines: one JSON list."""
    as_json = [
        {
            "source": source,
            "error": error,
            "reason": reason,
            "url": provenance.url,
            "fetched_at": provenance.fetched_at,
            "sha256": provenance.sha256,
        }
        for source, provenance, error, reason in documents
    ]
    return in_json(as_json)
