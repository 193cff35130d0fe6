"""Whole messages, as people and machines get them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chartwatch.adapters.sns_limits import LIMITS, MAX_MESSAGE
from chartwatch.domain import words
from chartwatch.domain.charts.chart import MetricPeriod
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.rule import Condition, Fact, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.message import as_event, as_test, as_text, id_in_event, sent_size
from chartwatch.domain.stories.story import Story, _fitted, stories
from chartwatch.domain.stories.subject import MAX_TITLE
from chartwatch.domain.stories.wording import MAX_NAMES
from chartwatch.domain.works.work import Work
from chartwatch.services.publish import messages
from tests.chronicle import DAY, Chronicle, a_run
from tests.unit.stories.netflix import DOCUMENT, NETFLIX, NEW_ANYWHERE, last, netflix, sent_of

NEW = ChangeRule("new", Scope.TERRITORY, "{title} is new", "new #1")
NTH = NthRule("nth", Scope.TERRITORY, "{title} is the {ordinal}", "{ordinal}", at=(1, 2, 14))
SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(2,))
TOPIC = "arn:aws:sns:eu-west-1:123456789012:stories"
KOREAN = (Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"ko"})),)


def arrived(chronicle: Chronicle, *days: dict[str, str]) -> Bulletin:
    """Let one day follow the other, given who is at #1 of each territory; return the last day's bulletin."""
    for day, number_ones in enumerate(days):
        bulletins = chronicle.arrives(day, **number_ones)
    (bulletin,) = bulletins
    return bulletin


# Digests.


def test_a_digest_has_sections_for_people_and_is_an_object_for_machines() -> None:
    bulletin = arrived(
        netflix(),
        {"US": "Ozark", "KR": "Ozark"},
        {"US": "Squid Game", "KR": "Squid Game"},
        {"US": "Who Killed Sara?", "KR": "Ozark"},
    )
    message = digest(bulletin, sent_of(bulletin), LIMITS)
    assert message.id == "netflix-daily-overall:00000003:digest"
    assert message.subject == "2 stories: Netflix's daily chart, Monday 3 January 2022"
    assert message.text == (
        "Netflix's daily chart, Monday 3 January 2022\n"
        "2 of 2 countries read; 2 stories.\n"
        "\n"
        "Firsts and records\n"
        "* Who Killed Sara?: second non-English series and first title from\n"
        "  Mexico in the United States\n"
        "\n"
        "New #1s\n"
        "* New #1: Who Killed Sara? (United States)\n"
        "* Back at #1: Ozark (South Korea)\n"
        "\n"
        "Bulletin netflix-daily-overall:00000003\n"
    )
    assert message.body == {
        "type": "digest",
        "format": 2,
        "bulletin": "netflix-daily-overall:00000003",
        "chart": {"id": "netflix-daily-overall", "name": "Netflix's daily chart"},
        "period": "2022-01-03",
        "read": {"territories": 2, "missing": []},
        "stories": [
            {
                "story": "netflix-daily-overall:00000003:sara",
                "title": "Who Killed Sara?",
                "subject": "Who Killed Sara?: second non-English series (Netflix's daily chart in the United States)",
                "status": "announced",
                "certain": True,
                "priority": 4,
                "territories": ["US"],
            },
            {
                "story": "netflix-daily-overall:00000003:ozark",
                "title": "Ozark",
                "subject": "Ozark: back at #1 (Netflix's daily chart in South Korea)",
                "status": "announced",
                "certain": True,
                "priority": 1,
                "territories": ["KR"],
            },
        ],
        "stories_left_out": 0,
    }
    assert message.attributes == {"chart": "netflix-daily-overall", "priority": 4}
    assert message.follows_up is False


def test_a_digest_of_very_many_stories_names_the_weightiest_and_counts_the_others() -> None:
    bulletin = arrived(netflix(), {"US": "Ozark"}, {"US": "Who Killed Sara?"})
    (story,) = sent_of(bulletin)
    its = [replace(story, id=f"{story.id} {n}", title=f"Title {n}", subject=f"{n}: {'x' * 60}") for n in range(2000)]
    message = digest(bulletin, its, LIMITS)
    listed = message.body["stories"]
    assert message.body["stories_left_out"] == 2000 - len(listed) > 0
    assert [entry["story"] for entry in listed] == [each.id for each in its[: len(listed)]]
    named = message.text.count(": first title from Mexico")
    assert "* Title 0: first title from Mexico" in message.text
    assert f"\n* and {2000 - named} more\n" in message.text
    assert " and 1961 others" in " ".join(message.text.split())
    assert len(message.text.splitlines()) < 60
    forms = {"default": as_text(message.body), "email": message.text}
    assert len(json.dumps(forms, ensure_ascii=False).encode()) < MAX_MESSAGE


# The text of a story.


def without_its_end(story: Story) -> str:
    """Return the text of a story up to what its claims rest on."""
    return story.text.partition("\nOn the record: ")[0]


def test_a_text_of_very_many_milestones_says_the_weightiest_and_counts_the_others() -> None:
    bulletin = arrived(netflix(), {"US": "Ozark"}, {"US": "Who Killed Sara?"})
    (whole,) = sent_of(bulletin)
    assert whole.text.count("\n* ") == 2
    room = len(without_its_end(whole).encode())
    (cut,) = stories(bulletin, replace(LIMITS, text=room - 10))
    assert cut.text.count("\n* ") == 1
    assert "And 1 more milestone.\n\nOn the record: " in cut.text
    assert stories(bulletin, replace(LIMITS, text=room + 10)) == [whole]


def test_a_thing_said_of_one_territory_again_and_again_is_said_in_full_each_time() -> None:
    chronicle = netflix(NEW)
    a_run(chronicle, *["Ozark", "Squid Game"] * 3)
    chronicle.document = replace(DOCUMENT, fetched_at="2022-01-10T08:00:00Z", sha256="1" * 64)
    for day, title in enumerate(["Ozark", "Who Killed Sara?"] * 3):
        chronicle.stored(day, US=title)
    (bulletin,) = chronicle.detector.detect(chronicle.chart.id, chronicle.period(1))
    (whole,) = (story for story in sent_of(bulletin) if story.title == "Who Killed Sara?")
    assert whole.text.count("* Corrected: New #1 in the United States: not") == 3
    for day in ("Tuesday 4", "Thursday 6"):
        said = f"not Squid Game, as we said, but Who Killed Sara?, on {day} January 2022"
        assert said in " ".join(whole.text.split())
    assert "territories" not in whole.text
    room = len(without_its_end(whole).encode()) - 10
    (cut,) = (story for story in stories(bulletin, replace(LIMITS, text=room)) if story.title == whole.title)
    assert cut.text.count("* Corrected: New #1 in the United States: not") == 2
    assert "And 1 more milestone.\n" in cut.text


def test_a_thing_said_of_several_territories_is_said_once_and_lists_them() -> None:
    bulletin = arrived(netflix(NEW, SPREAD), {"US": "Ozark", "KR": "Ozark"}, {"US": "Squid Game", "KR": "Squid Game"})
    (story,) = sent_of(bulletin)
    assert story.subject == "Squid Game: in 2 (Netflix's daily chart)"
    assert story.text == (
        "Squid Game\n"
        "Korean-language series from South Korea, released 17 September 2021\n"
        "\n"
        "Netflix's daily chart, Sunday 2 January 2022: #1 in all 2 countries\n"
        "\n"
        "* In 2\n"
        "\n"
        "* New #1 in South Korea and the United States\n"
        "\n"
        "On the record: 2 of 2 days since 1 January 2022, ranked by viewers of\n"
        "the day. Source: https://example.org/top10.csv\n"
        "\n"
        "Bulletin netflix-daily-overall:00000002\n"
    )


def test_what_is_said_over_all_territories_alone_names_those_where_the_work_stands() -> None:
    bulletin = arrived(netflix(SPREAD), {"US": "Ozark", "KR": "Ozark"}, {"US": "Squid Game", "KR": "Squid Game"})
    (story,) = sent_of(bulletin)
    assert story.body["territories"] == ["KR", "US"]
    assert story.attributes["territories"] == ("KR", "US")
    assert story.body["milestones_left_out"] == 0


def test_a_story_that_has_nothing_but_what_is_over_all_territories_says_that() -> None:
    (bulletin,) = a_run(netflix(NEW_ANYWHERE), "Ozark", "Squid Game")
    (story,) = sent_of(bulletin)
    assert story.subject == "Squid Game: new #1 anywhere (Netflix's daily chart)"
    assert "* Squid Game is newly #1 of Netflix's daily chart somewhere in the world\n" in story.text


def test_an_address_is_not_broken_at_a_hyphen_nor_where_the_line_ends() -> None:
    for address in ("https://example.org/the-top-10-of-a-day-in-the-united-states-as-csv", f"https://a/{'a' * 99}"):
        chronicle = netflix()
        chronicle.document = replace(DOCUMENT, url=address)
        (bulletin,) = a_run(chronicle, "Ozark", "Squid Game")
        assert f" Source:\n{address}\n" in sent_of(bulletin)[0].text


def test_of_stories_that_weigh_the_same_the_one_of_more_territories_comes_first() -> None:
    everywhere = {"US": "Ozark", "KR": "Ozark", "JP": "Ozark"}
    bulletin = arrived(netflix(NEW), everywhere, {"US": "Squid Game", "KR": "Who Killed Sara?", "JP": "Squid Game"})
    assert [story.title for story in sent_of(bulletin)] == ["Squid Game", "Who Killed Sara?"]


def test_a_weightier_story_comes_before_one_of_more_territories() -> None:
    bulletin = arrived(
        netflix(NEW, replace(NTH, at=(2,))),
        {"US": "Ozark", "KR": "Ozark", "JP": "Ozark"},
        {"US": "Ozark", "KR": "Who Killed Sara?", "JP": "Dark"},
        {"US": "Squid Game", "KR": "Ozark", "JP": "Ozark"},
    )
    heavy, light = sent_of(bulletin)
    assert (heavy.title, light.title) == ("Squid Game", "Ozark")
    assert heavy.priority > light.priority


def test_a_provisional_story_says_what_is_missing() -> None:
    story = last("Ozark", "Squid Game", None, None, "All of Us Are Dead", None, "Dark")
    assert story.subject.startswith("Provisional: Dark: new #1")
    assert story.text.startswith(
        "Dark\nSeries\n\nNetflix's daily chart, Friday 7 January 2022\n\n* Provisional: Dark is the new #1"
    )
    assert "\n  Not certain: the period 6 January 2022 is missing.\n" in story.text
    missing = "; missing: 3 January 2022 to 4 January 2022, 6 January 2022. "
    record = f"4 of 7 days since 1 January 2022, ranked by viewers of the day{missing}"
    assert record in " ".join(story.text.split())


def test_what_was_told_as_certain_and_is_provisional_now_says_so() -> None:
    chronicle = netflix(replace(NTH, scope=Scope.CHART))
    chronicle.arrives(0, US="Ozark", KR="Ozark")
    (certain,) = sent_of(*chronicle.arrives(1, US="Squid Game"))
    assert "certain" not in certain.text
    (doubted,) = sent_of(*chronicle.arrives(2, US="Squid Game", KR="Ozark"))
    assert doubted.subject.startswith("Provisional: Squid Game: ")
    assert " No longer certain: the period 2 January 2022 is missing in South Korea. " in " ".join(doubted.text.split())


def test_of_many_reasons_five_are_said_and_the_others_counted() -> None:
    chronicle = netflix(replace(NTH, at=(3,)))
    (bulletin,) = a_run(chronicle, "Ozark", "Dark", *[None, "Ozark"] * 7, "Squid Game")
    (story,) = sent_of(bulletin)
    assert story.text.count("  Not certain: the period ") == 5
    assert "  And 2 more reasons, named in the JSON message.\n" in story.text


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (0, ", the day of its release"),
        (1, ", 1 day after release"),
        (99, ", 99 days after release"),
        (100, ""),
        (-1, ""),
    ],
)
def test_how_long_after_its_release_a_work_is_number_one_is_said_for_some_months(after: int, said: str) -> None:
    released = DAY + timedelta(1 - after)
    work = Work("new", "Brand New", None, None, (), released)
    (bulletin,) = a_run(netflix(NEW, works=(work,)), "Ozark", "Brand New")
    (story,) = sent_of(bulletin)
    first, second, _, standing, *_ = story.text.splitlines()
    assert (first, second) == ("Brand New", f"Title, released {words.day(released)}")
    assert standing == f"Netflix's daily chart, Sunday 2 January 2022{said}"


def test_metrics_are_named_as_far_as_there_were_any_by_then() -> None:
    metrics = (
        MetricPeriod("hours"),
        MetricPeriod("views", DAY + timedelta(2)),
        MetricPeriod("minutes", DAY + timedelta(9)),
    )
    chronicle = netflix(NEW, chart=replace(NETFLIX, metric_periods=metrics))
    (then,) = a_run(chronicle, "Ozark", "Squid Game")
    (later,) = chronicle.arrives(2, US="Ozark")
    assert "ranked by hours. " in " ".join(sent_of(then)[0].text.split())
    assert "ranked by hours and then views since 3 January 2022. " in " ".join(sent_of(later)[0].text.split())


def test_of_many_before_the_latest_are_named_and_the_others_counted() -> None:
    titles = [f"Title {number}" for number in range(14)]
    (bulletin,) = a_run(netflix(replace(NTH, at=(15,))), "Ozark", *titles)
    (story,) = sent_of(bulletin)
    flat = " ".join(story.text.split())
    latest = ", ".join(f"Title {n} ({n + 2} January 2022)" for n in range(10, 12))
    assert f"Before it: 11 others, then {latest} and Title 12 (14 January 2022)." in flat
    (bulletin,) = a_run(netflix(replace(NTH, at=(MAX_NAMES + 1,))), "Ozark", *titles[:MAX_NAMES])
    assert "others, then" not in sent_of(bulletin)[0].text


def test_a_long_title_is_cut_in_the_subject_alone() -> None:
    for title, shown in (
        ("A" * MAX_TITLE, "A" * MAX_TITLE),
        ("A" * (MAX_TITLE + 1), f"{'A' * (MAX_TITLE - 3)}..."),
        (f"{'A' * (MAX_TITLE - 4)} {'B' * 9}", f"{'A' * (MAX_TITLE - 4)}..."),
    ):
        story = last("Ozark", title)
        assert story.subject.startswith(f"{shown}: new #1")
        assert story.text.startswith(f"{title}\n")


# What follows up.


def test_what_is_new_follows_nothing_up() -> None:
    (bulletin,) = a_run(netflix(NTH, NEW), "Ozark", "Squid Game")
    (story,) = sent_of(bulletin)
    assert not story.follows_up
    assert not digest(bulletin, [story], LIMITS).follows_up


def test_what_is_taken_back_follows_up_and_says_what_was_so_before() -> None:
    chronicle = netflix(NEW, works=())
    a_run(chronicle, "Ozark", "Squid Game")
    (bulletin,) = chronicle.arrives(1, US="Dark")
    gains, loses = sorted(sent_of(bulletin), key=lambda story: story.title)
    assert gains.follows_up
    assert loses.follows_up
    assert digest(bulletin, [gains, loses], LIMITS).follows_up
    assert "no longer new #1" in loses.subject
    assert "* Corrected: New #1 in the United States: not Squid Game, as we said,\n  but Dark\n" in gains.text


# The body of a story.


def test_json_is_sent_without_spaces_and_with_every_script_as_it_is() -> None:
    assert as_text({"a": ["오징어", 1], "b": None}) == '{"a":["오징어",1],"b":null}'


@pytest.mark.parametrize("room", range(400, 1500, 37))
def test_a_body_holds_as_much_as_fits_and_no_more(room: int) -> None:
    milestones = [
        {"slot": f"slot {n}", "evidence": {"seen": "x" * length}} for n, length in enumerate((90, 300, 40, 200))
    ]
    body: dict[str, Any] = {"story": "s", "milestones": [], "milestones_left_out": 0}
    fitted = _fitted(body, milestones, room)
    kept = fitted["milestones"]
    # Brackets, and the comma that there is for each milestone but one, are what the room is reckoned with.
    assert sent_size(fitted) <= room + 2
    assert [its["slot"] for its in kept] == [its["slot"] for its in milestones[: len(kept)]]
    assert fitted["milestones_left_out"] == len(milestones) - len(kept)
    if len(kept) < len(milestones):
        assert all(its["evidence"] is None for its in kept)
        assert sent_size({**fitted, "milestones": [*kept, {**milestones[len(kept)], "evidence": None}]}) > room - 2
    for at, its in enumerate(kept):
        if its["evidence"] is None:
            assert sent_size({**fitted, "milestones": [*kept[:at], milestones[at], *kept[at + 1 :]]}) > room - 2
            break


@pytest.mark.parametrize(("unknown", "more"), [(100, []), (101, ["1 more work"]), (103, ["3 more works"])])
def test_of_very_many_undecided_works_a_hundred_are_named(unknown: int, more: list[str]) -> None:
    day = {f"T{number:03d}": f"Riddle {number}" for number in range(unknown)}
    rule = NthRule("nth", Scope.CHART, "{title} is the {ordinal}", "{ordinal}", where=KOREAN, at=(1,))
    bulletin = arrived(netflix(rule), day, {**day, "US": "Squid Game"})
    (first,) = (change.milestone for change in bulletin.changes)
    assert first.because[100:] == tuple(f"facts of {works} are unknown" for works in more)
    assert {reason.partition(" of ")[0] for reason in first.because[:100]} == {"the original language"}


# Events, as machines get them.


def test_an_event_is_of_its_message_alone_and_a_queue_knows_it_again() -> None:
    (bulletin,) = a_run(netflix(), "Ozark", "Squid Game")
    (story,) = sent_of(bulletin)
    for message in (story, digest(bulletin, [story], LIMITS), as_test({}, "1")):
        event = as_event(message, TOPIC)
        assert (event["specversion"], event["id"], event["source"]) == ("1.0", message.id, TOPIC)
        assert event["data"] == message.body
        assert id_in_event(as_text(event)) == message.id


def test_the_type_of_an_event_says_what_became_of_what_was_told() -> None:
    chronicle = netflix()
    types: list[str] = []
    for day, title in ((0, "Ozark"), (1, "Squid Game"), (1, "Who Killed Sara?")):
        for bulletin in chronicle.arrives(day, US=title):
            types += [as_event(message, TOPIC)["type"] for message in messages(bulletin, LIMITS)]
    issued, digested = "chartwatch.story.issued", "chartwatch.digest.issued"
    assert types == [digested, issued, digested, "chartwatch.story.corrected", "chartwatch.story.retracted", digested]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            '{"specversion": "1.0", "id": "weekly:00000001:dark", "data": {"type": "story"}}',
            "weekly:00000001:dark",
        ),
        (
            '{"specversion": "1.0", "id": "weekly:00000001:digest", "data": {"type": "digest", "stories": []}}',
            "weekly:00000001:digest",
        ),
        ('{"Type": "SubscriptionConfirmation"}', None),
        ('{"specversion": "1.0", "id": 7, "data": {"type": "story"}}', None),
        ('{"specversion": "1.0", "id": "somebody else\'s", "data": {"type": "order"}}', None),
        ('{"specversion": "1.0", "id": "weekly:00000001:dark"}', None),
        ('{"type": "story", "story": "weekly:00000001:dark"}', None),
        ("[1]", None),
        ("hello", None),
    ],
)
def test_what_is_no_event_of_ours_says_none(body: str, message: str | None) -> None:
    assert id_in_event(body) == message
