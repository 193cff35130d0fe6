"""From rows to publications: editions are gathered, found to be whole, and put together by chart and period."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import TypeAlias

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication, in_order
from chartwatch.errors import RanksDuplicated, RanksIncomplete, SourceError, SourceTruncated

Key: TypeAlias = tuple[str, date, str]
"""Which edition a row belongs to: its list or chart, its period, its territory."""

Gathered: TypeAlias = Mapping[Key, list[Entry]]
"""The entries of each edition, in order of rank."""

_rank_and_title = itemgetter(0, 1)


@dataclass(frozen=True, slots=True)
class Ranks:
    """What the ranks of a whole edition are: 1..n, with `least` <= n <= `most`.

    With `ties` an edition may name a rank more than once, and go on with the next number (1, 1, 2) or with the number
    of entries so far (1, 1, 3).
    """

    least: int
    most: int
    ties: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one document, in any order, as columns: list or chart, period, territory, entry.

    `place(row)` says where a row stands, for errors only.
    """

    source: str
    lists: Sequence[str]
    periods: Sequence[date]
    territories: Sequence[str]
    entries: Sequence[Entry]
    place: Callable[[int], str]

    @property
    def keys(self) -> Iterator[Key]:
        """The edition of each row."""
        # Not kept: nearly all of them are equal to the one before.
        return zip(self.lists, self.periods, self.territories, strict=True)

    def place_of(self, key: Key, rank: int) -> str:
        """Return where the last row of that edition and rank stands."""
        rows = zip(self.keys, self.entries, strict=True)
        return self.place(max(row for row, (its, entry) in enumerate(rows) if its == key and entry.rank == rank))


def gather(rows: Rows) -> Gathered:
    """Return the editions that rows make up."""
    gathered: defaultdict[Key, list[Entry]] = defaultdict(list)
    for key, entry in zip(rows.keys, rows.entries, strict=True):
        gathered[key].append(entry)
    for its in gathered.values():
        its.sort(key=_rank_and_title)
    return gathered


def refuse_a_cut_end(rows: Rows, gathered: Gathered, least: int) -> None:
    """Refuse a document that ends in an edition of fewer than `least` ranks, which has them from 1 on."""
    last = rows.lists[-1], rows.periods[-1], rows.territories[-1]
    ranks = [entry.rank for entry in gathered[last]]
    if len(ranks) < least and ranks == list(range(1, len(ranks) + 1)):
        said = f"the document ends after rank {len(ranks)} of {least} of {_named(last)}"
        raise SourceTruncated(rows.source, said, rows.place(len(rows.entries) - 1))


def refuse_broken_ranks(rows: Rows, gathered: Gathered, due: Callable[[Key], Ranks]) -> None:
    """Refuse an edition that is not whole. Raises `RanksDuplicated` or `RanksIncomplete`."""
    plain = {n: list(range(1, n + 1)) for n in {len(its) for its in gathered.values()}}
    for key, its in gathered.items():
        ranks, whole = [entry[0] for entry in its], due(key)
        if (ranks != plain[len(ranks)] or not whole.least <= len(ranks) <= whole.most) and (
            fault := _fault(rows, key, ranks, whole)
        ):
            raise fault


def publications(gathered: Gathered, charts: Mapping[str, Chart], provenance: Provenance) -> list[Publication]:
    """Put editions together, oldest publication first; `charts` by the first part of a key."""
    together: defaultdict[tuple[str, date], list[Edition]] = defaultdict(list)
    for (listed, period, territory), its in gathered.items():
        together[listed, period].append(Edition(territory, tuple(its)))
    return in_order(
        Publication(charts[listed], period, tuple(sorted(editions, key=lambda e: e.territory)), provenance)
        for (listed, period), editions in together.items()
    )


def _fault(rows: Rows, key: Key, ranks: list[int], whole: Ranks) -> SourceError | None:
    for above, rank in enumerate(ranks):
        before = ranks[above - 1] if above else 0
        if rank == before and not whole.ties:
            return RanksDuplicated(rows.source, f"{_named(key)} has rank {rank} twice", rows.place_of(key, rank))
        if rank not in (before, before + 1, above + 1):
            return RanksIncomplete(rows.source, f"{_named(key)} has no rank {before + 1}", rows.place_of(key, rank))
    last = rows.place_of(key, ranks[-1])
    if len(ranks) < whole.least:
        return RanksIncomplete(rows.source, f"{_named(key)} has {len(ranks)} of {whole.least} ranks", last)
    if ranks[-1] > whole.most:
        said = f"{_named(key)} goes down to rank {ranks[-1]}, below {whole.most}"
        return RanksIncomplete(rows.source, said, last)
    return None


def _named(key: Key) -> str:
    listed, period, territory = key
    return f"{listed} of {period} in {territory}"
