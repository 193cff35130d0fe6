"""What the domain asks of a store. Each Protocol has two implementations: one in memory and one on AWS."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from chartwatch.domain.catalog import Catalog
from chartwatch.domain.charts import Provenance, PublicationSummary
from chartwatch.domain.history import Head, Honour, HonourKey, Records
from chartwatch.domain.milestones import Bulletin, Milestone
from chartwatch.domain.revisions import History
from chartwatch.domain.rolls import Tally, TallyKey


class Filing(NamedTuple):
    """What is to be written of a publication: the whole of it without its lower ranks, and the histories that grew."""

    summary: PublicationSummary
    histories: Mapping[str, History]


class Quarantined(NamedTuple):
    """A document that was not believed: the name and the text of the error. Its bytes are in the archive."""

    source: str
    provenance: Provenance
    error: str
    reason: str


class ChartStore(Protocol):
    """Editions and publications as fetched, older versions among them; and the documents that were not believed."""

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""

    def histories(self, chart: str, period: date) -> Mapping[str, History]:
        """Return all versions of the editions of a publication, by territory, the current one last."""

    def put(self, filings: Sequence[Filing]) -> None:
        """Write the histories of all filings, and only then their publications, up to a hundred at one stroke."""

    def quarantine(self, document: Quarantined) -> None:
        """Note a document that was not believed; noting it again changes nothing."""

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the documents that were not believed, by source and time fetched."""


class CatalogStore(Protocol):
    """The catalog in force. It is replaced whole, so that nothing is ever concluded from half of one."""

    def current(self) -> Catalog:
        """Return the catalog in force; an empty one at first."""

    def earlier(self, version: str) -> Catalog | None:
        """Return the catalog of that version, if it was ever in force."""

    def replace(self, catalog: Catalog) -> None:
        """Put another catalog in force."""


@dataclass(slots=True)
class Writes:
    """What one step leaves behind, as absolute values; None removes. Writing it twice does no harm.

    `milestones` has the new revision of each slot that changes; the first is 1, and each is written by one step only.
    """

    honours: dict[HonourKey, Honour | None] = field(default_factory=dict)
    tallies: dict[TallyKey, Tally | None] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    applied: dict[date, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether there is anything to write."""
        return bool(self.honours or self.tallies or self.milestones or self.applied)


@dataclass(slots=True)
class Recorded:
    """Everything that is recorded of one chart, for folding anew."""

    honours: Mapping[HonourKey, Honour]
    tallies: Mapping[TallyKey, Tally]
    milestones: Mapping[str, Milestone]
    applied: Mapping[date, str]


class MilestoneStore(Protocol):
    """Honour rolls, tallies, slots and bulletins."""

    def head(self, chart: str) -> Head | None:
        """Return where the record of a chart stands, after finishing any step that was cut short; None at first.

        Raises `Conflict` when another process was faster at that.
        """

    def records(self, chart: str) -> Records:
        """Return the view of a chart's past that `advance` reads."""

    def milestones(self, chart: str, slots: Collection[str]) -> Mapping[str, Milestone]:
        """Return those of the slots that are recorded, at their latest revision."""

    def revisions(self, chart: str, scope: str) -> Sequence[Milestone]:
        """Return every revision of every slot of a scope, by slot, the first revision first."""

    def applied(self, chart: str, period: date) -> str | None:
        """Return the digest of the number ones that were last processed for a period, or None."""

    def recorded(self, chart: str, scopes: Collection[str] | None = None) -> Recorded:
        """Return everything recorded of a chart; with `scopes`, of tallies and milestones only those in these."""

    def commit(self, before: Head | None, after: Head, writes: Writes, bulletin: Bulletin | None) -> None:
        """Make `after` the head, with all of `writes`, and the bulletin last.

        Raises `Conflict`, having changed nothing, when the head is no longer `before`.
        """

    def bulletin(self, chart: str, number: int) -> Bulletin:
        """Return one bulletin. Raises `LookupError` when there is none of that number."""

    def bulletins(self, chart: str) -> Iterable[Bulletin]:
        """Return the chart's bulletins in the order of their numbers."""


class Outbox(Protocol):
    """Which stories were sent. A story is taken before it is published and settled after, so none goes out twice."""

    def take(self, story: str) -> bool:
        """Take a story for sending; False when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled: it may be out or not.
        """

    def settle(self, story: str, message_id: str) -> None:
        """Mark a story that was taken as sent."""

    def release(self, story: str) -> None:
        """Give back a story that was taken and certainly did not get out."""


class Archive(Protocol):
    """Raw bytes as fetched, by SHA-256."""

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep the bytes; keeping them again changes nothing."""
