"""The shapes in which providers' answers were recorded, and in what an answer differs from one.

Wikidata's are those of https://www.mediawiki.org/wiki/Wikibase/DataModel/JSON and https://www.wikidata.org/w/api.php,
TMDB's of https://developer.themoviedb.org (version 3). What the shapes do not name may be there: providers add fields.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Object:
    """An object with fields that are always there, and others that may be."""

    fields: Mapping[str, "Part"]
    may_have: Mapping[str, "Part"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Each:
    """A list of parts that are all alike."""

    part: "Part"


@dataclass(frozen=True, slots=True)
class Values:
    """An object whose fields are names of any kind, and their values all alike; [] may stand for an empty one."""

    part: "Part"


Part: TypeAlias = Object | Each | Values | tuple[type[Any] | None, ...]
"""What stands at a place of an answer; a tuple has the types of which it may be, None for null."""

TEXT: Part = (str,)
NUMBER: Part = (int, float)
TEXT_OR_NULL: Part = (str, None)
NUMBER_OR_NULL: Part = (int, float, None)
ANYTHING: Part = (str, int, float, bool, dict, list, None)

_NAMES: Mapping[type[Any] | None, str] = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    None: "null",
}


def differences(part: Part, said: Any, where: str = "") -> Iterator[str]:
    """Yield in what an answer differs from its shape, by the place; the same may come several times."""
    place = where or "the answer"
    match part:
        case Object():
            yield from _of_object(part, said, where) if isinstance(said, dict) else _other(place, said, dict)
        case Each():
            yield from _of_all(part.part, said, where, "[]") if isinstance(said, list) else _other(place, said, list)
        case Values():
            its = list(said.values()) if isinstance(said, dict) else said
            is_one = isinstance(said, dict) or said == []
            yield from _of_all(part.part, its, where, ".*") if is_one else _other(place, said, dict)
        case _:
            if _type(said) not in part:
                yield from _other(place, said, *part)


def _of_object(part: Object, said: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, its in {**part.fields, **part.may_have}.items():
        place = f"{where}.{name}" if where else name
        if name in said:
            yield from differences(its, said[name], place)
        elif name in part.fields:
            yield f"{place} is missing"


def _of_all(part: Part, said: list[Any], where: str, mark: str) -> Iterator[str]:
    for one in said:
        yield from differences(part, one, f"{where}{mark}")


def _other(place: str, said: Any, *expected: type[Any] | None) -> Iterator[str]:
    names = dict.fromkeys(_NAMES[one] for one in expected)
    yield f"{place} is {_NAMES[_type(said)]} in place of {' or '.join(names)}"


def _type(said: Any) -> type[Any] | None:
    return None if said is None else type(said)


# Wikidata.

_SNAK = Object(
    {"snaktype": TEXT, "property": TEXT},
    {"datavalue": Object({"value": ANYTHING, "type": TEXT}), "datatype": TEXT},
)
_STATEMENT = Object({"mainsnak": _SNAK, "type": TEXT, "rank": TEXT}, {"id": TEXT})
_TERM = Object({"language": TEXT, "value": TEXT})
_CLAIMS = Values(Each(_STATEMENT))

WIKIDATA_LISTED = Object({"query": Object({"search": Each(Object({"title": TEXT}))})})
"""action=query, list=search."""

WIKIDATA_SEARCH = Object({"search": Each(Object({"id": TEXT, "match": Object({"type": TEXT, "text": TEXT})}))})
"""action=wbsearchentities."""

WIKIDATA_ITEMS = Object(
    {
        "entities": Values(
            Object(
                {"type": TEXT, "id": TEXT, "labels": Values(_TERM), "aliases": Values(Each(_TERM)), "claims": _CLAIMS}
                | {"sitelinks": Values(Object({"site": TEXT, "title": TEXT}))}
            )
        )
    }
)
"""action=wbgetentities, of works."""

WIKIDATA_CLAIMS = Object({"entities": Values(Object({"type": TEXT, "id": TEXT, "claims": _CLAIMS}))})
"""action=wbgetentities, of what the values of works name: statements alone."""

# TMDB.

_HIT: Mapping[str, Part] = {
    "id": NUMBER,
    "genre_ids": Each(NUMBER),
    "original_language": TEXT,
    "overview": TEXT,
    "popularity": NUMBER,
    "vote_average": NUMBER,
    "vote_count": NUMBER,
}
_FILM_HIT = Object({**_HIT, "title": TEXT, "original_title": TEXT}, {"release_date": TEXT})
_SERIES_HIT = Object(
    {**_HIT, "name": TEXT, "original_name": TEXT, "origin_country": Each(TEXT)}, {"first_air_date": TEXT}
)
_COUNTRY = Object({"iso_3166_1": TEXT, "name": TEXT})
_OTHER_TITLES = Each(Object({"iso_3166_1": TEXT, "title": TEXT}))
_DETAILS: Mapping[str, Part] = {
    "id": NUMBER,
    "original_language": TEXT,
    "production_countries": Each(_COUNTRY),
    "vote_count": NUMBER,
}


def _page(hit: Part) -> Part:
    return Object({"page": NUMBER, "results": Each(hit), "total_pages": NUMBER, "total_results": NUMBER})


TMDB_FILMS = _page(_FILM_HIT)
"""/search/movie."""

TMDB_SERIES = _page(_SERIES_HIT)
"""/search/tv."""

TMDB_FILM = Object(
    {
        **_DETAILS,
        "title": TEXT,
        "original_title": TEXT,
        "release_date": TEXT,
        "origin_country": Each(TEXT),
        "runtime": NUMBER_OR_NULL,
        "imdb_id": TEXT_OR_NULL,
        "alternative_titles": Object({"titles": _OTHER_TITLES}),
        "external_ids": Object({"imdb_id": TEXT_OR_NULL}, {"wikidata_id": TEXT_OR_NULL}),
    }
)
"""/movie/ID with alternative_titles and external_ids."""

TMDB_ONE_SERIES = Object(
    {
        **_DETAILS,
        "name": TEXT,
        "original_name": TEXT,
        "first_air_date": TEXT_OR_NULL,
        "origin_country": Each(TEXT),
        "networks": Each(Object({"id": NUMBER, "name": TEXT, "origin_country": TEXT})),
        "seasons": Each(Object({"air_date": TEXT_OR_NULL, "season_number": NUMBER})),
        "alternative_titles": Object({"results": _OTHER_TITLES}),
        "external_ids": Object({"imdb_id": TEXT_OR_NULL}, {"wikidata_id": TEXT_OR_NULL}),
    }
)
"""/tv/ID with alternative_titles and external_ids."""

TMDB_FOUND = Object(
    {"movie_results": Each(Object({"id": NUMBER})), "tv_results": Each(Object({"id": NUMBER}))},
    {f"{name}_results": Each(ANYTHING) for name in ("person", "tv_episode", "tv_season")},
)
"""/find/ID."""

# Netflix.

NETFLIX_COLUMNS = (
    "country_name",
    "country_iso2",
    "week",
    "category",
    "weekly_rank",
    "show_title",
    "season_title",
    "cumulative_weeks_in_top_10",
)
"""The columns of all-weeks-countries.tsv."""

NETFLIX_CAME_AND_WENT = frozenset({"is_staggered_launch", "episode_launch_details"})
"""Columns that it had for a while."""
