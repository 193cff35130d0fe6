"""What is not certain is marked wherever it is named, whatever the rules say."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chartwatch.adapters.memory import MemoryRecord
from chartwatch.domain.milestones.milestone import Bulletin, Status, WorkFacts
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.rules.standing import EVERYWHERE
from chartwatch.domain.stories import wording
from chartwatch.domain.stories.points import Point
from chartwatch.domain.stories.subject import LEAST, subject_of
from chartwatch.domain.stories.wording import shortened, wrapped
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector
from tests.chronicle import CHANGE, NTH, Chronicle, a_run
from tests.courses import run, straight
from tests.marks import IN_SUBJECTS, unmarked
from tests.strategies import World, courses, examples, worlds

ROOM = 99


def told_apart(world: World) -> World:
    """Return the world with rules whose words are their own."""
    its = {"headline": "{title} {is} {n} of {id} with [{group}] in {territory}", "brief": "{n} of {id} with [{group}]"}
    rules = tuple(
        rule | {field: said.replace("{id}", rule["id"]) for field, said in its.items()} for rule in world.facts.rules
    )
    return replace(world, facts=world.facts._replace(rules=rules))


@pytest.mark.parametrize("share", range(4))
@examples(80)
@given(data=st.data())
def test_no_message_of_generated_rules_states_what_is_not_certain_as_a_fact(share: int, data: st.DataObject) -> None:
    del share  # the examples are drawn by chance
    world = told_apart(data.draw(worlds()))
    done = run(data.draw(courses(world)))
    assert [place for bulletin in done.bulletins for place in unmarked(bulletin)] == []


@examples(80)
@given(worlds())
def test_nor_does_one_of_the_default_rules(world: World) -> None:
    done = run(straight(world))
    detector = Detector(done.charts, MemoryRecord(), world.facts.catalog, default_rules())
    for chart in done.charts.charts():
        for publication in done.charts.summaries(chart):
            for bulletin in detector.detect(chart, publication.period):
                assert unmarked(bulletin) == []


def test_what_is_looked_for_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    (mixed,) = a_run(Chronicle(CHANGE, NTH), "Ozark", "A Riddle", "Squid Game")
    (uncertain,) = a_run(Chronicle(NTH), "Ozark", "A Riddle", "Squid Game")
    assert unmarked(mixed) == unmarked(uncertain) == []
    monkeypatch.setitem(wording.TEXT_MARKS, (Status.PROVISIONAL, False), "")
    assert [place[:5] for place in unmarked(mixed)] == ["text:", "text:"]
    monkeypatch.setitem(wording.SUBJECT_MARKS, (Status.PROVISIONAL, False), "")
    assert "certain and marked, or neither: Squid Game: first (the daily chart in the United States)" in unmarked(
        uncertain
    )


# Subjects.

WORDS = st.text("abcdefghij -,:", min_size=1, max_size=70).map(lambda text: " ".join(text.split()) or "x")
POINTS = st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=4, unique_by=lambda pair: pair[0])


def subject(title: str, chart: str, points: list[tuple[str, bool]], territory: str = EVERYWHERE) -> str:
    """Return the subject of points of a territory, each a brief and whether it is certain, the certain ones first."""
    change = next(iter(a_run(Chronicle(CHANGE), "Ozark", "Dead")[-1].changes))
    changes = (replace(change, milestone=replace(change.milestone, territory=territory)),)
    bulletin = Bulletin("chart", chart, 1, date(2022, 1, 1), (), {})
    ordered = sorted(points, key=lambda point: not point[1])
    made = [
        Point(brief, Status.ANNOUNCED if certain else Status.PROVISIONAL, certain, Priority.FIRST, True, changes)
        for brief, certain in ordered
    ]
    return subject_of(bulletin, WorkFacts(title, None, None, (), None, ""), made, ROOM)


@examples(300)
@given(title=WORDS, chart=WORDS, points=POINTS)
@example(title=":" * 40, chart=":" * 41, points=[(":", False)])
def test_a_subject_keeps_its_mark_and_its_charts_name_however_long_it_would_be(
    title: str, chart: str, points: list[tuple[str, bool]]
) -> None:
    said = subject(title, chart, points)
    first, *others = sorted(points, key=lambda point: not point[1])
    assert len(said) <= ROOM
    assert said.startswith(IN_SUBJECTS) is not first[1]
    if len(chart) <= 32:
        assert f"({chart})" in said
    shown = said.removesuffix(")").rpartition(" (")[0]
    for brief, certain in others:
        # What is said later is said whole, and with its mark, or not at all.
        if first[1] and not certain and shown.endswith(f", {brief}"):
            raise AssertionError(said)


def test_a_subject_that_is_too_long_leaves_out_what_is_said_later_first() -> None:
    points = [("first title from South Korea", True), ("first title in Korean", True), ("second of all", False)]
    said = "Squid Game: first title from South Korea and first in Korean"
    assert subject("Squid Game", "a chart with a long name", points) == f"{said} (a chart with a long name)"
    points[2] = ("second", False)
    assert subject("Squid Game", "it", points) == f"{said}, perhaps second (it)"
    long = subject("Squid Game", "the chart of films of every week in a year", points)
    assert long == "Squid Game: first title from South Korea (the chart of films of every week in a year)"


def test_then_the_title_is_shortened_and_then_what_is_said_first() -> None:
    chart, brief = "Netflix's weekly chart of all films", "first title from the United States"
    said = subject("Fast & Furious Presents: Hobbs & Shaw", chart, [(brief, True)])
    assert said == f"Fast & Furious...: {brief} ({chart})"
    said = subject("Fast & Furious Presents: Hobbs & Shaw", chart, [(brief, False)])
    assert said == f"Provisional: Fast &...: {brief} ({chart})"


@pytest.mark.parametrize(
    ("text", "room", "said"),
    [
        ("Demon Slayer: Kimetsu no Yaiba", 28, "Demon Slayer: Kimetsu no..."),
        ("Money Heist: Korea - Joint Economic Area", 19, "Money Heist..."),
        ("longest run at #1, three weeks", 28, "longest run at #1..."),
        ("Tyler, the Creator first artist with two", 30, "Tyler, the Creator first..."),
        ("Supercalifragilistic", 12, "Supercali..."),
        ("A Supercalifragilistic", 12, "A Superca..."),
        ("Ozark", 5, "Ozark"),
    ],
)
def test_what_is_cut_ends_with_a_part_of_the_sentence_or_a_word(text: str, room: int, said: str) -> None:
    assert shortened(text, room) == said


@pytest.mark.parametrize(
    ("title", "territory", "said"),
    [
        ("Kingdom: Ashin of the North", "TW", "Kingdom: Ashin of...: longest run at #1... ({chart} in Taiwan)"),
        ("Blood Red Sky", "VN", "Blood Red Sky: longest run at #1, two weeks ({chart} in Vietnam)"),
        ("Clickbait", "GB", "Clickbait: longest run at #1, two weeks ({chart} in the UK)"),
        ("How I Fell in Love with a Gangster", "PL", "How I Fell in Love...: longest run at #1... ({chart} in Poland)"),
        (
            "How I Fell in Love with a Gangster",
            "BA",
            "How I Fell in Love with...: longest run at #1... ({chart} in BA)",
        ),
    ],
)
def test_a_place_keeps_its_name_while_title_and_news_can_be_read(title: str, territory: str, said: str) -> None:
    chart = "Netflix's weekly films chart"
    told = [("longest run at #1, two weeks", False)]
    assert subject(title, chart, told, territory) == f"Provisional: {said.format(chart=chart)}"


def test_only_a_chart_whose_name_takes_the_whole_line_is_shortened() -> None:
    said = subject("T" * 60, "the chart of " + "x" * 90, [("y" * 60, False)])
    assert said.count("...") == 3
    assert f"{'T' * (LEAST - 3)}...: {'y' * (LEAST - 3)}... (the chart of xxx" in said


@pytest.mark.parametrize(
    "address", ["https://charts.example/all-weeks-of-all-countries/" + "top-ten-" * n for n in (3, 9)]
)
def test_no_line_breaks_an_address_at_a_hyphen(address: str) -> None:
    assert any(address in line for line in wrapped(f"Source {address}", "  "))
