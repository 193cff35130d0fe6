"""The editions that a document's rows make up: grouped, judged one by one, and made into publications."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

from chartwatch.document_errors import (
    RanksDuplicated,
    RanksIncomplete,
    SourceChanged,
    SourceError,
    SourceTruncated,
    SourceValueError,
)
from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication, in_order

Key: TypeAlias = tuple[str, date, str]
"""What names an edition: its list (a label of the provider's, or a chart's id), its period and its territory."""

_rank_and_title = itemgetter(0, 1)


@dataclass(frozen=True)
class Editions:
    """The editions of one document, given its rows as columns: lists, periods, territories and entries.

    The rows may come in any order. `place(row)` says where a row stands in the document; only errors ask for it.
    `refused` has the rows of which no entry can be made, in their order, and why. `set_aside` says what is wrong with
    the editions that are not whole, to which those rows belong; all others may still be right.
    """

    source: str
    lists: Sequence[str]
    periods: Sequence[date]
    territories: Sequence[str]
    entries: Sequence[Entry]
    place: Callable[[int], str]
    refused: Mapping[int, SourceError] = field(default_factory=dict)
    set_aside: dict[Key, SourceError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Set aside the editions of rows that are refused, the first of each by what is wrong there."""
        for row in self.refused:
            key = self.lists[row], self.periods[row], self.territories[row]
            if key not in self.set_aside:
                self.set_aside[key] = error = self.refused[row]
                error.detail += f", in {named(key)}"

    @cached_property
    def by_key(self) -> dict[Key, list[Entry]]:
        """The entries of each edition, in order of rank."""
        editions: defaultdict[Key, list[Entry]] = defaultdict(list)
        keys, refused = zip(self.lists, self.periods, self.territories, strict=True), frozenset(self.refused)
        for row, (key, entry) in enumerate(zip(keys, self.entries, strict=True)):
            if row not in refused:
                editions[key].append(entry)
        for entries in editions.values():
            entries.sort(key=_rank_and_title)
        return editions

    def set_aside_truncated_end(self, shortest: int) -> None:
        """Set aside the last edition of a document if it is cut off: it has ranks from 1 on, but fewer than `shortest`.

        Where it is, more may be cut off: a `SourceTruncated` says so.
        """
        last = self.lists[-1], self.periods[-1], self.territories[-1]
        if last in self.set_aside:
            return
        ranks = [entry.rank for entry in self.by_key[last]]
        if len(ranks) < shortest and ranks == list(range(1, len(ranks) + 1)):
            reason = f"the document ends after rank {len(ranks)} of {shortest} of {named(last)}"
            self.set_aside[last] = SourceTruncated(self.source, reason, self.place(len(self.entries) - 1))

    def set_aside_broken_ranks(
        self, charts: Mapping[str, Chart], *, shortest: int | None = None, ties: bool = False, way_out: str = ""
    ) -> None:
        """Set aside each edition whose ranks are not 1..n; n is its chart's depth, or with `shortest` at least that.

        With `ties` an edition may have a rank more than once, and go on with the next number (1, 1, 2) or with the
        number of entries so far (1, 1, 3). `charts` are by list. Where most editions are not whole, it is the document
        that is wrong: raises what is wrong with the first of them. `way_out` is what to do where that is a cell.
        """
        plain = {n: list(range(1, n + 1)) for n in {len(entries) for entries in self.by_key.values()}}
        for key, entries in self.by_key.items():
            ranks, depth = [entry[0] for entry in entries], charts[key[0]].depth
            if key in self.set_aside or (ranks == plain[len(ranks)] and (shortest or depth) <= len(ranks) <= depth):
                continue
            broken = self._gap(key, ranks, ties=ties) or self._length(key, ranks, shortest or depth, depth)
            if broken:
                self.set_aside[key] = broken
        all_editions = self.by_key.keys() | self.set_aside.keys()
        if len(self.set_aside) * 2 > len(all_editions):
            error = next(iter(self.set_aside.values()))
            if way_out and isinstance(error, SourceValueError | SourceChanged):
                error.detail += f"; {len(self.set_aside)} of {len(all_editions)} editions are not whole: {way_out}"
            raise error

    def cut_where_broken(self, shortest: int, *, ties: bool = False) -> list[str]:
        """Leave of each edition the ranks before its first gap, where they are `shortest` or more; say of which."""
        notices: list[str] = []
        for key, entries in self.by_key.items():
            whole = _whole([entry.rank for entry in entries], ties=ties)
            if shortest <= whole and (whole < len(entries) or key in self.set_aside):
                self.set_aside.pop(key, None)
                notices.append(
                    f"{named(key)} is taken down to rank {entries[whole - 1].rank}, after which one is missing"
                )
                del entries[whole:]
        return notices

    def least_whole(self, *, ties: bool = False) -> int:
        """Return how many ranks every edition has before its first gap."""
        return min((_whole([entry.rank for entry in its], ties=ties) for its in self.by_key.values()), default=0)

    def publications(self, charts: Mapping[str, Chart], provenance: Provenance) -> list[Publication]:
        """Return the publications that the editions make up, oldest first; `charts` are by list."""
        together: defaultdict[tuple[str, date], list[Edition]] = defaultdict(list)
        broken: defaultdict[tuple[str, date], dict[str, SourceError]] = defaultdict(dict)
        for (list_, period, territory), entries in self.by_key.items():
            if (list_, period, territory) not in self.set_aside:
                together[list_, period].append(Edition(territory, tuple(entries)))
        for (list_, period, territory), error in self.set_aside.items():
            broken[list_, period][territory] = error
        return in_order(
            Publication(
                charts[key[0]],
                key[1],
                tuple(sorted(together[key], key=lambda e: e.territory)),
                provenance,
                broken.get(key, {}),
            )
            for key in [*together, *(key for key in broken if key not in together)]
        )

    def _gap(self, key: Key, ranks: Sequence[int], *, ties: bool) -> SourceError | None:
        before = 0
        for above, rank in enumerate(ranks):
            if rank == before and not ties:
                return RanksDuplicated(self.source, f"{named(key)} has rank {rank} twice", self._place_of(key, rank))
            if rank not in (before, before + 1, above + 1):
                reason = f"{named(key)} has no rank {before + 1}"
                return RanksIncomplete(self.source, reason, self._place_of(key, rank))
            before = rank
        return None

    def _length(self, key: Key, ranks: Sequence[int], shortest: int, depth: int) -> SourceError | None:
        if len(ranks) < shortest:
            reason = f"{named(key)} has {len(ranks)} of {shortest} ranks"
        elif ranks[-1] > depth:
            reason = f"{named(key)} goes down to rank {ranks[-1]}, below {depth}"
        else:
            return None
        return RanksIncomplete(self.source, reason, self._place_of(key, ranks[-1]))

    def _place_of(self, key: Key, rank: int) -> str:
        """Return where the last row of that edition and rank stands."""
        keys = zip(self.lists, self.periods, self.territories, strict=True)
        rows = enumerate(zip(keys, self.entries, strict=True))
        return self.place(max(row for row, (other, entry) in rows if other == key and entry.rank == rank))


def _whole(ranks: Sequence[int], *, ties: bool) -> int:
    """Return how many of sorted ranks come before the first gap, or a rank that stands there twice without `ties`."""
    before = 0
    for above, rank in enumerate(ranks):
        if (rank == before and not ties) or rank not in (before, before + 1, above + 1):
            return above
        before = rank
    return len(ranks)


def named(key: Key) -> str:
    """Return how an error names an edition: "TV of 2022-02-27 in KR"."""
    list_, period, territory = key
    return f"{list_} of {period} in {territory}"
