"""Each command that a document shows is run as written; one that needs more than this machine is checked in form."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import typer

from chartwatch.adapters.starter import STARTER_FILE
from chartwatch.cli.main import app
from chartwatch.sources.netflix_countries import NetflixCountries
from tests.command_line import run

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
OTHERS = {"extending.md": "tests/unit/docs/test_extending.py and test_rule_kinds.py follow it to the letter"}
"""Pages whose commands other tests run."""

NEEDS: dict[str, str] = {
    r"make (demo|test)$": "CI runs both",
    r"(.*=\S+ )?(aws|sam) |(output|resource)\(\) |(topic|queue|arn|policy|stack|charts|milestones|at|bucket)=": "AWS",
    r"for |while |  |done|receipt=|printf '\[": "AWS: a line of a longer command",
    r"git ": "a release to go to or to come from",
    r"chartwatch .*--stack": "a deployment: tests/deployed has it",
    r"curl ": "the internet",
    r"chartwatch sources check": "the internet",
    r"chartwatch catalog enrich --from netflix": "the internet",
    r"chartwatch catalog choose": "what a look-up on the internet found",
    r"chartwatch --(install|show)-completion": "a shell of a person; tests/integration/test_cli_help.py tries it",
    r"python3 -m venv|~/chartwatch/bin/": "the internet; tests/integration/test_installing.py does it without",
}
"""What is not run here, by how a command begins, and why."""

RUN_HERE = r"chartwatch |_CHARTWATCH_COMPLETE=|export PATH=|printf 'period,"
"""How a command begins that is run here unless it needs more."""


def pages() -> Iterator[Path]:
    yield ROOT / "README.md"
    yield from (page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in OTHERS)


def blocks(page: Path) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command of each page, over however many lines it goes."""
    for page in pages():
        for block in blocks(page):
            lines = re.sub(r" *\\\n *", " ", block).splitlines()
            yield from ((page.name, line) for line in lines if line and not line.startswith("#"))


def needed(command: str) -> str | None:
    """Return what a command needs that this machine does not have."""
    return next((need for form, need in NEEDS.items() if re.match(form, command)), None)


ALL = [*commands()]
RUN = [
    pytest.param(command, id=f"{page}: {command}"[:120])
    for page, command in ALL
    if needed(command) is None and re.match(RUN_HERE, command)
]
PARSED = sorted({command for _, command in ALL if needed(command) and command.startswith("chartwatch ")})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with all files that the documents name, and the command on the PATH of its own."""
    (tmp_path / "catalog.csv").write_bytes(STARTER_FILE.read_bytes())
    songs = b"period,territory,rank,title,artist\n2022-01-01,US,1,A,C\n2022-01-02,US,1,B,D\n"
    (tmp_path / "music.csv").write_bytes(songs)
    (tmp_path / "songs.csv").write_bytes(songs)
    (tmp_path / "hot-100-number-ones.csv").write_bytes(b"date,song,artist\n1958-08-04,A,C\n1958-08-11,B,D\n")
    (tmp_path / "works").mkdir()
    (tmp_path / "works" / "own-file.csv").write_bytes(STARTER_FILE.read_bytes())
    (tmp_path / "number-ones.csv").write_bytes(b"rank,title\n1,A\n")
    (tmp_path / "claims.jsonl").write_text(
        '{"chart": "netflix-daily-overall", "territory": "US", "on": "2022-02-04", "title": "All of Us Are Dead"}\n'
    )
    rules = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "rules.md").read_text(), re.DOTALL)[0]
    for name in ("rules.yaml", "my-rules.yaml"):
        (tmp_path / name).write_text(rules)
    for source, name in (("netflix-countries", "all-weeks-countries.tsv"), ("netflix-global", "all-weeks-global.tsv")):
        document = next(iter(sorted((ROOT / "tests" / "data" / "sources" / source).glob("*.tsv"))))
        (tmp_path / name).write_bytes(document.read_bytes())
    command = tmp_path / ".venv" / "bin" / "chartwatch"
    command.parent.mkdir(parents=True)
    package = ROOT / "functions"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{package}" exec "{sys.executable}" -m chartwatch.cli "$@"\n')
    command.chmod(0o755)
    return tmp_path


OF_A_SHELL = frozenset("|<>$;&`*~\\")
"""Signs by which a shell does something with a line."""


def written(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what comes of a command, in the folder: what a shell only splits into words is run in this process."""
    if command.startswith("chartwatch ") and OF_A_SHELL.isdisjoint(command):
        with chdir(folder):
            done = run(*shlex.split(command, comments=True)[1:])
        return subprocess.CompletedProcess(command, done.exit_code, done.stdout, done.stderr)
    environment = {**os.environ, "PATH": f"{folder / '.venv' / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_of_each_command_it_is_known_whether_it_is_run_or_what_it_needs() -> None:
    unknown = [(page, line) for page, line in ALL if needed(line) is None and not re.match(RUN_HERE, line)]
    assert unknown == [], "say in NEEDS what these need, or in RUN_HERE that they are run"


@pytest.mark.parametrize("command", RUN)
def test_a_command_runs_as_written(command: str, folder: Path) -> None:
    done = written(command, folder)
    # A claim that is checked may be false, or unknown.
    assert done.returncode in ((0, 1, 3) if command.startswith("chartwatch check") else (0,)), done.stderr
    assert done.stdout or "publications" in done.stderr or command.startswith(("export ", "printf "))


@pytest.mark.parametrize(
    ("begins", "command"), [("Subject: ", r"chartwatch replay sample .*emails"), ("FALSE: ", "chartwatch check")]
)
def test_what_the_readme_shows_is_what_its_command_writes(begins: str, command: str, folder: Path) -> None:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    shown = next(block for language, block in fenced if not language and block.startswith(begins))
    line = next(line for page, line in ALL if page == "README.md" and re.match(command, line))
    assert shown in written(line, folder).stdout


@pytest.mark.parametrize("command", PARSED)
def test_a_command_that_is_not_run_has_a_form_that_the_command_line_takes(command: str) -> None:
    read(command)


def read(command: str) -> None:
    """Read a command line without running it. Raises `typer.TyperException` for what it does not take."""
    # What a shell does with its output is no part of it.
    arguments = shlex.split(re.split(r" (?:>|\|\|) ", command)[0], comments=True)[1:]
    command, name, context = typer.main.get_command(app), "chartwatch", None
    if arguments[0].startswith("--"):
        assert arguments[0] in [option for parameter in command.params for option in parameter.opts]
        return
    while True:
        context = command.make_context(name, [*arguments], parent=context)
        if not hasattr(command, "commands"):
            return
        name = arguments.pop(0)
        command = command.commands[name]


@pytest.mark.parametrize("wrong", ["chartwatch rules list --frm x", "chartwatch catalog export x --stack y"])
def test_a_form_that_the_command_line_does_not_take_is_found(wrong: str) -> None:
    with pytest.raises(typer.TyperException):
        read(wrong)


@pytest.mark.parametrize("page", [*pages()], ids=lambda page: page.name)
def test_a_shell_reads_every_block(page: Path) -> None:
    for block in blocks(page):
        assert subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False).stderr == ""


def test_the_readme_fetches_netflixs_file_from_where_a_deployment_does() -> None:
    (fetched,) = [command for page, command in ALL if page == "README.md" and command.startswith("curl ")]
    assert fetched.split()[-1] == NetflixCountries.address
