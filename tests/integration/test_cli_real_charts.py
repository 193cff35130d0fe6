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


def test_versions_that_were_published_one_after_the_other_are_all_accepted() -> None:
    versions = sorted((DATA / "netflix-countries-published").glob("*.tsv.gz"))
    result = replay(*versions, WEEKS, "--source", "netflix-countries")
    assert (len(versions), result.exit_code) == (8, 0)
    summary, unknown = result.stderr.splitlines()
    assert summary.startswith("123 publications, 11,562 editions: ")
    assert unknown.startswith("Of 4 of 6,580 #1s (4 works) a fact is not known: ")
    fetched = {change["evidence"]["edition"]["fetched_at"] for change in changes(result) if change["holders"]}
    assert {"2021-11-17T01:15:49Z", "2022-01-05T13:34:19Z", None} <= fetched


def test_two_global_versions_that_are_no_tables_are_refused_and_others_taken() -> None:
    versions = sorted((DATA / "netflix-global-published").glob("*.tsv.gz"))
    result = replay(*versions, "--source", "netflix-global")
    assert (len(versions), result.exit_code) == (106, 2)
    *refused, summary, unknown = result.stderr.splitlines()
    assert unknown.startswith("Of ")
    assert [Path(line.removeprefix("Error: ").partition(",")[0]).name for line in refused] == [
        "2023-06-01T132840Z.tsv.gz",
        "2023-12-27T132417Z.tsv.gz",
    ]
    assert "2 files refused" in summary


def test_a_claim_is_answered_on_every_chart_that_the_work_topped() -> None:
    result = check("netflix-daily-overall", "--nth", "2", "--from", "sample")
    assert result.exit_code == 1
    here, others = result.stdout.split("On other charts:")
    assert here.startswith("FALSE: All of Us Are Dead is the fourth non-English series")
    assert "not the second. That was on 2022-02-04." in here
    assert "2021-03-27  Who Killed Sara?\n  2021-09-22  Squid Game\n  2021-12-04  Money Heist" in here
    assert "710 of 710 days from\n  2020-04-01 to 2022-03-11" in here
    said = " ".join(others.split())
    assert "the third non-English series to reach #1 of Netflix's weekly TV chart in the United States" in said
    assert "That was in the week to 2022-02-06. before it: Squid Game (2021-09-26) and Money Heist (2021-12-12)" in said
    assert "35 of 35 weeks from 2021-07-04 to 2022-02-27, none missing" in said


def test_the_third_place_of_the_weekly_us_chart_is_true() -> None:
    result = check("netflix-weekly-tv", "--nth", "3", "--format", "json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert (said["verdict"], said["n"], said["period"]) == ("true", 3, "2022-02-06")
    assert [holder["title"] for holder in said["before"]] == ["Squid Game", "Money Heist"]
    assert (said["record"]["since"], said["record"]["until"]) == ("2021-07-04", "2022-02-27")


def check(chart: str, *more: str) -> Result:
    asked = ("--chart", chart, "--territory", "US", "--work-kind", "series", "--language", "not:en")
    history = ("--from", f"netflix-countries:{WEEKS}", "--catalog", str(DATA / "catalog.csv"))
    return CliRunner().invoke(app, ["check", "--title", "All of Us Are Dead", *asked, *history, *more])


def history(folder: str, *asked: str) -> dict[str, Any]:
    source = folder.removesuffix("-published")
    documents = sorted((DATA / folder).glob("*.tsv.gz"))
    specs = [part for file in documents for part in ("--from", f"{source}:{file}")]
    result = CliRunner().invoke(
        app, ["history", *asked, *specs, "--catalog", str(DATA / "catalog.csv"), "--format", "json"]
    )
    account: dict[str, Any] = json.loads(result.stdout)
    return account


def test_the_renaming_of_a_number_one_is_in_its_history_and_is_sent_once() -> None:
    account = history("netflix-global-published", "netflix-weekly-films-non-english", "GLOBAL", "2023-06-25")
    _, renamed = account["versions"]
    assert [(c["kind"], c["before"]["title"], c["after"]["title"]) for c in renamed["changes"]] == [
        ("relabelled", "Through My Window: Across the Sea", "Through My Window 2: Across the Sea")
    ]
    assert [(m["revision"], m["status"], m["silent"]) for m in account["milestones"]] == [
        (1, "announced", False),
        (2, "announced", True),
    ]


def test_another_number_one_in_the_netherlands_is_in_its_history_and_corrected() -> None:
    account = history("netflix-countries-published", "netflix-weekly-films", "NL", "2021-07-18")
    _, replaced = account["versions"]
    (number_one,) = [change for change in replaced["changes"] if change["before"]["rank"] == 1]
    assert (number_one["kind"], number_one["after"]["title"]) == ("replaced", "Bon Bini Holland 2")
    changed = [m for m in account["milestones"] if m["rule"] == "new-number-one"]
    assert [(m["status"], m["silent"]) for m in changed] == [("announced", False), ("corrected", False)]
