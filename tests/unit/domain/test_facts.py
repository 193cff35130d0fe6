"""What stands of a fact of which several sources say something."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.works.candidates import Provider
from chartwatch.domain.works.facts import Confidence, Fact, Layer, Value, facts_found
from chartwatch.domain.works.identification import Identified
from chartwatch.domain.works.resolving import Resolved, resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, OWN_FACT, RELEASE_DATE
from tests.strategies import examples

TODAY = date(2026, 3, 1)


def said(
    value: Value,
    source: str = "wikidata",
    *,
    layer: Layer = Layer.LOOKED_UP,
    asked: date | None = date(2026, 1, 1),
    name: str = ORIGINAL_LANGUAGE,
    confidence: Confidence = Confidence.HIGH,
    expires: date | None = None,
    led_by: str | None = None,
) -> Fact:
    return Fact(name, value, layer, source, asked, confidence, expires, led_by)


def stands(*facts: Fact, name: str = ORIGINAL_LANGUAGE) -> Resolved:
    return resolve(facts, TODAY)[name]


STARTER = said("ko", "starter", layer=Layer.STARTER, asked=None)


def test_a_fact_that_one_source_says_stands() -> None:
    resolved = stands(said("ko"))
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("ko", False, False)


def test_a_fact_of_low_confidence_is_assumed() -> None:
    resolved = stands(replace(STARTER, confidence=Confidence.LOW))
    assert (resolved.value, resolved.is_assumed) == ("ko", True)


def test_a_surer_source_decides_what_was_assumed() -> None:
    resolved = stands(replace(STARTER, confidence=Confidence.LOW), said("ja"))
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("ja", False, False)


def test_sources_that_contradict_each_other_from_the_start_leave_a_fact_unknown() -> None:
    wikidata, tmdb = said("ko"), said("ja", "tmdb")
    resolved = stands(wikidata, tmdb)
    assert resolved.value is None
    assert resolved.is_conflict
    assert set(resolved.against) == {wikidata, tmdb}


def test_in_a_conflict_the_last_agreed_value_is_assumed() -> None:
    changed = said("ja", "tmdb", asked=date(2026, 2, 1))
    resolved = stands(said("ko"), said("ko", "tmdb"), changed)
    assert (resolved.value, resolved.is_assumed) == ("ko", True)
    assert resolved.against == (changed,)


def test_the_starter_catalog_is_a_source_with_which_a_look_up_may_conflict() -> None:
    resolved = stands(STARTER, said("ja"))
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("ko", True, True)


def test_sources_that_agree_again_end_a_conflict() -> None:
    facts = [STARTER, said("ja"), said("ko", asked=date(2026, 2, 1))]
    assert (stands(*facts).value, stands(*facts).is_assumed) == ("ko", False)


def test_one_source_that_changes_its_mind_leaves_what_stood_as_assumed() -> None:
    changed = said("ja", asked=date(2026, 2, 1))
    resolved = stands(said("ko"), changed)
    assert (resolved.value, resolved.is_assumed, resolved.against) == ("ko", True, (changed,))
    again = stands(said("ko"), changed, said("ja", asked=date(2026, 2, 9)))
    assert (again.value, again.is_assumed) == ("ko", True), "saying so twice makes it no two sources"
    back = stands(said("ko"), changed, said("ko", asked=date(2026, 2, 9)))
    assert (back.value, back.is_assumed, back.is_conflict) == ("ko", False, False)


def test_two_sources_that_agree_on_another_value_decide() -> None:
    changed = said("ja", asked=date(2026, 2, 1))
    resolved = stands(said("ko"), changed, said("ja", "tmdb", asked=date(2026, 2, 9)))
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("ja", False, False)


def test_a_source_that_takes_a_country_back_leaves_it_as_assumed() -> None:
    both, one_of_them = frozenset({"KR", "US"}), said(frozenset({"US"}), name=ORIGIN_COUNTRIES, asked=date(2026, 2, 1))
    resolved = stands(said(both, name=ORIGIN_COUNTRIES), one_of_them, name=ORIGIN_COUNTRIES)
    assert (resolved.value, resolved.is_assumed, resolved.against) == (both, True, (one_of_them,))


def test_a_main_country_that_was_the_only_one_is_assumed_once_there_are_others() -> None:
    alone = said(frozenset({"KR"}), name=ORIGIN_COUNTRIES)
    both = said(frozenset({"KR", "US"}), "tmdb", name=ORIGIN_COUNTRIES, asked=date(2026, 2, 1))
    resolved = stands(alone, both, name=MAIN_COUNTRY)
    assert (resolved.value, resolved.is_assumed) == ("KR", True)
    assert stands(alone, both, name=ORIGIN_COUNTRIES).value == both.value
    preferred = said("US", "tmdb", name=MAIN_COUNTRY, asked=date(2026, 2, 1))
    resolved = stands(alone, both, preferred, name=MAIN_COUNTRY)
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("KR", True, True)


@pytest.mark.parametrize("now", [{"US"}, {"US", "GB"}, {"GB"}])
def test_a_main_country_that_was_the_only_one_is_assumed_while_countries_are_in_conflict(now: set[str]) -> None:
    kr = [said(frozenset({"KR"}), source, name=ORIGIN_COUNTRIES) for source in ("wikidata", "tmdb")]
    news = said(frozenset(now), asked=date(2026, 2, 1), name=ORIGIN_COUNTRIES)
    assert stands(*kr, news, name=ORIGIN_COUNTRIES).is_conflict
    resolved = stands(*kr, news, name=MAIN_COUNTRY)
    assert (resolved.value, resolved.is_assumed) == ("KR", True)
    again = replace(kr[0], asked=date(2026, 2, 9))
    assert not stands(*kr, news, again, name=MAIN_COUNTRY).is_assumed


def test_countries_that_a_person_wrote_leave_no_other_main_one() -> None:
    main = said("US", name=MAIN_COUNTRY)
    one = said(frozenset({"KR"}), "a person", name=ORIGIN_COUNTRIES, layer=Layer.OVERRIDE)
    assert stands(main, one, name=MAIN_COUNTRY).value == "KR"
    several = replace(one, value=frozenset({"KR", "JP"}))
    resolved = stands(main, several, name=MAIN_COUNTRY)
    assert (resolved.value, resolved.overruled) == (None, (main,))


@pytest.mark.parametrize("layer", [Layer.OWN_FILE, Layer.OVERRIDE])
def test_what_a_person_wrote_ends_a_conflict(layer: Layer) -> None:
    resolved = stands(said("ko"), said("ja", "tmdb"), said("zh", "catalog.csv", layer=layer))
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("zh", False, False)
    assert {fact.value for fact in resolved.overruled} == {"ko", "ja"}


def test_an_override_lies_above_an_own_file() -> None:
    own, override = said("zh", "own", layer=Layer.OWN_FILE), said("fr", "override", layer=Layer.OVERRIDE)
    assert stands(own, override).value == "fr"


def test_of_two_overrides_the_later_one_wins() -> None:
    first = said("zh", "one person", layer=Layer.OVERRIDE)
    assert stands(first, said("fr", "another", layer=Layer.OVERRIDE, asked=TODAY)).value == "fr"


def test_what_may_not_be_kept_any_longer_says_nothing() -> None:
    assert not resolve([said("ko", "tmdb", expires=TODAY)], TODAY)
    assert resolve([said("ko", "tmdb", expires=TODAY + timedelta(days=1))], TODAY)


def test_a_fact_is_asked_again_before_its_time_ends() -> None:
    fact = said("ko", "tmdb", expires=TODAY + timedelta(days=30))
    assert fact.is_due(TODAY)
    assert not fact.is_due(TODAY - timedelta(days=1))
    assert not said("ko").is_due(TODAY)


def test_cantonese_and_chinese_are_no_conflict_and_the_broader_one_stands() -> None:
    resolved = stands(said("yue", "tmdb"), replace(STARTER, value="zh"))
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == ("zh", False, False)


def test_a_source_that_names_fewer_countries_does_not_deny_the_others() -> None:
    few, more = (
        said(frozenset({"US"}), name=ORIGIN_COUNTRIES),
        said(frozenset({"US", "GB"}), "tmdb", name=ORIGIN_COUNTRIES),
    )
    resolved = stands(few, more, name=ORIGIN_COUNTRIES)
    assert (resolved.value, resolved.is_conflict) == (frozenset({"US", "GB"}), False)
    assert MAIN_COUNTRY not in resolve([few, more], TODAY)


def test_the_one_country_of_origin_is_the_main_one() -> None:
    assert stands(said(frozenset({"KR"}), name=ORIGIN_COUNTRIES), name=MAIN_COUNTRY).value == "KR"


@pytest.mark.parametrize(("countries", "main"), [({"FR", "BE"}, None), ({"FR"}, "FR"), ({"GB", "FR"}, "GB")])
def test_whoever_decides_the_countries_overrules_a_main_one_that_is_none_of_them(
    countries: set[str], main: str | None
) -> None:
    starter = said("GB", "starter", layer=Layer.STARTER, name=MAIN_COUNTRY)
    override = said(frozenset(countries), "wikidata Q1", layer=Layer.OVERRIDE, name=ORIGIN_COUNTRIES)
    stand = resolve([starter, override], TODAY)
    assert (stand[MAIN_COUNTRY].value if MAIN_COUNTRY in stand else None) == main


def test_of_the_dates_of_one_release_the_first_stands() -> None:
    wikidata, tmdb = said(date(2022, 1, 28), name=RELEASE_DATE), said(date(2022, 1, 20), "tmdb", name=RELEASE_DATE)
    resolved = stands(wikidata, tmdb, name=RELEASE_DATE)
    assert (resolved.value, resolved.is_conflict) == (date(2022, 1, 20), False)
    other = stands(wikidata, replace(tmdb, value=date(2011, 5, 1)), name=RELEASE_DATE)
    assert (other.value, other.is_conflict) == (None, True)


FIRST, THEN = date(2025, 1, 1), date(2025, 6, 1)


@pytest.mark.parametrize(
    ("name", "stood", "said_now"),
    [
        (ORIGINAL_LANGUAGE, "ko", "en"),
        (ORIGIN_COUNTRIES, frozenset({"KR"}), frozenset({"US"})),
        (MAIN_COUNTRY, "KR", "US"),
        (RELEASE_DATE, date(2022, 2, 1), date(2019, 1, 20)),
    ],
)
def test_who_was_led_to_a_work_by_another_source_is_no_second_one(name: str, stood: Value, said_now: Value) -> None:
    before = [said(stood, source, asked=FIRST, name=name) for source in ("wikidata", "tmdb")]
    leads = said(said_now, asked=THEN, name=name)
    led = said(said_now, "tmdb", asked=THEN, name=name, led_by="wikidata")
    resolved = stands(*before, leads, led, name=name)
    assert (resolved.value, resolved.is_assumed, set(resolved.against)) == (stood, True, {leads, led})
    assert stands(*before, leads, replace(led, led_by=None), name=name).value == said_now
    assert stands(*before, leads, led, replace(led, asked=TODAY, led_by=None), name=name).value == said_now
    third = said(said_now, "other", asked=THEN, name=name)
    assert stands(*before, leads, led, third, name=name).value == said_now


def test_who_was_led_to_a_work_says_what_stands_where_nothing_stood_and_goes_on_with_what_did() -> None:
    led = said("ko", "tmdb", led_by="wikidata")
    assert (stands(led).value, stands(led).is_assumed) == ("ko", False)
    assert stands(replace(STARTER, confidence=Confidence.LOW, value="en"), led).value == "ko"
    assert stands(STARTER, led).is_assumed is False
    assert stands(said("ko", asked=FIRST), replace(led, value="en", asked=THEN)).is_conflict


def dated(*days: date, source: str = "wikidata") -> list[Fact]:
    """Return that a source dated a release so, on one day after the other."""
    asked = (date(2025, 1, number) for number in range(1, 29))
    return [
        said(day, source, asked=when, name=RELEASE_DATE, confidence=Confidence.MEDIUM)
        for day, when in zip(days, asked, strict=False)
    ]


@pytest.mark.parametrize(
    ("days", "stands_on", "is_conflict"),
    [
        ([date(2020, 1, 1), date(2020, 11, 1)], date(2020, 11, 1), False),
        ([date(2020, 1, 1), date(2020, 11, 1), date(2021, 9, 1)], date(2020, 11, 1), True),
        ([date(2020, 1, 1), date(2020, 11, 1), date(2021, 9, 1), date(2022, 7, 1)], date(2020, 11, 1), True),
        ([date(2020, 1, 1), date(2019, 3, 1), date(2018, 5, 1)], date(2019, 3, 1), True),
        ([date(2020, 1, 1), date(2020, 11, 1), date(2019, 3, 1)], date(2020, 11, 1), True),
        ([date(2020, 1, 1), date(2020, 11, 1), date(2021, 9, 1), date(2020, 11, 1)], date(2020, 11, 1), False),
        ([date(2020, 1, 1), date(2020, 11, 1), date(2020, 1, 1), date(2019, 3, 1)], date(2019, 3, 1), False),
    ],
)
def test_one_source_moves_a_release_by_a_year_from_where_it_stood_first_in_however_many_steps(
    days: list[date], stands_on: date, is_conflict: bool
) -> None:
    resolved = stands(*dated(*days), name=RELEASE_DATE)
    assert (resolved.value, resolved.is_conflict) == (stands_on, is_conflict)
    assert resolved.is_assumed == is_conflict


def test_two_sources_move_a_release_further_and_it_is_measured_from_there_on() -> None:
    days = [date(2020, 1, 1), date(2020, 11, 1), date(2021, 9, 1)]
    both = [*dated(*days), *dated(*days, source="tmdb")]
    assert stands(*both, name=RELEASE_DATE).value == date(2021, 9, 1)
    (gone,) = [replace(fact, expires=TODAY) for fact in dated(date(2021, 9, 1), source="tmdb")]
    alone = stands(*dated(*days), gone, name=RELEASE_DATE)
    assert (alone.value, alone.is_assumed) == (date(2020, 11, 1), True)


def test_a_release_that_was_only_assumed_is_none_to_measure_from() -> None:
    first, *others = dated(date(2020, 1, 1), date(2020, 11, 1), date(2021, 9, 1))
    assert stands(replace(first, confidence=Confidence.LOW), *others, name=RELEASE_DATE).value == date(2021, 9, 1)


def test_facts_of_ones_own_stand_like_any_other() -> None:
    name = f"{OWN_FACT}unscripted"
    assert stands(said("yes", "own", layer=Layer.OWN_FILE, name=name), name=name).value == "yes"


def test_what_tmdb_says_is_kept_for_less_than_six_months_and_what_wikidata_says_for_good() -> None:
    tmdb = facts_found(Identified(Provider.TMDB, language="ko"), TODAY)
    assert [fact.expires for fact in tmdb] == [TODAY + timedelta(days=180)]
    assert [fact.expires for fact in facts_found(Identified(Provider.WIKIDATA, language="ko"), TODAY)] == [None]


def test_a_record_with_one_country_does_not_decide_which_is_the_main_one() -> None:
    found = Identified(Provider.WIKIDATA, main_country="US", countries=frozenset({"US"}))
    assert {fact.name for fact in facts_found(found, TODAY)} == {ORIGIN_COUNTRIES}
    preferred = Identified(Provider.WIKIDATA, main_country="US", countries=frozenset({"US", "GB"}))
    assert {fact.name for fact in facts_found(preferred, TODAY)} == {ORIGIN_COUNTRIES, MAIN_COUNTRY}


days = st.sampled_from([None, date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)])
facts = st.lists(
    st.one_of(
        st.builds(
            said,
            st.sampled_from(["ko", "ja", "zh", "yue"]),
            st.sampled_from(["starter", "wikidata", "tmdb"]),
            layer=st.sampled_from(Layer),
            asked=days,
            confidence=st.sampled_from(Confidence),
            expires=st.sampled_from([None, TODAY, TODAY + timedelta(days=9)]),
        ),
        st.builds(
            said,
            st.frozensets(st.sampled_from(["KR", "US", "GB"]), min_size=1),
            st.sampled_from(["wikidata", "tmdb"]),
            asked=days,
            name=st.just(ORIGIN_COUNTRIES),
        ),
        st.builds(
            said,
            st.sampled_from([date(2022, 1, 1), date(2022, 3, 1), date(2010, 1, 1)]),
            st.sampled_from(["wikidata", "tmdb"]),
            asked=days,
            name=st.just(RELEASE_DATE),
        ),
    ),
    max_size=8,
)


@given(facts.flatmap(lambda given: st.tuples(st.just(given), st.permutations(given))))
@examples(500)
def test_layering_does_not_depend_on_the_order_of_facts_or_on_repetitions(
    orders: tuple[list[Fact], list[Fact]],
) -> None:
    one, other = orders
    assert resolve(one, TODAY) == resolve(other, TODAY) == resolve([*other, *one], TODAY)


@given(facts, st.sampled_from(["en", "ko"]))
@examples(300)
def test_an_override_always_wins(others: list[Fact], value: str) -> None:
    below = [fact for fact in others if fact.layer is not Layer.OVERRIDE]
    override = said(value, "a person", layer=Layer.OVERRIDE, asked=TODAY)
    resolved = stands(*below, override)
    assert (resolved.value, resolved.is_assumed, resolved.is_conflict) == (value, False, False)


@given(facts)
@examples(300)
def test_a_value_that_stands_was_said_and_no_conflict_is_hidden(given_facts: list[Fact]) -> None:
    for resolved in resolve(given_facts, TODAY).values():
        if resolved.value is not None and resolved.name != MAIN_COUNTRY:
            assert resolved.value in {fact.value for fact in resolved.said_by}
        assert resolved.is_assumed or not resolved.is_conflict or resolved.value is None
        assert kept((*resolved.said_by, *resolved.against, *resolved.overruled))


def kept(given_facts: Iterable[Fact]) -> bool:
    return all(fact.is_kept(TODAY) for fact in given_facts)
