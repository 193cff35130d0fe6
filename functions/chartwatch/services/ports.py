"""What the services ask of stores; `delivery_ports.py` has what they ask of delivery, `record.py` of the record."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from chartwatch.domain.charts.publications import Edition, Provenance, PublicationSummary
from chartwatch.domain.charts.versions import Versions
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier


class PublicationUpdate(NamedTuple):
    """What is to be stored of a publication: its summary, and the versions of each edition that changed."""

    summary: PublicationSummary
    editions: Mapping[str, Versions]


class Quarantined(NamedTuple):
    """A document that was rejected, whole or in part, with the name and the text of the error, or of what was found.

    Its raw file is in the archive.
    """

    source: str
    provenance: Provenance
    error: str
    reason: str

    def order(self) -> tuple[str, str, str]:
        """Return the key by which documents are sorted: source, time fetched, SHA-256."""
        return self.source, self.provenance.fetched_at or "", self.provenance.sha256


class ChartStore(Protocol):
    """Publications, their editions with earlier versions, and the documents that were rejected."""

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""

    def timeline(
        self, chart: str, since: date | None = None, until: date | None = None
    ) -> Iterator[PublicationSummary]:
        """Yield what `summaries` returns, read as it is asked for: a history need not be in memory at once."""

    def neighbours(self, chart: str, period: date) -> list[PublicationSummary]:
        """Return the latest publication of a chart up to a period and the earliest after it, those that there are."""

    def versions(self, publication: PublicationSummary) -> Mapping[str, Versions]:
        """Return the versions of every edition of a stored publication, by territory, the current one last.

        Only `summary` and `summaries` say that a publication is stored. Editions without one are those of a writer
        that is under way, or was cut short; nobody may read them.
        """

    def editions(self, chart: str, wanted: Mapping[date, Collection[str]]) -> Mapping[date, Mapping[str, Edition]]:
        """Return the editions of `wanted` territories, by period, that stored publications show, as they show them."""

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period, whether or not the publication is."""

    def put(self, updates: Iterable[PublicationUpdate]) -> None:
        """Write the editions of all updates as they come, and only then their publications, at most a hundred at once.

        Of more than a hundred publications a reader may see some and not yet the others.
        """

    def put_if(self, update: PublicationUpdate, stored: PublicationSummary | None) -> bool:
        """Write what was made of a `stored` publication, or of none; False, and not the publication, if it is another.

        Editions are written first, as `put` does.
        """

    def quarantine(self, document: Quarantined) -> None:
        """Quarantine a rejected document, in place of an earlier entry of the same source and bytes."""

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the rejected documents, by source and time fetched."""


class Outcome(StrEnum):
    """What came of a fetch."""

    ACCEPTED = "accepted"
    PARTLY = "accepted in part"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_good(self) -> bool:
        """Whether nobody needs to look at it."""
        return self in (Outcome.ACCEPTED, Outcome.UNCHANGED)


class Fetched(NamedTuple):
    """The last fetch of something: when (UTC), what came of it, and in words what was wrong, if anything was.

    `asked` says what was to be fetched: the source and its options (`schedules.asked_of`).
    """

    asked: str
    at: datetime
    outcome: Outcome
    detail: str = ""


class Fetches(Protocol):
    """The last fetch of each source with each of its options."""

    def note(self, fetched: Fetched) -> None:
        """Note a fetch, in place of the one before that was asked for alike."""

    def all(self) -> Sequence[Fetched]:
        """Return the last fetches, one for each thing that was asked."""


class MarkedCharts(ChartStore, Protocol):
    """Publications that wake the detector once they are marked ready for it."""

    def mark_ready(self, publication: PublicationSummary) -> None:
        """Mark a publication ready, which wakes the detector, also when it was marked before."""

    def is_ready(self, publication: PublicationSummary) -> bool:
        """Return whether a publication was marked ready as it is."""


@dataclass(frozen=True, slots=True)
class Held:
    """A change of a layer that waits for a person: it would take back what was sent of slots.

    `dossiers` are the works as the layer would have them: of the starter catalog all, of what was looked up those that
    would change. `sha256` is that of their file, as the store knows it, by which a person accepts the change.
    """

    layer: Layer
    dossiers: tuple[Dossier, ...] = ()
    taken_back: tuple[str, ...] = ()
    sha256: str = ""


class CatalogLayers(Protocol):
    """The catalog in force, and its layers. Each is replaced whole, so that nothing is concluded from half of one."""

    def current(self) -> Catalog:
        """Return the catalog in force; that of the starter alone at first."""

    def layer(self, layer: Layer) -> tuple[Dossier, ...]:
        """Return the works of one layer of the catalog in force; none where there is no such layer."""

    def replace(self, layer: Layer, dossiers: Iterable[Dossier], *, before: Iterable[Dossier] | None = None) -> None:
        """Put another layer in force, in place of one of the same kind, over and under all others that there are.

        `before`: only if that is what the layer is still. Raises `CatalogChanged` when it is not, or when others change
        again and again.
        """


class CatalogStore(CatalogLayers, Protocol):
    """A catalog in force that knows those which were in force before."""

    def earlier(self, version: str) -> Catalog | None:
        """Return the catalog of that version, if it was ever in force."""

    def is_in_force(self, layer: Layer, dossiers: Iterable[Dossier]) -> bool:
        """Return whether a layer was put in force, and is these works."""

    def foreseen(self, layer: Layer, dossiers: Iterable[Dossier]) -> Catalog:
        """Return what the catalog would be with another layer; nothing is changed."""

    def held(self) -> Sequence[Held]:
        """Return the changes that wait for a person."""

    def hold(self, held: Held) -> None:
        """Let a change of a layer wait for a person, in place of the one that did; one of no works is none."""


class Archive(Protocol):
    """Raw files as they were fetched, by SHA-256."""

    def put(self, sha256: str, body: bytes) -> None:
        """Store a raw file; storing it again changes nothing."""

    def get(self, sha256: str) -> bytes | None:
        """Return a raw file, or None when it is not there."""
