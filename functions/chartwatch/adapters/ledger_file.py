"""The file of a ledger: a row for each slot.

Slots name by their numbers the reasons, and the attributes they were sent with, that many of them share.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.milestones.ledger import Ledger, LedgerEntry, Sent
from chartwatch.domain.milestones.milestone import Reference, Status
from chartwatch.domain.rules.claims import Reason, Undecided
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import Fact


class _Reasons:
    """The reasons that the slots of a ledger have, each once, in the order of their first slots."""

    def __init__(self) -> None:
        self._known: dict[Reason, int] = {}
        self._same: dict[int, list[int]] = {}

    def numbers(self, reasons: tuple[Reason, ...]) -> list[int]:
        """Return the numbers of reasons, which the ledger holds on to: most slots of a period share one tuple."""
        if id(reasons) not in self._same:
            self._same[id(reasons)] = [self._known.setdefault(reason, len(self._known)) for reason in reasons]
        return self._same[id(reasons)]

    @property
    def rows(self) -> Any:
        """All of them, as JSON."""
        return [[words, its and _undecided(its)] for words, its in self._known]


class _Attributes:
    """The attributes with which the slots of a ledger were sent, each once, in the order of their first slots."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, sent: Sent | None) -> int | None:
        """Return the number of the attributes of what was sent; None where nothing was."""
        if sent is None:
            return None
        # In a fixed order, for the same ledger gives the same bytes.
        written = json.dumps(dict(sorted(sent.attributes.items())))
        return self._known.setdefault(written, len(self._known))

    @property
    def rows(self) -> Any:
        """All of them, as JSON."""
        return [json.loads(written) for written in self._known]


class _ReadReasons:
    """The reasons that a file has; slots of the same reasons share one tuple."""

    def __init__(self, rows: Any) -> None:
        self._all = [Reason(words, undecided and _read_undecided(*undecided)) for words, undecided in rows]
        self._same: dict[tuple[int, ...], tuple[Reason, ...]] = {}

    def of(self, numbers: Sequence[int]) -> tuple[Reason, ...]:
        """Return the reasons of those numbers."""
        key = tuple(numbers)
        if key not in self._same:
            self._same[key] = tuple(self._all[number] for number in key)
        return self._same[key]


def written(ledger: Ledger) -> Any:
    """Return a ledger as JSON."""
    because, attributes = _Reasons(), _Attributes()
    entries = [_entry(entry, because, attributes) for _, entry in sorted(ledger.entries.items())]
    return {
        "processed": {str(period): digest for period, digest in ledger.processed.items()},
        "bulletins": ledger.bulletins,
        "firsts_from": {scope: str(period) for scope, period in sorted(ledger.firsts_from.items())},
        "reasons": because.rows,
        "attributes": attributes.rows,
        "entries": entries,
    }


def read(body: Any) -> Ledger:
    """Return the ledger that stands in JSON; in format 1 no slot says which other one says the same."""
    because = _ReadReasons(body["reasons"])
    attributes = [_read_attributes(its) for its in body["attributes"]]
    entries = [_read_entry(because, attributes, *row) for row in body["entries"]]
    return Ledger(
        entries={entry.slot: entry for entry in entries},
        processed={date.fromisoformat(period): digest for period, digest in body["processed"].items()},
        bulletins={int(number): file for number, file in body["bulletins"].items()},
        firsts_from={scope: date.fromisoformat(period) for scope, period in body["firsts_from"].items()},
    )


def _entry(entry: LedgerEntry, because: _Reasons, attributes: _Attributes) -> Any:
    replaces, sent = entry.replaces, entry.sent
    current = Sent(entry.period, entry.n, entry.holders, entry.left_censored, entry.reasons)
    is_current = sent is not None and sent._replace(attributes=current.attributes) == current
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
        because.numbers(entry.reasons),
        entry.headline,
        entry.brief,
        entry.words,
        is_current or (sent and _sent(sent, because)),
        attributes.number(sent),
        replaces and [replaces.slot, replaces.revision, replaces.status, _holders(replaces.holders)],
        entry.bulletins,
        entry.said_by,
    ]


def _read_entry(because: _ReadReasons, attributes: Sequence[Attributes], *row: Any) -> LedgerEntry:
    slot, rule, kind, territory, group, n, day, status, censored, revision, *more = row
    holders, numbers, headline, brief, words, sent, sent_with, old, its, *said_by = more
    period, held_by, reasons = date.fromisoformat(day), _read_holders(holders), because.of(numbers)
    last_sent: Sent | None = None
    if sent:
        current = Sent(period, n, held_by, censored, reasons)
        last_sent = (current if sent is True else _read_sent(because, *sent))._replace(attributes=attributes[sent_with])
    return LedgerEntry(
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
        reasons=reasons,
        headline=headline,
        brief=brief,
        words=words,
        sent=last_sent,
        replaces=Reference(old[0], old[1], Status(old[2]), _read_holders(old[3])) if old else None,
        bulletins=tuple(its),
        said_by=next(iter(said_by), None),
    )


def _read_attributes(row: Mapping[str, Any]) -> Attributes:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _sent(sent: Sent, because: _Reasons) -> Any:
    return [str(sent.period), sent.n, _holders(sent.holders), sent.left_censored, because.numbers(sent.reasons)]


def _read_sent(because: _ReadReasons, *row: Any) -> Sent:
    period, n, holders, censored, numbers = row
    return Sent(date.fromisoformat(period), n, _read_holders(holders), censored, because.of(numbers))


def _holders(holders: Iterable[Holder]) -> Any:
    return [[h.work_id, h.title, str(h.since), h.season, h.group, h.returned, h.label] for h in holders]


def _read_holders(rows: Any) -> tuple[Holder, ...]:
    return tuple(Holder(work_id, title, date.fromisoformat(since), *rest) for work_id, title, since, *rest in rows)


def _undecided(its: Undecided) -> Any:
    return [_holders([its.work]), its.unknown, *([True] if its.is_assumed else [])]


def _read_undecided(holders: Any, unknown: Any, *is_assumed: bool) -> Undecided:
    (work,) = _read_holders(holders)
    return Undecided(work, tuple(map(Fact, unknown)), *is_assumed)
