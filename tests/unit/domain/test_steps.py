"""Which steps a record takes, what is read for them, and who may take them."""

import re
from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import Conflict, RecordNewer
from chartwatch.services.record import FOLD, FORMAT
from tests.chronicle import CHANGE, HEIST, NTH, OZARK, SQUID, WORKS, Chronicle, NotedCharts, a_run, sent


def test_each_step_makes_the_next_version_whatever_it_is() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    for version, (day, title) in enumerate([(0, "Ozark"), (1, "Squid Game"), (2, "Ozark"), (1, "Elite")], 1):
        chronicle.arrives(day, US=title)
        assert chronicle.head.version == version
    assert chronicle.learns(*WORKS[:-1]) == []
    assert (chronicle.head.version, chronicle.head.catalog) == (5, Catalog(WORKS[:-1]).version)


def test_a_process_that_has_an_older_catalog_does_not_bring_the_record_back_to_it() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    newer, older = chronicle.catalog, Catalog(WORKS[:-1])
    current = chronicle.head
    chronicle.stored(2, US="Elite")
    process = chronicle.detector_with(
        catalog=older, earlier_catalog={newer.version: newer}.get, is_in_force=lambda its: its.version == newer.version
    )
    for attempt in (
        lambda: process.reconsider(chronicle.chart.id),
        lambda: process.detect(chronicle.chart.id, chronicle.period(2)),
    ):
        with pytest.raises(Conflict, match="the history of daily changed"):
            attempt()
    assert chronicle.head == current
    assert chronicle.arrives(2, US="Elite"), "a process that begins anew has the other"


@pytest.mark.parametrize("newer", [{"fold": FOLD + 1}, {"format": FORMAT + 1}, {"fold": FOLD + 1, "format": 0}])
def test_a_record_of_a_later_version_is_not_written_over(newer: dict[str, int]) -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, "Ozark", "Squid Game")
    its = replace(chronicle.head, **newer)
    assert chronicle.record.swap(chronicle.head, its)
    said = f"the record of daily was made by a later version of Chartwatch (format {its.format}, fold {its.fold})"
    with pytest.raises(RecordNewer, match=re.escape(said)):
        chronicle.arrives(2, US="Elite")
    with pytest.raises(RecordNewer):
        chronicle.learns()
    assert chronicle.head == its


def test_a_record_of_an_earlier_fold_is_made_anew_and_nothing_of_it_is_sent() -> None:
    chronicle = Chronicle(NTH, works=(OZARK, SQUID, HEIST))
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    # The earlier fold took Squid Game for an English series.
    chronicle.learns(OZARK, replace(SQUID, original_language="en"), HEIST)
    assert chronicle.holders("nth:daily:US:1") == [("heist", 2)]
    chronicle.record.swap(chronicle.head, replace(chronicle.head, fold=FOLD - 1))
    bulletins = chronicle.learns(OZARK, SQUID, HEIST)
    assert bulletins
    assert sent(bulletins) == []
    assert chronicle.holders("nth:daily:US:1") == [("squid", 1)]
    assert chronicle.head.fold == FOLD
    audit = chronicle.detector.audit(chronicle.chart.id)
    assert audit is not None
    assert audit.contradicted == ("nth:daily:US:1", "nth:daily:US:2")


def test_a_new_publication_of_a_record_of_an_earlier_fold_is_sent_all_the_same() -> None:
    chronicle = Chronicle(NTH)
    a_run(chronicle, "Ozark", "Squid Game")
    chronicle.record.swap(chronicle.head, replace(chronicle.head, fold=FOLD - 1))
    assert sent(chronicle.arrives(2, US="Money Heist")) == [("nth:daily:US:2", Status.ANNOUNCED)]


def noted() -> tuple[Chronicle, list[date | None]]:
    """Return a chronicle, and the list of the periods from which on its publications are read."""
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.charts = charts = NotedCharts()
    return chronicle, charts.read


def test_a_later_publication_reads_no_earlier_one() -> None:
    chronicle, read = noted()
    a_run(chronicle, "Ozark", "Squid Game", None, "Elite")
    assert read == [None, *map(chronicle.period, (1, 2))]


def test_a_late_publication_reads_those_since_the_snapshot_before_it() -> None:
    chronicle, read = noted()
    a_run(chronicle, "Ozark", "Squid Game", None, "Elite", "Ozark")
    read.clear()
    chronicle.arrives(2, US="Ozark")
    assert [kept.period for kept in chronicle.head.snapshots] == list(map(chronicle.period, (0, 2, 3, 4)))
    assert read == [chronicle.period(1)]


def test_a_late_publication_brings_in_no_later_one_that_nobody_has_processed() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Ozark")
    chronicle.stored(5, US="Squid Game")
    chronicle.arrives(0, US="Elite")
    assert chronicle.head.last == chronicle.period(1)
    assert "nth:daily:US:2" not in chronicle.slots()


def test_a_title_that_was_renamed_before_anything_of_it_is_processed_is_known() -> None:
    chronicle = Chronicle(NTH)
    chronicle.stored(0, US="Squid Game")
    chronicle.arrives(0, US="Squid: Game!")
    assert chronicle.holders("nth:daily:US:1") == [("squid", 0)]
    assert chronicle.head.renamings
