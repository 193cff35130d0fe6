"""`chartwatch catalog`: what is known of works, what is not, and how that is changed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from chartwatch.adapters.catalog_file import catalog_in, write_catalog
from chartwatch.adapters.local_catalog import check_writable
from chartwatch.adapters.tmdb import ADDRESS as TMDB_ADDRESS
from chartwatch.adapters.wikidata import ADDRESS as WIKIDATA_ADDRESS
from chartwatch.cli.application import (
    AnswerAs,
    AnswerFormat,
    CatalogPlace,
    Origins,
    application,
    in_json,
    write,
)
from chartwatch.cli.catalog_changes import OpenCatalog, open_catalog
from chartwatch.cli.catalog_check import check, check_lines, checked_json
from chartwatch.cli.catalog_json import (
    candidates_as_json,
    conflicts_as_json,
    known_as_json,
    missing_as_json,
    work_as_json,
)
from chartwatch.cli.catalog_lines import (
    candidate_lines,
    conflict_lines,
    having,
    in_words,
    list_lines,
    notice_lines,
    work_lines,
)
from chartwatch.cli.catalogs import layers_at
from chartwatch.cli.enrichment import Enrichment, Keeping, due_of
from chartwatch.cli.fact_providers import fact_providers
from chartwatch.cli.files import file_name, read_file
from chartwatch.cli.histories import open_published
from chartwatch.cli.lacking import missing_lines
from chartwatch.cli.lists import Limit
from chartwatch.cli.overrides import (
    A_PERSON,
    candidate_named,
    candidates_of,
    override_of,
    put,
    read_facts,
    with_candidate,
    with_facts,
    work_named,
)
from chartwatch.cli.progress import paused, progress, steps
from chartwatch.domain import words
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier, Known, known_works, layer_of
from chartwatch.domain.works.work import Work
from chartwatch.errors import OptionError
from chartwatch.services.ports import CatalogLayers
from chartwatch.services.unknown import Seen, seen_at_number_one

EXIT_UNFINISHED = 1
"""Exit code when some works were not looked up."""

Stack = Annotated[str | None, typer.Option(metavar="NAME", help="The catalog and the history of a deployed stack.")]
Folder = Annotated[
    Path | None, typer.Option("--catalog", metavar="FOLDER", help="The folder that is changed; a new one is made.")
]
Judged = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="SPEC", help="A history, to show what changes; `sample`, or SOURCE[,...]:FILE."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Change it without a question, whatever it takes back.")]
WorkName = Annotated[str, typer.Argument(metavar="WORK", help="A work, by id or title.")]

app = application("Show what is known of works, look up what is not, and change it.")


@app.command("list")
def list_works(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the title has; else all works.")] = "",
    *,
    catalog: CatalogPlace = None,
    stack: Stack = None,
    limit: Limit = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """List works with their facts."""
    with _open_layers(catalog, stack) as layers:
        if output is AnswerFormat.JSON:
            write([in_json(list(map(work_as_json, having(layers.current(), text))))])
        else:
            write(list_lines(layers.current(), text, limit))


@app.command("show")
def show_work(
    work: WorkName, *, catalog: CatalogPlace = None, stack: Stack = None, output: AnswerAs = AnswerFormat.TEXT
) -> None:
    """Show all that is known of a work, and who says so."""
    with _open_layers(catalog, stack) as layers:
        its = _known_named(work, _known(layers))
    if output is AnswerFormat.JSON:
        _write_json(known_as_json(its), [its])
    else:
        write(work_lines(its))


@app.command("missing")
def missing(
    *,
    origins: Origins = None,
    catalog: CatalogPlace = None,
    stack: Stack = None,
    limit: Limit = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """List the works at #1 that lack facts, those that were there most often first."""
    with open_published(origins or (), stack, catalog) as published, _open_layers(catalog, stack) as layers:
        candidates = {its.work.id: sum(1 for _ in candidates_of(its)) for its in _known(layers)}
        seen = seen_at_number_one(published.charts, layers.current())
    if output is AnswerFormat.JSON:
        write([in_json(missing_as_json(seen, candidates))])
    else:
        write(missing_lines(seen, candidates, limit))


@app.command("conflicts")
def conflicts(
    *,
    catalog: CatalogPlace = None,
    stack: Stack = None,
    limit: Limit = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """List the facts on which sources contradict each other, with what each of them says."""
    with _open_layers(catalog, stack) as layers:
        known = _known(layers)
    if output is AnswerFormat.JSON:
        found = conflicts_as_json(known)
        _write_json(found, [its for its in known if its.work.id in {each["work_id"] for each in found}])
    else:
        write(conflict_lines(known, limit))


@app.command("candidates")
def candidates(
    title: Annotated[str, typer.Argument(metavar="TITLE", help="A work that was looked up, by title or id.")],
    *,
    catalog: CatalogPlace = None,
    stack: Stack = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Show the candidates that providers have for a work, with what speaks for and against each."""
    with _open_layers(catalog, stack) as layers:
        its = _known_named(title, _known(layers))
    if output is AnswerFormat.JSON:
        _write_json(candidates_as_json(its), [its])
    else:
        write(candidate_lines(its))


@app.command("set")
def set_facts(
    work: WorkName,
    facts: Annotated[
        list[str], typer.Argument(metavar="FACT=VALUE", help="What is so; FACT= takes back what was set.")
    ],
    *,
    catalog: Folder = None,
    stack: Stack = None,
    origins: Judged = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Who says so.")] = A_PERSON,
    yes: Yes = False,
    limit: Limit = None,
) -> None:
    """Set facts of a work, over all that anybody else says."""
    values = read_facts(facts)
    with open_catalog(catalog, stack, origins or ()) as opened:
        known = opened.known()
        its = work_named(work, known, _seen(opened))
        override = override_of(its, known, opened.layers.layer(Layer.OVERRIDE))
        _override(opened, with_facts(override, values, source, _today()), its, yes=yes, limit=limit)


@app.command("choose")
def choose(
    work: WorkName,
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="One of its candidates, such as wikidata:Q42.")],
    *,
    catalog: Folder = None,
    stack: Stack = None,
    origins: Judged = None,
    yes: Yes = False,
    limit: Limit = None,
) -> None:
    """Let a work have the facts of one of its candidates, over all that anybody else says."""
    with open_catalog(catalog, stack, origins or ()) as opened:
        known = opened.known()
        its = _known_named(work, known)
        answer, scored = candidate_named(candidate, its)
        override = override_of(its.work, known, opened.layers.layer(Layer.OVERRIDE))
        _override(opened, with_candidate(override, scored, answer), its.work, yes=yes, limit=limit)


@app.command("import")
def import_catalog(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The catalog, as CSV; `-`: stdin.")],
    *,
    catalog: Folder = None,
    stack: Stack = None,
    origins: Judged = None,
    yes: Yes = False,
    limit: Limit = None,
) -> None:
    """Put an own file of works in force, in place of the one before."""
    works = catalog_in(read_file(file), file_name(file))
    with open_catalog(catalog, stack, origins or ()) as opened:
        dossiers = layer_of(works, Layer.OWN_FILE, "own file")
        opened.approved(Layer.OWN_FILE, dossiers, yes=yes, limit=limit)
        opened.layers.replace(Layer.OWN_FILE, dossiers)
        write([f"Imported {words.counted(len(works), 'work')} of {file_name(file)} into {opened.name}"])


@app.command("export")
def export_catalog(*, catalog: CatalogPlace = None, stack: Stack = None) -> None:
    """Write what is known of all works to stdout, as CSV."""
    with _open_layers(catalog, stack) as layers:
        write(write_catalog(layers.current()).decode().split("\r\n")[:-1])
        for line in notice_lines(_known(layers)):
            typer.echo(line, err=True)


@app.command("enrich")
def enrich(
    *,
    origins: Origins = None,
    catalog: Folder = None,
    stack: Stack = None,
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
        due, waiting = due_of(_seen(opened), opened.layers.layer(Layer.LOOKED_UP), asked, _today())
        with progress() as bar:
            put = paused(bar, Keeping(opened, _today(), yes, limit).put)
            enrichment = Enrichment(providers, _today(), put, asked_about=steps(bar, "works", len(due)))
            try:
                write(enrichment.ask(due))
            finally:
                # Also when nobody reads any more what is written.
                enrichment.put_rest()
        write(_summary(opened, enrichment, waiting))
    if enrichment.left:
        raise typer.Exit(EXIT_UNFINISHED)


@app.command("check")
def check_catalog(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The catalog, as CSV; `-`: stdin.")],
    *,
    limit: Limit = None,
    output: AnswerAs = AnswerFormat.TEXT,
) -> None:
    """Check a catalog file and count what it holds and lacks."""
    checked = check(catalog_in(read_file(file), file_name(file)))
    write([in_json(checked_json(checked))] if output is AnswerFormat.JSON else check_lines(checked, limit))


def _write_json(found: Any, shown: Iterable[Known]) -> None:
    """Write what machines are told; TMDB's notice, where its data are shown, is for people."""
    write([in_json(found)])
    for line in notice_lines(shown):
        typer.echo(line, err=True)


@contextmanager
def _open_layers(place: Path | None, stack: str | None) -> Iterator[CatalogLayers]:
    """Yield the layers of a catalog that is only read."""
    if stack is None:
        yield layers_at(place)
        return
    if place is not None:
        raise OptionError("--catalog", "is for files; a deployment has its own")
    from chartwatch.adapters.workstation import deployed_stores  # noqa: PLC0415  # files are read without boto3

    with deployed_stores(stack) as stores:
        yield stores.catalogs


def _known(layers: CatalogLayers) -> list[Known]:
    return known_works(dossier for layer in Layer for dossier in layers.layer(layer))


def _known_named(name: str, known: Sequence[Known]) -> Known:
    work = work_named(name, known)
    return next(its for its in known if its.work.id == work.id)


def _seen(opened: OpenCatalog) -> list[Seen]:
    if opened.recorded is None:
        return []
    return seen_at_number_one(opened.recorded.charts, opened.layers.current())


def _override(opened: OpenCatalog, override: Dossier, work: Work, *, yes: bool, limit: int | None) -> None:
    """Put an override in force, and show what is known of its work from then on."""
    before = opened.layers.layer(Layer.OVERRIDE)
    after = put(override, before)
    opened.approved(Layer.OVERRIDE, after, yes=yes, limit=limit)
    opened.layers.replace(Layer.OVERRIDE, after, before=before)
    now = opened.layers.current().work(work.id)
    write([f"{in_words(now)}, in {opened.name}" if now else f"Nothing is known of {work.title} in {opened.name}"])
    if opened.recorded is None:
        write(["With --from, it is shown which milestones that touches"])


def _summary(opened: OpenCatalog, enrichment: Enrichment, waiting: int) -> Iterator[str]:
    """Yield how many works were looked up, and which are left for later, or for a person."""
    number = len(enrichment.found)
    yield f"{words.counted(number, 'work')} looked up, kept in {opened.name}" if number else "No work was looked up"
    if waiting:
        yield f"Not asked about again so soon: {words.counted(waiting, 'work')} looked up lately"
    if enrichment.left:
        yield f"{words.counted(enrichment.left, 'work')} left: the same command goes on where this one ended"
    still = sum(1 for its in _seen(opened) if its.lacks)
    if still:
        yield f"Of {words.counted(still, 'work')} at #1 a fact is not known: `chartwatch catalog missing` names them"
    yield from notice_lines(its for its in opened.known() if its.work.id in enrichment.found)


def _today() -> date:
    return datetime.now(UTC).date()
