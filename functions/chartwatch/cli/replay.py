"""`chartwatch replay`: a source's documents, taken in one after the other as the deployed functions would take them."""

import re
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chartwatch.adapters.memory import MemoryCharts, MemoryRecord, NoArchive
from chartwatch.cli.application import (
    EXIT_WRONG_INPUT,
    CatalogPlace,
    TrialStack,
    application,
    read_since,
    say,
    sources_beginning,
    write,
)
from chartwatch.cli.catalogs import catalog_at
from chartwatch.cli.documents import GivenFiles, ingest_document, read_document, refuse_missing
from chartwatch.cli.lacking import help_with, lacking_sentence
from chartwatch.cli.lists import Limit
from chartwatch.cli.reports import LINES, BulletinFormat, Observer, following
from chartwatch.cli.rule_files import rules_in
from chartwatch.cli.sample_chart import SAMPLE, open_sample
from chartwatch.cli.sources import open_named
from chartwatch.document_errors import SourceError
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import ArgumentError, FileProblem, OptionError
from chartwatch.services.detect import Detector
from chartwatch.services.ports import Archive, ChartStore
from chartwatch.services.record import RecordStore
from chartwatch.services.unknown import seen_at_number_one
from chartwatch.sources import Source


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a replay keeps what it learns; in memory unless said otherwise."""

    charts: ChartStore = field(default_factory=MemoryCharts)
    record: RecordStore = field(default_factory=MemoryRecord)
    archive: Archive = field(default_factory=NoArchive)


class Facts(NamedTuple):
    """The catalog and the rules that a replay goes by, and since when its milestones are sent."""

    catalog: Catalog
    rules: RuleSet
    live_from: date | None


class StoreKind(StrEnum):
    """Where a replay records: in memory, or in DynamoDB."""

    MEMORY = "memory"
    DYNAMODB = "dynamodb"


def replay(
    files: Iterable[Path],
    source: Source,
    catalog: Catalog,
    rules: RuleSet,
    *,
    live_from: date | None = None,
    accepted: Collection[str] = frozenset(),
    stores: Stores | None = None,
    observer: Observer | None = None,
) -> Iterator[Bulletin]:
    """Yield every bulletin that the files, successive documents of one source, come to.

    Milestones of periods before `live_from` are recorded only. The documents whose SHA-256 is `accepted` are taken
    although they rewrite history, or lack some of it. Without an `observer`, the first file that is refused raises its
    `SourceError`.
    """
    stores, observer = stores or Stores(), observer or Observer()
    detector = Detector(stores.charts, stores.record, catalog, rules, live_from)
    for file in files:
        try:
            document = read_document(file, source.name)
            is_accepted = document.provenance.sha256 in accepted
            ingested = ingest_document(document, source, stores.charts, stores.archive, accepted=is_accepted)
        except SourceError as error:
            observer.refused(file, error)
            continue
        observer.ingested(file, ingested)
        for publication in ingested.written:
            yield from detector.detect(publication.chart.id, publication.period)
            observer.processed(publication)


def _read_sha256(text: str) -> str:
    if re.fullmatch("[0-9a-f]{64}", text.lower()) is None:
        raise OptionError("--accept", f"{text!r} is not a SHA-256: 64 hexadecimal digits")
    return text.lower()


app = application()


@app.command()
def replay_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Published versions of the source, oldest first, also .gz; `-`: stdin. `sample`: the included chart.",
        ),
    ],
    *,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=sources_beginning,
            help="What published them; see `chartwatch sources`. MODULE:CLASS: your own.",
        ),
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option("--option", "-o", metavar="KEY=VALUE", help="Option of the source; repeatable.")
    ] = None,
    catalog: CatalogPlace = None,
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of your own, as YAML.")] = None,
    since: Annotated[
        date | None,
        typer.Option(
            parser=read_since, metavar="DATE", help="Send news of periods from then on, only record earlier ones."
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            parser=_read_sha256,
            metavar="SHA256",
            help="Take this document though it rewrites or lacks history; repeatable.",
        ),
    ] = None,
    store: Annotated[
        StoreKind, typer.Option(help="Where to record: in memory, or in DynamoDB ($AWS_ENDPOINT_URL, else simulated).")
    ] = StoreKind.MEMORY,
    archive: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep each document here, by its SHA-256.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the last file would change, or each in --stack; write nothing.")
    ] = False,
    stack: TrialStack = None,
    limit: Limit = None,
    output: Annotated[
        BulletinFormat,
        typer.Option(
            "--format",
            help="A line a story, stories or digests as they are emailed, or a JSON line a milestone change.",
        ),
    ] = BulletinFormat.TEXT,
) -> None:
    """Say what the published files of a source would have announced."""
    opened, files = _opened(files, source, options or ())
    works = catalog_at(catalog)
    rule_set = rules_in(rules)
    if dry_run:
        if output is not BulletinFormat.TEXT:
            raise OptionError("--format", "is not for --dry-run, which writes for people")
        from chartwatch.cli.dry_run import trial_of_files, try_documents  # noqa: PLC0415  # few replays want it

        with trial_of_files(files, opened, stack, Facts(works, rule_set, since)) as (trial, tried):
            write(try_documents(tried, opened, trial, frozenset(accept or ()), limit))
        return
    if stack is not None:
        raise OptionError("--stack", "is for --dry-run: a replay writes to no deployment")
    if limit is not None:
        raise OptionError("--limit", "is for --dry-run: a replay shows all that it comes to")
    started = time.perf_counter()
    given = GivenFiles([(opened, file) for file in files])
    with _open_stores(store, archive, given) as stores, following(files) as counts:
        bulletins = replay(
            files,
            opened,
            works,
            rule_set,
            live_from=since,
            accepted=frozenset(accept or ()),
            stores=stores,
            observer=counts,
        )
        write(line for bulletin in bulletins for line in LINES[output](counts.with_bulletin(bulletin), since))
        # Who replays with no facts at all knows what is missing.
        seen = seen_at_number_one(stores.charts, works) if len(works) else []
    say(counts.sentence(time.perf_counter() - started))
    if unknown := lacking_sentence(seen):
        say(f"{unknown} {help_with(seen)}")
    # For who sits before it; a program that reads the summary asked for what it wanted.
    if sys.stderr.isatty() and (advice := counts.advice(since)):
        say(advice)
    if counts.refusals:
        raise typer.Exit(EXIT_WRONG_INPUT)


def _opened(files: list[Path], source: str | None, options: Sequence[str]) -> tuple[Source, list[Path]]:
    """Return the source and its files, which may be those of the sample. Raises `OptionError` and `FileProblem`."""
    if source is None:
        if Path(SAMPLE) in files[1:]:
            raise ArgumentError("FILE", "sample is a history by itself; give it alone, or files and their --source")
        if files != [Path(SAMPLE)]:
            raise OptionError("--source", "is needed to read files: `chartwatch sources` lists what there is")
        if options:
            raise OptionError("--option", "is an option of --source, which is not given")
        opened, file = open_sample()
        return opened, [file]
    refuse_missing(files)
    return open_named(source, options, "--source"), files


@contextmanager
def _open_stores(kind: StoreKind, folder: Path | None, given: Archive) -> Iterator[Stores]:
    """Yield the stores of a replay; documents are kept in the folder, where one is given."""
    archive = given if folder is None else _archive(folder)
    if kind is StoreKind.MEMORY:
        yield Stores(archive=archive)
        return
    from chartwatch.adapters.workstation import replay_stores  # noqa: PLC0415  # in memory, without boto3

    with replay_stores() as stores:
        yield Stores(*stores, archive)


def _archive(folder: Path) -> Archive:
    from chartwatch.adapters.folder import FolderArchive  # noqa: PLC0415  # few replays want it

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(str(folder), "", f"is no folder to keep documents in ({error.strerror})") from error
    return FolderArchive(folder)
