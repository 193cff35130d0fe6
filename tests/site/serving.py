"""A folder of pages on 127.0.0.1, under the policy that the site is deployed with."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

from chartwatch.site.rendering import POLICY


class _Pages(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map: ClassVar[dict[str, str]] = {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".xml": "application/atom+xml; charset=utf-8",
        ".svg": "image/svg+xml",
        ".csv": "text/csv; charset=utf-8",
        "": "application/octet-stream",
    }

    def __init__(self, *request: Any, policy: str, **options: Any) -> None:
        self._policy = policy
        super().__init__(*request, **options)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        if self._policy:
            self.send_header("Content-Security-Policy", self._policy)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a window that closed before all was read."""


@contextmanager
def serving(folder: Path, policy: str = POLICY) -> Iterator[str]:
    """Serve `folder` on a free port, under `policy` unless it is empty; yield its address."""
    with _Server(("127.0.0.1", 0), partial(_Pages, directory=str(folder), policy=policy)) as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.05), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
