"""What a document may change of what is stored."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

import pytest

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.errors import HistoryShrank, PeriodToCome, SourceNotATable
from chartwatch.services.ingest import Ingested, store_publication, update_of
from chartwatch.services.ports import PublicationUpdate
from tests.ingesting import CHART, NotedCharts, ingest_bytes, ingest_document, week

NumberOnes = Mapping[int, Mapping[str, str]]
"""The number one of each territory, by the number of a week."""


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
    charts: NotedCharts, ones: NumberOnes, *, fetched_at: str | None = None, whole_history: bool = True
) -> Ingested:
    """Ingest a document of these number ones, each with a second rank."""
    document = {number: {t: entries(title) for t, title in its.items()} for number, its in ones.items()}
    return ingest_document(document, charts, fetched_at=fetched_at, whole_history=whole_history)


def number_ones(charts: NotedCharts) -> NumberOnes:
    """Return what is stored."""
    return {
        (summary.period - week(0)).days // 7: {
            territory: ones[0].title for territory, ones in summary.number_ones.items()
        }
        for summary in charts.summaries(CHART.id)
    }


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
        ({1: {"KR": "A", "US": "X"}}, "weekly of 2022-01-02 is gone, which was published before"),
        ({0: {"US": "X"}, 1: {"KR": "A", "US": "A"}}, "weekly of 2022-01-02 has lost KR"),
        ({0: {"KR": "A", "US": "A"}, 1: {"FR": "A"}}, "weekly of 2022-01-09 has lost KR, US"),
    ],
    ids=["a period is gone", "a territory is gone", "two territories are gone"],
)
def test_a_shrunken_history_is_rejected_and_changes_nothing(
    charts: NotedCharts, shrunken: NumberOnes, reason: str
) -> None:
    ingested(charts, {0: {"KR": "A", "US": "A"}, 1: {"KR": "A", "US": "A"}})
    before = number_ones(charts)
    with pytest.raises(HistoryShrank) as rejected:
        ingested(charts, shrunken)
    assert str(rejected.value) == f"somewhere: {reason}"
    assert number_ones(charts) == before
    assert len(charts.writes) == 2


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
    for its in ({0: {"US": "A"}}, {0: {"US": "A"}, 1: {"US": "A"}}):
        with pytest.raises(HistoryShrank, match="has lost KR"):
            ingested(charts, its, whole_history=False)


def test_a_slow_older_fetch_does_not_undo_a_newer_one(charts: NotedCharts) -> None:
    ingested(charts, {0: {"US": "corrected"}}, fetched_at="2022-01-04T20:05:00Z")
    late = ingested(charts, {0: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    assert [p.period for p in late.revised] == [week(0)]
    assert number_ones(charts) == {0: {"US": "corrected"}}
    assert [its.entries[0].title for its in versions(charts, 0)["US"]] == ["as it was", "corrected"]
    again = ingested(charts, {0: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    assert (again.written, again.unchanged) == ([], 1)


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
