"""Looking up works with Wikidata and TMDB, over HTTP, from a server on this machine that answers as they do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    Candidate,
    ExternalId,
    Provider,
    Role,
    Scheme,
    Sighting,
    Span,
    Title,
)
from chartwatch.domain.works.facts import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Layer, resolve
from chartwatch.domain.works.identification import identify, main_country_of
from chartwatch.domain.works.layers import Dossier
from chartwatch.domain.works.lookups import WorkLookup
from chartwatch.domain.works.work import Kind
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
from chartwatch.services.enrich import look_up, work_of
from chartwatch.services.fetching import Request
from tests.lookups import (
    BROKEN_OFF,
    CUT_SHORT,
    HTML,
    HUMAN,
    KEY,
    LAGGING,
    SERVER_ERROR,
    TOO_MANY,
    WEB_SERIES,
    Lookups,
    Served,
    country_id,
    item_value,
    language_id,
    statement,
    time_value,
    unknown,
)
from tests.providers import Answer, Asked
from tests.strategies import examples

CONTACT = "https://example.org/charts"
AGENT = user_agent_with(CONTACT)

NIGHT = Served(
    7,
    "The Long Night",
    Kind.SERIES,
    "ko",
    ("KR",),
    date(2022, 1, 28),
    original_title="긴 밤",
    netflix_id="81237994",
    imdb_id="tt1000007",
)
FILM = Served(8, "The Long Night", Kind.FILM, "en", ("US",), date(2022, 1, 26))
OLD = Served(9, "The Long Night", Kind.SERIES, "da", ("DK",), date(2009, 3, 1))

TODAY = date(2022, 2, 1)

SEEN = Sighting(("The Long Night",), Kind.SERIES, date(2022, 1, 30))


class Waits(list[float]):
    """The pauses that were taken; none of them passes."""

    def wait(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def connection(waits: Waits, **limits: float) -> HttpConnection:
    return HttpConnection(
        EgressPolicy.PUBLIC_AND_LOOPBACK,
        Limits(**({"connect": 5, "read": 5} | limits)),  # type: ignore[arg-type]
        wait=waits.wait,
        jitter=lambda pause: pause,
        user_agent=AGENT,
    )


def wikidata(server: Lookups, waits: Waits, **more: Any) -> Wikidata:
    return Wikidata(connection(waits), address=server.wikidata, wait=waits.wait, **more)


def tmdb(server: Lookups, waits: Waits, key: str = KEY, **more: Any) -> Tmdb:
    return Tmdb(connection(waits), key, address=server.tmdb, **more)


def clients(server: Lookups, waits: Waits) -> tuple[Wikidata, Tmdb]:
    return wikidata(server, waits), tmdb(server, waits)


@contextmanager
def served(*works: Served, **more: Any) -> Iterator[Lookups]:
    with Lookups(works, **more) as server:
        yield server


def one(client: Wikidata | Tmdb, sighting: Sighting = SEEN) -> Candidate:
    ((candidate,),) = client.candidates([sighting])
    return candidate


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


# What answers come to.


def test_an_item_becomes_a_candidate(waits: Waits) -> None:
    film = replace(
        FILM, minutes=97, netflix_id="5", imdb_id="tt5", aliases=("Long Night",), original_title="긴 밤", articles=31
    )
    with served(film) as server:
        assert one(wikidata(server, waits), replace(SEEN, kind=Kind.FILM)) == Candidate(
            Provider.WIKIDATA,
            film.item_id,
            Kind.FILM,
            (
                Title("긴 밤", Role.ORIGINAL),
                Title("The Long Night", Role.MAIN, "en"),
                Title("Long Night", Role.ALTERNATIVE, "en"),
            ),
            (Span.day(date(2022, 1, 26)),),
            languages=("en",),
            origins=("US",),
            minutes=97,
            articles=31,
            ids=frozenset(
                {
                    ExternalId(Scheme.WIKIDATA, film.item_id),
                    ExternalId(Scheme.NETFLIX, "5"),
                    ExternalId(Scheme.IMDB, "tt5"),
                }
            ),
        )


def test_a_record_becomes_a_candidate(waits: Waits) -> None:
    series = replace(NIGHT, producers=("US", "KR"), seasons=(date(2022, 1, 28), date(2023, 5, 5)), aliases=("Night",))
    with served(series) as server:
        assert one(tmdb(server, waits)) == Candidate(
            Provider.TMDB,
            "7",
            Kind.SERIES,
            (Title("The Long Night"), Title("긴 밤", Role.ORIGINAL, "ko"), Title("Night", Role.ALTERNATIVE)),
            (Span.day(date(2022, 1, 28)), Span.day(date(2023, 5, 5))),
            languages=("ko",),
            origins=("KR",),
            producers=("KR", "US"),
            on_netflix=True,
            votes=100,
            ids=frozenset(
                {
                    ExternalId(Scheme.TMDB_SERIES, "7"),
                    ExternalId(Scheme.IMDB, "tt1000007"),
                    ExternalId(Scheme.WIKIDATA, series.item_id),
                }
            ),
        )


US = statement("P495", item_value(country_id("US")))


@pytest.mark.parametrize(
    ("claims", "languages", "origins"),
    [
        pytest.param(
            {"P364": [statement("P364", item_value(language_id(code))) for code in ("ko", "en")]},
            ("ko", "en"),
            ("KR",),
            id="two of equal rank",
        ),
        pytest.param(
            {
                "P495": [
                    statement("P495", item_value(country_id("US"))),
                    statement("P495", item_value(country_id("KR")), "preferred"),
                ]
            },
            ("ko",),
            ("KR", "US"),
            id="one preferred",
        ),
        pytest.param(
            {"P495": [statement("P495", item_value(country_id("US")), "deprecated")]}, ("ko",), (), id="deprecated"
        ),
        pytest.param({"P364": [unknown("P364")]}, (), ("KR",), id="unknown"),
        pytest.param(
            {"P364": [unknown("P364", "preferred"), statement("P364", item_value(language_id("ko")))]},
            (),
            ("KR",),
            id="preferred as unknown",
        ),
        pytest.param({"P495": [statement("P495", None, snaktype="novalue")]}, ("ko",), (), id="no value"),
        pytest.param(
            {"P495": [statement("P495", item_value(country_id("SU")))]}, ("ko",), ("SU",), id="a former country"
        ),
        pytest.param({"P364": [statement("P364", item_value("Q4242424242"))]}, (), ("KR",), id="an item that is gone"),
        pytest.param(
            {"P364": [statement("P364", {"entity-type": "item", "numeric-id": int(language_id("ja")[1:])})]},
            ("ja",),
            ("KR",),
            id="a number without an id",
        ),
        pytest.param({"P364": [statement("P364", "ko")]}, (), ("KR",), id="a string where an item belongs"),
        pytest.param(
            {"P364": [unknown("P364"), statement("P364", item_value(language_id("ko")))]},
            (),
            ("KR",),
            id="a language beside an unknown one",
        ),
        pytest.param(
            {"P364": [statement("P364", None, snaktype="novalue"), statement("P364", item_value(language_id("ko")))]},
            (),
            ("KR",),
            id="a language beside none",
        ),
        pytest.param(
            {"P364": [statement("P364", item_value(HUMAN)), statement("P364", item_value(language_id("ko")))]},
            (),
            ("KR",),
            id="a language beside an item without a code",
        ),
        pytest.param({"P495": [unknown("P495"), US]}, ("ko",), (), id="a country beside an unknown one"),
        pytest.param({"P495": [statement("P495", item_value(HUMAN)), US]}, ("ko",), (), id="a country beside no code"),
        pytest.param({"P495": [statement("P495", "KR"), US]}, ("ko",), (), id="a country beside a string"),
        pytest.param(
            {"P495": [statement("P495", item_value(HUMAN), "preferred"), US]},
            ("ko",),
            (),
            id="a country less preferred than one without a code",
        ),
        pytest.param(
            {"P495": [unknown("P495", "preferred"), US]}, ("ko",), (), id="a country less preferred than an unknown one"
        ),
        pytest.param(
            {"P495": [statement("P495", None, "preferred", "novalue"), US]},
            ("ko",),
            (),
            id="a country less preferred than none",
        ),
        pytest.param(
            {"P495": [unknown("P495", "preferred"), statement("P495", item_value(country_id("KR")), "preferred"), US]},
            ("ko",),
            (),
            id="a country preferred beside an unknown one",
        ),
        pytest.param(
            {"P495": [statement("P495", item_value(country_id("KR")), "preferred"), unknown("P495")]},
            ("ko",),
            ("KR",),
            id="a country preferred to an unknown one",
        ),
    ],
)
def test_statements_count_by_rank_and_by_what_they_say(
    waits: Waits, claims: dict[str, Any], languages: tuple[str, ...], origins: tuple[str, ...]
) -> None:
    with served(replace(NIGHT, claims=claims)) as server:
        found = one(wikidata(server, waits))
        assert (found.languages, found.origins) == (languages, origins)


def test_the_country_that_an_item_prefers_is_the_main_one(waits: Waits) -> None:
    with served(replace(NIGHT, countries=("KR", "US"))) as server:
        assert one(wikidata(server, waits)).main_origin == "KR"
        assert one(tmdb(server, waits)).main_origin is None
    equal = {"P495": [statement("P495", item_value(country_id(code))) for code in ("KR", "US")]}
    with served(replace(NIGHT, claims=equal)) as server:
        assert one(wikidata(server, waits)).main_origin is None


@pytest.mark.parametrize(
    ("value", "released"),
    [
        (time_value(date(2021, 9, 17)), (Span.day(date(2021, 9, 17)),)),
        (time_value(date(2021, 9, 17), 10), (Span(date(2021, 9, 1), date(2021, 9, 30)),)),
        (time_value(date(2021, 9, 17), 9), (Span.year(2021),)),
        ({"time": "+2010-00-00T00:00:00Z", "precision": 8}, ()),
        ({"time": "-0044-03-15T00:00:00Z", "precision": 11}, ()),
        ({"time": "+2021-02-30T00:00:00Z", "precision": 11}, ()),
        ({"time": "+0000-00-00T00:00:00Z", "precision": 9}, ()),
    ],
)
def test_a_time_is_as_exact_as_its_precision(waits: Waits, value: dict[str, Any], released: tuple[Span, ...]) -> None:
    with served(replace(NIGHT, released=None, claims={"P580": [statement("P580", value)]})) as server:
        assert one(wikidata(server, waits)).released == released


def test_cantonese_is_one_language_with_either_provider(waits: Waits) -> None:
    with served(replace(NIGHT, language="cn", countries=("HK",))) as server:
        assert [one(client).languages for client in clients(server, waits)] == [("yue",), ("yue",)]


@pytest.mark.parametrize(
    ("written", "origins"),
    [(["XC"], ("CS",)), (["XG", "DE"], ("DD", "DE")), (["XI"], ("GB",)), (["CS"], ()), (["US", "QQ"], ())],
)
def test_countries_are_those_that_tmdb_means(waits: Waits, written: list[str], origins: tuple[str, ...]) -> None:
    with served() as server:
        hit = {"id": 7, "name": "The Long Night"}
        server.faults += [
            Answer(json.dumps(said).encode()) for said in ({"results": [hit]}, hit | {"origin_country": written})
        ]
        assert one(tmdb(server, waits)).origins == origins


@pytest.mark.parametrize(
    ("origins", "producers", "main"),
    [
        (("US",), ("CS", "US"), None),
        (("US",), ("US", "ZR"), None),
        (("US",), ("QQ",), None),
        (("QQ",), ("US",), None),
        (("US",), ("US",), "US"),
        (("US",), ("US", "XC"), None),
    ],
)
def test_one_country_that_is_not_known_leaves_an_entry_without_any(
    waits: Waits, origins: tuple[str, ...], producers: tuple[str, ...], main: str | None
) -> None:
    with served(replace(NIGHT, countries=origins, producers=producers, is_item=False)) as server:
        found = one(tmdb(server, waits))
        assert main_country_of(found) == main
        assert bool(found.origins) == ({*origins, *producers} <= {"US", "XC"})


def test_a_country_that_is_not_known_is_no_main_one_and_makes_no_other_the_main_one(waits: Waits) -> None:
    preferred = [statement("P495", item_value(HUMAN), "preferred"), US]
    with served(replace(NIGHT, claims={"P495": preferred})) as server:
        assert main_country_of(one(wikidata(server, waits))) is None
    preferred = [statement("P495", item_value(country_id("KR")), "preferred"), unknown("P495")]
    with served(replace(NIGHT, claims={"P495": preferred})) as server:
        assert main_country_of(one(wikidata(server, waits))) == "KR"


def test_a_language_that_no_code_names_is_unknown(waits: Waits) -> None:
    with served(replace(NIGHT, language=None)) as server:
        assert [one(client).languages for client in clients(server, waits)] == [(), ()]


def test_an_item_that_was_merged_is_the_other_one_and_a_deleted_one_is_none(waits: Waits) -> None:
    with Lookups([NIGHT, OLD], redirects={OLD.item_id: NIGHT.item_id}) as server:
        ((found,),) = wikidata(server, waits).candidates([SEEN])
        assert found.id == NIGHT.item_id
    with Lookups([NIGHT, OLD], deleted=[OLD.item_id]) as server:
        ((found,),) = wikidata(server, waits).candidates([SEEN])
        assert found.id == NIGHT.item_id


def test_an_item_that_is_merged_into_a_namesake_changes_nothing_that_was_certain(waits: Waits) -> None:
    """TMDB is asked by the numbers of the item that it became, and repeats whose they are."""
    seen, first, then = replace(SEEN, ids=frozenset()), date(2022, 2, 7), date(2022, 7, 8)
    other = Served(8, NIGHT.title, Kind.SERIES, "en", ("US",), date(2022, 1, 20))
    with Lookups([replace(NIGHT, netflix_id=None), other]) as server:
        before = look_up(replace(seen, territories=frozenset({"KR"})), clients(server, waits), first).facts
    with Lookups([replace(NIGHT, netflix_id=None), other], redirects={NIGHT.item_id: other.item_id}) as server:
        after = look_up(replace(seen, territories=frozenset({"KR"})), clients(server, waits), then).facts
    assert {(fact.source, fact.value, fact.led_by) for fact in after if fact.name == ORIGINAL_LANGUAGE} == {
        ("wikidata", "en", None),
        ("tmdb", "en", "wikidata"),
    }
    stood = {name: its.value for name, its in resolve(before, first).items()}
    assert (stood[ORIGINAL_LANGUAGE], stood[MAIN_COUNTRY]) == ("ko", "KR")
    stands = resolve([*before, *after], then)
    for name in (ORIGINAL_LANGUAGE, ORIGIN_COUNTRIES, MAIN_COUNTRY):
        assert (stands[name].value, stands[name].is_assumed) == (stood[name], True), name


def test_one_malformed_id_does_not_cost_the_others(waits: Waits) -> None:
    with served(NIGHT) as server:
        wrong = frozenset({ExternalId(Scheme.WIKIDATA, "nonsense"), ExternalId(Scheme.WIKIDATA, NIGHT.item_id)})
        ((found,),) = wikidata(server, waits).candidates([replace(SEEN, ids=wrong)])
        assert found.id == NIGHT.item_id


def test_a_class_of_a_class_says_the_kind_and_a_person_is_no_candidate(waits: Waits) -> None:
    web_series = replace(NIGHT, claims={"P31": [statement("P31", item_value(WEB_SERIES))]})
    person = replace(NIGHT, number=20, claims={"P31": [statement("P31", item_value(HUMAN))]}, netflix_id=None)
    with served(web_series, person) as server:
        found = one(wikidata(server, waits))
        assert (found.id, found.kind) == (web_series.item_id, Kind.SERIES)


def test_a_title_that_nobody_has_comes_to_no_candidates(waits: Waits) -> None:
    with served(NIGHT) as server:
        nobodys = replace(SEEN, titles=("Nothing of the Kind",))
        assert [client.candidates([nobodys]) for client in clients(server, waits)] == [[()], [()]]


def test_of_namesakes_and_remakes_the_right_one_is_taken_and_its_facts_stand(waits: Waits) -> None:
    with served(NIGHT, FILM, OLD) as server:
        found = look_up(SEEN, clients(server, waits), TODAY)
    resolved = resolve(found.facts, TODAY)
    assert {name: resolved[name].value for name in (ORIGINAL_LANGUAGE, MAIN_COUNTRY, ORIGIN_COUNTRIES)} == {
        ORIGINAL_LANGUAGE: "ko",
        MAIN_COUNTRY: "KR",
        ORIGIN_COUNTRIES: frozenset({"KR"}),
    }
    assert [fact.source for fact in resolved[ORIGINAL_LANGUAGE].said_by] == ["tmdb", "wikidata"]
    # Found by name with one, and by that one's numbers with the other: neither by a number of the chart.
    assert [found.by_id for found in found.identified] == [False, False]


def test_a_provider_that_fails_is_named_and_the_other_one_is_asked(waits: Waits) -> None:
    with served(NIGHT, FILM, OLD) as server:
        server.faults += [HTML]
        found = look_up(SEEN, clients(server, waits), TODAY)
    assert [str(failure) for failure in found.failures] == ["Wikidata: answered with a page of markup instead of JSON"]
    assert [fact.source for fact in found.facts if fact.name == ORIGINAL_LANGUAGE] == ["tmdb"]


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
