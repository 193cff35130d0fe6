"""What a record comes to, for claims about it; and how somebody changes it behind the detector's back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from chartwatch.domain.milestones.ledger import Ledger, LedgerEntry
from chartwatch.domain.milestones.milestone import Milestone
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.services.record import LEDGER, Files, RecordedBulletins, RecordStore


def milestones(store: RecordStore, chart: str) -> Mapping[str, Milestone]:
    """Return the last revision of every slot that was ever held."""
    bulletins = RecordedBulletins(store).bulletins(chart)
    return {change.milestone.slot: change.milestone for bulletin in bulletins for change in bulletin.changes}


def entries(store: RecordStore, chart: str) -> Mapping[str, LedgerEntry]:
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


def rewrite_ledgers(store: RecordStore, chart: str, change: Callable[[Ledger], Ledger]) -> None:
    """Let somebody change the ledgers of all years."""
    head = store.head(chart)
    assert head is not None
    changed = {year: store.put(chart, LEDGER, change(its)) for year, its in Files(store, head).ledgers().items()}
    assert store.swap(head, replace(head, version=head.version + 1, ledgers=changed))


def without(slots: set[str]) -> Callable[[Ledger], Ledger]:
    """Return the change that takes slots out of a ledger."""
    return lambda ledger: replace(ledger, entries={k: v for k, v in ledger.entries.items() if k not in slots})
