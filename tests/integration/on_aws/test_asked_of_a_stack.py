"""What the command asks of a stack and says to it: claims, history, refused documents, what is muted."""

import json
from datetime import date
from pathlib import Path

import boto3
import pytest

from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.starter import starter_layer
from chartwatch.cli.replay import Stores, replay
from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.layers import catalog_of
from chartwatch.rules import default_rules
from chartwatch.services.ports import Quarantined
from chartwatch.sources import open_source
from chartwatch_local.aws import LocalAws
from tests.command_line import run
from tests.stacks import CHART, READABLE, deploy

pytestmark = pytest.mark.xdist_group("cli-aws")  # one local AWS is enough


def test_a_claim_and_a_trial_read_the_charts_and_the_catalog_of_a_stack(
    aws: LocalAws, catalog: Path, versions: list[Path], tmp_path: Path
) -> None:
    outputs = deploy(aws, "read", READABLE)
    assert run("catalog", "import", catalog, "--stack", "read").exit_code == 0
    source = open_source("csv", {"chart": "daily", "cadence": "day", "depth": "2"})
    charts = DynamoCharts(Table(boto3.Session().client("dynamodb"), outputs["ChartsTable"]))
    list(replay([versions[1]], source, Catalog(), default_rules(), stores=Stores(charts=charts)))
    (rules := tmp_path / "rules.yaml").write_text(
        "- {id: foreign, kind: nth, scope: territory, where: {original_language: {not: en}}, at: [1, 2, 3],"
        " headline: '{title} {ordinal} in {territory}', brief: x}"
    )
    of_files = ("--from", f"csv,chart=daily,cadence=day,depth=2:{versions[1]}", "--catalog", catalog)
    for arguments in (
        ("rules", "try", rules),
        ("check", "foreign:daily:US:2", "--rules", rules, "--title", "Élite"),
    ):
        of_stack = run(*arguments, "--stack", "read")
        assert (of_stack.exit_code, of_stack.stderr) == (0, "")
        assert of_stack.stdout == run(*arguments, *of_files).stdout != ""
    of_day = ("--title", "Élite", "--chart", "daily", "--territory", "US", "--run", "1", "--as-of", "2022-01-02")
    known = ("--title", "Élite", "--chart", "daily", "--territory", "KR", "--on", "2022-01-02", "--known", "2022-01-07")
    for arguments in (of_day, known):
        of_stack = run("check", *arguments, "--stack", "read")
        assert of_stack.stdout == run("check", *arguments, *of_files).stdout != ""
    refused = run("rules", "try", rules, "--stack", "raed")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("Error: the stack raed: ")


def test_the_history_and_the_site_of_a_stack_are_those_of_its_documents(
    aws: LocalAws, versions: list[Path], tmp_path: Path
) -> None:
    outputs = deploy(aws, "remembering", READABLE)
    client = boto3.Session().client("dynamodb")
    record = AwsRecord(Table(client, outputs["MilestonesTable"]), aws.client("s3"), outputs["BucketName"])
    stores = Stores(DynamoCharts(Table(client, outputs["ChartsTable"])), record)
    source = open_source("csv", {"chart": "daily", "cadence": "day", "depth": "2"})
    list(replay(versions, source, Catalog(), default_rules(), stores=stores))
    asked = ("history", "daily", "US", "2022-01-02", "--format", "json")
    of_stack = run(*asked, "--stack", "remembering")
    specs = [part for file in versions for part in ("--from", f"csv,chart=daily,cadence=day,depth=2:{file}")]
    assert (of_stack.exit_code, of_stack.stderr) == (0, "")
    assert of_stack.stdout == run(*asked, *specs, "--catalog", "none").stdout
    account = json.loads(of_stack.stdout)
    assert [len(version["changes"]) for version in account["versions"]] == [0, 2]
    assert {milestone["revision"] for milestone in account["milestones"]} >= {1, 2}
    nowhere = run("history", "daily", "US", "2022-01-20", "--stack", "remembering")
    assert (nowhere.exit_code, nowhere.stdout) == (2, "")
    assert "PERIOD: daily has no day 2022-01-20 of US; it has 6 days from 2022-01-01" in nowhere.stderr
    of_the_stack, of_documents = tmp_path / "stack", tmp_path / "documents"
    for place, out in ((("--stack", "remembering"), of_the_stack), (specs, of_documents)):
        assert run("site", *place, "--catalog", "none", "--out", out).exit_code == 0
    files = {file.relative_to(of_the_stack) for file in of_the_stack.rglob("*") if file.is_file()}
    assert files == {file.relative_to(of_documents) for file in of_documents.rglob("*") if file.is_file()}
    assert not [file for file in files if (of_the_stack / file).read_bytes() != (of_documents / file).read_bytes()]


def test_what_a_person_says_of_a_stack_is_tried_first_and_written_when_asked_for(
    aws: LocalAws, versions: list[Path], tmp_path: Path
) -> None:
    outputs = deploy(aws, "spoken", READABLE)
    client = boto3.Session().client("dynamodb")
    record = AwsRecord(Table(client, outputs["MilestonesTable"]), aws.client("s3"), outputs["BucketName"])
    charts = DynamoCharts(Table(client, outputs["ChartsTable"]))
    source = open_source("csv", {"chart": "daily", "cadence": "day", "depth": "2"})
    list(replay([versions[1]], source, catalog_of(starter_layer()), default_rules(), stores=Stores(charts, record)))
    head, day = record.head("daily"), date(2022, 1, 2)
    said = ("withdraw", "daily", str(day), "US", "--source", "a test file", "--stack", "spoken")
    tried = run(*said)
    assert (tried.exit_code, tried.stderr) == (0, "")
    assert "2022-01-02  retracted, sent: Retracted: Dark is the new #1 of daily in the United States" in tried.stdout
    assert tried.stdout.endswith("changes of daily: nothing was written; --write does\n")
    before = charts.summary("daily", day)
    assert before
    assert before.absent == {}
    written = run(*said, "--write")
    assert written.stdout.splitlines()[:-1] == tried.stdout.splitlines()[:-1]
    after = charts.summary("daily", day)
    assert after
    assert (list(after.absent), list(after.number_ones)) == (["US"], ["KR"])
    assert record.head("daily") == head, "the deployment's own detector does the rest"
    history = run("history", "daily", "US", str(day), "--stack", "spoken")
    assert "It does not count, as it is withdrawn: a test file" in history.stdout
    gap = ("gap", "daily", str(day), "US", "--not-published", "--source", "the publisher", "--stack", "spoken")
    assert run(*gap, "--write").exit_code == run(*gap, "--undo", "--write").exit_code == 0
    assert run(*said, "--undo", "--write").exit_code == 0
    assert charts.summary("daily", day) == before
    (ranks := tmp_path / "ranks.csv").write_text("rank,title,kind\n1,Dark,series\n")
    filled = ("fill", "daily", "2022-01-07", "US", ranks, "--source", "a paper", "--stack", "spoken", "--write")
    assert run(*filled).exit_code == 0
    tried = run("replay", versions[2], *CHART, "--dry-run", "--stack", "spoken")
    assert "replaced: daily of 2022-01-02 in US, rank 1: Dark -> Élite" in tried.stdout


def test_the_documents_that_a_stack_refused_are_listed_the_latest_last(aws: LocalAws) -> None:
    outputs = deploy(aws, "refusing", READABLE)
    nothing = run("quarantine", "--stack", "refusing")
    assert (nothing.exit_code, nothing.stdout) == (0, "0 refused documents in refusing\n")
    charts = DynamoCharts(Table(boto3.Session().client("dynamodb"), outputs["ChartsTable"]))
    for source, day, error, reason in (
        ("csv", 9, "HistoryRewritten", f"csv: 60 of 60 ranks are given to other titles; {'and so on ' * 9}{'ab' * 32}"),
        ("netflix-global", 8, "SourceNotATable", "netflix-global, line 1: 'null' is not a header"),
    ):
        provenance = Provenance("https://charts.example/all.csv", f"2022-02-0{day}T20:00:00Z", str(day) * 64)
        charts.quarantine(Quarantined(source, provenance, error, reason))
    listed = run("quarantine", "--stack", "refusing").stdout.splitlines()
    assert listed[:5] == [
        "2022-02-08T20:00:00Z  netflix-global  SourceNotATable",
        "  netflix-global, line 1: 'null' is not a header",
        "  from     https://charts.example/all.csv",
        f"  SHA-256  {'8' * 64}",
        "",
    ]
    assert listed[5] == "2022-02-09T20:00:00Z  csv  HistoryRewritten"
    assert listed[-1] == "2 refused documents in refusing"
    as_json = json.loads(run("quarantine", "--stack", "refusing", "--format", "json").stdout)
    assert [(its["source"], its["error"], its["sha256"][0]) for its in as_json] == [
        ("netflix-global", "SourceNotATable", "8"),
        ("csv", "HistoryRewritten", "9"),
    ]
    assert max(map(len, listed)) <= 100


@pytest.mark.usefixtures("aws")
def test_a_stack_that_is_not_there_is_named(catalog: Path) -> None:
    result = run("catalog", "import", catalog, "--stack", "chart")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: the stack chart: there is none of that name in ")


def test_a_stack_of_something_else_is_no_deployment(aws: LocalAws, catalog: Path) -> None:
    deploy(aws, "other", {"CatalogTable": "CatalogTable"})
    result = run("catalog", "import", catalog, "--stack", "other")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: the stack other: it has no output BucketName, so it is no deployment of Chartwatch, or an earlier one\n"
    )


def test_without_credentials_the_stack_cannot_be_reached(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = run("catalog", "import", catalog, "--stack", "charts")
    assert result.exit_code == 2
    said = "Unable to locate credentials; `aws configure` sets some, or AWS_PROFILE names those to use"
    assert result.stderr == f"Error: the stack charts: {said}\n"


# What is muted.


def test_a_work_and_a_rule_are_muted_by_name_and_heard_again(aws: LocalAws, catalog: Path) -> None:
    deploy(aws, "muted", READABLE)
    assert run("catalog", "import", catalog, "--stack", "muted").exit_code == 0
    assert run("mute", "--stack", "muted").stdout == "0 works and rules muted\n"
    assert run("mute", "la casa de papel", "--until", "2022-03-01", "--stack", "muted").exit_code == 0
    unlisted = "unlisted:series:a riddle"
    assert run("mute", unlisted, "--until", "2022-03-01", "--stack", "muted").exit_code == 0
    both = run("mute", "nth-non-english-title", "--until", "2022-02-01", "--stack", "muted")
    assert both.stdout.splitlines() == [
        "heist  not sent of periods before 2022-03-01",
        "nth-non-english-title  not sent of periods before 2022-02-01",
        f"{unlisted}  not sent of periods before 2022-03-01",
        "3 works and rules muted",
    ]
    again = run("mute", "heist", "--until", "2022-01-01", "--stack", "muted")
    assert again.stdout.splitlines()[0] == "heist  not sent of periods before 2022-01-01"
    listed = json.loads(run("mute", "--stack", "muted", "--format", "json").stdout)
    assert listed[0] == {"name": "heist", "until": "2022-01-01", "charts": {}}
    assert [its["name"] for its in listed] == ["heist", "nth-non-english-title", unlisted]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Dork", "--until", "2022-03-01"), "'Dork' is no rule, and no work of the catalog; did you mean dark?"),
        (("dark",), "--until: says from which period on it is sent again"),
        (("--until", "2022-03-01"), "WORK|RULE: is missing: what is to be muted"),
        (("dark", "--until", "March"), "'March' is not a date"),
    ],
)
def test_what_cannot_be_muted_is_said(arguments: tuple[str, ...], said: str, aws: LocalAws, catalog: Path) -> None:
    stack = f"muted-{len(said)}"
    deploy(aws, stack, READABLE)
    assert run("catalog", "import", catalog, "--stack", stack).exit_code == 0
    refused = run("mute", *arguments, "--stack", stack)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
