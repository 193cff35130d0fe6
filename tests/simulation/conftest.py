"""What all simulations share."""

from collections.abc import Iterator

import pytest

from tests.simulation.memory import remembering


@pytest.fixture(scope="package", autouse=True)
def _remembering() -> Iterator[None]:
    with remembering():
        yield
