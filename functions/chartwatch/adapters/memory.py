"""The stores in memory: for replay, what-if and tests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from chartwatch.domain.catalog import Catalog
from chartwatch.domain.charts import PublicationSummary
from chartwatch.domain.detection import Past
from chartwatch.domain.fetching import Validators
from chartwatch.domain.history import Head, Records
from chartwatch.domain.milestones import Bulletin, Milestone
from chartwatch.domain.revisions import History
from chartwatch.domain.stores import Filing, Quarantined, Recorded, Writes
from chartwatch.errors import Conflict, StoryInDoubt


class MemoryCharts:
    """Editions and publications; implements `ChartStore`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._summaries: dict[str, dict[date, PublicationSummary]] = {}
        self._histories: dict[tuple[str, date], dict[str, History]] = {}
        self._quarantined: dict[tuple[str, str, str], Quarantined] = {}

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

    def put(self, filings: Sequence[Filing]) -> None:
        """Write the histories of all filings, and their publications."""
        for summary, histories in filings:
            self._histories.setdefault((summary.chart.id, summary.period), {}).update(histories)
            self._summaries.setdefault(summary.chart.id, {})[summary.period] = summary

    def quarantine(self, document: Quarantined) -> None:
        """Note a document that was not believed; noting it again changes nothing."""
        provenance = document.provenance
        self._quarantined[document.source, provenance.fetched_at or "", provenance.sha256] = document

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the documents that were not believed, by source and time fetched."""
        return [self._quarantined[key] for key in sorted(self._quarantined)]


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

    def bulletins(self, chart: str) -> Iterable[Bulletin]:
        """Return the chart's bulletins in the order of their numbers."""
        return list(self._bulletins.get(chart, {}).values())

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

    def __init__(self) -> None:
        """Begin with nothing."""
        self._taken: set[str] = set()
        self._message_ids: dict[str, str] = {}

    def take(self, story: str) -> bool:
        """Take a story for sending; False when it was sent already.

        Raises `StoryInDoubt` when it was taken before and never settled.
        """
        if story in self._message_ids:
            return False
        if story in self._taken:
            raise StoryInDoubt(story)
        self._taken.add(story)
        return True

    def settle(self, story: str, message_id: str) -> None:
        """Mark a story that was taken as sent."""
        self._message_ids[story] = message_id

    def release(self, story: str) -> None:
        """Give back a story that was taken and certainly did not get out."""
        self._taken.discard(story)


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
