"""How much of the old periods a document may give to other works before a person has to look at it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import pytest

from chartwatch.adapters.memory import MemoryCharts, NoArchive
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.errors import HistoryRewritten
from chartwatch.services.ingest import MAX_NEW_TOP_ROWS, MAX_NEW_TOPS, MAX_REPLACED, MAX_REPLACED_ROWS, Ingested, ingest
from chartwatch.services.ports import Filing

CHART = Chart("weekly", "the weekly chart", "somewhere", Cadence.WEEK, 10)
FIRST = date(2012, 1, 1)

Rows = list[tuple[int, str, Entry]]
"""What a document says: the number of a week, a territory and an entry."""

Rewrite = Callable[[Entry], Entry]


class NotedCharts(MemoryCharts):
    """Charts in memory that note which periods were written at one stroke."""

    def __init__(self) -> None:
        super().__init__()
        self.strokes: list[list[int]] = []

    def put(self, filings: Sequence[Filing]) -> None:
        self.strokes.append([(summary.period - FIRST).days // 7 for summary, _ in filings])
        super().put(filings)


def rows(weeks: int, territories: int = 1, depth: int = 10, start: int = 0) -> Rows:
    """Return a chart in which each row is a work of its own, the oldest week first."""
    return [
        (week, f"T{territory:03d}", Entry(rank, f"Title {week} {territory} {rank}", None, None, (("hours", "7"),)))
        for week in range(start, start + weeks)
        for territory in range(territories)
        for rank in range(1, depth + 1)
    ]


def replaced(entry: Entry) -> Entry:
    return entry._replace(title=f"Another {entry.title}", figures=(("hours", "8"),))


def restated(entry: Entry) -> Entry:
    return entry._replace(figures=(("hours", "8"),))


def relabelled(entry: Entry) -> Entry:
    return entry._replace(title=f"Renamed {entry.title}")


def rewritten(said: Rows, number: int, *, ranks: Sequence[int], how: Rewrite = replaced) -> Rows:
    """Return the rows with the first so many of these ranks rewritten."""

    def each() -> Iterator[tuple[int, str, Entry]]:
        left = number
        for week, territory, entry in said:
            rewrite = left > 0 and entry.rank in ranks
            left -= rewrite
            yield week, territory, how(entry) if rewrite else entry

    return list(each())


def take(charts: MemoryCharts, said: Rows, *, accepted: bool = False) -> Ingested:
    def parse(_body: bytes, provenance: Provenance) -> list[Publication]:
        weeks: dict[int, dict[str, list[Entry]]] = {}
        for week, territory, entry in said:
            weeks.setdefault(week, {}).setdefault(territory, []).append(entry)
        return [
            Publication(
                CHART,
                FIRST + timedelta(7 * week),
                tuple(Edition(t, tuple(its)) for t, its in found.items()),
                provenance,
            )
            for week, found in weeks.items()
        ]

    body = repr(said).encode()
    provenance = Provenance("https://charts.example/all.tsv", None, hashlib.sha256(body).hexdigest())
    return ingest(
        "somewhere",
        body,
        provenance,
        parse=parse,
        whole_history=True,
        archive=NoArchive(),
        charts=charts,
        accepted=accepted,
    )


LOWER = range(2, 11)

BOUNDS = {
    "a number of ranks is always allowed": (rows(11), LOWER, MAX_REPLACED_ROWS, "51 of 100 ranks"),
    "a share of the ranks": (rows(201), LOWER, int(MAX_REPLACED * 2000), "101 of 2000 ranks"),
    "a number of number ones is always allowed": (rows(21), [1], MAX_NEW_TOP_ROWS, "11 of 20 number ones"),
    "a share of the number ones": (rows(201, 10, 1), [1], int(MAX_NEW_TOPS * 2000), "21 of 2000 number ones"),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_as_much_as_a_correction_does_is_believed_and_no_row_more(bound: str) -> None:
    said, ranks, most, reason = BOUNDS[bound]
    charts = NotedCharts()
    take(charts, said)
    before = charts.summaries(CHART.id)
    with pytest.raises(HistoryRewritten, match=f"somewhere: {reason} of old periods are given to other titles; "):
        take(charts, rewritten(said, most + 1, ranks=ranks))
    assert charts.summaries(CHART.id) == before
    assert take(charts, rewritten(said, most, ranks=ranks)).revised


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_document_that_a_person_accepts_may_rewrite_as_much_as_it_likes(bound: str) -> None:
    said, ranks, *_ = BOUNDS[bound]
    charts = NotedCharts()
    take(charts, said)
    assert take(charts, rewritten(said, len(said), ranks=ranks), accepted=True).revised


def test_a_refusal_is_noted_with_the_sha_256_by_which_it_is_accepted() -> None:
    charts = NotedCharts()
    take(charts, rows(21))
    with pytest.raises(HistoryRewritten) as refused:
        take(charts, rewritten(rows(21), 11, ranks=[1]))
    (noted,) = charts.quarantined()
    assert (noted.source, noted.error, noted.reason) == ("somewhere", "HistoryRewritten", str(refused.value))
    assert noted.reason.endswith(f'or as "accept" to fetch_rankings: {noted.provenance.sha256}')


def test_the_latest_period_may_change_as_it_likes() -> None:
    charts = NotedCharts()
    old, latest = rows(1), rows(1, territories=20, start=1)
    take(charts, old + latest)
    assert take(charts, old + rewritten(latest, len(latest), ranks=range(1, 11))).revised


def test_the_latest_period_is_old_once_there_is_a_later_one() -> None:
    charts = NotedCharts()
    old, latest = rows(1), rows(1, territories=20, start=1)
    take(charts, old + latest)
    take(charts, old + latest + rows(1, territories=20, start=2))
    with pytest.raises(HistoryRewritten):
        take(charts, old + rewritten(latest, len(latest), ranks=range(1, 11)) + rows(1, territories=20, start=2))


def test_neither_the_latest_nor_new_periods_make_a_change_of_the_old_ones_small() -> None:
    charts = NotedCharts()
    latest, new = rows(1, territories=200, start=10), rows(20, territories=200, start=11)
    take(charts, rows(10) + latest)
    with pytest.raises(HistoryRewritten, match="51 of 100 ranks"):
        take(charts, rewritten(rows(10), 51, ranks=LOWER) + latest + new)


@pytest.mark.parametrize("how", [restated, relabelled])
def test_new_names_and_figures_of_the_same_works_are_no_other_history(how: Rewrite) -> None:
    charts = NotedCharts()
    take(charts, rows(20))
    assert len(take(charts, rewritten(rows(20), 200, ranks=range(1, 11), how=how)).revised) == 20


def test_what_an_earlier_document_replaced_does_not_count_again() -> None:
    charts = NotedCharts()
    said = rows(11)
    take(charts, said)
    once = rewritten(said, 50, ranks=LOWER)
    take(charts, once)
    # The same periods differ again, in one row each: the fifty of the document before are not this one's.
    assert take(charts, rewritten(once, 11, ranks=[10])).revised


def test_all_revisions_of_a_chart_are_written_at_one_stroke_and_before_what_is_new() -> None:
    charts = NotedCharts()
    said = rows(4)
    take(charts, said)
    charts.strokes.clear()
    take(charts, rewritten(said, 21, ranks=range(1, 11), how=relabelled) + rows(2, start=4))
    assert charts.strokes == [[0, 1, 2], [4], [5]]


def test_a_week_long_before_all_others_wants_a_person() -> None:
    charts = NotedCharts()
    take(charts, rows(3, start=5))
    lone = [*rows(1, start=3), *rows(3, start=5)]
    with pytest.raises(HistoryRewritten) as refused:
        take(charts, lone)
    said = "weekly of 2012-01-22 comes before the first period that was published before, 2012-02-05, with a gap; "
    assert str(refused.value).startswith(f"somewhere: {said}")
    assert len(charts.summaries(CHART.id)) == 3
    assert take(charts, lone, accepted=True).new


def test_a_history_that_lacked_its_oldest_weeks_is_completed() -> None:
    charts = NotedCharts()
    take(charts, rows(3, start=5))
    assert len(take(charts, rows(6, start=2)).new) == 3
