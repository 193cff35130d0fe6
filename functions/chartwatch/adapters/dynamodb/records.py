"""What is remembered of a chart's past on DynamoDB: the honours of a work are one item, as are the tallies of a rule.

A title that tops a chart does so in many territories at once, so that one publication changes few of these items.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import codec
from chartwatch.adapters.dynamodb import keys as layout
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.domain.charts import Kind
from chartwatch.domain.history import Honour, HonourKey, TallyKey
from chartwatch.domain.rules import Count

_Since = dict[str, tuple[date, str, Kind | None]]
_Counts = dict[str, dict[str, int]]
_SINCE = TypeAdapter(_Since)
_COUNTS = codec.Packed(TypeAdapter(_Counts))


@dataclass(frozen=True, slots=True)
class WorkHonours:
    """The honours of a work, or of one season of it: by scope, since when, with its title then and its kind."""

    by: Count
    work_id: str
    season: str | None
    since: _Since

    @classmethod
    def of(cls, item: Item) -> "WorkHonours":
        """Read an item."""
        return cls(
            by=Count(item["sk"]["S"].split("#", 2)[1]),
            work_id=item["work"]["S"],
            season=item["season"]["S"] if "season" in item else None,
            since=_SINCE.validate_json(item["since"]["S"]),
        )

    def item(self, chart: str) -> Item:
        """Return the item."""
        season: Item = {} if self.season is None else {"season": codec.text(self.season)}
        return {
            **layout.honour(chart, self._key("")).attributes,
            "work": codec.text(self.work_id),
            **season,
            "since": codec.text(_SINCE.dump_json(self.since).decode()),
        }

    def honours(self) -> Iterator[Honour]:
        """Yield the honours of all scopes."""
        for scope, (since, title, kind) in self.since.items():
            yield Honour(self._key(scope), title, kind, since)

    def changed(self, writes: Mapping[HonourKey, Honour | None]) -> "WorkHonours":
        """Return what becomes of it by those of the writes that are about it."""
        since = dict(self.since)
        for key, honour in writes.items():
            if honour is None:
                since.pop(key.scope, None)
            else:
                since[key.scope] = (honour.since, honour.title, honour.kind)
        return WorkHonours(self.by, self.work_id, self.season, since)

    def _key(self, scope: str) -> HonourKey:
        return HonourKey(scope, self.by, self.work_id, self.season)


@dataclass(frozen=True, slots=True)
class RuleTallies:
    """The tallies of a rule, by what is tallied and by scope."""

    rule: str
    counts: _Counts

    @classmethod
    def of(cls, item: Item) -> "RuleTallies":
        """Read an item."""
        return cls(item["sk"]["S"].removeprefix(layout.TALLY), _COUNTS.value(item["counts"]))

    def item(self, chart: str) -> Item:
        """Return the item."""
        return {**layout.tally(chart, self.rule).attributes, "counts": _COUNTS.attribute(self.counts)}

    def tallies(self) -> Iterator[tuple[TallyKey, int]]:
        """Yield the tallies of all scopes."""
        for what, counts in self.counts.items():
            for scope, count in counts.items():
                yield TallyKey(self.rule, scope, what), count

    def changed(self, writes: Mapping[TallyKey, int | None]) -> "RuleTallies":
        """Return what becomes of it by those of the writes that are about it."""
        counts = {what: dict(by_scope) for what, by_scope in self.counts.items()}
        for key, count in writes.items():
            if count is None:
                counts.get(key.what, {}).pop(key.scope, None)
            else:
                counts.setdefault(key.what, {})[key.scope] = count
        return RuleTallies(self.rule, counts)


class DynamoRecords:
    """The past of one chart, as one step needs it; implements `history.Records`."""

    def __init__(self, table: Table, chart: str) -> None:
        """`table` is the milestones table."""
        self._table = table
        self._chart = chart
        self._rolls: dict[Count, dict[str, list[Honour]]] = {}

    def honours(self, keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        """Return those of the honours that exist."""
        honours = (honour for work in self.works(keys) for honour in work.honours())
        wanted = set(keys)
        return {honour.key: honour for honour in honours if honour.key in wanted}

    def roll(self, scope: str, by: Count) -> Iterable[Honour]:
        """Return the whole honour roll of a scope."""
        if by not in self._rolls:
            self._rolls[by] = self._read_rolls(by)
        return self._rolls[by].get(scope, [])

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, int]:
        """Return those of the tallies that are not nought."""
        wanted = set(keys)
        return {key: count for rule in self.rules(keys) for key, count in rule.tallies() if key in wanted}

    def works(self, keys: Iterable[HonourKey]) -> Iterator[WorkHonours]:
        """Yield what is kept of the works that the keys are about, of all scopes."""
        return map(WorkHonours.of, self._table.get_all([layout.honour(self._chart, key) for key in keys]))

    def rules(self, keys: Iterable[TallyKey]) -> Iterator[RuleTallies]:
        """Yield what is kept of the rules that the keys are about, of all scopes."""
        return map(RuleTallies.of, self._table.get_all([layout.tally(self._chart, key.rule) for key in keys]))

    def _read_rolls(self, by: Count) -> dict[str, list[Honour]]:
        """Return the rolls of all scopes: each rule that has a claim in a scope asks for one."""
        rolls: dict[str, list[Honour]] = {}
        for item in self._table.query(layout.record(self._chart), layout.honours(by)):
            for honour in WorkHonours.of(item).honours():
                rolls.setdefault(honour.key.scope, []).append(honour)
        return rolls


def works_after(records: DynamoRecords, writes: Mapping[HonourKey, Honour | None]) -> Iterator[WorkHonours]:
    """Yield the works that the writes are about, as they will stand."""
    about: dict[tuple[Count, str, str | None], dict[HonourKey, Honour | None]] = {}
    for key, honour in writes.items():
        about.setdefault(key[1:], {})[key] = honour
    kept = {(work.by, work.work_id, work.season): work for work in records.works(writes)}
    for identity, its in about.items():
        yield kept.get(identity, WorkHonours(*identity, {})).changed(its)


def rules_after(records: DynamoRecords, writes: Mapping[TallyKey, int | None]) -> Iterator[RuleTallies]:
    """Yield the tallies of the rules that the writes are about, as they will stand."""
    about: dict[str, dict[TallyKey, int | None]] = {}
    for key, count in writes.items():
        about.setdefault(key.rule, {})[key] = count
    kept = {rule.rule: rule for rule in records.rules(writes)}
    for rule, its in about.items():
        yield kept.get(rule, RuleTallies(rule, {})).changed(its)
