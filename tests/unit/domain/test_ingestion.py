"""What a document may change of what is stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.document_errors import (
    HistoryShrank,
    OtherProvider,
    PeriodToCome,
    PeriodTooEarly,
    SourceNotATable,
    SourceTruncated,
)
from chartwatch.domain.charts.publications import Absence, AbsenceKind, Edition, Entry, Provenance, Publication
from chartwatch.services.by_hand import withdraw
from chartwatch.services.document_guard import EDITIONS_GONE, EDITIONS_SET_ASIDE, PERIODS_GONE, Notice
from chartwatch.services.ingest import Ingested
from chartwatch.services.ports import PublicationUpdate
from chartwatch.services.updating import store_publication, update_of
from tests.ingesting import CHART, NotedCharts, ingest_bytes, ingest_document, week
from tests.strategies import examples

NumberOnes = Mapping[int, Mapping[str, str]]
"""The number one of each territory, by the number of a week."""

BOTH = {"KR": "A", "US": "A"}
"""A week of two territories."""


class Shelf:
    """An archive that lists its raw files in the order in which they were stored."""

    def __init__(self) -> None:
        self.files: list[bytes] = []

    def put(self, sha256: str, body: bytes) -> None:
        assert hashlib.sha256(body).hexdigest() == sha256
        self.files.append(body)


@pytest.fixture
def charts() -> NotedCharts:
    return NotedCharts()


def entries(title: str) -> tuple[Entry, ...]:
    return Entry(1, title), Entry(2, "Second")


def ingested(
    charts: NotedCharts,
    ones: NumberOnes,
    *,
    fetched_at: str | None = None,
    whole_history: bool = True,
    accepted: bool = False,
) -> Ingested:
    """Ingest a document of these number ones, each with a second rank."""
    document = {number: {t: entries(title) for t, title in its.items()} for number, its in ones.items()}
    return ingest_document(document, charts, fetched_at=fetched_at, whole_history=whole_history, accepted=accepted)


def number_ones(charts: NotedCharts) -> NumberOnes:
    """Return what is stored."""
    return {
        (summary.period - week(0)).days // 7: {
            territory: ones[0].title for territory, ones in summary.number_ones.items()
        }
        for summary in charts.summaries(CHART.id)
    }


def absences(charts: NotedCharts) -> Mapping[int, Mapping[str, Absence]]:
    """Return what is known to be absent, by the number of a week."""
    found = {(summary.period - week(0)).days // 7: summary.absent for summary in charts.summaries(CHART.id)}
    return {number: absent for number, absent in found.items() if absent}


def versions(charts: NotedCharts, number: int) -> dict[str, list[Edition]]:
    summary = charts.summary(CHART.id, week(number))
    assert summary
    return {territory: [its.edition for its in found] for territory, found in charts.versions(summary).items()}


def test_a_first_document_is_written_whole_and_oldest_first(charts: NotedCharts) -> None:
    found = ingested(charts, {1: {"US": "B"}, 0: {"KR": "A", "US": "A"}})
    assert [p.period for p in found.new] == [week(0), week(1)]
    assert charts.writes == [[(0, {"KR", "US"})], [(1, {"US"})]]


def test_the_same_document_again_writes_nothing(charts: NotedCharts) -> None:
    ingested(charts, {0: {"US": "A"}})
    again = ingested(charts, {0: {"US": "A"}}, fetched_at="2022-01-04T20:00:00Z")
    assert (again.written, again.unchanged) == ([], 1)
    assert len(charts.writes) == 1


def test_a_revised_edition_writes_only_the_territory_that_changed(charts: NotedCharts) -> None:
    ingested(charts, {0: {"KR": "A", "US": "A"}, 1: {"KR": "A", "US": "A"}})
    found = ingested(charts, {0: {"KR": "A", "US": "B"}, 1: {"KR": "A", "US": "A"}})
    assert ([p.period for p in found.revised], found.unchanged) == ([week(0)], 1)
    assert charts.writes[2:] == [[(0, {"US"})]]
    assert versions(charts, 0) == {
        "KR": [Edition("KR", entries("A"))],
        "US": [Edition("US", entries("A")), Edition("US", entries("B"))],
    }


def test_a_territory_that_joins_is_a_revision(charts: NotedCharts) -> None:
    ingested(charts, {0: {"US": "A"}})
    ingested(charts, {0: {"KR": "A", "US": "A"}})
    assert charts.writes[1:] == [[(0, {"KR"})]]


@pytest.mark.parametrize(
    ("shrunken", "reason"),
    [
        ({0: BOTH, 2: {"KR": "A", "US": "X"}}, "weekly of 2022-01-09 is gone, which was published before"),
        ({0: BOTH, 1: {"KR": "A", "US": "X"}}, "weekly of 2022-01-16 is gone, which was published before"),
        ({0: BOTH, 1: {"FR": "A"}, 2: BOTH}, "weekly of 2022-01-09 has lost KR, US"),
    ],
    ids=["a period between is gone", "the latest period is gone", "all territories are gone"],
)
def test_a_shrunken_history_is_rejected_and_changes_nothing_until_a_person_accepts_it(
    charts: NotedCharts, shrunken: NumberOnes, reason: str
) -> None:
    ingested(charts, {0: BOTH, 1: BOTH, 2: BOTH})
    before = number_ones(charts)
    with pytest.raises(HistoryShrank) as rejected:
        ingested(charts, shrunken)
    said, _, how = str(rejected.value).partition("; ")
    assert said == f"somewhere: {reason}"
    assert how.startswith("to accept it all the same, give its SHA-256")
    assert number_ones(charts) == before
    assert len(charts.writes) == 3
    accepted = ingested(charts, shrunken, accepted=True)
    assert number_ones(charts) == {number: {**before[number], **shrunken.get(number, {})} for number in before}
    assert {notice.found for notice in accepted.notices} <= {PERIODS_GONE, EDITIONS_GONE}
    assert accepted.notices


def test_a_provider_that_keeps_only_its_latest_weeks_is_believed_and_what_it_drops_stays(charts: NotedCharts) -> None:
    ingested(charts, {number: {"US": f"Title {number}"} for number in range(10)})
    rolled = ingested(charts, {number: {"US": f"Title {number}"} for number in range(2, 11)})
    assert [p.period for p in rolled.new] == [week(10)]
    assert number_ones(charts) == {number: {"US": f"Title {number}"} for number in range(11)}
    assert rolled.notices == (
        Notice(
            PERIODS_GONE,
            "weekly begins with 2022-01-16; kept is what was published before: 2022-01-02; 2022-01-09",
        ),
    )
    assert [noted.error for noted in charts.quarantined()] == [PERIODS_GONE], "a person hears of it"
    whole = ingested(charts, {number: {"US": f"Title {number}"} for number in range(11)})
    assert (whole.written, whole.notices) == ([], ())


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=8))
def test_whatever_window_a_provider_publishes_nothing_is_refused_and_nothing_lost(
    windows: list[tuple[int, int]],
) -> None:
    charts, last, known = NotedCharts(), 0, set[int]()
    for length, more in windows:
        last += more
        # As long as it goes on from what is known, so that nothing is missing between.
        first = max(0, min(last - length, max(known, default=0)))
        document = {number: {"US": f"Title {number}"} for number in range(first, last + 1)}
        found = ingested(charts, document)
        assert {(p.period - week(0)).days // 7 for p in found.new} == document.keys() - known
        assert bool(found.notices) is bool(known and min(known) < first)
        known |= document.keys()
        assert number_ones(charts) == {number: {"US": f"Title {number}"} for number in known}


def test_a_territory_that_is_gone_from_a_known_week_stays_as_it_was_published(charts: NotedCharts) -> None:
    ingested(charts, {0: BOTH, 1: BOTH})
    found = ingested(charts, {0: {"US": "X"}, 1: BOTH})
    assert number_ones(charts) == {0: {"KR": "A", "US": "X"}, 1: BOTH}
    said = "gone, and kept as published before: weekly of 2022-01-02 in KR"
    assert found.notices == (Notice(EDITIONS_GONE, said),)


def test_most_territories_of_a_known_week_cannot_be_gone(charts: NotedCharts) -> None:
    world = {f"T{number}": "A" for number in range(10)}
    ingested(charts, {0: world})
    with pytest.raises(HistoryShrank, match="weekly of 2022-01-02 has lost T7, T8, T9"):
        ingested(charts, {0: dict(list(world.items())[:7])})
    assert ingested(charts, {0: dict(list(world.items())[:8])}).notices


def test_a_chart_of_another_provider_is_rejected_unless_somebody_says_that_it_is_the_same(charts: NotedCharts) -> None:
    ingested(charts, {0: {"US": "A"}})
    other = replace(CHART, provider="elsewhere")

    def parse(_body: bytes, provenance: Provenance) -> list[Publication]:
        its = Edition("US", entries("B"))
        return [Publication(other, week(number), (its,), provenance) for number in (9, 10)]

    with pytest.raises(OtherProvider, match="weekly is published by somewhere, and here by elsewhere; where it is the"):
        ingest_bytes(b"live", parse, charts, whole_history=False)
    other = CHART
    assert ingest_bytes(b"live", parse, charts, whole_history=False).new


def test_a_period_before_there_were_charts_is_left_out_of_a_document_that_a_person_accepts(charts: NotedCharts) -> None:
    document = {0: {"US": "A"}, -7000: {"US": "B"}}
    with pytest.raises(PeriodTooEarly, match="to accept it all the same"):
        ingested(charts, document, whole_history=False)
    assert [p.period for p in ingested(charts, document, whole_history=False, accepted=True).new] == [week(0)]


@pytest.mark.parametrize("weeks", [12_000, 400_000])
def test_a_period_that_stands_for_none_is_left_out_of_a_document_that_a_person_accepts(
    charts: NotedCharts, weeks: int
) -> None:
    document = {0: {"US": "A"}, weeks: {"US": "B"}}
    with pytest.raises(PeriodToCome, match="or later, of which there are no charts"):
        ingested(charts, document, whole_history=False)
    assert [p.period for p in ingested(charts, document, whole_history=False, accepted=True).new] == [week(0)]


def broken(charts: NotedCharts, ones: NumberOnes, *gone: tuple[int, str], **how: Any) -> Ingested:
    """Ingest a document of these number ones, with editions of some weeks and territories that are not whole."""
    document = {number: {t: entries(title) for t, title in its.items()} for number, its in ones.items()}
    return ingest_document(document, charts, set_aside=gone, **how)


def test_an_edition_that_is_not_whole_is_left_out_and_all_others_go_through(charts: NotedCharts) -> None:
    found = broken(charts, {0: BOTH, 1: {"US": "B"}, 2: BOTH}, (1, "KR"))
    assert number_ones(charts) == {0: BOTH, 1: {"US": "B"}, 2: BOTH}
    assert absences(charts) == {1: {"KR": Absence(AbsenceKind.SET_ASIDE)}}
    assert [notice.found for notice in found.notices] == [EDITIONS_SET_ASIDE]
    assert [noted.reason for noted in charts.quarantined()] == ["set aside: weekly of 2022-01-09 in KR is not whole"]
    again = broken(charts, {0: BOTH, 1: {"US": "B"}, 2: BOTH, 3: BOTH}, (1, "KR"))
    assert again.new
    assert not again.notices, "a person has heard of it"


def test_an_edition_that_comes_whole_later_takes_the_place_of_what_was_set_aside(charts: NotedCharts) -> None:
    broken(charts, {0: BOTH, 1: {"US": "B"}}, (1, "KR"))
    ingested(charts, {0: BOTH, 1: {"KR": "B", "US": "B"}})
    assert number_ones(charts)[1] == {"KR": "B", "US": "B"}
    assert absences(charts) == {}


def test_an_edition_that_is_stored_is_not_lost_to_one_that_is_not_whole(charts: NotedCharts) -> None:
    ingested(charts, {0: BOTH, 1: BOTH})
    found = broken(charts, {0: BOTH, 1: {"US": "B"}}, (1, "KR"))
    assert number_ones(charts)[1] == {"KR": "A", "US": "B"}
    assert absences(charts) == {}
    assert [notice.found for notice in found.notices] == [EDITIONS_SET_ASIDE]


def test_a_week_of_which_no_edition_is_whole_says_so(charts: NotedCharts) -> None:
    broken(charts, {0: {"US": "A"}, 2: {"US": "C"}}, (1, "US"))
    assert number_ones(charts) == {0: {"US": "A"}, 1: {}, 2: {"US": "C"}}
    assert absences(charts) == {1: {"US": Absence(AbsenceKind.SET_ASIDE)}}


def test_a_document_that_was_cut_is_accepted_when_all_else_is_there_or_by_a_person(charts: NotedCharts) -> None:
    with pytest.raises(SourceTruncated):
        broken(charts, {0: {"US": "A"}}, (0, "KR"), error=SourceTruncated)
    ingested(charts, {0: BOTH})
    assert broken(charts, {0: BOTH, 1: {"US": "B"}}, (1, "KR"), error=SourceTruncated).new
    with pytest.raises(SourceTruncated, match="to accept it all the same"):
        broken(charts, {0: BOTH, 1: {"US": "B"}, 2: {"KR": "B"}}, (2, "FR"), error=SourceTruncated)
    assert broken(
        charts, {0: BOTH, 1: {"US": "B"}, 2: {"KR": "B"}}, (2, "FR"), error=SourceTruncated, accepted=True
    ).new


def test_a_new_week_that_most_territories_have_left_is_rejected(charts: NotedCharts) -> None:
    world = {f"T{number}": "A" for number in range(10)}
    ingested(charts, {0: world})
    eight, seven = dict(list(world.items())[:8]), dict(list(world.items())[:7])
    with pytest.raises(HistoryShrank, match="somewhere: weekly of 2022-01-09 has 7 territories, where 2022-01-02"):
        ingested(charts, {0: world, 1: seven})
    ingested(charts, {0: world, 1: eight})
    assert number_ones(charts)[1] == eight


def test_a_source_that_publishes_one_period_at_a_time_need_not_repeat_the_others(charts: NotedCharts) -> None:
    ingested(charts, {0: {"KR": "A", "US": "A"}}, whole_history=False)
    assert [p.period for p in ingested(charts, {1: {"US": "A"}}, whole_history=False).new] == [week(1)]
    assert number_ones(charts) == {0: {"KR": "A", "US": "A"}, 1: {"US": "A"}}
    with pytest.raises(HistoryShrank, match="has lost KR, US"):
        ingested(charts, {0: {"FR": "A"}}, whole_history=False)
    for its in ({0: {"US": "A"}}, {0: {"US": "A"}, 1: {"US": "A"}}):
        assert ingested(charts, its, whole_history=False).notices
        assert number_ones(charts)[0] == {"KR": "A", "US": "A"}


def test_a_slow_older_fetch_does_not_undo_a_newer_one(charts: NotedCharts) -> None:
    ingested(charts, {0: {"US": "corrected"}}, fetched_at="2022-01-04T20:05:00Z")
    late = ingested(charts, {0: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    assert [p.period for p in late.revised] == [week(0)]
    assert number_ones(charts) == {0: {"US": "corrected"}}
    assert [its.entries[0].title for its in versions(charts, 0)["US"]] == ["as it was", "corrected"]
    again = ingested(charts, {0: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    assert (again.written, again.unchanged) == ([], 1)


class Box(dict[str, bytes]):
    """An archive in memory that notes what is read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def put(self, sha256: str, body: bytes) -> None:
        self[sha256] = body

    def get(self, sha256: str) -> bytes | None:  # type: ignore[override]  # an archive's, with no other default
        self.read.append(sha256)
        return super().get(sha256)


class Arrivals:
    """Documents of number ones of the US that are ingested one after the other, by the number of their fetch."""

    def __init__(self, *, whole_history: bool) -> None:
        self.charts, self.archive, self._whole_history = NotedCharts(), Box(), whole_history

    def come(self, number: int, titles: Sequence[str]) -> None:
        """Let the document come that was fetched as that number, with a title for each week from the first on."""
        ingest_bytes(
            " ".join(f"{its}={title}" for its, title in enumerate(titles)).encode(),
            self._parsed,
            self.charts,
            archive=self.archive,
            fetched_at=f"2022-03-0{number + 1}T00:00:00Z",
            whole_history=self._whole_history,
            accepted=True,
        )

    def ones(self) -> list[str]:
        return [its.get("US", "") for its in number_ones(self.charts).values()]

    @staticmethod
    def _parsed(body: bytes, provenance: Provenance) -> list[Publication]:
        ones = dict(pair.split("=") for pair in body.decode().split())
        return [
            Publication(CHART, week(int(number)), (Edition("US", entries(title)),), provenance)
            for number, title in ones.items()
        ]


@examples(200)
@given(
    st.lists(st.lists(st.sampled_from("AB"), min_size=5, max_size=5), min_size=3, max_size=4).flatmap(
        lambda documents: st.tuples(st.just(documents), st.permutations(range(len(documents))))
    ),
    st.booleans(),
)
def test_documents_that_each_bring_a_period_end_in_what_the_latest_says_in_whatever_order_they_come(
    drawn: tuple[list[list[str]], list[int]], whole_history: bool
) -> None:
    documents, order = drawn
    arrivals = Arrivals(whole_history=whole_history)
    for number in order:
        arrivals.come(number, documents[number][: number + 2])
    assert arrivals.ones() == documents[-1][: len(documents) + 1]


@pytest.mark.parametrize("whole_history", [True, False])
def test_documents_are_read_again_only_for_what_would_take_the_place_of_what_is_stored(whole_history: bool) -> None:
    newest_first = Arrivals(whole_history=whole_history)
    for number, titles in ((3, "AABBA"), (2, "ABAB"), (1, "BBA"), (0, "AB")):
        newest_first.come(number, titles)
    assert newest_first.archive.read == []
    confirmed = Arrivals(whole_history=whole_history)
    for number, titles in ((0, "AA"), (2, "AAAA"), (1, "ABA")):
        confirmed.come(number, titles)
    assert len(confirmed.archive.read) == 1
    assert confirmed.ones() == ["A", "A", "A", "A"]


def test_what_is_withdrawn_stays_so_whatever_a_late_document_says() -> None:
    arrivals = Arrivals(whole_history=True)
    arrivals.come(0, "AA")
    arrivals.come(2, "AAAA")
    arrivals.charts.put([withdraw(arrivals.charts, CHART.id, week(1), "US")])
    assert arrivals.ones() == ["A", "", "A", "A"]
    arrivals.come(1, "ABA")
    assert arrivals.ones() == ["A", "", "A", "A"]


def test_a_late_document_whose_publication_was_never_written_is_finished() -> None:
    def named(title: str, day: int) -> Publication:
        its = Edition("US", (Entry(1, title, None, None, (("hours", "7"),)),))
        return Publication(CHART, week(0), (its,), Provenance("https://charts.example", f"2022-01-0{day}", f"{day}"))

    charts = MemoryCharts()
    store_publication(named("A", 4), charts)
    store_publication(named("C", 6), charts)
    stored = charts.summary(CHART.id, week(0))
    assert stored
    late = update_of(named("B", 5), stored, charts.versions(stored))
    assert late
    assert late.summary.digest == stored.digest, "nothing current changes"
    assert [(renaming.before, renaming.after) for renaming in late.summary.renamings] == [("A", "B"), ("B", "C")]
    assert update_of(named("B", 5), stored, late.editions) == PublicationUpdate(late.summary, {})
    assert update_of(named("B", 5), late.summary, late.editions) is None


def test_a_later_fetch_corrects(charts: NotedCharts) -> None:
    ingested(charts, {0: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    ingested(charts, {0: {"US": "corrected"}}, fetched_at="2022-01-04T20:05:00Z")
    assert number_ones(charts) == {0: {"US": "corrected"}}


def test_an_older_fetch_may_still_bring_a_period_that_nobody_had(charts: NotedCharts) -> None:
    ingested(charts, {1: {"US": "B"}}, fetched_at="2022-01-11T20:00:00Z")
    older = ingested(charts, {0: {"US": "A"}, 1: {"US": "B"}}, fetched_at="2022-01-11T19:00:00Z")
    assert [p.period for p in older.new] == [week(0)]


@pytest.mark.parametrize(("fetched_on", "is_accepted"), [(-8, False), (-7, True), (0, True), (100, True)])
def test_a_period_that_nobody_could_know_yet_is_rejected(
    charts: NotedCharts, fetched_on: int, is_accepted: bool
) -> None:
    fetched_at = f"{week(1) + timedelta(fetched_on)}T23:59:59Z"
    if is_accepted:
        assert ingested(charts, {0: {"US": "A"}, 1: {"US": "B"}}, fetched_at=fetched_at).new
        return
    with pytest.raises(PeriodToCome, match="somewhere: weekly of 2022-01-09 could not be known yet on 2022-01-01"):
        ingested(charts, {0: {"US": "A"}, 1: {"US": "B"}}, fetched_at=fetched_at)
    assert charts.writes == []
    assert [noted.error for noted in charts.quarantined()] == ["PeriodToCome"]


def test_an_older_fetch_need_not_have_what_came_later(charts: NotedCharts) -> None:
    ingested(charts, {0: {"KR": "A", "US": "A"}, 1: {"US": "B"}}, fetched_at="2022-01-11T20:00:00Z")
    before = number_ones(charts)
    assert ingested(charts, {0: {"KR": "A", "US": "C"}}, fetched_at="2022-01-04T20:00:00Z").revised
    assert number_ones(charts) == before
    with pytest.raises(HistoryShrank):
        ingested(charts, {0: {"KR": "A", "US": "C"}}, fetched_at="2022-01-12T20:00:00Z")


def test_where_documents_repeat_nothing_any_earlier_period_may_come(charts: NotedCharts) -> None:
    ingested(charts, {1: {"US": "B"}}, whole_history=False)
    found = ingested(charts, {-100: {"US": "A"}, 1: {"US": "B"}}, whole_history=False)
    assert [p.period for p in found.new] == [week(-100)]


def test_a_raw_file_is_stored_before_it_is_rejected(charts: NotedCharts) -> None:
    def reject(_body: bytes, _provenance: Provenance) -> list[Publication]:
        raise SourceNotATable("somewhere", "is the word null")

    shelf = Shelf()
    with pytest.raises(SourceNotATable):
        ingest_bytes(b"null", reject, charts, archive=shelf)
    assert shelf.files == [b"null"]
    assert charts.writes == []
