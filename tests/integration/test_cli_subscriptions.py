"""Subscribing, listing, confirming, testing and ending subscriptions, on SNS and SQS as moto simulates them."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import boto3
import pytest
from typer.testing import Result

from chartwatch.adapters import deployment, workstation
from chartwatch.adapters.sns import SnsSubscribers, Terms
from chartwatch.adapters.sns_limits import MAX_POLICIES
from chartwatch.domain.charts.chart import Cadence, Chart
from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Publication
from chartwatch.domain.works.work import Kind
from chartwatch.services.delivery_ports import Subscriber
from chartwatch.services.updating import store_publication
from tests.command_line import run
from tests.handlers import imported
from tests.integration.conftest import Aws

INVOKED = workstation.invoke
"""What invokes a function, which tests do in this process."""

LINK = "https://sns.us-east-1.amazonaws.com/confirmation.html?TopicArn={}&Token={}&Endpoint=me@example.org"
ME = "me@example.org"


@dataclass
class Stack:
    """A deployment: its tables, its topics with their witness, and queues that subscribe."""

    aws: Aws
    outputs: dict[str, str]

    def __post_init__(self) -> None:
        self.sns, self.sqs = self.aws.session.client("sns"), self.aws.session.client("sqs")

    def queue(self, name: str) -> str:
        """Make a queue, and return its ARN."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def received(self, name: str) -> list[Any]:
        """Return what stands in the events that a queue has got since it was asked last."""
        url, bodies = self.sqs.get_queue_url(QueueName=name)["QueueUrl"], []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"])["data"])
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def attributes(self, endpoint: str, topic: str = "StoryTopicArn") -> Mapping[str, str]:
        """Return the attributes of the one subscription of an endpoint to a topic."""
        pages = self.sns.list_subscriptions_by_topic(TopicArn=self.outputs[topic])
        (arn,) = (its["SubscriptionArn"] for its in pages["Subscriptions"] if its["Endpoint"] == endpoint)
        return self.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]

    def run(self, *arguments: str) -> Result:
        return run(*arguments, "--stack", "charts")


@pytest.fixture
def stack(moto: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", moto.session.region_name)
    monkeypatch.setattr(boto3, "client", moto.session.client)
    its = Stack(moto, {"BucketName": moto.bucket, "PublishStoriesFunction": "publish"} | moto.names)
    for name, called in (("Story", "stories"), ("Digest", "digests"), ("Alarm", "alarms")):
        its.outputs[f"{name}TopicArn"] = its.sns.create_topic(Name=called)["TopicArn"]
    for name in ("Witness", "Failures"):
        its.outputs[f"{name}QueueArn"] = its.queue(name.lower())
    for name in ("Story", "Digest"):
        topic, witness = its.outputs[f"{name}TopicArn"], its.outputs["WitnessQueueArn"]
        raw = {"RawMessageDelivery": "true"}
        its.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=witness, Attributes=raw)

    @contextmanager
    def described(stack: str, *needed: str) -> Iterator[Any]:
        assert stack == "charts"
        assert {*needed} <= its.outputs.keys()
        yield moto.session, its.outputs, {"RulesFile": "default.yaml"}

    def invoked(_client: object, function: str, payload: Mapping[str, Any]) -> Any:
        assert function == "publish"
        # On AWS it is another process, and what that asks for is none of the command's.
        with ThreadPoolExecutor(1) as elsewhere:
            answer = elsewhere.submit(module.handler, json.loads(json.dumps(payload)), context).result()
        return json.loads(json.dumps(answer))

    monkeypatch.setattr(workstation, "_described", described)
    monkeypatch.setattr(workstation, "invoke", invoked)
    caches = (deployment.story_topic, deployment.digest_topic)
    with imported("publish_stories", monkeypatch) as (module, context):
        for name in ("STORY", "DIGEST"):
            monkeypatch.setenv(f"CHARTWATCH_{name}_TOPIC", its.outputs[f"{name.title()}TopicArn"])
        for cache in caches:
            cache.cache_clear()
        yield its
    for cache in caches:
        cache.cache_clear()


def publish_a_chart(stack: Stack) -> None:
    chart = Chart("netflix-weekly-tv", "Netflix's weekly TV chart", "netflix", Cadence.WEEK, 1)
    for day, title in (("2022-01-02", "Ozark"), ("2022-01-09", "Squid Game")):
        editions = (Edition("US", (Entry(1, title, kind=Kind.SERIES),)),)
        provenance = Provenance("https://example.org/", None, "0" * 64)
        store_publication(Publication(chart, date.fromisoformat(day), editions, provenance), stack.aws.charts())


def test_a_queue_gets_what_its_filter_lets_through_and_what_it_cannot_get_is_a_failure(stack: Stack) -> None:
    queue = stack.queue("news")
    done = stack.run("subscribe", "sqs", queue, "--origin", "South Korea", "--origin", "JP", "--min-priority", "3")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{queue} gets stories: from South Korea or Japan; of priority 3 and above",
        'filter policy: {"origin_countries":["KR","JP"],"priority":[{"numeric":[">=",3]}]}',
        "Its own policy has to let the topic send to it: docs/subscribing.md",
    ]
    its = stack.attributes(queue)
    assert json.loads(its["FilterPolicy"]) == {"origin_countries": ["KR", "JP"], "priority": [{"numeric": [">=", 3]}]}
    assert its["FilterPolicyScope"] == "MessageAttributes"
    assert its["RawMessageDelivery"] == "true"
    assert json.loads(its["RedrivePolicy"]) == {"deadLetterTargetArn": stack.outputs["FailuresQueueArn"]}


def test_an_address_gets_digests_of_a_chart_and_is_told_to_confirm(stack: Stack) -> None:
    done = stack.run("subscribe", "email", ME, "--digest", "--chart", "netflix-weekly-tv")
    assert done.stdout.splitlines()[0] == f"{ME} gets digests: on netflix-weekly-tv"
    assert "chartwatch confirm LINK --stack charts" in done.stdout
    assert json.loads(stack.attributes(ME, "DigestTopicArn")["FilterPolicy"]) == {"chart": ["netflix-weekly-tv"]}


def test_whoever_is_subscribed_gets_another_filter_and_is_told_which_one_it_was(stack: Stack) -> None:
    stack.run("subscribe", "email", ME, "--origin", "KR")
    changed = stack.run("subscribe", "email", ME, "--language", "Korean", "--kind", "series")
    assert f"{ME} gets stories: in Korean; of the kind series\n" in changed.stdout
    assert "Until now it got: from South Korea. AWS may take 15 minutes." in changed.stdout
    assert json.loads(stack.attributes(ME)["FilterPolicy"]) == {"language": ["ko"], "work_kind": ["series"]}
    everything = stack.run("subscribe", "email", ME)
    assert "gets stories: everything" in everything.stdout
    assert json.loads(stack.attributes(ME)["FilterPolicy"]) == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("email", "me"), "ENDPOINT: 'me' is not an address such as you@example.org"),
        (("sqs", "https://sqs.eu-west-1.amazonaws.com/1/q"), "is not the ARN of a queue"),
        (("sqs", "arn:aws:sqs:eu-west-1:123456789012:news.fifo"), "is not the ARN of a queue that is no FIFO queue"),
        (("lambda", "news"), "is not the ARN of a function"),
        (("https", "http://example.org/"), "is not an address such as https://example.org/news"),
        (("email", ME, "--origin", "Sout Korea"), "is not a country, by its ISO 3166-1 code or English name; did you"),
        (("email", ME, "--origin", "UK"), "code or English name; did you mean GB?"),
        (("email", ME, "--territory", "SU"), "'SU' is not a country that charts are of"),
        (("email", ME, "--language", "Koreen"), "'Koreen' is not a language, by its ISO 639 code or English name; did"),
        (("email", ME, "--kind", "serie"), "'serie' is not a kind; did you mean series?"),
        (("email", ME, "--rule", "nth-non-english-seris"), "did you mean nth-non-english-series?"),
        (("email", ME, "--chart", "netflix-weekly"), "is not a chart of the history; there are netflix-weekly-tv; did"),
        (("email", ME, "--digest", "--min-priority", "3"), "--min-priority: is for stories: a digest is of a whole"),
        (("email", ME, "--digest", "--origin", "KR"), "--origin: is for stories"),
        (("email", ME, "--min-priority", "5"), "should be"),
        (("email", ME, "--from", "sample"), "--from: is for --preview"),
        (("email", ME, "--limit", "3"), "--limit: is for --preview"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_is_asked_of_sns(
    stack: Stack, arguments: tuple[str, ...], said: str
) -> None:
    publish_a_chart(stack)
    refused = stack.run("subscribe", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr.replace("\n", " ")
    assert stack.run("subscriptions").stdout.splitlines()[-1] == "2 subscriptions in charts"


def test_any_chart_will_do_where_none_is_published_yet(stack: Stack) -> None:
    assert stack.run("subscribe", "email", ME, "--chart", "netflix-weekly-tv").exit_code == 0


def test_a_filter_beyond_the_limits_of_sns_is_refused_before_it_is_asked(stack: Stack) -> None:
    everything = ("--origin", "KR", "--territory", "US", "--language", "ko", "--kind", "series", "--min-priority", "3")
    assert stack.run("subscribe", "email", ME, *everything).exit_code == 0
    refused = stack.run("subscribe", "email", ME, *everything, "--rule", "new-number-one")
    assert refused.exit_code == 2
    assert "it asks for 6 things, and SNS filters by 5 at most; leave one out" in refused.stderr
    countries = [
        part
        for code in ["DE", "ES", "FR", "GB", "IT", "JP", "KR", "MX", "NL", "NO", "PL", "SE", "US"]
        for part in ("--origin", code)
    ]
    places = [part.replace("--origin", "--territory") for part in countries[:-2]]
    refused = stack.run("subscribe", "email", ME, *countries, *places)
    assert "12 x 13 values make 156 combinations, and SNS takes 150 at most" in refused.stderr


def test_a_topic_has_as_many_filters_as_sns_takes_and_any_number_without(stack: Stack) -> None:
    topic = stack.outputs["StoryTopicArn"]
    policy = {"FilterPolicy": '{"language": ["ko"]}'}
    for number in range(MAX_POLICIES):
        stack.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{number}@example.org", Attributes=policy)
    refused = stack.run("subscribe", "email", ME, "--language", "ko")
    assert refused.exit_code == 2
    assert "200 others have a filter, and SNS takes 200 a topic unless it is asked for more" in refused.stderr
    assert stack.run("subscribe", "email", "7@example.org", "--language", "es").exit_code == 0
    assert stack.run("subscribe", "email", ME).exit_code == 0


def test_subscriptions_are_listed_with_their_filters_in_words(stack: Stack) -> None:
    stack.run("subscribe", "email", ME, "--territory", "GLOBAL", "--rule", "new-number-one", "--min-priority", "4")
    topic = stack.outputs["AlarmTopicArn"]
    stack.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.org")
    by_hand = {"FilterPolicy": '{"facts": ["certain=true"]}'}
    stack.sns.subscribe(
        TopicArn=stack.outputs["DigestTopicArn"], Protocol="email", Endpoint="by@hand.org", Attributes=by_hand
    )
    witness = stack.outputs["WitnessQueueArn"]
    assert stack.run("subscriptions").stdout.splitlines() == [
        f"stories  sqs  {witness}  confirmed",
        "  gets everything",
        f"stories  email  {ME}  confirmed",
        "  gets in the world; by the rule new-number-one; of priority 4",
        f"digests  sqs  {witness}  confirmed",
        "  gets everything",
        "digests  email  by@hand.org  confirmed",
        '  gets {"facts":["certain=true"]}',
        "alarms  email  ops@example.org  confirmed",
        "  gets everything",
        "5 subscriptions in charts",
    ]
    listed = json.loads(stack.run("subscriptions", "--format", "json").stdout)
    assert listed["gone"] == []
    (mine,) = (its for its in listed["subscriptions"] if its["endpoint"] == ME)
    assert mine["gets"] == "in the world; by the rule new-number-one; of priority 4"
    assert mine["filter_policy"]["territories"] == ["GLOBAL"]
    assert mine["arn"].startswith(stack.outputs["StoryTopicArn"])
    assert (mine["confirmed"], mine["link_can_end_it"]) == (True, False)


def test_who_has_not_confirmed_and_whom_a_link_can_end_is_said(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:stories"
    known = {
        Subscriber(topic, "arn:1", "email", ME): Terms(is_protected=False, policy={"language": ["ko"]}),
        Subscriber(topic, "arn:2", "email", "safe@example.org"): Terms(is_protected=True, policy={}),
        Subscriber(topic, "arn:3", "https", "https://example.org/"): Terms(is_protected=False, policy={}),
        Subscriber(topic, "", "email", "you@example.org"): None,
    }
    monkeypatch.setattr(SnsSubscribers, "current", lambda _: list(known))
    monkeypatch.setattr(SnsSubscribers, "terms", lambda _, who: known[who])
    assert stack.run("subscriptions").stdout.splitlines() == [
        f"stories  email  {ME}  confirmed; whoever follows the link in an email unsubscribes it",
        "  gets in Korean",
        "stories  email  safe@example.org  confirmed",
        "  gets everything",
        "stories  https  https://example.org/  confirmed",
        "  gets everything",
        "stories  email  you@example.org  not confirmed",
        "4 subscriptions in charts",
    ]
    listed = json.loads(stack.run("subscriptions", "--format", "json").stdout)["subscriptions"]
    assert [its["link_can_end_it"] for its in listed] == [True, False, False, False]
    assert [its["filter_policy"] for its in listed] == [{"language": ["ko"]}, {}, {}, None]
    refused = stack.run("unsubscribe", "you@example.org")
    assert "you@example.org has not confirmed; AWS forgets it within two days" in refused.stderr


def test_who_is_gone_is_listed_until_it_is_dismissed(stack: Stack) -> None:
    who = Subscriber(stack.outputs["StoryTopicArn"], "", "email", ME)
    stack.aws.checkpoints().note_subscribers(frozenset([who.name]))
    assert f"gone: {who.name}\n" in stack.run("subscriptions").stdout
    assert stack.run("subscriptions", "--dismiss", "another").exit_code == 2
    assert "gone:" not in stack.run("subscriptions", "--dismiss", who.name).stdout
    assert stack.aws.checkpoints().subscribers() == frozenset()


def test_a_link_and_a_token_are_confirmed_for_good(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    topics = [stack.outputs[f"{name}TopicArn"] for name in ("Story", "Digest", "Alarm")]

    class Sns:
        """SNS, of which one topic knows the token."""

        def __getattr__(self, name: str) -> Any:
            return getattr(stack.sns, name)

        def confirm_subscription(self, **said: str) -> None:
            asked.append(said)
            if (said["TopicArn"], said["Token"]) != (topics[1], "2336412f"):
                raise stack.sns.exceptions.InvalidParameterException({"Error": {}}, "ConfirmSubscription")

    client = stack.aws.session.client
    monkeypatch.setattr(
        stack.aws.session, "client", lambda name, **more: Sns() if name == "sns" else client(name, **more)
    )
    assert stack.run("confirm", LINK.format(topics[1], "2336412f")).exit_code == 0
    assert asked == [{"TopicArn": topics[1], "Token": "2336412f", "AuthenticateOnUnsubscribe": "true"}]
    asked.clear()
    assert stack.run("confirm", "2336412f").exit_code == 0
    assert [said["TopicArn"] for said in asked] == topics[:2]
    wrong = stack.run("confirm", "2336412e")
    assert "AWS knows no such token for charts" in wrong.stderr
    asked.clear()
    for said in (LINK.format("another", "2336412f"), LINK.format(topics[0], ""), "https://example.org/", "a topic"):
        assert stack.run("confirm", said).exit_code == 2
    assert asked == []


def test_a_subscription_is_ended_by_its_address_and_is_then_expected_no_more(stack: Stack) -> None:
    stack.run("subscribe", "email", ME)
    who = Subscriber(stack.outputs["StoryTopicArn"], "", "email", ME)
    stack.aws.checkpoints().note_subscribers(frozenset([who.name, "other"]))
    ended = stack.run("unsubscribe", ME)
    assert (ended.exit_code, ended.stdout) == (0, f"{ME} gets nothing of stories any more\n")
    assert ME not in stack.run("subscriptions").stdout
    assert stack.aws.checkpoints().subscribers() == {"other"}
    assert "is not subscribed" in stack.run("unsubscribe", ME).stderr


def test_which_of_several_subscriptions_is_ended_is_said_by_its_arn(stack: Stack) -> None:
    stack.run("subscribe", "email", ME)
    stack.run("subscribe", "email", ME, "--digest")
    arn = stack.attributes(ME, "DigestTopicArn")["SubscriptionArn"]
    refused = stack.run("unsubscribe", ME)
    assert refused.exit_code == 2
    assert f"{ME} is subscribed 2 times; say which by its ARN" in refused.stderr
    assert arn in refused.stderr
    assert stack.run("unsubscribe", arn).stdout == f"{ME} gets nothing of digests any more\n"
    assert stack.attributes(ME)["Endpoint"] == ME


def test_the_witness_is_neither_ended_nor_filtered_nor_tested(stack: Stack) -> None:
    witness = stack.outputs["WitnessQueueArn"]
    arn = stack.attributes(witness)["SubscriptionArn"]
    for said in (witness, arn):
        refused = stack.run("unsubscribe", said)
        assert refused.exit_code == 2
        assert "is the witness" in refused.stderr
    assert "is the witness" in stack.run("subscribe", "sqs", witness, "--origin", "KR").stderr
    assert stack.run("send-test", witness).exit_code == 2
    assert stack.run("subscriptions").stdout.count(witness) == 2
    assert "FilterPolicy" not in stack.attributes(witness)


def test_a_test_gets_to_whom_it_is_for_and_to_who_has_no_filter(stack: Stack) -> None:
    filters: dict[str, tuple[str, ...]] = {
        "mine": ("--origin", "KR", "--origin", "JP", "--min-priority", "2"),
        "korean": ("--origin", "KR"),
        "weighty": ("--min-priority", "3"),
        "american": ("--territory", "US"),
        "every": (),
        "digest": ("--digest",),
    }
    arns = {name: stack.queue(name) for name in filters}
    for name, options in filters.items():
        assert stack.run("subscribe", "sqs", arns[name], *options).exit_code == 0
    done = stack.run("send-test", arns["mine"])
    assert done.stdout.splitlines() == [
        f"stories  sqs  {arns['mine']}",
        f"stories  sqs  {arns['every']}",
        "sent; 2 of 6 subscriptions get it",
    ]
    got = {name: stack.received(name) for name in filters}
    assert [name for name, bodies in got.items() if bodies] == ["mine", "every"]
    (test,) = got["mine"]
    assert test["type"] == "test"
    assert test["subject"].startswith("Test: ")
    assert "This is a test. Nothing has happened on any chart." in test["text"]
    assert [body["type"] for body in stack.received("witness")] == ["test"]
    assert stack.run("send-test").stdout.splitlines()[-1] == "sent; 2 of 6 subscriptions get it"
    assert [name for name in filters if stack.received(name)] == ["every", "digest"]


def test_a_function_that_fails_is_told_in_a_sentence(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lambda:
        """Lambda, of whose functions each fails."""

        def invoke(self, **said: Any) -> Any:
            assert (said["FunctionName"], json.loads(said["Payload"])["test"]["attributes"]) == ("publish", {})
            answer = BytesIO(b'{"errorType": "NotPublished", "errorMessage": "test was not published: throttled"}')
            return {"FunctionError": "Unhandled", "Payload": answer}

    client = stack.aws.session.client
    monkeypatch.setattr(
        stack.aws.session, "client", lambda name, **how: Lambda() if name == "lambda" else client(name, **how)
    )
    monkeypatch.setattr(workstation, "invoke", INVOKED)
    refused = stack.run("send-test")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "Error: publish failed with NotPublished: test was not published: throttled\n"


def test_of_alarms_and_of_filters_by_the_body_no_test_is_sent(stack: Stack) -> None:
    topic = stack.outputs["AlarmTopicArn"]
    stack.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.org")
    by_body = {"FilterPolicyScope": "MessageBody", "FilterPolicy": '{"type": ["story"]}'}
    stack.sns.subscribe(
        TopicArn=stack.outputs["StoryTopicArn"], Protocol="email", Endpoint="body@example.org", Attributes=by_body
    )
    assert "hears of alarms" in stack.run("send-test", "ops@example.org").stderr
    assert "nobody can tell what its filter lets through" in stack.run("send-test", "body@example.org").stderr
    assert 'gets by the body: {"type": ["story"]}' in stack.run("subscriptions").stdout
    assert "a filter of fields of the body" in stack.run("subscribe", "email", "body@example.org").stderr
    assert stack.received("witness") == []


def test_a_preview_of_a_stack_subscribes_nobody(stack: Stack) -> None:
    publish_a_chart(stack)
    shown = stack.run("subscribe", "email", ME, "--origin", "KR", "--preview")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.splitlines() == [
        "2022-01-09  Squid Game: first title from South Korea (Netflix's weekly TV chart in the United States)",
        "1 of 1 story in 2 weeks, 2022-01-02 to 2022-01-09: 0.5 a week in the median, 1 at most",
        "Told as if it had been live, from what is stored now: what was corrected meanwhile is not among them.",
    ]
    assert ME not in stack.run("subscriptions").stdout
