"""`chartwatch quarantine`: the documents that a deployment refused, whole or in part."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated

import typer

from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import AnswerAs, AnswerFormat, application, write
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
) -> None:
    """List the documents that a deployment refused, whole or in part, the latest last."""
    with deployed_stores(stack) as stores:
        refused = sorted(stores.charts.quarantined(), key=lambda d: d.provenance.fetched_at or "")
    write(LISTS[output](refused, stack))


def list_lines(documents: Sequence[Quarantined], stack: str) -> Iterator[str]:
    """Yield what is known of each document, for people."""
    for source, provenance, error, reason in documents:
        yield f"{provenance.fetched_at or 'at an unknown time'}  {source}  {error}"
        yield from words.wrapped(reason, WIDTH, initial_indent="  ", subsequent_indent="  ")
        yield f"  from     {provenance.url}"
        yield f"  SHA-256  {provenance.sha256}"
        yield ""
    yield f"{words.counted(len(documents), 'refused document')} in {stack}"


def list_object(documents: Iterable[Quarantined], _stack: str) -> Iterator[str]:
    """Yield what is known of the documents, for machines: one JSON list."""
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
    yield json.dumps(as_json, ensure_ascii=False, indent=2)


LISTS: Mapping[AnswerFormat, Callable[[Sequence[Quarantined], str], Iterator[str]]] = {
    AnswerFormat.TEXT: list_lines,
    AnswerFormat.JSON: list_object,
}
"""How each format lists documents."""
