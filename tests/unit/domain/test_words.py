"""How numbers, places and lists read."""

from datetime import date

import pytest

from chartwatch.domain import words


def test_ordinals_are_letters_up_to_ten_and_then_figures_with_their_ending() -> None:
    assert [words.ordinal(number) for number in (1, 2, 3, 4, 10)] == ["first", "second", "third", "fourth", "tenth"]
    figures = (0, 11, 12, 13, 21, 22, 23, 100, 101, 111, 112, 1013)
    assert " ".join(map(words.ordinal, figures)) == "0th 11th 12th 13th 21st 22nd 23rd 100th 101st 111th 112th 1013th"


def test_cardinals_are_letters_up_to_ten() -> None:
    letters = "no one two three four five six seven eight nine ten 11 12"
    assert " ".join(map(words.cardinal, range(13))) == letters


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("KR", "South Korea"),
        ("US", "the United States"),
        ("NL", "the Netherlands"),
        ("HK", "Hong Kong"),
        ("GLOBAL", "the world"),
        ("*", "any territory"),
        ("QX", "QX"),
    ],
)
def test_territories_read_as_they_stand_after_in(code: str, name: str) -> None:
    assert words.territory_name(code) == name


def test_a_country_by_itself_takes_no_article() -> None:
    assert words.country_name("US") == "United States"


def test_an_unknown_language_is_called_by_its_code() -> None:
    assert [words.language_name(code) for code in ("ko", "qqq")] == ["Korean", "qqq"]


def test_lists_have_commas_and_one_and() -> None:
    assert [words.listed(items) for items in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]


def test_a_sentence_begins_with_a_capital_and_keeps_the_rest() -> None:
    assert [words.sentence(said) for said in ("élite is", "오징어 is", "")] == ["Élite is", "오징어 is", ""]


def test_nouns_are_counted() -> None:
    counted = [words.counted(number, noun) for number, noun in ((1, "day"), (7, "day"), (1, "story"), (3, "story"))]
    assert counted == ["1 day", "7 days", "1 story", "3 stories"]


def test_a_span_of_one_period_is_that_period() -> None:
    week, next_week = date(2022, 1, 2), date(2022, 1, 9)
    assert words.span(week, week) == "2022-01-02"
    assert words.span(week, next_week) == "2022-01-02 to 2022-01-09"


def test_of_many_some_are_named_and_the_others_counted() -> None:
    names = ["A", "B", "C", "D", "E"]
    assert words.some(names[:3], 3) == "A, B and C"
    assert words.some(names[:4], 3) == "A, B and 2 others"
    assert words.some(names, 3) == "A, B and 3 others"
