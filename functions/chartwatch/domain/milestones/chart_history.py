"""Charts as they were published, folded once for all that is asked of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from chartwatch.domain.charts.publications import Entry, NumberOne, PublicationSummary
from chartwatch.domain.milestones.asked import Timeline
from chartwatch.domain.milestones.eligibility import work_of
from chartwatch.domain.milestones.fold import Fold
from chartwatch.domain.milestones.pauses import Gaps
from chartwatch.domain.milestones.snapshot import Snapshot
from chartwatch.domain.milestones.timelines import restricted, without_assumed
from chartwatch.domain.milestones.told_apart import told_apart
from chartwatch.domain.rules.claims import Claim
from chartwatch.domain.rules.holders import Holder
from chartwatch.domain.rules.reign import ReignRule
from chartwatch.domain.rules.rule import MOST, Count, Rule, RuleSet, Scope
from chartwatch.domain.rules.standing import EVERYWHERE, Coverage
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import ChartedTitles
from chartwatch.domain.works.claimants import Claimant, claimant_key, name_of
from chartwatch.domain.works.credits import lead_of
from chartwatch.domain.works.defaults import with_defaults
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.renames import Names, Renaming, with_renamings
from chartwatch.domain.works.titles import letters, title_key
from chartwatch.domain.works.work import KINDS, Kind, Work

Ranks = Mapping[date, Sequence[Entry]]
"""All ranks of the editions of a territory, by period."""

SNAPSHOT_EVERY = 16
"""Publications between two snapshots that a scope keeps."""

Reading = tuple[tuple[str, Work], ...]
"""What titles are taken to mean of which nobody can say: the works, by the ids of those that stand for the titles."""

_READ_AS = "read-as:"
"""What the ids begin with by which works are told apart in a reading."""


def works_named(title: str, catalog: Catalog, kinds: Iterable[Kind | None] = (None, *KINDS)) -> frozenset[str]:
    """Return the ids that works of that title or alias have, or of some kinds where the catalog does not hold them."""
    listed = {work.id for work in catalog.named(title, None)}
    return frozenset(listed | {work.id for kind in kinds for work in catalog.standing_for(title, kind)})


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


class ChartHistory:
    """A chart as it was published, in whatever versions, for all the claims about it."""

    def __init__(
        self,
        timeline: Timeline,
        catalog: Catalog,
        ranks: Callable[[], Mapping[str, Ranks]] | None = None,
        lent: Iterable[Renaming] = (),
    ) -> None:
        """`timeline` is not empty; `ranks` returns those by territory.

        The catalog gets the names that works got, and what it only assumes of them is as unknown.

        `lent` are the renamings that other charts of the provider show.
        """
        self.timeline = [without_assumed(publication) for publication in timeline]
        self.chart = self.timeline[-1].chart
        renamings = {*lent, *(r for publication in timeline for r in publication.renamings)}
        self.catalog = with_renamings(Catalog(work.without_assumed() for work in catalog), renamings)
        self._ranks = ranks
        self._names = Names(renamings)
        tied = (p.period for p in timeline if any(len(ones) > 1 for ones in p.number_ones.values()))
        self._tied_since = min(tied, default=None)
        self._scopes: dict[tuple[str, Count, tuple[tuple[str, str], ...]], ScopeHistory] = {}

    def shows_ties(self, until: date) -> bool:
        """Return whether several works have been at #1 of a territory together, up to a period."""
        return self._tied_since is not None and self._tied_since <= until

    def named(self, title: str, creator: str = "") -> frozenset[str]:
        """Return the ids of the works that a title may mean, also one that a provider gave up for another.

        With a `creator` they are those that are known to be by that one, or under that credit.
        """
        names = self._names_of(title)
        charted = [work for name in names for work in self._charted_as.get(title_key(name), ())]
        listed = {its for name in names for its in works_named(name, self.catalog, self.kinds) if self._may_mean(its)}
        if creator:
            known = [*charted, *(work for work in map(self.catalog.work, listed) if work)]
            return frozenset(work.id for work in known if self.catalog.is_credited(work, creator))
        return frozenset((*(work.id for work in charted), *listed))

    def may_have(self, work: Work) -> bool:
        """Return whether a work is of the chart's kind, as far as that is known of the two."""
        return None in (self.chart.kind, work.kind) or work.kind == self.chart.kind

    def _may_mean(self, work_id: str) -> bool:
        work = self.catalog.work(work_id)
        return work is None or self.may_have(work)

    def creators_of(self, title: str) -> Sequence[str]:
        """Return the creators of the works of a title that have been on the chart."""
        charted = {work for name in self._names_of(title) for work in self._charted_as.get(title_key(name), ())}
        return sorted({name for work in charted for name in work.creators})

    @cached_property
    def kinds(self) -> frozenset[Kind | None]:
        """The kinds that something on the chart may be of, None where it says none."""
        charted = (one.kind for p in self.timeline for ones in p.number_ones.values() for one in ones)
        return frozenset((None, *KINDS, *charted))

    @cached_property
    def _charted_as(self) -> Mapping[str, set[Work]]:
        """The works that a title has meant at #1, or by whom it stood lower, by its key."""
        found: dict[str, set[Work]] = {}
        for publication in self.timeline:
            for ones in publication.number_ones.values():
                for one in ones:
                    found.setdefault(title_key(one.title), set()).add(self.work_of(one, publication.period))
        for (key, _), (period, entry) in self._credited.items():
            found.setdefault(key, set()).add(self.work_of(entry, period))
        return found

    @cached_property
    def _credited(self) -> Mapping[tuple[str, str], tuple[date, Entry]]:
        """What stood at any rank by whom, and when, where the chart names creators: no title says which work it is."""
        if not any(one.credit for p in self.timeline for ones in p.number_ones.values() for one in ones):
            return {}
        charted = ((period, entry) for period, entry in self.charted(EVERYWHERE) if entry.credit)
        return {(title_key(entry.title), lead_of(entry.credit or "")): (period, entry) for period, entry in charted}

    @cached_property
    def _meanings(self) -> Mapping[date, Meanings]:
        """What is known with each publication of the titles that were at #1 of the chart."""
        known, found, charted = NOTHING_KNOWN, dict[date, Meanings](), ChartedTitles(self.catalog.renamed)
        for publication in self.timeline:
            titles = dict.fromkeys(
                (o.title, o.kind, o.id, o.credit) for ones in publication.number_ones.values() for o in ones
            )
            not_in = publication.chart.not_in_language
            known = self.catalog.learned(titles, publication.period, known, not_in, charted)
            found[publication.period] = known
        return found

    def meanings(self, period: date) -> Meanings:
        """Return what is known with the publication of a period of the titles that were at #1 of the chart."""
        return self._meanings[period]

    def work_of(self, entry: Entry | NumberOne, period: date, until: date | None = None) -> Work:
        """Return the work that the chart means by what stood on it in the period of a publication.

        With `until`, the period of a later one, what ids meant up to that counts.
        """
        known, not_in = self.meanings(until if until and entry.id else period), self.chart.not_in_language
        credit = entry.credit
        work = self.catalog.match(entry.title, entry.kind, period, known, entry.id, not_in=not_in, credit=credit)
        return with_defaults(work, self.chart.defaults)

    def has_topped(self, title: str) -> bool:
        """Return whether a title has been #1 anywhere, also by the name that a provider gave it later."""
        return any(title_key(name) in self.titles for name in self._names_of(title))

    def _names_of(self, title: str) -> Sequence[str]:
        """Return the names of what a title means: itself, or the one title that has its letters, and later names."""
        if title_key(title) not in self.titles and not self.catalog.named(title, None):
            spelt = self._spellings.get(letters(title), {})
            title = next(iter(spelt.values())) if len(spelt) == 1 else title
        return [title, *(name for kind in sorted(self.kinds, key=str) for name in self._names.later(title, kind))]

    @cached_property
    def _spellings(self) -> Mapping[str, Mapping[str, str]]:
        """The titles that are known, by their letters and by their keys."""
        found: dict[str, dict[str, str]] = {}
        for title in (*self.titles.values(), *(its for work in self.catalog for its in (work.title, *work.aliases))):
            if its := letters(title):
                found.setdefault(its, {})[title_key(title)] = title
        return found

    @cached_property
    def _all_ranks(self) -> Mapping[str, Ranks]:
        return self._ranks() if self._ranks else {}

    def charted(self, territory: str) -> Iterator[tuple[date, Entry]]:
        """Yield all that stood on the chart, at whatever rank, in one territory or any, with its period."""
        for its, ranks in self._all_ranks.items():
            if territory in (EVERYWHERE, its):
                yield from ((period, entry) for period, entries in ranks.items() for entry in entries)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The titles that have been #1 anywhere, by their keys."""
        return {
            title_key(one.title): one.title for p in self.timeline for ones in p.number_ones.values() for one in ones
        }

    def scope(self, territory: str, count: Count, reading: Reading = ()) -> "ScopeHistory":
        """Return one territory, or all (`*`), in which works or seasons are counted, as titles are read."""
        key = territory, count, tuple((title, work.id) for title, work in reading)
        if key not in self._scopes:
            self._scopes[key] = ScopeHistory(self, territory, count, reading)
        return self._scopes[key]


class ScopeHistory:
    """One scope of a chart, folded once.

    `present` has who was at #1 in each of the `periods`, by `Claimant.key`; `there` the same by territory and period.
    `dates` are the periods of all publications of the scope, also of those without an edition that counts, and
    `coverages` has with each of them what is known of the scope, or of all, by territory. `called` is what a sentence
    calls works that share a title, by their ids.
    """

    def __init__(self, history: ChartHistory, territory: str, count: Count, reading: Reading = ()) -> None:
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
