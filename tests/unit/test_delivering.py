"""One attempt to deliver a message to a webhook, and what becomes of the message after it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.domain.stories.webhooks import WebhookKind
from chartwatch.errors import DestinationRefused, SourceUnavailable, WebhookUnreadable
from chartwatch.services.webhooks import (
    ATTEMPTS,
    LONGEST_ID,
    LONGEST_PAUSE,
    PAUSES,
    Delivered,
    Deliverer,
    Parked,
    Post,
    Postponed,
    Received,
    Reply,
    Webhook,
    new_secret,
    signed,
    webhook_id,
)

URL = "https://hooks.example.com/services/T0/B0/topsecret"
WEBHOOK = Webhook("webhook-1", WebhookKind.WEBHOOK, URL, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
STORY = '{"specversion": "1.0", "id": "weekly:00000001:squid", "data": {"type": "story", "subject": "Squid Game"}}'
NOW = 1_614_265_330.9


@dataclass
class World:
    """A webhook that answers as `answer` says, and its queue."""

    answer: Callable[[Post], Reply] = lambda _: Reply(200)
    kept: str = WEBHOOK.as_text()
    posts: list[Post] = field(default_factory=list)
    postponed: list[int] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)

    def post(self, post: Post) -> Reply:
        self.posts.append(post)
        return self.answer(post)

    def secret(self, name: str) -> str:
        assert name == "/place/webhook-1"
        return self.kept

    def postpone(self, received: Received, seconds: int) -> None:
        assert received.receipt == "receipt"
        self.postponed.append(seconds)

    def park(self, received: Received, reason: str) -> None:
        assert received.receipt == "receipt"
        self.parked.append(reason)

    def deliver(self, body: str = STORY, attempt: int = 1) -> Delivered | Postponed | Parked:
        deliverer = Deliverer(self, self, "/place", clock=lambda: NOW, jitter=lambda pause: pause / 2)
        return deliverer.deliver(Received("webhook-1", "stack-webhook-webhook-1", body, attempt, "receipt"))


def raising(error: Exception) -> Callable[[Post], Reply]:
    def answer(_post: Post) -> Reply:
        raise error

    return answer


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status: int) -> None:
    world = World(lambda _: Reply(status))
    assert world.deliver() == Delivered(status)
    assert (len(world.posts), world.postponed, world.parked) == (1, [], [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_what_passes_is_tried_again_later_and_takes_longer_each_time(status: int) -> None:
    for attempt in range(1, ATTEMPTS):
        world = World(lambda _: Reply(status, "Busy"))
        assert world.deliver(attempt=attempt) == Postponed(f"answered {status} Busy", PAUSES[attempt - 1] // 2)
        assert (world.postponed, world.parked) == ([PAUSES[attempt - 1] // 2], [])


@pytest.mark.parametrize("status", [300, 301, 307, 400, 401, 403, 404, 405, 410, 413, 422, 451])
def test_what_does_not_pass_is_parked_at_once_with_the_reason(status: int) -> None:
    world = World(lambda _: Reply(status, "Gone", beginning="channel_is_archived"))
    assert isinstance(world.deliver(), Parked)
    (reason,) = world.parked
    assert reason.startswith(f"answered {status} Gone")
    assert ("channel_is_archived" in reason) is (status >= 400)
    assert ("not followed" in reason) is (status < 400)
    assert world.postponed == []


@pytest.mark.parametrize("answer", [lambda _: Reply(503), raising(SourceUnavailable("hooks.example.com", "timed out"))])
def test_the_last_attempt_parks_what_it_could_not_deliver(answer: Callable[[Post], Reply]) -> None:
    world = World(answer)
    assert isinstance(world.deliver(attempt=ATTEMPTS), Parked)
    (reason,) = world.parked
    assert reason.startswith(f"given up after {ATTEMPTS} attempts: ")
    assert world.postponed == []


@pytest.mark.parametrize(
    ("after", "seconds"), [(None, 15), (-5.0, 15), (3.0, 15), (40.5, 41), (7200.0, 7200), (10.0**9, LONGEST_PAUSE)]
)
def test_a_pause_is_as_long_as_the_answer_asks_for_within_bounds(after: float | None, seconds: int) -> None:
    world = World(lambda _: Reply(429, after=after))
    world.deliver()
    assert world.postponed == [seconds]


def test_an_address_that_is_refused_is_parked_and_not_shown() -> None:
    world = World(raising(DestinationRefused(URL, "only https is fetched")))
    world.deliver()
    assert world.parked == ["its address is refused: only https is fetched"]


def test_a_server_that_repeats_the_address_does_not_have_it_told() -> None:
    world = World(lambda _: Reply(404, "Not Found", beginning="Cannot POST /services/T0/B0/topsecret"))
    world.deliver()
    assert world.parked == ["answered 404 Not Found: Cannot POST …"]


@pytest.mark.parametrize("body", ["", "no JSON", "{}", '{"data": {"type": "story"}}', "[]"])
def test_what_is_no_message_of_ours_is_parked_and_not_posted(body: str) -> None:
    world = World()
    world.deliver(body)
    assert (len(world.parked), world.posts) == (1, [])


@pytest.mark.parametrize("kept", ["", "null", "{}", '{"kind": "irc", "url": "u", "secret": "s"}', '{"kind": "slack"}'])
def test_a_webhook_that_cannot_be_read_parks_its_messages(kept: str) -> None:
    world = World(kept=kept)
    world.deliver()
    (reason,) = world.parked
    assert reason.startswith("the webhook webhook-1 cannot be read")
    assert world.posts == []


def test_a_webhook_is_read_as_it_was_kept_and_shows_neither_address_nor_secret() -> None:
    assert Webhook.read("webhook-1", WEBHOOK.as_text()) == WEBHOOK
    assert WEBHOOK.host == "hooks.example.com"
    assert "topsecret" not in repr(WEBHOOK)
    assert "whsec" not in repr(WEBHOOK)
    with pytest.raises(WebhookUnreadable) as raised:
        Webhook.read("webhook-1", f'{{"kind": "{URL}", "url": "", "secret": ""}}')
    assert "topsecret" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_every_attempt_has_the_same_id_and_its_own_time() -> None:
    world = World(lambda _: Reply(503))
    for attempt in (1, 2):
        world.deliver(attempt=attempt)
    assert {post.headers["webhook-id"] for post in world.posts} == {"weekly:00000001:squid"}
    assert {post.headers["webhook-timestamp"] for post in world.posts} == {"1614265330"}
    assert {post.body for post in world.posts} == {STORY.encode()}
    digest = '{"specversion": "1.0", "id": "weekly:00000001:digest", "data": {"type": "digest"}}'
    world.deliver(digest)
    assert world.posts[-1].headers["webhook-id"] == "weekly:00000001:digest"


def test_a_signature_is_that_of_the_standard_s_own_libraries() -> None:
    # The vector that they are tested with.
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', WEBHOOK.secret)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.text(max_size=300), st.binary(max_size=300))
def test_whatever_the_id_of_a_message_a_header_takes_it_and_it_is_signed(message: str, body: bytes) -> None:
    its = webhook_id(message)
    assert its.isascii()
    assert "." not in its
    assert " " not in its
    assert len(its) <= LONGEST_ID
    headers = signed(its, 1, body, secret := new_secret())
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.new(key, f"{its}.1.".encode() + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"


@given(st.lists(st.text(max_size=100), min_size=2, max_size=2, unique=True))
def test_two_messages_have_two_ids(messages: list[str]) -> None:
    assert len({*map(webhook_id, messages)}) == 2


def test_a_secret_has_as_many_random_bytes_as_the_standard_asks_for_and_is_another_each_time() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    assert 24 <= len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) <= 64


def test_all_pauses_are_ones_that_sqs_can_make_and_come_to_a_day() -> None:
    assert max(PAUSES) < 12 * 3600
    assert list(PAUSES) == sorted(PAUSES)
    assert 20 * 3600 <= sum(PAUSES) <= 48 * 3600


def test_a_chat_is_posted_what_it_shows() -> None:
    world = World(kept=Webhook("webhook-1", WebhookKind.SLACK, URL, WEBHOOK.secret).as_text())
    world.deliver(STORY.replace('"subject"', '"text": "Squid Game\\n", "subject"'))
    (post,) = world.posts
    assert json.loads(post.body)["text"] == "Squid Game"
