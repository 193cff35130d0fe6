"""TMDB: films and series by name or number (https://developer.themoviedb.org, version 3), as candidates.

A key is each user's own. What comes of it is for non-commercial use, is shown with TMDB's notice, and is kept for six
months at most: `domain/works/facts.py` gives its facts that time.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import Field

from chartwatch.adapters.answers import LOOKUP_SECONDS, Asking, Several, Shape
from chartwatch.domain.works.candidates import (
    Candidate,
    ExternalId,
    Provider,
    Role,
    Scheme,
    Sighting,
    Span,
    Title,
)
from chartwatch.domain.works.evidence import loose_title
from chartwatch.domain.works.provider_codes import provider_countries, provider_languages
from chartwatch.domain.works.work import Kind
from chartwatch.services.fetching import Connection

ADDRESS = "https://api.themoviedb.org/3"

NOTICE = "This product uses the TMDB API but is not endorsed or certified by TMDB."
"""What its terms ask to be shown where its data are."""

NETFLIX = 213
"""The number of the network."""

MOST_DETAILS = 12
"""Entries of a search that are asked for whole."""

DETAILS = "alternative_titles,external_ids"
"""What is asked for with an entry."""

COUNTRIES = {"XC": "CS", "XG": "DD", "XI": "GB", "CS": None}
"""Its codes that mean others: Czechoslovakia, East Germany, Northern Ireland. Serbia and Montenegro has none here."""

_PATHS = {Kind.FILM: "movie", Kind.SERIES: "tv"}
_SCHEMES = {Kind.FILM: Scheme.TMDB_FILM, Kind.SERIES: Scheme.TMDB_SERIES}
_FIND = {Scheme.IMDB: "imdb_id", Scheme.WIKIDATA: "wikidata_id"}


class _Hit(Shape):
    """An entry of a search."""

    id: int
    title: str | None = None
    name: str | None = None
    original_title: str | None = None
    original_name: str | None = None


class _Search(Shape):
    results: Several[_Hit]


class _Found(Shape):
    movie_results: Several[_Hit] = ()
    tv_results: Several[_Hit] = ()


class _Country(Shape):
    iso_3166_1: str


class _Numbered(Shape):
    id: int


class _Season(Shape):
    air_date: str | None = None
    season_number: int = 1


class _OtherTitle(Shape):
    title: str
    iso_3166_1: str = ""


class _OtherTitles(Shape):
    titles: Several[_OtherTitle] = ()
    results: Several[_OtherTitle] = ()


class _ExternalIds(Shape):
    imdb_id: str | None = None
    wikidata_id: str | None = None


class _Details(Shape):
    """A film's or a series' entry, with `alternative_titles` and `external_ids` appended."""

    id: int
    title: str | None = None
    name: str | None = None
    original_title: str | None = None
    original_name: str | None = None
    original_language: str | None = None
    release_date: str | None = None
    first_air_date: str | None = None
    origin_country: Several[str] = ()
    production_countries: Several[_Country] = ()
    networks: Several[_Numbered] = ()
    seasons: Several[_Season] = ()
    runtime: int | None = None
    vote_count: int | None = None
    alternative_titles: _OtherTitles = Field(default_factory=_OtherTitles)
    external_ids: _ExternalIds = Field(default_factory=_ExternalIds)
    imdb_id: str | None = None


class Tmdb:
    """TMDB at an address, asked with a user's key: an API key, or an API read access token."""

    provider = Provider.TMDB

    def __init__(
        self, connection: Connection, key: str, *, address: str = ADDRESS, seconds: float = LOOKUP_SECONDS
    ) -> None:
        """`seconds` are for all that one call asks."""
        self._connection = connection
        self._query, self._bearer = credentials(key)
        self._address = address.rstrip("/")
        self._seconds = seconds

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        """Return the candidates that each sighting may mean.

        Those are the ones of its numbers, else those that a search for its titles finds. Raises a `LookupFailed`.
        """
        asking = Asking("TMDB", self._connection, seconds=self._seconds)
        return [
            self._candidates(asking, self._by_number(asking, sighting))
            or self._candidates(asking, self._by_name(asking, sighting))
            for sighting in sightings
        ]

    def _by_number(self, asking: Asking, sighting: Sighting) -> Iterator[tuple[Kind, int]]:
        """Yield the kind and number of the entries that bear a number of a sighting."""
        for known in sorted(sighting.ids | sighting.linked):
            for kind, scheme in _SCHEMES.items():
                if known.scheme is scheme and known.value.isdecimal():
                    yield kind, int(known.value)
            if known.scheme in _FIND and known.value.isalnum():
                said = self._ask(asking, f"find/{known.value}", external_source=_FIND[known.scheme])
                found = asking.read(_Found, said or {})
                yield from ((Kind.FILM, hit.id) for hit in found.movie_results)
                yield from ((Kind.SERIES, hit.id) for hit in found.tv_results)

    def _by_name(self, asking: Asking, sighting: Sighting) -> Iterator[tuple[Kind, int]]:
        """Yield the kind and number of the entries that a search finds, first of those that bear the title."""
        charted = {loose_title(title) for title in sighting.titles}
        others: list[tuple[Kind, int]] = []
        for kind in [kind for kind in _PATHS if sighting.kind in (None, kind)]:
            for title in sighting.titles:
                said = self._ask(asking, f"search/{_PATHS[kind]}", query=title)
                for hit in asking.read(_Search, said).results:
                    names = (hit.title, hit.name, hit.original_title, hit.original_name)
                    if any(name and loose_title(name) in charted for name in names):
                        yield kind, hit.id
                    else:
                        others.append((kind, hit.id))
        yield from others

    def _candidates(self, asking: Asking, numbers: Iterable[tuple[Kind, int]]) -> tuple[Candidate, ...]:
        found = (self._candidate(asking, kind, number) for kind, number in list(dict.fromkeys(numbers))[:MOST_DETAILS])
        return tuple(candidate for candidate in found if candidate)

    def _candidate(self, asking: Asking, kind: Kind, number: int) -> Candidate | None:
        """Return an entry as a candidate; None where there is none of that number any more."""
        said = self._ask(asking, f"{_PATHS[kind]}/{number}", append_to_response=DETAILS)
        return None if said is None else candidate_of(kind, asking.read(_Details, said))

    def _ask(self, asking: Asking, path: str, **query: str) -> dict[str, Any] | None:
        return asking.json(f"{self._address}/{path}", self._query | query, self._bearer)


def credentials(key: str) -> tuple[dict[str, str], str | None]:
    """Return what a query says, and a bearer's token: an API key stands in the query, an access token does not."""
    return ({}, key) if key.count(".") == 2 else ({"api_key": key}, None)


def candidate_of(kind: Kind, details: _Details) -> Candidate:
    """Return the candidate that an entry is."""
    ids = {ExternalId(_SCHEMES[kind], str(details.id))}
    if imdb := details.imdb_id or details.external_ids.imdb_id:
        ids.add(ExternalId(Scheme.IMDB, imdb))
    if wikidata := details.external_ids.wikidata_id:
        ids.add(ExternalId(Scheme.WIKIDATA, wikidata))
    origins, producers = countries_of(
        details.origin_country, [country.iso_3166_1 for country in details.production_countries]
    )
    released = [details.release_date, details.first_air_date]
    released += [season.air_date for season in details.seasons if season.season_number > 0]
    return Candidate(
        provider=Provider.TMDB,
        id=str(details.id),
        kind=kind,
        titles=tuple(_titles(details)),
        released=tuple(sorted(set(_days(released)))),
        languages=provider_languages([details.original_language]),
        origins=origins,
        producers=producers,
        on_netflix=any(network.id == NETFLIX for network in details.networks),
        minutes=(details.runtime or None) if kind == Kind.FILM else None,
        votes=details.vote_count,
        ids=frozenset(ids),
    )


def _titles(details: _Details) -> Iterator[Title]:
    """Yield the titles of an entry. Its language is the original title's alone: other titles are by country."""
    language = next(iter(provider_languages([details.original_language])), None)
    if main := details.title or details.name:
        yield Title(main)
    if original := details.original_title or details.original_name:
        yield Title(original, Role.ORIGINAL, language)
    for other in (*details.alternative_titles.titles, *details.alternative_titles.results):
        yield Title(other.title, Role.ALTERNATIVE)


def countries_of(origins: Sequence[str], producers: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the countries of origin and of production that an entry names; none if one is not known."""
    if not _countries([*origins, *producers]):
        return (), ()
    return _countries(origins), _countries(producers)


def _countries(written: Iterable[str]) -> tuple[str, ...]:
    return provider_countries(COUNTRIES.get(code, code) for code in written)


def _days(written: Iterable[str | None]) -> Iterator[Span]:
    """Yield the days that an entry names; "" and what is no day are unknown."""
    for day in written:
        if day and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            try:
                yield Span.day(date.fromisoformat(day))
            except ValueError:
                continue
