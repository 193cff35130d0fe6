"""`chartwatch check` of songs: titles that several share, whose a song is, and names that nothing on the chart has."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest

from tests.command_line import Write, run

SONGS = """period,title,performer
2024-01-06,Opener,A B
2024-01-13,Hello,Lionel Richie
2024-01-20,Hello,Lionel Richie
2024-01-27,Other,Adele
2024-02-03,Hello,Adele
2024-02-10,Hello,Adele
2024-02-17,Hello,Adele
2024-02-24,Stay,Rihanna Featuring Mikky Ekko
2024-03-02,Stay,The Kid LAROI & Justin Bieber
2024-03-09,Easy,Adele
"""
CHART = "csv,cadence=week,territory=US,chart=songs,depth=1,period_column=period,kind=song,creator=performer"
ASKED = ("check", "--chart", "songs", "--territory", "US")
COLUMNS = "work_id,title,kind,original_language,origin_countries,release_date,creators\n"
BEGAN = "began=2024-01-06"


@pytest.fixture
def ask(write: Write) -> Any:
    """Return what asks about the chart of songs, and returns the exit code and what is said on one line."""

    def asked(*arguments: str, songs: str = SONGS, catalog: str = "") -> tuple[int, str]:
        history = f"{CHART},{BEGAN}:{write('songs.csv', songs)}"
        done = run(*ASKED, *arguments, "--from", history, "--catalog", write("catalog.csv", COLUMNS + catalog))
        return done.exit_code, " ".join((done.stdout or done.stderr).split("\n\nOn the record")[0].split())

    return asked


TWO = "Two works called Hello have been #1 of songs in the United States, and it is"
RICHIES, ADELES = "Hello by Lionel Richie", "Hello by Adele"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--total", "2", "--exactly"), 3, f"UNKNOWN: {TWO} true of {RICHIES} and false of {ADELES}."),
        (("--total", "3"), 3, f"UNKNOWN: {TWO} true of {ADELES} and false of {RICHIES}."),
        (("--nth", "2"), 3, f"UNKNOWN: {TWO} true of {RICHIES} and false of {ADELES}."),
        (("--on", "2024-02-03", "--new"), 0, f"TRUE: {ADELES} is the new #1 of songs in the United States"),
        (("--run", "2"), 0, f"TRUE: {RICHIES} has been #1 of songs in the United States for two weeks running"),
        (("--run", "2"), 0, f"2024-01-06. {ADELES} has been #1 of songs in the United States for two weeks running"),
        (("--total", "4"), 1, f"FALSE: {RICHIES} has been #1 of songs in the United States for two weeks in all"),
        (("--nth", "9"), 1, f"FALSE: {RICHIES} is the second title to reach #1"),
        (("--total", "2", "--exactly", "--as-of", "2024-01-27"), 0, f"TRUE: {RICHIES} has been #1"),
        (("--nth", "4", "--creator", "Adele"), 0, f"TRUE: {ADELES} is the fourth title"),
        (("--nth", "4", "--creator", "lionel  richie"), 1, f"FALSE: {RICHIES} is the second title to reach #1"),
        (("--total", "3", "--exactly", "--creator", "Adele"), 0, f"TRUE: {ADELES} has been #1"),
        (("--on", "2024-01-13", "--creator", "Adele"), 1, f"FALSE: {ADELES} was not #1 of songs in the United States"),
        (("--on", "2024-01-13", "--creator", "Adele"), 1, f"{RICHIES} was #1."),
        (("--longest", "total", "--creator", "Adele"), 0, f"the longest of any other was two weeks, {RICHIES},"),
        (
            ("--nth", "1", "--creator", "Adelle"),
            2,
            "is known to be by 'Adelle'; there it is by Adele and Lionel Richie",
        ),
        (("--nth", "2", "--per", "creator", "--group", "Adele"), 0, "Hello is the second title by Adele to reach #1"),
    ],
)
def test_a_title_that_several_songs_share_is_answered_for_each(
    ask: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    exit_code, found = ask("--title", "Hello", *arguments)
    assert said in found
    assert exit_code == code


@pytest.mark.parametrize(
    ("creator", "code"),
    [("Rihanna", 0), ("Mikky Ekko", 0), ("Rihanna Featuring Mikky Ekko", 0), ("Justin Bieber", 1), ("Adele", 2)],
)
def test_a_creator_is_one_of_a_credit_or_all_of_it(ask: Any, creator: str, code: int) -> None:
    assert ask("--title", "Stay", "--creator", creator, "--on", "2024-02-24")[0] == code


def test_one_of_several_that_was_not_there_yet_is_called_by_whose_it_is(ask: Any) -> None:
    code, found = ask("--title", "Hello", "--creator", "Adele", "--total", "1", "--as-of", "2024-01-27")
    assert (code, found.startswith(f"FALSE: {ADELES} has not been #1 of songs")) == (1, True), found


@pytest.mark.parametrize(
    ("title", "since", "said"),
    [
        ("Other", "Hello", f"TRUE: Other, #1 of songs in the United States in the week to 2024-01-27, {RICHIES}"),
        ("Easy", "Hello", f"FALSE: Easy, #1 of songs in the United States in the week to 2024-03-09, {ADELES}"),
        ("Opener", "Hello", "FALSE: Opener, #1 of songs in the United States in the week to 2024-01-06, Hello was not"),
    ],
)
def test_the_first_since_a_title_names_the_one_that_was_there_last_before(
    ask: Any, title: str, since: str, said: str
) -> None:
    _, found = ask("--title", title, "--since", since)
    begins, _, named = said.rpartition(", ")
    assert found.startswith(begins), found
    assert f"since {named}" in found or f"Hello: {named}" in found, found


def test_of_a_week_in_which_none_of_several_was_first_all_are_named(ask: Any) -> None:
    none = (
        f"FALSE: {RICHIES} and {ADELES} were not #1 of songs in the United States in the week to 2024-01-27: Other was"
    )
    assert ask("--title", "Hello", "--on", "2024-01-27") == (1, f"{none} #1.")


MISTERS = """period,title,performer
2024-01-06,Mr. Postman,A
2024-01-13,Mr. Postman,A
2024-01-20,Other,C
2024-01-27,Mr. Postman,B
2024-02-03,Mr. Postman,B
2024-02-10,Mr. Postman,B
"""


@pytest.mark.parametrize("claim", [("--total", "1"), ("--longest", "run"), ("--run", "1"), ("--run", "9")])
def test_what_is_said_of_each_of_several_is_said_whole(ask: Any, claim: tuple[str, ...]) -> None:
    _, found = ask("--title", "Mr. Postman", *claim, songs=MISTERS)
    assert "Mr. Postman by A" in found
    assert "Mr. Postman by B" in found
    assert "Mr. The" not in found
    assert "three weeks" in found
    assert "two weeks" in found


def test_who_holds_the_place_is_said_once_for_several(ask: Any) -> None:
    _, found = ask("--title", "Hello", "--nth", "1", "--per", "creator", "--group", "Rihanna")
    assert found.count("Stay is the first title by Rihanna") == 1, found
    assert found.startswith(f"FALSE: {RICHIES} counts for Lionel Richie. {ADELES} counts for Adele. Stay is the first")


def test_who_was_first_and_who_came_before_are_told_apart_too(ask: Any) -> None:
    assert "Hello by Adele was #1 of songs" in ask("--on", "2024-02-03")[1]
    found = ask("--nth", "6", "--title", "Stay", "--creator", "Justin Bieber")[1]
    assert "2024-01-13 Hello by Lionel Richie" in found
    assert "2024-01-27 Other 2024-02-03 Hello by Adele" in found


def test_what_counts_says_which_of_several_is_meant(ask: Any) -> None:
    catalog = "new,Hello,song,,,2015-10-23,Adele\nold,Hello,song,,,1984-02-13,Lionel Richie\n"
    code, found = ask("--title", "Hello", "--year", "2015", "--total", "3", catalog=catalog)
    assert (code, f"TRUE: {ADELES} has been #1" in found) == (0, True)
    neither = f"{RICHIES} does not count: it was released in 1984. {ADELES} does not count: it was released in 2015."
    assert ask("--title", "Hello", "--year", "1999", "--total", "2", catalog=catalog) == (1, f"FALSE: {neither}")


def test_an_answer_that_differs_says_what_is_so_of_each_and_how_to_say_which(ask: Any) -> None:
    found = ask("--title", "Hello", "--total", "3")[1]
    assert f"of {RICHIES} it is false: {RICHIES} has been #1 of songs in the United States for two weeks" in found
    assert f"of {ADELES} it is true: {ADELES} has been #1" in found
    assert "--creator says whose is meant" in found


def test_a_creator_without_a_title_is_a_mistake(ask: Any) -> None:
    code, found = ask("--on", "2024-02-03", "--creator", "Adele")
    assert (code, "--creator: says whose --title is, which is not given" in found) == (2, True)


def test_a_file_of_claims_has_a_column_of_creators(write: Write) -> None:
    claims = write("claims.csv", "title,creator,total,exactly\nHello,,3,yes\nHello,Adele,3,yes\nHello,Adel,3,yes\n")
    history = f"{CHART},{BEGAN}:{write('songs.csv', SONGS)}"
    done = run(*ASKED, "--claims", claims, "--from", history, "--format", "jsonl")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [its["verdict"] for its in found] == ["unknown", "true", None]
    assert [its["claim"]["creator"] for its in found[:2]] == [None, "Adele"]
    assert "there it is by Adele and Lionel Richie" in found[2]["mistake"]


FILMS = "end,End of the Road,film,en,US,2022-09-09,\ngoing,Going in Style,film,en,US,2017-04-07,\n"
OF_FILMS = """period,title,performer
2024-01-06,"End Of The Road (From ""Boomerang"")",Boyz II Men
2024-01-13,Candle Wind 1997/Something,Elton John
2024-01-20,Macarena (Bayside Boys Mix),Los Del Rio
"""


@pytest.mark.parametrize(
    ("title", "catalog", "code", "said"),
    [
        ("End of the Road", FILMS, 2, "is on no chart; did you mean End Of The Road (From "),
        ("End of the Roads", FILMS, 2, "is neither in the catalog nor on a chart"),
        ("Candle Wind 1997", FILMS, 2, "did you mean Candle Wind 1997/Something?"),
        ("Macarena", FILMS, 2, "is neither in the catalog nor on a chart; did you mean Macarena (Bayside Boys Mix)?"),
        ("Macarena", "m,Macarena,song,es,ES,,Los Del Rio\n", 2, "is on no chart; did you mean Macarena (Bayside Boys"),
        ("Candle", "c,Candle,song,en,GB,,Elton John\n", 1, "FALSE: Candle has not been #1 of songs"),
        ("Going in Style", FILMS, 1, "FALSE: Going in Style has not been #1 of songs"),
    ],
)
def test_a_work_of_another_kind_is_not_what_a_title_means(
    ask: Any, title: str, catalog: str, code: int, said: str
) -> None:
    found = ask("--title", title, "--total", "3", songs=OF_FILMS, catalog=catalog)
    assert (found[0], said in found[1]) == (code, True), found


def test_a_work_of_another_kind_is_not_suggested(ask: Any) -> None:
    found = ask("--title", "Gangnam Style", "--total", "3", songs=OF_FILMS, catalog=FILMS)[1]
    assert found.endswith("'Gangnam Style' is neither in the catalog nor on a chart")


CREDITED = """period,title,performer
2024-01-06,Baby,Wings
2024-01-13,Band,Paul McCartney And Wings
2024-01-20,Kiss,Prince And The Revolution
2024-01-27,Dance,Drake Featuring Wizkid & Kyla
2024-02-03,Doves,Prince
2024-02-10,Yes,The Beatles
2024-02-17,Duet,Elvis Presley With The Jordanaires
"""


@pytest.mark.parametrize(
    ("group", "per", "code", "said"),
    [
        ("Wings", "creator", 0, "TRUE: Two titles by Paul McCartney have been #1"),
        ("Wings", "creator", 0, "A credit to Wings counts for Paul McCartney."),
        ("Paul McCartney And Wings", "creator", 0, "A credit to Paul McCartney And Wings counts for Paul McCartney."),
        ("prince and the revolution", "creator", 0, "TRUE: Two titles by Prince have been #1"),
        ("Prince", "creator", 0, "in records from 2024-01-06 to 2024-02-17."),
        ("Drake Featuring Wizkid & Kyla", "creator", 2, "counts for Drake, Kyla and Wizkid: give one of them"),
        ("Drake Featuring Wizkid & Kyla", "main_creator", 1, "FALSE: One title by Drake has been #1"),
        ("Princes", "creator", 2, "nothing by 'Princes' was at #1 of songs; did you mean Prince?"),
        ("Little Stevie Wonder", "creator", 1, "FALSE: No titles by Little Stevie Wonder have been #1"),
    ],
)
def test_a_credit_as_the_chart_has_it_is_a_group(ask: Any, group: str, per: str, code: int, said: str) -> None:
    found = ask("--number", "2", "--per", per, "--group", group, songs=CREDITED)
    assert (found[0], said in found[1]) == (code, True), found


def test_a_place_of_a_credit_is_that_of_whom_it_counts_for(ask: Any) -> None:
    found = ask("--nth", "2", "--per", "creator", "--group", "Wings", songs=CREDITED)
    assert (found[0], "Band is the second title by Paul McCartney" in found[1]) == (0, True), found


MEANT = """period,title,performer
2024-01-06,(I Can't Get No) Satisfaction,A
2024-01-13,Satisfied,B
2024-01-20,Aníkúlápó,C
2024-01-27,Crazy In Love,D
2024-02-03,The World,E
"""


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("Satisfaction", "; did you mean (I Can't Get No) Satisfaction?"),
        ("Anikulapo (2022)", "; did you mean Aníkúlápó?"),
        ("Crazy in Love (feat. Jay-Z) [Remix]", "; did you mean Crazy In Love?"),
        ("Satisfied with It", "; did you mean Satisfied?"),
        ("Quite another", ""),
    ],
)
def test_a_title_is_suggested_without_accents_signs_and_what_stands_around_it(ask: Any, title: str, meant: str) -> None:
    code, said = ask("--title", title, "--nth", "1", songs=MEANT)
    assert (code, said.partition("on a chart")[2]) == (2, meant), said


SPELT = "period,title,performer\n2024-01-06,Hello,Adele\n2024-01-13,Bye,Adele\n2024-01-20,Yo,ADELE\n"


@pytest.mark.parametrize(
    ("group", "number", "code", "said"),
    [
        ("Adele", "2", 0, "TRUE: Two titles by Adele have been #1"),
        ("ADELE", "1", 0, "TRUE: One title by ADELE has been #1"),
        ("adele", "2", 2, "'adele' counts for ADELE and Adele: give one of them"),
        ("Adele Featuring Somebody", "2", 2, "counts for ADELE and Adele: give one of them"),
    ],
)
def test_a_creator_whose_name_a_chart_writes_in_two_ways_is_each_by_its_own(
    write: Write, group: str, number: str, code: int, said: str
) -> None:
    history = f"{CHART},{BEGAN}:{write('songs.csv', SPELT)}"
    asked = (*ASKED, "--per", "creator", "--group", group, "--number", number, "--exactly", "--from", history)
    for seed in ("1", "4"):  # of two that come in a set either may be the first
        command, environment = (sys.executable, "-m", "chartwatch.cli", *asked), {**os.environ, "PYTHONHASHSEED": seed}
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (found.returncode, said in " ".join((found.stdout + found.stderr).split())) == (code, True), found


def test_a_name_in_other_letters_is_no_other_credit(ask: Any) -> None:
    found = ask("--number", "2", "--per", "creator", "--group", "paul mccartney", songs=CREDITED)
    assert (found[0], "A credit to" in found[1]) == (0, False), found


@pytest.mark.parametrize(
    ("group", "n", "songs", "said"),
    [
        (
            "Paul McCartney",
            "2",
            CREDITED,
            "TRUE: The first creator with two titles at #1 of songs in the United",
        ),
        ("Wings", "1", CREDITED, "TRUE: The first creator with one title at #1"),
        ("The Beatles", "1", CREDITED, "is Paul McCartney, by Baby, in records since 2024-01-06: not The Beatles."),
        (
            "Elvis Presley",
            "1",
            "period,title,performer\n2024-01-06,Duet,Elvis Presley With The Jordanaires\n",
            "TRUE: The first creators with one title at #1 of songs in the United States are Elvis Presley and The J",
        ),
    ],
)
def test_who_was_first_with_a_number_is_said_of_one_and_of_several(
    ask: Any, group: str, n: str, songs: str, said: str
) -> None:
    found = ask("--first-with", n, "--per", "creator", "--group", group, songs=songs)[1]
    assert said in found


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2019-05-05", "songs has no 2019-05-05: it began on 2024-01-06 and has later ones, such as 2024-01-06"),
        ("2024-01-05", "songs has no 2024-01-05: it began on 2024-01-06 and has later ones, such as 2024-01-06"),
        ("2024-01-14", "songs has no 2024-01-14: a week is named by its last day, such as 2024-01-20"),
        ("2025-01-05", "songs has no 2025-01-05: a week is named by its last day, such as 2025-01-11"),
    ],
)
def test_a_day_that_is_no_period_is_refused_with_one_that_is(ask: Any, day: str, said: str) -> None:
    assert ask("--on", day)[1].endswith(said)


def test_a_day_between_two_eras_is_refused_with_one_of_the_later(write: Write) -> None:
    file = write("songs.csv", "period,title,performer\n2023-12-25,Opener,A B\n2024-01-06,Hello,Adele\n")
    history = f"{CHART},began=2023-12-25,eras=2023-12-25/2024-01-06:{file}"
    refused = run(*ASKED, "--on", "2023-12-30", "--from", history).stderr
    assert "another day came to name its periods then, and it has others, such as 2024-01-06" in refused
    assert "such as 2023-12-25" in run(*ASKED, "--on", "2020-12-30", "--from", history).stderr


def test_works_of_one_title_are_asked_apart_also_where_one_of_its_weeks_may_be_either_s(write: Write) -> None:
    titles = ["Beta", "Remake", *["Beta"] * 18, "Remake", "Remake", "Remake", "Remake", "Beta"]
    rows = (f"{date(2022, 1, 10) + timedelta(day)},US,1,{title}\n" for day, title in enumerate(titles))
    history = write("daily.csv", f"period,territory,rank,title\n{''.join(rows)}")
    known = "work_id,title,kind,original_language,origin_countries,release_date\n"
    known += "old,Remake,series,en,US,2010-01-01\nnew,Remake,series,ko,KR,2022-02-01\n"
    spec = f"csv,chart=d,cadence=day,depth=1,kind=series:{history}"
    asked = ("check", "--chart", "d", "--territory", "US", "--title", "Remake", "--from", spec)
    for claim, code in ((("--nth", "2"), 3), (("--nth", "3"), 3), (("--total", "2"), 3), (("--total", "9"), 1)):
        done = run(*asked, *claim, "--catalog", write("works.csv", known))
        assert done.exit_code == code, done.stdout
        assert "Remake (2010, United States)" in " ".join(done.stdout.split())
    for claim, code in ((("--run", "9", "--year", "2022"), 1), (("--on", "2022-02-01", "--back"), 1)):
        done = run(*asked, *claim, "--catalog", write("works.csv", known))
        assert done.exit_code == code, done.stdout
        said = " ".join(done.stdout.split())
        assert "It is not so however the unknown turns out. As far as is known, " in said
        assert "does not count" not in said
        assert "was not #1" not in said
