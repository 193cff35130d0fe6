"""What a response of HTTP says: why an attempt brought nothing, when to come back, and what its bytes unpack to."""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3
from urllib3.exceptions import HTTPError

from chartwatch.adapters.wire import LimitExceeded

SHORTEST_PAUSE = 1.0
"""Seconds that a response may ask to wait at least; for fewer, or a time that is past, `connection.PAUSES` count."""

LONGEST_PAUSE = 60.0
"""Seconds that a response may ask to wait; for longer ones the next scheduled fetch is the better time."""

BEGINNING = 2048
"""Bytes of the answer to what was posted that are read."""

PIECE = 64 * 1024
"""Bytes of a body that are read, and unpacked, at a time."""

_GZIP = 16 + zlib.MAX_WBITS


@dataclass
class AttemptFailed(Exception):
    """An attempt brought no document. `again`: another may; `after`: seconds that the response asks to wait.

    `status` is the response's, where there was one.
    """

    detail: str
    again: bool = False
    after: float | None = None
    status: int | None = None


def unpacked(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip data unpack to, a small piece at a time. Raises `zlib.error`, also where they end too early."""
    # urllib3 unpacks as well, and takes data that end too early for whole ones.
    member = zlib.decompressobj(_GZIP)
    for piece in packed:
        rest = piece
        while rest:
            member = zlib.decompressobj(_GZIP) if member.eof else member
            yield member.decompress(rest, PIECE)
            rest = member.unused_data or member.unconsumed_tail
    yield member.flush()
    if not member.eof:
        raise zlib.error("the gzip data end too early")


def validator(value: str | None) -> str | None:
    """Return a header's value if it can be sent back as it is, else None."""
    return value if value and len(value) <= 1000 and value.isascii() and value.isprintable() else None


def failure_of(response: urllib3.BaseHTTPResponse) -> AttemptFailed:
    """Return what a response is that brings neither a document nor a redirect."""
    detail = f"answered {response.status}{f' {response.reason}' if response.reason else ''}"
    if response.status not in (408, 429) and response.status < 500:
        return AttemptFailed(detail, status=response.status)
    after = retry_after(response.headers.get("Retry-After"))
    if after is not None and after > LONGEST_PAUSE:
        return AttemptFailed(f"{detail} and asks to come back after {after:.0f} seconds", status=response.status)
    # One that says "at once" gets the usual pause: asked at once, it would be so again and again.
    named = after if after is not None and after >= SHORTEST_PAUSE else None
    return AttemptFailed(detail, again=True, after=named, status=response.status)


def retry_after(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header names (RFC 9110, section 10.2.3), None where it names none."""
    value = (header or "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        # A time without a zone is GMT here, whatever this machine's zone is.
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def beginning_of(response: urllib3.BaseHTTPResponse) -> str:
    """Return how the body of an answer begins; nothing of one that says that all is well, or that breaks off."""
    if 200 <= response.status < 300:
        return ""
    try:
        return response.read(BEGINNING, decode_content=False).decode(errors="replace")
    except (HTTPError, LimitExceeded):
        return ""


def message_of(error: HTTPError | zlib.error | LimitExceeded) -> str:
    """Return what is wrong, without the object that urllib3 names first."""
    return re.sub(r"^(<.*?>|\w+\(.*?\)): ", "", str(error))
