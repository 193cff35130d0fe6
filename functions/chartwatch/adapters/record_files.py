"""The files of a chart's record as bytes: gzipped JSON with a format number.

The same value gives the same bytes, whose SHA-256 is the name of the file.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic_core import to_json

from chartwatch.adapters import ledger_file, snapshot_file
from chartwatch.domain.milestones.milestone import Bulletin
from chartwatch.services.record import BULLETIN, FORMAT, LEDGER, RETRACTED, SNAPSHOT

LEVEL = 4
"""Of compression. A step writes files that are read again soon; level 9 takes eight times as long for a tenth less."""

_BULLETIN = TypeAdapter(Bulletin)


class FormatTooNew(ValueError):
    """The file is of a later format than is known here; `args[0]` says which."""


def packed(kind: str, value: Any) -> bytes:
    """Return the bytes of a file of a kind, by the name of the kind."""
    body = _FORMS[kind].write(value)
    return gzip.compress(to_json({"format": FORMAT, kind: body}), LEVEL, mtime=0)


def unpacked(kind: str, body: bytes) -> Any:
    """Return the value that stands in the bytes of a file. Raises `FormatTooNew`."""
    read = json.loads(gzip.decompress(body))
    if read["format"] > FORMAT:
        raise FormatTooNew(read["format"])
    return _FORMS[kind].read(read[kind])


class _Form(NamedTuple):
    """How a kind of file is written as JSON, and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


_FORMS: Mapping[str, _Form] = {
    SNAPSHOT.name: _Form(snapshot_file.written, snapshot_file.read),
    LEDGER.name: _Form(ledger_file.written, ledger_file.read),
    RETRACTED.name: _Form(ledger_file.written, ledger_file.read),
    BULLETIN.name: _Form(lambda bulletin: _BULLETIN.dump_python(bulletin, mode="json"), _BULLETIN.validate_python),
}
