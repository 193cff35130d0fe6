"""From a publication to a bulletin: the difference between what is true now and what is recorded."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, TypeVar

from chartwatch.domain.charts.publications import PublicationSummary
from chartwatch.domain.milestones.difference import Policy, difference
from chartwatch.domain.milestones.fold import EVERYWHERE, Head, Honour, HonourKey, Step, advance
from chartwatch.domain.milestones.identities import by_now
from chartwatch.domain.milestones.milestone import Bulletin, Change, WorkFacts
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.rolls import Tally, TallyKey
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Names, Renaming, learned
from chartwatch.domain.works.work import Work
from chartwatch.errors import Conflict, RecordAhead
from chartwatch.services.ports import ChartStore, MilestoneStore, Recorded, Writes

EarlierCatalog = Callable[[str], Catalog | None]
"""Finds a catalog that was in force, by its version; None when it is not known."""

InForce = Callable[[Catalog], bool]
"""Says whether a catalog is the one in force at this moment."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def no_earlier_catalog(_version: str) -> Catalog | None:
    """Find none."""
    return None


def always_in_force(_catalog: Catalog) -> bool:
    """Say of a catalog that no other takes its place."""
    return True


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
        *,
        earlier_catalog: EarlierCatalog = no_earlier_catalog,
        is_in_force: InForce = always_in_force,
    ) -> None:
        """Milestones of periods before `live_from` are recorded silently.

        `earlier_catalog` finds catalogs by their version; with it, a new catalog costs no more than what it touches.
        `is_in_force` keeps a process that has read `catalog` long ago from bringing a record back to it.
        """
        self._charts = charts
        self._milestones = milestones
        self._catalog = catalog
        self._earlier_catalog = earlier_catalog
        self._is_in_force = is_in_force
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
            until = period if head.last is None else max(head.last, period)
            bulletin, _ = self._fold_anew(head, publication, self._charts.summaries(chart, until=until))
        return [*bulletins, bulletin] if bulletin else bulletins

    def reconsider(self, chart: str) -> list[Bulletin]:
        """Bring a chart's milestones up to the catalog and the rules in force, if these have changed since.

        Raises `Conflict` as `detect` does, also when the catalog is no longer the one in force.
        """
        return self._made_current(chart)[0]

    def audit(self, chart: str) -> Audit | None:
        """Fold a chart from its publications, and return what the record has otherwise; nothing is changed.

        None when there is no record, or one of other rules or another catalog, or when it moved on meanwhile.
        """
        head = self._milestones.head(chart)
        if head is None or head.last is None or not self._is_current(head):
            return None
        timeline = self._charts.summaries(chart, until=head.last)
        folded = self._fold(head, timeline, self._milestones.recorded(chart))
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
        # The record's own catalog was in force before it was read here. If it came after ours, ours is not any more.
        if head.catalog != self._catalog.version and not self._is_in_force(self._catalog):
            raise Conflict(chart)
        timeline = self._charts.summaries(chart, until=head.last)
        if not timeline or timeline[-1].period != head.last:
            raise RecordAhead(chart, head.last.isoformat())
        before = self._earlier_catalog(head.catalog) if head.rules == self._rules.versions else None
        if before is None:
            bulletin, head = self._fold_anew(head, timeline[-1], timeline)
            return [bulletin] if bulletin else [], head
        touched = _touched(timeline, learned(before, head.renamings), self._learned(head.renamings))
        if touched:
            bulletin, head = self._fold_anew(head, timeline[-1], timeline, {*touched, EVERYWHERE})
            return [bulletin] if bulletin else [], head
        after = replace(head, version=head.version + 1, catalog=self._catalog.version)
        self._milestones.commit(head, after, Writes(), None)
        return [], after

    def _is_current(self, head: Head) -> bool:
        return head.rules == self._rules.versions and head.catalog == self._catalog.version

    def _learned(self, renamings: tuple[Renaming, ...]) -> Catalog:
        """Return the catalog with the names that its works have got in a chart."""
        if renamings not in self._catalogs:
            self._catalogs[renamings] = learned(self._catalog, renamings)
        return self._catalogs[renamings]

    def _applied(self, head: Head, period: date) -> str | None:
        return head.digest if period == head.last else self._milestones.applied(head.chart, period)

    def _append(self, head: Head | None, publication: PublicationSummary) -> tuple[Bulletin | None, Head]:
        chart = publication.chart.id
        before = head or Head.start(chart, self._rules, self._catalog, publication.renamings)
        catalog = self._learned(before.renamings)
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

    def _fold_anew(
        self,
        head: Head,
        cause: PublicationSummary,
        timeline: Sequence[PublicationSummary],
        within: Collection[str] | None = None,
    ) -> tuple[Bulletin | None, Head]:
        """Fold publications of the chart, oldest first, and record and tell what differs.

        `within` are the only scopes in which the record can differ, if nothing but the catalog has changed.
        """
        recorded = self._milestones.recorded(head.chart, within)
        if within is not None and any(self._is_unprocessed(p, head, recorded) for p in timeline):
            return self._fold_anew(head, cause, timeline)
        folded = self._fold(head, timeline, recorded, within)
        after = replace(folded.step.head, version=head.version + 1)
        if within is not None:
            after = replace(
                after, scopes={s: known if s in within else head.scopes[s] for s, known in after.scopes.items()}
            )
        return self._commit(head, after, folded.writes, cause, folded.changes, claims=folded.step.claims)

    def _fold(
        self,
        head: Head,
        timeline: Sequence[PublicationSummary],
        recorded: Recorded,
        within: Collection[str] | None = None,
    ) -> _Folded:
        """Fold publications of the chart, oldest first, and return what is recorded otherwise."""
        folded = fold(head.chart, timeline, self._catalog, self._rules, within)
        versions = self._rules.versions
        rewritten = {rule for rule in {*versions, *head.rules} if head.rules.get(rule) != versions.get(rule)}
        policy = self._policy._replace(rewritten=frozenset(rewritten))
        names = Names(folded.head.renamings)
        who = by_now(self._learned(folded.head.renamings), names, {key.work_id for key in folded.honours})
        changes = difference(folded.claims, recorded.milestones, policy, whole=True, who=who)
        writes = _replacing(recorded, folded, timeline)
        writes.milestones = {change.milestone.slot: change.milestone for change in changes}
        return _Folded(folded, writes, changes)

    def _is_unprocessed(self, publication: PublicationSummary, head: Head, recorded: Recorded) -> bool:
        applied = head.digest if publication.period == head.last else recorded.applied.get(publication.period)
        return publication.number_ones_digest() != applied

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
    timeline: Sequence[PublicationSummary],
    catalog: Catalog,
    rules: RuleSet,
    within: Collection[str] | None = None,
) -> Step:
    """Return all that a chart's publications, oldest first, come to: the definition of its milestones.

    The catalog learns what the publications show to have been renamed. `within`: as `advance` has it.
    """
    renamings = tuple(sorted({renaming for publication in timeline for renaming in publication.renamings}, key=repr))
    works = learned(catalog, renamings)
    past = Past()
    head = Head.start(chart, rules, catalog, renamings)
    claims: list[Claim] = []
    for publication in timeline:
        step = advance(head, publication, works, rules, past, within=within)
        past.remember(step.honours, step.tallies)
        claims += step.claims
        head = step.head
    return Step(head, claims, past.honour_by_key, past.tally_by_key)


def _touched(timeline: Iterable[PublicationSummary], before: Catalog, after: Catalog) -> set[str]:
    """Return the territories in which something at #1 is another work, or one of other facts, by another catalog."""
    return {
        territory
        for publication in timeline
        for territory, ones in publication.number_ones.items()
        for title, _, kind in ones
        if before.match(title, kind, publication.period) != after.match(title, kind, publication.period)
    }


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
