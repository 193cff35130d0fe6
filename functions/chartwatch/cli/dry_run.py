"""What a document would change of a history, before it is accepted."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from chartwatch.adapters.memory import NoArchive
from chartwatch.adapters.trial import TrialCharts, TrialRecord
from chartwatch.cli.documents import Document, ingest_document, read_document
from chartwatch.cli.files import file_name
from chartwatch.cli.lists import cut
from chartwatch.cli.replay import Facts, Stores, replay
from chartwatch.cli.reports import ReplayCounts
from chartwatch.cli.trials import History, Trial, open_trial
from chartwatch.cli.wording import changed_lines
from chartwatch.document_errors import SourceError
from chartwatch.domain import words
from chartwatch.domain.charts.publications import Entry, Publication
from chartwatch.domain.charts.revisions import Revisions
from chartwatch.domain.works.claimants import name_of
from chartwatch.services.ingest import Ingested
from chartwatch.services.ports import ChartStore
from chartwatch.sources import Source


@contextmanager
def trial_of_files(
    files: Sequence[Path], source: Source, stack: str | None, facts: Facts
) -> Iterator[tuple[Trial, Sequence[Path]]]:
    """Yield what to try files on, and which: all of them on a deployment, or the last on what those before come to."""
    if stack is not None:
        with open_trial(History((), stack)) as trial:
            yield trial, files
        return
    stores = Stores()
    *earlier, last = files
    for _ in replay(earlier, source, *facts[:2], live_from=facts.live_from, stores=stores, observer=ReplayCounts()):
        pass
    yield Trial(stores, stores.charts, *facts), [last]


def try_documents(
    files: Iterable[Path], source: Source, trial: Trial, accepted: Collection[str] = (), limit: int | None = None
) -> Iterator[str]:
    """Yield what each of some files, one after the other, would change."""
    for file in files:
        document = read_document(file, source.name)
        yield from try_document(file_name(file), document, source, trial, accepted, limit=limit)


def try_document(
    name: str,
    document: Document,
    source: Source,
    trial: Trial,
    accepted: Collection[str] = (),
    *,
    limit: int | None = None,
) -> Iterator[str]:
    """Yield what a document would change: which editions, and how; and which milestones would be sent.

    Of one that is refused also what it would change if a person accepted it. Nothing but the trial is written.
    """
    try:
        ingested = _ingest(document, source, trial.stores.charts, is_accepted=document.provenance.sha256 in accepted)
        yield f"{name} would be accepted: {_counted(ingested)}"
    except SourceError as error:
        yield f"{name} would be refused: {error}"
        stores = Stores(TrialCharts(trial.stores.charts), TrialRecord(trial.stores.record))
        trial = replace(trial, stores=stores)
        try:
            ingested = _ingest(document, source, stores.charts, is_accepted=True)
        except SourceError:
            yield "Nobody can accept it"
            return
        yield f"If it were accepted: {_counted(ingested)}"
    yield from (f"Notice: {notice.detail}" for notice in ingested.notices)
    yield from _cut([f"new: {_named(its)}" for its in ingested.new], limit)
    yield from _cut([line for its in ingested.revised for line in _revisions(its, trial.stores.charts)], limit)
    bulletins = (trial.detector.detect(its.chart.id, its.period) for its in ingested.written)
    changes = [change for found in bulletins for bulletin in found for change in bulletin.changes]
    yield from changed_lines((change for change in changes if change.is_sent), limit)
    sent = sum(change.is_sent for change in changes)
    yield f"{words.counted(len(changes), 'change')} of milestones, {sent} sent, {len(changes) - sent} recorded only"
    yield "Nothing was written"


def _ingest(document: Document, source: Source, charts: ChartStore, *, is_accepted: bool) -> Ingested:
    return ingest_document(document, source, charts, NoArchive(), accepted=is_accepted)


def _counted(ingested: Ingested) -> str:
    new, revised = len(ingested.new), len(ingested.revised)
    return f"{words.counted(new, 'publication')} new, {revised} revised, {ingested.unchanged} unchanged"


def _named(publication: Publication) -> str:
    editions = words.counted(len(publication.editions), "edition")
    return f"{publication.chart.id} of {publication.period}, {editions}"


def _revisions(publication: Publication, charts: ChartStore) -> Iterator[str]:
    """Yield what a document that came last changes of a publication, a line a rank."""
    summary = charts.summary(publication.chart.id, publication.period)
    versions = charts.versions(summary) if summary else {}
    revisions = Revisions(versions, publication.chart)
    where = f"{publication.chart.id} of {publication.period}"
    for territory, its in sorted(versions.items()):
        if its[-1].provenance != publication.provenance:
            continue
        if len(its) == 1:
            yield f"added: {where} in {territory}"
            continue
        *_, (_, changed) = revisions.of(territory)
        for revision in changed:
            rank = next(entry.rank for entry in (revision.after, revision.before) if entry)
            titles = f"{_title(revision.before)} -> {_title(revision.after)}"
            yield f"{revision.kind}: {where} in {territory}, rank {rank}: {titles}"


def _title(entry: Entry | None) -> str:
    return name_of(entry.title, entry.season) if entry else "not there"


def _cut(lines: Sequence[str], limit: int | None) -> Iterator[str]:
    return cut(lines, lambda line: [f"  {line}"], limit, indent="  ")
