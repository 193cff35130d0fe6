"""What the head of a record knows, which files it names, and which a step writes."""

from datetime import date
from typing import Any

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.work import Kind
from chartwatch.services.record import LEDGER, RETRACTED, SNAPSHOT, FileKind, Files, fingerprint
from tests.chronicle import CHANGE, CHART, NTH, Chronicle, a_run


def test_a_digest_is_of_what_is_known_in_whatever_order_and_nothing_of_nothing() -> None:
    assert fingerprint([1, 2]) == fingerprint((2, 1)) != fingerprint([1])
    assert fingerprint([]) == ""


def test_a_head_names_no_file_of_slots_that_nobody_holds_where_there_are_none() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    assert {kind for kind, _ in chronicle.head.files()} == {SNAPSHOT.name, LEDGER.name}
    chronicle.arrives(1, US="Ozark")
    assert RETRACTED.name in {kind for kind, _ in chronicle.head.files()}


def test_a_head_knows_what_territories_lack() -> None:
    chronicle = Chronicle(NTH)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    assert chronicle.head.gaps == ""
    chronicle.arrives(1, US="Ozark")
    chronicle.arrives(2, US="Ozark", KR="Ozark")
    snapshot = Files(chronicle.record, chronicle.head).last_snapshot()
    assert snapshot is not None
    assert snapshot.gaps
    assert chronicle.head.gaps == fingerprint(snapshot.gaps.items())


def test_files_that_a_step_replaces_are_renewed_and_those_of_other_years_stay() -> None:
    class Noted(MemoryRecord):
        def renew(self, chart: str, kind: FileKind[Any], name: str) -> None:
            renewed.append((chart, kind.name, name))

    renewed: list[tuple[str, str, str]] = []
    chronicle = Chronicle(NTH, first=date(2021, 12, 30))
    chronicle.record = Noted()
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist", "Elite")
    chronicle.arrives(3, US="Ozark")
    before = chronicle.head
    renewed.clear()
    (bulletin,) = chronicle.arrives(2, US="Ozark")
    assert bulletin.chart_name == CHART.name
    assert renewed == [(CHART.id, "ledger", before.ledgers[2022]), (CHART.id, "retracted", before.retracted)]
    assert chronicle.head.ledgers[2021] == before.ledgers[2021]


def test_a_bulletin_of_a_new_publication_says_what_stands_at_one_in_each_territory() -> None:
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    (bulletin,) = chronicle.arrives(1, US="Elite", KR="Ozark")
    assert bulletin.published is not None
    assert (bulletin.published.read, bulletin.published.charted) == (("KR", "US"), ())
    assert bulletin.published.number_ones == {"elite": ("US",)}, "of the works that it tells of"
    (bulletin,) = chronicle.arrives(2, US="Squid Game")
    assert bulletin.published is not None
    assert bulletin.published.charted == ("Squid Game",)


def test_a_year_in_which_nothing_differs_is_not_written_again() -> None:
    chronicle = Chronicle(CHANGE, first=date(2021, 12, 30))
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Elite")
    before = chronicle.head.ledgers
    assert chronicle.arrives(0, US="Money Heist")
    after = chronicle.head.ledgers
    assert after[2022] == before[2022]
    assert after[2021] != before[2021]


def test_where_a_snapshot_is_lost_the_one_before_is_as_good() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, *["Ozark"] * 6)
    *_, before, last = chronicle.head.snapshots
    del chronicle.record._files[CHART.id][SNAPSHOT.name, last.file]  # type: ignore[attr-defined]  # those in memory
    assert Files(chronicle.record, chronicle.head).snapshot_before(date.max).last == before.period


def test_a_record_says_what_it_has_processed_and_since_when_each_title_is_there() -> None:
    chronicle = Chronicle(NTH, first=date(2021, 12, 31))
    a_run(chronicle, "Ozark", "Squid Game", "Ozark")
    days = [chronicle.period(number) for number in range(3)]
    digests = {day: its.number_ones_digest() for day in days if (its := chronicle.charts.summary(CHART.id, day))}
    detector = chronicle.detector
    assert detector.processed(CHART.id) == digests
    assert detector.processed(CHART.id, days[2]) == {days[2]: digests[days[2]]}
    assert detector.last_period(CHART.id) == days[2]
    assert detector.first_at_one(CHART.id) == {
        Charted.of("Ozark", Kind.SERIES, None): days[0],
        Charted.of("Squid Game", Kind.SERIES, None): days[1],
    }


def test_of_a_chart_without_a_record_nothing_is_processed() -> None:
    detector = Chronicle(NTH).detector
    assert (detector.processed(CHART.id), detector.last_period(CHART.id), detector.first_at_one(CHART.id)) == (
        {},
        None,
        {},
    )
