"""One vocabulary of countries and languages for charts, catalogs, rules and the command line."""

import pytest

from chartwatch.adapters.catalog_file import parse_catalog
from chartwatch.domain.codes import (
    COUNTRIES,
    FORMER_COUNTRIES,
    countries_of,
    country_meant,
    kind_of,
    language_meant,
    language_of,
)
from chartwatch.domain.words import country_name
from chartwatch.domain.works.work import KINDS, Kind, Work, kind_of_unlisted, unlisted
from chartwatch.errors import CatalogProblem
from chartwatch.sources.cells import read_territory

HEADER = "work_id,title,kind,original_language,origin_countries,release_date,aliases\n"


def work(language: str = "", countries: str = "") -> Work:
    (found,) = parse_catalog(f"{HEADER}a,A,series,{language},{countries},,\n".encode(), "catalog.csv")
    return found


def problem(body: str) -> str:
    with pytest.raises(CatalogProblem) as raised:
        parse_catalog(body.encode(), "catalog.csv")
    return str(raised.value)


@pytest.mark.parametrize("code", ["xx", "und", "zxx", "mul", "mis"])
def test_a_placeholder_for_a_language_is_none_that_is_known(code: str) -> None:
    assert language_of(code) is None
    assert work(language=code).original_language is None


@pytest.mark.parametrize("code", ["XX", "ZZ", "XZ"])
def test_a_placeholder_for_a_country_is_none_that_is_known(code: str) -> None:
    assert work(countries=f"{code};KR").origin_countries == ("KR",)
    assert countries_of([code]) == ()


def test_cantonese_is_read_from_either_of_its_codes() -> None:
    assert work(language="cn").original_language == work(language="yue").original_language == "yue"


@pytest.mark.parametrize(
    ("said", "code"),
    [("Britain", "GB"), ("UAE", "AE"), ("Swaziland", "SZ"), ("Macedonia", "MK"), ("Cape Verde", "CV"), ("Korea", None)],
)
def test_a_country_may_have_other_names_unless_two_share_one(said: str, code: str | None) -> None:
    assert country_meant(said) == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Korea, South", "KR"),
        ("Korea (South)", "KR"),
        ("Korea, Republic of", "KR"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Congo, The Democratic Republic of the", "CD"),
        ("Virgin Islands (British)", "VG"),
        ("Virgin Islands, U.S.", "VI"),
        ("Guinea, Equatorial", "GQ"),
        ("Samoa, American", "AS"),
        ("Iran, Islamic Republic of", "IR"),
        ("Taiwan, Province of China", "TW"),
        ("The Netherlands", "NL"),
        ("the Philippines", "PH"),
        ("Bahamas, The", "BS"),
        ("Saint Lucia", "LC"),
        ("U.S.", "US"),
        ("Myanmar", "MM"),
        ("Cabo Verde", "CV"),
        ("Congo", None),
        ("Korea, North or South", None),
        ("Guinea, Spain", None),
        ("US", None),
        ("the", None),
        ("", None),
    ],
)
def test_a_country_is_found_by_the_names_that_lists_have(said: str, code: str | None) -> None:
    assert country_meant(said) == code


def test_no_name_of_a_country_is_that_of_another() -> None:
    assert {code: country_meant(name) for code, name in COUNTRIES.items()} == {code: code for code in COUNTRIES}


def test_mandarin_is_the_chinese_that_a_catalog_has() -> None:
    assert language_meant("Mandarin") == language_of("cmn") == "zh"


@pytest.mark.parametrize("code", FORMER_COUNTRIES)
def test_a_country_that_is_no_more_stands_for_itself(code: str) -> None:
    assert work(countries=code).origin_countries == (code,)
    assert country_name(code) == FORMER_COUNTRIES[code]
    assert code not in COUNTRIES
    with pytest.raises(ValueError, match="is not an ISO 3166-1 alpha-2 code"):
        read_territory(code)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("series,kor,KR,", "column original_language: 'kor' is not an ISO 639 code; did you mean ko?"),
        ("series,iw,IL,", "column original_language: 'iw' is not an ISO 639 code; did you mean he?"),
        ("series,en,UK,", "column origin_countries: 'UK' is not an ISO 3166-1 alpha-2 code; did you mean GB?"),
        ("series,en,EU,", "column origin_countries: 'EU' is not an ISO 3166-1 alpha-2 code"),
        ("series,ko,KR;KR,", "column origin_countries: 'KR;KR' names a country twice"),
        ("movie,ko,KR,", "column kind: 'movie' is not a kind; did you mean film?"),
        ("series,ko,KR,2021-13-01", "column release_date: '2021-13-01' is not a date such as 2022-01-28"),
        ("series,ko,KR,0001-01-03", "column release_date: 0001-01-03 is no date on which a work can have come out"),
        ("series,ko,KR,9999-12-31", "column release_date: 9999-12-31 is no date on which a work can have come out"),
    ],
)
def test_a_wrong_cell_says_what_was_meant(cells: str, said: str) -> None:
    assert f"catalog.csv, line 2, {said}" in problem(f"{HEADER}a,A,{cells},\n")


@pytest.mark.parametrize("code", ["UK", "ZZ", "EU", "kr", "usa", "SU"])
def test_a_chart_is_of_no_territory_that_is_none(code: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 3166-1 alpha-2 code"):
        read_territory(code)


def test_a_catalog_that_was_cut_short_is_refused_wherever_it_was_cut() -> None:
    whole = f"{HEADER}a,A,series,ko,KR,2021-01-01,Another A\nb,B,series,ko,KR,2021-01-01,\n"
    assert len(parse_catalog(whole.encode(), "catalog.csv")) == 2
    for size in range(len(HEADER) + 1, len(whole)):
        body = whole[:size]
        if body.endswith("\n"):
            continue  # whole lines are a catalog, too
        assert "cut short" in problem(body)


def test_all_mistakes_of_a_catalog_are_named_at_once() -> None:
    rows = [
        "a,A,series,kor,KR,,",
        "b,B,series,ko",
        "c,C,series,ko,KR,,,",
        "d,D,series,ko,KR,,x|y",
        "a,A,film,,,,",
        "e,,,,,,",
    ]
    said = problem("\n".join((HEADER + rows[0], *rows[1:], ""))).splitlines()
    assert [line.split(": ")[0].removeprefix("catalog.csv, ") for line in said] == [
        "line 2, column original_language",
        "line 3",
        "line 4",
        "line 5, column aliases",
        "line 7, column title",
    ]


def test_of_very_many_mistakes_the_first_are_named_and_the_others_counted() -> None:
    said = problem(HEADER + "a,,,,,,\n" * 30).splitlines()
    assert (len(said), said[-1]) == (21, "and 10 more mistakes")


@pytest.mark.parametrize("kind", [*KINDS, "opera", "audiobook", "anime", "short film", "radio-play", "top10"])
def test_a_kind_is_a_known_one_or_a_word_of_ones_own(kind: str) -> None:
    assert kind_of(kind) == Kind(kind)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Film", "film"),
        ("FILM", "film"),
        ("flim", "film"),
        ("serie", "series"),
        ("TV Show", "series"),
        ("songs", "song"),
        ("podcasts", "podcast"),
        ("albun", "album"),
        ("boo", "book"),
    ],
)
def test_a_kind_written_much_like_a_known_one_is_a_mistake(written: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"^'{written}' is not a kind; did you mean {meant}\\?$"):
        kind_of(written)


@pytest.mark.parametrize("written", ["Opera", "opera:comic", "any", "", " opera", "o" * 41, "two  spaces", "음악"])
def test_what_no_kind_looks_like_is_refused_with_those_that_are_known(written: str) -> None:
    with pytest.raises(ValueError, match="is not a kind: film, series, song"):
        kind_of(written)


@pytest.mark.parametrize("kind", [None, Kind.FILM, Kind("opera"), Kind("short film")])
def test_the_id_of_an_unlisted_work_says_its_kind(kind: Kind | None) -> None:
    assert kind_of_unlisted(unlisted("A: B", kind).id) == kind
