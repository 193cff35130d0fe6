"""The command as a person uses it: arguments in; stdout, stderr and exit code out."""

import gzip
import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from chartwatch.rules import default_rules
from chartwatch.sources import SOURCES
from tests.command_line import CATALOG, CHART, HEADER, RULES, Write, assert_refused, chart, run

# Replay, for people.


def test_replay_prints_a_line_for_each_story_and_a_summary_beside(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Élite", "Money Heist"]))
    result = run("replay", file, *CHART, "--rules", write("rules.yaml", RULES))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2022-01-02  Dark: second series (the daily chart in the United States)",
        "2022-01-03  Elite: third series (the daily chart in the United States)",
    ]
    assert _without_seconds(result.stderr) == "4 publications, 4 editions: 3 changes, 2 sent, 1 recorded only\n"


def test_the_default_rules_apply_unless_others_are_given(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Élite", "Money Heist"]))
    result = run("replay", file, *CHART, "--catalog", write("catalog.csv", CATALOG))
    dark, elite, heist = result.stdout.splitlines()
    assert dark.startswith("2022-01-02  Dark: first title from Germany and first in German")
    assert elite.startswith("2022-01-03  Elite: second non-English title and first title from Spain")
    assert heist.startswith("2022-01-04  Money Heist: Spain first with 2 non-English series")


def test_periods_before_since_are_recorded_and_not_printed(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Élite"]))
    result = run("replay", file, *CHART, "--rules", write("rules.yaml", RULES), "--since", "2022-01-03")
    assert result.stdout == "2022-01-03  Elite: third series (the daily chart in the United States)\n"


def test_a_later_version_that_changes_an_old_period_is_one_correction(write: Write) -> None:
    first = write("2022-01-03T000000Z.csv", chart(["Ozark", "Dark"]))
    second = write("2022-01-04T000000Z.csv", chart(["Ozark", "Élite", "Dark"]))
    changes = _changes("replay", first, second, second, *CHART, "--rules", write("rules.yaml", RULES))
    assert [(c["slot"], c["revision"], c["status"], c["holders"][0]["title"]) for c in changes] == [
        ("nth-series:daily:US:1", 1, "announced", "Ozark"),
        ("nth-series:daily:US:2", 1, "announced", "Dark"),
        ("nth-series:daily:US:2", 2, "corrected", "Élite"),
        ("nth-series:daily:US:3", 1, "announced", "Dark"),
    ]


def test_a_file_given_twice_adds_nothing(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Élite"]))
    once, twice = run("replay", file, *CHART), run("replay", file, file, *CHART)
    assert once.stdout == twice.stdout != ""
    assert _without_seconds(once.stderr) == _without_seconds(twice.stderr)


def test_a_gzipped_file_says_the_same(write: Write) -> None:
    plain = write("daily.csv", chart(["Ozark", "Dark"]))
    packed = write("daily.csv.gz", gzip.compress(plain.read_bytes()))
    assert run("replay", packed, *CHART).stdout == run("replay", plain, *CHART).stdout != ""


def test_an_archive_keeps_each_document_by_its_sha_256(write: Write, tmp_path: Path) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark"]))
    archive = tmp_path / "archive"
    result = run("replay", file, *CHART, "--archive", archive, "--format", "jsonl")
    sha256 = json.loads(result.stdout.splitlines()[0])["evidence"]["edition"]["sha256"]
    assert [(kept.name, kept.read_bytes()) for kept in archive.iterdir()] == [(sha256, file.read_bytes())]


def test_firsts_of_a_record_that_is_too_short_are_counted_and_not_shown(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Elite"]))
    spec = f"csv,chart=daily,cadence=day,min_periods=3:{file}"
    tried = run("rules", "try", write("rules.yaml", RULES), "--from", spec).stdout.splitlines()
    short = "1 of a record shorter than its chart asks for (never sent)"
    assert tried[0] == f"nth-series: 3 milestones in 3 periods of 1 chart, 1 left-censored (never sent), {short}"
    assert [line[:12] for line in tried[1:2]] == ["  2022-01-03"]
    replayed = run("replay", file, *CHART, "-o", "min_periods=3", "--rules", write("rules.yaml", RULES)).stdout
    assert replayed == "2022-01-03  Elite: third series (the daily chart in the United States)\n"


# Replay, for machines.


def test_jsonl_is_one_compact_object_a_change_and_nothing_else(write: Write) -> None:
    file = write("2022-01-05T070809Z.csv", chart(["Ozark", "Élite"]))
    result = run("replay", file, *CHART, "--catalog", write("catalog.csv", CATALOG), "--format", "jsonl")
    changes = [json.loads(line) for line in result.stdout.splitlines()]
    assert [json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in changes] == result.stdout.splitlines()
    assert {tuple(change) for change in changes} == {
        (
            *("slot", "rule", "chart", "territory", "group", "n", "period", "status", "silent", "left_censored"),
            *("revision", "holders", "joint", "provisional_because", "headline", "evidence"),
        )
    }
    assert [change["period"] for change in changes] == sorted(change["period"] for change in changes)
    first = next(change for change in changes if change["slot"] == "first-from-country:daily:US:ES:1")
    assert first["holders"] == [{"work_id": "elite", "title": "Élite", "since": "2022-01-02"}]
    assert first["evidence"]["edition"]["url"] == "2022-01-05T070809Z.csv"
    assert first["evidence"]["edition"]["fetched_at"] == "2022-01-05T07:08:09Z"
    assert "Élite" in result.stdout


def test_jsonl_has_changes_that_are_recorded_only_but_none_before_since(write: Write) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark", "Élite"]))
    everything = _changes("replay", file, *CHART)
    assert {(change["silent"], change["period"]) for change in everything if change["left_censored"]} <= {
        (True, "2022-01-01")
    }
    assert _changes("replay", file, *CHART, "--since", "2022-01-03") == [
        change for change in everything if change["period"] == "2022-01-03"
    ]


def test_no_path_of_this_machine_gets_into_the_output(write: Write, tmp_path: Path) -> None:
    file = write("daily.csv", chart(["Ozark", "Dark"]))
    for output in ("text", "jsonl"):
        assert str(tmp_path) not in run("replay", file, *CHART, "--format", output).output


def test_a_file_name_that_is_not_utf_8_does_no_harm(write: Write, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9.csv")
    write("daily.csv", chart(["Ozark", "Dark"])).rename(odd)
    assert {change["evidence"]["edition"]["url"] for change in _changes("replay", odd, *CHART)} == {"caf\ufffd.csv"}


# Inputs that cannot be used.

BAD = {
    "empty": b"",
    "header-only": HEADER.encode() + b"\n",
    "html": b"<!DOCTYPE html><html><body>Moved</body></html>\n",
    "null": b"null",
    "cut-in-a-row": chart(["Ozark", "Dark"]).encode()[:-20],
    "not-utf-8": chart(["Ozark"]).encode() + b"2022-01-02,US,1,\xc9lite,series\n",
    "binary": bytes(range(256)),
    "bad-date": chart(["Ozark"]).replace("2022-01-01", "2022-02-30").encode(),
    "a-column-less": chart(["Ozark"]).replace("title", "name").encode(),
    "broken.gz": b"\x1f\x8b no gzip",
    "cut.gz": gzip.compress(b"period", mtime=0)[:-9],
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_refused_is_named_and_the_others_are_processed(write: Write, name: str) -> None:
    good = write("good.csv", chart(["Ozark", "Dark"]))
    bad = write(name, BAD[name])
    result = run("replay", bad, good, *CHART)
    assert result.exit_code == 2
    assert result.stdout == run("replay", good, *CHART).stdout != ""
    refusal, summary = result.stderr.splitlines()
    assert refusal.startswith(f"Error: {bad}")
    assert "1 file refused" in summary


def test_a_refusal_names_the_line(write: Write) -> None:
    bad = write("bad.csv", BAD["bad-date"])
    result = run("replay", bad, *CHART)
    assert result.stderr.startswith(f"Error: {bad}, line 2")
    assert "2022-02-30" in result.stderr.splitlines()[0]


def test_a_file_that_rewrites_history_is_refused_until_it_is_accepted(write: Write) -> None:
    first, second = (write(f"{word}.csv", chart(f"{word} {day}" for day in range(60))) for word in ("Old", "New"))
    refused = run("replay", first, second, *CHART)
    assert refused.exit_code == 2
    assert "59 of 59 ranks of old periods are given to other titles" in refused.stderr
    sha256 = hashlib.sha256(second.read_bytes()).hexdigest()
    assert f'give its SHA-256 to `replay --accept`, or as "accept" to fetch_rankings: {sha256}' in refused.stderr
    accepted = run("replay", first, second, *CHART, "--accept", "0" * 64, "--accept", sha256.upper())
    assert accepted.exit_code == 0
    assert "refused" not in accepted.stderr


def test_a_shrunken_history_is_refused_whole_until_it_is_accepted(write: Write) -> None:
    two = write("two.csv", f"{HEADER}\n2022-01-01,US,1,Dark,series\n2022-01-01,KR,1,Dark,series\n")
    one = write("one.csv", f"{HEADER}\n2022-01-01,GB,1,Ozark,series\n")
    result = run("replay", two, one, *CHART, "--format", "jsonl")
    assert result.exit_code == 2
    said, _, sha256 = result.stderr.splitlines()[0].rpartition(" ")
    assert said.startswith(f"Error: {one}: daily of 2022-01-01 has lost KR, US; to accept it all the same")
    assert "Ozark" not in result.stdout
    accepted = run("replay", two, one, *CHART, "--format", "jsonl", "--accept", sha256)
    assert accepted.exit_code == 0
    assert "Notice: " in accepted.stderr


def _replay_of(file: str, *more: str) -> Callable[[Path], Sequence[str]]:
    return lambda folder: ("replay", str(folder / file), *CHART, *more)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (_replay_of("gone.csv"), ["gone.csv: No such file or directory"]),
        (_replay_of("x" * 300), ["File name too long"]),
        (_replay_of(""), ["is a folder, not a file"]),
        (_replay_of("good.csv", "--since", "2022-13-01"), ["--since", "'2022-13-01' is not a date such as 2022-01-31"]),
        (_replay_of("good.csv", "--accept", "ab12"), ["--accept", "'ab12' is not a SHA-256: 64 hexadecimal digits"]),
        (_replay_of("good.csv", "-o", "depht=1"), ["depht", "csv has no such option"]),
        (_replay_of("good.csv", "-o", "depth"), ["-o: 'depth' is not of the form key=value"]),
        (_replay_of("good.csv", "-o", "depth=1"), ["-o depth: is given twice"]),
        (_replay_of("good.csv", "--catalog", "no/catalog.csv"), ["no/catalog.csv: No such file or directory"]),
        (_replay_of("good.csv", "--catalog", "."), [".: is a folder without any layer of a catalog"]),
        (_replay_of("good.csv", "--rules", "no/rules.yaml"), ["no/rules.yaml: No such file or directory"]),
        (_replay_of("good.csv", "--archive", os.devnull), [os.devnull]),
        (lambda folder: ("replay", f"{folder}/good.csv", "--source", "netflx"), ["'netflx' is not known", "csv"]),
        (lambda _: ("rules", "list", "no/rules.yaml"), ["no/rules.yaml: No such file or directory"]),
        (lambda _: ("rules", "lint", "no/rules.yaml"), ["no/rules.yaml: No such file or directory"]),
        (lambda _: ("rules", "try", "no/rules.yaml", "--from", "sample"), ["no/rules.yaml: No such file or directory"]),
        (lambda _: ("catalog", "check", "no/catalog.csv"), ["no/catalog.csv: No such file or directory"]),
        (lambda _: ("catalog", "import", "no/catalog.csv", "--stack", "x"), ["no/catalog.csv: No such file"]),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    write: Write, tmp_path: Path, arguments: Callable[[Path], Sequence[str]], said: list[str]
) -> None:
    write("good.csv", chart(["Ozark", "Dark"]))
    assert_refused(run(*arguments(tmp_path)), *said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["replay", "--source", "csv"], "Missing argument 'FILE'"),
        (["replay", "x.csv"], "option --source: is needed to read files"),
        (["replay", "x.csv", "--source", "csv", "--store", "disk"], "'--store'"),
        (["replay", "x.csv", "--source", "csv", "--format", "xml"], "'--format'"),
        (["replay", "x.csv", "--sauce", "csv"], "No such option: --sauce"),
        (["replai"], "No such command 'replai'"),
        (["rules", "list", "a.yaml", "b.yaml"], "unexpected extra argument"),
        (["rules", "lint"], "Missing argument 'FILE'"),
        (["rules", "rules.yaml"], "No such command 'rules.yaml'"),
        (["sources", "csv"], "No such command 'csv'"),
        (["catalog", "chek", "c.csv"], "No such command 'chek'"),
        (["catalog", "check"], "Missing argument 'FILE'"),
        (["catalog", "set", "dark"], "Missing argument 'FACT=VALUE"),
        (["quarantine"], "Missing option '--stack'"),
        (["demo", "now"], "unexpected extra argument"),
    ],
)
def test_a_mistyped_command_line_is_explained(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert said in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay", "x", "--source", "csv", "--store", "x"), "'--store': 'x' is not one of 'memory', 'dynamodb'."),
        (
            ("replay", "x", "--source", "csv", "--format", "x"),
            "'--format': 'x' is not one of 'text', 'emails', 'digests', 'jsonl'.",
        ),
        (("history", "a", "US", "2022-01-01", "--format", "x"), "'--format': 'x' is not one of 'text', 'json'."),
        (("rules", "try", "x", "--limit", "many"), "'--limit': not a whole number"),
        (("rules", "try", "x", "--limit", "0"), "'--limit': should be at least 1"),
    ],
)
def test_a_value_that_cannot_be_used_is_said_in_the_commands_words(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"Error: Invalid value for {said}\n")


# Rules, sources, catalog.


def test_a_wrong_rule_is_named_with_line_and_column(write: Write) -> None:
    file = write("rules.yaml", "- id: a-rule\n  kind: nth\n  scope: planet\n  headline: x\n  brief: x\n  at: [1]\n")
    said = f"{file}:3:10: rule a-rule: scope: 'planet' is not one of territory, chart"
    assert_refused(run("rules", "list", file), said)
    assert_refused(run("rules", "try", file, "--from", "sample"), said)


def test_rules_that_are_no_yaml_are_named_with_line_and_column(write: Write) -> None:
    file = write("rules.yaml", "- id: [\n")
    assert_refused(run("rules", "list", file), f"{file}:2:1: is not YAML")


def test_the_default_rules_are_listed() -> None:
    result = run("rules", "list")
    assert result.exit_code == 0
    assert "nth-non-english-series " in result.stdout
    assert result.stdout.endswith(f"\n{len(default_rules())} rules in default.yaml\n")


def test_a_rules_file_is_named_as_it_was_given(write: Write) -> None:
    file = write("[bold]rules.yaml", RULES)
    assert run("rules", "list", file).stdout.endswith(f"1 rule in {file}\n")


def test_lint_names_every_mistake_and_the_examples_that_do_not_come_out(write: Write) -> None:
    wrong = RULES.replace("kind: nth", "kind: nth\n  count: season").replace("brief:", "breif:")
    wrong += RULES.replace("nth-series", "other") + "  examples:\n    tells: [Ozark]\n    silent: [Ozark, Ozark]\n"
    file = write("rules.yaml", wrong)
    result = run("rules", "lint", file)
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        f"{file}:1:3: rule nth-series: brief: is missing",
        f"{file}:3:10: rule nth-series: count: 'season' is not one of works, seasons; did you mean seasons?",
        f"{file}:8:3: rule nth-series: breif: is no field here; did you mean brief?",
        f"{file}:17:12: rule other: examples.tells: has nothing to tell of the last period of Ozark in US; it has been "
        "so since the first period, before which nothing is known: begin with another #1",
        f"4 mistakes in {file}",
    ]


def test_lint_says_so_when_there_is_no_mistake_and_notes_rules_without_examples(write: Write) -> None:
    file = write("rules.yaml", RULES)
    result = run("rules", "lint", file)
    assert result.exit_code == 0
    assert result.stdout == (f"{file}: note: rule nth-series has no examples\n1 rule in {file}, without a mistake\n")


# What is there.


def test_the_sources_are_listed() -> None:
    result = run("sources")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")] == list(SOURCES)


def test_a_catalog_is_checked_and_counted(write: Write) -> None:
    result = run("catalog", "check", write("catalog.csv", CATALOG))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == ["      4 works", "      0 films", "      4 series"]


def test_a_wrong_catalog_line_is_named_with_line_and_column(write: Write) -> None:
    file = write("catalog.csv", CATALOG.replace("ES,2022-01-01", "Spain,2022-01-01"))
    assert_refused(run("catalog", "check", file), f"{file}, line 4, column origin_countries: 'Spain' is not")


def test_the_demo_says_what_it_needs_where_there_is_no_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chartwatch_local", None)
    monkeypatch.setitem(sys.modules, "chartwatch_local.demo", None)
    assert_refused(run("demo"), "needs a checkout of the project; run `make demo` in it")


def test_the_version_is_shown() -> None:
    assert run("--version").stdout.startswith("chartwatch ")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "replay",
        "rules",
        "rules list",
        "rules lint",
        "rules try",
        "sources",
        "catalog",
        "catalog check",
        "catalog list",
        "catalog show",
        "catalog missing",
        "catalog conflicts",
        "catalog candidates",
        "catalog set",
        "catalog choose",
        "catalog import",
        "catalog export",
        "catalog enrich",
        "history",
        "quarantine",
        "status",
        "watch",
        "watch add",
        "watch list",
        "watch remove",
        "fetch",
        "tail",
        "why",
        "resend",
        "cost",
        "demo",
    ],
)
def test_help_fits_eighty_columns(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80


def _changes(*arguments: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*arguments, "--format", "jsonl").stdout.splitlines()]


def _without_seconds(summary: str) -> str:
    said, _, seconds = summary.rpartition(" (")
    assert seconds.endswith(" s)\n")
    return f"{said}\n"
