"""A toll on the way from a function to a service of the local AWS, at which the function's process may end."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

import psutil

from chartwatch_local.aws import HOST, wait_until
from chartwatch_local.pipeline import Pipeline
from tests.deployed.charts import PATIENCE

OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
"""Headers that the toll says for itself; all others pass, for a function may read any of them."""

When = Literal["before", "after"]
"""Whether a process ends before the service has got its request, or after the service has done what it says."""


@dataclass(frozen=True)
class Request:
    """What a function asks of a service: a JSON service by a header (`action`), S3 by method and path."""

    action: str
    method: str
    path: str
    body: bytes


@dataclass
class Toll:
    """Ends the first processes that make a certain request: so many of them, and lets all later ones pass."""

    ends_at: Callable[[Request], bool]
    when: When
    most: int
    ended: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Wait until a process has ended here."""
        wait_until(lambda: self.ended > 0, PATIENCE, "no function made the request at which it was to end")

    def is_for(self, request: Request) -> bool:
        """Return whether the process that makes a request is to end."""
        return self.ended < self.most and self.ends_at(request)

    def end(self, process: int) -> None:
        """End a process as a machine fails: at once, and without a word."""
        with self._lock:
            os.kill(process, signal.SIGKILL)
            self.ended += 1


@contextmanager
def toll(
    pipeline: Pipeline, output: str, service: str, when: When, ends_at: Callable[[Request], bool], *, most: int = 1
) -> Iterator[Toll]:
    """Send what a function asks of a service (`sns`, `dynamodb`, `s3`) over a toll while the block runs.

    `most` is how many of its processes end there. The function is the deployed one: SDKs ask another address when
    AWS_ENDPOINT_URL_<service> says so.
    """
    its = Toll(ends_at, when, most)
    address = urlsplit(pipeline.aws.endpoint)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass()

        def do_POST(self) -> None:
            self._pass()

        def do_PUT(self) -> None:
            self._pass()

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.headers.get("X-Amz-Target", ""), self.command, self.path, body)
            ends = its.is_for(request)
            if not (ends and its.when == "before"):
                there = HTTPConnection(address.hostname or HOST, address.port)
                there.request(self.command, self.path, request.body, dict(self.headers))
                answer = there.getresponse()
                said = answer.read()
                there.close()
            if ends:
                its.end(_process_at(self.client_address[1], self.connection.getsockname()[1]))
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OF_THE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    function = pipeline.outputs[output]
    lambda_ = pipeline.aws.client("lambda")
    variables = lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    with _serving(Handler) as url:
        detour = {**variables, f"AWS_ENDPOINT_URL_{service.upper()}": url}
        lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": detour})
        try:
            yield its
        finally:
            lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": variables})


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
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


def _process_at(port: int, to: int) -> int:
    """Return the id of the process that has a connection from a port to another, both on this machine."""
    for process in psutil.process_iter():
        try:
            connections = process.net_connections("tcp4")
        except psutil.Error:  # it has ended meanwhile, or is not ours
            continue
        for its in connections:
            if its.laddr and its.raddr and (its.laddr.port, its.raddr.port) == (port, to):
                return process.pid
    raise LookupError(f"no process has a connection from port {port}")
