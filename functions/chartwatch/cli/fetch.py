"""`chartwatch fetch --dry-run`: what a source's document of this moment would change, before a deployment has it."""

import hashlib
import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from chartwatch.cli.application import CatalogPlace, Origins, TrialStack, application, sources_beginning, write
from chartwatch.cli.documents import Document
from chartwatch.cli.dry_run import try_document
from chartwatch.cli.lists import Limit
from chartwatch.cli.sources import open_named
from chartwatch.cli.trials import History, open_trial
from chartwatch.domain.charts.publications import Provenance
from chartwatch.errors import OptionError

app = application()


@app.command()
def fetch(
    *,
    source: Annotated[
        str,
        typer.Option(
            metavar="NAME", autocompletion=sources_beginning, help="What publishes it; see `chartwatch sources`."
        ),
    ],
    options: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of the source; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; only a deployment fetches for good.")
    ] = False,
    origins: Origins = None,
    stack: TrialStack = None,
    catalog: CatalogPlace = None,
    limit: Limit = None,
) -> None:
    """Fetch a source's document, and show what it would change before it is accepted."""
    if not dry_run:
        raise OptionError("--dry-run", "is needed: only the function fetch_rankings of a deployment fetches for good")
    from chartwatch.adapters.connection import HttpConnection  # noqa: PLC0415  # help is shown without boto3
    from chartwatch.adapters.deployment import egress_policy  # noqa: PLC0415  # as above

    opened = open_named(source, options or (), "--source")
    with open_trial(History(origins or (), stack, catalog)) as trial:
        body = opened.fetch(HttpConnection(egress_policy(os.environ)))
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        document = Document(body, Provenance(opened.url, now, hashlib.sha256(body).hexdigest()))
        write(try_document(opened.url, document, opened, trial, limit=limit))
