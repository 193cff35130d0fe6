"""The catalog on a person's own machine: the starter, and over it an own file, or a folder with a file a layer."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from chartwatch.adapters.catalog_file import read_catalog, write_catalog
from chartwatch.adapters.layer_file import parse_layer, write_layer
from chartwatch.adapters.starter import starter_layer
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier, catalog_of, layer_of
from chartwatch.errors import CatalogChanged, FileProblem

if sys.platform != "win32":
    import fcntl

FILES: Mapping[Layer, str] = {
    Layer.OWN_FILE: "own-file.csv",
    Layer.LOOKED_UP: "looked-up.json",
    Layer.OVERRIDE: "override.json",
}
"""The files of a folder; each may be missing."""

LOCK = ".lock"
"""The file of a folder that its writers lock, one at a time; it is empty."""

OWN_FILE = "own file"
"""What facts of an own file name as their source where it names none."""


@cache
def _starter() -> Catalog:
    """Return the starter by itself, which no command changes."""
    return catalog_of(starter_layer())


@dataclass(frozen=True)
class LocalCatalog:
    """The starter with an own file above it, or with the layers of a folder; implements `CatalogLayers`."""

    own_file: Path | None = None
    folder: Path | None = None

    def current(self) -> Catalog:
        """Return the catalog that the layers come to. Raises what `layer` raises."""
        if self.own_file is None and self.folder is None:
            return _starter()
        return catalog_of(dossier for layer in Layer for dossier in self.layer(layer))

    def layer(self, layer: Layer) -> tuple[Dossier, ...]:
        """Return the works of a layer without what may not be kept any longer, which the next change removes.

        Raises `FileProblem` or `FactsUnreadable` for a file that cannot be read.
        """
        if layer is Layer.STARTER:
            return starter_layer()
        file = self._file(layer)
        if file is None:
            return ()
        if layer is Layer.OWN_FILE:
            return layer_of(read_catalog(file), layer, OWN_FILE)
        try:
            body = file.read_bytes()
        except OSError as error:
            raise FileProblem(str(file), "", error.strerror or "cannot be read") from error
        today = datetime.now(UTC).date()
        return tuple(Dossier(layer, its.work, its.lookup.kept(today)) for its in parse_layer(body, layer, str(file)))

    def replace(self, layer: Layer, dossiers: Iterable[Dossier], *, before: Iterable[Dossier] | None = None) -> None:
        """Write the file of a layer anew, at one stroke; the folder is made where it is missing.

        `before`: only if that is what the layer is still. Raises `CatalogChanged` if not, and `FileProblem`.
        """
        if self.folder is None:
            raise TypeError(layer)
        works = list(dossiers)
        body = write_catalog(Catalog(its.work for its in works)) if layer is Layer.OWN_FILE else write_layer(works)
        file = self.folder / FILES[layer]
        try:
            with _locked(self.folder):
                if before is not None and write_layer(before) != write_layer(self.layer(layer)):
                    raise CatalogChanged(layer.name.lower())
                _write_whole(file, body)
        except OSError as error:
            raise FileProblem(str(file), "", error.strerror or "cannot be written") from error

    def _file(self, layer: Layer) -> Path | None:
        if self.folder is None:
            return self.own_file if layer is Layer.OWN_FILE else None
        file = self.folder / FILES[layer]
        return file if file.exists() else None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other writers out of a folder, which is made where it is missing. The lock is advisory.

    Its file stays: a writer that waits for one that is removed would hold the lock of no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("ab") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_writable(folder: Path) -> None:
    """Raise `FileProblem` if no layer can be written into a folder; one that is missing is missing afterwards too."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FileProblem(str(folder), "", error.strerror or "cannot be written") from error
    finally:
        for made in missing:
            with suppress(OSError):
                made.rmdir()


def _write_whole(file: Path, body: bytes) -> None:
    """Write a file so that no reader, and no crash, ever sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    written = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(body)
        written.chmod(0o644)
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)
