"""The base of the sources whose provider publishes one document at one address."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from chartwatch.domain.outside_text import as_evidence
from chartwatch.errors import OptionError
from chartwatch.services.egress import authority
from chartwatch.services.fetching import Connection, Request
from chartwatch.sources.options import Options, descriptions, read_options
from chartwatch.sources.protocol import Source


class AddressOptions(Options):
    """The options of a source whose document has a usual address."""

    url: str = Field(
        default="", pattern="^(https?://.*)?$", description="where the document is, if not at its usual address"
    )


class SingleDocumentSource(Source):
    """A source whose fetch is one GET of one address; a subclass adds `name`, `summary`, `whole_history` and `parse`.

    `address` is where the provider publishes the document; empty for a source that learns it from its options alone.
    """

    address: str = ""
    options = descriptions(AddressOptions)

    def __init__(self, address: str) -> None:
        """Fetch the document from `address`; empty for a source that only reads files."""
        self._address = address

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """Return the source with these options. Raises `OptionError`."""
        return cls(read_options(cls.name, AddressOptions, options).url or cls.address)

    @property
    def url(self) -> str:
        """The address of the document as evidence shows it, empty where there is none."""
        return as_evidence(self._address)

    @property
    def hosts(self) -> frozenset[str]:
        """The host of the address."""
        return frozenset({authority(self._address)} if self._address else ())

    def fetch(self, connection: Connection) -> bytes:
        """Return the document as it is now. Raises `OptionError` where no address is known."""
        if not self._address:
            raise OptionError("url", f"{self.name} needs it to fetch the file")
        return connection.get(Request(self._address, hosts=self.hosts))
