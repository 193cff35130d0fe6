"""What a provider answers to the questions that Chartwatch asks it, and in what that differs from what was recorded.

Each question is asked once, of a work that is well known. Nothing is kept of the answers.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from chartwatch.adapters.connection import Answer, HttpConnection
from chartwatch.adapters.recorded_shapes import (
    NETFLIX_CAME_AND_WENT,
    NETFLIX_COLUMNS,
    TMDB_FILM,
    TMDB_FILMS,
    TMDB_FOUND,
    TMDB_ONE_SERIES,
    TMDB_SERIES,
    WIKIDATA_CLAIMS,
    WIKIDATA_ITEMS,
    WIKIDATA_LISTED,
    WIKIDATA_SEARCH,
    Part,
    differences,
)
from chartwatch.adapters.tmdb import DETAILS, Tmdb, credentials
from chartwatch.adapters.wikidata import HITS, TEXT_HITS, WHOLE, Wikidata, envelope
from chartwatch.document_errors import SourceError
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.domain.outside_text import repeated
from chartwatch.domain.works.candidates import Candidate, ExternalId, Scheme, Sighting
from chartwatch.domain.works.work import Kind
from chartwatch.errors import DestinationRefused, LookupFailed, SourceUnavailable
from chartwatch.services.egress import authority
from chartwatch.services.enrich import FactProvider
from chartwatch.services.fetching import Request

KNOWN = Sighting(
    ("Squid Game",), Kind.SERIES, date(2021, 9, 19), ids=frozenset({ExternalId(Scheme.NETFLIX, "81040344")})
)
"""The work that is asked for: a series in Korean from South Korea, whose item has its Netflix id (P1874)."""

KNOWN_FILM = "Okja"
"""A film that is asked for by name."""

MOST_DIFFERENCES = 8
"""Of one answer, that are said."""

JSON = "application/json"

Parse = Callable[[bytes, Provenance], list[Publication]]
"""How a source reads its document; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A question in words, and in what its answer differs; none where it is as recorded. `seen` is what it says.

    `silence` is why there was no answer at all, of which nothing can be said.
    """

    question: str
    differs: tuple[str, ...] = ()
    seen: str = "as recorded"
    silence: str = ""


def check_wikidata(connection: HttpConnection, address: str) -> Iterator[Checked]:
    """Ask Wikidata for the known work by Netflix id and by name, for its item, and for what the item's values are."""
    asking = _Questions(connection, address, envelope)
    (number,) = KNOWN.ids
    wanted = f"haswbstatement:P1874={number.value}"
    said = yield from asking.ask(
        f"items with the Netflix id {number.value}",
        WIKIDATA_LISTED,
        {"action": "query", "list": "search", "srsearch": wanted, "srlimit": str(TEXT_HITS), "srprop": ""},
    )
    ids = [hit["title"] for hit in _at(said, "query", "search") or () if isinstance(_at(hit, "title"), str)]
    by_name = {"action": "wbsearchentities", "search": KNOWN.titles[0], "language": "en", "type": "item"}
    said = yield from asking.ask(f"items named {KNOWN.titles[0]}", WIKIDATA_SEARCH, {**by_name, "limit": str(HITS)})
    ids += [hit["id"] for hit in _at(said, "search") or () if isinstance(_at(hit, "id"), str)]
    if not ids:
        if not asking.is_silent:
            yield Checked("the item of the work", ("no answer names one",))
        return
    said = yield from asking.ask(
        f"the item {repeated(ids[0])}", WIKIDATA_ITEMS, {"action": "wbgetentities", "ids": ids[0], "props": WHOLE}
    )
    named = sorted(_named_by(said))
    if named:
        yield from asking.ask(
            "what its language and countries are",
            WIKIDATA_CLAIMS,
            {"action": "wbgetentities", "ids": "|".join(named[:50]), "props": "claims"},
        )
    if not asking.is_silent:
        yield _read(Wikidata(connection, address=address, wait=_not_now))


def check_tmdb(connection: HttpConnection, address: str, key: str) -> Iterator[Checked]:
    """Ask TMDB for the known work and a film by name, for both entries, and for the one that an IMDb id leads to."""
    query, bearer = credentials(key)
    asking = _Questions(connection, address, lambda more: {**query, **more}, bearer)
    for kind, path, title, pages, entry in (
        ("series", "tv", KNOWN.titles[0], TMDB_SERIES, TMDB_ONE_SERIES),
        ("film", "movie", KNOWN_FILM, TMDB_FILMS, TMDB_FILM),
    ):
        said = yield from asking.ask(f"the {kind} {title} by name", pages, {"query": title}, f"search/{path}")
        number = _at(said, "results", 0, "id")
        if not isinstance(number, int):
            if not asking.is_silent:
                yield Checked(f"the entry of the {kind}", ("no answer names one",))
            continue
        said = yield from asking.ask(
            f"the entry {number} of the {kind}", entry, {"append_to_response": DETAILS}, f"{path}/{number}"
        )
        imdb = _at(said, "external_ids", "imdb_id")
        if isinstance(imdb, str) and imdb.isalnum():
            yield from asking.ask(
                f"what the IMDb id {imdb} leads to", TMDB_FOUND, {"external_source": "imdb_id"}, f"find/{imdb}"
            )
    if not asking.is_silent:
        yield _read(Tmdb(connection, key, address=address))


def check_netflix_countries(connection: HttpConnection, address: str, parse: Parse) -> Iterator[Checked]:
    """Fetch Netflix's file by country, compare its columns, and read it as a deployment would."""
    question = "the file"
    try:
        answer = connection.answer(Request(address, hosts=frozenset({authority(address)})))
    except (SourceUnavailable, DestinationRefused) as error:
        yield Checked(question, silence=str(error))
        return
    if wrong := _refusal(answer) or _markup(answer):
        yield Checked(question, (wrong,))
        return
    columns = answer.body.partition(b"\n")[0].decode("utf-8-sig", "replace").strip("\r").split("\t")
    missing = [f"the column {name} is missing" for name in NETFLIX_COLUMNS if name not in columns]
    new = [f"the column {repeated(n)} is new" for n in columns if n not in {*NETFLIX_COLUMNS, *NETFLIX_CAME_AND_WENT}]
    yield Checked("its columns", _some([*missing, *new]))
    yield _parsed(answer.body, address, parse)


def _parsed(body: bytes, address: str, parse: Parse) -> Checked:
    fetched = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        found = parse(body, Provenance(address, fetched, hashlib.sha256(body).hexdigest()))
    except SourceError as error:
        return Checked("its rows", (str(error),))
    aside = [
        f"{one.period} in {territory} is not whole: {why}" for one in found for territory, why in one.set_aside.items()
    ]
    periods = sorted(one.period for one in found)
    territories = {edition.territory for one in found for edition in one.editions}
    seen = f"{len(territories)} territories, the weeks to {periods[0]} until {periods[-1]}" if periods else "no weeks"
    return Checked("its rows", _some(aside), seen)


class _Questions:
    """Asks one provider; `is_silent` once a question got no answer at all that can be read."""

    def __init__(
        self,
        connection: HttpConnection,
        address: str,
        envelope: Callable[[Mapping[str, str]], Mapping[str, str]],
        bearer: str | None = None,
    ) -> None:
        self._connection = connection
        self._address = address.rstrip("/")
        self._envelope = envelope
        self._bearer = bearer
        self.is_silent = False

    def ask(
        self, question: str, shape: Part, query: Mapping[str, str], path: str = ""
    ) -> Generator[Checked, None, dict[str, Any] | None]:
        """Yield how the answer to a question differs, and return what it says; None where it cannot be read."""
        url = f"{self._address}/{path}" if path else self._address
        request = Request(url, self._envelope(query), bearer=self._bearer, hosts=frozenset({authority(url)}))
        try:
            answer = self._connection.answer(request)
            said = _object(answer)
        except (SourceUnavailable, DestinationRefused) as error:
            self.is_silent = True
            yield Checked(question, silence=str(error))
            return None
        except _NotAnswered as error:
            self.is_silent = True
            yield Checked(question, (str(error),))
            return None
        yield Checked(question, _some([*_content_type(answer), *dict.fromkeys(differences(shape, said))]))
        return said


class _NotAnswered(Exception):
    """What came instead of an answer."""


def _object(answer: Answer) -> dict[str, Any]:
    """Return the object that an answer is. Raises `_NotAnswered`."""
    if wrong := _refusal(answer) or _markup(answer):
        raise _NotAnswered(wrong)
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise _NotAnswered(f"answers with no JSON: {repeated(str(error))}") from None
    if not isinstance(said, dict):
        raise _NotAnswered(f"answers with JSON that is no object, but {type(said).__name__}")
    if its := said.get("error"):
        code, info = (repeated(str(_at(its, name) or "")) for name in ("code", "info"))
        lag = " (maxlag: its servers lag, and nobody is to wait for them)" if code == "maxlag" else ""
        raise _NotAnswered(f"answers with the error {code}: {info}{lag}{_after(answer)}")
    return said


def _content_type(answer: Answer) -> list[str]:
    """Return what is wrong with the type that an answer in JSON says it has."""
    said = answer.headers.get("Content-Type", "")
    is_json = said.partition(";")[0].strip().lower() == JSON
    return [] if is_json else [f"its content type is {repeated(said) or 'none'} in place of {JSON}"]


def _refusal(answer: Answer) -> str:
    """Return how an answer refuses, in its own words where it has some; nothing for a response 200."""
    if answer.status == 200:
        return ""
    return f"answers {answer.status}{f' {answer.reason}' if answer.reason else ''}{_after(answer)}{_words(answer)}"


def _words(answer: Answer) -> str:
    if _markup(answer):
        return ", with a page of markup"
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    message = _at(said, "status_message") or _at(said, "error", "info")
    code = _at(said, "status_code") or _at(said, "error", "code")
    return f": {repeated(str(message))} ({repeated(str(code))})" if message else ""


def _after(answer: Answer) -> str:
    after = answer.headers.get("Retry-After")
    return f", to be asked again after {repeated(after)} seconds" if after else ""


def _markup(answer: Answer) -> str:
    return "answers with a page of markup" if answer.body[:200].lstrip().startswith(b"<") else ""


def _read(client: FactProvider) -> Checked:
    """Return whether the known work is found, and its facts are those that everybody knows."""
    question = f"what Chartwatch reads of {KNOWN.titles[0]}"
    try:
        (candidates,) = client.candidates([KNOWN])
    except (LookupFailed, DestinationRefused) as error:
        return Checked(question, (str(error),))
    for one in candidates:
        if one.kind == Kind.SERIES and one.languages == ("ko",) and "KR" in one.origins:
            return Checked(question, seen="a series in ko from KR, which is right")
    seen = "; ".join(_facts(one) for one in candidates[:3]) or "nothing"
    return Checked(question, (f"{repeated(seen)}, and not a series in ko from KR",))


def _facts(one: Candidate) -> str:
    said = (one.kind or "work", ",".join(one.languages) or "no language", ",".join(one.origins) or "no country")
    return f"a {said[0]} in {said[1]} from {said[2]}"


def _named_by(said: object) -> set[str]:
    """Return the items that languages and countries of the works in an answer name."""
    entities = _at(said, "entities")
    claims = [_at(entity, "claims", prop) for entity in _values(entities) for prop in ("P364", "P495")]
    ids = [_at(one, "mainsnak", "datavalue", "value", "id") for its in claims for one in _values(its)]
    return {one for one in ids if isinstance(one, str)}


def _values(said: object) -> Sequence[object]:
    return list(said.values()) if isinstance(said, dict) else said if isinstance(said, list) else []


def _at(said: object, *path: str | int) -> Any:
    """Return what stands at a place of an answer, None where the place is not there."""
    for step in path:
        if isinstance(step, int):
            said = said[step] if isinstance(said, list) and len(said) > step else None
        else:
            said = said.get(step) if isinstance(said, dict) else None
    return said


def _some(differs: Sequence[str]) -> tuple[str, ...]:
    more = len(differs) - MOST_DIFFERENCES
    return (*differs[:MOST_DIFFERENCES], *([f"and {more} more"] if more > 0 else []))


def _not_now(_: float) -> None:
    """Wait for nothing: who checks a provider wants to know that it lags."""
