"""What a publication takes does not grow with the history behind it: so many requests, new or corrected."""

import json
from datetime import timedelta

import pytest

from bench.generated import DAILY, GeneratedHistory, Shape, generated_history
from bench.history import ENDS, MOST_GROWTH, MOST_REQUESTS, Costs, Task, costs_behind
from bench.metering import item_size, metered
from chartwatch.adapters.dynamodb.table import MAX_WRITE
from chartwatch.domain.charts.chart import Cadence
from tests.integration.conftest import Aws

pytestmark = pytest.mark.xdist_group("history length")
"""What its tests share is made once."""

SHAPE = Shape("a few territories, weekly", Cadence.WEEK, 8, 3, 52, 1.0, 0.5, 0.6, gaps=100)
SHORT, LONG, MEASURED = 60, 460, 4
FEWER_BATCHES = -(-(94 + 1) // MAX_WRITE) - -(-(SHAPE.territories + 1) // MAX_WRITE)
"""How many batches fewer than 94 editions and the chart take those of a few territories."""
HELD_AGAIN = 1
"""A first that a correction before has taken back comes after all: the file of what nobody holds is written, too."""


@pytest.fixture(scope="module")
def history() -> GeneratedHistory:
    return generated_history(SHAPE, LONG + MEASURED)


@pytest.fixture(scope="module", params=list(ENDS.values()), ids=list(ENDS))
def earlier(request: pytest.FixtureRequest) -> timedelta:
    """How much earlier than at the end of a year the history ends."""
    by: timedelta = request.param
    return by


@pytest.fixture(scope="module")
def after_short(history: GeneratedHistory, earlier: timedelta) -> Costs:
    return costs_behind(SHAPE, history, SHORT, MEASURED, earlier)


@pytest.fixture(scope="module")
def after_long(history: GeneratedHistory, earlier: timedelta) -> Costs:
    return costs_behind(SHAPE, history, LONG, MEASURED, earlier)


@pytest.mark.parametrize("task", Task)
def test_a_publication_takes_so_many_requests_at_most(task: Task, after_short: Costs, after_long: Costs) -> None:
    is_new = task in (Task.NEW, Task.BACK)
    most = MOST_REQUESTS[task] + (HELD_AGAIN - FEWER_BATCHES if is_new else 0)
    for costs in (after_short, after_long):
        assert costs[task].figures().most_requests <= most, costs[task].requests()


@pytest.mark.parametrize("task", Task)
def test_it_takes_no_more_requests_after_a_long_history(task: Task, after_short: Costs, after_long: Costs) -> None:
    assert after_long[task].figures().requests <= MOST_GROWTH * after_short[task].figures().requests


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
        client.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": item}}])
    assert (meter.calls, meter.read_units, meter.write_units) == (5, 2 + 1, 5 + 5 + 2 * 5), json.dumps(meter.requests)


def test_every_page_counts_as_a_request_and_files_by_their_bytes(moto: Aws) -> None:
    client, s3, name = moto.client(), moto.s3_client(), moto.names["ChartsTable"]
    for number in range(4):
        item = {"pk": {"S": "a"}, "sk": {"S": f"{number}"}, "body": {"S": "x" * 390_000}}
        client.put_item(TableName=name, Item=item)
    with metered(client, moto.dynamodb, s3) as meter:
        assert len(list(moto.table("ChartsTable", client).query_all("a"))) == 4
        s3.put_object(Bucket=moto.bucket, Key="file", Body=b"x" * 700)
        s3.get_object(Bucket=moto.bucket, Key="file")
        with pytest.raises(s3.exceptions.NoSuchKey):
            s3.get_object(Bucket=moto.bucket, Key="nothing")
    assert meter.requests == {"Query": 2, "PutObject": 1, "GetObject": 2}
    assert meter.bytes_written == 700
    assert meter.bytes_read > 4 * 390_000 + 700
