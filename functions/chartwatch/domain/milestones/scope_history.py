"""One scope of a chart as it was published, folded once for all that is asked of it."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from chartwatch.domain.charts.publications import Entry, NumberOne, PublicationSummary
from chartwatch.domain.milestones.eligibility import work_of
from chartwatch.domain.milestones.fold import Fold
from chartwatch.domain.milestones.pauses import Gaps
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.domain.milestones.timelines import restricted
from chartwatch.domain.milestones.told_apart import told_apart
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import MOST, Count, Rule, RuleSet, Scope
from chartwatch.domain.rules.standing import EVERYWHERE, Coverage
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.claimants import Claimant, claimant_key, name_of
from chartwatch.domain.works.defaults import with_defaults
from chartwatch.domain.works.work import Work

if TYPE_CHECKING:
    from chartwatch.domain.milestones.chart_history import ChartHistory

SNAPSHOT_EVERY = 16
"""Publications between two snapshots that a scope keeps."""

Reading = tuple[tuple[str, Work], ...]
"""What titles are taken to mean of which nobody can say: the works, by the ids of those that stand for the titles."""

_READ_AS = "read-as:"
"""What the ids begin with by which works are told apart in a reading."""


class ToppedWork(NamedTuple):
    """A work, or a season of it, that has topped the scope."""

    work: Work
    season: str | None
    since: date
    label: str | None
    called: str | None = None

    @property
    def key(self) -> str:
        """What tells it from others, as `Claimant.key`."""
        return claimant_key(self.work.id, self.season)

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return name_of(self.called or self.work.title, self.label or self.season)

    def holder(self, group: str | None = None) -> Holder:
        """Return it as the holder of a slot."""
        return Holder(self.work.id, self.work.title, self.since, self.season, group, label=self.label)


class ScopeHistory:
    """One scope of a chart, folded once.

    `present` has who was at #1 in each of the `periods`, by `Claimant.key`; `there` the same by territory and period.
    `dates` are the periods of all publications of the scope, also of those without an edition that counts, and
    `coverages` has with each of them what is known of the scope, or of all, by territory. `called` is what a sentence
    calls works that share a title, by their ids.
    """

    def __init__(self, history: "ChartHistory", territory: str, count: Count, reading: Reading = ()) -> None:
        """Fold what was published of the scope."""
        self.history, self.territory, self.count, self.reading = history, territory, count, dict(reading)
        self.publications = restricted(history.timeline, territory)
        self._catalog = history.catalog
        if reading:
            self._read_titles()
        self.dates = [publication.period for publication in self.publications]
        self.there: dict[str, dict[date, frozenset[str]]] = {}
        seen = [publication for publication in self.publications if publication.number_ones]
        self.periods = [publication.period for publication in seen]
        self.present = [self._present(publication) for publication in seen]
        self.called: Mapping[str, str] = {}
        self._snapshots: list[Snapshot] = []
        self._gaps: Gaps = {}
        self.coverages: list[Mapping[str, Coverage]] = []
        snapshot = Snapshot()
        for number, publication in enumerate(self.publications):
            if number % SNAPSHOT_EVERY == 0:
                self._snapshots.append(snapshot)
            snapshot = self._after(publication, snapshot)
            its = {scope: state.coverage for scope, state in snapshot.scopes.items()}
            self.coverages.append(its if territory == EVERYWHERE else {t: c for t, c in its.items() if t == territory})
        self._gaps = snapshot.gaps
        topped = snapshot.scopes[territory].first_topped.get(count, {}).values()
        defaults = history.chart.defaults
        works = [(with_defaults(work_of(each, self._catalog, snapshot.meanings), defaults), each) for each in topped]
        called = self.called = told_apart(work for work, _ in works)
        if called:
            self.present = [{k: replace(c, called=called.get(c.work_id)) for k, c in p.items()} for p in self.present]
        self.topped = sorted(
            (ToppedWork(work, each.season, each.since, each.label, called.get(work.id)) for work, each in works),
            key=lambda topped: (topped.since, topped.work.id, topped.season or ""),
        )

    def work_of(self, entry: Entry | NumberOne, period: date, until: date | None = None) -> Work:
        """Return the work that the chart means by what stood on it in a period, as titles are read."""
        work = self.history.work_of(entry, period, until)
        return self.reading.get(work.id, work)

    def claims(self, rule: Rule, period: date) -> Sequence[Claim]:
        """Return what a rule claims with the publication of a period, as the fold over all of them does."""
        at = bisect_left(self.dates, period)
        if self.dates[at : at + 1] != [period]:
            return ()
        snapshot = self._snapshots[at // SNAPSHOT_EVERY]
        for publication in self.publications[at - at % SNAPSHOT_EVERY : at]:
            snapshot = self._after(publication, snapshot)
        claims = self._fold(period, snapshot, (rule,)).advance(self.publications[at])
        return [claim for claim in claims if claim.territory == self.territory and claim.rule == rule.id]

    def all_claims(self, rule: Rule) -> Sequence[Claim]:
        """Return what a rule claims with all publications, one after the other."""
        snapshot, claims = Snapshot(), list[Claim]()
        for publication in self.publications:
            folding = self._fold(publication.period, snapshot, (rule,))
            claims += folding.advance(publication)
            snapshot = folding.snapshot
        return [claim for claim in claims if claim.territory == self.territory and claim.rule == rule.id]

    def _after(self, publication: PublicationSummary, snapshot: Snapshot) -> Snapshot:
        """Return what is known of the scope with one more publication."""
        folding = self._fold(publication.period, snapshot)
        folding.skip(publication)
        return folding.snapshot

    def _fold(self, period: date, snapshot: Snapshot, rules: Iterable[Rule] = ()) -> Fold:
        """Return a fold of rules, in which runs are followed up; titles mean what they do on the whole chart."""
        meanings = self.history.meanings(period)
        undecided = {its: title for its, title in meanings.undecided.items() if its not in self.reading}
        scope = Scope.CHART if self.territory == EVERYWHERE else Scope.TERRITORY
        runs = ReignRule("", scope, "", "", at=(MOST + 1,), count=self.count)
        with_runs = RuleSet([*rules, runs, replace(runs, id="within", across_methods=False)])
        known = replace(snapshot, meanings=replace(meanings, undecided=undecided))
        return Fold(self._catalog, with_runs, known, called=self.called, gaps=self._gaps)

    def _read_titles(self) -> None:
        """Give each work that was at #1 an id of its own, by which it is known whatever its title is."""
        works = {work.id: work for work in self._catalog}
        publications: list[PublicationSummary] = []
        for its in self.publications:
            number_ones: dict[str, tuple[NumberOne, ...]] = {}
            for territory, ones in its.number_ones.items():
                matched = [(self.work_of(one, its.period), one) for one in ones]
                for work, _ in matched:
                    # Each line has the creators of its own time.
                    works.setdefault(work.id, replace(work, creators=(), featured=(), credit=None))
                number_ones[territory] = tuple(one._replace(id=f"{_READ_AS}{work.id}") for work, one in matched)
            publications.append(replace(its, number_ones=number_ones))
        works |= {work.id: work for work in self.reading.values()}
        self.publications = publications
        self._catalog = Catalog(replace(work, ids=(f"{_READ_AS}{work_id}",)) for work_id, work in works.items())

    def _present(self, publication: PublicationSummary) -> Mapping[str, Claimant]:
        """Return who is at #1 of the scope with a publication."""
        present: dict[str, Claimant] = {}
        for territory, ones in publication.number_ones.items():
            matched = [(self._match(one, publication.period), one) for one in ones]
            if self.count is Count.WORKS:
                its = [Claimant.of(work) for work, _ in matched]
            else:
                its = [Claimant.of_season(work, one.title, one.season) for work, one in matched]
            present |= {claimant.key: claimant for claimant in its}
            self.there.setdefault(territory, {})[publication.period] = frozenset(claimant.key for claimant in its)
        return present

    def _match(self, one: NumberOne, period: date) -> Work:
        if self.reading:
            return self._catalog.match(one.title, one.kind, period, provider_id=one.id, credit=one.credit)
        return self.history.work_of(one, period)
