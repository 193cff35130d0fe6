"""What comes before the detector: what is not known of the works at #1 is looked up, and the publication marked ready.

Providers are asked in turn, each with what the ones before know.
"""

from collections.abc import Callable, Container, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

from chartwatch.domain.charts.chart import GLOBAL, Chart
from chartwatch.domain.charts.publications import NumberOne, PublicationSummary
from chartwatch.domain.works.candidates import Candidate, ExternalId, Provider, Scheme, Sighting, is_looked_up
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Fact, Layer, facts_found
from chartwatch.domain.works.identification import Identified, identify
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import UNLISTED, Kind, Work
from chartwatch.errors import LookupFailed, ProviderBusy, ProviderDown, ProviderRefused
from chartwatch.services.catalog_changes import CatalogChanges, TakenBack, Update, nothing_taken_back
from chartwatch.services.ports import CatalogStore, MarkedCharts

WAIT = timedelta(minutes=2)
"""How long a publication waits at most for what is looked up of its works, from when it was stored."""

TURN = timedelta(seconds=50)
"""How long looking up one work may take, all providers together."""

PUTTING = timedelta(seconds=10)
"""How long it may take to put in force what was found."""

MOST_FAILURES = 3
"""Look-ups in a row that a provider may fail before it is asked no more."""

_OF_THE_PROVIDER = (ProviderDown, ProviderBusy, ProviderRefused)
"""Failures that say nothing of the title: the next one would fail too. Others may be of that title alone."""


class FactProvider(Protocol):
    """A provider of facts on works; adapters implement it."""

    @property
    def provider(self) -> Provider:
        """Which one it is."""

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        """Return the candidates for each sighting. Raises a `LookupFailed`."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A provider that cannot be asked as things are, such as one whose key is not there: every look-up says so."""

    provider: Provider
    why: str

    def candidates(self, _sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        """Raise `ProviderRefused`."""
        raise ProviderRefused(self.provider, self.why)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What looking up one title came to: by provider which candidates it may be, the facts, and who did not answer."""

    sighting: Sighting
    identified: tuple[Identified, ...] = ()
    facts: tuple[Fact, ...] = ()
    failures: tuple[LookupFailed, ...] = ()


def look_up(sighting: Sighting, providers: Sequence[FactProvider], today: date) -> LookedUp:
    """Ask the providers in turn what a sighting means.

    The numbers by which one knows the work lead the next to its entry. One that fails is left out, and named.
    """
    identified: list[Identified] = []
    failures: list[LookupFailed] = []
    seen = sighting
    for provider in providers:
        try:
            (candidates,) = provider.candidates([seen])
        except LookupFailed as failure:
            failures.append(failure)
            continue
        found = identify(seen, provider.provider, candidates)
        identified.append(found)
        seen = seen.known_as(found.ids, provider.provider)
    facts = tuple(fact for found in identified for fact in facts_found(found, today))
    return LookedUp(sighting, tuple(identified), facts, tuple(failures))


class Lookups:
    """Asks providers in turn. One that cannot answer is not asked again, nor one that fails again and again."""

    def __init__(self, providers: Sequence[FactProvider]) -> None:
        """Begin with all of them."""
        self._providers = list(providers)
        self._failed: dict[Provider, int] = {}

    @property
    def providers(self) -> frozenset[Provider]:
        """Those that are asked still."""
        return frozenset(its.provider for its in self._providers)

    def ask(self, sighting: Sighting, today: date, among: Container[Provider] = frozenset(Provider)) -> LookedUp:
        """Ask those `among` them what a sighting means."""
        asked = [its for its in self._providers if its.provider in among]
        found = look_up(sighting, asked, today)
        answered = {identified.provider for identified in found.identified}
        self._failed = {one: times for one, times in self._failed.items() if one not in answered}
        silent = [its for its in asked if its.provider not in answered]
        for its, failure in zip(silent, found.failures, strict=True):
            times = self._failed[its.provider] = self._failed.get(its.provider, 0) + 1
            if isinstance(failure, _OF_THE_PROVIDER) or times >= MOST_FAILURES:
                self._providers.remove(its)
        return found


class Enricher:
    """Looks up works that are at #1 and not known, puts what it finds in force, and marks publications ready."""

    def __init__(
        self,
        charts: MarkedCharts,
        catalogs: CatalogStore,
        providers: Sequence[FactProvider],
        clock: Callable[[], datetime],
        taken_back: TakenBack = nothing_taken_back,
    ) -> None:
        """`providers` are asked in turn, as `Lookups` asks them. `clock` gives the time, UTC."""
        self._charts = charts
        self._catalogs = catalogs
        self._changes = CatalogChanges(catalogs, taken_back)
        self._lookups = Lookups(providers)
        self._clock = clock

    def enrich(self, chart: str, period: date, arrived: datetime) -> Sequence[LookedUp]:
        """Look up what is not known of the number ones of a publication, and mark it ready as it is stored now.

        It is marked ready also when nothing was found, when what was found waits for a person, and without a look-up
        when it is `WAIT` ago that it `arrived`. Returns what was looked up.
        """
        publication = self._charts.summary(chart, period)
        if publication is None:
            return ()
        found = self._look_up(unknown_at(publication, self._catalogs.current()), arrived + WAIT - PUTTING)
        self._charts.mark_ready(publication)
        return found

    def _look_up(self, unknown: Mapping[str, Sighting], until: datetime) -> Sequence[LookedUp]:
        """Look up works, by id, as far as there is time, and put what is found of them in force.

        Those come first that were looked up least often: one that takes all the time does so once.
        """
        if not unknown or self._clock() + TURN > until:
            return ()
        known, today = self._changes.known(), self._clock().date()
        found: dict[str, LookedUp] = {}
        its_dossier = {
            work_id: dossier_of(work_id, set(map(title_key, its.titles)), its.kind, known)
            for work_id, its in unknown.items()
        }
        for work_id, dossier in sorted(its_dossier.items(), key=lambda its: its[1].lookup.times if its[1] else 0):
            if dossier is not None and not dossier.lookup.is_due(today):
                continue
            if not self._lookups.providers or self._clock() + TURN > until:
                break
            found[dossier.work.id if dossier else work_id] = self._lookups.ask(unknown[work_id], today)
        if updates := updates_of(found, today):
            self._changes.put_looked_up(updates)
        return tuple(found.values())


def updates_of(found: Mapping[str, LookedUp], today: date) -> Mapping[str, Update]:
    """Return what changes in the catalog by what was found of works, by id; of others, that nobody answered."""
    asked = {work_id: its for work_id, its in found.items() if its.identified or its.failures}
    return {work_id: partial(_updated, work_id, its, today) for work_id, its in asked.items()}


def _updated(work_id: str, its: LookedUp, today: date, before: Dossier | None) -> Dossier:
    dossier = before or Dossier(Layer.LOOKED_UP, work_of(work_id, its.sighting), WorkLookup())
    return replace(dossier, lookup=with_answers(dossier.lookup, its, today))


def dossier_of(work_id: str, titles: Set[str], kind: Kind | None, known: Mapping[str, Dossier]) -> Dossier | None:
    """Return what was looked up of a work before, also when no catalog had it; `titles` as compared.

    Of another work that a catalog has, nothing is known by a title and a kind that are the same.
    """
    unlisted = (its for its in known.values() if its.work.id.startswith(f"{UNLISTED}:") and kind == its.work.kind)
    return known.get(work_id) or next((its for its in unlisted if its.titles & titles), None)


def titles_of(work: Work) -> Set[str]:
    """Return all that a work is called, as titles are compared."""
    return frozenset(map(title_key, (work.title, *work.aliases)))


def is_unknown(work: Work) -> bool:
    """Return whether language or countries of a work are not known; a title of several works is none that is asked."""
    return not (work.candidates or (work.original_language and work.origin_countries))


def unknown_at(publication: PublicationSummary, catalog: Catalog) -> Mapping[str, Sighting]:
    """Return the works at #1 of a publication of which language or countries are not known, by id, as they are seen."""
    return {work.id: sighting for work, sighting in seen_at(publication, catalog, is_unknown)}


def seen_at(
    publication: PublicationSummary, catalog: Catalog, is_wanted: Callable[[Work], object]
) -> Sequence[tuple[Work, Sighting]]:
    """Return the works at #1 of a publication that are wanted, each once, as they are seen.

    Providers know films and series: works of other kinds are none of them.
    """
    chart, period = publication.chart, publication.period
    works: dict[str, Work] = {}
    seen: dict[str, Sighting] = {}
    for territory, ones in publication.number_ones.items():
        for one in (one for one in ones if is_looked_up(one.kind, one.credit)):
            work = catalog.match(
                one.title, one.kind, period, provider_id=one.id, not_in=chart.not_in_language, credit=one.credit
            )
            if not is_wanted(work):
                continue
            works[work.id] = work
            sighting = seen.get(work.id) or sighting_of(one, chart, period)
            places = {territory} if territory != GLOBAL else set()
            seen[work.id] = replace(sighting, territories=sighting.territories | places)
    return [(work, seen[work_id]) for work_id, work in works.items()]


def sighting_of(one: NumberOne, chart: Chart, period: date) -> Sighting:
    """Return what a chart says of a number one."""
    first = chart.before(period) + timedelta(days=1)
    in_english = None if chart.not_in_language is None else chart.not_in_language != "en"
    return Sighting((one.title,), one.kind, first, in_english, ids=ids_of(one.id))


def ids_of(provider_id: str | None) -> frozenset[ExternalId]:
    """Return the number of a work that a chart names, where it is of a scheme that providers of facts know."""
    scheme, _, value = (provider_id or "").partition(":")
    return frozenset({ExternalId(Scheme(scheme), value)}) if scheme in [*Scheme] else frozenset()


def work_of(work_id: str, sighting: Sighting) -> Work:
    """Return a work by what charts call it."""
    return Work(work_id, sighting.titles[0], sighting.kind)


def with_answers(lookup: WorkLookup, its: LookedUp, today: date) -> WorkLookup:
    """Return what is kept of a work, with what looking it up came to."""
    if not its.identified:
        return replace(lookup, unanswered=lookup.unanswered + 1)
    for identified in its.identified:
        lookup = lookup.with_found(identified, today)
    return replace(lookup, tries=lookup.tries + 1, unanswered=0)
