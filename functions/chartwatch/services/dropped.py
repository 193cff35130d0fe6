"""What providers have dropped from their documents, as a person has accepted: no later document has to have it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from chartwatch.domain.charts.publications import AbsenceKind, Publication, PublicationSummary
from chartwatch.services.ports import PublicationUpdate
from chartwatch.services.updating import Stored


def territories_in(publication: Publication) -> Collection[str]:
    """Return the territories that a document has in a period, whole or not."""
    return {*(edition.territory for edition in publication.editions), *publication.set_aside}


def is_expected(stored: PublicationSummary) -> bool:
    """Return whether a document of the whole history should still have a stored period.

    One of which no edition was whole, too, unless a person has said something of it.
    """
    set_aside = {t for t, absence in stored.absent.items() if absence.kind is AbsenceKind.SET_ASIDE}
    return bool(stored.expected) or (set_aside == stored.absent.keys() and not set_aside <= set(stored.dropped))


def marked(publications: Sequence[Publication], stored: Stored, *, whole_history: bool, accepted: bool) -> Stored:
    """Return what is stored, marked by what a document lacks that a person has `accepted`.

    The marks go of what the document has again, whoever accepts it. Without `whole_history` it speaks of its own
    periods alone.
    """
    found = {(p.chart.id, p.period): territories_in(p) for p in publications}

    def mark(summary: PublicationSummary) -> PublicationSummary:
        its = found.get((summary.chart.id, summary.period), () if whole_history else None)
        if its is None:
            return summary
        lacking = {*summary.number_ones, *summary.missing} if accepted else set()
        dropped = tuple(sorted((lacking | {*summary.dropped}) - {*its}))
        return summary if dropped == summary.dropped else replace(summary, dropped=dropped)

    return {chart: {period: mark(its) for period, its in known.items()} for chart, known in stored.items()}


def updates_of_marks(before: Stored, after: Stored) -> Iterator[PublicationUpdate]:
    """Yield what is to be written of the publications that are marked otherwise than before."""
    for chart, known in after.items():
        yield from (PublicationUpdate(its, {}) for period, its in known.items() if its != before[chart][period])
