"""The function `enrich_catalog` when its schedule wakes it: every task runs, whatever becomes of another."""

import warnings
from collections.abc import Iterator, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from chartwatch.adapters import deployment
from chartwatch.domain.works.candidates import Sighting
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import layer_of
from chartwatch.domain.works.work import Work
from chartwatch.errors import CatalogChanged, NothingHeld
from chartwatch.services.catalog_changes import CatalogChanges
from chartwatch.services.enrich import LookedUp
from chartwatch.services.ports import Held
from tests.handlers import imported
from tests.metrics import metrics_in
from tests.stores import Cloud

NIGHT = LookedUp(Sighting(("The Long Night",), None, date(2022, 1, 28)))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with imported("enrich_catalog", monkeypatch) as (module, context):

        def with_tasks(*tasks: Any) -> Any:
            named = [(f"task {number}", task) for number, task in enumerate(tasks)]
            monkeypatch.setattr(deployment, "upkeep", lambda _: SimpleNamespace(tasks=lambda: named))
            return module.handler({}, context)

        with_tasks.handler = lambda event: module.handler(event, context)  # type: ignore[attr-defined]
        yield with_tasks


def looks_up() -> Sequence[LookedUp]:
    return (NIGHT, NIGHT)


def fails() -> Sequence[LookedUp]:
    raise TimeoutError


def overtaken() -> Sequence[LookedUp]:
    raise CatalogChanged("looked_up")


def test_what_was_looked_up_is_counted(run: Any, capfd: Any) -> None:
    run(looks_up)
    assert metrics_in(capfd.readouterr().out) == {"WorksLookedUp": 2}


def test_where_there_was_nothing_to_do_no_metric_is_sent(run: Any, capfd: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(lambda: ())
    assert metrics_in(capfd.readouterr().out) == {}


def test_a_task_that_fails_keeps_back_no_other_and_fails_the_run(run: Any, capfd: Any) -> None:
    with pytest.raises(ExceptionGroup, match="some tasks failed"):
        run(fails, looks_up)
    assert metrics_in(capfd.readouterr().out) == {"WorksLookedUp": 2}


def test_to_be_overtaken_is_no_failure(run: Any) -> None:
    run(overtaken, looks_up)


def test_a_person_accepts_what_waits_by_its_hash_and_nothing_else_is_done(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = Cloud()
    waits = layer_of([Work("dark", "Dark", None, "de", ("DE",))], Layer.LOOKED_UP, "wikidata")
    stores.catalogs().hold(Held(Layer.LOOKED_UP, waits, ("nth:weekly:US:1",)))
    (held,) = stores.catalogs().held()
    monkeypatch.setattr(deployment, "catalog_changes", lambda: CatalogChanges(stores.catalogs()))
    with pytest.raises(NothingHeld):
        run.handler({"accept": "0" * 64})
    run.handler({"accept": held.sha256})
    assert [work.original_language for work in stores.catalogs().current()] == ["de"]
    assert stores.catalogs().held() == []
