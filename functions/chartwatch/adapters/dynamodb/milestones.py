"""Honour rolls, tallies, slots and bulletins on DynamoDB, where a step is taken whole or not at all.

A step of a chart's record is many items, so it is written down in the journal first, and then *taken* by one
conditional update of the chart's head, which from then on names it as pending. Applying it can be cut short anywhere
and done again by anyone, several at once. A process that was paused does no harm either: a revision of a slot is
written once and never changes, and every other item bears the version of its step and gives way to newer ones only.
The bulletin comes after all that it tells of, and the head drops the pending step last.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Self

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import codec
from chartwatch.adapters.dynamodb import keys as layout
from chartwatch.adapters.dynamodb.gaps import gaps_item, have_same_gaps, with_gaps, without_gaps
from chartwatch.adapters.dynamodb.journal import Journal, JournalledStep, StepGone, StepRef
from chartwatch.adapters.dynamodb.records import (
    DynamoRecords,
    TallyGroup,
    WorkHonours,
    tallies_after,
    works_after,
)
from chartwatch.adapters.dynamodb.table import MAX_ITEM, Item, Key, Table, key_of, size_of
from chartwatch.domain.milestones.fold import EVERYWHERE, Head, Records
from chartwatch.domain.milestones.milestone import Bulletin, Milestone
from chartwatch.errors import Conflict, RecordTooLarge
from chartwatch.services.ports import Recorded, Tidied, Writes

_HEAD = codec.Packed(TypeAdapter(Head))
_MILESTONE = codec.Packed(TypeAdapter(Milestone))

_LAST_VERSION = 99_999_999
"""The greatest that keys have room for."""


class DynamoMilestones:
    """Honour rolls, tallies, slots and bulletins; implements `MilestoneStore`."""

    def __init__(self, table: Table) -> None:
        """`table` is the milestones table."""
        self._table = table
        self._journal = Journal(table)
        self._gaps_of: dict[str, tuple[int, str]] = {}

    def head(self, chart: str) -> Head | None:
        """Return where the record of a chart stands, after finishing any step that was cut short; None at first.

        Raises `Conflict` when another process was faster at that.
        """
        while (stored := self._stored(chart)).pending is not None:
            try:
                step = self._journal.read(chart, stored.pending)
            except StepGone as gone:
                raise Conflict(chart) from gone
            self._apply(step, stored.pending, _Items.of(step))
        if stored.head is None:
            return None
        self._gaps_of[chart] = stored.head.version, stored.gaps
        if not stored.gaps:
            return stored.head
        item = self._table.get(layout.gaps(chart, stored.gaps))
        if item is None:
            # They are removed when a later head has others.
            raise Conflict(chart)
        return with_gaps(stored.head, item)

    def records(self, chart: str) -> Records:
        """Return the view of a chart's past that `advance` reads."""
        return DynamoRecords(self._table, chart)

    def milestones(self, chart: str, slots: Collection[str]) -> Mapping[str, Milestone]:
        """Return those of the slots that are recorded, at their latest revision."""
        first = {layout.slot(chart, slot, 1): slot for slot in slots}
        recorded = [first[key_of(item)] for item in self._table.get_all(first)]
        latest = self._table.each(lambda slot: self._latest(chart, slot), recorded)
        return dict(zip(recorded, latest, strict=True))

    def revisions(self, chart: str, scope: str) -> Sequence[Milestone]:
        """Return every revision of every slot of a scope, by slot, the first revision first."""
        return sorted(self._slots(chart, scope), key=lambda milestone: (milestone.slot, milestone.revision))

    def applied(self, chart: str, period: date) -> str | None:
        """Return the digest of the number ones that were last processed for a period, or None."""
        stored = self._stored(chart)
        item = self._table.get(layout.applied(chart, period))
        return item["digest"]["S"] if item and stored.has_moved_past(period) else None

    def applied_since(self, chart: str, since: date) -> Mapping[date, str]:
        """Return the digests that `applied` returns, of all periods from `since` on."""
        stored = self._stored(chart)
        first, last = layout.applied(chart, since), layout.applied(chart, date.max)
        return _applied_of(self._table.query_between(first.pk, first.sk, last.sk), stored)

    def recorded(self, chart: str, scopes: Collection[str] | None = None) -> Recorded:
        """Return everything recorded of a chart; with `scopes`, of tallies and milestones only those in these."""
        stored, at = self._stored(chart), layout.record(chart)
        works = map(WorkHonours.of, self._table.query(at, layout.HONOUR))
        groups = map(TallyGroup.of, self._table.query(at, layout.TALLY))
        wanted = [scope for scope in stored.scopes if scopes is None or scope in scopes]
        slots = self._table.each(lambda scope: self._slots(chart, scope), wanted)
        return Recorded(
            honours={honour.key: honour for work in works for honour in work.honours()},
            tallies={k: tally for group in groups for k, tally in group.tallies if scopes is None or k.scope in scopes},
            milestones={milestone.slot: milestone for milestones in slots for milestone in milestones},
            applied=_applied_of(self._table.query(at, layout.APPLIED), stored),
        )

    def commit(self, before: Head | None, after: Head, writes: Writes, bulletin: Bulletin | None) -> None:
        """Make `after` the head, with all of `writes`, and the bulletin last.

        Raises `Conflict`, having changed nothing, when the head is no longer `before`, and `RecordTooLarge` for what
        DynamoDB could not hold: a step that is taken must be one that can be applied.
        """
        earlier = self._known_gaps(before)
        gaps = self._keep_gaps(before, after)
        if bulletin is None and _only_moves_on(before, writes):
            self._move_on(before, after, writes, gaps)
        else:
            self._take(before, after, writes, bulletin, gaps)
        self._gaps_of[after.chart] = after.version, gaps
        if earlier and earlier != gaps:
            self._table.delete_all([layout.gaps(after.chart, earlier)])

    def bulletin(self, chart: str, number: int) -> Bulletin:
        """Return one bulletin. Raises `LookupError` when there is none of that number."""
        item = self._table.existing(layout.bulletin(chart, number))
        return self._journal.bulletin(chart, StepRef.of(item["step"]))

    def bulletins(self, chart: str, after: int = 0) -> Iterable[Bulletin]:
        """Return the chart's bulletins of greater numbers than `after`, in their order."""
        for item in self._table.query_between(*layout.of_versions(chart, layout.BULLETIN, after + 1, _LAST_VERSION)):
            yield self._journal.bulletin(chart, StepRef.of(item["step"]))

    def unfinished(self, chart: str) -> int | None:
        """Return the version that a step under way, or cut short, is to make; `head` finishes it."""
        pending = self._stored(chart).pending
        return pending.version if pending else None

    def tidy(self, chart: str, after: int) -> Tidied:
        """Remove what processes that were cut short left of steps that can never be taken any more.

        Only leftovers of steps that were to make a greater version than `after` are looked for. A step is taken from
        the version before its own alone, so one that is no longer ahead of the head was taken or never will be; and
        no later head goes back to other gaps than those that this one names. So nothing has to be of some age here.
        """
        stored = self._stored(chart)
        if stored.pending is not None or stored.head is None or stored.head.version <= after:
            return Tidied(0, after)
        reached = stored.head.version
        told = {
            StepRef.of(item["step"])
            for item in self._table.query_between(*layout.of_versions(chart, layout.BULLETIN, after + 1, reached))
        }
        kept = {(ref.version, ref.digest) for ref in told}
        left = [
            key
            for key in self._keys(chart, layout.STEP, after + 1, reached)
            if (layout.version_of(key.sk), key.sk.split("#")[2]) not in kept
        ]
        left += [
            key
            for key in self._keys(chart, layout.GAPS, after + 1, reached)
            if key.sk.removeprefix(layout.GAPS) != stored.gaps
        ]
        self._table.delete_all(left)
        return Tidied(len(left), reached)

    def _keys(self, chart: str, kind: str, first: int, last: int) -> list[Key]:
        return [key_of(item) for item in self._table.query_between(*layout.of_versions(chart, kind, first, last))]

    def _stored(self, chart: str) -> "_StoredHead":
        return _StoredHead.of(self._table.get(layout.head(chart)) or {})

    def _latest(self, chart: str, slot: str) -> Milestone:
        *_, latest = self._table.query(*layout.revisions(chart, slot))
        return _milestone(latest)

    def _slots(self, chart: str, scope: str) -> list[Milestone]:
        """Return every revision of every slot of a scope, the latest of each last."""
        return [_milestone(item) for item in self._table.query(layout.scope(chart, scope), layout.SLOT)]

    def _take(self, before: Head | None, after: Head, writes: Writes, bulletin: Bulletin | None, gaps: str) -> None:
        """Take a step by way of the journal."""
        records = DynamoRecords(self._table, after.chart)
        step = JournalledStep(
            after=without_gaps(after),
            gaps=gaps,
            works=tuple(works_after(records, writes.honours)),
            tallies=tuple(tallies_after(records, writes.tallies)),
            milestones=tuple(writes.milestones.values()),
            applied=writes.applied,
            bulletin=bulletin,
        )
        items = _Items.of(step)
        items.refuse_too_large()
        ref = self._journal.keep(step)
        taken = self._update_head(before, after.chart, "SET pending = :pending", {":pending": ref.attribute})
        # When the answer to a first attempt is lost, the client's second one is refused although the step was taken.
        if not taken and self._stored(after.chart).pending != ref:
            self._withdraw(after.chart, ref)
            raise Conflict(after.chart)
        self._apply(step, ref, items)

    def _known_gaps(self, head: Head | None) -> str:
        """Return where the gaps of a head stand, if it was read or written here."""
        version, gaps = self._gaps_of.get(head.chart, (0, "")) if head else (0, "")
        return gaps if head and version == head.version else ""

    def _keep_gaps(self, before: Head | None, after: Head) -> str:
        """Return where the gaps of the next head stand, which are those of the head before unless there are more.

        An item bears the version of its head and what it says, so that a step that is not taken disturbs none.
        """
        known = self._known_gaps(before)
        if before is not None and known and have_same_gaps(before, after):
            return known
        item = gaps_item(after)
        if item is None:
            return ""
        self._table.put(item)
        return key_of(item).sk.removeprefix(layout.GAPS)

    def _move_on(self, before: Head | None, after: Head, writes: Writes, gaps: str) -> None:
        """Take a step that changes nothing but the head."""
        for period, digest in writes.applied.items():
            self._put_unless_newer(_applied_item(after, period, digest))
        if not self._update_head(before, after.chart, _SET_HEAD, _head_values(without_gaps(after), gaps)):
            raise Conflict(after.chart)

    def _update_head(self, before: Head | None, chart: str, update: str, values: Item) -> bool:
        """Update the head if it is still `before`, and nothing pending."""
        if before is None:
            return self._table.update_if(layout.head(chart), update, "attribute_not_exists(pk)", values)
        return self._table.update_if(
            layout.head(chart),
            update,
            "version = :before AND attribute_not_exists(pending)",
            {**values, ":before": codec.number(before.version)},
        )

    def _apply(self, step: JournalledStep, ref: StepRef, items: "_Items") -> None:
        """Apply a step that was taken, or what is left of it to apply."""
        after = step.after
        self._table.each(self._put_unless_newer, items.versioned)
        self._table.put_all(items.slots)
        if step.bulletin is not None:
            self._table.put_new(_bulletin_item(step.bulletin, ref))
        self._table.update_if(
            layout.head(after.chart),
            f"{_SET_HEAD} REMOVE pending ADD scopes :scopes",
            "pending = :pending",
            {**_head_values(after, step.gaps), ":pending": ref.attribute, ":scopes": {"SS": sorted(_scopes(step))}},
        )
        if step.bulletin is None:
            self._journal.drop(after.chart, ref)

    def _put_unless_newer(self, item: Item) -> None:
        """Write an item, unless this step, or a later one, has written it already."""
        self._table.put_if(item, "attribute_not_exists(v) OR v < :v", {":v": item["v"]})

    def _withdraw(self, chart: str, ref: StepRef) -> None:
        """Remove a step that was not taken from the journal; the very same step, taken by another, stays."""
        told = self._table.get(layout.bulletin(chart, ref.version))
        if told is None or StepRef.of(told["step"]) != ref:
            self._journal.drop(chart, ref)


class _StoredHead(NamedTuple):
    """The item of a head: where the record stands, which step is being applied, and every scope ever written to.

    `head` comes without its gaps; `gaps` says where they stand, and is empty when there are none.
    """

    head: Head | None
    gaps: str
    pending: StepRef | None
    scopes: tuple[str, ...]

    @classmethod
    def of(cls, item: Item) -> "_StoredHead":
        """Read an item; one without attributes stands for none."""
        return cls(
            head=_HEAD.value(item["head"]) if "head" in item else None,
            gaps=item["gaps"]["S"] if "gaps" in item else "",
            pending=StepRef.of(item["pending"]) if "pending" in item else None,
            scopes=tuple(sorted(item["scopes"]["SS"])) if "scopes" in item else (),
        )

    def has_moved_past(self, period: date) -> bool:
        """Return whether the record holds a later period, which is when it counts what was noted of this one."""
        return self.head is not None and self.head.last is not None and period < self.head.last


_SET_HEAD = "SET version = :version, head = :head, period = :period, gaps = :gaps"


def _head_values(head: Head, gaps: str) -> Item:
    """Return the values of `_SET_HEAD` for a head without its gaps; the period is for people."""
    return {
        ":version": codec.number(head.version),
        ":head": _HEAD.attribute(head),
        ":period": codec.text(str(head.last)),
        ":gaps": codec.text(gaps),
    }


def _only_moves_on(before: Head | None, writes: Writes) -> bool:
    """Return whether a step can do without the journal: it notes what it leaves behind, and changes the head.

    Should the step not be taken, that note does no harm: it does not count until the record has moved on from the
    period, and the step that does so writes it anew. A note of any other period would be believed.
    """
    if writes.honours or writes.tallies or writes.milestones:
        return False
    return not writes.applied or (before is not None and writes.applied.keys() == {before.last})


class _Items(NamedTuple):
    """What a step writes: items that give way to newer ones, and revisions of slots, which never change."""

    versioned: list[Item]
    slots: list[Item]

    @classmethod
    def of(cls, step: JournalledStep) -> Self:
        """Return the items of a step."""
        return cls(list(_versioned_items(step)), [_slot_item(milestone) for milestone in step.milestones])

    def refuse_too_large(self) -> None:
        """Raise `RecordTooLarge` for an item that DynamoDB does not take."""
        for item in (*self.versioned, *self.slots):
            if (size := size_of(item)) > MAX_ITEM:
                key = key_of(item)
                raise RecordTooLarge(key.pk, key.sk, size)


def _versioned_items(step: JournalledStep) -> Iterator[Item]:
    """Yield the items that a step replaces, each with the version that it comes from."""
    chart, version = step.after.chart, {"v": codec.number(step.after.version)}
    for work in step.works:
        yield {**work.item(chart), **version}
    for group in step.tallies:
        yield {**group.item(chart), **version}
    for period, digest in step.applied.items():
        yield _applied_item(step.after, period, digest)


def _scopes(step: JournalledStep) -> set[str]:
    """Return the scopes in which a step writes slots, and always the one over all territories."""
    return {EVERYWHERE, *(layout.scope_of(step.after.chart, milestone.slot) for milestone in step.milestones)}


def _applied_of(items: Iterable[Item], stored: "_StoredHead") -> Mapping[date, str]:
    digests = {layout.period_of(item["sk"]["S"]): item["digest"]["S"] for item in items}
    return {period: digest for period, digest in digests.items() if stored.has_moved_past(period)}


def _applied_item(after: Head, period: date, digest: str) -> Item:
    return {
        **layout.applied(after.chart, period).attributes,
        "v": codec.number(after.version),
        "digest": codec.text(digest),
    }


def _bulletin_item(bulletin: Bulletin, ref: StepRef) -> Item:
    """Return the item whose arrival wakes the publisher; beside the step stands what a person looks for."""
    return {
        **layout.bulletin(bulletin.chart, bulletin.number).attributes,
        "step": ref.attribute,
        "period": codec.text(str(bulletin.period)),
        "changes": codec.number(len(bulletin.changes)),
        "told": codec.number(sum(change.is_told for change in bulletin.changes)),
    }


def _slot_item(milestone: Milestone) -> Item:
    """Return the item of a revision; beside the milestone stands what a person looks for in the console."""
    return {
        **layout.slot(milestone.chart, milestone.slot, milestone.revision).attributes,
        "milestone": _MILESTONE.attribute(milestone),
        "period": codec.text(str(milestone.period)),
        "status": codec.text(milestone.status),
        "headline": codec.text(milestone.headline),
    }


def _milestone(item: Item) -> Milestone:
    return _MILESTONE.value(item["milestone"])
