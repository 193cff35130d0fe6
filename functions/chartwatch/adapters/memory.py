"""Charts and their record in memory: for replay, what-if and tests."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar

from chartwatch.adapters.edition_versions import Earlier
from chartwatch.domain.charts.publications import Edition, PublicationSummary, Version
from chartwatch.domain.charts.versions import Versions
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.works.renames import Renaming
from chartwatch.errors import RecordDamaged
from chartwatch.services.ports import PublicationUpdate, Quarantined
from chartwatch.services.record import BULLETIN, BulletinRef, FileKind, Head, StoredFile

Value = TypeVar("Value")


class MemoryCharts:
    """Publications, editions and rejected documents; implements `ChartStore`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._summaries: dict[str, dict[date, PublicationSummary]] = {}
        self._periods: dict[str, list[date]] = {}
        self._editions: dict[tuple[str, date], dict[str, tuple[Version, Earlier]]] = {}
        self._ready: dict[tuple[str, date], str] = {}
        self._quarantined: dict[tuple[str, str], Quarantined] = {}

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""
        return sorted(self._summaries)

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""
        return self._summaries.get(chart, {}).get(period)

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""
        return list(self.timeline(chart, since, until))

    def timeline(
        self, chart: str, since: date | None = None, until: date | None = None
    ) -> Iterator[PublicationSummary]:
        """Yield a chart's publications from `since` to `until`, both included, oldest first."""
        known, periods = self._summaries.get(chart, {}), self._periods.get(chart, [])
        first = bisect_left(periods, since) if since else 0
        last = bisect_right(periods, until) if until else len(periods)
        return (known[period] for period in periods[first:last])

    def neighbours(self, chart: str, period: date) -> list[PublicationSummary]:
        """Return the latest publication of a chart up to a period and the earliest after it, those that there are."""
        known, periods = self._summaries.get(chart, {}), self._periods.get(chart, [])
        after = bisect_right(periods, period)
        return [known[its] for its in periods[max(after - 1, 0) : after + 1]]

    def versions(self, publication: PublicationSummary) -> Mapping[str, Versions]:
        """Return the versions of every edition of a stored publication, by territory, the current one last."""
        its = self._editions.get((publication.chart.id, publication.period), {})
        return {territory: earlier.with_current(current) for territory, (current, earlier) in its.items()}

    def editions(self, chart: str, wanted: Mapping[date, Collection[str]]) -> Mapping[date, Mapping[str, Edition]]:
        """Return the editions of `wanted` territories, by period, that stored publications show."""
        found: dict[date, Mapping[str, Edition]] = {}
        for period, territories in wanted.items():
            if summary := self.summary(chart, period):
                its = self._editions.get((chart, period), {})
                found[period] = {t: its[t][0].edition for t in territories if t in its and t in summary.number_ones}
        return found

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period."""
        return bool(self._editions.get((chart, period)))

    def put(self, updates: Iterable[PublicationUpdate]) -> None:
        """Write the editions of all updates as they come, and only then their publications."""
        summaries = []
        for summary, editions in updates:
            its = self._editions.setdefault((summary.chart.id, summary.period), {})
            its.update((territory, (versions[-1], Earlier.of(versions))) for territory, versions in editions.items())
            summaries.append(summary)
        for summary in summaries:
            known = self._summaries.setdefault(summary.chart.id, {})
            if summary.period not in known:
                insort(self._periods.setdefault(summary.chart.id, []), summary.period)
            known[summary.period] = summary

    def put_if(self, update: PublicationUpdate, stored: PublicationSummary | None) -> bool:
        """Write what was made of a `stored` publication, or of none; return False if it is another by now."""
        if self.summary(update.summary.chart.id, update.summary.period) != stored:
            return False
        self.put([update])
        return True

    def mark_ready(self, publication: PublicationSummary) -> None:
        """Mark a publication ready."""
        self._ready[publication.chart.id, publication.period] = publication.digest

    def is_ready(self, publication: PublicationSummary) -> bool:
        """Return whether a publication was marked ready as it is."""
        return self._ready.get((publication.chart.id, publication.period)) == publication.digest

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
        self._proved: dict[str, dict[str, tuple[Renaming, ...]]] = {}
        self._files: dict[str, dict[tuple[str, str], Any]] = {}
        self._passing: dict[str, set[tuple[str, str]]] = {}
        """The files that go when the next head does not name them."""
        self._bulletins: dict[str, dict[int, str]] = {}
        self._names = count()

    def head(self, chart: str) -> Head | None:
        """Return the head of a chart's record, or None when nothing is recorded."""
        return self._heads.get(chart)

    def swap(
        self,
        before: Head | None,
        after: Head,
        bulletin: Bulletin | None = None,
        file: str = "",
        proved: tuple[Renaming, ...] | None = None,
    ) -> bool:
        """Make `after` the head, its bulletin, which stands in `file`, and what its chart has `proved`, known."""
        if self._heads.get(after.chart) != before:
            return self._heads.get(after.chart) == after
        self._heads[after.chart] = after
        if proved is not None:
            self._proved.setdefault(after.provider, {})[after.chart] = proved
        if bulletin is not None:
            self._bulletins.setdefault(after.chart, {})[bulletin.number] = file
        files, named = self._files.setdefault(after.chart, {}), set(after.files())
        for key in self._passing.get(after.chart, set()) - named:
            files.pop(key, None)
        self._passing[after.chart] = {key for key in named if key[0] != BULLETIN.name}
        return True

    def proved(self, provider: str) -> Mapping[str, tuple[Renaming, ...]]:
        """Return the renamings that the charts of a provider have proved, by chart."""
        return dict(self._proved.get(provider, {}))

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
        if kind.name != BULLETIN.name:
            self._passing.setdefault(chart, set()).add((kind.name, name))
        return name

    def renew(self, chart: str, kind: FileKind[Value], name: str) -> None:
        """Do nothing: what no head names is forgotten at once."""

    def bulletins(self, chart: str, after: int = 0) -> list[BulletinRef]:
        """Return the bulletins of greater numbers than `after`, in their order."""
        return [BulletinRef(number, file) for number, file in self._bulletins.get(chart, {}).items() if number > after]

    def bulletin_file(self, chart: str, number: int) -> str:
        """Return the file of one bulletin. Raises `LookupError` when there is none of that number."""
        return self._bulletins[chart][number]

    def files(self, chart: str) -> list[StoredFile]:
        """Return the files of bulletins: of the others, those that no head names are gone already."""
        names = (name for kind, name in self._files.get(chart, {}) if kind == BULLETIN.name)
        return [StoredFile(BULLETIN.name, name, datetime.min.replace(tzinfo=UTC), name) for name in names]

    def remove(self, chart: str, files: Iterable[StoredFile]) -> None:
        """Remove nothing."""


class NoArchive:
    """Stores nothing: a replay has its files already. Implements `Archive`."""

    def put(self, sha256: str, body: bytes) -> None:
        """Store nothing."""

    def get(self, _sha256: str) -> bytes | None:
        """Find nothing."""
        return None
