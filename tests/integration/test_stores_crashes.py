"""Claims about detection on AWS: wherever a process ends, pauses or is overtaken, the record is as if it were alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chartwatch.adapters.record import AwsRecord
from chartwatch.domain.charts.chart import Chart
from tests.chronicle import CHART, Chronicle, a_run
from tests.integration.conftest import Aws, Memory
from tests.integration.test_stores_record import chronicle, state

Ending = Callable[[Chronicle], object]
"""The last thing that happens to a chart."""

ENDINGS: dict[str, Ending] = {
    "a new day": lambda its: its.arrives(4, US="Ozark"),
    "a correction of the day before": lambda its: its.arrives(3, US="Dark"),
    "a day that comes late": lambda its: its.arrives(1, US="Dark"),
    "a day that changes nothing": lambda its: its.arrives(4, US="Money Heist"),
}


class Ended(BaseException):
    """The process ends here. No `Exception`: nothing catches the end of its own process."""


def lived(place: Any, chart: Chart) -> Chronicle:
    its = chronicle(place, chart)
    a_run(its, "Ozark", None, "Squid Game", "Money Heist")
    return its


@contextmanager
def calls(aws: Aws, at: int, event: str, happens: Callable[[], object]) -> Iterator[tuple[AwsRecord, list[str]]]:
    """Yield a record in whose `at`-th call, before or after it, something happens; and a log of its calls."""
    dynamodb, s3 = aws.client(), aws.s3_client()
    made: list[str] = []
    seen = 0

    def count(**_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == at + 1:
            happens()

    for client, service in ((dynamodb, "dynamodb"), (s3, "s3")):
        client.meta.events.register(f"before-call.{service}", lambda model, **_: made.append(model.name))
        client.meta.events.register(f"{event}.{service}", count)
    yield aws.record(dynamodb, s3), made


def end() -> None:
    raise Ended


def of_each_call(aws: Aws, ending: str) -> Iterator[tuple[int, Chart]]:
    """Yield the number of each call to the record that an ending takes, and a chart to try it on."""
    its = lived(aws, CHART)
    with calls(aws, -1, "before-call", end) as (record, made):
        its.record = record
        ENDINGS[ending](its)
    assert len(made) > 6
    yield from ((at, replace(CHART, id=f"daily {at}")) for at in range(len(made)))


@pytest.mark.parametrize("event", ["before-call", "after-call"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_a_process_left_anywhere_the_next_attempt_makes_whole(moto: Aws, ending: str, event: str) -> None:
    for at, chart in of_each_call(moto, ending):
        its, alone = lived(moto, chart), lived(Memory(), chart)
        with calls(moto, at, event, end) as (record, _):
            its.record = record
            with pytest.raises(Ended):
                ENDINGS[ending](its)
        ENDINGS[ending](chronicle(moto, chart))
        ENDINGS[ending](alone)
        assert state(moto.record(), chart.id) == state(alone.record, chart.id)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_process_that_is_overtaken_anywhere_overwrites_nothing_newer(moto: Aws, ending: str) -> None:
    """Another takes the same step, and one more, while this one pauses; then it wakes up."""
    for at, chart in of_each_call(moto, ending):
        its, alone = lived(moto, chart), lived(Memory(), chart)

        def overtake(chart: Chart = chart) -> None:
            other = chronicle(moto, chart)
            ENDINGS[ending](other)
            other.arrives(5, US="Elite")

        with calls(moto, at, "before-call", overtake) as (record, _):
            its.record = record
            ENDINGS[ending](its)
        ENDINGS[ending](alone)
        alone.arrives(5, US="Elite")
        assert state(moto.record(), chart.id) == state(alone.record, chart.id)


def test_a_step_is_committed_by_one_call_and_all_its_files_come_before(aws: Aws) -> None:
    its = lived(aws, CHART)
    with calls(aws, -1, "before-call", end) as (record, made):
        its.record = record
        assert its.arrives(4, US="Ozark")
    written = [name for name in made if name.startswith(("Put", "Transact"))]
    assert written[-1] == "TransactWriteItems"
    assert set(written[:-1]) == {"PutObject"}
