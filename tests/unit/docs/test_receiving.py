"""The receivers in docs/receiving.md take what is really sent, and nothing that somebody else made up."""

import base64
import io
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chartwatch.domain.stories.message import id_in_event
from chartwatch.services.webhooks import new_secret, signed, webhook_id
from tests.infrastructure.templates import ROOT

PAGE = (ROOT / "docs" / "receiving.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
STORY = (
    '{"specversion":"1.0","id":"weekly:00000001:오징어.게임","source":"arn:aws:sns:eu-west-1:1:StoryTopic",'
    '"type":"chartwatch.story.issued","data":{"type":"story","subject":"Squid Game"}}'
)
NOW = 1_700_000_000

TOPIC = "arn:aws:sns:eu-west-1:123456789012:chartwatch-StoryTopic-1"
CERTIFICATE_AT = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
CONFIRM_AT = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def module(number: int) -> ModuleType:
    its = ModuleType(f"receiver_{number}")
    exec(compile(CODE[number], "docs/receiving.md", "exec"), its.__dict__)
    return its


WEBHOOK, SNS = module(0), module(1)

# ------------------------------------------------------------------------------------------------------- webhooks


def posted(secret: str, body: str = STORY, now: int = NOW) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body as a webhook gets them."""
    return dict(signed(webhook_id(id_in_event(STORY) or ""), now, body.encode(), secret)), body.encode()


def test_a_story_that_is_posted_to_a_webhook_is_taken_under_its_id() -> None:
    secret = new_secret()
    identity, message = WEBHOOK.verified(*posted(secret), secret, NOW + 10)
    assert message == json.loads(STORY)
    assert identity == webhook_id("weekly:00000001:오징어.게임")


def test_while_a_secret_is_changed_one_of_two_signatures_is_enough() -> None:
    secret = new_secret()
    headers, body = posted(secret)
    headers["webhook-signature"] = f"v1,AAAA v1a,BBBB {headers['webhook-signature']}"
    assert WEBHOOK.verified(headers, body, secret, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: ({**headers, "webhook-id": "another"}, body),
        lambda headers, body: ({**headers, "webhook-timestamp": str(NOW + 1)}, body),
        lambda headers, body: ({**headers, "webhook-timestamp": ""}, body),
        lambda headers, body: ({**headers, "webhook-timestamp": "-1"}, body),
        lambda headers, body: ({**headers, "webhook-signature": ""}, body),
        lambda headers, body: ({**headers, "webhook-signature": headers["webhook-signature"][3:]}, body),
        lambda headers, body: ({**headers, "webhook-signature": "v1,é"}, body),
    ],
)
def test_what_was_changed_on_the_way_is_refused(change: Callable[..., tuple[Mapping[str, str], bytes]]) -> None:
    secret = new_secret()
    with pytest.raises(ValueError, match=r"signature|request"):
        WEBHOOK.verified(*change(*posted(secret)), secret, NOW)


def test_what_is_signed_with_another_secret_or_long_ago_is_refused() -> None:
    secret = new_secret()
    with pytest.raises(ValueError, match="secret"):
        WEBHOOK.verified(*posted(new_secret()), secret, NOW)
    for seconds in (-301, 301):
        with pytest.raises(ValueError, match="too old"):
            WEBHOOK.verified(*posted(secret), secret, NOW + seconds)


def test_the_application_takes_a_message_once_and_answers_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, answers = new_secret(), []
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    monkeypatch.setattr(WEBHOOK.time, "time", lambda: NOW)

    def post(headers: Mapping[str, str], body: bytes) -> None:
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        given = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        WEBHOOK.application(given, lambda status, _headers: answers.append(status))

    headers, body = posted(secret)
    post(headers, body)
    post(headers, body)
    post({}, body)
    assert answers == ["204 No Content", "204 No Content", "403 Forbidden"]
    assert capsys.readouterr().out == "Squid Game\n"


# ------------------------------------------------------------------------------------------------------------ SNS


def certificate() -> tuple[rsa.RSAPrivateKey, bytes]:
    """Return a key, and a certificate of it, such as SNS has."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(MOMENT).not_valid_after(MOMENT + timedelta(days=1))
    return key, made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


KEY, PEM = certificate()
OTHER_KEY, _ = certificate()


def envelope(
    kind: str = "Notification", version: str = "2", key: rsa.RSAPrivateKey = KEY, **said: str | None
) -> dict[str, str]:
    """Return what SNS posts, signed as its guide says."""
    its = {
        "Type": kind,
        "MessageId": "1",
        "TopicArn": TOPIC,
        "Subject": "Squid Game",
        "Message": STORY,
        "Timestamp": "2026-01-02T03:04:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_AT,
    }
    if kind != "Notification":
        del its["Subject"]
        its |= {"Token": "abc", "SubscribeURL": CONFIRM_AT, "Message": "You have chosen to subscribe"}
    its = {name: value for name, value in {**its, **said}.items() if value is not None}
    names = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
    content = "".join(f"{name}\n{its[name]}\n" for name in names if name in its).encode()
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    return {**its, "Signature": base64.b64encode(key.sign(content, PKCS1v15(), algorithm)).decode()}


class Web:
    """Has the certificate, and remembers what was opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def get(self, url: str) -> bytes:
        self.opened.append(url)
        return PEM


def received(its: object, web: Web | None = None) -> Any:
    return SNS.received(json.dumps(its).encode(), {TOPIC}, MOMENT, (web or Web()).get)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", ["Squid Game", None])
def test_a_notification_of_one_s_own_topic_is_taken(version: str, subject: str | None) -> None:
    assert received(envelope(version=version, Subject=subject)) == json.loads(STORY)


def test_a_subscription_to_one_s_own_topic_is_confirmed() -> None:
    web = Web()
    assert received(envelope("SubscriptionConfirmation"), web) is None
    assert web.opened == [CERTIFICATE_AT, CONFIRM_AT]


def test_who_is_unsubscribed_is_not_subscribed_again() -> None:
    web = Web()
    assert received(envelope("UnsubscribeConfirmation"), web) is None
    assert web.opened == [CERTIFICATE_AT]


@pytest.mark.parametrize(
    ("its", "why"),
    [
        (envelope(key=OTHER_KEY), "signature is wrong"),
        ({**envelope(), "Message": STORY.replace("Squid", "Dark")}, "signature is wrong"),
        ({**envelope(), "SignatureVersion": "1"}, "signature is wrong"),
        ({**envelope(), "SignatureVersion": "3"}, "no envelope"),
        (envelope(TopicArn=f"{TOPIC}2"), "no topic of yours"),
        (envelope("SubscriptionConfirmation", TopicArn=f"{TOPIC}2"), "no topic of yours"),
        (envelope(Timestamp="2026-01-02T01:00:00.000Z"), "too old"),
        (envelope(Timestamp="2026-01-02"), "no envelope"),
        (envelope("SubscriptionConfirmation", SubscribeURL=CONFIRM_AT.replace(TOPIC, f"{TOPIC}2")), "something else"),
        (envelope("SubscriptionConfirmation", SubscribeURL=CONFIRM_AT.replace("Confirm", "Delete")), "something else"),
        ({**envelope(), "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/other.pem"}, "no certificate"),
        ({**envelope(), "Type": "Other"}, "no envelope"),
        ({"Type": "Notification"}, "no envelope"),
        ([], "no envelope"),
        (None, "no envelope"),
    ],
)
def test_what_somebody_else_made_up_is_refused(its: object, why: str) -> None:
    web = Web()
    with pytest.raises(SNS.Refused, match=why):
        received(its, web)
    assert web.opened in ([], [CERTIFICATE_AT]), "nothing is confirmed"


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://snsxeu-west-1.amazonaws.com/x.pem",
        "https://my-bucket.s3.amazonaws.com/SimpleNotificationService-0.pem",
        "file:///etc/passwd",
    ],
)
def test_only_hosts_of_sns_are_opened(url: str) -> None:
    with pytest.raises(SNS.Refused, match="no address of SNS"):
        SNS.opened(url)


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "ap-southeast-2", "cn-north-1"])
def test_the_hosts_of_sns_in_every_region_are_known(region: str) -> None:
    ending = ".cn" if region.startswith("cn") else ""
    assert SNS.HOST.fullmatch(f"sns.{region}.amazonaws.com{ending}")
