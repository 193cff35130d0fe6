"""Charts as they were published, folded once for all that is asked of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from chartwatch.domain.charts.publications import Entry, NumberOne
from chartwatch.domain.milestones.asked import Timeline
from chartwatch.domain.milestones.scope_history import Reading, ScopeHistory
from chartwatch.domain.milestones.timelines import without_assumed
from chartwatch.domain.rules.rule import Count
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.charted import ChartedTitles
from chartwatch.domain.works.credits import lead_of
from chartwatch.domain.works.defaults import with_defaults
from chartwatch.domain.works.evidence import loose_title
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.renames import Names, Renaming, with_renamings
from chartwatch.domain.works.titles import letters, title_key
from chartwatch.domain.works.work import KINDS, Kind, Work

Ranks = Mapping[date, Sequence[Entry]]
"""All ranks of the editions of a territory, by period."""


def works_named(title: str, catalog: Catalog, kinds: Iterable[Kind | None] = (None, *KINDS)) -> frozenset[str]:
    """Return the ids that works of that title or alias have, or of some kinds where the catalog does not hold them."""
    listed = {work.id for work in catalog.named(title, None)}
    return frozenset(listed | {work.id for kind in kinds for work in catalog.standing_for(title, kind)})


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

        With a `creator` they are those that are known to be by that one, or under that credit: of this title, or else
        of one that has its letters.
        """
        found = self._bearing(self._names_of(title), creator)
        if found or not creator:
            return found
        return self._bearing([name for names in self._spelt_alike(title) for name in names], creator)

    def _bearing(self, names: Sequence[str], creator: str) -> frozenset[str]:
        """Return the ids of the works that bear one of some names, by a creator where one is given."""
        charted = [work for name in names for work in self._charted_as.get(title_key(name), ())]
        listed = {its for name in names for its in works_named(name, self.catalog, self.kinds) if self._may_mean(its)}
        listed |= self._charted_of(names)
        if creator:
            known = [*charted, *(work for work in map(self.catalog.work, listed) if work)]
            return frozenset(work.id for work in known if self.catalog.is_credited(work, creator))
        return frozenset((*(work.id for work in charted), *listed))

    def _charted_of(self, titles: Iterable[str]) -> frozenset[str]:
        """Return the ids of the works of some titles that have been on the chart, of those that no title alone means.

        What a chart says the kind of has been charted by another name of the same work.
        """
        bearing = (work for title in titles for kind in KINDS for work in self.catalog.named(title, kind))
        works = {work for work in bearing if work.needs_kind}
        keys = {title_key(name) for work in works for name in (work.title, *work.aliases)}
        lower = (self.work_of(entry, at) for at, entry in self.charted(EVERYWHERE) if title_key(entry.title) in keys)
        charted = (*(its for found in self._charted_as.values() for its in found), *lower) if works else ()
        ids = {its.id for work in charted for its in (work, *work.candidates)}
        return frozenset(work.id for work in works if work.id in ids)

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
            spelt = next(filter(None, self._spelt_alike(title)), ())
            title = spelt[0] if len(spelt) == 1 else title
        return [title, *(name for kind in sorted(self.kinds, key=str) for name in self._names.later(title, kind))]

    def _spelt_alike(self, title: str) -> Iterator[Sequence[str]]:
        """Yield the titles that have the letters of one, then those that do without accents, and with "&" for "and"."""
        return (list(by_key.get(key(title), {}).values()) for key, by_key in self._spellings)

    @cached_property
    def _spellings(self) -> Sequence[tuple[Callable[[str], str], Mapping[str, Mapping[str, str]]]]:
        """The titles that are known, by each form under which they are compared, and by their keys."""
        titles = [*self.titles.values(), *(its for work in self.catalog for its in (work.title, *work.aliases))]
        found: list[tuple[Callable[[str], str], dict[str, dict[str, str]]]] = [(letters, {}), (loose_title, {})]
        for form, by_form in found:
            for title in titles:
                if its := form(title):
                    by_form.setdefault(its, {})[title_key(title)] = title
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

    def scope(self, territory: str, count: Count, reading: Reading = ()) -> ScopeHistory:
        """Return one territory, or all (`*`), in which works or seasons are counted, as titles are read."""
        key = territory, count, tuple((title, work.id) for title, work in reading)
        if key not in self._scopes:
            self._scopes[key] = ScopeHistory(self, territory, count, reading)
        return self._scopes[key]
