"""Whoever got a story gets what corrects it, by whatever value of an attribute they asked for."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.adapters.sns_limits import LIMITS, MAX_MESSAGE
from chartwatch.domain.codes import COUNTRIES, LANGUAGES
from chartwatch.domain.milestones.attributes import Attributes, united
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.stories.attributes import sent_attributes
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.story import Story, stories
from chartwatch.domain.works.work import KINDS
from tests.chronicle import CHANGE, HEIST, NTH, OZARK, RACE, RIDDLE, SARA, SQUID, Chronicle, a_run
from tests.courses import run
from tests.strategies import courses, examples, other_facts, worlds


def values(attributes: Attributes, name: str) -> set[str]:
    """Return what a policy can ask of an attribute that is a text or several."""
    value = attributes.get(name, ())
    assert not isinstance(value, int)
    return {value} if isinstance(value, str) else set(value)


def assert_reaches(later: Attributes, earlier: Attributes) -> None:
    """Claim that each value of each attribute that earlier messages had, a policy still finds; numbers from below."""
    for name, value in earlier.items():
        if isinstance(value, int):
            assert later[name] >= value  # type: ignore[operator]
        else:
            assert values(earlier, name) <= values(later, name), name


def stories_of(bulletins: list[Bulletin]) -> dict[str, Story]:
    return {story.title: story for bulletin in bulletins for story in stories(bulletin, LIMITS)}


@pytest.mark.parametrize("share", range(4))
@examples(100)
@given(data=st.data())
def test_whoever_got_a_story_gets_all_that_follows_it_up(share: int, data: st.DataObject) -> None:
    del share  # the examples are drawn by chance
    done = run(data.draw(courses(data.draw(worlds()), other_facts=other_facts())))
    sent: dict[str, list[Attributes]] = {}
    for bulletin in done.bulletins:
        now = stories(bulletin, LIMITS)
        before = {slot: list(its) for slot, its in sent.items()}
        for change in (change for change in bulletin.changes if change.is_sent):
            slot, replaces = change.milestone.slot, change.milestone.replaces
            forerunner = before.get(replaces.slot, []) if replaces and replaces.slot != slot else []
            earlier = [*before.get(slot, []), *forerunner]
            its = [s.attributes for s in now if s.id.removeprefix(f"{bulletin.id}:") in set(change.concerned())]
            for later in its:
                for one in earlier:
                    assert_reaches(later, one)
            sent[slot] = [*earlier, *its]
        for moved in (change.milestone for change in bulletin.changes if change.milestone.moved_to):
            # What was sent of it goes on at another slot: this one has a life of its own from now on.
            sent.pop(moved.slot, None)


@examples(100)
@given(data=st.data())
def test_a_digest_that_corrects_weighs_as_much_as_what_it_corrects(data: st.DataObject) -> None:
    done = run(data.draw(courses(data.draw(worlds()), other_facts=other_facts())))
    for bulletin in done.bulletins:
        if found := stories(bulletin, LIMITS):
            weight = digest(bulletin, found, LIMITS).attributes["priority"]
            assert weight == max(story.attributes["priority"] for story in found)  # type: ignore[type-var]


def test_a_correction_is_found_by_what_was_told_and_by_what_is_true() -> None:
    chronicle = Chronicle(NTH, works=(OZARK, SQUID, HEIST))
    told = stories_of(a_run(chronicle, "Ozark", "Squid Game"))["Squid Game"].attributes
    assert (told["language"], told["origin_countries"], told["status"]) == ("ko", ("KR",), "announced")
    in_french = replace(SQUID, original_language="fr", origin_countries=("FR", "KR"))
    english = replace(in_french, original_language="en")
    # Another language alone takes nothing back; that it is English does.
    assert chronicle.learns(OZARK, in_french, HEIST) == []
    (story,) = stories_of(chronicle.learns(OZARK, english, HEIST)).values()
    assert story.body["status"] == "retracted"
    assert story.attributes["language"] == ("en", "ko")
    assert story.attributes["origin_countries"] == ("FR", "KR")
    assert story.attributes["status"] == ("retracted", "announced")
    assert story.attributes["territories"] == ("US",)


def test_a_slot_that_another_work_takes_is_told_to_both_kinds_of_subscribers() -> None:
    chronicle = Chronicle(NTH, works=(OZARK, SQUID, HEIST))
    chronicle.arrives(0, US="Ozark")
    chronicle.arrives(2, US="Squid Game")
    told = stories_of(chronicle.arrives(1, US="Money Heist"))
    assert values(told["Money Heist"].attributes, "origin_countries") == {"ES", "KR"}
    assert values(told["Money Heist"].attributes, "language") == {"es", "ko"}
    assert told["Squid Game"].attributes["language"] == "ko"


def test_what_follows_a_correction_reaches_all_who_ever_heard_of_the_slot() -> None:
    chronicle = Chronicle(NTH, works=(OZARK, SQUID, HEIST, SARA))
    chronicle.arrives(0, US="Ozark")
    chronicle.arrives(3, US="Squid Game")
    chronicle.arrives(2, US="Money Heist")
    told = stories_of(chronicle.arrives(1, US="Who Killed Sara?"))
    assert values(told["Who Killed Sara?"].attributes, "origin_countries") == {"MX", "ES", "KR"}


def test_the_confirmation_of_what_was_provisional_is_found_as_that_was() -> None:
    chronicle = Chronicle(CHANGE, RACE, NTH, works=(OZARK, RIDDLE, SQUID))
    provisional = stories_of(a_run(chronicle, "Ozark", "A Riddle", "Squid Game"))["Squid Game"].attributes
    assert values(provisional, "facts") == {"certain=true", "uncertain=nth"}
    (story,) = stories_of(
        chronicle.learns(OZARK, replace(RIDDLE, original_language="en", origin_countries=("US",)), SQUID)
    ).values()
    assert_reaches(story.attributes, provisional)


def test_what_is_new_has_its_own_attributes_alone() -> None:
    chronicle = Chronicle(NTH)
    (bulletin,) = a_run(chronicle, "Ozark", "Squid Game", "Money Heist")
    assert {its["language"] for its in sent_attributes(bulletin).values()} == {"es"}


def test_the_widest_attributes_leave_room_for_the_largest_message() -> None:
    rules = [f"a-rule-of-my-own-with-a-long-name-{number:03}" for number in range(100)]
    countries = tuple(sorted(COUNTRIES))
    story = {
        "chart": "netflix-weekly-series-by-country",
        "territories": countries,
        "origin_countries": countries,
        "language": tuple(sorted(LANGUAGES)),
        "work_kind": KINDS,
        "milestones": tuple(rules),
        "status": tuple(Status),
        "priority": 4,
        "facts": ("certain=true", "certain=false", *(f"uncertain={rule}" for rule in rules)),
    }
    room = MAX_MESSAGE - LIMITS.body - 2 * LIMITS.text
    assert sum(len(json.dumps(part).encode()) for named in story.items() for part in named) < room - len(story) * 12


def test_united_attributes_are_arrays_where_there_are_several_values() -> None:
    true = {"chart": "c", "language": "ko", "territories": ("US",), "priority": 2}
    earlier = {"chart": "c", "language": "ja", "territories": ("KR", "GB"), "priority": 4, "work_kind": "film"}
    assert united(true, earlier) == {
        "chart": "c",
        "language": ("ko", "ja"),
        "territories": ("US", "GB", "KR"),
        "priority": 4,
        "work_kind": "film",
    }
    assert united(true) == true
    assert united(true, true) == true
    assert united(true, {"language": ("ja", "ko")})["language"] == ("ko", "ja")
    assert united(true, {"territories": ("US",)})["territories"] == ("US",)
