"""The versions of an edition as stores keep them: the earlier ones packed, and as many as there is room for."""

from dataclasses import dataclass

from pydantic import ConfigDict, TypeAdapter

from chartwatch.adapters.dynamodb.codec import Packed
from chartwatch.domain.charts.publications import Provenance, Version
from chartwatch.domain.charts.versions import MAX_TRIMMED, MAX_VERSIONS, Versions, trimmed

MAX_EARLIER = 140_000
"""Bytes of the earlier versions of an edition, packed: a third of an item of DynamoDB (400 kB)."""

# Most replays have no second version.
_ON_FIRST_USE = ConfigDict(defer_build=True)
_EARLIER = Packed(TypeAdapter(tuple[Version, ...], config=_ON_FIRST_USE))
_TRIMMED = Packed(TypeAdapter(tuple[Provenance, ...], config=_ON_FIRST_USE))


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is kept beside the current version of an edition: the versions before it, and which are trimmed right there.

    Both are packed; empty where there are none.
    """

    versions: bytes = b""
    trimmed: bytes = b""

    @classmethod
    def of(cls, versions: Versions) -> "Earlier":
        """Return all but the last of the versions of an edition: the first and as many of the latest as fit."""
        if len(versions) == 1 and not versions[0].trimmed:
            return cls()
        most, named = min(len(versions), MAX_VERSIONS), MAX_TRIMMED
        while True:
            *before, current = trimmed(versions, most, named)
            packed = cls(
                _EARLIER.packed(tuple(before)) if before else b"",
                _TRIMMED.packed(current.trimmed) if current.trimmed else b"",
            )
            size = len(packed.versions) + len(packed.trimmed)
            if size <= MAX_EARLIER:
                return packed
            if most > 1:
                # With room to spare, the next versions do not have to be packed again and again.
                most = max(1, min(most * 3 // 4, most * MAX_EARLIER // size))
            else:
                named //= 2

    def with_current(self, current: Version) -> Versions:
        """Return the versions of an edition that are stored, the current one last."""
        before = _EARLIER.unpacked(self.versions) if self.versions else ()
        named = _TRIMMED.unpacked(self.trimmed) if self.trimmed else ()
        return (*before, current._replace(trimmed=named))
