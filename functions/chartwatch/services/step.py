"""A step of a chart's record: what is to be processed, what it comes to, and which parts of the ledger it reads."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from chartwatch.domain.charts.chart import Chart
from chartwatch.domain.milestones.ledger import Ledger, LedgerEntry, WorkNow, under_todays_names
from chartwatch.domain.milestones.milestone import Bulletin, Published
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.meanings import Identified
from chartwatch.domain.works.renames import Names
from chartwatch.services.record import Head, year_of

GONE_AFTER = 5
"""Periods in a row without an edition after which a territory is no longer listed, and not missing every time."""


class Step(NamedTuple):
    """What is to be processed: the publications from `start` to `until`. The bulletin is named for that of `cause`."""

    start: date
    until: date
    cause: date


class Snapped(NamedTuple):
    """A snapshot, and after which publication it was taken, counted from 0."""

    number: int
    period: date
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Folded:
    """What publications come to: the claims from `start` on, and the snapshots that are kept.

    `processed` has the digests of the publications from `start` on, and `charts` their charts; `skipped` has the
    digests of those that were read before `start`.
    `mistook_a_gap`: what stands against the claims holds only as far as those gaps with which the fold began.
    `catalog` has the names that works have got; `snapshot` is that after the last publication. `by_id` says which works
    the ids of their provider meant before, where the catalog may say otherwise now. `published` is the publication that
    caused the step, with all its number ones.
    """

    start: date
    claims: tuple[Claim, ...]
    snapped: tuple[Snapped, ...]
    processed: Mapping[date, str]
    charts: Mapping[date, Chart]
    snapshot: Snapshot
    catalog: Catalog
    provider: str = ""
    by_id: Mapping[str, Identified] = field(default_factory=dict)
    skipped: Mapping[date, str] = field(default_factory=dict)
    published: Published | None = None
    mistook_a_gap: bool = False

    @property
    def work_now(self) -> WorkNow:
        """What finds works under the names and ids that they have now."""
        now = self.snapshot.meanings.by_id
        identified = {was.work_id: now[its].work_id for its, was in self.by_id.items() if its in now}
        names, charted = Names(self.snapshot.all_renamings), self.snapshot.charted
        return under_todays_names(self.catalog, names, self.snapshot.has_topped, identified, charted)

    def firsts_from(self, known: Mapping[str, date], last: date) -> Mapping[str, date]:
        """Return since when firsts of each scope are sent, `known` as of `last`, the chart's last period then.

        That is the first period that came as the chart's latest when the record of the scope was as long as the chart
        asks for. What makes the record longer afterwards makes nothing news that was none.
        """
        found = dict(known)
        for period, chart in self.charts.items():
            if period > last and chart.min_periods:
                for scope, state in self.snapshot.scopes.items():
                    if state.coverage.expected(period, chart) >= chart.min_periods:
                        found.setdefault(scope, period)
        return found

    def published_of(self, period: date, works: Collection[str]) -> Published | None:
        """Return what a bulletin of a period, which is about these works, says of the publication."""
        its = self.published
        if its is None:
            return None
        listed_after = its.cadence.after(period, -GONE_AFTER)
        known = {
            t: s.coverage
            for t, s in self.snapshot.scopes.items()
            if t != EVERYWHERE and t not in its.read and s.coverage.last >= listed_after
        }
        unread = (
            territory
            for territory, coverage in known.items()
            if coverage.known_since <= period and period not in coverage.unpublished
        )
        ones = {work: its.number_ones[work] for work in sorted(works) if work in its.number_ones}
        return replace(its, unread=tuple(sorted(unread)), number_ones=ones)

    def first_unprocessed(self, ledger: Callable[[int], Ledger]) -> date:
        """Return the first period before `start` that is not stored as it was processed; the last day, if none.

        What the fold takes from such a period, it would take for news of a later one, or for gone. `ledger` returns
        that of a year.
        """
        changed = (day for day, digest in self.skipped.items() if ledger(day.year).processed.get(day) != digest)
        return min(changed, default=date.max)

    def first_of_what_works_are_now(self, entries: Iterable[LedgerEntry]) -> date:
        """Return when works topped the chart first that holders of slots have turned out to be; the last day, if none.

        What was sent of such a slot goes on at one of that work's, which may be of a period before the fold.
        """
        now, overall = self.work_now, self.snapshot.scopes.get(EVERYWHERE)
        topped = overall.first_topped if overall else {}
        held = (entry for entry in entries if entry.is_held and entry.period >= self.start)
        holders = (entry.holders[0] for entry in held if KINDS[entry.kind].names_its_work)
        others = {work for holder in holders if (work := now(holder)) != holder.work_id}
        if not others:
            return date.max
        return min((t.since for its in topped.values() for t in its.values() if t.work_id in others), default=date.max)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a chart's ledger that a step reads: those of the years from its start on, and what nobody holds."""

    years: Mapping[int, Ledger] = field(default_factory=dict)
    retracted: Ledger = field(default_factory=Ledger)

    @classmethod
    def of(cls, entries: Mapping[str, LedgerEntry], bulletins: Mapping[int, str]) -> "Parts":
        """Return the parts that entries belong to, as far as `processed` does not matter."""
        by_year: dict[int | None, dict[str, LedgerEntry]] = {None: {}}
        for entry in entries.values():
            by_year.setdefault(year_of(entry), {})[entry.slot] = entry
        parts = {year: Ledger(its, {}, named_by(its, bulletins)) for year, its in by_year.items()}
        return cls({year: part for year, part in parts.items() if year is not None}, parts[None])

    @property
    def entries(self) -> Mapping[str, LedgerEntry]:
        """All slots, by id."""
        return {slot: entry for part in (*self.years.values(), self.retracted) for slot, entry in part.entries.items()}

    @property
    def bulletins(self) -> Mapping[int, str]:
        """The files of all bulletins that slots name."""
        parts = (*self.years.values(), self.retracted)
        return {number: file for part in parts for number, file in part.bulletins.items()}

    def after(
        self,
        folded: Folded,
        entries: Mapping[str, LedgerEntry],
        bulletins: Mapping[int, str],
        firsts_from: Mapping[str, date],
    ) -> "Parts":
        """Return the parts with all of `entries`, and the publications of a fold as they were processed."""
        after = Parts.of(entries, bulletins)
        earlier = (item for part in self.years.values() for item in part.processed.items())
        digests: dict[int, dict[date, str]] = {}
        for period, digest in (*((p, d) for p, d in earlier if p < folded.start), *folded.processed.items()):
            digests.setdefault(period.year, {})[period] = digest
        years = {*self.years, *after.years, *digests}
        parts = {y: replace(after.years.get(y, Ledger()), processed=digests.get(y, {})) for y in sorted(years)}
        return Parts(parts, replace(after.retracted, firsts_from=firsts_from))


@dataclass(frozen=True, slots=True)
class PreparedCommit:
    """What a step comes to, and is not committed yet: the head and the parts of the ledger that it revises, and how."""

    chart: str
    head: Head | None
    parts: Parts
    folded: Folded
    bulletin: Bulletin
    entries: tuple[LedgerEntry, ...]
    firsts_from: Mapping[str, date]


def named_by(entries: Mapping[str, LedgerEntry], bulletins: Mapping[int, str]) -> Mapping[int, str]:
    """Return the files of the bulletins that entries name."""
    return {number: bulletins[number] for number in sorted({n for entry in entries.values() for n in entry.bulletins})}
