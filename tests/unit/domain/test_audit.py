"""What the audit of a chart finds its record to have otherwise than its publications."""

from dataclasses import replace

from chartwatch.services.detect import Audit
from chartwatch.services.ports import Writes
from tests.chronicle import CHANGE, CHART, DAY, NTH, Chronicle, a_run


def recorded() -> Chronicle:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    return chronicle


def audited(chronicle: Chronicle) -> Audit | None:
    return chronicle.detector.audit(CHART.id)


def tampered(chronicle: Chronicle, writes: Writes) -> Audit:
    """Return what an audit finds after somebody wrote to the record."""
    head = chronicle.milestones.head(CHART.id)
    assert head is not None
    chronicle.milestones.commit(head, replace(head, version=head.version + 1), writes, None)
    found = audited(chronicle)
    assert found is not None
    return found


def test_a_record_that_is_what_its_publications_come_to_has_nothing_otherwise() -> None:
    assert audited(recorded()) == Audit((), 0, ())
    assert not Audit((), 0, ())


def test_there_is_no_audit_without_a_record_or_of_one_that_other_rules_or_works_made() -> None:
    assert audited(Chronicle(CHANGE)) is None
    chronicle = recorded()
    chronicle.rules = (CHANGE,)
    assert audited(chronicle) is None
    chronicle = recorded()
    chronicle.works = chronicle.works[:-1]
    assert audited(chronicle) is None


def test_a_publication_after_the_record_is_not_what_it_lacks() -> None:
    chronicle = recorded()
    chronicle.stored(3, US="Elite")
    assert audited(chronicle) == Audit((), 0, ())


def test_what_somebody_changed_is_found_whatever_it_is() -> None:
    its = recorded().milestones.recorded(CHART.id)
    honour, tally = next(iter(its.honours)), next(iter(its.tallies))
    rolls = tampered(recorded(), Writes(honours={honour: None}, tallies={tally: None}))
    assert rolls == Audit((), 2, ())
    said = its.milestones["nth:daily:US:1"]
    milestones = tampered(recorded(), Writes(milestones={said.slot: replace(said, n=7, revision=2)}))
    assert milestones == Audit((said.slot,), 0, ())
    unprocessed = tampered(recorded(), Writes(applied={DAY: "another"}))
    assert unprocessed == Audit((), 0, (DAY,))
    assert all((rolls, milestones, unprocessed))
