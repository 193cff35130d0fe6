"""What the answers of Wikidata and TMDB come to: facts, candidates, and which of them is the one."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chartwatch.domain.works.candidates import (
    Candidate,
    ExternalId,
    Provider,
    Role,
    Scheme,
    Span,
    Title,
)
from chartwatch.domain.works.identification import main_country_of
from chartwatch.domain.works.resolving import resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Kind
from chartwatch.services.enrich import look_up
from tests.asking import FILM, NIGHT, OLD, SEEN, TODAY, Waits, clients, one, served, tmdb, wikidata
from tests.lookups import (
    HTML,
    HUMAN,
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
from tests.providers import Answer


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
        (time_value(date(1, 1, 1)), ()),
        (time_value(date(9999, 12, 31), 9), ()),
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
