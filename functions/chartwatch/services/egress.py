"""Where a fetch may lead: addresses read strictly, hosts from a list, and nothing but the public internet."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

from chartwatch.domain.outside_text import repeated
from chartwatch.errors import DestinationRefused

MAX_URL = 8192
"""Characters of an address."""

LOOPBACK = "127.0.0.1"
"""The one host that may be asked on this machine, and that only by `Reach.LOCAL`."""

_PORTS = {"http": 80, "https": 443}

_LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_AUTHORITY = re.compile(r"([^:@\[\]]*)(?::([1-9][0-9]{0,4}))?")
_UNPRINTABLE = re.compile(r"[^!-~]|[\\^`{|}<>\"]")

# What `is_global` lets through, or did in some version of Python, and which leads elsewhere than it says: translated,
# tunnelled and relayed addresses, and a cloud's own server beside the metadata services.
_MISLEADING = tuple(
    map(
        ip_network,
        (
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",  # NAT64 of one's own
            "::/96",  # IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated
            "2001::/23",  # Teredo and other protocols'
            "2002::/16",  # 6to4
            "3fff::/20",  # documents'
            "192.0.0.0/24",  # protocols'
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16/32",  # Azure's own
        ),
    )
)
_UNICAST = ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class Destination:
    """An address that was read: `host` is a name in lower case or 127.0.0.1, `target` the path with its query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address."""
        return f"{self.scheme}://{self.authority}{self.target}"

    def shares_origin(self, other: "Destination") -> bool:
        """Return whether scheme, host and port are the same: credentials for one are for the other."""
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)


class Reach(Enum):
    """How far a connection reaches. PUBLIC: https, to public addresses. LOCAL: this machine besides, by http."""

    PUBLIC = "public"
    LOCAL = "local"

    def destination(self, url: str, hosts: Collection[str]) -> Destination:
        """Return where `url` leads. `hosts` are those that may be asked, with a port where it is not the usual one.

        Raises `DestinationRefused`.
        """
        read = _read(url)
        if read.authority not in hosts:
            raise DestinationRefused(repeated(url), f"{read.authority} is not among {', '.join(sorted(hosts))}")
        if read.host == LOOPBACK and self is Reach.LOCAL:
            return read
        if not _NAME.fullmatch(read.host) or len(read.host) > 253:
            raise DestinationRefused(repeated(url), f"{read.host!r} is not the name of a public host")
        if read.scheme != "https":
            raise DestinationRefused(repeated(url), "only https is fetched")
        return read

    def redirected(self, origin: Destination, location: str, hosts: Collection[str]) -> Destination:
        """Return where a redirect leads. Raises `DestinationRefused`."""
        # Some readers take the host out of `///host`, and others none.
        if len(location) > MAX_URL or _UNPRINTABLE.search(location) or location.startswith("///"):
            raise DestinationRefused(repeated(location), "is not an address")
        try:
            url = urljoin(origin.url, location)
        except ValueError as error:
            raise DestinationRefused(repeated(location), "is not an address") from error
        read = self.destination(url, hosts)
        if origin.scheme == "https" and read.scheme != "https":
            raise DestinationRefused(repeated(url), "redirects from https to http")
        return read

    def refuse_address(self, destination: Destination, address: str) -> None:
        """Raise `DestinationRefused` where a name leads to an address that no provider of charts has."""
        here = destination.host == LOOPBACK and self is Reach.LOCAL
        if not (address == LOOPBACK if here else is_public(address)):
            raise DestinationRefused(destination.authority, f"{repeated(address)} is not a public address")


def authority(url: str) -> str:
    """Return the host of an address as lists of hosts have it; nothing where it cannot be read, which is no host."""
    try:
        return _read(url).authority
    except DestinationRefused:
        return ""


def is_public(address: str) -> bool:
    """Return whether an IP address is one host's on the public internet, and says so itself."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or any(ip in net for net in _MISLEADING):
        return False
    return not isinstance(ip, IPv6Address) or (ip in _UNICAST and ip.scope_id is None)


def _read(url: str) -> Destination:
    """Read an address; only what every reader of addresses would read alike."""

    def refused(detail: str) -> DestinationRefused:
        return DestinationRefused(repeated(url), detail)

    if len(url) > MAX_URL or _UNPRINTABLE.search(url):
        raise refused("is not an address of printable ASCII; write other characters as %xx")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise refused("is not an address") from error
    if parts.scheme not in _PORTS or not parts.netloc:
        raise refused("is no address of http or https")
    if "@" in parts.netloc:
        raise refused("names a user; credentials do not belong into an address")
    found = _AUTHORITY.fullmatch(parts.netloc.lower())
    if found is None or not found[1]:
        raise refused("has no readable host and port")
    port = int(found[2]) if found[2] else _PORTS[parts.scheme]
    if port > 65535:
        raise refused("has no readable host and port")
    query = f"?{parts.query}" if parts.query else ""
    return Destination(parts.scheme, found[1], port, f"{parts.path or '/'}{query}")
