"""Small documents of one weekly chart, and how they are ingested."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from chartwatch.adapters.memory import MemoryCharts, NoArchive
from chartwatch.document_errors import RanksIncomplete, SourceError
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.services.ingest import Ingested, Parse, ingest
from chartwatch.services.ports import Archive, PublicationUpdate

CHART = Chart("weekly", "the weekly chart", "somewhere", Cadence.WEEK, 10, identifying=("hours",))
FIRST = date(2022, 1, 2)

Document = Mapping[int, Mapping[str, Sequence[Entry]]]
"""The entries of each territory, by the number of a week, the first of which is 0."""


class NotedCharts(MemoryCharts):
    """Charts in memory that note the weeks and territories of each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[list[tuple[int, set[str]]]] = []

    def put(self, updates: Iterable[PublicationUpdate]) -> None:
        updates = list(updates)
        if not updates:
            return
        self.writes.append([((its.summary.period - FIRST).days // 7, set(its.editions)) for its in updates])
        super().put(updates)


def week(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def ingest_document(
    document: Document,
    charts: MemoryCharts,
    *,
    fetched_at: str | None = None,
    whole_history: bool = True,
    accepted: bool = False,
    set_aside: Collection[tuple[int, str]] = (),
    error: type[SourceError] = RanksIncomplete,
) -> Ingested:
    """Ingest a document; `set_aside` are weeks and territories whose editions are not whole, by that error."""

    def parse(_body: bytes, provenance: Provenance) -> list[Publication]:
        return [
            Publication(
                CHART,
                week(number),
                tuple(Edition(t, tuple(its)) for t, its in document.get(number, {}).items()),
                provenance,
                {
                    territory: error("somewhere", f"{CHART.id} of {week(number)} in {territory} is not whole")
                    for its, territory in set_aside
                    if its == number
                },
            )
            for number in {**document, **dict(set_aside)}
        ]

    return ingest_bytes(
        repr((document, set_aside)).encode(),
        parse,
        charts,
        fetched_at=fetched_at,
        whole_history=whole_history,
        accepted=accepted,
    )


def ingest_bytes(
    body: bytes,
    parse: Parse,
    charts: MemoryCharts,
    *,
    archive: Archive | None = None,
    fetched_at: str | None = None,
    whole_history: bool = True,
    accepted: bool = False,
) -> Ingested:
    """Ingest bytes as `parse` reads them."""
    return ingest(
        "somewhere",
        body,
        Provenance("https://charts.example/all.tsv", fetched_at, hashlib.sha256(body).hexdigest()),
        parse=parse,
        whole_history=whole_history,
        archive=NoArchive() if archive is None else archive,
        charts=charts,
        accepted=accepted,
    )
