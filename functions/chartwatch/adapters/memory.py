"""The stores in memory: for replay, what-if and tests."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count

from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.charts.versions import History
from chartwatch.domain.milestones.fold import Head, Records
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import Conflict, StoryInDoubt
from chartwatch.services.detect import Past
from chartwatch.services.fetching import Validators
from chartwatch.services.ports import Checkpoint, Delivery, Filing, Lease, Quarantined, Recorded, Tidied, Writes


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryCharts:
    """Editions and publications; implements `ChartStore`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._summaries: dict[str, dict[date, PublicationSummary]] = {}
        self._histories: dict[tuple[str, date], dict[str, History]] = {}
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

    def histories(self, chart: str, period: date) -> Mapping[str, History]:
        """Return all versions of the editions of a publication, by territory, the current one last."""
        return dict(self._histories.get((chart, period), {}))

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period."""
        return bool(self._histories.get((chart, period)))

    def put(self, filings: Sequence[Filing]) -> None:
        """Write the histories of all filings, and their publications."""
        for summary, histories in filings:
            self._histories.setdefault((summary.chart.id, summary.period), {}).update(histories)
            self._summaries.setdefault(summary.chart.id, {})[summary.period] = summary

    def quarantine(self, document: Quarantined) -> None:
        """Note a document that was not believed, in place of what was noted of it before."""
        self._quarantined[document.source, document.provenance.sha256] = document

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the documents that were not believed, by source and time fetched."""
        return sorted(self._quarantined.values(), key=Quarantined.order)


class MemoryMilestones:
    """Honour rolls, tallies, slots and bulletins; implements `MilestoneStore`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._heads: dict[str, Head] = {}
        self._pasts: dict[str, Past] = {}
        self._milestones: dict[str, dict[str, Milestone]] = {}
        self._applied: dict[str, dict[date, str]] = {}
        self._bulletins: dict[str, dict[int, Bulletin]] = {}

    def head(self, chart: str) -> Head | None:
        """Return where the record of a chart stands, or None at first."""
        return self._heads.get(chart)

    def records(self, chart: str) -> Records:
        """Return the view of a chart's past that `advance` reads."""
        return self._past(chart)

    def milestones(self, chart: str, slots: Collection[str]) -> Mapping[str, Milestone]:
        """Return those of the slots that are recorded."""
        known = self._milestones.get(chart, {})
        return {slot: known[slot] for slot in slots if slot in known}

    def revisions(self, chart: str, scope: str) -> Sequence[Milestone]:
        """Return every revision of every slot of a scope, by slot, the first revision first."""
        changes = (change for bulletin in self.bulletins(chart) for change in bulletin.changes)
        found = (change.milestone for change in changes if change.milestone.territory == scope)
        return sorted(found, key=lambda milestone: (milestone.slot, milestone.revision))

    def applied(self, chart: str, period: date) -> str | None:
        """Return the digest of the number ones that were last processed for a period, or None."""
        return self._applied.get(chart, {}).get(period)

    def applied_since(self, chart: str, since: date) -> Mapping[date, str]:
        """Return the digests that `applied` returns, of all periods from `since` on."""
        return {period: digest for period, digest in self._applied.get(chart, {}).items() if period >= since}

    def recorded(self, chart: str, scopes: Collection[str] | None = None) -> Recorded:
        """Return everything recorded of a chart; with `scopes`, of tallies and milestones only those in these."""
        past, milestones = self._past(chart), self._milestones.get(chart, {})
        return Recorded(
            dict(past.honour_by_key),
            {key: tally for key, tally in past.tally_by_key.items() if scopes is None or key.scope in scopes},
            {slot: m for slot, m in milestones.items() if scopes is None or m.territory in scopes},
            dict(self._applied.get(chart, {})),
        )

    def commit(self, before: Head | None, after: Head, writes: Writes, bulletin: Bulletin | None) -> None:
        """Make `after` the head, with all of `writes` and the bulletin."""
        if self._heads.get(after.chart) != before:
            raise Conflict(after.chart)
        self._heads[after.chart] = after
        self._past(after.chart).remember(writes.honours, writes.tallies)
        self._milestones.setdefault(after.chart, {}).update(writes.milestones)
        self._applied.setdefault(after.chart, {}).update(writes.applied)
        if bulletin is not None:
            self._bulletins.setdefault(after.chart, {})[bulletin.number] = bulletin

    def bulletin(self, chart: str, number: int) -> Bulletin:
        """Return one bulletin. Raises `LookupError` when there is none of that number."""
        return self._bulletins[chart][number]

    def bulletins(self, chart: str, after: int = 0) -> Iterable[Bulletin]:
        """Return the chart's bulletins of greater numbers than `after`, in their order."""
        return [bulletin for number, bulletin in self._bulletins.get(chart, {}).items() if number > after]

    def unfinished(self, chart: str) -> int | None:  # noqa: ARG002  # a step in memory is whole at once
        """Return None: no step is ever cut short."""
        return None

    def tidy(self, chart: str, after: int) -> Tidied:
        """Find nothing to remove."""
        head = self._heads.get(chart)
        return Tidied(0, head.version if head else after)

    def _past(self, chart: str) -> Past:
        return self._pasts.setdefault(chart, Past())


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
    """Keeps no bytes: a replay has its files already. Implements `Archive`."""

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep nothing."""


class MemoryValidators:
    """Implements `fetching.ValidatorStore`."""

    def __init__(self) -> None:
        """Begin knowing nothing."""
        self._kept: dict[str, Validators] = {}

    def last(self, url: str) -> Validators:
        """Return those of the document at an address, without any where none is known."""
        return self._kept.get(url, Validators())

    def keep(self, url: str, validators: Validators) -> None:
        """Keep those of the document at an address, in place of the earlier ones."""
        self._kept[url] = validators
