"""The starter catalog, as it comes with Chartwatch."""

from datetime import date

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.starter import STARTER, starter_catalog, starter_layer
from chartwatch.domain.works.facts import Confidence, Fact, Layer
from chartwatch.domain.works.resolving import resolve
from chartwatch.domain.works.work import MAIN_COUNTRY, ORIGIN_COUNTRIES, ORIGINAL_LANGUAGE, Kind

TODAY = date(2026, 12, 1)


def test_it_knows_1021_works_and_says_what_it_does_not_know() -> None:
    works = list(starter_catalog())
    assert len(works) == 1021
    assert {work.kind for work in works} == {Kind.FILM, Kind.SERIES}
    assert sum(not (work.original_language and work.origin_countries) for work in works) == 11


def test_it_is_a_catalog_file_like_any_other() -> None:
    catalog = starter_catalog()
    assert parse_catalog(write_catalog(catalog), "again").version == catalog.version


def test_the_series_that_were_there_before_all_of_us_are_dead_are_in_it() -> None:
    catalog = starter_catalog()
    charted = {"Who Killed Sara?": "MX", "Squid Game": "KR", "Money Heist": "ES", "All of Us Are Dead": "KR"}
    found = {title: catalog.match(title, Kind.SERIES, date(2022, 2, 1)) for title in charted}
    assert {title: work.origin_countries[0] for title, work in found.items()} == charted


def facts_of_work(work_id: str) -> tuple[Fact, ...]:
    return next(its.facts for its in starter_layer() if its.work.id == work_id)


def test_a_fact_of_low_confidence_is_assumed_and_all_others_are_not() -> None:
    works = {work.id: work for work in starter_catalog()}
    for work_id, facts in ((its.work.id, its.facts) for its in starter_layer()):
        stand = resolve(facts, TODAY)
        assert {resolved.is_assumed for resolved in stand.values()} <= {works[work_id].confidence == Confidence.LOW}
        assert (ORIGINAL_LANGUAGE in stand) == (works[work_id].original_language is not None)


def test_its_countries_have_the_main_one_first() -> None:
    stand = resolve(facts_of_work("too-hot-to-handle"), TODAY)
    assert stand[MAIN_COUNTRY].value == "GB"
    assert stand[ORIGIN_COUNTRIES].value == {"GB", "US"}


def test_what_a_person_wrote_lies_above_it() -> None:
    override = Fact(ORIGINAL_LANGUAGE, "de", Layer.OVERRIDE, "a person", TODAY)
    stand = resolve([*facts_of_work("tiger-king"), override], TODAY)[ORIGINAL_LANGUAGE]
    assert (stand.value, [fact.source for fact in stand.overruled]) == ("de", [STARTER])


def test_a_title_of_several_films_is_the_one_that_charted() -> None:
    """*Swallow* was #1 in Nigeria alone from its release there on: the film of 2021, and not that of 2019."""
    work = starter_catalog().match("Swallow", Kind.FILM, date(2021, 10, 3))
    assert (work.origin_countries, work.release_date) == (("NG",), date(2021, 10, 1))
