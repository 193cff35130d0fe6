"""Of every publication a digest is sent, also where nothing in it is new; and how a work did in its list."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.charts.chart import Cadence, Chart, MetricPeriod
from chartwatch.domain.charts.publications import Edition, Entry, Publication
from chartwatch.domain.milestones.milestone import Bulletin, Listed, Row
from chartwatch.domain.stories.figures import how_it_did
from chartwatch.domain.works.work import Kind
from chartwatch.services.publish import messages
from chartwatch.services.updating import store_publication
from tests.chronicle import CHANGE, DAY, DOCUMENT, Chronicle, Ones

WEEKLY = Chart(
    "weekly",
    "the weekly chart",
    "somewhere",
    Cadence.WEEK,
    3,
    Kind.SERIES,
    (MetricPeriod("hours viewed"), MetricPeriod("views", date(2023, 6, 18))),
    identifying=("hours", "views"),
)


def texts(bulletins: Sequence[Bulletin]) -> list[str]:
    return [message.text for bulletin in bulletins for message in messages(bulletin, LIMITS)]


def subjects(bulletins: Sequence[Bulletin]) -> list[str]:
    return [message.subject for bulletin in bulletins for message in messages(bulletin, LIMITS)]


# Every publication.


def test_a_publication_in_which_nothing_is_new_has_a_digest_that_says_so() -> None:
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, US="Elite")
    bulletins = chronicle.arrives(1, US="Elite")
    assert subjects(bulletins) == ["Nothing new, #1 is Elite: the daily chart, Sunday 2 January 2022"]
    assert texts(bulletins) == [
        "The daily chart, Sunday 2 January 2022\nNothing new, #1 is Elite.\n\nBulletin daily:00000002\n"
    ]


def test_of_several_territories_it_says_how_many_were_read() -> None:
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, KR="Squid Game", US="Elite")
    (text,) = texts(chronicle.arrives(1, KR="Squid Game", US="Elite"))
    assert text.splitlines()[1] == "2 of 2 countries read; nothing new."
    (text,) = texts(chronicle.arrives(2, US="Elite"))
    assert text.splitlines()[1] == "1 of 2 countries read, missing: South Korea; nothing new in what was"


def test_a_publication_that_comes_again_is_no_news() -> None:
    chronicle = Chronicle(CHANGE)
    chronicle.arrives(0, US="Elite")
    chronicle.arrives(1, US="Elite")
    assert chronicle.arrives(1, US="Elite") == []


def test_what_comes_late_has_a_digest_only_where_something_in_it_is_new() -> None:
    chronicle = Chronicle(CHANGE)
    for day in (0, 1, 4):
        chronicle.arrives(day, US="Elite")
    assert chronicle.arrives(2, US="Elite") == []
    assert len(subjects(chronicle.arrives(3, US="Ozark"))) > 1


@pytest.mark.parametrize("us", ["Elite", ("Elite", "Ozark")])
def test_before_the_day_from_which_on_news_is_told_there_is_none(us: Ones) -> None:
    chronicle = Chronicle(CHANGE, live_from=DAY + timedelta(2))
    assert [subjects(chronicle.arrives(day, US=us)) for day in range(2)] == [[], []]
    assert len(subjects(chronicle.arrives(2, US=us))) == 1


# How a work did.


def week(number: int, *entries: Entry, more: Sequence[Edition] = ()) -> Publication:
    editions = (Edition("GLOBAL", entries), *more)
    return Publication(WEEKLY, DAY + timedelta(7 * number), editions, DOCUMENT)


def entry(rank: int, title: str, season: str | None = None, **figures: str) -> Entry:
    return Entry(rank, title, season, Kind.SERIES, tuple(figures.items()))


def how(*weeks: Publication) -> str:
    """Return what the story of the last week says of how its work did: the paragraph's end, in one line."""
    chronicle = Chronicle(CHANGE, chart=WEEKLY)
    for publication in weeks:
        store_publication(publication, chronicle.charts)
        bulletins = chronicle.detector.detect(WEEKLY.id, publication.period)
    (text, _) = texts(bulletins)
    (standing,) = (part for part in text.split("\n\n") if part.startswith("The weekly chart"))
    first, *rest = standing.splitlines()
    del first
    return " ".join(rest)


def test_a_story_says_the_figures_of_the_edition_and_how_they_changed() -> None:
    first = week(0, entry(1, "Elite", hours="90000000"), entry(2, "Squid Game", hours="63190000", weeks="1"))
    second = week(1, entry(1, "Squid Game", hours="448730000", weeks="2"), entry(2, "Elite", hours="50000000"))
    assert how(first, second) == (
        "448,730,000 hours viewed (63,190,000 the week before), second week in the list, #2 the week before"
    )


def test_of_a_work_that_was_not_in_the_list_nothing_is_said_of_the_week_before() -> None:
    first = week(0, entry(1, "Elite", hours="90000000"))
    second = week(1, entry(1, "Squid Game", hours="63190000", views="7700000", weeks="1"))
    assert how(first, second) == "63,190,000 hours viewed, 7,700,000 views, first week in the list"


def test_figures_are_shown_as_exact_as_they_are() -> None:
    first = week(0, entry(1, "Ozark"), entry(2, "Elite", hours="0.5"))
    assert how(first, week(1, entry(1, "Elite", hours="1234567.25"))).startswith("1,234,567.25 hours viewed (0.5 ")


def test_another_season_is_another_row() -> None:
    first = week(0, entry(1, "Ozark"), entry(2, "Elite", "Elite: Season 3", hours="1000"))
    assert how(first, week(1, entry(1, "Elite", "Elite: Season 4", hours="2000"))) == "2,000 hours viewed"


def test_a_week_that_is_missing_is_not_the_week_before() -> None:
    first = week(0, entry(1, "Ozark"), entry(2, "Elite", hours="1000"))
    assert how(first, week(2, entry(1, "Elite", hours="2000"))) == "2,000 hours viewed"


@pytest.mark.parametrize(
    ("hours", "weeks"),
    [("many", "some"), ("9" * 5000, "9" * 5000), ("1e5000", "1e9"), ("1E+999999999", "0"), ("NaN", "-1"), ("٣", "²")],
)
def test_what_no_chart_would_print_is_no_figure(hours: str, weeks: str) -> None:
    first = week(0, entry(1, "Ozark"))
    assert how(first, week(1, entry(1, "Elite", hours=hours, weeks=weeks))) == ""


def test_where_a_work_is_at_one_of_several_territories_no_one_list_is_meant() -> None:
    more = [Edition("US", (entry(1, "Elite", hours="1000"),))]
    first = week(0, entry(1, "Ozark"), more=[Edition("US", (entry(1, "Ozark"),))])
    assert "viewed" not in how(first, week(1, entry(1, "Elite", hours="2000"), more=more))


def test_days_are_counted_as_weeks_are() -> None:
    listed = Listed(Row(1, (("days", "21"),)), Row(4))
    assert how_it_did(listed, Cadence.DAY) == "21st day in the list, #4 the day before"
