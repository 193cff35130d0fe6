"""The one path of a chart's record: fold from a period on, and commit what differs from the ledger.

A new week, a correction of yesterday and a week two years late take it alike; they differ in the period that it begins
with. Snapshots from before that period stay, since the fold is causal from there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.milestones.difference import Policy, Revised, difference
from chartwatch.domain.milestones.fold import Fold
from chartwatch.domain.milestones.ledger import LedgerEntry
from chartwatch.domain.milestones.milestone import Bulletin, Published
from chartwatch.domain.milestones.pauses import Gaps, first_otherwise
from chartwatch.domain.milestones.snapshot import Snapshot, in_one, is_kept, titles_of
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.stories.attributes import sent_attributes
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.renames import Renaming, with_renamings
from chartwatch.errors import Conflict, RecordAhead
from chartwatch.services.bulletin_facts import published_with_rows, works_of
from chartwatch.services.ports import ChartStore
from chartwatch.services.record import (
    BULLETIN,
    LEDGER,
    RETRACTED,
    SNAPSHOT,
    Files,
    Head,
    KeptSnapshot,
    RecordStore,
    fingerprint,
)
from chartwatch.services.step import Folded, Parts, PreparedCommit, Snapped, Step
from chartwatch.services.timeline import Timeline


class Recorder:
    """Processes the publications of charts by one catalog and one set of rules."""

    def __init__(self, charts: ChartStore, store: RecordStore, catalog: Catalog, rules: RuleSet) -> None:
        """`charts` has what was published, `store` what is recorded."""
        self._charts = charts
        self._store = store
        self._catalog = catalog
        self._rules = rules
        self._renamed: dict[tuple[Renaming, ...], Catalog] = {}
        self._files: Files | None = None
        self._timeline: Timeline | None = None
        self._lent: dict[str, tuple[Renaming, ...]] = {}

    def borrow(self, chart: str, provider: str) -> None:
        """Read the renamings that other charts of the provider have proved, for the steps of a chart to come."""
        proved = self._store.proved(provider)
        self._lent[chart] = in_one(renaming for other, its in proved.items() if other != chart for renaming in its)

    def lent(self, chart: str) -> tuple[Renaming, ...]:
        """Return the renamings of other charts as they were read last."""
        return self._lent.get(chart, ())

    def go_on_with_those_lent_to(self, head: Head) -> None:
        """Go on with the renamings of other charts that a head knows; `borrow` may have read others."""
        if fingerprint(self.lent(head.chart)) != head.lent:
            last = self.files(head).last_snapshot()
            if last is not None and fingerprint(last.lent) == head.lent:
                self._lent[head.chart] = last.lent
            else:
                self.borrow(head.chart, head.provider)

    def files(self, head: Head) -> Files:
        """Return the files of a head; a step reads the same ones several times."""
        if self._files is None or self._files.head is not head:
            self._files = Files(self._store, head)
        return self._files

    def timeline(self, head: Head) -> Timeline:
        """Return the publications of a head's chart, as they are stored since it was read."""
        if self._timeline is None or self._timeline.head is not head:
            self._timeline = Timeline(self._charts, head.chart, head)
        return self._timeline

    def with_names(self, renamings: tuple[Renaming, ...]) -> Catalog:
        """Return the catalog with the names that its works have got in a chart."""
        if renamings not in self._renamed:
            self._renamed[renamings] = with_renamings(self._catalog, renamings)
        return self._renamed[renamings]

    def process(self, chart: str, head: Head | None, step: Step, policy: Policy) -> tuple[Head | None, Bulletin | None]:
        """Take a step from `head`, and return the head after it with the bulletin, if there is any.

        Raises as `prepare` and `commit` do.
        """
        prepared = self.prepare(chart, head, step, policy)
        return self.commit(prepared) if prepared else (head, None)

    def prepare(
        self, chart: str, head: Head | None, step: Step, policy: Policy, parts: Parts | None = None
    ) -> PreparedCommit | None:
        """Return what a step changes, without changing anything; None when there is no publication for it.

        `parts` of the ledger are those that `head` names, unless given. Raises `RecordDamaged`, and `RecordAhead` when
        publications are gone that were processed.
        """
        folded = self._folded(chart, head, step)
        if head and head.catalog != self._catalog.version and (last := self.files(head).last_snapshot()):
            folded = replace(folded, by_id=last.meanings.by_id)
        if step.cause not in folded.charts:
            if head is not None and step.cause <= head.last:
                raise RecordAhead(chart, step.cause.isoformat())
            return None
        policy = policy.of_chart(folded.charts[step.cause])
        if parts is None:
            files = self.files(head) if head else None
            parts = Parts(files.ledgers(folded.start.year), files.retracted()) if files else Parts()
            earlier = folded.first_of_what_works_are_now(parts.entries.values())
            if files:
                earlier = min(earlier, folded.first_unprocessed(files.ledger))
            if earlier < folded.start:
                return self.prepare(chart, head, step._replace(start=earlier), policy)
        firsts_from = folded.firsts_from(parts.retracted.firsts_from, head.last if head else date.min)
        revised = self.difference(chart, folded, parts.entries, policy._replace(firsts_from=firsts_from))
        works = works_of(revised, folded.claims, self._catalog)
        is_news = step.cause > (head.last if head else date.min) and policy.tells_of(step.cause)
        bulletin = Bulletin(
            chart=chart,
            chart_name=folded.charts[step.cause].name,
            number=1 + (head.version if head else self._greatest_number(chart)),
            period=step.cause,
            changes=tuple(each.change for each in revised),
            works=works,
            published=published_with_rows(folded, works, step.cause, self._charts, is_news=is_news),
        )
        attributes = sent_attributes(bulletin)
        entries = (each.entry for each in revised)
        noted = tuple(its.sent_with(attributes[its.slot]) if its.slot in attributes else its for its in entries)
        return PreparedCommit(chart, head, parts, folded, bulletin, noted, firsts_from)

    def commit(self, prepared: PreparedCommit, *, anew: bool = False) -> tuple[Head, Bulletin | None]:
        """Write the files of what was prepared, and make it the record; return its head and its bulletin, if any.

        `anew`: all files are written, whatever the head names. Raises `Conflict`, having changed nothing, when the head
        is another meanwhile.
        """
        chart, head, folded, bulletin = prepared.chart, prepared.head, prepared.folded, prepared.bulletin
        is_kept, file = bulletin.is_kept, ""
        entries, named = dict(prepared.parts.entries), dict(prepared.parts.bulletins)
        if is_kept:
            file = named[bulletin.number] = self._store.put(chart, BULLETIN, bulletin)
            entries |= {
                entry.slot: replace(entry, bulletins=(*entry.bulletins, bulletin.number)) for entry in prepared.entries
            }
        parts = prepared.parts.after(folded, entries, named, prepared.firsts_from)
        known, before = (None, Parts()) if anew else (head, prepared.parts)
        after = Head(
            chart=chart,
            version=bulletin.number,
            rules=self._rules.versions,
            catalog=self._catalog.version,
            last=folded.snapshot.last or bulletin.period,
            snapshots=self._snapshots(chart, known, folded),
            ledgers=self._ledgers(chart, known, before, parts),
            retracted=self._retracted(chart, known, before, parts),
            renamings=fingerprint(folded.snapshot.all_renamings),
            provider=folded.provider,
            proved=fingerprint(folded.snapshot.own_renamings),
            lent=fingerprint(folded.snapshot.lent),
            gaps=fingerprint(folded.snapshot.gaps.items()),
        )
        proved = folded.snapshot.own_renamings if after.proved != (head.proved if head else "") else None
        if not self._store.swap(head, after, bulletin if is_kept else None, file, proved):
            raise Conflict(chart)
        return after, bulletin if is_kept else None

    def fold(
        self,
        chart: str,
        base: Snapshot,
        start: date,
        until: date,
        *,
        cause: date | None = None,
        gaps: Gaps | None = None,
        timeline: Timeline | None = None,
    ) -> Folded:
        """Fold the publications later than a snapshot, up to `until`, and return what they claim from `start` on.

        `cause` is the period of the publication that the result is about, and describes as `published`.
        `gaps` are those that the publications are known to show, and `timeline` has the publications.
        """
        timeline = timeline or Timeline(self._charts, chart)
        renamings, gaps = in_one((*base.own_renamings, *self.lent(chart))), gaps or {}
        while True:
            folded = self._fold(
                chart, base, start, until, renamings=renamings, gaps=gaps, cause=cause, timeline=timeline
            )
            if folded.snapshot.all_renamings == renamings and not folded.mistook_a_gap:
                return folded
            # What later publications show to have been renamed, or to be missing, holds for all that come before.
            renamings, gaps = folded.snapshot.all_renamings, folded.snapshot.gaps

    def difference(
        self,
        chart: str,
        folded: Folded,
        entries: Mapping[str, LedgerEntry],
        policy: Policy,
    ) -> list[Revised]:
        """Return what the claims of a fold change of what is recorded of its periods."""
        known = {slot: e for slot, e in entries.items() if not e.is_held or e.period >= folded.start}
        return difference(folded.claims, known, chart, policy, now=folded.work_now)

    def _folded(self, chart: str, head: Head | None, step: Step) -> Folded:
        """Fold from `step.start`, or from earlier where it shows now that a title was renamed, or an edition missing.

        It is from the beginning where nobody knows what had been shown before.
        """
        if head is None:
            return self.fold(chart, Snapshot(), step.start, step.until, cause=step.cause)
        files, timeline, start = self.files(head), self.timeline(head), step.start
        gaps: Gaps | None = None
        while True:
            base = files.snapshot_before(start)
            gaps = self._gaps(files, base) if gaps is None else gaps
            folded = self.fold(chart, base, start, step.until, cause=step.cause, gaps=gaps, timeline=timeline)
            affected = self._shown_since(files, base, folded)
            if affected >= start:
                return folded
            start, gaps = affected, folded.snapshot.gaps

    def _gaps(self, files: Files, base: Snapshot) -> Gaps:
        """Return what territories lack, as a record knows it; a snapshot is read only where `base` knows less."""
        if fingerprint(base.gaps.items()) == files.head.gaps:
            return base.gaps
        last = files.last_snapshot()
        return last.gaps if last else {}

    def _shown_since(self, files: Files, base: Snapshot, folded: Folded) -> date:
        """Return the first period of which a fold shows otherwise than was known what is renamed, or what is missing.

        The last day where there is none, the first where nobody knows any more what was known.
        """
        found, head = folded.snapshot, files.head
        if (fingerprint(found.all_renamings), fingerprint(found.gaps.items())) == (head.renamings, head.gaps):
            return date.max
        last = files.last_snapshot()
        if last is None:
            return date.min
        missing = first_otherwise(last.gaps, found.gaps)
        # What is missing of later periods alone comes out in this fold anyway.
        is_earlier = missing <= max((base.last or date.min, *folded.skipped))
        return min(self._renamed_since(last, folded), missing if is_earlier else date.max)

    def _renamed_since(self, last: Snapshot, folded: Folded) -> date:
        """Return the first period at #1 of a title that another renaming is about than those known; or the last day."""
        renamings = folded.snapshot.all_renamings
        if renamings == last.all_renamings:
            return date.max
        renamed = titles_of(frozenset(renamings) ^ frozenset(last.all_renamings))
        affected = last.first_affected(self.with_names(last.all_renamings), folded.catalog, renamed)
        return date.max if affected is None else affected

    def _fold(
        self,
        chart: str,
        base: Snapshot,
        start: date,
        until: date,
        *,
        renamings: tuple[Renaming, ...],
        gaps: Gaps,
        cause: date | None,
        timeline: Timeline,
    ) -> Folded:
        catalog = self.with_names(renamings)
        folding = Fold(catalog, self._rules, base, self.lent(chart), gaps=gaps)
        provider, published = "", None
        claims: list[Claim] = []
        snapped: list[Snapped] = []
        processed: dict[date, str] = {}
        skipped: dict[date, str] = {}
        charts: dict[date, Chart] = {}
        for publication in timeline.after(base.last, until):
            made = folding.advance(publication)
            if publication.period == cause:
                read = tuple(sorted(publication.number_ones))
                charted = tuple(one.title for one in publication.number_ones[read[0]]) if len(read) == 1 else ()
                published = Published(
                    publication.chart.cadence, read, number_ones=folding.number_ones(), charted=charted
                )
            if publication.period < start:
                skipped[publication.period] = publication.number_ones_digest()
            else:
                claims += made
                processed[publication.period] = publication.number_ones_digest()
                charts[publication.period] = publication.chart
            provider = publication.chart.provider
            latest = folding.snapshot.periods - 1
            snapped.append(Snapped(latest, publication.period, folding.snapshot))
            snapped = [each for each in snapped if is_kept(each.number, latest)]
        return Folded(
            start,
            tuple(claims),
            tuple(snapped),
            processed,
            charts,
            folding.snapshot,
            catalog,
            provider,
            skipped=skipped,
            published=published,
            mistook_a_gap=folding.mistook_a_gap,
        )

    def _snapshots(self, chart: str, head: Head | None, folded: Folded) -> tuple[KeptSnapshot, ...]:
        """Write the snapshots that are new, and return all that are kept."""
        latest = folded.snapshot.periods - 1
        known = {kept.period: kept for kept in head.snapshots if kept.period < folded.start} if head else {}
        for number, period, snapshot in folded.snapped:
            if period not in known:
                known[period] = KeptSnapshot(number, period, self._store.put(chart, SNAPSHOT, snapshot))
        return tuple(kept for _, kept in sorted(known.items()) if is_kept(kept.number, latest))

    def _ledgers(self, chart: str, head: Head | None, before: Parts, after: Parts) -> Mapping[int, str]:
        """Write the years that differ, and return the files of all."""
        ledgers = dict(head.ledgers) if head else {}
        for year, part in after.years.items():
            if part != before.years.get(year):
                if year in ledgers:
                    self._store.renew(chart, LEDGER, ledgers[year])
                ledgers[year] = self._store.put(chart, LEDGER, part)
        return dict(sorted(ledgers.items()))

    def _retracted(self, chart: str, head: Head | None, before: Parts, after: Parts) -> str:
        """Write the slots that nobody holds, where they differ, and return their file."""
        if after.retracted == before.retracted:
            return head.retracted if head else ""
        if head is not None and head.retracted:
            self._store.renew(chart, RETRACTED, head.retracted)
        return self._store.put(chart, RETRACTED, after.retracted)

    def _greatest_number(self, chart: str) -> int:
        """Return the greatest number of a bulletin of a chart whose head is lost, or that has none yet; 0 at first."""
        files = (file for file in self._store.files(chart) if file.kind == BULLETIN.name)
        return max((self._store.get(chart, BULLETIN, file.name).number for file in files), default=0)
