"""The files of a chart's record as bytes: gzipped JSON with a format number, in rows where there are thousands.

The same value gives the same bytes, whose SHA-256 is the name of the file.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from chartwatch.domain.charts.publications import NumberOne
from chartwatch.domain.milestones.ledger import Entry, Ledger, Sent
from chartwatch.domain.milestones.milestone import Bulletin, Reference, Status
from chartwatch.domain.milestones.snapshot import ScopeState, Snapshot
from chartwatch.domain.rules.claims import Reason, Undecided
from chartwatch.domain.rules.firsts import Topped
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Count, Fact
from chartwatch.domain.rules.standing import Coverage, EndedRuns, Reigns, Run
from chartwatch.domain.works.renames import Renaming
from chartwatch.domain.works.work import Kind
from chartwatch.services.record import BULLETIN, FORMAT, LEDGER, RETRACTED, SNAPSHOT

LEVEL = 4
"""Of compression. A step writes files that are read again soon; level 9 takes eight times as long for a tenth less."""

_BULLETIN = TypeAdapter(Bulletin)
_Title = tuple[str, str | None, str, Kind | None, str | None]
"""What a line of an honour roll says that is the same in many scopes: all of `Topped` but since when."""


class FormatTooNew(ValueError):
    """The file is of a later format than is known here; `args[0]` says which."""


def packed(kind: str, value: Any) -> bytes:
    """Return the bytes of a file of a kind, by the name of the kind."""
    body = _FORMS[kind].write(value)
    written = json.dumps({"format": FORMAT, kind: body}, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(written.encode(), LEVEL, mtime=0)


def unpacked(kind: str, body: bytes) -> Any:
    """Return the value that stands in the bytes of a file. Raises `FormatTooNew`."""
    read = json.loads(gzip.decompress(body))
    if read["format"] > FORMAT:
        raise FormatTooNew(read["format"])
    return _FORMS[kind].read(read[kind])


def _snapshot(snapshot: Snapshot) -> Any:
    titles: dict[tuple[Any, ...], int] = {}
    scopes = {scope: _scope(state, titles) for scope, state in snapshot.scopes.items()}
    return {
        "titles": [list(title) for title in titles],
        "scopes": scopes,
        "everywhere": sorted(snapshot.everywhere),
        "renamings": {str(period): its for period, its in snapshot.renamings.items()},
        "charted": [[kind, key, _day(since)] for (kind, key), since in snapshot.charted.items()],
    }


def _scope(state: ScopeState, titles: dict[tuple[Any, ...], int]) -> Any:
    """Return a scope; a line of its honour rolls is the number of a title and a day."""
    known = state.coverage
    return {
        "coverage": [_day(known.first), _day(known.last), known.seen, [[*map(_day, gap)] for gap in known.gaps]],
        "number_ones": known.number_ones,
        "topped": {
            count: [
                value
                for line in its.values()
                for value in (titles.setdefault(line[:-1], len(titles)), _day(line.since))
            ]
            for count, its in state.first_topped.items()
        },
        "reigns": {
            count: [its.longest_ended, {key: [_day(run.since), *run[1:]] for key, run in its.runs.items()}]
            for count, its in state.reigns.items()
        },
        "ended": state.ended,
    }


def _read_snapshot(body: Any) -> Snapshot:
    titles: list[_Title] = [
        (work, season, title, kind and Kind(kind), label) for work, season, title, kind, label in body["titles"]
    ]
    return Snapshot(
        scopes={scope: _read_scope(its, titles) for scope, its in body["scopes"].items()},
        everywhere=frozenset((Count(count), key) for count, key in body["everywhere"]),
        renamings={
            date.fromisoformat(period): tuple(Renaming(at, kind and Kind(kind), *names) for at, kind, *names in its)
            for period, its in body["renamings"].items()
        },
        charted={(kind and Kind(kind), key): date.fromordinal(since) for kind, key, since in body["charted"]},
    )


def _read_scope(body: Any, titles: list[_Title]) -> ScopeState:
    first, last, seen, gaps = body["coverage"]
    ones = tuple(NumberOne(title, season, kind and Kind(kind)) for title, season, kind in body["number_ones"])
    days = date.fromordinal
    topped: dict[Count, dict[tuple[str, str | None], Topped]] = {}
    for count, flat in body["topped"].items():
        lines = (
            Topped._make((*titles[number], days(since))) for number, since in zip(flat[::2], flat[1::2], strict=True)
        )
        topped[Count(count)] = {(line.work_id, line.season): line for line in lines}
    return ScopeState(
        coverage=Coverage(days(first), days(last), seen, tuple((days(a), days(b)) for a, b in gaps), ones),
        first_topped=topped,
        reigns={
            Count(count): Reigns({key: Run(days(since), *rest) for key, (since, *rest) in runs.items()}, longest)
            for count, (longest, runs) in body["reigns"].items()
        },
        ended={
            Count(count): {key: EndedRuns(*its) for key, its in runs.items()} for count, runs in body["ended"].items()
        },
    )


def _ledger(ledger: Ledger) -> Any:
    return {
        "processed": {str(period): digest for period, digest in ledger.processed.items()},
        "bulletins": ledger.bulletins,
        "entries": [_entry(entry) for _, entry in sorted(ledger.entries.items())],
    }


def _read_ledger(body: Any) -> Ledger:
    entries = [_read_entry(*row) for row in body["entries"]]
    return Ledger(
        entries={entry.slot: entry for entry in entries},
        processed={date.fromisoformat(period): digest for period, digest in body["processed"].items()},
        bulletins={int(number): file for number, file in body["bulletins"].items()},
    )


def _entry(entry: Entry) -> Any:
    current = Sent(entry.period, entry.n, entry.holders, entry.left_censored, entry.reasons)
    replaces = entry.replaces
    return [
        entry.slot,
        entry.rule,
        entry.kind,
        entry.territory,
        entry.group,
        entry.n,
        str(entry.period),
        entry.status,
        entry.left_censored,
        entry.revision,
        _holders(entry.holders),
        _reasons(entry.reasons),
        entry.words,
        entry.sent == current or (entry.sent and _sent(entry.sent)),
        replaces and [replaces.slot, replaces.revision, replaces.status, _holders(replaces.holders)],
        entry.bulletins,
    ]


def _read_entry(*row: Any) -> Entry:
    slot, rule, kind, territory, group, n, day, status, censored, revision, holders, reasons, words, sent, old, its = (
        row
    )
    period, held_by, because = date.fromisoformat(day), _read_holders(holders), _read_reasons(reasons)
    if sent is True:
        last_sent: Sent | None = Sent(period, n, held_by, censored, because)
    else:
        last_sent = _read_sent(*sent) if sent else None
    return Entry(
        slot=slot,
        rule=rule,
        kind=kind,
        territory=territory,
        group=group,
        n=n,
        period=period,
        status=Status(status),
        left_censored=censored,
        revision=revision,
        holders=held_by,
        reasons=because,
        words=words,
        sent=last_sent,
        replaces=Reference(old[0], old[1], Status(old[2]), _read_holders(old[3])) if old else None,
        bulletins=tuple(its),
    )


def _sent(sent: Sent) -> Any:
    return [str(sent.period), sent.n, _holders(sent.holders), sent.left_censored, _reasons(sent.reasons)]


def _read_sent(period: str, n: int | None, holders: Any, censored: bool, reasons: Any) -> Sent:
    return Sent(date.fromisoformat(period), n, _read_holders(holders), censored, _read_reasons(reasons))


def _holders(holders: Iterable[Holder]) -> Any:
    return [[h.work_id, h.title, str(h.since), h.season, h.group, h.returned, h.label] for h in holders]


def _read_holders(rows: Any) -> tuple[Holder, ...]:
    return tuple(Holder(work_id, title, date.fromisoformat(since), *rest) for work_id, title, since, *rest in rows)


def _reasons(reasons: Iterable[Reason]) -> Any:
    return [[words, undecided and [_holders([undecided.work]), undecided.unknown]] for words, undecided in reasons]


def _read_reasons(rows: Any) -> tuple[Reason, ...]:
    return tuple(Reason(words, undecided and _read_undecided(*undecided)) for words, undecided in rows)


def _read_undecided(holders: Any, unknown: Any) -> Undecided:
    (work,) = _read_holders(holders)
    return Undecided(work, tuple(map(Fact, unknown)))


def _day(period: date) -> int:
    return period.toordinal()


class _Form(NamedTuple):
    """How a kind of file is written as JSON, and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


_FORMS: Mapping[str, _Form] = {
    SNAPSHOT.name: _Form(_snapshot, _read_snapshot),
    LEDGER.name: _Form(_ledger, _read_ledger),
    RETRACTED.name: _Form(_ledger, _read_ledger),
    BULLETIN.name: _Form(lambda bulletin: _BULLETIN.dump_python(bulletin, mode="json"), _BULLETIN.validate_python),
}
