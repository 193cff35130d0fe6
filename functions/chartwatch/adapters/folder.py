"""An archive in a folder."""

import os
import tempfile
from pathlib import Path


class FolderArchive:
    """Raw files as they were fetched, each named for its SHA-256; implements `Archive`."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first document comes."""
        self._folder = folder

    def put(self, sha256: str, body: bytes) -> None:
        """Store a raw file; storing it again changes nothing. A file is whole or not there."""
        if (kept := self._folder / sha256).exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{sha256}.", dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
            Path(name).replace(kept)
        except BaseException:
            Path(name).unlink()
            raise
