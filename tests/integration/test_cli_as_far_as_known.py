"""`chartwatch check` where facts are unknown: a sentence says so, and what cannot be is not asked of a missing day."""

import pytest

from tests.command_line import Write, run

ROWS = "period,rank,title\n2022-01-01,1,Hello\n2022-01-02,1,Butter\n2022-01-03,1,Zebra\n"


def asked(write: Write, rows: str, *arguments: str) -> str:
    """Return what is said, of a chart of songs of which no fact is known, on one line."""
    chart = f"csv,chart=top,cadence=day,kind=song,began=2022-01-01,territory=US:{write('rows.csv', rows)}"
    arguments = arguments if "--catalog" in arguments else (*arguments, "--catalog", "none")
    done = run("check", "--chart", "top", "--territory", "US", "--from", chart, *arguments)
    return " ".join((done.stdout or done.stderr).split("\n\nOn the record")[0].split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--title", "Butter", "--first-with", "1", "--per", "origin_country"), "No group has one at #1"),
        (("--title", "Butter", "--first-with", "3", "--per", "origin_country"), "No group has three at #1"),
        (("--nth", "4", "--country", "KR"), "There is no fourth at #1"),
        (("--nth", "4", "--per", "original_language", "--group", "ko"), "There is no fourth at #1"),
    ],
)
def test_what_is_false_of_what_is_known_is_called_that(arguments: tuple[str, ...], said: str, write: Write) -> None:
    its = asked(write, ROWS, *arguments)
    assert its.startswith(f"FALSE: {said}")
    assert ", as far as is known, in records from 2022-01-01 to 2022-01-03." in its


def test_what_is_false_whatever_is_unknown_is_said_as_it_is(write: Write) -> None:
    its = asked(write, ROWS, "--nth", "4")
    assert its.startswith("FALSE: There is no fourth at #1 of top in the United States: three count, in records from")


@pytest.mark.parametrize(("year", "verdict"), [("2023", "FALSE"), ("2022", "UNKNOWN"), ("2019", "UNKNOWN")])
def test_what_came_out_later_was_not_there_on_a_day_that_is_missing(year: str, verdict: str, write: Write) -> None:
    rows = ROWS.replace("2022-01-02,1,Butter\n", "")
    assert asked(write, rows, "--on", "2022-01-02", "--year", year).startswith(verdict)


def test_of_what_is_in_a_language_it_is_not_known_in_which_part_of_it(write: Write) -> None:
    catalog = "work_id,title,kind,original_language,origin_countries,release_date\n"
    catalog += "a,Hello,song,zh,HK,\nb,Butter,song,cn,HK,\nc,Zebra,song,en,US,\n"
    its = ("--language", "Cantonese", "--catalog", str(write("catalog.csv", catalog)))
    said = asked(write, ROWS, "--title", "Butter", "--nth", "1", *its)
    assert said.startswith("UNKNOWN: Nobody can say whether it is the first.")
    assert said.endswith("the original language of Hello, #1 since 2022-01-01, is unknown")
    said = asked(write, ROWS, "--title", "Hello", "--nth", "1", *its)
    assert said.startswith("UNKNOWN: Nobody can say whether Hello, #1 since 2022-01-01, counts.")
    assert said.endswith("the original language of Hello, #1 since 2022-01-01, is unknown beyond Chinese")
    assert asked(write, ROWS, "--number", "2", "--exactly", *its[2:], "--language", "Chinese").startswith("TRUE")


def test_no_group_is_of_a_part_of_a_language(write: Write) -> None:
    its = asked(write, ROWS, "--nth", "1", "--per", "original_language", "--group", "yue")
    assert its.endswith("'yue' is no group: Cantonese counts for Chinese (zh); --language yue asks for it alone")
