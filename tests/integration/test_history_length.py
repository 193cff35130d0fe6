"""What a new publication takes does not grow with the history behind it, in requests, in units and in bytes."""

import json

import pytest

from bench.generated import DAILY, GeneratedHistory, Shape, generated_history
from bench.history import Figures, cost_behind
from bench.metering import item_size, metered
from chartwatch.domain.charts.chart import Cadence
from tests.integration.conftest import Aws

SHAPE = Shape("a few territories, weekly", Cadence.WEEK, 8, 3, 52, 1.0, 0.5, 0.6, gaps=100)
SHORT, LONG, MEASURED = 60, 460, 12


@pytest.fixture(scope="module")
def history() -> GeneratedHistory:
    return generated_history(SHAPE, LONG + MEASURED)


@pytest.fixture(scope="module")
def after_short(history: GeneratedHistory) -> Figures:
    return cost_behind(SHAPE, history, SHORT, MEASURED).figures()


@pytest.fixture(scope="module")
def after_long(history: GeneratedHistory) -> Figures:
    return cost_behind(SHAPE, history, LONG, MEASURED).figures()


# Bytes are claimed besides units, since these hide what grows within an item. What a claim cites (earlier holders,
# undecided works) does become more, and is read.
@pytest.mark.parametrize(
    ("figure", "at_most"),
    [("requests", 1.2), ("read_units", 1.2), ("write_units", 1.2), ("bytes_written", 1.05), ("bytes_read", 1.35)],
)
def test_a_publication_takes_no_more_after_a_long_history(
    figure: str, at_most: float, after_short: Figures, after_long: Figures
) -> None:
    assert getattr(after_long, figure) <= at_most * getattr(after_short, figure), f"{after_long} after {after_short}"


def test_the_longer_history_ends_with_the_shorter_one(history: GeneratedHistory) -> None:
    short, long = history.last(SHORT, SHAPE.cadence), history.last(LONG, SHAPE.cadence)
    assert len(long) > 4 * len(short)
    assert long[-len(short) :] == short


def test_a_history_is_the_same_whenever_it_is_generated() -> None:
    first, second = (generated_history(DAILY, 30) for _ in range(2))
    assert first.publications == second.publications
    assert first.catalog.version == second.catalog.version


def test_units_are_counted_by_the_sizes_of_items(moto: Aws) -> None:
    client, name = moto.client(), moto.names["ChartsTable"]
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    item = {**key, "body": {"S": "é" * 2500}}
    assert item_size(item) == 2 + 1 + 2 + 1 + 4 + 5000
    with metered(client, moto.dynamodb) as meter:
        client.put_item(TableName=name, Item=item)
        client.get_item(TableName=name, Key=key)
        client.get_item(TableName=name, Key={**key, "sk": {"S": "nothing"}})
        client.update_item(
            TableName=name, Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1"}}
        )
    assert (meter.calls, meter.read_units, meter.write_units) == (4, 2 + 1, 5 + 5), json.dumps(meter.requests)
