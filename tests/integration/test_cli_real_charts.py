"""The command on Netflix's own files, in the folder that $CHARTWATCH_DATA names."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chartwatch.cli.main import app

DATA = Path(os.environ.get("CHARTWATCH_DATA", ""))

pytestmark = pytest.mark.skipif("CHARTWATCH_DATA" not in os.environ, reason="CHARTWATCH_DATA names no folder")

WEEKS = DATA / "netflix-countries-2022-02-27.tsv"


def replay(*arguments: str | Path) -> Result:
    command = ["replay", *map(str, arguments), "--catalog", str(DATA / "catalog.csv"), "--format", "jsonl"]
    return CliRunner().invoke(app, command)


def changes(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_all_of_us_are_dead_is_the_third_non_english_series_of_the_weekly_us_chart() -> None:
    result = replay(WEEKS, "--source", "netflix-countries", "--since", "2022-02-06")
    assert result.exit_code == 0
    assert result.stderr.startswith("70 publications, 6,580 editions: ")
    (third,) = [
        change
        for change in changes(result)
        if change["slot"] == "nth-non-english-series:netflix-weekly-tv:US:3" and not change["silent"]
    ]
    assert [holder["title"] for holder in third["evidence"]["earlier"]] == ["Squid Game", "Money Heist"]
    assert [(holder["title"], holder["since"]) for holder in third["holders"]] == [("All of Us Are Dead", "2022-02-06")]
    assert third["evidence"]["edition"]["url"] == WEEKS.name


def test_versions_that_were_published_one_after_the_other_are_all_believed() -> None:
    versions = sorted((DATA / "netflix-countries-published").glob("*.tsv.gz"))
    result = replay(*versions, WEEKS, "--source", "netflix-countries")
    assert (len(versions), result.exit_code) == (8, 0)
    assert result.stderr.count("\n") == 1
    fetched = {change["evidence"]["edition"]["fetched_at"] for change in changes(result) if change["holders"]}
    assert {"2021-11-17T01:15:49Z", "2022-01-05T13:34:19Z", None} <= fetched


def test_two_global_versions_that_are_no_tables_are_refused_and_the_others_processed() -> None:
    versions = sorted((DATA / "netflix-global-published").glob("*.tsv.gz"))
    result = replay(*versions, "--source", "netflix-global")
    assert (len(versions), result.exit_code) == (106, 2)
    *refused, summary = result.stderr.splitlines()
    assert [Path(line.removeprefix("Error: ").partition(",")[0]).name for line in refused] == [
        "2023-06-01T132840Z.tsv.gz",
        "2023-12-27T132417Z.tsv.gz",
    ]
    assert "2 files refused" in summary
