"""`chartwatch fetch`: a deployment fetches now; or what a document would change, before a deployment has it."""

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from chartwatch.cli.application import CatalogPlace, Origins, application, mistake, sources_beginning, write
from chartwatch.cli.documents import Document
from chartwatch.cli.dry_run import try_document
from chartwatch.cli.lists import Limit
from chartwatch.cli.sources import open_named
from chartwatch.cli.trials import History, open_trial
from chartwatch.cli.wording import did_you_mean
from chartwatch.domain import words
from chartwatch.domain.charts.publications import Provenance
from chartwatch.errors import FunctionFailed, OptionError
from chartwatch.services.ports import Fetched, Fetches, Outcome
from chartwatch.services.schedules import FetchSchedule, asked_of

EXIT_FAILED = 1
"""Exit code when the fetch failed, or its document was refused."""

app = application()


@app.command()
def fetch(
    name: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="What a deployment fetches: a source, or a watch by its name."),
    ] = None,
    *,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=sources_beginning,
            help="For --dry-run: what publishes it; see `chartwatch sources`.",
        ),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", metavar="KEY=VALUE", help="For --dry-run: option of the source; repeatable."),
    ] = None,
    accept: Annotated[
        str | None,
        typer.Option(metavar="SHA256", help="Accept the document of this hash, though it rewrites or lacks history."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch here, and write nothing.")] = False,
    origins: Origins = None,
    stack: Annotated[str | None, typer.Option(metavar="NAME", help="The deployed stack.")] = None,
    catalog: CatalogPlace = None,
    limit: Limit = None,
) -> None:
    """Let a deployment fetch now, or see what would change."""
    if dry_run:
        if name and source:
            raise OptionError("--source", f"is given twice, as {name} and as {source}")
        if accept is not None:
            raise OptionError("--accept", "is not for --dry-run, which says of a refused document what it would change")
        if not (named := name or source):
            raise OptionError("--source", "is needed: what publishes it; see `chartwatch sources`")
        _try(named, options or (), History(origins or (), stack, catalog), limit)
        return
    for option, given in (
        ("--source", source),
        ("--option", options),
        ("--from", origins),
        ("--catalog", catalog),
        ("--limit", limit),
    ):
        if given:
            raise OptionError(option, "is for --dry-run; a deployment fetches as its schedule says")
    if stack is None:
        raise OptionError("--stack", "is needed: only a deployment fetches for good; --dry-run writes nothing")
    if name is None:
        raise mistake("SOURCE", f"is needed; `chartwatch watch list --stack {stack}` has what is fetched")
    fetch_now(name, stack, accept)


def fetch_now(name: str, stack: str, accept: str | None) -> None:
    """Let a deployment fetch what one of its schedules fetches, and say what came of it."""
    from chartwatch.adapters.workstation import deployed_operations  # noqa: PLC0415  # help is shown without boto3

    with deployed_operations(stack) as deployed:
        schedule = scheduled(name, list(deployed.schedules.all()), stack)
        try:
            event = {**schedule.event, **({"accept": accept} if accept else {})}
            counts = deployed.invoke("FetchRankingsFunction", event)
        except FunctionFailed as error:
            noted = _noted(deployed.fetches, schedule)
            is_refused = noted is not None and noted.outcome is Outcome.REFUSED
            seen = f"The document of {name} was refused; `chartwatch quarantine --stack {stack}` has it"
            write([seen if is_refused else f"The fetch of {name} failed", error.detail])
            raise typer.Exit(EXIT_FAILED) from error
        noted = _noted(deployed.fetches, schedule)
    if not any(counts.values()):
        write([f"{name}: the document is the one that was fetched before"])
        return
    new = words.counted(counts["new"], "new publication")
    write([f"{name}: {new}, {counts['revised']} revised, {counts['unchanged']} unchanged"])
    if noted is not None and noted.outcome is Outcome.PARTLY:
        write(
            ["It was accepted in part:", *words.wrapped(noted.detail, 100, initial_indent="  ", subsequent_indent="  ")]
        )


def _noted(fetches: Fetches, schedule: FetchSchedule) -> Fetched | None:
    """Return what is noted of the last fetch of a schedule."""
    return next((its for its in fetches.all() if its.asked == asked_of(schedule.event)), None)


def scheduled(name: str, schedules: Sequence[FetchSchedule], stack: str) -> FetchSchedule:
    """Return the schedule that a person means: a watch by its name, or the one of a source. Raises `ArgumentError`."""
    found = [its for its in schedules if its.label == name] or [its for its in schedules if its.source == name]
    labels = [its.label for its in schedules]
    if not found:
        there_are = f"there are {', '.join(labels)}" if labels else "there is none"
        raise mistake("SOURCE", f"{stack} has no schedule for {name!r}; {there_are}{did_you_mean(name, labels)}")
    if len(found) > 1:
        raise mistake("SOURCE", f"{name!r} is fetched by {words.listed([its.label for its in found])}: name one")
    return found[0]


def _try(name: str, options: Sequence[str], history: History, limit: int | None) -> None:
    from chartwatch.adapters.connection import HttpConnection, egress_policy  # noqa: PLC0415  # help is shown without boto3

    opened = open_named(name, options, "--source")
    with open_trial(history) as trial:
        body = opened.fetch(HttpConnection(egress_policy(os.environ)))
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        document = Document(body, Provenance(opened.url, now, hashlib.sha256(body).hexdigest()))
        write(try_document(opened.url, document, opened, trial, limit=limit))
