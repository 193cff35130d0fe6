"""The command on charts of others: by options alone, with what is passed over said, and a week that stays a week."""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command_line import Write, run

PAGE = (Path(__file__).parents[2] / "docs" / "charts.md").read_text()
ROWS = re.findall(r"^\| [^|]+ \| `(chartwatch replay [^`]+)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
SHORT = "--source csv -o cadence=week -o territory=US"
OTHERS = Path(os.environ.get("CHARTWATCH_DATA", "")) / "other-charts"

WEEKLY = ("--source", "csv", "-o", "chart=songs", "-o", "name=the chart", "-o", "cadence=week", "-o", "territory=US")
SONGS = (*WEEKLY, "-o", "period_column=date", "-o", "title_column=song")


@pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")
@pytest.mark.parametrize(("command", "said"), ROWS, ids=[shlex.split(command)[2] for command, _ in ROWS])
def test_a_file_of_somebody_elses_comes_to_what_the_page_of_charts_says(command: str, said: str) -> None:
    arguments = shlex.split(command.replace(" H ", f" {SHORT} "))[1:]
    files = [str(OTHERS / name) if (OTHERS / name).exists() else name for name in arguments]
    done = run(*files)
    assert done.exit_code == 0, done.stderr
    publications, editions, ranks, notices = re.fullmatch(
        r"([\d,]+ publications?), ([\d,]+ editions?)(?: of (\d+) ranks)?(?:: [^;]+)?(?:; (.+))?", said
    ).groups()  # type: ignore[union-attr]
    assert f"{publications}, {editions}: " in done.stderr
    assert (notices or "").partition(" ")[0] in done.stderr
    assert ("passed over" in done.stderr or "taken down" in done.stderr) is False, "nothing is left out"
    assert ranks is None or int(ranks) > 1


@pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")
def test_every_file_of_others_is_on_the_page_of_charts() -> None:
    assert [its.name for its in sorted(OTHERS.iterdir()) if its.name not in PAGE] == []


def as_file_spec(options: Sequence[str], file: Path) -> str:
    """Return what `--from` takes for a file with options of the source csv."""
    said = ",".join(option for option in options[2:] if option != "-o")
    return f"csv,{said}:{file}"


def weeks(write: Write, *rows: str) -> list[Path]:
    """Return a file for each row of a date and a song."""
    return [write(f"{number}.csv", f"date,rank,song\n{row}\n") for number, row in enumerate(rows)]


@pytest.mark.parametrize("between", ["2024-01-17", "2024-01-13", "2024-01-08"])
def test_a_week_on_another_day_than_the_stored_ones_does_not_fill_a_gap(write: Write, between: str) -> None:
    files = weeks(write, "2024-01-07,1,A", f"{between},1,C", "2024-01-21,1,B")
    done = run("replay", *map(str, files), *SONGS, "--format", "jsonl")
    assert done.exit_code == 2
    assert f"songs of {between} is not a whole number of weeks from 2024-01-07, which is stored" in done.stderr
    assert f"-o eras=2024-01-07/{between}" in done.stderr
    asked = ("check", "--title", "B", "--chart", "songs", "--territory", "US", "--nth", "2")
    history = [part for file in (files[0], files[2]) for part in ("--from", as_file_spec(SONGS, file))]
    answer = run(*asked, *history)
    assert (answer.exit_code, answer.stdout.split(":")[0]) == (3, "UNKNOWN"), answer.stdout
    assert "2 of 3 weeks" in " ".join(answer.stdout.split())


def test_a_chart_that_says_when_it_changed_its_day_has_no_gap_there(write: Write) -> None:
    files = weeks(write, "2024-01-07,1,A", "2024-01-17,1,C", "2024-01-24,1,B")
    options = (*SONGS, "-o", "eras=2024-01-07/2024-01-17")
    assert run("replay", *map(str, files), *options).exit_code == 0
    asked = ("check", "--title", "B", "--chart", "songs", "--territory", "US", "--nth", "3")
    answer = run(*asked, *(part for file in files for part in ("--from", as_file_spec(options, file))))
    assert answer.exit_code == 0, answer.stdout + answer.stderr
    assert "3 of 3 weeks" in " ".join(answer.stdout.split())


def test_a_run_goes_on_over_an_era_and_is_counted_in_editions(write: Write) -> None:
    days = (
        "1961-12-11,Old",
        "1961-12-18,Lion",
        "1961-12-25,Lion",
        "1962-01-06,Lion",
        "1962-01-10,Lion",
        "1962-01-13,Lion",
    )
    file = write("chart.csv", "date,song\n" + "\n".join(days) + "\n")
    eras = "eras=1961-12-25/1962-01-06,1962-01-06/1962-01-10,1962-01-10/1962-01-13"
    done = run("replay", str(file), *SONGS, "-o", "depth=1", "-o", eras, "--since", "1961-12-18", "--format", "jsonl")
    assert done.exit_code == 0, done.stderr
    assert "Lion has been #1 of the chart in the United States for five weeks running" in done.stdout


def test_what_is_passed_over_is_said_before_the_counts(write: Write) -> None:
    file = write("chart.csv", 'period,rank,title\n2024-01-07,1,A\n2024-01-07,2,"B "b" b"\n2024-01-07,3,C\n')
    done = run("replay", str(file), *WEEKLY, "-o", "malformed=skip", "-o", "shortest=1")
    assert done.exit_code == 0
    assert done.stderr.splitlines()[:2] == [
        "Note: chart.csv: 1 row that cannot be told into the cells of the header: passed over (line 3)",
        "Note: chart.csv: songs of 2024-01-07 in US is taken down to rank 1, after which one is missing",
    ]


def test_a_file_of_one_territory_is_not_taken_for_another(write: Write) -> None:
    file = write("chart.csv", "period,Territory,rank,title\n2024-01-07,US,1,A\n")
    done = run("replay", str(file), *WEEKLY[:-1], "territory=KR")
    assert done.exit_code == 2
    assert "territory 'US' is not KR, which the option `territory` says of the whole file" in done.stderr
