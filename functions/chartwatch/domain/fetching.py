"""What a source may use to fetch; adapters implement it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider: a GET of `url` with `query`, and basic authentication where it is wanted."""

    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    basic_auth: tuple[str, str] | None = None

    @property
    def full_url(self) -> str:
        """The URL with its query, and without any credentials."""
        return f"{self.url}?{urlencode(self.query)}" if self.query else self.url


class Connection(Protocol):
    """Fetches documents and secrets, and knows the date."""

    def get(self, request: Request) -> bytes:
        """Return the body of the answer. Raises `SourceUnavailable` when there is none worth reading."""

    def secret(self, name: str) -> str:
        """Return the secret of that name (an SSM parameter). Raises `SourceUnavailable`."""

    def today(self) -> date:
        """Return the date, UTC."""
