"""Text that comes from outside, made fit to be shown: in subjects, texts, logs and as evidence."""

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from anyascii import anyascii

MAX_SHOWN = 300
"""Characters of somebody else's words that a message of ours repeats."""

HIDDEN = "…"
"""What stands where a secret was."""

_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")

# Of no width, or blank, and yet marks and letters to Unicode: joiners, fillers and selectors of variants.
_UNSEEN = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")

# Bounded, so that no text takes long.
_SECRET = re.compile(
    r"(?i)((?:[?&;]|\b)[\w.\-]{0,30}(?:key|token|secret|passw|pwd|sig|auth|credential)[\w.\-]{0,30}=)[^&;#\s]+"
)


def plain(said: str) -> str:
    """Return text without control, bidirectional, unassigned and zero-width characters; line breaks become spaces."""
    if said.isascii() and said.isprintable():
        return said
    shown = ("" if unicodedata.category(ch)[0] == "C" else ch for ch in _UNSEEN.sub("", said.translate(_SPACED)))
    return "".join(shown)


def printable_ascii(said: str) -> str:
    """Return one line of printable ASCII, other scripts transliterated."""
    return " ".join("".join(ch for ch in anyascii(plain(said)) if " " <= ch <= "~").split())


def repeated(said: str) -> str:
    """Return somebody else's words as a log or an error may repeat them: plain, without secrets, and not too long."""
    shown = without_secrets(" ".join(plain(said[: 4 * MAX_SHOWN]).split()))
    return shown if len(shown) <= MAX_SHOWN else f"{shown[: MAX_SHOWN - 1]}…"


def without_secrets(said: str) -> str:
    """Return text, or an address, with what names and unlocks an account hidden: user info, and keys in a query."""
    return _SECRET.sub(rf"\g<1>{HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", said))


def as_evidence(url: str) -> str:
    """Return an address as evidence names it: without user info, keys and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return without_secrets(url)
    host = parts.netloc.rpartition("@")[2]
    return without_secrets(urlunsplit(parts._replace(netloc=host, fragment="")))


_SPACED = {ord(ch): " " for ch in _BREAKS}
