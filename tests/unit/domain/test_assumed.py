"""Facts that are only assumed: they count, what rests on them is provisional, and nothing else is."""

from collections.abc import Sequence
from dataclasses import replace

from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.rule import Fact
from chartwatch.domain.works.work import ORIGINAL_LANGUAGE
from tests.chronicle import CHANGE, HEIST, NTH, OZARK, RACE, SQUID, Chronicle, a_run, sent

ASSUMED = replace(SQUID, assumed=frozenset({ORIGINAL_LANGUAGE}))
OF_A_COUNTRY = replace(NTH, id="of", per=Fact.ORIGIN_COUNTRY, at=(1, 2))
BECAUSE = ["the original language of Squid Game, #1 since 2022-01-02, is assumed"]


def because(chronicle: Chronicle, slot: str) -> Sequence[str]:
    return [reason.said for reason in chronicle.held(slot).reasons]


def test_what_rests_on_what_is_assumed_counts_and_is_provisional() -> None:
    chronicle = Chronicle(NTH, CHANGE, works=(OZARK, ASSUMED, HEIST))
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    assert chronicle.holders("nth:daily:US:1") == [("squid", 1)]
    assert chronicle.holders("nth:daily:US:2") == [("heist", 2)]
    assert because(chronicle, "nth:daily:US:1") == BECAUSE
    assert because(chronicle, "nth:daily:US:2") == BECAUSE
    assert because(chronicle, "new:daily:US:2022-01-02") == [], "no fact is asked for"


def test_what_is_assumed_stands_against_no_country_that_it_cannot_count_for() -> None:
    chronicle = Chronicle(OF_A_COUNTRY, RACE, works=(OZARK, ASSUMED, HEIST))
    a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    assert because(chronicle, "of:daily:US:KR:1") == BECAUSE
    assert because(chronicle, "of:daily:US:ES:1") == []


def test_what_is_assumed_is_confirmed_when_it_is_known_and_corrected_when_it_is_not_so() -> None:
    for language, confirmed in (("ko", True), ("en", False)):
        chronicle = Chronicle(NTH, works=(OZARK, ASSUMED))
        chronicle.arrives(0, US="Ozark")
        assert sent(chronicle.arrives(1, US="Squid Game")) == [("nth:daily:US:1", Status.PROVISIONAL)]
        told = sent(chronicle.learns(OZARK, replace(SQUID, original_language=language)))
        assert told == [("nth:daily:US:1", Status.ANNOUNCED if confirmed else Status.RETRACTED)]


def test_what_was_certain_is_told_to_be_uncertain_and_not_taken_back_when_sources_disagree() -> None:
    chronicle = Chronicle(NTH, works=(OZARK, SQUID))
    chronicle.arrives(0, US="Ozark")
    chronicle.arrives(1, US="Squid Game")
    assert sent(chronicle.learns(OZARK, ASSUMED)) == [("nth:daily:US:1", Status.PROVISIONAL)]
    assert chronicle.holders("nth:daily:US:1") == [("squid", 1)]
    assert because(chronicle, "nth:daily:US:1") == BECAUSE
    assert sent(chronicle.learns(OZARK, SQUID)) == [("nth:daily:US:1", Status.ANNOUNCED)]
