"""From a publication to a bulletin: the difference between what is true now and what is recorded."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chartwatch.domain.catalog import Catalog, Work
from chartwatch.domain.charts import PublicationSummary
from chartwatch.domain.claims import Claim
from chartwatch.domain.history import (
    Head,
    Honour,
    HonourKey,
    Step,
    TallyKey,
    advance,
)
from chartwatch.domain.milestones import Bulletin, Change, Policy, WorkFacts, difference
from chartwatch.domain.rules import Count, RuleSet
from chartwatch.domain.stores import ChartStore, MilestoneStore, Recorded, Writes


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
        self._rules = rules
        self._policy = Policy(live_from)

    def detect(self, chart: str, period: date) -> Bulletin | None:
        """Process the publication of a chart for a period, as it is stored now; None when it changes no milestone.

        Processing one again does nothing. Raises `Conflict` when another process was faster: try again.
        """
        publication = self._charts.summary(chart, period)
        if publication is None:
            return None
        head = self._milestones.head(chart)
        if head is not None and not self._is_current(head):
            return self._fold_anew(head, period)
        if head is None or head.last is None or period > head.last:
            return self._append(head, publication)
        if self._milestones.applied(chart, period) == number_ones_digest(publication):
            return None
        return self._fold_anew(head, period)

    def reconsider(self, chart: str) -> Bulletin | None:
        """Bring a chart's milestones up to the catalog and the rules in force, if these have changed since."""
        head = self._milestones.head(chart)
        if head is None or head.last is None or self._is_current(head):
            return None
        return self._fold_anew(head, head.last)

    def _is_current(self, head: Head) -> bool:
        return head.rules == self._rules.version and head.catalog == self._catalog.version

    def _append(self, head: Head | None, publication: PublicationSummary) -> Bulletin | None:
        chart = publication.chart.id
        before = head or Head.start(chart, self._rules, self._catalog)
        step = advance(before, publication, self._catalog, self._rules, self._milestones.records(chart))
        recorded = self._milestones.milestones(chart, [claim.slot for claim in step.claims]) if step.claims else {}
        changes = difference(step.claims, recorded, self._policy)
        writes = Writes(
            honours=dict(step.honours),
            tallies=dict(step.tallies),
            milestones={change.milestone.slot: change.milestone for change in changes},
            applied={publication.period: number_ones_digest(publication)},
        )
        return self._commit(head, step.head, writes, publication, changes, claims=step.claims)

    def _fold_anew(self, head: Head, period: date) -> Bulletin | None:
        """Fold all publications of the chart, and record and tell what differs."""
        timeline = self._charts.summaries(head.chart)
        folded = fold(head.chart, timeline, self._catalog, self._rules)
        recorded = self._milestones.recorded(head.chart)
        # Rules that were written yesterday did not happen yesterday: what they say of the past is not news.
        policy = self._policy if head.rules == self._rules.version else self._policy._replace(silent=True)
        changes = difference(folded.claims, recorded.milestones, policy, whole=True)
        writes = _replacing(recorded, folded, timeline)
        writes.milestones = {change.milestone.slot: change.milestone for change in changes}
        after = replace(folded.head, version=head.version + 1)
        publication = next(p for p in timeline if p.period == period)
        return self._commit(head, after, writes, publication, changes, claims=folded.claims)

    def _commit(
        self,
        before: Head | None,
        after: Head,
        writes: Writes,
        publication: PublicationSummary,
        changes: Sequence[Change],
        *,
        claims: Iterable[Claim],
    ) -> Bulletin | None:
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
        return bulletin

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


def fold(chart: str, timeline: Iterable[PublicationSummary], catalog: Catalog, rules: RuleSet) -> Step:
    """Return all that a chart's publications, oldest first, come to: the definition of its milestones."""
    past = Past()
    head = Head.start(chart, rules, catalog)
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
        self.tally_by_key: dict[TallyKey, int] = {}
        self._rolls: dict[tuple[str, Count], dict[HonourKey, Honour]] = {}

    def remember(self, honours: Mapping[HonourKey, Honour | None], tallies: Mapping[TallyKey, int | None]) -> None:
        """Take in what a step left behind; None removes."""
        for key, honour in honours.items():
            roll = self._rolls.setdefault((key.scope, key.by), {})
            if honour is None:
                self.honour_by_key.pop(key, None)
                roll.pop(key, None)
            else:
                self.honour_by_key[key] = roll[key] = honour
        for tally_key, tally in tallies.items():
            if tally is None:
                self.tally_by_key.pop(tally_key, None)
            else:
                self.tally_by_key[tally_key] = tally

    def honours(self, keys: Collection[HonourKey]) -> Mapping[HonourKey, Honour]:
        """Return those of the honours that exist."""
        return {key: honour for key in keys if (honour := self.honour_by_key.get(key))}

    def roll(self, scope: str, by: Count) -> Iterable[Honour]:
        """Return the whole honour roll of a scope."""
        return self._rolls.get((scope, by), {}).values()

    def tallies(self, keys: Collection[TallyKey]) -> Mapping[TallyKey, int]:
        """Return those of the tallies that are not nought."""
        return {key: tally for key in keys if (tally := self.tally_by_key.get(key))}


def number_ones_digest(publication: PublicationSummary) -> str:
    """Return a digest of all that the detector reads of a publication."""
    said = "\x1e".join(
        "\x1f".join((territory, *(part or "" for one in ones for part in one)))
        for territory, ones in publication.number_ones.items()
    )
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _replacing(recorded: Recorded, folded: Step, timeline: Iterable[PublicationSummary]) -> Writes:
    """Return the writes that turn what is recorded into what was folded."""
    writes = Writes()
    for key in recorded.honours.keys() - folded.honours.keys():
        writes.honours[key] = None
    for tally in recorded.tallies.keys() - folded.tallies.keys():
        writes.tallies[tally] = None
    writes.honours |= {k: honour for k, honour in folded.honours.items() if recorded.honours.get(k) != honour}
    writes.tallies |= {k: tally for k, tally in folded.tallies.items() if recorded.tallies.get(k) != tally}
    applied = {publication.period: number_ones_digest(publication) for publication in timeline}
    writes.applied = {period: digest for period, digest in applied.items() if recorded.applied.get(period) != digest}
    return writes


def _lost(work_id: str, change: Change) -> Work:
    """Return a work that held a slot before the catalog or a revision took it away, by what was said of it then."""
    holders = (holder for m in (change.milestone, change.replaced) if m is not None for holder in m.holders)
    return Work(id=work_id, title=next(holder.title for holder in holders if holder.work_id == work_id))
