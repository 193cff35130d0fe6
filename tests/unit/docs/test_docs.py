"""What the documents say is true."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from chartwatch.cli.main import app
from chartwatch.domain.rules.kinds import KINDS
from chartwatch.domain.rules.written import WrittenRule
from chartwatch.rules import default_rules, parse_rules
from chartwatch.rules.schema import rules_schema
from chartwatch.sources import open_source

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text()
LOCAL = (ROOT / "docs" / "local.md").read_text()
RULES = (ROOT / "docs" / "rules.md").read_text()
DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
MOST_WORDS = 1_500
"""Of the README, which a newcomer reads in ten minutes."""


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)


def known_commands() -> Iterator[tuple[str, list[str]]]:
    """Yield the words that name each command, and its options."""

    def walk(command: Any, words: str) -> Iterator[tuple[str, list[str]]]:
        if isinstance(command, typer.core.TyperGroup):
            for name, child in command.commands.items():
                yield from walk(child, f"{words} {name}".strip())
            return
        options = [parameter.opts[0] for parameter in command.params if parameter.opts[0].startswith("--")]
        yield words, [option for option in options if option != "--help"]

    yield from walk(typer.main.get_command(app), "")


def test_the_readme_is_short_and_its_first_commands_are_the_demo_and_the_tests() -> None:
    assert len(README.split()) <= MOST_WORDS
    assert blocks(README, "sh")[0] == "make demo\nmake test\n"


def test_every_page_is_in_the_index_of_docs() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page.name for page in (ROOT / "docs").iterdir() if page.is_file() and page.name != "README.md"]
    assert [name for name in sorted(pages) if f"]({name})" not in index] == []


def test_the_options_that_a_deployment_gives_to_schedules_are_those_of_their_sources() -> None:
    flixpatrol, csv = (json.loads(block) for block in blocks(DEPLOYING, "json"))
    assert open_source("flixpatrol", flixpatrol).hosts == {"api.flixpatrol.com"}
    assert open_source("csv", csv).hosts == {"charts.example"}


@pytest.mark.parametrize(("words", "options"), [*known_commands()])
def test_every_command_and_every_option_is_in_a_page(words: str, options: list[str]) -> None:
    pages = "\n".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    assert f"chartwatch {words}" in pages
    assert [option for option in options if option not in pages] == []


def test_the_python_of_a_test_of_ones_own_passes(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("\n".join(blocks(LOCAL, "python")))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        named = re.findall(r"(?:^|`)make ((?:[a-z-]+ ?)+)", document.read_text(), re.MULTILINE)
        assert {word for words in named for word in words.split()} <= targets, document.name


def test_every_parameter_of_the_template_is_explained() -> None:
    class Loader(yaml.SafeLoader):
        """Reads CloudFormation's short functions as nothing."""

    Loader.add_multi_constructor("!", lambda *_: None)
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    assert [name for name in template["Parameters"] if f"`{name}`" not in DEPLOYING] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_has_a_section_with_its_fields_and_an_example(kind: str) -> None:
    section = re.split("\n##", RULES.partition(f"\n### `{kind}`\n")[2])[0]
    own = KINDS[kind].written.model_fields.keys() - WrittenRule.model_fields.keys()
    assert [field for field in sorted(own) if f"\n| `{field}` |" not in section] == []
    [example] = blocks(section, "yaml")
    assert [rule.kind for rule in parse_rules(example.encode(), "docs/rules.md")] == [kind]


def test_every_field_of_all_rules_and_every_default_rule_is_explained() -> None:
    assert [field for field in WrittenRule.model_fields if f"\n| `{field}` |" not in RULES] == []
    assert [rule.id for rule in default_rules() if f"`{rule.id.removesuffix('-anywhere')}`" not in RULES] == []


def test_the_schema_of_rules_is_the_published_one() -> None:
    published = json.loads((ROOT / "docs" / "rules.schema.json").read_text())
    assert published == rules_schema()
    default = yaml.safe_load((ROOT / "functions" / "chartwatch" / "rules" / "default.yaml").read_text())
    jsonschema.validate(default, published)


def test_the_example_of_a_rule_is_one() -> None:
    example = blocks(RULES, "yaml")[0]
    assert [rule.id for rule in parse_rules(example.encode(), "docs/rules.md")] == ["nth-korean-series"]


def test_every_source_that_is_scheduled_is_in_the_page_on_deploying() -> None:
    scheduled = re.findall(r'"source": "([a-z-]+)"', (ROOT / "template.yaml").read_text())
    assert len(scheduled) > 3
    assert [name for name in scheduled if name not in DEPLOYING.lower()] == []


def test_links_between_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_every_test_that_security_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text()))
    code = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 20
    assert named - set(re.findall(r"^def (test_\w+)\(", code, re.MULTILINE)) == set()


def test_the_story_schema_is_json() -> None:
    assert json.loads((ROOT / "docs" / "story.schema.json").read_text())["title"] == "Chartwatch story"
