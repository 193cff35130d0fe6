"""From a fetched document to stored publications: store the raw file, accept or reject it, write only what changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Provenance, Publication, PublicationSummary, in_order
from chartwatch.services.archived import Parse, VersionReader
from chartwatch.services.document_guard import Guard, Notice, check_sizes, check_steps
from chartwatch.services.dropped import marked, updates_of_marks
from chartwatch.services.ports import Archive, ChartStore, PublicationUpdate, Quarantined
from chartwatch.services.updating import Later, Stored, later_of, update_of, updates

PERIODS_BEFORE = 3
"""How many periods before those of a document are looked at for the territories that the chart had."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """The publications of an accepted document, oldest first: new ones, and those that differ from what was stored.

    `unchanged` counts the others. `notices` are what a person should know.
    """

    new: tuple[Publication, ...]
    revised: tuple[Publication, ...]
    unchanged: int
    notices: tuple[Notice, ...] = ()

    @property
    def written(self) -> list[Publication]:
        """All that were written, oldest first."""
        return in_order((*self.new, *self.revised))


def ingest(
    source: str,
    body: bytes,
    provenance: Provenance,
    *,
    parse: Parse,
    whole_history: bool,
    archive: Archive,
    charts: ChartStore,
    accepted: bool = False,
) -> Ingested:
    """Store the raw file, accept or reject the document, and write its publications that are new or changed.

    `whole_history`: each document of this source repeats all that it ever published. `accepted`: a person has accepted
    the document, so it may lack or rewrite old periods without bound, and later ones may lack the same. Raises a
    `SourceError` for a document that is rejected: it is quarantined, and no publication changes. One of which a person
    should know something is listed there too.
    """
    archive.put(provenance.sha256, body)
    guard = Guard(source, provenance, is_accepted=accepted)
    reader = VersionReader(charts, archive, parse)
    try:
        publications = guard.without_impossible_periods(in_order(parse(body, provenance)))
        check_sizes(source, publications)
        stored = _stored(publications, charts, whole_history=whole_history)
        guard.check_providers(publications, stored, charts)
        check_steps(source, publications, stored, charts, whole_history=whole_history)
        is_late = _is_late(provenance, stored)
        guard.check_what_is_set_aside(publications, stored)
        if not is_late:
            guard.check_that_nothing_is_gone(publications, stored, whole_history=whole_history)
        changed = [publication for publication in publications if _differs(publication, stored)]
        if whole_history and not is_late:
            guard.check_beginnings(publications, stored)
        guard.check_replacements(publications, changed, stored, reader)
        if not is_late:
            before, stored = stored, marked(publications, stored, whole_history=whole_history, accepted=accepted)
            # Before all else: what a person has accepted is settled, even if what follows is cut short.
            charts.put(updates_of_marks(before, stored))
        documents = _fetched_after(provenance, changed, stored, charts, whole_history=whole_history)
        later = _said_later(documents, changed, stored, reader)
        ingested = replace(_write(publications, changed, stored, reader, later), notices=tuple(guard.notices))
    except SourceError as error:
        charts.quarantine(Quarantined(source, provenance, type(error).__name__, str(error)))
        raise
    if ingested.notices:
        found = ", ".join(dict.fromkeys(notice.found for notice in ingested.notices))
        reason = "; ".join(notice.detail for notice in ingested.notices)
        charts.quarantine(Quarantined(source, provenance, found, reason))
    return ingested


def _stored(publications: Sequence[Publication], charts: ChartStore, *, whole_history: bool) -> Stored:
    """Return what is stored of the charts in a document: all periods, or those that it spans and the few before."""
    stored: dict[str, dict[date, PublicationSummary]] = {}
    for chart, its in groupby(sorted(publications, key=lambda p: p.chart.id), key=lambda p: p.chart.id):
        in_document = list(its)
        periods = [publication.period for publication in in_document]
        before = in_document[0].chart.cadence.after(min(periods), -PERIODS_BEFORE)
        span = (None, None) if whole_history else (before, max(periods))
        stored[chart] = {summary.period: summary for summary in charts.summaries(chart, *span)}
    return stored


def _is_late(provenance: Provenance, stored: Stored) -> bool:
    """Return whether something that is stored was fetched after the document."""
    provenances = (summary.provenance for summaries in stored.values() for summary in summaries.values())
    return any(later_of(its, provenance) is its for its in provenances)


def _fetched_after(
    provenance: Provenance,
    changed: Iterable[Publication],
    stored: Stored,
    charts: ChartStore,
    *,
    whole_history: bool,
) -> Sequence[Provenance]:
    """Return the documents that were fetched after one, of stored publications of what it revises, oldest first."""
    if provenance.fetched_at is None:
        return ()
    found: set[Provenance] = set()
    for chart in {its.chart.id for its in changed if its.period in stored[its.chart.id]}:
        beyond = () if whole_history else charts.summaries(chart, max(stored[chart]) + timedelta(1))
        found |= {publication.provenance for publication in (*stored[chart].values(), *beyond)}
    later = (its for its in found if not its.is_by_hand and (its.fetched_at or "") > provenance.fetched_at)
    return sorted(later, key=lambda its: (its.fetched_at or "", its.sha256))


def _said_later(
    documents: Sequence[Provenance], changed: Sequence[Publication], stored: Stored, reader: VersionReader
) -> Later:
    """Return what later documents say of publications that would be others by an earlier one.

    Where they said what was there before, they left no version. Those whose raw file is not there are passed over.
    """
    wanted = {
        (its.chart.id, its.period)
        for its in (changed if documents else ())
        if (known := stored[its.chart.id].get(its.period)) and _is_current(its, known, reader)
    }
    later: dict[tuple[str, date], list[Publication]] = {}
    for document in documents if wanted else ():
        body = reader.archive.get(document.sha256)
        try:
            publications = reader.parse(body, document) if body is not None else ()
        except SourceError:
            continue
        for its in publications:
            if (its.chart.id, its.period) in wanted:
                later.setdefault((its.chart.id, its.period), []).append(its)
    return later


def _is_current(publication: Publication, stored: PublicationSummary, reader: VersionReader) -> bool:
    """Return whether something of a publication takes the place of what is stored, and does not stand before it."""
    update = update_of(publication, stored, reader.before(publication, stored))
    return update is not None and update.summary.digest != stored.digest


def _differs(publication: Publication, stored: Stored) -> bool:
    """Return whether a publication is new, or another than the stored one."""
    known = stored[publication.chart.id].get(publication.period)
    return known is None or known.digest != publication.digest() or bool(publication.set_aside)


def _write(
    publications: Sequence[Publication],
    changed: Sequence[Publication],
    stored: Stored,
    reader: VersionReader,
    later: Later,
) -> Ingested:
    """Write what is revised, a chart at a time, so that nobody reads half a renaming; then new ones, oldest first.

    It is written as it is worked out, so that whoever is cut short has got somewhere: what is there already is not
    written again.
    """
    revised: list[Publication] = []
    for chart, summaries in stored.items():
        its = [publication for publication in changed if publication.chart.id == chart]
        written: set[date] = set()
        revisions = updates((p for p in its if p.period in summaries), stored, reader, later)
        reader.charts.put(_noted(revisions, written))
        revised += [publication for publication in its if publication.period in written]
    new = [publication for publication in changed if publication.period not in stored[publication.chart.id]]
    for update in updates(new, stored, reader):
        reader.charts.put([update])
    return Ingested(tuple(new), tuple(in_order(revised)), len(publications) - len(new) - len(revised))


def _noted(updates: Iterable[PublicationUpdate], written: set[date]) -> Iterator[PublicationUpdate]:
    """Yield updates, and note their periods."""
    for update in updates:
        written.add(update.summary.period)
        yield update
