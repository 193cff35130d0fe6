"""What is deployed loses nothing and keeps what it has: claims that linters do not check."""

import json
from datetime import timedelta

import pytest

from chartwatch.adapters.record import RECORD
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.filters import Filter
from chartwatch.services.reconcile import LEASE, TURN
from chartwatch.services.record import UNNAMED_FOR
from chartwatch.services.upkeep import RUN
from tests.infrastructure.templates import attribute, many, read

TEMPLATE = read("template.yaml")
ALARMS = read("infrastructure/alarms.yaml")
FUNCTIONS = TEMPLATE.properties("AWS::Serverless::Function")
GLOBALS = TEMPLATE.body["Globals"]["Function"]
MAPPINGS = TEMPLATE.mappings()
SCHEDULES = TEMPLATE.properties("AWS::Scheduler::Schedule")
TABLES = TEMPLATE.resources("AWS::DynamoDB::Table")
FAILURES = attribute("FailuresQueue")
PUBLISHERS = ("PublishStoriesRole", "ReconcileRole")
INVOKE = "lambda:InvokeFunction"
WITNESSES = {"StoryWitness": "StoryTopic", "DigestWitness": "DigestTopic"}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_stream_is_read_from_its_beginning_and_a_bad_record_stops_it_for_a_while(name: str) -> None:
    mapping = MAPPINGS[name]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 0 < mapping["MaximumRetryAttempts"] <= 100
    # A stream keeps a record for 24 hours; what is given up before can still be read.
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 24 * 3600


@pytest.mark.parametrize("name", MAPPINGS)
def test_what_a_stream_gives_up_goes_to_the_queue_of_failures(name: str) -> None:
    assert MAPPINGS[name]["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": FAILURES}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_retries_a_few_times_and_then_leaves_word(name: str) -> None:
    target = SCHEDULES[name]["Target"]
    assert 0 < target["RetryPolicy"]["MaximumRetryAttempts"] <= 10
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 6 * 3600
    assert target["DeadLetterConfig"] == {"Arn": FAILURES}


def test_an_asynchronous_invocation_of_any_function_leaves_word_when_it_fails() -> None:
    assert GLOBALS["EventInvokeConfig"]["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": FAILURES}
    assert [name for name, function in FUNCTIONS.items() if "EventInvokeConfig" in function] == []


@pytest.mark.parametrize("name", TEMPLATE.properties("AWS::SNS::Subscription"))
def test_what_a_subscription_cannot_deliver_goes_to_a_queue_that_an_alarm_watches(name: str) -> None:
    subscription = TEMPLATE.properties("AWS::SNS::Subscription")[name]
    # What the witness did not see is no failure, and stands in the way of sending again.
    queue = "WitnessMissedQueue" if name in WITNESSES else "FailuresQueue"
    (allowed,) = TEMPLATE.allowed_by("AWS::SQS::QueuePolicy", "Queues", queue)
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": attribute(queue)}
    assert attribute(queue) in many(allowed["Resource"])
    assert json.dumps(subscription["TopicArn"]) in json.dumps(allowed["Condition"])
    assert allowed["Principal"] == {"Service": "sns.amazonaws.com"}
    assert {queue: metric for metric, queue in ALARMS.watched() if "Messages" in metric}[queue]


def test_an_email_of_stories_leaves_new_number_ones_to_the_digest_unless_it_is_asked_for_them() -> None:
    subscription = TEMPLATE.properties("AWS::SNS::Subscription")["StoryEmail"]
    which, milestones, everything = subscription["FilterPolicy"]["Fn::If"]
    assert which == "SendsMilestonesOnly"
    assert milestones == Filter(min_priority=Priority.CHANGE + 1).policy
    assert everything == {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize(("name", "topic"), WITNESSES.items())
def test_the_witness_sees_all_that_a_topic_sends_and_just_that(name: str, topic: str) -> None:
    subscription = TEMPLATE.properties("AWS::SNS::Subscription")[name]
    (allowed,) = TEMPLATE.allowed_by("AWS::SQS::QueuePolicy", "Queues", "WitnessQueue")
    assert subscription["TopicArn"] == {"Ref": topic}
    assert subscription["Endpoint"] == attribute("WitnessQueue")
    assert "FilterPolicy" not in subscription
    assert {"Ref": topic} in allowed["Condition"]["ArnEquals"]["aws:SourceArn"]
    # The body is read as it was sent.
    assert subscription["RawMessageDelivery"] is True


@pytest.mark.parametrize("queue", ["WitnessQueue", "WitnessMissedQueue"])
def test_nobody_but_the_topics_says_what_got_out(queue: str) -> None:
    statements = TEMPLATE.statements_about("AWS::SQS::QueuePolicy", "Queues", queue)
    (refused,) = (its for its in statements if its["Sid"] == "NobodyElseSaysWhatGotOut")
    assert (refused["Effect"], refused["Principal"], refused["Action"]) == ("Deny", "*", "sqs:SendMessage")
    assert attribute(queue) in many(refused["Resource"])
    topics = [{"Ref": topic} for topic in WITNESSES.values()]
    assert refused["Condition"] == {"ArnNotEquals": {"aws:SourceArn": topics}}


@pytest.mark.parametrize("queue", ["WitnessQueue", "WitnessMissedQueue"])
def test_nobody_but_reconcile_takes_away_what_the_witness_saw(queue: str) -> None:
    statements = TEMPLATE.statements_about("AWS::SQS::QueuePolicy", "Queues", queue)
    (refused,) = (its for its in statements if its["Sid"] == "NobodyElseTakesProofAway")
    assert (refused["Effect"], refused["Principal"]) == ("Deny", "*")
    assert attribute(queue) in many(refused["Resource"])
    assert refused["Action"] == ["sqs:DeleteMessage", "sqs:PurgeQueue"]
    sessions = "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${ReconcileRole}/*"
    reconcile = [attribute("ReconcileRole"), {"Fn::Sub": sessions}]
    assert refused["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": reconcile}}
    may = {role for role, its in TEMPLATE.role_statements() if attribute(queue) in many(its["Resource"])}
    assert may == {"ReconcileRole"}


def test_who_sends_stories_has_ended_before_its_lease_has() -> None:
    senders = [name for name in FUNCTIONS if f"{name}Role" in PUBLISHERS]
    assert senders == ["PublishStories", "Reconcile"]
    assert [FUNCTIONS[name]["Timeout"] < LEASE.total_seconds() for name in senders] == [True, True]


def test_what_one_run_of_reconcile_left_unread_the_next_one_can_read() -> None:
    queue = TEMPLATE.properties("AWS::SQS::Queue")["WitnessQueue"]
    assert SCHEDULES["ReconcileRun"]["ScheduleExpression"] == f"rate({TURN.total_seconds() / 60:.0f} minutes)"
    assert queue["VisibilityTimeout"] < TURN.total_seconds()
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == attribute("WitnessMissedQueue")


def test_looking_up_by_the_hour_ends_before_its_function_is_ended() -> None:
    assert SCHEDULES["CatalogUpkeep"]["ScheduleExpression"] == "rate(1 hour)"
    target = SCHEDULES["CatalogUpkeep"]["Target"]
    assert (target["Arn"], json.loads(target["Input"])) == (attribute("EnrichCatalog"), {})
    # As long again for what is put in force of it.
    assert 2 * RUN.total_seconds() <= FUNCTIONS["EnrichCatalog"]["Timeout"]


def test_whoever_a_schedule_invokes_it_may_invoke() -> None:
    (may,) = (its for role, its in TEMPLATE.role_statements() if role == "SchedulesRole" and its["Action"] == INVOKE)
    invoked = [its["Target"]["Arn"] for its in SCHEDULES.values()]
    assert [arn for arn in invoked if arn not in may["Resource"]] == []


def test_whoever_reports_failures_may() -> None:
    may = {
        role
        for role, statement in TEMPLATE.role_statements()
        if "sqs:SendMessage" in many(statement["Action"]) and FAILURES in many(statement["Resource"])
    }
    assert may == {"SchedulesRole", *(f"{name}Role" for name in FUNCTIONS)}


def test_failures_are_kept_as_long_as_a_queue_can() -> None:
    assert TEMPLATE.properties("AWS::SQS::Queue")["FailuresQueue"]["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_not_deleted_by_mistake_and_can_be_set_back(name: str) -> None:
    table = TABLES[name]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_bucket_is_not_deleted_by_mistake_and_is_nobody_else_s() -> None:
    bucket = TEMPLATE.resources("AWS::S3::Bucket")["Bucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["Properties"]["PublicAccessBlockConfiguration"]) == 4


def test_old_versions_of_records_files_end_when_no_table_can_be_set_back_so_far() -> None:
    (rule,) = TEMPLATE.properties("AWS::S3::Bucket")["Bucket"]["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["Prefix"]) == ("Enabled", RECORD)
    assert timedelta(days=rule["NoncurrentVersionExpiration"]["NoncurrentDays"]) == UNNAMED_FOR
    assert rule["ExpiredObjectDeleteMarker"] is True
    assert not [name for name in rule if name.startswith("Expiration")], "nothing that is current ends by itself"


def test_what_a_new_stack_adopts_is_what_an_old_one_leaves() -> None:
    left = {name: its for name, its in TEMPLATE.body["Resources"].items() if its.get("DeletionPolicy") == "Retain"}
    assert read("infrastructure/kept.yaml").body["Resources"] == left
