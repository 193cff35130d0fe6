"""What a territory lacks that comes back is missing, also for what was told before it came back."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain.charts.publications import Absence, AbsenceKind
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.milestones.pauses import first_otherwise, lacks
from chartwatch.domain.rules.rule import Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.services.by_hand import declare_unpublished
from chartwatch.services.detect import Audit
from chartwatch.services.ports import PublicationUpdate
from tests.chronicle import NTH, Chronicle, NotedCharts, sent

ANYWHERE = replace(NTH, id="nth", scope=Scope.CHART)
THIRD = "nth:daily:*:3"


def day(number: int) -> date:
    return date(2022, 1, number)


@pytest.fixture
def pausing() -> Chronicle:
    """Korea has no list on the third and fourth day, and nobody knows yet whether it comes back."""
    chronicle = Chronicle(ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Money Heist")
    chronicle.arrives(2, US="Who Killed Sara?")
    chronicle.arrives(3, US="Who Killed Sara?")
    return chronicle


def against(chronicle: Chronicle, slot: str = THIRD) -> list[str]:
    return [reason.said for reason in chronicle.held(slot).reasons]


def never(chronicle: Chronicle, *days: int, territory: str = "KR") -> None:
    """Declare that a territory's list was not published on some days."""
    for number in days:
        period = chronicle.period(number)
        chronicle.says(number, declare_unpublished(chronicle.charts, "daily", period, territory, "an archive"))


def test_a_territory_that_is_not_published_any_more_has_just_stopped(pausing: Chronicle) -> None:
    assert (pausing.held(THIRD).status, against(pausing)) == (Status.ANNOUNCED, [])


def test_once_it_is_back_what_was_told_meanwhile_is_provisional_and_names_what_is_missing(pausing: Chronicle) -> None:
    bulletins = pausing.arrives(4, US="Who Killed Sara?", KR="Ozark")
    assert sent(bulletins) == [(THIRD, Status.PROVISIONAL)]
    assert against(pausing) == ["the period 2022-01-03 is missing in South Korea"]
    assert not pausing.held(THIRD).is_certain


def test_an_edition_that_is_set_aside_shows_too_that_the_territory_goes_on(pausing: Chronicle) -> None:
    pausing.arrives(4, US="Who Killed Sara?", KR=None)
    assert against(pausing) == ["the period 2022-01-03 is missing in South Korea"]


def test_when_its_return_is_withdrawn_and_nothing_is_missing_what_was_told_is_certain_again(pausing: Chronicle) -> None:
    pausing.arrives(4, US="Who Killed Sara?", KR="Ozark")
    summary = pausing.charts.summary("daily", pausing.period(4))
    assert summary is not None
    ones = {"US": summary.number_ones["US"]}
    never = {"KR": Absence(AbsenceKind.NOT_PUBLISHED)}
    pausing.says(4, PublicationUpdate(replace(summary, number_ones=ones, absent=never), {}))
    assert (pausing.held(THIRD).is_certain, against(pausing)) == (True, [])


def test_what_was_never_published_is_not_missing_in_a_pause(pausing: Chronicle) -> None:
    never(pausing, 2)
    pausing.arrives(4, US="Who Killed Sara?", KR="Ozark")
    assert against(pausing) == []


@pytest.mark.parametrize(
    ("declared", "missing"),
    [
        ((), ["the periods 2022-01-03 to 2022-01-04 are missing in South Korea"]),
        ((2,), ["the period 2022-01-04 is missing in South Korea"]),
        ((3,), ["the period 2022-01-03 is missing in South Korea"]),
        ((2, 3), []),
        ((3, 2), []),
    ],
)
@pytest.mark.parametrize("is_back_first", [True, False])
def test_what_is_missing_before_a_day_that_was_never_published_stands_against_its_claims(
    declared: tuple[int, ...], missing: list[str], is_back_first: bool
) -> None:
    chronicle = Chronicle(ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Money Heist")
    chronicle.arrives(2, US="Squid Game")
    chronicle.arrives(3, US="Who Killed Sara?")
    if not is_back_first:
        never(chronicle, *declared)
    chronicle.arrives(4, US="Who Killed Sara?", KR="Ozark")
    if is_back_first:
        never(chronicle, *declared)
    assert (chronicle.held(THIRD).is_certain, against(chronicle)) == (not missing, missing)


def test_a_day_that_is_set_aside_is_missing_with_those_before_it() -> None:
    chronicle = Chronicle(ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Money Heist")
    chronicle.arrives(2, US="Squid Game")
    chronicle.arrives(3, US="Who Killed Sara?", KR=None)
    chronicle.arrives(4, US="Who Killed Sara?", KR="Ozark")
    assert against(chronicle) == ["the periods 2022-01-03 to 2022-01-04 are missing in South Korea"]


def test_a_day_of_which_nothing_but_an_absence_is_known_is_part_of_a_pause() -> None:
    chronicle = Chronicle(SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(1,)))
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US=None)
    never(chronicle, 1, territory="US")
    chronicle.arrives(2, US="Squid Game")
    never(chronicle, 2)
    chronicle.arrives(3, US="Ozark", KR="Ozark")
    assert against(chronicle, "spread:daily:*:squid:1") == ["the period 2022-01-02 is missing"]
    assert chronicle.detector.audit("daily") == Audit((), False, (), ())


def test_a_day_of_which_nothing_is_known_is_part_of_a_pause() -> None:
    """Nothing was published on the second day; on the third Mexico is new, and Korea had no list."""
    chronicle = Chronicle(SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(2,)))
    chronicle.arrives(0, US="Squid Game", KR="Ozark")
    chronicle.arrives(2, US="Ozark", MX="Squid Game")
    never(chronicle, 2)
    chronicle.arrives(3, US="Ozark", MX="Ozark", KR="Ozark")
    assert against(chronicle, "spread:daily:*:squid:2") == ["the period 2022-01-02 is missing"]
    assert chronicle.detector.audit("daily") == Audit((), False, (), ())


def test_a_pause_that_is_known_does_not_make_the_fold_begin_with_it_again() -> None:
    chronicle = Chronicle(ANYWHERE)
    charts = chronicle.charts = NotedCharts()
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    for number in range(1, 20):
        chronicle.arrives(number, US="Ozark")
    chronicle.arrives(20, US="Squid Game", KR="Ozark")
    charts.read.clear()
    chronicle.arrives(21, US="Squid Game", KR="Ozark")
    chronicle.arrives(20, US="Squid Game", KR="Squid Game")
    assert len(charts.read) == 2
    assert all(since and since >= chronicle.period(16) for since in charts.read)


@pytest.mark.parametrize(
    ("known", "found", "first"),
    [
        ([], [], None),
        ([(2, 4)], [(2, 4)], None),
        ([], [(2, 4)], 2),
        ([(2, 4)], [], 2),
        ([(2, 4)], [(2, 6)], 5),
        ([(2, 6)], [(2, 4), (6, 6)], 5),
        ([(2, 4), (8, 9)], [(2, 4)], 8),
        ([(2, 4)], [(3, 4)], 2),
    ],
)
def test_what_is_missing_is_compared_from_its_first_day_on(
    known: list[tuple[int, int]], found: list[tuple[int, int]], first: int | None
) -> None:
    one = {"US": ((day(1), day(1)),), "KR": tuple((day(a), day(b)) for a, b in known)}
    other = {"US": ((day(1), day(1)),), "KR": tuple((day(a), day(b)) for a, b in found)}
    assert first_otherwise(one, other) == (day(first) if first else date.max)


def test_a_territory_that_is_new_with_what_it_lacks_is_compared_too() -> None:
    gaps = {"KR": ((day(3), day(4)),)}
    assert first_otherwise({}, gaps) == first_otherwise(gaps, {}) == day(3)
    assert first_otherwise({}, {}) == date.max


def test_a_period_is_missing_of_a_territory_from_the_first_to_the_last_of_a_gap() -> None:
    gaps = {"KR": ((day(2), day(4)), (day(8), day(8)))}
    assert [number for number in range(1, 10) if lacks(gaps, "KR", day(number), day(number))] == [2, 3, 4, 8]
    assert not lacks(gaps, "US", day(2), day(2))


@pytest.mark.parametrize(
    ("first", "last", "lacking"),
    [
        (1, 1, False),
        (1, 2, True),
        (4, 7, True),
        (5, 7, False),
        (5, 8, True),
        (3, 3, True),
        (9, 12, False),
        (6, 5, False),
    ],
)
def test_a_territory_lacks_something_where_a_gap_meets_the_days(first: int, last: int, lacking: bool) -> None:
    assert lacks({"KR": ((day(2), day(4)), (day(8), day(8)))}, "KR", day(first), day(last)) is lacking
