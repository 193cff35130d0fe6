"""What a person and a machine are sent of a bulletin."""

import unicodedata
from datetime import timedelta

import pytest

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.milestones.milestone import Status
from chartwatch.domain.rules.kinds import priority_of
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.message import sent_size
from chartwatch.domain.stories.story import Story
from chartwatch.domain.stories.wording import WIDTH
from tests.chronicle import DAY, Chronicle, a_run
from tests.unit.stories.netflix import FIRST_FROM, NEW, NEW_ANYWHERE, RULES, last, netflix, sent_of


def test_a_story_says_the_rank_of_the_work_and_names_those_before_it() -> None:
    story = last("Ozark", "Who Killed Sara?", "Squid Game", "All of Us Are Dead")
    assert story.subject == (
        "All of Us Are Dead: South Korea first country with two (Netflix's daily chart in the United States)"
    )
    assert story.text == (
        "All of Us Are Dead\n"
        "Korean-language series from South Korea, released 28 December 2021\n"
        "\n"
        "Netflix's daily chart, Tuesday 4 January 2022, 7 days after release\n"
        "\n"
        "* South Korea is the first country with two non-English series at #1 of\n"
        "  Netflix's daily chart in the United States, by All of Us Are Dead\n"
        "  The tally: South Korea 2 and Mexico 1. Before it: Squid Game (3\n"
        "  January 2022).\n"
        "\n"
        "* Third non-English series in the United States\n"
        "  Before it: Who Killed Sara? (2 January 2022) and Squid Game (3 January\n"
        "  2022).\n"
        "\n"
        "* New #1 in the United States\n"
        "  The day before: Squid Game.\n"
        "\n"
        "On the record: 4 of 4 days since 1 January 2022, ranked by viewers of\n"
        "the day. Source: https://example.org/top10.csv\n"
        "\n"
        "Bulletin netflix-daily-overall:00000004\n"
    )


def test_attributes_are_those_that_subscribers_filter_on() -> None:
    assert last("Ozark", "Who Killed Sara?", "Squid Game", "All of Us Are Dead").attributes == {
        "chart": "netflix-daily-overall",
        "territories": ("US",),
        "origin_countries": ("KR",),
        "language": "ko",
        "work_kind": "series",
        "milestones": ("first-country-with-n", "new-number-one", "nth-non-english-series"),
        "status": "announced",
        "facts": ("certain=true",),
        "priority": 4,
    }


def test_a_fact_that_is_not_known_is_no_attribute() -> None:
    story = last("Ozark", "Some New Title")
    assert not {"origin_countries", "language"} & story.attributes.keys()


def everywhere(*territories: str) -> Chronicle:
    """Return a chart that Ozark tops, and then Squid Game, in all territories."""
    chronicle = netflix()
    chronicle.arrives(0, **dict.fromkeys(territories, "Ozark"))
    chronicle.stored(1, **dict.fromkeys(territories, "Squid Game"))
    return chronicle


def test_one_work_topping_many_territories_is_one_story() -> None:
    territories = [f"{a}{b}" for a in "ABCDEFGHI" for b in "QRSTUVWXYZ"]
    chronicle = everywhere(*territories)
    (bulletin,) = chronicle.detector.detect(chronicle.chart.id, chronicle.period(1))
    (story,) = sent_of(bulletin)
    assert story.subject.startswith("Squid Game: first title from South Korea")
    assert "first non-English series and new #1 in all 90 territories On" in " ".join(story.text.split())
    assert story.attributes["territories"] == tuple(sorted(territories))


def test_what_is_too_long_for_one_message_gives_way_from_the_least_weighty_end() -> None:
    chronicle = everywhere(*(f"{a}{b}" for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    (bulletin,) = chronicle.detector.detect(chronicle.chart.id, chronicle.period(1))
    (story,) = sent_of(bulletin)
    milestones = story.body["milestones"]
    assert sent_size(story.body) <= LIMITS.body
    assert story.body["milestones_left_out"] == len(bulletin.changes) - len(milestones) > 0
    kept = {milestone["slot"] for milestone in milestones}
    weights = {c.milestone.slot: priority_of(c.milestone.kind, c.milestone.n) for c in bulletin.changes}
    assert min(weights[slot] for slot in kept) >= max(w for slot, w in weights.items() if slot not in kept)


def test_a_subject_says_in_one_breath_only_what_holds_in_the_same_territories() -> None:
    chronicle = netflix()
    chronicle.arrives(0, US="Squid Game", KR="Ozark")
    chronicle.arrives(1, US="Ozark", KR="Ozark")
    (bulletin,) = chronicle.arrives(2, US="Squid Game", KR="Squid Game")
    (story,) = sent_of(bulletin)
    assert story.subject == ("Squid Game: first non-English series and new #1 (Netflix's daily chart in South Korea)")


def test_a_gap_right_before_stands_as_a_caveat() -> None:
    story = last("Ozark", None, "Squid Game")
    assert story.status is Status.PROVISIONAL
    assert story.subject.startswith("Provisional: Squid Game")
    assert "Not certain: the period 2 January 2022 is missing." in story.text


def corrected() -> list[Story]:
    """Return what is sent when a day arrives late that another work had topped first."""
    chronicle = netflix()
    a_run(chronicle, "Ozark", None, "Squid Game")
    (bulletin,) = chronicle.arrives(1, US="Who Killed Sara?")
    return sent_of(bulletin)


def test_a_correction_goes_to_the_work_that_gains_and_to_the_one_that_loses() -> None:
    by_title = {story.title: story for story in corrected()}
    gains, loses = by_title["Who Killed Sara?"], by_title["Squid Game"]
    assert gains.status is loses.status is Status.CORRECTED
    assert gains.subject.startswith("Correction: Who Killed Sara?")
    assert gains.text.startswith("Correction: Who Killed Sara?\n")
    both = "not Squid Game (3 January 2022), as we said, but Who Killed Sara? (2 January 2022)"
    for story in (gains, loses):
        assert both in " ".join(story.text.split())
    assert "no longer first non-English series" in loses.subject
    assert "* Confirmed: First title from South Korea and new #1" in loses.text


def test_a_retraction_says_that_it_is_one() -> None:
    chronicle = netflix()
    a_run(chronicle, "Ozark", "Squid Game")
    (bulletin,) = chronicle.arrives(1, US="Ozark")
    (story,) = sent_of(bulletin)
    assert story.subject.startswith("Retracted: Squid Game: no longer")
    assert "What was told before does not stand any more." in story.text
    assert story.text.startswith("Retracted: Squid Game\n")
    assert "* Retracted: No longer first title from South Korea, no longer first" in story.text
    assert "which we said of it on Sunday 2 January 2022" in " ".join(story.text.split())


def test_there_is_no_story_of_what_is_recorded_only() -> None:
    chronicle = Chronicle(*RULES, live_from=DAY + timedelta(365))
    (bulletin,) = a_run(chronicle, "Ozark", "Squid Game")
    assert bulletin.changes
    assert sent_of(bulletin) == []


@pytest.mark.parametrize(
    "titles", [("Ozark", "오징어 게임 — Élite\u202e"), ("Ozark", "x" * 200), ("Ozark", "a\r\nBcc: b\x00")]
)
def test_a_subject_is_short_printable_ascii_and_a_text_holds_no_control_characters(titles: tuple[str, ...]) -> None:
    story = last(*titles)
    assert len(story.subject) <= LIMITS.subject
    assert all(" " <= character <= "~" for character in story.subject)
    assert not [ch for ch in story.text if unicodedata.category(ch)[0] == "C" and ch != "\n"]
    too_wide = [line for line in story.text.splitlines() if len(line) > WIDTH]
    assert all(len(line.removeprefix("* ").split()) == 1 for line in too_wide), "a long word is not broken"


def test_the_digest_names_every_story_of_a_bulletin() -> None:
    chronicle = netflix()
    chronicle.arrives(0, US="Ozark", CA="Ozark")
    (bulletin,) = chronicle.arrives(1, US="Squid Game", CA="Who Killed Sara?")
    its = sent_of(bulletin)
    message = digest(bulletin, its, LIMITS)
    assert message.subject == "2 stories: Netflix's daily chart, Sunday 2 January 2022"
    assert [story["subject"] for story in message.body["stories"]] == [story.subject for story in its]
    assert all(f"* {story.title}: first title from " in message.text for story in its)
    assert len(message.attributes) <= 9


def test_what_holds_in_the_only_territory_is_not_said_of_all_territories_again() -> None:
    (bulletin,) = a_run(netflix(NEW, NEW_ANYWHERE), "Ozark", "Squid Game")
    (only,) = sent_of(bulletin)
    assert only.text.count("\n* ") == 1
    chronicle = netflix(NEW, NEW_ANYWHERE)
    chronicle.arrives(0, US="Ozark", CA="Ozark")
    (bulletin,) = chronicle.arrives(1, US="Squid Game", CA="Ozark")
    (one_of_two,) = sent_of(bulletin)
    assert one_of_two.text.count("\n* ") == 1, "nor where it says in which territories it is new"


@pytest.mark.parametrize(
    ("kind", "n", "priority"),
    [
        ("race", 2, Priority.FIRST),
        ("nth", 1, Priority.FIRST),
        ("nth", 2, Priority.NTH),
        ("spread", 1, Priority.LASTING),
        ("reign", 1, Priority.LASTING),
        ("change", None, Priority.CHANGE),
    ],
)
def test_races_and_firsts_weigh_more_than_nths_than_what_lasts_than_changes(
    kind: str, n: int | None, priority: Priority
) -> None:
    assert priority_of(kind, n) is priority
    assert Priority.FIRST > Priority.NTH > Priority.LASTING > Priority.CHANGE


def crowd(*extra: str) -> dict[str, str]:
    """Return a day on which many territories have each its own new #1."""
    return {f"A{letter}": f"Title {letter}" for letter in "ABCDEFGH"} | {f"B{title[-1]}": title for title in extra}


def test_a_correction_of_what_many_hold_is_sent_for_those_alone_that_came_or_went() -> None:
    chronicle = netflix(NEW_ANYWHERE)
    chronicle.arrives(0, **dict.fromkeys([*crowd(), "BZ"], "Ozark"))
    chronicle.arrives(1, **crowd("Wrong Z"))
    (bulletin,) = chronicle.arrives(1, **crowd("Right Z"))
    by_title = {story.title: story for story in sent_of(bulletin)}
    assert by_title.keys() == {"Wrong Z", "Right Z"}
    assert "* Corrected: New #1 anywhere, with 8 other titles: not " in by_title["Right Z"].text
    assert "* Corrected: No longer new #1 anywhere: not " in by_title["Wrong Z"].text


# What is not certain.


def with_nulls(*titles: str) -> Story:
    """Return the story of the last #1 of a chart, of which one before is a title of which nothing is known."""
    return last("Ozark", "Nulls", *titles)


def test_what_is_certain_leads_and_the_rest_is_marked_where_it_is_named() -> None:
    story = with_nulls("Squid Game")
    assert story.subject == "Squid Game: new #1 (Netflix's daily chart in the United States)"
    assert (story.is_certain, story.body["certain"], story.status) == (True, True, Status.ANNOUNCED)
    uncertain = "uncertain=first-from-country", "uncertain=nth-non-english-series"
    assert story.attributes["facts"] == ("certain=true", *uncertain)
    before, _, after = story.text.partition("* Provisional: First title from South Korea and first non-English series")
    assert "* Squid Game is the new #1" in before
    assert "Not certain: the original language of Nulls, #1 since 2 January 2022, is unknown." in " ".join(
        after.split()
    )


def test_a_story_of_nothing_that_is_certain_is_provisional() -> None:
    (bulletin,) = a_run(netflix(FIRST_FROM), "Ozark", "Nulls", "Squid Game")
    (story,) = sent_of(bulletin)
    assert (
        story.subject
        == "Provisional: Squid Game: first title from South Korea (Netflix's daily chart in the United States)"
    )
    assert (story.is_certain, story.status) == (False, Status.PROVISIONAL)
    assert story.attributes["facts"] == ("certain=false", "uncertain=first-from-country")


def test_a_correction_that_is_not_certain_says_so() -> None:
    chronicle = netflix(FIRST_FROM)
    a_run(chronicle, "Ozark", "Nulls", "Squid Game")
    (bulletin,) = chronicle.arrives(2, US="All of Us Are Dead")
    (story,) = [each for each in sent_of(bulletin) if each.title == "All of Us Are Dead"]
    said = "first title from South Korea (Netflix's daily chart in the US)"
    assert story.subject == f"Correction, not certain: All of...: {said}"
    assert "* Corrected, not certain: First title from South Korea" in story.text
    assert (story.is_certain, story.status) == (False, Status.CORRECTED)
