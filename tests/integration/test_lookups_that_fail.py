"""Providers that fail in the middle of a look-up: it is refused or tried again, and no fact comes out wrong."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from itertools import repeat

import pytest

from chartwatch.adapters.answers import Asking
from chartwatch.adapters.connection import HttpConnection, Limits
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.domain.works.candidates import ExternalId, Provider, Scheme, Sighting
from chartwatch.domain.works.facts import Value
from chartwatch.domain.works.identification import identify
from chartwatch.domain.works.resolving import resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, RELEASE_DATE, Kind
from chartwatch.errors import (
    LookupFailed,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderSlow,
    SourceUnavailable,
)
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.enrich import FactProvider, look_up
from chartwatch.services.fetching import Request
from tests.lookups import BROKEN_OFF, CUT_SHORT, HTML, KEY, LAGGING, SERVER_ERROR, TOO_MANY, Lookups, Served
from tests.providers import Answer, Asked, raw_server

TODAY = date(2022, 2, 1)
NIGHT = Served(7, "The Long Night", Kind.SERIES, "ko", ("KR",), date(2022, 1, 28), imdb_id="tt1000007")
REMAKE = Served(8, "The Long Night", Kind.SERIES, "en", ("US",), date(2016, 7, 10))
FILM = Served(9, "The Long Night", Kind.FILM, "da", ("DK",), date(2022, 1, 26))
WORKS = (NIGHT, REMAKE, FILM)
SEEN = Sighting(("The Long Night",), Kind.SERIES, date(2022, 1, 30), in_english=False)
TRUTH: dict[str, Value] = {
    ORIGINAL_LANGUAGE: "ko",
    MAIN_COUNTRY: "KR",
    ORIGIN_COUNTRIES: frozenset({"KR"}),
    RELEASE_DATE: date(2022, 1, 28),
}


def said(value: object, status: int = 200, **headers: str) -> Answer:
    return Answer(json.dumps(value).encode(), status, {"Content-Type": "application/json", **headers})


def tmdbs(code: int, message: str, status: int) -> Answer:
    return said({"success": False, "status_code": code, "status_message": message}, status)


ONCE = {
    "a page": HTML,
    "JSON that breaks off": BROKEN_OFF,
    "a body that is cut short": CUT_SHORT,
    "500": SERVER_ERROR,
    "502 of a gateway": Answer(b"<html>Bad gateway</html>", 502, {"Content-Type": "text/html"}),
    "503 for maintenance": tmdbs(46, "The API is undergoing maintenance. Try again later.", 503),
    "504": tmdbs(24, "Your request to the backend server timed out. Try again.", 504),
    "429": TOO_MANY,
    "429 in JSON": tmdbs(25, "Your request count is over the allowed limit.", 429),
    "429 until a time": Answer(
        b"", 429, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)}
    ),
    "maxlag": LAGGING,
    "ratelimited": said({"error": {"code": "ratelimited", "info": "You've exceeded your rate limit."}}),
    "no such entity": said({"error": {"code": "no-such-entity", "info": "Could not find it", "id": "Q1"}}),
    "an error without a code": said({"error": {"info": "?"}}),
    "an error that is text": said({"error": "?"}),
    "401": tmdbs(7, "Invalid API key: You must be granted a valid key.", 401),
    "403": Answer(b"", 403),
    "404": tmdbs(34, "The resource you requested could not be found.", 404),
    "422": tmdbs(5, "Invalid parameters: Your request parameters are incorrect.", 422),
    "304 that nobody asked for": Answer(b"", 304),
    "204": Answer(b"", 204),
    "a redirect elsewhere": Answer(b"", 302, {"Location": "https://login.example.org/"}),
    "a redirect in circles": Answer(b"", 302, {"Location": "?again"}),
    "an object without anything": said({}),
    "nothing found": said({"query": {"search": []}, "search": [], "results": [], "entities": []}),
    "warnings": said({"warnings": {"main": {"*": "Unrecognized parameter"}}}),
    "null": Answer(b"null"),
    "bytes that are no text": Answer(b"\xff\xfe"),
    "no entity, as a list": said({"entities": [], "success": 1}),
    "another encoding": Answer(b"{}", 200, {"Content-Encoding": "br"}),
    "gzip that is none": Answer(b"{}", 200, {"Content-Encoding": "gzip"}),
}


def connection(**limits: float) -> HttpConnection:
    return HttpConnection(
        EgressPolicy.PUBLIC_AND_LOOPBACK,
        Limits(**({"connect": 5, "read": 5} | limits)),  # type: ignore[arg-type]
        wait=lambda _: None,
    )


def client(server: Lookups, provider: Provider) -> FactProvider:
    if provider is Provider.WIKIDATA:
        return Wikidata(connection(), address=server.wikidata, wait=lambda _: None)
    return Tmdb(connection(), KEY, address=server.tmdb)


@cache
def questions(provider: Provider) -> int:
    with Lookups(WORKS) as server:
        client(server, provider).candidates([SEEN])
        return len(server.asked)


def faulty(server: Lookups, true: Callable[[Asked], Answer], fault: Answer, place: int, times: int) -> None:
    """Let a server answer truly, but for the question of a number, `times` over; from then on truly again."""
    server.asked.clear()
    server.answer = lambda asked: fault if place < len(server.asked) <= place + times else true(asked)


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("fault", ONCE)
@pytest.mark.parametrize("times", [1, 9], ids=["once", "for long"])
def test_a_fault_at_any_question_costs_facts_and_makes_none_wrong(fault: str, provider: Provider, times: int) -> None:
    with Lookups(WORKS) as server:
        true = server.answer
        for place in range(questions(provider)):
            faulty(server, true, ONCE[fault], place, times)
            found = look_up(SEEN, [client(server, provider)], TODAY)
            for name, its in resolve(found.facts, TODAY).items():
                assert its.value == TRUTH[name], f"{name} {its.value} after {fault} at {place}"
            assert found.failures or found.identified


@pytest.mark.parametrize("provider", Provider)
def test_the_same_is_asked_and_found_again_once_a_fault_is_over(provider: Provider) -> None:
    with Lookups(WORKS) as server:
        its = client(server, provider)
        server.faults += [HTML]
        with pytest.raises(LookupFailed):
            its.candidates([SEEN])
        facts = look_up(SEEN, [its], TODAY).facts
        assert {fact.name for fact in facts} >= {ORIGINAL_LANGUAGE, ORIGIN_COUNTRIES, RELEASE_DATE}


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("place", ["https://login.example.org/", "http://127.0.0.2/", "http://[::1]/", "file:///etc"])
def test_a_redirect_elsewhere_is_not_followed_and_wants_a_person(provider: Provider, place: str) -> None:
    with Lookups(WORKS) as server:
        server.faults += [Answer(b"", 302, {"Location": place})]
        with pytest.raises(ProviderRefused, match="is not fetched"):
            client(server, provider).candidates([SEEN])
        assert len(server.asked) == 1


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429 in JSON", ProviderBusy),
        ("503 for maintenance", ProviderDown),
        ("504", ProviderDown),
        ("422", ProviderRefused),
    ],
)
def test_a_refusal_for_long_is_named_for_what_it_is(provider: Provider, fault: str, error: type[LookupFailed]) -> None:
    with Lookups(WORKS) as server:
        server.faults += repeat(ONCE[fault], 9)
        with pytest.raises(error):
            client(server, provider).candidates([SEEN])


@pytest.mark.parametrize("provider", Provider)
def test_a_provider_that_answers_slowly_is_given_up_when_the_time_of_the_look_up_is_over(provider: Provider) -> None:
    with Lookups(WORKS) as server:
        true = server.answer

        def slowly(asked: Asked) -> Answer:
            time.sleep(0.03)
            return true(asked)

        server.answer = slowly
        slow: Sequence[FactProvider] = [
            Wikidata(connection(), address=server.wikidata, seconds=0.05),
            Tmdb(connection(), KEY, address=server.tmdb, seconds=0.05),
        ]
        with pytest.raises(ProviderSlow, match=r"took longer than 0\.05 seconds"):
            slow[list(Provider).index(provider)].candidates([SEEN])
        assert len(server.asked) < questions(provider)


@dataclass
class Hesitant:
    """A connection over which each answer takes a time; a request that does not leave it as much fails."""

    takes: float
    now: float = 0

    def get(self, request: Request) -> bytes:
        self.now += min(self.takes, request.seconds)
        if request.seconds < self.takes:
            raise SourceUnavailable("charts.example", "timed out")
        return b"{}"

    def secret(self, name: str) -> str:
        raise AssertionError(name)

    def today(self) -> date:
        return TODAY


@pytest.mark.parametrize("takes", [1, 7, 24.5, 26, 600])
def test_the_last_question_of_a_look_up_has_the_time_that_is_left_and_no_more(takes: float) -> None:
    slow = Hesitant(takes)
    asking = Asking("Wikidata", slow, seconds=25, clock=lambda: slow.now)
    with pytest.raises(ProviderSlow, match="took longer than 25 seconds"):  # noqa: PT012  # the last of many fails
        while True:
            asking.json("https://charts.example/", {})
    assert slow.now == 25


def stand_still(its: socket.socket) -> None:
    its.settimeout(10)
    its.recv(1)


@pytest.mark.parametrize("provider", Provider)
def test_a_provider_that_stands_still_is_given_up_when_the_time_of_the_look_up_is_over(provider: Provider) -> None:
    with raw_server(stand_still) as host:
        asked: Sequence[FactProvider] = [
            Wikidata(connection(), address=f"http://{host}/w/api.php", seconds=0.1),
            Tmdb(connection(), KEY, address=f"http://{host}/3", seconds=0.1),
        ]
        with pytest.raises(ProviderSlow, match=r"took longer than 0\.1 seconds"):
            asked[list(Provider).index(provider)].candidates([SEEN])


def drip(its: socket.socket) -> None:
    its.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(200):
        its.sendall(b" ")
        time.sleep(0.02)


@pytest.mark.parametrize("provider", Provider)
def test_a_provider_that_answers_in_drips_is_given_up(provider: Provider) -> None:
    with raw_server(drip) as host:
        asked: Sequence[FactProvider] = [
            Wikidata(connection(seconds=0.1), address=f"http://{host}/w/api.php"),
            Tmdb(connection(seconds=0.1), KEY, address=f"http://{host}/3"),
        ]
        with pytest.raises(ProviderDown, match=r"took longer than 0\.1 seconds|timed out"):
            asked[list(Provider).index(provider)].candidates([SEEN])


@pytest.mark.parametrize("provider", Provider)
def test_a_work_that_the_provider_does_not_have_gets_no_facts_of_its_namesakes(provider: Provider) -> None:
    """A remake of six years before, a film of that week, and old ones by the dozen; the work itself is not there."""
    old = [replace(REMAKE, number=20 + year, released=date(1990 + year, 1, 1)) for year in range(15)]
    with Lookups([REMAKE, FILM, *old]) as server:
        found = look_up(SEEN, [client(server, provider)], TODAY)
    assert not resolve(found.facts, TODAY)
    assert found.identified[0].ranked


@pytest.mark.parametrize("provider", Provider)
def test_two_works_of_one_title_and_week_that_nothing_tells_apart_leave_what_they_differ_in_unknown(
    provider: Provider,
) -> None:
    twin = replace(NIGHT, number=30, language="ja", imdb_id=None)
    with Lookups([NIGHT, twin]) as server:
        found = look_up(SEEN, [client(server, provider)], TODAY)
    resolved = resolve(found.facts, TODAY)
    assert ORIGINAL_LANGUAGE not in resolved
    assert resolved[ORIGIN_COUNTRIES].value == frozenset({"KR"})
    assert len(found.identified[0].likely) == 2


def test_an_entry_beyond_the_first_page_of_a_search_is_not_replaced_by_one_on_it() -> None:
    others = [replace(REMAKE, number=100 + one, released=date(1970 + one, 5, 5)) for one in range(30)]
    with Lookups([*others, NIGHT]) as server:
        found = look_up(SEEN, [client(server, Provider.TMDB)], TODAY)
    assert not resolve(found.facts, TODAY)


def test_an_id_of_netflix_that_an_item_of_another_kind_bears_is_not_trusted_against_the_kind() -> None:
    """Somebody may have entered a number at the wrong item: then it is for a person to say."""
    wrong = replace(FILM, netflix_id="81237994")
    sighting = replace(SEEN, ids=frozenset({ExternalId(Scheme.NETFLIX, "81237994")}))
    with Lookups([wrong, NIGHT]) as server:
        its = client(server, Provider.WIKIDATA)
        (candidates,) = its.candidates([sighting])
        found = identify(sighting, Provider.WIKIDATA, candidates)
    assert [scored.candidate.id for scored in found.ranked] == [wrong.item_id]
