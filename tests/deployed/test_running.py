"""The commands that run a deployment: what is well, what is broken, and what a person has a stack do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import text
from chartwatch.adapters.operations import Operations
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.adapters.starter import starter_catalog
from chartwatch.adapters.workstation import deployed_operations
from chartwatch.cli.main import app
from chartwatch.cli.status import seen_of
from chartwatch.document_errors import RanksIncomplete
from chartwatch.domain.charts.chart import Cadence
from chartwatch.domain.charts.chart import Chart as DomainChart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.work import Kind, Work
from chartwatch.rules import default_rules
from chartwatch.services.delivery_ports import Standing
from chartwatch.services.detect import Detector
from chartwatch.services.ports import Held
from chartwatch.services.publish import messages
from chartwatch.services.status import Overview
from chartwatch.services.troubles import LONG, Trouble
from chartwatch.services.updating import store_publication
from chartwatch_local.aws import LocalAws, local_aws
from chartwatch_local.demo import parameters
from chartwatch_local.deploy import STACK, Build, deploy, schedule_input
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider
from tests.asked_of_aws import allowed, command_of, noted
from tests.deployed.charts import Chart

pytestmark = pytest.mark.xdist_group("deployed")

HEADER = "period,territory,rank,title,kind\n"
DAYS = [f"2023-01-0{day},US,1,{title},series\n" for day, title in enumerate(("Money Heist", "Squid Game", "Ozark"), 1)]
ON = ("--stack", STACK)


NEEDED: dict[str, set[str]] = {}
"""What each command has needed to be allowed."""


def said(*arguments: str) -> Result:
    """Run the command in this process, and note what it asks AWS for."""
    with noted() as actions:
        result = CliRunner().invoke(app, list(arguments))
    NEEDED.setdefault(command_of(list(arguments)), set()).update(actions)
    return result


def told(*arguments: str) -> str:
    result = said(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def as_json(*arguments: str) -> Any:
    return json.loads(said(*arguments, *ON, "--format", "json").stdout)


@contextmanager
def reached(aws: LocalAws) -> Iterator[None]:
    """Have the command find a local AWS, as its environment says."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield


# What a person has a stack do.


@pytest.fixture
def on_the_stack(pipeline: Pipeline) -> Iterator[None]:
    with reached(pipeline.aws):
        yield


@pytest.mark.usefixtures("on_the_stack")
def test_a_watch_is_made_fetched_followed_to_its_message_and_removed(chart: Chart, its_provider: Provider) -> None:
    queue = chart.queue("StoryTopicArn")
    its_provider.publish((HEADER + "".join(DAYS[:2])).encode())
    options = ("-o", f"url={its_provider.url}", "-o", f"chart={chart.id}", "-o", "cadence=day", "-o", "depth=1")
    options += ("--live-from", "2023-01-01")
    told("watch", "add", chart.id, *ON, "--source", "csv", *options, "--schedule", "rate(1 minute)")
    (story,) = chart.taken(queue, 1)  # a minute later, by the schedule itself
    told("watch", "remove", chart.id, *ON)
    made = told("watch", "add", chart.id, *ON, "--source", "csv", *options, "--schedule", "cron(0 9 * * ? *)")
    assert made.startswith(f"{chart.id} is fetched from {its_provider.url}, at ")
    (watch,) = [its for its in as_json("watch", "list") if its["is_watch"]]
    assert (watch["name"], watch["schedule"], watch["url"]) == (chart.id, "cron(0 9 * * ? *)", its_provider.url)
    for again in (chart.id, "another"):
        refused = said("watch", "add", again, *ON, "--source", "csv", *options)
        assert (refused.exit_code, "already" in refused.stderr) == (2, True)

    assert told("fetch", chart.id, *ON) == f"{chart.id}: 0 new publications, 0 revised, 2 unchanged\n"
    (source,) = [its for its in as_json("status")["sources"] if its["name"] == chart.id]
    assert source["last_fetch"]["outcome"] == "accepted"
    assert [its["last_period"] for its in source["charts"]] == ["2023-01-02"]
    assert chart.pipeline.invoke("ReconcileFunction", {})["RecordDiffers"] == 0

    assert story["story"] == f"{chart.id}:00000002:squid-game"
    assert f"{chart.id}:00000002  2023-01-02" in told("tail", *ON, "--once", "--chart", chart.id)
    bulletins = told("tail", *ON, "--once", "--chart", chart.id, "--since", "1", "--format", "json").splitlines()
    assert [json.loads(line)["number"] for line in bulletins] == [1, 2]

    (first, second) = (as_json("why", f"new-number-one:{chart.id}:US:2023-01-02"), as_json("why", "Money Heist"))
    (revision,) = first["milestones"][0]["revisions"]
    assert revision["evidence"]["edition"]["url"] == its_provider.url
    assert revision["bulletin"] == f"{chart.id}:00000002"
    (message,) = revision["messages"]
    assert (message["message"], message["delivery"]) == (story["story"], "SENT")
    assert message["sent_at"] > message["taken_at"]
    mine = [its for its in second["milestones"] if f":{chart.id}:" in its["slot"]]
    assert {revised["why_not_sent"] for its in mine for revised in its["revisions"]} == {
        "it has held since the record begins, 2023-01-01, so that nobody can say that it was a first"
    }

    assert told("resend", story["story"], *ON).endswith("was sent once more: whoever got it has it twice now\n")
    assert [its["story"] for its in chart.taken(queue, 2)] == [story["story"]] * 2
    for nobody in (f"{chart.id}:00000002:nobody", f"{chart.id}:99999999:digest", "what"):
        refused = said("resend", nobody, *ON)
        assert (refused.exit_code, "was never taken for sending" in refused.stderr) == (2, True)

    its_provider.publish(b"null")
    refused = said("fetch", chart.id, *ON)
    assert refused.exit_code == 1
    assert refused.stdout.startswith(f"The document of {chart.id} was refused; `chartwatch quarantine")
    assert told("watch", "remove", chart.id, *ON) == f"{chart.id} is fetched no more; what was recorded of it stays\n"
    assert [its for its in as_json("watch", "list") if its["is_watch"]] == []
    assert said("watch", "remove", "csv", *ON).exit_code == 2
    assert "Squid Game" in said("why", "Squid Game", *ON).stdout, "what was recorded stays"
    for command in ("watch remove", "tail", "why", "resend"):
        assert NEEDED[command] <= allowed()[command], command


@pytest.mark.usefixtures("on_the_stack")
def test_what_is_in_doubt_is_not_sent_again_by_asking(chart: Chart) -> None:
    with deployed_operations(STACK) as deployed:
        assert deployed.outbox.take(f"{chart.id}:00000001:digest")
    refused = said("resend", f"{chart.id}:00000001:digest", *ON)
    assert refused.exit_code == 2
    assert f"`chartwatch stories --stack {STACK}` is how that is decided" in refused.stderr


@pytest.mark.usefixtures("on_the_stack")
def test_what_a_month_has_used_is_told_with_what_is_measured_of_it(chart: Chart) -> None:
    chart.fetch(HEADER + "".join(DAYS[:2]))
    # The local AWS measures its functions, and nothing else: the rest is put there as AWS would have it.
    outputs, cloudwatch = chart.pipeline.outputs, chart.pipeline.aws.client("cloudwatch")
    for namespace, name, dimensions, value in (
        ("AWS/DynamoDB", "ConsumedReadCapacityUnits", {"TableName": outputs["ChartsTable"]}, 1000),
        ("AWS/DynamoDB", "ConsumedReadCapacityUnits", {"TableName": outputs["StoriesTable"]}, 234),
        ("AWS/SQS", "NumberOfEmptyReceives", {"QueueName": outputs["WitnessQueueUrl"].rpartition("/")[2]}, 7),
        ("AWS/SNS", "NumberOfMessagesPublished", {"TopicName": outputs["StoryTopicArn"].rpartition(":")[2]}, 3),
        ("AWS/Scheduler", "InvocationAttemptCount", {"ScheduleGroup": outputs["ScheduleGroup"]}, 5),
    ):
        named = [{"Name": key, "Value": its} for key, its in dimensions.items()]
        cloudwatch.put_metric_data(
            Namespace=namespace, MetricData=[{"MetricName": name, "Dimensions": named, "Value": value}]
        )
    bill = as_json("cost")
    lines = {line["what"]: line for line in bill["lines"]}
    measured = {what: line["used"] for what, line in lines.items() if line["is_measured"]}
    assert measured.pop("Lambda, requests") >= 1
    assert measured.pop("Lambda (arm64), GB-seconds") > 0
    assert measured == {
        "DynamoDB, read request units": 1234,
        "SQS, requests": 7,
        "SNS, requests": 3,
        "EventBridge Scheduler, invocations": 5,
    }
    assert bill["dollars"] == pytest.approx(sum(line["dollars"] for line in lines.values()), abs=0.0001)
    text = told("cost", *ON)
    assert NEEDED["cost"] <= allowed()["cost"]
    assert "estimated" in text
    assert "What is measured is so by CloudWatch" in text


# A stack on which each thing was broken on purpose.

TODAY = datetime.now(UTC).date()
SHORT = DomainChart("short", "a chart", "somewhere", Cadence.DAY, 1, Kind.SERIES)
AGO = (datetime.now(UTC) - 2 * LONG).isoformat(timespec="seconds").replace("+00:00", "Z")


def publication(chart: DomainChart, period: date, title: str, **set_aside: RanksIncomplete) -> Publication:
    document = Provenance("https://charts.example/chart.csv", AGO, f"{period.toordinal():064d}")
    return Publication(chart, period, (Edition("US", (Entry(1, title),)),), document, set_aside)


def turn_off(deployed: Operations, aws: LocalAws, name: str) -> None:
    """Disable the schedule whose name has this in it."""
    scheduler, group = aws.client("scheduler"), deployed.outputs["ScheduleGroup"]
    (found,) = [its for its in scheduler.list_schedules(GroupName=group)["Schedules"] if name in its["Name"]]
    schedule = scheduler.get_schedule(GroupName=group, Name=found["Name"])
    how = ("Name", "GroupName", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    scheduler.update_schedule(State="DISABLED", **{key: schedule[key] for key in how})


def break_everything(deployed: Operations, aws: LocalAws) -> None:
    """Break each thing that the command can name, but for what only comes with time."""
    charts, yesterday = deployed.charts, TODAY - timedelta(days=1)
    # Or they would process, and repair, what is broken.
    turn_off(deployed, aws, "ReconcileRun")
    functions = aws.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    # What was published and not processed, for two hours: no stream is read here.
    store_publication(publication(replace(SHORT, id="unprocessed"), yesterday, "Ozark"), charts)
    # What should have come, and is set aside, and was begun.
    store_publication(publication(replace(SHORT, id="late"), TODAY - timedelta(days=9), "Ozark"), charts)
    store_publication(publication(SHORT, yesterday, "Ozark", KR=RanksIncomplete("csv", "has nine ranks")), charts)
    edition = {**keys.edition("unprocessed", TODAY, "US").attributes, "entries": text("[]")}
    charts.charts_table.put(edition)
    # Stories: one refused by SNS, one in doubt for a day; others will be unsent.
    detector = Detector(charts, deployed.record, starter_catalog(), default_rules())
    detector_said = []
    for day, title in ((3, "Ozark"), (2, "Squid Game"), (1, "Elite")):
        store_publication(publication(replace(SHORT, id="told"), TODAY - timedelta(days=day), title), charts)
        detector_said += detector.detect("told", TODAY - timedelta(days=day))
    refused = deployed.outbox.take("told:00000002:squid-game")
    assert refused
    deployed.outbox.release(refused)
    old = replace(deployed.outbox, clock=lambda: datetime.now(UTC) - timedelta(days=1))
    assert old.take("told:00000002:digest")
    assert {refused.story, "told:00000002:digest"} == {its.id for its in messages(detector_said[1], LIMITS)}
    # What failed.
    sqs, sns = aws.client("sqs"), aws.client("sns")
    failed = {"requestContext": {"functionArn": "arn:aws:lambda:us-east-1:000000000000:function:detect:$LATEST"}}
    sqs.send_message(QueueUrl=deployed.outputs["FailuresQueueUrl"], MessageBody=json.dumps(failed))
    # Subscribers.
    topic = deployed.outputs["StoryTopicArn"]
    (witness,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=witness["SubscriptionArn"])
    deployed.checkpoints.note_subscribers(frozenset({f"{topic}:email:0123456789abcdef"}))
    # The catalog, and the audits.
    dark = layer_of([Work("dark", "Dark", Kind.SERIES, "de", ("DE",))], Layer.STARTER, "starter")
    deployed.catalogs.hold(Held(Layer.STARTER, dark, ("nth-non-english-series:told:US:1",)))
    found = (Standing("RecordDiffers", "1 milestone", 1), Standing("SentContradicted", "1 slot", 1))
    deployed.checkpoints.note_audit("told", found)
    # Schedules: one that is off, one whose provider does not answer, one whose document is refused.
    for name in ("off", "silent"):
        options = ("-o", f"url=http://127.0.0.1:9/{name}.csv", "-o", f"chart={name}", "-o", "cadence=day")
        told("watch", "add", name, *ON, "--source", "csv", *options)
    turn_off(deployed, aws, "watch.off")
    assert said("fetch", "silent", *ON).exit_code == 1
    assert said("fetch", "csv", *ON).exit_code == 1


BROKEN = {
    Trouble.CHART_LATE: "late",
    Trouble.SCHEDULE_OFF: "off",
    Trouble.FETCH_FAILED: "silent",
    Trouble.DOCUMENT_REFUSED: "csv",
    Trouble.EDITIONS_SET_ASIDE: f"short of {TODAY - timedelta(days=1)}",
    Trouble.EDITIONS_UNPUBLISHED: "unprocessed",
    Trouble.PUBLICATION_UNPROCESSED: "unprocessed",
    Trouble.STORY_REFUSED: "told:00000002:squid-game",
    Trouble.STORY_IN_DOUBT: "told:00000002:digest",
    Trouble.FAILURES: "1 message",
    Trouble.WITNESS_MISSING: "StoryTopic",
    Trouble.SUBSCRIBER_VANISHED: "StoryTopic",
    Trouble.CATALOG_CHANGE_HELD: "starter",
    Trouble.RECORD_DIFFERS: "told",
    Trouble.SENT_CONTRADICTED: "told",
}
"""Where each thing is that was broken."""

WITH_TIME = {Trouble.FETCH_MISSED, Trouble.STORY_UNSENT}
"""What is wrong only once an hour, or a day, has gone by."""

ELSEWHERE = {
    Trouble.WITNESS_MISSED,
    Trouble.RECORD_UNREADABLE,
    Trouble.SUBSCRIBER_UNCONFIRMED,
    Trouble.WEBHOOK_BROKEN,
}
"""What tests/unit/test_status.py breaks.

Nobody but the topics may put anything into the witness's queues, a record that cannot be read hides what else is wrong
with its chart, and the local AWS lists who has not confirmed as if they had.
"""


def test_a_stack_that_is_well_says_so_one_that_is_broken_names_each_thing_and_what_is_removed_takes_watches_along(
    made: Build,
) -> None:
    with local_aws(made.artifact) as aws, reached(aws):
        its_provider = Provider(aws)
        values = parameters(its_provider)
        deploy(aws, made, values)
        well = said("status", *ON)
        assert (well.exit_code, "wrong" in well.stdout) == (0, False), well.output
        assert as_json("status")["is_well"] is True

        (own,) = as_json("watch", "list")
        assert schedule_input(aws, "csv") == {"source": "csv", "options": own["options"]}

        its_provider.publish(b"null")
        with deployed_operations(STACK) as deployed:
            break_everything(deployed, aws)
            broken = said("status", *ON)
            assert broken.exit_code == 1
            first, *_ = broken.stdout.splitlines()
            assert first.endswith(f"things wrong in {STACK}:"), "what is wrong comes first"
            problems = as_json("status")["problems"]
            for trouble, where in BROKEN.items():
                named = [its["where"] for its in problems if its["trouble"] == trouble]
                assert [its for its in named if where in its], (trouble, [list(its.values())[:2] for its in problems])
                assert f"\n* {trouble}: " in broken.stdout
            off = [its["where"] for its in problems if its["trouble"] == Trouble.SCHEDULE_OFF]
            assert len([name for name in off if "ReconcileRun" in name]) == 1
            later = Overview(seen_of(deployed), datetime.now(UTC) + timedelta(days=3)).status()
            assert {its.trouble for its in later.problems} >= WITH_TIME
            assert set(Trouble) == {*BROKEN, *WITH_TIME, *ELSEWHERE}

        # Upgraded, and rolled back: what a person has made stays.
        watches = [its["name"] for its in as_json("watch", "list") if its["is_watch"]]
        for level in ("DEBUG", "INFO"):
            deploy(aws, made, {**values, "LogLevel": level})
            assert [its["name"] for its in as_json("watch", "list") if its["is_watch"]] == watches == ["off", "silent"]
        for command in ("status", "watch list", "watch add", "fetch"):
            assert NEEDED[command] <= allowed()[command], command
        # Removed: nothing fetches any more.
        aws.client("cloudformation").delete_stack(StackName=STACK)
        scheduler = aws.client("scheduler")
        assert scheduler.list_schedules()["Schedules"] == []
        assert [its["Name"] for its in scheduler.list_schedule_groups()["ScheduleGroups"]] == ["default"]
