"""Where each item stands: the keys of the charts, catalog, milestones and stories tables, and what they say.

| table | pk | sk | an item is |
|---|---|---|---|
| charts | `CHARTS` | chart | the fact that there is such a chart |
| | chart | `PUBLICATION#`period | a publication without its lower ranks; it wakes `enrich_catalog` |
| | chart | `READY#`period | in which version that is ready, and how often it was marked; each mark wakes the detector |
| | chart`#`period | `EDITION#`territory | an edition, with its earlier versions |
| | `VALIDATORS` | address | the validators of the document that was accepted last |
| | `QUARANTINE` | source`#`SHA-256 | a document that was rejected |
| | `FETCHES` | source and options | when that was fetched last, and what came of it |
| catalog | `CATALOG` | `CURRENT` | which catalog is in force; it wakes the detector |
| | | `VERSION#`version | which document was the catalog of that version |
| | | `HELD#`layer | a change of a layer that waits for a person |
| milestones | chart | `HEAD` | where the record stands, and which files it is |
| | `MUTED` | work or rule | until which period nothing is sent of it |
| | chart | `BULLETIN#`number | a bulletin, by the file that it stands in; it wakes the publisher |
| stories | story | `STORY` | what became of a story |
| | chart | `CHECKPOINT` | how far reconciling has come with a chart |
| | chart | `AUDIT` | what the last audit of a chart found |
| | `SUBSCRIBERS` | `KNOWN` | which subscriptions were ever seen, and not dismissed |
| | | `WITNESS` | by which subscriptions the witness hears the topics, and since when |

`#` separates the parts of a key, so a part that may hold one has it written `%23`, and `%` as `%25`.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import unquote

from chartwatch.adapters.dynamodb.table import Key

CHARTS = "CHARTS"
"""The partition of the charts table that lists the charts."""

QUARANTINE = "QUARANTINE"
"""The partition of the charts table that lists the rejected documents."""

FETCHES = "FETCHES"
"""The partition of the charts table that lists the last fetches."""

PUBLICATION, READY, EDITION = "PUBLICATION#", "READY#", "EDITION#"
CURRENT_CATALOG = Key("CATALOG", "CURRENT")
HELD = "HELD#"

HEAD = "HEAD"
MUTED = "MUTED"
"""The partition of the milestones table that lists what is muted."""
BULLETIN = "BULLETIN#"

STORY, CHECKPOINT, AUDIT = "STORY", "CHECKPOINT", "AUDIT"
SUBSCRIBERS = Key("SUBSCRIBERS", "KNOWN")
HEARING = Key("SUBSCRIBERS", "WITNESS")

_LAST_NUMBER = 99_999_999
"""The greatest that keys have room for."""

_LONGEST_PART = 400
"""Bytes of a part that may hold a title; DynamoDB takes partition keys of 2,048 bytes, sort keys of 1,024."""


class PublicationKey(NamedTuple):
    """What the key of a publication says."""

    chart: str
    period: date


class BulletinKey(NamedTuple):
    """What the key of a bulletin says."""

    chart: str
    number: int


def of(record: Mapping[str, Any]) -> PublicationKey | None:
    """Return which publication a stream record of the charts table is about; None for one of the catalog table."""
    return None if _key(record) == CURRENT_CATALOG else publication_of(record)


def publication_of(record: Mapping[str, Any]) -> PublicationKey:
    """Return which publication a stream record of the charts table is about: of its item, or of the mark on it."""
    key = _key(record)
    return PublicationKey(unquote(key.pk), date.fromisoformat(key.sk.partition("#")[2]))


def bulletin_of(record: Mapping[str, Any]) -> BulletinKey:
    """Return which bulletin a stream record of the milestones table is about."""
    key = _key(record)
    return BulletinKey(unquote(key.pk), int(key.sk.removeprefix(BULLETIN)))


def bulletin_of_message(message: str) -> BulletinKey | None:
    """Return which bulletin a message, by its id, is part of; None for what is no id of a message."""
    chart, _, rest = message.partition(":")
    number, _, part = rest.partition(":")
    return BulletinKey(chart, int(number)) if chart and part and number.isascii() and number.isdecimal() else None


def catalog_version(version: str) -> Key:
    """Return where it stands which document was the catalog of a version."""
    return Key(CURRENT_CATALOG.pk, f"VERSION#{version}")


def held(layer: str) -> Key:
    """Return where a change of a layer stands that waits for a person."""
    return Key(CURRENT_CATALOG.pk, f"{HELD}{layer}")


# The charts table.


def listed(chart: str) -> Key:
    """Return where a chart stands in the list of charts."""
    return Key(CHARTS, chart)


def publication(chart: str, period: date) -> Key:
    """Return where a publication stands."""
    return Key(_part(chart), f"{PUBLICATION}{period}")


def ready(chart: str, period: date) -> Key:
    """Return where it stands that a publication is ready."""
    return Key(_part(chart), f"{READY}{period}")


def editions(chart: str, period: date) -> str:
    """Return the partition of a publication's editions."""
    return f"{_part(chart)}#{period}"


def edition(chart: str, period: date, territory: str) -> Key:
    """Return where an edition stands."""
    return Key(editions(chart, period), f"{EDITION}{territory}")


def validators(url: str) -> Key:
    """Return where the validators of an address stand."""
    return Key("VALIDATORS", _part(url))


def quarantined(source: str, sha256: str) -> Key:
    """Return where a rejected document stands."""
    return Key(QUARANTINE, f"{_part(source)}#{sha256}")


def fetched(asked: str) -> Key:
    """Return where the last fetch stands of what was asked: a source with its options."""
    return Key(FETCHES, _part(asked))


# The milestones table.


def head(chart: str) -> Key:
    """Return where the head of a chart's record stands."""
    return Key(_part(chart), HEAD)


def bulletin(chart: str, number: int) -> Key:
    """Return where a bulletin stands."""
    return Key(_part(chart), f"{BULLETIN}{number:08d}")


def bulletins_after(chart: str, number: int) -> tuple[str, str, str]:
    """Return the partition, and the sort keys between which the bulletins of greater numbers stand, both included."""
    first = bulletin(chart, number + 1)
    return first.pk, first.sk, bulletin(chart, _LAST_NUMBER).sk


def proved(provider: str, chart: str) -> Key:
    """Return where the renamings stand that a chart has proved, for the other charts of its provider."""
    return Key(f"PROVED#{_part(provider)}", chart)


def muted(name: str) -> Key:
    """Return where it stands until when a work or a rule is muted."""
    return Key(MUTED, _part(name))


def number_of(item: Mapping[str, Any]) -> int:
    """Return the number of a bulletin, by its item."""
    return int(item["sk"]["S"].removeprefix(BULLETIN))


# The stories table.


def story(story_id: str) -> Key:
    """Return where it stands what became of a story."""
    return Key(_part(story_id), STORY)


def checkpoint(chart: str) -> Key:
    """Return where it stands how far reconciling has come with a chart."""
    return Key(_part(chart), CHECKPOINT)


def audit(chart: str) -> Key:
    """Return where it stands what the last audit of a chart found."""
    return Key(_part(chart), AUDIT)


def _key(record: Mapping[str, Any]) -> Key:
    keys = record["dynamodb"]["Keys"]
    return Key(keys["pk"]["S"], keys["sk"]["S"])


def _part(text: str) -> str:
    part = text.replace("%", "%25").replace("#", "%23")
    encoded = part.encode()
    if len(encoded) <= _LONGEST_PART:
        return part
    return f"{encoded[: _LONGEST_PART - 65].decode(errors='ignore')}~{hashlib.sha256(encoded).hexdigest()}"
