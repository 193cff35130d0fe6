"""The command as a process: what it writes where nobody reads, to terminals and in other locales, and what it loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import CATALOG, CHART, RULES, Write, chart, run

COMMAND = (sys.executable, "-m", "chartwatch.cli")


def test_a_reader_that_stops_reading_ends_the_command_quietly(write: Write) -> None:
    file = write("daily.csv", chart([f"Title {n}" for n in range(2000)]))
    with subprocess.Popen(
        [*COMMAND, "replay", file, *CHART, "--format", "jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"slot":')
        process.stdout.close()
        assert process.stderr.read() == b""


EVERY_WAY_TO_SAY_SOMETHING = pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("-h",),
        ("--version",),
        ("sources",),
        ("sources", "--format", "json"),
        ("rules",),
        ("rules", "list"),
        ("rules", "list", "--format", "json"),
        ("rules", "lint", "rules.yaml"),
        ("rules", "try", "rules.yaml", "--from", "sample"),
        ("check", "nth-non-english-series:netflix-daily-overall:US:2", "--title", "Ozark", "--from", "sample"),
        ("history", "netflix-daily-overall", "US", "2022-02-04", "--from", "sample"),
        ("catalog", "check", "catalog.csv"),
        ("catalog", "check", "catalog.csv", "--format", "json"),
        ("catalog", "list"),
        ("catalog", "export"),
        ("replay", "daily.csv", *CHART),
    ],
    ids=" ".join,
)


@pytest.fixture
def folder(write: Write) -> Path:
    write("rules.yaml", RULES)
    write("catalog.csv", CATALOG)
    return write("daily.csv", chart(["Ozark", "Dark"])).parent


@EVERY_WAY_TO_SAY_SOMETHING
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_what_cannot_be_written_is_said_in_a_sentence(folder: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([*COMMAND, *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False)
    *_, said = ended.stderr.decode().splitlines()
    assert said == "Error: what there is to say cannot be written (No space left on device)"
    assert b"Traceback" not in ended.stderr
    assert ended.returncode == 74


@EVERY_WAY_TO_SAY_SOMETHING
def test_nothing_is_said_to_a_reader_that_is_gone(folder: Path, arguments: tuple[str, ...]) -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    ended = subprocess.run([*COMMAND, *arguments], cwd=folder, stdout=ours, stderr=subprocess.PIPE, check=False)
    os.close(ours)
    assert (ended.returncode, b"Error" in ended.stderr, b"Traceback" in ended.stderr) == (1, False, False)


def test_progress_is_shown_on_a_terminal_and_never_in_what_is_piped(write: Write) -> None:
    file = write("[bold]daily.csv", chart(["Ozark", "Dark", "Élite"]))
    arguments = ("replay", file, *CHART, "--format", "jsonl")
    ours, theirs = os.openpty()
    piped = subprocess.run([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(100_000).decode()
    assert piped.stdout.decode() == run(*arguments).stdout
    assert "[bold]daily.csv" in shown
    assert "3 publications, 3 editions" in shown


def test_jsonl_is_utf_8_whatever_the_locale(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "오징어 게임"]))
    ran = subprocess.run(
        [*COMMAND, "replay", file, *CHART, "--format", "jsonl"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert "오징어 게임" in ran.stdout.decode()


OF_AWS = ("boto3", "botocore", "moto")


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], (*OF_AWS, "rich", "pydantic")),
        (["fetch", "--help"], OF_AWS),
        (["replay", "{file}", *CHART], (*OF_AWS, "rich")),
        (["history", "netflix-daily-overall", "US", "2022-02-04", "--from", "sample"], OF_AWS),
        (["subscribe", "email", "me@example.org", "--preview", "--from", "sample"], OF_AWS),
    ],
    ids=["help", "help with a command", "a replay", "a history of files", "a preview of files"],
)
def test_what_needs_no_deployment_loads_nothing_of_aws(
    write: Write, arguments: list[str], unneeded: tuple[str, ...]
) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark"]))
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr))\n"
        "from chartwatch.cli.main import app\n"
        "app()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *(argument.format(file=file) for argument in arguments)],
        capture_output=True,
        check=True,
        text=True,
    )
    loaded = ran.stderr.splitlines()[-1]
    assert "'chartwatch'" in loaded
    assert not [name for name in unneeded if f"'{name}'" in loaded]
