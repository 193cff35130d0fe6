"""From a title as charted to a work."""

import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.meanings import NOTHING_KNOWN, Meanings
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work, unlisted
from tests.strategies import examples

WEEK = date(2022, 2, 6)


def found(catalog: Catalog, title: str, kind: Kind | None = Kind.SERIES, period: date = WEEK) -> str:
    return catalog.match(title, kind, period).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The King’s Ace", "The King's Ace"),
        ("ʼTis ‘Time’", "'tis 'time'"),
        ("SQUID  GAME ", "Squid Game"),
        ("Ｓｑｕｉｄ　Ｇａｍｅ", "squid game"),
        ("Wait…", "wait..."),
        ("Élite", "E\u0301lite"),
        ("STRASSE", "straße"),
        ("Ôoku\u00a0", "ôoku"),
        ("Spider\u2013Man", "Spider-Man"),
        ("Spider\u2011Man", "Spider\u2010Man"),
        ("Alien \u2014 Romulus", "Alien - Romulus"),
        ("Catch\u221222", "Catch-22"),
        ("“Sr.”", '"Sr."'),
        ("„Barbaren“", "«Barbaren»"),
        ("O`Brien", "O’Brien"),
        ("BİHTER", "Bihter"),
        ("İstanbul", "istanbul"),
        ("But\0ter", "Butter"),
        ("B\ue000utter\x07", "Butter"),
        ("Butter\U000e0041", "butter"),
        ("Two\u0085Lines", "two lines"),
    ],
)
def test_titles_that_differ_in_typography_only_are_the_same(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élite", "Elite"),
        ("오징어 게임", "오징어"),
        ("جن", "جنّ"),
        ("ขุนพันธ์", "ขุนพันธ"),
        ("Зулейха", "Zuleikha"),
        ("Ok!", "Ok"),
        ("Spider-Man", "Spider Man"),
        ("Spider-Man", "Spiderman"),
        ('"Sr."', "Sr."),
        ("がん", "かん"),
    ],
)
def test_every_script_and_accent_is_kept(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_a_work_is_found_by_its_title_and_by_each_alias() -> None:
    catalog = Catalog([Work("dead", "All of Us Are Dead", Kind.SERIES, aliases=("지금 우리 학교는", "All of us"))])
    assert {found(catalog, title) for title in ("ALL OF US ARE DEAD", "지금 우리 학교는", "all of us")} == {"dead"}


def test_the_kind_must_agree_where_the_chart_says_it() -> None:
    catalog = Catalog([Work("film", "The Gentlemen", Kind.FILM), Work("series", "The Gentlemen", Kind.SERIES)])
    assert found(catalog, "The Gentlemen", Kind.FILM) == "film"
    assert found(catalog, "The Gentlemen", Kind.SERIES) == "series"
    assert found(Catalog([Work("film", "Red", Kind.FILM)]), "Red", Kind.SERIES) == "unlisted:series:red"


def test_a_work_of_unknown_kind_agrees_with_any_chart() -> None:
    catalog = Catalog([Work("red", "Red")])
    assert {found(catalog, "Red", kind) for kind in (Kind.FILM, Kind.SERIES, None)} == {"red"}


AVATARS = Catalog(
    [
        Work("avatar-2005", "Avatar", Kind.SERIES, release_date=date(2005, 2, 21)),
        Work("avatar-2024", "Avatar", Kind.SERIES, release_date=date(2024, 2, 22)),
    ]
)


@pytest.mark.parametrize(
    ("period", "work"),
    [
        (date(2020, 5, 17), "avatar-2005"),
        (date(2024, 2, 14), "avatar-2005"),
        # Catalogs err by days.
        (date(2024, 2, 15), "avatar-2024"),
        (date(2024, 2, 21), "avatar-2024"),
        (date(2024, 3, 23), "avatar-2024"),
        (date(2024, 3, 24), "unlisted:series:avatar:2024-02-22"),
    ],
)
def test_of_namesakes_the_one_is_meant_that_has_just_come_out(period: date, work: str) -> None:
    assert found(AVATARS, "AVATAR", period=period) == work


def test_a_namesake_that_was_at_number_one_when_it_came_out_is_meant_from_then_on() -> None:
    later = date(2026, 1, 1)
    known = AVATARS.learned([("Avatar", Kind.SERIES, None, None)], date(2024, 2, 25), NOTHING_KNOWN)
    assert AVATARS.match("Avatar", Kind.SERIES, later, known).id == "avatar-2024"
    before = AVATARS.learned([("Avatar", Kind.SERIES, None, None)], date(2020, 5, 17), NOTHING_KNOWN)
    assert AVATARS.match("Avatar", Kind.SERIES, later, before).candidates


ALONE = Catalog(work for work in AVATARS if work.id == "avatar-2024")


@pytest.mark.parametrize(("catalog", "may_be"), [(AVATARS, ["avatar-2005", "avatar-2024"]), (ALONE, ["avatar-2024"])])
def test_what_was_there_before_a_release_is_not_taken_for_what_comes_out(catalog: Catalog, may_be: list[str]) -> None:
    def known_of(day: date) -> Meanings:
        return catalog.learned([("Avatar", Kind.SERIES, None, None)], day, NOTHING_KNOWN)

    early, at_last = date(2024, 2, 21), date(2024, 2, 22)
    for day in (date(2024, 1, 23), date(2024, 2, 14)):
        one = catalog.match("Avatar", Kind.SERIES, early, known_of(day))
        assert [work.id for work in one.candidates] == [*may_be, "unlisted:series:avatar"]
        assert catalog.match("Avatar", Kind.SERIES, at_last, known_of(day)).id == "avatar-2024"
    for day in (date(2024, 1, 22), date(2024, 2, 15)):
        assert catalog.match("Avatar", Kind.SERIES, early, known_of(day)).id == "avatar-2024", "catalogs err by days"


def test_of_many_namesakes_the_one_that_has_just_come_out_is_meant_in_whatever_order() -> None:
    its = [Work(f"{year}", "Red", Kind.FILM, release_date=date(year, 1, 1)) for year in (2020, 2018, 2019, 2017)]
    for works in (its, its[::-1], [its[0], its[2]]):
        assert found(Catalog(works), "Red", Kind.FILM, date(2020, 1, 6)) == "2020"
    twins = [*its, Work("twin", "Red", Kind.FILM, release_date=date(2020, 1, 1))]
    assert found(Catalog(twins), "Red", Kind.FILM, date(2019, 1, 6)) == "2019"
    assert found(Catalog(twins), "Red", Kind.FILM, date(2020, 1, 6)) == "unlisted:film:red:2020-01-01"


def test_an_alias_makes_namesakes_too() -> None:
    catalog = Catalog(
        [
            Work("one", "Ballerina", Kind.FILM, release_date=date(2023, 10, 6)),
            Work("two", "From the World", Kind.FILM, release_date=date(2025, 6, 6), aliases=("Ballerina",)),
        ]
    )
    assert found(catalog, "Ballerina", Kind.FILM, date(2023, 10, 8)) == "one"
    assert found(catalog, "Ballerina", Kind.FILM, date(2025, 6, 8)) == "two"


@pytest.mark.parametrize(
    ("releases", "may_be"),
    [
        ((date(2020, 1, 1), None), ["0", "1", "unlisted:film:red"]),
        ((date(2022, 2, 1), None), ["0", "1", "unlisted:film:red"]),
        ((date(2020, 1, 1), date(2020, 1, 1)), ["0", "1", "unlisted:film:red"]),
        ((date(2013, 1, 1), date(2019, 1, 1)), ["0", "1", "unlisted:film:red"]),
        ((date(2022, 1, 12), date(2022, 2, 6)), ["0", "1", "unlisted:film:red"]),
        ((date(2013, 1, 1), date(2019, 1, 1), date(2024, 1, 1)), ["0", "1", "unlisted:film:red"]),
        ((date(2023, 1, 1), date(2024, 1, 1)), []),
    ],
)
def test_namesakes_that_dates_cannot_tell_apart_are_all_named(
    releases: tuple[date | None, ...], may_be: list[str]
) -> None:
    catalog = Catalog(Work(f"{n}", "Red", Kind.FILM, release_date=day) for n, day in enumerate(releases))
    work = catalog.match("Red", Kind.FILM, WEEK)
    assert [candidate.id for candidate in work.candidates] == may_be
    assert work.id.startswith("unlisted:film:red")


def test_what_is_so_of_all_namesakes_is_known() -> None:
    korean = Work("one", "Red", Kind.FILM, "ko", ("KR",), date(2013, 1, 1))
    other = replace(korean, id="other", release_date=date(2019, 1, 1))
    its = Catalog([korean, other]).match("Red", None, WEEK)
    assert (its.kind, its.original_language, its.origin_countries, its.release_date) == (Kind.FILM, "ko", ("KR",), None)
    its = Catalog([korean, replace(other, origin_countries=("KR", "US"))]).match("Red", None, WEEK)
    assert (its.original_language, its.origin_countries) == ("ko", ())
    assert Catalog([korean, replace(other, original_language=None)]).match("Red", None, WEEK).original_language is None


@pytest.mark.parametrize("period", [date(2012, 1, 1), date(2014, 1, 1), date(2021, 1, 1), date(2023, 1, 1)])
def test_what_may_stand_for_a_title_is_known_beforehand(period: date) -> None:
    releases = (date(2013, 1, 23), date(2019, 10, 11), date(2022, 9, 8), None)
    works = [Work(str(day), "Red", Kind.FILM, release_date=day) for day in releases]
    for catalog in (Catalog(works), Catalog(works[:3]), Catalog(works[:1])):
        its = catalog.match("Red", Kind.FILM, period)
        assert its in works or its in catalog.standing_for("Red", Kind.FILM)


def test_a_work_without_namesakes_needs_no_date() -> None:
    assert found(Catalog([Work("red", "Red", Kind.SERIES)]), "Red") == "red"


def test_a_work_is_not_meant_by_a_chart_long_before_its_release() -> None:
    # The Polish film of 2024; in 2022 Netflix charted an American one of 2020.
    catalog = Catalog([Work("inheritance", "Inheritance", Kind.FILM, "pl", ("PL",), date(2024, 6, 19))])
    assert catalog.match("Inheritance", Kind.FILM, date(2022, 2, 6)) == unlisted("Inheritance", Kind.FILM)
    assert found(catalog, "Inheritance", Kind.FILM, date(2024, 6, 23)) == "inheritance"


@pytest.mark.parametrize(("days", "work"), [(7, "strangers"), (8, "unlisted:film:perfect strangers")])
def test_a_release_date_may_be_a_week_late_and_not_more(days: int, work: str) -> None:
    catalog = Catalog([Work("strangers", "Perfect Strangers", Kind.FILM, release_date=date(2022, 1, 20))])
    assert found(catalog, "Perfect Strangers", Kind.FILM, date(2022, 1, 20) - timedelta(days)) == work


def test_a_film_and_a_series_of_one_title_go_by_what_the_chart_lists() -> None:
    catalog = Catalog(
        [
            Work("film", "Man on Fire", Kind.FILM, release_date=date(2004, 4, 23)),
            Work("series", "Man on Fire", Kind.SERIES),
            Work("gentlemen-film", "The Gentlemen", Kind.FILM, release_date=date(2020, 1, 1)),
            Work("gentlemen-series", "The Gentlemen", Kind.SERIES, release_date=date(2024, 3, 7)),
        ]
    )
    assert found(catalog, "Man on Fire", Kind.FILM, date(2021, 9, 12)) == "film"
    assert found(catalog, "Man on Fire", Kind.SERIES, date(2021, 9, 12)) == "series"
    assert found(catalog, "Man on Fire", None, date(2021, 9, 12)) == "unlisted:any:man on fire:2004-04-23"
    assert found(catalog, "The Gentlemen", None, date(2021, 9, 12)) == "gentlemen-film"
    assert found(catalog, "The Gentlemen", None, date(2024, 3, 10)) == "gentlemen-series"
    assert found(catalog, "The Gentlemen", Kind.FILM, date(2024, 3, 10)) == "gentlemen-film"
    assert found(catalog, "The Gentlemen", Kind.SERIES, date(2021, 9, 12)) == "unlisted:series:the gentlemen"


def test_a_title_cut_short_is_found_as_an_alias_and_never_by_its_beginning() -> None:
    cut, whole = "Eurovision Song Contest: Th…", "Eurovision Song Contest: The Story of Fire Saga"
    assert found(Catalog([Work("saga", whole, Kind.FILM, aliases=(cut,))]), f"{cut[:-1]}...", Kind.FILM) == "saga"
    assert found(Catalog([Work("saga", whole, Kind.FILM)]), cut, Kind.FILM).startswith("unlisted:film:eurovision")
    assert found(Catalog([Work("saga", cut, Kind.FILM)]), whole, Kind.FILM).startswith("unlisted:film:eurovision")


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u2009", "\t", "  "])
def test_every_space_is_one_space(space: str) -> None:
    assert title_key(f"오징어{space}게임") == "오징어 게임"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
        ("がん", "か\u3099ん"),
        ("ガン", "ｶﾞﾝ"),
        ("ﷲ", "الله"),
        ("क़िस्मत", "क\u093cिस्मत"),
        ("Dark\u00ad Water", "Dark Water"),
        ("\ufeffDark", "Dark"),
        ("\u200eDark\u200f", "Dark"),
        ("Dark\u200b Water", "Dark Water"),
        ("Ωmega", "ωmega"),
        ("ΟΔΟΣ", "οδος"),
        ("Stra\u00df\u0327e", "STRAS\u015ee"),
    ],
)
def test_one_text_in_two_codings_is_one_title(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("می\u200cخواهم", "میخواهم"), ("क्\u200dष", "क्ष"), ("كتاب", "کتاب"), ("कि", "की"), ("ก่อน", "กอน")],
    ids=["a non-joiner", "a joiner", "an Arabic and a Persian letter", "a vowel sign", "a tone mark"],
)
def test_what_a_reader_of_the_script_sees_is_kept(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


TEXTS = st.text(st.characters(codec="utf-8"))
LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd"], codec="utf-8")


@examples(500)
@given(TEXTS)
def test_what_is_compared_is_compared_as_itself(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)


@examples(500)
@given(TEXTS)
def test_the_four_unicode_forms_of_a_title_are_one(title: str) -> None:
    forms = {unicodedata.normalize(form, title) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len({title_key(form) for form in forms}) == 1


@examples(500)
@given(TEXTS, LETTERS, LETTERS, TEXTS)
def test_two_titles_that_differ_by_a_letter_never_merge(before: str, one: str, other: str, after: str) -> None:
    assume(title_key(one) != title_key(other))
    assert title_key(before + one + after) != title_key(before + other + after)
    catalog = Catalog([Work("one", before + one + after)])
    assert found(catalog, before + other + after) != "one"
    assert found(catalog, before + one + after) == "one"


def test_where_the_chart_does_not_say_the_kind_film_and_series_are_namesakes() -> None:
    film = Work("film", "Red", Kind.FILM, release_date=date(2019, 1, 1))
    series = Work("series", "Red", Kind.SERIES, release_date=date(2021, 1, 1))
    catalog = Catalog([film, series])
    assert found(catalog, "Red", None, date(2020, 1, 1)) == "film"
    assert found(catalog, "Red", None, date(2021, 1, 3)) == "series"
    assert found(catalog, "Red", None, date(2022, 1, 1)) == "unlisted:any:red:2021-01-01"


def test_an_unlisted_work_is_one_in_any_spelling_and_its_kind_alone_is_known() -> None:
    catalog = Catalog()
    work = catalog.match("The King’s Ace", Kind.SERIES, WEEK)
    assert work.id == found(catalog, "THE KING'S ACE")
    assert (work.kind, work.original_language, work.origin_countries) == (Kind.SERIES, None, ())
    assert work.id != found(catalog, "The King’s Ace", Kind.FILM)


def test_a_catalog_has_another_version_when_a_fact_differs_and_not_its_order() -> None:
    red, blue = Work("red", "Red"), Work("blue", "Blue")
    assert Catalog([red, blue]).version == Catalog([blue, red]).version
    assert Catalog([red]).version != Catalog([Work("red", "Red", original_language="ko")]).version


def test_a_list_that_has_no_english_works_means_the_other_one() -> None:
    works = [
        Work("en", "Red", Kind.FILM, "en"),
        Work("es", "Red", Kind.FILM, "es"),
        Work("any", "Blue", Kind.FILM, "en"),
    ]
    catalog = Catalog(works)
    assert catalog.match("Red", Kind.FILM, WEEK, not_in="en").id == "es"
    assert catalog.match("Red", Kind.FILM, WEEK).candidates
    assert catalog.match("Blue", Kind.FILM, WEEK, not_in="en").id == "unlisted:film:blue", (
        "another Blue, as it is there"
    )
    assumed = Catalog([Work("any", "Blue", Kind.FILM, "en", assumed=frozenset({"original_language"}))])
    assert assumed.match("Blue", Kind.FILM, WEEK, not_in="en").id == "any", "it may be in another one"
    unknown = Catalog([*works, Work("some", "Red", Kind.FILM)])
    its = unknown.match("Red", Kind.FILM, WEEK, not_in="en").candidates
    assert [work.id for work in its] == ["es", "some", "unlisted:film:red"]


def test_what_had_the_title_before_a_work_came_out_is_not_that_work_whatever_its_id() -> None:
    own = unlisted("Gift", Kind.FILM)
    catalog = Catalog([replace(own, original_language="ko", release_date=date(2022, 2, 10))])
    early, late = (catalog.match("Gift", Kind.FILM, day) for day in (date(2021, 11, 30), date(2022, 2, 28)))
    assert (late.id, late.original_language) == (own.id, "ko")
    assert early.id != own.id
    assert early.original_language is None
