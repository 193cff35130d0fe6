"""The missing periods of a chart's record on DynamoDB: one item, apart from the head, written when there is a new gap.

The head is written with every publication, and gaps only ever become more.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from pydantic import TypeAdapter

from chartwatch.adapters.dynamodb import codec
from chartwatch.adapters.dynamodb import keys as layout
from chartwatch.adapters.dynamodb.table import Item
from chartwatch.domain.milestones.fold import Head

_Gaps = Mapping[str, tuple[tuple[int, int], ...]]
"""By scope: the day that a gap begins with (as `date.toordinal` counts), and the days to its last period."""

_GAPS = codec.Packed(TypeAdapter(_Gaps))


def have_same_gaps(one: Head, other: Head) -> bool:
    """Return whether the same periods are missing in two heads of a chart."""
    return _gaps(one) == _gaps(other)


def gaps_item(head: Head) -> Item | None:
    """Return the item of a head's gaps, or None when there are none; its key tells the step and what it says."""
    gaps = _gaps(head)
    if not gaps:
        return None
    packed = _GAPS.attribute(gaps)
    ref = f"{head.version:08d}#{hashlib.sha256(packed['B']).hexdigest()[:32]}"
    return {**layout.gaps(head.chart, ref).attributes, "gaps": packed}


def without_gaps(head: Head) -> Head:
    """Return the head as it is stored."""
    return replace(
        head, scopes={s: replace(known, gaps=()) if known.gaps else known for s, known in head.scopes.items()}
    )


def with_gaps(head: Head, item: Item) -> Head:
    """Return a head that was stored, with the gaps of an item."""
    scopes = dict(head.scopes)
    for scope, gaps in _GAPS.value(item["gaps"]).items():
        firsts = ((date.fromordinal(first), days) for first, days in gaps)
        scopes[scope] = replace(scopes[scope], gaps=tuple((first, first + timedelta(days)) for first, days in firsts))
    return replace(head, scopes=scopes)


def _gaps(head: Head) -> _Gaps:
    return {
        scope: tuple((first.toordinal(), (last - first).days) for first, last in known.gaps)
        for scope, known in head.scopes.items()
        if known.gaps
    }
