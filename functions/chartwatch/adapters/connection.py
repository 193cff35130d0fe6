"""The connection over which sources fetch: HTTP by urllib3, secrets from SSM Parameter Store."""

import socket
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from ssl import SSLContext
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from chartwatch.adapters.http_responses import (
    PIECE,
    AttemptFailed,
    beginning_of,
    failure_of,
    message_of,
    retry_after,
    unpacked,
    validator,
)
from chartwatch.adapters.wire import LimitExceeded, Meter, exchange
from chartwatch.domain.outside_text import repeated
from chartwatch.errors import SourceUnavailable
from chartwatch.services.egress import LOOPBACK, Destination, EgressPolicy, authority
from chartwatch.services.fetching import NotModified, Request, Response, Validators
from chartwatch.services.pacing import half_to_whole
from chartwatch.services.webhooks import Post, Reply

VERSION = "0.1.0"

USER_AGENT = f"Chartwatch/{VERSION} (watches popularity charts; asks a few times a day)"


def user_agent_with(contact: str) -> str:
    """Return the User-Agent that also says how to reach who asks: an address on the web, or of email.

    Wikimedia's policy asks for it (https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy).
    Raises `ValueError` for what a header cannot say.
    """
    if not contact.strip() or not contact.isascii() or not contact.isprintable() or set("()") & set(contact):
        raise ValueError(f"{contact!r} is no contact: an address on the web or of email, in ASCII, without brackets")
    return f"Chartwatch/{VERSION} (watches popularity charts; {contact.strip()})"


PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt at most, where the response asks for no other time."""

MAX_REDIRECTS = 5

Outcome = TypeVar("Outcome")


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
class Answer:
    """Whatever answered a request: the status with its reason, the headers, and the decoded body."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


def egress_policy(environment: Mapping[str, str]) -> EgressPolicy:
    """Return the egress policy: this machine may be reached only if AWS itself is on it, as in no deployment."""
    # A function on AWS has no such variable unless the template sets it, and the template does not.
    endpoint = urlsplit(environment.get("AWS_ENDPOINT_URL", ""))
    return EgressPolicy.PUBLIC_AND_LOOPBACK if endpoint.hostname == LOOPBACK else EgressPolicy.PUBLIC


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order in which to try them. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class HttpConnection:
    """Fetches by GET, follows redirects, decodes gzip, tries again; implements `fetching.ConditionalConnection`.

    It also posts, once, for `webhooks.Poster`.

    Each hop, the first one and every redirect, leads to a host that the request allows; its name is resolved once,
    `policy` checks all its addresses, and a checked address is the one connected to. `pauses` are the seconds between
    attempts, one more attempt than pauses, each as `jitter` makes it. `tls` is the context that verifies certificates,
    None for urllib3's. `user_agent` says who asks.
    """

    policy: EgressPolicy = EgressPolicy.PUBLIC
    limits: Limits = Limits()
    pauses: tuple[float, ...] = PAUSES
    wait: Callable[[float], None] = time.sleep
    jitter: Callable[[float], float] = half_to_whole
    resolve: Callable[[str, int], list[str]] = resolve
    clock: Callable[[], float] = time.monotonic
    tls: SSLContext | None = field(default=None, repr=False)
    user_agent: str = USER_AGENT

    def get(self, request: Request) -> bytes:
        """Return the decoded body of the response 200. Raises as `get_if_modified` does."""
        response = self.get_if_modified(request)
        if isinstance(response, NotModified):
            raise SourceUnavailable(authority(request.url), "answered 304 Not Modified")
        return response.body

    def get_if_modified(self, request: Request) -> Response | NotModified:
        """Return the decoded response 200, or `NotModified` if the request's validators still hold.

        Connections that fail, 408, 429 and 5xx are tried again, after the time that `Retry-After` names if it is not
        too long. Raises `DestinationRefused`, and `SourceUnavailable` for any other response and when the last attempt
        failed.
        """
        meter = Meter(self.limits.wire_bytes, min(self.limits.seconds, request.seconds), self.clock)
        first = self.policy.check_url(request.full_url, request.hosts)
        pauses = iter(self.pauses)
        while True:
            try:
                return self._attempt(request, first, meter, self._outcome)
            except AttemptFailed as failure:
                pause = next(pauses, None)
                seconds = self.jitter(pause or 0.0) if failure.after is None else failure.after
                if not failure.again or pause is None or meter.seconds_left <= seconds:
                    # A cause would show in a log what the provider sent, as it is.
                    raise SourceUnavailable(first.authority, repeated(failure.detail), failure.status) from None
            self.wait(seconds)

    def answer(self, request: Request) -> Answer:
        """Return what answers a request, whatever it is; it is asked once, and redirects are followed.

        Raises `DestinationRefused`, and `SourceUnavailable` when nothing answers, or more than may be read.
        """
        meter = Meter(self.limits.wire_bytes, min(self.limits.seconds, request.seconds), self.clock)
        first = self.policy.check_url(request.full_url, request.hosts)
        try:
            return self._attempt(request, first, meter, self._whatever)
        except AttemptFailed as failure:
            raise SourceUnavailable(first.authority, repeated(failure.detail)) from None

    def post(self, post: Post) -> Reply:
        """Return what answers a POST request, which leads to the host of its address alone; no redirect is followed.

        Raises `DestinationRefused`, and `SourceUnavailable` when nothing answers in time, though it may have got there.
        """
        meter = Meter(self.limits.wire_bytes, self.limits.seconds, self.clock)
        destination = self.policy.check_url(post.url, {authority(post.url)})
        headers = {**urllib3.make_headers(user_agent=self.user_agent), **post.headers}
        timeout, failure = (self.limits.connect, self.limits.read), HTTPError()
        try:
            for address in self._addresses(destination)[:2]:
                try:
                    with exchange(
                        destination, address, headers, meter, timeout=timeout, tls=self.tls, posted=post.body
                    ) as response:
                        after = retry_after(response.headers.get("Retry-After"))
                        return Reply(response.status, response.reason or "", after, beginning_of(response))
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error  # Nothing was sent.
        except AttemptFailed as error:
            raise SourceUnavailable(destination.authority, repeated(error.detail)) from None
        except (HTTPError, LimitExceeded) as error:
            raise SourceUnavailable(destination.authority, repeated(message_of(error))) from None
        raise SourceUnavailable(destination.authority, repeated(message_of(failure)))

    def secret(self, name: str) -> str:
        """Return a parameter of SSM Parameter Store, decrypted. Raises `SourceUnavailable` when it cannot be read."""
        try:
            return parameters.get_parameter(name, decrypt=True)
        except GetParameterError as error:
            raise SourceUnavailable(f"the parameter {name}", str(error)) from error

    def today(self) -> date:
        """Return the date, UTC."""
        return datetime.now(UTC).date()

    def _attempt(self, request: Request, first: Destination, meter: Meter, read: "Reader[Outcome]") -> Outcome:
        destination = first
        for _ in range(MAX_REDIRECTS + 1):
            outcome = self._hop(request, first, destination, meter, read)
            if not isinstance(outcome, Destination):
                return outcome
            destination = outcome
        raise AttemptFailed("too many redirects")

    def _hop(
        self, request: Request, first: Destination, destination: Destination, meter: Meter, read: "Reader[Outcome]"
    ) -> Outcome | Destination:
        """Return what one exchange brings; a redirect leads to another destination."""
        headers = _headers(request, self.user_agent, first, destination)
        timeout = self.limits.connect, self.limits.read
        failure = HTTPError()
        # A second address of the same name, checked like the first, is for when that cannot be connected to.
        for address in self._addresses(destination)[:2]:
            try:
                with exchange(destination, address, headers, meter, timeout=timeout, tls=self.tls) as response:
                    if response.status in (301, 302, 303, 307, 308) and response.headers.get("Location"):
                        return self.policy.check_redirect(destination, response.headers["Location"], request.hosts)
                    return read(request, response, meter)
            except LimitExceeded as error:
                raise AttemptFailed(str(error)) from error
            except HTTPError as error:
                failure = error
        raise AttemptFailed(message_of(failure), again=True)

    def _addresses(self, destination: Destination) -> list[str]:
        """Return the addresses of a destination, all of them checked."""
        try:
            addresses = self.resolve(destination.host, destination.port)
        except (OSError, UnicodeError) as error:
            raise AttemptFailed(f"{destination.host} cannot be resolved: {error}", again=True) from error
        if not addresses:
            raise AttemptFailed(f"{destination.host} has no address", again=True)
        for address in addresses:
            self.policy.check_address(destination, address)
        return addresses

    def _outcome(self, request: Request, response: urllib3.BaseHTTPResponse, meter: Meter) -> Response | NotModified:
        if response.status == 304 and request.validators != Validators():
            return NotModified()
        if response.status != 200:
            raise failure_of(response)
        body = self._decoded(request, response, meter)
        etag, modified = (validator(response.headers.get(name)) for name in ("ETag", "Last-Modified"))
        return Response(body, Validators(etag, modified))

    def _whatever(self, request: Request, response: urllib3.BaseHTTPResponse, meter: Meter) -> Answer:
        body = self._decoded(request, response, meter)
        return Answer(response.status, response.reason or "", response.headers, body)

    def _decoded(self, request: Request, response: urllib3.BaseHTTPResponse, meter: Meter) -> bytes:
        """Return the body of a response, unpacked where it is gzip."""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise AttemptFailed(f"the response is encoded as {encoding!r}, which was not asked for")
        pieces = response.stream(PIECE, decode_content=False)
        try:
            return self._body(request, unpacked(pieces) if "gzip" in encoding else pieces, meter)
        except (HTTPError, zlib.error) as error:
            raise AttemptFailed(f"the response broke off: {message_of(error)}", again=True) from error

    def _body(self, request: Request, decoded: Iterable[bytes], meter: Meter) -> bytes:
        body = bytearray()
        for piece in decoded:
            body += piece
            if len(body) > request.max_bytes:
                raise AttemptFailed(f"the response is larger than {request.max_bytes} bytes")
            if len(body) > max(self.limits.unpacked, meter.received * self.limits.ratio):
                raise AttemptFailed(f"the response is packed more than {self.limits.ratio} to 1")
            meter.check_time()
        return bytes(body)


Reader = Callable[[Request, urllib3.BaseHTTPResponse, Meter], Outcome]
"""What reads a response that is no redirect."""


def _headers(request: Request, user_agent: str, first: Destination, destination: Destination) -> dict[str, str]:
    """Return the headers for a hop. Credentials and validators are for the first origin alone."""
    at_first = destination.shares_origin(first)
    credentials = ":".join(request.basic_auth) if request.basic_auth and at_first else None
    headers = urllib3.make_headers(accept_encoding="gzip", user_agent=user_agent, basic_auth=credentials)
    conditions = {"If-None-Match": request.validators.etag, "If-Modified-Since": request.validators.last_modified}
    if request.bearer and at_first:
        headers["Authorization"] = f"Bearer {request.bearer}"
    return headers | {name: value for name, value in conditions.items() if value and at_first}
