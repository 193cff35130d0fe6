"""From a publication to a bulletin: the difference between what is true now and what is recorded."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, TypeVar

from chartwatch.domain.catalog import Catalog, Work
from chartwatch.domain.charts import PublicationSummary, Renaming
from chartwatch.domain.claims import Claim
from chartwatch.domain.history import Head, Honour, HonourKey, Step, advance
from chartwatch.domain.identities import by_now
from chartwatch.domain.milestones import Bulletin, Change, Policy, WorkFacts, difference
from chartwatch.domain.revisions import Names, learned
from chartwatch.domain.rolls import Tally, TallyKey
from chartwatch.domain.rules import RuleSet
from chartwatch.domain.stores import ChartStore, MilestoneStore, Recorded, Writes
from chartwatch.errors import RecordAhead

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Audit:
    """Where a chart's record is not what its publications come to.

    `milestones` are slots, `rolls` the number of honours and tallies, `unprocessed` the periods that differ.
    """

    milestones: tuple[str, ...]
    rolls: int
    unprocessed: tuple[date, ...]

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.milestones or self.rolls or self.unprocessed)


class _Folded(NamedTuple):
    step: Step
    writes: Writes
    changes: list[Change]


class Detector:
    """Keeps the milestones of charts in step with their publications, the catalog and the rules."""

    def __init__(
        self,
        charts: ChartStore,
        milestones: MilestoneStore,
        catalog: Catalog,
        rules: RuleSet,
        live_from: date | None = None,
    ) -> None:
        """Milestones of periods before `live_from` are recorded silently."""
        self._charts = charts
        self._milestones = milestones
        self._catalog = catalog
        self._catalogs: dict[tuple[Renaming, ...], Catalog] = {}
        self._rules = rules
        self._policy = Policy(live_from)

    def detect(self, chart: str, period: date) -> list[Bulletin]:
        """Process the publication of a chart for a period, as it is stored now, and return what changes.

        Processing one again does nothing. Raises `Conflict` when another process was faster: try again.
        """
        publication = self._charts.summary(chart, period)
        if publication is None:
            return []
        bulletins, head = self._made_current(chart)
        is_latest = head is None or head.last is None or period > head.last
        if head is None or (is_latest and set(publication.renamings) <= set(head.renamings)):
            bulletin, _ = self._append(head, publication)
        elif not is_latest and self._applied(head, period) == publication.number_ones_digest():
            return bulletins
        else:
            bulletin, _ = self._fold_anew(head, publication)
        return [*bulletins, bulletin] if bulletin else bulletins

    def reconsider(self, chart: str) -> list[Bulletin]:
        """Bring a chart's milestones up to the catalog and the rules in force, if these have changed since."""
        return self._made_current(chart)[0]

    def audit(self, chart: str) -> "Audit | None":
        """Fold a chart from its publications, and return what the record has otherwise; nothing is changed.

        None when there is no record, or one of other rules or another catalog, or when it moved on meanwhile.
        """
        head = self._milestones.head(chart)
        if head is None or head.last is None or not self._is_current(head):
            return None
        folded = self._fold(head, head.last)
        if self._milestones.head(chart) != head:
            return None
        return Audit(
            milestones=tuple(change.milestone.slot for change in folded.changes),
            rolls=len(folded.writes.honours) + len(folded.writes.tallies),
            unprocessed=tuple(sorted(folded.writes.applied)),
        )

    def _made_current(self, chart: str) -> tuple[list[Bulletin], Head | None]:
        head = self._milestones.head(chart)
        if head is None or head.last is None or self._is_current(head):
            return [], head
        latest = self._charts.summary(chart, head.last)
        if latest is None:
            raise RecordAhead(chart, head.last.isoformat())
        bulletin, head = self._fold_anew(head, latest)
        return [bulletin] if bulletin else [], head

    def _is_current(self, head: Head) -> bool:
        return head.rules == self._rules.versions and head.catalog == self._learned(head.renamings).version

    def _learned(self, renamings: tuple[Renaming, ...]) -> Catalog:
        """Return the catalog with the names that its works have got in a chart."""
        if renamings not in self._catalogs:
            self._catalogs[renamings] = learned(self._catalog, renamings)
        return self._catalogs[renamings]

    def _applied(self, head: Head, period: date) -> str | None:
        return head.digest if period == head.last else self._milestones.applied(head.chart, period)

    def _append(self, head: Head | None, publication: PublicationSummary) -> tuple[Bulletin | None, Head]:
        chart = publication.chart.id
        catalog = self._learned(head.renamings if head else publication.renamings)
        before = head or Head.start(chart, self._rules, catalog, publication.renamings)
        step = advance(before, publication, catalog, self._rules, self._milestones.records(chart))
        recorded = self._milestones.milestones(chart, [claim.slot for claim in step.claims]) if step.claims else {}
        changes = difference(step.claims, recorded, self._policy)
        writes = Writes(
            honours=dict(step.honours),
            tallies=dict(step.tallies),
            milestones={change.milestone.slot: change.milestone for change in changes},
            applied={before.last: before.digest} if before.last else {},
        )
        return self._commit(head, step.head, writes, publication, changes, claims=step.claims)

    def _fold_anew(self, head: Head, cause: PublicationSummary) -> tuple[Bulletin | None, Head]:
        """Fold all publications of the chart that were processed, and the cause, and record and tell what differs."""
        folded = self._fold(head, cause.period if head.last is None else max(head.last, cause.period))
        after = replace(folded.step.head, version=head.version + 1)
        return self._commit(head, after, folded.writes, cause, folded.changes, claims=folded.step.claims)

    def _fold(self, head: Head, until: date) -> "_Folded":
        """Fold all publications of the chart up to a period, and return what the record has otherwise."""
        timeline = self._charts.summaries(head.chart, until=until)
        renamings = tuple(sorted({renaming for p in timeline for renaming in p.renamings}, key=repr))
        catalog = self._learned(renamings)
        folded = fold(head.chart, timeline, catalog, self._rules, renamings)
        recorded = self._milestones.recorded(head.chart)
        versions = self._rules.versions
        rewritten = {rule for rule in {*versions, *head.rules} if head.rules.get(rule) != versions.get(rule)}
        policy = self._policy._replace(rewritten=frozenset(rewritten))
        who = by_now(catalog, Names(renamings), {key.work_id for key in folded.honours})
        changes = difference(folded.claims, recorded.milestones, policy, whole=True, who=who)
        writes = _replacing(recorded, folded, timeline)
        writes.milestones = {change.milestone.slot: change.milestone for change in changes}
        return _Folded(folded, writes, changes)

    def _commit(
        self,
        before: Head | None,
        after: Head,
        writes: Writes,
        publication: PublicationSummary,
        changes: Sequence[Change],
        *,
        claims: Iterable[Claim],
    ) -> tuple[Bulletin | None, Head]:
        bulletin = None
        if changes:
            bulletin = Bulletin(
                chart=after.chart,
                chart_name=publication.chart.name,
                number=after.version,
                period=publication.period,
                changes=tuple(changes),
                works=self._works(changes, claims),
            )
        self._milestones.commit(before, after, writes, bulletin)
        return bulletin, after

    def _works(self, changes: Iterable[Change], claims: Iterable[Claim]) -> Mapping[str, WorkFacts]:
        """Return the facts of every work that a change is about, also of those that lost a slot."""
        claimed = {work.id: work for claim in claims for work in claim.works}
        works: dict[str, WorkFacts] = {}
        for change in changes:
            for work_id in change.works():
                if work_id not in works:
                    work = claimed.get(work_id) or self._catalog.work(work_id) or _lost(work_id, change)
                    works[work_id] = WorkFacts.of(work)
        return works


def fold(
    chart: str,
    timeline: Iterable[PublicationSummary],
    catalog: Catalog,
    rules: RuleSet,
    renamings: tuple[Renaming, ...] = (),
) -> Step:
    """Return all that a chart's publications, oldest first, come to: the definition of its milestones.

    `catalog` has learned the `renamings`, which are those of the publications.
    """
    past = Past()
    head = Head.start(chart, rules, catalog, renamings)
    claims: list[Claim] = []
    for publication in timeline:
        step = advance(head, publication, catalog, rules, past)
        past.remember(step.honours, step.tallies)
        claims += step.claims
        head = step.head
    return Step(head, claims, past.honour_by_key, past.tally_by_key)


class Past:
    """The past of one chart, kept in memory: implements `history.Records`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.honour_by_key: dict[HonourKey, Honour] = {}
        self.tally_by_key: dict[TallyKey, Tally] = {}

    def remember(self, honours: Mapping[HonourKey, Honour | None], tallies: Mapping[TallyKey, Tally | None]) -> None:
        """Take in what a step left behind; None removes."""
        _update(self.honour_by_key, honours)
        _update(self.tally_by_key, tallies)

    def honours(self, keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        """Return those of the honours that exist."""
        return {key: honour for key in keys if (honour := self.honour_by_key.get(key))}

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, Tally]:
        """Return those of the tallies that exist."""
        return {key: tally for key in keys if (tally := self.tally_by_key.get(key))}


def _update(kept: dict[Key, Value], changes: Mapping[Key, Value | None]) -> None:
    for key, value in changes.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value


def _replacing(recorded: Recorded, folded: Step, timeline: Iterable[PublicationSummary]) -> Writes:
    """Return the writes that turn what is recorded into what was folded."""
    writes = Writes()
    for key in recorded.honours.keys() - folded.honours.keys():
        writes.honours[key] = None
    for tally in recorded.tallies.keys() - folded.tallies.keys():
        writes.tallies[tally] = None
    writes.honours |= {k: honour for k, honour in folded.honours.items() if recorded.honours.get(k) != honour}
    writes.tallies |= {k: tally for k, tally in folded.tallies.items() if recorded.tallies.get(k) != tally}
    applied = {p.period: p.number_ones_digest() for p in timeline if p.period != folded.head.last}
    writes.applied = {period: digest for period, digest in applied.items() if recorded.applied.get(period) != digest}
    return writes


def _lost(work_id: str, change: Change) -> Work:
    """Return a work that held a slot before the catalog or a revision took it away, by what was said of it then."""
    holders = (holder for m in (change.milestone, change.replaced) if m is not None for holder in m.holders)
    return Work(id=work_id, title=next(holder.title for holder in holders if holder.work_id == work_id))
