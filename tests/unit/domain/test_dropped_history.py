"""What a provider has dropped for good: who has settled that, and how long, and what is refused all the same."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.document_errors import HistoryRewritten, HistoryShrank, RanksIncomplete, SourceError, SourceTruncated
from chartwatch.domain.charts.publications import Edition, Entry, PublicationSummary
from chartwatch.services.by_hand import by_hand, declare_unpublished, fill, reinstate, withdraw
from chartwatch.services.ingest import Ingested
from tests.ingesting import CHART, NotedCharts, ingest_document, week

BOTH = ("KR", "US")
WORLD = tuple(f"T{number}" for number in range(10))

Weeks = Mapping[int, Collection[str]]
"""The territories of a document, by the number of a week."""

Said = Callable[[NotedCharts], object]
"""What a person says of the stored publications."""


@pytest.fixture
def charts() -> NotedCharts:
    return NotedCharts()


def weeks(*numbers: int, territories: Collection[str] = BOTH) -> Weeks:
    return dict.fromkeys(numbers, territories)


def editions(document: Weeks, title: str = "Title") -> Mapping[int, Mapping[str, Sequence[Entry]]]:
    return {number: {t: [Entry(1, f"{title} {number} {t}")] for t in its} for number, its in document.items()}


def arrives(charts: NotedCharts, document: Weeks, **how: Any) -> Ingested:
    return ingest_document(editions(document), charts, **how)


def stored(charts: NotedCharts, number: int) -> PublicationSummary:
    found = charts.summary(CHART.id, week(number))
    assert found
    return found


def kept(charts: NotedCharts) -> Mapping[int, set[str]]:
    """Return the territories that count, by the number of a week."""
    return {(its.period - week(0)).days // 7: {*its.number_ones} for its in charts.summaries(CHART.id)}


def is_settled(found: Ingested, *new: int) -> bool:
    """Return whether a document brought these weeks, and a person hears of nothing."""
    return ([its.period for its in found.new], found.notices) == ([week(number) for number in new], ())


# A person accepts a loss.


def test_a_week_that_a_person_let_go_is_asked_of_no_later_file_and_stays(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2, 3))
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-16 is gone"):
        arrives(charts, weeks(0, 1, 3, 4))
    assert arrives(charts, weeks(0, 1, 3, 4), accepted=True).notices, "a person hears of it once"
    assert is_settled(arrives(charts, weeks(0, 1, 3, 4, 5)), 5)
    assert is_settled(arrives(charts, weeks(0, 1, 3, 4, 5, 6)), 6)
    assert kept(charts) == {number: {*BOTH} for number in range(7)}


def test_a_loss_is_settled_by_a_document_that_brings_nothing_new(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2))
    assert arrives(charts, weeks(0, 2), accepted=True).written == []
    assert is_settled(arrives(charts, weeks(0, 2)))
    assert is_settled(arrives(charts, weeks(0, 2, 3)), 3)


def test_territories_that_a_person_let_go_are_asked_of_no_later_file_and_stay(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, territories=WORLD))
    less = weeks(0, 1, territories=WORLD[:6])
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-02 has lost T6, T7, T8, T9"):
        arrives(charts, less)
    arrives(charts, less, accepted=True)
    assert is_settled(arrives(charts, less | {2: WORLD[:6]}), 2), "nor are they of a new week"
    assert kept(charts) == {0: {*WORLD}, 1: {*WORLD}, 2: {*WORLD[:6]}}


def test_several_territories_and_weeks_are_settled_by_one_word(charts: NotedCharts) -> None:
    arrives(charts, {0: WORLD, 1: WORLD, 2: WORLD, 3: WORLD})
    less = {0: WORLD[:5], 1: WORLD[5:], 3: WORLD}
    arrives(charts, less, accepted=True)
    assert is_settled(arrives(charts, less | {4: WORLD}), 4)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({0: WORLD, 3: WORLD, 4: WORLD}, "weekly of 2022-01-16 is gone"),
        ({0: WORLD, 2: WORLD[:5], 3: WORLD}, "weekly of 2022-01-16 has lost T5, T6"),
        ({0: WORLD, 2: WORLD[2:7], 3: WORLD}, "weekly of 2022-01-16 has lost T0, T1"),
        ({0: WORLD, 2: WORLD[7:], 3: WORLD}, "weekly of 2022-01-16 has lost T0, T1, T2, T3, T4, T5, T6"),
        ({0: WORLD, 2: WORLD[:7], 3: WORLD, 4: WORLD[:7]}, "weekly of 2022-01-30 has 7 territories, where 2022-01-23"),
    ],
    ids=["another week", "more territories", "others", "all that were left", "territories of a new week"],
)
def test_who_has_let_one_thing_go_is_asked_of_any_other(charts: NotedCharts, document: Weeks, reason: str) -> None:
    arrives(charts, weeks(0, 1, 2, 3, territories=WORLD))
    arrives(charts, {0: WORLD, 2: WORLD[:7], 3: WORLD}, accepted=True)
    before = kept(charts)
    with pytest.raises(HistoryShrank, match=reason):
        arrives(charts, document)
    assert kept(charts) == before


def test_one_territory_more_that_is_gone_is_noted_as_ever(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, territories=WORLD))
    arrives(charts, weeks(0, territories=WORLD[:6]), accepted=True)
    (notice,) = arrives(charts, weeks(0, territories=WORLD[:5])).notices
    assert notice.detail == "gone, and kept as published before: weekly of 2022-01-02 in T5"


def test_the_files_after_an_accepted_one_are_guarded_in_all_else(charts: NotedCharts) -> None:
    arrives(charts, weeks(*range(40)))
    arrives(charts, weeks(*range(10), *range(11, 40)), accepted=True)
    with pytest.raises(HistoryRewritten):
        ingest_document(editions(weeks(*range(10), *range(11, 40)), "Another"), charts)


@pytest.mark.parametrize("again", [weeks(0, 1, 2), {0: BOTH, 1: ("KR",), 2: BOTH}], ids=["whole", "in part"])
def test_what_comes_back_is_asked_of_later_files_again(charts: NotedCharts, again: Weeks) -> None:
    arrives(charts, weeks(0, 1, 2))
    arrives(charts, weeks(0, 2), accepted=True)
    assert is_settled(arrives(charts, again))
    assert not {*stored(charts, 1).dropped} & {*again[1]}
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-09 is gone"):
        arrives(charts, weeks(0, 2))


def test_an_edition_that_comes_back_broken_is_back(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2, territories=("US",)))
    arrives(charts, weeks(0, 2, territories=("US",)), accepted=True)
    arrives(charts, weeks(0, 2, territories=("US",)), set_aside=[(1, "US")])
    assert stored(charts, 1).expected == {"US"}
    assert stored(charts, 1).number_ones.keys() == {"US"}


def test_a_file_that_is_short_at_its_end_is_settled_too(charts: NotedCharts) -> None:
    arrives(charts, {0: WORLD[:5], 1: WORLD, 2: WORLD})
    arrives(charts, {0: WORLD[:5]}, accepted=True)
    assert is_settled(arrives(charts, {0: WORLD[:5], 3: WORLD[:5]}), 3), "it is held against the week that is left"
    assert kept(charts) == {0: {*WORLD[:5]}, 1: {*WORLD}, 2: {*WORLD}, 3: {*WORLD[:5]}}


def test_an_accepted_file_settles_its_beginning_too(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2, 3, 4))
    arrives(charts, weeks(2, 4), accepted=True)
    assert is_settled(arrives(charts, weeks(2, 4, 5)), 5)
    assert is_settled(arrives(charts, weeks(0, 2, 4, 5))), "the first week is back, and the second is not"
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-16 is gone"):
        arrives(charts, weeks(0, 4, 5))


def test_a_beginning_that_nobody_had_to_accept_is_noted_each_time(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2))
    assert [arrives(charts, weeks(1, 2)).notices != () for _ in range(2)] == [True, True]
    with pytest.raises(HistoryShrank):
        arrives(charts, weeks(0, 2))


def test_where_documents_repeat_nothing_a_loss_is_settled_too(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1), whole_history=False)
    with pytest.raises(HistoryShrank):
        arrives(charts, {1: ("FR",)}, whole_history=False)
    arrives(charts, {1: ("FR",)}, whole_history=False, accepted=True)
    assert is_settled(arrives(charts, {1: ("FR",)}, whole_history=False))
    assert stored(charts, 0).expected == {*BOTH}, "the document was not about that week"


def test_a_slow_older_file_neither_settles_nor_revives_anything(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2), fetched_at="2022-02-01T20:00:00Z")
    arrives(charts, weeks(0, 2, 3), fetched_at="2022-02-15T20:00:00Z", accepted=True)
    arrives(charts, weeks(0, 1, 2), fetched_at="2022-02-08T20:00:00Z")
    assert stored(charts, 1).dropped == BOTH
    arrives(charts, weeks(0), fetched_at="2022-02-08T20:00:00Z", accepted=True)
    assert stored(charts, 2).dropped == ()


def test_a_file_that_was_cut_need_not_have_what_a_person_let_go(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, territories=("FR", *BOTH)))
    less: Weeks = weeks(0, 1)
    cut: dict[str, Any] = {"set_aside": [(2, "US")], "error": SourceTruncated}
    with pytest.raises(SourceTruncated):
        arrives(charts, less, **cut)
    arrives(charts, less, accepted=True)
    assert arrives(charts, less | {2: ("KR",)}, **cut).new


def test_a_week_of_which_nothing_was_whole_is_settled_like_any_other(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 2), set_aside=[(1, "US")])
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-09 is gone"):
        arrives(charts, weeks(0, 2))
    arrives(charts, weeks(0, 2), accepted=True)
    assert is_settled(arrives(charts, weeks(0, 2, 3)), 3)


def test_only_the_weeks_of_which_something_was_let_go_are_written(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2, 3))
    before = stored(charts, 1)
    charts.writes.clear()
    arrives(charts, weeks(0, 2, 3, 4), accepted=True)
    assert charts.writes == [[(1, set())], [(4, {*BOTH})]]
    assert stored(charts, 1).number_ones_digest() == before.number_ones_digest(), "no claim changes"
    arrives(charts, weeks(0, 2, 3, 4))
    assert len(charts.writes) == 2


DOCUMENTS = st.dictionaries(st.integers(0, 6), st.sets(st.sampled_from(WORLD), min_size=1), min_size=1)


@given(st.lists(DOCUMENTS, min_size=2, max_size=6))
def test_whatever_a_person_accepts_the_next_file_like_it_is_accepted_by_itself(documents: list[Weeks]) -> None:
    charts, known = NotedCharts(), dict[int, set[str]]()
    for number, document in enumerate(documents):
        try:
            arrives(charts, document)
        except SourceError:
            arrives(charts, document, accepted=True)
            assert is_settled(arrives(charts, document))
            latest = {7 + number: WORLD}
            assert is_settled(arrives(charts, {**document, **latest}), 7 + number)
            known |= {7 + number: {*WORLD}}
        known |= {its: known.get(its, set()) | {*document[its]} for its in document}
        assert kept(charts) == known, "nothing that was good is lost"


# A person says that something does not count.


def withdrawn(*territories: str | None) -> Said:
    return lambda charts: [charts.put([withdraw(charts, CHART.id, week(1), its)]) for its in territories]


def never_published(charts: NotedCharts) -> None:
    withdrawn(None)(charts)
    charts.put([declare_unpublished(charts, CHART.id, week(1), None, "the provider says so")])


def withdrawn_and_filled_in(charts: NotedCharts) -> None:
    withdrawn("US")(charts)
    its = Edition("US", (Entry(1, "Ozark"),))
    charts.put([fill(charts, CHART.id, week(1), its, by_hand("a paper", "2022-01-20T00:00:00Z", b""))])


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (withdrawn(None), None),
        (withdrawn(*BOTH), None),
        (never_published, None),
        (withdrawn("US"), ("KR",)),
        (withdrawn_and_filled_in, ("KR",)),
    ],
    ids=["withdrawn", "withdrawn one by one", "never published", "a territory", "filled in by hand"],
)
def test_what_a_person_has_taken_back_is_not_gone(
    charts: NotedCharts, said: Said, left: Collection[str] | None
) -> None:
    arrives(charts, weeks(0, 1, 2))
    said(charts)
    before = kept(charts)
    document = weeks(0, 2) if left is None else {0: BOTH, 1: left, 2: BOTH}
    assert is_settled(arrives(charts, {**document, 3: BOTH}), 3)
    assert is_settled(arrives(charts, {**document, 3: BOTH, 4: BOTH}), 4)
    assert kept(charts) == before | {3: {*BOTH}, 4: {*BOTH}}


def test_a_week_of_which_one_territory_is_withdrawn_may_not_go_with_the_other(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2))
    withdrawn("US")(charts)
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-09 is gone"):
        arrives(charts, weeks(0, 2))


def test_a_week_that_was_withdrawn_is_not_gone_though_a_part_of_it_never_was_whole(charts: NotedCharts) -> None:
    arrives(charts, {0: BOTH, 1: ("KR",), 2: BOTH}, set_aside=[(1, "US")], error=RanksIncomplete)
    withdrawn(None)(charts)
    assert is_settled(arrives(charts, weeks(0, 2, 3)), 3)


def test_what_was_withdrawn_and_comes_back_otherwise_is_asked_of_later_files(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2))
    withdrawn(None)(charts)
    assert is_settled(arrives(charts, weeks(0, 2)))
    assert is_settled(arrives(charts, weeks(0, 1, 2)))
    assert kept(charts)[1] == set(), "what was withdrawn says the same"
    assert is_settled(arrives(charts, weeks(0, 2)))
    ingest_document(editions(weeks(0, 2)) | editions(weeks(1), "Another"), charts)
    assert kept(charts)[1] == {*BOTH}
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-09 is gone"):
        arrives(charts, weeks(0, 2))


def test_what_a_person_let_go_stays_let_go_when_it_is_withdrawn_and_reinstated(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 2))
    arrives(charts, weeks(0, 2), accepted=True)
    withdrawn(None)(charts)
    charts.put([reinstate(charts, CHART.id, week(1), None)])
    assert kept(charts)[1] == {*BOTH}
    assert is_settled(arrives(charts, weeks(0, 2, 3)), 3)


@pytest.mark.parametrize("is_filled", [True, False], ids=["filled in by hand", "declared as never published"])
def test_a_week_that_only_a_person_has_spoken_of_is_not_gone(charts: NotedCharts, *, is_filled: bool) -> None:
    arrives(charts, weeks(0, 1, 3))
    if is_filled:
        its, said = Edition("US", (Entry(1, "Ozark"),)), by_hand("a paper", "2022-01-20T00:00:00Z", b"")
        charts.put([fill(charts, CHART.id, week(2), its, said)])
    else:
        charts.put([declare_unpublished(charts, CHART.id, week(2), None, "the provider says so")])
    assert is_settled(arrives(charts, weeks(0, 1, 3, 4)), 4)


def test_a_gap_beside_a_week_that_was_let_go_is_none_that_was(charts: NotedCharts) -> None:
    arrives(charts, weeks(0, 1, 3))
    arrives(charts, weeks(0, 3), accepted=True)
    charts.put([declare_unpublished(charts, CHART.id, week(2), None, "the provider says so")])
    assert (stored(charts, 1).dropped, stored(charts, 2).dropped) == (BOTH, ())
