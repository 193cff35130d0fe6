"""One browser and one site for all tests here, which one process runs, one after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.browsing import MISSING, Windows, browsing
from tests.site.sample import write_site
from tests.site.serving import serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("site"))


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
