"""The examples of a rule, and of a kind of rule, in docs/extending.md: nothing else has to know of the kind."""

import re
import subprocess
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml
from rich.console import Console

from chartwatch.cli.listings import rules_table
from chartwatch.cli.questions import Options
from chartwatch.domain.milestones.asked import Assertion, Verdict
from chartwatch.domain.milestones.chart_history import ChartHistory
from chartwatch.domain.milestones.checks import check
from chartwatch.domain.rules.kinds import KINDS, priority_of
from chartwatch.domain.rules.rule import Place, Priority, Rule, Scope
from chartwatch.errors import ArgumentError
from chartwatch.rules import examine, parse_rules
from chartwatch.rules.schema import rules_schema
from tests.chronicle import Chronicle, a_run, sent
from tests.command_line import run

ROOT = Path(__file__).parents[3]
SECTION = (ROOT / "docs" / "extending.md").read_text().partition("## A rule\n")[2].partition("\n## ")[0]
FILES = dict(re.findall(r"`([\w./-]+)`:\n\n```(?:python|yaml|diff)\n(.*?)```", SECTION, re.DOTALL))
[COMMANDS] = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
MODULE = "functions/chartwatch/domain/rules/fall.py"
REGISTRY = "functions/chartwatch/domain/rules/kinds.py"

FALL = {
    "id": "a-fall",
    "kind": "fall",
    "scope": "territory",
    "where": {"original_language": "ko"},
    "after": 2,
    "headline": "{title} {is} no longer #1, after {n} {periods}",
    "brief": "no longer #1",
}
SLOT = "a-fall:daily:US:squid:fell:2022-01-04"


def fall(**other: Any) -> bytes:
    return yaml.safe_dump([{**FALL, **other}], sort_keys=False).encode()


@pytest.fixture(scope="module")
def kind() -> type[Rule]:
    """Return the class in the module of the document."""
    module = ModuleType("fall")
    exec(compile(FILES[MODULE], MODULE, "exec"), module.__dict__)
    its: type[Rule] = module.FallRule
    return its


@pytest.fixture
def rule(kind: type[Rule], monkeypatch: pytest.MonkeyPatch) -> Rule:
    """Return a rule of the kind, which is registered."""
    assert isinstance(KINDS, dict)
    monkeypatch.setitem(KINDS, "fall", kind)
    return parse_rules(fall(), "rules.yaml")[0]


def fallen(rule: Rule) -> Chronicle:
    chronicle = Chronicle(rule)
    a_run(chronicle, "Ozark", "Squid Game", "Squid Game", "Ozark")
    return chronicle


def test_the_registry_has_the_place_that_the_document_adds_to() -> None:
    registry = (ROOT / REGISTRY).read_text()
    for hunk in FILES[REGISTRY].split("@@\n"):
        assert registry.count("".join(line[1:] for line in hunk.splitlines(keepends=True) if line[0] != "+")) == 1


def test_the_example_has_the_style_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "fall.py").write_text(FILES[MODULE])
    for command in (["check"], ["format", "--check"]):
        options = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), str(tmp_path / "fall.py")]
        done = subprocess.run([sys.executable, "-m", "ruff", *command, *options], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


def test_a_rule_of_the_kind_is_read_with_its_own_field(rule: Rule, kind: type[Rule]) -> None:
    assert type(rule) is kind
    assert (rule.scope, rule.marks) == (Scope.TERRITORY, ("after 2",))
    jsonschema.validate([FALL], rules_schema())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"after": 0}, "after: '0' is not a whole number from 1 to 10000"),
        ({"after": None}, "after: is missing: fall needs the periods that a work was at #1"),
        ({"at": [1]}, "at: is not for fall, only for nth, race, spread and reign"),
        ({"kind": "fal"}, "kind: 'fal' is not one of change, nth, race, spread, reign, fall; did you mean fall?"),
        ({"kind": "change"}, "after: is not for change, only for fall"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("rule")
def test_a_mistake_in_one_is_told_in_plain_words(wrong: Mapping[str, Any], said: str) -> None:
    (mistake,) = examine(fall(**wrong), "rules.yaml").mistakes
    assert str(mistake).endswith(f" rule a-fall: {said}")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{**FALL, **wrong}], rules_schema())


def test_it_is_listed(rule: Rule) -> None:
    out = StringIO()
    Console(file=out, width=124).print(rules_table([rule], 124))
    assert " ".join(out.getvalue().splitlines()[1].split()) == "a-fall fall territory after 2 Korean-language titles"


def test_it_is_claimed_sent_and_weighed(rule: Rule) -> None:
    assert sent(a_run(Chronicle(rule), "Ozark", "Squid Game", "Ozark")) == []
    milestone = fallen(rule).held(SLOT)
    assert milestone.headline == "Squid Game is no longer #1, after 2 days, in records since 2022-01-01"
    assert priority_of(milestone.kind, milestone.n) is Priority.LASTING


def test_a_slot_of_it_is_read(rule: Rule) -> None:
    question = Options().question(SLOT, None, examine(fall(), "rules.yaml").rules)
    assert (question.said.place, question.said.n) == ("squid:fell:2022-01-04", None)
    assert rule.read_place(question.said.place) == Place(work="squid")


@pytest.mark.usefixtures("rule")
def test_a_slot_of_another_form_is_refused() -> None:
    with pytest.raises(ArgumentError, match="a place of a-fall is WORK:fell:DATE, not 'squid:2'"):
        Options().question("a-fall:daily:US:squid:2", None, examine(fall(), "rules.yaml").rules)


@pytest.mark.parametrize(
    ("day", "verdict", "sentence"),
    [
        (4, Verdict.TRUE, "Squid Game is no longer #1, after 2 days, "),
        (3, Verdict.FALSE, "Nothing holds a-fall:daily:US:squid:fell:2022-01-03, "),
    ],
)
def test_a_claim_of_it_is_checked(rule: Rule, day: int, verdict: Verdict, sentence: str) -> None:
    chronicle = fallen(rule)
    said = Assertion(rule, f"squid:fell:2022-01-0{day}")
    answer = check(said, "US", ChartHistory(chronicle.charts.summaries("daily"), chronicle.catalog))
    assert answer.verdict is verdict
    assert answer.sentence.startswith(sentence)


def test_the_example_of_a_rule_is_without_a_mistake_and_has_something_to_tell(tmp_path: Path) -> None:
    file = tmp_path / "my-rules.yaml"
    file.write_text(FILES[file.name])
    lint, try_out = (run(*command.replace(file.name, str(file)).split()[1:]) for command in COMMANDS.splitlines())
    assert "2 examples came out as they say" in lint.stdout
    assert "Squid Game is the first Korean title" in try_out.stdout
