"""What a document may change of what is stored."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.errors import HistoryShrank, PeriodToCome, SourceNotATable
from chartwatch.services.ingest import Ingested, filing, ingest, take_in
from chartwatch.services.ports import Filing

CHART = Chart("weekly", "the weekly chart", "somewhere", Cadence.WEEK, 2)
FIRST = date(2022, 1, 2)
SECOND = FIRST + timedelta(7)

Said = Mapping[date, Mapping[str, str]]
"""What a document says: the number one of each territory, by period."""


class Shelf:
    """Keeps what is archived, in order."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def keep(self, sha256: str, body: bytes) -> None:
        assert hashlib.sha256(body).hexdigest() == sha256
        self.kept.append(body)


class NotedCharts(MemoryCharts):
    """Charts in memory that note what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[date, set[str]]] = []

    def put(self, filings: Sequence[Filing]) -> None:
        self.written += [(summary.period, set(histories)) for summary, histories in filings]
        super().put(filings)


class Desk:
    """Takes documents in."""

    def __init__(self) -> None:
        self.shelf, self.charts = Shelf(), NotedCharts()

    def takes(self, said: Said, *, fetched_at: str | None = None, whole_history: bool = True) -> Ingested:
        def parse(_body: bytes, provenance: Provenance) -> list[Publication]:
            return [
                Publication(CHART, period, tuple(edition(t, title) for t, title in ones.items()), provenance)
                for period, ones in said.items()
            ]

        body = repr(said).encode()
        return ingest(
            "somewhere",
            body,
            Provenance("https://charts.example/all.tsv", fetched_at, hashlib.sha256(body).hexdigest()),
            parse=parse,
            whole_history=whole_history,
            archive=self.shelf,
            charts=self.charts,
        )

    def number_ones(self) -> dict[date, dict[str, str]]:
        return {
            summary.period: {territory: ones[0].title for territory, ones in summary.number_ones.items()}
            for summary in self.charts.summaries(CHART.id)
        }


def edition(territory: str, title: str) -> Edition:
    return Edition(territory, (Entry(1, title), Entry(2, "Second")))


def test_a_first_document_is_written_whole_and_oldest_first() -> None:
    desk = Desk()
    ingested = desk.takes({SECOND: {"US": "B"}, FIRST: {"KR": "A", "US": "A"}})
    assert [p.period for p in ingested.new] == [FIRST, SECOND]
    assert desk.charts.written == [(FIRST, {"KR", "US"}), (SECOND, {"US"})]


def test_the_same_document_again_writes_nothing() -> None:
    desk = Desk()
    desk.takes({FIRST: {"US": "A"}})
    ingested = desk.takes({FIRST: {"US": "A"}}, fetched_at="2022-01-04T20:00:00Z")
    assert (ingested.written, ingested.unchanged) == ([], 1)
    assert len(desk.charts.written) == 1


def test_a_revised_edition_writes_only_the_territory_that_changed() -> None:
    desk = Desk()
    desk.takes({FIRST: {"KR": "A", "US": "A"}, SECOND: {"KR": "A", "US": "A"}})
    ingested = desk.takes({FIRST: {"KR": "A", "US": "B"}, SECOND: {"KR": "A", "US": "A"}})
    assert ([p.period for p in ingested.revised], ingested.unchanged) == ([FIRST], 1)
    assert desk.charts.written[2:] == [(FIRST, {"US"})]
    histories = desk.charts.histories(CHART.id, FIRST)
    assert {territory: [version.edition for version in its] for territory, its in histories.items()} == {
        "KR": [edition("KR", "A")],
        "US": [edition("US", "A"), edition("US", "B")],
    }


def test_a_territory_that_joins_is_a_revision() -> None:
    desk = Desk()
    desk.takes({FIRST: {"US": "A"}})
    desk.takes({FIRST: {"KR": "A", "US": "A"}})
    assert desk.charts.written[1:] == [(FIRST, {"KR"})]


@pytest.mark.parametrize(
    ("shrunken", "said"),
    [
        ({SECOND: {"KR": "A", "US": "X"}}, "weekly of 2022-01-02 is gone, which was published before"),
        ({FIRST: {"US": "X"}, SECOND: {"KR": "A", "US": "A"}}, "weekly of 2022-01-02 has lost KR"),
        ({FIRST: {"KR": "A", "US": "A"}, SECOND: {"FR": "A"}}, "weekly of 2022-01-09 has lost KR, US"),
    ],
    ids=["a period is gone", "a territory is gone", "two territories are gone"],
)
def test_a_shrunken_history_is_refused_and_changes_nothing(shrunken: Said, said: str) -> None:
    desk = Desk()
    desk.takes({FIRST: {"KR": "A", "US": "A"}, SECOND: {"KR": "A", "US": "A"}})
    before = desk.number_ones()
    with pytest.raises(HistoryShrank) as refused:
        desk.takes(shrunken)
    assert str(refused.value) == f"somewhere: {said}"
    assert desk.number_ones() == before
    assert len(desk.charts.written) == 2


def test_a_new_week_that_most_territories_have_left_is_refused() -> None:
    desk = Desk()
    world = {f"T{number}": "A" for number in range(10)}
    desk.takes({FIRST: world})
    eight, seven = dict(list(world.items())[:8]), dict(list(world.items())[:7])
    with pytest.raises(HistoryShrank, match="somewhere: weekly of 2022-01-09 has 7 territories, where 2022-01-02"):
        desk.takes({FIRST: world, SECOND: seven})
    desk.takes({FIRST: world, SECOND: eight})
    assert desk.number_ones()[SECOND] == eight


def test_a_source_that_publishes_one_period_at_a_time_need_not_repeat_the_others() -> None:
    desk = Desk()
    desk.takes({FIRST: {"KR": "A", "US": "A"}}, whole_history=False)
    assert [p.period for p in desk.takes({SECOND: {"US": "A"}}, whole_history=False).new] == [SECOND]
    assert desk.number_ones() == {FIRST: {"KR": "A", "US": "A"}, SECOND: {"US": "A"}}
    for its in ({FIRST: {"US": "A"}}, {FIRST: {"US": "A"}, SECOND: {"US": "A"}}):
        with pytest.raises(HistoryShrank, match="has lost KR"):
            desk.takes(its, whole_history=False)


def test_a_slow_older_fetch_does_not_undo_a_newer_one() -> None:
    desk = Desk()
    desk.takes({FIRST: {"US": "corrected"}}, fetched_at="2022-01-04T20:05:00Z")
    ingested = desk.takes({FIRST: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    assert [p.period for p in ingested.revised] == [FIRST]
    assert desk.number_ones() == {FIRST: {"US": "corrected"}}
    versions = desk.charts.histories(CHART.id, FIRST)["US"]
    assert [version.edition.entries[0].title for version in versions] == ["as it was", "corrected"]
    again = desk.takes({FIRST: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    assert (again.written, again.unchanged) == ([], 1)


def test_a_late_document_whose_publication_was_never_written_is_finished() -> None:
    def named(title: str, day: int) -> Publication:
        its = Edition("US", (Entry(1, title, None, None, (("hours", "7"),)),))
        return Publication(CHART, FIRST, (its,), Provenance("https://charts.example", f"2022-01-0{day}", f"{day}"))

    charts = MemoryCharts()
    take_in(named("A", 4), charts)
    take_in(named("C", 6), charts)
    stored = charts.summary(CHART.id, FIRST)
    late = filing(named("B", 5), stored, charts.histories(CHART.id, FIRST))
    assert stored
    assert late
    assert late.summary.digest == stored.digest, "nothing current changes"
    assert [(renaming.before, renaming.after) for renaming in late.summary.renamings] == [("A", "B"), ("B", "C")]
    again = filing(named("B", 5), stored, late.histories)
    assert again == Filing(late.summary, {})
    assert filing(named("B", 5), late.summary, late.histories) is None


def test_a_later_fetch_corrects() -> None:
    desk = Desk()
    desk.takes({FIRST: {"US": "as it was"}}, fetched_at="2022-01-04T20:00:00Z")
    desk.takes({FIRST: {"US": "corrected"}}, fetched_at="2022-01-04T20:05:00Z")
    assert desk.number_ones() == {FIRST: {"US": "corrected"}}


def test_an_older_fetch_may_still_bring_a_period_that_nobody_had() -> None:
    desk = Desk()
    desk.takes({SECOND: {"US": "B"}}, fetched_at="2022-01-11T20:00:00Z")
    ingested = desk.takes({FIRST: {"US": "A"}, SECOND: {"US": "B"}}, fetched_at="2022-01-11T19:00:00Z")
    assert [p.period for p in ingested.new] == [FIRST]


@pytest.mark.parametrize(("fetched_on", "is_believed"), [(-8, False), (-7, True), (0, True), (100, True)])
def test_a_period_that_nobody_could_know_yet_is_refused(fetched_on: int, is_believed: bool) -> None:
    desk = Desk()
    fetched_at = f"{SECOND + timedelta(fetched_on)}T23:59:59Z"
    if is_believed:
        assert desk.takes({FIRST: {"US": "A"}, SECOND: {"US": "B"}}, fetched_at=fetched_at).new
        return
    with pytest.raises(PeriodToCome, match="somewhere: weekly of 2022-01-09 could not be known yet on 2022-01-01"):
        desk.takes({FIRST: {"US": "A"}, SECOND: {"US": "B"}}, fetched_at=fetched_at)
    assert desk.charts.written == []
    assert [noted.error for noted in desk.charts.quarantined()] == ["PeriodToCome"]


def test_an_older_fetch_need_not_have_what_came_later() -> None:
    desk = Desk()
    desk.takes({FIRST: {"KR": "A", "US": "A"}, SECOND: {"US": "B"}}, fetched_at="2022-01-11T20:00:00Z")
    before = desk.number_ones()
    assert desk.takes({FIRST: {"KR": "A", "US": "C"}}, fetched_at="2022-01-04T20:00:00Z").revised
    assert desk.number_ones() == before
    with pytest.raises(HistoryShrank):
        desk.takes({FIRST: {"KR": "A", "US": "C"}}, fetched_at="2022-01-12T20:00:00Z")


def test_where_documents_repeat_nothing_any_earlier_period_may_come() -> None:
    desk = Desk()
    desk.takes({SECOND: {"US": "B"}}, whole_history=False)
    long_before = FIRST - timedelta(700)
    said = {long_before: {"US": "A"}, SECOND: {"US": "B"}}
    assert [p.period for p in desk.takes(said, whole_history=False).new] == [long_before]


def test_bytes_are_kept_before_they_are_believed() -> None:
    desk = Desk()

    def refuse(_body: bytes, _provenance: Provenance) -> list[Publication]:
        raise SourceNotATable("somewhere", "is the word null")

    body = b"null"
    with pytest.raises(SourceNotATable):
        ingest(
            "somewhere",
            body,
            Provenance("https://charts.example/all.tsv", None, hashlib.sha256(body).hexdigest()),
            parse=refuse,
            whole_history=True,
            archive=desk.shelf,
            charts=desk.charts,
        )
    assert desk.shelf.kept == [body]
    assert desk.charts.written == []
