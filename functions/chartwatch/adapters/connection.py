"""The connection over which sources fetch: HTTP by urllib3, secrets from SSM Parameter Store."""

import random
import socket
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from ssl import SSLContext

import urllib3
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from urllib3.exceptions import HTTPError

from chartwatch.adapters.wire import LimitPassed, Meter, exchange
from chartwatch.domain.outside_text import repeated
from chartwatch.errors import SourceUnavailable
from chartwatch.services.egress import Destination, Reach, authority
from chartwatch.services.fetching import Answer, NotModified, Request, Validators

VERSION = "0.1.0"

USER_AGENT = f"Chartwatch/{VERSION} (watches popularity charts; asks a few times a day)"

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt at most, where the answer asks for no other time."""

LONGEST_PAUSE = 60.0
"""Seconds that an answer may ask to wait; for longer ones the next scheduled fetch is the better time."""

MAX_REDIRECTS = 5

_PIECE = 64 * 1024

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take, whatever the other side does. `ratio` is of bytes decoded to bytes on the wire.

    `seconds` are for all attempts and pauses together, `connect` and `read` for one connection and one piece. A body
    smaller than `unpacked` bytes may have any ratio.
    """

    wire_bytes: int = 128 * 1024 * 1024
    ratio: int = 100
    unpacked: int = 1024 * 1024
    seconds: float = 300.0
    connect: float = 10.0
    read: float = 30.0


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an attempt gave no body. `again`: another may; `after`: seconds that the answer asks to wait."""

    detail: str
    again: bool = False
    after: float | None = None


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str


def half_to_whole(pause: float) -> float:
    """Return a pause somewhere between half of it and all of it, so that those who failed together ask apart."""
    return pause * random.uniform(0.5, 1.0)  # noqa: S311  # no secret depends on it


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order in which to try them. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class HttpConnection:
    """Fetches by GET, follows redirects, decodes gzip, tries again; implements `fetching.Asking`.

    Each hop, the first one and every redirect, leads to a host that the request allows; its name is resolved once, all
    its addresses are checked, and the checked address is the one connected to. `pauses` are the seconds between
    attempts, one more attempt than pauses, each as `vary` makes it. `tls` is the context that verifies certificates,
    None for urllib3's.
    """

    reach: Reach = Reach.PUBLIC
    limits: Limits = Limits()
    pauses: tuple[float, ...] = PAUSES
    wait: Callable[[float], None] = time.sleep
    vary: Callable[[float], float] = half_to_whole
    resolve: Callable[[str, int], list[str]] = resolve
    clock: Callable[[], float] = time.monotonic
    tls: SSLContext | None = field(default=None, repr=False)

    def get(self, request: Request) -> bytes:
        """Return the decoded body of the answer 200. Raises as `ask` does."""
        answer = self.ask(request)
        if isinstance(answer, NotModified):
            raise SourceUnavailable(authority(request.url), "answered 304 Not Modified")
        return answer.body

    def ask(self, request: Request) -> Answer | NotModified:
        """Return the decoded answer 200, or that there is no version but the one the request knows.

        Connections that fail, 408, 429 and 5xx are tried again, after the time that `Retry-After` names if it is not
        too long. Raises `DestinationRefused`, and `SourceUnavailable` for any other answer and when the last attempt
        failed.
        """
        meter = Meter(self.limits.wire_bytes, self.limits.seconds, self.clock)
        first = self.reach.destination(request.full_url, request.hosts)
        outcome = self._attempt(request, first, meter)
        for pause in self.pauses:
            if not isinstance(outcome, _Failure) or not outcome.again:
                break
            seconds = self.vary(pause) if outcome.after is None else max(outcome.after, 0.0)
            if not _is_left(meter, seconds):
                break
            self.wait(seconds)
            outcome = self._attempt(request, first, meter)
        if isinstance(outcome, _Failure):
            raise SourceUnavailable(first.authority, repeated(outcome.detail))
        return outcome

    def secret(self, name: str) -> str:
        """Return a parameter of SSM Parameter Store, decrypted. Raises `SourceUnavailable` when it cannot be read."""
        try:
            return parameters.get_parameter(name, decrypt=True)
        except GetParameterError as error:
            raise SourceUnavailable(f"the parameter {name}", str(error)) from error

    def today(self) -> date:
        """Return the date, UTC."""
        return datetime.now(UTC).date()

    def _attempt(self, request: Request, first: Destination, meter: Meter) -> Answer | NotModified | _Failure:
        destination = first
        for _ in range(MAX_REDIRECTS + 1):
            outcome = self._hop(request, destination, _headers(request, first, destination), meter)
            if not isinstance(outcome, _Redirect):
                return outcome
            destination = self.reach.redirected(destination, outcome.location, request.hosts)
        return _Failure("too many redirects")

    def _hop(
        self, request: Request, destination: Destination, headers: Mapping[str, str], meter: Meter
    ) -> Answer | NotModified | _Redirect | _Failure:
        try:
            addresses = self.resolve(destination.host, destination.port)
        except (OSError, UnicodeError) as error:
            return _Failure(f"{destination.host} cannot be resolved: {error}", again=True)
        if not addresses:
            return _Failure(f"{destination.host} has no address", again=True)
        for address in addresses:
            self.reach.refuse_address(destination, address)
        outcome = _Failure("")
        try:
            # Another address of the same answer, already checked, where one cannot be connected to.
            for address in addresses[:2]:
                try:
                    response, pool = exchange(
                        destination, address, headers, meter, timeout=self._timeout(), tls=self.tls
                    )
                except HTTPError as error:
                    outcome = _Failure(_said(error), again=True)
                    continue
                try:
                    return self._taken(request, response, meter)
                finally:
                    response.close()
                    pool.close()
        except LimitPassed as error:
            return _Failure(str(error))
        return outcome

    def _timeout(self) -> tuple[float, float]:
        return self.limits.connect, self.limits.read

    def _taken(
        self, request: Request, response: urllib3.BaseHTTPResponse, meter: Meter
    ) -> Answer | NotModified | _Redirect | _Failure:
        if response.status == 304 and request.validators != Validators():
            return NotModified()
        if response.status in (301, 302, 303, 307, 308) and response.headers.get("Location"):
            return _Redirect(response.headers["Location"])
        if response.status != 200:
            return _refused(response)
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            return _Failure(f"the answer is encoded as {encoding!r}, which was not asked for")
        try:
            return self._read(request, response, meter, _unpacked if "gzip" in encoding else iter)
        except (HTTPError, zlib.error) as error:
            return _Failure(f"the answer broke off: {_said(error)}", again=True)

    def _read(
        self,
        request: Request,
        response: urllib3.BaseHTTPResponse,
        meter: Meter,
        unpack: Callable[[Iterable[bytes]], Iterator[bytes]],
    ) -> Answer | _Failure:
        pieces: list[bytes] = []
        size = 0
        for piece in unpack(response.stream(_PIECE, decode_content=False)):
            size += len(piece)
            if size > request.max_bytes:
                return _Failure(f"the answer is larger than {request.max_bytes} bytes")
            if size > self.limits.unpacked and size > meter.received * self.limits.ratio:
                return _Failure(f"the answer is packed more than {self.limits.ratio} to 1")
            meter.left()
            pieces.append(piece)
        etag, modified = (_validator(response.headers.get(name)) for name in ("ETag", "Last-Modified"))
        return Answer(b"".join(pieces), Validators(etag, modified))


def _unpacked(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip data say, a small piece at a time. Raises `zlib.error`, also where they end too early."""
    # urllib3 unpacks as well, and takes data that end too early for whole ones.
    member = zlib.decompressobj(_GZIP)
    for piece in packed:
        rest = piece
        while rest:
            member = zlib.decompressobj(_GZIP) if member.eof else member
            yield member.decompress(rest, _PIECE)
            rest = member.unused_data or member.unconsumed_tail
    yield member.flush()
    if not member.eof:
        raise zlib.error("the gzip data end too early")


def _validator(said: str | None) -> str | None:
    """Return a header's value as it may be sent back, None where it may not."""
    return said if said and len(said) <= 1000 and said.isascii() and said.isprintable() else None


def _headers(request: Request, first: Destination, destination: Destination) -> dict[str, str]:
    """Return the headers for a hop. Credentials, and what is known of a version, are for the first origin alone."""
    at_first = destination.shares_origin(first)
    credentials = ":".join(request.basic_auth) if request.basic_auth and at_first else None
    headers = urllib3.make_headers(accept_encoding="gzip", user_agent=USER_AGENT, basic_auth=credentials)
    known = {"If-None-Match": request.validators.etag, "If-Modified-Since": request.validators.last_modified}
    return headers | {name: value for name, value in known.items() if value and at_first}


def _refused(response: urllib3.BaseHTTPResponse) -> _Failure:
    detail = f"answered {response.status}{f' {response.reason}' if response.reason else ''}"
    if response.status not in (408, 429) and response.status < 500:
        return _Failure(detail)
    after = _seconds(response.headers.get("Retry-After"))
    if after is not None and after > LONGEST_PAUSE:
        return _Failure(f"{detail} and asks to come back after {after:.0f} seconds")
    return _Failure(detail, again=True, after=after)


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds that a Retry-After header names (RFC 9110, section 10.2.3), None where it names none."""
    if retry_after is None:
        return None
    said = retry_after.strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
        # A time without a zone is GMT here, whatever this machine's zone is.
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return (moment - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def _is_left(meter: Meter, seconds: float) -> bool:
    """Return whether there is time for a pause."""
    try:
        return meter.left() > seconds
    except LimitPassed:
        return False


def _said(error: HTTPError | zlib.error) -> str:
    """Return what is wrong, without the object that urllib3 names first."""
    return str(error).rpartition(">: ")[2]
