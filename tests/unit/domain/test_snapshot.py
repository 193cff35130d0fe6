"""Snapshots: which are kept, and from which period on another catalog may make a difference."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.milestones.snapshot import Snapshot, is_kept, titles_of
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.meanings import Identified, Meanings
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work
from tests.chronicle import CHANGE, DAY, HEIST, OZARK, SQUID, WORKS, Chronicle, a_run
from tests.recorded import snapshots
from tests.strategies import examples


def kept(length: int) -> set[int]:
    """Return which snapshots are kept of so many publications."""
    return {number for number in range(length) if is_kept(number, length - 1)}


@examples(200)
@given(st.integers(1, 30_000), st.data())
def test_what_is_kept_was_kept_ever_since_it_was_made(length: int, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(sorted(kept(length))))
    assert all(is_kept(number, latest) for latest in range(number, length))


@examples(200)
@given(st.integers(4, 30_000))
def test_the_last_two_are_kept_and_one_for_each_doubling_of_age(length: int) -> None:
    ages = sorted(length - 1 - number for number in kept(length))
    assert ages[:2] == [0, 1]
    doublings = [age.bit_length() - 1 for age in ages[2:]]
    whole = range(1, length.bit_length() - 1)
    assert doublings[: len(whole)] == list(whole)
    assert len(doublings) <= len(whole) + 1, "the oldest may be of a doubling that is not whole yet"


@pytest.mark.parametrize(
    ("length", "numbers"),
    [(1, {0}), (2, {0, 1}), (3, {0, 1, 2}), (4, {0, 2, 3}), (5, {0, 2, 3, 4}), (6, {0, 2, 4, 5}), (8, {0, 4, 6, 7})],
)
def test_these_are_kept_of_a_few(length: int, numbers: set[int]) -> None:
    assert kept(length) == numbers


def test_at_most_fifteen_are_kept_in_twenty_years_of_days() -> None:
    its: set[int] = set()
    for latest in range(20 * 365 + 5):
        its = {number for number in (*its, latest) if is_kept(number, latest)}
        assert len(its) <= 15


def test_the_record_keeps_these_and_no_others() -> None:
    chronicle = Chronicle(CHANGE)
    a_run(chronicle, *["Ozark", "Squid Game"] * 6)
    numbers = [its.number for its in chronicle.head.snapshots]
    assert numbers == sorted(kept(12))
    assert list(snapshots(chronicle.record, chronicle.chart.id)) == [chronicle.period(number) for number in numbers]


@pytest.mark.parametrize("count", Count)
def test_a_work_has_topped_a_chart_where_it_or_a_season_of_it_was_at_number_one_anywhere(count: Count) -> None:
    assert not Snapshot().has_topped("squid")
    chronicle = Chronicle(replace(CHANGE, count=count))
    chronicle.arrives(0, US="Ozark", KR="Ozark|1")
    chronicle.arrives(1, US="Ozark", KR="Squid Game|2")
    chronicle.arrives(2, US="Ozark", KR="Ozark")
    its = snapshots(chronicle.record, chronicle.chart.id)[chronicle.period(2)]
    assert [its.has_topped(work.id) for work in (OZARK, SQUID, HEIST)] == [True, True, False]


# From where on a catalog may make a difference.

ALIASED = replace(SQUID, aliases=("Round Six",))


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    chronicle.arrives(1, US="Squid Game", KR="Ozark")
    chronicle.arrives(2, US="Round Six", KR="SQUID GAME")
    return snapshots(chronicle.record, chronicle.chart.id)[chronicle.period(2)]


@pytest.mark.parametrize(
    ("after", "day"),
    [
        (Catalog(WORKS), None),
        (Catalog([*WORKS, Work("never", "Never at #1")]), None),
        (Catalog([replace(SQUID, source="somebody", confidence="low"), *WORKS[2:]]), None),
        (Catalog([replace(OZARK, original_language="fr"), SQUID]), 0),
        (Catalog([OZARK]), 1),
        (Catalog([OZARK, replace(SQUID, release_date=DAY)]), 1),
        (Catalog([OZARK, SQUID, Work("film", "Squid Game", Kind.FILM)]), None),
        (Catalog([OZARK, SQUID, Work("twin", "Squid Game")]), 1),
        (Catalog([OZARK, ALIASED]), 2),
        (Catalog(), 0),
    ],
    ids=["the same", "a work that never topped", "where facts come from", "another fact", "a work that is gone",
         "a date", "a work of another kind", "a namesake", "an alias", "nothing any more"],
)  # fmt: skip
def test_a_catalog_makes_a_difference_from_the_first_title_of_other_facts_on(
    snapshot: Snapshot, after: Catalog, day: int | None
) -> None:
    first = snapshot.first_affected(Catalog(WORKS), after)
    assert first == (None if day is None else DAY + timedelta(day))


SONG = Work("song", "Flowers", Kind("song"), "en", creators=("Miley Cyrus",))
ELITE = Work("elite", "Elite", Kind.SERIES, "es", ids=("tmdb:1",))
IDENTIFIED = Snapshot(
    charted={Charted(Kind("song"), "flowers", "Miley Cyrus"): DAY + timedelta(2)},
    meanings=Meanings(by_id={"tmdb:1": Identified("elite", DAY + timedelta(1))}),
)
MILEY = Work("miley", "Miley Cyrus", Kind.ARTIST, origin_countries=("US",))


@pytest.mark.parametrize(
    ("after", "day"),
    [
        (Catalog([SONG, ELITE]), None),
        (Catalog([SONG, ELITE, replace(SONG, id="other", creators=("Somebody",))]), None),
        (Catalog([SONG, ELITE, MILEY]), 2),
        (Catalog([replace(SONG, original_language="fr"), ELITE]), 2),
        (Catalog([SONG, replace(ELITE, ids=("tmdb:2",))]), 1),
        (Catalog([SONG, replace(ELITE, original_language="fr")]), 1),
        (Catalog([SONG, replace(ELITE, id="dark", title="Dark")]), 1),
    ],
    ids=["the same", "one of that title by another", "where the artist is from", "another fact",
         "nobody of that id", "another fact of the id", "another work of the id"],
)  # fmt: skip
def test_a_catalog_makes_a_difference_for_credits_and_for_ids_of_providers(after: Catalog, day: int | None) -> None:
    first = IDENTIFIED.first_affected(Catalog([SONG, ELITE]), after)
    assert first == (None if day is None else DAY + timedelta(day))


def test_titles_that_were_given_up_make_a_difference_from_either_name_on(snapshot: Snapshot) -> None:
    renaming = Renaming("2022-02-01", Kind.SERIES, "Round Six", "Squid Game!")
    given_up = titles_of(frozenset({renaming}))
    assert given_up == {Charted(Kind.SERIES, "round six"), Charted(Kind.SERIES, "squid game!")}
    same = Catalog(WORKS)
    assert snapshot.first_affected(same, same, given_up) == DAY + timedelta(2)
    back = titles_of(frozenset({renaming._replace(after="Squid Game")}))
    assert snapshot.first_affected(same, same, back) == DAY + timedelta(1)


def test_a_snapshot_of_nothing_is_affected_by_nothing() -> None:
    assert Snapshot().first_affected(Catalog(), Catalog(WORKS)) is None
    assert (Snapshot().last, Snapshot().periods, Snapshot().all_renamings) == (None, 0, ())
    assert not Snapshot().has_topped("squid")
