"""The commands are listed without being imported, and are what the list says of them."""

import subprocess
import sys

import pytest
import typer

from chartwatch.cli.main import SUMMARIES, app

SLOW = ("babel", "boto3", "botocore", "moto", "pydantic", "rich", "yaml")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_that_takes_time(option: str) -> None:
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*{m.partition('.')[0] for m in sys.modules}, sep='\\n', file=sys.stderr))\n"
        "from chartwatch.cli.main import app\n"
        "app()"
    )
    ran = subprocess.run([sys.executable, "-c", code, option], capture_output=True, check=True, text=True)
    loaded = ran.stderr.splitlines()
    assert "typer" in loaded
    assert [name for name in SLOW if name in loaded] == []


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_summary_of_a_command_is_the_one_in_its_own_help(name: str) -> None:
    command = typer.main.get_command(app).commands[name]
    assert command.help.partition("\n")[0] == SUMMARIES[name]
