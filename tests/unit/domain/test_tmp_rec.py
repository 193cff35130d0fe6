from random import Random
from typing import Any
from hypothesis import given, settings
from hypothesis import strategies as st
from chartwatch.adapters.memory import MemoryRecord
from chartwatch.services.record import SNAPSHOT
from tests.courses import run
from tests.recorded import entries, processed
from tests.strategies import courses, other_facts, other_catalogs, worlds, examples

class Losing(MemoryRecord):
    def __init__(self, chance):
        super().__init__(); self._chance = chance
    def put(self, chart, kind, value):
        name = super().put(chart, kind, value)
        if kind is SNAPSHOT and self._chance.random() < 0.5:
            del self._files[chart][kind.name, name]
        return name

import pytest
@settings(max_examples=400, deadline=None)
@given(st.data())
@pytest.mark.parametrize("how", ["none","catalogs","facts"])
def test_x(how, data):
    world = data.draw(worlds())
    of = {"none": None, "catalogs": other_catalogs(world), "facts": other_facts()}[how]
    course = data.draw(courses(world, other_facts=of))
    losing = Losing(data.draw(st.randoms(use_true_random=False)))
    done, plain = run(course, store=losing), run(course)
    assert done.bulletins == plain.bulletins
    for chart in world.chart_ids:
        assert entries(done.store, chart) == entries(plain.store, chart)
        assert processed(done.store, chart) == processed(plain.store, chart)
