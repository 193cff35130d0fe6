"""Layers: the works of several catalogs, one over the other, as one catalog with what stands of each fact.

A layer names works by ids of its own. Two layers mean the same work where an id is the same, or else a title, the kind
and the time of release, and no other work would do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Confidence, Fact, Layer, facts_of
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.domain.works.resolving import ONE_RELEASE, Resolved, own_facts, resolve
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, RELEASE_DATE, Work

NAMED_BY = (Layer.OWN_FILE, Layer.STARTER, Layer.LOOKED_UP, Layer.OVERRIDE)

"""Whose id and title a work of several layers has: the first of those that have the work."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What one layer has of a work: its id, titles and kind by `work`, and what is said of it by `lookup`."""

    layer: Layer
    work: Work
    lookup: WorkLookup

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is said of the work."""
        return self.lookup.facts

    @property
    def titles(self) -> frozenset[str]:
        """All that it is called, as titles are compared."""
        return frozenset(title_key(title) for title in (self.work.title, *self.work.aliases))

    @property
    def released(self) -> date | None:
        """When it was released, as far as one date is named."""
        dates = {fact.value for fact in self.facts if fact.name == RELEASE_DATE}
        return next((day for day in dates if isinstance(day, date)), None) if len(dates) == 1 else None

    def is_also(self, other: "Dossier") -> bool:
        """Return whether the dossier of another layer may be the same work's, by title, kind, creators and release."""
        if self.layer is other.layer or self.titles.isdisjoint(other.titles):
            return False
        leads = {its.work.creators[:1] for its in (self, other)}
        if len(leads) > 1:
            return False
        kinds = {self.work.kind, other.work.kind} - {None}
        days = [its.released for its in (self, other) if its.released]
        return len(kinds) <= 1 and (len(days) < 2 or max(days) - min(days) <= ONE_RELEASE)


@dataclass(frozen=True)
class Known:
    """All that is known of a work: the dossiers of the layers that have it, and what stands of each fact, by name."""

    dossiers: tuple[Dossier, ...]
    resolved: Mapping[str, Resolved] = field(init=False)

    def __post_init__(self) -> None:
        """Settle the facts. What may not be kept any longer is taken out of its layer, and not left out here."""
        facts = (fact for dossier in self.dossiers for fact in dossier.facts)
        object.__setattr__(self, "resolved", resolve(facts, date.min))

    @property
    def work(self) -> Work:
        """The work with the facts that stand. The main country stands first, where it is known.

        A release date of low confidence is left out: which work a title means may rest on it. One that stood before
        sources came to contradict each other stands on, so that the title means what it meant.
        """
        first, *others = (dossier.work for dossier in self.dossiers)
        main, countries = self._value(MAIN_COUNTRY), self._value(ORIGIN_COUNTRIES)
        rest = self._in_their_order(countries - {main}) if isinstance(countries, frozenset) else []
        language, released = self._value(ORIGINAL_LANGUAGE), self._value(RELEASE_DATE)
        aliases = dict.fromkeys(title for its in (first, *others) for title in (its.title, *its.aliases))
        said_by = {fact.source: None for its in self.resolved.values() for fact in its.said_by}
        return replace(
            first,
            kind=next((its.kind for its in (first, *others) if its.kind), None),
            original_language=language if isinstance(language, str) else None,
            origin_countries=(*([main] if isinstance(main, str) else []), *rest),
            is_main_country_known=main is not None or not rest,
            release_date=released if isinstance(released, date) and not self._is_doubtful(RELEASE_DATE) else None,
            aliases=tuple(alias for alias in aliases if alias != first.title),
            ids=tuple(dict.fromkeys(one for its in (first, *others) for one in its.ids)),
            source=first.source if self.dossiers[0].layer is Layer.OWN_FILE else ", ".join(said_by),
            creators=next((its.creators for its in (first, *others) if its.creators), ()),
            featured=next((its.featured for its in (first, *others) if its.creators), ()),
            own_facts=own_facts(self.resolved),
            assumed=frozenset(name for name, its in self.resolved.items() if its.is_assumed),
            needs_kind=self._is_of_the_starter,
        )

    @property
    def _is_of_the_starter(self) -> bool:
        """Whether nobody but the starter catalog, and who knows its kind, names the work: it is for any chart."""
        layers = {dossier.layer for dossier in self.dossiers}
        is_its = Layer.STARTER in layers and Layer.OWN_FILE not in layers
        return is_its and all(dossier.work.kind for dossier in self.dossiers)

    def _in_their_order(self, countries: frozenset[str]) -> list[str]:
        """Return countries in the order in which the layers name them; a looked-up work names none in an order."""
        named = (country for dossier in self.dossiers for country in dossier.work.origin_countries)
        return list(dict.fromkeys(country for country in (*named, *sorted(countries)) if country in countries))

    def _is_doubtful(self, name: str) -> bool:
        """Return whether nothing but facts of low confidence ever said so."""
        return all(fact.confidence is Confidence.LOW for fact in self.resolved[name].said_by)

    def _value(self, name: str) -> object:
        return self.resolved[name].value if name in self.resolved else None


def layer_of(works: Iterable[Work], layer: Layer, source: str) -> tuple[Dossier, ...]:
    """Return the layer that a catalog is. `source` is what its facts name where a work names none."""
    return tuple(Dossier(layer, work, WorkLookup(facts_of(work, layer, work.source or source))) for work in works)


def catalog_of(dossiers: Iterable[Dossier]) -> Catalog:
    """Return the catalog that layers come to."""
    return Catalog(known.work for known in known_works(dossiers))


def known_works(dossiers: Iterable[Dossier]) -> list[Known]:
    """Return all that is known of each work that any layer has; the order of `dossiers` does not matter."""
    found: dict[str, list[Dossier]] = {}
    by_title: dict[str, list[str]] = {}
    for its_own in sorted(dossiers, key=_order):
        dossier = _told_apart(its_own, found)
        home = _home(dossier, found, by_title)
        found.setdefault(home, []).append(dossier)
        for title in dossier.titles:
            its = by_title.setdefault(title, [])
            its += [] if home in its else [home]
    return [Known(tuple(its)) for its in found.values()]


def _told_apart(dossier: Dossier, found: Mapping[str, Sequence[Dossier]]) -> Dossier:
    """Return a dossier under another id where that is, higher up, the id of a work of another kind."""
    work = dossier.work
    kinds = {its.work.kind for its in found.get(work.id, ())} - {None}
    if not kinds or work.kind is None or work.kind in kinds:
        return dossier
    return replace(dossier, work=replace(work, id=f"{work.id}:{work.kind}"))


def _home(dossier: Dossier, found: Mapping[str, Sequence[Dossier]], by_title: Mapping[str, Sequence[str]]) -> str:
    """Return under which id the work of a dossier is found: one that is there, or its own."""
    if dossier.work.id in found:
        return dossier.work.id
    alike = dict.fromkeys(home for title in sorted(dossier.titles) for home in by_title.get(title, ()))
    same = [home for home in alike if any(its.is_also(dossier) for its in found[home])]
    is_free = len(same) == 1 and all(its.layer is not dossier.layer for its in found[same[0]])
    return same[0] if is_free else dossier.work.id


def _order(dossier: Dossier) -> tuple[int, str]:
    return NAMED_BY.index(dossier.layer), dossier.work.id
