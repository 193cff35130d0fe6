"""What a person and a machine are sent of a bulletin."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest

from chartwatch.adapters.memory import MemoryCharts, MemoryMilestones
from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.milestones.milestone import Bulletin, Status
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.stories.story import MAX_BODY, MAX_SUBJECT, WIDTH, Priority, Story, as_text, digest, stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.services.detect import Detector
from chartwatch.services.ingest import store_publication

CHART = Chart(
    id="netflix-daily-overall",
    name="Netflix's daily chart",
    provider="netflix",
    cadence=Cadence.DAY,
    depth=1,
    metric_periods=(MetricPeriod("viewers of the day"),),
)
START = date(2022, 1, 1)
WORKS = (
    Work("sara", "Who Killed Sara?", Kind.SERIES, "es", ("MX",), date(2021, 3, 24)),
    Work("squid", "Squid Game", Kind.SERIES, "ko", ("KR",), date(2021, 9, 17)),
    Work("dead", "All of Us Are Dead", Kind.SERIES, "ko", ("KR",), date(2021, 12, 28)),
    Work("ozark", "Ozark", Kind.SERIES, "en", ("US",), date(2017, 7, 21)),
    Work("queen", "오징어 게임 — Élite\u202e", Kind.SERIES, "ko", ("KR",)),
)
SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "story.schema.json").read_text())


def bulletins(
    *days: dict[str, str] | None,
    live_from: date = START,
    works: Iterable[Work] = WORKS,
    rules: RuleSet | None = None,
    chart: Chart = CHART,
) -> list[Bulletin]:
    """Return what comes out of one edition a territory and day, given its #1; None skips a day."""
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, Catalog(works), rules or default_rules(), live_from)
    found: list[Bulletin] = []
    for number, number_ones in enumerate(days):
        if number_ones is None:
            continue
        period = START + timedelta(number)
        editions = tuple(Edition(t, (Entry(1, title, None, Kind.SERIES),)) for t, title in number_ones.items())
        document = Provenance("https://example.org/top10.csv", "2022-01-09T08:00:00Z", "0" * 64)
        store_publication(Publication(chart, period, editions, document), charts)
        found += detector.detect(chart.id, period)
    return found


def last(*titles: str | None) -> Story:
    return stories(bulletins(*({"US": title} if title else None for title in titles))[-1])[0]


def test_a_story_says_the_rank_of_the_work_and_names_those_before_it() -> None:
    story = last("Ozark", "Who Killed Sara?", "Squid Game", "All of Us Are Dead")
    assert story.subject == ("All of Us Are Dead: South Korea first country with two, third non-English series (US)")
    assert story.text == (
        "All of Us Are Dead\n"
        "Korean-language series from South Korea, released 2021-12-28\n"
        "\n"
        "Netflix's daily chart, 2022-01-04, 7 days after release\n"
        "\n"
        "* South Korea is the first country with two non-English series at #1 of\n"
        "  Netflix's daily chart in the United States, by All of Us Are Dead, 7\n"
        "  days after release, in records since 2022-01-01\n"
        "  Before it:\n"
        "    2022-01-02  Who Killed Sara? (MX)\n"
        "    2022-01-03  Squid Game (KR)\n"
        "\n"
        "* All of Us Are Dead is the third non-English series to reach #1 of\n"
        "  Netflix's daily chart in the United States, 7 days after release, in\n"
        "  records since 2022-01-01\n"
        "  Before it:\n"
        "    2022-01-02  Who Killed Sara?\n"
        "    2022-01-03  Squid Game\n"
        "\n"
        "* All of Us Are Dead is the third non-English title to reach #1 of\n"
        "  Netflix's daily chart in the United States, 7 days after release, in\n"
        "  records since 2022-01-01\n"
        "  Before it:\n"
        "    2022-01-02  Who Killed Sara?\n"
        "    2022-01-03  Squid Game\n"
        "\n"
        "* All of Us Are Dead is the new #1 of Netflix's daily chart in the\n"
        "  United States, 7 days after release, in records since 2022-01-01\n"
        "  Before it, on 2022-01-03: Squid Game.\n"
        "\n"
        "On the record\n"
        "  4 of 4 periods since 2022-01-01; no gaps\n"
        "  Ranked by viewers of the day\n"
        "  Source https://example.org/top10.csv\n"
        "  Fetched 2022-01-09T08:00:00Z\n"
        "  SHA-256 of the document:\n"
        f"  {'0' * 64}\n"
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
        "milestones": (
            "first-country-with-n-non-english-series",
            "first-country-with-n-non-english-series-anywhere",
            "new-number-one",
            "new-number-one-anywhere",
            "nth-non-english-series",
            "nth-non-english-series-anywhere",
            "nth-non-english-title",
            "nth-non-english-title-anywhere",
        ),
        "status": "announced",
        "priority": 4,
    }


def test_a_fact_that_is_not_known_is_no_attribute() -> None:
    story = last("Ozark", "Some New Title")
    assert not {"origin_countries", "language"} & story.attributes.keys()


def test_one_work_topping_many_territories_is_one_story() -> None:
    territories = [f"{a}{b}" for a in "ABCDEFGHI" for b in "QRSTUVWXYZ"]
    before, after = dict.fromkeys(territories, "Ozark"), dict.fromkeys(territories, "Squid Game")
    (story,) = stories(bulletins(before, after)[-1])
    assert story.subject.startswith("Squid Game: first title from South Korea")
    assert "New #1 in 90 territories:" in story.text
    assert story.attributes["territories"] == tuple(sorted(territories))


def test_what_is_too_long_for_one_message_gives_way_from_the_least_weighty_end() -> None:
    territories = [f"{a}{b}" for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    before, after = dict.fromkeys(territories, "Ozark"), dict.fromkeys(territories, "Squid Game")
    bulletin = bulletins(before, after)[-1]
    (story,) = stories(bulletin)
    milestones = story.body["milestones"]
    assert len(json.dumps(as_text(story.body), ensure_ascii=False).encode()) <= MAX_BODY
    assert story.body["milestones_left_out"] == len(bulletin.changes) - len(milestones) > 0
    kept = {milestone["slot"] for milestone in milestones}
    weights = {c.milestone.slot: Priority.of(c.milestone) for c in bulletin.changes}
    assert min(weights[slot] for slot in kept) >= max(w for slot, w in weights.items() if slot not in kept)


def test_a_subject_says_in_one_breath_only_what_holds_in_the_same_territories() -> None:
    days = (
        {"US": "Squid Game", "KR": "Ozark"},
        {"US": "Ozark", "KR": "Ozark"},
        {"US": "Squid Game", "KR": "Squid Game"},
    )
    (story,) = stories(bulletins(*days)[-1])
    assert (
        story.subject == "Squid Game: first title from South Korea, first title in Korean (Netflix's daily chart, KR)"
    )


def test_a_gap_right_before_is_told_with_its_caveat() -> None:
    story = last("Ozark", None, "Squid Game")
    assert story.status is Status.PROVISIONAL
    assert story.subject.startswith("Provisional: Squid Game")
    assert "Not certain: the period 2022-01-02 is missing." in story.text


def corrected() -> list[Story]:
    """Return what is told when a day arrives late that another work had topped first."""
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, Catalog(WORKS), default_rules(), START)
    found: list[Bulletin] = []
    for day, title in ((0, "Ozark"), (2, "Squid Game"), (1, "Who Killed Sara?")):
        period = START + timedelta(day)
        edition = Edition("US", (Entry(1, title, None, Kind.SERIES),))
        store_publication(Publication(CHART, period, (edition,), Provenance("top10.csv", None, "0" * 64)), charts)
        found += detector.detect(CHART.id, period)
    return stories(found[-1])


def test_a_correction_goes_to_the_work_that_gains_and_to_the_one_that_loses() -> None:
    told = {story.title: story for story in corrected()}
    gains, loses = told["Who Killed Sara?"], told["Squid Game"]
    assert gains.status is loses.status is Status.CORRECTED
    assert gains.subject.startswith("Correction: Who Killed Sara?")
    assert "Before this correction: Squid Game (2022-01-03)." in gains.text
    assert "no longer first non-English series" in loses.subject
    assert "* Confirmed: Squid Game is the first title from South Korea" in loses.text


def test_a_retraction_is_told_as_one() -> None:
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, Catalog(WORKS), default_rules(), START)
    found: list[Bulletin] = []
    for day, title in ((0, "Ozark"), (1, "Squid Game"), (1, "Ozark")):
        period = START + timedelta(day)
        edition = Edition("US", (Entry(1, title, None, Kind.SERIES),))
        store_publication(Publication(CHART, period, (edition,), Provenance("top10.csv", None, "0" * 64)), charts)
        found += detector.detect(CHART.id, period)
    (story,) = stories(found[-1])
    assert story.subject.startswith("Retracted: Squid Game: no longer")
    assert "What was told before does not stand any more." in story.text
    assert "* Retracted: Squid Game is the first title from South Korea" in story.text


def test_nobody_is_told_of_silent_changes() -> None:
    days = ({"US": "Ozark"}, {"US": "Squid Game"})
    assert [stories(bulletin) for bulletin in bulletins(*days, live_from=date(2023, 1, 1))] == [[], []]


@pytest.mark.parametrize(
    "titles", [("Ozark", "오징어 게임 — Élite\u202e"), ("Ozark", "x" * 200), ("Ozark", "a\r\nBcc: b\x00")]
)
def test_a_subject_is_short_printable_ascii_and_a_text_holds_no_control_characters(titles: tuple[str, ...]) -> None:
    story = last(*titles)
    assert len(story.subject) <= MAX_SUBJECT
    assert all(" " <= character <= "~" for character in story.subject)
    assert not [ch for ch in story.text if unicodedata.category(ch)[0] == "C" and ch != "\n"]
    assert max(map(len, story.text.splitlines())) <= WIDTH


def test_every_story_is_as_its_published_schema_says() -> None:
    told = [
        last("Ozark", "Who Killed Sara?", "Squid Game", "All of Us Are Dead"),
        last("Ozark", None, "Squid Game"),
        *corrected(),
    ]
    for story in told:
        jsonschema.validate(json.loads(as_text(story.body)), SCHEMA)


def test_the_digest_lists_every_story_of_a_bulletin() -> None:
    bulletin = bulletins({"US": "Ozark", "CA": "Ozark"}, {"US": "Squid Game", "CA": "Who Killed Sara?"})[-1]
    told = stories(bulletin)
    message = digest(bulletin, told)
    assert message.subject == "2 stories: Netflix's daily chart, 2022-01-02"
    assert [story["subject"] for story in message.body["stories"]] == [story.subject for story in told]
    flat = " ".join(message.text.split())
    assert all(story.subject in flat for story in told)
    assert len(message.attributes) <= 9


def test_the_same_said_over_all_territories_of_a_chart_that_ranks_one_is_said_once() -> None:
    assert "anywhere" not in last("Ozark", "Squid Game").text
    both = stories(bulletins({"US": "Ozark", "CA": "Ozark"}, {"US": "Squid Game", "CA": "Ozark"})[-1])
    assert "anywhere" in both[0].text


def test_the_weight_of_a_milestone_is_that_of_its_kind() -> None:
    changes = bulletins({"US": "Ozark"}, {"US": "Who Killed Sara?"}, {"US": "Squid Game"})[-1].changes
    weights = {c.milestone.rule: Priority.of(c.milestone) for c in changes}
    assert weights["first-from-country"] > weights["nth-non-english-series"] > weights["new-number-one"]
    assert Priority.of(replace(changes[0].milestone, n=1)) in (Priority.FIRST, Priority.CHANGE)


def crowd(*extra: str) -> dict[str, str]:
    """Return a day on which many territories have each its own new #1."""
    return {f"A{letter}": f"Title {letter}" for letter in "ABCDEFGH"} | {f"B{title[-1]}": title for title in extra}


def test_a_correction_of_what_many_hold_is_sent_for_those_alone_that_came_or_went() -> None:
    ozark = dict.fromkeys([*crowd(), "BZ"], "Ozark")
    charts, milestones = MemoryCharts(), MemoryMilestones()
    detector = Detector(charts, milestones, Catalog(WORKS), default_rules())
    found: list[Bulletin] = []
    for day, number_ones in ((0, ozark), (1, crowd("Wrong Z")), (1, crowd("Right Z"))):
        editions = tuple(Edition(t, (Entry(1, title),)) for t, title in number_ones.items())
        period = START + timedelta(day)
        provenance = Provenance("top10.csv", None, f"{len(found):064}")
        store_publication(Publication(CHART, period, editions, provenance), charts)
        found += detector.detect(CHART.id, period)
    told = {story.title: story for story in stories(found[-1])}
    assert told.keys() == {"Wrong Z", "Right Z"}
    assert "* Corrected: New #1 anywhere, with 8 other titles" in told["Right Z"].text
    assert "* Corrected: No longer new #1 anywhere\n" in told["Wrong Z"].text
