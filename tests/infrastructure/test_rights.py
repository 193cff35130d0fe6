"""Nobody gets in: what each function of a deployment may do, and who may do what to its topics, queues and bucket."""

import json
import re
from typing import Any

import pytest

from chartwatch.adapters.webhook_queues import INFIX, WEBHOOKS
from chartwatch.adapters.webhooks import VISIBILITY
from tests.infrastructure.templates import attribute, many, read

TEMPLATE = read("template.yaml")
ALARMS = read("infrastructure/alarms.yaml")
FUNCTIONS = TEMPLATE.properties("AWS::Serverless::Function")
GLOBALS = TEMPLATE.body["Globals"]["Function"]
MAPPINGS = TEMPLATE.mappings()
TOPICS = TEMPLATE.resources("AWS::SNS::Topic")
NEWS = ("StoryTopic", "DigestTopic")
FAILURES = attribute("FailuresQueue")
PUBLISHERS = ("PublishStoriesRole", "ReconcileRole")
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
CHARTS = {
    "FetchRankingsRole": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:BatchWriteItem"},
    "EnrichCatalogRole": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
    "DetectMilestonesRole": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"},
    "ReconcileRole": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
    "RenderSiteRole": {"dynamodb:GetItem", "dynamodb:Query"},
}
"""What each role may do with the charts table. Bulletins, also those that are foreseen, need a few of its editions."""


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
    metrics = {metric for metric, its in ALARMS.watched() if its == "WebhookFailuresQueue"}
    assert metrics == {"NumberOfMessagesSent", "ApproximateNumberOfMessagesVisible"}


def test_each_role_may_do_with_the_bucket_what_its_function_does_and_no_more() -> None:
    assert on_the_bucket() == BUCKET


@pytest.mark.parametrize(("table", "rights"), [("MilestonesTable", MILESTONES), ("ChartsTable", CHARTS)])
def test_each_role_may_do_with_a_table_what_its_function_does_and_no_more(
    table: str, rights: dict[str, set[str]]
) -> None:
    may = {
        role: set(statement["Action"])
        for role, statement in TEMPLATE.role_statements()
        if attribute(table) in many(statement["Resource"])
    }
    assert may == rights


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
