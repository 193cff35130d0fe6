"""The steps of charts' records, written down whole before anything of them is applied.

A step that was cut short is finished from here, by whoever comes next. The steps that made bulletins stay, as the text
of these.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import Packed, text
from chartwatch.adapters.dynamodb.records import TallyGroup, WorkHonours
from chartwatch.adapters.dynamodb.table import Item, Key, Table
from chartwatch.domain.milestones.fold import Head
from chartwatch.domain.milestones.milestone import Bulletin, Milestone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PART_SIZE = 300_000
"""Bytes of a step that go into one item; an item may have 400 KB."""


@dataclass(frozen=True, slots=True)
class StepRef:
    """Which step is meant, and in how many parts it stands. The digest is that of its bytes."""

    version: int
    digest: str
    parts: int

    @classmethod
    def of(cls, attribute: "AttributeValueTypeDef") -> "StepRef":
        """Return the reference that an attribute holds."""
        version, digest, parts = attribute["S"].split("#")
        return cls(int(version), digest, int(parts))

    @property
    def attribute(self) -> "AttributeValueTypeDef":
        """The reference as an attribute."""
        return text(f"{self.version}#{self.digest}#{self.parts}")


@dataclass(frozen=True, slots=True)
class JournalledStep:
    """What `MilestoneStore.commit` was asked to make true, as the values that will then stand.

    `after` comes without its gaps, which stand already: `gaps` says where.
    """

    after: Head
    gaps: str
    works: tuple[WorkHonours, ...]
    tallies: tuple[TallyGroup, ...]
    milestones: tuple[Milestone, ...]
    applied: Mapping[date, str]
    bulletin: Bulletin | None


@dataclass(frozen=True, slots=True)
class _ToldStep:
    """A step with a bulletin, of which nothing else is asked."""

    bulletin: Bulletin


class StepGone(LookupError):
    """A step is not in the journal: it was finished, and told of nothing."""


_STEP = Packed(TypeAdapter(JournalledStep))
_TOLD_STEP = Packed(TypeAdapter(_ToldStep))


class Journal:
    """The steps that are kept in the milestones table."""

    def __init__(self, table: Table) -> None:
        """`table` is the milestones table."""
        self._table = table

    def keep(self, step: JournalledStep) -> StepRef:
        """Write a step down; the same step, written twice, is the same items."""
        packed = _STEP.pack(step)
        parts = [packed[start : start + PART_SIZE] for start in range(0, len(packed), PART_SIZE)]
        ref = StepRef(step.after.version, hashlib.sha256(packed).hexdigest()[:32], len(parts))
        self._table.each(self._table.put, list(map(_part_item, _part_keys(step.after.chart, ref), parts)))
        return ref

    def read(self, chart: str, ref: StepRef) -> JournalledStep:
        """Return a step. Raises `StepGone`."""
        return _STEP.unpack(self._packed(chart, ref))

    def bulletin(self, chart: str, ref: StepRef) -> Bulletin:
        """Return the bulletin of a step that made one."""
        return _TOLD_STEP.unpack(self._packed(chart, ref)).bulletin

    def drop(self, chart: str, ref: StepRef) -> None:
        """Remove a step."""
        self._table.delete_all(_part_keys(chart, ref))

    def _packed(self, chart: str, ref: StepRef) -> bytes:
        found = {item["sk"]["S"]: item["part"]["B"] for item in self._table.get_all(_part_keys(chart, ref))}
        if len(found) < ref.parts:
            raise StepGone(chart, ref.version)
        return b"".join(found[name] for name in sorted(found))


def _part_keys(chart: str, ref: StepRef) -> Sequence[Key]:
    prefix = keys.step(chart, ref.version, ref.digest)
    return [Key(prefix.pk, f"{prefix.sk}{part:04d}") for part in range(ref.parts)]


def _part_item(key: Key, part: bytes) -> Item:
    return {**key.attributes, "part": {"B": part}}
