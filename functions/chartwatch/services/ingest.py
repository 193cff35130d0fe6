"""From a fetched document to stored publications: archive first, believe second, write only what is new."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from chartwatch.domain.charts.publications import Provenance, Publication, PublicationSummary, Version, in_order
from chartwatch.domain.charts.versions import History, RevisionKind, Revisions, with_version
from chartwatch.errors import HistoryRewritten, HistoryShrank, PeriodToCome, SourceError
from chartwatch.services.ports import Archive, ChartStore, Filing, Quarantined

Parse = Callable[[bytes, Provenance], Sequence[Publication]]
"""A source's reading of a document. Raises `SourceError` when it cannot be believed."""

Known = Mapping[str, Mapping[date, PublicationSummary]]
"""What is stored already, by chart and period."""

MAX_REPLACED, MAX_REPLACED_ROWS = 0.05, 50
"""Share of the rows of old periods, and a number that is always allowed, that one document may give to other works.

The most that Netflix's files did is 2.2 % (2021-12-08, by country; 2.5 % of the global file the same day).
"""

MAX_NEW_TOPS, MAX_NEW_TOP_ROWS = 0.01, 10
"""The same for rank 1 alone. The most seen is one of 3,948."""


_HOW_TO_ACCEPT = 'to take it all the same, give its SHA-256 to `replay --accept`, or as "accept" to fetch_rankings:'


MIN_TERRITORIES = 0.8
"""Share of a period's territories that the next one has at least, where each document is the whole history.

Of Netflix's 94 by country one left (Russia, 2022).
"""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a document brought, oldest first: publications that were not known, and such as differ from what was stored.

    `unchanged` counts the others.
    """

    new: tuple[Publication, ...]
    revised: tuple[Publication, ...]
    unchanged: int

    @property
    def written(self) -> list[Publication]:
        """All that was written, oldest first."""
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
    """Keep the document, read it, and write the publications in it that are new or changed.

    `whole_history`: each document of this source repeats all that it ever published. `accepted`: a person has looked at
    the document, and it may change old periods as much as it likes. Raises a `SourceError`, having quarantined the
    document and changed nothing that was stored, when it cannot be believed.
    """
    archive.keep(provenance.sha256, body)
    try:
        publications = in_order(parse(body, provenance))
        _refuse_what_is_to_come(source, publications, provenance)
        known = _known(publications, charts, whole_history=whole_history)
        is_late = _is_late(provenance, known)
        if not is_late:
            _refuse_a_shrunken_history(source, publications, known, whole_history=whole_history)
        filings = _filings(publications, known, charts)
        if not accepted:
            if whole_history and not is_late:
                _refuse_a_lone_beginning(source, publications, known)
            _refuse_a_rewritten_history(source, publications, filings, known)
    except SourceError as error:
        charts.quarantine(Quarantined(source, provenance, type(error).__name__, str(error)))
        raise
    new, revised = _written(publications, filings, known, charts)
    return Ingested(tuple(new), tuple(revised), len(publications) - len(new) - len(revised))


def take_in(publication: Publication, charts: ChartStore) -> bool:
    """Write one publication, new or a version, later or earlier, of what is stored; False if it adds nothing."""
    chart, period = publication.chart.id, publication.period
    found = filing(publication, charts.summary(chart, period), charts.histories(chart, period))
    if found is not None:
        charts.put([found])
    return found is not None


def filing(
    publication: Publication, stored: PublicationSummary | None, histories: Mapping[str, History]
) -> Filing | None:
    """Return what a publication adds to what is stored of it, or None.

    A document that was fetched before what is stored goes into the history, and changes nothing that is current.
    """
    grown = {
        edition.territory: with_version(before, Version(edition, publication.provenance))
        for edition in publication.editions
        for before in [histories.get(edition.territory, ())]
    }
    grown = {territory: history for territory, history in grown.items() if history != histories.get(territory)}
    whole = {**histories, **grown}
    current = Publication(
        publication.chart,
        publication.period,
        tuple(history[-1].edition for _, history in sorted(whole.items())),
        _later(stored.provenance, publication.provenance) if stored else publication.provenance,
    )
    summary = current.summary(Revisions(whole).renamings())
    # A writer that was cut short has left its histories, and no publication.
    is_known = stored and (stored.digest, stored.renamings) == (summary.digest, summary.renamings)
    return None if is_known and not grown else Filing(summary, grown)


def _known(publications: Sequence[Publication], charts: ChartStore, *, whole_history: bool) -> Known:
    """Return what is stored of the charts in a document: all of it, or only the periods that the document spans."""
    known: dict[str, dict[date, PublicationSummary]] = {}
    for chart, its in groupby(sorted(publications, key=lambda p: p.chart.id), key=lambda p: p.chart.id):
        periods = [publication.period for publication in its]
        span = (None, None) if whole_history else (min(periods), max(periods))
        known[chart] = {summary.period: summary for summary in charts.summaries(chart, *span)}
    return known


def _is_late(provenance: Provenance, known: Known) -> bool:
    """Return whether something that is stored was fetched after the document."""
    stored = (summary.provenance for summaries in known.values() for summary in summaries.values())
    return any(_later(its, provenance) is its for its in stored)


def _later(stored: Provenance, offered: Provenance) -> Provenance:
    """Return which was fetched later; what is offered, where that is not known."""
    is_later = stored.fetched_at and offered.fetched_at and stored.fetched_at > offered.fetched_at
    return stored if is_later else offered


def _refuse_what_is_to_come(source: str, publications: Iterable[Publication], provenance: Provenance) -> None:
    """Refuse a period that nobody could know when the document was fetched: a year that is mistyped, say.

    A period may be named by a day ahead, its last; one further ahead than a day or a week is never believed.
    """
    if provenance.fetched_at is None:
        return
    fetched_on = date.fromisoformat(provenance.fetched_at[:10])
    for publication in publications:
        if publication.period > fetched_on + publication.chart.cadence.step:
            said = f"{publication.chart.id} of {publication.period} could not be known yet on {fetched_on}"
            raise PeriodToCome(source, f"{said}, when the document was fetched")


def _refuse_a_lone_beginning(source: str, publications: Sequence[Publication], known: Known) -> None:
    """Refuse periods before all known ones with none between, where each document is the whole history.

    No first would stay one. A version that lacks its oldest weeks, as Netflix has published, is completed by the next.
    """
    for chart, summaries in known.items():
        its = {publication.period: publication for publication in publications if publication.chart.id == chart}
        if not summaries:
            continue
        first = reached = min(summaries)
        while (before := reached - its[min(its)].chart.cadence.step) in its:
            reached = before
        if (period := min(its)) < reached:
            said = f"{chart} of {period} comes before the first period that was published before, {first}, with a gap"
            raise HistoryRewritten(source, f"{said}; {_HOW_TO_ACCEPT} {its[period].provenance.sha256}")


def _refuse_a_shrunken_history(
    source: str, publications: Sequence[Publication], known: Known, *, whole_history: bool
) -> None:
    """Refuse a document that lacks a territory, or with `whole_history` a period, which an earlier one had."""
    held = {(p.chart.id, p.period): {edition.territory for edition in p.editions} for p in publications}
    for chart, summaries in known.items():
        for period, summary in summaries.items():
            territories = held.get((chart, period))
            if territories is None:
                if whole_history:
                    raise HistoryShrank(source, f"{chart} of {period} is gone, which was published before")
                continue
            if lost := sorted(summary.number_ones.keys() - territories):
                raise HistoryShrank(source, f"{chart} of {period} has lost {', '.join(lost)}")
        if whole_history and summaries:
            _refuse_few_territories(source, chart, summaries[max(summaries)], held)


def _refuse_few_territories(
    source: str, chart: str, latest: PublicationSummary, held: Mapping[tuple[str, date], Collection[str]]
) -> None:
    """Refuse a new period that most territories of the latest known one cannot have left at once."""
    for (of, period), territories in held.items():
        if of == chart and period > latest.period and len(territories) < MIN_TERRITORIES * latest.edition_count:
            counts = f"{len(territories)} territories, where {latest.period} has {latest.edition_count}"
            raise HistoryShrank(source, f"{chart} of {period} has {counts}")


def _filings(
    publications: Iterable[Publication], known: Known, charts: ChartStore
) -> Mapping[tuple[str, date], Filing]:
    """Return what each publication adds; those that add nothing are not among them."""
    filings: dict[tuple[str, date], Filing] = {}
    for publication in publications:
        chart, period = publication.chart.id, publication.period
        stored = known[chart].get(period)
        if stored is None or stored.digest != publication.digest():
            found = filing(publication, stored, charts.histories(chart, period) if stored else {})
            if found is not None:
                filings[chart, period] = found
    return filings


def _refuse_a_rewritten_history(
    source: str, publications: Sequence[Publication], filings: Mapping[tuple[str, date], Filing], known: Known
) -> None:
    """Refuse a document that gives more of the old periods to other works than a correction would.

    The latest period of a chart is not old: charts of the day are completed in its course.
    """
    rows = number_ones = 0
    replaced: list[bool] = []
    for publication in publications:
        summaries = known[publication.chart.id]
        if publication.period not in summaries or publication.period == max(summaries):
            continue
        rows += sum(len(edition.entries) for edition in publication.editions)
        number_ones += len(publication.editions)
        if found := filings.get((publication.chart.id, publication.period)):
            changes = Revisions(found.histories).latest(publication.provenance.sha256)
            replaced += [c.is_of_number_one for c in changes if c.kind is RevisionKind.REPLACED]
    for what, count, of, share, always in (
        ("ranks", len(replaced), rows, MAX_REPLACED, MAX_REPLACED_ROWS),
        ("number ones", sum(replaced), number_ones, MAX_NEW_TOPS, MAX_NEW_TOP_ROWS),
    ):
        if count > always and count > share * of:
            sha256 = next(publication.provenance.sha256 for publication in publications)
            given = f"{count} of {of} {what} of old periods are given to other titles"
            raise HistoryRewritten(source, f"{given}; {_HOW_TO_ACCEPT} {sha256}")


def _written(
    publications: Iterable[Publication],
    filings: Mapping[tuple[str, date], Filing],
    known: Known,
    charts: ChartStore,
) -> tuple[list[Publication], list[Publication]]:
    """Write what is revised, a chart at a time, so that nobody sees half a renaming; then what is new, oldest first."""
    found = [publication for publication in publications if (publication.chart.id, publication.period) in filings]
    new = [publication for publication in found if publication.period not in known[publication.chart.id]]
    revised = [publication for publication in found if publication.period in known[publication.chart.id]]
    for chart in dict.fromkeys(publication.chart.id for publication in revised):
        charts.put([filings[chart, p.period] for p in revised if p.chart.id == chart])
    for publication in new:
        charts.put([filings[publication.chart.id, publication.period]])
    return new, revised
