"""The rolls of works that count, kept in pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from chartwatch.domain.rules.rolls import OPEN_LINES, Line, Tally, TallyKey, with_lines
from chartwatch.domain.rules.rule import Count, Fact, RuleKind
from chartwatch.domain.works.claimants import Claimant
from tests.chronicle import DAY, NTH, RACE, SQUID

FAR = replace(NTH, at=(500,))
KEY = TallyKey.roll(FAR, "US", None)


def line(number: int, group: str | None = None) -> Line:
    return Line(f"work-{number}", f"Work {number}", None, DAY + timedelta(number), group=group)


def lines(first: int, last: int) -> list[Line]:
    return [line(number) for number in range(first, last + 1)]


class Kept:
    """What is kept of a roll."""

    def __init__(self, roll: Sequence[Line] = ()) -> None:
        self.tallies = {KEY: Tally(lines=tuple(roll), count=len(roll), groups=(("", len(roll)),) if roll else ())}

    def add(self, *added: Line) -> None:
        self.tallies.update(with_lines(FAR, KEY, self.tallies[KEY], added))

    @property
    def pages(self) -> list[int]:
        """The number of lines on each page, the open one last."""
        its = self.tallies[KEY]
        return [len(self.tallies[key].lines) for key in (*KEY.pages_of(its), KEY)]

    @property
    def roll(self) -> list[Line]:
        its = self.tallies[KEY]
        return [line for key in (*KEY.pages_of(its), KEY) for line in self.tallies[key].lines]


def test_lines_stay_in_their_order_and_no_page_has_more_than_are_kept_open() -> None:
    kept = Kept()
    for number in range(1, 3 * OPEN_LINES + 2):
        kept.add(line(number))
    assert kept.roll == lines(1, 3 * OPEN_LINES + 1)
    assert kept.pages == [OPEN_LINES, OPEN_LINES, OPEN_LINES, 1]
    assert kept.tallies[KEY].count == 3 * OPEN_LINES + 1
    assert set(kept.tallies) == {KEY, *(KEY._replace(page=page) for page in (1, 2, 3))}


@pytest.mark.parametrize(
    ("before", "added", "pages"),
    [
        (OPEN_LINES - 1, 1, [OPEN_LINES]),
        (OPEN_LINES - 1, 2, [OPEN_LINES - 1, 2]),
        (0, OPEN_LINES + 3, [OPEN_LINES + 3]),
        (2, 3, [5]),
    ],
)
def test_lines_that_come_together_stay_on_one_page(before: int, added: int, pages: list[int]) -> None:
    kept = Kept(lines(1, before))
    kept.add(*lines(before + 1, before + added))
    assert kept.pages == pages
    assert kept.roll == lines(1, before + added)


def test_a_roll_that_has_made_its_last_slot_gets_no_more_lines() -> None:
    rule = replace(NTH, at=(2,))
    before = Tally(2, lines=(line(1), line(2)), groups=(("", 2),))
    assert list(with_lines(rule, KEY, before, [line(3)])) == []


def test_a_group_that_has_made_its_last_slot_gets_no_more_lines() -> None:
    rule = replace(NTH, kind=RuleKind.RACE, per=Fact.ORIGIN_COUNTRY, at=(2,))
    key = TallyKey.roll(rule, "US", None)
    before = Tally(3, lines=(line(1, "KR"), line(2, "KR"), line(3, "ES")), groups=(("ES", 1), ("KR", 2)))
    assert list(with_lines(rule, key, before, [line(4, "KR")])) == []
    ((_, after),) = with_lines(rule, key, before, [line(4, "KR"), line(5, "ES"), line(6)])
    assert (after.count, after.groups) == (5, (("", 1), ("ES", 2), ("KR", 2)))
    assert list(with_lines(rule, key, replace(before, closed=True), [line(5, "ES")])) == []


def test_what_stands_in_the_tables_is_found_under_the_same_keys_for_ever() -> None:
    season = Claimant("squid", "2", SQUID)
    assert TallyKey.roll(NTH, "US", None) == ("nth", "US", "=", 0)
    assert TallyKey.roll(NTH, "US", "KR") == ("nth", "US", "=KR", 0)
    assert TallyKey.roll(RACE, "US", None) == ("race", "US", "=", 0)
    assert TallyKey.roll(RACE, "US", "KR") == ("race", "US", "=", 0)
    assert TallyKey.undecided(NTH, "US") == ("nth", "US", "?", 0)
    assert TallyKey.territories(Count.SEASONS, season) == ("", "*", "spread:seasons:squid/2", 0)
    assert TallyKey.past_runs(Count.WORKS, "US", Claimant.of(SQUID).key) == ("", "US", "runs:works:squid", 0)
