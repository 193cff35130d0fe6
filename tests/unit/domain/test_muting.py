"""What is muted is recorded, and never sent late; what was sent is corrected as ever."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from chartwatch.domain.milestones.milestone import Bulletin, Status
from tests.chronicle import CHANGE, DAY, NTH, RACE, Chronicle, sent

SQUID, DEAD = "Squid Game", "All of Us Are Dead"


class Muting(Chronicle):
    """A chronicle whose detector hears what is muted."""

    muted: Mapping[str, date] = {}

    def arrives_muted(self, number: int, **number_ones: str) -> list[Bulletin]:
        self.stored(number, **number_ones)
        return self.detector_with(muted=self.muted).detect(self.chart.id, self.period(number))


def until(number: int) -> date:
    return DAY + timedelta(number)


def slots_sent(bulletins: Sequence[Bulletin]) -> list[str]:
    return [slot for slot, _ in sent(bulletins)]


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
