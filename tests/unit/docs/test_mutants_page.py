"""The page on mutants explains only what is in the code."""

import ast
import re
from functools import cache

import pytest

from tests.mutants import EXPLAINED, ROOT

SURVIVOR = re.compile(r"- `(?P<function>[^`]+)`: `(?P<was>.+?)` → `.*`")
SURVIVORS = [match for line in EXPLAINED.read_text().splitlines() if (match := SURVIVOR.fullmatch(line))]


@cache
def functions() -> dict[str, list[str]]:
    """Return the text of each function by its name, and of each method by its class's and its own, on one line."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "functions" / "chartwatch").rglob("*.py")):
        text = path.read_text()
        lines = text.splitlines()
        for node in ast.parse(text).body:
            for its in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(its, ast.FunctionDef):
                    name = its.name if its is node else f"{node.name}.{its.name}"  # type: ignore[attr-defined]  # a class
                    found.setdefault(name, []).append(on_one_line(" ".join(lines[its.lineno - 1 : its.end_lineno])))
    return found


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def test_there_are_survivors_on_the_page() -> None:
    assert SURVIVORS


@pytest.mark.parametrize("function", sorted({survivor["function"] for survivor in SURVIVORS}))
def test_a_survivor_is_of_a_line_that_is_there(function: str) -> None:
    changed = [survivor["was"] for survivor in SURVIVORS if survivor["function"] == function]
    gone = [was for was in changed if not any(on_one_line(was) in text for text in functions().get(function, ()))]
    assert not gone
