"""Providers on this machine, over HTTP: well-behaved ones, and such as say what they like, byte by byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chartwatch.services.fetching import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it reached the server."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `length` is what Content-Length says, where that is not the truth."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


class Server:
    """Answers as `answer` says, and remembers what was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[Asked], Answer] = lambda _: Answer(status=404)
        self.asked: list[Asked] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self.address = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answers(self, *answers: Answer) -> None:
        """Give these answers in turn."""
        remaining = iter(answers)
        self.answer = lambda _: next(remaining)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._take(b"")

            def do_POST(self) -> None:
                self._take(self.rfile.read(int(self.headers["Content-Length"])))

            def _take(self, body: bytes) -> None:
                parts, headers = urlsplit(self.path), {k.lower(): v for k, v in self.headers.items()}
                asked = Asked(parts.path, parse_qs(parts.query), headers, self.command, body)
                server.asked.append(asked)
                answer = server.answer(asked)
                with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked may have given up
                    self._say(answer)

            def _say(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        return Handler

    def request(self, path: str = "", **more: Any) -> Request:
        """Return a request to this server, of whatever else a request has."""
        return Request(f"{self.address}{path}", **{"hosts": frozenset({self.host}), **more})

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")


@contextmanager
def raw_server(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the host of a server that reads the head of a request, and then lets `say` have the socket."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                its, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=_serve_one, args=(its, say), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _serve_one(its: socket.socket, say: Callable[[socket.socket], None]) -> None:
    with its:
        head = b""
        try:
            while b"\r\n\r\n" not in head and (piece := its.recv(65536)):
                head += piece
            say(its)
        except OSError:
            pass  # whoever asked has heard enough
