"""What the command writes to narrow terminals, to pipes and without colour, and what it reads from standard input."""

import fcntl
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chartwatch.adapters.memory import MemoryCharts
from chartwatch.cli.lists import cut, cut_to_latest
from chartwatch.cli.main import app
from chartwatch.cli.progress import FollowedCharts, paused
from chartwatch.domain.works.work import Kind
from chartwatch.rules import default_rules
from chartwatch.sources import SOURCES
from tests.command_line import CATALOG, CHART, RULES, Write, chart, run
from tests.lookups import Lookups, Served

COMMAND = (sys.executable, "-m", "chartwatch.cli")
STORY = ("--title", "All of Us Are Dead", "--work-kind", "series", "--language", "not:en", "--from", "sample")
WIDE = (
    ("-h",),
    ("rules", "list"),
    ("sources",),
    ("catalog", "show", "squid-game"),
    ("check", "--chart", "netflix-daily-overall", "--territory", "US", "--nth", "2", *STORY),
    ("history", "netflix-daily-overall", "US", "2022-02-04", "--from", "sample"),
    ("withdraw", "netflix-daily-overall", "2022-01-28", "US", "--from", "sample"),
    ("rules", "try", "rules.yaml", "--from", "sample"),
    ("replay", "sample", "--since", "2022-02-01"),
    ("catalog", "list", "squid"),
)
"""Commands that have long lines to wrap."""


def on_terminal(arguments: Sequence[str], columns: int, folder: Path, **environment: str) -> str:
    """Return what a command writes to a terminal that is so wide: its stdout and its stderr."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    settings = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm-256color", **environment}
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, env=settings, stdin=theirs, stdout=theirs, stderr=theirs
    ) as running:
        os.close(theirs)
        shown = bytearray()
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:  # what a terminal says whose other end is closed
            pass
        running.wait()
    os.close(ours)
    return shown.decode()


def piped(*arguments: str | Path, given: bytes) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


@pytest.fixture
def folder(write: Write) -> Path:
    return write("rules.yaml", RULES).parent


@pytest.mark.parametrize("columns", [40, 60])
@pytest.mark.parametrize("arguments", WIDE, ids=" ".join)
def test_lines_fit_a_narrow_terminal(folder: Path, arguments: Sequence[str], columns: int) -> None:
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_terminal(arguments, columns, folder))
    lines = shown.splitlines()
    assert len(lines) > 3, shown
    # A hash, an address or an id is one word, and is not broken.
    assert [line for line in lines if len(line) > columns and not re.search(r"\S{30}", line)] == []


def test_no_colour_is_shown_where_none_is_wanted(folder: Path) -> None:
    replay = ("replay", "sample", "--since", "2022-03-01")
    for arguments in (("sources",), replay):
        assert re.search(r"\x1b\[(?:[0-9;]*;)?3[0-9]", on_terminal(arguments, 80, folder, NO_COLOR="1")) is None


def test_the_time_that_is_left_is_shown_on_a_terminal(folder: Path) -> None:
    shown = on_terminal(("replay", "sample", "--since", "2022-03-01"), 100, folder)
    assert re.search(r"\d+/710.*\d:\d\d:\d\d|-:--:--", shown)
    assert "710 publications" in shown


def test_a_pipe_gets_nothing_of_what_is_for_terminals() -> None:
    done = subprocess.run(
        [*COMMAND, "replay", "sample", "--since", "2022-03-01"], capture_output=True, text=True, check=True
    )
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr.count("\n") == 1


def test_a_look_up_shows_how_far_it_is_and_is_asked_about_on_a_line_of_its_own(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "The Long Way Home"]))
    with Lookups([Served(1, "The Long Way Home", Kind.SERIES, "ko", ("KR",), date(2022, 1, 1))]) as served:
        asked = ("--wikidata", served.wikidata, "--tmdb", "none", "--contact", "someone@example.com")
        history = ("--from", "csv,chart=daily,cadence=day,depth=1:daily.csv", "--catalog", "works")
        shown = on_terminal(("catalog", "enrich", *history, *asked), 120, file.parent)
    assert "1/1 The Long Way Home: original language Korean (ko)" in shown
    assert re.search(r"works .*0/1.*-:--:--", shown)
    assert "1 work looked up, kept in the folder works" in shown


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("replai",), 74), (("replay", "nowhere.csv", "--source", "csv"), 2), (("replay", "sample"), 0)],
)
def test_messages_that_cannot_be_written_change_nothing_else(arguments: Sequence[str], code: int) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.returncode == code
    assert bool(done.stdout) is (code == 0)


# Standard input.


def test_a_replay_reads_a_document_from_standard_input_packed_or_not(write: Write) -> None:
    text = chart(["Ozark", "Dark", "Élite"]).encode()
    of_a_file = run("replay", write("daily.csv", text), *CHART).stdout
    assert piped("replay", "-", *CHART, given=text).stdout == of_a_file != ""
    assert piped("replay", "-", *CHART, given=gzip.compress(text)).stdout == of_a_file


def test_a_document_from_standard_input_is_called_so(write: Write) -> None:
    refused = piped("replay", "-", write("good.csv", chart(["Ozark"])), *CHART, given=b"null")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("Error: standard input, line 1: ")
    told = piped("replay", "-", *CHART, "--format", "jsonl", given=chart(["Ozark", "Dark"]).encode())
    urls = {json.loads(line)["evidence"]["edition"]["url"] for line in told.stdout.splitlines()}
    assert urls == {"standard input"}


@pytest.mark.parametrize("name", ["catalog check", "rules lint", "rules list"])
def test_a_file_is_read_from_standard_input(write: Write, name: str) -> None:
    text = CATALOG if name.startswith("catalog") else RULES
    file = write("file", text)
    of_a_file = run(*name.split(), file)
    read = piped(*name.split(), "-", given=text.encode())
    assert (read.exit_code, read.stdout) == (0, of_a_file.stdout.replace(str(file), "standard input"))


def test_claims_and_rules_are_read_from_standard_input() -> None:
    claim = b'{"chart": "netflix-daily-overall", "territory": "US", "title": "Squid Game", "run": 3}\n'
    checked = piped("check", "--claims", "-", "--from", "sample", given=claim)
    assert (checked.exit_code, checked.stdout[:8]) == (0, "1: TRUE:")
    tried = piped("rules", "try", "-", "--from", "sample", given=RULES.encode())
    assert tried.stdout.startswith("nth-series: ")


def test_a_catalog_is_imported_from_standard_input(tmp_path: Path) -> None:
    done = piped("catalog", "import", "-", "--catalog", tmp_path / "works", given=CATALOG.encode())
    assert "\nImported 4 works of standard input into the folder" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("catalog", "check", "-"), b"", "Error: standard input: is empty\n"),
        (("check", "--claims", "-", "--from", "sample"), b"", "Error: standard input: has no claims\n"),
        (("catalog", "check", "-"), b"\xff", "Error: standard input, byte 0: is not UTF-8\n"),
        (("rules", "list", "-"), b"- id: [", "Error: standard input:1:8: is not YAML"),
    ],
)
def test_what_is_wrong_with_standard_input_is_said(arguments: tuple[str, ...], given: bytes, said: str) -> None:
    result = piped(*arguments, given=given)
    assert result.exit_code == 2
    assert result.stderr.startswith(said.removesuffix("\n"))


# For machines, and for long lists.


def test_sources_are_listed_for_machines() -> None:
    listed = json.loads(run("sources", "--format", "json").stdout)
    assert [(its["name"], its["options"]) for its in listed] == [(n, dict(s.options)) for n, s in SOURCES.items()]


def test_rules_are_listed_for_machines() -> None:
    listed = json.loads(run("rules", "list", "--format", "json").stdout)
    assert [its["id"] for its in listed] == [rule.id for rule in default_rules()]
    korean = next(its for its in listed if its["id"] == "nth-non-english-series")
    assert korean["where"] == {"work_kind": {"in": ["series"]}, "original_language": {"not": ["en"]}}
    assert korean["counts"] == "non-English series"


def test_a_catalog_is_checked_for_machines(write: Write) -> None:
    twice = CATALOG.replace("elite,Élite", "elite,Ozark").replace("dark,Dark,series,de", "dark,Dark,series,")
    checked = json.loads(run("catalog", "check", write("catalog.csv", twice), "--format", "json").stdout)
    assert checked["counts"]["works"] == 4
    assert checked["counts"]["of_unknown_language"] == 1
    (shared,) = checked["shared_titles"]
    assert (shared["title"], sorted(shared["works"]), shared["is_told_apart"]) == ("Ozark", ["elite", "ozark"], True)


@pytest.mark.parametrize("number", [0, 1, 50, 51, 134])
def test_a_long_list_says_how_many_more_there_are_and_what_shows_all(number: int) -> None:
    entries = [*range(number)]
    lines = list(cut(entries, lambda each: [f"{each}", f"  of {each}"]))
    assert len(lines) == 2 * min(number, 50) + (number > 50)
    if number > 50:
        assert lines[-1] == f"and {number - 50} more; --limit {number} shows all"
        assert len(list(cut(entries, lambda each: [str(each)], number))) == number
    latest = list(cut_to_latest(entries, lambda each: [str(each)]))
    assert latest[-1:] == [str(number - 1)][: number and 1]


def test_of_what_came_before_an_answer_shows_the_latest() -> None:
    asked = ("check", "--chart", "netflix-daily-overall", "--territory", "US", "--nth", "100", "--from", "sample")
    whole, short = (run(*asked, "--limit", str(limit)).stdout for limit in (1000, 3))
    before = re.findall(r"^  \d{4}-\d\d-\d\d  .*$", whole, re.MULTILINE)
    assert len(before) > 50
    shown = re.findall(r"^  (?:\d{4}-\d\d-\d\d  .*|\d+ earlier .*)$", short, re.MULTILINE)
    cut_off = f"  {len(before) - 3} earlier ones not shown; --limit {len(before)} shows all"
    assert shown == [cut_off, *before[-3:]]


# Progress.


class Bar:
    """Stands for what shows progress, and writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def add_task(self, description: str, total: int | None) -> int:
        self.told.append((description, total))
        return 0

    def reset(self, _task: int, *, total: int | None, description: str) -> None:
        self.told.append((description, total))

    def advance(self, _task: int) -> None:
        self.told.append("step")

    def stop(self) -> None:
        self.told.append("stop")

    def start(self) -> None:
        self.told.append("start")


def test_a_second_reading_of_a_chart_knows_how_long_it_takes() -> None:
    bar = Bar()
    charts = FollowedCharts(MemoryCharts(), bar)  # type: ignore[arg-type]
    for _ in range(2):
        assert list(charts.timeline("daily")) == []
    assert bar.told == [("publications", None), ("daily", None), ("daily", 0)]


def test_nobody_is_asked_below_a_moving_bar() -> None:
    bar = Bar()
    paused(bar, bar.told.append)("asked")  # type: ignore[arg-type]
    assert bar.told == ["stop", "asked", "start"]
