"""Which periods of a chart are to be processed: when a publication, the catalog or the rules have changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chartwatch.domain.milestones.difference import Policy
from chartwatch.domain.milestones.ledger import contradictions, from_bulletins
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.milestones.muting import Mute
from chartwatch.domain.milestones.snapshot import Snapshot, in_one, titles_of
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.stories.attributes import sent_attributes
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import Charted
from chartwatch.domain.works.renames import with_renamings
from chartwatch.errors import Conflict, RecordDamaged, RecordNewer
from chartwatch.services.ports import ChartStore
from chartwatch.services.record import BULLETIN, FOLD, FORMAT, KEPT_FOR, Head, RecordStore, fingerprint
from chartwatch.services.recording import Recorder
from chartwatch.services.step import Parts, Step

EarlierCatalog = Callable[[str], Catalog | None]
"""Finds a catalog that was in force, by its version; None when it is not known."""

InForce = Callable[[Catalog], bool]
"""Says whether a catalog is the one in force at this moment."""

ATTEMPTS = 5
"""How often a chart is tried whose record others change at the same time."""


def no_earlier_catalog(_version: str) -> Catalog | None:
    """Find none."""
    return None


def always_in_force(_catalog: Catalog) -> bool:
    """Say of a catalog that no other takes its place."""
    return True


@dataclass(frozen=True, slots=True)
class Audit:
    """Where a chart's record is not what its publications come to.

    `milestones` are slots, `unprocessed` the periods that were never processed as they are stored, and `contradicted`
    the slots of which people were last sent something else than what is recorded. `snapshot`: the last one differs.
    """

    milestones: tuple[str, ...]
    snapshot: bool
    unprocessed: tuple[date, ...]
    contradicted: tuple[str, ...]


class Detector:
    """Keeps the milestones of charts in step with their publications, the catalog and the rules."""

    def __init__(
        self,
        charts: ChartStore,
        record: RecordStore,
        catalog: Catalog,
        rules: RuleSet,
        live_from: date | None = None,
        *,
        earlier_catalog: EarlierCatalog = no_earlier_catalog,
        is_in_force: InForce = always_in_force,
        muted: Mapping[str, Mute] | None = None,
    ) -> None:
        """Milestones of periods before `live_from` are recorded silently, and those of what is `muted` until then.

        `earlier_catalog` finds catalogs by their version; with it, a new catalog costs no more than what it touches.
        `is_in_force` keeps a process that has read `catalog` long ago from bringing a record back to it.
        """
        self._charts = charts
        self._record = record
        self._catalog = catalog
        self._earlier_catalog = earlier_catalog
        self._is_in_force = is_in_force
        self._rules = rules
        self._recorder = Recorder(charts, record, catalog, rules)
        self._live_from = live_from
        self._muted = muted or {}

    def detect(self, chart: str, period: date) -> list[Bulletin]:
        """Process the publication of a chart for a period, as it is stored now, and return what changes.

        Processing one again does nothing. Raises `Conflict` when other processes were faster again and again.
        """
        bulletins: list[Bulletin] = []
        for _ in range(ATTEMPTS):
            try:
                head = self._brought_up_to_date(chart, bulletins)
                if head is not None and self._is_processed(head, period):
                    # Whoever read this period before a revision that is taken back by now must not commit it.
                    self._move_on(head, head)
                else:
                    step = Step(period, max(period, head.last) if head else period, period)
                    self._take(chart, head, step, self._policy(chart), bulletins)
            except Conflict:
                continue
            return bulletins
        raise Conflict(chart)

    def reconsider(self, chart: str) -> list[Bulletin]:
        """Bring a chart's milestones up to the catalog and the rules in force, if these have changed since.

        Raises `Conflict` as `detect` does, also when the catalog is no longer the one in force.
        """
        bulletins: list[Bulletin] = []
        for _ in range(ATTEMPTS):
            try:
                self._brought_up_to_date(chart, bulletins, names=True)
            except Conflict:
                continue
            return bulletins
        raise Conflict(chart)

    def foresee(self, chart: str) -> Bulletin | None:
        """Return what `reconsider` would change of a chart, without changing anything; None when nothing.

        Raises `RecordDamaged`.
        """
        head = self._head(chart)
        if head is not None:
            self._recorder.go_on_with_those_lent_to(head)
        step = None if head is None or self._is_current(head) else self._step_up_to_date(head)
        prepared = self._recorder.prepare(chart, head, step, self._policy_for(head)) if head and step else None
        return prepared.bulletin if prepared and prepared.bulletin.changes else None

    def processed(self, chart: str, since: date = date.min) -> Mapping[date, str]:
        """Return the digests of a chart's publications from a period on, as they were processed."""
        head = self._head(chart)
        ledgers = self._recorder.files(head).ledgers(since.year).values() if head else ()
        return {period: digest for ledger in ledgers for period, digest in ledger.processed.items() if period >= since}

    def last_period(self, chart: str) -> date | None:
        """Return the latest period that was processed, or None."""
        head = self._head(chart)
        return head.last if head else None

    def first_at_one(self, chart: str) -> Mapping[Charted, date]:
        """Return since when each title of a chart has been at #1, as far as was processed."""
        head = self._head(chart)
        last = self._recorder.files(head).last_snapshot() if head else None
        return last.charted if last else {}

    def audit(self, chart: str) -> Audit | None:
        """Fold a chart from its publications, and return what the record has otherwise; nothing is changed.

        None when there is no record, or one of other rules or another catalog, or when it moved on meanwhile.
        """
        head = self._head(chart)
        if head is None or not self._is_current(head):
            return None
        self._recorder.go_on_with_those_lent_to(head)
        files = self._recorder.files(head)
        ledgers = (*files.ledgers().values(), files.retracted())
        entries = {slot: entry for ledger in ledgers for slot, entry in ledger.entries.items()}
        processed = {period: digest for ledger in ledgers for period, digest in ledger.processed.items()}
        folded = self._recorder.fold(chart, Snapshot(), date.min, head.last)
        revised = self._recorder.difference(chart, folded, entries, self._policy(chart))
        last = files.last_snapshot()
        if self._record.head(chart) != head:
            return None
        unprocessed = {period for period, digest in folded.processed.items() if processed.get(period) != digest}
        return Audit(
            milestones=tuple(each.change.milestone.slot for each in revised),
            # Names that were lent since, and that no title at #1 bears, make no other snapshot.
            snapshot=last is not None and replace(last, lent=folded.snapshot.lent) != folded.snapshot,
            unprocessed=tuple(sorted(unprocessed)),
            contradicted=contradictions(entries.values(), folded.work_now),
        )

    def rebuild(self, chart: str, *, commit: bool, send: bool = False) -> Bulletin | None:
        """Fold a chart from its beginning, and return what that changes of what its bulletins say; None when nothing.

        The ledger is made anew from the bulletins. With `commit` the result is made the record; nothing of it is sent,
        or with `send` what contradicts that which was last sent. Raises `Conflict`.
        """
        head = self._head(chart)
        last = max(self._charts.timeline(chart), key=lambda publication: publication.period, default=None)
        if last is None:
            return None
        self._recorder.borrow(chart, last.chart.provider)
        until = head.last if head else last.period
        step = Step(date.min, until, until)
        every = frozenset({*self._rules.versions, *(head.rules if head else ())})
        policy = self._policy(chart)._replace(rewritten=every, contradictions=send)
        prepared = self._recorder.prepare(chart, head, step, policy, self._from_bulletins(chart, head))
        if prepared is None:
            return None
        if commit:
            return self._recorder.commit(prepared, anew=True)[1]
        return prepared.bulletin if prepared.bulletin.changes else None

    def _from_bulletins(self, chart: str, head: Head | None) -> Parts:
        """Return the ledger of a chart, without what was processed, as its bulletins have it.

        They do not have since when firsts are sent; where that is lost, it is from the next period on.
        """
        refs = {ref.number: ref.file for ref in self._record.bulletins(chart)}
        bulletins = (self._record.get(chart, BULLETIN, file) for file in refs.values())
        parts = Parts.of(from_bulletins(bulletins, sent_attributes), refs)
        try:
            firsts_from = self._recorder.files(head).retracted().firsts_from if head else {}
        except RecordDamaged:
            firsts_from = {}
        return replace(parts, retracted=replace(parts.retracted, firsts_from=firsts_from))

    def remove_unnamed(self, chart: str, now: datetime) -> int:
        """Remove the files that the record does not name and that are old enough, and return how many there were.

        Whoever computed a step on the head that is now, and stood still since, could still name such a file. So the
        head moves on first: that step can never be taken.
        """
        head = self._head(chart)
        if head is None:
            return 0
        old = []
        for file in self._record.files(chart):
            kept_for = KEPT_FOR[file.kind]
            if kept_for is not None and now - file.written_at > kept_for and (file.kind, file.name) not in head.files():
                old.append(file)
        if not old or not self._record.swap(head, replace(head, version=head.version + 1)):
            return 0
        self._record.remove(chart, old)
        return len(old)

    def _head(self, chart: str) -> Head | None:
        """Return the head of a chart's record. Raises `RecordNewer` when a later version has made it."""
        head = self._record.head(chart)
        if head is not None and (head.format > FORMAT or head.fold > FOLD):
            raise RecordNewer(chart, f"format {head.format}, fold {head.fold}")
        return head

    def _is_current(self, head: Head) -> bool:
        return (head.rules, head.catalog, head.fold) == (self._rules.versions, self._catalog.version, FOLD)

    def _is_processed(self, head: Head, period: date) -> bool:
        """Return whether a period is in the record as it is stored, or lies in its time and is not stored at all."""
        if period > head.last:
            return False
        publication = self._recorder.timeline(head).publication(period)
        known = self._recorder.files(head).ledger(period.year).processed.get(period)
        return publication is None or publication.number_ones_digest() == known

    def _brought_up_to_date(self, chart: str, bulletins: list[Bulletin], *, names: bool = False) -> Head | None:
        """Return the head of a record that is of the catalog and the rules in force.

        With `names`, also of those that the provider's other charts have proved by now: whoever proves one asks for it.
        """
        head = self._head(chart)
        if head is None:
            return None
        if names:
            self._recorder.borrow(chart, head.provider)
        else:
            self._recorder.go_on_with_those_lent_to(head)
        if self._is_current(head) and head.lent == fingerprint(self._recorder.lent(chart)):
            return head
        # The record's own catalog was in force before it was read here. If it came after ours, ours is not any more.
        if head.catalog != self._catalog.version and not self._is_in_force(self._catalog):
            raise Conflict(chart)
        step = self._step_up_to_date(head)
        if step is not None:
            return self._take(chart, head, step, self._policy_for(head), bulletins)
        lent = self._recorder.lent(chart)
        last = self._recorder.files(head).last_snapshot()
        own = last.own_renamings if last else ()
        renamings = fingerprint(in_one((*own, *lent)))
        to = replace(head, catalog=self._catalog.version, renamings=renamings, lent=fingerprint(lent))
        return self._move_on(head, to)

    def _move_on(self, head: Head, to: Head) -> Head:
        """Make `to` the head, with a version raised by one: no step that was computed before can be taken any more.

        Raises `Conflict`.
        """
        after = replace(to, version=head.version + 1)
        if not self._record.swap(head, after):
            raise Conflict(head.chart)
        return after

    def _step_up_to_date(self, head: Head) -> Step | None:
        """Return the step that brings a record up to the catalog and the rules in force; None when nothing differs."""
        start = self._first_affected(head)
        return None if start is None else Step(start, head.last, head.last)

    def _take(
        self, chart: str, head: Head | None, step: Step, policy: Policy, bulletins: list[Bulletin]
    ) -> Head | None:
        if head is None and (publication := self._charts.summary(chart, step.cause)):
            self._recorder.borrow(chart, publication.chart.provider)
        after, bulletin = self._recorder.process(chart, head, step, policy)
        bulletins += [bulletin] if bulletin else []
        if after is not None and after.proved != (head.proved if head else ""):
            self._lend(after, bulletins)
        return after

    def _lend(self, head: Head, bulletins: list[Bulletin]) -> None:
        """Let the other charts of a provider know the names that one has proved. What is missed, `reconsider` finds."""
        for chart in self._charts.charts():
            other = self._record.head(chart) if chart != head.chart else None
            if other is not None and other.provider == head.provider:
                bulletins += self.reconsider(chart)

    def _policy(self, chart: str) -> Policy:
        """Return what is sent of news of a chart."""
        return Policy(self._live_from, muted={name: mute.of(chart) for name, mute in self._muted.items()})

    def _policy_for(self, head: Head) -> Policy:
        """Return what is sent when a record is brought up to other rules, or to another fold: nothing of these."""
        rules = self._rules.versions
        every = {*rules, *head.rules}
        changed = {rule for rule in every if head.rules.get(rule) != rules.get(rule)} if head.fold == FOLD else every
        return self._policy(head.chart)._replace(rewritten=frozenset(changed))

    def _first_affected(self, head: Head) -> date | None:
        """Return the first period that may come out otherwise by the catalog and the rules in force, or None."""
        is_same = head.catalog == self._catalog.version
        before = self._catalog if is_same else self._earlier_catalog(head.catalog)
        last = self._recorder.files(head).last_snapshot()
        if head.rules != self._rules.versions or head.fold != FOLD or before is None or last is None:
            return date.min
        renamings = last.all_renamings
        now = in_one((*last.own_renamings, *self._recorder.lent(head.chart)))
        renamed = titles_of(frozenset(now) ^ frozenset(renamings))
        return last.first_affected(with_renamings(before, renamings), self._recorder.with_names(now), renamed)
