"""Remembering what pure functions gave: up to its first fault a run does nothing but what the runs before it did."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from chartwatch.adapters import record
from chartwatch.adapters.dynamodb import catalogs
from chartwatch.adapters.dynamodb.codec import Packed
from chartwatch.adapters.sns_limits import LIMITS
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.domain.stories.digest import digest
from chartwatch.domain.stories.message import Limits, Message, PageOf
from chartwatch.domain.stories.story import Story, stories
from chartwatch.domain.works.catalog import Catalog
from chartwatch.services import publish as publishing

_value, _unpacked, _parse_catalog = Packed.value, record.unpacked, catalogs.parse_catalog

_values: dict[tuple[Any, bytes], Any] = {}
_files: dict[tuple[str, bytes], Any] = {}
_catalogs: dict[bytes, Catalog] = {}
_told: dict[str, list[tuple[Bulletin, list[Story]]]] = {}
"""By the id of the bulletin: bulletins of one number differ from run to run."""
_digests: dict[int, Message] = {}
"""By the identity of the stories, which are all kept above."""


def stories_of(bulletin: Bulletin, limits: Limits = LIMITS, page_of: PageOf | None = None) -> list[Story]:
    """Return the stories of a bulletin, made once for each that says something else; the simulation has no pages."""
    known = _told.setdefault(bulletin.id, [])
    for same, told in known:
        if same is bulletin or same == bulletin:
            return told
    known.append((bulletin, stories(bulletin, limits, page_of)))
    return known[-1][1]


def digest_of(bulletin: Bulletin, told: Sequence[Story], limits: Limits = LIMITS) -> Message:
    """Return the digest of stories that `stories_of` returned."""
    if id(told) not in _digests:
        _digests[id(told)] = digest(bulletin, told, limits)
    return _digests[id(told)]


def _remembered(packed: Packed[Any], attribute: Any) -> Any:
    key = packed, attribute["B"]
    if key not in _values:
        _values[key] = _value(packed, attribute)
    return _values[key]


def _remembered_file(kind: str, body: bytes) -> Any:
    if (kind, body) not in _files:
        _files[kind, body] = _unpacked(kind, body)
    return _files[kind, body]


def _remembered_catalog(body: bytes, name: str) -> Catalog:
    if body not in _catalogs:
        _catalogs[body] = _parse_catalog(body, name)
    return _catalogs[body]


@contextmanager
def remembering() -> Iterator[None]:
    """Read what is packed once, and tell of a bulletin once."""
    with (
        patch.object(Packed, "value", _remembered),
        patch.object(record, "unpacked", _remembered_file),
        patch.object(catalogs, "parse_catalog", _remembered_catalog),
        patch.object(publishing, "stories", stories_of),
        patch.object(publishing, "digest", digest_of),
    ):
        yield
