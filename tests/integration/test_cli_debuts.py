"""`chartwatch check --debut`: whether a work came in at #1, by its own ranks, and as far as these are known."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.command_line import Write, run

REDS = """work_id,title,kind,original_language,origin_countries,release_date
reda,Red,film,ko,KR,2021-10-01
redb,Red,film,en,US,2022-01-20
"""
THIRD = "redc,Red,film,es,ES,2022-01-25\n"
CLOSE = """work_id,title,kind,original_language,origin_countries,release_date
reda,Red,film,ko,KR,2021-10-01
redb,Red,film,en,US,2021-10-10
"""
SHOW = "work_id,title,kind,original_language,origin_countries,release_date\nshow,Show,series,en,US,2021-12-31\n"
NEW = "work_id,title,kind,original_language,origin_countries,release_date\nnew,New,series,en,US,{}\n"
WEEKS = ("2022-01-02", "2022-01-09", "2022-01-16", "2022-01-23", "2022-01-30")
IN_US = "D in the United States"


def weekly(*weeks: str, first: int = 0) -> str:
    """Return weeks of titles by rank, `Old/Red`, with a season behind a comma; `-` is a week that is missing."""
    rows = (
        f"{week},US,{rank},{title if ',' in title else f'{title},'}\n"
        for week, said in zip(WEEKS[first:], weeks, strict=False)
        if said != "-"
        for rank, title in enumerate(said.split("/"), 1)
    )
    return "period,territory,rank,title,season\n" + "".join(rows)


@pytest.fixture
def answer(write: Write) -> Any:
    """Return what asks whether a title came in at #1, and returns the exit code and what is said on one line."""

    def ask(files: Sequence[str], catalog: str, title: str, *more: str, options: str = "") -> tuple[int, str]:
        spec = f"csv,chart=d,name=D,cadence=week{options}"
        history = [part for n, its in enumerate(files) for part in ("--from", f"{spec}:{write(f'{n}.csv', its)}")]
        asked = ("check", "--title", title, "--chart", "d", "--territory", "US", *more)
        known = str(write("catalog.csv", catalog)) if catalog else "none"
        done = run(*asked, *history, "--catalog", known)
        return done.exit_code, " ".join((done.stdout or done.stderr).split("\n\nOn the record")[0].split())

    return ask


RED = weekly("Old/Other/Red", "Old/Other/Third", "Old/Other/Third", "Red/Old/Other")


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ((), 0, f"TRUE: Red (2022, United States) came in at #1 of {IN_US} in the week to 2022-01-23."),
        (("--year", "2022"), 0, f"TRUE: Red (2022, United States) came in at #1 of {IN_US}"),
        (("--country", "US"), 0, f"TRUE: Red (2022, United States) came in at #1 of {IN_US}"),
        (("--country", "KR"), 3, f"Red (2021, South Korea) charted first on {IN_US} in the week to 2022-01-02, at #3."),
        (("--country", "ES"), 1, "FALSE: Red does not count: it is from"),
        (("--as-of", "2022-01-16"), 3, "it was on the chart when the records began, and nobody knows since when"),
    ],
)
def test_a_work_that_came_in_at_number_one_is_not_its_namesake_of_before(
    answer: Any, asked: Sequence[str], code: int, said: str
) -> None:
    found = answer([RED], REDS, "Red", "--debut", *asked, options=",kind=film")
    assert found[0] == code
    assert said in found[1]


def test_of_a_chart_that_began_with_its_record_the_namesake_came_in_lower(answer: Any) -> None:
    found = answer([RED], REDS, "Red", "--debut", "--country", "KR", options=",kind=film,began=2022-01-02")
    assert found == (1, f"FALSE: Red (2021, South Korea) charted first on {IN_US} in the week to 2022-01-02, at #3.")


def test_nobody_knows_of_a_title_that_may_be_its_namesake_of_before(answer: Any) -> None:
    found = answer([RED], REDS + THIRD, "Red", "--debut", options=",kind=film")
    assert found[0] == 3
    assert "nobody can say which Red was #1, Red (2021, South Korea), Red (2022, United States)" in found[1]


def test_a_work_that_is_decided_came_in_whichever_of_two_older_ones_stood_lower_before(answer: Any) -> None:
    charted = weekly("Old/Other/Third", "Old/Other/Red", "Old/Other/Third", "Red/Old/Other")
    found = answer([charted], CLOSE + THIRD, "Red", "--debut", options=",kind=film")
    assert found == (0, f"TRUE: Red (2022, Spain) came in at #1 of {IN_US} in the week to 2022-01-23.")


def test_a_title_that_dates_do_not_decide_is_the_same_work_throughout(answer: Any) -> None:
    found = answer([RED], CLOSE, "Red", "--debut", options=",kind=film,began=2022-01-02")
    assert found[0] == 1
    assert f"charted first on {IN_US} in the week to 2022-01-02, at #3" in found[1]


SEASONS = weekly("Old,Season 1/X,Season 1/Show,Season 1", "Show,Season 2/Old,Season 1/X,Season 1")


@pytest.mark.parametrize(
    ("charted", "asked", "code", "said"),
    [
        (SEASONS, ("--count", "seasons"), 0, f"TRUE: Show (Season 2) came in at #1 of {IN_US} in the week to"),
        (SEASONS, (), 1, "FALSE: Show charted first on"),
        (weekly("Old/X", "Old/Show,Season 2", "Show,Season 2/Old"), ("--count", "seasons"), 1, "at #2, and was #1 in"),
        (weekly("Old/Show,Season 1", "-", "Old/X"), ("--count", "seasons"), 3, "the period 2022-01-09 is missing"),
        (weekly("Show,Season 1/Show,Season 2", "Old/X"), (), 0, "TRUE: Show came in at #1"),
    ],
)
def test_each_season_comes_in_for_itself_where_seasons_are_counted(
    answer: Any, charted: str, asked: Sequence[str], code: int, said: str
) -> None:
    found = answer([charted], SHOW, "Show", "--debut", *asked, options=",kind=series,began=2022-01-02")
    assert found[0] == code
    assert said in found[1]


ONES = weekly("Old", "Old")
THREE = weekly("New/Old/Other", first=2)


@pytest.mark.parametrize(
    ("files", "about", "code", "said"),
    [
        ([ONES, THREE], ("", ""), 3, "the lowest ranks of 2022-01-02 and 2022-01-09 are unknown, so that nobody knows"),
        (
            [weekly("Z/Y/X", "Z/Y", "New/Z/Y")],
            ("", ",depth=3,shortest=2"),
            3,
            "the lowest ranks of 2022-01-09 are unknown, so that nobody knows whether it stood there",
        ),
        ([ONES, THREE], ("2022-01-17", ""), 0, f"TRUE: New came in at #1 of {IN_US} in the week to 2022-01-16."),
        ([ONES, weekly("Old/New/Other", "New/Old/Other", first=2)], ("", ""), 1, "at #2, and was #1 in the week to"),
        ([ONES, weekly("New", first=2)], ("", ""), 3, "the chart has #1s alone, so that nobody knows where it stood"),
        ([weekly("Z/Y/X", "Z/Y/X", "New/Z/Y")], ("", ""), 0, "TRUE: New came in at #1"),
        ([weekly("New/Y", "New/Z/Y")], ("2022-01-08", ",depth=3,shortest=2"), 0, "TRUE: New came in at #1"),
    ],
)
def test_where_lower_ranks_are_unknown_it_may_have_stood_there(
    answer: Any, files: Sequence[str], about: tuple[str, str], code: int, said: str
) -> None:
    released, options = about
    found = answer(files, NEW.format(released), "New", "--debut", options=f",kind=series{options}")
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize(
    ("charted", "code", "said"),
    [
        (weekly("Old/X", "New/Old"), 3, "the records begin with 2022-01-02, and nobody knows whether it was on the"),
        (weekly("New/Old", "New/Old"), 3, "it was on the chart when the records began, and nobody knows since when"),
        (weekly("Old/New", "New/Old"), 3, "it was on the chart when the records began, and nobody knows since when"),
    ],
)
def test_what_was_before_the_record_is_said_as_it_is(answer: Any, charted: str, code: int, said: str) -> None:
    found = answer([charted], NEW.format("2021-06-01"), "New", "--debut", options=",kind=series")
    assert found[0] == code
    assert said in found[1]
    assert "it was so when" not in found[1]


SONGS = """period,territory,rank,title,artist
2022-01-02,US,1,Hello,Lionel Richie
2022-01-02,US,2,Other,X
2022-01-09,US,1,Other,X
2022-01-09,US,2,Hello,Lionel Richie
2022-01-16,US,1,Hello,Adele
2022-01-16,US,2,Other,X
"""


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("--debut",), 0, f"TRUE: Hello by Adele came in at #1 of {IN_US} in the week to 2022-01-16."),
        (("--on", "2022-01-16", "--back"), 1, "FALSE: Hello by Adele was #1"),
        (("--on", "2022-01-16", "--back"), 1, "in the week to 2022-01-16, for the first time in these records."),
        (("--on", "2022-01-16"), 0, "TRUE: Hello by Adele was #1"),
        (("--on", "2022-01-09"), 1, "FALSE: Hello by Lionel Richie and Hello by Adele were not #1"),
        (("--on", "2022-01-09"), 1, "in the week to 2022-01-09: Hello by Lionel Richie was second; Other was #1."),
    ],
)
def test_a_song_is_told_from_another_of_its_title_by_whose_it_is(
    answer: Any, asked: Sequence[str], code: int, said: str
) -> None:
    found = answer([SONGS], "", "Hello", *asked, options=",kind=song,creator=artist")
    assert found[0] == code
    assert said in found[1]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2022-01-02", "Red (2021, South Korea) was third; Old was #1."),
        ("2022-01-16", "in the week to 2022-01-16: Old was #1."),
    ],
)
def test_of_a_week_in_which_a_namesake_stood_lower_it_is_named(answer: Any, on: str, said: str) -> None:
    found = answer([RED], REDS, "Red", "--on", on, options=",kind=film")
    assert found[0] == 1
    assert said in found[1]
