"""One exchange over HTTP with one checked address: what comes in is counted and timed before anything reads it."""

import http.client
import io
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from ssl import SSLContext
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from chartwatch.services.egress import Destination

MAX_HEAD = 64 * 1024
"""Bytes of a status line and headers."""


class LimitPassed(Exception):
    """More bytes came, or more time passed, than an answer may take. `str()` says which."""


class Meter:
    """Counts what comes over the wire, and says how much time is left: for one fetch with all its attempts."""

    def __init__(self, max_bytes: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`max_bytes` come over the wire at most, within `seconds` from now."""
        self._max_bytes = self._allowed = max_bytes
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self.received = 0

    def left(self) -> float:
        """Return the seconds that are left. Raises `LimitPassed` when none are."""
        left = self._end - self._clock()
        if left <= 0:
            raise LimitPassed(f"took longer than {self._seconds:g} seconds")
        return left

    def begin(self) -> None:
        """Count anew from the first byte of an answer, of which only the head may come until `accept`."""
        self.received = 0
        self._allowed = MAX_HEAD

    def accept(self) -> None:
        """Let the body come."""
        self._allowed = self._max_bytes

    def room(self, wanted: int) -> int:
        """Return how many of the wanted bytes may be read at once. Raises `LimitPassed` when none may."""
        if self.received >= self._allowed:
            what = "a head" if self._allowed < self._max_bytes else "an answer"
            raise LimitPassed(f"{what} of more than {self._allowed} bytes on the wire")
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
        # A socket waits for each piece anew; so that drops do not add up, it never waits longer than is left.
        self._sock.settimeout(min(self._timeout, self._meter.left()))
        read = self._raw.readinto(view)
        self._meter.received += read or 0
        self._meter.left()
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _MeteredResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, meter: Meter, timeout: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_MeteredReader(sock, raw, meter, timeout))


class _Responding(HTTPConnection):
    def __init__(self, *args: Any, respond: Callable[..., Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.response_class = respond  # type: ignore[assignment]  # all that it is used for is to be called


class _Http(_Responding):
    pass


class _Https(_Responding, HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


def exchange(
    destination: Destination,
    address: str,
    headers: Mapping[str, str],
    meter: Meter,
    *,
    timeout: tuple[float, float],
    tls: SSLContext | None,
) -> tuple[urllib3.BaseHTTPResponse, urllib3.HTTPConnectionPool]:
    """Ask `address` for what `destination` names, by its name in TLS and in `Host`; no redirect is followed.

    `timeout` is the longest wait for a connection, and for each piece, in seconds. The caller closes both that are
    returned. Raises `LimitPassed`, or what urllib3 raises.
    """
    connect, read = timeout
    meter.begin()
    respond = partial(_MeteredResponse, meter=meter, timeout=read)
    if destination.scheme == "https":
        pool: urllib3.HTTPConnectionPool = _HttpsPool(
            address,
            destination.port,
            server_hostname=destination.host,
            ssl_context=tls,
            respond=respond,
        )
    else:
        pool = _HttpPool(address, destination.port, respond=respond)
    try:
        left = meter.left()
        response = pool.urlopen(
            "GET",
            destination.target,
            headers={"Host": destination.authority, **headers},
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=min(connect, left), read=min(read, left)),
        )
    except BaseException:
        pool.close()
        raise
    meter.accept()
    return response, pool
