"""The function `reconcile`: every check runs, whatever becomes of another."""

import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chartwatch.adapters import deployment
from chartwatch.errors import Conflict
from chartwatch.services.findings import Finding, Found
from tests.handlers import imported
from tests.metrics import metrics_in


def finds() -> Iterator[Finding]:
    yield Finding(Found.CHART_LATE, "weekly")
    yield Finding(Found.FILE_REMOVED, "weekly", "", 3)


def fails() -> Iterator[Finding]:
    yield Finding(Found.STORY_SENT, "weekly:00000001:dark")
    raise TimeoutError


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with imported("reconcile", monkeypatch) as (module, context):

        def with_checks(*checks: Any) -> Any:
            named = [(f"check {number}", check) for number, check in enumerate(checks)]
            monkeypatch.setattr(deployment, "reconciler", lambda _: SimpleNamespace(checks=lambda: named))
            return module.handler({}, context)

        yield with_checks


def overtaken() -> Iterator[Finding]:
    yield Finding(Found.STORY_HELD, "weekly:00000001:dark")
    raise Conflict("weekly")


def test_what_was_found_is_counted_and_nothing_is_a_count_too(run: Any) -> None:
    counts = run(finds, finds)
    assert counts["ChartsLate"] == 2
    assert counts["FilesRemoved"] == 6
    assert counts["RecordDiffers"] == 0
    assert counts.keys() == {found.value for found in Found}


def test_a_metric_is_sent_of_what_stands_and_an_alarm_reads_and_of_nothing_else(run: Any, capfd: Any) -> None:
    run(finds)
    assert metrics_in(capfd.readouterr().out) == {"ChartsLate": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run()
    assert metrics_in(capfd.readouterr().out) == {}


def test_what_was_found_is_sent_though_a_check_fails(run: Any, capfd: Any) -> None:
    with pytest.raises(ExceptionGroup):
        run(fails, finds)
    assert metrics_in(capfd.readouterr().out) == {"ChartsLate": 1}


def test_to_be_overtaken_is_no_failure_and_what_was_found_before_counts(run: Any, capfd: Any) -> None:
    assert run(overtaken, finds)["StoriesHeld"] == 1
    assert metrics_in(capfd.readouterr().out) == {"StoriesHeld": 1, "ChartsLate": 1}


def test_a_check_that_fails_keeps_back_no_other_and_fails_the_run(run: Any) -> None:
    ran: list[str] = []

    def last() -> Iterator[Finding]:
        ran.append("last")
        yield from finds()

    with pytest.raises(ExceptionGroup, match="some checks failed"):
        run(fails, last)
    assert ran == ["last"]


def test_the_site_is_told_by_every_run_and_that_it_cannot_be_fails_the_run(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(deployment, "site_queue", lambda: SimpleNamespace(tell=lambda: told.append("told")))
    with pytest.raises(ExceptionGroup):
        run(fails, finds)
    run()
    assert told == ["told", "told"]

    def tell() -> None:
        raise TimeoutError

    monkeypatch.setattr(deployment, "site_queue", lambda: SimpleNamespace(tell=tell))
    with pytest.raises(ExceptionGroup, match="some checks failed"):
        run(finds)
