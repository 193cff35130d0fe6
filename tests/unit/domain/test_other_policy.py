"""Who would hold a slot if works counted for their countries the other way."""

from dataclasses import replace

from chartwatch.domain.rules.rule import Fact, Origin
from chartwatch.domain.works.work import Kind, Work
from tests.chronicle import NTH, Chronicle, a_run

PER_COUNTRY = replace(NTH, where=(), per=Fact.ORIGIN_COUNTRY, headline="{title} {is} {ordinal} of {group}")
BOTH = Work("both", "Both", Kind.SERIES, "es", ("ES", "KR"))
ONE, TWO = (Work(name.lower(), name, Kind.SERIES, "ko", ("KR",)) for name in ("One", "Two"))


def others(chronicle: Chronicle, slot: str) -> list[str]:
    otherwise = chronicle.evidence(slot)["other_policy"]
    assert otherwise["origin"] == chronicle.rules[0].origin.other.value
    return [holder["work_id"] for holder in otherwise["holders"]]


def test_a_work_of_two_countries_comes_before_those_of_its_second_one_or_does_not() -> None:
    chronicle = Chronicle(replace(PER_COUNTRY, origin=Origin.MAIN), works=(BOTH, ONE, TWO))
    a_run(chronicle, "Both", "One", "Two")
    assert chronicle.holders("nth:daily:US:KR:1") == [("one", 1)]
    assert others(chronicle, "nth:daily:US:KR:1") == ["both"]
    assert chronicle.holders("nth:daily:US:KR:2") == [("two", 2)]
    assert others(chronicle, "nth:daily:US:KR:2") == ["one"]
    assert "other_policy" not in chronicle.evidence("nth:daily:US:ES:1")


def test_a_slot_that_nobody_would_hold_says_so() -> None:
    chronicle = Chronicle(replace(PER_COUNTRY, origin=Origin.ANY), works=(BOTH, ONE, TWO))
    a_run(chronicle, "Both", "One", "Two")
    assert chronicle.holders("nth:daily:US:KR:3") == [("two", 2)]
    assert others(chronicle, "nth:daily:US:KR:3") == []
