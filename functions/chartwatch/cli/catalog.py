"""`chartwatch catalog`: what is known of works, what is not, and how that is changed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from chartwatch.adapters.catalog_file import catalog_in, write_catalog
from chartwatch.adapters.workstation import deployed_stores
from chartwatch.cli.application import (
    AnswerAs,
    AnswerFormat,
    CatalogFolder,
    CatalogPlace,
    CatalogStack,
    Origins,
    Yes,
    application,
    in_json,
    today,
    write,
)
from chartwatch.cli.catalog_changes import OpenCatalog, open_catalog
from chartwatch.cli.catalog_check import check, check_lines, checked_json
from chartwatch.cli.catalog_enrich import enrich
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
from chartwatch.domain import words
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier, Known, known_works, layer_of
from chartwatch.domain.works.work import Work
from chartwatch.errors import OptionError
from chartwatch.services.ports import CatalogLayers
from chartwatch.services.unknown import seen_at_number_one

Judged = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="SPEC", help="A history, to show what changes; `sample`, or SOURCE[,...]:FILE."),
]
WorkName = Annotated[str, typer.Argument(metavar="WORK", help="A work, by id or title.")]

app = application("Show what is known of works, look up what is not, and change it.")


@app.command("list")
def list_works(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the title has; else all works.")] = "",
    *,
    catalog: CatalogPlace = None,
    stack: CatalogStack = None,
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
    work: WorkName, *, catalog: CatalogPlace = None, stack: CatalogStack = None, output: AnswerAs = AnswerFormat.TEXT
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
    stack: CatalogStack = None,
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
    stack: CatalogStack = None,
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
    stack: CatalogStack = None,
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
    catalog: CatalogFolder = None,
    stack: CatalogStack = None,
    origins: Judged = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="Who says so.")] = A_PERSON,
    yes: Yes = False,
    limit: Limit = None,
) -> None:
    """Set facts of a work, over all that anybody else says."""
    values = read_facts(facts)
    with open_catalog(catalog, stack, origins or ()) as opened:
        known = opened.known()
        its = work_named(work, known, opened.seen())
        override = override_of(its, known, opened.layers.layer(Layer.OVERRIDE))
        _override(opened, with_facts(override, values, source, today()), its, yes=yes, limit=limit)


@app.command("choose")
def choose(
    work: WorkName,
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="One of its candidates, such as wikidata:Q42.")],
    *,
    catalog: CatalogFolder = None,
    stack: CatalogStack = None,
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
    catalog: CatalogFolder = None,
    stack: CatalogStack = None,
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
def export_catalog(*, catalog: CatalogPlace = None, stack: CatalogStack = None) -> None:
    """Write what is known of all works to stdout, as CSV."""
    with _open_layers(catalog, stack) as layers:
        write(write_catalog(layers.current()).decode().split("\r\n")[:-1])
        for line in notice_lines(_known(layers)):
            typer.echo(line, err=True)


app.command("enrich")(enrich)


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
    with deployed_stores(stack) as stores:
        yield stores.catalogs


def _known(layers: CatalogLayers) -> list[Known]:
    return known_works(dossier for layer in Layer for dossier in layers.layer(layer))


def _known_named(name: str, known: Sequence[Known]) -> Known:
    work = work_named(name, known)
    return next(its for its in known if its.work.id == work.id)


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
