"""The interface that every source implements."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self

from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.services.fetching import Connection


class Source(Protocol):
    """One provider's way of publishing charts: where its documents are, and how they are read.

    `summary` is one line for `chartwatch sources`, and `options` has the meaning of each option by its name.
    `whole_history` is true where each document repeats all that was ever published: then a period that is missing in a
    later document is an error.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    whole_history: ClassVar[bool]
    options: ClassVar[Mapping[str, str]]

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options, values of JSON or text. Raises `OptionError`."""

    @property
    def url(self) -> str:
        """The address of the documents as evidence shows it: without credentials."""

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that a fetch may reach, redirects included, each with its port where that is not the usual one."""

    def fetch(self, connection: Connection) -> bytes:
        """Return the provider's current document, which is archived as it is."""

    def parse(self, body: bytes, provenance: Provenance) -> list[Publication]:
        """Return the publications in a document, oldest first. Raises the `SourceError` that names what is wrong."""
