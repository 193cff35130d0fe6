"""The file of a snapshot: what it holds of each scope's past stands in strings, which are read when they are asked for.

A step asks for the past of the few scopes where something is new, and writes that of all others as it read it. So a
step takes little longer after twenty years than after one.
"""

import json
from collections import ChainMap
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.snapshot import Identity, ScopeState, Snapshot
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import Coverage, EndedRuns, Reigns, Run
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind

_Title = tuple[str, str | None, str, Kind | None, str | None]
"""What a line of an honour roll says that is the same in many scopes: all of `Topped` but since when."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Titles:
    """The titles that the lines of a file name by their numbers, in the order of their first time at #1."""

    def __init__(self, rows: Iterable[_Title] = ()) -> None:
        self.rows = list(rows)

    @cached_property
    def numbers(self) -> Mapping[_Title, int]:
        """The number of each."""
        return {row: number for number, row in enumerate(self.rows)}

    @cached_property
    def of_identity(self) -> Mapping[Identity, list[int]]:
        """The numbers of each work or season, which may have been charted by several titles."""
        found: dict[Identity, list[int]] = {}
        for number, row in enumerate(self.rows):
            found.setdefault(row[:2], []).append(number)
        return found

    def and_those_of(self, rolls: Iterable[Mapping[Identity, Topped]]) -> "_Titles":
        """Return the titles with those of honour rolls that are not among them."""
        new: dict[_Title, date] = {}
        for line in (line for lines in rolls for line in lines.values()):
            if (row := line[:-1]) not in self.numbers:
                new[row] = min(line.since, new.get(row, line.since))
        return _Titles([*self.rows, *sorted(new, key=lambda row: (new[row], repr(row)))]) if new else self


class _Read(Mapping[Key, Value]):
    """A mapping that stands in a string, and is read when that is asked for which the string cannot answer."""

    def __init__(self, text: str, read: Callable[[str], dict[Key, Value]]) -> None:
        self.text = text
        self._read = read

    @cached_property
    def _all(self) -> dict[Key, Value]:
        return self._read(self.text)

    def __getitem__(self, key: Key) -> Value:
        return self._all[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def values(self) -> ValuesView[Value]:
        return self._all.values()

    def items(self) -> ItemsView[Key, Value]:
        return self._all.items()


class _Lines(_Read[Identity, Topped]):
    """The lines of an honour roll: `,NUMBER:DAY` for each, which are the number of its title and since when."""

    def __init__(self, text: str, titles: _Titles) -> None:
        super().__init__(text, self._lines)
        self.titles = titles

    def __contains__(self, key: object) -> bool:
        return any(f",{number}:" in self.text for number in self.titles.of_identity.get(key, ()))  # type: ignore[call-overload]

    def _lines(self, text: str) -> dict[Identity, Topped]:
        found: dict[Identity, Topped] = {}
        for line in text.split(",")[1:]:
            number, _, day = line.partition(":")
            row = self.titles.rows[int(number)]
            found[row[:2]] = Topped._make((*row, date.fromordinal(int(day))))
        return found


def written(snapshot: Snapshot) -> Any:
    """Return a snapshot as JSON."""
    rolls = [lines for state in snapshot.scopes.values() for lines in state.first_topped.values()]
    files = (lines for roll in rolls for lines in (roll.maps if isinstance(roll, ChainMap) else (roll,)))
    known = next((lines.titles for lines in files if isinstance(lines, _Lines)), _Titles())
    titles = known.and_those_of(_read_and_new(lines, known)[1] for lines in rolls)
    return {
        "titles": titles.rows,
        "scopes": {scope: _scope(state, known, titles) for scope, state in snapshot.scopes.items()},
        "everywhere": sorted(snapshot.everywhere),
        "renamings": {str(period): its for period, its in snapshot.renamings.items()},
        "charted": [[kind, key, since.toordinal()] for (kind, key), since in snapshot.charted.items()],
    }


def read(body: Any) -> Snapshot:
    """Return the snapshot that stands in JSON."""
    titles = _Titles(
        (work, season, title, kind and Kind(kind), label) for work, season, title, kind, label in body["titles"]
    )
    return Snapshot(
        scopes={scope: _read_scope(its, titles) for scope, its in body["scopes"].items()},
        everywhere=frozenset((Count(count), key) for count, key in body["everywhere"]),
        renamings={
            date.fromisoformat(period): tuple(Renaming(at, kind and Kind(kind), *names) for at, kind, *names in its)
            for period, its in body["renamings"].items()
        },
        charted={(kind and Kind(kind), key): date.fromordinal(since) for kind, key, since in body["charted"]},
    )


def _read_and_new(lines: Mapping[Identity, Topped], titles: _Titles) -> tuple[str, Mapping[Identity, Topped]]:
    """Return what stands of an honour roll in the file whose titles are given, and the lines that have come since."""
    new, below = lines.maps if isinstance(lines, ChainMap) else ({}, lines)
    return (below.text, new) if isinstance(below, _Lines) and below.titles is titles else ("", lines)


def _scope(state: ScopeState, known: _Titles, titles: _Titles) -> Any:
    its = state.coverage
    return {
        "coverage": [_day(its.first), _day(its.last), its.seen, [[*map(_day, gap)] for gap in its.gaps]],
        "number_ones": its.number_ones,
        "topped": {
            count: read + "".join(f",{titles.numbers[line[:-1]]}:{_day(line.since)}" for line in new.values())
            for count, lines in state.first_topped.items()
            for read, new in [_read_and_new(lines, known)]
        },
        "reigns": {
            count: [its.longest_ended, {key: [_day(run.since), *run[1:]] for key, run in its.runs.items()}]
            for count, its in state.reigns.items()
        },
        "ended": {
            count: runs.text if isinstance(runs, _Read) else json.dumps(runs, ensure_ascii=False, separators=(",", ":"))
            for count, runs in state.ended.items()
        },
    }


def _read_scope(body: Any, titles: _Titles) -> ScopeState:
    first, last, seen, gaps = body["coverage"]
    ones = tuple(NumberOne(title, season, kind and Kind(kind)) for title, season, kind in body["number_ones"])
    days = date.fromordinal
    return ScopeState(
        coverage=Coverage(days(first), days(last), seen, tuple((days(a), days(b)) for a, b in gaps), ones),
        first_topped={Count(count): _Lines(text, titles) for count, text in body["topped"].items()},
        reigns={
            Count(count): Reigns({key: Run(days(since), *rest) for key, (since, *rest) in runs.items()}, longest)
            for count, (longest, runs) in body["reigns"].items()
        },
        ended={Count(count): _Read(text, _read_ended) for count, text in body["ended"].items()},
    )


def _read_ended(text: str) -> dict[str, EndedRuns]:
    return {key: EndedRuns(*runs) for key, runs in json.loads(text).items()}


def _day(period: date) -> int:
    return period.toordinal()
