"""Documents of a source as files: read whole, unpacked when their name ends in `.gz`, and ingested."""

import gzip
import hashlib
import os
import re
import stat
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from chartwatch.cli.files import STDIN, file_name, read_file, unreadable
from chartwatch.document_errors import SourceError, SourceNotATable, SourceTruncated
from chartwatch.domain.charts.publications import Provenance, Publication
from chartwatch.errors import FileProblem
from chartwatch.services.document_guard import EARLIEST, NEVER
from chartwatch.services.fetching import MAX_BYTES
from chartwatch.services.ingest import Ingested, ingest
from chartwatch.services.ports import Archive, ChartStore
from chartwatch.sources import Source

_GZIP = b"\x1f\x8b"
"""With which gzip data begin."""

_TIME_FETCHED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")


@dataclass(frozen=True, slots=True)
class Document:
    """What a source published at one time: the bytes, unpacked, and where they came from."""

    body: bytes
    provenance: Provenance


def read_document(file: Path, source: str) -> Document:
    """Read a file as a document of `source`, or standard input, packed or not.

    Its bare name is the address that evidence gives, and the time fetched is in a name such as
    `2021-11-17T011549Z.tsv.gz`. Raises `SourceTruncated` or `SourceNotATable` when it cannot be unpacked, and
    `FileProblem` when it cannot be read or is larger than a document that is fetched may be.
    """
    body = read_file(file, MAX_BYTES + 1)
    if file.suffix.lower() == ".gz" or (file == STDIN and body.startswith(_GZIP)):
        body = _unpacked(body, source)
    if len(body) > MAX_BYTES:
        raise FileProblem(file_name(file), "", f"has more than {MAX_BYTES} bytes")
    # Evidence is UTF-8 text; a file's name may hold other bytes.
    name = file_name(file) if file == STDIN else os.fsencode(file.name).decode(errors="replace")
    return Document(body, Provenance(name, time_fetched(name), hashlib.sha256(body).hexdigest()))


@dataclass(frozen=True, slots=True)
class GivenFiles:
    """Documents that are given as files; implements `Archive`."""

    files: Sequence[tuple[Source, Path]]

    def put(self, sha256: str, body: bytes) -> None:
        """Store nothing: the files are there."""

    def get(self, sha256: str) -> bytes | None:
        """Return the document of that hash, or None."""
        for source, file in self.files:
            if file == STDIN:
                continue  # it can be read once
            try:
                document = read_document(file, source.name)
            except SourceError:
                continue
            if document.provenance.sha256 == sha256:
                return document.body
        return None

    def parse(self, body: bytes, provenance: Provenance) -> Sequence[Publication]:
        """Return what the first source that can reads in a document. Raises the `SourceError` of the last."""
        *sources, (last, _) = self.files
        for source, _ in sources:
            try:
                return source.parse(body, provenance)
            except SourceError:
                continue
        return last.parse(body, provenance)


def ingest_document(
    document: Document, source: Source, charts: ChartStore, archive: Archive, *, accepted: bool
) -> Ingested:
    """Ingest a document as a deployment does. `accepted`: also when it rewrites history. Raises `SourceError`."""
    return ingest(
        source.name,
        document.body,
        document.provenance,
        parse=source.parse,
        whole_history=source.whole_history,
        archive=archive,
        charts=charts,
        accepted=accepted,
    )


def time_fetched(name: str) -> str | None:
    """Return the time (RFC 3339, UTC) with which a file name begins, as in `2021-11-17T011549Z.tsv`, or None."""
    found = _TIME_FETCHED.match(name)
    if found is None:
        return None
    try:
        fetched = datetime.strptime(found[0], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if not EARLIEST.year <= fetched.year < NEVER.year:
        return None
    return fetched.strftime("%Y-%m-%dT%H:%M:%SZ")


def refuse_missing(files: Iterable[Path]) -> None:
    """Raise `FileProblem` for what cannot be a document: a mistyped name should not cost a long reading."""
    for file in files:
        if file == STDIN:
            continue
        try:
            mode = file.stat().st_mode
        except OSError as error:
            raise unreadable(file, error) from error
        if stat.S_ISDIR(mode):
            raise FileProblem(str(file), "", "is a folder, not a file")
        if not os.access(file, os.R_OK):
            raise FileProblem(str(file), "", "may not be read")


def _unpacked(packed: bytes, source: str) -> bytes:
    """Return what gzip data come to, no further than shows that it is too much."""
    try:
        with gzip.open(BytesIO(packed)) as unpacked:
            return unpacked.read(MAX_BYTES + 1)
    except EOFError as error:
        raise SourceTruncated(source, "the gzip data end too early") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceNotATable(source, "the file is named .gz and is not readable as gzip data") from error
