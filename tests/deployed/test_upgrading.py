"""An earlier release of the real template is deployed, upgraded to this one, rolled back, and upgraded again."""

import io
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chartwatch.adapters.starter import STARTER_FILE
from chartwatch_local.aws import LocalAws, local_aws
from chartwatch_local.checkout import ROOT
from chartwatch_local.demo import parameters
from chartwatch_local.deploy import Build, as_on_this_machine, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import FunctionFailed, Pipeline
from chartwatch_local.provider import Provider
from tests.deployed.charts import Chart

pytestmark = pytest.mark.xdist_group("deployed")

EARLIER = "f0a4fe02ab9a5cb1e8a3decb52c9e3dee069eec5"
"""What stands for the release that is deployed: there is no tag yet. Its fold is one before this one's."""

HEADER = "period,territory,rank,title,kind\n"
TITLES = ("Money Heist", "Squid Game", "Ozark", "Elite")
DAYS = [f"2023-01-0{day},US,1,{title},series\n" for day, title in enumerate(TITLES, 1)]


@pytest.fixture
def earlier(made: Build, tmp_path: Path) -> Build:
    """Return the earlier release, with the packages of this one."""
    found = subprocess.run(
        [
            "git",
            "archive",
            "--format=zip",
            EARLIER,
            "functions",
            "infrastructure",
            "template.yaml",
            "LICENSE",
            "README.md",
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if found.returncode:
        pytest.skip(f"this checkout has no {EARLIER}: {found.stderr.decode().strip()}")
    with zipfile.ZipFile(io.BytesIO(found.stdout)) as archive:
        archive.extractall(tmp_path)
    code = tmp_path / "functions"
    with zipfile.ZipFile(tmp_path / "code.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for path in code.rglob("*") if path.is_file()):
            packed.write(file, file.relative_to(code))
    template = tmp_path / "template.yaml"
    template.write_text(as_on_this_machine(template.read_text().replace("CodeUri: functions/", "CodeUri: code.zip")))
    return Build(template, made.artifact)


@contextmanager
def streams_read(aws: LocalAws) -> Iterator[None]:
    """Have the functions woken. The streams are read from their beginning each time: all is delivered once more."""
    functions = aws.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    with mappings(aws):
        yield


def test_a_stack_that_is_upgraded_rolled_back_and_upgraded_again_tells_each_thing_once(
    made: Build, earlier: Build
) -> None:
    with local_aws(made.artifact) as aws:
        its_provider = Provider(aws)
        values = parameters(its_provider)
        first = Pipeline(aws, deploy(aws, earlier, values))
        chart = Chart("upgraded", first, its_provider)
        queue = chart.queue("StoryTopicArn")
        with streams_read(aws):
            first.import_catalog(STARTER_FILE)
            chart.fetch(HEADER + "".join(DAYS[:2]))
            assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-02"]
        for release, days in ((made, 3), (earlier, 4), (made, 4)):
            after = Pipeline(aws, deploy(aws, release, values))
            assert first.outputs.items() <= after.outputs.items(), "what there was is there still"
            with streams_read(aws):
                chart.fetch(HEADER + "".join(DAYS[:days]))
                if release is earlier:
                    # Its fold is older: it writes over nothing that a later release has made.
                    with pytest.raises(FunctionFailed, match="RecordNewer"):
                        after.invoke("ReconcileFunction", {})
                    assert len(chart.taken(queue, 0)) == 2
                    continue
                periods = [story["period"] for story in chart.taken(queue, days - 1)]
                assert periods == [f"2023-01-0{day}" for day in range(2, days + 1)], "nothing is told twice"
                found = after.invoke("ReconcileFunction", {})
                assert {name: count for name, count in found.items() if count and name != "ChartsLate"} == {}
