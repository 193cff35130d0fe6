"""One browser and one site for all tests here that one process runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.browsing import MISSING, Windows, browsing
from tests.site.sample import write_site
from tests.site.serving import serving


@pytest.fixture(scope="session")
def windows() -> Iterator[Windows]:
    with browsing() as its:
        if its is None:
            pytest.skip(MISSING)
        yield its


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    with serving(site) as address:
        yield address
