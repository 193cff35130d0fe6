import io
from datetime import date

import pytest
from rich.console import Console

from chartwatch.cli.listings import CatalogCounts, rules_table, sources_table, where_in_words
from chartwatch.domain.rules.rule import Condition, Count, Fact, Rule, RuleKind, Scope
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.sources import SOURCES


def rule(*where: Condition, count: Count = Count.WORKS) -> Rule:
    return Rule("a-rule", RuleKind.NTH, Scope.CHART, "{title}", "{n}", where=where, at=(1,), count=count)


def condition(fact: Fact, *values: str, negated: bool = False) -> Condition:
    return Condition(fact, frozenset(values), negated)


def printed(table: object, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width).print(table)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("titles", []),
        (
            "non-English series",
            [condition(Fact.ORIGINAL_LANGUAGE, "en", negated=True), condition(Fact.WORK_KIND, "series")],
        ),
        ("non-English, non-Spanish titles", [condition(Fact.ORIGINAL_LANGUAGE, "en", "es", negated=True)]),
        ("Korean-language films", [condition(Fact.WORK_KIND, "film"), condition(Fact.ORIGINAL_LANGUAGE, "ko")]),
        (
            "films and series from Spain or Mexico",
            [condition(Fact.WORK_KIND, "film", "series"), condition(Fact.ORIGIN_COUNTRY, "ES", "MX")],
        ),
        (
            "titles but films not from the United States",
            [condition(Fact.WORK_KIND, "film", negated=True), condition(Fact.ORIGIN_COUNTRY, "US", negated=True)],
        ),
    ],
)
def test_what_a_rule_counts_reads_as_words(said: str, where: list[Condition]) -> None:
    assert where_in_words(rule(*where)) == said


def test_a_rule_that_counts_seasons_says_so() -> None:
    assert where_in_words(rule(condition(Fact.WORK_KIND, "series"), count=Count.SEASONS)) == "series by season"


def test_every_rule_shows_whole_at_eighty_columns() -> None:
    lines = printed(rules_table(default_rules(), 80), 80)
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["id", "kind", "scope", "per", "at", "where"]
    at = next(number for number, line in enumerate(lines) if line.startswith("english-series-anywhere"))
    assert lines[at - 1 : at + 1] == [
        "first-country-with-n-non- race   chart     country  2 3 5 10      non-English",
        "english-series-anywhere                                           series",
    ]
    assert "…" not in "".join(lines)


def test_a_rule_is_one_line_where_there_is_room() -> None:
    lines = printed(rules_table(default_rules(), 124), 124)
    assert len(lines) == 1 + len(default_rules())
    assert [line.split() for line in lines if line.startswith(("first-country", "longest"))][1:] == [
        [
            *("first-country-with-n-non-english-series-anywhere", "race", "chart", "country"),
            *("2", "3", "5", "10", "non-English", "series"),
        ],
        ["longest-reign", "reign", "territory", "record", "titles"],
    ]


def test_every_source_and_every_option_is_listed() -> None:
    lines = printed(sources_table(SOURCES), 80)
    assert max(map(len, lines)) <= 80
    first = [line[:23].strip() for line in lines if line[:23].strip()]
    assert first == [
        cell for name, source in SOURCES.items() for cell in (name, *(f"-o {option}=" for option in source.options))
    ]


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
    assert list(CatalogCounts.of(catalog).lines()) == [
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
    lines = list(CatalogCounts.of(catalog).lines())
    assert "      2 titles and aliases cut short" in lines
    assert [line for line in lines if line.endswith(".")] == [
        "crime-scene has only a title that is cut short: a chart that says it whole means another work."
    ]
