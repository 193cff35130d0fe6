"""One HTTP exchange with one checked address; what comes in is counted and timed before anything reads it."""

import http.client
import io
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from ssl import SSLContext
from typing import Any

import urllib3

from chartwatch.services.egress import Destination

MAX_HEAD = 64 * 1024
"""Bytes of a status line and headers."""


class LimitExceeded(Exception):
    """More bytes came, or more time passed, than a response may take. `str()` says which."""


class Meter:
    """Counts the bytes on the wire and the seconds that are left, for one fetch with all its attempts."""

    def __init__(self, max_bytes: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """A response may have `max_bytes` on the wire, and all of them together `seconds` from now."""
        self._max_bytes = self._allowed = max_bytes
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self.received = 0

    @property
    def seconds_left(self) -> float:
        """The seconds that are left; none, or fewer, when time is up."""
        return self._end - self._clock()

    def check_time(self) -> float:
        """Return the seconds that are left. Raises `LimitExceeded` when there are none."""
        if (left := self.seconds_left) <= 0:
            raise LimitExceeded(f"took longer than {self._seconds:g} seconds")
        return left

    def start_response(self) -> None:
        """Count from the first byte of another response, of which only the head may come until `allow_body`."""
        self.received = 0
        self._allowed = MAX_HEAD

    def allow_body(self) -> None:
        """Let the body come."""
        self._allowed = self._max_bytes

    def room(self, wanted: int) -> int:
        """Return how many of the wanted bytes may be read at once. Raises `LimitExceeded` when none may."""
        if self.received >= self._allowed:
            what = "a head" if self._allowed < self._max_bytes else "a response"
            raise LimitExceeded(f"{what} of more than {self._allowed} bytes on the wire")
        return min(wanted, self._allowed - self.received)


class _MeteredReader(io.RawIOBase):
    """The bytes of a socket, each read under the meter."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, meter: Meter, timeout: float) -> None:
        self._sock = sock
        self._raw = raw
        self._meter = meter
        self._timeout = timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        view = memoryview(buffer)[: self._meter.room(len(buffer))]
        # A socket's timeout starts anew with each piece. It is never more than is left, so that a drip does not add up.
        self._sock.settimeout(min(self._timeout, self._meter.check_time()))
        read = self._raw.readinto(view)
        self._meter.received += read or 0
        self._meter.check_time()
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _MeteredResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, meter: Meter, timeout: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_MeteredReader(sock, raw, meter, timeout))


@contextmanager
def exchange(
    destination: Destination,
    address: str,
    headers: Mapping[str, str],
    meter: Meter,
    *,
    timeout: tuple[float, float],
    tls: SSLContext | None,
    posted: bytes | None = None,
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Yield the response of `address` to a request for `destination`, whose name TLS and `Host` give.

    It is a GET request, or a POST request of what is `posted`. No redirect is followed. `timeout` is the longest wait
    for a connection, and for each piece, in seconds. Raises `LimitExceeded`, or what urllib3 raises.
    """
    connect, read = timeout
    meter.start_response()
    if destination.scheme == "https":
        pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
            address, destination.port, server_hostname=destination.host, ssl_context=tls
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, destination.port)
    respond = staticmethod(partial(_MeteredResponse, meter=meter, timeout=read))
    pool.ConnectionCls = type("_Connection", (pool.ConnectionCls,), {"response_class": respond})
    left = meter.check_time()
    with (
        pool,
        pool.urlopen(
            "GET" if posted is None else "POST",
            destination.target,
            body=posted,
            headers={"Host": destination.authority, **headers},
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=min(connect, left), read=min(read, left)),
        ) as response,
    ):
        meter.allow_body()
        yield response
