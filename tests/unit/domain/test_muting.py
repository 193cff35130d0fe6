"""What is muted is recorded, and never sent late; what was sent is corrected as ever."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.milestones.muting import Mute
from tests.chronicle import CHANGE, CHART, DAY, NTH, OZARK, RACE, Chronicle, a_run, sent
from tests.chronicle import SQUID as SQUID_WORK

SQUID, DEAD = "Squid Game", "All of Us Are Dead"


class Muting(Chronicle):
    """A chronicle whose detector hears what is muted."""

    muted: Mapping[str, Mute] = {}

    def arrives_muted(self, number: int, **number_ones: str) -> list[Bulletin]:
        self.stored(number, **number_ones)
        return self.detector_with(muted=self.muted).detect(self.chart.id, self.period(number))


def until(number: int) -> Mute:
    return Mute(DAY + timedelta(number))


def slots_sent(bulletins: Sequence[Bulletin]) -> list[str]:
    return [slot for slot, _ in sent(bulletins)]


def test_what_a_catalog_brings_is_muted_as_a_publication_is_on_its_own_chart() -> None:
    for chart, told in ((CHART.id, []), ("another", [("nth:daily:US:1", Status.ANNOUNCED)])):
        chronicle = Chronicle(NTH, works=(OZARK,))
        a_run(chronicle, "Ozark", "Squid Game")
        chronicle.works = (OZARK, SQUID_WORK)
        muted = {"nth": Mute(date.min, {chart: date.max})}
        assert sent(chronicle.detector_with(muted=muted).reconsider(CHART.id)) == told


@pytest.mark.parametrize("name", ["squid", "nth"])
def test_of_a_muted_work_or_rule_nothing_is_sent_until_the_period(name: str) -> None:
    its = Muting(NTH)
    its.muted = {name: until(2)}
    its.arrives_muted(0, US="Ozark", KR="Ozark")
    assert slots_sent(its.arrives_muted(1, US=SQUID, KR="Ozark")) == []
    assert "nth:daily:US:1" in its.slots()
    assert slots_sent(its.arrives_muted(2, US=SQUID, KR=SQUID)) == ["nth:daily:KR:1"]


def test_what_was_muted_is_not_sent_late_when_it_changes_or_the_record_is_brought_up_to_date() -> None:
    its = Muting(NTH)
    its.muted = {"squid": until(2)}
    its.arrives_muted(0, US="Ozark")
    its.arrives_muted(1, US=SQUID)
    its.arrives_muted(2, US="Ozark")
    assert slots_sent(its.arrives_muted(1, US=(SQUID, "Ozark"))) == []
    assert its.detector_with(muted=its.muted).reconsider(its.chart.id) == []


def test_what_was_sent_before_it_was_muted_is_corrected() -> None:
    its = Muting(NTH)
    its.arrives_muted(0, US="Ozark")
    its.arrives_muted(1, US=SQUID)
    its.muted = {"nth": until(9), "squid": until(9)}
    assert sent(its.arrives_muted(1, US="Who Killed Sara?")) == [("nth:daily:US:1", Status.CORRECTED)]


def test_what_a_muted_work_shares_with_another_is_sent() -> None:
    its = Muting(CHANGE)
    its.muted = {"squid": until(9)}
    its.arrives_muted(0, US="Ozark")
    assert len(slots_sent(its.arrives_muted(1, US=(SQUID, DEAD)))) == 1


def test_others_count_it_all_the_same() -> None:
    its = Muting(NTH, RACE)
    its.muted = {"squid": until(9)}
    its.arrives_muted(0, US="Ozark")
    its.arrives_muted(1, US=SQUID)
    assert set(slots_sent(its.arrives_muted(2, US=DEAD))) == {"nth:daily:US:2", "race:daily:US:2"}


@pytest.mark.parametrize("name", ["squid", "nth"])
def test_what_was_muted_is_not_sent_late_when_the_mute_is_ended_early(name: str) -> None:
    its = Muting(NTH)
    its.muted = {name: until(30)}
    for number, title in enumerate(("Ozark", "Ozark", SQUID)):
        its.arrives_muted(number, US=title, KR="Ozark")
    its.muted = {name: until(30).with_end(DAY, {"daily": its.head.last, "weekly": DAY + timedelta(9)})}
    # A late correction of what was muted is no news, whatever it shows; what comes from now on is.
    assert slots_sent(its.arrives_muted(1, US=SQUID, KR="Ozark")) == []
    assert slots_sent(its.arrives_muted(2, US=SQUID, KR=SQUID)) == []
    assert {"nth:daily:US:1", "nth:daily:KR:1"} <= its.slots()
    assert slots_sent(its.arrives_muted(3, US=SQUID, KR=SQUID, MX="Ozark")) == []
    assert slots_sent(its.arrives_muted(4, US=SQUID, KR=SQUID, MX=SQUID)) == ["nth:daily:MX:1"]


def test_a_mute_that_is_ended_keeps_what_each_chart_had_recorded_and_no_more() -> None:
    day = DAY
    ended = Mute(day + timedelta(20)).with_end(
        day, {"early": day - timedelta(3), "on": day, "late": day + timedelta(40)}
    )
    assert ended == Mute(day, {"late": day + timedelta(20), "on": day + timedelta(1)})
    assert [ended.of(chart) - day for chart in ("early", "on", "late", "unknown")] == [
        timedelta(0),
        timedelta(1),
        timedelta(20),
        timedelta(0),
    ]
    again = ended.with_end(day + timedelta(5), {"late": day + timedelta(60), "on": day + timedelta(2)})
    assert again == Mute(day + timedelta(5), {"late": day + timedelta(20)})
    assert again.with_end(day + timedelta(30), {"late": day + timedelta(60)}) == Mute(day + timedelta(30))


def test_a_work_that_was_muted_before_the_catalog_knew_it_stays_muted() -> None:
    its = Muting(CHANGE)
    works, its.works = its.works, tuple(work for work in its.works if work.title != SQUID)
    its.muted = {"unlisted:series:squid game": until(3), "unlisted:any:all of us are dead": until(3)}
    its.arrives_muted(0, US="Ozark")
    assert slots_sent(its.arrives_muted(1, US=SQUID)) == []
    its.works = works
    assert slots_sent(its.arrives_muted(2, US=SQUID, KR="Ozark")) == []
    assert slots_sent(its.arrives_muted(3, US=SQUID, KR=SQUID)) == ["new:daily:KR:2022-01-04"]
