"""What the domain asks of a store. Two implementations keep it: memory and DynamoDB."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from chartwatch.domain.charts import Edition, Publication, PublicationSummary
from chartwatch.domain.history import Head, Honour, HonourKey, Records, TallyKey
from chartwatch.domain.milestones import Bulletin, Milestone


class ChartStore(Protocol):
    """Editions and publications, as fetched."""

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""

    def editions(self, chart: str, period: date) -> Mapping[str, Edition]:
        """Return the editions of a publication by territory; empty when there is none."""

    def put(self, publication: Publication, changed: Collection[str]) -> None:
        """Write the editions of the territories in `changed`, and only then the publication."""


@dataclass(slots=True)
class Writes:
    """What one step leaves behind, as absolute values; None removes. Writing it twice does no harm."""

    honours: dict[HonourKey, Honour | None] = field(default_factory=dict)
    tallies: dict[TallyKey, int | None] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    applied: dict[date, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether there is anything to write."""
        return bool(self.honours or self.tallies or self.milestones or self.applied)


@dataclass(slots=True)
class Recorded:
    """Everything that is recorded of one chart, for folding anew."""

    honours: Mapping[HonourKey, Honour]
    tallies: Mapping[TallyKey, int]
    milestones: Mapping[str, Milestone]
    applied: Mapping[date, str]


class MilestoneStore(Protocol):
    """Honour rolls, tallies, slots and bulletins."""

    def head(self, chart: str) -> Head | None:
        """Return where the record of a chart stands, after finishing any step that was cut short; None at first."""

    def records(self, chart: str) -> Records:
        """Return the view of a chart's past that `advance` reads."""

    def milestones(self, chart: str, slots: Collection[str]) -> Mapping[str, Milestone]:
        """Return those of the slots that are recorded, at their latest revision."""

    def applied(self, chart: str, period: date) -> str | None:
        """Return the digest of the number ones that were last processed for a period, or None."""

    def recorded(self, chart: str) -> Recorded:
        """Return everything recorded of a chart."""

    def commit(self, before: Head | None, after: Head, writes: Writes, bulletin: Bulletin | None) -> None:
        """Make `after` the head, with all of `writes`, and the bulletin last.

        Raises `Conflict`, having changed nothing, when the head is no longer `before`.
        """

    def bulletins(self, chart: str) -> Iterable[Bulletin]:
        """Return the chart's bulletins in the order of their numbers."""


class Archive(Protocol):
    """Raw bytes as fetched, by SHA-256."""

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep the bytes; keeping them again changes nothing."""
