"""What a record comes to, for claims about it."""

from collections.abc import Mapping
from datetime import date

from chartwatch.domain.milestones.ledger import Entry
from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.services.record import Files, RecordedBulletins, RecordStore


def milestones(store: RecordStore, chart: str) -> Mapping[str, Milestone]:
    """Return the last revision of every slot that was ever held."""
    bulletins = RecordedBulletins(store).bulletins(chart)
    return {change.milestone.slot: change.milestone for bulletin in bulletins for change in bulletin.changes}


def entries(store: RecordStore, chart: str) -> Mapping[str, Entry]:
    """Return the ledger's entry of every slot that was ever held."""
    head = store.head(chart)
    if head is None:
        return {}
    files = Files(store, head)
    ledgers = (*files.ledgers().values(), files.retracted())
    return {slot: entry for ledger in ledgers for slot, entry in ledger.entries.items()}


def processed(store: RecordStore, chart: str) -> Mapping[date, str]:
    """Return the digests of the publications that were processed."""
    head = store.head(chart)
    ledgers = Files(store, head).ledgers().values() if head else ()
    return {period: digest for ledger in ledgers for period, digest in ledger.processed.items()}


def snapshots(store: RecordStore, chart: str) -> Mapping[date, Snapshot]:
    """Return the snapshots that are kept, by the last period in each."""
    head = store.head(chart)
    kept = head.snapshots if head else ()
    return {its.period: Files(store, head).snapshot_after(its) for its in kept if head}
