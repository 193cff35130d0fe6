"""The connection over which sources fetch: HTTP by urllib3, secrets from SSM Parameter Store."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import urllib3
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from urllib3.exceptions import HTTPError, LocationValueError, MaxRetryError, ResponseError

from chartwatch.domain.fetching import Request
from chartwatch.errors import SourceUnavailable

VERSION = "0.1.0"

USER_AGENT = f"Chartwatch/{VERSION} (watches popularity charts; asks a few times a day)"

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt, where the answer asks for no other time."""

LONGEST_PAUSE = 60.0
"""Seconds that an answer may ask to wait; for longer ones the next scheduled fetch is the better time."""

MAX_BYTES = 256 * 1024 * 1024
"""Bytes of a body, decoded. Netflix's largest file has about 28 million in 2026."""

_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an attempt gave no body. `again`: another may; `after`: seconds that the answer asks to wait."""

    detail: str
    again: bool = False
    after: float | None = None


class HttpConnection:
    """Fetches by GET, follows redirects, decodes gzip, tries again; implements `fetching.Connection`."""

    def __init__(
        self,
        *,
        pauses: tuple[float, ...] = PAUSES,
        max_bytes: int = MAX_BYTES,
        timeout: urllib3.Timeout | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`pauses` are the seconds between attempts, one more attempt than pauses; `wait` waits so long."""
        self._pauses = pauses
        self._max_bytes = max_bytes
        self._wait = wait
        self._pool = urllib3.PoolManager(timeout=timeout or urllib3.Timeout(connect=10, read=30))

    def get(self, request: Request) -> bytes:
        """Return the decoded body of the answer 200.

        Connections that fail, 408, 429 and 5xx are tried again, after the time that `Retry-After` names if it is not
        too long. Raises `SourceUnavailable` for any other answer, and when the last attempt failed.
        """
        outcome = self._attempt(request)
        for pause in self._pauses:
            if isinstance(outcome, bytes) or not outcome.again:
                break
            self._wait(pause if outcome.after is None else max(outcome.after, 0.0))
            outcome = self._attempt(request)
        if isinstance(outcome, bytes):
            return outcome
        raise SourceUnavailable(urlsplit(request.url).netloc, outcome.detail)

    def secret(self, name: str) -> str:
        """Return a parameter of SSM Parameter Store, decrypted. Raises `SourceUnavailable` when it cannot be read."""
        try:
            return parameters.get_parameter(name, decrypt=True)
        except GetParameterError as error:
            raise SourceUnavailable(f"the parameter {name}", str(error)) from error

    def today(self) -> date:
        """Return the date, UTC."""
        return datetime.now(UTC).date()

    def _attempt(self, request: Request) -> bytes | _Failure:
        # Redirects are urllib3's matter; it drops the credentials when one leads to another host. The rest is ours.
        retries = urllib3.Retry(total=None, connect=0, read=0, status=0, other=0, redirect=5)
        try:
            response = self._pool.request(
                "GET", request.full_url, headers=_headers(request), retries=retries, preload_content=False
            )
        except LocationValueError as error:
            return _Failure(f"{request.url} is no address: {error}")
        except MaxRetryError as error:
            return _Failure(str(error.reason), again=not isinstance(error.reason, ResponseError))
        except HTTPError as error:
            return _Failure(str(error), again=True)
        try:
            return self._body(request, response)
        except HTTPError as error:
            return _Failure(f"the answer broke off: {error}", again=True)
        finally:
            response.close()

    def _body(self, request: Request, response: urllib3.BaseHTTPResponse) -> bytes | _Failure:
        if response.status != 200:
            return _refused(response)
        hops = response.retries.history if response.retries else ()
        if request.url.startswith("https:") and any((hop.redirect_location or "").startswith("http:") for hop in hops):
            return _Failure("redirects from https to http")
        pieces: list[bytes] = []
        size = 0
        for piece in response.stream(_PIECE, decode_content=True):
            size += len(piece)
            if size > self._max_bytes:
                return _Failure(f"the answer is larger than {self._max_bytes} bytes")
            pieces.append(piece)
        return b"".join(pieces)


def _headers(request: Request) -> dict[str, str]:
    credentials = ":".join(request.basic_auth) if request.basic_auth else None
    return urllib3.make_headers(accept_encoding="gzip", user_agent=USER_AGENT, basic_auth=credentials)


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
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()
