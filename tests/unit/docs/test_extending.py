"""The example of a source in docs/extending.md, followed to the letter in a copy of the checkout."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chartwatch.cli.sources import ENTRY_POINTS

ROOT = Path(__file__).parents[3]
SOURCES = "functions/chartwatch/sources/__init__.py"
NEEDED = ("functions/chartwatch", "tests/unit/sources", "tests/data/sources")
SECTION = (ROOT / "docs" / "extending.md").read_text().partition("## A source\n")[2].partition("\n## ")[0]
FILES = dict(re.findall(r"`([\w./-]+)`:\n\n```(?:python|csv|json)\n(.*?)```", SECTION, re.DOTALL))
[DIFF] = re.findall(rf"`{SOURCES}`:\n\n```diff\n(.*?)```", SECTION, re.DOTALL)
TESTS, REPLAY, REPLAY_OWN = re.findall(r"```sh\n(.*?)\n```", SECTION, re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout in which the example's files are written and its source is registered."""
    copy = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for folder in NEEDED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FILES.items():
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text(text)
    registry = (copy / SOURCES).read_text()
    for hunk in DIFF.split("@@\n"):
        before = "".join(line[1:] for line in hunk.splitlines(keepends=True) if not line.startswith("+"))
        assert registry.count(before) == 1
        registry = registry.replace(before, "".join(line[1:] for line in hunk.splitlines(keepends=True)))
    (copy / SOURCES).write_text(registry)
    return copy


def run(command: str, folder: Path, package: Path) -> str:
    """Run a command of the document with the `chartwatch` of `package`, and return its output."""
    program, *arguments = shlex.split(command)
    # With -P, as the installed command does, Python does not look for modules in the current folder by itself.
    module = {"chartwatch": ["-P", "-m", "chartwatch.cli"], ".venv/bin/python": []}[program]
    environment = {**os.environ, "PYTHONPATH": str(package / "functions")}
    command_line = [sys.executable, *module, *arguments]
    done = subprocess.run(command_line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_passes_the_tests_that_the_document_runs(checkout: Path) -> None:
    outcome = run(TESTS, checkout, checkout)
    assert re.search(r"^4 passed, \d+ deselected", outcome, re.MULTILINE), outcome


def test_the_example_is_replayed_by_its_name(checkout: Path) -> None:
    assert "Night Ferry" in run(REPLAY, checkout, checkout)


def test_the_example_is_replayed_without_being_registered(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / Path(name).name).write_text(text)
    assert "Night Ferry" in run(REPLAY_OWN, tmp_path, ROOT)


def test_the_example_of_entry_points_is_of_the_group_that_is_read() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    assert tomllib.loads(example) == {
        "project": {"entry-points": {ENTRY_POINTS: {"box-office": "box_office:BoxOffice"}}}
    }


def test_the_example_has_the_style_of_the_project(checkout: Path) -> None:
    module = next(name for name in FILES if name.endswith(".py"))
    run(f".venv/bin/python -m ruff check --no-cache {module}", checkout, checkout)
    run(f".venv/bin/python -m ruff format --no-cache --check {module}", checkout, checkout)
