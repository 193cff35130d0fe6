"""Whole messages, as people and machines get them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chartwatch.adapters.sns_limits import LIMITS, MAX_MESSAGE
from chartwatch.domain.charts.chart import MetricPeriod
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.change import ChangeRule
from chartwatch.domain.rules.nth import NthRule
from chartwatch.domain.rules.rule import Condition, Fact, Scope
from chartwatch.domain.rules.spread import SpreadRule
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.message import as_text, id_in_body, sent_size
from chartwatch.domain.stories.story import Story, _fitted, stories
from chartwatch.domain.stories.text import MAX_EARLIER, MAX_TITLE
from chartwatch.domain.works.work import Work
from tests.chronicle import DAY, Chronicle, a_run
from tests.unit.stories.netflix import DOCUMENT, NETFLIX, NEW_ANYWHERE, last, netflix, sent_of

NEW = ChangeRule("new", Scope.TERRITORY, "{title} is new", "new #1")
NTH = NthRule("nth", Scope.TERRITORY, "{title} is the {ordinal}", "{ordinal}", at=(1, 2, 14))
SPREAD = SpreadRule("spread", Scope.CHART, "{title} in {n}", "in {n}", at=(2,))
KOREAN = (Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"ko"})),)


def arrived(chronicle: Chronicle, *days: dict[str, str]) -> Bulletin:
    """Let one day follow the other, given who is at #1 of each territory; return the last day's bulletin."""
    for day, number_ones in enumerate(days):
        bulletins = chronicle.arrives(day, **number_ones)
    (bulletin,) = bulletins
    return bulletin


# Digests.


def test_a_digest_is_a_line_a_story_for_people_and_an_object_for_machines() -> None:
    bulletin = arrived(
        netflix(),
        {"US": "Ozark", "KR": "Ozark"},
        {"US": "Squid Game", "KR": "Squid Game"},
        {"US": "Who Killed Sara?", "KR": "Ozark"},
    )
    message = digest(bulletin, sent_of(bulletin), LIMITS)
    assert message.id == "netflix-daily-overall:00000003:digest"
    assert message.subject == "2 stories: Netflix's daily chart, 2022-01-03"
    assert message.text == (
        "Netflix's daily chart, 2022-01-03: 2 stories\n"
        "\n"
        "* Who Killed Sara?: first title from Mexico, second non-English series\n"
        "  (Netflix's daily chart, US)\n"
        "* Ozark: back at #1 (Netflix's daily chart, KR)\n"
        "\n"
        "Bulletin netflix-daily-overall:00000003\n"
    )
    assert message.body == {
        "type": "digest",
        "format": 2,
        "bulletin": "netflix-daily-overall:00000003",
        "chart": {"id": "netflix-daily-overall", "name": "Netflix's daily chart"},
        "period": "2022-01-03",
        "stories": [
            {
                "story": "netflix-daily-overall:00000003:sara",
                "title": "Who Killed Sara?",
                "subject": "Who Killed Sara?: first title from Mexico, second non-English series "
                "(Netflix's daily chart, US)",
                "status": "announced",
                "certain": True,
                "priority": 4,
                "territories": ["US"],
            },
            {
                "story": "netflix-daily-overall:00000003:ozark",
                "title": "Ozark",
                "subject": "Ozark: back at #1 (Netflix's daily chart, KR)",
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
    its = [replace(story, id=f"{story.id} {number}", subject=f"{number}: {'x' * 60}") for number in range(2000)]
    message = digest(bulletin, its, LIMITS)
    listed = message.body["stories"]
    assert message.body["stories_left_out"] == 2000 - len(listed) > 0
    assert [entry["story"] for entry in listed] == [each.id for each in its[: len(listed)]]
    assert message.text.endswith(
        f"* {len(listed) - 1}: {'x' * 60}\n"
        f"* and {2000 - len(listed)} more stories, each sent by itself\n"
        f"\nBulletin {bulletin.id}\n"
    )
    forms = {"default": as_text(message.body), "email": message.text}
    assert len(json.dumps(forms, ensure_ascii=False).encode()) < MAX_MESSAGE


# The text of a story.


def without_its_end(story: Story) -> str:
    """Return the text of a story up to what its claims rest on."""
    return story.text.partition("\nOn the record\n")[0]


def test_a_text_of_very_many_milestones_says_the_weightiest_and_counts_the_others() -> None:
    bulletin = arrived(netflix(), {"US": "Ozark"}, {"US": "Who Killed Sara?"})
    (whole,) = sent_of(bulletin)
    assert whole.text.count("\n* ") == 3
    room = len(without_its_end(whole).encode())
    (cut,) = stories(bulletin, replace(LIMITS, text=room - 10))
    assert cut.text.count("\n* ") == 2
    assert "And 1 more milestone.\n\nOn the record\n" in cut.text
    assert stories(bulletin, replace(LIMITS, text=room + 10)) == [whole]


def test_a_thing_said_of_one_territory_again_and_again_is_said_in_full_each_time() -> None:
    chronicle = netflix(NEW)
    a_run(chronicle, *["Ozark", "Squid Game"] * 3)
    chronicle.document = replace(DOCUMENT, fetched_at="2022-01-10T08:00:00Z", sha256="1" * 64)
    for day, title in enumerate(["Ozark", "Who Killed Sara?"] * 3):
        chronicle.stored(day, US=title)
    (bulletin,) = chronicle.detector.detect(chronicle.chart.id, chronicle.period(1))
    (whole,) = (story for story in sent_of(bulletin) if story.title == "Who Killed Sara?")
    assert whole.text.count("* Corrected: Who Killed Sara? is new") == 3
    for day in (2, 4, 6):
        assert f"  Before this correction: Squid Game (2022-01-0{day})." in whole.text
    assert "territories" not in whole.text
    room = len(without_its_end(whole).encode()) - 10
    (cut,) = (story for story in stories(bulletin, replace(LIMITS, text=room)) if story.title == whole.title)
    assert cut.text.count("* Corrected: Who Killed Sara? is new") == 2
    assert "And 1 more milestone.\n" in cut.text


def test_a_thing_said_of_several_territories_is_said_once_and_lists_them() -> None:
    bulletin = arrived(netflix(NEW, SPREAD), {"US": "Ozark", "KR": "Ozark"}, {"US": "Squid Game", "KR": "Squid Game"})
    (story,) = sent_of(bulletin)
    assert story.subject == "Squid Game: in 2 (Netflix's daily chart, anywhere)"
    assert story.text == (
        "Squid Game\n"
        "Korean-language series from South Korea, released 2021-09-17\n"
        "\n"
        "Netflix's daily chart, 2022-01-02\n"
        "\n"
        "* Squid Game in 2, in records since 2022-01-01\n"
        "\n"
        "* New #1 in 2 territories:\n"
        "  South Korea, the United States\n"
        "\n"
        "On the record\n"
        "  2 of 2 periods since 2022-01-01; no gaps\n"
        "  Ranked by viewers of the day\n"
        "  Source https://example.org/top10.csv\n"
        "  Fetched 2022-01-09T08:00:00Z\n"
        "  SHA-256 of the document:\n"
        f"  {'0' * 64}\n"
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
    assert story.subject == "Squid Game: new #1 anywhere (Netflix's daily chart, anywhere)"
    assert "* Squid Game is newly #1 of Netflix's daily chart somewhere in the\n" in story.text


def test_an_address_is_not_broken_at_a_hyphen_nor_where_the_line_ends() -> None:
    for address in ("https://example.org/the-top-10-of-a-day-in-the-united-states-as-csv", f"https://a/{'a' * 99}"):
        chronicle = netflix()
        chronicle.document = replace(DOCUMENT, url=address)
        (bulletin,) = a_run(chronicle, "Ozark", "Squid Game")
        assert f"\n  Source\n  {address}\n" in sent_of(bulletin)[0].text


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
        "Dark\nSeries\n\nNetflix's daily chart, 2022-01-07\n\n* Provisional: Dark is the new #1"
    )
    assert "\n  Not certain: the period 2022-01-06 is missing.\n" in story.text
    assert "\n  4 of 7 periods since 2022-01-01; missing: 2022-01-03 to 2022-01-04,\n  2022-01-06\n" in story.text


def test_of_many_reasons_five_are_said_and_the_others_counted() -> None:
    chronicle = netflix(replace(NTH, at=(3,)))
    (bulletin,) = a_run(chronicle, "Ozark", "Dark", *[None, "Ozark"] * 7, "Squid Game")
    (story,) = sent_of(bulletin)
    assert story.text.count("  Not certain: the period ") == 5
    assert "  and 2 more reasons, named in the JSON message.\n" in story.text


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
    work = Work("new", "Brand New", None, None, (), DAY + timedelta(1 - after))
    (bulletin,) = a_run(netflix(NEW, works=(work,)), "Ozark", "Brand New")
    (story,) = sent_of(bulletin)
    first, second, _, standing, *_ = story.text.splitlines()
    assert (first, second) == ("Brand New", f"Title, released {work.release_date}")
    assert standing == f"Netflix's daily chart, 2022-01-02{said}"


def test_metrics_are_named_as_far_as_there_were_any_by_then() -> None:
    metrics = (
        MetricPeriod("hours"),
        MetricPeriod("views", DAY + timedelta(2)),
        MetricPeriod("minutes", DAY + timedelta(9)),
    )
    chronicle = netflix(NEW, chart=replace(NETFLIX, metric_periods=metrics))
    (then,) = a_run(chronicle, "Ozark", "Squid Game")
    (later,) = chronicle.arrives(2, US="Ozark")
    assert "\n  Ranked by hours\n" in sent_of(then)[0].text
    assert "\n  Ranked by hours, views since 2022-01-03\n" in sent_of(later)[0].text


def test_of_many_before_the_latest_are_named_and_the_others_counted() -> None:
    titles = [f"Title {number}" for number in range(14)]
    (bulletin,) = a_run(netflix(replace(NTH, at=(15,))), "Ozark", *titles)
    (story,) = sent_of(bulletin)
    lines = story.text.splitlines()
    start = lines.index("  Before it:")
    assert lines[start + 1] == "    2 more, named in the JSON message, then"
    assert lines[start + 2] == "    2022-01-03  Title 1"
    assert lines[start + 1 + MAX_EARLIER] == "    2022-01-14  Title 12"
    (bulletin,) = a_run(netflix(replace(NTH, at=(13,))), "Ozark", *titles[:12])
    assert "more, named" not in sent_of(bulletin)[0].text


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
    assert "\n  Before this correction: Squid Game (2022-01-02).\n" in gains.text


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


# The id in a body, as a queue gets it.


def test_a_body_as_it_is_sent_says_which_message_it_is() -> None:
    (bulletin,) = a_run(netflix(), "Ozark", "Squid Game")
    (story,) = sent_of(bulletin)
    for message in (story, digest(bulletin, [story], LIMITS)):
        assert id_in_body(as_text(message.body)) == message.id


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"type": "story", "story": "weekly:00000001:dark", "bulletin": "weekly:00000001"}', "weekly:00000001:dark"),
        ('{"type": "digest", "bulletin": "weekly:00000001", "stories": []}', "weekly:00000001:digest"),
        ('{"Type": "SubscriptionConfirmation"}', None),
        ('{"type": "story", "story": 7}', None),
        ('{"story": "weekly:00000001:dark"}', None),
        ("[1]", None),
        ("hello", None),
    ],
)
def test_a_body_of_another_kind_says_none(body: str, message: str | None) -> None:
    assert id_in_body(body) == message
