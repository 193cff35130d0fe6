"""Wikidata: items of films and series by number or name (https://www.wikidata.org/w/api.php), as candidates.

One request after the other, fifty items in each, with `maxlag`, and from a connection whose User-Agent says how to
reach who asks. Its data are in the public domain (CC0).
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chartwatch.adapters.answers import LOOKUP_SECONDS, Asking, Several, Shape
from chartwatch.adapters.wikidata_items import (
    COUNTRY_OF_ORIGIN,
    IDS,
    INSTANCE_OF,
    KINDS,
    ORIGINAL_LANGUAGE,
    SUBCLASS_OF,
    Item,
    Mapped,
    candidate_of,
    country_code,
    kind_of,
    language_code,
)
from chartwatch.domain.outside_text import repeated
from chartwatch.domain.works.candidates import Candidate, Provider, Scheme, Sighting
from chartwatch.domain.works.evidence import loose_title
from chartwatch.domain.works.work import Kind
from chartwatch.errors import AnswerUnreadable, ProviderBusy, ProviderRefused
from chartwatch.services.fetching import Connection

ADDRESS = "https://www.wikidata.org/w/api.php"

BATCH = 50
"""Items that one request may ask for."""

MAXLAG = 5
"""Seconds by which its servers may lag for a request that nobody waits for (https://www.mediawiki.org/wiki/Manual:Maxlag_parameter)."""

LAG_PAUSES = (5.0, 10.0, 20.0)
"""Seconds before each further attempt while its servers lag; five are the least that it asks for."""

HITS = 50
"""Items whose label or alias begins with a title, as many as one may ask for."""

TEXT_HITS = 20
"""Films or series in whose text a title stands."""

CLASSES_UP = 4
"""Steps from a class to one of which the kind is known."""

WHOLE = "labels|aliases|claims|sitelinks"
"""What is asked for of an item that may be a work."""

_BUSY = frozenset({"ratelimited", "readonly"})
_NO_SUCH = "no-such-entity"


class _Match(Shape):
    text: str = ""


class _Hit(Shape):
    id: str
    match: _Match = _Match()


class _Search(Shape):
    search: Several[_Hit]


class _Listed(Shape):
    title: str


class _Query(Shape):
    search: Several[_Listed]


class _Listing(Shape):
    query: _Query


class _Entities(Shape):
    entities: Mapped[Item]


class _Error(Shape):
    code: str
    info: str = ""


class Wikidata:
    """Wikidata at an address. What it says of languages, countries and classes is asked once in the life of this."""

    provider = Provider.WIKIDATA

    def __init__(
        self,
        connection: Connection,
        *,
        address: str = ADDRESS,
        language: str = "en",
        seconds: float = LOOKUP_SECONDS,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`language` is that in which charts name works; `seconds` are for all that one call asks."""
        self._connection = connection
        self._address = address
        self._language = language
        self._seconds = seconds
        self._wait = wait
        self._known: dict[str, Item] = {}

    def candidates(self, sightings: Sequence[Sighting]) -> list[tuple[Candidate, ...]]:
        """Return the items that each sighting may mean.

        Those are the ones with its Netflix id, else with its other numbers, else of its name. Raises a `LookupFailed`.
        """
        asking = Asking("Wikidata", self._connection, seconds=self._seconds)
        meant = [self._by_number(asking, sighting) or self._by_name(asking, sighting) for sighting in sightings]
        items = self._items(asking, [one for ids in meant for one in ids], WHOLE)
        candidates = self._candidates(asking, items.values())
        found = [dict.fromkeys(items[one].id for one in ids if one in items) for ids in meant]
        return [tuple(candidates[one] for one in ids if one in candidates) for ids in found]

    def _by_number(self, asking: Asking, sighting: Sighting) -> list[str]:
        """Return the ids of the items that bear a number of a sighting, its Netflix id before all others."""
        properties = {scheme: prop for prop, scheme in IDS.items()}
        known = [one for one in sorted(sighting.ids | sighting.linked) if one.value.isalnum()]
        netflix = [one for one in known if one.scheme is Scheme.NETFLIX]
        found: list[str] = []
        for some in (netflix, [one for one in known if one not in netflix]):
            statements = [f"{properties[one.scheme]}={one.value}" for one in some if one.scheme in properties]
            itself = [one.value for one in some if one.scheme is Scheme.WIKIDATA]
            found = found or [*itself, *self._with_statements(asking, "", statements)]
        return found

    def _by_name(self, asking: Asking, sighting: Sighting) -> list[str]:
        """Return the ids of the items that bear a title, and of films and series that it may be."""
        kinds = (None, sighting.kind) if sighting.kind else (None, Kind.FILM, Kind.SERIES)
        classes = [f"{INSTANCE_OF}={named}" for named, kind in KINDS.items() if kind in kinds]
        found: list[str] = []
        for title in sighting.titles:
            said = self._ask(
                asking, action="wbsearchentities", search=title, language=self._language, type="item", limit=str(HITS)
            )
            hits = asking.read(_Search, said).search
            found += [hit.id for hit in hits if loose_title(hit.match.text) == loose_title(title)]
            phrase = " ".join(title.replace('"', " ").split())
            found += self._with_statements(asking, f'"{phrase}"', classes)
        return found

    def _with_statements(self, asking: Asking, phrase: str, statements: Sequence[str]) -> list[str]:
        """Return the ids of items of a phrase that have one of the statements; none where none is given."""
        if not statements:
            return []
        wanted = f"{phrase} haswbstatement:{'|'.join(statements)}".strip()
        said = self._ask(asking, action="query", list="search", srsearch=wanted, srlimit=str(TEXT_HITS), srprop="")
        return [listed.title for listed in asking.read(_Listing, said).query.search]

    def _candidates(self, asking: Asking, items: Iterable[Item]) -> dict[str, Candidate]:
        """Return by id the candidates that items are; people, places, songs and pages of namesakes are none."""
        items = list(items)
        self._learn(asking, [named for item in items for named in item.items(INSTANCE_OF)], up=CLASSES_UP)
        works = [item for item in items if self._classes(item) or not item.items(INSTANCE_OF)]
        named = [named for item in works for p in (ORIGINAL_LANGUAGE, COUNTRY_OF_ORIGIN) for named in item.items(p)]
        self._learn(asking, [*named, *(named for item in works for named in item.less_preferred(COUNTRY_OF_ORIGIN))])
        return {
            item.id: candidate_of(item, kind_of(self._classes(item)), self._language_code, self._country_code)
            for item in works
        }

    def _learn(self, asking: Asking, ids: Iterable[str], up: int = 0) -> None:
        """Ask what the items are that values name, and, `up` steps far, what these are subclasses of."""
        named = [one for one in dict.fromkeys(ids) if one not in KINDS]
        wanted = [one for one in named if one not in self._known]
        items = self._items(asking, wanted, "claims")
        self._known.update((one, items.get(one, Item(id=one))) for one in wanted)
        if named and up:
            self._learn(asking, [above for one in named for above in self._known[one].items(SUBCLASS_OF)], up - 1)

    def _classes(self, item: Item) -> set[str]:
        """Return the classes that make an item a work, of its own and of those above them."""
        reached, found = set(item.items(INSTANCE_OF)), set[str]()
        for _ in range(CLASSES_UP + 1):
            found |= reached & KINDS.keys()
            below = [self._known[one] for one in reached - KINDS.keys() if one in self._known]
            reached = {above for one in below for above in one.items(SUBCLASS_OF)}
        return found

    def _language_code(self, named: str) -> str | None:
        return language_code(self._known[named])

    def _country_code(self, named: str) -> str | None:
        return country_code(self._known[named])

    def _items(self, asking: Asking, ids: Iterable[str], props: str) -> dict[str, Item]:
        """Return the items by the ids asked for; one merged into another is that other, a deleted one is left out."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Item] = {}
        for start in range(0, len(wanted), BATCH):
            found.update(self._batch(asking, wanted[start : start + BATCH], props))
        return {asked: item for asked, item in found.items() if item.missing is None}

    def _batch(self, asking: Asking, ids: Sequence[str], props: str) -> dict[str, Item]:
        """Return the items of at most fifty ids. One id that is none refuses all: then each half is asked for."""
        said = self._ask(asking, action="wbgetentities", ids="|".join(ids), props=props)
        if said is not None:
            return asking.read(_Entities, said).entities
        if len(ids) == 1:
            return {}
        middle = len(ids) // 2
        return self._batch(asking, ids[:middle], props) | self._batch(asking, ids[middle:], props)

    def _ask(self, asking: Asking, **query: str) -> dict[str, Any] | None:
        """Return an answer; None for "no such entity". Waits while the servers lag. Raises a `LookupFailed`."""
        pauses = iter(LAG_PAUSES)
        while True:
            said = asking.json(self._address, envelope(query))
            if said is None:
                raise AnswerUnreadable(asking.provider, f"there is nothing at {self._address}")
            if "error" not in said:
                return said
            error = asking.read(_Error, said["error"])
            if error.code == _NO_SUCH:
                return None
            pause = next(pauses, None)
            if error.code != "maxlag":
                refused = ProviderBusy if error.code in _BUSY else ProviderRefused
                raise refused(asking.provider, repeated(f"{error.code}: {error.info}"))
            if pause is None or asking.seconds_left <= pause:
                raise ProviderBusy(asking.provider, repeated(f"its servers lag: {error.info}"))
            self._wait(pause)


def envelope(query: Mapping[str, str]) -> Mapping[str, str]:
    """Return a query with what every one says: how to answer, and that nobody waits for it."""
    return {**query, "format": "json", "formatversion": "2", "maxlag": str(MAXLAG)}
