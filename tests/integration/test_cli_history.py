"""`chartwatch history` as people and machines meet it."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chartwatch.adapters import edition_versions
from chartwatch.cli.histories import open_recorded
from chartwatch.cli.history import account_lines, account_object, account_of
from chartwatch.domain.works.catalog import Catalog
from chartwatch.rules import default_rules
from tests.command_line import CATALOG, NEW_NUMBER_ONES, Write, assert_refused, run


def versions(write: Write) -> list[str]:
    """Return two documents as `--from` takes them: in the second, the number one of 2022-01-02 has another name."""
    specs = []
    for day, title in ((3, "Money Heist"), (4, "La casa de papel")):
        rows = ("2022-01-01,US,1,Ozark,100", f"2022-01-02,US,1,{title},1200", "2022-01-02,US,2,Dark,90")
        rows = (*rows, "2022-01-03,US,1,Dark,1") if day == 4 else rows
        text = "\n".join(("period,territory,rank,title,hours", *rows, ""))
        file = write(f"2022-01-0{day}T000000Z.csv", text)
        specs += [
            "--from",
            f"csv,chart=daily,cadence=day,shortest=1,depth=10,figure_columns=hours,identifying=hours:{file}",
        ]
    return specs


def test_a_history_shows_every_version_what_changed_and_what_was_said(write: Write) -> None:
    specs = versions(write)
    asked = ("daily", "US", "2022-01-02", *specs, "--catalog", "none")
    result = run("history", *asked, "--rules", write("rules.yaml", NEW_NUMBER_ONES))
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = (hashlib.sha256(Path(spec.rpartition(":")[2]).read_bytes()).hexdigest() for spec in specs[1::2])
    assert [line.rstrip() for line in result.stdout.splitlines()] == [
        "daily US 2022-01-02: 2 versions",
        "Daily in the United States",
        "",
        "Version 1, fetched 2022-01-03T00:00:00Z",
        "  from     2022-01-03T000000Z.csv",
        f"  SHA-256  {first}",
        "",
        "  rank  title        hours",
        "     1  Money Heist  1,200",
        "     2  Dark            90",
        "",
        "Version 2, fetched 2022-01-04T00:00:00Z",
        "  from     2022-01-04T000000Z.csv",
        f"  SHA-256  {second}",
        "",
        "  rank  what        before       after",
        "     1  relabelled  Money Heist  La casa de papel",
        "",
        "  rank  title             hours",
        "     1  La casa de papel  1,200",
        "     2  Dark                 90",
        "",
        "What was said of it:",
        "",
        "  new:daily:US:2022-01-02",
        "    revision 1: announced, sent, by the document fetched 2022-01-03T00:00:00Z",
        "      Money Heist is new, in records since 2022-01-01",
        "      held by Money Heist since 2022-01-02",
        "    revision 2: announced, recorded only, by the document fetched 2022-01-04T00:00:00Z",
        "      La casa de papel is new, in records since 2022-01-01",
        "      held by La casa de papel since 2022-01-02",
    ]


def many_versions(write: Write) -> list[str]:
    """Return five documents as `--from` takes them: each has other hours for the number one."""
    specs = []
    for day in range(2, 7):
        file = write(f"2022-01-0{day}T000000Z.csv", f"period,territory,rank,title,hours\n2022-01-01,US,1,Dark,{day}\n")
        specs += ["--from", f"csv,chart=daily,cadence=day,depth=1,figure_columns=hours:{file}"]
    return specs


def test_versions_that_are_not_stored_are_read_from_the_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = many_versions(write)
    whole = run("history", "daily", "US", "2022-01-01", *specs)
    monkeypatch.setattr(edition_versions, "MAX_VERSIONS", 2)
    assert run("history", "daily", "US", "2022-01-01", *specs).stdout == whole.stdout
    assert "daily US 2022-01-01: 5 versions" in whole.stdout


def test_versions_that_nobody_can_read_again_are_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = many_versions(write)
    monkeypatch.setattr(edition_versions, "MAX_VERSIONS", 2)
    with open_recorded(specs[1::2], None, Catalog(), default_rules()) as recorded:
        account = account_of(replace(recorded, reader=None), "daily", "US", date(2022, 1, 1))
    lines = list(account_lines(account))
    named = [hashlib.sha256(Path(spec.rpartition(":")[2]).read_bytes()).hexdigest() for spec in specs[3:9:2]]
    assert lines[0] == "daily US 2022-01-01: 5 versions"
    at = lines.index(
        "Versions 2 to 4 are in the archive, not stored with the edition (for a stack, --source reads them):"
    )
    assert lines[at + 1 : at + 4] == [
        f"  2022-01-0{day}T00:00:00Z  {its}" for day, its in zip((3, 4, 5), named, strict=True)
    ]
    assert lines[at + 5] == "Version 5, fetched 2022-01-06T00:00:00Z"
    (as_json,) = account_object(account)
    assert [[its["sha256"] for its in version["trimmed"]] for version in json.loads(as_json)["versions"]] == [[], named]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "sample", "--source", "csv"], "--source: is for --stack"),
        (["--stack", "there", "-o", "chart=daily"], "--option: is an option of --source, which is not given"),
    ],
)
def test_a_source_is_for_a_stack(arguments: list[str], said: str) -> None:
    assert_refused(run("history", "daily", "US", "2022-01-01", *arguments), said)


def test_a_history_for_machines_is_one_object(write: Write) -> None:
    result = run(
        *("history", "daily", "US", "2022-01-02", *versions(write), "--format", "json"),
        *("--catalog", "none", "--rules", write("rules.yaml", NEW_NUMBER_ONES)),
    )
    account = json.loads(result.stdout)
    assert (account["chart"], account["territory"], account["period"]) == ("daily", "US", "2022-01-02")
    first, second = account["versions"]
    assert first["changes"] == []
    assert [entry["title"] for entry in first["entries"]] == ["Money Heist", "Dark"]
    before = {"rank": 1, "title": "Money Heist", "season": None, "kind": None, "figures": {"hours": "1200"}}
    after = {**before, "title": "La casa de papel"}
    assert second["changes"] == [{"kind": "relabelled", "before": before, "after": after}]
    assert second["entries"][0] == after
    assert (second["url"], second["fetched_at"]) == ("2022-01-04T000000Z.csv", "2022-01-04T00:00:00Z")
    assert [(m["revision"], m["silent"], m["headline"]) for m in account["milestones"]] == [
        (1, False, "Money Heist is new, in records since 2022-01-01"),
        (2, True, "La casa de papel is new, in records since 2022-01-01"),
    ]


def test_a_history_goes_on_without_a_file_that_is_refused(write: Write) -> None:
    bad = write("bad.csv", "null")
    first, *others = versions(write)
    result = run("history", "daily", "US", "2022-01-02", first, f"csv,chart=daily,cadence=day:{bad}", first, *others)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {bad}, line 1: 'null' is not a header")
    assert "2 versions" in result.stdout


def test_a_chart_without_milestones_says_so(write: Write) -> None:
    rules = write("rules.yaml", NEW_NUMBER_ONES)
    result = run("history", "daily", "US", "2022-01-01", *versions(write), "--rules", rules)
    assert result.stdout.splitlines()[0] == "daily US 2022-01-01: 1 version"
    assert result.stdout.splitlines()[-1] == "Nothing was said of it."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dayly", "US", "2022-01-02"], "CHART: 'dayly' is not in the history; there are daily; did you mean daily?"),
        (["daily", "USS", "2022-01-02"], "TERRITORY: daily has no territory 'USS'; it has US; did you mean US?"),
        (["daily", "KR", "2022-01-02"], "TERRITORY: daily has no territory 'KR'; it has US"),
        (
            ["daily", "US", "2022-01-05"],
            "PERIOD: daily has no day 2022-01-05 of US; it has 3 days from 2022-01-01 to 2022-01-03,"
            " the nearest 2022-01-03",
        ),
        (["daily", "US", "2022-13-05"], "PERIOD: '2022-13-05' is not a date such as 2022-01-31"),
        (["daily", "US", "2022-01-02", "--stack", "x"], "--from and --stack are both given"),
        (["daily", "US", "2022-01-02", "--catalog", "no.csv"], "no.csv: No such file"),
        (["daily", "US", "2022-01-02", "--rules", "no.yaml"], "no.yaml: No such file"),
    ],
)
def test_a_history_of_what_is_not_there_is_refused_in_one_sentence(
    write: Write, arguments: list[str], said: str
) -> None:
    assert_refused(run("history", *arguments, *versions(write)), said)


def test_a_catalog_is_not_for_what_a_deployment_has_recorded(write: Write) -> None:
    result = run("history", "daily", "US", "2022-01-02", "--stack", "x", "--catalog", write("catalog.csv", CATALOG))
    assert_refused(result, "option --catalog: is for --from; a deployment went by its own")
