"""What the domain asks of a store. Each Protocol has two implementations: one in memory and one on AWS."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from chartwatch.domain.charts.publications import Provenance, PublicationSummary
from chartwatch.domain.charts.versions import History
from chartwatch.domain.milestones.fold import Head, Honour, HonourKey, Records
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.domain.works.catalog import Catalog


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

    def order(self) -> tuple[str, str, str]:
        """Return by what documents are listed: source, time fetched, SHA-256."""
        return self.source, self.provenance.fetched_at or "", self.provenance.sha256


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

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period, whether or not the publication is."""

    def put(self, filings: Sequence[Filing]) -> None:
        """Write the histories of all filings, and only then their publications, up to a hundred at one stroke."""

    def quarantine(self, document: Quarantined) -> None:
        """Note a document that was not believed, in place of what was noted of it before: it is fetched again."""

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


class Tidied(NamedTuple):
    """How many leftovers were removed, and up to which version there are none now."""

    removed: int
    until: int


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

    def applied_since(self, chart: str, since: date) -> Mapping[date, str]:
        """Return the digests that `applied` returns, of all periods from `since` on."""

    def recorded(self, chart: str, scopes: Collection[str] | None = None) -> Recorded:
        """Return everything recorded of a chart; with `scopes`, of tallies and milestones only those in these."""

    def commit(self, before: Head | None, after: Head, writes: Writes, bulletin: Bulletin | None) -> None:
        """Make `after` the head, with all of `writes`, and the bulletin last.

        Raises `Conflict`, having changed nothing, when the head is no longer `before`.
        """

    def bulletin(self, chart: str, number: int) -> Bulletin:
        """Return one bulletin. Raises `LookupError` when there is none of that number."""

    def bulletins(self, chart: str, after: int = 0) -> Iterable[Bulletin]:
        """Return the chart's bulletins of greater numbers than `after`, in their order."""

    def unfinished(self, chart: str) -> int | None:
        """Return the version that a step under way, or cut short, is to make; `head` finishes it."""

    def tidy(self, chart: str, after: int) -> "Tidied":
        """Remove what processes that were cut short left of steps that can never be taken any more.

        Only leftovers of steps that were to make a greater version than `after` are looked for.
        """


class Delivery(StrEnum):
    """What became of a story that was ever taken: given back, under way (or cut short), and out."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"


@dataclass(frozen=True, slots=True)
class Lease:
    """A story that was taken for sending, by which attempt and when (UTC). It is in doubt until it is settled."""

    story: str
    attempt: str
    taken_at: datetime


class Outbox(Protocol):
    """Which stories were sent. A story is taken before it is published and settled after, so none goes out twice."""

    def take(self, story: str) -> Lease | None:
        """Take a story for sending; None when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled: it may be out or not.
        """

    def take_over(self, stale: Lease) -> Lease | None:
        """Take a story from an attempt that died; None when it is no longer that attempt's."""

    def settle(self, lease: Lease, message_id: str) -> None:
        """Mark a story as sent. That is true whoever has taken it meanwhile."""

    def release(self, lease: Lease) -> None:
        """Give back a story that certainly did not get out, unless another attempt has it, or sent it."""

    def witness(self, story: str) -> bool:
        """Mark a story, whose message was seen, as sent; False when it was marked already."""

    def deliveries(self, stories: Collection[str]) -> Mapping[str, Delivery | Lease]:
        """Return what became of those of the stories that were ever taken: the lease of one that is under way."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to which number the bulletins of a chart are wholly sent, and the journal of its record is tidy."""

    sent: int = 0
    tidied: int = 0


class Checkpoints(Protocol):
    """How far reconciling has come, so that what it costs does not grow with history."""

    def checkpoint(self, chart: str) -> Checkpoint:
        """Return how far it has come with a chart; at first nowhere."""

    def advance(self, chart: str, reached: Checkpoint) -> None:
        """Note how far it has come. An earlier one costs nothing but looking again."""

    def subscribers(self) -> frozenset[str]:
        """Return the subscriptions that were known the last time."""

    def note_subscribers(self, known: frozenset[str]) -> None:
        """Note the subscriptions that are known now."""


class Archive(Protocol):
    """Raw bytes as fetched, by SHA-256."""

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep the bytes; keeping them again changes nothing."""
