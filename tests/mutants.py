"""Mutants of the code that must not be wrong: each is a small change that some test has to notice.

`python -m tests.mutants publishing outbox` mutates those modules, one after another, with mutmut: `delivery` stands for
all of lease, publish and mark, `domain` for all of the domain. It prints what was killed and what survived, and ends
with 1 when something survived that docs/mutants.md does not explain.

mutmut knows packages below a folder `src`, so it works on a folder that looks like that. In it there are neither
the tools nor the real charts: tests that want those are skipped.
"""

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ROOT / ".mutants"
EXPLAINED = ROOT / "docs" / "mutants.md"
PACKAGE = Path("src") / "chartwatch"

ALIKE = {"src": "functions", **{name: name for name in ("tests", "bench", "docs", "infrastructure", "template.yaml")}}
"""What the folder has, and what that is here."""

CONFIG = """\
[tool.mutmut]
source_paths = ["src"]
only_mutate = {mutated}
also_copy = ["quick_first.py", "bench", "docs", "infrastructure", "template.yaml"]
pytest_add_cli_args_test_selection = {tests}
timeout_multiplier = 3.0
timeout_constant = 60.0
use_git_change_detection = false

[tool.pytest.ini_options]
addopts = "-p no:cacheprovider -p no:xdist -p quick_first --strict-markers"
pythonpath = ["src", "infrastructure/local", "."]
xfail_strict = true
"""

QUICK_FIRST = """\
import sys

SLOW = {"aws", "moto", "service"}

def pytest_sessionstart():
    for name in [name for name in sys.modules if name.startswith("chartwatch.")]:
        for value in vars(sys.modules[name]).values():
            getattr(value, "cache_clear", list)()

def pytest_collection_modifyitems(items):
    items.sort(key=lambda it: (getattr(it.obj, "is_hypothesis_test", False), not SLOW.isdisjoint(it.fixturenames)))
"""
"""What pytest is told: a mutant that a plain example notices need not meet generated ones, nor stores on moto.

Mutants are forked from a process that has run the tests before, and must not find what functions returned there.
"""

DOMAIN = ("tests/unit/domain", "tests/unit/stories")
CRASHES = "tests/integration/test_delivery_crashes.py"
DELIVERY = (
    "tests/unit/test_publishing.py",
    "tests/unit/domain/test_reconciling.py",
    f"{CRASHES}::test_wherever_a_publisher_ends_each_message_gets_out_once",
    f"{CRASHES}::test_two_at_once_send_each_message_once",
)
CHECKS = (
    "tests/unit/domain/test_checking.py",
    "tests/unit/domain/test_answers.py",
    "tests/unit/domain/test_certain_asked.py",
    "tests/unit/domain/test_certain_debuts.py",
    "tests/unit/domain/test_asked_unknown.py",
    "tests/integration/test_cli_check.py",
    "tests/integration/test_cli_claims.py",
    "tests/integration/test_cli_claim_files.py",
)
STORES = ("tests/integration/test_stores_documents.py",)
FILES = tuple(f"tests/integration/test_stores_{name}.py" for name in ("snapshot", "ledger", "files"))
RECORD_STORES = ("tests/integration/test_stores_record.py", *FILES)


def _of_domain(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/unit/domain/test_{name}.py" for name in names)


REVISED = _of_domain(
    *("ledger", "difference", "detection", "muting", "min_periods", "learning", "rebuild", "arrival_order")
)
FOLDED = _of_domain(
    *("snapshot", "fold", "firsts", "coverage", "lasting", "learning", "lent_names", "detection", "arrival_order"),
    *("assumed", "namesakes", "provider_ids", "creators", "rule_verdicts", "pauses", "absences", "said_in_part"),
)
RECORDED = _of_domain(
    *("steps", "record", "head", "rebuild", "audit", "detection", "muting", "min_periods", "learning"),
    *("pauses", "lent_names", "dropped_history", "provider_ids", "arrival_order"),
)
DELIVERY_MODULES = {
    "pacing": "services/pacing.py",
    "publish": "services/publish.py",
    "sqs": "adapters/sqs.py",
    "sns": "adapters/sns.py",
    "outbox": "adapters/dynamodb/outbox.py",
}
"""Lease, publish, mark, by module: those with few and quick tests first."""

RECORD_MODULES = {
    "record": "services/record.py",
    "recording": "services/recording.py",
    "detect": "services/detect.py",
    "snapshot": "domain/milestones/snapshot.py",
    "fold": "domain/milestones/fold.py",
    "pauses": "domain/milestones/pauses.py",
    "honour_rolls": "domain/milestones/honour_rolls.py",
    "spreads": "domain/milestones/spreads.py",
    "ledger": "domain/milestones/ledger.py",
    "difference": "domain/milestones/difference.py",
    "aws_record": "adapters/record.py",
    "record_files": "adapters/record_files.py",
    "snapshot_file": "adapters/snapshot_file.py",
    "snapshot_text": "adapters/snapshot_text.py",
    "ledger_file": "adapters/ledger_file.py",
}
"""The record of a chart: how it is folded, compared, kept and read."""

TESTS = {
    "pacing": ("tests/unit/domain/test_pacing.py",),
    "publish": DELIVERY,
    "sqs": ("tests/integration/test_sqs.py",),
    "sns": (
        "tests/integration/test_sns.py",
        f"{CRASHES}::test_subscribers_are_those_of_all_topics_the_unconfirmed_without_an_arn",
    ),
    "outbox": STORES,
    **dict.fromkeys(("ledger", "difference"), REVISED),
    **dict.fromkeys(("snapshot", "honour_rolls", "pauses", "spreads"), FOLDED),
    "fold": (*FOLDED, *_of_domain("certain"), "tests/unit/stories", "tests/integration/test_cli_shared_titles.py"),
    **dict.fromkeys(("record", "recording", "detect"), RECORDED),
    "aws_record": RECORD_STORES,
    **dict.fromkeys(("record_files", "snapshot_file", "snapshot_text", "ledger_file"), FILES),
    "reconcile": (*DELIVERY, "tests/unit/domain/test_findings.py"),
    "seasons": ("tests/unit/domain/test_seasons.py",),
    "calendars": ("tests/unit/domain/test_reconciling.py",),
    **dict.fromkeys(("checks", "chart_history", "scopes", "possible", "answers", "readings"), CHECKS),
    **dict.fromkeys(("debuts_asked", "firsts_asked", "lasting_asked", "weeks_asked"), CHECKS),
    "fetching": ("tests/unit/domain/test_conditional_fetch.py",),
    "rule": (*DOMAIN, "tests/unit/test_rule_mistakes.py", "tests/unit/cli/test_listings.py"),
}
"""The tests of a module; of others those of the domain."""

TIMEOUT = "timeout"
KILLED = frozenset({"killed", "segfault", TIMEOUT})


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed: in which function, and what it changed into what."""

    function: str
    was: str
    becomes: str

    def __str__(self) -> str:
        """As docs/mutants.md has it."""
        return f"`{self.was}` → `{self.becomes}`"


@dataclass(frozen=True)
class Outcome:
    """What became of the mutants of a module. `late` took too long by the clock: on a busy machine that says little."""

    module: str
    mutants: int
    late: int
    survivors: tuple[Survivor, ...]

    @property
    def row(self) -> str:
        """A row of the table in docs/mutants.md."""
        left = len(self.survivors)
        share = 100 * (self.mutants - left) / self.mutants if self.mutants else 100
        return f"| {self.module} | {self.mutants} | {self.mutants - left} | {self.late} | {left} | {share:.1f} % |"


def _paths() -> dict[str, str]:
    package = ROOT / "functions" / "chartwatch"
    found = sorted((*package.glob("domain/**/[a-z]*.py"), *package.glob("services/[a-z]*.py")), key=_size)
    known = {**DELIVERY_MODULES, **RECORD_MODULES}
    others = {path.stem: str(path.relative_to(package)) for path in found}
    return {**known, **{name: path for name, path in others.items() if path not in known.values()}}


def _size(path: Path) -> int:
    return path.stat().st_size


PATHS = _paths()
"""Where every module stands that can be mutated, by its name."""


def mutate(modules: Sequence[str]) -> Iterator[Outcome]:
    """Test every mutant of modules that have the same tests, and yield what became of each module's."""
    folder = FOLDERS / modules[0]
    _make_folder(folder, modules)
    _run(folder, "run", "--max-children", "1")
    results = list(_results(folder))
    for module in modules:
        path = PATHS[module]
        its = [(name, status) for name, status in results if name.startswith(_dotted(path))]
        yield _outcome(folder, module, its)


def _outcome(folder: Path, module: str, results: Sequence[tuple[str, str]]) -> Outcome:
    declared = _declared(ROOT / "functions" / "chartwatch" / PATHS[module])
    by_class = [(_function(name).rpartition(".")[0], name, status) for name, status in results]
    found = {name: status for its, name, status in by_class if its not in declared}
    survivors = tuple(_survivor(folder, name) for name, status in found.items() if status not in KILLED)
    return Outcome(module, len(found), sum(status == TIMEOUT for status in found.values()), survivors)


def _dotted(path: str) -> str:
    """Return how the names of a module's mutants begin."""
    return f"chartwatch.{path.removesuffix('.py').replace('/', '.')}."


def _declared(path: Path) -> frozenset[str]:
    """Return the protocols of a module: what stands in them is never run, and so cannot be wrong."""
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    return frozenset(its.name for its in classes if "Protocol" in map(ast.unparse, its.bases))


def _make_folder(folder: Path, modules: Sequence[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, is_here in ALIKE.items():
        (folder / name).symlink_to(ROOT / is_here)
    (folder / "quick_first.py").write_text(QUICK_FIRST)
    tests = TESTS.get(modules[0], DOMAIN)
    mutated = [str(PACKAGE / PATHS[module]) for module in modules]
    (folder / "pyproject.toml").write_text(CONFIG.format(mutated=json.dumps(mutated), tests=json.dumps(tests)))


def _results(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of each mutant, and what became of it."""
    for line in _run(folder, "results", "--all", "true").splitlines():
        name, _, status = line.strip().rpartition(": ")
        yield name, status


def _survivor(folder: Path, name: str) -> Survivor:
    lines = [line for line in _run(folder, "show", name).splitlines() if not line.startswith(("---", "+++", "# "))]
    was, becomes = (" ".join(it[1:].strip() for it in lines if it.startswith(sign)) for sign in "-+")
    return Survivor(_function(name), was, becomes)


def _function(name: str) -> str:
    mangled = name.rpartition("__mutmut_")[0].rpartition(".")[2]
    return mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")


def _run(folder: Path, *arguments: str) -> str:
    command = [_mutmut(), *arguments]
    done = subprocess.run(command, cwd=folder, env=_environment(), check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mutmut {arguments[0]} failed:\n{done.stdout[-5000:]}{done.stderr}")
    return done.stdout


def _mutmut() -> str:
    return str(Path(sys.executable).with_name("mutmut"))


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHARTWATCH_", "PYTHONPATH"))}
    return {**kept, "CHARTWATCH_HYPOTHESIS": "mutants"}


def _named(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the modules that are meant, those together that have the same tests: these are run once to begin with."""
    groups = {
        "delivery": list(DELIVERY_MODULES),
        "record": list(RECORD_MODULES),
        "domain": [name for name, path in PATHS.items() if path.startswith("domain/")],
    }
    found = dict.fromkeys(module for word in words for module in groups.get(word, [word]))
    if unknown := sorted(found.keys() - PATHS.keys()):
        sys.exit(f"no such module: {', '.join(unknown)}; there are delivery, record, domain, {', '.join(PATHS)}")
    together: dict[tuple[str, ...], list[str]] = {}
    for module in found:
        together.setdefault(TESTS.get(module, DOMAIN), []).append(module)
    yield from together.values()


def main() -> None:
    """Mutate what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=["delivery", "domain"])
    explained = EXPLAINED.read_text() if EXPLAINED.exists() else ""
    unexplained = 0
    outcomes = (outcome for modules in _named(parser.parse_args().modules) for outcome in mutate(modules))
    for outcome in outcomes:
        print(f"\n{outcome.row}")
        for survivor in outcome.survivors:
            known = f"- `{survivor.function}`: {survivor}" in explained
            unexplained += not known
            print(f"{'  explained' if known else 'unexplained'}: {survivor.function}: {survivor}", flush=True)
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
