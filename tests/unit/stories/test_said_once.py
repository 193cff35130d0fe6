"""A story says each thing once, the rarest first, and names places and days in words."""

from dataclasses import replace
from datetime import date

import pytest

from chartwatch.domain import words
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.milestones.milestone import Bulletin, Published
from chartwatch.domain.rules.rule import Fact, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.stories import wording
from chartwatch.domain.stories.text import _Said
from chartwatch.rules import default_rules
from tests.chronicle import Chronicle, a_run
from tests.unit.stories.netflix import FIRST_FROM, NETFLIX, NEW, NEW_ANYWHERE, NTH, WORKS, netflix, sent_of

SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "#1 in {places} so far", at=(2, 3, 4), everywhere=True)
FIRST_IN = replace(FIRST_FROM, id="first-in-language", brief="first title in {group}", per=Fact.ORIGINAL_LANGUAGE)
FIRST_ANYWHERE = replace(FIRST_FROM, id="anywhere", scope=Scope.CHART, brief="first title from {group} anywhere")
FIVE = ("BR", "DO", "GB", "KR", "US")


def topped(chronicle: Chronicle, *places: str) -> Bulletin:
    """Let Ozark top five countries, and then Squid Game some of them; return the last bulletin."""
    chronicle.arrives(0, **dict.fromkeys(FIVE, "Ozark"))
    (bulletin,) = chronicle.arrives(1, **(dict.fromkeys(FIVE, "Ozark") | dict.fromkeys(places, "Squid Game")))
    return bulletin


def bullets(chronicle: Chronicle, *places: str) -> list[str]:
    (story,) = sent_of(topped(chronicle, *places))
    parts = story.text.split("\n\n")
    return [" ".join(part.removeprefix("* ").split()) for part in parts if part.startswith("* ")]


def test_of_the_steps_of_a_spread_the_highest_is_said() -> None:
    assert bullets(netflix(SPREAD), *FIVE[:3]) == ["#1 in 3 countries so far"]
    assert bullets(netflix(SPREAD), *FIVE) == ["#1 in all 5 countries so far"]


def test_a_spread_is_told_with_the_number_that_it_has_reached() -> None:
    rule = replace(SPREAD, at=(2,), everywhere=False)
    assert bullets(netflix(rule), *FIVE[:4]) == ["#1 in 4 countries so far"]


def test_what_holds_in_the_same_places_is_said_in_one_breath() -> None:
    said = bullets(netflix(NEW, FIRST_FROM, FIRST_IN), "US", "KR")
    assert said == ["First title from South Korea, first in Korean and new #1 in South Korea and the United States"]


def test_nearly_all_places_are_all_but_those_that_lack() -> None:
    said = bullets(netflix(NEW), "US", "KR", "BR", "DO")
    assert said == ["New #1 in 4 of 5 countries, all but the United Kingdom"]


def test_new_anywhere_is_not_said_where_places_are() -> None:
    assert bullets(netflix(NEW, NEW_ANYWHERE), "US") == [
        "Squid Game is the new #1 of Netflix's daily chart in the United States"
    ]


def test_who_is_first_over_all_territories_is_not_said_to_be_so_in_each() -> None:
    said = bullets(netflix(NEW, FIRST_FROM, FIRST_ANYWHERE), "US", "KR")
    assert said[1:] == ["New #1 in South Korea and the United States"]
    assert "South Korea" in said[0]
    assert len(said) == 2


def test_the_first_over_all_of_a_chart_of_one_territory_is_said_of_that() -> None:
    chronicle = netflix(FIRST_FROM, FIRST_ANYWHERE)
    chronicle.arrives(0, US="Ozark")
    (bulletin,) = chronicle.arrives(1, US="Squid Game")
    (story,) = sent_of(bulletin)
    assert story.subject.endswith(": first title from South Korea (Netflix's daily chart in the United States)")


def test_what_is_so_anywhere_is_said_of_a_chart_of_several_also_when_one_alone_is_there() -> None:
    chronicle = netflix(NEW, FIRST_ANYWHERE)
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    (story,) = sent_of(*chronicle.arrives(1, US="Squid Game"))
    assert "first title from South Korea" in " ".join(story.text.split())


def test_what_is_so_anywhere_and_of_no_territory_is_said_of_a_chart_of_one() -> None:
    chronicle = netflix(NEW, FIRST_ANYWHERE)
    chronicle.arrives(0, US="Ozark")
    (story,) = sent_of(*chronicle.arrives(1, US="Squid Game"))
    assert "first title from South Korea" in " ".join(story.text.split())
    assert len(story.points) == 2


@pytest.mark.parametrize("others", [(), ("KR",), ("KR", "BR")], ids=len)
@pytest.mark.parametrize("places", [("US",), ("US", "GB")], ids=len)
def test_what_is_taken_back_is_what_was_said_and_nothing_else(places: tuple[str, ...], others: tuple[str, ...]) -> None:
    chronicle = netflix(*default_rules())
    everywhere = (*places, *others)
    chronicle.arrives(0, **dict.fromkeys(everywhere, "Ozark"))
    (told,) = sent_of(*chronicle.arrives(1, **dict.fromkeys(places, "Squid Game"), **dict.fromkeys(others, "Ozark")))
    (taken_back,) = sent_of(*chronicle.arrives(1, **dict.fromkeys(everywhere, "Ozark")))
    said = {(point.brief, *point.territories) for point in told.points}
    assert {(point.brief.removeprefix(wording.NO_LONGER), *point.territories) for point in taken_back.points} == said


def test_everything_that_is_not_said_again_is_in_the_json() -> None:
    bulletin = topped(netflix(NEW, NEW_ANYWHERE, FIRST_FROM, FIRST_ANYWHERE, SPREAD), *FIVE)
    (story,) = sent_of(bulletin)
    assert len(story.body["milestones"]) == len(bulletin.changes)
    assert story.body["milestones_left_out"] == 0


def test_what_is_rarer_leads() -> None:
    """A first from some country has come before; all countries at once have not."""
    chronicle = netflix(FIRST_FROM, NEW, SPREAD)
    chronicle.arrives(0, **dict.fromkeys(FIVE, "Ozark"))
    chronicle.arrives(1, **(dict.fromkeys(FIVE, "Ozark") | {"US": "Who Killed Sara?"}))
    (bulletin,) = chronicle.arrives(2, **dict.fromkeys(FIVE, "Squid Game"))
    (story,) = sent_of(bulletin)
    assert [point.rarity for point in story.points] == sorted(point.rarity for point in story.points)
    (bulletin,) = chronicle.arrives(3, **(dict.fromkeys(FIVE, "Squid Game") | {"KR": "Who Killed Sara?"}))
    (story,) = sent_of(bulletin)
    assert story.points[0].rarity < story.points[-1].rarity


def test_an_nth_that_no_rarer_thing_stands_beside_leads_before_a_new_number_one() -> None:
    (first, *_) = bullets(netflix(NEW, replace(NTH, brief="{ordinal} of all")), "US")
    assert first.startswith("First of all and new #1")


@pytest.mark.parametrize(
    ("cadence", "said"),
    [
        (Cadence.DAY, "on Sunday 19 September 2021"),
        (Cadence.WEEK, "in the week to Sunday 19 September 2021"),
        (Cadence.MONTH, "in September 2021"),
        (None, "on Sunday 19 September 2021"),
    ],
)
def test_a_period_is_named_by_how_often_the_chart_appears(cadence: Cadence | None, said: str) -> None:
    assert wording.during(date(2021, 9, 19), cadence) == said


def test_places_are_in_alphabetical_order_of_their_names() -> None:
    assert words.alphabetical(("RE", "CH", "DO", "TR", "RO", "AT")) == [
        "Austria",
        "Dominican Republic",
        "Réunion",
        "Romania",
        "Switzerland",
        "Türkiye",
    ]
    assert wording.in_places(("US", "BR", "DO"), None) == " in Brazil, the Dominican Republic and the United States"


def test_what_is_no_country_makes_a_territory_of_all() -> None:
    published = Published(Cadence.WEEK, ("BR", "GLOBAL", "US"))
    assert wording.counted_places(("BR", "US"), published) == "2 of 3 territories"
    assert wording.counted_places(("BR", "US"), None) == "2 countries"
    assert wording.counted_places(("BR", "US"), Published(Cadence.WEEK, ("BR", "US"))) == "all 2 countries"
    assert wording.counted_places(("BR", "US"), Published(Cadence.WEEK, ("BR", "US"), ("KR",))) == "2 of 2 countries"


@pytest.mark.parametrize(
    ("briefs", "said"),
    [
        (["first title from Romania", "first title in Romanian"], "first title from Romania and first in Romanian"),
        (["first of A anywhere", "first of B anywhere"], "first of A and first of B anywhere"),
        (["first title from Spain", "first title from Japan"], "first title from Spain and first from Japan"),
        (
            ["Spain first with 2 non-English series", "Spain first with 3 non-English series"],
            "Spain first with 2 non-English series and Spain first with 3 non-English series",
        ),
        (["second series", "second series of all"], "second series and second series of all"),
        (["11th title in Thai", "11th title by Ana"], "11th title in Thai and 11th by Ana"),
        (["five weeks at #1", "back at #1"], "five weeks at #1 and back at #1"),
        (["no longer first", "no longer second"], "no longer first and no longer second"),
        (["new #1"], "new #1"),
    ],
)
def test_briefs_that_begin_alike_are_said_without_saying_it_again(briefs: list[str], said: str) -> None:
    assert wording.joined(briefs) == said


def test_a_reason_that_was_named_is_not_named_again() -> None:
    rules = (NTH, replace(NTH, id="other", brief="{ordinal} of another count", at=(2,), per=Fact.WORK_KIND))
    (bulletin,) = a_run(netflix(*rules), "Ozark", "Who Killed Sara?", "Nulls", "Squid Game")
    (story,) = sent_of(bulletin)
    assert story.text.count("the original language of Nulls") == 1
    assert story.text.count("* Provisional: ") == 2
    assert "\n  Not certain: the same reason stands against it.\n" in story.text


def test_a_reason_among_others_that_was_named_is_counted_and_not_named_again() -> None:
    said = _Said()
    said.caveats(["A is unknown", "B is unknown"])
    assert said.caveats(["A is unknown", "C is unknown"]) == [
        "  Not certain: C is unknown.",
        "  And a reason above stands against it.",
    ]
    assert said.caveats(["B is unknown"]) == ["  Not certain: a reason above stands against it."]


def test_who_came_before_in_one_place_is_said_of_another_as_what_is_so_again() -> None:
    said = _Said()
    assert said.once(["Before it: Ozark."], " in Brazil") == ["  Before it: Ozark."]
    again = said.once(["The tally: Spain 2.", "Before it: Ozark."], " in Chile")
    assert again == ["  The tally: Spain 2. Before it in Chile, again: Ozark."]


RUN, LONGEST = (rule for rule in default_rules() if rule.id in ("long-reign", "longest-reign"))


@pytest.mark.parametrize(
    ("before", "run", "said"),
    [
        (1, 2, "Longest run at #1, two days in the United States"),
        (3, 4, "Longest run at #1, four days in the United States"),
        # Five days are told of, and what is said of the longest run says that it is five.
        (4, 5, "Longest run at #1, five days in the United States"),
        (6, 5, "Five days at #1 in the United States"),
    ],
)
def test_a_longest_run_says_how_long_it_is_and_so_once(before: int, run: int, said: str) -> None:
    began = replace(NETFLIX, began=date(2022, 1, 1))
    chronicle = Chronicle(RUN, LONGEST, works=WORKS, chart=began, first=date(2022, 1, 1))
    *_, last = a_run(chronicle, "Dark", *["Ozark"] * before, *["Squid Game"] * run)
    (story,) = sent_of(last)
    parts = story.text.split("\n\n")
    assert [" ".join(part.removeprefix("* ").split()) for part in parts if part.startswith("* ")] == [said]
