"""A chart, a folder for the catalog, and providers on this machine that are asked without a key and without pauses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chartwatch.adapters import answers
from chartwatch.adapters.answers import lookup_connection
from chartwatch.adapters.connection import HttpConnection
from chartwatch.services.egress import EgressPolicy
from tests.catalog_commands import SEEN, WORKS
from tests.command_line import HEADER, Write
from tests.lookups import Lookups


@pytest.fixture
def history(write: Write) -> str:
    rows = (f"2022-01-0{day},US,1,{title},series" for day, title in enumerate(SEEN, 1))
    return (
        f"csv,chart=daily,name=the daily chart,cadence=day,depth=1:{write('d.csv', chr(10).join((HEADER, *rows, '')))}"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that is not there yet."""
    return tmp_path / "works"


@pytest.fixture(autouse=True)
def _no_key_and_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMDB_KEY", raising=False)

    def without_pauses(contact: str, policy: EgressPolicy) -> HttpConnection:
        return replace(lookup_connection(contact, policy), pauses=())

    monkeypatch.setattr(answers, "lookup_connection", without_pauses)


@pytest.fixture
def providers() -> Iterator[Lookups]:
    with Lookups(WORKS) as served:
        yield served
