"""A sample of `make fuzz`: other bytes than those that a parser was made for raise no error but the named ones."""

import pytest

from tests import fuzz


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_mutated_inputs_are_read_or_refused_by_name(name: str) -> None:
    fuzz.run(name, 10 * fuzz.TARGETS[name].share + 20, seed=1)


@pytest.mark.parametrize("name", [name for name in fuzz.TARGETS if name != "stories"])
def test_the_seeds_themselves_are_read(name: str) -> None:
    for seed in fuzz.TARGETS[name].seeds:
        fuzz.TARGETS[name].reads(seed)
