"""The real template and the real functions: from a document to what subscribers get."""

import json
import re
import subprocess
import sys
import tomllib
from datetime import date

import pytest

from chartwatch.adapters.dynamodb.mutes import DynamoMutes
from chartwatch.adapters.dynamodb.table import Table
from chartwatch.domain.milestones.muting import Mute
from chartwatch_local.checkout import ROOT
from chartwatch_local.deploy import Build
from chartwatch_local.pipeline import FunctionFailed, Pipeline
from tests.deployed.charts import Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
FIRST_DAY = "2023-01-01,US,1,Money Heist,series\n"
SECOND_DAY = "2023-01-02,US,1,Squid Game,series\n"
THIRD_DAY = "2023-01-03,US,1,Money Heist,series\n"

IMPORT_ALL = """
import importlib, json, pkgutil, sys
import chartwatch
handlers = dict(name.split(".") for name in sys.argv[1:])
for module, function in handlers.items():
    assert callable(getattr(importlib.import_module(module), function))
# What is imported late, too; the command line has packages of its own, which are not deployed.
for found in pkgutil.walk_packages(chartwatch.__path__, "chartwatch."):
    if not found.name.startswith("chartwatch.cli"):
        importlib.import_module(found.name)
try:
    chartwatch.sources.workbook.SheetTable("a workbook", b"", None, [])
except Exception:
    pass  # it is none, and what reads one was imported
print(json.dumps([list(handlers), [name for name in sys.modules if "." not in name]]))
"""
"""Imports whatever a deployment runs, and says which packages that needed."""


def run_alone(made: Build, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program with what was built for the functions, and nothing else; it gets the names of their handlers."""
    handlers = re.findall(r"Handler: ([\w.]+)", made.template.read_text())
    # -I and -S: neither this environment's packages nor its variables.
    found_in = f"import sys; sys.path.insert(0, {str(made.artifact)!r})\n"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", found_in + program, *handlers], capture_output=True, text=True, check=False
    )


def as_sns_posts(chart: Chart, queue: str) -> None:
    """Have a queue get what SNS posts to HTTP subscribers: the body in an envelope."""
    sns = chart.pipeline.aws.client("sns")
    for its in sns.list_subscriptions_by_topic(TopicArn=chart.pipeline.outputs["StoryTopicArn"])["Subscriptions"]:
        if its["Endpoint"].rpartition(":")[2] == queue.rpartition("/")[2]:
            sns.set_subscription_attributes(
                SubscriptionArn=its["SubscriptionArn"], AttributeName="RawMessageDelivery", AttributeValue="false"
            )


def test_a_publication_becomes_a_story_for_those_who_asked_for_such(chart: Chart) -> None:
    posts = chart.queue("StoryTopicArn")
    as_sns_posts(chart, posts)
    korean = chart.queue("StoryTopicArn", language=["ko"])
    spanish = chart.queue("StoryTopicArn", language=["es"])
    counts = chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    (story,) = chart.taken(korean, 1)
    (posted,) = chart.taken(posts, 1)
    assert counts == {"new": 2, "revised": 0, "unchanged": 0}
    assert story["work"]["title"] == "Squid Game"
    assert story["period"] == "2023-01-02"
    assert "First title from South Korea and first in Korean in the United States" in " ".join(story["text"].split())
    assert json.loads(posted["Message"])["data"] == story
    assert posted["Subject"] == story["subject"]
    assert json.loads(posted["MessageAttributes"]["origin_countries"]["Value"]) == ["KR"]
    assert chart.taken(spanish, 0) == []


def test_fetching_the_same_document_again_sends_nothing(chart: Chart) -> None:
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    chart.taken(queue, 1)
    again = chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    chart.fetch(HEADER + FIRST_DAY + SECOND_DAY + THIRD_DAY)
    assert again == {"new": 0, "revised": 0, "unchanged": 2}
    assert [story["period"] for story in chart.taken(queue, 2)] == ["2023-01-02", "2023-01-03"]


def test_of_a_muted_work_nothing_is_sent_and_the_next_one_is(chart: Chart) -> None:
    aws, outputs = chart.pipeline.aws, chart.pipeline.outputs
    mutes = DynamoMutes(Table(aws.client("dynamodb"), outputs["MilestonesTable"]))
    mutes.mute("squid-game", Mute(date(2023, 1, 3)))
    queue = chart.queue("StoryTopicArn")
    try:
        chart.fetch(HEADER + FIRST_DAY + SECOND_DAY + THIRD_DAY)
        assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-03"]
    finally:
        mutes.mute("squid-game", Mute(date.min))


def test_a_publication_with_two_stories_is_one_digest(chart: Chart) -> None:
    stories, digests = chart.queue("StoryTopicArn"), chart.queue("DigestTopicArn")
    tied = "2023-01-02,US,1,All of Us Are Dead,series\n" + SECOND_DAY
    chart.fetch(HEADER + FIRST_DAY + tied, ties=True, depth=2, shortest=1)
    nothing_new, digest = chart.taken(digests, 2)
    assert nothing_new["stories"] == []
    assert {story["work"]["title"] for story in chart.taken(stories, 2)} == {"Squid Game", "All of Us Are Dead"}
    assert {story["title"] for story in digest["stories"]} == {"Squid Game", "All of Us Are Dead"}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param("<!doctype html><title>Moved</title>", "a page of markup", id="a page"),
        pytest.param(HEADER + FIRST_DAY.replace(",1,", ",first,"), "first", id="a bad cell"),
    ],
)
def test_a_bad_document_changes_nothing_and_the_next_good_one_is_processed(chart: Chart, bad: str, reason: str) -> None:
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + FIRST_DAY)
    before = chart.stored()
    with pytest.raises(FunctionFailed) as failed:
        chart.fetch(bad)
    after = chart.stored()
    chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    assert reason in failed.value.error["errorMessage"]
    assert after == before
    assert before
    assert [story["period"] for story in chart.taken(queue, 1)] == ["2023-01-02"]


def test_a_story_that_was_sent_can_be_read_as_plain_mail(chart: Chart) -> None:
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    (story,) = chart.taken(queue, 1)
    assert story["subject"].isascii()
    assert len(story["subject"]) < 100
    assert max(map(len, story["text"].splitlines())) <= 72


@pytest.mark.parametrize("topic", ["StoryTopicArn", "DigestTopicArn"])
def test_nobody_but_the_publisher_publishes_not_even_the_account_s_root(chart: Chart, topic: str) -> None:
    queue = chart.queue(topic)
    sns = chart.pipeline.aws.client("sns")
    with pytest.raises(sns.exceptions.AuthorizationErrorException, match="sns:Publish"):
        sns.publish(
            TopicArn=chart.pipeline.outputs[topic],
            Message="All of Us Are Dead is the second",
            MessageAttributes={"chart": {"DataType": "String", "StringValue": chart.id}},
        )
    assert chart.taken(queue, 0) == []


def test_every_function_runs_from_its_own_packages_alone(made: Build) -> None:
    done = run_alone(made, IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    handlers, imported = json.loads(done.stdout)
    stages = {"fetch_rankings", "enrich_catalog", "detect_milestones", "publish_stories", "deliver_webhook"}
    assert stages | {"reconcile", "render_site"} == set(handlers)
    # None is there for nothing, so that each would be missed.
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [re.split(r"[^\w-]", requirement)[0].replace("-", "_") for requirement in required]
    assert {"yaml" if name == "pyyaml" else name for name in names} <= set(imported)


@pytest.mark.parametrize("package", ["aws_lambda_powertools", "babel", "urllib3"])
def test_a_package_that_was_not_deployed_would_show(made: Build, package: str) -> None:
    done = run_alone(made, f"import sys; sys.modules[{package!r}] = None\n{IMPORT_ALL}")
    assert done.returncode != 0
    assert f"import of {package} halted" in done.stderr


def test_the_command_line_s_packages_are_not_deployed(made: Build) -> None:
    packages = {path.name for path in made.artifact.iterdir()}
    assert "boto3" in packages
    assert {"moto", "typer", "rich"}.isdisjoint(packages)


def test_the_witness_sees_what_got_out_and_reconcile_finds_nothing_undone(pipeline: Pipeline, chart: Chart) -> None:
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    (story,) = chart.taken(queue, 1)
    pipeline.invoke("ReconcileFunction", {})
    stories = pipeline.aws.client("dynamodb")
    key = {"pk": {"S": story["story"]}, "sk": {"S": "STORY"}}
    (found,) = stories.batch_get_item(RequestItems={pipeline.outputs["StoriesTable"]: {"Keys": [key]}})[
        "Responses"
    ].values()
    assert [item["delivery"]["S"] for item in found] == ["SENT"]
    again = pipeline.invoke("ReconcileFunction", {})
    assert (again["StoriesSentLate"], again["StoriesSentAgain"], again["WitnessMissing"]) == (0, 0, 0)
    assert len(chart.taken(queue, 1)) == 1


def test_no_function_has_given_up_on_anything(pipeline: Pipeline, chart: Chart) -> None:
    queue = chart.queue("StoryTopicArn")
    chart.fetch(HEADER + FIRST_DAY + SECOND_DAY)
    chart.taken(queue, 1)
    assert pipeline.failures() == []
