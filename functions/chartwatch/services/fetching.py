"""What a source may use to fetch, and the conditional fetch of one document; adapters implement the protocols."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol
from urllib.parse import urlencode

MAX_BYTES = 128 * 1024 * 1024
"""Bytes of a decoded body, unless a request sets another limit. Netflix's largest file has about 28 million in 2026."""


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of one version of a document (RFC 9110, section 8.8), as they were received."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A GET request for `url` with `query`, and with basic authentication, or a bearer's token, where one is given.

    It may lead to `hosts` alone, redirects included; they are named as `egress.authority` names them. A response of
    more than `max_bytes`, decoded, is an error. `validators` make the request conditional: the provider sends the
    document only if it is another version. `seconds` are what it may take with all its attempts, where that is less
    than the connection allows.
    """

    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()
    max_bytes: int = MAX_BYTES
    validators: Validators = Validators()
    bearer: str | None = field(default=None, repr=False)
    seconds: float = math.inf

    @property
    def full_url(self) -> str:
        """The URL with its query, and without any credentials."""
        return f"{self.url}?{urlencode(self.query)}" if self.query else self.url


@dataclass(frozen=True, slots=True)
class Response:
    """A document, decoded, and the validators of this version of it."""

    body: bytes
    validators: Validators


@dataclass(frozen=True, slots=True)
class NotModified:
    """The document is still the version that the request's validators name."""


class Connection(Protocol):
    """Fetches documents, reads secrets, and knows the date."""

    def get(self, request: Request) -> bytes:
        """Return the body of the response.

        Raises `SourceUnavailable` when there is no usable response, and `DestinationRefused` when the egress policy
        does not allow where the address leads.
        """

    def secret(self, name: str) -> str:
        """Return the secret of that name (an SSM parameter). Raises `SourceUnavailable`."""

    def today(self) -> date:
        """Return the date, UTC."""


class ConditionalConnection(Connection, Protocol):
    """A connection that also makes conditional requests."""

    def get_if_modified(self, request: Request) -> Response | NotModified:
        """Return the response, or `NotModified` if the request's validators still hold. Raises as `get` does."""


class ValidatorStore(Protocol):
    """The validators of the document that was accepted last from each address."""

    def get(self, url: str) -> Validators:
        """Return the validators of an address; empty ones if none are stored."""

    def put(self, url: str, validators: Validators) -> None:
        """Store the validators of an address in place of the earlier ones."""


class DocumentUnchanged(Exception):
    """The provider still has the document that was accepted last."""


class ConditionalFetch:
    """Fetches one document unless it is the one that was accepted last; implements `Connection`."""

    def __init__(self, connection: ConditionalConnection, store: ValidatorStore) -> None:
        """`store` has the validators of what was accepted."""
        self._connection = connection
        self._store = store
        self._fetched: tuple[str, Validators, Validators] | None = None

    def get(self, request: Request) -> bytes:
        """Return the body of the response. Raises `DocumentUnchanged`, and as `Connection.get` does."""
        url = request.full_url
        stored = self._store.get(url)
        response = self._connection.get_if_modified(replace(request, validators=stored))
        if isinstance(response, NotModified):
            raise DocumentUnchanged(url)
        self._fetched = url, stored, response.validators
        return response.body

    def secret(self, name: str) -> str:
        """Return the secret of that name."""
        return self._connection.secret(name)

    def today(self) -> date:
        """Return the date, UTC."""
        return self._connection.today()

    def remember(self) -> None:
        """Store the validators of the fetched document, which was accepted; a rejected one is fetched again.

        Another process may have accepted a document since this one was fetched, and either may have overwritten what
        the other stored. Then no validators are stored, so that the next fetch brings the document again.
        """
        if self._fetched is not None:
            url, stored, fetched = self._fetched
            self._store.put(url, fetched if self._store.get(url) == stored else Validators())
