"""What `chartwatch catalog check` says of a catalog."""

from datetime import date

from chartwatch.cli.catalog_check import check, check_lines
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work


def test_a_catalog_is_counted_with_what_it_lacks() -> None:
    catalog = Catalog(
        [
            Work("dark", "Dark", Kind.SERIES, "de", ("DE",), date(2017, 12, 1), aliases=("Dark (2017)", "DARK")),
            Work("avatar-2005", "Avatar 2005", Kind.SERIES, "en", ("US",), date(2005, 2, 21), aliases=("Avatar",)),
            Work("avatar-2024", "Avatar 2024", Kind.SERIES, "en", ("US",), date(2024, 2, 22), aliases=("Avatar",)),
            Work("the-gentlemen-film", "The Gentlemen", Kind.FILM, "en", ("GB",)),
            Work("the-gentlemen-series", "The Gentlemen", Kind.SERIES),
            Work("home-1", "Home", Kind.FILM, "en", ("US",)),
            Work("home-2", "home", None, None, ("US",), date(2015, 3, 18)),
        ]
    )
    assert list(check_lines(check(catalog))) == [
        "      7 works",
        "      2 films",
        "      4 series",
        "      1 of unknown kind",
        "      2 of unknown language",
        "      1 of unknown country",
        "      3 of unknown release date",
        "      4 aliases",
        "      0 titles and aliases cut short",
        "      3 titles that name several works",
        "Avatar names avatar-2005, avatar-2024.",
        "The Gentlemen names the-gentlemen-film, the-gentlemen-series.",
        "Home names home-1, home-2.",
        "Neither kind nor release date tells the works named Home apart: they count as unknown.",
    ]


def test_a_check_points_out_titles_that_are_cut_short() -> None:
    catalog = Catalog(
        [
            Work(
                "fear-city", "Fear City: New York vs. The Mafia", Kind.SERIES, aliases=("Fear City: New York vs. The…",)
            ),
            Work("crime-scene", "Crime Scene: The Vanishing ...", Kind.SERIES),
            Work("wait", "Wait, …what?", Kind.FILM),
        ]
    )
    lines = list(check_lines(check(catalog)))
    assert "      2 titles and aliases cut short" in lines
    assert [line for line in lines if line.endswith(".")] == [
        "crime-scene has only a title that is cut short: a chart that says it whole means another work."
    ]


def test_a_check_says_of_one_that_it_is_one() -> None:
    catalog = Catalog([Work("cut", "Cut …", Kind.FILM, aliases=("Whole",))])
    lines = list(check_lines(check(catalog)))
    assert [line for line in lines if line.startswith("      1 ") and "unknown" not in line] == [
        "      1 work",
        "      1 film",
        "      1 alias",
        "      1 title or alias cut short",
    ]
    both = [Work("a", "A", Kind.FILM), Work("b", "A", Kind.SERIES)]
    assert "      1 title that names several works" in list(check_lines(check(Catalog(both))))
