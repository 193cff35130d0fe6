"""The commands are listed without being imported, and are what the list says of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from chartwatch import cli
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


def _put_off() -> dict[str, set[str]]:
    """Return by module what its reasons for an import inside of a function say that it is without."""
    reason = re.compile(r"# noqa: PLC0415  # .*\bwithout (\w+)$", re.MULTILINE)
    files = sorted(Path(cli.__file__).parent.glob("*.py"))
    return {file.stem: said for file in files if (said := set(reason.findall(file.read_text())))}


def _imported_late() -> set[tuple[str, str]]:
    """Return what is imported inside of functions, each with the package that is put off by it."""
    late = re.compile(r"^ +from (\S+) import .*# noqa: PLC0415  # .*\bwithout (\w+)$", re.MULTILINE)
    return {found for file in Path(cli.__file__).parent.glob("*.py") for found in late.findall(file.read_text())}


@pytest.mark.parametrize(("module", "package"), sorted(_imported_late()))
def test_what_is_imported_late_needs_what_is_put_off(module: str, package: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert package in ran.stdout.split()


@pytest.mark.parametrize(("module", "packages"), _put_off().items())
def test_what_is_imported_late_is_not_imported_after_all(module: str, packages: set[str]) -> None:
    code = f"import sys, chartwatch.cli.{module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert packages.isdisjoint(ran.stdout.split())
