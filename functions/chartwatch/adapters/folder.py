"""An archive in a folder."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True)
class FolderArchive:
    """Raw files as they were fetched, each named for its SHA-256; implements `Archive`.

    The folder is made when the first document comes.
    """

    folder: Path

    def put(self, sha256: str, body: bytes) -> None:
        """Store a raw file; storing it again changes nothing. A file is whole or not there."""
        if (kept := self.folder / sha256).exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".", dir=self.folder) as scratch:
            (file := Path(scratch) / sha256).write_bytes(body)
            file.replace(kept)

    def get(self, sha256: str) -> bytes | None:
        """Return a raw file, or None when it is not there."""
        kept = self.folder / sha256
        return kept.read_bytes() if kept.exists() else None
