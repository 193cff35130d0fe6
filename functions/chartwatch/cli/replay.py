"""Replay: a source's documents, taken in one after the other as the deployed functions would take them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones, NoArchive
from chartwatch.cli.documents import read_document
from chartwatch.domain.charts.publications import Publication
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import SourceError
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import Ingested, ingest
from chartwatch.services.ports import Archive, ChartStore, MilestoneStore
from chartwatch.sources.protocol import Source


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a replay keeps what it learns; in memory unless said otherwise."""

    charts: ChartStore = field(default_factory=MemoryCharts)
    milestones: MilestoneStore = field(default_factory=MemoryMilestones)
    archive: Archive = field(default_factory=NoArchive)


class Observer(Protocol):
    """Who follows a replay beside the reader of its bulletins."""

    def refused(self, file: Path, error: SourceError) -> None:
        """Hear that a file was refused, and why; the replay goes on with the next."""

    def ingested(self, file: Path, ingested: Ingested) -> None:
        """Hear what a file brought, before anything is concluded from it."""

    def processed(self, publication: Publication) -> None:
        """Hear that all bulletins of a publication were taken."""


class Strict:
    """Lets a refused file end the replay; implements `Observer`."""

    def refused(self, _file: Path, error: SourceError) -> None:
        """Raise the error."""
        raise error

    def ingested(self, _file: Path, _ingested: Ingested) -> None:
        """Take no notice."""

    def processed(self, _publication: Publication) -> None:
        """Take no notice."""


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

    Milestones of periods before `live_from` are recorded silently. The documents whose SHA-256 is `accepted` are taken
    although they rewrite history. Without an `observer`, the first file that is refused raises its `SourceError`.
    """
    stores = stores or Stores()
    observer = observer or Strict()
    detector = Detector(stores.charts, stores.milestones, catalog, rules, live_from)
    for file in files:
        try:
            ingested = _ingested(file, source, accepted, stores)
        except SourceError as error:
            observer.refused(file, error)
            continue
        observer.ingested(file, ingested)
        for publication in ingested.written:
            yield from detector.detect(publication.chart.id, publication.period)
            observer.processed(publication)


def _ingested(file: Path, source: Source, accepted: Collection[str], stores: Stores) -> Ingested:
    document = read_document(file, source.name)
    return ingest(
        source.name,
        document.body,
        document.provenance,
        parse=source.parse,
        whole_history=source.whole_history,
        archive=stores.archive,
        charts=stores.charts,
        accepted=document.provenance.sha256 in accepted,
    )
