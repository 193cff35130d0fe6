"""The record of a chart: one small head that names immutable files, and the port through which both are kept.

All that is recorded of a chart is read and written here, over three things that a store can do: get a file, put a file,
and swap the head for the next one. A commit swaps the head and writes the bulletin at one stroke; until then nothing of
it is seen, and after it everything is.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

from chartwatch.domain.milestones.ledger import Ledger, LedgerEntry
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.works.renames import Renaming
from chartwatch.errors import RecordDamaged

FORMAT = 2
"""Version of the form of the files; a store reads this one and all before it."""

FOLD = 10
"""Version of what the fold makes of publications; it rises with each change of its results."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class FileKind(Generic[Value]):
    """A kind of file, by the name of its folder, and how long one that no head names any more is kept at least.

    None: for ever.
    """

    name: str
    kept_for: timedelta | None


UNNAMED_FOR = timedelta(days=40)
"""How long a ledger stays that no head names any more. Recovery of the tables reaches back 35 days."""

RENEWED_AFTER = timedelta(days=8)
"""A ledger that was written longer ago is written again when it is replaced: its age says since when that is."""

SNAPSHOT: FileKind[Snapshot] = FileKind("snapshot", timedelta(days=1))
LEDGER: FileKind[Ledger] = FileKind("ledger", UNNAMED_FOR + RENEWED_AFTER)
"""A year's."""
RETRACTED: FileKind[Ledger] = FileKind("retracted", UNNAMED_FOR + RENEWED_AFTER)
BULLETIN: FileKind[Bulletin] = FileKind("bulletin", None)

KEPT_FOR: Mapping[str, timedelta | None] = {
    kind.name: kind.kept_for for kind in (SNAPSHOT, LEDGER, RETRACTED, BULLETIN)
}
"""How long a file of each kind, by its name, is kept at least that no head names any more; None: for ever."""


class KeptSnapshot(NamedTuple):
    """A snapshot that a head names: after which publication, counted from 0, and of which period."""

    number: int
    period: date
    file: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the record of a chart stands. `version` rises by one with each commit, and numbers its bulletin.

    `fold` and `format` are the versions of what made the record, `rules` (by id) and `catalog` those that it was made
    by; `renamings` is a digest of those that it knows, `proved` of those of its publications, which hold on the other
    charts of its `provider`, `lent` of those that it has from them, and `gaps` of what territories lack. The others
    name files: snapshots oldest first, ledgers by year, and the slots that nobody holds (empty: there are none).
    """

    chart: str
    version: int
    rules: Mapping[str, str]
    catalog: str
    last: date
    snapshots: tuple[KeptSnapshot, ...]
    ledgers: Mapping[int, str]
    retracted: str = ""
    renamings: str = ""
    fold: int = FOLD
    format: int = FORMAT
    provider: str = ""
    proved: str = ""
    lent: str = ""
    gaps: str = ""

    def files(self) -> set[tuple[str, str]]:
        """Return the files that the head names, each with the name of its kind."""
        named = {(SNAPSHOT.name, kept.file) for kept in self.snapshots}
        named |= {(LEDGER.name, name) for name in self.ledgers.values()}
        return named | ({(RETRACTED.name, self.retracted)} if self.retracted else set())


class BulletinRef(NamedTuple):
    """A bulletin, by its number and its file."""

    number: int
    file: str


class StoredFile(NamedTuple):
    """A version of a file, as a store lists it. `ref` is what removes this version and no other."""

    kind: str
    name: str
    written_at: datetime
    ref: str


class RecordStore(Protocol):
    """Keeps heads and files."""

    def head(self, chart: str) -> Head | None:
        """Return the head of a chart's record, or None when nothing is recorded."""

    def swap(
        self,
        before: Head | None,
        after: Head,
        bulletin: Bulletin | None = None,
        file: str = "",
        proved: tuple[Renaming, ...] | None = None,
    ) -> bool:
        """Make `after` the head, and its bulletin, which stands in `file`, known, at one stroke.

        Return False, with nothing changed, when the head is no longer `before`; True also when `after` is the head
        already, by an attempt whose reply was lost. What its chart has `proved`, if that is another than before, is
        known to its provider's other charts from then on.
        """

    def proved(self, provider: str) -> Mapping[str, tuple[Renaming, ...]]:
        """Return the renamings that the charts of a provider have proved, by chart."""

    def get(self, chart: str, kind: FileKind[Value], name: str) -> Value:
        """Return what stands in a file. Raises `RecordDamaged` when it is missing, or is not what its name says."""

    def put(self, chart: str, kind: FileKind[Value], value: Value) -> str:
        """Write a file, whether or not it is there, and return its name."""

    def renew(self, chart: str, kind: FileKind[Value], name: str) -> None:
        """Write a file that was read here, and is about to be replaced, again, if that is `RENEWED_AFTER` ago."""

    def bulletins(self, chart: str, after: int = 0) -> Iterable[BulletinRef]:
        """Return the bulletins of greater numbers than `after`, in their order."""

    def bulletin_file(self, chart: str, number: int) -> str:
        """Return the file of one bulletin. Raises `LookupError` when there is none of that number."""

    def files(self, chart: str) -> Iterable[StoredFile]:
        """Return all versions of all files of a chart, but for those that are removed."""

    def remove(self, chart: str, files: Iterable[StoredFile]) -> None:
        """Remove versions of files."""


class Files:
    """The files of one chart that a head names."""

    def __init__(self, store: RecordStore, head: Head) -> None:
        """Read nothing yet; what is read is kept."""
        self.head = head
        self._store = store
        self._snapshots: dict[str, Snapshot] = {}
        self._ledgers: dict[int, Ledger] = {}
        self._retracted: Ledger | None = None

    def snapshot_before(self, period: date) -> Snapshot:
        """Return the latest snapshot before a period; one that is lost costs no more than time."""
        for kept in reversed(self.head.snapshots):
            if kept.period < period:
                try:
                    return self.snapshot_after(kept)
                except RecordDamaged:
                    continue
        return Snapshot()

    def snapshot_after(self, kept: KeptSnapshot) -> Snapshot:
        """Return a snapshot that the head names. Raises `RecordDamaged`."""
        if kept.file not in self._snapshots:
            self._snapshots[kept.file] = self._store.get(self.head.chart, SNAPSHOT, kept.file)
        return self._snapshots[kept.file]

    def last_snapshot(self) -> Snapshot | None:
        """Return the snapshot after the last period, or None when it is lost."""
        found = self.snapshot_before(date.max)
        return found if found.last == self.head.last else None

    def ledger(self, year: int) -> Ledger:
        """Return the ledger of a year; an empty one where nothing is recorded of it. Raises `RecordDamaged`."""
        if year not in self._ledgers and (name := self.head.ledgers.get(year)):
            self._ledgers[year] = self._store.get(self.head.chart, LEDGER, name)
        return self._ledgers.get(year, Ledger())

    def ledgers(self, since: int = 0) -> Mapping[int, Ledger]:
        """Return the ledgers of the years from `since` on. Raises `RecordDamaged`."""
        return {year: self.ledger(year) for year in self.head.ledgers if year >= since}

    def retracted(self) -> Ledger:
        """Return the slots that nobody holds. Raises `RecordDamaged`."""
        name = self.head.retracted
        if self._retracted is None:
            self._retracted = self._store.get(self.head.chart, RETRACTED, name) if name else Ledger()
        return self._retracted


class RecordedBulletins:
    """The bulletins of charts, as they were recorded."""

    def __init__(self, store: RecordStore) -> None:
        """`store` keeps them."""
        self._store = store

    def bulletin(self, chart: str, number: int) -> Bulletin:
        """Return one bulletin. Raises `LookupError` when there is none of that number, and `RecordDamaged`."""
        return self._store.get(chart, BULLETIN, self._store.bulletin_file(chart, number))

    def bulletins(self, chart: str, after: int = 0) -> Iterator[Bulletin]:
        """Yield the chart's bulletins of greater numbers than `after`, in their order. Raises `RecordDamaged`."""
        for ref in self._store.bulletins(chart, after):
            yield self._store.get(chart, BULLETIN, ref.file)

    def revisions(self, chart: str, scope: str, period: date) -> list[Milestone]:
        """Return all revisions of the slots of a scope that were of a period at some time, by slot, the first first."""
        head = self._store.head(chart)
        if head is None:
            return []
        files = Files(self._store, head)
        named: dict[int, str] = {}
        wanted: dict[str, tuple[int, ...]] = {}
        for ledger in (*files.ledgers().values(), files.retracted()):
            named |= ledger.bulletins
            for entry in ledger.entries.values():
                # What was revised may have been of the period before.
                if entry.territory == scope and (entry.period == period or len(entry.bulletins) > 1):
                    wanted[entry.slot] = entry.bulletins
        found: dict[str, list[Milestone]] = {slot: [] for slot in wanted}
        for number in sorted({number for numbers in wanted.values() for number in numbers}):
            for change in self._store.get(chart, BULLETIN, named[number]).changes:
                if change.milestone.slot in wanted:
                    found[change.milestone.slot].append(change.milestone)
        return [m for _, its in sorted(found.items()) if any(m.period == period for m in its) for m in its]


def fingerprint(known: Iterable[object]) -> str:
    """Return a digest of what is known, such as renamings, in whatever order; nothing for nothing."""
    ordered = sorted(map(repr, known))
    return hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:32] if ordered else ""


def year_of(entry: LedgerEntry) -> int | None:
    """Return the year whose ledger has an entry; None for a slot that nobody holds and that is of no period."""
    return entry.period.year if entry.is_held or KINDS[entry.kind].is_dated else None
