"""The catalog of a stack: what is uploaded, looked up and set, and what that would take back."""

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
from chartwatch.cli import catalog_changes
from chartwatch.cli.main import app
from chartwatch.cli.replay import Stores, replay
from chartwatch.domain.rules.rule import RuleSet
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.sources import open_source
from chartwatch_local.aws import LocalAws
from tests.command_line import run
from tests.lookups import Lookups, Served
from tests.stacks import CATALOG, PARAMETERS, READABLE, deploy

pytestmark = pytest.mark.xdist_group("cli-aws")  # one local AWS is enough


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


def test_a_wrong_catalog_is_refused_before_anything_is_asked_of_aws(tmp_path: Path) -> None:
    (wrong := tmp_path / "catalog.csv").write_text("title\nDark\n")
    result = run("catalog", "import", wrong, "--stack", "charts")
    assert result.exit_code == 2
    assert result.stderr == f"Error: {wrong}, line 1: the column work_id is missing\n"
