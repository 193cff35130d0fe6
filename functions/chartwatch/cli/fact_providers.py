"""The providers of facts on works as a command names them: addresses, who asks, and the key of TMDB."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from chartwatch.adapters.answers import lookup_connection
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.errors import FileProblem, OptionError
from chartwatch.services.egress import LOOPBACK, EgressPolicy
from chartwatch.services.enrich import FactProvider

KEY_VARIABLE = "TMDB_KEY"
"""The environment variable that holds the user's key of TMDB; no command line does."""

NOWHERE = "none"
"""What stands for not asking a provider."""


def fact_providers(wikidata: str, tmdb: str, contact: str | None, key_file: Path | None) -> list[FactProvider]:
    """Return the providers to ask, in turn: Wikidata, and TMDB where there is a key.

    This machine is reached where an address names it. Raises `OptionError` and `FileProblem`.
    """
    key = tmdb_key(key_file)
    if wikidata != NOWHERE and not contact:
        raise OptionError("--contact", "is needed: Wikidata wants to know how to reach whoever asks by program")
    hosts = {urlsplit(address).hostname for address in (wikidata, tmdb)}
    policy = EgressPolicy.PUBLIC_AND_LOOPBACK if LOOPBACK in hosts else EgressPolicy.PUBLIC
    try:
        connection = lookup_connection(contact or "no contact was given", policy)
    except ValueError as error:
        raise OptionError("--contact", str(error)) from error
    providers: list[FactProvider] = []
    if wikidata != NOWHERE:
        providers.append(Wikidata(connection, address=wikidata))
    if key and tmdb != NOWHERE:
        providers.append(Tmdb(connection, key, address=tmdb))
    if not providers:
        raise OptionError("--wikidata", f"nobody is asked: TMDB wants a key of your own, in {KEY_VARIABLE} or a file")
    return providers


def tmdb_key(file: Path | None) -> str:
    """Return the user's key of TMDB, from a file or the environment, where it may be empty; no error repeats it."""
    if file is None:
        key, where = os.environ.get(KEY_VARIABLE, "").strip(), f"the environment variable {KEY_VARIABLE}"
    else:
        try:
            key, where = file.read_text(encoding="utf-8").strip(), f"the file {file}"
        except (OSError, UnicodeError) as error:
            raise FileProblem(str(file), "", getattr(error, "strerror", None) or "cannot be read") from error
        if not key:
            raise OptionError("--key-file", f"{where} has no key")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise OptionError("--key-file", f"what {where} has is no key: one word of letters and digits")
    return key
