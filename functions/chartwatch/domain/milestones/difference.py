"""The difference that claims make to what is recorded."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from chartwatch.domain.milestones.identities import Who, as_recorded
from chartwatch.domain.milestones.milestone import Change, Milestone, Said, Status, Told, identities, substance
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.rule import RuleKind
from chartwatch.domain.works.claimants import claimant_key


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
