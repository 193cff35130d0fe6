"""Whom a chart credits: who leads, who is featured, and which names are one act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.works.acts import ACTS
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.credits import lead_of, name_key, read_credit
from chartwatch.domain.works.titles import title_key
from chartwatch.domain.works.work import Kind, Work


@pytest.mark.parametrize(
    ("credit", "main", "featured"),
    [
        ("Adele", ["Adele"], []),
        ("Lil Nas X Featuring Billy Ray Cyrus", ["Lil Nas X"], ["Billy Ray Cyrus"]),
        ("Shaggy Feat. Rayvon", ["Shaggy"], ["Rayvon"]),
        ("Shaggy ft. Rayvon", ["Shaggy"], ["Rayvon"]),
        ("BLACKstreet (Featuring Dr. Dre)", ["BLACKstreet"], ["Dr. Dre"]),
        ("The Beatles With Billy Preston", ["The Beatles"], ["Billy Preston"]),
        ("Drake Featuring Future & Young Thug", ["Drake"], ["Future", "Young Thug"]),
        ("Nelly Featuring Paul Wall, Ali & Gipp", ["Nelly"], ["Paul Wall", "Ali", "Gipp"]),
        ("Post Malone & Swae Lee", ["Post Malone", "Swae Lee"], []),
        ("Christina Aguilera, Lil' Kim, Mya & P!nk", ["Christina Aguilera", "Lil' Kim", "Mya", "P!nk"], []),
        ("Jay-Z + Alicia Keys", ["Jay-Z", "Alicia Keys"], []),
        ("Coldplay x BTS", ["Coldplay", "BTS"], []),
        ("Lil Nas X & Jack Harlow", ["Lil Nas X", "Jack Harlow"], []),
        ("Bryan Adams/Rod Stewart/Sting", ["Bryan Adams", "Rod Stewart", "Sting"], []),
        ("Kenny Rogers Duet With Dolly Parton", ["Kenny Rogers", "Dolly Parton"], []),
        ("Silk Sonic (Bruno Mars & Anderson .Paak)", ["Silk Sonic", "Bruno Mars", "Anderson .Paak"], []),
        ("HUNTR/X: EJAE, Audrey Nuna & REI AMI", ["HUNTR/X", "EJAE", "Audrey Nuna", "REI AMI"], []),
        ("Percy Faith And His Orchestra", ["Percy Faith"], []),
        ("Brandy & Monica", ["Brandy", "Monica"], []),
        ("Will Smith Featuring Dru Hill & Kool Mo Dee", ["Will Smith"], ["Dru Hill", "Kool Mo Dee"]),
        ("Beyonce Featuring Jay Z", ["Beyonce"], ["Jay-Z"]),
        ("Paul McCartney And Wings", ["Paul McCartney"], []),
    ],
)
def test_a_credit_leads_with_some_artists_and_features_others(
    credit: str, main: list[str], featured: list[str]
) -> None:
    assert read_credit(credit) == (tuple(main), tuple(featured))


@pytest.mark.parametrize(
    "act",
    [
        "Earth, Wind & Fire",
        "Simon & Garfunkel",
        "Tyler, The Creator",
        "Sammy Davis, Jr.",
        "Lipps, Inc.",
        "Sly & The Family Stone",
        "KC And The Sunshine Band",
        "Mike + The Mechanics",
        "Florence + the Machine",
        "Peter, Paul & Mary",
        "Hamilton, Joe Frank & Reynolds",
        "The Mamas & The Papas",
        "Macklemore & Ryan Lewis",
        "? (Question Mark) & The Mysterians",
        "The Singing Nun (Soeur Sourire)",
        "C+C Music Factory",
        "AC/DC",
        "Far*East Movement",
        "Within Temptation",
    ],
)
def test_an_act_whose_name_looks_like_several_is_one(act: str) -> None:
    assert read_credit(act).main == (act,)
    assert read_credit(f"{act} Featuring Somebody Else") == ((act,), ("Somebody Else",))


def test_a_name_that_the_catalog_knows_as_one_artists_is_one_and_called_as_there() -> None:
    artists = [Work("w", "Wendy and Lisa Ann", Kind.ARTIST, aliases=("Wendy & Lisa Ann", "W&L"))]
    catalog = Catalog(artists)
    found = catalog.credited(Work("s", "S"), "W&L Featuring Prince & Wendy & Lisa Ann")
    assert (found.creators, found.featured) == (("Wendy and Lisa Ann",), ("Prince",))


@pytest.mark.parametrize(
    ("credit", "later"), [("Lil Nas X", "Lil Nas X Featuring Billy Ray Cyrus"), ("ADELE", "Adele")]
)
def test_a_work_whose_credit_names_others_later_is_by_the_same(credit: str, later: str) -> None:
    assert lead_of(credit) == lead_of(later)


NAMES = (
    st.from_regex(r"[A-Z][a-z]{2,6} [A-Z][a-z]{2,6}", fullmatch=True)
    .filter(
        lambda name: (
            title_key(name) not in ACTS and name.split()[0].lower() not in {"the", "his", "her", "feat", "with"}
        )
    )
    .filter(
        lambda name: (
            not {*name.lower().split()} & {"and", "with", "feat", "featuring", "duet", "starring", "introducing", "inc"}
        )
    )
)


@given(
    main=st.lists(NAMES, min_size=1, max_size=4, unique=True),
    featured=st.lists(NAMES, max_size=3, unique=True),
    mark=st.sampled_from([" Featuring ", " feat. ", " ft. ", " With ", " (Featuring "]),
    last=st.sampled_from([" & ", " and ", " x ", ", "]),
)
def test_full_names_are_told_apart_by_whatever_stands_between_them(
    main: list[str], featured: list[str], mark: str, last: str
) -> None:
    def joined(names: list[str]) -> str:
        return names[0] if len(names) == 1 else ", ".join(names[:-1]) + last + names[-1]

    credit = joined(main) + (mark + joined(featured) if featured else "")
    assert read_credit(credit) == (tuple(main), tuple(name for name in featured if name not in main))
    assert lead_of(credit) == title_key(main[0])


@given(st.text(min_size=1, max_size=60).filter(lambda text: title_key(text) != ""))
def test_whatever_is_credited_names_somebody_once_and_fits_into_a_slot(credit: str) -> None:
    main, featured = read_credit(credit)
    assert main
    assert len({*main, *featured}) == len(main) + len(featured)
    assert all(":" not in name for name in (*main, *featured))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles", "beatles"),
        ("Hall & Oates", "Hall And Oates"),
        ("Daryl Hall John Oates", "Daryl Hall & John Oates"),
        ("The Four Seasons", "The 4 Seasons"),
        ("Céline Dion", "Celine Dion"),
        ("Destiny’s Child", "Destinys Child"),
        ("T. Rex", "T-Rex"),
        ("สุนทรี", "สุนทรี "),
    ],
)
def test_names_of_one_artist_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Who", "The Guess Who"),
        ("The The", "Theo"),
        ("Yes", "Ye"),
        ("U2", "U 3"),
        ("กา", "กี"),
        ("!!!", "???"),
    ],
)
def test_names_of_two_artists_have_two(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    assert name_key(one)
