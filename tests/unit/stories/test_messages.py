"""Whole messages, as people and machines get them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones
from chartwatch.adapters.sns import MAX_MESSAGE
from chartwatch.domain.charts.chart import MetricPeriod
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.rules.rule import Condition, Fact, Rule, RuleKind, RuleSet, Scope
from chartwatch.domain.stories import story as sent
from chartwatch.domain.stories.story import MAX_EARLIER, MAX_TITLE, as_text, digest, stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import store_publication
from tests.unit.stories.test_stories import CHART, START, WORKS, bulletins, last

NEW = Rule("new", RuleKind.CHANGE, Scope.TERRITORY, "{title} is new", "new #1")
NTH = Rule("nth", RuleKind.NTH, Scope.TERRITORY, "{title} is the {ordinal}", "{ordinal}", at=(1, 2, 14))
KOREAN = (Condition(Fact.ORIGINAL_LANGUAGE, frozenset({"ko"})),)
SPREAD = Rule("spread", RuleKind.SPREAD, Scope.CHART, "{title} in {n}", "in {n}", at=(2,))


def test_a_digest_is_one_line_a_story_for_people_and_one_object_a_story_for_machines() -> None:
    *_, bulletin = bulletins(
        {"US": "Ozark", "KR": "Ozark"},
        {"US": "Squid Game", "KR": "Squid Game"},
        {"US": "Who Killed Sara?", "KR": "Ozark"},
    )
    message = digest(bulletin, stories(bulletin))
    assert message.id == "netflix-daily-overall:00000003:digest"
    assert message.subject == "2 stories: Netflix's daily chart, 2022-01-03"
    assert message.text == (
        "Netflix's daily chart, 2022-01-03: 2 stories\n"
        "\n"
        "* Who Killed Sara?: first title from Mexico, first title in Spanish\n"
        "  (Netflix's daily chart, US)\n"
        "* Ozark: back at #1 (Netflix's daily chart, KR)\n"
        "\n"
        "Bulletin netflix-daily-overall:00000003\n"
    )
    assert message.body == {
        "format": 1,
        "bulletin": "netflix-daily-overall:00000003",
        "chart": {"id": "netflix-daily-overall", "name": "Netflix's daily chart"},
        "period": "2022-01-03",
        "stories": [
            {
                "story": "netflix-daily-overall:00000003:sara",
                "title": "Who Killed Sara?",
                "subject": "Who Killed Sara?: first title from Mexico, first title in Spanish "
                "(Netflix's daily chart, US)",
                "status": "announced",
                "priority": 4,
                "territories": ["US"],
            },
            {
                "story": "netflix-daily-overall:00000003:ozark",
                "title": "Ozark",
                "subject": "Ozark: back at #1 (Netflix's daily chart, KR)",
                "status": "announced",
                "priority": 1,
                "territories": ["KR"],
            },
        ],
        "stories_left_out": 0,
    }
    assert message.attributes == {"chart": "netflix-daily-overall", "priority": 4}
    assert message.follows_up is False


def test_a_digest_of_very_many_stories_names_the_weightiest_and_counts_the_others() -> None:
    *_, bulletin = bulletins({"US": "Ozark"}, {"US": "Who Killed Sara?"})
    (story,) = stories(bulletin)
    told = [replace(story, id=f"{story.id} {number}", subject=f"{number}: {'x' * 60}") for number in range(2000)]
    message = digest(bulletin, told)
    listed = message.body["stories"]
    assert message.body["stories_left_out"] == 2000 - len(listed) > 0
    assert [its["story"] for its in listed] == [its.id for its in told[: len(listed)]]
    assert message.text.endswith(
        f"* {len(listed) - 1}: {'x' * 60}\n"
        f"* and {2000 - len(listed)} more stories, each sent by itself\n"
        f"\nBulletin {bulletin.id}\n"
    )
    forms = {"default": as_text(message.body), "email": message.text}
    assert len(json.dumps(forms, ensure_ascii=False).encode()) < MAX_MESSAGE


def test_a_text_of_very_many_milestones_says_the_weightiest_and_counts_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    *_, bulletin = bulletins({"US": "Ozark"}, {"US": "Who Killed Sara?"})
    (whole,) = stories(bulletin)
    said = whole.text.partition("\nOn the record\n")[0]
    assert said.count("\n* ") > 2
    monkeypatch.setattr(sent, "MAX_TEXT", len(said.encode()) - 10)
    (cut,) = stories(bulletin)
    assert "And 1 more milestone.\n\nOn the record\n" in cut.text
    monkeypatch.setattr(sent, "MAX_TEXT", len(said.encode()) + 10)
    assert stories(bulletin) == [whole]


def test_a_thing_said_of_one_territory_again_and_again_is_said_in_full_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, Catalog(WORKS), RuleSet([NEW]), START)

    def published(titles: Sequence[str], fetched_at: str) -> None:
        for day, title in enumerate(titles):
            edition = Edition("US", (Entry(1, title, None, Kind.SERIES),))
            document = Provenance("top10.csv", fetched_at, fetched_at * 4)
            store_publication(Publication(CHART, START + timedelta(day), (edition,), document), charts)

    published(["Ozark", "Squid Game"] * 3, "2022-01-09T08:00:00Z")
    for day in range(6):
        detector.detect(CHART.id, START + timedelta(day))
    published(["Ozark", "Who Killed Sara?"] * 3, "2022-01-10T08:00:00Z")
    (bulletin,) = detector.detect(CHART.id, START + timedelta(1))
    (text,) = (story.text for story in stories(bulletin) if story.title == "Who Killed Sara?")
    assert text.count("* Corrected: Who Killed Sara? is new") == 3
    for day in (2, 4, 6):
        assert f"  Before this correction: Squid Game (2022-01-0{day})." in text
    assert "territories" not in text
    monkeypatch.setattr(sent, "MAX_TEXT", len(text.partition("\nOn the record\n")[0].encode()) - 10)
    (text,) = (story.text for story in stories(bulletin) if story.title == "Who Killed Sara?")
    assert text.count("* Corrected: Who Killed Sara? is new") == 2
    assert "And 1 more milestone.\n" in text


def test_a_thing_said_of_several_territories_is_said_once_and_lists_them() -> None:
    *_, bulletin = bulletins(
        {"US": "Ozark", "KR": "Ozark"}, {"US": "Squid Game", "KR": "Squid Game"}, rules=RuleSet([NEW, SPREAD])
    )
    (story,) = stories(bulletin)
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
    *_, bulletin = bulletins(
        {"US": "Ozark", "KR": "Ozark"}, {"US": "Squid Game", "KR": "Squid Game"}, rules=RuleSet([SPREAD])
    )
    (story,) = stories(bulletin)
    assert story.body["territories"] == ["KR", "US"]
    assert story.attributes["territories"] == ("KR", "US")
    assert story.body["milestones_left_out"] == 0


def test_of_several_stories_that_weigh_the_same_the_one_of_more_territories_comes_first() -> None:
    *_, bulletin = bulletins(
        {"US": "Ozark", "KR": "Ozark", "JP": "Ozark"},
        {"US": "Squid Game", "KR": "Who Killed Sara?", "JP": "Squid Game"},
        rules=RuleSet([NEW]),
    )
    assert [story.title for story in stories(bulletin)] == ["Squid Game", "Who Killed Sara?"]
    *_, bulletin = bulletins(
        {"US": "Ozark", "KR": "Ozark", "JP": "Ozark"},
        {"US": "Ozark", "KR": "Who Killed Sara?", "JP": "Dark"},
        {"US": "Squid Game", "KR": "Ozark", "JP": "Ozark"},
        rules=RuleSet([NEW, replace(NTH, at=(2,))]),
    )
    heavy, light = stories(bulletin)
    assert (heavy.title, light.title) == ("Squid Game", "Ozark")
    assert heavy.priority > light.priority


def test_a_doubtful_story_says_what_is_missing() -> None:
    story = last("Ozark", "Squid Game", None, None, "All of Us Are Dead", None, "Dark")
    assert story.subject.startswith("Provisional: Dark: new #1")
    assert story.text.startswith(
        "Dark\nSeries\n\nNetflix's daily chart, 2022-01-07\n\n* Provisional: Dark is the new #1"
    )
    assert "\n  Not certain: the period 2022-01-06 is missing.\n" in story.text
    assert "\n  4 of 7 periods since 2022-01-01; missing: 2022-01-03 to 2022-01-04,\n  2022-01-06\n" in story.text


def test_of_many_doubts_five_are_told_and_the_others_counted() -> None:
    days: list[dict[str, str] | None] = [{"US": "Ozark"}, {"US": "Dark"}]
    days += [None, {"US": "Ozark"}] * 7
    *_, bulletin = bulletins(*days, {"US": "Squid Game"}, rules=RuleSet([replace(NTH, at=(3,))]))
    (story,) = stories(bulletin)
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
    work = Work("new", "Brand New", None, None, (), START + timedelta(1 - after))
    *_, bulletin = bulletins({"US": "Ozark"}, {"US": "Brand New"}, works=[work], rules=RuleSet([NEW]))
    (story,) = stories(bulletin)
    first, second, _, standing, *_ = story.text.splitlines()
    assert (first, second) == ("Brand New", f"Title, released {work.release_date}")
    assert standing == f"Netflix's daily chart, 2022-01-02{said}"


def test_metrics_are_named_as_far_as_there_were_any_by_then() -> None:
    chart = replace(
        CHART,
        metric_periods=(
            MetricPeriod("hours"),
            MetricPeriod("views", START + timedelta(2)),
            MetricPeriod("minutes", START + timedelta(9)),
        ),
    )
    days = [{"US": title} for title in ("Ozark", "Squid Game", "Ozark")]
    then, later = bulletins(*days, chart=chart, rules=RuleSet([NEW]))
    assert "\n  Ranked by hours\n" in stories(then)[0].text
    assert "\n  Ranked by hours, views since 2022-01-03\n" in stories(later)[0].text


def test_of_many_before_the_latest_are_named_and_the_others_counted() -> None:
    titles = [f"Title {number}" for number in range(14)]
    *_, bulletin = bulletins(*({"US": title} for title in ("Ozark", *titles)), rules=RuleSet([replace(NTH, at=(15,))]))
    (story,) = stories(bulletin)
    lines = story.text.splitlines()
    start = lines.index("  Before it:")
    assert lines[start + 1] == "    2 more, named in the JSON message, then"
    assert lines[start + 2] == "    2022-01-03  Title 1"
    assert lines[start + 1 + MAX_EARLIER] == "    2022-01-14  Title 12"
    *_, bulletin = bulletins(
        *({"US": title} for title in ("Ozark", *titles[:12])), rules=RuleSet([replace(NTH, at=(13,))])
    )
    assert "more, named" not in stories(bulletin)[0].text


def test_a_long_title_is_cut_in_the_subject_alone() -> None:
    for title, shown in (
        ("A" * MAX_TITLE, "A" * MAX_TITLE),
        ("A" * (MAX_TITLE + 1), f"{'A' * (MAX_TITLE - 3)}..."),
        (f"{'A' * (MAX_TITLE - 4)} {'B' * 9}", f"{'A' * (MAX_TITLE - 4)}..."),
    ):
        story = last("Ozark", title)
        assert story.subject.startswith(f"{shown}: new #1")
        assert story.text.startswith(f"{title}\n")


def test_what_is_taken_back_says_that_it_does_not_stand_any_more() -> None:
    first = {"US": "Ozark"}
    told = bulletins(first, {"US": "Squid Game"}, rules=RuleSet([NTH]))
    assert all(not story.follows_up for bulletin in told for story in stories(bulletin))
    correction = _corrected()
    (gains, loses) = sorted(stories(correction), key=lambda story: story.title)
    assert gains.follows_up
    assert loses.follows_up
    assert digest(correction, [gains, loses]).follows_up
    assert "no longer new #1" in loses.subject
    assert "\n  Before this correction: Squid Game (2022-01-02).\n" in gains.text


def _corrected() -> Bulletin:
    """Return the bulletin in which the #1 of a day turns out to be another."""
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, Catalog(), RuleSet([NEW]), START)
    found: list[Bulletin] = []
    for day, title in ((0, "Ozark"), (1, "Squid Game"), (1, "Dark")):
        edition = Edition("US", (Entry(1, title, None, Kind.SERIES),))
        provenance = Provenance("https://example.org/top10.csv", None, f"{day}{title}".encode().hex().ljust(64, "0"))
        store_publication(Publication(CHART, START + timedelta(day), (edition,), provenance), charts)
        found = detector.detect(CHART.id, START + timedelta(day))
    return found[-1]


def test_json_is_sent_without_spaces_and_with_every_script_as_it_is() -> None:
    assert as_text({"a": ["오징어", 1], "b": None}) == '{"a":["오징어",1],"b":null}'


@pytest.mark.parametrize("room", range(400, 1500, 37))
def test_a_body_holds_as_much_as_fits_and_no_more(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent, "MAX_BODY", room)
    milestones = [
        {"slot": f"slot {n}", "evidence": {"seen": "x" * length}} for n, length in enumerate((90, 300, 40, 200))
    ]
    body: dict[str, Any] = {"story": "s", "milestones": [], "milestones_left_out": 0}

    def size(value: object) -> int:
        return len(json.dumps(as_text(value)).encode())

    fitted = sent._fitted(body, milestones)
    kept = fitted["milestones"]
    # Brackets, and the comma that there is for each milestone but one, are what the room is reckoned with.
    assert size(fitted) <= room + 2
    assert [its["slot"] for its in kept] == [its["slot"] for its in milestones[: len(kept)]]
    assert fitted["milestones_left_out"] == len(milestones) - len(kept)
    if len(kept) < len(milestones):
        assert all(its["evidence"] is None for its in kept)
        assert size({**fitted, "milestones": [*kept, {**milestones[len(kept)], "evidence": None}]}) > room - 2
    for at, its in enumerate(kept):
        if its["evidence"] is None:
            assert size({**fitted, "milestones": [*kept[:at], milestones[at], *kept[at + 1 :]]}) > room - 2
            break


@pytest.mark.parametrize(("unknown", "more"), [(100, []), (101, ["1 more work"]), (103, ["3 more works"])])
def test_of_very_many_works_of_which_something_is_unknown_a_hundred_are_named(unknown: int, more: list[str]) -> None:
    day = {f"T{number:03d}": f"Riddle {number}" for number in range(unknown)}
    rule = Rule("nth", RuleKind.NTH, Scope.CHART, "{title} is the {ordinal}", "{ordinal}", where=KOREAN, at=(1,))
    *_, bulletin = bulletins(day, {**day, "US": "Squid Game"}, rules=RuleSet([rule]))
    (first,) = (change.milestone for change in bulletin.changes)
    assert first.because[100:] == tuple(f"facts of {works} are unknown" for works in more)
    assert {reason.partition(" of ")[0] for reason in first.because[:100]} == {"the original language"}
