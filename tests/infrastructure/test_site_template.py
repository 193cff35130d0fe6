"""The site of a deployment: there only where it is asked for, open to readers alone, and never long out of date."""

import json
import re
from typing import Any

import pytest

from chartwatch.adapters.site_bucket import STATE
from chartwatch.adapters.site_folder import KEYS
from chartwatch.adapters.site_queue import AGAIN
from chartwatch.site.addresses import FRONT, MISSING
from chartwatch.site.rendering import POLICY
from tests.infrastructure.templates import attribute, many, read

TEMPLATE, SITE, ALARMS = read("template.yaml"), read("infrastructure/site.yaml"), read("infrastructure/alarms.yaml")
OWN = (
    "SiteStack",
    "RenderSite",
    "RenderSiteRole",
    "RenderSiteLogs",
    "SiteQueue",
    "SiteFailuresQueue",
    "SiteQueuePolicy",
)
SETTINGS = {"CHARTWATCH_SITE", "CHARTWATCH_SITE_BUCKET", "CHARTWATCH_SITE_QUEUE"}
DISTRIBUTION = SITE.properties("AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
QUEUES = TEMPLATE.properties("AWS::SQS::Queue")


def without_a_site(value: Any) -> Any:
    """Return a part of the template as it is where there is no site."""
    match value:
        case {"Fn::If": ["HasSite", _, otherwise]}:
            return without_a_site(otherwise)
        case dict():
            return {key: without_a_site(its) for key, its in value.items()}
        case list():
            return [without_a_site(its) for its in value]
    return value


def test_nothing_of_the_site_is_there_unless_it_is_asked_for() -> None:
    assert TEMPLATE.body["Parameters"]["Site"]["Default"] == "no"
    assert TEMPLATE.body["Conditions"]["HasSite"] == {"Fn::Equals": [{"Ref": "Site"}, "yes"]}
    with_it = {name for name, its in TEMPLATE.body["Resources"].items() if its.get("Condition") == "HasSite"}
    assert with_it == set(OWN)
    others = {name: its for name, its in TEMPLATE.body["Resources"].items() if name not in OWN}
    said = json.dumps(without_a_site([others, TEMPLATE.body["Globals"]]))
    assert [name for name in OWN if f'{{"Ref": "{name}"}}' in said or f"{name}." in said] == []
    variables = without_a_site(TEMPLATE.body["Globals"])["Function"]["Environment"]["Variables"]
    assert {name for name, value in variables.items() if name in SETTINGS and value == ""} == SETTINGS


def test_an_alarm_of_the_site_is_there_where_the_site_is() -> None:
    named = {
        name
        for name, its in ALARMS.resources("AWS::CloudWatch::Alarm").items()
        if any(dimension["Value"] in [{"Ref": own} for own in OWN] for dimension in its["Properties"]["Dimensions"])
    }
    assert {name for name, its in ALARMS.body["Resources"].items() if its.get("Condition") == "HasSite"} == named
    assert len(named) == 4


def test_one_render_runs_at_a_time_and_what_is_told_meanwhile_is_one_more() -> None:
    queue, function = QUEUES["SiteQueue"], TEMPLATE.properties("AWS::Serverless::Function")["RenderSite"]
    assert queue["FifoQueue"] is True
    # So that a bulletin that is published again is told of once.
    assert queue["ContentBasedDeduplication"] is True
    assert function["Events"]["Told"] == {
        "Type": "SQS",
        "Properties": {"Queue": attribute("SiteQueue"), "BatchSize": 10},
    }
    # A message that came back while its render runs would begin a second one.
    timeout = function.get("Timeout", TEMPLATE.body["Globals"]["Function"]["Timeout"])
    assert queue["VisibilityTimeout"] == 6 * timeout
    assert timeout > AGAIN


def test_what_fails_again_and_again_stands_in_the_way_of_nothing() -> None:
    redrive = QUEUES["SiteQueue"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == attribute("SiteFailuresQueue")
    assert redrive["maxReceiveCount"] >= 5
    assert QUEUES["SiteFailuresQueue"]["FifoQueue"] is True
    assert QUEUES["SiteFailuresQueue"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_the_publisher_and_reconcile_tell_the_site_and_nobody_else() -> None:
    queue = {"Fn::If": ["HasSite", attribute("SiteQueue"), {"Ref": "AWS::NoValue"}]}
    may = {role for role, its in TEMPLATE.role_statements() if queue in many(its["Resource"])}
    assert may == {"PublishStoriesRole", "ReconcileRole"}
    own = [its for _, its in TEMPLATE.role_statements() if attribute("SiteQueue") in many(its["Resource"])]
    assert [its["Sid"] for its in own] == ["BeTold"]


def test_what_renders_writes_to_the_site_alone() -> None:
    may = {
        its["Sid"]: (set(many(its["Action"])), its["Resource"])
        for role, its in TEMPLATE.role_statements()
        if role == "RenderSiteRole"
    }
    writes = {name for name, (actions, _) in may.items() if any("Put" in it or "Delete" in it for it in actions)}
    assert writes == {"WriteTheSite", "BeTold", "Log", "Trace"}
    assert may["WriteTheSite"] == (
        {"s3:PutObject", "s3:DeleteObject"},
        {"Fn::Sub": "${SiteStack.Outputs.BucketArn}/*"},
    )
    assert may["ReadWhatWasWritten"][1] == {"Fn::Sub": "${SiteStack.Outputs.BucketArn}/site.*"}
    assert {name.partition(".")[0] for name in (KEYS, STATE)} == {"site"}


def test_the_bucket_is_read_by_the_distribution_alone_and_over_tls() -> None:
    bucket = SITE.properties("AWS::S3::Bucket")["Bucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    allowed, refused = SITE.statements_about("AWS::S3::BucketPolicy", "Bucket", "Bucket")
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")
    assert list(allowed["Condition"]["StringEquals"].values()) == [
        {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
    ]
    assert (refused["Effect"], refused["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    (origin,) = DISTRIBUTION["Origins"]
    assert origin["OriginAccessControlId"] == attribute("BucketAccess", "Id")
    # CloudFormation deletes no bucket that has files in it: the stack could not be removed.
    assert SITE.resources("AWS::S3::Bucket")["Bucket"]["DeletionPolicy"] == "Retain"


def test_every_answer_has_the_policy_of_the_pages_and_what_a_page_cannot_say() -> None:
    headers = SITE.properties("AWS::CloudFront::ResponseHeadersPolicy")["Headers"]
    its = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert its["ContentSecurityPolicy"]["ContentSecurityPolicy"] == f"{POLICY}; frame-ancestors 'none'"
    assert its.keys() == {
        *("ContentSecurityPolicy", "ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity")
    }
    assert {each["Override"] for each in its.values()} == {True}
    assert its["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
    assert DISTRIBUTION["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == {"Ref": "Headers"}
    assert DISTRIBUTION["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


def test_an_address_where_nothing_is_yet_says_so_and_is_asked_for_again_soon() -> None:
    assert DISTRIBUTION["DefaultRootObject"] == FRONT
    for error in DISTRIBUTION["CustomErrorResponses"]:
        assert (error["ResponseCode"], error["ResponsePagePath"]) == (404, f"/{MISSING}")
        assert error["ErrorCachingMinTTL"] <= 10
    assert {error["ErrorCode"] for error in DISTRIBUTION["CustomErrorResponses"]} == {403, 404}


@pytest.mark.parametrize(("name", "is_taken"), [("none", True), ("charts.example.org", True), ("https://a.org", False)])
def test_a_domain_comes_with_its_certificate(name: str, is_taken: bool) -> None:
    assert bool(re.fullmatch(TEMPLATE.body["Parameters"]["SiteDomain"]["AllowedPattern"], name)) is is_taken
    (rule,) = TEMPLATE.body["Rules"].values()
    none = {"Fn::Equals": [{"Ref": "SiteDomain"}, "none"]}
    assert rule["RuleCondition"] == {"Fn::Not": [none]}
    assert "SiteCertificate" in json.dumps(rule["Assertions"])
    modern = DISTRIBUTION["ViewerCertificate"]["Fn::If"][1]
    assert modern["MinimumProtocolVersion"] == "TLSv1.2_2021"
