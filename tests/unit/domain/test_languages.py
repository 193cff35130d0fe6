"""Languages of which others are a part: a part counts for the whole, and the whole may be a part."""

import pytest

from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.rule import Condition, Fact, Origin, Scope
from chartwatch.domain.works.languages import PARTS_OF_LANGUAGES, is_one_of, whole_language
from chartwatch.domain.works.work import Kind, Work
from tests.chronicle import Chronicle

WHOLE_AND_PART = [("no", "nb"), ("tl", "fil"), ("ar", "arz"), ("zh", "yue")]


def film(language: str | None) -> Work:
    return Work("film", "A Film", Kind.FILM, language)


@pytest.mark.parametrize(("whole", "part"), WHOLE_AND_PART)
@pytest.mark.parametrize("is_negated", [False, True])
def test_what_is_in_a_part_is_in_the_whole_and_the_other_way_round_nobody_knows(
    whole: str, part: str, is_negated: bool
) -> None:
    def verdict(asked: str, language: str | None) -> bool | None:
        return Condition(Fact.ORIGINAL_LANGUAGE, frozenset({asked}), is_negated).verdict(film(language), Origin.MAIN)

    assert verdict(whole, part) is verdict(whole, whole) is verdict(part, part) is not is_negated
    assert verdict(part, whole) is None
    assert verdict(part, "en") is verdict(whole, "en") is is_negated
    assert verdict(part, None) is None


def test_no_whole_is_a_part() -> None:
    assert all(whole_language(whole) == whole for whole in PARTS_OF_LANGUAGES.values())
    assert is_one_of("ko", ()) is False


RULE = NthRule(
    "nth", Scope.TERRITORY, "{title} is the {ordinal} in {group}", "{ordinal}", per=Fact.ORIGINAL_LANGUAGE, at=(1, 2)
)


@pytest.mark.parametrize(("whole", "part"), WHOLE_AND_PART)
@pytest.mark.parametrize("is_part_first", [True, False])
def test_the_part_and_the_whole_are_counted_as_one(whole: str, part: str, is_part_first: bool) -> None:
    languages = (part, whole) if is_part_first else (whole, part)
    works = [Work(f"w{n}", f"Film {n}", Kind.SERIES, language) for n, language in enumerate(languages)]
    its = Chronicle(RULE, works=works)
    for number, work in enumerate(works):
        its.arrives(number, US=work.title)
    assert {its.held(slot).group for slot in its.slots()} == {whole}
    assert its.held(f"nth:{its.chart.id}:US:{whole}:2").holders[0].title == "Film 1"
