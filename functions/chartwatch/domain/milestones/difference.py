"""The difference that claims make to the ledger: what is recorded, and what of it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.milestones.attributes import Attributes
from chartwatch.domain.milestones.ledger import (
    LedgerEntry,
    Sent,
    Substance,
    WorkNow,
    digest_of_words,
    id_as_recorded,
    is_believed,
    sent_of_both,
    substance,
)
from chartwatch.domain.milestones.milestone import Change, Milestone, Replaced, Status
from chartwatch.domain.rules.claims import Claim, place_of, slot_id
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.works.claimants import claimant_key
from chartwatch.domain.works.work import title_of_unlisted


class Policy(NamedTuple):
    """What is sent.

    Nothing is sent of periods before `live_from`; and nothing of `rewritten` rules, which are not those that made the
    record: what a rule written yesterday says of the past is not news. With `contradictions`, what contradicts that
    which was last sent of a slot is sent all the same. `firsts_from` says of each scope of a chart that asks for a
    minimum length of record from which period on firsts are sent; of a scope that it lacks, none are. None: from when
    the record as it is now was as long, for whoever looks at all of it at once. `muted` has of works, by id, and
    of rules the first period of which something is sent again: what is before is recorded, and never sent late. A work
    that was muted before the catalog knew it is found by `work_now`.
    """

    live_from: date | None = None
    rewritten: frozenset[str] = frozenset()
    contradictions: bool = False
    firsts_from: Mapping[str, date] | None = None
    muted: Mapping[str, date] = MappingProxyType({})
    work_now: WorkNow = id_as_recorded

    def of_chart(self, chart: Chart) -> "Policy":
        """Return what is sent of a chart, which may have been added later than others."""
        since = [day for day in (self.live_from, chart.live_from) if day is not None]
        return self._replace(live_from=max(since, default=None))

    def tells_of(self, period: date) -> bool:
        """Return whether a publication that comes for the first time is news, whatever is in it."""
        return not self.rewritten and period >= (self.live_from or date.min)

    def sends_first(self, claim: Claim) -> bool:
        """Return whether a claim on a slot of which nothing was sent is sent.

        A slot held since the record begins cannot be called a first, nor one of a record that is too short.
        """
        since = max(self.live_from or date.min, self._muted_until(claim))
        if claim.waits and self.firsts_from is not None:
            since = max(since, self.firsts_from.get(claim.territory, date.max))
        return not claim.left_censored and not claim.is_early and claim.period >= since

    def _muted_until(self, claim: Claim) -> date:
        """Return until when a claim is muted: by its rule, or by all works that hold it."""
        by_works = min(map(self._work_muted_until, claim.holders))
        return max(self.muted.get(claim.rule, date.min), by_works)

    def _work_muted_until(self, holder: Holder) -> date:
        unlisted = ((name, title, until) for name, until in self.muted.items() if (title := title_of_unlisted(name)))
        meant = (
            until
            for name, title, until in unlisted
            if self.work_now(Holder(name, title, holder.since)) == holder.work_id
        )
        return max(self.muted.get(holder.work_id, date.min), *meant, date.min)

    def silences(self, rule: str, *, was_sent: bool) -> bool:
        """Return whether nothing of a rule is sent; `was_sent`: something was sent of the slot before."""
        return rule in self.rewritten and not (self.contradictions and was_sent)


class Revised(NamedTuple):
    """A change of a slot, and its entry from then on, which does not name the bulletin yet."""

    change: Change
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a claimed slot, of works by the ids that they have now.

    `entry` is the one that the claim goes on from, which may have stood under another slot until its work got the id
    that it has now. `revision` is that of the slot itself, 0 where it has none; `bulletins` are those of both.
    `recorded` and `heard` are the substance of that entry and of what was last sent, `last_sent`; `heard_of_itself` is
    that of what was sent of the slot itself, where the entry is another's.
    """

    entry: LedgerEntry
    revision: int
    bulletins: tuple[int, ...]
    last_sent: Sent | None
    recorded: Substance
    heard: Substance | None
    heard_of_itself: Substance | None = None

    def says(self, stated: Substance) -> bool:
        """Return whether all that was sent says this."""
        return self.heard == stated and self.heard_of_itself in (None, stated)


def difference(
    claims: Sequence[Claim],
    ledger: Mapping[str, LedgerEntry],
    chart: str,
    policy: Policy,
    *,
    now: WorkNow = id_as_recorded,
) -> list[Revised]:
    """Return what `claims`, all that there are, change of a ledger, in the order of the claims, retractions last.

    `now` says what became of the works in the ledger: one that only has another name or id is no other holder, and
    nothing is sent.
    """
    policy = policy._replace(work_now=now)
    by_slot = {claim.slot: claim for claim in claims}
    moved = _moved(ledger, by_slot, chart, now)
    known = {slot: _known(entry, now) for slot, entry in ledger.items() if slot in by_slot}
    forerunner_of: dict[str, str] = {}
    for old, slot in sorted(moved.items()):
        if _takes_over(ledger[old], by_slot[slot], ledger.get(slot), ledger.get(forerunner_of.get(slot, "")), now):
            forerunner_of[slot] = old
    known |= {slot: _inherited(ledger[old], ledger.get(slot), now) for slot, old in forerunner_of.items()}
    found = (_revised(claim, known.get(claim.slot), policy) for claim in claims)
    revised = [each for each in found if each is not None]
    for slot, entry in sorted(ledger.items()):
        if slot in moved:
            claim = by_slot[moved[slot]]
            goes_on = (
                forerunner_of.get(claim.slot) == slot or not entry.is_believed or _heard(entry, now) == substance(claim)
            )
            revised.append(_moved_away(entry, chart, claim, policy, now, goes_on=goes_on))
        elif slot not in by_slot and (entry.is_held or (policy.contradictions and entry.is_believed)):
            revised.append(_retracted(entry, chart, "Retracted", policy, now))
    return revised


def _moved(
    ledger: Mapping[str, LedgerEntry], claims: Mapping[str, Claim], chart: str, now: WorkNow
) -> Mapping[str, str]:
    """Return which slots are of works that have another id by now, each with the claimed slot that it is now."""
    moved: dict[str, str] = {}
    for entry in ledger.values():
        if entry.is_held and entry.group is not None and KINDS[entry.kind].names_its_work and entry.slot not in claims:
            (holder,) = entry.holders
            group = claimant_key(now(holder), holder.season)
            mark = place_of(entry.slot, entry.rule, chart, entry.territory).removeprefix(entry.group)
            slot = slot_id(entry.rule, chart, entry.territory, f"{group}{mark}")
            if group != entry.group and slot in claims:
                moved[entry.slot] = slot
    return moved


def _takes_over(
    entry: LedgerEntry, claim: Claim, own: LedgerEntry | None, best: LedgerEntry | None, now: WorkNow
) -> bool:
    """Return whether a claimed slot goes on from an entry that stood under another id, and not from its own.

    Of several works that turn out to be one, `best` being the best so far, whoever heard of one is followed, of what is
    true first of all. A slot that is held and was sent goes on from itself.
    """

    def worth(other: LedgerEntry) -> tuple[bool, bool, str]:
        return other.is_believed, other.is_believed and _heard(other, now) == substance(claim), other.slot

    is_free = own is None or not own.is_held or (entry.is_believed and not own.is_believed)
    return is_free and (best is None or worth(entry) > worth(best))


def _known(entry: LedgerEntry, now: WorkNow) -> _Known:
    return _Known(entry, entry.revision, entry.bulletins, entry.sent, substance(entry, now), _heard(entry, now))


def _inherited(forerunner: LedgerEntry, own: LedgerEntry | None, now: WorkNow) -> _Known:
    """Return what is known of a slot that goes on from the entry `forerunner` of another."""
    heard_of_itself = _heard(own, now) if own else None
    last_sent = sent_of_both(forerunner, own)
    heard = substance(last_sent, now) if last_sent else None
    revision, bulletins = (own.revision, own.bulletins) if own else (0, ())
    together = tuple(sorted({*forerunner.bulletins, *bulletins}))
    return _Known(forerunner, revision, together, last_sent, substance(forerunner, now), heard, heard_of_itself)


def _heard(entry: LedgerEntry, now: WorkNow) -> Substance | None:
    return substance(entry.sent, now) if entry.sent is not None else None


def _revised(claim: Claim, known: _Known | None, policy: Policy) -> Revised | None:
    """Return the new revision of a claimed slot, if there is to be one."""
    stated = substance(claim)
    before = known.entry if known else None
    resent = policy.contradictions and known is not None and known.heard is not None and not known.says(stated)
    is_same = known is not None and known.recorded == stated
    is_unchanged = is_same and before is not None and before.slot == claim.slot
    if is_unchanged and before is not None and before.words == digest_of_words(claim) and not resent:
        return None
    is_same &= not resent
    silent = _is_silent(claim, known, policy, stated, is_same=is_same)
    last_sent = known.last_sent if known else None
    sent = last_sent if silent else Sent(claim.period, claim.n, claim.holders, claim.left_censored, claim.reasons)
    milestone = Milestone(
        slot=claim.slot,
        rule=claim.rule,
        kind=claim.kind,
        chart=claim.chart,
        territory=claim.territory,
        group=claim.group,
        n=claim.n,
        period=claim.period,
        status=_status(claim, known, stated, is_same=is_same, silent=silent),
        silent=silent,
        left_censored=claim.left_censored,
        revision=known.revision + 1 if known else 1,
        holders=claim.holders,
        reasons=claim.reasons,
        headline=claim.headline,
        brief=claim.brief,
        evidence=claim.evidence,
        replaces=(before.replaces if is_unchanged else before.reference) if before else None,
        said=claim.said,
        mark=claim.mark,
        precedents=claim.precedents,
        said_by=claim.said_by,
        is_believed=is_believed(sent),
    )
    replaced = _replaced(known, milestone) if known else None
    return Revised(Change(milestone, replaced), LedgerEntry.of(milestone, sent, known.bulletins if known else ()))


def _was_sent(known: _Known | None) -> bool:
    return known is not None and known.last_sent is not None


def _status(claim: Claim, known: _Known | None, stated: Substance, *, is_same: bool, silent: bool) -> Status:
    """Return the status of a revision. What is the first to be sent of its slot corrects nothing."""
    is_uncertain = claim.reasons or (claim.left_censored and not silent)
    if known is not None and (silent or _was_sent(known)):
        if is_same and not (is_uncertain and known.entry.status is Status.ANNOUNCED):
            return known.entry.status
        base = known.heard or known.recorded
        if base.holders and base.holders != stated.holders:
            return Status.CORRECTED
    return Status.PROVISIONAL if is_uncertain else Status.ANNOUNCED


def _is_silent(claim: Claim, known: _Known | None, policy: Policy, stated: Substance, *, is_same: bool) -> bool:
    """Return whether a revision is recorded only. Whoever was sent a slot is sent each change, whatever its period."""
    if policy.silences(claim.rule, was_sent=_was_sent(known)):
        return True
    if known is None or known.last_sent is None:
        return is_same or not policy.sends_first(claim)
    # A slot may have ended before it goes on from another: whoever was sent that is sent that it holds again.
    return (is_same or known.heard == stated) and known.heard_of_itself in (None, stated)


def _replaced(known: _Known, milestone: Milestone) -> Replaced:
    """Return what a revision replaces: the one before, or where it is sent, what was sent, if anything was."""
    before = known.entry
    holders = before.holders
    if not milestone.silent:
        holders = known.last_sent.holders if known.last_sent else ()
    lost = {h.work_id for h in holders} - {h.work_id for h in milestone.holders}
    brief = before.brief if lost and not milestone.silent else ""
    return Replaced(before.status, holders, known.last_sent is not None, brief, _attributes(known.last_sent))


def _attributes(sent: Sent | None) -> Attributes:
    return sent.attributes if sent else {}


def _moved_away(
    entry: LedgerEntry, chart: str, claim: Claim, policy: Policy, now: WorkNow, *, goes_on: bool
) -> Revised:
    """Return the end of a slot whose work has another id by now; `claim` is on the slot that it has there.

    Nothing is sent where the slot goes on there: where that one inherits what was sent, or says the same.
    """
    how = f"Retracted, as it is the same work as {claim.holders[0].title}"
    if goes_on:
        how, policy = "Recorded under another name", Policy(rewritten=frozenset({entry.rule}))
    ended = _retracted(entry, chart, how, policy, now, moved_to=claim.slot)
    return ended._replace(entry=replace(ended.entry, sent=None)) if ended.change.milestone.silent else ended


def _are_the_same(ones: Sequence[Holder], others: Sequence[Holder], now: WorkNow) -> bool:
    """Return whether holders are the same works, or seasons, whatever they were called."""
    return {(now(h), h.season) for h in ones} == {(now(h), h.season) for h in others}


def _retracted(
    entry: LedgerEntry,
    chart: str,
    how: str,
    policy: Policy,
    now: WorkNow,
    *,
    moved_to: str | None = None,
) -> Revised:
    """Return the end of a slot that nobody holds any more, sent to whoever was sent that somebody does.

    What is sent names whom it was sent of, whoever was recorded in their place.
    """
    silent = not entry.is_believed or policy.silences(entry.rule, was_sent=True)
    holders, words = entry.holders, entry.headline
    if entry.sent is not None and not entry.is_held:
        holders = entry.sent.holders
    elif entry.sent is not None and not silent and not _are_the_same(holders, entry.sent.holders, now):
        holders, words = entry.sent.holders, entry.brief
    sent = entry.sent if silent else Sent(entry.period, entry.n, (), entry.left_censored, ())
    milestone = Milestone(
        slot=entry.slot,
        rule=entry.rule,
        kind=entry.kind,
        chart=chart,
        territory=entry.territory,
        group=entry.group,
        n=entry.n,
        period=entry.period,
        status=Status.RETRACTED,
        silent=silent,
        left_censored=entry.left_censored,
        revision=entry.revision + 1,
        holders=(),
        reasons=(),
        headline=f"{how}: {words}" if entry.is_held else words,
        brief=entry.brief,
        evidence=None,
        replaces=entry.reference,
        moved_to=moved_to,
        said_by=entry.said_by,
        is_believed=is_believed(sent),
    )
    replaced = Replaced(entry.status, holders, entry.sent is not None, entry.brief, _attributes(entry.sent))
    return Revised(Change(milestone, replaced), LedgerEntry.of(milestone, sent, entry.bulletins))
