"""The ledger: the last revision of every slot, and what was last sent of it."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from chartwatch.domain.milestones.attributes import Attributes, united
from chartwatch.domain.milestones.milestone import Bulletin, Milestone, Reference, Status
from chartwatch.domain.rules.claims import Claim, Reason
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted, Said
from chartwatch.domain.works.meanings import OF_SEVERAL
from chartwatch.domain.works.renames import Names
from chartwatch.domain.works.work import kind_of_unlisted, lead_of_unlisted, title_of_unlisted

WorkNow = Callable[[Holder], str]
"""From the holder of a slot, as recorded, to the id that its work has by now."""


def id_as_recorded(holder: Holder) -> str:
    """Return the id as it stands, for when no work has become another."""
    return holder.work_id


def under_todays_names(
    catalog: Catalog,
    names: Names,
    has_topped: Callable[[str], bool],
    identified: Mapping[str, str],
    charted: Collection[Charted] = (),
) -> WorkNow:
    """Return what finds the works that a catalog did not hold under the names and ids that they have now.

    `has_topped` says of an id whether that work has topped the chart as it stands: then it has not become another,
    though a title like its own was given up elsewhere. `identified` says which works have become which, by the ids that
    their provider has for them. `charted` is all that has been at #1: a title that says its kind or its creator by now
    is the one that did not, where there is no other.
    """

    def said_by_now(holder: Holder, title: str) -> str | None:
        own = Said(kind_of_unlisted(holder.work_id), lead_of_unlisted(holder.work_id), title)
        ones = {its.said: its for its in charted if its.key == title and its.said.may_be(own)}
        if len(ones) != 1:
            return None
        (one,) = ones.values()
        if not one.said.says_all_of(own):
            return None
        return catalog.match(holder.title, one.kind, holder.since, credit=one.credit).id

    def now(holder: Holder) -> str:
        work_id = holder.work_id
        kind, is_listed = kind_of_unlisted(work_id), catalog.work(work_id) is not None
        if is_listed and title_of_unlisted(work_id) is not None:
            # Facts were found for it, and may show that what had the title earlier was another work.
            return catalog.match(holder.title, kind, holder.since, credit=lead_of_unlisted(work_id)).id
        if is_listed or has_topped(work_id):
            return work_id
        if work_id in identified:
            return identified[work_id]
        plain = catalog.match(names.latest(holder.title, kind), kind, holder.since, credit=lead_of_unlisted(work_id)).id
        # It may have become one of which nobody can say what it is, or be itself again.
        as_before = plain + work_id[its:] if (its := work_id.rfind(OF_SEVERAL)) >= 0 else plain
        found = next((its for its in (as_before, plain, f"{plain}{OF_SEVERAL}1") if has_topped(its)), None)
        title = title_of_unlisted(work_id)
        return found or (said_by_now(holder, title) if title else None) or plain

    return now


class Sent(NamedTuple):
    """What was last sent of a slot, and with which attributes; no holders after a retraction."""

    period: date
    n: int | None
    holders: tuple[Holder, ...]
    left_censored: bool
    reasons: tuple[Reason, ...]
    attributes: Attributes = MappingProxyType({})

    def beside(self, other: "Sent | None") -> "Sent":
        """Return the same, as if it had been sent to those who were sent `other` as well."""
        return self if other is None else self._replace(attributes=united(self.attributes, other.attributes))


def is_believed(sent: Sent | None) -> bool:
    """Return whether what was last sent of a slot is that somebody holds it."""
    return sent is not None and bool(sent.holders)


class Substance(NamedTuple):
    """What makes two revisions of a slot say the same; their wording and evidence do not count.

    `holders` are told apart by id, season, since when, group and whether they return; `reasons` by the works they name.
    """

    period: date
    n: int | None
    holders: frozenset[tuple[object, ...]]
    left_censored: bool
    reasons: frozenset[object]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The last revision of a slot.

    `headline` and `brief` are what it says, `words` is a digest of that and of the evidence; `replaces` is the revision
    that it replaced, and `sent` what was last sent of the slot, by this or an earlier revision. `bulletins` are the
    numbers of those that its revisions stand in. `said_by` is the slot that says all that this one does, as
    `Claim.said_by`.
    """

    slot: str
    rule: str
    kind: str
    territory: str
    group: str | None
    n: int | None
    period: date
    status: Status
    left_censored: bool
    revision: int
    holders: tuple[Holder, ...]
    reasons: tuple[Reason, ...]
    headline: str
    brief: str
    words: str
    sent: Sent | None = None
    replaces: Reference | None = None
    bulletins: tuple[int, ...] = ()
    said_by: str | None = None

    @classmethod
    def of(cls, milestone: Milestone, sent: Sent | None, bulletins: tuple[int, ...]) -> "LedgerEntry":
        """Return the entry of a revision."""
        return cls(
            slot=milestone.slot,
            rule=milestone.rule,
            kind=milestone.kind,
            territory=milestone.territory,
            group=milestone.group,
            n=milestone.n,
            period=milestone.period,
            status=milestone.status,
            left_censored=milestone.left_censored,
            revision=milestone.revision,
            holders=milestone.holders,
            reasons=milestone.reasons,
            headline=milestone.headline,
            brief=milestone.brief,
            words=digest_of_words(milestone),
            sent=sent,
            replaces=milestone.replaces if milestone.is_held else None,
            bulletins=bulletins,
            said_by=milestone.said_by,
        )

    @property
    def is_held(self) -> bool:
        """Whether the slot stands: it was not retracted."""
        return self.status is not Status.RETRACTED

    @property
    def is_believed(self) -> bool:
        """Whether what was last sent of the slot is that somebody holds it."""
        return is_believed(self.sent)

    @property
    def is_certain(self) -> bool:
        """Whether it holds however the unknown turns out, as `Milestone.is_certain`."""
        return not self.reasons and not (self.left_censored and self.is_held and self.is_believed)

    @property
    def reference(self) -> Reference:
        """The revision, as another names it that replaces it."""
        return Reference(self.slot, self.revision, self.status, self.holders)

    def sent_with(self, attributes: Attributes) -> "LedgerEntry":
        """Return the entry of a revision that is sent, with the attributes that its stories have."""
        return self if self.sent is None else replace(self, sent=self.sent._replace(attributes=attributes))

    def contradicts_what_was_sent(self, now: WorkNow) -> bool:
        """Return whether people were last sent something else than what is recorded."""
        if self.sent is None or not self.is_held:
            return self.is_believed
        return substance(self.sent, now) != substance(self, now)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A part of a chart's ledger: a year's slots, by id, or those that nobody holds and that belong to no year.

    `processed` has the digest of each publication of the year as it was processed. `bulletins` says which file each of
    the bulletins is that entries name. `firsts_from` stands with those that nobody holds: of each scope of a chart that
    asks for a minimum length of record the period that was the chart's latest when that was reached.
    """

    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
    processed: Mapping[date, str] = field(default_factory=dict)
    bulletins: Mapping[int, str] = field(default_factory=dict)
    firsts_from: Mapping[str, date] = field(default_factory=dict)


def substance(stated: Claim | Milestone | LedgerEntry | Sent, now: WorkNow = id_as_recorded) -> Substance:
    """Return what a claim, an entry or a message says of its slot, of works by the ids that they have now."""
    holders = frozenset((now(h), h.season, h.since, h.group, h.returned) for h in stated.holders)
    reasons = frozenset(
        (now(work), work.season, work.since, undecided.unknown) if (undecided and (work := undecided.work)) else words
        for words, undecided in stated.reasons
    )
    return Substance(stated.period, stated.n, holders, stated.left_censored, reasons)


def digest_of_words(stated: Claim | Milestone) -> str:
    """Return a digest of all that is said, but for the document that shows it and the revision that it replaces."""
    evidence = stated.evidence.as_json() if stated.evidence else {}
    evidence.pop("edition", None)
    holders = [repr(replace(holder, label=None)) for holder in stated.holders]
    words = [stated.kind, stated.headline, stated.brief, holders, repr(stated.reasons), evidence]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()[:16]


def from_bulletins(
    bulletins: Iterable[Bulletin], sent_attributes: Callable[[Bulletin], Mapping[str, Attributes]]
) -> dict[str, LedgerEntry]:
    """Return the entries that bulletins, all of a chart in their order, come to: the ledger is their fold.

    `sent_attributes` says with which attributes each slot of a bulletin was sent.
    """
    entries: dict[str, LedgerEntry] = {}
    for bulletin in bulletins:
        # What a slot inherits stands under another until all changes of the bulletin are taken in.
        before, attributes = dict(entries), sent_attributes(bulletin)
        for change in bulletin.changes:
            m = change.milestone
            own = before.get(m.slot)
            forerunner = _forerunner(m, before)
            went_on = m.moved_to is not None and m.silent
            numbers = sorted({number for entry in (forerunner, own) if entry for number in entry.bulletins})
            entry = LedgerEntry.of(m, None if went_on else _last_sent(m, forerunner, own), (*numbers, bulletin.number))
            entries[m.slot] = entry.sent_with(attributes[m.slot]) if m.slot in attributes else entry
    return entries


def _forerunner(milestone: Milestone, before: Mapping[str, LedgerEntry]) -> LedgerEntry | None:
    """Return the entry of another slot that a revision goes on from.

    A revision that only words anew what one before it said still names what that one had replaced: an entry which has
    been revised since is none to go on from.
    """
    replaced = milestone.replaces
    if replaced is None or replaced.slot == milestone.slot:
        return None
    entry = before.get(replaced.slot)
    return entry if entry and entry.revision == replaced.revision else None


def _last_sent(milestone: Milestone, forerunner: LedgerEntry | None, own: LedgerEntry | None) -> Sent | None:
    """Return what was last sent of a slot with a revision, which may be what was sent of the slot of its forerunner."""
    m = milestone
    if not m.silent:
        return Sent(m.period, m.n, m.holders, m.left_censored, m.reasons)
    return sent_of_both(forerunner, own)


def sent_of_both(forerunner: LedgerEntry | None, own: LedgerEntry | None) -> Sent | None:
    """Return what was last sent of a slot that goes on from the entry `forerunner` of another: that counts first."""
    its, last = own.sent if own else None, forerunner.sent if forerunner else None
    return last.beside(its) if last else its


def contradictions(entries: Iterable[LedgerEntry], now: WorkNow) -> tuple[str, ...]:
    """Return the slots of which people were last sent something else than what is recorded, sorted."""
    return tuple(sorted(entry.slot for entry in entries if entry.contradicts_what_was_sent(now)))
