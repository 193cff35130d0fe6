"""Sources: one file a provider, each of which turns a provider's bytes into publications."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Protocol, Self

from chartwatch.domain.charts import Provenance, Publication


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider: a GET of `url` with `query`, and basic authentication where it is wanted."""

    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    basic_auth: tuple[str, str] | None = None


class Connection(Protocol):
    """What a source may use to fetch; the adapters implement it."""

    def get(self, request: Request) -> bytes:
        """Return the body of the answer. Raises `SourceUnavailable` when there is none worth reading."""

    def secret(self, name: str) -> str:
        """Return the secret of that name (an SSM parameter)."""

    def today(self) -> date:
        """Return the date, UTC."""


class Source(Protocol):
    """One provider's way of publishing charts.

    `summary` is one line for a person. `whole_history`: each document repeats all that was ever published.
    `fetch` returns one document, as published, that is kept as it is; `parse` reads a document, also one from a file,
    and raises a `SourceError` that says why it cannot be believed.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    whole_history: ClassVar[bool]

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""

    @property
    def url(self) -> str:
        """Where the documents come from, as evidence names it."""

    def fetch(self, connection: Connection) -> bytes:
        """Return the provider's current document."""

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications that a document holds, oldest first."""
