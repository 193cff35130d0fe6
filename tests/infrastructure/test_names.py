"""Every name in the templates exists, is used, and stands in the pages that it belongs to."""

import re
from typing import Any

import pytest

from bench.memory import MOST_BYTES
from tests.infrastructure.templates import ROOT, read

TEMPLATE = read("template.yaml")
ALARMS = read("infrastructure/alarms.yaml")
SITE = read("infrastructure/site.yaml")
FUNCTIONS = TEMPLATE.properties("AWS::Serverless::Function")
GLOBALS = TEMPLATE.body["Globals"]["Function"]


@pytest.mark.parametrize(
    "template",
    [pytest.param(TEMPLATE, id="template"), pytest.param(ALARMS, id="alarms"), pytest.param(SITE, id="site")],
)
def test_every_parameter_is_used_and_every_name_exists(template: Any) -> None:
    used = set(re.findall(r"!Ref (\w+)|\$\{(\w+)[.}]", template.text))
    names = {name for pair in used for name in pair if name}
    parameters = set(template.body["Parameters"])
    assert parameters <= names
    assert {name for name in names if name != "AWS"} <= parameters | set(template.body["Resources"])


@pytest.mark.parametrize("name", ["AlarmsStack", "SiteStack"])
def test_a_nested_stack_gets_every_parameter_it_has(name: str) -> None:
    nested = TEMPLATE.properties("AWS::CloudFormation::Stack")[name]
    assert set(nested["Parameters"]) == set(read(nested["TemplateURL"]).body["Parameters"])
    assert TEMPLATE.body["Resources"][name]["Condition"] == {"AlarmsStack": "Alarms", "SiteStack": "HasSite"}[name]


def test_the_pythons_that_are_asked_for_are_those_that_functions_run_on() -> None:
    runtimes = TEMPLATE.body["Parameters"]["PythonRuntime"]["AllowedValues"]
    assert runtimes == ["python3.11", "python3.12", "python3.13", "python3.14"]
    assert "Python 3.11, 3.12, 3.13 or 3.14 with venv" in (ROOT / "README.md").read_text()
    assert "(3, 11) <= sys.version_info < (3, 15)" in (ROOT / "Makefile").read_text()
    assert 'requires-python = ">=3.11,<3.15"' in (ROOT / "pyproject.toml").read_text()


def test_a_new_account_can_deploy_what_the_defaults_say() -> None:
    # It may run ten executions at once and reserve none of them.
    assert TEMPLATE.body["Parameters"]["ReservedConcurrency"]["Default"] == 0
    assert GLOBALS["ReservedConcurrentExecutions"]["Fn::If"][0] == "Reserves"


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("FetchRankings", "FetchMemory"),
        *((name, "DetectMemory") for name in ("EnrichCatalog", "DetectMilestones", "Reconcile", "RenderSite")),
    ],
)
def test_who_deploys_chooses_the_memory_of_what_grows_with_a_chart(name: str, parameter: str) -> None:
    chosen = TEMPLATE.body["Parameters"][parameter]
    assert FUNCTIONS[name]["MemorySize"] == {"Ref": parameter}
    # What was measured of the largest documents is half of it; Lambda takes 10,240 MB at most.
    assert chosen["Default"] * 2**20 >= 2 * MOST_BYTES
    assert (chosen["MinValue"] * 2**20, chosen["MaxValue"]) == (MOST_BYTES, 10240)


def test_every_parameter_is_in_the_table_of_the_page_on_deploying() -> None:
    rows = [line for line in (ROOT / "docs" / "deploying.md").read_text().splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(TEMPLATE.body["Parameters"])


def test_every_output_that_a_page_reads_exists() -> None:
    pages = "\n".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    named = set(re.findall(r"\$\(output (\w+)\)|OutputKey=='(\w+)'", pages))
    read_there = {name for pair in named for name in pair if name}
    assert {"StoryTopicArn", "FetchRankingsFunction"} <= read_there
    assert read_there <= set(TEMPLATE.body["Outputs"])


def test_a_check_that_is_skipped_has_its_reason() -> None:
    skipped = [
        skip
        for template in (TEMPLATE, ALARMS, SITE)
        for its in template.body["Resources"].values()
        for skip in its.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert skipped
    assert [skip for skip in skipped if not skip.get("comment")] == []
