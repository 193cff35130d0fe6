"""Which steps a record takes, and what is read for them."""

from datetime import timedelta

import pytest

from chartwatch.domain.milestones.fold import Head
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.errors import Conflict
from chartwatch.services.detect import Detector
from tests.chronicle import CHANGE, CHART, DAY, NTH, WORKS, Chronicle, NotedMilestones, a_run


def head(chronicle: Chronicle) -> Head:
    its = chronicle.milestones.head(CHART.id)
    assert its is not None
    return its


def test_each_step_makes_the_next_version_whatever_it_takes() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    for version, (day, title) in enumerate([(0, "Ozark"), (1, "Squid Game"), (2, "Ozark"), (1, "Elite")], 1):
        chronicle.arrives(day, US=title)
        assert head(chronicle).version == version
    before = Catalog(chronicle.works)
    other = Catalog(chronicle.works[:-1])
    detector = Detector(
        chronicle.charts,
        chronicle.milestones,
        other,
        RuleSet(chronicle.rules),
        earlier_catalog={before.version: before}.get,
    )
    assert detector.reconsider(CHART.id) == []
    assert (head(chronicle).version, head(chronicle).catalog) == (5, other.version)


def test_a_process_that_has_an_older_catalog_does_not_bring_the_record_back_to_it() -> None:
    chronicle = Chronicle(CHANGE, NTH, works=WORKS)
    a_run(chronicle, "Ozark", "Squid Game")
    newer, older = Catalog(WORKS), Catalog(WORKS[:-1])

    def detector(catalog: Catalog) -> Detector:
        return Detector(
            chronicle.charts,
            chronicle.milestones,
            catalog,
            RuleSet(chronicle.rules),
            earlier_catalog={its.version: its for its in (newer, older)}.get,
            is_in_force=lambda its: its.version == newer.version,
        )

    detector(newer).reconsider(CHART.id)
    current = head(chronicle)
    assert current.catalog == newer.version
    chronicle.stored(2, US="Elite")
    for attempt in (
        lambda: detector(older).reconsider(CHART.id),
        lambda: detector(older).detect(CHART.id, DAY + timedelta(days=2)),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert head(chronicle) == current
    assert detector(newer).detect(CHART.id, DAY + timedelta(days=2)), "a process that begins anew has the other"


def test_a_later_publication_reads_nothing_of_the_whole_record() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    chronicle.milestones = noted = NotedMilestones()
    a_run(chronicle, "Ozark", "Squid Game", None, "Elite")
    assert noted.read == []
    chronicle.arrives(2, US="Ozark")
    assert noted.read == [None]


def test_a_late_publication_brings_in_no_later_one_that_nobody_has_processed() -> None:
    chronicle = Chronicle(CHANGE, NTH)
    a_run(chronicle, "Ozark", "Ozark")
    chronicle.stored(5, US="Squid Game")
    chronicle.arrives(0, US="Elite")
    assert head(chronicle).last == DAY.replace(day=2)
    assert "nth:daily:US:2" not in chronicle.slots()


def test_a_title_that_was_renamed_before_its_first_publication_is_processed_is_known() -> None:
    chronicle = Chronicle(NTH, works=WORKS)
    chronicle.stored(0, US="Squid Game")
    chronicle.arrives(0, US="Squid: Game!")
    assert chronicle.holders("nth:daily:US:1") == [("squid", 0)]
    assert len(head(chronicle).renamings) == 1
