"""`chartwatch check` of a title that several works bear, one of which only what is unknown can have had at #1."""

import pytest

from tests.command_line import Write, run

COLUMNS = "work_id,title,kind,original_language,origin_countries,release_date,aliases\n"
OTHER = "o,Other,series,en,US,2021-01-01,\n"
BRITISH = "t0,Heist,series,en,GB,2021-09-20,\n"
KOREAN = "t2,Heist,series,ko,KR,2022-01-15,{}\n"
AMERICAN = "t1,Heist,series,ko,US,2021-12-20,La Casa\n"


def asked(write: Write, rows: str, catalog: str, *arguments: str) -> str:
    """Return what is said, of a chart of one territory by the month, on one line."""
    chart = "csv,chart=d,cadence=month,depth=1,kind=series,began=2021-09-30,territory=US"
    history = f"{chart}:{write('rows.csv', 'period,rank,title' + chr(10) + rows)}"
    its = ("--chart", "d", "--from", history, "--catalog", write("catalog.csv", COLUMNS + catalog))
    done = run("check", "--title", "Heist", *arguments, *its)
    return " ".join((done.stdout or done.stderr).split("\n\nOn the record")[0].split())


UNDECIDED = "2021-09-30,1,Heist\n2021-10-31,1,Other\n2021-11-30,1,Other\n2021-12-31,1,Heist\n2022-01-31,1,La Casa\n"
"""The last of these may be the American Heist, or the Korean one."""

BY_WHICHEVER = (
    ("--nth", "1", "--country", "KR"),
    ("--nth", "1", "--per", "origin_country", "--group", "KR"),
    ("--total", "1", "--country", "KR"),
    ("--longest", "run", "--country", "KR"),
    ("--nth", "1", "--language", "ko"),
    ("--nth", "2", "--language", "ko"),
    ("--since", "2021-12-31", "--language", "ko"),
)


@pytest.mark.parametrize("arguments", BY_WHICHEVER, ids=" ".join)
def test_a_title_that_may_mean_a_work_of_another_name_is_read_as_that_too(
    arguments: tuple[str, ...], write: Write
) -> None:
    catalog = BRITISH + AMERICAN + KOREAN.format("La Casa") + OTHER
    said = asked(write, UNDECIDED, catalog, "--territory", "US", *arguments)
    assert said.startswith("UNKNOWN: ")
    assert "nobody can say which La Casa was #1" in said


def test_at_how_many_places_a_work_was_is_asked_of_what_a_title_may_mean(write: Write) -> None:
    catalog = BRITISH + AMERICAN + KOREAN.format("La Casa") + OTHER
    assert asked(write, UNDECIDED, catalog, "--territories", "1", "--country", "KR").startswith("UNKNOWN: ")


def test_what_is_so_of_all_is_so_whichever_work_a_title_means(write: Write) -> None:
    catalog = BRITISH + AMERICAN + KOREAN.format("La Casa") + OTHER
    assert asked(write, UNDECIDED, catalog, "--territory", "US", "--total", "1").startswith("TRUE: ")
    assert asked(write, UNDECIDED, catalog, "--territory", "US", "--total", "4").startswith("FALSE: ")


@pytest.mark.parametrize("n", ["1", "2"])
@pytest.mark.parametrize("later", ["", "2022-02-28,1,Heist\n"])
def test_what_comes_after_the_day_that_is_asked_of_changes_no_answer(n: str, later: str, write: Write) -> None:
    rows = "2021-10-31,1,Other\n2021-12-31,1,Heist\n2022-01-31,1,La Casa\n" + later
    its = ("--territory", "US", "--as-of", "2022-01-31", "--nth", n, "--language", "ko")
    said = asked(write, rows, AMERICAN + KOREAN.format("La Casa") + OTHER, *its)
    assert said.startswith("UNKNOWN: ")


MISSING = "2021-09-30,1,Heist\n2021-10-31,1,Other\n2021-11-30,1,Other\n2021-12-31,1,Other\n2022-02-28,1,Other\n"
"""The month in which the Korean Heist may have been #1 is missing."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--nth", "1", "--country", "KR"),
        ("--run", "1", "--country", "KR"),
        ("--total", "1", "--year", "2022"),
        ("--nth", "1", "--per", "origin_country", "--group", "KR"),
        ("--on", "2022-01-31", "--country", "KR"),
    ],
    ids=" ".join,
)
def test_one_that_counts_is_meant_where_what_is_missing_may_hide_it(arguments: tuple[str, ...], write: Write) -> None:
    said = asked(write, MISSING, BRITISH + KOREAN.format("") + OTHER, "--territory", "US", *arguments)
    assert said.startswith("UNKNOWN: ")
    assert "Heist (2022, South Korea)" in said
    assert "the period 2022-01-31 is missing" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--nth", "1", "--country", "JP"), "FALSE: Heist does not count: it is from the United Kingdom."),
        (("--on", "2021-11-30", "--country", "KR"), "FALSE: Heist (2022, South Korea) was not #1"),
        (("--nth", "1"), "TRUE: Heist is the first title"),
        (("--total", "1", "--year", "2021"), "TRUE: Heist has been #1"),
    ],
)
def test_one_that_nothing_hides_is_not(arguments: tuple[str, ...], said: str, write: Write) -> None:
    its = asked(write, MISSING, BRITISH + KOREAN.format("") + OTHER, "--territory", "US", *arguments)
    assert its.startswith(said)


def test_where_nothing_is_missing_none_is_hidden(write: Write) -> None:
    rows = MISSING.replace("2022-02-28", "2022-01-31,1,Other\n2022-02-28")
    said = asked(write, rows, BRITISH + KOREAN.format("") + OTHER, "--territory", "US", "--nth", "1", "--country", "KR")
    assert said.startswith("FALSE: Heist does not count: it is from the United Kingdom.")
