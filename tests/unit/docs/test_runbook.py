"""The runbook is made of commands that a shell reads, and names what there is."""

import re
import subprocess

import pytest

from tests.infrastructure.templates import ROOT, read

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", RUNBOOK, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_every_block(block: str) -> None:
    assert subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False).stderr == ""


def test_every_output_and_resource_that_is_named_exists() -> None:
    template = read("template.yaml")
    assert set(re.findall(r"\$\(output (\w+)\)", RUNBOOK)) <= set(template.body["Outputs"])
    imported = re.findall(r"\$\(resource (\S+) (\w+) (\w+) ", RUNBOOK)
    kept = read("infrastructure/kept.yaml").body["Resources"]
    assert {name: kind for kind, name, _ in imported} == {name: its["Type"] for name, its in kept.items()}
    assert {kind: key for kind, _, key in imported} == {
        "AWS::DynamoDB::Table": "TableName",
        "AWS::S3::Bucket": "BucketName",
    }


def test_what_a_restored_table_lacks_is_put_back_as_the_template_has_it() -> None:
    tables = read("template.yaml").properties("AWS::DynamoDB::Table")
    (restored,) = (block for block in BLOCKS if "restore-table-to-point-in-time" in block)
    streamed = {name for name, its in tables.items() if "StreamSpecification" in its}
    looped = r"for table in ([^;]*); do\n  aws dynamodb update-table .*--stream-specification (\S+)"
    (loop,) = re.findall(looped, restored)
    assert {f"{name.strip('$').title()}Table" for name in re.findall(r"\$\w+", loop[0])} == streamed
    assert loop[1] == "StreamEnabled=true,StreamViewType=KEYS_ONLY"
    assert {tables[name]["StreamSpecification"]["StreamViewType"] for name in streamed} == {"KEYS_ONLY"}
    assert "PointInTimeRecoveryEnabled=true" in restored
    assert "--deletion-protection-enabled" in restored
