"""Posting to a webhook over HTTP: once, to one host, and what becomes of a server that misbehaves."""

import socket
import threading
from collections.abc import Iterator

import pytest

from chartwatch.adapters.connection import HttpConnection, Limits
from chartwatch.adapters.http_responses import BEGINNING
from chartwatch.errors import DestinationRefused, SourceUnavailable
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.webhooks import Post
from tests.providers import Answer, Server, raw_server

LOCAL = EgressPolicy.PUBLIC_AND_LOOPBACK
CONNECTION = HttpConnection(LOCAL, Limits(seconds=5, connect=2, read=2), user_agent="Chartwatch/test")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as its:
        yield its


def post(server: Server, path: str = "/hook?key=1") -> Post:
    return Post(f"{server.address}{path}", {"Content-Type": "application/json", "webhook-id": "1"}, "{}é".encode())


def test_what_is_posted_arrives_once_with_its_headers(server: Server) -> None:
    server.answers(Answer(b"ok", 202))
    reply = CONNECTION.post(post(server))
    (asked,) = server.asked
    assert (reply.status, reply.beginning) == (202, "")
    assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/hook", {"key": ["1"]}, "{}é".encode())
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["webhook-id"] == "1"
    assert asked.headers["user-agent"] == "Chartwatch/test"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server: Server, status: int) -> None:
    server.answers(Answer(status=status, headers={"Location": f"{server.address}/elsewhere"}))
    assert CONNECTION.post(post(server)).status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [400, 410, 429, 500, 503])
def test_a_refusal_is_not_tried_again_and_says_what_it_says(server: Server, status: int) -> None:
    server.answers(Answer(b"channel_is_archived", status, {"Retry-After": "17"}))
    reply = CONNECTION.post(post(server))
    assert (reply.status, reply.after, reply.beginning) == (status, 17.0, "channel_is_archived")


def test_of_a_long_answer_the_beginning_is_read(server: Server) -> None:
    server.answers(Answer(b"x" * 10**7, 404))
    assert len(CONNECTION.post(post(server)).beginning) == BEGINNING


def test_an_answer_of_which_the_body_breaks_off_is_one(server: Server) -> None:
    server.answers(Answer(b"half", 200, length=8))
    assert CONNECTION.post(post(server)).status == 200


def test_a_server_that_takes_the_message_and_hangs_up_got_it_once_and_nobody_knows() -> None:
    taken: list[int] = []

    with raw_server(lambda _: taken.append(1)) as host, pytest.raises(SourceUnavailable):
        CONNECTION.post(Post(f"http://{host}/hook", {}, b"{}"))
    assert len(taken) == 1


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    over = threading.Event()
    connection = HttpConnection(LOCAL, Limits(seconds=5, connect=0.2, read=0.2))
    with raw_server(lambda _: over.wait(10) and None) as host, pytest.raises(SourceUnavailable, match="timed out"):
        connection.post(Post(f"http://{host}/hook", {}, b"{}"))
    over.set()


def test_a_server_that_drips_is_given_up_in_time() -> None:
    over = threading.Event()

    def drip(its: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000:
            if over.wait(0.05):
                return
            its.send(bytes([byte]))

    connection = HttpConnection(LOCAL, Limits(seconds=0.5, connect=2, read=2))
    with raw_server(drip) as host, pytest.raises(SourceUnavailable, match=r"took longer|timed out"):
        connection.post(Post(f"http://{host}/hook", {}, b"{}"))
    over.set()


def test_a_second_address_is_posted_to_only_where_the_first_cannot_be_connected_to() -> None:
    asked: list[str] = []

    connection = HttpConnection(LOCAL, Limits(connect=2, read=2), resolve=lambda host, _port: [host, host])
    with raw_server(lambda _: asked.append("")) as host, pytest.raises(SourceUnavailable):
        connection.post(Post(f"http://{host}/hook", {}, b"{}"))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example.com/x", "only https"),
        ("https://user:pass@hooks.example.com/", "credentials"),
        ("https://10.0.0.1/x", "public host"),
        ("https://localhost/x", "public host"),
        ("ftp://hooks.example.com/", "http or https"),
        ("https://hooks.example.com/ x", "printable ASCII"),
    ],
)
def test_only_public_hosts_are_posted_to_and_by_https(url: str, why: str) -> None:
    with pytest.raises(DestinationRefused, match=why):
        CONNECTION.post(Post(url, {}, b"{}"))


def test_a_name_that_leads_inside_is_not_posted_to() -> None:
    inside = HttpConnection(EgressPolicy.PUBLIC, resolve=lambda _host, _port: ["169.254.169.254"])
    with pytest.raises(DestinationRefused, match="not a public address"):
        inside.post(Post("https://hooks.example.com/x", {}, b"{}"))


def test_this_machine_is_not_posted_to_by_a_deployment(server: Server) -> None:
    with pytest.raises(DestinationRefused):
        HttpConnection(EgressPolicy.PUBLIC).post(post(server))
    assert server.asked == []
