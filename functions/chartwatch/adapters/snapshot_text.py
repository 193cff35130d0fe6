"""What a snapshot's file holds of each scope in strings: honour rolls, and the runs that ended.

A string answers of one work without being read as a whole, and what has come since is written into it.
"""

import json
from abc import abstractmethod
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from chartwatch.domain.milestones.snapshot import Identity, Overlay
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.standing import EndedRuns, Possible
from chartwatch.domain.works.work import Kind

Title = tuple[str, str | None, str, Kind | None, str | None, str | None]
"""What a line of an honour roll says that is the same in many scopes: all of `Topped` but since when."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _InText(Mapping[Key, Value]):
    """A mapping that stands in a string, and is read when that is asked for which the string cannot answer."""

    def __init__(self, text: str) -> None:
        self.text = text

    @abstractmethod
    def _read(self) -> dict[Key, Value]:
        """Return all that stands in the string."""

    @cached_property
    def _all(self) -> dict[Key, Value]:
        return self._read()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def values(self) -> ValuesView[Value]:
        return self._all.values()

    def items(self) -> ItemsView[Key, Value]:
        return self._all.items()


class _Lines(dict[str, tuple[Identity, Topped]]):
    """The lines of a file by how they are written, `NUMBER:DAY`: of a week's titles many territories have the same."""

    def __init__(self, rows: Sequence[Title]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, written: str) -> tuple[Identity, Topped]:
        number, day = written.split(":")
        work_id, season, title, kind, label, credit = self._rows[int(number)]
        line = Topped(work_id, season, title, kind, label, date.fromordinal(int(day)), credit)
        its = self[written] = (work_id, season), line
        return its


class Titles:
    """The titles that the lines of a file name by their numbers, in the order of their first time at #1."""

    def __init__(self, rows: Iterable[Title] = ()) -> None:
        """Number the titles from 0."""
        self.rows = list(rows)
        self.lines = _Lines(self.rows)

    @cached_property
    def numbers(self) -> Mapping[Title, int]:
        """The number of each."""
        return {row: number for number, row in enumerate(self.rows)}

    @cached_property
    def of_identity(self) -> Mapping[Identity, list[int]]:
        """The numbers of each work or season, which may have been charted by several titles."""
        found: dict[Identity, list[int]] = {}
        for number, row in enumerate(self.rows):
            found.setdefault(row[:2], []).append(number)
        return found

    def and_those_of(self, rolls: Iterable[Mapping[Identity, Topped]]) -> "Titles":
        """Return the titles with those of honour rolls that are not among them."""
        new: dict[Title, date] = {}
        for line in (line for lines in rolls for line in lines.values()):
            if (row := line.charted_as) not in self.numbers:
                new[row] = min(line.since, new.get(row, line.since))
        return Titles([*self.rows, *sorted(new, key=lambda row: (new[row], repr(row)))])


class RollText(_InText[Identity, Topped]):
    """The lines of an honour roll: `,NUMBER:DAY` for each, which are the number of its title and since when."""

    def __init__(self, text: str, titles: Titles) -> None:
        """`titles` are those of the file."""
        super().__init__(text)
        self.titles = titles

    def __contains__(self, key: Any) -> bool:
        """Return whether a work or a season is on the roll."""
        return any(f",{number}:" in self.text for number in self.titles.of_identity.get(key, ()))

    def __getitem__(self, key: Identity) -> Topped:
        """Return the line of a work or a season."""
        for number in self.titles.of_identity.get(key, ()):
            _, found, rest = self.text.partition(f",{number}:")
            if found:
                return self.titles.lines[f"{number}:{rest.partition(',')[0]}"][1]
        raise KeyError(key)

    def _read(self) -> dict[Identity, Topped]:
        return dict(map(self.titles.lines.__getitem__, self.text.split(",")[1:]))


class EndedText(_InText[str, EndedRuns]):
    """The ended runs of a scope: a JSON object, of which one run is read, or written anew, without the others."""

    def __contains__(self, key: object) -> bool:
        """Return whether a work, by its key, has ended runs."""
        return isinstance(key, str) and _value(self.text, key) is not None

    def __getitem__(self, key: str) -> EndedRuns:
        """Return the ended runs of a work."""
        if its := _value(self.text, key):
            return read_ended(*json.loads(self.text[its]))
        raise KeyError(key)

    def with_more(self, runs: Mapping[str, EndedRuns]) -> str:
        """Return the object with further runs, or with others in their place."""
        text = self.text
        for key, run in runs.items():
            written = _as_json(ended_json(run))
            if its := _value(text, key):
                text = f"{text[: its.start]}{written}{text[its.stop :]}"
            else:
                text = f"{text[:-1]}{',' if text != '{}' else ''}{_as_json(key)}:{written}}}"
        return text

    def _read(self) -> dict[str, EndedRuns]:
        return {key: read_ended(*row) for key, row in json.loads(self.text).items()}


def ended_text(runs: Mapping[str, EndedRuns]) -> str:
    """Return the ended runs of a scope as a JSON object."""
    below, new = Overlay.parts(runs)
    if isinstance(below, EndedText):
        return below.with_more(new)
    return _as_json({key: ended_json(its) for key, its in runs.items()})


def ended_json(runs: EndedRuns) -> list[Any]:
    """Return the ended runs of a work as JSON."""
    return [runs.total, runs.longest, *possible_json(runs.possible)]


def read_ended(total: int, longest: int, *possible: Any) -> EndedRuns:
    """Return the ended runs of a work that stand in JSON."""
    return EndedRuns(total, longest, read_possible(*possible))


def possible_json(its: Possible) -> list[Any]:
    """Return how long a run may have been, as JSON."""
    return [its.length, *([first.toordinal(), last.toordinal()] for first, last in its.through)]


def read_possible(length: int, *through: tuple[int, int]) -> Possible:
    """Return how long a run may have been, as it stands in JSON."""
    return Possible(length, tuple((date.fromordinal(first), date.fromordinal(last)) for first, last in through))


def _value(text: str, key: str) -> slice | None:
    """Return where the value of a key stands in a JSON object of lists of numbers; None where there is no such key.

    A quotation mark that follows a comma or a brace begins a key: within one it follows a backslash.
    """
    name = f"{_as_json(key)}:"
    if (at := max(text.find(f"{{{name}"), text.find(f",{name}"))) < 0:
        return None
    start = at + 1 + len(name)
    return slice(start, json.JSONDecoder().raw_decode(text, start)[1])


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
