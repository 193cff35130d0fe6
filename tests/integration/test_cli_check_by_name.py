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
2021-02-27,Who's That Girl,The Guess Who
2021-03-06,Loud & Clear,Gladys Knight And The Pips
2021-03-13,Café Olé,Prince And The Revolution
2021-03-20,Bent,matchbox twenty
2021-03-27,In Da Club,50 Cent
2021-04-03,A Lot,21 Savage
2021-04-10,Wild Wild West,Will Smith
2021-04-17,"Wild, Wild West",The Escape Club
2021-04-24,Blue,Roy Blue
2021-05-01,Green,Roy Blue And The Candy Men
2021-05-08,Rock & Roll,C Three
2021-05-15,Rock And Roll,D Four
2021-05-22,I'll Be Missing You,Puff Daddy & Faith Evans
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
        *("4 Seasons", "Céline Dion", "Gloria Estefan", "Frankie  Avalon", "Matchbox 20", "Fifty Cent"),
        *("Twenty One Savage", "Twenty-One Savage", "Gladys Knight & The Pips", "Gladys Knight and Pips"),
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
        ("The Who", " Names like it there: The Guess Who."),
        ("The Pips", " Names like it there: Gladys Knight And The Pips."),
        ("The Revolution", " Names like it there: Prince And The Revolution."),
        ("Queen Dion", " Names like it there: Celine Dion."),
        ("Metallica", ""),
    ],
)
def test_of_an_artist_who_was_never_there_nothing_was(ask: Any, name: str, likely: str) -> None:
    none = f"No titles by {name} have been #1 of Songs in the United States, in records from 2021-01-02 to 2021-05-22."
    assert ask("--number", "0", "--per", "creator", "--group", name) == (0, f"TRUE: {none}{likely}")
    assert ask("--number", "1", "--per", "creator", "--group", name) == (1, f"FALSE: {none}{likely}")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Eagels", "Eagles"),
        ("Frankie Avallon", "Frankie Avalon"),
        ("Hall & Oates", "Daryl Hall John Oates"),
        ("Estefan", "Gloria Estefan"),
        ("Bananarama Club", "Bananarama"),
        ("Will", "Will Smith"),
        ("Roy", "Roy Blue or Roy Blue And The Candy Men"),
        ("Gladys Knight", "Gladys Knight And The Pips"),
        ("Miami Sound Machine", "Gloria Estefan & Miami Sound Machine"),
    ],
)
def test_a_slip_or_a_part_of_a_name_is_asked_back(ask: Any, name: str, meant: str) -> None:
    code, said = ask("--number", "0", "--per", "creator", "--group", name)
    assert code == 2
    assert f"nothing by {name!r} was at #1 of songs; did you mean {meant}?" in said


@pytest.mark.parametrize(
    ("credit", "said"),
    [
        ("Prince & the Revolution", "TRUE: One title by Prince has been #1 of Songs"),
        ("Prince & the Revolution", "A credit to Prince & the Revolution counts for Prince."),
        ("P Diddy", "TRUE: One title by Puff Daddy has been #1 of Songs"),
        ("Roy Blue", "TRUE: One title by Roy Blue has been #1 of Songs"),
        ("Roy Blue", "What is by Roy Blue And The Candy Men is counted apart."),
        ("Roy Blue And The Candy Men", "What is by Roy Blue is counted apart."),
    ],
)
def test_a_name_says_for_whom_it_counts_and_of_whom_it_does_not(ask: Any, credit: str, said: str) -> None:
    code, found = ask("--number", "1", "--exactly", "--per", "creator", "--group", credit)
    assert (code, said in found) == (0, True), found


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        *(("Loud and Clear", "Loud & Clear"), ("Cafe Ole", "Café Olé"), ("loud AND clear!", "Loud & Clear")),
        *(("Cafe Olé", "Café Olé"), ("In-da-club", "In Da Club")),
    ],
)
def test_a_title_is_found_without_its_accents_and_with_and(ask: Any, title: str, meant: str) -> None:
    code, said = ask("--title", title, "--run", "1")
    assert (code, said.startswith(f"TRUE: {meant} has been #1 of Songs")) == (0, True), said


def test_whose_a_song_is_decides_between_titles_of_the_same_letters(ask: Any) -> None:
    assert ask("--title", "Wild Wild West", "--creator", "Escape Club", "--on", "2021-04-17")[0] == 0
    assert ask("--title", "Wild Wild West", "--creator", "Will Smith", "--on", "2021-04-10")[0] == 0
    assert ask("--title", "Wild Wild West", "--creator", "Bananarama", "--on", "2021-04-17")[0] == 2
    assert ask("--title", "rock & roll", "--creator", "D Four", "--on", "2021-05-15")[0] == 0
    assert ask("--title", "Rock and Roll", "--creator", "C Three", "--on", "2021-05-08")[0] == 0


ALSO_CALLED = """work_id,title,kind,original_language,origin_countries,release_date,aliases,needs
elite,Élite,film,es,ES,2018-10-05,Elite: The Class;;The Elite,kind
other,Elite,film,en,US,1990-01-01,,kind
heist,Heist,film,es,ES,2017-05-02,Money Heist,
"""
BY_KIND = (
    "period,rank,title\n2021-01-02,1,Elite: The Class\n2021-01-02,2,Zed\n2021-01-09,1,Heist\n2021-01-09,2,The Elite\n"
)


@pytest.mark.parametrize("needs", ["kind", ""])
@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (("--on", "2021-01-02"), "TRUE: Élite was #1"),
        (("--run", "1"), "TRUE: Élite has been #1"),
        (("--nth", "1"), "TRUE: Élite is the first"),
        (
            ("--on", "2021-01-09"),
            "FALSE: Élite was not #1 of d in the United States in the week to 2021-01-09: it was second;",
        ),
    ],
)
@pytest.mark.parametrize("title", ["Élite", "Elite: The Class", "the elite"])
def test_a_work_is_found_by_any_of_its_names_whatever_the_chart_calls_it(
    write: Write, needs: str, claim: tuple[str, ...], verdict: str, title: str
) -> None:
    catalog = write("works.csv", ALSO_CALLED.replace(",kind\n", f",{needs}\n"))
    history = f"csv,chart=d,cadence=week,territory=US,depth=2,kind=film,began=2021-01-02:{write('d.csv', BY_KIND)}"
    where = ("--from", history, "--catalog", catalog, "--chart", "d", "--territory", "US")
    said = " ".join(run("check", *where, "--title", title, *claim).stdout.split())
    assert said.startswith(verdict), said
    said = " ".join(run("check", *where, "--title", "Heist", "--since", title).stdout.split())
    assert "is the first title there since Élite, which was #1 until 2021-01-02" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--new",),
            "FALSE: Venus was #1 of Songs in the United States in the week to 2021-01-02, with which the chart",
        ),
        (("--back",), "in the week to 2021-01-02, for the first time in these records."),
    ],
)
def test_of_what_the_chart_began_with_it_is_said_why_it_is_neither_new_nor_back(
    ask: Any, options: tuple[str, ...], said: str
) -> None:
    code, found = ask("--title", "Venus", "--creator", "Frankie Avalon", "--on", "2021-01-02", *options)
    assert (code, said.replace("Venus was", "Venus by Frankie Avalon was") in found) == (1, True), found


def test_of_a_number_that_no_group_has_the_most_is_said(ask: Any) -> None:
    none = "FALSE: No group has two at #1 of Songs in the United States, in records from 2021-01-02 to 2021-05-22."
    code, said = ask("--first-with", "2", "--per", "creator", "--group", "Eagles")
    assert (code, said.startswith(f"{none} The most is one: ")) == (1, True), said


@pytest.mark.parametrize(
    ("option", "said", "problem"),
    [
        ("--territory", "us", ""),
        ("--territory", "Korea", "did you mean KR?"),
        ("--territory", "England", "did you mean GB?"),
        ("--country", "kr", ""),
        ("--country", "Korea", "did you mean KR?"),
        ("--language", "KO", ""),
        ("--language", "non-English", ""),
        ("--language", "Farsi", "did you mean fa?"),
        ("--year", "2021-2020", "option --year: 2021-2020 ends before it begins"),
    ],
)
def test_places_and_languages_are_read_as_people_write_them(write: Write, option: str, said: str, problem: str) -> None:
    places = "".join(f"2021-01-02,{code},1,Venus\n" for code in ("US", "KR", "GB"))
    history = f"csv,chart=d,cadence=week,depth=1:{write('d.csv', f'period,territory,rank,title{chr(10)}{places}')}"
    where = {"--territory": "US"} | {option: said}
    asked = [part for pair in where.items() for part in pair]
    done = run("check", "--from", history, "--catalog", "none", "--chart", "d", "--number", "1", *asked)
    assert problem in done.stderr if problem else done.exit_code != 2, done.stderr


def test_what_is_asked_of_several_groups_names_the_one_that_it_is_not(ask: Any) -> None:
    code, said = ask("--first-with", "1", "--per", "creator", "--title", "Sherry")
    assert (code, said.endswith(": not The 4 Seasons with Sherry.")) == (1, True), said


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
