"""What the command says to who does not know it yet, or mistypes it; and what a shell completes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chartwatch.cli.main import SUMMARIES
from chartwatch.sources import SOURCES
from tests.command_line import run

COMMAND = (sys.executable, "-m", "chartwatch.cli")


@pytest.mark.parametrize("group", ["", "rules", "catalog"])
def test_a_group_alone_shows_its_help(group: str) -> None:
    alone = run(*group.split())
    assert (alone.exit_code, alone.stderr) == (0, "")
    assert alone.stdout == run(*group.split(), "--help").stdout


@pytest.mark.parametrize("command", ["", *SUMMARIES, "rules try", "catalog set", "sources check"])
def test_h_is_short_for_help(command: str) -> None:
    assert run(*command.split(), "-h").stdout == run(*command.split(), "--help").stdout != ""


@pytest.mark.parametrize("command", ["replay", "check", "catalog set", "fill"])
def test_a_help_says_nothing_that_is_for_programmers(command: str) -> None:
    shown = run(*command.split(), "-h").stdout
    assert not re.search(r"[{}]|<(?:str|int|Path|list|date)|\[x[<>]", shown), shown


def test_the_help_of_per_names_all_that_makes_groups() -> None:
    asked = ("check", "--from", "sample", "--chart", "netflix-daily-overall", "--territory", "US", "--nth", "1")
    taken = run(*asked, "--per", "genre").stderr.partition(" is not one of ")[2].split(", ")
    shown = run("check", "-h").stdout.partition("--per FACT")[2].partition("--work-kind")[0]
    assert set(taken[-1:]) == {"fact:NAME\n"}
    assert [fact for fact in taken if fact.strip() not in shown.split(".")[0].replace(",", "").split()] == []


@pytest.mark.parametrize("command", ["", "rules", "catalog"])
def test_no_summary_of_a_command_is_cut(command: str) -> None:
    assert "..." not in run(*command.split(), "-h").stdout.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("replai", "No such command 'replai'. Did you mean 'replay'?"),
        ("rules lst", "No such command 'lst'. Did you mean 'list'?"),
        ("catalog enrch", "No such command 'enrch'. Did you mean 'enrich'?"),
        ("--versio", "No such option: --versio. Did you mean '--version'?"),
        ("check --titel x", "No such option: --titel. Did you mean '--title'?"),
        ("catalog list --limt 3", "No such option: --limt. Did you mean '--limit'?"),
        ("replay x --qqq", "No such option: --qqq"),
        (
            "replay x --format jsnl",
            "Invalid value for '--format': 'jsnl' is not one of 'text', 'emails', 'digests', 'jsonl'. "
            "Did you mean 'jsonl'?",
        ),
        ("rules list --format JSON5", "Did you mean 'json'?"),
        ("sources check netflix", "Did you mean 'netflix-countries'?"),
        ("sources check wikdata", "Did you mean 'wikidata'?"),
        ("sources check zzz", "'zzz' is not one of 'wikidata', 'tmdb', 'netflix-countries'."),
    ],
)
def test_what_is_mistyped_is_answered_with_what_was_probably_meant(arguments: str, said: str) -> None:
    result = run(*arguments.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"{said}\n")


@pytest.mark.parametrize(
    ("arguments", "option", "swallowed"),
    [
        ("check --title Ozark --longest --from sample", "--longest", "--from"),
        ("check --title --from sample", "--title", "--from"),
        ("replay sample --since --format text", "--since", "--format"),
        ("replay sample -o --archive x", "--option", "--archive"),
        ("catalog list --catalog --limit 3", "--catalog", "--limit"),
        ("rules try x.yaml --from --stack y", "--from", "--stack"),
        ("fill c 2022-01-01 US f --source -h", "--source", "-h"),
    ],
)
def test_an_option_without_its_value_takes_no_other_option_for_it(arguments: str, option: str, swallowed: str) -> None:
    result = run(*arguments.split())
    assert result.exit_code == 2
    said = f"Error: Invalid value for '{option}': '{swallowed}' is an option; the value is missing\n"
    assert result.stderr.endswith(said) or (option == "--option" and "is an option; the value" in result.stderr)


def test_a_value_that_looks_like_an_option_is_given_with_an_equals_sign() -> None:
    asked = ("check", "--chart", "netflix-daily-overall", "--territory", "US", "--nth", "1", "--from", "sample")
    assert "'--from' is neither in the catalog nor on a chart" in run(*asked, "--title=--from").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("catalog", "enrich", "--from", "sample", "--contact", ""),
        ("catalog", "enrich", "--from", "sample", "--contact="),
        ("check", "--title", "  ", "--from", "sample"),
        ("replay", "sample", "--catalog", ""),
        ("quarantine", "--stack", ""),
        ("rules", "try", "x.yaml", "--from", ""),
    ],
    ids=" ".join,
)
def test_a_value_of_nothing_is_refused(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    option = next(its for its in reversed(arguments) if its.startswith("--")).removesuffix("=")
    option = "--title" if "--title" in arguments else option
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: Invalid value for '{option}': is empty")


# Completion.


@pytest.mark.parametrize(
    ("shell", "registers"),
    [
        ("bash", "complete -o default -F _chartwatch_completion chartwatch"),
        ("zsh", "compdef _chartwatch_completion chartwatch"),
        ("fish", "complete --command chartwatch"),
    ],
)
def test_the_script_of_a_shell_is_shown(shell: str, registers: str) -> None:
    environment = {**os.environ, "_CHARTWATCH_COMPLETE": f"source_{shell}"}
    shown = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=True)
    assert registers in shown.stdout
    assert shown.stderr == ""


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a shell that has the command on its PATH, and a home folder of its own."""
    command = tmp_path / "chartwatch"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chartwatch.cli "$@"\n')
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}


COMPLETE = """
source <(_CHARTWATCH_COMPLETE=source_bash chartwatch)
COMP_WORDS=({words} {incomplete!r}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_chartwatch_completion chartwatch
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed(shell: dict[str, str], words: str, incomplete: str) -> list[str]:
    script = COMPLETE.format(words=words, incomplete=incomplete)
    done = subprocess.run(["bash", "-c", script], env=shell, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ("chartwatch", "", [*SUMMARIES]),
        ("chartwatch", "re", ["replay", "resend", "rebuild"]),
        ("chartwatch rules", "", ["list", "lint", "try"]),
        ("chartwatch check", "--first", ["--first-with"]),
        ("chartwatch rules list --format", "", ["text", "json"]),
        ("chartwatch sources check", "w", ["wikidata"]),
        ("chartwatch replay x --source", "net", [name for name in SOURCES if name.startswith("net")]),
        ("chartwatch check --from", "s", ["sample"]),
    ],
)
def test_bash_completes_commands_options_and_values(
    shell: dict[str, str], words: str, incomplete: str, expected: list[str]
) -> None:
    assert completed(shell, words, incomplete) == expected


def test_the_completion_of_the_shell_at_hand_is_installed(shell: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", "chartwatch --install-completion; true"], env=shell, capture_output=True, text=True, check=True
    )
    assert "bash completion installed in" in done.stdout
    assert ".bash_completions" in (Path(shell["HOME"]) / ".bashrc").read_text()


def test_commands_are_completed_without_importing_any() -> None:
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from chartwatch.cli.main import app\n"
        "app(prog_name='chartwatch')"
    )
    environment = {
        **os.environ,
        "_CHARTWATCH_COMPLETE": "complete_bash",
        "COMP_WORDS": "chartwatch re",
        "COMP_CWORD": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["replay", "resend", "rebuild"]
    assert not [
        name for name in ("chartwatch.cli.replay", "chartwatch.cli.rebuild", "boto3") if name in done.stderr.split()
    ]
