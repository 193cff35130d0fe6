"""Looking up works with Wikidata and TMDB, over HTTP: what is asked, and what goes wrong."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.answers import LIMITS, LOOKUP_SECONDS, lookup_connection
from chartwatch.adapters.connection import HttpConnection, Limits, user_agent_with
from chartwatch.adapters.layer_file import parse_layer, write_layer
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.domain.works.candidates import (
    ExternalId,
    Provider,
    Scheme,
)
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.identification import identify
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.errors import (
    AnswerUnreadable,
    LookupFailed,
    ProviderBusy,
    ProviderDown,
    ProviderRefused,
    ProviderSlow,
    SourceUnavailable,
)
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.enrich import work_of
from chartwatch.services.fetching import Request
from tests.asking import (
    AGENT,
    CONTACT,
    FILM,
    NIGHT,
    OLD,
    SEEN,
    TODAY,
    Waits,
    clients,
    connection,
    one,
    served,
    tmdb,
    wikidata,
)
from tests.lookups import (
    BROKEN_OFF,
    CUT_SHORT,
    HTML,
    KEY,
    LAGGING,
    SERVER_ERROR,
    TOO_MANY,
    statement,
)
from tests.providers import Answer, Asked
from tests.strategies import examples

# What is asked.


def test_wikidata_is_told_who_asks_and_that_nobody_waits(waits: Waits) -> None:
    with served(NIGHT) as server:
        wikidata(server, waits).candidates([SEEN])
        assert {asked.headers["user-agent"] for asked in server.asked} == {AGENT}
        assert {asked.query["maxlag"][0] for asked in server.asked} == {"5"}
        assert {asked.query["format"][0] for asked in server.asked} == {"json"}


def test_two_providers_that_never_answer_take_less_than_two_minutes() -> None:
    assert 2 * (LOOKUP_SECONDS + LIMITS.seconds) < 120
    real = lookup_connection(CONTACT, EgressPolicy.PUBLIC_AND_LOOPBACK)
    assert (real.limits, real.user_agent) == (LIMITS, AGENT)
    with served(NIGHT) as server:
        assert one(Wikidata(real, address=server.wikidata)).languages == ("ko",)


def test_a_contact_that_a_header_cannot_say_is_refused() -> None:
    for contact in ("", "  ", "me\r\nX: y", "é@example.org", "(me)"):
        with pytest.raises(ValueError, match="is no contact"):
            user_agent_with(contact)


def test_a_netflix_id_is_asked_for_before_any_name(waits: Waits) -> None:
    with served(NIGHT, FILM, OLD) as server:
        sighting = replace(SEEN, titles=("긴 밤 – Netflix",), ids=frozenset({ExternalId(Scheme.NETFLIX, "81237994")}))
        assert one(wikidata(server, waits), sighting).id == NIGHT.item_id
        assert "wbsearchentities" not in server.actions()
        assert server.asked[0].query["srsearch"] == ["haswbstatement:P1874=81237994"]


def test_a_number_that_no_item_has_leads_to_a_search_by_name(waits: Waits) -> None:
    with served(replace(NIGHT, netflix_id=None)) as server:
        sighting = replace(SEEN, ids=frozenset({ExternalId(Scheme.NETFLIX, "1"), ExternalId(Scheme.IMDB, "tt9")}))
        assert one(wikidata(server, waits), sighting).id == NIGHT.item_id


def test_what_wikidata_knows_leads_to_the_record_of_tmdb(waits: Waits) -> None:
    with served(NIGHT, FILM, OLD) as server:
        sighting = SEEN.known_as(frozenset({ExternalId(Scheme.IMDB, "tt1000007")}), Provider.WIKIDATA)
        assert one(tmdb(server, waits), sighting).id == "7"
        assert server.actions() == ["/3/find/tt1000007", "/3/tv/7"]


def test_items_are_asked_for_fifty_at_a_time(waits: Waits) -> None:
    works = [replace(OLD, number=number) for number in range(1, 71)]
    with served(*works) as server:
        sightings = [replace(SEEN, ids=frozenset({ExternalId(Scheme.WIKIDATA, work.item_id)})) for work in works]
        assert [len(found) for found in wikidata(server, waits).candidates(sightings)] == [1] * 70
        sizes = [len(a.query["ids"][0].split("|")) for a in server.asked if a.query["action"] == ["wbgetentities"]]
        assert sizes == [50, 20, 2]


def test_languages_and_countries_are_asked_for_once(waits: Waits) -> None:
    with served(NIGHT) as server:
        client = wikidata(server, waits)
        client.candidates([SEEN])
        before = len(server.asked)
        client.candidates([SEEN])
        assert len(server.asked) - before == 3


@pytest.mark.parametrize(("key", "header"), [(KEY, None), ("a.b.c", "Bearer a.b.c")])
def test_tmdb_takes_an_api_key_and_an_access_token(waits: Waits, key: str, header: str | None) -> None:
    with served(NIGHT) as server:
        assert one(tmdb(server, waits, key)).id == "7"
        assert server.asked[0].headers.get("authorization") == header


# What goes wrong.


FAULTS = [
    pytest.param([HTML], AnswerUnreadable, "a page of markup", id="a page"),
    pytest.param([BROKEN_OFF], AnswerUnreadable, "no JSON", id="JSON that breaks off"),
    pytest.param([CUT_SHORT] * 5, ProviderDown, "broke off", id="a body that is cut short"),
    pytest.param([SERVER_ERROR] * 5, ProviderDown, "answered 500", id="500"),
    pytest.param([TOO_MANY] * 5, ProviderBusy, "answered 429", id="429"),
    pytest.param(
        [Answer(b"", 429, {"Retry-After": "3600"})], ProviderBusy, "come back after 3600 seconds", id="429 for an hour"
    ),
    pytest.param([Answer(b"null")], AnswerUnreadable, "NoneType instead of an object", id="null"),
    pytest.param([Answer(b"[" * 100_000)], AnswerUnreadable, "no JSON", id="a nest of lists"),
    pytest.param([Answer(b"\xff\xfe")], AnswerUnreadable, "no JSON", id="bytes that are no text"),
    pytest.param([Answer(b'{"name": "\xed\xa0\x80"}')], AnswerUnreadable, "no JSON", id="half a character"),
    pytest.param([Answer("{}".encode("utf-16"))], AnswerUnreadable, "no JSON", id="another encoding"),
    pytest.param([Answer(b"")], AnswerUnreadable, "no JSON", id="nothing"),
    pytest.param([Answer(b"", 403)], ProviderRefused, "answered 403", id="403"),
]


@pytest.mark.parametrize(("faults", "error", "detail"), FAULTS)
@pytest.mark.parametrize("which", [0, 1], ids=["wikidata", "tmdb"])
def test_a_malformed_answer_is_a_named_error(
    waits: Waits, faults: list[Answer], error: type[LookupFailed], detail: str, which: int
) -> None:
    with served(NIGHT) as server:
        server.faults += faults
        with pytest.raises(error, match=detail) as caught:
            clients(server, waits)[which].candidates([SEEN])
        assert caught.value.provider == ["Wikidata", "TMDB"][which]


@pytest.mark.parametrize("which", [0, 1], ids=["wikidata", "tmdb"])
@pytest.mark.parametrize("faults", [[TOO_MANY], [SERVER_ERROR, SERVER_ERROR], [CUT_SHORT]], ids=["429", "500", "cut"])
def test_what_passes_is_tried_again(waits: Waits, faults: list[Answer], which: int) -> None:
    with served(NIGHT) as server:
        server.faults += faults
        assert one(clients(server, waits)[which]).languages == ("ko",)
        assert len(waits) == len(faults)


def test_a_request_waits_as_long_as_it_is_told_to(waits: Waits) -> None:
    with served(NIGHT) as server:
        server.faults += [TOO_MANY]
        one(tmdb(server, waits))
        assert waits == [3.0]


def test_while_its_servers_lag_wikidata_is_asked_ever_more_rarely(waits: Waits) -> None:
    with served(NIGHT) as server:
        server.faults += [LAGGING, LAGGING]
        assert one(wikidata(server, waits)).languages == ("ko",)
        assert waits == [5.0, 10.0]
    with served(NIGHT) as server:
        server.faults += [LAGGING] * 4
        with pytest.raises(ProviderBusy, match=r"7\.5 seconds lagged"):
            wikidata(server, waits).candidates([SEEN])


@pytest.mark.parametrize(
    ("code", "error"), [("ratelimited", ProviderBusy), ("badvalue", ProviderRefused), ("readonly", ProviderBusy)]
)
def test_an_error_within_an_answer_is_named(waits: Waits, code: str, error: type[LookupFailed]) -> None:
    with served(NIGHT) as server:
        server.faults += [Answer(json.dumps({"error": {"code": code, "info": "so it is"}}).encode())]
        with pytest.raises(error, match=f"{code}: so it is"):
            wikidata(server, waits).candidates([SEEN])


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"search": {"id": "Q1"}}, "search"),
        ({"search": [{"label": "x"}]}, r"search\.0\.id"),
        ({"success": 1}, "search"),
    ],
)
def test_a_field_that_is_not_as_documented_is_named(waits: Waits, said: Any, where: str) -> None:
    with served(NIGHT) as server:
        server.faults += [Answer(json.dumps(said).encode())]
        with pytest.raises(AnswerUnreadable, match=where):
            wikidata(server, waits).candidates([SEEN])


@pytest.mark.parametrize("said", [{}, {"results": None}, {"results": [{"id": 7}], "page": 1, "news": {}}])
def test_fields_that_are_missing_or_new_are_named_or_ignored(waits: Waits, said: dict[str, Any]) -> None:
    with served(NIGHT) as server:
        server.faults += [Answer(json.dumps(said).encode())]
        if "results" in said:
            assert len(tmdb(server, waits).candidates([SEEN])[0]) == len(said["results"] or ())
        else:
            with pytest.raises(AnswerUnreadable, match="results"):
                tmdb(server, waits).candidates([SEEN])


def test_a_wrong_key_is_refused_and_not_shown(waits: Waits) -> None:
    with served(NIGHT) as server, pytest.raises(ProviderRefused, match="answered 401") as caught:
        tmdb(server, waits, "fedcba9876543210").candidates([SEEN])
    assert "fedcba" not in str(caught.value)


def test_a_record_that_is_gone_is_no_candidate(waits: Waits) -> None:
    with served(NIGHT) as server:
        gone = replace(SEEN, ids=frozenset({ExternalId(Scheme.TMDB_SERIES, "99")}))
        assert one(tmdb(server, waits), gone).id == "7"


@pytest.mark.parametrize("which", [0, 1], ids=["wikidata", "tmdb"])
def test_a_provider_that_stands_still_is_given_up(which: int) -> None:
    ends = threading.Event()

    def stand_still(_: object) -> Answer:
        ends.wait()
        return HTML

    with served(NIGHT) as server:
        server.answer = stand_still
        slow = HttpConnection(EgressPolicy.PUBLIC_AND_LOOPBACK, Limits(read=0.05), pauses=(), user_agent=AGENT)
        client = [Wikidata(slow, address=server.wikidata), Tmdb(slow, KEY, address=server.tmdb)][which]
        try:
            with pytest.raises(ProviderDown):
                client.candidates([SEEN])
        finally:
            ends.set()


@pytest.mark.parametrize("which", [0, 1], ids=["wikidata", "tmdb"])
def test_a_look_up_ends_when_its_time_is_over(waits: Waits, which: int) -> None:
    with served(NIGHT) as server:
        client = [wikidata(server, waits, seconds=0.0), tmdb(server, waits, seconds=0.0)][which]
        with pytest.raises(ProviderSlow, match="took longer than 0 seconds"):
            client.candidates([SEEN])
        assert not server.asked


def test_an_address_elsewhere_is_not_asked(waits: Waits) -> None:
    with served(NIGHT) as server, pytest.raises(ProviderRefused, match="only https is fetched"):
        Tmdb(connection(waits), KEY, address="http://api.example.org/3").candidates([SEEN])
    assert not server.asked


class Said:
    """A connection over which a provider answers what it answered before."""

    def __init__(self, bodies: list[Any]) -> None:
        self._bodies = iter(bodies)

    def get(self, request: Request) -> bytes:
        request.full_url.encode("ascii")
        said = next(self._bodies, None)
        if said is None:
            raise SourceUnavailable(request.url, "answered 404", 404)
        return json.dumps(said).encode()

    def secret(self, name: str) -> str:
        raise AssertionError(f"no provider reads a secret, and one read {name}")

    def today(self) -> date:
        return TODAY


def _places(said: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield where
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, value in inner:
        yield from _places(value, (*where, key))


def _changed(said: Any, where: tuple[Any, ...], value: Any) -> Any:
    if not where:
        return value
    changed = dict(said) if isinstance(said, dict) else list(said)
    changed[where[0]] = _changed(said[where[0]], where[1:], value)
    return changed


anything = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        1e300,
        "",
        "Q1",
        "Q0",
        "+99999-99-99T00:00:00Z",
        [],
        {},
        [None],
        {"id": None},
        "2021-99-99",
        "0000-01-01",
        "\ud800",
        "\x00",
        "NaN",
        "-Infinity",
        "1e999999999",
        "Q1|Q2",
        {"amount": "sNaN", "unit": "http://www.wikidata.org/entity/Q7727"},
        {"time": "+2021-01-01T00:00:00Z", "precision": 10**30},
        {"entity-type": "item", "numeric-id": -3},
        10**400,
    ]
)


@given(st.data())
@examples(300)
def test_any_value_in_an_answer_is_read_and_can_be_stored_or_is_named(data: st.DataObject) -> None:
    """One value of one answer, or of each, is another one."""
    for bodies, client in zip(answers(), (Wikidata, lambda said: Tmdb(said, KEY)), strict=True):
        which = data.draw(st.one_of(st.integers(0, len(bodies) - 1), st.none()))
        changed = [
            _changed(body, data.draw(st.sampled_from([*_places(body)])), data.draw(anything))
            if which in (place, None)
            else body
            for place, body in enumerate(bodies)
        ]
        with suppress(LookupFailed):
            asked = client(Said(changed))
            (candidates,) = asked.candidates([SEEN])
            found = WorkLookup().with_found(identify(SEEN, asked.provider, candidates), TODAY)
            stored = write_layer([Dossier(Layer.LOOKED_UP, work_of("night", SEEN), found)])
            assert write_layer(parse_layer(stored, Layer.LOOKED_UP, "looked up")) == stored


def test_half_a_character_costs_its_title_alone(waits: Waits) -> None:
    with served(replace(NIGHT, aliases=("Night \ud83d", "Night \U0001f303"))) as server:
        for client in clients(server, waits):
            titles = {title.text for title in one(client).titles}
            assert {"The Long Night", "Night ?", "Night \U0001f303"} <= titles


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "-Infinity", "1e999999999", "-5", "", None, "two hours"])
def test_a_length_that_is_no_number_is_unknown(waits: Waits, amount: str | None) -> None:
    length = statement("P2047", {"amount": amount, "unit": "http://www.wikidata.org/entity/Q7727"})
    with served(replace(NIGHT, claims={"P2047": [length]})) as server:
        found = one(wikidata(server, waits))
        assert (found.minutes, found.languages) == (None, ("ko",))


@cache
def answers() -> tuple[list[Any], list[Any]]:
    """Return what the two answer to all that is asked for a work, in turn."""
    found = []
    full = replace(NIGHT, minutes=50, seasons=(date(2022, 1, 28),), aliases=("Night",), countries=("KR", "US"))
    for place in (0, 1):
        with served(full) as server:
            said: list[Any] = []
            true = server.answer

            def listening(asked: Asked, true: Any = true, said: list[Any] = said) -> Answer:
                answer: Answer = true(asked)
                said.append(json.loads(answer.body))
                return answer

            server.answer = listening
            clients(server, Waits())[place].candidates([SEEN])
            found.append(said)
    return found[0], found[1]
