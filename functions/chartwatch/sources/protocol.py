"""What a source is."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self

from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.services.fetching import Connection


class Source(Protocol):
    """One provider's way of publishing charts.

    `summary` is one line for a person, `options` says what each option means. `whole_history`: each document repeats
    all that was ever published. `fetch` returns one document, as published, that is kept as it is; `parse` reads a
    document, also one from a file, and raises a `SourceError` that says why it cannot be believed.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    whole_history: ClassVar[bool]
    options: ClassVar[Mapping[str, str]]

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""

    @property
    def url(self) -> str:
        """Where the documents come from, as evidence names it: without credentials."""

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that a fetch may ask, redirects included, each with its port where that is not the usual one."""

    def fetch(self, connection: Connection) -> bytes:
        """Return the provider's current document."""

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications that a document holds, oldest first."""
