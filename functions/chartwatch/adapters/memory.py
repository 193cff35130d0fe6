"""The stores in memory: for replay, what-if and tests."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar

from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.charts.versions import Versions
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import RecordDamaged, StoryInDoubt
from chartwatch.services.fetching import Validators
from chartwatch.services.ports import (
    Checkpoint,
    Delivery,
    Lease,
    PublicationUpdate,
    Quarantined,
)
from chartwatch.services.record import BULLETIN, BulletinRef, FileKind, Head, StoredFile

Value = TypeVar("Value")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryCharts:
    """Publications, editions and rejected documents; implements `ChartStore`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._summaries: dict[str, dict[date, PublicationSummary]] = {}
        self._editions: dict[tuple[str, date], dict[str, Versions]] = {}
        self._quarantined: dict[tuple[str, str], Quarantined] = {}

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""
        return sorted(self._summaries)

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""
        return self._summaries.get(chart, {}).get(period)

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""
        known = self._summaries.get(chart, {})
        periods = (p for p in sorted(known) if (not since or p >= since) and (not until or p <= until))
        return [known[period] for period in periods]

    def versions(self, publication: PublicationSummary) -> Mapping[str, Versions]:
        """Return the versions of every edition of a stored publication, by territory, the current one last."""
        return dict(self._editions.get((publication.chart.id, publication.period), {}))

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period."""
        return bool(self._editions.get((chart, period)))

    def put(self, updates: Sequence[PublicationUpdate]) -> None:
        """Write the editions of all updates, and their publications."""
        for summary, editions in updates:
            self._editions.setdefault((summary.chart.id, summary.period), {}).update(editions)
            self._summaries.setdefault(summary.chart.id, {})[summary.period] = summary

    def quarantine(self, document: Quarantined) -> None:
        """Quarantine a rejected document, in place of an earlier entry of the same source and bytes."""
        self._quarantined[document.source, document.provenance.sha256] = document

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the rejected documents, by source and time fetched."""
        return sorted(self._quarantined.values(), key=Quarantined.order)


class MemoryRecord:
    """Heads and files, as values; implements `RecordStore`. What no head names any more is forgotten at once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._heads: dict[str, Head] = {}
        self._files: dict[str, dict[tuple[str, str], Any]] = {}
        self._bulletins: dict[str, dict[int, str]] = {}
        self._names = count()

    def head(self, chart: str) -> Head | None:
        """Return the head of a chart's record, or None when nothing is recorded."""
        return self._heads.get(chart)

    def swap(self, before: Head | None, after: Head, bulletin: Bulletin | None = None, file: str = "") -> bool:
        """Make `after` the head, and its bulletin, which stands in `file`, known."""
        if self._heads.get(after.chart) != before:
            return False
        self._heads[after.chart] = after
        if bulletin is not None:
            self._bulletins.setdefault(after.chart, {})[bulletin.number] = file
        files, named = self._files.setdefault(after.chart, {}), after.files()
        for key in [key for key in files if key not in named and key[0] != BULLETIN.name]:
            del files[key]
        return True

    def get(self, chart: str, kind: FileKind[Value], name: str) -> Value:
        """Return what stands in a file. Raises `RecordDamaged` when it is missing."""
        try:
            value: Value = self._files[chart][kind.name, name]
        except KeyError as error:
            raise RecordDamaged(chart, f"{kind.name}/{name}", "is missing") from error
        return value

    def put(self, chart: str, kind: FileKind[Value], value: Value) -> str:
        """Keep a value, and return the name of its file."""
        name = str(next(self._names))
        self._files.setdefault(chart, {})[kind.name, name] = value
        return name

    def bulletins(self, chart: str, after: int = 0) -> list[BulletinRef]:
        """Return the bulletins of greater numbers than `after`, in their order."""
        return [BulletinRef(number, file) for number, file in self._bulletins.get(chart, {}).items() if number > after]

    def bulletin_file(self, chart: str, number: int) -> str:
        """Return the file of one bulletin. Raises `LookupError` when there is none of that number."""
        return self._bulletins[chart][number]

    def files(self, chart: str) -> list[StoredFile]:  # noqa: ARG002  # there is nothing to remove
        """Return no file: those that no head names are gone already."""
        return []

    def remove(self, chart: str, files: Iterable[StoredFile]) -> None:
        """Remove nothing."""


class MemoryCatalogs:
    """The catalog in force; implements `CatalogStore`."""

    def __init__(self) -> None:
        """Begin with an empty one."""
        self._current = Catalog()
        self._by_version = {self._current.version: self._current}

    def current(self) -> Catalog:
        """Return the catalog in force; an empty one at first."""
        return self._current

    def earlier(self, version: str) -> Catalog | None:
        """Return the catalog of that version, if it was ever in force."""
        return self._by_version.get(version)

    def replace(self, catalog: Catalog) -> None:
        """Put another catalog in force."""
        self._current = catalog
        self._by_version[catalog.version] = catalog


class MemoryOutbox:
    """Which stories were taken and sent; implements `Outbox`."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        """`clock` gives the times that stories are taken at."""
        self._clock = clock
        self._deliveries: dict[str, Delivery | Lease] = {}
        self._attempts = count()

    def take(self, story: str) -> Lease | None:
        """Take a story for sending; None when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled.
        """
        match self._deliveries.get(story):
            case Delivery.SENT:
                return None
            case Lease():
                raise StoryInDoubt(story)
            case _:
                return self._lease(story)

    def take_over(self, stale: Lease) -> Lease | None:
        """Take a story from an attempt that died; None when it is no longer that attempt's."""
        return self._lease(stale.story) if self._deliveries.get(stale.story) == stale else None

    def settle(self, lease: Lease, message_id: str) -> None:  # noqa: ARG002  # nobody asks memory for it
        """Mark a story as sent."""
        self._deliveries[lease.story] = Delivery.SENT

    def release(self, lease: Lease) -> None:
        """Give back a story that certainly did not get out, unless another attempt has it, or sent it."""
        if self._deliveries.get(lease.story) == lease:
            self._deliveries[lease.story] = Delivery.PENDING

    def witness(self, story: str) -> bool:
        """Mark a story, whose message was seen, as sent; False when it was marked already."""
        was_marked = self._deliveries.get(story) is Delivery.SENT
        self._deliveries[story] = Delivery.SENT
        return not was_marked

    def deliveries(self, stories: Collection[str]) -> Mapping[str, Delivery | Lease]:
        """Return what became of those of the stories that were ever taken."""
        return {story: self._deliveries[story] for story in stories if story in self._deliveries}

    def _lease(self, story: str) -> Lease:
        lease = Lease(story, f"attempt {next(self._attempts)}", self._clock())
        self._deliveries[story] = lease
        return lease


class MemoryCheckpoints:
    """How far reconciling has come; implements `Checkpoints`."""

    def __init__(self) -> None:
        """Begin nowhere."""
        self._reached: dict[str, Checkpoint] = {}
        self._subscribers: frozenset[str] = frozenset()

    def checkpoint(self, chart: str) -> Checkpoint:
        """Return how far it has come with a chart; at first nowhere."""
        return self._reached.get(chart, Checkpoint())

    def advance(self, chart: str, reached: Checkpoint) -> None:
        """Note how far it has come."""
        self._reached[chart] = reached

    def subscribers(self) -> frozenset[str]:
        """Return the subscriptions that were known the last time."""
        return self._subscribers

    def note_subscribers(self, known: frozenset[str]) -> None:
        """Note the subscriptions that are known now."""
        self._subscribers = known


class NoArchive:
    """Stores nothing: a replay has its files already. Implements `Archive`."""

    def put(self, sha256: str, body: bytes) -> None:
        """Store nothing."""


class MemoryValidators:
    """Implements `fetching.ValidatorStore`."""

    def __init__(self) -> None:
        """Begin with none."""
        self._stored: dict[str, Validators] = {}

    def get(self, url: str) -> Validators:
        """Return the validators of an address; empty ones if none are stored."""
        return self._stored.get(url, Validators())

    def put(self, url: str, validators: Validators) -> None:
        """Store the validators of an address in place of the earlier ones."""
        self._stored[url] = validators
