"""The file of a snapshot: what it holds of each scope's past stands in strings, which are read when they are asked for.

A step asks for the past of the few scopes where something is new, and writes that of all others as it read it. So a
step takes little longer after twenty years than after one.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from chartwatch.adapters.snapshot_text import (
    EndedText,
    RollText,
    Titles,
    ended_json,
    ended_text,
    possible_json,
    read_ended,
    read_possible,
)
from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.methods import RunsOfMethod
from chartwatch.domain.milestones.snapshot import Identity, Overlay, ScopeState, Snapshot
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import Coverage, JointRival, Reigns, Rival, Run
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.claimants import Claimant
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Identified, Meanings, Undecided
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind, Work


def written(snapshot: Snapshot) -> Any:
    """Return a snapshot as JSON."""
    rolls = [lines for state in snapshot.scopes.values() for lines in state.first_topped.values()]
    files = (Overlay.parts(roll)[0] for roll in rolls)
    known = next((lines.titles for lines in files if isinstance(lines, RollText)), Titles())
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
    titles = Titles(
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


def _read_and_new(lines: Mapping[Identity, Topped], titles: Titles) -> tuple[str, Mapping[Identity, Topped]]:
    """Return what stands of an honour roll in the file whose titles are given, and the lines that have come since."""
    below, new = Overlay.parts(lines)
    return (below.text, new) if isinstance(below, RollText) and below.titles is titles else ("", lines)


def _scope(state: ScopeState, known: Titles, titles: Titles) -> Any:
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
        "ended": {count: ended_text(runs) for count, runs in state.ended.items()},
        **(
            {
                "of_method": {
                    count: [_reigns(its.reigns), ended_text(its.ended)] for count, its in state.of_method.items()
                }
            }
            if state.of_method
            else {}
        ),
    }


def _read_scope(body: Any, titles: Titles) -> ScopeState:
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
        first_topped={Count(count): RollText(text, titles) for count, text in body["topped"].items()},
        reigns={Count(count): _read_reigns(*its) for count, its in body["reigns"].items()},
        ended={Count(count): EndedText(text) for count, text in body["ended"].items()},
        of_method={
            Count(count): RunsOfMethod(_read_reigns(*its), EndedText(text))
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


def _run(run: Run) -> Any:
    since, length, possible, past, *flags = run
    return [_day(since), length, possible_json(possible), ended_json(past), *flags]


def _read_run(since: int, length: int, possible: Any, past: Any, *flags: bool) -> Run:
    return Run(date.fromordinal(since), length, read_possible(*possible), read_ended(*past), *flags)


def _rival(rival: Rival) -> Any:
    its = rival.claimant
    return its and [its.work_id, its.season, its.work.title, its.label, *possible_json(rival.possible)]


def _read_rival(work_id: str, season: str | None, title: str, label: str | None, *possible: Any) -> Rival:
    return Rival(Claimant(work_id, season, Work(work_id, title), label), read_possible(*possible))


def _joint(reigns: Reigns) -> Any:
    """Return the runs of works that are one, perhaps, and their rival, where there are any."""
    rival = reigns.joint_rival
    if not reigns.together and not rival.key:
        return []
    return [{key: _run(run) for key, run in reigns.together.items()}, [rival.key, *possible_json(rival.possible)]]


def _read_joint(together: Any = None, rival: Any = ("", 0)) -> tuple[Mapping[str, Run], JointRival]:
    key, *possible = rival
    runs = {key: _read_run(*row) for key, row in (together or {}).items()}
    return runs, JointRival(key, read_possible(*possible))


def _day(period: date) -> int:
    return period.toordinal()
