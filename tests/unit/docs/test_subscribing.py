"""The page on subscribing is made of commands that there are, and shows what they say."""

import re
import shlex
import subprocess

import pytest
import typer
from typer.testing import CliRunner

from chartwatch.cli.main import app
from chartwatch.domain.stories.filters import ASKED, PRIORITY
from tests.infrastructure.templates import ROOT, read
from tests.unit.stories.netflix import last

PAGE = (ROOT / "docs" / "subscribing.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [
    line.replace('"$arn"', "arn:aws:sqs:us-east-1:123456789012:korean-firsts")
    for block in BLOCKS
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("chartwatch ")
]
OF_THIS_PAGE = ("subscribe", "subscriptions", "confirm", "unsubscribe", "send-test")


@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_every_block(block: str) -> None:
    assert subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False).stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_with_options_that_it_has(command: str) -> None:
    _, name, *arguments = shlex.split(command)
    parsed = typer.main.get_command(app).commands[name].make_context(name, arguments)  # type: ignore[attr-defined]
    assert parsed.params["stack"] == "chartwatch" or parsed.params["preview"]


def test_the_preview_says_what_the_page_shows() -> None:
    (command,) = (command for command in COMMANDS if "--from sample" in command)
    shown = CliRunner().invoke(app, shlex.split(command)[1:])
    assert shown.exit_code == 0
    assert f"```\n{shown.stdout}```\n" in PAGE


@pytest.mark.parametrize("name", OF_THIS_PAGE)
def test_every_option_is_named(name: str) -> None:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    options = [parameter.opts[0] for parameter in command.params if parameter.opts[0].startswith("--")]
    missing = [option for option in options if option not in PAGE]
    assert missing == (["--catalog"] if name == "subscribe" else [])
    assert any(line.split()[1] == name for line in COMMANDS)


def test_the_attributes_are_those_of_a_story() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)
    assert {*listed} == last("Ozark", "Squid Game").attributes.keys()
    assert {*ASKED, PRIORITY} <= {*listed}


def test_every_output_that_is_read_exists() -> None:
    assert set(re.findall(r"\(output (\w+)\)", PAGE)) <= set(read("template.yaml").body["Outputs"])
