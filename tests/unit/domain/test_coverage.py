"""What is known of a scope: beginning, end, and what is missing between."""

from datetime import date, timedelta

import pytest

from chartwatch.domain.charts.chart import Cadence, missing_between
from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.rules.standing import Coverage

SUNDAY = date(2021, 7, 4)
NOBODY: tuple[NumberOne, ...] = ()


def coverage(cadence: Cadence, *numbers: int) -> Coverage:
    """Return the coverage of the periods of these numbers, from `SUNDAY`, period 0, on."""
    known = Coverage(SUNDAY, SUNDAY, 1, (), NOBODY)
    for number in numbers:
        known = known.extended(SUNDAY + number * cadence.step, NOBODY, cadence)
    return known


@pytest.mark.parametrize("cadence", list(Cadence))
def test_a_record_without_gaps_has_seen_every_period(cadence: Cadence) -> None:
    known = coverage(cadence, 1, 2, 3)
    assert (known.first, known.last, known.seen, known.gaps) == (SUNDAY, SUNDAY + 3 * cadence.step, 4, ())


@pytest.mark.parametrize("cadence", list(Cadence))
def test_gaps_are_ranges_of_the_periods_that_were_due(cadence: Cadence) -> None:
    known = coverage(cadence, 2, 3, 6)
    step = cadence.step
    assert known.gaps == ((SUNDAY + step, SUNDAY + step), (SUNDAY + 4 * step, SUNDAY + 5 * step))
    assert known.seen == 4


def test_a_week_after_a_week_leaves_no_gap_and_a_fortnight_does() -> None:
    assert missing_between(SUNDAY, SUNDAY + timedelta(7), Cadence.WEEK) is None
    missing = SUNDAY + timedelta(7)
    assert missing_between(SUNDAY, SUNDAY + timedelta(14), Cadence.WEEK) == (missing, missing)


def test_coverage_keeps_the_number_ones_of_its_last_period() -> None:
    ones = (NumberOne("Squid Game"),)
    assert coverage(Cadence.DAY, 1).extended(SUNDAY + timedelta(2), ones, Cadence.DAY).number_ones == ones
