"""Milestones: what has been recorded of each slot, and the difference that a new claim makes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from chartwatch.domain.catalog import Work
from chartwatch.domain.charts import Kind
from chartwatch.domain.claims import Claim
from chartwatch.domain.holders import Holder
from chartwatch.domain.rules import RuleKind


class Status(StrEnum):
    """Where a milestone stands in its life."""

    PROVISIONAL = "provisional"
    ANNOUNCED = "announced"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Milestone:
    """One revision of a slot, as recorded: a claim and what became of it.

    `silent`: nobody is told of this revision. `told`: some revision up to this one was for telling.
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
    because: tuple[str, ...]
    headline: str
    brief: str
    evidence: Mapping[str, Any]
    told: bool

    @property
    def substance(self) -> tuple[object, ...] | None:
        """What a claim must equal to change nothing; None after a retraction."""
        if self.status is Status.RETRACTED:
            return None
        return self.period, self.n, self.identities, self.left_censored, self.because

    @property
    def identities(self) -> tuple[tuple[object, ...], ...]:
        """The holders without the wording of their titles."""
        return tuple((h.work_id, h.season, h.since, h.group, h.returned) for h in self.holders)

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

    def works(self) -> Iterable[str]:
        """Yield the ids of the works it is about: the holders, then those that lost the slot."""
        yield from dict.fromkeys(
            holder.work_id for m in (self.milestone, self.replaced) if m is not None for holder in m.holders
        )


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


class Policy(NamedTuple):
    """Who is told what.

    Nothing is told of periods before `live_from`; and nothing by `rewritten` rules, which are not those that made the
    record: what a rule written yesterday says of the past is not news.
    """

    live_from: date | None = None
    rewritten: frozenset[str] = frozenset()

    def silences_claim(self, claim: Claim) -> bool:
        """Return whether a claim on a slot that nobody was told of is recorded without telling anybody.

        A slot held since the record begins cannot be called a first.
        """
        return claim.left_censored or (self.live_from is not None and claim.period < self.live_from)


def difference(
    claims: Sequence[Claim], recorded: Mapping[str, Milestone], policy: Policy, *, whole: bool = False
) -> list[Change]:
    """Return what `claims` change of what is `recorded`, in the order of the claims, retractions last.

    With `whole`, the claims are all there are: a recorded slot without a claim is retracted.
    """
    changes = [_changed(claim, recorded.get(claim.slot), policy) for claim in claims]
    found = [change for change in changes if change is not None]
    if whole:
        claimed = {claim.slot for claim in claims}
        gone = (milestone for slot, milestone in sorted(recorded.items()) if slot not in claimed)
        found += [_retracted(m, policy) for m in gone if m.status is not Status.RETRACTED]
    return found


def _changed(claim: Claim, old: Milestone | None, policy: Policy) -> Change | None:
    if old is not None and old.substance == claim.substance:
        return None
    # Whoever was told of a slot is told of each change, whatever its period.
    told_before = old is not None and old.told
    silent = claim.rule in policy.rewritten or (not told_before and policy.silences_claim(claim))
    status = Status.PROVISIONAL if claim.because else Status.ANNOUNCED
    if old is not None and old.status is not Status.RETRACTED and old.identities != claim.identities:
        status = Status.CORRECTED
    milestone = Milestone(
        slot=claim.slot,
        rule=claim.rule,
        kind=claim.kind,
        chart=claim.chart,
        territory=claim.territory,
        group=claim.group,
        n=claim.n,
        period=claim.period,
        status=status,
        silent=silent,
        left_censored=claim.left_censored,
        revision=old.revision + 1 if old else 1,
        holders=claim.holders,
        because=claim.because,
        headline=claim.headline,
        brief=claim.brief,
        evidence=claim.evidence,
        told=told_before or not silent,
    )
    return Change(milestone, old)


def _retracted(old: Milestone, policy: Policy) -> Change:
    milestone = Milestone(
        slot=old.slot,
        rule=old.rule,
        kind=old.kind,
        chart=old.chart,
        territory=old.territory,
        group=old.group,
        n=old.n,
        period=old.period,
        status=Status.RETRACTED,
        silent=old.rule in policy.rewritten or not old.told,
        left_censored=old.left_censored,
        revision=old.revision + 1,
        holders=(),
        because=(),
        headline=f"Retracted: {old.headline}",
        brief=old.brief,
        evidence={"replaces": {"revision": old.revision, "holders": [holder.as_json() for holder in old.holders]}},
        told=old.told,
    )
    return Change(milestone, old)
