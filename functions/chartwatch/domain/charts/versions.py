"""Versions of an edition: in which order they stand, which are kept whole, and how large they are."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from chartwatch.domain.charts.publications import Edition, Entry, Provenance, Version

MAX_VERSIONS = 100
"""Versions of an edition that are stored whole: the first and the latest ones. All raw files are in the archive."""

MAX_TRIMMED = 2000
"""Documents of further versions that are named."""

MAX_EDITION = 250_000
"""Bytes of the entries of an edition (`size_of`): some 4,000 ranks. An item of DynamoDB has 400 kB, and holds further
versions too."""

Versions = Sequence[Version]
"""The versions of one edition, oldest first; each differs from the one before."""


def with_version(versions: Versions, added: Version) -> Versions:
    """Return the versions with one more, in the order of their times fetched; one of unknown time comes last.

    A version with the same edition as the one before or after it is not added. One that belongs among trimmed versions
    is trimmed itself: who wants it told apart from these reads them first (`is_among_trimmed`).
    """
    at = _place_of(versions, added.provenance)
    if is_among_trimmed(versions, added.provenance):
        named = versions[at].trimmed
        if added.provenance in named:
            return versions
        trimmed = sorted((*named, added.provenance), key=lambda its: its.fetched_at or "")
        return (*versions[:at], versions[at]._replace(trimmed=tuple(trimmed)), *versions[at + 1 :])
    if any(neighbour.edition == added.edition for neighbour in versions[max(at - 1, 0) : at + 1]):
        return versions
    return (*versions[:at], added, *versions[at:])


def concluded_until(editions: Mapping[str, Versions]) -> str | None:
    """Return up to which time fetched what documents changed of a publication is not all there; None if it is.

    It is the latest time of a version whose predecessor is trimmed, empty where that is not known.
    """
    after = (version for versions in editions.values() for version in versions if version.trimmed)
    return max((version.provenance.fetched_at or "" for version in after), default=None)


def is_among_trimmed(versions: Versions, provenance: Provenance) -> bool:
    """Return whether a document was fetched at a time of which an edition's versions are trimmed."""
    at = _place_of(versions, provenance)
    return at < len(versions) and bool(versions[at].trimmed)


def trimmed(versions: Versions, most: int, named: int = MAX_TRIMMED) -> Versions:
    """Return the first and the latest versions, at most `most`; the one after the gap names what was left out.

    It names the latest documents of these, `named` at most.

    What is concluded from versions needs only these: the current one, and of each document that is told of, what it
    changed of the version before it. What older documents have shown is kept as it was concluded (`Revisions`).
    """
    if len(versions) <= most:
        return versions
    first, others = (versions[:1], versions[1:]) if most > 1 else ((), versions)
    gone, rest = others[: len(versions) - most], others[len(versions) - most :]
    names = [its for version in gone for its in (*version.trimmed, version.provenance)]
    after = rest[0]._replace(trimmed=(*names, *rest[0].trimmed)[-named:] if named else ())
    return (*first, after, *rest[1:])


def size_of(edition: Edition) -> int:
    """Return the bytes of an edition's entries as compact JSON, which is how they are stored."""
    return len(written(edition.entries))


def written(entries: Sequence[Entry]) -> bytes:
    """Return entries as compact JSON, without the id and the credit that they do not have."""
    rows = [entry if entry.credit else entry[:-1] if entry.id else entry[:-2] for entry in entries]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _place_of(versions: Versions, provenance: Provenance) -> int:
    """Return before which version one of that document belongs."""
    fetched_at = provenance.fetched_at
    if not fetched_at:
        return len(versions)
    later = (i for i, version in enumerate(versions) if (version.provenance.fetched_at or "") > fetched_at)
    return next(later, len(versions))


def known_by(versions: Versions, day: date) -> Versions:
    """Return the versions that had been fetched by the end of a day (UTC); one of unknown time had not."""
    return [version for version in versions if (version.provenance.fetched_at or "9999")[:10] <= day.isoformat()]


def is_trimmed_at(versions: Versions, day: date) -> bool:
    """Return whether the version that was the latest by the end of a day (UTC) is one that is trimmed."""
    after = next((its for its in versions if (its.provenance.fetched_at or "9999")[:10] > day.isoformat()), None)
    return after is not None and any((its.fetched_at or "9999")[:10] <= day.isoformat() for its in after.trimmed)
