"""A provider of charts on this machine: it serves one document over HTTP, as it stands at the moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from chartwatch_local.sink import serving


class Provider:
    """Serves `document` to whoever asks at `url`; whoever holds it may change it."""

    def __init__(self) -> None:
        """Begin with an empty document."""
        self.document = b""
        self.url = ""


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider on a free port of 127.0.0.1."""
    its = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = its.document
            self.send_response(200)
            self.send_header("Content-Type", "text/csv; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        its.url = f"{url}/chart.csv"
        yield its
