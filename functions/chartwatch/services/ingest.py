"""From a fetched document to stored publications: store the raw file, accept or reject it, write only what changed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from chartwatch.domain.charts.chart import Cadence, Era
from chartwatch.domain.charts.publications import Provenance, Publication, PublicationSummary, Version, in_order
from chartwatch.domain.charts.versions import RevisionKind, Revisions, Versions, with_version
from chartwatch.errors import (
    HistoryRewritten,
    HistoryShrank,
    PeriodMisplaced,
    PeriodToCome,
    PeriodTooEarly,
    SourceError,
)
from chartwatch.services.ports import Archive, ChartStore, PublicationUpdate, Quarantined

Parse = Callable[[bytes, Provenance], Sequence[Publication]]
"""How a source parses a document. Raises `SourceError` for one that has to be rejected."""

Stored = Mapping[str, Mapping[date, PublicationSummary]]
"""The stored publications, by chart and period."""

MAX_REPLACED, MAX_REPLACED_ROWS = 0.05, 50
"""Share of the rows of old periods, and a number that is always allowed, that one document may give to other works.

The most that Netflix's files did is 2.2 % (2021-12-08, by country; 2.5 % of the global file the same day).
"""

MAX_NEW_TOPS, MAX_NEW_TOP_ROWS = 0.01, 10
"""The same for rank 1 alone. The most seen is one of 3,948."""

MIN_TERRITORIES = 0.8
"""Share of a period's territories that the next one has at least, where each document is the whole history.

Of Netflix's 94 by country one left (Russia, 2022).
"""

EARLIEST = date(1890, 1, 1)
"""Before it nobody charted what people watch, hear or read: bestsellers have been listed since 1895."""

_HOW_TO_ACCEPT = 'to accept it all the same, give its SHA-256 to `replay --accept`, or as "accept" to fetch_rankings:'


@dataclass(frozen=True, slots=True)
class Ingested:
    """The publications of an accepted document, oldest first: new ones, and those that differ from what was stored.

    `unchanged` counts the others.
    """

    new: tuple[Publication, ...]
    revised: tuple[Publication, ...]
    unchanged: int

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
    the document, so it may rewrite old periods without bound. Raises a `SourceError` for a document that is rejected:
    it is quarantined, and no publication changes.
    """
    archive.put(provenance.sha256, body)
    try:
        publications = in_order(parse(body, provenance))
        _check_periods(source, publications, provenance)
        stored = _stored(publications, charts, whole_history=whole_history)
        _check_steps(source, publications, stored, charts, whole_history=whole_history)
        is_late = _is_late(provenance, stored)
        if not is_late:
            _check_that_nothing_is_gone(source, publications, stored, whole_history=whole_history)
        changed = [publication for publication in publications if _differs(publication, stored)]
        if not accepted:
            if whole_history and not is_late:
                _check_beginnings(source, publications, stored)
            _check_replacements(source, publications, changed, stored, charts)
    except SourceError as error:
        charts.quarantine(Quarantined(source, provenance, type(error).__name__, str(error)))
        raise
    return _write(publications, changed, stored, charts)


def store_publication(publication: Publication, charts: ChartStore) -> bool:
    """Store one publication, new or a version, later or earlier, of a stored one; return whether it changed anything.

    Nothing is checked, as `ingest` does.
    """
    stored = charts.summary(publication.chart.id, publication.period)
    update = update_of(publication, stored, charts.versions(stored) if stored else {})
    if update is not None:
        charts.put([update])
    return update is not None


def update_of(
    publication: Publication, stored: PublicationSummary | None, versions: Mapping[str, Versions]
) -> PublicationUpdate | None:
    """Return what a publication changes of the stored one, whose editions have these versions; None if nothing.

    A document that was fetched before what is stored adds earlier versions, and changes nothing that is current.
    """
    grown = {
        edition.territory: with_version(before, Version(edition, publication.provenance))
        for edition in publication.editions
        for before in [versions.get(edition.territory, ())]
    }
    grown = {territory: after for territory, after in grown.items() if after != versions.get(territory)}
    whole = {**versions, **grown}
    current = Publication(
        publication.chart,
        publication.period,
        tuple(its[-1].edition for _, its in sorted(whole.items())),
        _later(stored.provenance, publication.provenance) if stored else publication.provenance,
    )
    summary = current.summary(Revisions(whole, publication.chart).renamings())
    # A writer that was cut short has left its editions, and no publication that agrees with them.
    is_stored = stored and (stored.digest, stored.renamings) == (summary.digest, summary.renamings)
    return None if is_stored and not grown else PublicationUpdate(summary, grown)


def _stored(publications: Sequence[Publication], charts: ChartStore, *, whole_history: bool) -> Stored:
    """Return what is stored of the charts in a document: all periods, or only those that the document spans."""
    stored: dict[str, dict[date, PublicationSummary]] = {}
    for chart, its in groupby(sorted(publications, key=lambda p: p.chart.id), key=lambda p: p.chart.id):
        periods = [publication.period for publication in its]
        span = (None, None) if whole_history else (min(periods), max(periods))
        stored[chart] = {summary.period: summary for summary in charts.summaries(chart, *span)}
    return stored


def _is_late(provenance: Provenance, stored: Stored) -> bool:
    """Return whether something that is stored was fetched after the document."""
    provenances = (summary.provenance for summaries in stored.values() for summary in summaries.values())
    return any(_later(its, provenance) is its for its in provenances)


def _later(stored: Provenance, offered: Provenance) -> Provenance:
    """Return which was fetched later; what is offered, where that is not known."""
    is_later = stored.fetched_at and offered.fetched_at and stored.fetched_at > offered.fetched_at
    return stored if is_later else offered


def _check_periods(source: str, publications: Iterable[Publication], provenance: Provenance) -> None:
    """Reject a period that nobody can mean, and one that could not be known when the document was fetched.

    A period may be named by a day ahead, its last, and so by a day or a week ahead of the fetch at most.
    """
    for publication in publications:
        if publication.period < EARLIEST:
            period = f"{publication.chart.id} of {publication.period}"
            raise PeriodTooEarly(source, f"{period} is from before {EARLIEST.year}, when there were no charts")
    if provenance.fetched_at is None:
        return
    fetched_on = date.fromisoformat(provenance.fetched_at[:10])
    for publication in publications:
        if publication.period > fetched_on + publication.chart.cadence.step:
            period = f"{publication.chart.id} of {publication.period}"
            detail = f"{period} could not be known yet on {fetched_on}, when the document was fetched"
            raise PeriodToCome(source, detail)


def _check_steps(
    source: str, publications: Sequence[Publication], stored: Stored, charts: ChartStore, *, whole_history: bool
) -> None:
    """Reject a period that is no whole number of steps from the stored ones around it: a week on another weekday.

    What was counted from the stored periods would be wrong. A chart that changed its day says so by its eras.
    """
    for chart, its in groupby(sorted(publications, key=lambda p: (p.chart.id, p.period)), key=lambda p: p.chart):
        if chart.cadence is Cadence.DAY and not chart.eras:
            continue
        offered = {publication.period for publication in its}
        known = dict(stored[chart.id])
        if not whole_history:
            for end in {min(offered), max(offered)}:
                known.update((summary.period, summary) for summary in charts.neighbours(chart.id, end))
        if forgotten := sorted({era for summary in known.values() for era in summary.chart.eras} - {*chart.eras}):
            eras = ",".join(map(str, sorted((*chart.eras, *forgotten))))
            detail = f"{chart.id} has changed its day, as is stored, and the options do not say it: -o eras={eras}"
            raise PeriodMisplaced(source, detail)
        for before, after in pairwise(sorted(offered | known.keys())):
            if not chart.are_whole_steps(before, after) and offered & {before, after}:
                period, other = (after, before) if after in offered else (before, after)
                detail = (
                    f"{chart.id} of {period} is not a whole number of {chart.cadence}s from {other}, which is stored"
                )
                advice = f"where the chart changed its day, say so: -o eras={Era(after, before)}"
                raise PeriodMisplaced(source, f"{detail}; {advice}")


def _check_beginnings(source: str, publications: Sequence[Publication], stored: Stored) -> None:
    """Reject periods before all stored ones that leave a gap, where each document is the whole history.

    No first would stay one. A version that lacks its oldest weeks, as Netflix has published, is completed by the next.
    """
    for chart, summaries in stored.items():
        its = {publication.period: publication for publication in publications if publication.chart.id == chart}
        if not summaries:
            continue
        first = reached = min(summaries)
        while (before := its[min(its)].chart.before(reached)) in its:
            reached = before
        if (period := min(its)) < reached:
            detail = f"{chart} of {period} comes before the first period that was published before, {first}, with a gap"
            raise HistoryRewritten(source, f"{detail}; {_HOW_TO_ACCEPT} {its[period].provenance.sha256}")


def _check_that_nothing_is_gone(
    source: str, publications: Sequence[Publication], stored: Stored, *, whole_history: bool
) -> None:
    """Reject a document that lacks a stored territory or, with `whole_history`, a stored period or most territories."""
    found = {(p.chart.id, p.period): {edition.territory for edition in p.editions} for p in publications}
    for chart, summaries in stored.items():
        for period, summary in summaries.items():
            if (chart, period) in found:
                if lost := sorted(summary.number_ones.keys() - found[chart, period]):
                    raise HistoryShrank(source, f"{chart} of {period} has lost {', '.join(lost)}")
            elif whole_history:
                raise HistoryShrank(source, f"{chart} of {period} is gone, which was published before")
        if whole_history and summaries:
            _check_territories(source, summaries[max(summaries)], found)


def _check_territories(
    source: str, latest: PublicationSummary, found: Mapping[tuple[str, date], Collection[str]]
) -> None:
    """Reject a new period that most territories of the latest stored one cannot have left at once."""
    for (chart, period), territories in found.items():
        is_later = chart == latest.chart.id and period > latest.period
        if is_later and len(territories) < MIN_TERRITORIES * latest.edition_count:
            counts = f"{len(territories)} territories, where {latest.period} has {latest.edition_count}"
            raise HistoryShrank(source, f"{chart} of {period} has {counts}")


def _differs(publication: Publication, stored: Stored) -> bool:
    """Return whether a publication is new, or another than the stored one."""
    known = stored[publication.chart.id].get(publication.period)
    return known is None or known.digest != publication.digest()


def _updates(publications: Iterable[Publication], stored: Stored, charts: ChartStore) -> Iterator[PublicationUpdate]:
    """Yield what each publication changes; nothing for those that change nothing.

    The versions of a publication are read when its turn comes, so that no more than one has them in memory.
    """
    for publication in publications:
        known = stored[publication.chart.id].get(publication.period)
        if update := update_of(publication, known, charts.versions(known) if known else {}):
            yield update


def _check_replacements(
    source: str, publications: Sequence[Publication], changed: Iterable[Publication], stored: Stored, charts: ChartStore
) -> None:
    """Reject a document that gives more of the old periods to other works than a correction would.

    Other names count too that no identifying figure shows to be names.

    The latest period of a chart is not old: charts of the day are completed in its course.
    """
    latest = {chart: max(summaries, default=None) for chart, summaries in stored.items()}

    def is_old(publication: Publication) -> bool:
        chart, period = publication.chart.id, publication.period
        return period in stored[chart] and period != latest[chart]

    editions = [edition for publication in publications if is_old(publication) for edition in publication.editions]
    rows = sum(len(edition.entries) for edition in editions)
    replaced = [
        revision.is_of_number_one
        for update in _updates(filter(is_old, changed), stored, charts)
        for revision in Revisions(update.editions, update.summary.chart).latest(publications[0].provenance)
        if revision.kind is RevisionKind.REPLACED or revision.is_inferred
    ]
    for what, count, of, share, always in (
        ("ranks", len(replaced), rows, MAX_REPLACED, MAX_REPLACED_ROWS),
        ("number ones", sum(replaced), len(editions), MAX_NEW_TOPS, MAX_NEW_TOP_ROWS),
    ):
        if count > always and count > share * of:
            detail = f"{count} of {of} {what} of old periods are given to other titles"
            raise HistoryRewritten(source, f"{detail}; {_HOW_TO_ACCEPT} {publications[0].provenance.sha256}")


def _write(
    publications: Sequence[Publication], changed: Sequence[Publication], stored: Stored, charts: ChartStore
) -> Ingested:
    """Write what is revised, a chart at a time, so that nobody reads half a renaming; then new ones, oldest first.

    It is written as it is worked out, so that whoever is cut short has got somewhere: what is there already is not
    written again.
    """
    revised: list[Publication] = []
    for chart, summaries in stored.items():
        its = [publication for publication in changed if publication.chart.id == chart]
        written: set[date] = set()
        charts.put(_noted(_updates((p for p in its if p.period in summaries), stored, charts), written))
        revised += [publication for publication in its if publication.period in written]
    new = [publication for publication in changed if publication.period not in stored[publication.chart.id]]
    for update in _updates(new, stored, charts):
        charts.put([update])
    return Ingested(tuple(new), tuple(in_order(revised)), len(publications) - len(new) - len(revised))


def _noted(updates: Iterable[PublicationUpdate], written: set[date]) -> Iterator[PublicationUpdate]:
    """Yield updates, and note their periods."""
    for update in updates:
        written.add(update.summary.period)
        yield update
