"""Which record of a provider a chart means, and the facts that follow."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from chartwatch.domain.works.evidence import Evidence, weigh
from chartwatch.domain.works.facts import facts_found
from chartwatch.domain.works.identification import Identified, identify
from chartwatch.domain.works.work import Kind
from tests.strategies import examples

CHARTED = date(2022, 1, 30)

IMDB, TMDB_7 = ExternalId(Scheme.IMDB, "tt0000001"), ExternalId(Scheme.TMDB_SERIES, "7")

SEEN = Sighting(("The Long Night",), Kind.SERIES, CHARTED)

RECORD = Candidate(
    Provider.TMDB,
    "1",
    Kind.SERIES,
    (Title("The Long Night"),),
    (Span.day(date(2022, 1, 28)),),
    languages=("ko",),
    origins=("KR",),
    ids=frozenset({ExternalId(Scheme.TMDB_SERIES, "1")}),
)


def found(sighting: Sighting, *candidates: Candidate) -> Identified:
    return identify(sighting, Provider.TMDB, candidates)


def evidence(sighting: Sighting, candidate: Candidate) -> set[Evidence]:
    (scored,) = weigh(sighting, [candidate])
    return {reason.evidence for reason in scored.reasons}


def test_a_new_record_of_the_title_and_kind_is_what_the_chart_means() -> None:
    answer = found(SEEN, RECORD)
    assert (answer.language, answer.main_country, answer.countries) == ("ko", "KR", frozenset({"KR"}))
    assert answer.released == date(2022, 1, 28)
    assert [scored.candidate for scored in answer.likely] == [RECORD]


def test_no_candidates_come_to_nothing() -> None:
    assert found(SEEN) == Identified(Provider.TMDB)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(RECORD, kind=Kind.FILM), id="the film of that title"),
        pytest.param(replace(RECORD, released=(Span.day(date(1987, 3, 1)),), votes=40), id="an old namesake"),
        pytest.param(replace(RECORD, released=(Span.day(date(2022, 9, 1)),)), id="a namesake to come"),
        pytest.param(replace(RECORD, titles=(Title("The Long Night: Behind the Scenes"),)), id="a making-of"),
        pytest.param(
            replace(RECORD, released=(), ids=frozenset({ExternalId(Scheme.NETFLIX, "2")})), id="another Netflix id"
        ),
    ],
)
def test_a_record_that_is_another_is_refused_and_kept_for_a_person(other: Candidate) -> None:
    answer = found(replace(SEEN, ids=frozenset({ExternalId(Scheme.NETFLIX, "1")})), other)
    assert (answer.language, answer.countries, answer.likely) == (None, frozenset(), ())
    assert [scored.candidate for scored in answer.ranked] == [other]


def test_the_remake_is_meant_and_not_what_it_was_made_of() -> None:
    original = replace(RECORD, id="2", released=(Span.day(date(2011, 1, 9)),), languages=("da",), origins=("DK",))
    answer = found(SEEN, original, RECORD)
    assert answer.language == "ko"
    assert [scored.candidate.id for scored in answer.likely] == ["1"]


def test_a_number_decides_before_any_title() -> None:
    netflix = ExternalId(Scheme.NETFLIX, "81237994")
    named_otherwise = replace(RECORD, id="2", titles=(Title("긴 밤"),), languages=("ja",), ids=frozenset({netflix}))
    answer = found(replace(SEEN, ids=frozenset({netflix})), RECORD, named_otherwise)
    assert answer.language == "ja"
    assert answer.by_id


def test_two_that_are_as_likely_give_only_what_both_say() -> None:
    twin = replace(RECORD, id="2", languages=("ja",))
    answer = found(SEEN, RECORD, twin)
    assert answer.language is None
    assert answer.main_country == "KR"
    assert len(answer.likely) == 2
    assert answer.ids == frozenset()


def test_a_language_that_its_list_denies_is_no_fact_even_where_the_record_is_right() -> None:
    shown = replace(SEEN, in_english=False, year=2022)
    answer = found(shown, replace(RECORD, languages=("en",), origins=("NG",), on_netflix=True))
    assert answer.language is None
    assert answer.main_country == "NG"


@pytest.mark.parametrize("in_english", [True, False])
def test_of_two_namesakes_the_one_of_the_lists_language_is_meant(in_english: bool) -> None:
    korean, english = RECORD, replace(RECORD, id="2", languages=("en",), origins=("US",))
    answer = found(replace(SEEN, in_english=in_english), korean, english)
    assert answer.language == ("en" if in_english else "ko")


@pytest.mark.parametrize(
    ("origins", "producers", "main"),
    [
        (("KR",), (), "KR"),
        (("KR",), ("KR",), "KR"),
        ((), ("US",), "US"),
        (("SU",), (), "SU"),
        (("US", "GB"), (), None),
        (("HK",), ("HK", "US"), None),
        (("GB",), ("US",), None),
        ((), (), None),
    ],
)
def test_the_main_country_is_the_only_one_that_a_record_names(
    origins: tuple[str, ...], producers: tuple[str, ...], main: str | None
) -> None:
    assert found(SEEN, replace(RECORD, origins=origins, producers=producers)).main_country == main


def test_the_country_that_a_record_prefers_is_the_main_one() -> None:
    answer = found(SEEN, replace(RECORD, origins=("GB", "US"), main_origin="GB"))
    assert (answer.main_country, answer.countries) == ("GB", {"GB", "US"})


def test_a_co_production_that_nothing_decides_has_its_countries_and_no_main_one() -> None:
    answer = found(SEEN, replace(RECORD, languages=("en",), origins=("GB",), producers=("GB", "US")))
    assert answer.main_country is None
    assert answer.countries == {"GB", "US"}


@pytest.mark.parametrize(
    ("charted", "recorded"),
    [
        ("The Long Night", "THE LONG NIGHT!"),
        ("Fast & Slow", "Fast and Slow"),
        ("Élite", "Elite"),
        ("Who Killed Sara?", "Who Killed Sara"),
        ("긴 밤", "긴 밤"),
        ("???", "???"),
    ],
)
def test_titles_that_differ_in_typography_are_one(charted: str, recorded: str) -> None:
    assert Evidence.OTHER_TITLE not in evidence(
        replace(SEEN, titles=(charted,)), replace(RECORD, titles=(Title(recorded),))
    )


def test_an_original_title_counts_as_much_as_the_main_one_and_an_alternative_less() -> None:
    by_role = {
        role: found(SEEN, replace(RECORD, titles=(Title("Die lange Nacht"), Title("The Long Night", role))))
        .ranked[0]
        .score
        for role in Role
    }
    assert by_role[Role.MAIN] == by_role[Role.ORIGINAL] > by_role[Role.ALTERNATIVE]


@pytest.mark.parametrize(
    ("span", "age"),
    [
        (Span.day(date(2022, 2, 6)), Evidence.NEW),  # a week is named by its last day
        (Span.day(date(2022, 2, 7)), Evidence.NOT_YET_RELEASED),
        (Span.day(date(2021, 12, 1)), Evidence.NEW),
        (Span.day(date(2021, 11, 30)), Evidence.RECENT),
        (Span.day(date(2019, 1, 1)), Evidence.OLD),
        (Span.year(2022), Evidence.NEW_THAT_YEAR),
        (Span.year(2021), Evidence.RECENT),
        (Span.year(2023), Evidence.NOT_YET_RELEASED),
        (Span.year(2010), Evidence.OLD),
    ],
)
def test_a_release_is_as_old_as_it_was_when_the_title_charted(span: Span, age: Evidence) -> None:
    assert age in evidence(SEEN, replace(RECORD, released=(span,)))


def test_a_new_season_makes_an_old_series_new() -> None:
    seasons = (Span.day(date(2015, 5, 1)), Span.day(date(2022, 1, 28)))
    assert Evidence.NEW in evidence(SEEN, replace(RECORD, released=seasons))


def test_the_latest_of_a_title_that_was_out_is_likelier_than_the_others() -> None:
    older, newer = (replace(RECORD, id=str(year), released=(Span.year(year),)) for year in (1990, 2004))
    to_come = replace(RECORD, id="to come", released=(Span.year(2030),))

    def latest(*candidates: Candidate) -> set[str]:
        return {scored.candidate.id for scored in weigh(SEEN, candidates) if scored.shows(Evidence.LATEST)}

    assert latest(older, newer, to_come) == {"2004"}
    assert latest(older) == {"1990"}
    assert latest(older, replace(RECORD, id="undated", released=())) == set()
    assert latest(newer, replace(newer, id="twin")) == set()
    assert latest() == latest(to_come) == set()


def test_a_year_or_length_of_another_speaks_against() -> None:
    film = replace(RECORD, kind=Kind.FILM, minutes=92)
    page = replace(SEEN, kind=Kind.FILM, year=2018, minutes=118)
    assert {Evidence.OTHER_YEAR, Evidence.OTHER_LENGTH} <= evidence(page, film)
    assert {Evidence.SAME_YEAR, Evidence.SAME_LENGTH} <= evidence(replace(page, year=2022, minutes=93), film)


def test_where_it_charted_says_something_only_of_few_territories() -> None:
    assert Evidence.AT_HOME in evidence(replace(SEEN, territories=frozenset({"KR"})), RECORD)
    assert Evidence.NOT_AT_HOME in evidence(replace(SEEN, territories=frozenset({"VN"})), RECORD)
    many = frozenset({"KR", *(f"X{letter}" for letter in "ABCDEFGHIJKL")})
    assert {Evidence.AT_HOME, Evidence.NOT_AT_HOME}.isdisjoint(evidence(replace(SEEN, territories=many), RECORD))


def test_an_empty_record_has_no_evidence_against_it_and_not_enough_for_it() -> None:
    assert found(SEEN, Candidate(Provider.TMDB, "1")).likely == ()


def test_what_wikidata_knows_leads_to_the_record_of_another_provider() -> None:
    imdb = ExternalId(Scheme.IMDB, "tt0000001")
    record = replace(RECORD, titles=(Title("Nachts"),), released=(), ids=frozenset({imdb}))
    assert found(SEEN, record).likely == ()
    linked = found(SEEN.known_as(frozenset({imdb}), Provider.WIKIDATA), record)
    assert linked.language == "ko"
    assert not linked.by_id


@pytest.mark.parametrize(
    ("seen", "led_by"),
    [
        (SEEN, None),
        (replace(SEEN, ids=frozenset({IMDB})), None),
        (SEEN.known_as(frozenset({IMDB}), Provider.WIKIDATA), Provider.WIKIDATA),
        (SEEN.known_as(frozenset({IMDB, TMDB_7}), Provider.WIKIDATA), Provider.WIKIDATA),
        (SEEN.known_as(frozenset({TMDB_7}), Provider.WIKIDATA), None),
        (replace(SEEN, ids=frozenset({IMDB})).known_as(frozenset({IMDB}), Provider.WIKIDATA), None),
        (SEEN.known_as(frozenset({TMDB_7}), Provider.TMDB).known_as(frozenset({IMDB}), Provider.WIKIDATA), "wikidata"),
    ],
)
def test_who_was_led_to_a_work_by_a_link_alone_says_by_whose(seen: Sighting, led_by: str | None) -> None:
    answer = found(seen, replace(RECORD, ids=frozenset({IMDB})))
    assert answer.language == "ko"
    assert answer.led_by == led_by
    assert {fact.led_by for fact in facts_found(answer, date(2022, 2, 1))} == {led_by}


titles = st.sampled_from(["The Long Night", "Long Night", "Night"])
records = st.lists(
    st.builds(
        Candidate,
        provider=st.just(Provider.TMDB),
        id=st.sampled_from("123"),
        kind=st.sampled_from([Kind.FILM, Kind.SERIES, None]),
        titles=st.lists(st.builds(Title, titles, st.sampled_from(Role)), max_size=2).map(tuple),
        released=st.lists(st.dates(date(2019, 1, 1), date(2023, 1, 1)).map(Span.day), max_size=2).map(tuple),
        languages=st.lists(st.sampled_from(["ko", "en", "yue"]), max_size=2, unique=True).map(tuple),
        origins=st.lists(st.sampled_from(["KR", "US", "HK"]), max_size=2, unique=True).map(tuple),
        votes=st.sampled_from([None, 3, 9000]),
    ),
    max_size=5,
)


@given(records.flatmap(lambda given: st.tuples(st.just(given), st.permutations(given))))
@examples(200)
def test_the_order_of_an_answer_does_not_matter(orders: tuple[list[Candidate], list[Candidate]]) -> None:
    candidates, shuffled = orders
    assert found(SEEN, *shuffled) == found(SEEN, *candidates)


@given(records)
@examples(200)
def test_a_fact_is_what_every_likely_record_says(candidates: list[Candidate]) -> None:
    answer = found(SEEN, *candidates)
    for scored in answer.likely:
        assert answer.language is None or scored.candidate.languages == (answer.language,)
        assert answer.main_country is None or answer.main_country in (
            *scored.candidate.origins,
            *scored.candidate.producers,
        )


@given(records)
@examples(200)
def test_a_record_more_never_makes_another_fact_of_a_title_that_it_does_not_bear(candidates: list[Candidate]) -> None:
    stranger = Candidate(
        Provider.TMDB, "9", Kind.SERIES, (Title("Something Else"),), languages=("de",), origins=("DE",)
    )
    before, after = found(SEEN, *candidates), found(SEEN, *candidates, stranger)
    assert (before.language, before.main_country) == (after.language, after.main_country)
