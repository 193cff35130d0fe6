"""The egress policy: a fetch leads to listed hosts on the public internet, by addresses that are parsed strictly."""

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
"""The one host of this machine that may be reached, and only under `EgressPolicy.PUBLIC_AND_LOOPBACK`."""

_PORTS = {"http": 80, "https": 443}

_LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_AUTHORITY = re.compile(r"([^:@\[\]]+)(?::([1-9][0-9]{0,4}))?")
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
    """A parsed address: `host` is a name in lower case or 127.0.0.1, `target` the path with its query."""

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


class EgressPolicy(Enum):
    """What a connection may reach, each check of which raises `DestinationRefused`.

    PUBLIC: public addresses, by https. PUBLIC_AND_LOOPBACK: also 127.0.0.1, by http or https.
    """

    PUBLIC = "public"
    PUBLIC_AND_LOOPBACK = "public and loopback"

    def check_url(self, url: str, hosts: Collection[str]) -> Destination:
        """Return where `url` leads, if it is one of `hosts`: names, each with its port if that is not the usual one."""
        parsed = _parsed(url)
        if parsed.authority not in hosts:
            raise _refused(url, f"{parsed.authority} is not among {', '.join(sorted(hosts))}")
        if self._is_loopback(parsed):
            return parsed
        if not _NAME.fullmatch(parsed.host) or len(parsed.host) > 253:
            raise _refused(url, f"{parsed.host!r} is not the name of a public host")
        if parsed.scheme != "https":
            raise _refused(url, "only https is fetched")
        return parsed

    def check_redirect(self, origin: Destination, location: str, hosts: Collection[str]) -> Destination:
        """Return where a redirect from `origin` leads, if `check_url` allows it and https stays https."""
        # Some parsers take the host out of `///host`, and others none.
        if _is_unreadable(location) or location.startswith("///"):
            raise _refused(location, "is not an address")
        try:
            url = urljoin(origin.url, location)
        except ValueError as error:
            raise _refused(location, "is not an address") from error
        parsed = self.check_url(url, hosts)
        if origin.scheme == "https" and parsed.scheme != "https":
            raise _refused(url, "redirects from https to http")
        return parsed

    def check_address(self, destination: Destination, address: str) -> None:
        """Check an IP address that the name of a destination resolves to."""
        if not (address == LOOPBACK if self._is_loopback(destination) else is_public(address)):
            raise DestinationRefused(destination.authority, f"{repeated(address)} is not a public address")

    def _is_loopback(self, destination: Destination) -> bool:
        return destination.host == LOOPBACK and self is EgressPolicy.PUBLIC_AND_LOOPBACK


def authority(url: str) -> str:
    """Return the host of an address as lists of hosts name it; nothing, which is no host, if it cannot be parsed."""
    try:
        return _parsed(url).authority
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


def _parsed(url: str) -> Destination:
    """Parse an address; only what every parser of addresses would read alike."""
    if _is_unreadable(url):
        raise _refused(url, "is not an address of printable ASCII; write other characters as %xx")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _refused(url, "is not an address") from error
    if parts.scheme not in _PORTS or not parts.netloc:
        raise _refused(url, "is no address of http or https")
    if "@" in parts.netloc:
        raise _refused(url, "names a user; credentials do not belong into an address")
    found = _AUTHORITY.fullmatch(parts.netloc.lower())
    if found is None or int(found[2] or 0) > 65535:
        raise _refused(url, "has no readable host and port")
    query = f"?{parts.query}" if parts.query else ""
    return Destination(parts.scheme, found[1], int(found[2] or _PORTS[parts.scheme]), f"{parts.path or '/'}{query}")


def _is_unreadable(url: str) -> bool:
    return len(url) > MAX_URL or _UNPRINTABLE.search(url) is not None


def _refused(url: str, detail: str) -> DestinationRefused:
    return DestinationRefused(repeated(url), detail)
