"""Clients of Wikidata and TMDB that ask a server on this machine, and the works that it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from chartwatch.adapters.connection import HttpConnection, Limits, user_agent_with
from chartwatch.adapters.tmdb import Tmdb
from chartwatch.adapters.wikidata import Wikidata
from chartwatch.domain.works.candidates import (
    Candidate,
    Sighting,
)
from chartwatch.domain.works.work import Kind
from chartwatch.services.egress import EgressPolicy
from tests.lookups import (
    KEY,
    Lookups,
    Served,
)

CONTACT = "https://example.org/charts"
AGENT = user_agent_with(CONTACT)

NIGHT = Served(
    7,
    "The Long Night",
    Kind.SERIES,
    "ko",
    ("KR",),
    date(2022, 1, 28),
    original_title="긴 밤",
    netflix_id="81237994",
    imdb_id="tt1000007",
)
FILM = Served(8, "The Long Night", Kind.FILM, "en", ("US",), date(2022, 1, 26))
OLD = Served(9, "The Long Night", Kind.SERIES, "da", ("DK",), date(2009, 3, 1))

TODAY = date(2022, 2, 1)

SEEN = Sighting(("The Long Night",), Kind.SERIES, date(2022, 1, 30))


class Waits(list[float]):
    """The pauses that were taken; none of them passes."""

    def wait(self, seconds: float) -> None:
        self.append(seconds)


def connection(waits: Waits, **limits: float) -> HttpConnection:
    return HttpConnection(
        EgressPolicy.PUBLIC_AND_LOOPBACK,
        Limits(**({"connect": 5, "read": 5} | limits)),  # type: ignore[arg-type]
        wait=waits.wait,
        jitter=lambda pause: pause,
        user_agent=AGENT,
    )


def wikidata(server: Lookups, waits: Waits, **more: Any) -> Wikidata:
    return Wikidata(connection(waits), address=server.wikidata, wait=waits.wait, **more)


def tmdb(server: Lookups, waits: Waits, key: str = KEY, **more: Any) -> Tmdb:
    return Tmdb(connection(waits), key, address=server.tmdb, **more)


def clients(server: Lookups, waits: Waits) -> tuple[Wikidata, Tmdb]:
    return wikidata(server, waits), tmdb(server, waits)


@contextmanager
def served(*works: Served, **more: Any) -> Iterator[Lookups]:
    with Lookups(works, **more) as server:
        yield server


def one(client: Wikidata | Tmdb, sighting: Sighting = SEEN) -> Candidate:
    ((candidate,),) = client.candidates([sighting])
    return candidate
