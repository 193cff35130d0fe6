"""A live provider as a command names it: its address, who asks, and the key of TMDB, which no command line shows."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from chartwatch.adapters import live_checks, tmdb, wikidata
from chartwatch.adapters.answers import LIMITS
from chartwatch.adapters.connection import USER_AGENT, HttpConnection, egress_policy, user_agent_with
from chartwatch.cli.fact_providers import KEY_VARIABLE, tmdb_key
from chartwatch.cli.sources import Checkable
from chartwatch.errors import OptionError
from chartwatch.services.egress import LOOPBACK, EgressPolicy
from chartwatch.settings import PREFIX
from chartwatch.sources.netflix_countries import NetflixCountries

_USUAL = {
    Checkable.WIKIDATA: wikidata.ADDRESS,
    Checkable.TMDB: tmdb.ADDRESS,
    Checkable.NETFLIX_COUNTRIES: NetflixCountries.address,
}


class LiveProvider:
    """A provider and how it is asked. Raises `OptionError` and `FileProblem` for what cannot be used."""

    def __init__(self, name: Checkable, address: str | None, contact: str | None, key_file: Path | None) -> None:
        """None stands for what the environment says, or for what is usual."""
        self._name = name
        self.address = address or os.environ.get(f"{PREFIX}{name.name}") or _USUAL[name]
        self._key = _key(key_file) if name is Checkable.TMDB else ""
        self.notice = tmdb.NOTICE if name is Checkable.TMDB else ""
        policy = _policy(self.address)
        limits = HttpConnection.limits if name is Checkable.NETFLIX_COUNTRIES else LIMITS
        self._connection = HttpConnection(policy, limits, pauses=(), user_agent=_user_agent(name, contact))

    def check(self) -> Iterator[live_checks.Checked]:
        """Yield what each question comes to."""
        match self._name:
            case Checkable.WIKIDATA:
                return live_checks.check_wikidata(self._connection, self.address)
            case Checkable.TMDB:
                return live_checks.check_tmdb(self._connection, self.address, self._key)
            case Checkable.NETFLIX_COUNTRIES:
                return live_checks.check_netflix_countries(
                    self._connection, self.address, NetflixCountries(self.address).parse
                )


def _policy(address: str) -> EgressPolicy:
    """Return what may be reached: this machine as well, where a person names it."""
    is_here = urlsplit(address).hostname == LOOPBACK
    return EgressPolicy.PUBLIC_AND_LOOPBACK if is_here else egress_policy(os.environ)


def _user_agent(name: Checkable, contact: str | None) -> str:
    said = contact or os.environ.get(f"{PREFIX}CONTACT", "")
    if not said:
        if name is Checkable.WIKIDATA:
            raise OptionError("--contact", "is needed: Wikidata's policy wants to know how to reach whoever asks")
        return USER_AGENT
    try:
        return user_agent_with(said)
    except ValueError as error:
        raise OptionError("--contact", str(error)) from error


def _key(file: Path | None) -> str:
    if key := tmdb_key(file):
        return key
    raise OptionError("--key-file", f"TMDB is asked with a key of your own: in this file, or in {KEY_VARIABLE}")
