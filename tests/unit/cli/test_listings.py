import io

import pytest
from rich.console import Console

from chartwatch.cli.listings import rules_table, sources_table
from chartwatch.cli.wording import where_in_words
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.rule import Condition, Count, Fact, Rule, Scope
from chartwatch.rules import default_rules
from chartwatch.sources import SOURCES

RACE = "first-country-with-n-non-english-series"
SAMPLE = [
    rule
    for rule in default_rules()
    if rule.id
    in ("new-number-one", "first-in-language", "nth-non-english-series", RACE, f"{RACE}-anywhere", "longest-reign")
]


def rule(*where: Condition, count: Count = Count.WORKS) -> Rule:
    return NthRule("a-rule", Scope.CHART, "{title}", "{n}", where=where, at=(1,), count=count)


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
    lines = printed(rules_table(SAMPLE, 80), 80)
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["id", "kind", "scope", "per", "at", "where"]
    at = next(number for number, line in enumerate(lines) if line.startswith("english-series-anywhere"))
    assert lines[at - 1 : at + 1] == [
        "first-country-with-n-non- race   chart     country  2 3 5 10      non-English",
        "english-series-anywhere                                           series",
    ]
    assert "…" not in "".join(lines)


def test_a_long_word_of_what_a_rule_counts_is_broken_and_not_cut() -> None:
    lines = printed(rules_table([*SAMPLE, rule(condition(Fact.ORIGINAL_LANGUAGE, "ko"))], 80), 80)
    assert [line[66:] for line in lines[-2:]] == ["Korean-langua", "ge titles"]


def test_a_rule_is_one_line_where_there_is_room() -> None:
    lines = printed(rules_table(SAMPLE, 124), 124)
    assert len(lines) == 1 + len(SAMPLE)
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
