"""What a source may use to fetch; adapters implement it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol
from urllib.parse import urlencode

MAX_BYTES = 128 * 1024 * 1024
"""Bytes of a body, decoded, unless a request wants fewer. Netflix's largest file has about 28 million in 2026."""


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a provider knows a version of a document again: its ETag, its Last-Modified, as they were sent."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider: a GET of `url` with `query`, and basic authentication where it is wanted.

    `hosts` are those that may be asked, redirects included, as `destinations.authority` names them. An answer of more
    than `max_bytes`, decoded, is refused. With `validators`, only a version that they do not know is sent.
    """

    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()
    max_bytes: int = MAX_BYTES
    validators: Validators = Validators()

    @property
    def full_url(self) -> str:
        """The URL with its query, and without any credentials."""
        return f"{self.url}?{urlencode(self.query)}" if self.query else self.url


@dataclass(frozen=True, slots=True)
class Answer:
    """A document, decoded, and by what its provider knows this version of it."""

    body: bytes
    validators: Validators


@dataclass(frozen=True, slots=True)
class NotModified:
    """The provider has no other version than the one that the request's validators name."""


class Connection(Protocol):
    """Fetches documents and secrets, and knows the date."""

    def get(self, request: Request) -> bytes:
        """Return the body of the answer. Raises `SourceUnavailable` when there is none worth reading.

        Raises `DestinationRefused` when the address leads where no fetch may.
        """

    def secret(self, name: str) -> str:
        """Return the secret of that name (an SSM parameter). Raises `SourceUnavailable`."""

    def today(self) -> date:
        """Return the date, UTC."""


class Asking(Connection, Protocol):
    """A connection that also asks for a new version alone."""

    def ask(self, request: Request) -> Answer | NotModified:
        """Return the answer, or that there is no version but the known one. Raises as `get` does."""


class ValidatorStore(Protocol):
    """Keeps by what each provider knows the version of its document that was taken in last."""

    def last(self, url: str) -> Validators:
        """Return those of the document at an address, without any where none is known."""

    def keep(self, url: str, validators: Validators) -> None:
        """Keep those of the document at an address, in place of the earlier ones."""


class NothingNew(Exception):
    """The provider has no other document than the one that was taken in last."""


class Renewal:
    """Fetches one document, if it is another than the one that was taken in last; implements `Connection`."""

    def __init__(self, connection: Asking, store: ValidatorStore) -> None:
        """`store` says what was taken in."""
        self._connection = connection
        self._store = store
        self._fetched: tuple[str, Validators, Validators] | None = None

    def get(self, request: Request) -> bytes:
        """Return the body of the answer. Raises `NothingNew`, and as `Connection.get` does."""
        url = request.full_url
        known = self._store.last(url)
        answer = self._connection.ask(replace(request, validators=known))
        if isinstance(answer, NotModified):
            raise NothingNew(url)
        self._fetched = url, known, answer.validators
        return answer.body

    def secret(self, name: str) -> str:
        """Return the secret of that name."""
        return self._connection.secret(name)

    def today(self) -> date:
        """Return the date, UTC."""
        return self._connection.today()

    def taken_in(self) -> None:
        """Remember what was fetched, now that it is taken in; what was refused is to be asked for again.

        Where another process has taken in a document since this one was asked for, one may have written over what the
        other wrote: then none is remembered, and the next fetch takes it in anew.
        """
        if self._fetched is not None:
            url, known, fetched = self._fetched
            self._store.keep(url, fetched if self._store.last(url) == known else Validators())
