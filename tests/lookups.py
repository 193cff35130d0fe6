"""Wikidata and TMDB on this machine: a set of works, served in the shapes of both, with whatever faults a test wants.

A work is written once and stands in both: as an item, and as an entry of TMDB. What `from_catalog` makes of a file of
facts is the truth of its works, and namesakes of each.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chartwatch.adapters.wikidata_items import FORMER_COUNTRIES
from chartwatch.domain.codes import COUNTRIES, LANGUAGES
from chartwatch.domain.works.evidence import NEW
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind
from tests.providers import Answer, Asked, Server

FILM, SERIES, WEB_SERIES, HUMAN, NETFLIX = "Q11424", "Q5398426", "Q900001", "Q5", "Q907311"
KEY = "0123456789abcdef0123456789abcdef"

_LANGUAGE_IDS = {code: f"Q{700_000 + place}" for place, code in enumerate(sorted(LANGUAGES))}
_COUNTRY_IDS = {code: f"Q{800_000 + place}" for place, code in enumerate(sorted(COUNTRIES))} | {
    code: item for item, code in FORMER_COUNTRIES.items()
}


@dataclass(frozen=True)
class Served:
    """A work as both providers have it; `number` makes its ids: Q1000007, and TMDB's 7.

    `language` is written as TMDB does (`cn`), `countries` are those of origin, main one first, `producers` TMDB's of
    production, None for the same. `claims` replace statements of its item. `is_item` and `is_entry` say which
    provider has it.
    """

    number: int
    title: str
    kind: Kind
    language: str | None
    countries: tuple[str, ...]
    released: date | None
    original_title: str | None = None
    aliases: tuple[str, ...] = ()
    producers: tuple[str, ...] | None = None
    netflix_id: str | None = None
    imdb_id: str | None = None
    minutes: int | None = None
    votes: int = 100
    articles: int = 5
    seasons: tuple[date, ...] = ()
    claims: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    is_item: bool = True
    is_entry: bool = True

    @property
    def item_id(self) -> str:
        return f"Q{1_000_000 + self.number}"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.title, *([self.original_title] if self.original_title else ()), *self.aliases)


# Wikidata's shapes.


def statement(prop: str, value: Any, rank: str = "normal", snaktype: str = "value") -> dict[str, Any]:
    """Return a statement; `value` is left out where the value is unknown, or where there is none."""
    kind = {dict: "wikibase-entityid", str: "string"}[type(value)] if value is not None else ""
    if isinstance(value, dict):
        kind = (
            "time"
            if "time" in value
            else "quantity"
            if "amount" in value
            else "monolingualtext"
            if "text" in value
            else kind
        )
    snak = {"snaktype": snaktype, "property": prop, "datatype": kind}
    if snaktype == "value":
        snak["datavalue"] = {"value": value, "type": kind}  # type: ignore[assignment]
    return {"mainsnak": snak, "type": "statement", "id": f"Q1${prop}", "rank": rank}


def unknown(prop: str, rank: str = "normal") -> dict[str, Any]:
    return statement(prop, None, rank, "somevalue")


def item_value(item_id: str) -> dict[str, Any]:
    return {"entity-type": "item", "numeric-id": int(item_id[1:]), "id": item_id}


def time_value(day: date, precision: int = 11) -> dict[str, Any]:
    written = {11: day.isoformat(), 10: f"{day:%Y-%m}-00", 9: f"{day:%Y}-00-00"}[precision]
    calendar = "http://www.wikidata.org/entity/Q1985727"
    return {
        "time": f"+{written}T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": precision,
        "calendarmodel": calendar,
    }


def language_id(code: str) -> str:
    return _LANGUAGE_IDS[{"cn": "yue"}.get(code, code)]


def country_id(code: str) -> str:
    return _COUNTRY_IDS[code]


def _item(work: Served) -> dict[str, Any]:
    said: dict[str, Sequence[Any]] = {
        "P31": [statement("P31", item_value(SERIES if work.kind == Kind.SERIES else FILM))],
        "P364": [statement("P364", item_value(language_id(work.language)))] if work.language else [],
        "P495": _countries(work.countries),
        "P580" if work.kind == Kind.SERIES else "P577": [statement("P577", time_value(work.released))]
        if work.released
        else [],
        "P1874": [statement("P1874", work.netflix_id)] if work.netflix_id else [],
        "P345": [statement("P345", work.imdb_id)] if work.imdb_id else [],
        "P2047": [statement("P2047", {"amount": f"+{work.minutes}", "unit": "http://www.wikidata.org/entity/Q7727"})]
        if work.minutes
        else [],
        "P1476": [statement("P1476", {"text": work.original_title, "language": "und"})] if work.original_title else [],
    }
    claims = {prop: list(statements) for prop, statements in (said | dict(work.claims)).items() if statements}
    return {
        "type": "item",
        "id": work.item_id,
        "labels": {"en": {"language": "en", "value": work.title}},
        "aliases": {"en": [{"language": "en", "value": alias} for alias in work.aliases]} if work.aliases else [],
        "claims": claims or [],
        "sitelinks": {
            f"x{place}wiki": {"site": f"x{place}wiki", "title": work.title} for place in range(work.articles)
        },
    }


def _countries(codes: Sequence[str]) -> list[dict[str, Any]]:
    """Return the statements of countries: of several, the first is the preferred one."""
    ranks = ["preferred" if len(codes) > 1 else "normal", *["normal"] * (len(codes) - 1)]
    return [statement("P495", item_value(country_id(code)), rank) for code, rank in zip(codes, ranks, strict=False)]


def _vocabulary() -> Iterator[dict[str, Any]]:
    """Yield the items of languages, countries and classes."""

    def one(item_id: str, **claims: list[Any]) -> dict[str, Any]:
        return {"type": "item", "id": item_id, "labels": {}, "claims": claims}

    for code, item_id in _LANGUAGE_IDS.items():
        prop = "P218" if len(code) == 2 else "P220"
        yield one(item_id, **{prop: [statement(prop, code)]})
    for code, item_id in _COUNTRY_IDS.items():
        is_former = item_id in FORMER_COUNTRIES
        yield one(item_id, **({} if is_former else {"P297": [statement("P297", code)]}))
    yield one(WEB_SERIES, P279=[statement("P279", item_value(SERIES))])
    yield one(HUMAN, P279=[])


# TMDB's shapes.


def _hit(work: Served) -> dict[str, Any]:
    is_series = work.kind == Kind.SERIES
    released = work.released.isoformat() if work.released else ""
    return {
        "adult": False,
        "backdrop_path": None,
        "genre_ids": [18],
        "id": work.number,
        "original_language": work.language or "xx",
        "overview": "",
        "popularity": 3.2,
        "poster_path": None,
        "vote_average": 6.1,
        "vote_count": work.votes,
        "name" if is_series else "title": work.title,
        "original_name" if is_series else "original_title": work.original_title or work.title,
        "first_air_date" if is_series else "release_date": released,
        **({"origin_country": list(work.countries[:1])} if is_series else {"video": False}),
    }


def _details(work: Served) -> dict[str, Any]:
    is_series = work.kind == Kind.SERIES
    producers = sorted(work.countries if work.producers is None else work.producers)
    seasons = [{"air_date": day.isoformat(), "season_number": place} for place, day in enumerate(work.seasons, 1)]
    other = [{"iso_3166_1": "US", "title": alias, "type": ""} for alias in work.aliases]
    only = (
        {
            "networks": [{"id": 213, "name": "Netflix", "origin_country": ""}] if work.netflix_id else [],
            "seasons": seasons,
        }
        if is_series
        else {"runtime": work.minutes or 0, "imdb_id": work.imdb_id}
    )
    return {
        **_hit(work),
        "origin_country": list(work.countries[:1]),
        "production_countries": [{"iso_3166_1": code, "name": COUNTRIES.get(code, code)} for code in producers],
        "alternative_titles": {"id": work.number, "results" if is_series else "titles": other},
        "external_ids": {"imdb_id": work.imdb_id, "wikidata_id": work.item_id if work.is_item else None},
        **only,
    }


class Lookups(Server):
    """Serves works as Wikidata (`wikidata`) and TMDB (`tmdb`) do; `faults` are the next answers, before any true one.

    `redirects` are items that were merged into others, `deleted` those that are no more.
    """

    def __init__(
        self, works: Iterable[Served] = (), *, redirects: Mapping[str, str] | None = None, deleted: Iterable[str] = ()
    ) -> None:
        super().__init__()
        self.faults: list[Answer] = []
        self.wikidata = f"{self.address}/w/api.php"
        self.tmdb = f"{self.address}/3"
        self._redirects = dict(redirects or {})
        self._deleted = set(deleted)
        self.serve(works)
        self.answer = self._answer

    def serve(self, works: Iterable[Served]) -> None:
        """Serve these works, in place of those before."""
        self.works = list(works)
        self._items = {
            item["id"]: item for item in (*_vocabulary(), *(_item(work) for work in self.works if work.is_item))
        }
        self._entries_by_number = {(work.kind, work.number): work for work in self.works if work.is_entry}
        self._named: dict[str, list[Served]] = {}
        for work in self.works:
            for key in {title_key(name) for name in work.names}:
                self._named.setdefault(key, []).append(work)

    def actions(self) -> list[str]:
        """Return what was asked, in short: actions of Wikidata, paths of TMDB."""
        return [asked.query.get("action", [asked.path])[0] for asked in self.asked]

    def _answer(self, asked: Asked) -> Answer:
        if self.faults:
            return self.faults.pop(0)
        query = {name: values[0] for name, values in asked.query.items()}
        if asked.path == "/w/api.php":
            return _json(self._wikidata_says(query))
        if query.pop("api_key", None) != KEY and asked.headers.get("authorization") != "Bearer a.b.c":
            return _json({"status_code": 7, "status_message": "Invalid API key", "success": False}, 401)
        said = self._tmdb_says(asked.path.removeprefix("/3/").split("/"), query)
        if said is None:
            return _json(
                {"status_code": 34, "status_message": "The resource could not be found.", "success": False}, 404
            )
        return _json(said)

    def _wikidata_says(self, query: Mapping[str, str]) -> dict[str, Any]:
        if query["action"] == "wbgetentities":
            return self._entities(query["ids"].split("|"))
        if query["action"] == "wbsearchentities":
            begins = title_key(query["search"])
            hits = [
                {"id": work.item_id, "match": {"type": "label", "language": "en", "text": name}, "label": work.title}
                for key, works in self._named.items()
                if key.startswith(begins)
                for work in works
                for name in work.names
                if work.is_item and title_key(name) == key
            ]
            return {"searchinfo": {"search": query["search"]}, "search": hits[: int(query["limit"])], "success": 1}
        return {"query": {"search": [{"ns": 0, "title": one} for one in self._with_statements(query["srsearch"])]}}

    def _entities(self, ids: Sequence[str]) -> dict[str, Any]:
        if wrong := next((one for one in ids if not one.startswith("Q")), None):
            return {
                "error": {
                    "code": "no-such-entity",
                    "info": f'Could not find an entity with the ID "{wrong}".',
                    "id": wrong,
                }
            }
        if len(ids) > 50:
            return {"error": {"code": "toomanyvalues", "info": 'Too many values supplied for parameter "ids".'}}
        found: dict[str, Any] = {}
        for one in ids:
            item = self._items.get(self._redirects.get(one, one))
            is_gone = item is None or one in self._deleted
            found[one] = {"id": one, "missing": ""} if is_gone else item
        return {"entities": found, "success": 1}

    def _with_statements(self, wanted: str) -> Iterator[str]:
        phrase, _, statements = wanted.partition("haswbstatement:")
        pairs = [tuple(one.split("=")) for one in statements.split("|")]
        word = title_key(phrase.strip().strip('"'))
        for item in self._items.values():
            values = {(prop, _plain(said)) for prop in item["claims"] or () for said in item["claims"][prop]}
            names = [term["value"] for term in item["labels"].values()]
            if values.intersection(pairs) and (not word or any(word == title_key(name) for name in names)):
                yield item["id"]

    def _tmdb_says(self, path: Sequence[str], query: Mapping[str, str]) -> dict[str, Any] | None:
        kind = Kind.SERIES if path[1] == "tv" or path[0] == "tv" else Kind.FILM
        if path[0] == "search":
            found = [w for w in self._named.get(title_key(query["query"]), ()) if w.is_entry and w.kind is kind]
            results = [_hit(work) for work in found][:20]
            return {"page": 1, "results": results, "total_pages": 1, "total_results": len(results)}
        if path[0] == "find":
            by = {"imdb_id": lambda work: work.imdb_id, "wikidata_id": lambda work: work.item_id}[
                query["external_source"]
            ]
            hits = [work for work in self._entries_by_number.values() if by(work) == path[1]]
            return {
                "movie_results": [_hit(work) for work in hits if work.kind == Kind.FILM],
                "tv_results": [_hit(work) for work in hits if work.kind == Kind.SERIES],
                **{f"{name}_results": [] for name in ("person", "tv_episode", "tv_season")},
            }
        work = self._entries_by_number.get((kind, int(path[1])))
        return _details(work) if work else None


def _plain(said: Mapping[str, Any]) -> str | None:
    value = said["mainsnak"].get("datavalue", {}).get("value")
    return value.get("id") if isinstance(value, Mapping) else value


def _json(said: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(said).encode(), status, {"Content-Type": "application/json; charset=utf-8"})


# Faults.

HTML = Answer(b"<!DOCTYPE html><title>Wikimedia Error</title>", 200, {"Content-Type": "text/html"})
SERVER_ERROR = Answer(b"<html>500</html>", 500)
TOO_MANY = Answer(b"", 429, {"Retry-After": "3"})
LAGGING = _json(
    {"error": {"code": "maxlag", "info": "Waiting for db1: 7.5 seconds lagged.", "host": "db1", "lag": 7.5}}
)
BROKEN_OFF = Answer(b'{"entities": {"Q1', 200)
CUT_SHORT = Answer(b'{"entities"', 200, length=5000)


# A set from a file of facts.


def from_catalog(path: Path, charted: Mapping[str, date]) -> list[Served]:
    """Return the works of a file of facts (columns of the catalog), and two namesakes of each that are no such work.

    `charted` are the days on which they first stood on a chart, by id. One without a release date is taken to have been
    new then; one that was not new is widely known, as works are that top a chart long after their release.
    """
    served: list[Served] = []
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            first = charted[row["work_id"]]
            released = date.fromisoformat(row["release_date"]) if row["release_date"] else first - timedelta(days=2)
            is_old = first - released > NEW
            truth = Served(
                len(served) + 1,
                row["title"],
                Kind(row["kind"]),
                row["original_language"] or None,
                tuple(code for code in row["origin_countries"].split(";") if code),
                released,
                aliases=tuple(alias for alias in row["aliases"].split(";;") if alias),
                imdb_id=f"tt{len(served) + 1:07}",
                votes=5000 if is_old else 200,
                articles=30 if is_old else 5,
            )
            served += [truth, *namesakes(truth)]
    return served


def namesakes(work: Served) -> Iterator[Served]:
    """Yield an older film of the title from elsewhere, and a work of the other kind; by the title, always the same."""
    chosen = hashlib.sha256(work.title.encode()).digest()
    others = [("de", "DE"), ("es", "AR"), ("ja", "JP"), ("en", "GB"), ("hi", "IN")]
    language, country = next(pair for pair in others[chosen[0] % 4 :] if pair[0] != work.language)
    before = (work.released or date(2020, 1, 1)) - timedelta(days=4000 + chosen[1] * 30)
    older = replace(
        work,
        number=work.number + 1,
        language=language,
        countries=(country,),
        released=before,
        aliases=(),
        imdb_id=None,
        votes=9,
        articles=1,
    )
    yield older
    other_kind = Kind.FILM if work.kind == Kind.SERIES else Kind.SERIES
    yield replace(older, number=work.number + 2, kind=other_kind, released=work.released)
