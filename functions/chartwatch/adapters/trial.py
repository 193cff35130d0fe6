"""Stores on which something is tried: they read what others hold, and keep what is written to themselves."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, TypeVar

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.domain.charts.publications import Edition, PublicationSummary
from chartwatch.domain.charts.versions import Versions
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.works.renames import Renaming
from chartwatch.services.ports import ChartStore, PublicationUpdate, Quarantined
from chartwatch.services.record import BulletinRef, FileKind, Head, RecordStore, StoredFile

Value = TypeVar("Value")


class TrialCharts:
    """Publications and editions of another store, with what is tried above them; implements `ChartStore`."""

    def __init__(self, below: ChartStore) -> None:
        """`below` is only read."""
        self._below = below
        self._tried = MemoryCharts()

    def charts(self) -> Sequence[str]:
        """Return the ids of the charts that have publications, sorted."""
        return sorted({*self._below.charts(), *self._tried.charts()})

    def summary(self, chart: str, period: date) -> PublicationSummary | None:
        """Return one publication without its lower ranks, or None."""
        return self._tried.summary(chart, period) or self._below.summary(chart, period)

    def summaries(self, chart: str, since: date | None = None, until: date | None = None) -> list[PublicationSummary]:
        """Return a chart's publications from `since` to `until`, both included, oldest first."""
        known = {its.period: its for its in self._below.summaries(chart, since, until)}
        tried = {its.period: its for its in self._tried.summaries(chart, since, until)}
        return [summary for _, summary in sorted((known | tried).items())]

    def timeline(
        self, chart: str, since: date | None = None, until: date | None = None
    ) -> Iterator[PublicationSummary]:
        """Yield what `summaries` returns."""
        yield from self.summaries(chart, since, until)

    def neighbours(self, chart: str, period: date) -> list[PublicationSummary]:
        """Return the latest publication of a chart up to a period and the earliest after it, those that there are."""
        its = [*self._below.neighbours(chart, period), *self._tried.neighbours(chart, period)]
        latest = max((one.period for one in its if one.period <= period), default=None)
        earliest = min((one.period for one in its if one.period > period), default=None)
        return [found for at in (latest, earliest) if at and (found := self.summary(chart, at))]

    def versions(self, publication: PublicationSummary) -> Mapping[str, Versions]:
        """Return the versions of every edition of a stored publication, by territory, the current one last."""
        known = self._below.summary(publication.chart.id, publication.period)
        return {**(self._below.versions(known) if known else {}), **self._tried.versions(publication)}

    def editions(self, chart: str, wanted: Mapping[date, Collection[str]]) -> Mapping[date, Mapping[str, Edition]]:
        """Return the editions of `wanted` territories, by period, that stored publications show."""
        found: dict[date, Mapping[str, Edition]] = {}
        for period, territories in wanted.items():
            if summary := self.summary(chart, period):
                versions = self.versions(summary)
                shown = [t for t in territories if t in versions and t in summary.number_ones]
                found[period] = {t: versions[t][-1].edition for t in shown}
        return found

    def has_editions(self, chart: str, period: date) -> bool:
        """Return whether there is any edition of a chart for a period."""
        return self._tried.has_editions(chart, period) or self._below.has_editions(chart, period)

    def put(self, updates: Iterable[PublicationUpdate]) -> None:
        """Write the editions of all updates, and their publications."""
        self._tried.put(updates)

    def put_if(self, update: PublicationUpdate, stored: PublicationSummary | None) -> bool:
        """Write what was made of a `stored` publication, or of none; return False if it is another by now."""
        if self.summary(update.summary.chart.id, update.summary.period) != stored:
            return False
        self.put([update])
        return True

    def quarantine(self, document: Quarantined) -> None:
        """Quarantine a rejected document."""
        self._tried.quarantine(document)

    def quarantined(self) -> Sequence[Quarantined]:
        """Return the rejected documents, by source and time fetched."""
        return sorted([*self._below.quarantined(), *self._tried.quarantined()], key=Quarantined.order)


class TrialRecord:
    """Heads and files of another store, with what is tried above them; implements `RecordStore`."""

    def __init__(self, below: RecordStore) -> None:
        """`below` is only read."""
        self._below = below
        self._heads: dict[str, Head] = {}
        self._proved: dict[str, dict[str, tuple[Renaming, ...]]] = {}
        self._files: dict[str, Any] = {}
        self._bulletins: dict[str, list[BulletinRef]] = {}
        self._numbers = count()

    def head(self, chart: str) -> Head | None:
        """Return the head of a chart's record, or None when nothing is recorded."""
        return self._heads.get(chart) or self._below.head(chart)

    def swap(
        self,
        before: Head | None,
        after: Head,
        bulletin: Bulletin | None = None,
        file: str = "",
        proved: tuple[Renaming, ...] | None = None,
    ) -> bool:
        """Make `after` the head, its bulletin, which stands in `file`, and what its chart has `proved`, known."""
        if self.head(after.chart) != before:
            return False
        self._heads[after.chart] = after
        if proved is not None:
            self._proved.setdefault(after.provider, {})[after.chart] = proved
        if bulletin is not None:
            self._bulletins.setdefault(after.chart, []).append(BulletinRef(bulletin.number, file))
        return True

    def proved(self, provider: str) -> Mapping[str, tuple[Renaming, ...]]:
        """Return the renamings that the charts of a provider have proved, by chart."""
        return {**self._below.proved(provider), **self._proved.get(provider, {})}

    def get(self, chart: str, kind: FileKind[Value], name: str) -> Value:
        """Return what stands in a file. Raises `RecordDamaged` when it is missing."""
        if name in self._files:
            value: Value = self._files[name]
            return value
        return self._below.get(chart, kind, name)

    def put(self, chart: str, kind: FileKind[Value], value: Value) -> str:
        """Keep a value, and return the name of its file, which no other store has."""
        name = f"tried/{chart}/{kind.name}/{next(self._numbers)}"
        self._files[name] = value
        return name

    def renew(self, chart: str, kind: FileKind[Value], name: str) -> None:
        """Do nothing: no file of another store is replaced."""

    def bulletins(self, chart: str, after: int = 0) -> list[BulletinRef]:
        """Return the bulletins of greater numbers than `after`, in their order."""
        tried = (ref for ref in self._bulletins.get(chart, ()) if ref.number > after)
        return [*self._below.bulletins(chart, after), *tried]

    def bulletin_file(self, chart: str, number: int) -> str:
        """Return the file of one bulletin. Raises `LookupError` when there is none of that number."""
        tried = {ref.number: ref.file for ref in self._bulletins.get(chart, ())}
        return tried[number] if number in tried else self._below.bulletin_file(chart, number)

    def files(self, chart: str) -> Iterable[StoredFile]:
        """Return the files of the other store."""
        return self._below.files(chart)

    def remove(self, chart: str, files: Iterable[StoredFile]) -> None:
        """Remove nothing."""
