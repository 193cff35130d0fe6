"""From a fetched document to stored publications: archive first, believe second, write only what is new."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from chartwatch.domain.charts import Provenance, Publication, PublicationSummary, in_order
from chartwatch.domain.stores import Archive, ChartStore
from chartwatch.errors import HistoryShrank

Parse = Callable[[bytes, Provenance], Sequence[Publication]]
"""A source's reading of a document. Raises `SourceError` when it cannot be believed."""

Known = Mapping[str, Mapping[date, PublicationSummary]]
"""What is stored already, by chart and period."""


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
        """All that was written, in the order of writing."""
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
) -> Ingested:
    """Keep the document, read it, and write the publications in it that are new or changed, oldest first.

    `whole_history`: each document of this source repeats all that it ever published. Raises a `SourceError`, having
    changed nothing that was stored, when the document cannot be believed.
    """
    archive.keep(provenance.sha256, body)
    publications = in_order(parse(body, provenance))
    known = _known(publications, charts, whole_history=whole_history)
    _refuse_a_shrunken_history(source, publications, known, whole_history=whole_history)
    new: list[Publication] = []
    revised: list[Publication] = []
    for publication in publications:
        stored = known[publication.chart.id].get(publication.period)
        if stored is None:
            charts.put(publication, {edition.territory for edition in publication.editions})
            new.append(publication)
        elif stored.digest != publication.digest() and not _is_later(stored.provenance, provenance):
            charts.put(publication, _changed_territories(publication, charts))
            revised.append(publication)
    return Ingested(tuple(new), tuple(revised), len(publications) - len(new) - len(revised))


def _known(publications: Sequence[Publication], charts: ChartStore, *, whole_history: bool) -> Known:
    """Return what is stored of the charts in a document: all of it, or only the periods that the document spans."""
    known: dict[str, dict[date, PublicationSummary]] = {}
    for chart, its in groupby(sorted(publications, key=lambda p: p.chart.id), key=lambda p: p.chart.id):
        periods = [publication.period for publication in its]
        span = (None, None) if whole_history else (min(periods), max(periods))
        known[chart] = {summary.period: summary for summary in charts.summaries(chart, *span)}
    return known


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


def _is_later(stored: Provenance, offered: Provenance) -> bool:
    """Return whether what is stored was fetched after what is offered: a slow fetch does not undo a newer one."""
    return bool(stored.fetched_at and offered.fetched_at and stored.fetched_at > offered.fetched_at)


def _changed_territories(publication: Publication, charts: ChartStore) -> Collection[str]:
    """Return where the stored editions differ: unchanged ones are not written again."""
    stored = charts.editions(publication.chart.id, publication.period)
    return {edition.territory for edition in publication.editions if stored.get(edition.territory) != edition}
