"""Replays in the other store: on a simulated AWS, or on an endpoint."""

import json
from pathlib import Path

import boto3
import pytest

from chartwatch.adapters.template_tables import create_table, read_tables
from chartwatch_local.aws import LocalAws
from tests.command_line import run
from tests.stacks import CHART

pytestmark = pytest.mark.xdist_group("cli-aws")  # one local AWS is enough


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
