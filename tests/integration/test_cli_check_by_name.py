"""Claims about people and titles that are written in other ways than the chart does, asked on the command line."""

from typing import Any

import pytest

from tests.command_line import Write, run

SONGS = """date,song,artist
2021-01-02,Venus,Frankie Avalon
2021-01-09,Rich Girl,Daryl Hall John Oates
2021-01-16,Sherry,The 4 Seasons
2021-01-23,Venus,Bananarama
2021-01-30,One of These Nights,Eagles
2021-02-06,Anything For You,Gloria Estefan & Miami Sound Machine
2021-02-13,Splish Splash,Bobby Darin
2021-02-20,My Heart Will Go On,Celine Dion
"""
CHART = (
    "csv,chart=songs,name=Songs,cadence=week,territory=US,depth=1,period_column=date,title_column=song,kind=song,creator=artist,"
    "began=2021-01-02"
)


@pytest.fixture
def ask(write: Write) -> Any:
    """Return what asks about the songs, and returns the exit code and what is said, on one line."""

    def asked(*claim: str) -> tuple[int, str]:
        history = f"{CHART}:{write('songs.csv', SONGS)}"
        where = ("--from", history, "--catalog", "none", "--chart", "songs", "--territory", "US")
        done = run("check", *where, *claim)
        return done.exit_code, " ".join((done.stdout or done.stderr).split("\n\nOn the record")[0].split())

    return asked


@pytest.mark.parametrize(
    "name",
    [
        *("the eagles", "EAGLES", "Daryl Hall & John Oates", "daryl hall and john oates", "The Four Seasons"),
        *("4 Seasons", "Céline Dion", "Gloria Estefan", "Frankie  Avalon"),
    ],
)
def test_an_artist_is_found_however_the_name_is_written(ask: Any, name: str) -> None:
    code, said = ask("--number", "1", "--per", "creator", "--group", name)
    assert (code, "A credit to" in said) == (0, False), said
    assert said.startswith("TRUE: One title by ")


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("Bob Dylan", " Names like it there: Bobby Darin."),
        ("The Who", ""),
        ("Metallica", ""),
    ],
)
def test_of_an_artist_who_was_never_there_nothing_was(ask: Any, name: str, likely: str) -> None:
    none = f"No titles by {name} have been #1 of Songs in the United States, in records from 2021-01-02 to 2021-02-20."
    assert ask("--number", "0", "--per", "creator", "--group", name) == (0, f"TRUE: {none}{likely}")
    assert ask("--number", "1", "--per", "creator", "--group", name) == (1, f"FALSE: {none}{likely}")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Eagels", "Eagles"),
        ("Frankie Avallon", "Frankie Avalon"),
        ("Hall & Oates", "Daryl Hall John Oates"),
    ],
)
def test_a_slip_or_a_part_of_a_name_is_asked_back(ask: Any, name: str, meant: str) -> None:
    code, said = ask("--number", "0", "--per", "creator", "--group", name)
    assert code == 2
    assert f"nothing by {name!r} was at #1 of songs; did you mean {meant}?" in said


def test_whose_a_song_is_may_be_written_in_other_ways(ask: Any) -> None:
    assert ask("--title", "Rich Girl", "--creator", "Daryl Hall & John Oates", "--nth", "2")[0] == 0


@pytest.mark.parametrize(
    ("title", "on", "since", "said"),
    [
        ("Venus", "2021-01-23", "Sherry", "TRUE: Venus by Bananarama, #1 of Songs in the United States in the week to"),
        ("venus", "2021-01-23", "sHERRY", "is the first title there since Sherry, which was #1 until 2021-01-16"),
        ("Venus", "2021-01-30", "Sherry", "Venus by Bananarama was not #1 of Songs"),
        ("Venus", "2021-01-30", "Sherry", "One of These Nights was #1."),
        (
            "Rich Girl",
            "2021-01-16",
            "Venus",
            "FALSE: Rich Girl was not #1 of Songs in the United States in the week to",
        ),
        ("Splish Splash", "2021-02-13", "venus", "is not the first title there since Venus by Bananarama: Anything"),
    ],
)
def test_the_first_since_in_a_week_is_about_what_was_there_then(
    ask: Any, title: str, on: str, since: str, said: str
) -> None:
    code, answer = ask("--title", title, "--on", on, "--since", since)
    assert said in answer
    assert code == (0 if answer.startswith("TRUE") else 1)


def test_what_does_not_hold_a_place_is_answered_by_what_does(ask: Any) -> None:
    code, said = ask("--title", "Sherry", "--per", "creator", "--group", "Eagles", "--nth", "1")
    assert code == 1
    assert said.startswith(
        "FALSE: Sherry counts for The 4 Seasons. One of These Nights is the first title by Eagles to"
    )


SHORT = """period,territory,rank,title
2022-01-01,US,1,Old
2022-01-01,US,2,Zed
2022-01-02,US,1,Alpha
2022-01-02,US,2,Zed
2022-01-04,US,1,Beta
2022-01-04,US,2,Zed
"""


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (("--title", "Zed", "--since", "Old"), "Zed, if it was #1 of d in the United States on 2022-01-03, is not the"),
        (("--title", "Zed", "--run", "3"), "Zed has not been #1 of d in the United States as far as is known, in"),
        (("--title", "Alpha", "--run", "4"), "As far as is known, the longest run of Alpha at #1 of d"),
        (("--number", "5"), "As far as is known, three titles have been #1"),
    ],
)
def test_what_is_false_in_any_case_says_of_the_unknown_that_it_is(
    write: Write, claim: tuple[str, ...], said: str
) -> None:
    history = f"csv,chart=d,cadence=day,depth=2,began=2022-01-01:{write('d.csv', SHORT)}"
    done = run("check", "--from", history, "--catalog", "none", "--chart", "d", "--territory", "US", *claim)
    assert done.exit_code == 1
    assert f"FALSE: {said}" in " ".join(done.stdout.split())
