"""Where each item stands: the keys of the charts, catalog, milestones and stories tables, and what they say.

| table | pk | sk | an item is |
|---|---|---|---|
| charts | `CHARTS` | chart | the fact that there is such a chart |
| | chart | `PUBLICATION#`period | a publication without its lower ranks; it wakes the detector |
| | chart`#`period | `EDITION#`territory | an edition, with its earlier versions |
| | `VALIDATORS` | address | by what a provider knows the document that was taken in last |
| | `QUARANTINE` | source`#`SHA-256 | a document that was not believed |
| catalog | `CATALOG` | `CURRENT` | which catalog is in force; it wakes the detector |
| | | `VERSION#`version | which document was the catalog of that version |
| milestones | chart | `HEAD` | where the record stands |
| | chart | `STEP#`version`#`digest`#`part | a part of a step, as the journal has it |
| | chart | `HONOUR#`by`#`work`#`season | since when a work, or a season of it, has topped which scopes |
| | chart | `GAPS#`version`#`digest | the periods that are missing, as the head that names it has them |
| | chart | `TALLY#`group | tallies: those of a scope, a page of a roll, those of a work |
| | chart | `APPLIED#`period | which publication of a period was processed |
| | chart | `BULLETIN#`version | a bulletin, by the step that holds it; it wakes the publisher |
| | chart`#`scope | `SLOT#`slot`#`revision | a revision of a milestone |
| stories | story | `STORY` | what became of a story |
| | chart | `CHECKPOINT` | how far reconciling has come with a chart |
| | `SUBSCRIBERS` | `KNOWN` | which subscriptions there were the last time |

`#` separates the parts of a key, so a part that may hold one has it written `%23`, and `%` as `%25`.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import unquote

from chartwatch.adapters.dynamodb.table import Key
from chartwatch.domain.milestones.fold import HonourKey

CHARTS = "CHARTS"
"""The partition of the charts table that lists the charts."""

QUARANTINE = "QUARANTINE"
"""The partition of the charts table that lists the documents that were not believed."""

PUBLICATION, EDITION = "PUBLICATION#", "EDITION#"
CURRENT_CATALOG = Key("CATALOG", "CURRENT")

HEAD = "HEAD"
STEP, BULLETIN, APPLIED, GAPS = "STEP#", "BULLETIN#", "APPLIED#", "GAPS#"
HONOUR, TALLY, SLOT = "HONOUR#", "TALLY#", "SLOT#"
"""First parts of sort keys."""

STORY, CHECKPOINT = "STORY", "CHECKPOINT"
SUBSCRIBERS = Key("SUBSCRIBERS", "KNOWN")

_LONGEST_PART = 400
"""Bytes of a part that may hold a title; DynamoDB takes partition keys of 2,048 bytes, sort keys of 1,024."""


class PublicationKey(NamedTuple):
    """What the key of a publication says."""

    chart: str
    period: date


class CatalogKey(NamedTuple):
    """The key of the catalog in force, which says nothing."""


class BulletinKey(NamedTuple):
    """What the key of a bulletin says."""

    chart: str
    number: int


def of(record: Mapping[str, Any]) -> PublicationKey | CatalogKey:
    """Return what changed, by a stream record of the charts table (a publication) or of the catalog table."""
    key = _key(record)
    if key == CURRENT_CATALOG:
        return CatalogKey()
    return PublicationKey(unquote(key.pk), period_of(key.sk))


def bulletin_of(record: Mapping[str, Any]) -> BulletinKey:
    """Return which bulletin a stream record of the milestones table is about."""
    key = _key(record)
    return BulletinKey(unquote(key.pk), int(key.sk.removeprefix(BULLETIN)))


def period_of(sk: str) -> date:
    """Return the period that a sort key ends with."""
    return date.fromisoformat(sk.rpartition("#")[2])


def catalog_version(version: str) -> Key:
    """Return where it stands which document was the catalog of a version."""
    return Key(CURRENT_CATALOG.pk, f"VERSION#{version}")


# The charts table.


def listed(chart: str) -> Key:
    """Return where a chart stands in the list of charts."""
    return Key(CHARTS, chart)


def publication(chart: str, period: date) -> Key:
    """Return where a publication stands."""
    return Key(_part(chart), f"{PUBLICATION}{period}")


def editions(chart: str, period: date) -> str:
    """Return the partition of a publication's editions."""
    return f"{_part(chart)}#{period}"


def edition(chart: str, period: date, territory: str) -> Key:
    """Return where an edition stands."""
    return Key(editions(chart, period), f"{EDITION}{territory}")


def validators(url: str) -> Key:
    """Return where it stands by what a provider knows the document that was taken in last."""
    return Key("VALIDATORS", _part(url))


def quarantined(source: str, sha256: str) -> Key:
    """Return where it stands that a document was not believed."""
    return Key(QUARANTINE, f"{_part(source)}#{sha256}")


# The milestones table.


def record(chart: str) -> str:
    """Return the partition of all that is recorded of a chart, but for its slots."""
    return _part(chart)


def head(chart: str) -> Key:
    """Return where the head of a chart's record stands."""
    return Key(record(chart), HEAD)


def gaps(chart: str, ref: str) -> Key:
    """Return where the missing periods of a chart stand, by the reference that its head has."""
    return Key(record(chart), f"{GAPS}{ref}")


def of_versions(chart: str, kind: str, first: int, last: int) -> tuple[str, str, str]:
    """Return the partition, and the sort keys between which what `kind` has of versions stands, all included."""
    # "$" is what comes after "#".
    return record(chart), f"{kind}{first:08d}", f"{kind}{last:08d}$"


def version_of(sk: str) -> int:
    """Return the version in the sort key of a step, gaps or a bulletin."""
    return int(sk.split("#")[1])


def step(chart: str, version: int, digest: str) -> Key:
    """Return where a step stands; its sort key is the prefix of those of the step's parts."""
    return Key(record(chart), f"{STEP}{version:08d}#{digest}#")


def bulletin(chart: str, number: int) -> Key:
    """Return where a bulletin stands."""
    return Key(record(chart), f"{BULLETIN}{number:08d}")


def applied(chart: str, period: date) -> Key:
    """Return where it stands that a publication was processed."""
    return Key(record(chart), f"{APPLIED}{period}")


def scope(chart: str, name: str) -> str:
    """Return the partition of the slots of a scope."""
    return f"{_part(chart)}#{_part(name)}"


def scope_of(chart: str, slot_id: str) -> str:
    """Return the scope of a slot, whose id is `rule:chart:scope:place`."""
    return slot_id.partition(f":{chart}:")[2].partition(":")[0]


def slot(chart: str, slot_id: str, revision: int) -> Key:
    """Return where a revision of a slot stands: in the partition of its scope."""
    pk, prefix = revisions(chart, slot_id)
    return Key(pk, f"{prefix}{revision:04d}")


def revisions(chart: str, slot_id: str) -> Key:
    """Return where the revisions of a slot stand; its sort key is the prefix of theirs."""
    return Key(scope(chart, scope_of(chart, slot_id)), f"{SLOT}{_part(slot_id)}#")


def honours(by: str) -> str:
    """Return the prefix of the sort keys of what is counted one way."""
    return f"{HONOUR}{by}#"


def honour(chart: str, key: HonourKey) -> Key:
    """Return where the honours of a work stand, those of all scopes together."""
    season = "" if key.season is None else f"#{_part(key.season)}"
    return Key(record(chart), f"{honours(key.by)}{_part(key.work_id)}{season}")


def tallies(chart: str, group: str) -> Key:
    """Return where a group of tallies stands."""
    return Key(record(chart), f"{TALLY}{_part(group)}")


# The stories table.


def story(story_id: str) -> Key:
    """Return where it stands what became of a story."""
    return Key(_part(story_id), STORY)


def checkpoint(chart: str) -> Key:
    """Return where it stands how far reconciling has come with a chart."""
    return Key(_part(chart), CHECKPOINT)


def _key(record: Mapping[str, Any]) -> Key:
    keys = record["dynamodb"]["Keys"]
    return Key(keys["pk"]["S"], keys["sk"]["S"])


def _part(text: str) -> str:
    part = text.replace("%", "%25").replace("#", "%23")
    encoded = part.encode()
    if len(encoded) <= _LONGEST_PART:
        return part
    return f"{encoded[: _LONGEST_PART - 65].decode(errors='ignore')}~{hashlib.sha256(encoded).hexdigest()}"
