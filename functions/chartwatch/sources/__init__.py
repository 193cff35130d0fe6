"""The sources: a module for each provider, which turns its documents into publications."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from chartwatch.errors import OptionError
from chartwatch.sources.csv_file import CsvFile
from chartwatch.sources.flixpatrol import FlixPatrol
from chartwatch.sources.netflix_countries import NetflixCountries
from chartwatch.sources.netflix_global import NetflixGlobal
from chartwatch.sources.protocol import Source

__all__ = ["SOURCES", "Source", "open_source", "reader_version"]

SOURCES: Mapping[str, type[Source]] = {
    "netflix-countries": NetflixCountries,
    "netflix-global": NetflixGlobal,
    "flixpatrol": FlixPatrol,
    "csv": CsvFile,
}
"""Every source by its name, in the order of `chartwatch sources`."""


@cache
def reader_version() -> str:
    """Return a digest of the code of all sources; with another one, the same document may read otherwise."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    code = b"".join(file.read_bytes() for file in files if file.name.endswith(".py"))
    return hashlib.sha256(code).hexdigest()[:16]


def open_source(name: str, options: Mapping[str, Any]) -> Source:
    """Return the source of that name with these options. Raises `OptionError` for an unknown name or option."""
    source = SOURCES.get(name)
    if source is None:
        raise OptionError("source", f"{name!r} is not known; the sources are {', '.join(SOURCES)}")
    return source.configured(options)
