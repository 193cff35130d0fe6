"""The command with AWS behind it, simulated or local: the other store, and an uploaded catalog."""

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from chartwatch.adapters.catalog_file import read_catalog
from chartwatch.adapters.dynamodb.catalogs import DynamoCatalogs
from chartwatch.adapters.dynamodb.charts import DynamoCharts
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.adapters.record import AwsRecord
from chartwatch.adapters.starter import starter_layer
from chartwatch.adapters.template_tables import create_table, read_tables
from chartwatch.cli import catalog_changes
from chartwatch.cli.main import app
from chartwatch.cli.replay import Stores, replay
from chartwatch.domain.charts.publications import Provenance
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import catalog_of, layer_of
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.services.ports import Quarantined
from chartwatch.sources import open_source
from chartwatch_local.aws import LocalAws, local_aws
from chartwatch_local.checkout import TOOLS
from tests.command_line import run
from tests.lookups import Lookups, Served

pytestmark = pytest.mark.xdist_group("cli-aws")  # one local AWS is enough

CHART = ("--source", "csv", "-o", "chart=daily", "-o", "cadence=day", "-o", "depth=2", "--catalog", "none")

CATALOG = """\
work_id,title,kind,original_language,origin_countries,release_date,aliases,source,confidence
dark,Dark,series,de,DE,2022-01-01,,,
elite,Élite,series,es,ES,2022-01-02,,,
heist,Money Heist,series,es,ES,2022-01-01,La casa de papel,,
ozark,Ozark,series,en,US,2021-12-01,,,
"""

TITLES = ("Ozark", "Dark", "Élite", "An unknown title", "La casa de papel", "Ozark")


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own AWS configuration is used."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CHARTWATCH_"))]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "no-such-file"))


def rows(day: int, *numbers_one: tuple[str, str]) -> Iterator[str]:
    for territory, title in numbers_one:
        period = date(2022, 1, 1) + timedelta(days=day)
        yield f"{period},{territory},1,{title},series"
        yield f"{period},{territory},2,Second to {title},series"


@pytest.fixture
def versions(tmp_path: Path) -> list[Path]:
    """Return three versions of a chart: with a gap, then without it and grown, then with an old day changed."""
    days = [list(rows(day, ("US", title), ("KR", TITLES[day - 1]))) for day, title in enumerate(TITLES)]
    changed = list(rows(1, ("US", "Élite"), ("KR", "Dark")))
    contents = [days[:2] + days[3:5], days, [days[0], changed, *days[2:]]]
    files = [tmp_path / f"2022-01-0{6 + n}T000000Z.csv" for n in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        lines = ("period,territory,rank,title,kind", *(row for day in content for row in day), "")
        file.write_text("\n".join(lines), encoding="utf-8")
    return files


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    file = tmp_path / "catalog.csv"
    file.write_text(CATALOG, encoding="utf-8")
    return file


def test_both_stores_give_the_same_output_byte_for_byte(versions: list[Path], catalog: Path) -> None:
    arguments: list[str | Path] = ["replay", *versions, *CHART, "--catalog", catalog, "--format", "jsonl"]
    memory, dynamodb = run(*arguments), run(*arguments, "--store", "dynamodb")
    assert (memory.exit_code, dynamodb.exit_code) == (0, 0)
    assert memory.stdout_bytes == dynamodb.stdout_bytes != b""


def test_the_versions_of_that_comparison_hold_gaps_corrections_and_unknown_facts(
    versions: list[Path], catalog: Path
) -> None:
    result = run("replay", *versions, *CHART, "--catalog", catalog, "--format", "jsonl")
    changes = [json.loads(line) for line in result.stdout.splitlines()]
    assert {change["status"] for change in changes} == {"announced", "provisional", "corrected", "retracted"}
    assert any("unknown" in reason for change in changes for reason in change["provisional_because"])


def test_a_replay_in_dynamodb_reports_a_refused_file_too(versions: list[Path], tmp_path: Path) -> None:
    (bad := tmp_path / "bad.csv").write_text("null")
    result = run("replay", bad, versions[0], *CHART, "--store", "dynamodb")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {bad}")
    assert result.stdout != ""


def test_an_endpoint_that_does_not_answer_is_named(versions: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    result = run("replay", versions[0], *CHART, "--store", "dynamodb")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: AWS at http://127.0.0.1:9: Could not connect to the endpoint URL")


@pytest.mark.parametrize("endpoint", ["foo", "http://[x", "ftp://127.0.0.1:1", "http://"])
def test_an_endpoint_that_is_no_address_is_refused(
    versions: list[Path], monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for arguments in (("replay", versions[0], *CHART, "--store", "dynamodb"), ("quarantine", "--stack", "x")):
        result = run(*arguments)
        said = "AWS_ENDPOINT_URL is no address such as http://127.0.0.1:4566"
        assert (result.exit_code, result.stderr) == (2, f"Error: AWS at {endpoint}: {said}\n")


def test_a_replay_on_an_endpoint_without_credentials_says_how_to_give_some(
    versions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = run("replay", versions[0], *CHART, "--store", "dynamodb")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: AWS at http://127.0.0.1:9: Unable to locate credentials; `aws configure`")


def test_a_profile_that_is_not_there_is_named_before_anything_is_simulated(
    versions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nope")
    result = run("replay", versions[0], *CHART, "--store", "dynamodb")
    assert result.exit_code == 2
    assert result.stderr == "Error: the simulated AWS: The config profile (nope) could not be found\n"


# On an endpoint: a local AWS.


@pytest.fixture(scope="module")
def local() -> Iterator[LocalAws]:
    if not (TOOLS / "local-aws").exists():
        pytest.skip("the local AWS is not installed; `make tools` does that")
    with local_aws() as aws:
        yield aws


@pytest.fixture
def aws(local: LocalAws, _no_aws: None, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    for name, value in local.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return local


@pytest.mark.usefixtures("aws")
def test_a_replay_on_an_endpoint_says_the_same_and_leaves_no_table(versions: list[Path], catalog: Path) -> None:
    arguments: list[str | Path] = ["replay", *versions, *CHART, "--catalog", catalog]
    memory, dynamodb = run(*arguments), run(*arguments, "--store", "dynamodb")
    assert memory.stdout_bytes == dynamodb.stdout_bytes != b""
    assert not [name for name in boto3.Session().client("dynamodb").list_tables()["TableNames"] if "replay" in name]


def test_tables_and_a_bucket_that_are_named_are_used_and_kept(
    aws: LocalAws, versions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.client("s3").create_bucket(Bucket="my-bucket")
    monkeypatch.setenv("CHARTWATCH_BUCKET", "my-bucket")
    client = boto3.Session().client("dynamodb")
    for name in ("Charts", "Milestones"):
        create_table(client, f"My{name}", read_tables()[f"{name}Table"])
        monkeypatch.setenv(f"CHARTWATCH_{name.upper()}_TABLE", f"My{name}")
    first, again = (run("replay", *versions, *CHART, "--store", "dynamodb") for _ in range(2))
    assert first.stdout != ""
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr.startswith("0 publications, 0 editions: 0 changes")


# An uploaded catalog.


READABLE = {name: name for name in ("CatalogTable", "ChartsTable", "MilestonesTable")} | {"BucketName": "Bucket"}
"""The outputs, and what they name, of a stack that can be read."""


PARAMETERS = {"LiveFrom": "2022-01-02", "RulesFile": "default.yaml"}
"""What a stack was deployed with, as far as the command asks."""


def deploy(aws: LocalAws, stack: str, outputs: dict[str, str]) -> dict[str, str]:
    """Make a stack with tables of template.yaml, a bucket, and these outputs; return what these are."""
    tables = {
        name: {key: value for key, value in definition.items() if key != "StreamSpecification"}
        for name, definition in read_tables().items()
        if name in READABLE
    }
    template = {
        "Parameters": {name: {"Type": "String", "Default": value} for name, value in PARAMETERS.items()},
        "Resources": {
            **{name: {"Type": "AWS::DynamoDB::Table", "Properties": its} for name, its in tables.items()},
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
        },
        "Outputs": {name: {"Value": {"Ref": resource}} for name, resource in outputs.items()},
    }
    aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=json.dumps(template))
    aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    (described,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def test_a_catalog_is_uploaded_to_the_stack_that_is_named(aws: LocalAws, catalog: Path) -> None:
    outputs = deploy(aws, "charts", READABLE)
    result = run("catalog", "import", catalog, "--stack", "charts")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Imported 4 works of {catalog} into the stack charts\n"
    session = boto3.Session()
    catalogs = DynamoCatalogs(
        Table(session.client("dynamodb"), outputs["CatalogTable"]),
        session.client("s3"),
        outputs["BucketName"],
    )
    own = catalogs.layer(Layer.OWN_FILE)
    assert [its.work.title for its in own] == ["Dark", "Élite", "Money Heist", "Ozark"]
    assert catalogs.current().match("Squid Game", Kind.SERIES, date(2022, 1, 1)).original_language == "ko"


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


def recorded(aws: LocalAws, stack: str, series: int, folder: Path) -> tuple[Path, DynamoCatalogs]:
    """Let a stack have told of so many series, one from each country, #1 day by day; return its catalog file and store.

    Four milestones of each are sent, but for what they share: the first of its country and of its language among them.
    """
    outputs = deploy(aws, stack, READABLE)
    codes = ("ES", "FR", "DE", "IT", "KR", "JP", "SE", "NO", "DK", "FI", "PL", "NL")[:series]
    header, *_ = CATALOG.splitlines(keepends=True)
    rows_ = "".join(f"w{n},Title {n},series,,{code},2021-12-01,,,\n" for n, code in enumerate(codes))
    (file := folder / "known.csv").write_text(f"{header}{rows_}o,Ozark,series,en,US,2021-12-01,,,\n")
    chart = "\n".join(
        f"{date(2022, 1, 1) + timedelta(days=day)},US,1,{title},series"
        for day, title in enumerate(("Ozark", *(f"Title {n}" for n in range(series))))
    )
    (document := folder / "2022-02-01T000000Z.csv").write_text(f"period,territory,rank,title,kind\n{chart}\n")
    client, s3 = boto3.Session().client("dynamodb"), aws.client("s3")
    stores = Stores(
        DynamoCharts(Table(client, outputs["ChartsTable"])),
        AwsRecord(Table(client, outputs["MilestonesTable"]), s3, outputs["BucketName"]),
    )
    catalogs = DynamoCatalogs(Table(client, outputs["CatalogTable"]), s3, outputs["BucketName"], starter_layer)
    catalogs.replace(Layer.OWN_FILE, layer_of(read_catalog(file), Layer.OWN_FILE, "own file"))
    source = open_source("csv", {"chart": "daily", "cadence": "day", "depth": "1"})
    live_from = date.fromisoformat(PARAMETERS["LiveFrom"])
    list(replay([document], source, catalogs.current(), default_rules(), live_from=live_from, stores=stores))
    return file, catalogs


def own_file(catalogs: DynamoCatalogs) -> list[Work]:
    return [its.work for its in catalogs.layer(Layer.OWN_FILE)]  # in the order of their ids


def test_a_catalog_that_takes_little_back_shows_it_and_is_uploaded(aws: LocalAws, tmp_path: Path) -> None:
    known, catalogs = recorded(aws, "corrected", 3, tmp_path)
    (file := tmp_path / "better.csv").write_text(known.read_text().replace(",ES,", ",PT,"))
    result = run("catalog", "import", file, "--stack", "corrected")
    assert (result.exit_code, result.stderr) == (0, "")
    *shown, summary, uploaded = result.stdout.splitlines()
    assert shown[0].startswith("2022-01-02  retracted, sent: Retracted: Title 0 is the first title from Spain")
    taken_back = [line for line in shown if "  retracted, sent: " in line or "  corrected, sent: " in line]
    assert summary.startswith(f"{len(taken_back)} sent milestones would be corrected or retracted; ")
    assert uploaded == f"Imported 4 works of {file} into the stack corrected"
    assert own_file(catalogs) == sorted(read_catalog(file), key=lambda work: work.id)


def test_the_same_catalog_again_takes_nothing_back(aws: LocalAws, tmp_path: Path) -> None:
    known, _ = recorded(aws, "unchanged", 3, tmp_path)
    assert run("catalog", "import", known, "--stack", "unchanged").stdout == (
        f"Imported 4 works of {known} into the stack unchanged\n"
    )


def test_a_catalog_that_takes_much_back_is_refused_where_nobody_can_be_asked(aws: LocalAws, tmp_path: Path) -> None:
    known, catalogs = recorded(aws, "emptied", 12, tmp_path)
    (header := tmp_path / "header.csv").write_text(known.read_text().splitlines(keepends=True)[0])
    refused = run("catalog", "import", header, "--stack", "emptied")
    assert refused.exit_code == 2
    assert "option --yes: " in refused.stderr
    assert "sent milestones would be corrected or retracted, more than 20; without a terminal" in refused.stderr
    assert own_file(catalogs) == sorted(read_catalog(known), key=lambda work: work.id)
    meant = run("catalog", "import", header, "--stack", "emptied", "--yes")
    assert (meant.exit_code, meant.stdout.splitlines()[-1]) == (
        0,
        f"Imported 0 works of {header} into the stack emptied",
    )
    assert own_file(catalogs) == []


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_at_a_terminal_a_catalog_that_takes_much_back_is_asked_about(
    aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    stack = f"asked{code}{len(answer)}"
    known, catalogs = recorded(aws, stack, 12, tmp_path)
    (header := tmp_path / "header.csv").write_text(known.read_text().splitlines(keepends=True)[0])
    monkeypatch.setattr(catalog_changes, "is_at_a_terminal", lambda: True)
    result = CliRunner().invoke(app, ["catalog", "import", str(header), "--stack", stack], input=answer)
    assert result.exit_code == code
    assert "Put this catalog in force?" in result.output
    assert len(own_file(catalogs)) == (0 if code == 0 else 13)


def test_what_other_rules_recorded_cannot_be_foreseen_and_is_asked_about(
    aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, _ = recorded(aws, "ruled", 1, tmp_path)
    monkeypatch.setattr(catalog_changes, "included_rules", lambda _name: RuleSet([]))
    refused = run("catalog", "import", known, "--stack", "ruled")
    assert refused.exit_code == 2
    assert "what would be taken back of daily is not known" in refused.stderr
    assert run("catalog", "import", known, "--stack", "ruled", "--yes").exit_code == 0


def test_what_a_stack_lacks_is_looked_up_and_put_in_force(aws: LocalAws, tmp_path: Path) -> None:
    _, catalogs = recorded(aws, "enriched", 2, tmp_path)
    missing = run("catalog", "missing", "--stack", "enriched")
    assert missing.stdout.splitlines()[:2] == [
        "     1  Ozark: which of several works it is",
        "        o or ozark, first at #1 2022-01-01",
    ]
    assert missing.stdout.splitlines()[-1] == (
        "Of 3 of 3 #1s (3 works) a fact is not known: original language of 2 and which of several works it is of 1."
    )
    works = [Served(1, "Title 0", Kind.SERIES, "eu", ("ES",), date(2021, 12, 1))]
    with Lookups(works) as providers:
        asked = ("--wikidata", providers.wikidata, "--contact", "someone@example.com")
        done = run("catalog", "enrich", "--stack", "enriched", *asked)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "1/2 Title 0: original language Basque (eu)" in done.stdout
    assert "Title 0 is the first title in Basque to reach #1" in done.stdout
    assert "2 works looked up, kept in the stack enriched\n" in done.stdout
    work = catalogs.current().work("w0")
    assert work
    assert (work.original_language, work.origin_countries) == ("eu", ("ES",))
    assert "Basque (eu): wikidata (looked up, " in run("catalog", "show", "w0", "--stack", "enriched").stdout


def test_what_a_person_sets_of_a_stack_stands_over_its_file_and_shows_what_it_takes_back(
    aws: LocalAws, tmp_path: Path
) -> None:
    known, catalogs = recorded(aws, "overridden", 2, tmp_path)
    done = run("catalog", "set", "Title 1", "origin_countries=Portugal", "--stack", "overridden")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "retracted, sent: Retracted: Title 1 is the first title from France" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("Portugal (PT), 2021-12-01, in the stack overridden")
    assert run("catalog", "import", known, "--stack", "overridden").exit_code == 0
    work = catalogs.current().work("w1")
    assert work
    assert work.origin_countries == ("PT",), "an override stays over every file"
    assert "overruled" in run("catalog", "show", "w1", "--stack", "overridden").stdout
    assert run("catalog", "set", "w1", "origin_countries=", "--stack", "overridden").exit_code == 0
    assert catalogs.layer(Layer.OVERRIDE) == ()


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


def test_a_wrong_catalog_is_refused_before_anything_is_asked_of_aws(tmp_path: Path) -> None:
    (wrong := tmp_path / "catalog.csv").write_text("title\nDark\n")
    result = run("catalog", "import", wrong, "--stack", "charts")
    assert result.exit_code == 2
    assert result.stderr == f"Error: {wrong}, line 1: the column work_id is missing\n"


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
