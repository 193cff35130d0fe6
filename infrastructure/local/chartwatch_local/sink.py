"""A subscriber of SNS topics over HTTP: it confirms its subscriptions and keeps what it is sent."""

import json
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from chartwatch_local.aws import HOST


@dataclass(frozen=True)
class Notification:
    """One message as SNS delivered it, in the form that SNS gives to `http` subscribers."""

    id: str
    topic: str
    subject: str
    message: str
    attributes: Mapping[str, str]

    @property
    def body(self) -> dict[str, Any]:
        """The message as JSON."""
        body: dict[str, Any] = json.loads(self.message)
        return body


class Sink:
    """Keeps every notification that arrives, also one that arrives twice.

    SNS documents what it posts under "Parsing Amazon SNS message formats".
    """

    def __init__(self, url: str, aws: str) -> None:
        """`url` is its own address; `aws` is where it may confirm a subscription, and nowhere else."""
        self.url = url
        self._aws = urlsplit(aws).netloc
        self._notifications: list[Notification] = []
        self._confirmed: set[str] = set()
        self._lock = threading.Lock()

    @property
    def notifications(self) -> list[Notification]:
        """What has arrived, in the order of arrival."""
        with self._lock:
            return list(self._notifications)

    @property
    def confirmed(self) -> set[str]:
        """The topics whose subscription was confirmed."""
        with self._lock:
            return set(self._confirmed)

    def receive(self, said: Mapping[str, Any]) -> None:
        """Take what SNS posted: a request to confirm, or a notification."""
        if said["Type"] == "SubscriptionConfirmation":
            self._confirm(said["TopicArn"], said["SubscribeURL"])
            return
        attributes = {name: attribute["Value"] for name, attribute in said.get("MessageAttributes", {}).items()}
        notification = Notification(
            said["MessageId"], said["TopicArn"], said.get("Subject", ""), said["Message"], attributes
        )
        with self._lock:
            self._notifications.append(notification)

    def _confirm(self, topic: str, url: str) -> None:
        if urlsplit(url).netloc != self._aws:
            raise PermissionError(f"{url} is not at {self._aws}")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10):
            pass
        with self._lock:
            self._confirmed.add(topic)


@contextmanager
def sink(aws: str) -> Iterator[Sink]:
    """Run a sink on a free port of 127.0.0.1 for the AWS at the address `aws`."""
    received: list[Sink] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received[0].receive(json.loads(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        received.append(Sink(f"{url}/", aws))
        yield received[0]


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve HTTP on a free port of 127.0.0.1, and yield the address."""
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
