"""What is remembered of a chart's past on DynamoDB: the honours of a work are one item, as are the tallies of a scope.

A title that tops a chart does so in many territories at once, so that one publication changes few of these items.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import codec
from chartwatch.adapters.dynamodb import keys as layout
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.domain.milestones.fold import Honour, HonourKey
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.works.work import Kind

_Since = dict[str, tuple[date, str, Kind | None]]
_SINCE = TypeAdapter(_Since)
_TALLIES = codec.Packed(TypeAdapter(list[tuple[TallyKey, Tally]]))


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
class TallyGroup:
    """Tallies that are one item: those of all rules in a scope, or those of a work in all scopes.

    What only a claim asks for stands apart, so that what is read and written with every new work stays small: a page of
    a roll, and the undecided works of all rules in a scope.
    """

    name: str
    tallies: tuple[tuple[TallyKey, Tally], ...]

    @staticmethod
    def name_of(key: TallyKey) -> str:
        """Return the name of the group that a tally is of."""
        if not key.rule:
            return key.what
        if key.page:
            return f"page#{key.scope}#{key.rule}#{key.what}#{key.page}"
        return f"undecided#{key.scope}" if key.is_undecided else f"scope#{key.scope}"

    @classmethod
    def of(cls, item: Item) -> "TallyGroup":
        """Read an item."""
        return cls(item["group"]["S"], tuple(_TALLIES.value(item["tallies"])))

    def item(self, chart: str) -> Item:
        """Return the item."""
        return {
            **layout.tallies(chart, self.name).attributes,
            "group": codec.text(self.name),
            "tallies": _TALLIES.attribute(list(self.tallies)),
        }

    def changed(self, writes: Mapping[TallyKey, Tally | None]) -> "TallyGroup":
        """Return what becomes of it by writes that are about it; None removes."""
        tallies = {**dict(self.tallies), **writes}
        left = ((key, tally) for key, tally in tallies.items() if tally is not None)
        return TallyGroup(self.name, tuple(sorted(left, key=itemgetter(0))))


class DynamoRecords:
    """The past of one chart, as one step needs it; implements `history.Records`."""

    def __init__(self, table: Table, chart: str) -> None:
        """`table` is the milestones table."""
        self._table = table
        self._chart = chart

    def honours(self, keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        """Return those of the honours that exist."""
        honours = (honour for work in self.works(keys) for honour in work.honours())
        wanted = set(keys)
        return {honour.key: honour for honour in honours if honour.key in wanted}

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, Tally]:
        """Return those of the tallies that exist."""
        wanted = set(keys)
        return {key: tally for kept in self.tally_groups(keys) for key, tally in kept.tallies if key in wanted}

    def tally_groups(self, keys: Iterable[TallyKey]) -> Iterator[TallyGroup]:
        """Yield the groups of tallies that the keys are of."""
        groups = dict.fromkeys(map(TallyGroup.name_of, keys))
        return map(TallyGroup.of, self._table.get_all([layout.tallies(self._chart, name) for name in groups]))

    def works(self, keys: Iterable[HonourKey]) -> Iterator[WorkHonours]:
        """Yield what is kept of the works that the keys are about, of all scopes."""
        return map(WorkHonours.of, self._table.get_all([layout.honour(self._chart, key) for key in keys]))


def works_after(records: DynamoRecords, writes: Mapping[HonourKey, Honour | None]) -> Iterator[WorkHonours]:
    """Yield the works that the writes are about, as they will stand."""
    about: dict[tuple[Count, str, str | None], dict[HonourKey, Honour | None]] = {}
    for key, honour in writes.items():
        about.setdefault(key[1:], {})[key] = honour
    kept = {(work.by, work.work_id, work.season): work for work in records.works(writes)}
    for identity, its in about.items():
        yield kept.get(identity, WorkHonours(*identity, {})).changed(its)


def tallies_after(records: DynamoRecords, writes: Mapping[TallyKey, Tally | None]) -> Iterator[TallyGroup]:
    """Yield the groups of tallies that the writes are about, as they will stand."""
    kept = {group.name: group for group in records.tally_groups(writes)}
    about: dict[str, dict[TallyKey, Tally | None]] = {}
    for key, tally in writes.items():
        about.setdefault(TallyGroup.name_of(key), {})[key] = tally
    for name, its in about.items():
        yield kept.get(name, TallyGroup(name, ())).changed(its)
