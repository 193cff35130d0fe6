"""The command line installed from a wheel, in an environment without moto and outside any checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("functions/chartwatch", "infrastructure/local/chartwatch_local")
LEFT_OUT = ("moto", "chartwatch", "__editable__", "responses", "cfnlint", "duckdb")
"""Beginnings of packages here that a person who installs the command does not get."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that the checkout builds."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in BUILT_FROM:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    build = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, check=True)
    (built,) = (copy / "dist").glob("chartwatch-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new environment with the wheel, and of the packages that are here those that it needs, and more."""
    place = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    for its in Path(sysconfig.get_path("purelib")).iterdir():
        if not its.name.lower().startswith(LEFT_OUT):
            (packages / its.name).symlink_to(its)
    install = (sys.executable, "-m", "pip", "--python", str(place), "install", "--no-deps", "--no-index", "--quiet")
    subprocess.run([*install, str(wheel)], check=True)
    return place


@pytest.fixture
def chartwatch(environment: Path, tmp_path: Path) -> Run:
    """Return what runs the installed command in an empty folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "AWS_ENDPOINT_URL")}
        command = [str(environment / "bin" / "chartwatch"), *arguments]
        return subprocess.run(command, cwd=tmp_path, env=plain, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--version", "chartwatch 0."),
        ("replay sample --since 2022-02-01", "All of Us Are Dead: South Korea first with 2 non-English series"),
        ("rules list", "nth-non-english-series"),
        ("rules list music", "nth-by-artist"),
        ("sources", "netflix-countries"),
        ("catalog list squid", "squid-game: Squid Game, series"),
        ("history netflix-daily-overall US 2022-02-04 --from sample", "What was said of it:"),
        ("withdraw netflix-daily-overall 2022-01-28 US --from sample", "nothing was written"),
    ],
)
def test_what_needs_no_deployment_works(chartwatch: Run, arguments: str, said: str) -> None:
    done = chartwatch(*arguments.split())
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert said in done.stdout


def test_a_claim_is_checked(chartwatch: Run) -> None:
    slot = "nth-non-english-series:netflix-daily-overall:US:2"
    done = chartwatch("check", slot, "--title", "All of Us Are Dead", "--from", "sample")
    assert (done.returncode, done.stdout[:6]) == (1, "FALSE:"), done.stderr


def test_every_module_is_imported_without_moto(environment: Path, tmp_path: Path) -> None:
    code = (
        "import importlib, pkgutil, chartwatch, chartwatch.cli as cli\n"
        "names = [m.name for m in pkgutil.walk_packages(chartwatch.__path__, 'chartwatch.')]\n"
        "[importlib.import_module(name) for name in names if not name.endswith('__main__')]\n"
        "print(len(names), cli.__file__)\n"
        "import moto\n"
    )
    python = str(environment / "bin" / "python")
    done = subprocess.run([python, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "No module named 'moto'" in done.stderr
    number, file = done.stdout.split()
    assert int(number) > 150
    assert file.startswith(str(environment))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("demo", "Error: chartwatch demo: needs a checkout of the project; run `make demo` in it\n"),
        ("replay sample --store dynamodb", "Error: the simulated AWS: it needs moto: install chartwatch[simulated]"),
    ],
)
def test_what_needs_more_says_so_in_a_sentence(chartwatch: Run, arguments: str, said: str) -> None:
    done = chartwatch(*arguments.split())
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(said)


def test_without_the_packages_of_the_command_it_says_what_to_install(environment: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['typer'] = None; from chartwatch.cli.__main__ import main; main()"
    python = str(environment / "bin" / "python")
    done = subprocess.run([python, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == "Error: the command needs typer, which is not installed: install chartwatch[cli]\n"
    assert done.returncode == 1
