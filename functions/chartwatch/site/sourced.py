"""What is known of a work, fact by fact, and who says so."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from chartwatch.domain import words
from chartwatch.domain.works.candidates import Provider
from chartwatch.domain.works.facts import Confidence, Fact, Layer, Value
from chartwatch.domain.works.layers import Dossier, known_works
from chartwatch.domain.works.resolving import Resolved
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, OWN_FACT, RELEASE_DATE

_NAMES = {
    ORIGINAL_LANGUAGE: "Original language",
    MAIN_COUNTRY: "Main country",
    ORIGIN_COUNTRIES: "Countries of origin",
    RELEASE_DATE: "Release date",
}

_LAYERS = {
    Layer.STARTER: "the starter catalog",
    Layer.OWN_FILE: "an own file",
    Layer.OVERRIDE: "set by hand",
}

_PROVIDERS = {Provider.WIKIDATA.value: "Wikidata", Provider.TMDB.value: "TMDB"}


class Sourced(NamedTuple):
    """A fact of a work: what stands, whether it is only assumed, who says so, and who says otherwise what."""

    name: str
    value: str
    is_assumed: bool
    said_by: tuple[str, ...]
    against: tuple[str, ...]


def sourced_facts(dossiers: Iterable[Dossier]) -> Mapping[str, tuple[Sourced, ...]]:
    """Return the facts of each work that any layer of a catalog has, by its id."""
    return {known.work.id: tuple(_facts(known.resolved)) for known in known_works(dossiers)}


def notes_of(dossiers: Iterable[Dossier]) -> Mapping[str, str]:
    """Return what an own file names as its sources for each work, by its id; it says so once for all of its facts."""
    own = (dossier for dossier in dossiers if dossier.layer is Layer.OWN_FILE)
    return {dossier.work.id: dossier.work.source for dossier in own if dossier.work.source}


def is_from(facts: Iterable[Sourced], provider: Provider) -> bool:
    """Return whether a provider says any of the facts, for or against what stands."""
    name = _PROVIDERS[provider.value]
    return any(name in said for fact in facts for said in (*fact.said_by, *fact.against))


def _facts(resolved: Mapping[str, Resolved]) -> Iterator[Sourced]:
    """Yield what stands of each fact, those that are known by name first."""
    for name in (*_NAMES, *sorted(set(resolved) - set(_NAMES))):
        its = resolved.get(name)
        if its is not None:
            yield Sourced(
                _NAMES.get(name, words.sentence(name.removeprefix(OWN_FACT).replace("_", " "))),
                "unknown" if its.value is None else _in_words(name, its.value),
                its.is_assumed,
                tuple(dict.fromkeys(map(_who, its.said_by))),
                tuple(f"{_in_words(name, fact.value)}: {_who(fact)}" for fact in its.against),
            )


def _in_words(name: str, value: Value) -> str:
    match value:
        case date():
            return words.day(value)
        case frozenset():
            return words.listed(words.alphabetical(value)) or "none"
    if name == ORIGINAL_LANGUAGE:
        return words.language_name(value)
    return words.country_name(value) if name == MAIN_COUNTRY else value


def _who(fact: Fact) -> str:
    """Return "Wikidata, asked on 3 May 2026", "the starter catalog, medium confidence"."""
    source = _PROVIDERS.get(fact.source, fact.source)
    who = source if fact.layer is Layer.LOOKED_UP else _LAYERS[fact.layer]
    asked = f", asked on {words.day(fact.asked)}" if fact.asked else ""
    doubt = "" if fact.confidence is Confidence.HIGH else f", {fact.confidence} confidence"
    return f"{who}{asked}{doubt}"
