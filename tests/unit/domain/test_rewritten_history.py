"""How much of the old periods a document may give to other works before a person has to look at it."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from chartwatch.document_errors import HistoryRewritten
from chartwatch.domain.charts.publications import Entry
from chartwatch.services.document_guard import MAX_NEW_TOP_ROWS, MAX_NEW_TOPS, MAX_REPLACED, MAX_REPLACED_ROWS
from chartwatch.services.ingest import Ingested
from tests.ingesting import CHART, NotedCharts, ingest_document

Rows = list[tuple[int, str, Entry]]
"""A document: the number of a week, a territory and an entry."""

Rewrite = Callable[[Entry], Entry]


@pytest.fixture
def charts() -> NotedCharts:
    return NotedCharts()


def rows(weeks: int, territories: int = 1, depth: int = 10, start: int = 0) -> Rows:
    """Return a chart in which each row is a work of its own, the oldest week first."""
    return [
        (week, f"T{territory:03d}", Entry(rank, f"Title {week} {territory} {rank}", figures=(("hours", f"{rank}7"),)))
        for week in range(start, start + weeks)
        for territory in range(territories)
        for rank in range(1, depth + 1)
    ]


def replaced(entry: Entry) -> Entry:
    return entry._replace(title=f"Another {entry.title}", figures=(("hours", f"{entry.rank}8"),))


def restated(entry: Entry) -> Entry:
    return entry._replace(figures=(("hours", f"{entry.rank}8"),))


def relabelled(entry: Entry) -> Entry:
    return entry._replace(title=f"Renamed {entry.title}")


def rewritten(document: Rows, number: int, *, ranks: Sequence[int], how: Rewrite = replaced) -> Rows:
    """Return the rows with the first so many of these ranks rewritten."""

    def each() -> Iterator[tuple[int, str, Entry]]:
        left = number
        for week, territory, entry in document:
            rewrite = left > 0 and entry.rank in ranks
            left -= rewrite
            yield week, territory, how(entry) if rewrite else entry

    return list(each())


def ingested(charts: NotedCharts, document: Rows, *, accepted: bool = False) -> Ingested:
    weeks: dict[int, dict[str, list[Entry]]] = {}
    for week, territory, entry in document:
        weeks.setdefault(week, {}).setdefault(territory, []).append(entry)
    return ingest_document(weeks, charts, accepted=accepted)


LOWER = range(2, 11)

BOUNDS = {
    "a number of ranks is always allowed": (rows(11), LOWER, MAX_REPLACED_ROWS, "51 of 100 ranks"),
    "a share of the ranks": (rows(201), LOWER, int(MAX_REPLACED * 2000), "101 of 2000 ranks"),
    "a number of number ones is always allowed": (rows(21), [1], MAX_NEW_TOP_ROWS, "11 of 20 number ones"),
    "a share of the number ones": (rows(201, 10, 1), [1], int(MAX_NEW_TOPS * 2000), "21 of 2000 number ones"),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_as_much_as_a_correction_does_is_accepted_and_no_row_more(charts: NotedCharts, bound: str) -> None:
    document, ranks, most, reason = BOUNDS[bound]
    ingested(charts, document)
    before = charts.summaries(CHART.id)
    with pytest.raises(HistoryRewritten, match=f"somewhere: {reason} of old periods are given to other titles; "):
        ingested(charts, rewritten(document, most + 1, ranks=ranks))
    assert charts.summaries(CHART.id) == before
    assert ingested(charts, rewritten(document, most, ranks=ranks)).revised


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_document_that_a_person_accepts_may_rewrite_as_much_as_it_likes(charts: NotedCharts, bound: str) -> None:
    document, ranks, *_ = BOUNDS[bound]
    ingested(charts, document)
    assert ingested(charts, rewritten(document, len(document), ranks=ranks), accepted=True).revised


def test_a_quarantined_document_names_the_sha_256_by_which_it_is_accepted(charts: NotedCharts) -> None:
    ingested(charts, rows(21))
    with pytest.raises(HistoryRewritten) as rejected:
        ingested(charts, rewritten(rows(21), 11, ranks=[1]))
    (noted,) = charts.quarantined()
    assert (noted.source, noted.error, noted.reason) == ("somewhere", "HistoryRewritten", str(rejected.value))
    assert noted.reason.endswith(f'or as "accept" to fetch_rankings: {noted.provenance.sha256}')


def test_the_latest_period_may_change_as_it_likes(charts: NotedCharts) -> None:
    old, latest = rows(1), rows(1, territories=20, start=1)
    ingested(charts, old + latest)
    assert ingested(charts, old + rewritten(latest, len(latest), ranks=range(1, 11))).revised


def test_the_latest_period_is_old_once_there_is_a_later_one(charts: NotedCharts) -> None:
    old, latest = rows(1), rows(1, territories=20, start=1)
    ingested(charts, old + latest)
    ingested(charts, old + latest + rows(1, territories=20, start=2))
    with pytest.raises(HistoryRewritten):
        ingested(charts, old + rewritten(latest, len(latest), ranks=range(1, 11)) + rows(1, territories=20, start=2))


def test_neither_the_latest_nor_new_periods_make_a_change_of_the_old_ones_small(charts: NotedCharts) -> None:
    latest, new = rows(1, territories=200, start=10), rows(20, territories=200, start=11)
    ingested(charts, rows(10) + latest)
    with pytest.raises(HistoryRewritten, match="51 of 100 ranks"):
        ingested(charts, rewritten(rows(10), 51, ranks=LOWER) + latest + new)


@pytest.mark.parametrize("how", [restated, relabelled])
def test_new_names_and_figures_of_the_same_works_are_no_other_history(charts: NotedCharts, how: Rewrite) -> None:
    ingested(charts, rows(20))
    assert len(ingested(charts, rewritten(rows(20), 200, ranks=range(1, 11), how=how)).revised) == 20


def test_what_an_earlier_document_replaced_does_not_count_again(charts: NotedCharts) -> None:
    document = rows(11)
    ingested(charts, document)
    once = rewritten(document, 50, ranks=LOWER)
    ingested(charts, once)
    # The same periods differ again, in one row each: the fifty of the document before are not this one's.
    assert ingested(charts, rewritten(once, 11, ranks=[10])).revised


def test_all_revisions_of_a_chart_are_written_at_once_and_before_what_is_new(charts: NotedCharts) -> None:
    document = rows(4)
    ingested(charts, document)
    charts.writes.clear()
    ingested(charts, rewritten(document, 21, ranks=range(1, 11), how=relabelled) + rows(2, start=4))
    assert [[week for week, _ in write] for write in charts.writes] == [[0, 1, 2], [4], [5]]


def test_a_week_long_before_all_others_wants_a_person(charts: NotedCharts) -> None:
    ingested(charts, rows(3, start=5))
    lone = [*rows(1, start=3), *rows(3, start=5)]
    with pytest.raises(HistoryRewritten) as rejected:
        ingested(charts, lone)
    reason = "weekly of 2022-01-23 comes before the first period that was published before, 2022-02-06, with a gap; "
    assert str(rejected.value).startswith(f"somewhere: {reason}")
    assert len(charts.summaries(CHART.id)) == 3
    assert ingested(charts, lone, accepted=True).new


def test_a_history_that_lacked_its_oldest_weeks_is_completed(charts: NotedCharts) -> None:
    ingested(charts, rows(3, start=5))
    assert len(ingested(charts, rows(6, start=2)).new) == 3
