"""One browser for all tests here, which one process runs, one after the other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.site.browsing import MISSING, browsing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(__file__.removesuffix("conftest.py")):
            item.add_marker(pytest.mark.xdist_group("site"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing() as its:
        if its is None:
            pytest.skip(MISSING)
        yield its
