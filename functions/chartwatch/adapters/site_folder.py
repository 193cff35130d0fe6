"""A site in a folder."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

KEYS = "site.json"
"""The file that says which files are there, and with which keys."""


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """The files of a site in a folder, which is made when the first is written; implements `SiteFiles`."""

    folder: Path

    def keys(self) -> Mapping[str, str]:
        """Return the keys of the files as they were noted; none where none were, or where nobody can read them."""
        try:
            return read_keys((self.folder / KEYS).read_bytes())
        except OSError:
            return {}

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files, each with its address, in place of what was there."""
        made: set[Path] = set()
        for address, body in files:
            file = self.folder / address
            if file.parent not in made:
                file.parent.mkdir(parents=True, exist_ok=True)
                made.add(file.parent)
            file.write_bytes(body)

    def remove(self, addresses: Iterable[str]) -> None:
        """Remove files; those that are gone already, too."""
        for address in addresses:
            (self.folder / address).unlink(missing_ok=True)

    def note(self, keys: Mapping[str, str]) -> None:
        """Note the keys of the files that are there now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / KEYS).write_bytes(written_keys(keys))


def read_keys(body: bytes) -> Mapping[str, str]:
    """Return the keys that are noted in a file; none where nobody can read them, so that all is written anew."""
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return {str(address): str(key) for address, key in read.items()} if isinstance(read, dict) else {}


def written_keys(keys: Mapping[str, str]) -> bytes:
    """Return the file in which keys are noted."""
    # A line a file, by the separator: an indentation would take ten times as long.
    return json.dumps(keys, sort_keys=True, separators=(",\n", ": ")).encode()
