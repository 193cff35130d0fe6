"""The file of a snapshot: what it holds of each scope's past stands in strings, which are read when they are asked for.

A step asks for the past of the few scopes where something is new, and writes that of all others as it read it. So a
step takes little longer after twenty years than after one.
"""

import json
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.methods import RunsOfMethod
from chartwatch.domain.milestones.snapshot import Identity, Overlay, ScopeState, Snapshot
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import Coverage, EndedRuns, JointRival, Possible, Reigns, Rival, Run
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Identified, Meanings, Undecided
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work

_Title = tuple[str, str | None, str, Kind | None, str | None, str | None]
"""What a line of an honour roll says that is the same in many scopes: all of `Topped` but since when."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Lines(dict[str, tuple[Identity, Topped]]):
    """The lines of a file by how they are written, `NUMBER:DAY`: of a week's titles many territories have the same."""

    def __init__(self, rows: Sequence[_Title]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, written: str) -> tuple[Identity, Topped]:
        number, day = written.split(":")
        work_id, season, title, kind, label, credit = self._rows[int(number)]
        line = Topped(work_id, season, title, kind, label, date.fromordinal(int(day)), credit)
        its = self[written] = (work_id, season), line
        return its


class _Titles:
    """The titles that the lines of a file name by their numbers, in the order of their first time at #1."""

    def __init__(self, rows: Iterable[_Title] = ()) -> None:
        self.rows = list(rows)
        self.lines = _Lines(self.rows)

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
            if (row := line.charted_as) not in self.numbers:
                new[row] = min(line.since, new.get(row, line.since))
        return _Titles([*self.rows, *sorted(new, key=lambda row: (new[row], repr(row)))])


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


class _Roll(_Read[Identity, Topped]):
    """The lines of an honour roll: `,NUMBER:DAY` for each, which are the number of its title and since when."""

    def __init__(self, text: str, titles: _Titles) -> None:
        super().__init__(text, self._lines)
        self.titles = titles

    def __contains__(self, key: Any) -> bool:
        return any(f",{number}:" in self.text for number in self.titles.of_identity.get(key, ()))

    def __getitem__(self, key: Identity) -> Topped:
        for number in self.titles.of_identity.get(key, ()):
            _, found, rest = self.text.partition(f",{number}:")
            if found:
                return self.titles.lines[f"{number}:{rest.partition(',')[0]}"][1]
        raise KeyError(key)

    def _lines(self, text: str) -> dict[Identity, Topped]:
        return dict(map(self.titles.lines.__getitem__, text.split(",")[1:]))


class _Ended(_Read[str, EndedRuns]):
    """The ended runs of a scope: a JSON object, of which one run is read, or written anew, without the others."""

    def __init__(self, text: str) -> None:
        super().__init__(text, _read_ended)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and _value(self.text, key) is not None

    def __getitem__(self, key: str) -> EndedRuns:
        if its := _value(self.text, key):
            return _read_ended_run(*json.loads(self.text[its]))
        raise KeyError(key)

    def with_more(self, runs: Mapping[str, EndedRuns]) -> str:
        """Return the object with further runs, or with others in their place."""
        text = self.text
        for key, run in runs.items():
            written = _as_json(_ended(run))
            if its := _value(text, key):
                text = f"{text[: its.start]}{written}{text[its.stop :]}"
            else:
                text = f"{text[:-1]}{',' if text != '{}' else ''}{_as_json(key)}:{written}}}"
        return text


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


def written(snapshot: Snapshot) -> Any:
    """Return a snapshot as JSON."""
    rolls = [lines for state in snapshot.scopes.values() for lines in state.first_topped.values()]
    files = (roll.below if isinstance(roll, Overlay) else roll for roll in rolls)
    known = next((lines.titles for lines in files if isinstance(lines, _Roll)), _Titles())
    titles = known.and_those_of(_read_and_new(lines, known)[1] for lines in rolls)
    return {
        "titles": [row if row[-1] else row[:-1] for row in titles.rows],
        "scopes": {scope: _scope(state, known, titles) for scope, state in snapshot.scopes.items()},
        "everywhere": sorted(snapshot.everywhere),
        "renamings": {str(period): its for period, its in snapshot.renamings.items()},
        "charted": [[*its[:2], since.toordinal(), *filter(None, its[2:])] for its, since in snapshot.charted.items()],
        "last": snapshot.last and snapshot.last.isoformat(),
        "periods": snapshot.periods,
        **_meanings(snapshot.meanings),
        **({"lent": snapshot.lent} if snapshot.lent else {}),
        "precedents": [[*sort, sorted(its.items())] for sort, its in sorted(snapshot.precedents.items())],
    }


def read(body: Any) -> Snapshot:
    """Return the snapshot that stands in JSON."""
    titles = _Titles(
        (work, season, title, kind and Kind(kind), label, next(iter(credit), None))
        for work, season, title, kind, label, *credit in body["titles"]
    )
    return Snapshot(
        scopes={scope: _read_scope(its, titles) for scope, its in body["scopes"].items()},
        everywhere=frozenset((Count(count), key) for count, key in body["everywhere"]),
        renamings={date.fromisoformat(period): _read_renamings(its) for period, its in body["renamings"].items()},
        charted={
            Charted(kind and Kind(kind), key, *credit): date.fromordinal(since)
            for kind, key, since, *credit in body["charted"]
        },
        last=body["last"] and date.fromisoformat(body["last"]),
        periods=body["periods"],
        meanings=_read_meanings(**body.get("meanings", {})),
        lent=_read_renamings(body.get("lent", ())),
        precedents={(rule, mark): dict(map(tuple, its)) for rule, mark, its in body.get("precedents", ())},
    )


def _read_renamings(rows: Any) -> tuple[Renaming, ...]:
    return tuple(Renaming(at, kind and Kind(kind), *names) for at, kind, *names in rows)


def _meanings(meanings: Meanings) -> Any:
    """Return what titles mean, where any has namesakes."""
    if meanings == NOTHING_KNOWN:
        return {}
    undecided = {work: [its.title, its.kind, _day(its.since), its.may_be] for work, its in meanings.undecided.items()}
    by_id = {provider_id: [its.work_id, _day(its.since)] for provider_id, its in meanings.by_id.items()}
    preceded = {"preceded": sorted(meanings.preceded)} if meanings.preceded else {}
    return {"meanings": {"recent": sorted(meanings.recent), **preceded, "undecided": undecided, "by_id": by_id}}


def _read_meanings(
    recent: Iterable[str] = (),
    undecided: Mapping[str, Any] | None = None,
    by_id: Mapping[str, Any] | None = None,
    preceded: Iterable[str] = (),
) -> Meanings:
    its = {
        work: Undecided(title, kind and Kind(kind), date.fromordinal(since), tuple(may_be))
        for work, (title, kind, since, may_be) in (undecided or {}).items()
    }
    ids = {key: Identified(work, date.fromordinal(since)) for key, (work, since) in (by_id or {}).items()}
    return Meanings(frozenset(recent), its, ids, frozenset(preceded))


def _read_and_new(lines: Mapping[Identity, Topped], titles: _Titles) -> tuple[str, Mapping[Identity, Topped]]:
    """Return what stands of an honour roll in the file whose titles are given, and the lines that have come since."""
    below, new = (lines.below, lines.recent) if isinstance(lines, Overlay) else (lines, {})
    return (below.text, new) if isinstance(below, _Roll) and below.titles is titles else ("", lines)


def _scope(state: ScopeState, known: _Titles, titles: _Titles) -> Any:
    its = state.coverage
    return {
        "coverage": [
            _day(its.first),
            _day(its.last),
            its.seen,
            [[*map(_day, gap)] for gap in its.gaps],
            [*map(_day, its.unpublished)],
        ],
        "number_ones": [one if one.credit else one[:4] if one.id else one[:3] for one in its.number_ones],
        "topped": {
            count: read + "".join(f",{titles.numbers[line.charted_as]}:{_day(line.since)}" for line in new.values())
            for count, lines in state.first_topped.items()
            for read, new in [_read_and_new(lines, known)]
        },
        "reigns": {count: _reigns(its) for count, its in state.reigns.items()},
        "ended": {count: _all_ended(runs) for count, runs in state.ended.items()},
        **(
            {
                "of_method": {
                    count: [_reigns(its.reigns), _all_ended(its.ended)] for count, its in state.of_method.items()
                }
            }
            if state.of_method
            else {}
        ),
    }


def _read_scope(body: Any, titles: _Titles) -> ScopeState:
    first, last, seen, gaps, unpublished = body["coverage"]
    ones = tuple(
        NumberOne(title, season, kind and Kind(kind), *its) for title, season, kind, *its in body["number_ones"]
    )
    days = date.fromordinal
    return ScopeState(
        coverage=Coverage(
            days(first),
            days(last),
            seen,
            tuple((days(a), days(b)) for a, b in gaps),
            ones,
            tuple(map(days, unpublished)),
        ),
        first_topped={Count(count): _Roll(text, titles) for count, text in body["topped"].items()},
        reigns={Count(count): _read_reigns(*its) for count, its in body["reigns"].items()},
        ended={Count(count): _Ended(text) for count, text in body["ended"].items()},
        of_method={
            Count(count): RunsOfMethod(_read_reigns(*its), _Ended(text))
            for count, (its, text) in body.get("of_method", {}).items()
        },
    )


def _reigns(its: Reigns) -> Any:
    return [its.longest_ended, _rival(its.rival), {key: _run(run) for key, run in its.runs.items()}, *_joint(its)]


def _read_reigns(longest: int, rival: Any, runs: Any, *joint: Any) -> Reigns:
    return Reigns(
        {key: _read_run(*row) for key, row in runs.items()},
        longest,
        _read_rival(*rival) if rival else Rival(),
        *_read_joint(*joint),
    )


def _all_ended(runs: Mapping[str, EndedRuns]) -> str:
    below, new = (runs.below, runs.recent) if isinstance(runs, Overlay) else (runs, {})
    if isinstance(below, _Ended):
        return below.with_more(new)
    return _as_json({key: _ended(its) for key, its in runs.items()})


def _run(run: Run) -> Any:
    since, length, possible, past, *flags = run
    return [_day(since), length, _possible(possible), _ended(past), *flags]


def _read_run(since: int, length: int, possible: Any, past: Any, *flags: bool) -> Run:
    return Run(date.fromordinal(since), length, _read_possible(*possible), _read_ended_run(*past), *flags)


def _rival(rival: Rival) -> Any:
    its = rival.claimant
    return its and [its.work_id, its.season, its.work.title, its.label, *_possible(rival.possible)]


def _read_rival(work_id: str, season: str | None, title: str, label: str | None, *possible: Any) -> Rival:
    return Rival(Claimant(work_id, season, Work(work_id, title), label), _read_possible(*possible))


def _joint(reigns: Reigns) -> Any:
    """Return the runs of works that are one, perhaps, and their rival, where there are any."""
    rival = reigns.joint_rival
    if not reigns.together and not rival.key:
        return []
    return [{key: _run(run) for key, run in reigns.together.items()}, [rival.key, *_possible(rival.possible)]]


def _read_joint(together: Any = None, rival: Any = ("", 0)) -> tuple[Mapping[str, Run], JointRival]:
    key, *possible = rival
    runs = {key: _read_run(*row) for key, row in (together or {}).items()}
    return runs, JointRival(key, _read_possible(*possible))


def _ended(runs: EndedRuns) -> Any:
    return [runs.total, runs.longest, *_possible(runs.possible)]


def _read_ended_run(total: int, longest: int, *possible: Any) -> EndedRuns:
    return EndedRuns(total, longest, _read_possible(*possible))


def _read_ended(text: str) -> dict[str, EndedRuns]:
    return {key: _read_ended_run(*row) for key, row in json.loads(text).items()}


def _possible(possible: Possible) -> Any:
    return [possible.length, *([_day(first), _day(last)] for first, last in possible.through)]


def _read_possible(length: int, *through: tuple[int, int]) -> Possible:
    return Possible(length, tuple((date.fromordinal(first), date.fromordinal(last)) for first, last in through))


def _day(period: date) -> int:
    return period.toordinal()
