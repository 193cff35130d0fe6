"""The pages on running and upgrading a deployment name commands, options, troubles and outputs that there are."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from chartwatch.cli.main import app
from chartwatch.services.troubles import LONG, Trouble
from tests.asked_of_aws import allowed
from tests.infrastructure.templates import ROOT, read

RUNNING, UPGRADING = ((ROOT / "docs" / name).read_text() for name in ("running.md", "upgrading.md"))
BLOCKS = re.findall(r"```sh\n(.*?)```", RUNNING + UPGRADING, re.DOTALL)
COMMANDS = [
    line.split(" > ")[0]
    for block in BLOCKS
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("chartwatch ")
]
RUN_BY = ("status", "fetch", "watch", "tail", "why", "resend", "cost")
"""The commands that the page is about."""


def found(words: list[str]) -> tuple[Any, str, list[str]]:
    """Return the command that words name, its name, and the words after it."""
    command, name = typer.main.get_command(app), ""
    while isinstance(command, typer.core.TyperGroup) and words and words[0] in command.commands:
        command, name, words = command.commands[words[0]], f"{name} {words[0]}".strip(), words[1:]
    return command, name, words


@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_every_block(block: str) -> None:
    assert subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False).stderr == ""


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one_with_options_that_it_has(line: str) -> None:
    _, *words = shlex.split(line)
    command, name, rest = found(words)
    assert name
    assert not isinstance(command, typer.core.TyperGroup)
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in rest if re.fullmatch(r"--?[a-z-]+", word)} <= known


def test_every_command_that_runs_a_deployment_is_shown_with_its_options() -> None:
    shown = {found(shlex.split(line)[1:])[1] for line in COMMANDS}
    for name in RUN_BY:
        command, _, _ = found([name])
        children = command.commands.items() if isinstance(command, typer.core.TyperGroup) else [("", command)]
        for child, its in children:
            assert f"{name} {child}".strip() in shown
            options = [set(parameter.opts) for parameter in its.params if parameter.opts[0].startswith("--")]
            # Those of --dry-run are explained where documents are tried.
            elsewhere = {"--help", "--catalog", *(("--source", "--option") if name == "fetch" else ())}
            assert [its for its in options if not its & elsewhere and not any(one in RUNNING for one in its)] == []


def test_every_trouble_is_explained() -> None:
    rows = re.findall(r"^\| ([a-z, ]+) \|", RUNNING, re.MULTILINE)
    explained = {name.strip() for row in rows for name in re.split(r", (?=witness|subscriber)", row)}
    assert {str(trouble) for trouble in Trouble} - explained == {"sent, and not so"} - explained
    assert "\n| sent, and not so |" in RUNNING
    assert LONG.total_seconds() == 3600, "an hour, as the page says"


def test_every_output_that_is_named_exists() -> None:
    assert "SchedulesRoleArn" in read("template.yaml").body["Outputs"]
    assert "`SchedulesRoleArn`" in RUNNING


def commands_of_a_stack(command: Any, name: str = "") -> Iterator[str]:
    """Yield the names of all commands that take a stack."""
    if isinstance(command, typer.core.TyperGroup):
        for word, its in command.commands.items():
            yield from commands_of_a_stack(its, f"{name} {word}".strip())
    elif any("--stack" in parameter.opts for parameter in command.params):
        yield name


def test_every_command_that_takes_a_stack_has_a_line_with_what_it_needs_to_be_allowed() -> None:
    """What they do ask for is compared wherever a test runs one: `tests.command_line.run`."""
    assert set(allowed()) == set(commands_of_a_stack(typer.main.get_command(app)))
    actions = {action for its in allowed().values() for action in its}
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Z][A-Za-z]+", action) for action in actions)
