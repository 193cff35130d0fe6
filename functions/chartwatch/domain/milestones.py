"""Milestones: what has been recorded of each slot, and the difference that a new claim makes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from chartwatch.domain.catalog import Work
from chartwatch.domain.charts import Kind
from chartwatch.domain.claims import Claim, Reason
from chartwatch.domain.holders import Holder, claimant_key
from chartwatch.domain.identities import Who, as_recorded
from chartwatch.domain.rules import RuleKind


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
    claims: Sequence[Claim],
    recorded: Mapping[str, Milestone],
    policy: Policy,
    *,
    whole: bool = False,
    who: Who = as_recorded,
) -> list[Change]:
    """Return what `claims` change of what is `recorded`, in the order of the claims, retractions last.

    With `whole`, the claims are all there are: a recorded slot without a claim is retracted. `who` says what became of
    the works in the record; one that only has another name or id is no other holder, and nobody is told.
    """
    by_slot = {claim.slot: claim for claim in claims}
    moved = _moved(recorded.values(), by_slot, who) if whole else {}
    heirs = _heirs(moved, recorded, by_slot, who)
    changes = [_changed(claim, recorded.get(claim.slot), heirs.get(claim.slot), policy, who) for claim in claims]
    found = [change for change in changes if change is not None]
    if whole:
        for slot, gone in sorted(recorded.items()):
            if slot not in by_slot and gone.is_held:
                its_now = by_slot[moved[slot]] if slot in moved else None
                found.append(_gone(gone, its_now, heirs, policy, who))
    return found


def _moved(recorded: Iterable[Milestone], claimed: Collection[str], who: Who) -> Mapping[str, str]:
    """Return which slots are of works that have another id by now, each with the claimed slot that it is now."""
    moved: dict[str, str] = {}
    for m in recorded:
        if m.is_held and m.group and m.kind in (RuleKind.SPREAD, RuleKind.REIGN):
            (holder,) = m.holders
            now = claimant_key(who(holder.work_id, holder.title, holder.since), holder.season)
            start = f"{m.rule}:{m.chart}:{m.territory}:"
            slot = f"{start}{now}{m.slot.removeprefix(start + m.group)}"
            if now != m.group and slot in claimed:
                moved[m.slot] = slot
    return moved


def _says(told: Told | None, claim: Claim, who: Who) -> bool:
    """Return whether people were told what is claimed."""
    return told is not None and substance(told, who) == substance(claim)


def _heirs(
    moved: Mapping[str, str], recorded: Mapping[str, Milestone], claims: Mapping[str, Claim], who: Who
) -> Mapping[str, Milestone]:
    """Return the claimed slots that go on from a milestone that stood under another id, each with that milestone.

    Of several works that turn out to be one, whoever heard of one is followed, of what is true first of all. A slot
    that is held and was told goes on from itself.
    """

    def worth(milestone: Milestone, claim: Claim) -> tuple[bool, bool, str]:
        believed = milestone.believed
        return believed is not None, _says(believed, claim, who), milestone.slot

    heirs: dict[str, Milestone] = {}
    for old, slot in moved.items():
        own, other, best = recorded.get(slot), recorded[old], heirs.get(slot)
        is_free = own is None or not own.is_held or (other.believed is not None and own.believed is None)
        if is_free and (best is None or worth(other, claims[slot]) > worth(best, claims[slot])):
            heirs[slot] = other
    return heirs


def _changed(claim: Claim, old: Milestone | None, heir_of: Milestone | None, policy: Policy, who: Who) -> Change | None:
    """Return the new revision of a slot, if there is to be one.

    `heir_of` is the milestone that stood under another slot until its work got the id that it has now.
    """
    before = heir_of or old
    heard = [m.told for m in (heir_of, old) if m is not None and m.told is not None]
    told = heard[0] if heard else None
    now = substance(claim)
    is_same = before is not None and before.is_held and substance(before, who) == now
    if is_same and before is old and old is not None and _worded(old) == _worded(claim):
        return None
    status = Status.PROVISIONAL if claim.reasons else Status.ANNOUNCED
    base: Said | None = told or before
    if is_same and before is not None:
        status = before.status
    elif base is not None and base.holders and identities(base, who) != identities(claim):
        status = Status.CORRECTED
    if claim.rule in policy.rewritten:
        silent = True
    elif heir_of is not None and old is not None and old.told is not None and not _says(old.told, claim, who):
        # The slot had ended before it goes on from another, and whoever heard of that hears that it holds again.
        silent = False
    elif is_same or _says(told, claim, who):
        silent = True
    else:
        # Whoever was told of a slot is told of each change, whatever its period.
        silent = told is None and policy.silences_claim(claim)
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
        reasons=claim.reasons,
        headline=claim.headline,
        brief=claim.brief,
        evidence={**claim.evidence, **_replaces(before, claim.slot, is_same=is_same)},
        told=told if silent else Told.of(claim),
    )
    return Change(milestone, before)


def _worded(said: Claim | Milestone) -> tuple[object, ...]:
    """Return all that is said, but for the document that shows it and the revision that it replaces."""
    evidence = {name: value for name, value in said.evidence.items() if name not in ("edition", "replaces")}
    return said.kind, said.headline, said.brief, said.holders, said.reasons, evidence


def _replaces(before: Milestone | None, slot: str, *, is_same: bool) -> Mapping[str, Any]:
    """Return the part of the evidence that links a revision to what it replaces; none where that says the same."""
    if before is None:
        return {}
    if is_same and before.slot == slot:
        return {name: value for name, value in before.evidence.items() if name == "replaces"}
    return {"replaces": _reference(before)}


def _reference(milestone: Milestone) -> Mapping[str, Any]:
    return {
        "slot": milestone.slot,
        "revision": milestone.revision,
        "status": milestone.status.value,
        "holders": [holder.as_json() for holder in milestone.holders],
    }


def _gone(old: Milestone, claim: Claim | None, heirs: Mapping[str, Milestone], policy: Policy, who: Who) -> Change:
    """Return the last revision of a slot that nobody holds any more; `claim` is on the slot of its work's id by now.

    Nobody is told where the slot goes on there: where that one inherits who was told what, or says what they heard.
    """
    if claim is None:
        return _retracted(old, _ended(old, "Retracted"), policy)
    goes_on = heirs.get(claim.slot) is old or old.believed is None or _says(old.believed, claim, who)
    said = (
        "Recorded under another name" if goes_on else f"Retracted, as it is the same work as {claim.holders[0].title}"
    )
    ended = _ended(old, said)
    ended = replace(ended, evidence={**ended.evidence, "moved_to": claim.slot})
    return Change(replace(ended, silent=True, told=None), old) if goes_on else _retracted(old, ended, policy)


def _retracted(old: Milestone, ended: Milestone, policy: Policy) -> Change:
    """Return the retraction, told to whoever was told of what is retracted."""
    if old.rule in policy.rewritten or old.believed is None:
        return Change(replace(ended, silent=True), old)
    return Change(replace(ended, silent=False, told=Told.of(ended)), old)


def _ended(old: Milestone, how: str) -> Milestone:
    """Return a milestone as it is when nobody holds it any more."""
    return replace(
        old,
        status=Status.RETRACTED,
        revision=old.revision + 1,
        holders=(),
        reasons=(),
        headline=f"{how}: {old.headline}",
        evidence={"replaces": _reference(old)},
    )
