"""Milestones: what has been recorded of each slot, and the bulletins that tell of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from chartwatch.domain.milestones.identities import Who, as_recorded
from chartwatch.domain.rules.claims import Reason
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.rule import RuleKind
from chartwatch.domain.works.work import Kind, Work


class Status(StrEnum):
    """Where a milestone stands in its life."""

    PROVISIONAL = "provisional"
    ANNOUNCED = "announced"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


class Said(Protocol):
    """What a claim, a milestone, and what was told of one have in common: all that makes them say the same."""

    @property
    def period(self) -> date:
        """When it came true."""

    @property
    def n(self) -> int | None:
        """The number that was reached."""

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Who holds the slot."""

    @property
    def left_censored(self) -> bool:
        """Whether it has been so since the record begins."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is provisional."""


class Told(NamedTuple):
    """What subscribers heard last of a slot; no holders after a retraction."""

    period: date
    n: int | None
    holders: tuple[Holder, ...]
    left_censored: bool
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, said: Said) -> "Told":
        """Return what somebody is told who is told this."""
        return cls(said.period, said.n, said.holders, said.left_censored, said.reasons)


def identities(said: Said, who: Who = as_recorded) -> Collection[object]:
    """Return the holders, by what they are now and without the wording of their titles."""
    return frozenset((who(h.work_id, h.title, h.since), h.season, h.since, h.group, h.returned) for h in said.holders)


def substance(said: Said, who: Who = as_recorded) -> tuple[object, ...]:
    """Return what makes two things said of a slot the same; wording and evidence do not."""
    reasons = frozenset(
        (who(line.work_id, line.title, line.since), line.season, line.since, line.unknown) if line else words
        for words, line in said.reasons
    )
    return said.period, said.n, identities(said, who), said.left_censored, reasons


@dataclass(frozen=True, slots=True)
class Milestone:
    """One revision of a slot, as recorded: a claim and what became of it.

    `silent`: nobody is told of this revision. `told` is what they heard last, of this or an earlier revision.
    """

    slot: str
    rule: str
    kind: RuleKind
    chart: str
    territory: str
    group: str | None
    n: int | None
    period: date
    status: Status
    silent: bool
    left_censored: bool
    revision: int
    holders: tuple[Holder, ...]
    reasons: tuple[Reason, ...]
    headline: str
    brief: str
    evidence: Mapping[str, Any]
    told: Told | None

    @property
    def is_held(self) -> bool:
        """Whether it stands: it was not retracted."""
        return self.status is not Status.RETRACTED

    @property
    def believed(self) -> Told | None:
        """What subscribers were told of it; None when nothing, or last that it was retracted."""
        return self.told if self.told is not None and self.told.holders else None

    @property
    def because(self) -> tuple[str, ...]:
        """Why it is provisional, in words."""
        return tuple(reason.said for reason in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """Return the change as one JSON object: a line of `chartwatch replay`, and a part of a story."""
        return {
            "slot": self.slot,
            "rule": self.rule,
            "chart": self.chart,
            "territory": self.territory,
            "group": self.group,
            "n": self.n,
            "period": self.period.isoformat(),
            "status": self.status.value,
            "silent": self.silent,
            "left_censored": self.left_censored,
            "revision": self.revision,
            "holders": [holder.as_json() for holder in self.holders],
            "joint": len(self.holders) > 1,
            "provisional_because": list(self.because),
            "headline": self.headline,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A milestone's new revision and the one it replaces."""

    milestone: Milestone
    replaced: Milestone | None = None

    @property
    def is_told(self) -> bool:
        """Whether subscribers hear of it."""
        return not self.milestone.silent

    @property
    def follows_up(self) -> bool:
        """Whether subscribers were told something of the slot before, which this must not come before."""
        told = self.replaced is not None and self.replaced.told is not None
        return told or self.milestone.status in (Status.CORRECTED, Status.RETRACTED)

    def works(self) -> Iterable[str]:
        """Yield the ids of the works it is about: the holders, then those that lost the slot."""
        yield from dict.fromkeys(holder.work_id for holder in self._holders())

    def concerned(self) -> Iterable[str]:
        """Yield the ids of the works of which it says something new: of joint holders, those that came or went."""
        before = set(self.replaced.holders) if self.replaced else set()
        moved = before ^ set(self.milestone.holders)
        corrected = self.milestone.status is Status.CORRECTED
        yield from dict.fromkeys(h.work_id for h in self._holders() if not corrected or not moved or h in moved)

    def _holders(self) -> Iterator[Holder]:
        for m in (self.milestone, self.replaced):
            yield from m.holders if m is not None else ()


class WorkFacts(NamedTuple):
    """What a story says of a work: the facts that subscribers filter on."""

    title: str
    kind: Kind | None
    original_language: str | None
    origin_countries: tuple[str, ...]
    release_date: date | None
    source: str

    @classmethod
    def of(cls, work: Work) -> "WorkFacts":
        """Take them from a work."""
        return cls(work.title, work.kind, work.original_language, work.origin_countries, work.release_date, work.source)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Every milestone change that came out of processing one publication, or one catalog change.

    `number` is the version of the chart's record that it made; with the chart it is the bulletin's id.
    """

    chart: str
    chart_name: str
    number: int
    period: date
    changes: tuple[Change, ...]
    works: Mapping[str, WorkFacts]

    @property
    def id(self) -> str:
        """The id, in the order of telling within a chart."""
        return f"{self.chart}:{self.number:08d}"
