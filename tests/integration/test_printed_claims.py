"""What papers printed of Netflix's charts and of the Hot 100, answered by the charts as they were published."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import run
from tests.printed import Printed, data_folder, history_of, printed

DATA = data_folder()
HISTORIES = ("daily", "hot-100", "global", "countries")


def of(history: str) -> Sequence[Printed]:
    return [claim for claim in printed() if claim["history"] == history]


def answers(history: str, folder: Path, claims: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what `check` answers to claims about a history."""
    file = folder / "claims.jsonl"
    file.write_text("".join(f"{json.dumps(claim)}\n" for claim in claims))
    done = run("check", "--claims", file, *history_of(history, DATA or Path(), folder), "--format", "jsonl")
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("history", HISTORIES)
def test_what_papers_printed_is_true_or_it_is_explained_why_not(history: str, tmp_path: Path) -> None:
    if DATA is None and history != "daily":
        pytest.skip("CHARTWATCH_DATA names no folder of published charts")
    claims = of(history)
    found = answers(history, tmp_path, [claim["claim"] for claim in claims])
    said = [(claim["claim"], claim["answer"]) for claim in claims]
    assert [(claim["claim"], its["verdict"]) for claim, its in zip(claims, found, strict=True)] == said


def test_each_claim_says_who_printed_it_when_and_why_it_is_not_true() -> None:
    its = printed()
    assert {claim["history"] for claim in its} == set(HISTORIES)
    assert len(its) >= 190
    for claim in its:
        assert claim["printed"]
        assert claim["by"]
        assert claim["on"]
        assert (claim["answer"] == "true") is ("why" not in claim), claim


@pytest.mark.parametrize("history", HISTORIES)
def test_a_number_that_is_one_too_great_is_false(history: str, tmp_path: Path) -> None:
    if DATA is None and history != "daily":
        pytest.skip("CHARTWATCH_DATA names no folder of published charts")
    wrong = [
        {**claim["claim"], form: claim["claim"][form] + 1}
        for claim in of(history)
        for form in ("run", "total", "nth", "territories")
        if form in claim["claim"]
        if claim["answer"] == "true" and ("exactly" in claim["claim"] or form in ("nth", "territories"))
    ]
    assert {its["verdict"] for its in answers(history, tmp_path, wrong)} <= {"false"}
