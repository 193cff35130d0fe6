"""What all simulations share."""

from collections.abc import Iterator

import pytest

from tests.simulation.memory import remembering


@pytest.fixture(scope="package", autouse=True)
def _remembering() -> Iterator[None]:
    with remembering():
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many runs there were, over all processes."""
    passed = terminalreporter.getreports("passed")
    if runs := sum(number for test in passed for name, number in test.user_properties if name == "simulated"):
        terminalreporter.write_line(f"{runs:,} runs simulated, and all went well")
