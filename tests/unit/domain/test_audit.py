"""What the audit of a chart finds its record to have otherwise than its publications."""

from collections.abc import Callable
from dataclasses import replace

from chartwatch.domain.milestones.ledger import Ledger, LedgerEntry, Sent
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.services.detect import Audit
from chartwatch.services.record import SNAPSHOT, Files, KeptSnapshot
from tests.chronicle import CHANGE, DAY, NTH, Chronicle, a_run
from tests.recorded import rewrite_ledgers, without

NOTHING = Audit(milestones=(), snapshot=False, unprocessed=(), contradicted=())
SLOT = "nth:daily:US:1"


def recorded() -> Chronicle:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    return chronicle


def audited(chronicle: Chronicle) -> Audit | None:
    return chronicle.detector.audit(chronicle.chart.id)


def with_ledger(change: Callable[[Ledger], Ledger]) -> Chronicle:
    """Return a chart whose ledger somebody has changed."""
    chronicle = recorded()
    rewrite_ledgers(chronicle.record, chronicle.chart.id, change)
    return chronicle


def with_last_snapshot(chronicle: Chronicle, snapshot: Snapshot | None) -> Chronicle:
    """Let somebody change the last snapshot, or lose it."""
    head = chronicle.head
    *earlier, last = head.snapshots
    file = chronicle.record.put(head.chart, SNAPSHOT, snapshot) if snapshot else "lost"
    kept = (*earlier, KeptSnapshot(last.number, last.period, file))
    assert chronicle.record.swap(head, replace(head, version=head.version + 1, snapshots=kept))
    return chronicle


def with_entry(change: Callable[[LedgerEntry], LedgerEntry]) -> Callable[[Ledger], Ledger]:
    return lambda ledger: replace(ledger, entries={**ledger.entries, SLOT: change(ledger.entries[SLOT])})


def test_a_record_that_is_what_its_publications_come_to_has_nothing_otherwise() -> None:
    assert audited(recorded()) == NOTHING


def test_there_is_no_audit_without_a_record() -> None:
    assert audited(Chronicle(CHANGE)) is None


def test_there_is_no_audit_of_what_other_rules_or_another_catalog_made() -> None:
    chronicle = recorded()
    chronicle.rules = (CHANGE,)
    assert audited(chronicle) is None
    chronicle = recorded()
    chronicle.works = chronicle.works[:-1]
    assert audited(chronicle) is None


def test_a_publication_after_the_record_is_not_what_it_lacks() -> None:
    chronicle = recorded()
    chronicle.stored(3, US="Elite")
    assert audited(chronicle) == NOTHING


def test_an_entry_that_somebody_changed_or_took_away_is_found() -> None:
    changed = with_ledger(with_entry(lambda entry: replace(entry, words="others")))
    assert audited(changed) == replace(NOTHING, milestones=(SLOT,))
    assert audited(with_ledger(without({SLOT}))) == replace(NOTHING, milestones=(SLOT,))


def test_a_publication_that_was_not_processed_as_it_is_stored_is_found() -> None:
    chronicle = with_ledger(lambda its: replace(its, processed={**its.processed, DAY: "another"}))
    assert audited(chronicle) == replace(NOTHING, unprocessed=(DAY,))


def test_another_last_snapshot_is_found_and_one_that_is_lost_is_no_difference() -> None:
    assert audited(with_last_snapshot(recorded(), None)) == NOTHING
    chronicle = recorded()
    last = Files(chronicle.record, chronicle.head).last_snapshot()
    assert last is not None
    assert audited(with_last_snapshot(chronicle, replace(last, charted={}))) == replace(NOTHING, snapshot=True)


def test_what_was_sent_otherwise_than_it_is_recorded_is_found() -> None:
    earlier = Sent(DAY, 1, (), left_censored=False, reasons=())
    chronicle = with_ledger(with_entry(lambda entry: replace(entry, sent=earlier)))
    assert audited(chronicle) == replace(NOTHING, contradicted=(SLOT,))
