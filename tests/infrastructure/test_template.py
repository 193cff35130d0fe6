"""What is deployed loses nothing, keeps what it has, and lets nobody in: claims that linters do not check."""

import json
import re
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.memory import MOST_BYTES
from chartwatch.adapters.record import RECORD
from chartwatch.adapters.webhook_queues import INFIX, WEBHOOKS
from chartwatch.adapters.webhooks import VISIBILITY
from chartwatch.domain.rules.rule import Priority
from chartwatch.domain.stories.filters import Filter
from chartwatch.services.findings import ALARMED, Found
from chartwatch.services.reconcile import LEASE, TURN
from chartwatch.services.record import UNNAMED_FOR
from chartwatch.services.upkeep import RUN
from chartwatch.settings import PREFIX, Settings
from chartwatch.sources import SOURCES
from tests.infrastructure.templates import ROOT, attribute, many, read

TEMPLATE = read("template.yaml")
ALARMS = read("infrastructure/alarms.yaml")
SITE = read("infrastructure/site.yaml")
FUNCTIONS = TEMPLATE.properties("AWS::Serverless::Function")
GLOBALS = TEMPLATE.body["Globals"]["Function"]
MAPPINGS = TEMPLATE.mappings()
SCHEDULES = TEMPLATE.properties("AWS::Scheduler::Schedule")
TABLES = TEMPLATE.resources("AWS::DynamoDB::Table")
TOPICS = TEMPLATE.resources("AWS::SNS::Topic")
NEWS = ("StoryTopic", "DigestTopic")
FAILURES = attribute("FailuresQueue")
PUBLISHERS = ("PublishStoriesRole", "ReconcileRole")
INVOKE = "lambda:InvokeFunction"
ACCOUNT = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:"
"""Beginning of the ARN of what this account has of a service."""
OF_WEBHOOKS = (
    {"Fn::Sub": f"{ACCOUNT % 'ssm'}parameter{WEBHOOKS}/${{AWS::StackName}}/*"},
    {"Fn::Sub": f"{ACCOUNT % 'sqs'}${{AWS::StackName}}{INFIX}*"},
)
"""The parameters and the queues of a stack's webhooks."""
SITE_BUCKET = "SiteStack.Outputs.BucketArn"
OF_THE_SITE = ({"Fn::Sub": f"${{{SITE_BUCKET}}}/*"}, {"Fn::Sub": f"${{{SITE_BUCKET}}}/site.*"})
"""All files of the site's bucket, and those that say what was written."""
WITNESSES = {"StoryWitness": "StoryTopic", "DigestWitness": "DigestTopic"}

BUCKET: dict[str, dict[str, set[str]]] = {
    "FetchRankingsRole": {"raw/*": {"s3:GetObject", "s3:PutObject", "s3:ListBucket"}},
    "EnrichCatalogRole": {
        "catalog/*": {"s3:GetObject", "s3:PutObject"},
        "record/*": {"s3:GetObject", "s3:ListBucket"},
    },
    "DetectMilestonesRole": {
        "catalog/*": {"s3:GetObject"},
        "record/*": {"s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:ListBucketVersions"},
    },
    "PublishStoriesRole": {"record/*": {"s3:GetObject", "s3:ListBucket"}},
    "RenderSiteRole": {"catalog/*": {"s3:GetObject"}, "record/*": {"s3:GetObject", "s3:ListBucket"}},
    "ReconcileRole": {
        "catalog/*": {"s3:GetObject"},
        "record/*": {
            *("s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion"),
            *("s3:ListBucket", "s3:ListBucketVersions"),
        },
    },
}
"""What each role may do with the files of the bucket, by their prefixes."""

MILESTONES = {
    "EnrichCatalogRole": {"dynamodb:GetItem", "dynamodb:Query"},
    "DetectMilestonesRole": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"},
    "PublishStoriesRole": {"dynamodb:GetItem", "dynamodb:Query"},
    "ReconcileRole": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"},
    "RenderSiteRole": {"dynamodb:GetItem", "dynamodb:Query"},
}
"""What each role may do with the milestones table. A transaction that puts items asks for no more than each put."""


def watched() -> set[tuple[str, str]]:
    """Return the metrics of AWS's that have an alarm: their names, and whose they are."""
    return {
        (its["MetricName"], dimension["Value"]["Ref"])
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        for dimension in its["Dimensions"]
        if its["Namespace"] != "Chartwatch"
    }


def scheduled_sources() -> list[str]:
    """Return the sources that the schedules fetch."""
    inputs = " ".join(json.dumps(its["Target"].get("Input", "")) for its in SCHEDULES.values())
    return re.findall(r'\\"source\\": \\"([^\\]+)', inputs)


def on_the_bucket() -> dict[str, dict[str, set[str]]]:
    """Return what each role may do with the files of the bucket, by their prefixes."""
    may: dict[str, dict[str, set[str]]] = {}
    for role, statement in TEMPLATE.role_statements():
        actions = {action for action in many(statement["Action"]) if action.startswith("s3:")}
        for resource in many(statement["Resource"]) if actions else ():
            if SITE_BUCKET in json.dumps(resource):
                continue
            if resource == attribute("Bucket"):
                prefix = statement["Condition"]["StringLike"]["s3:prefix"]
                assert statement["Condition"] == {"StringLike": {"s3:prefix": prefix}}
            else:
                assert "Condition" not in statement
                prefix = resource["Fn::Sub"].removeprefix("${Bucket.Arn}/")
            may.setdefault(role, {}).setdefault(prefix, set()).update(actions)
    return may


def is_tls_only(statement: dict[str, Any]) -> bool:
    return bool(
        statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    )


# ------------------------------------------------------------------------------------------------- nothing is lost


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
    assert {queue: metric for metric, queue in watched() if "Messages" in metric}[queue]


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


# ---------------------------------------------------------------------------------------------- what there is, stays


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


# ------------------------------------------------------------------------------------------------- nobody gets in


@pytest.mark.parametrize(
    ("kind", "listed_in", "name"),
    [
        *(("AWS::SNS::TopicPolicy", "Topics", name) for name in TOPICS),
        *(("AWS::SQS::QueuePolicy", "Queues", name) for name in TEMPLATE.resources("AWS::SQS::Queue")),
        *(("AWS::S3::BucketPolicy", "Bucket", name) for name in TEMPLATE.resources("AWS::S3::Bucket")),
    ],
)
def test_topics_queues_and_the_bucket_are_reached_over_tls_only(kind: str, listed_in: str, name: str) -> None:
    assert [is_tls_only(its) for its in TEMPLATE.statements_about(kind, listed_in, name)].count(True) == 1


@pytest.mark.parametrize("topic", NEWS)
def test_nobody_but_who_sends_stories_publishes_news(topic: str) -> None:
    sessions = "arn:${AWS::Partition}:sts::${AWS::AccountId}:assumed-role/${%s}/*"
    senders = [arn for role in PUBLISHERS for arn in (attribute(role), {"Fn::Sub": sessions % role})]
    statements = TEMPLATE.statements_about("AWS::SNS::TopicPolicy", "Topics", topic)
    # A refusal outdoes whatever else allows it, an administrator's rights too.
    refused = [its for its in statements if not is_tls_only(its)]
    assert [(its["Effect"], its["Principal"], its["Action"], its["Condition"]) for its in refused] == [
        ("Deny", "*", "sns:Publish", {"ArnNotLike": {"aws:PrincipalArn": senders}})
    ]
    may = {role for role, its in TEMPLATE.role_statements() if "sns:Publish" in many(its["Action"])}
    assert may == set(PUBLISHERS)


def test_every_function_has_a_role_of_its_own_and_no_managed_policy() -> None:
    roles = [function["Role"] for function in FUNCTIONS.values()]
    assert roles == [attribute(f"{name}Role") for name in FUNCTIONS]
    assert "Policies" not in GLOBALS
    assert [name for name, function in FUNCTIONS.items() if "Policies" in function] == []
    assert "ManagedPolicyArns" not in TEMPLATE.text


def test_no_role_may_do_anything_in_general_or_to_anything_in_general() -> None:
    for role, statement in TEMPLATE.role_statements():
        actions = many(statement["Action"])
        assert [action for action in actions if "*" in action] == [], role
        if all(action.startswith("xray:Put") for action in actions):
            continue
        for resource in many(statement["Resource"]):
            # Keys of a bucket, streams of a table and parameters under a path have names that nobody knows beforehand.
            named = resource if isinstance(resource, str) else next(iter(resource.values()))
            # So have the parameters and queues of a stack's webhooks, and pages of the site.
            is_known = "*" not in named or resource in (*OF_WEBHOOKS, *OF_THE_SITE)
            assert is_known or re.search(r"[}:/]\w+/(\w+/)*\*$", named), (role, statement["Sid"])


def may_read_parameters() -> dict[str, set[str]]:
    """Return the parameters that each role may read."""
    may: dict[str, set[str]] = {}
    for role, statement in TEMPLATE.role_statements():
        if actions := {action for action in many(statement["Action"]) if action.startswith("ssm:")}:
            assert actions == {"ssm:GetParameter"}
            named = {its["Fn::Sub"].removeprefix(ACCOUNT % "ssm") for its in many(statement["Resource"])}
            may.setdefault(role, set()).update(named)
    return may


def test_what_fetches_reads_no_webhook_and_what_delivers_to_webhooks_reads_nothing_else() -> None:
    of_webhooks, keys = f"parameter{WEBHOOKS}/${{AWS::StackName}}/*", "parameter/chartwatch/*"
    assert may_read_parameters() == {
        "FetchRankingsRole": {keys},
        "EnrichCatalogRole": {keys},
        "DeliverWebhookRole": {of_webhooks},
    }
    assert GLOBALS["Environment"]["Variables"]["CHARTWATCH_STACK"] == {"Ref": "AWS::StackName"}


def test_what_delivers_to_webhooks_takes_from_their_queues_alone() -> None:
    may = {
        str(its["Resource"]): {*many(its["Action"])}
        for role, its in TEMPLATE.role_statements()
        if role == "DeliverWebhookRole" and any(action.startswith("sqs:") for action in many(its["Action"]))
    }
    queues = {"Fn::Sub": f"{ACCOUNT % 'sqs'}${{AWS::StackName}}{INFIX}*"}
    taking = {f"sqs:{action}" for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    assert may == {
        str(queues): {*taking, "sqs:GetQueueUrl", "sqs:ChangeMessageVisibility"},
        str(attribute("WebhookFailuresQueue")): {"sqs:SendMessage"},
        str(FAILURES): {"sqs:SendMessage"},
    }
    roles = {role for role, its in TEMPLATE.role_statements() if its["Resource"] == queues}
    assert roles == {"DeliverWebhookRole"}


def test_what_a_webhook_s_queue_gave_is_hidden_until_its_function_has_ended() -> None:
    assert FUNCTIONS["DeliverWebhook"]["Timeout"] * 6 == VISIBILITY


def test_a_message_that_a_webhook_does_not_take_is_kept_and_rings_whoever_brings_it() -> None:
    queue = TEMPLATE.properties("AWS::SQS::Queue")["WebhookFailuresQueue"]
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    # What SQS moves there is not counted as sent, and what lies there must hide nothing that comes.
    metrics = {metric for metric, its in watched() if its == "WebhookFailuresQueue"}
    assert metrics == {"NumberOfMessagesSent", "ApproximateNumberOfMessagesVisible"}


def test_each_role_may_do_with_the_bucket_what_its_function_does_and_no_more() -> None:
    assert on_the_bucket() == BUCKET


def test_each_role_may_do_with_the_record_what_its_function_does_and_no_more() -> None:
    may = {
        role: set(statement["Action"])
        for role, statement in TEMPLATE.role_statements()
        if attribute("MilestonesTable") in many(statement["Resource"])
    }
    assert may == MILESTONES


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_function_may_read_the_streams_it_is_woken_by_and_no_other(name: str) -> None:
    function, _ = name.split(".")
    streams = [its["Stream"] for event, its in MAPPINGS.items() if event.startswith(f"{function}.")]
    (read_from,) = (
        many(its["Resource"])
        for role, its in TEMPLATE.role_statements()
        if role == f"{function}Role" and "dynamodb:GetRecords" in many(its["Action"])
    )
    assert read_from == streams


@pytest.mark.parametrize("topic", NEWS)
def test_news_is_encrypted_by_a_key_that_costs_no_delivery(topic: str) -> None:
    assert TOPICS[topic]["Properties"]["KmsMasterKeyId"] == "alias/aws/sns"


def test_alarms_and_failures_are_not_encrypted_by_keys_that_would_stop_them() -> None:
    # CloudWatch may not use alias/aws/sns, and SNS may not use alias/aws/sqs.
    assert "KmsMasterKeyId" not in TOPICS["AlarmTopic"]["Properties"]
    assert "KmsMasterKeyId" not in TEMPLATE.properties("AWS::SQS::Queue")["FailuresQueue"]
    assert TEMPLATE.properties("AWS::SQS::Queue")["FailuresQueue"]["SqsManagedSseEnabled"] is True


# ---------------------------------------------------------------------------------------------- what is seen of it


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_s_logs_are_kept_for_a_while_and_it_writes_to_no_others(name: str) -> None:
    logs = TEMPLATE.properties("AWS::Logs::LogGroup")[f"{name}Logs"]
    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert FUNCTIONS[name]["LoggingConfig"] == {
        "LogFormat": "JSON",
        # Lambda keeps back what is below it. Metrics are logged as INFO, and alarms see nothing without them.
        "ApplicationLogLevel": {"Ref": "LogLevel"},
        "LogGroup": {"Ref": f"{name}Logs"},
    }
    assert TEMPLATE.body["Parameters"]["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]
    written = [
        its["Resource"] for role, its in TEMPLATE.role_statements() if role == f"{name}Role" and its["Sid"] == "Log"
    ]
    assert written == [attribute(f"{name}Logs")]


def test_every_function_is_traced() -> None:
    assert GLOBALS["Tracing"] == "Active"
    assert {role for role, its in TEMPLATE.role_statements() if "xray:PutTraceSegments" in many(its["Action"])} == {
        f"{name}Role" for name in FUNCTIONS
    }


def test_every_variable_is_one_that_is_read_and_every_one_is_set() -> None:
    variables = {name for name in GLOBALS["Environment"]["Variables"] if not name.startswith("POWERTOOLS_")}
    assert variables == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert [name for name, function in FUNCTIONS.items() if "Environment" in function] == []


def test_every_function_that_fails_and_every_mapping_that_is_behind_has_an_alarm() -> None:
    assert watched() == {
        *(("Errors", name) for name in FUNCTIONS),
        *(("Throttles", name) for name in FUNCTIONS),
        *(("IteratorAge", name.split(".")[0]) for name in MAPPINGS),
        ("Invocations", "Reconcile"),
        ("NumberOfMessagesSent", "FailuresQueue"),
        ("ApproximateNumberOfMessagesVisible", "WitnessMissedQueue"),
        ("NumberOfMessagesSent", "WebhookFailuresQueue"),
        ("ApproximateNumberOfMessagesVisible", "WebhookFailuresQueue"),
        ("ApproximateAgeOfOldestMessage", "SiteQueue"),
        ("ApproximateNumberOfMessagesVisible", "SiteFailuresQueue"),
    }


def test_what_reconcile_finds_and_a_person_should_know_has_an_alarm() -> None:
    found = [
        its["MetricName"]
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if its["Dimensions"] == [{"Name": "service", "Value": "reconcile"}]
    ]
    assert tuple(Found(name) for name in found) == ALARMED
    assert 'Metrics(service="reconcile")' in (ROOT / "functions" / "reconcile.py").read_text()


def test_an_alarm_speaks_up_and_is_quiet_where_nothing_runs() -> None:
    for name, alarm in ALARMS.properties("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        # What never runs says nothing of itself; what failed when it last ran stands until it runs well.
        stands = alarm["MetricName"] in ("Errors", "DocumentsRefused")
        expected = "breaching" if name == "ReconcileDoesNotRun" else "ignore" if stands else "notBreaching"
        assert alarm["TreatMissingData"] == expected, name


def of_reconcile() -> dict[str, dict[str, Any]]:
    """Return the alarms that read what `reconcile` finds."""
    return {
        name: its
        for name, its in ALARMS.properties("AWS::CloudWatch::Alarm").items()
        if its["Namespace"] == "Chartwatch" and its["Dimensions"] == [{"Name": "service", "Value": "reconcile"}]
    }


@pytest.mark.parametrize("name", of_reconcile())
@given(seed=st.integers(0, 10**6), offset=st.sampled_from([0, 1, 450, 841, 899]), most=st.sampled_from([0, 1, 59]))
@settings(max_examples=60)
def test_an_alarm_does_not_go_back_while_the_finding_stands(name: str, seed: int, offset: int, most: int) -> None:
    alarm = of_reconcile()[name]
    period, of, wanted = alarm["Period"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]
    # A schedule may be up to a minute late; each run sends what it found.
    late = Random(seed).choices([0, most], k=110)
    runs = [offset + number * TURN.total_seconds() + by for number, by in enumerate(late)]
    periods = {int(run // period) for run in runs}
    seen = [number in periods for number in range(max(periods) + 1)]
    # The first periods are before the first run, and the last may not be over.
    states = [sum(seen[end - of : end]) >= wanted for end in range(of + 1, len(seen) - 1)]
    assert states
    assert all(states)


@pytest.mark.parametrize("name", of_reconcile())
def test_an_alarm_goes_back_within_hours_of_the_finding_s_end_and_forgives_a_run(name: str) -> None:
    alarm = of_reconcile()[name]
    assert alarm["Statistic"] == "Maximum"
    assert alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 24 * 3600
    assert alarm["Period"] >= TURN.total_seconds()
    assert alarm["EvaluationPeriods"] > alarm["DatapointsToAlarm"], "a run that failed ends no finding"


def test_what_parks_in_the_queue_of_failures_hides_nothing_that_comes_after() -> None:
    (alarm,) = (
        its
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if its["Dimensions"] == [{"Name": "QueueName", "Value": {"Ref": "FailuresQueue"}}]
    )
    # It counts what comes and not what lies there; and never says that it is well again, which nobody knows.
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("NumberOfMessagesSent", "Sum", 300)
    assert "OKActions" not in alarm
    # What SQS moves there itself is not counted.
    queues = TEMPLATE.properties("AWS::SQS::Queue").values()
    assert FAILURES not in [its["RedrivePolicy"]["deadLetterTargetArn"] for its in queues if "RedrivePolicy" in its]


def test_no_metric_of_an_alarm_is_sent_where_nothing_is_found() -> None:
    code = (ROOT / "functions" / "reconcile.py").read_text()
    assert "metrics.log_metrics" not in code, "it would send what is empty too"
    assert "if counts[found]" in code


@pytest.mark.parametrize("function", ["enrich_catalog", "detect_milestones", "publish_stories"])
def test_a_record_that_goes_on_failing_has_an_alarm_though_no_function_fails(function: str) -> None:
    (alarm,) = (
        its
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if (its["MetricName"], its["Dimensions"]) == ("RecordsFailed", [{"Name": "service", "Value": function}])
    )
    assert (alarm["Period"], alarm["DatapointsToAlarm"]) == (300, 2), "a conflict with another process is over by then"
    assert 'add_metric("RecordsFailed"' in (ROOT / "functions" / f"{function}.py").read_text()


def test_a_refused_document_is_counted_under_the_name_that_an_alarm_watches() -> None:
    watched = [
        {dimension["Name"]: dimension["Value"] for dimension in its["Dimensions"]}
        for its in ALARMS.properties("AWS::CloudWatch::Alarm").values()
        if (its["Namespace"], its["MetricName"]) == ("Chartwatch", "DocumentsRefused")
    ]
    code = (ROOT / "functions" / "fetch_rankings.py").read_text()
    assert watched == [{"service": "fetch_rankings", "source": name} for name in scheduled_sources()]
    assert 'Metrics(service="fetch_rankings")' in code
    assert 'add_metric("DocumentsRefused"' in code
    assert 'add_dimension("source", source.name)' in code
    assert GLOBALS["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == "Chartwatch"


def test_every_source_that_is_scheduled_is_registered() -> None:
    assert [name for name in scheduled_sources() if name not in SOURCES] == []


@pytest.mark.parametrize("page", ["README.md", "docs/deploying.md"])
def test_the_documents_know_how_many_alarms_there_are(page: str) -> None:
    always = [its for its in ALARMS.resources("AWS::CloudWatch::Alarm").values() if "Condition" not in its]
    assert f"{len(always)} alarms" in (ROOT / page).read_text()


def test_the_dashboard_is_json() -> None:
    body = ALARMS.properties("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    assert json.loads(body)["widgets"]


# ------------------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    "template",
    [pytest.param(TEMPLATE, id="template"), pytest.param(ALARMS, id="alarms"), pytest.param(SITE, id="site")],
)
def test_every_parameter_is_used_and_every_name_exists(template: Any) -> None:
    used = set(re.findall(r"!Ref (\w+)|\$\{(\w+)[.}]", template.text))
    names = {name for pair in used for name in pair if name}
    parameters = set(template.body["Parameters"])
    assert parameters <= names
    assert {name for name in names if name != "AWS"} <= parameters | set(template.body["Resources"])


@pytest.mark.parametrize("name", ["AlarmsStack", "SiteStack"])
def test_a_nested_stack_gets_every_parameter_it_has(name: str) -> None:
    nested = TEMPLATE.properties("AWS::CloudFormation::Stack")[name]
    assert set(nested["Parameters"]) == set(read(nested["TemplateURL"]).body["Parameters"])
    assert TEMPLATE.body["Resources"][name]["Condition"] == {"AlarmsStack": "Alarms", "SiteStack": "HasSite"}[name]


def test_the_pythons_that_are_asked_for_are_those_that_functions_run_on() -> None:
    runtimes = TEMPLATE.body["Parameters"]["PythonRuntime"]["AllowedValues"]
    assert runtimes == ["python3.11", "python3.12", "python3.13", "python3.14"]
    assert "Python 3.11, 3.12, 3.13 or 3.14 with venv" in (ROOT / "README.md").read_text()
    assert "(3, 11) <= sys.version_info < (3, 15)" in (ROOT / "Makefile").read_text()
    assert 'requires-python = ">=3.11,<3.15"' in (ROOT / "pyproject.toml").read_text()


def test_a_new_account_can_deploy_what_the_defaults_say() -> None:
    # It may run ten executions at once and reserve none of them.
    assert TEMPLATE.body["Parameters"]["ReservedConcurrency"]["Default"] == 0
    assert GLOBALS["ReservedConcurrentExecutions"]["Fn::If"][0] == "Reserves"


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("FetchRankings", "FetchMemory"),
        *((name, "DetectMemory") for name in ("EnrichCatalog", "DetectMilestones", "Reconcile", "RenderSite")),
    ],
)
def test_who_deploys_chooses_the_memory_of_what_grows_with_a_chart(name: str, parameter: str) -> None:
    chosen = TEMPLATE.body["Parameters"][parameter]
    assert FUNCTIONS[name]["MemorySize"] == {"Ref": parameter}
    # What was measured of the largest documents is half of it; Lambda takes 10,240 MB at most.
    assert chosen["Default"] * 2**20 >= 2 * MOST_BYTES
    assert (chosen["MinValue"] * 2**20, chosen["MaxValue"]) == (MOST_BYTES, 10240)


def test_every_parameter_is_in_the_table_of_the_page_on_deploying() -> None:
    rows = [line for line in (ROOT / "docs" / "deploying.md").read_text().splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(TEMPLATE.body["Parameters"])


def test_every_output_that_a_page_reads_exists() -> None:
    pages = "\n".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    named = set(re.findall(r"\$\(output (\w+)\)|OutputKey=='(\w+)'", pages))
    read_there = {name for pair in named for name in pair if name}
    assert {"StoryTopicArn", "FetchRankingsFunction"} <= read_there
    assert read_there <= set(TEMPLATE.body["Outputs"])


def test_a_check_that_is_skipped_has_its_reason() -> None:
    skipped = [
        skip
        for template in (TEMPLATE, ALARMS, SITE)
        for its in template.body["Resources"].values()
        for skip in its.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert skipped
    assert [skip for skip in skipped if not skip.get("comment")] == []
